"""Self-checks of lesson 05: average precision and calibration error."""

import numpy as np

from course_utils.checks import Exercise

RANKED = [
    (np.array([1, 0, 1, 0, 0, 1, 0, 0]), np.array([0.9, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2, 0.1])),
    (np.array([0, 0, 1, 1, 0, 1]), np.array([-3.0, 2.5, 1.5, -1.0, 0.0, 4.0])),
    (np.array([0, 1, 0, 0]), np.array([0.1, 0.3, 0.6, 0.2])),
]
PROMISES = [
    (
        np.array([0, 0, 1, 0, 1, 1, 0, 1, 1, 0]),
        np.array([0.05, 0.12, 0.15, 0.31, 0.38, 0.33, 0.72, 0.78, 0.96, 1.0]),
        5,
    ),
    (np.array([0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.9, 0.6, 0.3]), 2),
]


def hits(true: np.ndarray, score: np.ndarray, falling: bool = True) -> np.ndarray:
    """Truth in the order of the scores."""
    order = np.argsort(score)
    return true[order[::-1] if falling else order]


def precisions(ranked: np.ndarray, start: int = 1) -> np.ndarray:
    """Share of hits among the first 1, 2, 3, ... cases."""
    return np.cumsum(ranked) / np.arange(start, len(ranked) + start)


def ap(true: np.ndarray, score: np.ndarray) -> float:
    """Right answer of 05.4."""
    ranked = hits(true, score)
    return float(precisions(ranked)[ranked == 1].mean())


def ap_ascending(true: np.ndarray, score: np.ndarray) -> float:
    """The least suspicious first."""
    ranked = hits(true, score, falling=False)
    return float(precisions(ranked)[ranked == 1].mean())


def ap_trapezium(true: np.ndarray, score: np.ndarray) -> float:
    """Area under straight lines between the points of the curve."""
    ranked = hits(true, score)
    recall = np.append(0, np.cumsum(ranked) / ranked.sum())
    return float(np.trapezoid(np.append(1, precisions(ranked)), recall))


def pairs_right(true: np.ndarray, score: np.ndarray) -> float:
    """Area under the ROC curve."""
    return float(np.mean(score[true == 1][:, None] > score[true == 0]))


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


SCORES = {
    "05.4": Exercise(
        right=ap,
        cases=RANKED,
        praise="Each nucleus that was found asks: how clean was the list down to me?",
        mistakes=[
            (
                ap_ascending,
                "Your list begins with the *lowest* score. `np.argsort` sorts upwards; the most "
                "suspicious nucleus should be called first.",
            ),
            (
                lambda t, s: float(precisions(hits(t, s)).mean()),
                "You average the precision over all places of the list. Only the places where a "
                "true one is found count: each of these asks how clean the list was down to it.",
            ),
            (
                lambda t, s: float((precisions(t)[t == 1]).mean()),
                "You went through the cases in the order in which they were given. The score has "
                "to decide who comes first.",
            ),
            (
                lambda t, s: float(precisions(hits(t, s))[hits(t, s) == 1].sum()),
                "You summed the precisions; average precision is their mean.",
            ),
            (
                lambda t, s: float(precisions(hits(t, s))[hits(t, s) == 1].sum() / len(t)),
                "You divided by the number of cases. There is one precision for each *true* one: "
                "divide by how many there are of those.",
            ),
            (
                (
                    lambda t, s: float(precisions(hits(t, s), 0)[hits(t, s) == 1].mean()),
                    lambda t, s: float(precisions(hits(t, s), 2)[hits(t, s) == 1].mean()),
                ),
                "Off by one: after the first place, *one* nucleus has been called. Divide by 1, "
                "2, 3, ...",
            ),
            (
                lambda t, s: float((np.cumsum(hits(t, s)) / t.sum())[hits(t, s) == 1].mean()),
                "You divided by all true ones, which is recall. Precision divides the hits so far "
                "by the number of cases called so far.",
            ),
            (
                ap_trapezium,
                "You joined the points of the curve by straight lines. Between two points no "
                "threshold exists that gives such a value, so the line flatters. Take the "
                "precision at each hit, and their mean.",
            ),
            (
                pairs_right,
                "That is the area under the ROC curve: pairs in the right order. Precision asks "
                "how many of those *called* are true.",
            ),
            (
                lambda t, s: float(precisions(hits(t, s))[t == 1].mean()),
                "You sorted for the precision and then picked with `true` in its old order. Sort "
                "the truth once, and use the sorted one for both.",
            ),
            (
                lambda t, s: precisions(hits(t, s))[hits(t, s) == 1],
                "These are the precisions at the hits, as asked; now take their mean.",
            ),
        ],
    ),
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
