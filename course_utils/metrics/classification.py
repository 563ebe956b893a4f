"""Scores for classifiers, with intervals that respect which images show the same cell."""

from collections.abc import Callable

import numpy as np


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
