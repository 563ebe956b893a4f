"""Every figure that is drawn twice: one style, scale bars, colours for all eyes.

Importing this module sets the style. The same colour means the same model in every lesson.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_utils.results import Board

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, GREY = [
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#777777",
]
ROLE_COLOURS = {"floor": GREY, "baseline": ORANGE, "ours": BLUE}

plt.rcParams.update(
    {
        "figure.dpi": 90,
        "figure.constrained_layout.use": True,
        "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY]),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": "medium",
        "font.size": 10,
        "legend.frameon": False,
        "image.cmap": "gray",
        "image.interpolation": "auto",
    }
)


def scale_bar(ax: Axes, pixel_size: float, length: float = 10.0) -> None:
    """Draw a scale bar into the lower right corner of an image.

    Args:
        ax: axes that show one image.
        pixel_size: µm a pixel.
        length: of the bar, µm.

    Used in: 00, 02.
    """
    (left, right), (bottom, top) = sorted(ax.get_xlim()), sorted(ax.get_ylim(), reverse=True)
    width, height = right - left, bottom - top
    end, y = right - 0.05 * width, bottom - 0.06 * height
    ax.plot([end - length / pixel_size, end], [y, y], color="white", lw=3, solid_capstyle="butt")
    ax.text(
        end - length / pixel_size / 2,
        y - 0.02 * height,
        f"{length:g} µm",
        color="white",
        ha="center",
        va="bottom",
        fontsize="small",
    )


def show_image(
    ax: Axes, image: np.ndarray, title: str = "", pixel_size: float | None = None, **kwargs
) -> None:
    """One image without ticks, with a title and, if its pixel size is known, a scale bar.

    Args:
        ax: where to draw.
        image: shape (y, x) or (y, x, 3).
        title: what to see.
        pixel_size: µm a pixel; None draws no bar.
        **kwargs: passed on to `imshow`; `bar=20` sets the length of the scale bar.

    Used in: 00, 02.
    """
    bar = kwargs.pop("bar", 10.0)
    ax.imshow(image, **kwargs)
    ax.set(title=title, xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    if pixel_size:
        scale_bar(ax, pixel_size, bar)


def show_side_by_side(
    *images: np.ndarray,
    titles: Sequence[str],
    pixel_size: float | None = None,
    width: float = 10.0,
    **kwargs,
) -> Figure:
    """Images of one size beside each other.

    Args:
        *images: each of shape (y, x) or (y, x, 3).
        titles: one an image.
        pixel_size: µm a pixel, for the scale bar of the first image.
        width: of the figure, inches.
        **kwargs: passed on to `imshow`.

    Used in: 00, 02.
    """
    height = width / len(images) * images[0].shape[0] / images[0].shape[1] + 0.4
    figure, axes = plt.subplots(1, len(images), figsize=(width, height), squeeze=False)
    for i, (ax, image, title) in enumerate(zip(axes[0], images, titles, strict=True)):
        show_image(ax, image, title, pixel_size if i == 0 else None, **kwargs)
    plt.show()
    return figure


def show_crops(
    crops: np.ndarray,
    titles: Sequence[str] | None = None,
    columns: int = 8,
    pixel_size: float | None = None,
    heading: str = "",
    own_contrast: bool = True,
) -> Figure:
    """A contact sheet of small images.

    Args:
        crops: shape (n, y, x).
        titles: one a crop.
        columns: crops a row.
        pixel_size: µm a pixel, for a scale bar on the first crop.
        heading: title of the whole sheet.
        own_contrast: stretch each crop by itself; otherwise all share one grey scale.

    Used in: 02.
    """
    rows = -(-len(crops) // columns)
    size = 1.15 if titles is None else 1.3
    figure, axes = plt.subplots(
        rows, columns, figsize=(columns * 1.15, rows * size + 0.3), squeeze=False
    )
    limits = {} if own_contrast else dict(vmin=np.min(crops), vmax=np.percentile(crops, 99.8))
    for ax in axes.flat:
        ax.axis("off")
    for i, (ax, crop) in enumerate(zip(axes.flat, crops, strict=False)):
        show_image(ax, crop, "", pixel_size if i == 0 else None, **limits)
        if titles is not None:
            ax.set_title(titles[i], fontsize="small")
    figure.suptitle(heading)
    plt.show()
    return figure


def plot_curves(
    curves: dict[str, Sequence[float]],
    ylabel: str,
    title: str,
    xlabel: str = "step",
    every: int = 1,
    log: bool = False,
) -> Figure:
    """Training curves of one or several runs in one frame.

    Args:
        curves: name -> values.
        ylabel, xlabel, title: texts; the title says what to see.
        every: steps between two values.
        log: logarithmic vertical axis.

    Used in: 02.
    """
    figure, ax = plt.subplots(figsize=(6.4, 3.2))
    for name, values in curves.items():
        ax.plot(np.arange(len(values)) * every, values, label=name, lw=1.5)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, yscale="log" if log else "linear")
    ax.xaxis.get_major_locator().set_params(integer=True)
    if len(curves) > 1:
        ax.legend()
    plt.show()
    return figure


def plot_board(board: Board, interval: tuple[float, float] | None = None) -> Figure:
    """The learner's values drawn on the stored spread.

    Args:
        board: made by `scoreboard`.
        interval: of the last method of role "ours", drawn as a bar behind its point.

    Used in: 02.
    """
    lines = board.lines[::-1]
    figure, ax = plt.subplots(figsize=(7, 0.45 * len(lines) + 1.1))
    for y, line in enumerate(lines):
        colour = ROLE_COLOURS[line.role]
        ax.plot(line.stored, [y] * len(line.stored), "|", color=colour, ms=14, mew=1.5)
        ax.plot(line.value, y, "o", color=colour, ms=7)
    if interval:
        y = next(i for i, line in enumerate(lines) if line.role == "ours")
        ax.plot(interval, [y, y], color=ROLE_COLOURS["ours"], lw=6, alpha=0.25)
    ax.set_yticks(range(len(lines)), [line.method for line in lines])
    ax.set(xlabel=board.metric, title="● your run   | stored runs", ylim=(-0.6, len(lines) - 0.4))
    plt.show()
    return figure


def plot_spread(
    stored: dict[str, Sequence[float]],
    yours: dict[str, float],
    xlabel: str,
    title: str,
) -> Figure:
    """Stored runs of several variants as strokes, their mean as a line, your run as a point.

    Args:
        stored: variant -> one value a seed, drawn from top to bottom; may be empty.
        yours: variant -> value of this run, for some of them.
        xlabel, title: texts; the title says what to see.

    Used in: 03.
    """
    figure, ax = plt.subplots(figsize=(7, 0.4 * len(stored) + 1.1))
    for y, (name, values) in enumerate(stored.items()):
        colour = BLUE if y == 0 else ORANGE
        ax.plot(values, [y] * len(values), "|", color=colour, ms=14, mew=1.5)
        if len(values):
            ax.plot([np.mean(values)] * 2, [y - 0.4, y + 0.4], color=colour, lw=3, alpha=0.4)
        if name in yours:
            ax.plot(yours[name], y, "o", color=colour, ms=7)
    ax.set_yticks(range(len(stored)), stored)
    ax.set(xlabel=f"{xlabel}      ● your run   | stored runs", title=title)
    ax.set_ylim(len(stored) - 0.4, -0.6)
    plt.show()
    return figure


def with_outlines(image: np.ndarray, masks: np.ndarray, gamma: float = 0.6) -> np.ndarray:
    """The image in grey with every object's outline in yellow.

    Args:
        image: shape (y, x); dark parts are lifted by `gamma` below 1.
        masks: integer labels, shape (y, x), 0 is background.

    Returns:
        Picture of shape (y, x, 3), values 0 to 1.

    Used in: 00.
    """
    from skimage.segmentation import find_boundaries

    low, high = np.percentile(image, (1, 99.8))
    grey = np.clip((image.astype(float) - low) / max(high - low, 1e-9), 0, 1) ** gamma
    picture = np.repeat(grey[..., None], 3, axis=-1)
    picture[find_boundaries(masks, mode="inner")] = (0.94, 0.89, 0.26)
    return picture
