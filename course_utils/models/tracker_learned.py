"""A linker that learned from films with known lineage who is who, and who is whose daughter."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.models.linking import Links, best_families, candidates
from course_utils.models.tracker import neighbours_move, steps
from course_utils.models.tracker_detections import Detections, Step, lay
from course_utils.models.tracker_features import pair_features, trio_features

DIFFERENT, SAME, DAUGHTER = 0, 1, 2
SURE = 6.0


class Film(NamedTuple):
    """A movie whose links are known: detections, stage shifts, masks, and rows of links."""

    detections: Detections
    shifts: NDArray
    masks: NDArray
    links: Links


@dataclass(frozen=True)
class Learned:
    """A linker: call it with a `Step`.

    `pair` is a classifier of `pair_features` into different, same, daughter; `trio` one of
    `trio_features` into no and yes. Candidates lie within `reach` root areas. `origin` is what it
    is worth to explain where a cell came from, in the units of the classifiers' log odds.
    """

    pair: object
    trio: object
    reach: float = 1.5
    origin: float = 3.0

    def __call__(self, step: Step) -> Links:
        with one_thread():
            return self._choose(step)

    def _choose(self, step: Step) -> Links:
        pairs, columns = seen_pairs(step, self.reach)
        if not len(pairs):
            return pairs
        chance = self.pair.predict_proba(columns)
        trios = trio_candidates(pairs, chance[:, DAUGHTER])
        gain = log_odds(chance[:, SAME]) + self.origin
        if not len(trios):
            return best_families(step, pairs, gain, np.empty((0, 3), int), np.empty(0))
        divides = self.trio.predict_proba(trio_features(step, pairs, columns, trios))[:, 1]
        families = np.column_stack([trios[:, 0], pairs[trios[:, 1], 1], pairs[trios[:, 2], 1]])
        return best_families(step, pairs, gain, families, log_odds(divides) + 2 * self.origin)


def learn(films: Iterable[Film], seed: int = 0, jitter: Sequence[float] = (0.0,)) -> Learned:
    """Train both classifiers on the steps of some films; seconds.

    Args:
        films: with known links.
        seed: of the jitter and the classifiers.
        jitter: each step is seen with errors added to where cells are expected, of each of these
            standard deviations, in root areas.

    Raises ValueError if the films hold no division or no link. Taught in: 08.
    """
    rng = np.random.default_rng(seed)
    examples = [ex for film in films for ex in _examples(film, rng, jitter)]
    if not examples:
        raise ValueError("the films to learn from have no two frames with cells: take more frames")
    pair_x, pair_y, trio_x, trio_y = (np.concatenate(part) for part in zip(*examples, strict=True))
    if len(np.unique(pair_y)) < 3 or len(np.unique(trio_y)) < 2:
        raise ValueError("the films to learn from need links and divisions: take more frames")
    with one_thread():
        return Learned(_classifier(seed).fit(pair_x, pair_y), _classifier(seed).fit(trio_x, trio_y))


def one_thread():
    """Boosted trees on one thread: beside another busy process two are thirty times as slow.

    Used in: 08.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="openmp")


def seen_pairs(step: Step, reach: float) -> tuple[Links, NDArray]:
    """Candidate pairs within `reach` root areas, and their features. Used in: 08."""
    far = reach * np.sqrt(np.median(step.before.area)) if len(step.before.y) else 1.0
    pairs = candidates(step, far)
    return pairs, pair_features(step, pairs) if len(pairs) else np.empty((0, 18))


def trio_candidates(pairs: Links, daughter: NDArray, least: float = 0.02, most: int = 4) -> NDArray:
    """Mothers with two of their likeliest daughters: rows (mother, row in pairs, row in pairs).

    Args:
        pairs: candidates, sorted by the first column.
        daughter: chance that the second is a daughter of the first, shape (m,).
        least: chance below which nobody is considered.
        most: daughters considered for each mother.

    Used in: 08.
    """
    order = np.lexsort((-daughter, pairs[:, 0]))
    order = order[daughter[order] >= least]
    ends = np.flatnonzero(np.diff(pairs[order, 0])) + 1
    trios = [
        (pairs[group[0], 0], a, b)
        for group in np.split(order, ends)
        for a, b in combinations(group[:most].tolist(), 2)
    ]
    return np.array(trios, np.int64).reshape(-1, 3)


def log_odds(chance: NDArray) -> NDArray[np.float64]:
    """Logarithm of chance : counter-chance, kept within -6 and 6. Used in: 08."""
    with np.errstate(divide="ignore"):
        return np.clip(np.log(chance) - np.log1p(-chance), -SURE, SURE)


def _classifier(seed: int):
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.1, max_leaf_nodes=15, l2_regularization=1.0, random_state=seed
    )


def _examples(film: Film, rng: np.random.Generator, jitter: Sequence[float]) -> Iterator[tuple]:
    """Features and answers of each step, moved by the stage alone and as the neighbours moved."""
    starts = np.searchsorted(film.detections.frame, np.arange(len(film.shifts) + 2))
    for t, step in enumerate(steps(film.detections, film.shifts, film.masks)):
        if not len(step.before.y) or not len(step.after.y):
            continue
        here = film.detections.frame[film.links[:, 0]] == t
        true = film.links[here] - starts[t : t + 2]
        yield _answered(step, true)
        move, size = neighbours_move(step, true), np.sqrt(step.before.area)[:, None]
        for error in jitter:
            shaken = move + error * size * rng.normal(size=move.shape)
            yield _answered(lay(step.before, step.after, shaken, film.masks[t : t + 2]), true)


def _answered(step: Step, true: Links) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    pairs, columns = seen_pairs(step, 1.5)
    children = np.bincount(true[:, 0], minlength=len(step.before.y))
    linked = {tuple(row) for row in true.tolist()}
    known = np.array([tuple(row) in linked for row in pairs.tolist()], bool)
    divides = children[pairs[:, 0]] > 1
    answer = np.select([known & divides, known], [DAUGHTER, SAME], DIFFERENT)
    likely = np.exp(-columns[:, 0]) + known
    trios = trio_candidates(pairs, likely, 0.0)
    right = known[trios[:, 1]] & known[trios[:, 2]]
    return columns, answer, trio_features(step, pairs, columns, trios), right.astype(int)
