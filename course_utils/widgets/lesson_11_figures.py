"""Figures of lesson 11: fields to correct, the loop round by round, stored rows as a table."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from skimage.measure import find_contours

from course_utils.plots import BLUE, GREEN, GREY, ORANGE, SKY, YELLOW, show_image
from course_utils.results import stored_rows

NOTHING = "not stored yet; run: make measure PART=sweeps NB=11"
LOOP = "human in the loop"
STRATEGIES = {"worst fields": BLUE, "unsure fields": GREEN, "random fields": ORANGE}


def show_corrections(
    images: Sequence[NDArray],
    said: Sequence[NDArray],
    corrected: Sequence[NDArray],
    titles: Sequence[str],
    pixel_size: float | None = None,
    heading: str = "",
    rows: tuple[str, str] = ("said", "corrected"),
) -> Figure:
    """Fields with what was said in orange, and what is right in blue, a column a field.

    Args:
        images, said, corrected: pictures and labels, each (y, x).
        titles: one a field.
        pixel_size: µm a pixel.
        heading: what to see.
        rows: names of the two rows.

    Used in: 11.
    """
    n = len(images)
    figure, axes = plt.subplots(2, n, figsize=(2.7 * n, 6.0), squeeze=False)
    for k, (image, *labels) in enumerate(zip(images, said, corrected, strict=True)):
        for row, (some, colour) in enumerate(zip(labels, (ORANGE, SKY), strict=True)):
            size = pixel_size if not (k or row) else None
            show_image(axes[row, k], _lit(image), "" if row else titles[k], size)
            _outline(axes[row, k], some, colour)
    for row, name in enumerate(rows):
        axes[row, 0].set_ylabel(name)
    figure.suptitle(heading)
    plt.show()
    return figure


def _outline(ax: Axes, labels: NDArray, colour: str) -> None:
    for label in np.unique(labels[labels > 0]):
        for line in find_contours(np.pad(labels == label, 1), 0.5):
            ax.plot(*(line.T[::-1] - 1), color=colour, lw=1.4)
    ax.set(xlim=(-0.5, labels.shape[1] - 0.5), ylim=(labels.shape[0] - 0.5, -0.5))


def _lit(image: NDArray) -> NDArray:
    low, high = np.percentile(image, (1, 99.8))
    return np.clip((image - low) / max(high - low, 1e-9), 0, 1) ** 0.6


def plot_loop(metric: str, title: str, yours: Mapping[str, Sequence[float]] = {}) -> Figure | None:
    """Stored runs of the loop against what was corrected: a line a seed, a colour a strategy.

    Args:
        metric: "F1 at 0.5" or "mean AP".
        title: what to see.
        yours: of this run, round by round: "fields", "clicks" and the metric.

    Returns None, and says so, if nothing is stored. Used in: 11.
    """
    rows = stored_rows("11", task=LOOP)
    if not rows:
        print(NOTHING)
        return None
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.4), sharey=True)
    for ax, cost in zip(axes, ("fields", "clicks"), strict=True):
        for method, colour in STRATEGIES.items():
            for k, (x, y) in enumerate(rounds(rows, method, cost, metric)):
                ax.plot(x, y, "o-", color=colour, ms=4, lw=1.2, label=None if k else method)
        for row in (r for r in rows if r["method"] == "all fields" and r["metric"] == metric):
            if row["split"].startswith("choose"):
                ax.axhline(row["value"], color=GREY, lw=0.8, ls="--")
        if yours:
            ax.plot(yours[cost], yours[metric], "D", mfc=YELLOW, mec="black", label="your run")
        ax.set(xlabel="squares corrected" if cost == "fields" else "objects drawn or removed")
    axes[0].set_ylabel(metric)
    axes[0].legend(fontsize="small")
    figure.suptitle(title)
    plt.show()
    return figure


def rounds(
    rows: Sequence[Mapping], method: str, cost: str, metric: str
) -> list[tuple[list[float], list[float]]]:
    """For each seed what was paid and what was reached, round by round. Used in: 11."""
    own = [row for row in rows if row["method"] == method and row["split"].startswith("choose")]
    found = []
    for seed in dict.fromkeys(row["seed"] for row in own):
        value = {row["metric"]: row["value"] for row in own if row["seed"] == seed}
        numbers = [n for n in range(10) if f"{metric}, round {n}" in value]
        found.append(
            (
                [value[f"{cost}, round {n}"] for n in numbers],
                [value[f"{metric}, round {n}"] for n in numbers],
            )
        )
    return found


def stored_table(task: str, metrics: Sequence[str]) -> str:
    """Stored runs of a task as a table: a line a method, mean and range of each metric.

    Args:
        task: of the sweep.
        metrics: one column each.

    Used in: 11.
    """
    rows = stored_rows("11", task=task)
    methods = list(dict.fromkeys(row["method"] for row in rows))
    if not methods:
        return NOTHING
    wide, columns = max(map(len, methods)), [max(20, 2 + len(metric)) for metric in metrics]
    head = "".join(f"{metric:>{n}}" for metric, n in zip(metrics, columns, strict=True))
    lines = [task, " " * wide + head]
    for method in methods:
        cells = [_cell(rows, method, metric) for metric in metrics]
        texts = "".join(f"{text:>{n}}" for text, n in zip(cells, columns, strict=True))
        lines.append(f"{method:{wide}}{texts}")
    return "\n".join(lines)


def _cell(rows: Sequence[Mapping], method: str, metric: str) -> str:
    values = [r["value"] for r in rows if (r["method"], r["metric"]) == (method, metric)]
    if not values:
        return "-"
    low, high = min(values), max(values)
    if high < 0.001 and high > 0:
        return f"{high:.0e}"
    digits = 0 if high >= 100 or values == [int(v) for v in values] else 1 if high > 2 else 2
    mean = f"{np.mean(values):,.{digits}f}"
    return mean if low == high else f"{mean} ({low:,.{digits}f}-{high:,.{digits}f})"
