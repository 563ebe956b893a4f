"""The convolution playground, receptive fields drawn, and folders of classes."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import tifffile
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from course_utils.plots import ORANGE, show_image

Convolve = Callable[[NDArray, NDArray, int, int, int], NDArray]


def convolution_playground(
    picture: NDArray, kernels: Mapping[str, NDArray], convolve: Convolve
) -> ipywidgets.VBox:
    """Choose kernel, stride, dilation and padding, and slide the window over the picture.

    Args:
        picture: shape (y, x).
        kernels: name -> weights, shape (k, k).
        convolve: function of (picture, kernel, stride, dilation, padding) that gives the result;
            padding is the number of pixels added on every side.

    Returns:
        A box to display; its `kernel`, `stride`, `dilation`, `padding` and `place` are the
        controls: `box.stride.value = 2` moves one.

    Used in: 03.
    """
    controls = {
        "kernel": ipywidgets.Dropdown(options=list(kernels), description="kernel"),
        "stride": ipywidgets.BoundedIntText(1, min=1, max=4, description="stride"),
        "dilation": ipywidgets.BoundedIntText(1, min=1, max=4, description="dilation"),
        "padding": ipywidgets.BoundedIntText(0, min=0, max=4, description="padding"),
        "place": ipywidgets.IntSlider(
            500, 0, 1000, 5, description="window", readout=False, continuous_update=False
        ),
    }

    def draw(kernel: str, place: int, **how: int) -> None:
        result = convolve(picture, kernels[kernel], *how.values())
        at = np.unravel_index(round(place / 1000 * (result.size - 1)), result.shape)
        draw_playground(picture, kernels[kernel], result, at, **how)

    narrow = ipywidgets.Layout(width="14em")
    for control in list(controls.values())[:4]:
        control.layout = narrow
    rows = [ipywidgets.HBox(list(controls.values())[:4]), controls["place"]]
    box = ipywidgets.VBox([*rows, ipywidgets.interactive_output(draw, controls)])
    for name, control in controls.items():
        setattr(box, name, control)
    return box


def draw_playground(
    picture: NDArray,
    kernel: NDArray,
    result: NDArray,
    at: tuple[int, int],
    stride: int = 1,
    dilation: int = 1,
    padding: int = 0,
) -> Figure:
    """The picture with the window, the kernel with its weights, the result with its pixel.

    Args:
        picture, kernel, result: shapes (y, x), (k, k) and what the convolution gave.
        at: row and column of the result to mark.
        stride, dilation, padding: of the convolution.

    Used in: 03.
    """
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9.5, 3.6))
    padded = np.pad(picture, padding)
    show_image(left, padded, f"picture {picture.shape[0]} × {picture.shape[1]}{border(padding)}")
    rows, columns = (stride * at[i] + dilation * np.arange(kernel.shape[i]) for i in (0, 1))
    for r in rows:
        for c in columns:
            mark(left, r, c)
    limit = np.abs(kernel).max()
    show_image(middle, kernel, "kernel", cmap="PuOr", vmin=-limit, vmax=limit)
    for (r, c), weight in np.ndenumerate(kernel):
        middle.text(c, r, f"{weight:.2g}", ha="center", va="center", color=ink(weight, limit))
    value = f"{result[at]:.2f} at row {at[0]}, column {at[1]}"
    show_image(right, result, f"result {result.shape[0]} × {result.shape[1]}\n{value}")
    mark(right, *at)
    plt.show()
    return figure


def border(padding: int) -> str:
    """How the title says that a border was added."""
    return f" + {padding} on each side" if padding else ""


def ink(weight: float, limit: float) -> str:
    """Black or white, whichever can be read on the colour of a weight."""
    return "white" if abs(weight) > 0.6 * limit else "black"


def mark(ax: Axes, row: int, column: int) -> None:
    """A frame around one pixel."""
    ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, ec=ORANGE, lw=1.5))


def draw_fields(picture: NDArray, sides: Sequence[int], pixel_size: float) -> Figure:
    """The picture, once for each side, with a square of that side in its middle.

    Args:
        picture: shape (y, x).
        sides: of the squares in pixels.
        pixel_size: µm a pixel.

    Used in: 03.
    """
    figure, axes = plt.subplots(1, len(sides), figsize=(2.6 * len(sides), 3.1))
    for ax, side, block in zip(axes, sides, range(1, len(sides) + 1), strict=True):
        title = f"a value of block {block}\nsees {side} × {side} pixels"
        show_image(ax, picture, title, pixel_size if block == 1 else None)
        corner = [(n - side) // 2 - 0.5 for n in picture.shape[::-1]]
        ax.add_patch(Rectangle(corner, side, side, fill=False, ec=ORANGE, lw=2))
    plt.show()
    return figure


def class_folders(crops: NDArray, names: Sequence[str], n: int) -> Path:
    """A temporary folder with a folder for each class, as somebody's own images would lie.

    Args:
        crops: shape (m, y, x).
        names: class of each crop.
        n: how many of each class at most.

    Used in: 03.
    """
    folder, names = Path(tempfile.mkdtemp(prefix="course_")), np.array(names)
    for name in np.unique(names):
        (folder / name).mkdir()
        for i, crop in enumerate(crops[names == name][:n]):
            tifffile.imwrite(folder / name / f"nucleus_{i}.tif", crop)
    return folder
