"""Self-checks of lesson 06: the loss of knowing nothing, verdicts on curves, class weights.

The last three exercises, on copies, sizes and fingerprints, stand in `lesson_06_house`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise
from course_utils.checks.lesson_06_house import HOUSE

COUNTS = [
    (np.array([500, 500]),),
    (np.array([963, 39]),),
    (np.array([10, 0, 30, 60]),),
]
CURVES = [
    ([0.69, 0.41, 0.20, 0.18], [0.70, 0.45, 0.30, 0.32]),
    ([0.69, 0.69, 0.689, 0.688], [0.70, 0.70, 0.70, 0.70]),
    ([0.69, 0.30, 0.05, 0.01], [0.70, 0.40, 0.60, 1.10]),
    ([0.69, 2.0, 90.0, 1200.0], [0.70, 3.0, 80.0, 900.0]),
    ([0.69, 0.60, float("nan"), float("nan")], [0.70, 0.65, float("nan"), float("nan")]),
    ([0.69, 0.30, 0.10, 0.10], [0.80, 0.50, 0.45, 0.60]),
    ([0.69, 0.66, 0.68, 0.68], [0.40, 0.55, 0.75, 0.90]),
    ([0.70, 0.50, 0.55, 0.64], [0.70, 0.60, 0.62, 0.66]),
    ([0.69, 0.10, 0.30, 0.30], [0.70, 0.40, 0.42, 0.42]),
    ([0.69, 0.30, 0.10, 0.02], [0.80, 0.40, 0.60, 0.90]),
    ([0.69, float("inf"), 0.30, 0.20], [0.70, 0.60, 0.50, 0.40]),
    ([0.69, float("nan"), 0.30, 0.20], [0.70, 0.60, 0.50, 0.40]),
    ([0.69, 0.69, 0.69], [0.70, 0.70, 0.70]),
    ([0.69, 2.0, 0.68], [0.70, 0.70, 0.70]),
    ([0.69, 0.30, 0.50, 0.68], [0.70, 0.50, 0.60, 0.70]),
    ([0.69, 0.50, 0.40, 0.30], [0.90, 0.60, 0.40, 0.35]),
]
LABELS = [
    (np.array([0, 0, 0, 0, 0, 0, 0, 1]), 2),
    (np.array([2, 0, 0, 1, 2, 2, 2, 2, 1, 2]), 3),
]


def prices(counts: NDArray, base: float = np.e) -> tuple[float, float]:
    """Right answer of 06.1."""
    share = counts[counts > 0] / counts.sum()
    return np.log(len(counts)) / np.log(base), -np.sum(share * np.log(share)) / np.log(base)


def logarithms(counts: NDArray) -> NDArray:
    """Logarithms of the shares of the classes that occur."""
    return np.log(counts[counts > 0] / counts.sum())


def verdict(
    loss: list[float],
    val: list[float],
    burst: Callable = lambda loss: not np.isfinite(loss).all(),
    end: Callable = lambda loss: loss[-1],
    start: Callable = lambda loss: loss[0],
    heart: Callable = lambda loss, val: val[-1] > 1.5 * min(val),
    gap_first: bool = False,
) -> str:
    """Right answer of 06.2 for the defaults; the others make mistakes."""
    if gap_first and heart(loss, val):
        return "learned by heart"
    if burst(loss) or end(loss) > loss[0]:
        return "diverging"
    if end(loss) > 0.95 * start(loss):
        return "not learning"
    return "learned by heart" if heart(loss, val) else "learning"


def weights(labels: NDArray, classes: int) -> NDArray:
    """Right answer of 06.3."""
    return len(labels) / (classes * np.bincount(labels, minlength=classes))


def how_often(labels: NDArray, classes: int) -> NDArray:
    """How often each class occurs."""
    return np.bincount(labels, minlength=classes)


EXERCISES = {
    "06.1": Exercise(
        right=prices,
        cases=COUNTS,
        praise="A first loss near the first number is healthy. A last loss near the second says: "
        "it has learned how frequent the classes are, and nothing from the pictures.",
        mistakes=[
            (
                lambda c: (np.log(len(c)), np.log(c.sum())),
                "The second number is the logarithm of how many pictures there are. Asked for is "
                "the mean of minus ln p, each class weighted by its share.",
            ),
            (
                lambda c: (np.log(len(c)), -np.sum(c / c.sum() * np.log(c / c.sum()))),
                "Right, until a class does not occur: 0 times ln 0 is not a number to NumPy. Such "
                "a class costs nothing; leave it out of the sum (but not out of C).",
            ),
            (
                lambda c: (np.log(np.sum(c > 0)), prices(c)[1]),
                "A class that does not occur in the counts is still one of the network's outputs, "
                "and gets its share of probability. C is the length of `counts`.",
            ),
            (
                (lambda c: prices(c, 2), lambda c: (prices(c)[0], prices(c, 2)[1])),
                "These are bits, from `log2`. The loss of Keras uses the natural logarithm, "
                "`np.log`.",
            ),
            (
                lambda c: prices(c, 10),
                "`log10` gives other units. The loss uses the natural logarithm, `np.log`.",
            ),
            (
                (
                    lambda c: (prices(c)[0], -prices(c)[1]),
                    lambda c: (-prices(c)[0], -prices(c)[1]),
                    lambda c: (-prices(c)[0], prices(c)[1]),
                ),
                "A sign is turned round: ln p is negative, the loss is *minus* ln p.",
            ),
            (
                (
                    lambda c: (np.log(len(c)), -logarithms(c).mean()),
                    lambda c: (np.log(len(c)), -logarithms(c).sum()),
                ),
                "Each class counts alike in your second number. But the loss is a mean over "
                "pictures: a frequent class must weigh by its share.",
            ),
            (
                lambda c: (np.log(len(c)), -np.log(c.max() / c.sum())),
                "Your second number prices the most frequent class only. The others must be paid "
                "for too, each by its share.",
            ),
            (
                lambda c: prices(c)[::-1],
                "Both numbers are right, in the other order: first for knowing nothing.",
            ),
            (
                lambda c: prices(c)[1],
                "That is the second number. Return two: ln C first.",
            ),
            (
                lambda c: prices(c)[0],
                "That is the first number. Return two: the second knows the shares.",
            ),
        ],
    ),
    "06.2": Exercise(
        right=verdict,
        cases=CURVES,
        praise="Four questions in this order sort most curves. Only the last one is good news.",
        mistakes=[
            (
                (
                    lambda a, b: verdict(a, b, burst=lambda a: False),
                    lambda a, b: verdict(a, b, burst=lambda a: np.isinf(a).any()),
                ),
                "A curve that ends in `nan` slipped through: every comparison with nan is False. "
                "Ask `np.isfinite(loss).all()` first.",
            ),
            (
                lambda a, b: verdict(a, b, burst=lambda a: not np.isfinite(a[-1])),
                "You looked at the end only. A `nan` or `inf` on the way is a training that burst, "
                "too: ask all values, `np.isfinite(loss).all()`.",
            ),
            (
                lambda a, b: verdict(a, b, burst=lambda a: np.isnan(a).any()),
                "`inf` slipped through: it is no `nan`, and no finite number either. "
                "`np.isfinite` knows both.",
            ),
            (
                lambda a, b: "diverging" if a[-1] >= a[0] else verdict(a, b),
                "A loss that ends exactly where it began has not risen: it stands still, 'not "
                "learning'. *Above* is `>`.",
            ),
            (
                lambda a, b: "not learning" if a[-1] > 0.95 * a[0] else verdict(a, b),
                "A loss above its first value is also above 95 % of it: your question for 'not "
                "learning' leaves 'diverging' nothing. Ask in the given order.",
            ),
            (
                lambda a, b: verdict(a, b, start=max),
                "You took 95 % of the *highest* training loss. After a jump that is a low bar: "
                "hold the last value against the first.",
            ),
            (
                lambda a, b: verdict(a, b, heart=lambda a, b: max(b) > 1.5 * min(b)),
                "You held the *highest* validation loss against the lowest. In a good run the "
                "highest is the first: ask how far the *last* one lies above the lowest.",
            ),
            (
                lambda a, b: verdict(a, b, heart=lambda a, b: b[-1] > 1.5 * min(a)),
                "You compared the validation loss with the lowest *training* loss. Nearly every "
                "network is better on what it has seen; what counts is whether its own best "
                "validation loss lies behind it.",
            ),
            (
                lambda a, b: verdict(a, b, heart=lambda a, b: b[-1] > 1.5 * a[-1]),
                "You compared the last validation loss with the last training loss. A gap alone "
                "is usual. By heart is when the validation loss has *risen* well above its best.",
            ),
            (
                lambda a, b: verdict(a, b, heart=lambda a, b: b[-1] > 1.5 * b[0]),
                "You compared with the first validation loss. It may fall, turn and rise: its "
                "*lowest* value is what the last one must be held against.",
            ),
            (
                lambda a, b: verdict(a, b, gap_first=True),
                "The order matters: a run whose training loss has not fallen cannot have learned "
                "anything by heart, whatever its validation does.",
            ),
            (
                lambda a, b: verdict(a, b, end=min),
                "You looked at the lowest training loss. A run that sank once and rose again is "
                "judged by where it *ended*.",
            ),
            (
                lambda a, b: "learning" if a[-1] < a[0] else "not learning",
                "Two verdicts are not enough. Go through the four questions in their order.",
            ),
            (
                lambda a, b: verdict(a, b).replace("diverging", "not learning"),
                "A loss that ends above its start, or is no number, is worse than one that stands "
                "still: it is 'diverging'.",
            ),
        ],
    ),
    "06.3": Exercise(
        right=weights,
        cases=LABELS,
        praise="Rare classes are heard, and the mean weight over all pictures stays 1, so the "
        "learning rate keeps its meaning.",
        mistakes=[
            (
                lambda y, c: len(y) / how_often(y, c),
                "Every weight is C times too large. The mean over all pictures should be 1, or the "
                "loss grows and with it every step: divide by the number of classes too.",
            ),
            (
                lambda y, c: 1 / how_often(y, c),
                "The ratios are right, but all weights are tiny: the mean over the pictures is far "
                "below 1, as if the learning rate had been turned down. N belongs above the line.",
            ),
            (
                lambda y, c: how_often(y, c) / len(y),
                "That is the share of each class: the frequent one would weigh most. Turn it over.",
            ),
            (
                lambda y, c: how_often(y, c) * c / len(y),
                "Upside down: the frequent class weighs most. N above the line, C n below it.",
            ),
            (
                lambda y, c: 1 - how_often(y, c) / len(y),
                "One minus the share does favour rare classes, but too little: with 24 to 1 the "
                "weighted sums of both classes would still be far from equal.",
            ),
            (
                lambda y, c: (1 / how_often(y, c)) / (1 / how_often(y, c)).sum(),
                "These sum to one over the classes. The mean over all *pictures* should be one.",
            ),
            (
                lambda y, c: how_often(y, c).max() / how_often(y, c),
                "The most frequent class has weight 1 and others more. The ratios are right, but "
                "the mean over the pictures is above 1, and every step longer. Use N and C.",
            ),
            (
                lambda y, c: weights(y, c)[y],
                "That is a weight for each picture. Asked for is one for each class.",
            ),
            (
                how_often,
                "These are the counts n. The weights are N / (C n).",
            ),
        ],
    ),
} | HOUSE
