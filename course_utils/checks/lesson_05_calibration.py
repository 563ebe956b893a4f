"""Self-check of lesson 05: calibration error."""

import numpy as np

from course_utils.checks import Exercise

PROMISES = [
    (
        np.array([0, 0, 1, 0, 1, 1, 0, 1, 1, 0]),
        np.array([0.05, 0.12, 0.15, 0.31, 0.38, 0.33, 0.72, 0.78, 0.96, 1.0]),
        5,
    ),
    (np.array([0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.9, 0.6, 0.3]), 2),
    (np.array([1, 0, 1, 0, 0]), np.array([0.0, 0.49, 0.65, 0.38, 0.09]), 2),
    (np.array([1]), np.array([0.5]), 2),
]


def bin_of(probability: np.ndarray, bins: int) -> np.ndarray:
    """Number of the bin of each probability."""
    return np.minimum((probability * bins).astype(int), bins - 1)


def gaps(true: np.ndarray, probability: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Promised minus found, and the share of the cases, of each bin that is not empty."""
    at = bin_of(probability, bins)
    some = np.unique(at)
    gap = np.array([probability[at == b].mean() - true[at == b].mean() for b in some])
    return gap, np.array([np.mean(at == b) for b in some])


def ece(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """Right answer of 05.5."""
    gap, share = gaps(true, probability, bins)
    return float(np.sum(np.abs(gap) * share))


def ece_in(at: np.ndarray, true: np.ndarray, probability: np.ndarray) -> float:
    """The error with bins numbered in another way."""
    gap = [abs((probability - true)[at == b].mean()) * np.mean(at == b) for b in np.unique(at)]
    return float(np.sum(gap))


def ece_in_own_range(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """Bins between the smallest and the largest probability that occur."""
    low, high = probability.min(), probability.max()
    return ece_in(bin_of((probability - low) / (high - low or 1), bins), true, probability)


def ece_without_first(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """A probability of exactly 0 falls out of the first bin."""
    kept = probability > 0
    return ece(true[kept], probability[kept], bins) * float(kept.mean())


def ece_with_one_before(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """A probability of exactly 0 gets a bin of its own."""
    return ece_in(np.where(probability == 0, -1, bin_of(probability, bins)), true, probability)


def ece_with_both_borders(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """A probability on a border counts in both bins."""
    total = 0.0
    for b in range(bins):
        here = (probability >= b / bins) & (probability <= (b + 1) / bins)
        total += abs(np.sum((probability - true)[here])) / len(true)
    return total


def ece_of_confidence(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """Accuracy at one half against the probability of the class that was called."""
    right = ((probability >= 0.5) == true).astype(int)
    return ece(right, np.maximum(probability, 1 - probability), bins)


def ece_from_middles(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """The middle of the bin in place of the mean probability."""
    at = bin_of(probability, bins)
    gap = [abs((b + 0.5) / bins - true[at == b].mean()) * np.mean(at == b) for b in np.unique(at)]
    return float(np.sum(gap))


def ece_without_last(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """A probability of exactly 1 falls out of the last bin."""
    kept = probability < 1
    gap, share = gaps(true[kept], probability[kept], bins)
    return float(np.sum(np.abs(gap) * share) * kept.mean())


def ece_with_one_more(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """A probability of exactly 1 gets a bin of its own."""
    one = probability == 1
    inside = ece(true[~one], probability[~one], bins) * np.mean(~one)
    return float(inside + (np.abs(1 - true[one].mean()) * one.mean() if one.any() else 0))


def ece_of_certainty(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """Accuracy at one half against the probability of class 1."""
    right = ((probability >= 0.5) == true).astype(int)
    return ece(right, probability, bins)


def ece_mean_of_distances(true: np.ndarray, probability: np.ndarray, bins: int) -> float:
    """Distance of each case, without any bins."""
    return float(np.mean(np.abs(probability - true)))


CALIBRATION = {
    "05.5": Exercise(
        right=ece,
        cases=PROMISES,
        praise="A number like 0.02 says: a promise is off by two points on average.",
        mistakes=[
            (
                lambda t, p, b: np.nan if len(np.unique(bin_of(p, b))) < b else ece(t, p, b),
                "A bin is empty, and the mean of nothing is nan. Leave empty bins out.",
            ),
            (
                lambda t, p, b: float(np.mean(np.abs(gaps(t, p, b)[0]))),
                "You gave every bin the same weight. A bin with two nuclei then counts as much as "
                "one with a thousand. Weigh each by its share of the cases.",
            ),
            (
                (
                    lambda t, p, b: float(np.sum(np.abs(gaps(t, p, b)[0]) * gaps(t, p, b)[1]) / b),
                    lambda t, p, b: float(np.sum(np.abs(gaps(t, p, b)[0])) / b),
                ),
                "You divided by the number of bins. The weights are the shares of the cases, and "
                "they add up to one already.",
            ),
            (
                (
                    lambda t, p, b: float(np.sum(gaps(t, p, b)[0] * gaps(t, p, b)[1])),
                    lambda t, p, b: float(abs(np.sum(gaps(t, p, b)[0] * gaps(t, p, b)[1]))),
                ),
                "A bin that promises too much cancels one that promises too little. Take the "
                "distance (`abs`) in each bin, before the sum.",
            ),
            (
                lambda t, p, b: float(np.abs(gaps(t, p, b)[0]).max()),
                "That is the worst bin. It has its use, but here the mean over the cases was "
                "asked for.",
            ),
            (
                (
                    lambda t, p, b: float(np.sum(gaps(t, p, b)[0] ** 2 * gaps(t, p, b)[1])),
                    lambda t, p, b: float(
                        np.sqrt(np.sum(gaps(t, p, b)[0] ** 2 * gaps(t, p, b)[1]))
                    ),
                ),
                "You squared the distances. Here the plain distance was asked for, which can be "
                "read in per cent.",
            ),
            (
                ece_from_middles,
                "You compared with the middle of the bin. Most cases of a bin may sit at its "
                "edge: take the mean of the probabilities that are in it.",
            ),
            (
                (ece_without_last, ece_with_one_more),
                "A probability of exactly 1.0 falls behind your last bin. Where does 1.0 * bins "
                "land?",
            ),
            (
                (ece_without_first, ece_with_one_before),
                "A probability of exactly 0 lies outside your first bin. Does that one include "
                "its lower border?",
            ),
            (
                ece_with_both_borders,
                "A probability on the border of two bins counts twice with you. Let each bin have "
                "one of its borders only: `>=` here, `<` there.",
            ),
            (
                ece_in_own_range,
                "Your bins lie between the smallest and the largest probability that occur. Cut "
                "from 0 to 1, so that a bin means the same for every model.",
            ),
            (
                ece_of_confidence,
                "You compared the confidence in the answer with how often it is right, the error "
                "of the literature for many classes. Here the promise is the probability of 1, "
                "and what is found is how often the truth is 1.",
            ),
            (
                ece_of_certainty,
                "You compared the probability of class 1 with how often a threshold of one half "
                "is *right*. Compare it with how often the truth is 1.",
            ),
            (
                ece_mean_of_distances,
                "That is the distance of each case from its truth. A promise of 30 % cannot be "
                "kept or broken by one nucleus: group them in bins first.",
            ),
            (
                lambda t, p, b: 100 * ece(t, p, b),
                "Per cent; a share from 0 to 1 was asked for.",
            ),
        ],
    ),
}
