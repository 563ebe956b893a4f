"""The threshold explorer: two heaps of scores, one cut, and what follows from it."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from course_utils.metrics.classification import class_scores, confusion_counts
from course_utils.plots import BLUE, GREY, ORANGE, VERMILION

NAMES = ("other", "dividing")


def threshold_explorer(
    true: NDArray[np.int64], score: NDArray[np.float64], start: float = 0.0
) -> ipywidgets.VBox:
    """A slider for the threshold, with the scores, the confusion matrix and both curves.

    Args:
        true: 0 or 1, shape (n,).
        score: higher is more likely 1, shape (n,).
        start: first threshold; what scores above it is called 1.

    Returns:
        A box to display; `box.slider.value = 0.5` moves it.

    Used in: 05.
    """
    low, high = float(np.min(score)), float(np.max(score))
    slider = ipywidgets.FloatSlider(
        value=start,
        min=low,
        max=high,
        step=(high - low) / 200,
        description="threshold",
        continuous_update=False,
        layout={"width": "40em"},
    )

    def draw(threshold: float) -> None:
        draw_threshold(true, score, threshold)

    box = ipywidgets.VBox([slider, ipywidgets.interactive_output(draw, {"threshold": slider})])
    box.slider = slider
    return box


def draw_threshold(true: NDArray[np.int64], score: NDArray[np.float64], threshold: float) -> Figure:
    """Heaps of scores, confusion matrix, ROC and precision-recall curve at one threshold.

    Args:
        true: 0 or 1, shape (n,).
        score: shape (n,).
        threshold: what scores above it is called 1.

    Used in: 05.
    """
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.2), width_ratios=(1.5, 1, 1, 1))
    counts = confusion_counts(true, (score > threshold).astype(int), 2)
    draw_heaps(axes[0], true, score, threshold)
    draw_confusion(axes[1], counts, NAMES, "counts")
    draw_roc(axes[2], true, score, counts)
    draw_precision_recall(axes[3], true, score, counts)
    found = class_scores(counts)
    figure.suptitle(
        f"threshold {threshold:.2f}: precision {found.precision[1]:.2f}, "
        f"recall {found.recall[1]:.2f}, F1 {found.f1[1]:.2f}"
    )
    plt.show()
    return figure


def draw_heaps(
    ax: Axes, true: NDArray[np.int64], score: NDArray[np.float64], threshold: float
) -> None:
    """Histogram of the scores of both classes, with the cut. Used in: 05."""
    edges = np.linspace(score.min(), score.max(), 40)
    for kind, colour in ((0, GREY), (1, ORANGE)):
        ax.hist(score[true == kind], edges, color=colour, alpha=0.7, label=NAMES[kind])
    ax.axvline(threshold, color=VERMILION, lw=2)
    ax.set(
        xlabel="score", ylabel="nuclei", yscale="log", title="called dividing: right of the line"
    )
    ax.legend(fontsize="small")


def draw_confusion(
    ax: Axes, counts: NDArray[np.int64], names: tuple[str, ...], title: str = ""
) -> None:
    """A confusion matrix: counts as text, the share of each row as shade.

    Args:
        ax: where to draw.
        counts: shape (classes, classes), rows the truth.
        names: of the classes.
        title: what to see.

    Used in: 05.
    """
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if share[row, column] > 0.6 else "black"
        ax.text(column, row, f"{count:,}", ha="center", va="center", color=colour)
    few = len(names) == 2
    slant = {} if few else dict(rotation=40, ha="right", rotation_mode="anchor")
    ax.set_xticks(range(len(names)), names, **slant)
    ax.set_yticks(range(len(names)), names, rotation=90 if few else 0, va="center")
    ax.tick_params(length=0)
    ax.set(xlabel="called", ylabel="truth", title=title)
    ax.spines[:].set_visible(False)


def draw_roc(
    ax: Axes,
    true: NDArray[np.int64],
    score: NDArray[np.float64],
    counts: NDArray[np.int64] | None = None,
    **line: object,
) -> None:
    """ROC curve, with the point of a confusion matrix (2, 2) if one is given. Used in: 05."""
    wrong, found, _ = roc_curve(true, score)
    ax.plot(wrong, found, **{"color": BLUE, **line})
    ax.plot([0, 1], [0, 1], ":", color=GREY, lw=1)
    if counts is not None:
        ax.plot(*(counts[:, 1] / counts.sum(axis=1)), "o", color=VERMILION, ms=9)
    ax.set(xlabel="share of others called", ylabel="recall", title="ROC", ylim=(-0.03, 1.03))


def draw_precision_recall(
    ax: Axes,
    true: NDArray[np.int64],
    score: NDArray[np.float64],
    counts: NDArray[np.int64] | None = None,
    **line: object,
) -> None:
    """Precision-recall curve, with the point of a confusion matrix if one is given. Used in: 05."""
    precision, recall, _ = precision_recall_curve(true, score)
    ax.step(recall, precision, where="post", **{"color": BLUE, **line})
    ax.axhline(np.mean(true), color=GREY, ls=":", lw=1)
    if counts is not None:
        at = class_scores(counts)
        ax.plot(at.recall[1], at.precision[1], "o", color=VERMILION, ms=9)
    ax.set(xlabel="recall", ylabel="precision", title="precision-recall", ylim=(-0.03, 1.03))
