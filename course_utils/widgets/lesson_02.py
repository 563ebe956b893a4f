"""The learning-rate explorer."""

from collections.abc import Callable, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course_utils.plots import BLUE, GREY

CEILING = 1e3


def learning_rate_explorer(
    train: Callable[[float], Sequence[float]], start: float = 1e-3
) -> ipywidgets.VBox:
    """A slider for the learning rate, with the loss curve that it gives.

    Args:
        train: function of a learning rate that trains and returns the loss after each epoch.
        start: first learning rate.

    Returns:
        A box to display; `box.slider.value = 0.1` moves it.

    Used in: 02.
    """
    tried: dict[float, np.ndarray] = {}

    def draw(learning_rate: float) -> None:
        tried[learning_rate] = np.asarray(train(learning_rate))
        draw_runs(tried, learning_rate)

    slider = ipywidgets.FloatLogSlider(
        value=start,
        min=-5,
        max=2,
        step=0.25,
        description="learning rate",
        readout_format=".2g",
        continuous_update=False,
        layout={"width": "32em"},
        style={"description_width": "initial"},
    )
    box = ipywidgets.VBox([slider, ipywidgets.interactive_output(draw, {"learning_rate": slider})])
    box.slider = slider
    return box


def draw_runs(tried: dict[float, np.ndarray], current: float) -> None:
    """Left the loss curves so far, right where each of them ended.

    Args:
        tried: learning rate -> loss after each epoch; what exceeds 1,000 is drawn there.
        current: the learning rate to highlight.

    Used in: 02.
    """
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
    for rate, losses in tried.items():
        chosen = rate == current
        losses = np.nan_to_num(np.minimum(losses, CEILING), nan=CEILING)
        style = dict(color=BLUE, lw=2, zorder=3) if chosen else dict(color=GREY, lw=1, alpha=0.5)
        left.plot(losses, **style)
        right.plot(rate, losses[-1], "o", ms=9 if chosen else 6, **style)
    left.set(xlabel="epoch", ylabel="training loss", yscale="log", title=verdict(tried[current]))
    right.set(xlabel="learning rate", xscale="log", xlim=(5e-6, 2e2), title="loss at the end")
    mark_start(left, tried[current][0])
    plt.show()


def mark_start(ax: Axes, loss: float) -> None:
    """A dotted line at the loss before the first step."""
    ax.axhline(loss, color=GREY, ls=":", lw=1)


def verdict(losses: np.ndarray) -> str:
    """What a loss curve says about its learning rate, in three words or so.

    Args:
        losses: loss after each epoch, the first before any step.

    Used in: 02.
    """
    if not np.isfinite(losses).all() or losses.max() > 2 * losses[0]:
        return "too high: the steps overshoot"
    if losses[-1] > 0.5 * losses[0]:
        return "too low: hardly any progress"
    return "the loss falls and settles"
