"""Self-checks of lesson 08, second part: F1 of links and displacement."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise

RNG = np.random.default_rng(80)
LINKS = [
    (
        np.array([[1, 4], [2, 5], [3, 6], [3, 7]]),
        np.array([[3, 6], [1, 4], [2, 12], [9, 5], [8, 7]]),
    ),
    (
        np.array([[1, 4], [2, 5], [5, 8], [4, 9], [6, 10]]),
        np.array([[2, 5], [1, 4], [5, 9], [4, 8]]),
    ),
    (np.array([[1, 4], [2, 5]]), np.array([[1, 5], [2, 4], [3, 6]])),
    (np.array([[1, 4], [2, 5], [3, 6]]), np.array([[3, 6], [5, 2]])),
    (np.array([[1, 4], [2, 5]]), np.zeros((0, 2), int)),
]
WAYS = [
    (np.cumsum(RNG.normal(0.5, 2, (12, 2)), axis=0), 3),
    (np.cumsum(RNG.normal(0.2, 1, (9, 2)), axis=0), 1),
    (np.cumsum(RNG.normal(-0.3, 3, (10, 2)), axis=0), 4),
]


def or_nan(answer: Callable) -> Callable:
    """The answer, with nan where plain Python divides by zero."""

    def respond(true: NDArray, found: NDArray) -> object:
        try:
            return answer(true, found)
        except ZeroDivisionError:
            return np.nan

    return respond


def common(true: NDArray, found: NDArray) -> int:
    """Links that stand in both."""
    return len({tuple(link) for link in true.tolist()} & {tuple(link) for link in found.tolist()})


def link_f1(true: NDArray, found: NDArray) -> float:
    """Right answer of 08.2."""
    return 2 * common(true, found) / (len(true) + len(found))


def harmonic(true: NDArray, found: NDArray) -> float:
    """F1 from precision and recall, without a thought of the case without hits."""
    precision, recall = common(true, found) / len(found), common(true, found) / len(true)
    return np.divide(2 * precision * recall, precision + recall)


def msd(places: NDArray, lag: int) -> float:
    """Right answer of 08.6."""
    return float(np.mean(np.sum((places[lag:] - places[:-lag]) ** 2, axis=1)))


LINK_F1 = Exercise(
    right=link_f1,
    cases=LINKS,
    ask=or_nan,
    praise="The same F1 as in lesson 05; what has changed is what counts as a hit.",
    mistakes=[
        (
            (lambda a, b: common(a, b) / len(b), lambda a, b: common(a, b) / max(len(b), 1)),
            "That is the precision: how many of the found links are true. A tracker that links "
            "hardly anybody would win.",
        ),
        (
            lambda a, b: common(a, b) / len(a),
            "That is the recall: how many of the true links were found. A tracker that links all "
            "with all would win.",
        ),
        (
            lambda a, b: common(a, b) / (len(a) + len(b) - common(a, b)),
            "That is the Jaccard index: hits by all links that are in either. F1 = 2 hits / (true "
            "+ found).",
        ),
        (
            lambda a, b: common(a, b) / (len(a) + len(b)),
            "A factor of 2 is missing: if all is right, hits / (true + found) is a half.",
        ),
        (
            (
                lambda a, b: (common(a, b) / len(a) + common(a, b) / len(b)) / 2,
                lambda a, b: (common(a, b) / len(a) + common(a, b) / max(len(b), 1)) / 2,
            ),
            "You took the ordinary mean of precision and recall. F1 is the harmonic mean: it is "
            "high only if both are.",
        ),
        (
            (harmonic, lambda a, b: harmonic(a, b) if len(b) else 0.0),
            "Right, but for the case without any hit: 0/0. There nothing was found rightly, and F1 "
            "is 0.",
        ),
        (
            lambda a, b: link_f1(a, b) if len(b) else np.nan,
            "Right, but where not one link was found the precision is 0/0. That is a case without "
            "any hit, too: F1 is 0.",
        ),
        (
            lambda a, b: link_f1(np.sort(a), np.sort(b)),
            "You take (2, 5) and (5, 2) for one link, as sorting or a `frozenset` does. A link has "
            "a direction, from the earlier cell to the later one: compare the rows as they stand.",
        ),
        (
            lambda a, b: common(a, b),
            "That is how many links are right. Divide: 3 of 4 is good, 3 of 4,000 is not.",
        ),
        (
            lambda a, b: np.divide(
                sum(list(x) == list(y) for x, y in zip(a, b, strict=False)), min(len(a), len(b))
            ),
            "You compared row with row. The links may stand in another order: ask whether each "
            "found link is *anywhere* among the true ones.",
        ),
        (
            (
                lambda a, b: 2 * np.isin(b, a).all(axis=1).sum() / (len(a) + len(b)),
                lambda a, b: (
                    2
                    * (np.isin(b[:, 0], a[:, 0]) & np.isin(b[:, 1], a[:, 1])).sum()
                    / (len(a) + len(b))
                ),
            ),
            "You asked whether both *cells* of a found link occur among the true links. They may "
            "occur in two different ones: compare pairs. A set of tuples does it.",
        ),
        (
            lambda a, b: 2 * len(set(a[:, 1]) & set(b[:, 1])) / (len(a) + len(b)),
            "You compared the later cells only. A link is right if both its ends are.",
        ),
        (
            lambda a, b: 2 * len(set(a[:, 0]) & set(b[:, 0])) / (len(a) + len(b)),
            "You compared the earlier cells only. A link is right if both its ends are.",
        ),
    ],
)

MSD = Exercise(
    right=msd,
    cases=WAYS,
    praise="Every start serves, so that short lags are known well and long ones poorly.",
    mistakes=[
        (
            lambda p, k: np.mean(np.linalg.norm(p[k:] - p[:-k], axis=1)),
            "You took the mean distance. *Squared* displacement: square before you take the mean.",
        ),
        (
            lambda p, k: np.mean(np.linalg.norm(p[k:] - p[:-k], axis=1)) ** 2,
            "You squared the mean. Square each displacement first, then take the mean: the two "
            "differ.",
        ),
        (
            lambda p, k: np.sqrt(msd(p, k)),
            "That is its root, a length. The mean *squared* displacement is an area (µm²).",
        ),
        (
            lambda p, k: np.mean((p[k:] - p[:-k]) ** 2),
            "Half of what is right: `np.mean` over everything divides by 2 for the two axes. Add "
            "the squares in y and x, then take the mean over the starts.",
        ),
        (
            lambda p, k: np.mean((p[k:] - p[:-k]) ** 2, axis=0),
            "Two numbers, one an axis. Add the squares in y and x of each displacement.",
        ),
        (
            lambda p, k: np.sum((p[k:] - p[:-k]) ** 2),
            "You added up all starts. Take their mean, or a long track seems to move more.",
        ),
        (
            lambda p, k: np.sum((p[k] - p[0]) ** 2),
            "You used one start only, the first frame. Every frame that has another one `lag` "
            "later is a start.",
        ),
        (
            lambda p, k: np.mean(np.sum((p[k::k] - p[:-k:k]) ** 2, axis=1)),
            "Your starts lie `lag` frames apart. Take every frame as a start: they overlap, and "
            "that is meant.",
        ),
        (
            lambda p, k: np.mean(np.sum((p[1:] - p[:-1]) ** 2, axis=1)) * k,
            "You measured single steps and multiplied by the lag. That holds for a walk without "
            "memory, and whether it has one is what this curve should show.",
        ),
        (
            lambda p, k: np.mean(np.sum((p[1:] - p[:-1]) ** 2, axis=1)),
            "You measured single steps, whatever `lag` says.",
        ),
        (
            lambda p, k: np.mean(np.sum((np.roll(p, -k, axis=0) - p) ** 2, axis=1)),
            "`np.roll` lets the last frames go on at the first ones. Those are no displacements: "
            "cut them off.",
        ),
        (
            lambda p, k: np.mean(np.sum(np.diff(p, n=k, axis=0) ** 2, axis=1)),
            "`np.diff(..., n=lag)` takes differences of differences. Take two slices, `lag` apart.",
        ),
        (
            (
                lambda p, k: msd(p, k + 1),
                lambda p, k: msd(p[:-1], k),
                lambda p, k: msd(p[1:], k),
            ),
            "Off by one: with t frames there are t − lag starts, and the two places are `lag` "
            "apart. `places[lag:]` and `places[:-lag]`.",
        ),
        (
            lambda p, k: np.mean(np.sum((p[k:] - p[0]) ** 2, axis=1)),
            "You measured from the first frame every time. Start and end are `lag` apart.",
        ),
        (
            lambda p, k: np.var(p[k:] - p[:-k], axis=0).sum(),
            "A variance subtracts the mean displacement first. A cell that walks straight on would "
            "score 0.",
        ),
    ],
)

TRACKS = {"08.2": LINK_F1, "08.6": MSD}
