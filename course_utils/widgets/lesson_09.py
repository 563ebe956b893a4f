"""Two controls of lesson 09: a wipe between pictures of one field, and a dial of light."""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_utils.metrics.images import psnr, ssim
from course_utils.plots import YELLOW, show_image
from course_utils.widgets.controls import with_controls

Denoise = Callable[[NDArray], NDArray]
LIMITS = (-0.1, 1.6)  # of the light that is shown, in usual nuclei


def wipe_viewer(
    pictures: Mapping[str, NDArray], pixel_size: float | None = None
) -> ipywidgets.VBox:
    """Wipe from one picture of a field to another one, frame by frame.

    Args:
        pictures: name -> frames of shape (t, y, x), all of one shape; each frame is shown in its
            own contrast.
        pixel_size: µm a pixel, for a scale bar.

    Returns:
        A box to display; `box.left`, `box.right`, `box.edge` (per cent) and `box.frame` are its
        controls.

    Used in: 09.
    """
    names = list(pictures)
    frames = len(pictures[names[0]])
    controls = {
        "left": ipywidgets.Dropdown(options=names, description="left"),
        "right": ipywidgets.Dropdown(options=names, value=names[1], description="right"),
        "edge": ipywidgets.IntSlider(50, 0, 100, description="edge, %"),
        "frame": ipywidgets.IntSlider(0, 0, frames - 1, description="frame"),
    }
    for name in ("edge", "frame"):
        controls[name].continuous_update = False

    def draw(left: str, right: str, edge: int, frame: int) -> None:
        height, width = pictures[left].shape[1:]
        _, ax = plt.subplots(figsize=(5.2, 5.2 * height / width + 0.4))
        draw_wipe(ax, pictures[left][frame], pictures[right][frame], edge, pixel_size)
        ax.set_title(f"frame {frame}: {left} | {right}")
        plt.show()

    return with_controls(controls, draw)


def draw_wipe(
    ax: Axes, left: NDArray, right: NDArray, edge: int, pixel_size: float | None = None
) -> None:
    """One wiped picture, a line where the two meet.

    Args:
        ax: where to draw.
        left, right: shape (y, x).
        edge: per cent of the width that shows the left picture.
        pixel_size: µm a pixel.

    Used in: 09.
    """
    column = round(left.shape[1] * edge / 100)
    show_image(ax, wiped(in_grey(left), in_grey(right), column), "", pixel_size)
    ax.axvline(column - 0.5, color=YELLOW, lw=1.5)


def wiped(left: NDArray, right: NDArray, column: int) -> NDArray:
    """Columns before `column` from the left picture, the others from the right. Used in: 09."""
    return np.concatenate([left[:, :column], right[:, column:]], axis=1)


def in_grey(image: NDArray, low: float = 0.5, high: float = 99.8) -> NDArray[np.float64]:
    """The image from 0 to 1 between two of its percentiles. Used in: 09."""
    bottom, top = np.percentile(image, (low, high))
    return np.clip((image.astype(float) - bottom) / max(top - bottom, 1e-9), 0, 1)


def show_wipes(
    pictures: Mapping[str, NDArray], edges: Sequence[tuple[str, str, int]], title: str = ""
) -> Figure:
    """The viewer on paper: some wipes beside each other.

    Args:
        pictures: name -> picture (y, x).
        edges: left, right and per cent of each panel.
        title: of the figure.

    Used in: 09.
    """
    height, width = next(iter(pictures.values())).shape
    size = (11, 11 / len(edges) * height / width + 0.7)
    figure, axes = plt.subplots(1, len(edges), figsize=size, squeeze=False)
    for ax, (left, right, edge) in zip(axes[0], edges, strict=True):
        draw_wipe(ax, pictures[left], pictures[right], edge)
        ax.set_title(f"{left} | {right}")
    figure.suptitle(title)
    plt.show()
    return figure


def light_dial(
    light: NDArray, exposures: Mapping[int, NDArray], ways: Mapping[str, Callable]
) -> ipywidgets.VBox:
    """Turn down the light, choose a denoiser, and compare with the truth.

    Args:
        light: the truth, shape (y, x), 1 is a usual nucleus.
        exposures: photons -> noisy image in the same unit.
        ways: name -> function of a noisy image and its photons; each answer is kept, so that
            a dial turned back costs nothing.

    Returns:
        A box to display; `box.photons` and `box.way` are its controls.

    Used in: 09.
    """
    controls = {
        "photons": ipywidgets.SelectionSlider(
            options=list(exposures), description="photons", continuous_update=False
        ),
        "way": ipywidgets.Dropdown(options=list(ways), description="denoiser"),
    }
    kept: dict[tuple[int, str], NDArray] = {}

    def draw(photons: int, way: str) -> None:
        if (photons, way) not in kept:
            kept[photons, way] = ways[way](exposures[photons], photons)
        restored = kept[photons, way]
        panels = {f"{photons} photons": exposures[photons], way: restored, "truth": light}
        show_lights(light, panels)

    return with_controls(controls, draw)


def show_lights(light: NDArray, panels: Mapping[str, NDArray], title: str = "") -> Figure:
    """Images of one light beside each other, in one grey scale, each with PSNR and SSIM.

    Args:
        light: the truth, shape (y, x), 1 is a usual nucleus.
        panels: name -> image.
        title: of the figure.

    Used in: 09.
    """
    height, width = light.shape
    size = (11, 11 / len(panels) * height / width + 0.8)
    figure, axes = plt.subplots(1, len(panels), figsize=size, squeeze=False)
    for ax, (name, image) in zip(axes[0], panels.items(), strict=True):
        scores = f"\n{psnr(light, image, 1):.1f} dB, SSIM {ssim(light, image, 1):.2f}"
        same = np.array_equal(image, light)
        show_image(ax, image, name + ("\n" if same else scores), vmin=LIMITS[0], vmax=LIMITS[1])
    figure.suptitle(title)
    plt.show()
    return figure
