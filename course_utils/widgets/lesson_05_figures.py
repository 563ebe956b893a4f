"""Figures of lesson 05 that draw the learner's run on what is stored."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_utils.metrics.calibration import reliability
from course_utils.plots import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION
from course_utils.results import stored_rows
from course_utils.widgets.lesson_05 import draw_confusion, draw_precision_recall, draw_roc

COLOURS = (GREY, ORANGE, BLUE, GREEN, PURPLE, SKY)
NOTHING = "not stored yet: make measure PART=sweeps NB=05"


def stored(task: str, metric: str) -> dict[str, list[float]]:
    """Stored values of one task and metric: method -> values of all seeds. Used in: 05."""
    found: dict[str, list[float]] = {}
    for row in stored_rows("05", task=task, metric=metric):
        found.setdefault(row["method"], []).append(row["value"])
    return found


def plot_confusion(counts: NDArray[np.int64], names: tuple[str, ...], title: str) -> Figure:
    """One confusion matrix. Used in: 05."""
    figure, ax = plt.subplots(figsize=(4.6, 3.6))
    draw_confusion(ax, counts, names, title)
    plt.show()
    return figure


def plot_rankings(
    true: NDArray[np.int64], scores: Mapping[str, NDArray[np.float64]], title: str
) -> Figure:
    """ROC and precision-recall curves of several models side by side.

    Args:
        true: 0 or 1, shape (n,).
        scores: name of the model -> its scores, shape (n,).
        title: what to see.

    Used in: 05.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
    for (name, score), colour in zip(scores.items(), COLOURS[1:], strict=False):
        draw_roc(left, true, score, color=colour, label=name)
        draw_precision_recall(right, true, score, color=colour, label=name)
    left.legend(loc="lower right", fontsize="small")
    figure.suptitle(title)
    plt.show()
    return figure


def plot_reliability(
    true: NDArray[np.int64], probabilities: Mapping[str, NDArray[np.float64]], title: str
) -> Figure:
    """What was promised against what was found, one line a model; large dots hold many nuclei.

    Args:
        true: 0 or 1, shape (n,).
        probabilities: name of the model -> probability of 1, shape (n,).
        title: what to see.

    Used in: 05.
    """
    figure, ax = plt.subplots(figsize=(4.8, 4.2))
    ax.plot([0, 1], [0, 1], ":", color=GREY)
    for (name, p), colour in zip(probabilities.items(), COLOURS[1:], strict=False):
        bars = reliability(true, p)
        ax.plot(bars.promised, bars.found, color=colour, lw=1.2, label=name)
        ax.scatter(bars.promised, bars.found, 6 + 90 * np.sqrt(bars.count / len(true)), colour)
    ax.set(xlabel="promised probability", ylabel="share that divides", title=title)
    ax.legend(fontsize="small")
    plt.show()
    return figure


def plot_strips(
    task: str, metric: str, title: str, own: Mapping[str, float], line: Mapping[str, float]
) -> Figure:
    """One strip a method: stored runs as ticks, the learner's own as a dot.

    Args:
        task, metric: under which the runs are stored.
        title: what to see.
        own: method -> the learner's value; these methods are drawn, in this order.
        line: method -> what guessing would give, drawn as a dotted mark.

    Used in: 05.
    """
    runs, names = stored(task, metric), list(own)[::-1]
    figure, ax = plt.subplots(figsize=(7, 0.45 * len(names) + 1.1))
    for y, name in enumerate(names):
        values = runs.get(name, [])
        ax.plot(values, [y] * len(values), "|", color=BLUE, ms=14, mew=1.5)
        ax.plot(own[name], y, "o", color=BLUE, ms=7)
        ax.plot([line[name]] * 2, [y - 0.3, y + 0.3], ":", color=GREY, lw=2)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel=metric, title=title, xlim=(0, 1), ylim=(-0.6, len(names) - 0.4))
    note_missing(ax, runs)
    plt.show()
    return figure


def note_missing(ax: plt.Axes, runs: Mapping) -> None:
    """Say so in the picture when no runs are stored. Used in: 05."""
    if not runs:
        ax.text(0.5, 0.95, NOTHING, transform=ax.transAxes, ha="center", va="top", color=VERMILION)


def plot_dial(
    dial: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    title: str,
) -> Figure:
    """Scores along one setting, on a logarithmic axis.

    Args:
        dial: values of the setting.
        curves: name -> one score for each of them.
        xlabel, ylabel, title: texts; the title says what to see.

    Used in: 05.
    """
    figure, ax = plt.subplots(figsize=(6.4, 3.2))
    for (name, values), colour in zip(curves.items(), (GREY, BLUE), strict=True):
        ax.plot(dial, values, "o-", color=colour, label=name, ms=4)
    ax.set(xscale="log", xlabel=xlabel, ylabel=ylabel, title=title, ylim=(0, 1.05))
    ax.legend()
    plt.show()
    return figure


def plot_capacity(own: tuple[int, float, float]) -> Figure:
    """Stored losses of CNNs of growing width, on seen and unseen nuclei, and the learner's.

    Args:
        own: width, loss on `fit` and loss on `choose` of the learner's run.

    Used in: 05.
    """
    figure, ax = plt.subplots(figsize=(6.4, 3.6))
    lines = {"fit loss": (GREY, "fit, after 30 epochs"), "choose loss": (BLUE, "choose, after 30")}
    lines["lowest choose loss"] = (GREEN, "choose, in the best epoch")
    for metric, (colour, name) in lines.items():
        runs = {int(k.split()[1]): np.array(v) for k, v in stored("capacity", metric).items()}
        widths = sorted(runs)
        ax.plot(widths, [np.median(runs[w]) for w in widths], color=colour, label=name)
        for width in widths:
            ax.plot([width] * len(runs[width]), runs[width], "_", color=colour, ms=9)
    for value, colour in zip(own[1:], (GREY, BLUE), strict=True):
        ax.plot(own[0], value, "o", color=colour, ms=8)
    ax.set(xscale="log", yscale="log", xlabel="width: filters of the first block")
    ax.set(ylabel="cross-entropy", title="Wider networks end worse unless they are stopped")
    ax.set_xticks([1, 2, 4, 8, 16, 32], [1, 2, 4, 8, 16, 32])
    ax.legend(fontsize="small")
    note_missing(ax, stored("capacity", "fit loss"))
    plt.show()
    return figure


def plot_rates(
    batches: Sequence[int], rates: Sequence[float], own: tuple[int, float, float]
) -> Figure:
    """Heat map of batch size and learning rate from stored runs, with the learner's run on it.

    Args:
        batches: batch sizes, rows from the top.
        rates: learning rates, columns.
        own: batch size, learning rate and average precision of the learner's run; it must lie on
            the grid.

    Used in: 05.
    """
    runs = stored("batch size and learning rate", "choose average precision")
    table = np.array(
        [[np.mean(runs.get(f"batch {b}, rate {r:g}", [np.nan])) for r in rates] for b in batches]
    )
    figure, ax = plt.subplots(figsize=(6.6, 3.4))
    shown = ax.imshow(table, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    at = rates.index(own[1]), batches.index(own[0])
    for (row, column), value in np.ndenumerate(table):
        text = "" if np.isnan(value) else f"{value:.2f}"
        text += f"\nyou {own[2]:.2f}" if (column, row) == at else ""
        colour = "black" if not value <= 0.55 else "white"
        size = "small" if (column, row) == at else "medium"
        ax.text(column, row, text, ha="center", va="center", color=colour, fontsize=size)
    ax.plot(*at, "s", ms=46, mfc="none", mec=VERMILION, mew=2)
    ax.set_xticks(range(len(rates)), [f"{r:g}" for r in rates])
    ax.set_yticks(range(len(batches)), batches)
    ax.set(xlabel="learning rate", ylabel="batch size")
    ax.set_title("After six epochs: the larger the batch, the higher the lowest good rate")
    figure.colorbar(shown, label="average precision")
    note_missing(ax, runs)
    plt.show()
    return figure


def plot_search(own: Mapping[str, Mapping]) -> Figure:
    """Best score so far of grid and random search, and where the learner's settings lay.

    Args:
        own: "grid" and "random" -> `cv_results_` of a search over svc__C and svc__gamma. A grid
            is shown in a random order, or its start would depend on which dial turns first.

    Used in: 05.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.6))
    for name, colour in (("grid", ORANGE), ("random", BLUE)):
        scores = np.asarray(own[name]["mean_test_score"])
        if name == "grid":
            scores = np.random.default_rng(0).permutation(scores)
        draw_best_so_far(left, name, scores, colour)
    left.set(xlabel="settings tried", ylabel="best average precision so far")
    left.set_title("bands: 80 % of the stored searches; dashed: median")
    left.legend(loc="lower right")
    note_missing(left, stored("search", "best of 01"))
    draw_settings(right, own)
    plt.show()
    return figure


def draw_best_so_far(ax: plt.Axes, name: str, scores: NDArray[np.float64], colour: str) -> None:
    """The learner's best so far as a line on the band of the stored searches. Used in: 05."""
    tried = np.arange(1, len(scores) + 1)
    runs = [stored("search", f"best of {i:02}").get(name, [np.nan]) for i in tried]
    low, middle, high = np.array([np.quantile(run, [0.1, 0.5, 0.9]) for run in runs]).T
    ax.fill_between(tried, low, high, color=colour, alpha=0.2, lw=0)
    ax.plot(tried, middle, "--", color=colour, lw=1)
    ax.plot(tried, np.maximum.accumulate(scores), color=colour, lw=2, label=f"{name}, yours")


def draw_settings(ax: plt.Axes, own: Mapping[str, Mapping]) -> None:
    """C against gamma of every setting, with its score as colour; squares: grid. Used in: 05."""
    for name, marker in (("grid", "s"), ("random", "o")):
        found = own[name]
        place = (np.asarray(found[f"param_svc__{dial}"], float) for dial in ("gamma", "C"))
        score = np.asarray(found["mean_test_score"])
        order = np.argsort(score)
        x, y = (values[order] for values in place)
        style = dict(marker=marker, cmap="cividis", vmin=0.5, vmax=0.85, s=60, edgecolors=GREY)
        shown = ax.scatter(x, y, c=score[order], **style)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="gamma",
        ylabel="C",
        title="The good ones lie aslant (components not shown)",
    )
    ax.figure.colorbar(shown, ax=ax, label="average precision")
