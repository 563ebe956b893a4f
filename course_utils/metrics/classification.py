"""Scores for classifiers, with intervals that respect which images show the same cell."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class ClassScores:
    """Scores of each class, shape (classes,); 0 where nothing could be counted."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    jaccard: NDArray[np.float64]
    support: NDArray[np.int64]


def confusion_counts(true: ArrayLike, predicted: ArrayLike, classes: int) -> NDArray[np.int64]:
    """How often each class was called each class: rows are the truth, columns the answers.

    Args:
        true, predicted: class numbers from 0, shape (n,).
        classes: how many there are; a class that never occurs keeps its row and column.

    Returns:
        Counts of shape (classes, classes), with sum n.

    Raises:
        ValueError: shapes differ, or a number is not a whole one from 0 to classes - 1.

    Taught in: 05.
    """
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.ndim != 1 or true.shape != predicted.shape:
        raise ValueError(f"one answer a case: got shapes {true.shape} and {predicted.shape}")
    both = np.concatenate([true, predicted])
    if both.dtype.kind not in "biu":
        raise ValueError(f"class numbers must be whole numbers, not {both.dtype}")
    if len(both) and not (both.min() >= 0 and both.max() < classes):
        raise ValueError(f"classes run from 0 to {classes - 1}, got {both.min()} to {both.max()}")
    pairs = true.astype(np.int64) * classes + predicted
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def class_scores(counts: NDArray[np.int64]) -> ClassScores:
    """Precision, recall, F1 and Jaccard index of each class from a confusion matrix.

    Args:
        counts: shape (classes, classes), rows the truth; as `confusion_counts` gives it.

    Returns:
        ClassScores: what would be 0/0 is 0, as with scikit-learn's `zero_division=0`.

    Raises:
        ValueError: the matrix is not square.

    Taught in: 05.
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"a confusion matrix is square, got shape {counts.shape}")
    hits, of_class, called = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    ratios = (
        hits / np.maximum(below, 1)
        for below in (called, of_class, (called + of_class) / 2, called + of_class - hits)
    )
    return ClassScores(*ratios, support=of_class)


def average_precision(true: ArrayLike, score: ArrayLike) -> float:
    """Area under the steps of the precision-recall curve, fast enough for a bootstrap.

    Args:
        true: 0 or 1, shape (n,).
        score: higher is more likely 1, shape (n,); equal scores are called together.

    Raises:
        ValueError: shapes differ, or there is no positive case.

    Source: scikit-learn, `average_precision_score`. Taught in: 05.
    """
    true, score = paired(true, score)
    if not true.any():
        raise ValueError("without a positive case there is no precision to average")
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)
    hits, called = np.cumsum(true[order])[last], np.flatnonzero(last) + 1
    return float(np.sum(np.diff(hits, prepend=0) * hits / called) / hits[-1])


def roc_auc(true: ArrayLike, score: ArrayLike) -> float:
    """Share of pairs, one of each class, in which the positive case has the higher score.

    Args:
        true: 0 or 1, shape (n,).
        score: shape (n,); a tie counts one half.

    Raises:
        ValueError: shapes differ, or a class is missing.

    Source: Hanley and McNeil 1982. Taught in: 05.
    """
    from scipy.stats import rankdata

    true, score = paired(true, score)
    yes, no = true.sum(), (~true).sum()
    if not yes or not no:
        raise ValueError("both classes must be there to compare them")
    return float((rankdata(score)[true].sum() - yes * (yes + 1) / 2) / (yes * no))


def paired(true: ArrayLike, score: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Truth as booleans and scores as floats; ValueError says what is wrong. Used in: 05."""
    true, score = np.asarray(true), np.asarray(score, float)
    if true.ndim != 1 or true.shape != score.shape:
        raise ValueError(f"one score a case: got shapes {true.shape} and {score.shape}")
    if not np.isin(true, (0, 1)).all():
        raise ValueError("labels must be 0 or 1")
    if np.isnan(score).any():
        raise ValueError("a score is not a number")
    return true.astype(bool), score


def mean_recall(true: np.ndarray, predicted: np.ndarray) -> float:
    """Balanced accuracy without scikit-learn's checks, for the thousands of calls of a bootstrap.

    Args:
        true, predicted: labels, shape (n,); every class of `true` counts alike.

    Taught in: 02.
    """
    return float(np.mean([np.mean(predicted[true == k] == k) for k in np.unique(true)]))


def bootstrap_interval(
    metric: Callable[[np.ndarray, np.ndarray], float],
    true: np.ndarray,
    predicted: np.ndarray,
    groups: np.ndarray,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Interval of a score when whole groups (cells) are drawn again with replacement.

    A cell that was photographed twenty times is one observation, not twenty: all its images
    are drawn together.

    Args:
        metric: function of (true, predicted) that gives one number.
        true, predicted: labels, shape (n,).
        groups: which cell each image shows, shape (n,).
        repeats: number of draws; draws in which a class is missing are drawn again.
        level: share of the draws inside the interval, in (0, 1).
        seed: of the random numbers.

    Returns:
        Lower and upper end of the percentile interval.

    Raises:
        ValueError: lengths differ, nothing to draw from, or level outside (0, 1).

    Source: Efron and Tibshirani 1993, chapter 13. Taught in: 02.
    """
    true, predicted, groups = map(np.asarray, (true, predicted, groups))
    if not len(true) == len(predicted) == len(groups) > 0:
        raise ValueError("true, predicted and groups must have the same length, at least 1")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    draws = [draw_groups(members, true, rng) for _ in range(repeats)]
    values = [metric(true[rows], predicted[rows]) for rows in draws]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def draw_groups(
    members: list[np.ndarray], true: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Rows of as many groups as there are, drawn with replacement, every class present.

    Args:
        members: row numbers of each group.
        true: labels, shape (n,).
        rng: source of the random numbers.

    Used in: 02.
    """
    classes = len(np.unique(true))
    while True:
        chosen = rng.integers(len(members), size=len(members))
        rows = np.concatenate([members[i] for i in chosen])
        if len(np.unique(true[rows])) == classes:
            return rows


def gain_interval(
    metric: Callable[[np.ndarray, np.ndarray], float],
    true: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    groups: np.ndarray,
    **kwargs,
) -> tuple[float, float]:
    """Bootstrap interval of how much better one set of answers is than another.

    Both are scored on the same drawn cells, so what makes a draw easy for both cancels.

    Args:
        metric: function of (true, predicted), higher is better.
        true, before, after: labels and the two sets of answers, shape (n,).
        groups: which cell each image shows, shape (n,).
        **kwargs: repeats, level and seed, as in `bootstrap_interval`.

    Raises:
        ValueError: as `bootstrap_interval`, or the two sets differ in length.

    Used in: 02.
    """

    def gain(true: np.ndarray, pair: np.ndarray) -> float:
        return metric(true, pair[:, 1]) - metric(true, pair[:, 0])

    return bootstrap_interval(gain, true, np.stack([before, after], axis=1), groups, **kwargs)
