"""Self-check of lesson 05: early stopping."""

from collections.abc import Callable

import numpy as np

from course_utils.checks import Exercise

CURVES = [
    ([0.9, 0.6, 0.5, 0.55, 0.52, 0.51, 0.4, 0.3], 3),
    ([0.9, 0.7, 0.8, 0.6, 0.65, 0.62, 0.61, 0.5], 2),
    ([0.8, 0.5, 0.5, 0.5, 0.6, 0.2], 2),
    ([0.9, 0.8, 0.7, 0.75, 0.6], 3),
    ([0.5, 0.6, 0.4, 0.45, 0.41, 0.43, 0.1], 2),
    ([0.5, 0.6, 0.7, 0.4], 2),
    ([0.5, 0.4995, 0.499, 0.6, 0.7, 0.3], 2),
]


def list_or_array(answer: Callable) -> Callable:
    """The answer as it is run: the losses are a list, or an array where a list does not do."""

    def run(losses: list[float], patience: int) -> object:
        try:
            return answer(losses, patience)
        except (AttributeError, TypeError):
            return answer(np.array(losses), patience)

    return run


def watch(
    losses: list[float], patience: int, limit: int = 0, ties: bool = False, least: float = 0
) -> tuple:
    """Right answer of 05.6: (epoch at which it stops, best epoch)."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best] - least or (ties and loss == losses[best]):
            best = epoch
        if epoch - best >= patience + limit:
            return epoch, best
    return len(losses) - 1, best


def last_of_equals(losses: list[float], patience: int) -> tuple[int, int]:
    """The best epoch is the last of those with the lowest loss."""
    stop, best = watch(losses, patience)
    return stop, max(e for e in range(stop + 1) if losses[e] == losses[best])


def one_behind_the_end(losses: list[float], patience: int) -> tuple[int, int]:
    """Without a stop, the number of epochs in place of the last epoch."""
    stop, best = watch(losses, patience)
    return stop if stop - best >= patience else len(losses), best


def against_the_last(losses: list[float], patience: int) -> tuple[int, int]:
    """Counts rises from one epoch to the next."""
    bad = 0
    for epoch in range(1, len(losses)):
        bad = bad + 1 if losses[epoch] >= losses[epoch - 1] else 0
        if bad >= patience:
            return epoch, int(np.argmin(losses[: epoch + 1]))
    return len(losses) - 1, int(np.argmin(losses))


def never_forgives(losses: list[float], patience: int) -> tuple[int, int]:
    """The counter of bad epochs is not set back."""
    best, bad = 0, 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch:
            bad += 1
        if bad >= patience:
            return epoch, best
    return len(losses) - 1, best


def in_the_future(losses: list[float], patience: int) -> tuple[int, int]:
    """The best epoch of the whole curve, those after the stop included."""
    return watch(losses, patience)[0], int(np.argmin(losses))


def from_the_minimum(losses: list[float], patience: int) -> tuple[int, int]:
    """The best epoch of the whole curve, and patience more."""
    best = int(np.argmin(losses))
    return min(best + patience, len(losses) - 1), best


def first_counts(losses: list[float], patience: int) -> tuple[int, int]:
    """The first epoch, not lower than itself, counts as a bad one."""
    best, bad = 0, 0
    for epoch, loss in enumerate(losses):
        best, bad = (epoch, 0) if loss < losses[best] else (best, bad + 1)
        if bad >= patience:
            return epoch, best
    return len(losses) - 1, best


STOPPING = {
    "05.6": Exercise(
        right=watch,
        cases=CURVES,
        ask=list_or_array,
        praise="Patience is paid in epochs; what you keep are the weights of the best one.",
        mistakes=[
            (
                lambda v, p: watch(v, p, limit=1),
                "You stop one epoch too late. With patience 2 and the best loss in epoch 3, "
                "epochs 4 and 5 are the two bad ones: training ends *at* 5.",
            ),
            (
                lambda v, p: watch(v, p, limit=-1),
                "You stop one epoch too early: is the best epoch itself among your bad ones?",
            ),
            (
                first_counts,
                "Epoch 0 is not lower than itself, so you count it as bad. Begin at epoch 1.",
            ),
            (
                lambda v, p: watch(v, p, ties=True),
                "You take an equal loss for an improvement. A loss that has come to rest would "
                "then train for ever. Only a *lower* one counts.",
            ),
            (
                lambda v, p: watch(v, p, least=0.05),
                "You ask that a loss falls by some least amount. A loss that sinks slowly then "
                "stops the training: every *lower* one counts, however little.",
            ),
            (
                last_of_equals,
                "Of equal losses you name the last epoch as the best. The best so far stays until "
                "a *lower* loss comes: name the first.",
            ),
            (
                one_behind_the_end,
                "Where training never stops you return the number of epochs. The last of them, "
                "counted from 0, is `len(losses) - 1`.",
            ),
            (
                lambda v, p: watch(v, p)[::-1],
                "The two epochs are exchanged: first where it stops, then the best.",
            ),
            (
                against_the_last,
                "You compare each loss with the one before it. A loss that falls a little after a "
                "great rise is no progress: compare with the *best so far*.",
            ),
            (
                never_forgives,
                "Your count of bad epochs is never set back to zero. A new best loss earns the "
                "whole patience again.",
            ),
            (
                (in_the_future, from_the_minimum),
                "You took the lowest loss of the *whole* curve. When training stopped, the epochs "
                "after it had not happened yet.",
            ),
            (
                lambda v, p: tuple(1 + e for e in watch(v, p)),
                "Epochs are counted from 0 here, as Python counts.",
            ),
            (
                lambda v, p: (watch(v, p)[0], v[watch(v, p)[1]]),
                "You return the best *loss*. The number of its epoch was asked for.",
            ),
            (
                (lambda v, p: watch(v, p)[0], lambda v, p: watch(v, p)[1]),
                "You return one number. Two were asked for: `return stop, best`.",
            ),
        ],
    ),
}
