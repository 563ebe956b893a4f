"""Figures of lesson 10: projections, slices with numbers, costs of layers, stored comparisons."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.metrics.segmentation import ObjectScores
from course_utils.plots import BLUE, GREEN, GREY, ORANGE, show_image
from course_utils.results import stored_rows
from course_utils.widgets.lesson_08 import tinted

Voxel = tuple[float, float, float]
COLOURS = {
    "Otsu + watershed, 3-D": GREY,
    "U-Net 2-D, linked": ORANGE,
    "U-Net 3-D": BLUE,
}
NOTHING = "not stored yet; run: make measure PART=sweeps NB=10"


def show_pictures(
    pictures: Mapping[str, NDArray],
    labels: Sequence[NDArray | None] = (),
    pixel_size: float | None = None,
    um: float = 10.0,
    title: str = "",
    width: float = 12.0,
) -> Figure:
    """Pictures of one size beside each other, the objects of each in colour.

    Args:
        pictures: title -> image, shape (y, x).
        labels: objects of each, or None; none at all by default.
        pixel_size: µm, for a scale bar on the first.
        um: length of the bar.
        title: what to see.
        width: of the figure, inches.

    Used in: 10.
    """
    first = next(iter(pictures.values()))
    height = width / len(pictures) * first.shape[0] / first.shape[1] + 0.8
    figure, axes = plt.subplots(1, len(pictures), figsize=(width, height), squeeze=False)
    masks = list(labels) or [None] * len(pictures)
    for ax, (name, image), some in zip(axes[0], pictures.items(), masks, strict=True):
        objects = np.zeros(image.shape, np.uint8) if some is None else some
        size = pixel_size if ax is axes[0, 0] else None
        show_image(ax, tinted(image, objects), name, size, bar=um)
    figure.suptitle(title)
    plt.show()
    return figure


def show_slices(
    image: NDArray, labels: NDArray, slices: Sequence[int], voxel: Voxel, title: str = ""
) -> Figure:
    """Some slices of a stack with the number of each object on it.

    Args:
        image, labels: shape (z, y, x).
        slices: which ones.
        voxel: size along z, y and x, µm.
        title: what to see.

    Used in: 10.
    """
    height = 12 / len(slices) * image.shape[1] / image.shape[2] + 0.8
    figure, axes = plt.subplots(1, len(slices), figsize=(12, height), squeeze=False)
    for ax, z in zip(axes[0], slices, strict=True):
        size = voxel[2] if ax is axes[0, 0] else None
        show_image(ax, tinted(image[z], labels[z]), f"slice {z}", size)
        numbers = np.unique(labels[z][labels[z] > 0])
        for number in numbers:
            y, x = ndimage.center_of_mass(labels[z] == number)
            ax.text(x, y, number, color="white", ha="center", va="center", fontsize="small")
    figure.suptitle(title)
    plt.show()
    return figure


def show_side(
    image: NDArray, labels: Mapping[str, NDArray], column: int, voxel: Voxel, title: str = ""
) -> Figure:
    """One plane from the side, z down and y to the right, in several segmentations.

    Args:
        image: shape (z, y, x).
        labels: name -> labels of that shape.
        column: x of the plane.
        voxel: size along z, y and x, µm.
        title: what to see.

    Used in: 10.
    """
    depth, height, _ = np.array(image.shape) * voxel
    size = (9, len(labels) * (8.4 * depth / height + 0.35) + 0.9)
    figure, axes = plt.subplots(len(labels), 1, figsize=size, squeeze=False, sharex=True)
    for ax, (name, some) in zip(axes[:, 0], labels.items(), strict=True):
        picture = tinted(image[:, :, column], some[:, :, column])
        ax.imshow(picture, extent=(0, height, depth, 0), aspect="equal")
        found = np.count_nonzero(np.unique(some))
        ax.set(title=f"{name}: {found} in all", ylabel="z, µm", yticks=[0, round(depth)])
        ax.spines[:].set_visible(False)
    axes[-1, 0].set(xlabel="y, µm")
    figure.suptitle(title)
    plt.show()
    return figure


def score_lines(scores: Mapping[str, ObjectScores], seconds: Mapping[str, float] = {}) -> str:
    """One line a method: F1 at 0.5, AP at 0.75, mean AP, splits, merges, misses, inventions.

    Args:
        scores: name of the method -> its scores at the usual ten thresholds.
        seconds: of the prediction, for some of them.

    Used in: 10.
    """
    kinds = ("splits", "merges", "misses", "inventions")
    head = f"{'':24}{'F1':>6}{'F1@.75':>8}{'mean AP':>9}  {'  '.join(kinds)}"
    lines = [head + ("   seconds" if seconds else "")]
    for name, s in scores.items():
        counts = "".join(f"{getattr(s, kind):{len(kind) + 2}}" for kind in kinds)
        strict = f1_of_ap(s.ap[5])
        time = f"{seconds[name]:10.1f}" if name in seconds else ""
        lines.append(f"{name:24}{s.f1:6.3f}{strict:8.3f}{s.mean_ap:9.3f}{counts}{time}")
    return "\n".join(lines)


def f1_of_ap(ap: float) -> float:
    """F1 of the counts that tp / (tp + fp + fn) came from. Used in: 10."""
    return 2 * ap / (1 + ap)


def stored_spread(task: str, metrics: Sequence[str]) -> str:
    """Stored runs of a task as a table: a line a method, mean and range of each metric.

    Args:
        task: of the sweep.
        metrics: one column each.

    Used in: 10.
    """
    rows = stored_rows("10", task=task)
    methods = list(dict.fromkeys(row["method"] for row in rows))
    if not methods:
        return NOTHING
    wide, column = max(map(len, methods)), max(22, 2 + max(map(len, metrics)))
    lines = [task, " " * wide + "".join(f"{metric:>{column}}" for metric in metrics)]
    for method in methods:
        cells = [cell(rows, method, metric) for metric in metrics]
        lines.append(f"{method:{wide}}" + "".join(f"{text:>{column}}" for text in cells))
    return "\n".join(lines)


def cell(rows: Sequence[Mapping], method: str, metric: str) -> str:
    """Mean and range of a metric over the seeds, or a dash. Used in: 10."""
    values = [r["value"] for r in rows if (r["method"], r["metric"]) == (method, metric)]
    if not values:
        return "-"
    digits = 0 if max(values) >= 100 else 1 if max(values) > 2 else 2
    mean = f"{np.mean(values):,.{digits}f}"
    if len(values) == 1 or min(values) == max(values):
        return mean
    return f"{mean} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


def plot_stored(
    tasks: Sequence[str], metric: str, title: str, methods: Mapping[str, str] = COLOURS
) -> Figure | None:
    """Stored runs of several tasks: a line a task, a colour a method, a stroke a seed.

    Args:
        tasks: of the sweep, from top to bottom.
        metric: the horizontal axis.
        title: what to see.
        methods: name -> colour.

    Returns None, and says so, if nothing is stored. Used in: 10.
    """
    rows = [row for row in stored_rows("10", metric=metric) if row["task"] in tasks]
    if not rows:
        print(NOTHING)
        return None
    figure, ax = plt.subplots(figsize=(7.4, 0.55 * len(tasks) + 1.3))
    for k, (method, colour) in enumerate(methods.items()):
        some = [row for row in rows if row["method"] == method]
        y = [tasks.index(row["task"]) + 0.2 * (k - (len(methods) - 1) / 2) for row in some]
        ax.plot([row["value"] for row in some], y, "|", ms=11, mew=2, color=colour, label=method)
    ax.set_yticks(range(len(tasks)), tasks)
    ax.set(xlabel=metric, ylim=(len(tasks) - 0.4, -0.6), title=title)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    plt.show()
    return figure


def plot_patches(task: str, metrics: Sequence[str], title: str) -> Figure | None:
    """Stored runs of several sizes of patches: a panel a metric, a stroke a seed.

    Args:
        task: of the sweep; its methods are the sizes.
        metrics: one panel each.
        title: what to see.

    Returns None, and says so, if nothing is stored. Used in: 10.
    """
    rows = stored_rows("10", task=task)
    sizes = list(dict.fromkeys(row["method"] for row in rows))
    if not sizes:
        print(NOTHING)
        return None
    shape = (3.2 * len(metrics) + 1, 0.42 * len(sizes) + 1.3)
    figure, axes = plt.subplots(1, len(metrics), figsize=shape, sharey=True, squeeze=False)
    for ax, metric, colour in zip(axes[0], metrics, (BLUE, ORANGE, GREEN), strict=False):
        some = [row for row in rows if row["metric"] == metric]
        y = [sizes.index(row["method"]) for row in some]
        ax.plot([row["value"] for row in some], y, "|", ms=12, mew=2, color=colour)
        ax.set(xlabel=metric, ylim=(len(sizes) - 0.4, -0.6))
        ax.set_yticks(range(len(sizes)), sizes)
    figure.suptitle(title)
    plt.show()
    return figure


def plot_ratio(
    volumes: NDArray, right: NDArray, wrong: NDArray, names: tuple[str, str], title: str
) -> Figure:
    """Sphericity against volume, with the true voxel and with a wrong one.

    Args:
        volumes: µm³, one a nucleus.
        right, wrong: sphericities.
        names: of the two.
        title: what to see.

    Used in: 10.
    """
    figure, ax = plt.subplots(figsize=(6.0, 3.2))
    for values, name, colour, mark in (
        (right, names[0], BLUE, "o"),
        (wrong, names[1], ORANGE, "x"),
    ):
        ax.plot(volumes, values, mark, color=colour, label=name)
    ax.set(xlabel="volume, µm³", ylabel="sphericity", title=title)
    ax.legend(fontsize="small")
    plt.show()
    return figure
