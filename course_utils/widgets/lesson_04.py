"""Plankton by size and on a map, the browser of nearest neighbours, and learning curves."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import imageio.v3 as imageio
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from numpy.typing import NDArray

from course_utils.data.datasets import Plankton
from course_utils.plots import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, show_image

CLASS_COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY)
MARKERS = "os^DvP"
CURVE_COLOURS = {
    "raw pixels": GREY,
    "HOG + SVM": ORANGE,
    "random weights": SKY,
    "ImageNet, frozen": BLUE,
    "ImageNet, fine-tuned": VERMILION,
}


def plot_sizes(pictures: Plankton) -> Figure:
    """Height and width of each picture on logarithmic axes, a colour and a marker a class.

    Used in: 04.
    """
    height, width = np.array([image.shape[:2] for image in pictures.images]).T
    figure, ax = plt.subplots(figsize=(6.4, 4))
    for k, name in enumerate(pictures.class_names):
        at = pictures.labels == k
        style = dict(color=CLASS_COLOURS[k], marker=MARKERS[k], alpha=0.8, ls="")
        ax.plot(width[at], height[at], label=name, **style)
    ticks = [30, 50, 100, 200, 500]
    ax.set(xlabel="width (pixels)", ylabel="height (pixels)", xscale="log", yscale="log")
    ax.set_xticks(ticks, ticks)
    ax.set_yticks(ticks, ticks)
    ax.minorticks_off()
    ax.set_title("The size of the file already hints at the class")
    figure.legend(loc="outside right upper")
    plt.show()
    return figure


def show_classes(squares: NDArray, labels: NDArray, names: Sequence[str], each: int = 8) -> Figure:
    """The first pictures of each class, a row a class.

    Args:
        squares: shape (n, size, size, 3), values 0 to 255.
        labels: index into `names`, shape (n,).
        names: of the classes.
        each: pictures a class.

    Used in: 04.
    """
    figure, axes = plt.subplots(len(names), each, figsize=(each * 1.05, len(names) * 1.2))
    for k, name in enumerate(names):
        for ax, i in zip(axes[k], np.flatnonzero(labels == k), strict=False):
            show_image(ax, squares[i].astype(np.uint8))
        axes[k, 0].set_title(name, loc="left", fontsize="small")
    plt.show()
    return figure


def plot_map(places: NDArray, squares: NDArray, labels: NDArray, names: Sequence[str]) -> Figure:
    """Every picture at its place on a map, framed in the colour of its class.

    Args:
        places: two coordinates a picture, shape (n, 2).
        squares: shape (n, size, size, 3), values 0 to 255.
        labels: index into `names`.
        names: of the classes.

    Used in: 04.
    """
    figure, ax = plt.subplots(figsize=(10, 6.5))
    ax.plot(*places.T, ls="")
    for place, square, k in zip(places, squares, labels, strict=True):
        picture = OffsetImage(square.astype(np.uint8), zoom=24 / len(square))
        frame = dict(edgecolor=CLASS_COLOURS[k], lw=2)
        ax.add_artist(AnnotationBbox(picture, place, pad=0.1, bboxprops=frame))
    for k, name in enumerate(names):
        ax.plot([], [], "s", color=CLASS_COLOURS[k], label=name)
    ax.axis("off")
    ax.set(title="Pictures that the network sees alike lie together")
    ax.margins(0.06)
    figure.legend(loc="outside right upper")
    plt.show()
    return figure


def show_neighbours(
    squares: NDArray,
    labels: NDArray,
    names: Sequence[str],
    query: int,
    orders: Mapping[str, NDArray],
) -> Figure:
    """A picture and the five nearest to it, a row for each kind of features.

    Args:
        squares: shape (n, size, size, 3), values 0 to 255.
        labels: index into `names`.
        names: of the classes.
        query: number of the picture.
        orders: features -> numbers of the other pictures by nearness, shape (n, at least 5).

    Used in: 04.
    """
    figure, axes = plt.subplots(len(orders), 6, figsize=(9, 2.0 * len(orders)), squeeze=False)
    for line, (features, order) in zip(axes, orders.items(), strict=True):
        for ax, i in zip(line, [query, *order[query][:5]], strict=True):
            show_image(ax, squares[i].astype(np.uint8))
            same = i == query or labels[i] == labels[query]
            ax.set_title(names[labels[i]][:13] + ("" if same else "  ✗"), fontsize="small")
        line[0].set_ylabel(features)
    found = {f: np.sum(labels[o[query][:5]] == labels[query]) for f, o in orders.items()}
    told = ", ".join(f"{f}: {n} of 5 right" for f, n in found.items())
    figure.suptitle(f"left: picture {query}; {told}")
    plt.show()
    return figure


def neighbour_browser(
    squares: NDArray,
    labels: NDArray,
    names: Sequence[str],
    orders: Mapping[str, NDArray],
    start: int = 0,
) -> ipywidgets.VBox:
    """A slider over all pictures that shows the nearest neighbours of each.

    Arguments are those of `show_neighbours`; `box.slider.value = 7` moves it. Used in: 04.
    """

    def draw(picture: int) -> None:
        show_neighbours(squares, labels, names, picture, orders)

    slider = ipywidgets.IntSlider(
        value=start,
        max=len(labels) - 1,
        description="picture",
        continuous_update=False,
        layout={"width": "32em"},
    )
    box = ipywidgets.VBox([slider, ipywidgets.interactive_output(draw, {"picture": slider})])
    box.slider = slider
    return box


def plot_pictures_needed(rows: Sequence[dict], mine: Mapping[str, float], n: int) -> Figure:
    """Balanced accuracy against the number of training pictures, with the learner's own points.

    Args:
        rows: stored rows with method, split ("4 a class"), seed and value; may be empty.
        mine: method -> the learner's value.
        n: training pictures a class of the learner's values.

    Used in: 04.
    """
    figure, ax = plt.subplots(figsize=(7.5, 4))
    for method, colour in CURVE_COLOURS.items():
        values: dict[int, list[float]] = {}
        for row in rows:
            if row["method"] == method:
                values.setdefault(int(row["split"].split()[0]), []).append(row["value"])
        number, found = list(values), list(values.values())
        ax.plot(number, [np.mean(v) for v in found], "-", color=colour, label=method)
        if found:
            low, high = [min(v) for v in found], [max(v) for v in found]
            ax.fill_between(number, low, high, color=colour, alpha=0.2, lw=0)
        if method in mine:
            ax.plot(n, mine[method], "o", color=colour, ms=8, mec="white")
    title = "Borrowed features are worth many pictures" if rows else "stored runs: none yet"
    ax.set(xlabel="training pictures a class", ylabel="balanced accuracy", title=title)
    ax.set_xticks([2, 4, 8, 12])
    ax.axhline(1 / 6, color=GREY, ls=":", lw=1)
    ax.annotate("guessing", (2, 1 / 6), (4, 3), textcoords="offset points", fontsize="small")
    figure.legend(loc="outside right upper", title="● your run")
    plt.show()
    return figure


def class_folders(pictures: Plankton, each: int = 6) -> Path:
    """A temporary folder with one folder a class, as a learner's own pictures would lie.

    Args:
        pictures: whose licence allows copies.
        each: pictures a class.

    Used in: 04.
    """
    root = Path(tempfile.mkdtemp(prefix="course_"))
    for k, name in enumerate(pictures.class_names):
        (root / name).mkdir()
        for i in np.flatnonzero(pictures.labels == k)[:each]:
            file = (root / name / pictures.files[i]).with_suffix(".png")
            imageio.imwrite(file, pictures.images[i])
    return root
