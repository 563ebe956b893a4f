"""Figures of lesson 08: lineage trees, cost matrices, likeness maps, dials, stored rows."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_utils.plots import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, YELLOW
from course_utils.results import stored_rows
from course_utils.widgets.lesson_08 import TINTS, families

METHOD_COLOURS = {
    "nearest neighbour": GREY,
    "overlap": ORANGE,
    "assignment": SKY,
    "learned": BLUE,
}
LOOKS = {
    "TRA": ("s", BLUE),
    "SEG": ("^", GREY),
    "link F1": ("D", ORANGE),
    "division F1": ("o", GREEN),
    "division F1, 1 frame": ("o", GREEN),
    "CHOTA": ("v", PURPLE),
}
NOTHING = "not stored yet; run: make measure PART=sweeps NB=08"


def plot_distances(step: Mapping[str, tuple[NDArray, NDArray]], unit: str = "pixels") -> Figure:
    """How far cells go in a step, beside how far away their nearest neighbour is.

    Args:
        step: movie -> (ways of a step, distances to the nearest neighbour).
        unit: of both.

    Used in: 08.
    """
    figure, axes = plt.subplots(1, len(step), figsize=(4.8 * len(step), 2.9), squeeze=False)
    for ax, (name, (ways, gaps)) in zip(axes[0], step.items(), strict=True):
        bins = np.linspace(0, np.percentile(np.concatenate([ways, gaps]), 99), 30)
        for values, label, colour in (
            (ways, "its own step", BLUE),
            (gaps, "to the nearest other", ORANGE),
        ):
            share = np.full(len(values), 100 / len(values))
            ax.hist(values, bins, weights=share, color=colour, alpha=0.7, label=label)
        ax.set(title=name, xlabel=unit, ylabel="% of cells")
        ax.legend()
    plt.show()
    return figure


def show_matrix(cost: NDArray, links: NDArray, title: str) -> Figure:
    """A cost matrix with its numbers; the chosen fields are framed.

    Args:
        cost: shape (n, m); infinite fields stay white.
        links: chosen rows and columns, shape (k, 2).
        title: what to see.

    Used in: 08.
    """
    n, m = cost.shape
    figure, ax = plt.subplots(figsize=(0.62 * m + 1.4, 0.5 * n + 1.0))
    finite = np.where(np.isfinite(cost), cost, np.nan)
    ax.imshow(finite, cmap="cividis_r", aspect="auto", vmax=np.nanpercentile(finite, 95))
    for (i, j), value in np.ndenumerate(finite):
        if np.isfinite(value):
            dark = value > 0.5 * np.nanpercentile(finite, 95)
            colour = "white" if dark else "black"
            ax.text(j, i, f"{value:.0f}", ha="center", va="center", color=colour, fontsize="small")
    for i, j in links:
        frame = plt.Rectangle((j - 0.46, i - 0.46), 0.92, 0.92, fill=False, ec=VERMILION, lw=2)
        ax.add_patch(frame)
    ax.set(title=title, xlabel="after", ylabel="before", xticks=range(m), yticks=range(n))
    plt.show()
    return figure


def show_likeness(maps: Mapping[str, NDArray], step: int = 1, near: int = 130) -> Figure:
    """How alike two frames are at each shift; the peak is marked.

    Args:
        maps: name -> likeness, shape (y, x), no shift in the middle.
        step: pixels of the movie a pixel of the map.
        near: largest shift shown, pixels.

    Used in: 08.
    """
    figure, axes = plt.subplots(1, len(maps), figsize=(4.4 * len(maps), 4.0))
    for ax, (name, likeness) in zip(axes, maps.items(), strict=True):
        y, x = (side // 2 for side in likeness.shape)
        peak = np.array(np.unravel_index(likeness.argmax(), likeness.shape)) - (y, x)
        peak *= step
        edges = step * np.array((-x, likeness.shape[1] - x, likeness.shape[0] - y, -y))
        limits = np.percentile(likeness, (1, 99.9))
        ax.imshow(likeness, extent=edges, cmap="cividis", vmin=limits[0], vmax=limits[1])
        ax.plot(*peak[::-1], "o", ms=14, mfc="none", mec=VERMILION, mew=2)
        ax.set(xlim=(-near, near), ylim=(near, -near), xlabel="to the right, pixels")
        ax.set_title(f"{name}: {peak[0]:+d} down, {peak[1]:+d} right")
    axes[0].set_ylabel("down, pixels")
    plt.show()
    return figure


def draw_tree(
    lineage: NDArray,
    minutes: float | None = None,
    founders: Sequence[int] | None = None,
    title: str = "",
) -> Figure:
    """A lineage tree: time to the right, a line a track, a fork a division.

    Args:
        lineage: rows of track, begin, end, parent, shape (n, 4).
        minutes: a frame, for an axis in hours; frames without.
        founders: tracks whose families are drawn; all that divide by default.
        title: what to see.

    Used in: 00, 08.
    """
    height = tree_heights(lineage)
    levels = len({height[row[0]] for row in _grown(lineage, founders)})
    figure, ax = plt.subplots(figsize=(8, min(0.09 * levels + 1.2, 8)))
    paint_tree(ax, lineage, minutes, founders, title)
    plt.show()
    return figure


def paint_tree(
    ax: Axes,
    lineage: NDArray,
    minutes: float | None = None,
    founders: Sequence[int] | None = None,
    title: str = "",
) -> None:
    """`draw_tree` on axes of your own: a line from a cell's first frame to its last, or to its
    daughters' first.

    Args:
        ax: where to draw.
        lineage, minutes, founders, title: as for `draw_tree`.

    Used in: 08.
    """
    height, family = tree_heights(lineage), families(lineage)
    rows = _grown(lineage, founders)
    levels = {h: k for k, h in enumerate(sorted({height[row[0]] for row in rows}))}
    unit = minutes / 60 if minutes else 1
    begin = {row[0]: row[1] for row in rows}
    forks = {mother: first for _, first, _, mother in rows}
    for track, first, last, mother in rows:
        y, colour = levels[height[track]], TINTS[family[track] % len(TINTS)]
        line = dict(color=colour, lw=1.5, solid_capstyle="projecting")
        ax.plot([first * unit, forks.get(track, last) * unit], [y, y], **line)
        if mother in begin:
            ax.plot([first * unit] * 2, [y, levels[height[mother]]], **line)
    ax.set(xlabel="hours" if minutes else "frame", yticks=[], title=title)
    ax.spines.left.set_visible(False)
    ax.xaxis.get_major_locator().set_params(integer=True)


def _grown(lineage: NDArray, founders: Sequence[int] | None) -> list[list[int]]:
    """Rows of the families of some founders; by default of all that divide."""
    family = families(lineage)
    mothers = set(lineage[:, 3].tolist())
    wanted = set(founders if founders is not None else (family[m] for m in mothers if m))
    return [row for row in lineage.tolist() if family[row[0]] in wanted]


def tree_heights(lineage: NDArray) -> dict[int, float]:
    """Track -> its height in a drawing where lines of a family never cross. Used in: 08."""
    import networkx as nx

    tree = nx.DiGraph()
    tree.add_nodes_from(lineage[:, 0].tolist())
    tree.add_edges_from((mother, track) for track, _, _, mother in lineage.tolist() if mother)
    height: dict[int, float] = {}
    for track in nx.dfs_postorder_nodes(tree):
        kids = list(tree.successors(track))
        height[track] = float(np.mean([height[kid] for kid in kids])) if kids else len(height)
    return height


def plot_dial(
    values: Sequence[float],
    scores: Mapping[str, Mapping[str, Sequence[float]]],
    xlabel: str,
    title: str,
) -> Figure:
    """Scores as a dial is turned: a panel a score, a line a method.

    Args:
        values: of the dial.
        scores: score -> method -> one number a value.
        xlabel, title: texts.

    Used in: 08.
    """
    figure, axes = plt.subplots(1, len(scores), figsize=(3.6 * len(scores), 3.0), squeeze=False)
    for ax, (name, curves) in zip(axes[0], scores.items(), strict=True):
        for method, curve in curves.items():
            ax.plot(values, curve, "o-", label=method, color=METHOD_COLOURS.get(method))
        ax.set(xlabel=xlabel, title=name, ylim=(-0.03, 1.03), xticks=values)
    axes[0, 0].legend(fontsize="small")
    figure.suptitle(title)
    plt.show()
    return figure


def plot_rows(table: Mapping[str, Mapping[str, float]], title: str) -> Figure:
    """Several scores of several trackings as dots on one line each.

    Args:
        table: tracking -> score -> value, 0 to 1.
        title: what to see.

    Used in: 08.
    """
    figure, ax = plt.subplots(figsize=(8, 0.42 * len(table) + 1.3))
    names = list(next(iter(table.values())))
    for k, name in enumerate(names):
        y = np.arange(len(table)) + 0.09 * (k - (len(names) - 1) / 2)
        mark, colour = LOOKS.get(name, ("o", GREY))
        ax.plot([row[name] for row in table.values()], y, mark, color=colour, label=name, ms=7)
    ax.set_yticks(range(len(table)), list(table))
    ax.set(xlim=(-0.03, 1.03), ylim=(len(table) - 0.4, -0.6), xlabel="score", title=title)
    ax.grid(axis="y", alpha=0.3)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    plt.show()
    return figure


def plot_msd(lags: NDArray, curves: Mapping[str, Sequence[float]], unit: str, title: str) -> Figure:
    """Mean squared displacement on two logarithmic axes, with slopes 1 and 2 to compare.

    Args:
        lags: hours.
        curves: name -> values.
        unit: of the values.
        title: what to see.

    Used in: 08.
    """
    figure, ax = plt.subplots(figsize=(5.6, 3.4))
    for name, curve in curves.items():
        ax.loglog(lags, curve, "o-", label=name)
    start = next(iter(curves.values()))[0]
    for slope, style in ((1, ":"), (2, "--")):
        line = start * (lags / lags[0]) ** slope
        ax.loglog(lags, line, style, color=GREY, label=f"slope {slope}")
    ax.set(xlabel="lag, hours", ylabel=f"mean squared displacement, {unit}", title=title)
    ax.set_xticks(lags, [f"{lag:g}" for lag in lags])
    ax.xaxis.set_minor_locator(plt.NullLocator())
    ax.legend(fontsize="small")
    plt.show()
    return figure


STORED = ("link F1", "division F1, 1 frame", "CHOTA")


def plot_stored(metrics: Sequence[str] = STORED) -> Figure | None:
    """Stored scores of all linkers: a panel a score, a line a film, a stroke a seed.

    Args:
        metrics: one panel each.

    Returns None, and says so, if no sweep is stored. Used in: 08.
    """
    rows = [row for row in stored_rows("08") if row["metric"] in metrics and row["task"] in films()]
    if not rows:
        print(NOTHING)
        return None
    names, methods = films(), list(dict.fromkeys(row["method"] for row in rows))
    size = (3.4 * len(metrics) + 1.5, 0.42 * len(names) + 1.4)
    figure, axes = plt.subplots(1, len(metrics), figsize=size, sharey=True, squeeze=False)
    for ax, metric in zip(axes[0], metrics, strict=True):
        for k, method in enumerate(methods):
            some = [row for row in rows if (row["metric"], row["method"]) == (metric, method)]
            y = [names.index(row["task"]) + 0.12 * (k - len(methods) / 2) for row in some]
            colour = METHOD_COLOURS.get(method, (PURPLE, GREEN, YELLOW)[k % 3])
            ax.plot([row["value"] for row in some], y, "|", ms=9, mew=2, color=colour, label=method)
        ax.set(title=metric, xlim=(-0.03, 1.03), ylim=(len(names) - 0.4, -0.7))
        ax.set_yticks(range(len(names)), names)
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside right center", fontsize="small")
    plt.show()
    return figure


def films() -> list[str]:
    """Films of the stored sweep: what the course's linkers are scored on. Used in: 08."""
    rows = [row for row in stored_rows("08") if row["method"] in METHOD_COLOURS]
    scored = [row for row in rows if row["role"] == "stored" and row["metric"] in STORED]
    return list(dict.fromkeys(row["task"] for row in scored))
