"""Figures of lesson 09 about doubt: deviation and error, promises kept, masks, stored scores."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from skimage.segmentation import find_boundaries

from course_utils.data.pairs import Pair
from course_utils.models.trust import ErrorCurve, Opinion
from course_utils.plots import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, show_image
from course_utils.results import stored_rows
from course_utils.widgets.lesson_09 import in_grey

LOOKS = {
    "as it comes": (GREY, ":"),
    "Gaussian": (ORANGE, ":"),
    "wavelets": (ORANGE, "--"),
    "NLM": (ORANGE, "-"),
    "U-Net": (BLUE, "-"),
    "U-Net, noise2noise": (SKY, "-"),
    "U-Net, next frame": (PURPLE, "--"),
}
NOTHING = "not stored yet; run: make measure PART=sweeps NB=09"


def show_doubt(pair: Pair, opinion: Opinion, pixel_size: float | None = None) -> Figure:
    """Light, painted stain, deviation of the members and real error, the last two on one scale.

    Args:
        pair: what was seen, and the true stain.
        opinion: of the ensemble.
        pixel_size: µm a pixel.

    Used in: 09.
    """
    error = np.abs(opinion.mean - pair.target)
    height, width = pair.target.shape
    figure, axes = plt.subplots(1, 4, figsize=(13, 13 / 4 * height / width + 0.5))
    show_image(axes[0], in_grey(pair.source[0]), "light", pixel_size)
    show_image(axes[1], opinion.mean, "painted, mean of five", vmin=0, vmax=1)
    for ax, (title, values) in zip(
        axes[2:], {"deviation": opinion.deviation, "real error": error}.items(), strict=True
    ):
        shown = ax.imshow(values, cmap="magma", vmin=0, vmax=0.6)
        ax.set(title=title, xticks=[], yticks=[])
    figure.colorbar(shown, ax=axes[2:], label="in units of the stain", shrink=0.8)
    plt.show()
    return figure


def plot_promises(curves: Mapping[str, ErrorCurve], title: str) -> Figure:
    """Promised against real mean error, a point a tenth of the pixels; the dotted line is honest.

    Args:
        curves: name -> its bins.
        title: what to see.

    Used in: 09.
    """
    figure, ax = plt.subplots(figsize=(5.2, 3.8))
    inks = (VERMILION, BLUE, GREEN, PURPLE)
    for ink, (name, curve) in zip(inks, curves.items(), strict=False):
        ax.plot(curve.promised, curve.found, "o-", color=ink, label=name, ms=5)
    most = max(max(curve.promised.max(), curve.found.max()) for curve in curves.values())
    ax.plot([0, most], [0, most], ":", color=GREY)
    ax.set(xlabel="promised error", ylabel="real error", title=title)
    ax.legend()
    plt.show()
    return figure


def show_masks(
    stains: Mapping[str, NDArray], trusted: Sequence[NDArray], title: str = ""
) -> Figure:
    """Painted stains in which all that is not to be trusted is tinted orange.

    Args:
        stains: name -> painted stain, shape (y, x).
        trusted: True where it may be trusted, one a stain.
        title: of the figure.

    Used in: 09.
    """
    height, width = next(iter(stains.values())).shape
    size = (12, 12 / len(stains) * height / width + 0.8)
    figure, axes = plt.subplots(1, len(stains), figsize=size, squeeze=False)
    for ax, (name, stain), good in zip(axes[0], stains.items(), trusted, strict=True):
        picture = np.repeat(np.clip(stain, 0, 1)[..., None], 3, axis=-1)
        picture[~good] = 0.5 * picture[~good] + 0.5 * np.array((0.9, 0.62, 0))
        picture[find_boundaries(~good, mode="inner")] = (0.9, 0.62, 0)
        show_image(ax, picture, f"{name}\n{np.mean(~good):.0%} not trusted")
    figure.suptitle(title)
    plt.show()
    return figure


def plot_photons(
    yours: Mapping[str, Mapping[int, float]],
    scores: Sequence[str] = ("PSNR", "SSIM", "F1 at 0.5"),
) -> Figure | None:
    """Stored scores against photons: a panel a score, a line a method (mean), strokes its seeds.

    Args:
        yours: method -> photons -> first score of this run, drawn as dots.
        scores: one panel each.

    Returns None, and says so, if no sweep is stored. Used in: 09.
    """
    rows = stored_rows("09", task="restoration")
    if not rows:
        print(NOTHING)
        return None
    figure, axes = plt.subplots(1, len(scores), figsize=(4 * len(scores), 3.5))
    for ax, score in zip(axes, scores, strict=True):
        for method, (ink, style) in LOOKS.items():
            levels = light_curve(rows, method, score)
            means = [np.mean(values) for values in levels.values()]
            ax.plot(list(levels), means, style, color=ink, label=method)
            for photons, values in levels.items():
                ax.plot([photons] * len(values), values, "_", color=ink, ms=8)
        ax.set(xscale="log", xlabel="photons of a usual nucleus", ylabel=score)
    for method, levels in yours.items():
        axes[0].plot(list(levels), list(levels.values()), "o", color=LOOKS[method][0], ms=7)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.suptitle("● your run   — stored runs: the darker, the more learning is worth")
    plt.show()
    return figure


def light_curve(rows: Sequence[dict], method: str, score: str) -> dict[int, list[float]]:
    """Photons -> values of the seeds, for one method and score. Used in: 09."""
    found: dict[int, list[float]] = {}
    for row in rows:
        name, _, level = row["metric"].rpartition(", ")
        if (row["method"], name) == (method, score):
            found.setdefault(int(level.split()[0]), []).append(row["value"])
    return dict(sorted(found.items()))
