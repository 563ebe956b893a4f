"""Who in this frame is who in the next: candidates, then the best choice among them.

Every linker is a function of a `Step` and returns rows (before, after) of links, shape (m, 2). Two
links from one cell are a division.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from course_utils.models.tracker_detections import Step

Links = NDArray[np.int64]
NONE = np.empty((0, 2), np.int64)


def candidates(step: Step, reach: float, most: int = 6) -> Links:
    """Pairs worth a thought: close after the move, or on each other's pixels; never all pairs.

    Args:
        step: two frames.
        reach: longest way in pixels from where a cell is expected.
        most: of the cells within reach, only so many of the nearest.

    Returns rows (before, after), sorted, shape (m, 2). Taught in: 08.
    """
    if not len(step.before.y) or not len(step.after.y):
        return NONE
    expected, tree = step.before.place + step.move, cKDTree(step.after.place)
    close = tree.query(expected, k=min(most, len(step.after.y)), distance_upper_bound=reach)[1]
    close = close.reshape(len(expected), -1)
    i, k = np.nonzero(close < len(step.after.y))
    near = np.column_stack([i, close[i, k]])
    touching = np.column_stack(step.shared.nonzero())
    return np.unique(np.concatenate([near, touching]), axis=0)


def distances(step: Step, pairs: Links) -> NDArray[np.float64]:
    """Pixels from where a cell is expected to where the other is, shape (m,). Used in: 08."""
    expected = step.before.place + step.move
    return np.hypot(*(expected[pairs[:, 0]] - step.after.place[pairs[:, 1]]).T)


def nearest(step: Step, reach: float = 30.0) -> Links:
    """Each cell comes from the nearest one before; who is the nearest to two has divided.

    Args:
        step: two frames.
        reach: longest step in pixels.

    Taught in: 08.
    """
    pairs = candidates(step, reach)
    far = distances(step, pairs)
    return _claims(pairs[far <= reach], -far[far <= reach])


def most_overlap(step: Step, least: float = 0.0) -> Links:
    """Each cell comes from the one that it shares most pixels with, relative to their union.

    Args:
        step: two frames.
        least: intersection over union that a link must exceed.

    Taught in: 08.
    """
    pairs = np.column_stack(step.shared.nonzero()).astype(np.int64)
    score = overlaps(step, pairs)
    return _claims(pairs[score > least], score[score > least])


def overlaps(step: Step, pairs: Links) -> NDArray[np.float64]:
    """Intersection over union of pairs after the move, shape (m,). Used in: 08."""
    shared = shared_pixels(step, pairs)
    union = step.before.area[pairs[:, 0]] + step.after.area[pairs[:, 1]] - shared
    return shared / union


def shared_pixels(step: Step, pairs: Links) -> NDArray[np.float64]:
    """Pixels that pairs have in common after the move, shape (m,). Used in: 08."""
    if not len(pairs):
        return np.zeros(0)
    return np.asarray(step.shared[pairs[:, 0], pairs[:, 1]], float)


def assign(step: Step, reach: float = 30.0, alone: float = 1.0) -> Links:
    """The links that together cost least; then who is left over may be a second daughter.

    A link costs the square of its way relative to `reach`, less the overlap, plus the change of
    area (absolute logarithm); a cell that ends or begins costs `alone`. A cell without mother takes
    the nearest linked cell for one if the three fit: sisters alike, their areas the mother's.

    Args:
        step: two frames.
        reach: longest step in pixels.
        alone: what it costs to be left without partner.

    Source: Jaqaman et al. 2008, doi 10.1038/nmeth.1237, in two steps as there. Taught in: 08.
    """
    pairs = candidates(step, reach)
    cost = (distances(step, pairs) / reach) ** 2 - overlaps(step, pairs) + _growth(step, pairs)
    links = pairs[best_pairs(pairs, 2 * alone - cost)]
    orphans = ~np.isin(pairs[:, 1], links[:, 1]) & np.isin(pairs[:, 0], links[:, 0])
    sister = dict(links.tolist())
    pairs = pairs[orphans]
    trios = np.column_stack([pairs, [sister[i] for i in pairs[:, 0].tolist()]]).astype(np.int64)
    fits = _misfit(step, trios)
    chosen = best_pairs(pairs, 2 * alone - fits - distances(step, pairs) / reach)
    return np.concatenate([links, pairs[chosen]])


def best_pairs(pairs: Links, gain: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which pairs to take so that no cell is taken twice and the gains add up to most.

    The assignment problem of `scipy.optimize.linear_sum_assignment`, for a matrix that is nearly
    empty. Each cell has a stand-in that it may take instead, at half the cost of a pair that gains
    nothing; stand-ins of taken cells are matched among themselves for next to nothing.

    Args:
        pairs: rows (before, after), shape (m, 2).
        gain: shape (m,); pairs that gain nothing are never taken.

    Returns booleans, shape (m,). Source: Jaqaman et al. 2008, doi 10.1038/nmeth.1237. Taught in:
    08.
    """
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    taken, worth = np.zeros(len(pairs), bool), np.flatnonzero(gain > 0)
    if not len(worth):
        return taken
    (i, at_i), (j, at_j) = (np.unique(pairs[worth, k], return_inverse=True) for k in (0, 1))
    n, m, nothing = len(i), len(j), 1.001 * gain.max()
    rows = np.concatenate([at_i, np.arange(n + m), n + at_j])
    columns = np.concatenate([at_j, m + np.arange(n), np.arange(m), m + at_i])
    alone, idle = np.full(n + m, nothing / 2), np.full(len(worth), 1e-9)
    costs = np.concatenate([nothing - gain[worth], alone, idle])
    matrix = csr_array((costs, (rows, columns)), shape=(n + m, n + m))
    partner = min_weight_full_bipartite_matching(matrix)[1]
    taken[worth] = partner[at_i] == at_j
    return taken


def best_families(
    step: Step, links: Links, link_gain: NDArray, trios: Links, trio_gain: NDArray
) -> Links:
    """Choose links and divisions together, so that each cell has one fate and one origin.

    Every candidate, a link (before, after) or a division (mother, daughter, daughter), is taken or
    not. An integer programme finds the set with the largest sum of gains in which no cell is used
    twice on either side.

    Args:
        step: two frames.
        links, link_gain: candidates, shapes (m, 2) and (m,).
        trios, trio_gain: divisions, shapes (k, 3) and (k,).

    Returns links, two for a division. Source: Jug et al. 2014, doi 10.1007/978-3-319-12289-2_3.
    Taught in: 08.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    link, trio = np.flatnonzero(link_gain > 0), np.flatnonzero(trio_gain > 0)
    links, trios, n = links[link], trios[trio], len(step.before.y)
    gain = np.concatenate([link_gain[link], trio_gain[trio]])
    if not len(gain):
        return NONE
    fate = np.arange(len(gain))
    cell = np.concatenate([links[:, 0], trios[:, 0], links[:, 1] + n, *(trios[:, 1:] + n).T])
    use = np.concatenate([fate, fate, fate[len(links) :]])
    once = csr_array((np.ones(len(cell)), (cell, use)), shape=(n + len(step.after.y), len(gain)))
    one = LinearConstraint(once, ub=1)
    taken = (
        milp(-gain, integrality=np.ones(len(gain)), bounds=Bounds(0, 1), constraints=one).x > 0.5
    )
    families = trios[taken[len(links) :]]
    return np.concatenate([links[taken[: len(links)]], families[:, :2], families[:, ::2]])


def _claims(pairs: Links, score: NDArray) -> Links:
    """Each after cell's best pair, and of each before cell the two best of these."""
    order = np.lexsort((-score, pairs[:, 1]))
    best = order[np.diff(pairs[order, 1], prepend=-1) != 0]
    best = best[np.lexsort((-score[best], pairs[best, 0]))]
    mothers = pairs[best, 0]
    third = np.zeros(len(best), bool)
    third[2:] = mothers[2:] == mothers[:-2]
    return pairs[best[~third]]


def _growth(step: Step, pairs: Links) -> NDArray[np.float64]:
    return np.abs(np.log(step.after.area[pairs[:, 1]] / step.before.area[pairs[:, 0]]))


def _misfit(step: Step, trios: Links) -> NDArray[np.float64]:
    """How little a mother and two daughters are one: absolute logarithms of the areas' ratios."""
    mother, *daughters = step.before.area[trios[:, 0]], *step.after.area[trios[:, 1:]].T
    return np.abs(np.log(sum(daughters) / mother)) + np.abs(np.log(daughters[0] / daughters[1]))


LINKERS = {
    "nearest neighbour": nearest,
    "overlap": most_overlap,
    "assignment": assign,
}
