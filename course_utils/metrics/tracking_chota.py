"""CHOTA: how well whole lineages, not single links, agree."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from course_utils.data.forest import Forest
from course_utils.metrics.tracking import Pairing


def chota(true: Forest, found: Forest, pairing: Pairing) -> float:
    """Cell-specific higher order tracking accuracy.

    For each matched detection: of all detections of its cell, her ancestors and offspring, in truth
    or result, how many do both agree on? The root of the mean over all detections, matched or not.

    Returns a number in [0, 1], NaN if there is no cell at all.

    Source: Kaiser et al. 2024, arXiv 2408.11571. Taught in: 08.
    """
    true_kin, found_kin = _kin(true), _kin(found)
    shape = true_kin.shape[0], found_kin.shape[0]
    counts = _shared(true.track, found.track, pairing, shape)
    ours, theirs = true_kin @ counts, counts @ found_kin.T
    both = (ours @ found_kin.T).tocsr()
    i, j = counts.nonzero()
    i, j = i[(i > 0) & (j > 0)], j[(i > 0) & (j > 0)]
    agreed = both[i, j]
    either = ours.sum(axis=1)[i] + theirs.sum(axis=0)[j] - agreed
    total = counts.sum()
    return float(np.sqrt((counts[i, j] * agreed / either).sum() / total)) if total else np.nan


def _shared(true: NDArray, found: NDArray, pairing: Pairing, shape: tuple) -> csr_array:
    """Detections of each true track (row) and found track (column), 0: without partner."""
    spare = np.setdiff1d(np.arange(len(found)), pairing.partner)
    padded = np.append(found, 0)
    rows = np.concatenate([true, np.zeros(len(spare), np.int64)])
    columns = np.concatenate([padded[pairing.partner], found[spare]])
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


def _kin(forest: Forest) -> csr_array:
    """1 where one track is the other, its ancestor or its offspring; shape (tracks, tracks)."""
    above: dict[int, list[int]] = {}
    for track, _, _, mother in sorted(forest.lineage.tolist(), key=lambda row: row[1]):
        above[track] = [track, *above.get(mother, [])]
    pairs = {pair for k, them in above.items() for a in them for pair in ((k, a), (a, k))}
    pairs = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    size = forest.lineage[:, 0].max(initial=0) + 1
    return csr_array((np.ones(pairs.shape[1]), tuple(pairs)), shape=(size, size))
