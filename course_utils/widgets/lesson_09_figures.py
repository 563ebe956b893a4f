"""Figures of lesson 09: rows of channels, marked places, stains, scores against photons, trust."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import tifffile
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.metrics.images import count_error, pearson, ssim
from course_utils.metrics.segmentation import score_objects
from course_utils.plots import BLUE, YELLOW, plot_spread, show_image
from course_utils.results import stored_rows
from course_utils.widgets.lesson_09 import in_grey


def show_row(
    images: Sequence[NDArray], titles: Sequence[str], pixel_size: float | None = None
) -> Figure:
    """Images of one size beside each other, each in its own contrast.

    Args:
        images: each of shape (y, x).
        titles: one an image.
        pixel_size: µm a pixel, for a bar of 50 µm on the first.

    Used in: 09.
    """
    height, width = images[0].shape
    size = (13, 13 / len(images) * height / width + 0.4)
    figure, axes = plt.subplots(1, len(images), figsize=size, squeeze=False)
    for i, (ax, image, title) in enumerate(zip(axes[0], images, titles, strict=True)):
        show_image(ax, in_grey(image), title, None if i else pixel_size, bar=50)
    plt.show()
    return figure


def show_spots(
    image: NDArray, spots: Mapping[str, tuple[int, int]], pixel_size: float | None = None
) -> Figure:
    """An image with letters beside some places, each marked by a ring.

    Args:
        image: shape (y, x).
        spots: letter -> y, x.
        pixel_size: µm a pixel.

    Used in: 09.
    """
    height, width = image.shape
    figure, ax = plt.subplots(figsize=(7, 7 * height / width + 0.2))
    show_image(ax, in_grey(image), "", pixel_size)
    for letter, (y, x) in spots.items():
        ax.plot(x, y, "o", ms=17, mfc="none", mec=YELLOW, mew=1.5)
        ax.text(x + 9, y - 7, letter, color=YELLOW, fontsize="large", weight="bold")
    plt.show()
    return figure


def plot_scales(counts: NDArray, scaled: NDArray) -> Figure:
    """Histograms of one stain, in counts and on the scale that is learned.

    Args:
        counts, scaled: shape (y, x).

    Used in: 09.
    """
    figure, axes = plt.subplots(1, 2, figsize=(9, 2.5))
    looks = ((counts, "Hoechst, counts"), (scaled, "Hoechst, scaled"))
    for ax, (values, xlabel) in zip(axes, looks, strict=True):
        ax.hist(values.ravel(), 80, color=BLUE, weights=np.full(values.size, 100 / values.size))
        ax.set(xlabel=xlabel, ylabel="% of pixels", yscale="log")
    figure.suptitle("A long tail becomes a shoulder")
    plt.show()
    return figure


def without_nuclei(
    stain: NDArray, labels: NDArray, n: int, rng: np.random.Generator, rim: int = 3
) -> NDArray:
    """The stain with n of its nuclei painted over by pixels of the ground.

    Args:
        stain, labels: shape (y, x), 0 is the ground.
        n: how many, drawn at random.
        rng: of the drawing.
        rim: pixels around each that go with it.

    Used in: 09.
    """
    gone = rng.choice(np.unique(labels[labels > 0]), n, replace=False)
    place = ndimage.binary_dilation(np.isin(labels, gone), iterations=rim)
    ground = stain[(labels == 0) & (stain < np.percentile(stain, 80))]
    return np.where(place, rng.choice(ground, stain.shape), stain)


def show_weights(weights: NDArray) -> Figure:
    """The weights of a linear rule as a picture: warm adds, cold takes away.

    Args:
        weights: shape (side, side).

    Used in: 09.
    """
    figure, ax = plt.subplots(figsize=(3.4, 2.8))
    most = np.abs(weights).max()
    shown = ax.imshow(weights, cmap="PuOr_r", vmin=-most, vmax=most)
    ax.set(title="What a linear rule looks for", xticks=[], yticks=[])
    figure.colorbar(shown, label="weight")
    plt.show()
    return figure


def mean_r(true: Sequence[NDArray], said: Sequence[NDArray]) -> float:
    """Mean over frames of Pearson's correlation, each of shape (y, x). Used in: 09."""
    return float(np.mean([pearson(t, s) for t, s in zip(true, said, strict=True)]))


def stain_table(
    true: Sequence[NDArray],
    painted: Mapping[str, Sequence[NDArray]],
    nuclei: Sequence[NDArray],
    found: Mapping[str, Sequence[NDArray]],
) -> str:
    """One line a method: Pearson, SSIM, F1 of nuclei and error of their count, frame by frame.

    Args:
        true: stains, each of shape (y, x).
        painted: method -> painted stains.
        nuclei: true labels.
        found: method -> labels found in its stains.

    Used in: 09.
    """
    lines = [f"{'':16}{'Pearson':>9}{'SSIM':>7}{'F1':>7}{'count error':>13}"]
    counts = [len(np.unique(labels)) - 1 for labels in nuclei]
    for name, stains in painted.items():
        likeness = np.mean([ssim(t, s, 1) for t, s in zip(true, stains, strict=True)])
        f1 = score_objects(list(nuclei), list(found[name])).f1
        numbers = [len(np.unique(labels)) - 1 for labels in found[name]]
        off = np.mean([count_error(n, m) for n, m in zip(counts, numbers, strict=True)])
        lines.append(f"{name:16}{mean_r(true, stains):9.3f}{likeness:7.3f}{f1:7.3f}{off:13.3f}")
    return "\n".join(lines)


def example_pairs(light: NDArray, stain: NDArray) -> Path:
    """A folder as somebody's own would lie: `field1_light.tif`, `field1_hoechst.tif` and so on.

    Args:
        light, stain: shape (n, y, x).

    Used in: 09.
    """
    folder = Path(tempfile.mkdtemp(prefix="course_"))
    for n, both in enumerate(zip(light, stain, strict=True), start=1):
        for name, image in zip(("light", "hoechst"), both, strict=True):
            tifffile.imwrite(folder / f"field{n}_{name}.tif", image)
    return folder


def plot_recipes() -> Figure | None:
    """Stored score of each recipe tried, three seeds a line; None if none is stored yet.

    Used in: 09.
    """
    rows = stored_rows("09", task="recipes", metric="Pearson")
    if not rows:
        print("not stored yet; run: make measure PART=sweeps NB=09")
        return None
    tried: dict[str, list[float]] = {}
    for row in rows:
        tried.setdefault(row["method"], []).append(row["value"])
    return plot_spread(tried, {}, "Pearson, columns 288-383", "What helped, three seeds each")
