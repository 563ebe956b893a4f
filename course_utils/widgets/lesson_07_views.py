"""Errors of a segmentation drawn by their kind, scores over thresholds, and folders of images."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import tifffile
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from skimage.measure import find_contours
from skimage.segmentation import find_boundaries

from course_utils.data.datasets import cut_crops
from course_utils.metrics.segmentation import ObjectScores, splits_and_merges
from course_utils.plots import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW, show_image
from course_utils.results import stored_values

STYLES = {
    "split": (ORANGE, "solid"),
    "merged": (PURPLE, "solid"),
    "missed": (VERMILION, "dashed"),
    "invented": (YELLOW, "dotted"),
}
TRIED = (
    "as it is",
    "full resolution",
    "width 24",
    "depth 3",
    "no batch norm",
    "rate 0.003",
    "rate 0.03",
    "mean of weights",
    "straight scale",
    "no turns",
    "no change of light",
    "towards cells",
    "crops of 128",
    "squared heights",
)
DECODED = ("valley 0.02", "mask, pieces", "mask, watershed")
STEPS = (100, 300, 2550)
LINES = {
    "U-Net": (BLUE, "-"),
    "random forest": (ORANGE, "--"),
    "tuned watershed": (ORANGE, "-"),
    "Otsu + watershed": (ORANGE, ":"),
    "Otsu": (ORANGE, "-."),
    "stored weights": (GREEN, "-"),
}


def lifted(image: NDArray, low: float = 1.0, high: float = 99.7) -> NDArray[np.float64]:
    """The image from 0 to 1 between two percentiles, its dark parts lifted. Used in: 07."""
    bottom, top = np.percentile(image, (low, high))
    return np.clip((image.astype(float) - bottom) / max(top - bottom, 1e-9), 0, 1) ** 0.6


def touching(masks: NDArray) -> NDArray[np.bool_]:
    """True where the right or lower neighbour of a pixel belongs to another object.

    Args:
        masks: labels, shape (y, x).

    Used in: 07.
    """
    found = np.zeros(masks.shape, bool)
    for a, b, place in (
        (masks[:-1], masks[1:], found[:-1]),
        (masks[:, :-1], masks[:, 1:], found[:, :-1]),
    ):
        place |= (a > 0) & (b > 0) & (a != b)
    return found


def show_errors(
    image: NDArray,
    true: NDArray,
    predicted: Mapping[str, NDArray],
    pixel_size: float | None = None,
    width: float = 11.0,
) -> Figure:
    """Splits, merges, misses and inventions of several segmentations of one picture.

    Args:
        image, true: picture and true labels, shape (y, x).
        predicted: name of the method -> labels.
        pixel_size: µm a pixel, for a scale bar on the first panel.
        width: of the figure, inches.

    Used in: 07.
    """
    height = width / len(predicted) * image.shape[0] / image.shape[1] + 1.05
    figure, axes = plt.subplots(1, len(predicted), figsize=(width, height), squeeze=False)
    for i, (name, labels) in enumerate(predicted.items()):
        draw_errors(axes[0, i], image, true, labels, name, None if i else pixel_size)
    lines = [Line2D([], [], color=c, ls=style, lw=2) for c, style in STYLES.values()]
    lines.append(Line2D([], [], color=SKY, lw=1))
    figure.legend(lines, [*STYLES, "none of these"], loc="outside lower center", ncols=5)
    plt.show()
    return figure


def draw_errors(
    ax: Axes,
    image: NDArray,
    true: NDArray,
    predicted: NDArray,
    name: str,
    pixel_size: float | None = None,
) -> None:
    """One panel of `show_errors`; its title counts the errors. Used in: 07."""
    errors = splits_and_merges(true, predicted)
    picture = np.repeat(lifted(image)[..., None], 3, axis=-1)
    picture[find_boundaries(predicted, mode="inner")] = to_rgb(SKY)
    counts = ", ".join(f"{number} {kind}" for kind, number in errors.counts.items())
    show_image(ax, picture, f"{name}\n{counts}", pixel_size)
    found = {
        "split": (predicted, [piece for pieces in errors.pieces for piece in pieces]),
        "merged": (predicted, errors.merged),
        "missed": (true, errors.missed),
        "invented": (predicted, errors.invented),
    }
    for kind, (labels, wrong) in found.items():
        colour, style = STYLES[kind]
        for label in wrong:
            draw_outline(ax, labels, label, color=colour, ls=style, lw=1.8)


def draw_outline(ax: Axes, labels: NDArray, label: int, **style) -> None:
    """Lines around one object; contours of the whole picture would cost megabytes each.

    Args:
        ax: where the picture is drawn already; its limits are kept.
        labels: shape (y, x).
        label: of the object.
        **style: passed on to `plot`.

    Used in: 07.
    """
    rows, columns = np.nonzero(labels == label)
    mask = np.zeros((np.ptp(rows) + 3, np.ptp(columns) + 3))
    mask[rows - rows.min() + 1, columns - columns.min() + 1] = 1
    ax.autoscale(False)
    for line in find_contours(mask, 0.5):
        y, x = line.T
        ax.plot(x + columns.min() - 1, y + rows.min() - 1, **style)


def plot_over_thresholds(scores: Mapping[str, ObjectScores], title: str) -> Figure:
    """Average precision of several methods against the overlap that is asked for.

    Args:
        scores: name of the method -> its scores.
        title: says what to see.

    Used in: 07.
    """
    figure, ax = plt.subplots(figsize=(6.6, 3.6))
    for name, score in scores.items():
        colour, style = LINES.get(name, (PURPLE, "-"))
        ax.plot(score.thresholds, score.ap, style, color=colour, marker="o", ms=3, label=name)
    ax.set(xlabel="IoU that counts as found", ylabel="tp / (tp + fp + fn)", title=title)
    ax.set_ylim(0, 1)
    ax.legend(loc="lower left")
    plt.show()
    return figure


def score_table(scores: Mapping[str, ObjectScores]) -> str:
    """One line a method: F1, mean AP, PQ, SEG and the counts of the four kinds of error.

    Used in: 07.
    """
    kinds = ("splits", "merges", "misses", "inventions")
    lines = [f"{'':18}{'F1':>6}{'mean AP':>9}{'PQ':>7}{'SEG':>7}   {'  '.join(kinds)}"]
    for name, s in scores.items():
        counts = "".join(f"{getattr(s, kind):{len(kind) + 2}}" for kind in kinds)
        lines.append(f"{name:18}{s.f1:6.3f}{s.mean_ap:9.3f}{s.pq:7.3f}{s.seg:7.3f} {counts}")
    return "\n".join(lines)


def what_was_tried() -> dict[str, tuple[float, ...]]:
    """Stored mean AP on the choose columns: the recipe, one choice undone, other decodings.

    Used in: 07.
    """
    task = ("07", "what was tried")
    tried = {name: stored_values(*task, "mean AP", name) for name in TRIED}
    ways = {way: stored_values(*task, f"mean AP, {way}", TRIED[0]) for way in DECODED}
    return tried | ways


def score_by_steps() -> dict[str, tuple[float, ...]]:
    """Stored mean AP on the test part after ever more steps of training. Used in: 07."""
    curve = {n: stored_values("07", "curve", "mean AP", f"{n} steps") for n in STEPS}
    curve[850] = stored_values("07", "HeLa nuclei", "mean AP", "U-Net")
    curve[5100] = stored_values("07", "HeLa nuclei", "mean AP", "stored, HeLa alone")
    return {f"{n} steps": curve[n] for n in sorted(curve)}


def away_from_edges(labels: NDArray, rim: int = 13, left: bool = True) -> NDArray:
    """A copy without objects whose centre lies within `rim` pixels of the picture's edges.

    Args:
        labels: shape (y, x), 0 is background.
        rim: pixels; the HeLa labels leave out nuclei nearer than 13.
        left: whether the left edge is one of the film, and not a cut of ours.

    Used in: 07.
    """
    numbers = np.unique(labels[labels > 0])
    centres = ndimage.center_of_mass(labels > 0, labels, numbers)
    y, x = np.array(centres).reshape(-1, 2).T
    height, width = labels.shape
    kept = (y >= rim) & (y < height - rim) & (x >= rim * left) & (x < width - rim)
    return np.where(np.isin(labels, numbers[kept]), labels, 0)


def cut_around(
    images: Sequence[NDArray], frames: ArrayLike, labels: Sequence[NDArray], numbers: ArrayLike
) -> NDArray:
    """Crops of 48 x 48 pixels around objects of label images, in native counts.

    Args:
        images, labels: one a frame, shape (y, x).
        frames, numbers: which object of which frame, shape (n,).

    Used in: 07.
    """
    crops = []
    for frame, number in zip(frames, numbers, strict=True):
        centre = np.argwhere(labels[frame] == number).mean(axis=0)
        crops.append(cut_crops(images[frame], *centre[:, None], 48)[0])
    return np.array(crops)


def example_folder(images: Sequence[NDArray]) -> Path:
    """A folder `images` of TIFF files, as somebody's own would lie, in a new temporary one.

    Args:
        images: each of shape (y, x).

    Used in: 07.
    """
    folder = Path(tempfile.mkdtemp(prefix="course_")) / "images"
    folder.mkdir()
    for i, image in enumerate(images):
        tifffile.imwrite(folder / f"field_{i}.tif", image)
    return folder
