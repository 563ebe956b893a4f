"""Self-checks of lesson 09, second half: counted nuclei, and a mask of doubt."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.checks import Exercise

RNG = np.random.default_rng(90)


def cells(*numbers: int, apart: int = 7) -> NDArray[np.int64]:
    """A small label image: blocks of these numbers, each wider than the last, 0 elsewhere."""
    labels = np.zeros((3, 40), np.int64)
    for place, number in enumerate(numbers):
        labels[:2, apart * place : apart * place + place + 2] = number
    return labels


TOUCHING = cells(2, 4, 5, apart=3)
COUNTED = [
    ([cells(1, 2, 3, 4), cells(1, 2)], [cells(1, 2, 3, 5, 7), cells(3)]),
    ([cells(4, 6, 9), cells(1, 2, 3, 4, 5)], [cells(1, 2), cells(2, 4, 8)]),
    ([cells(2)], [cells(4, 5)]),
    ([cells(3, 7), cells(1, 5, 6)], [cells(1, 2, 9, 12), cells(1, 2, 3)]),
    ([cells(1, 2), TOUCHING, cells(1, 2, 3, 4)], [TOUCHING, cells(1, 2, 3, 4), cells(5)]),
]
DOUBTS = [
    (RNG.uniform(0, 1, (6, 8)), RNG.uniform(0, 1, (6, 8)), 0.6, 0.3),
    (RNG.uniform(0, 1, (5, 5)), RNG.uniform(0, 1, (5, 5)), 0.3, 0.7),
    (np.array([[0.1, 0.2], [0.3, 0.9]]), np.array([[0.4, 0.1], [0.5, 0.8]]), 0.25, 0.5),
    (np.array([[0.1, 0.2]]), np.array([[0.9, 0.1]]), 0.5, 0.5),
    (np.array([[0.1, 0.5, 0.9]]), np.array([[0.1, 0.2, 0.3]]), 0.5, 0.5),
    (np.array([[0.5, 0.7], [0.9, 0.1]]), np.array([[0.8, 0.1], [0.9, 0.7]]), 0.5, 0.3),
]


def numbers(labels: NDArray) -> int:
    """How many cells a label image has."""
    return len(np.unique(labels[labels > 0]))


def count_error(true: list, said: list) -> float:
    """Right answer of 09.4."""
    return by_frame(true, said, numbers)


def by_frame(
    true: list, said: list, count: object, change: object = abs, middle: object = np.mean
) -> float:
    """Mean over frames of the difference of two counts, relative to the true one."""
    pairs = [(count(a), count(b)) for a, b in zip(true, said, strict=True)]
    return float(middle([change(n - m) / m for m, n in pairs]))


def mask_scores(
    doubt: NDArray, error: NDArray, threshold: float, limit: float
) -> tuple[float, float]:
    """Right answer of 09.6: precision and recall of the doubted pixels."""
    return shares(doubt > threshold, error > limit)


def shares(doubted: NDArray, large: NDArray, empty: float = np.nan) -> tuple[float, float]:
    """Share of the doubted that are wrong, and of the wrong that are doubted."""
    both = int((doubted & large).sum())
    n, m = int(doubted.sum()), int(large.sum())
    return (both / n if n else empty, both / m if m else empty)


COUNT = Exercise(
    right=count_error,
    cases=COUNTED,
    praise="Too many in one frame and too few in the next are two errors, not none.",
    mistakes=[
        (
            lambda a, b: by_frame(a, b, lambda labels: labels.max()),
            "You took the largest number for the count. Numbers of cells may have gaps: count how "
            "many *different* ones there are.",
        ),
        (
            lambda a, b: by_frame(a, b, lambda labels: len(np.unique(labels))),
            "You counted the 0 as well: the background is no cell.",
        ),
        (
            (
                lambda a, b: by_frame(a, b, lambda labels: (labels > 0).sum()),
                lambda a, b: by_frame(a, b, lambda labels: labels.sum()),
            ),
            "You counted pixels. A large nucleus is still one: count the different numbers.",
        ),
        (
            lambda a, b: by_frame(a, b, lambda labels: ndimage.label(labels > 0)[1]),
            "You counted connected pieces: nuclei that touch become one. Each has a number of its "
            "own already: count the different ones.",
        ),
        (
            lambda a, b: by_frame(a, b, numbers, middle=np.median),
            "You took the median: it forgets the worst frame. Asked for is the mean.",
        ),
        (
            (
                lambda a, b: by_frame(a, b, numbers, lambda x: x),
                lambda a, b: abs(by_frame(a, b, numbers, lambda x: x)),
                lambda a, b: by_frame(a, b, numbers, lambda x: -x),
            ),
            "The sign is still in, so too many here and too few there cancel. Take the absolute "
            "value of each frame, then the mean.",
        ),
        (
            lambda a, b: abs(sum(map(numbers, a)) - sum(map(numbers, b))) / sum(map(numbers, a)),
            "You added the counts of all frames first: too many in one and too few in another "
            "cancel. Compare frame by frame.",
        ),
        (
            lambda a, b: (
                np.sum([abs(numbers(x) - numbers(y)) for x, y in zip(a, b, strict=True)])
                / sum(map(numbers, a))
            ),
            "You divide the sum of all errors by the sum of all cells, so that full frames count "
            "more. Asked for is each frame's own share, then the mean.",
        ),
        (
            lambda a, b: by_frame(a, b, numbers) * len(a),
            "You summed over the frames. Take the mean: a longer film is no worse.",
        ),
        (
            (
                lambda a, b: float(
                    np.mean([abs(numbers(x) - numbers(y)) for x, y in zip(a, b, strict=True)])
                ),
            ),
            "That is how many cells it is off. Divide by the true number of the frame.",
        ),
        (
            lambda a, b: by_frame(b, a, numbers),
            "You divide by the number that was *found*. Whoever finds nothing divides by zero: "
            "divide by the true one.",
        ),
        (
            lambda a, b: [
                abs(numbers(x) - numbers(y)) / numbers(x) for x, y in zip(a, b, strict=True)
            ],
            "One number a frame. The mean of them is asked for.",
        ),
    ],
)

SCORES = Exercise(
    right=mask_scores,
    cases=DOUBTS,
    praise="Precision: how often is doubt deserved? Recall: how much harm does it prevent?",
    mistakes=[
        (
            lambda d, e, t, m: mask_scores(d, e, t, m)[::-1],
            "The two are swapped. First precision: of what is *doubted*, which share is wrong? "
            "Then recall: of what is *wrong*, which share is doubted?",
        ),
        (
            lambda d, e, t, m: shares(d < t, e > m),
            "You doubt where the doubt is *small*. Large doubt means: do not trust.",
        ),
        (
            lambda d, e, t, m: shares(d > m, e > t),
            "Threshold and limit are exchanged: the threshold belongs to the doubt, the limit to "
            "the error.",
        ),
        (
            (
                lambda d, e, t, m: shares(d > t, e > m, 0.0),
                lambda d, e, t, m: shares(d > t, e > m, 1.0),
                lambda d, e, t, m: (shares(d > t, e > m, 0.0)[0], shares(d > t, e > m)[1]),
                lambda d, e, t, m: (shares(d > t, e > m, 1.0)[0], shares(d > t, e > m)[1]),
            ),
            "All right but where there is nothing to divide by. A mask that never speaks has no "
            "precision, neither a good one nor a bad one, and where nothing is wrong there is no "
            "recall: nan.",
        ),
        (
            (
                lambda d, e, t, m: (shares(d > t, e > m)[0], shares(d > t, e > m, 0.0)[1]),
                lambda d, e, t, m: (shares(d > t, e > m)[0], shares(d > t, e > m, 1.0)[1]),
            ),
            "All right but where nothing is *wrong*. There recall has nothing to divide by: nan.",
        ),
        (
            lambda d, e, t, m: shares(d >= t, e > m),
            "A pixel whose doubt *is* the threshold does not exceed it: >, not >=.",
        ),
        (
            lambda d, e, t, m: shares(d > t, e >= m),
            "A pixel whose error *is* the limit does not exceed it: >, not >=.",
        ),
        (
            lambda d, e, t, m: shares(d >= t, e >= m),
            "*Exceeds* is >, not >=: for the doubt and for the error.",
        ),
        (
            lambda d, e, t, m: shares(d > t, d > t),
            "You compared the mask with itself. Wrong is where the *error* exceeds the limit.",
        ),
        (
            lambda d, e, t, m: float(np.mean((d > t) == (e > m))),
            "That is the share of pixels in which both agree, one number. Most pixels are fine and "
            "undoubted: two shares are asked for, precision and recall.",
        ),
        (
            (
                lambda d, e, t, m: ((d > t) & (e > m)).mean(),
                lambda d, e, t, m: (int(((d > t) & (e > m)).sum()), int((e > m).sum())),
                lambda d, e, t, m: int(((d > t) & (e > m)).sum()),
            ),
            "You counted the hits. Divide them once by all that is doubted, once by all that is "
            "wrong.",
        ),
        (
            lambda d, e, t, m: tuple([((d > t) & (e > m)).mean()] * 2),
            "You divide by all pixels of the picture. Divide by the doubted ones (precision) and "
            "by the wrong ones (recall).",
        ),
        (
            lambda d, e, t, m: mask_scores(d, e, t, m)[0],
            "One number of two. Return precision and recall.",
        ),
    ],
)

TRUST = {"09.4": COUNT, "09.6": SCORES}
