"""Self-checks of lesson 05: confusion matrix, precision and recall.

Folds, average precision, calibration and early stopping stand in modules of their own.
"""

import numpy as np

from course_utils.checks import Exercise
from course_utils.checks.lesson_05_calibration import CALIBRATION
from course_utils.checks.lesson_05_folds import FOLDS
from course_utils.checks.lesson_05_scores import SCORES
from course_utils.checks.lesson_05_stopping import STOPPING

TABLES = [
    (np.array([0, 0, 0, 0, 1, 1, 2, 2, 2]), np.array([0, 0, 0, 1, 1, 2, 0, 0, 2]), 4),
    (np.array([1, 1, 1, 0, 1]), np.array([0, 0, 0, 0, 1]), 3),
]
ANSWERS = [
    (np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]), np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 0])),
    (np.array([0, 1, 0, 0, 1, 0]), np.array([0, 0, 0, 0, 0, 0])),
    (np.array([0, 0, 0, 0]), np.array([1, 0, 0, 0])),
    (np.array([1, 0, 1, 1, 0]), np.array([1, 1, 1, 0, 1])),
    (np.array([1, 0, 0]), np.array([0, 1, 0])),
]


def table(true: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Right answer of 05.2."""
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (true, predicted), 1)
    return counts


def counted_once(true: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """What `counts[true, predicted] += 1` gives."""
    return np.minimum(table(true, predicted, classes), 1)


def parts(true: np.ndarray, predicted: np.ndarray) -> tuple[int, int, int, int]:
    """Hits, false alarms, misses and rightly left alone."""
    pairs = [(1, 1), (0, 1), (1, 0), (0, 0)]
    return tuple(int(np.sum((true == t) & (predicted == p))) for t, p in pairs)


def ratio(a: float, b: float, empty: float = 0.0) -> float:
    """a / b, and `empty` where b is zero."""
    return a / b if b else empty


def three(true: np.ndarray, predicted: np.ndarray, empty: float = 0.0) -> tuple:
    """Precision, recall and F1 of class 1; right answer of 05.3 for empty=0."""
    hit, alarm, miss, _ = parts(true, predicted)
    p, r = ratio(hit, hit + alarm, empty), ratio(hit, hit + miss, empty)
    return p, r, ratio(2 * p * r, p + r, empty)


def with_f1(f1) -> callable:
    """The three scores with another formula for the third."""

    def answer(true: np.ndarray, predicted: np.ndarray) -> tuple:
        p, r, _ = three(true, predicted)
        return p, r, f1(p, r)

    return answer


def of_class_zero(true: np.ndarray, predicted: np.ndarray) -> tuple:
    """The three scores of class 0."""
    return three(1 - true, 1 - predicted)


def with_accuracy(true: np.ndarray, predicted: np.ndarray) -> tuple:
    """Accuracy in place of the precision."""
    p, r = np.mean(true == predicted), three(true, predicted)[1]
    return p, r, ratio(2 * p * r, p + r)


def over_all(true: np.ndarray, predicted: np.ndarray) -> tuple:
    """Hits divided by all cases."""
    share = parts(true, predicted)[0] / len(true)
    return share, share, share


def with_specificity(true: np.ndarray, predicted: np.ndarray) -> tuple:
    """Share of the others left alone in place of the recall."""
    _, alarm, _, calm = parts(true, predicted)
    p, r = three(true, predicted)[0], ratio(calm, calm + alarm)
    return p, r, ratio(2 * p * r, p + r)


EXERCISES = {
    **FOLDS,
    "05.2": Exercise(
        right=table,
        cases=TABLES,
        praise="Rows are the truth: the sum of a row is how many there were of that class.",
        mistakes=[
            (
                lambda t, p, c: table(t, p, c).T,
                "Rows and columns are exchanged: the sums of your rows say how often a class was "
                "*called*, not how often it was there. (Papers and libraries differ here; say "
                "which way round yours is.)",
            ),
            (
                counted_once,
                "All your counts are 0 or 1. `table[true, predicted] += 1` visits a cell that "
                "comes up several times only once. Add one case after the other, or use "
                "`np.add.at`.",
            ),
            (
                lambda t, p, c: np.tile(table(t, p, c).sum(0), (c, 1)),
                "All your rows are the same one: `[[0] * classes] * classes` repeats one list, and "
                "what is added to a row is added to all. Use `np.zeros((classes, classes))`.",
            ),
            (
                lambda t, p, c: table(t, p, max(t.max(), p.max()) + 1),
                "Your table has as many rows as classes occurred. One class of the case never "
                "does, and it still needs its row and column of zeros: use `classes`.",
            ),
            (
                (
                    lambda t, p, c: table(t, p, c) / np.maximum(table(t, p, c).sum(1)[:, None], 1),
                    lambda t, p, c: table(t, p, c) / table(t, p, c).sum(1)[:, None],
                ),
                "You divided by the sums of the rows. Counts were asked for; shares hide that a "
                "row stands on two cases.",
            ),
            (
                lambda t, p, c: table(t, p, c) / len(t),
                "You divided by the number of cases. Counts were asked for.",
            ),
            (
                lambda t, p, c: np.diag(table(t, p, c)),
                "You kept the diagonal only, the right answers. What the wrong ones were taken "
                "for stands beside it.",
            ),
            (
                lambda t, p, c: table(t, p, c) - np.diag(np.diag(table(t, p, c))),
                "You counted only the errors. The diagonal holds the right answers.",
            ),
            (
                lambda t, p, c: np.histogram2d(t, p, c)[0],
                "`np.histogram2d` with a number of bins stretches them over the values that "
                "occur, so classes slip into other cells. Give it the borders -0.5, 0.5, ...",
            ),
        ],
    ),
    "05.3": Exercise(
        right=three,
        cases=ANSWERS,
        praise="F1 is high only if both are: the harmonic mean follows the smaller one.",
        mistakes=[
            (
                (
                    lambda t, p: three(t, p, np.nan),
                    lambda t, p: (*three(t, p, np.nan)[:2], three(t, p)[2]),
                    lambda t, p: (
                        *three(t, p)[:2],
                        with_f1(lambda a, b: ratio(a * b, a + b, np.nan))(t, p)[2],
                    ),
                    lambda t, p: (*three(t, p)[:2], three(t, p, np.nan)[2]),
                ),
                "Where nothing was called class 1, or nothing was of it, you divide 0 by 0 and "
                "get nan, which spoils every mean it enters. Ask first whether there is anything "
                "to divide by; 0 was asked for.",
            ),
            (
                (
                    lambda t, p: three(t, p, 1.0),
                    lambda t, p: tuple(np.nan_to_num(three(t, p, np.nan), nan=1.0)),
                ),
                "You give 1 where the denominator is empty. A model that never says 1 would have "
                "a perfect precision. Here 0 was asked for.",
            ),
            (
                lambda t, p: (three(t, p)[1], three(t, p)[0], three(t, p)[2]),
                "Precision and recall are exchanged. Precision divides by what was *called* 1, "
                "recall by what *is* 1.",
            ),
            (
                with_f1(lambda p, r: (p + r) / 2),
                "Your F1 is the ordinary mean. A model that calls everything class 1 would get "
                "more than one half. The harmonic mean is asked for: 2pr / (p + r).",
            ),
            (
                with_f1(lambda p, r: ratio(p * r, p + r)),
                "Your F1 is half of what it should be: for p = r = 1 it gives 0.5. Which factor "
                "is missing?",
            ),
            (
                with_f1(lambda p, r: ratio(2 * p * r, p) + r),
                "Division comes before addition: put brackets around p + r.",
            ),
            (
                with_f1(lambda p, r: np.sqrt(p * r)),
                "That is the geometric mean of the two. F1 is the harmonic one.",
            ),
            (
                of_class_zero,
                "These are the three scores of class 0. Class 1 is the one that is looked for.",
            ),
            (
                with_accuracy,
                "Your precision is the accuracy: it counts the zeros that were called zero. Look "
                "only at what was called 1.",
            ),
            (
                over_all,
                "You divided by all cases. Precision divides by what was called 1, recall by "
                "what is 1.",
            ),
            (
                with_specificity,
                "Your recall looks at class 0: it is the share of the zeros that were left alone, "
                "the specificity. Of those that *are* 1, which share was called 1?",
            ),
            (
                lambda t, p: three(t, p)[2],
                "You return F1 alone. All three were asked for: `return precision, recall, f1`.",
            ),
            (
                lambda t, p: tuple(100 * v for v in three(t, p)),
                "Per cent; shares from 0 to 1 were asked for.",
            ),
        ],
    ),
    **SCORES,
    **CALIBRATION,
    **STOPPING,
}
