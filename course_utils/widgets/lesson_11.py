"""The error budget as toggles: which stage from the truth, and what scores and tree then say."""

from collections.abc import Mapping

import ipywidgets
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_utils.models.error_budget import PARTS
from course_utils.plots import BLUE, GREEN, GREY, PURPLE
from course_utils.widgets.controls import with_controls
from course_utils.widgets.lesson_08 import divided_by
from course_utils.widgets.lesson_08_figures import paint_tree

Swaps = tuple[str, ...]
SHOWN = {"link F1": BLUE, "division F1, 1 frame": GREEN, "CHOTA": PURPLE}


def named(swaps: Swaps) -> str:
    """What is swapped, in words; "nothing" if nothing is. Used in: 11."""
    return ", ".join(swaps) or "nothing"


def budget_toggles(
    scores: Mapping[Swaps, Mapping[str, float]],
    trees: Mapping[Swaps, NDArray],
    minutes: float | None = None,
) -> ipywidgets.VBox:
    """Tick what comes from the truth; scores and lineage tree follow.

    Args:
        scores: swapped parts, in the order of `PARTS` -> score -> value.
        trees: the same swaps -> lineage, rows of track, begin, end, parent.
        minutes: a frame, for a tree in hours.

    Returns:
        A box to display; `box.masks`, `box.links`, `box.divisions` are its controls:
        `box.masks.value = True` takes the masks of the truth.

    Used in: 11.
    """
    controls = {
        name: ipywidgets.Checkbox(False, description=f"true {name}", indent=False) for name in PARTS
    }

    def draw(**ticked: bool) -> None:
        show_swap(scores, trees, tuple(name for name in PARTS if ticked[name]), minutes)

    return with_controls(controls, draw)


def show_swap(
    scores: Mapping[Swaps, Mapping[str, float]],
    trees: Mapping[Swaps, NDArray],
    swaps: Swaps,
    minutes: float | None = None,
) -> Figure:
    """One combination: its scores as points, those of no swap as strokes, and its tree.

    Args:
        scores, trees, minutes: as for `budget_toggles`.
        swaps: which combination.

    Used in: 11.
    """
    figure, (gains, tree) = plt.subplots(1, 2, figsize=(11, 4.6), width_ratios=(1, 1.7))
    least = min(score[name] for score in scores.values() for name in SHOWN)
    _paint_gains(gains, scores[swaps], scores[()], least)
    divisions = divided_by(trees[swaps], int(trees[swaps][:, 2].max()))
    gains.set_title(f"from the truth: {named(swaps)}")
    title = f"{len(trees[swaps])} tracks, {divisions} divisions"
    paint_tree(tree, trees[swaps], minutes, None, title)
    plt.show()
    return figure


def _paint_gains(
    ax: Axes, score: Mapping[str, float], before: Mapping[str, float], least: float
) -> None:
    """For each score a stroke without any swap, a point with this one, and the way between."""
    for y, (name, colour) in enumerate(SHOWN.items()):
        ax.plot([before[name], score[name]], [y, y], color=colour, lw=6, alpha=0.4)
        ax.plot([before[name]] * 2, [y - 0.2, y + 0.2], color="black", lw=2)
        ax.plot(score[name], y, "o", color=colour, ms=11)
        ax.text(score[name], y - 0.28, f"{score[name]:.3f}", ha="center")
    ax.set_yticks(range(len(SHOWN)), [name.replace(", ", ",\n") for name in SHOWN])
    ax.set(xlim=(least - 0.04, 1.02), ylim=(len(SHOWN) - 0.5, -0.6))
    ax.set_xlabel("score   ● now   | nothing swapped")


def plot_budget(
    yours: Mapping[Swaps, Mapping[str, float]],
    stored: list[dict],
    title: str,
) -> Figure:
    """Every combination of swaps: your run as a point, stored runs as strokes, a panel a score.

    Args:
        yours: swapped parts -> score -> value.
        stored: rows of `data/results`, whose method is what is swapped; may be empty.
        title: what to see.

    Used in: 11.
    """
    names = [named(swaps) for swaps in yours]
    figure, axes = plt.subplots(1, len(SHOWN), figsize=(10.5, 0.36 * len(names) + 1.4), sharey=True)
    for ax, (metric, colour) in zip(axes, SHOWN.items(), strict=True):
        rows = [r for r in stored if r["metric"] == metric and r["method"] in names]
        y = [names.index(row["method"]) for row in rows]
        ax.plot([row["value"] for row in rows], y, "|", color=GREY, ms=13, mew=1.5)
        ax.plot([score[metric] for score in yours.values()], range(len(names)), "o", color=colour)
        ax.set(title=metric, ylim=(len(names) - 0.4, -0.6))
        ax.grid(axis="y", alpha=0.3)
        ax.set_yticks(range(len(names)), names)
    axes[0].set_ylabel("from the truth")
    axes[1].set_xlabel("● your run   | stored runs, other trainings")
    figure.suptitle(title)
    plt.show()
    return figure
