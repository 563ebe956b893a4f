"""Self-checks of lesson 11: equal within a tolerance, and the gains of an error budget.

The key of a result is in `lesson_11_keys`, broken files in `lesson_11_files`.
"""

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise
from course_utils.checks.lesson_11_files import KEEP_ON
from course_utils.checks.lesson_11_keys import KEY

PARTS = ("masks", "links", "divisions")
LARGE = np.array([[1000.0, -2000.0], [0.0, 3.0]])
HOLE = np.array([[1.0, np.nan], [2.0, 3.0]])


def off(y: int, x: int, by: float) -> tuple[NDArray, NDArray, float]:
    """`LARGE`, the same with one number off, and the tolerance."""
    other = LARGE.copy()
    other[y, x] += by
    return LARGE, other, 1e-4


PAIRS = [
    off(0, 0, 0.05),
    off(0, 1, 0.05),
    off(1, 1, 0.01),
    off(1, 0, 5e-5),
    off(0, 0, -0.5),
    off(0, 0, 0.5),
    (np.array([3.0, 1000.0]), np.array([3.0001, 1000.05]), 1e-4),
    (np.array([-3.0, -1000.0]), np.array([-3.0001, -1000.05]), 1e-4),
    (HOLE, np.array([[1.0, 1.0], [2.0, 3.0]]), 1e-2),
    (HOLE, HOLE.copy(), 1e-2),
    (np.ones((2, 3)), np.ones((1, 3)), 1e-3),
    (np.ones((1, 3)), np.ones(3), 1e-3),
    (np.where(np.arange(100) == 7, 0.05, 0.0), np.zeros(100), 1e-3),
    (np.array([10.0, 2.0]), np.array([0.0, 2.0]), 1.0),
    (LARGE, LARGE.copy(), 0.0),
    (np.array([[1.0, 1.0], [2.0, 3.0]]), HOLE, 1e-2),
    (np.ones((2, 3)), np.ones((2, 1)), 1e-3),
    (np.array([3.0, 2.0]), np.array([-3.0, 2.0]), 1e-4),
    (np.array([[3.0]]), np.array([[3.00035]]), 1e-4),
    (np.arange(100.0), np.where(np.arange(100) == 7, 7.1, np.arange(100.0)), 1e-2),
]
SCORES = [
    (dict(nothing=0.60, masks=0.90, links=0.65, divisions=0.70, all=1.0),),
    (dict(nothing=0.80, masks=0.85, links=0.84, divisions=0.82, all=0.99),),
    (dict(nothing=0.10, masks=0.30, links=0.50, divisions=0.20, all=0.95),),
    (dict(links=0.35, all=0.50, masks=0.20, nothing=0.40, divisions=0.30),),
]
Scores = dict[str, float]


def alike(a: NDArray, b: NDArray, tolerance: float) -> bool:
    """Right answer of 11.1."""
    return a.shape == b.shape and bool((abs(a - b) <= tolerance * (1 + abs(b))).all())


def differs(a: NDArray, b: NDArray, tolerance: float) -> bool:
    """Whether shapes differ or some number is off by more; a NaN is never off."""
    return a.shape != b.shape or bool((abs(a - b) > tolerance * (1 + abs(b))).any())


def gains(scores: Scores) -> tuple[str, float]:
    """Right answer of 11.3."""
    return largest(scores), excess(scores)


def largest(scores: Scores) -> str:
    """The part whose swap alone gains most."""
    return max(PARTS, key=scores.__getitem__)


def excess(scores: Scores) -> float:
    """By how much the gains of single swaps exceed the gain of all."""
    single = sum(scores[name] - scores["nothing"] for name in PARTS)
    return single - (scores["all"] - scores["nothing"])


ALIKE = Exercise(
    right=alike,
    cases=PAIRS,
    praise="The largest difference decides, measured by the number itself; NaN is like nothing.",
    mistakes=[
        (
            (
                lambda a, b, t: bool(np.allclose(a, b, rtol=t, atol=t)),
                lambda a, b, t: bool((abs(a - b) <= t * (1 + abs(b))).all()),
            ),
            "A (2, 3) and a (1, 3) array pass: NumPy stretches the smaller one. Compare shapes "
            "first.",
        ),
        (
            lambda a, b, t: a.size == b.size and bool((abs(a - b) <= t * (1 + abs(b))).all()),
            "A (1, 3) and a (3,) array pass: as many numbers are not yet the same shape.",
        ),
        (
            lambda a, b, t: len(a) == len(b) and bool((abs(a - b) <= t * (1 + abs(b))).all()),
            "A (2, 3) and a (2, 1) array pass: `len` is the first side alone. Compare `.shape`.",
        ),
        (
            lambda a, b, t: a.shape == b.shape and bool((abs(a - b) <= t * (1 + abs(a))).all()),
            "Your tolerance grows with |a|, so that a wild answer excuses itself: 10 passes for 0. "
            "The measure is |b|.",
        ),
        (
            lambda a, b, t: a.shape == b.shape and bool((abs(a - b) < t * (1 + abs(b))).all()),
            "With a tolerance of 0 your array is not like itself: *at most* is `<=`.",
        ),
        (
            lambda a, b, t: a.shape == b.shape and bool(abs(a - b).max() <= t * (1 + abs(b).max())),
            "The largest number of b excuses all the small ones: beside 2000, a 3 may be off by "
            "0.2. Each number has its own tolerance.",
        ),
        (
            lambda a, b, t: a.shape == b.shape and not (abs(a - b) > t * (1 + abs(b))).any(),
            "NaN slips through: every comparison with NaN is False, so `not (...).any()` is True. "
            "Ask whether *all* are within the tolerance.",
        ),
        (
            (
                lambda a, b, t: not np.isnan(a).any() and not differs(a, b, t),
                lambda a, b, t: not np.isnan(b).any() and not differs(a, b, t),
            ),
            "You look for NaN in one of the two arrays. In the other it slips through: every "
            "comparison with NaN is False. Ask whether *all* are within the tolerance.",
        ),
        (
            (
                lambda a, b, t: (
                    a.shape == b.shape and bool(np.allclose(a, b, rtol=t, atol=t, equal_nan=True))
                ),
            ),
            "NaN slips through. A network that answers NaN is broken, whatever the other answers.",
        ),
        (
            (
                lambda a, b, t: a.shape == b.shape and bool((a - b <= t * (1 + abs(b))).all()),
                lambda a, b, t: a.shape == b.shape and bool(((a - b) <= t).all()),
            ),
            "Only differences upwards count: `abs` of the difference is missing.",
        ),
        (
            lambda a, b, t: a.shape == b.shape and bool((abs(a - b) <= t * (1 + b)).all()),
            "`abs` of b is missing: next to a negative number your tolerance is negative.",
        ),
        (
            lambda a, b, t: (
                a.shape == b.shape and bool((abs(abs(a) - abs(b)) <= t * (1 + abs(b))).all())
            ),
            "3 and -3 are alike for you: take the difference first, then `abs` of it.",
        ),
        (
            lambda a, b, t: (
                a.shape == b.shape and bool((abs(a - b) <= t * np.maximum(1, abs(b))).all())
            ),
            "You took the larger of 1 and |b|. Asked for is their sum, 1 + |b|.",
        ),
        (
            (
                lambda a, b, t: a.shape == b.shape and bool((abs(a - b) <= t).all()),
                lambda a, b, t: a.shape == b.shape and bool(abs(a - b).max() <= t),
            ),
            "Your tolerance is the same beside 3 and beside 1000. float32 has seven digits, "
            "wherever they begin: add `tolerance * abs(b)`.",
        ),
        (
            (
                lambda a, b, t: a.shape == b.shape and bool((abs(a - b) <= t * abs(b)).all()),
                lambda a, b, t: a.shape == b.shape and bool((abs(a - b) / abs(b) <= t).all()),
            ),
            "Where b is 0, no difference is allowed at all, not even 0.00005: for that the 1 in "
            "(1 + |b|) is there.",
        ),
        (
            (
                lambda a, b, t: a.shape == b.shape and bool(np.mean(abs(a - b)) <= t),
                lambda a, b, t: (
                    a.shape == b.shape and bool(np.mean(abs(a - b)) <= t * (1 + np.mean(abs(b))))
                ),
                lambda a, b, t: (
                    a.shape == b.shape and bool(np.mean(abs(a - b) / (1 + abs(b))) <= t)
                ),
            ),
            "A mean lets one wrong pixel hide among many. Every number counts.",
        ),
        (
            (
                lambda a, b, t: np.array_equal(a, b),
                lambda a, b, t: a.shape == b.shape and bool((a == b).all()),
            ),
            "Equal to the last digit is too much to ask of float32: use the tolerance.",
        ),
        (
            (
                lambda a, b, t: abs(a - b) <= t * (1 + abs(b)),
                lambda a, b, t: np.isclose(a, b, rtol=t, atol=t),
            ),
            "That is an answer for each pixel. Asked for is one: are *all* within the tolerance?",
        ),
    ],
)

GAINS = Exercise(
    right=gains,
    cases=SCORES,
    praise="Gains of single swaps do not add up to the gain of all: errors of stages overlap, or "
    "hide behind each other.",
    mistakes=[
        (
            lambda s: (largest(s), -excess(s)),
            "The sign: by how much the *single* gains exceed the gain of all, so that minus this.",
        ),
        (
            lambda s: (largest(s), sum(s[name] for name in PARTS) - s["all"]),
            'You added up scores. A gain is a score minus that of "nothing".',
        ),
        (
            lambda s: (
                largest(s),
                sum(s[name] for name in PARTS) - (s["all"] - s["nothing"]),
            ),
            'You added up scores of single swaps. Their gains are scores minus that of "nothing".',
        ),
        (
            lambda s: (largest(s), sum(s[name] - s["nothing"] for name in PARTS) - s["all"]),
            'From the single gains you took the *score* of "all". Its gain is what it has more '
            'than "nothing".',
        ),
        (
            lambda s: (largest(s), sum(s[name] for name in PARTS) - s["nothing"] - s["all"]),
            'You took off "nothing" once. Each of the three gains needs it.',
        ),
        (
            lambda s: (largest(s), sum(s[name] - s["nothing"] for name in PARTS)),
            'That is the sum of single gains. Take off what "all" gains.',
        ),
        (
            lambda s: (largest(s), s[largest(s)] - s["nothing"]),
            "Your number is the gain of the best swap. Asked for is how much the three single "
            "gains together exceed the gain of all.",
        ),
        (
            lambda s: (max(s, key=s.get), excess(s)),
            '"all" is no single swap: choose among masks, links and divisions.',
        ),
        (
            lambda s: (min(PARTS, key=s.get), excess(s)),
            "You chose the swap that gains *least*.",
        ),
        (
            lambda s: (max(("nothing", *PARTS), key=s.get), excess(s)),
            '"nothing" is no swap. Where every swap loses, the best is the one that loses least.',
        ),
        (
            (
                lambda s: gains(dict(zip(SCORES[0][0], s.values(), strict=True))),
                lambda s: (PARTS[np.argmax(list(s.values())[1:4])], excess(s)),
                lambda s: (
                    PARTS[np.argmax(list(s.values())[1:4])],
                    sum(list(s.values())[1:4]) - 2 * s["nothing"] - s["all"],
                ),
                lambda s: (max(list(s)[1:4], key=s.get), excess(s)),
                lambda s: (largest(s), excess(dict(zip(SCORES[0][0], s.values(), strict=True)))),
            ),
            "You took the scores by their place. Another dictionary may have another order: ask "
            'by name, `scores["masks"]`.',
        ),
        (
            lambda s: (PARTS.index(largest(s)), excess(s)),
            "Return the name of the swap, not its position.",
        ),
        (largest, "Return two: the name, and the excess."),
        (lambda s: (excess(s), largest(s)), "The two are exchanged: first the name."),
    ],
)

EXERCISES = {"11.1": ALIKE, "11.2": KEY, "11.3": GAINS, "11.4": KEEP_ON}
