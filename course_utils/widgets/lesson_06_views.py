"""What a visitor of the museum sees: curves, pictures under their labels, a few numbers."""

from dataclasses import dataclass
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from course_utils.models.museum import GALLERY, MUSEUM, Exhibit, Run
from course_utils.models.museum.steps import material
from course_utils.plots import BLUE, GREY, ORANGE, show_image, with_outlines
from course_utils.results import stored_values

LOOKS = ("rests", "divides")


def show_run(exhibit: Exhibit, run: Run, heading: str = "") -> Figure | None:
    """The learning curves, eight training pictures as the network got them, and what was printed.

    Args:
        exhibit: whose numbers are shown.
        run: a training of it; one that stopped with an error shows the message.
        heading: title of the figure.

    Used in: 06.
    """
    if run.error:
        print(run.error)
        return None
    figure = plt.figure(figsize=(10, 3))
    left, right = figure.subfigures(1, 2, width_ratios=(1.25, 1))
    loss, accuracy = left.subplots(1, 2)
    scale_values(loss, draw_curve(loss, run, "loss"), "loss")
    scale_values(accuracy, draw_curve(accuracy, run, "accuracy"), "accuracy")
    loss.legend(fontsize="small")
    draw_pictures(right, run, exhibit.classes)
    figure.suptitle(heading)
    plt.show()
    print("   ".join(f"{name}: {run.numbers[name]:.2f}" for name in exhibit.seen))
    return figure


def draw_curve(ax: Axes, run: Run, name: str) -> np.ndarray:
    """Training and validation values of one kind, epoch by epoch; a diamond before the first step.

    Returns all finite values that were drawn. Used in: 06.
    """
    drawn = []
    for key, label, colour in ((name, "training", BLUE), (f"val_{name}", "validation", ORANGE)):
        values = np.asarray(run.history[key], float)
        ax.plot(np.arange(1, len(values) + 1), values, "o-", ms=3, color=colour, label=label)
        drawn.append(values[np.isfinite(values)])
    if name == "loss" and "start_loss" in run.history:
        ax.plot(0, run.history["start_loss"], "D", ms=6, color=GREY, label="before")
    if not np.isfinite(run.history[name]).all():
        ax.text(0.5, 0.5, "not a number", transform=ax.transAxes, ha="center")
    ax.set(xlabel="epoch", title=name)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return np.concatenate(drawn)


def scale_values(ax: Axes, values: np.ndarray, name: str) -> None:
    """Accuracy from 0.4 to 1; a loss from 0, or by powers of ten beyond a factor of 20.

    Used in: 06.
    """
    if name == "accuracy":
        ax.set_ylim(min(0.4, values.min(initial=1)), 1.02)
    elif values.size and values.max() > 20 * values.min():
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
        ax.yaxis.set_major_formatter("{x:.3g}")
        ax.yaxis.set_minor_formatter(NullFormatter())
    else:
        ax.set_ylim(0, 1.15 * max(values.max(initial=0), 0.8))


def draw_pictures(figure: SubFigure, run: Run, classes: tuple[str, ...] = LOOKS) -> None:
    """Eight pictures of the training batch with their labels; masks are drawn as outlines.

    Used in: 06.
    """
    x, y = run.batch
    rows = np.linspace(0, len(x) - 1, 8).astype(int)
    for i, ax in zip(rows, figure.subplots(2, 4).flat, strict=True):
        picture = np.squeeze(x[i])
        if y.ndim > 1:
            show_image(ax, with_outlines(picture, np.squeeze(y[i]).astype(int)))
        else:
            limits = np.percentile(x, (0.5, 99.8))
            size = material().pixel_size if i == 0 else None
            show_image(ax, picture, "", size, vmin=limits[0], vmax=limits[1])
            ax.set_title(classes[int(y[i])], fontsize="small")


def show_repair(exhibit: Exhibit, broken: Run, repaired: Run) -> Figure:
    """The changed line, the sign of the fault before and after, and the curves of both runs.

    Used in: 06.
    """
    before, after = exhibit.sign.value(broken), exhibit.sign.value(repaired)
    print(exhibit.change)
    print(f"{exhibit.sign.name}: {before:.2f} before, {after:.2f} after")
    figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=not broken.error)
    drawn = []
    for ax, run, name in zip(axes, (broken, repaired), ("broken", "repaired"), strict=True):
        if run.error:
            ax.text(0.5, 0.5, "stopped with an error", ha="center")
            ax.axis("off")
        else:
            drawn.append(draw_curve(ax, run, "loss"))
        ax.set_title(f"loss, {name}")
    scale_values(axes[1], np.concatenate(drawn), "loss")
    axes[1].legend(fontsize="small")
    plt.show()
    return figure


@dataclass(frozen=True)
class Catalogue:
    """All rooms with their answers, as a table."""

    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ("room", "clinic", "fault", "sign", "broken", "repaired", "diagnose")

    def __str__(self) -> str:
        return "\n".join("; ".join(row) for row in (self.head, *self.rows))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.head)
        lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in self.rows)
        return f"<table><tr>{head}</tr><tr>{'</tr><tr>'.join(lines)}</tr></table>"


def catalogue() -> Catalogue:
    """The answers to all rooms, with the stored range of each sign before and after the repair.

    Used in: 06.
    """
    rooms = sorted({**MUSEUM, **GALLERY}.items())
    return Catalogue(tuple(catalogue_row(number, exhibit) for number, exhibit in rooms))


def catalogue_row(number: int, exhibit: Exhibit) -> tuple[str, ...]:
    """One line of the catalogue. Used in: 06."""
    ranges = (stored_range(exhibit, state) for state in ("broken", "repaired"))
    shows = exhibit.shows or "sees nothing"
    return (str(number), exhibit.clinic, exhibit.name, exhibit.sign.name, *ranges, shows)


def stored_range(exhibit: Exhibit, state: str) -> str:
    """Least and largest stored value of an exhibit's sign. Used in: 06."""
    method = f"{exhibit.name}, {state}"
    values = stored_values("06", "museum", exhibit.sign.name, method)
    return f"{min(values):.3g} to {max(values):.3g}" if values else "not stored yet"
