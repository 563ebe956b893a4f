"""Self-checks of lesson 07: overlap, matching and the scores made from it.

Distances and decoding stand in `lesson_07_cells`.
"""

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise
from course_utils.checks.lesson_07_cells import CELLS

RNG = np.random.default_rng(7)
EMPTY = np.zeros((4, 5), bool)


def square(top: int, left: int, bottom: int, right: int) -> NDArray[np.bool_]:
    """A rectangle of True in a mask of 8 x 9."""
    mask = np.zeros((8, 9), bool)
    mask[top:bottom, left:right] = True
    return mask


MASKS = [
    (square(1, 1, 5, 5), square(2, 3, 7, 6)),
    (RNG.random((8, 9)) < 0.7, RNG.random((8, 9)) < 0.3),
    (square(0, 0, 3, 3), square(5, 5, 8, 9)),
    (EMPTY, EMPTY.copy()),
    (EMPTY, ~EMPTY),
    (~EMPTY, EMPTY),
]
TABLES = [
    np.array(
        [[0.8, 0.0, 0.0], [0.0, 0.55, 0.1], [0.0, 0.3, 0.2], [0.0, 0.0, 0.6], [0.0, 0.0, 0.0]]
    ),
    np.array([[0.62, 0.3, 0, 0, 0], [0, 0, 0.7, 0, 0.2], [0, 0, 0.1, 0.4, 0]]),
    np.array([[0.6, 0.1], [0.0, 0.9]]),
]
COUNTS = [(table, threshold) for table in TABLES for threshold in (0.6, 0.75)]
COUNTS += [(np.zeros((0, 3)), 0.6), (np.zeros((2, 0)), 0.6)]
LEVELS = np.array([0.55, 0.65, 0.75, 0.85])
OWN_LEVELS = (np.arange(0.5, 1, 0.05), np.arange(10, 20) / 20, np.array([0.5]))
SCALED = [(table, LEVELS) for table in TABLES] + [(np.zeros((0, 2)), LEVELS)]
SCALED += [(np.array([[0.52, 0.1], [0.0, 0.9]]), LEVELS)]


def iou(a: NDArray, b: NDArray) -> float:
    """Right answer of 07.1."""
    union = (a | b).sum()
    return (a & b).sum() / union if union else 1.0


def over(a: NDArray, b: NDArray, below: float, empty: float = 1.0) -> float:
    """Intersection over something else; `empty` where that is 0."""
    return (a & b).sum() / below if below else empty


def count(table: NDArray, threshold: float) -> tuple[int, int, int]:
    """Right answer of 07.2: pairs, predicted and true objects left over."""
    pairs = int((table >= threshold).sum())
    return pairs, table.shape[1] - pairs, table.shape[0] - pairs


def mean_ap(table: NDArray, thresholds: NDArray) -> float:
    """Right answer of 07.3."""
    return float(np.mean([ap(*count(table, threshold)) for threshold in thresholds]))


def ap(tp: int, fp: int, fn: int) -> float:
    """Pairs as a share of everything that there is."""
    return tp / (tp + fp + fn)


def mean_of(score: object) -> object:
    """A mistaken 07.3: the mean over thresholds of another score of (tp, fp, fn)."""
    return lambda table, levels: np.mean([score(*count(table, level)) for level in levels])


IOU = Exercise(
    right=iou,
    cases=MASKS,
    praise="Two annotators who both saw nothing agree: 1. Everything below is built on this "
    "number.",
    mistakes=[
        (
            (
                lambda a, b: over(a, b, a.sum() + b.sum()),
                lambda a, b: over(a, b, a.sum() + b.sum(), np.nan),
                lambda a, b: over(a, b, a.sum() + b.sum(), 0.0),
            ),
            "That is intersection over the *sum* of the areas. The pixels in both masks are "
            "counted twice below the line.",
        ),
        (
            (
                lambda a, b: 2 * over(a, b, a.sum() + b.sum(), 0.5),
                lambda a, b: 2 * over(a, b, a.sum() + b.sum(), np.nan),
                lambda a, b: 2 * over(a, b, a.sum() + b.sum(), 0.0),
            ),
            "That is Dice: twice the intersection over the sum of the areas. A good score, but "
            "another one; it is never below IoU.",
        ),
        (
            (lambda a, b: over(a, b, (a | b).sum(), 0.0), lambda a, b: iou(a, b) * (a | b).any()),
            "All right but for two empty masks. What should two annotators who both saw nothing "
            "score?",
        ),
        (
            (
                lambda a, b: iou(a, b) if a.any() else 1.0,
                lambda a, b: iou(a, b) if b.any() else 1.0,
                lambda a, b: iou(a, b) if a.any() and b.any() else 1.0,
            ),
            "One empty mask is enough for your 1. Where the other one is not empty, somebody saw "
            "cells that nobody else saw: 0. Ask whether *both* are empty.",
        ),
        (
            lambda a, b: over(a, b, (a | b).sum(), np.nan),
            "Two empty masks: 0/0 gives nan. What should two annotators who both saw nothing "
            "score? An `if` in front of the division settles it.",
        ),
        (
            tuple(
                lambda a, b, empty=empty, side=side: over(a, b, (a, b)[side].sum(), empty)
                for empty in (1.0, 0.0, np.nan)
                for side in (0, 1)
            ),
            "You divide by the area of one of the masks. Then a mask that covers everything "
            "scores 1. Divide by the pixels that are in either.",
        ),
        (
            lambda a, b: np.mean(a == b),
            "That is pixel accuracy: it also rewards the background, where both say nothing. "
            "IoU counts no pixel that is in neither mask.",
        ),
        (
            (
                lambda a, b: over(a, b, (a ^ b).sum()),
                lambda a, b: over(a, b, (a ^ b).sum(), np.nan),
                lambda a, b: over(a, b, (a ^ b).sum(), 0.0),
            ),
            "Below the line stand only the pixels in one mask *and not* the other (`^`). A union "
            "also holds those in both: `|`.",
        ),
        (
            (lambda a, b: (a & b).sum(), lambda a, b: (a & b).sum() or 1.0),
            "You count the pixels in both. That number grows with the size of the cell: divide it "
            "by the pixels in either.",
        ),
        (
            lambda a, b: (a | b).sum() / (a & b).sum(),
            "You divided the wrong way round: union over intersection. A score of 1 is best.",
        ),
    ],
)

COUNT = Exercise(
    right=count,
    cases=COUNTS,
    praise="Above 0.5 no cell can have two partners, so counting entries is counting pairs.",
    mistakes=[
        (
            lambda table, t: (count(table, t)[0], *count(table, t)[:0:-1]),
            "fp and fn are swapped. Rows are true cells, columns predicted ones: a *row* without "
            "partner is a cell that was missed, fn.",
        ),
        (
            lambda table, t: count(table, np.nextafter(t, 1)),
            "An IoU of exactly the threshold *reaches* it: `>=`, not `>`.",
        ),
        (
            lambda table, t: (count(table, t)[0], int((table < t).sum()), count(table, t)[2]),
            "You count all small entries of the table as wrong predictions. Most entries are 0 "
            "because most pairs of cells lie far apart. How many *columns* have no partner?",
        ),
        (
            lambda table, t: (count(table, t)[0], *[int((table < t).sum())] * 2),
            "You count small entries. An entry is a pair of cells, and most pairs lie far apart. "
            "Count rows and columns without a partner.",
        ),
        (
            lambda table, t: count((table > 0).astype(float), 0.5),
            "You count every pair that shares a pixel. The threshold asks for more.",
        ),
        (
            lambda table, t: (count(table, t)[0], table.shape[1], table.shape[0]),
            "Your second and third number are *all* predicted and *all* true cells. Take away "
            "those that have a partner.",
        ),
        (
            lambda table, t: count(table, 0.5),
            "Your threshold is always 0.5. Use the one that is handed over.",
        ),
        (
            lambda table, t: count(table, t)[::2],
            "Two numbers of three. In this order: pairs, inventions, misses.",
        ),
        (
            (
                lambda table, t: (
                    count(table, t)[0],
                    int(((table < t) & (table > 0)).sum()),
                    count(table, t)[2],
                ),
                lambda table, t: (
                    count(table, t)[0],
                    int((table.sum(axis=0) == 0).sum()),
                    int((table.sum(axis=1) == 0).sum()),
                ),
            ),
            "A predicted cell that overlaps a true one *too little* is an invention all the same, "
            "and so is one that overlaps none. Columns without a partner: all but those paired.",
        ),
    ],
)

MEAN_AP = Exercise(
    right=mean_ap,
    cases=SCALED,
    praise="A cell found with a sloppy outline pays at the high thresholds, a missed one at all.",
    mistakes=[
        (
            mean_of(lambda tp, fp, fn: tp / max(tp + fp, 1)),
            "tp / (tp + fp) is precision: misses cost nothing. Below the line also stands fn.",
        ),
        (
            mean_of(lambda tp, fp, fn: tp / max(tp + fn, 1)),
            "tp / (tp + fn) is recall: inventions cost nothing. Below the line also stands fp.",
        ),
        (
            mean_of(lambda tp, fp, fn: 2 * tp / (2 * tp + fp + fn)),
            "That is the mean of F1. This score has tp only once below the line.",
        ),
        (
            mean_of(lambda tp, fp, fn: tp / (2 * tp + fp + fn)),
            "You divide by rows + columns: pairs stand in both, so they are counted twice.",
        ),
        (
            lambda table, levels: ap(*count(table, levels[0])),
            "You return the score of the first threshold. Does `return` stand inside the loop?",
        ),
        (
            lambda table, levels: ap(*count(table, levels[-1])),
            "You return the score of the last threshold alone. Collect all and take the mean.",
        ),
        (
            lambda table, levels: [ap(*count(table, level)) for level in levels],
            "One number a threshold. The mean of them is asked for.",
        ),
        (
            lambda table, levels: sum(ap(*count(table, level)) for level in levels),
            "That is the sum over the thresholds: divide by how many there are.",
        ),
        (
            lambda table, levels: ap(*np.sum([count(table, level) for level in levels], axis=0)),
            "You added up the counts of all thresholds and divided once. One score for each "
            "threshold, then the mean of the *scores*.",
        ),
        (
            tuple(lambda table, levels, own=own: mean_ap(table, own) for own in OWN_LEVELS),
            "You ask at thresholds of your own, whatever `thresholds` holds. Use those that are "
            "handed over.",
        ),
        (
            lambda table, levels: ap(*count(table, float(np.mean(levels)))),
            "You averaged the thresholds. Average the *scores*.",
        ),
        (
            lambda table, levels: table[table >= levels[0]].mean() if table.size else 0.0,
            "You average the IoU of the pairs. That says how good the outlines of found cells "
            "are, and nothing about those that were missed or invented.",
        ),
        (
            lambda table, levels: np.mean(
                [ap(*count(table, np.nextafter(level, 1))) for level in levels]
            ),
            "An IoU of exactly the threshold reaches it: `>=`.",
        ),
    ],
)

EXERCISES = {"07.1": IOU, "07.2": COUNT, "07.3": MEAN_AP} | CELLS
