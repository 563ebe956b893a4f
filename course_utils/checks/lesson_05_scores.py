"""Self-check of lesson 05: average precision."""

import numpy as np

from course_utils.checks import Exercise

RANKED = [
    (np.array([1, 0, 1, 0, 0, 1, 0, 0]), np.array([0.9, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2, 0.1])),
    (np.array([0, 0, 1, 1, 0, 1]), np.array([-3.0, 2.5, 1.5, -1.0, 0.0, 4.0])),
    (np.array([0, 1, 0, 0]), np.array([0.1, 0.3, 0.6, 0.2])),
    (np.array([0, 1, 0, 1, 1]), np.array([0.3, 0.6, 0.9, 0.5, 0.1])),
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


def ap_interpolated(true: np.ndarray, score: np.ndarray) -> float:
    """The best precision from each hit on, as in contests of object detection."""
    ranked = hits(true, score)
    best = np.maximum.accumulate(precisions(ranked)[::-1])[::-1]
    return float(best[ranked == 1].mean())


def ap_by_ranks(true: np.ndarray, score: np.ndarray) -> float:
    """The place of each case taken for the case at each place."""
    ranked = true[np.argsort(np.argsort(-score))]
    return float(precisions(ranked)[ranked == 1].mean())


def ap_trapezium(true: np.ndarray, score: np.ndarray) -> float:
    """Area under straight lines between the points of the curve."""
    ranked = hits(true, score)
    recall = np.append(0, np.cumsum(ranked) / ranked.sum())
    return float(np.trapezoid(np.append(1, precisions(ranked)), recall))


def pairs_right(true: np.ndarray, score: np.ndarray) -> float:
    """Area under the ROC curve."""
    return float(np.mean(score[true == 1][:, None] > score[true == 0]))


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
                ap_interpolated,
                "You took the best precision from each hit on, as contests of object detection do. "
                "It flatters: note the precision *at* each hit.",
            ),
            (
                ap_by_ranks,
                "You took ranks for an order. `np.argsort` once says who stands at each place; "
                "twice, at which place each one stands. Sort the truth with the first.",
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
}
