"""Scores of tracks: detections matched by overlap, then links, divisions and lineages compared.

Equal to py-ctcmetrics 1.3.3 (TRA, DET, LNK, SEG, CHOTA, CT, BC) and traccuracy 0.4.3 (links and
divisions); the tests say so.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from course_utils.data.forest import Forest, forest_of
from course_utils.metrics.overlaps import overlaps

NO_PARTNER = -1


class Tracked(Protocol):
    """What has masks (t, y, x) or (t, z, y, x) and a lineage (n, 4): a movie, a result, a film."""

    masks: NDArray[np.integer]
    lineage: NDArray[np.integer]


class Pairing(NamedTuple):
    """Which found detection stands for which true one.

    `partner` (n true): row of the found detection that covers it, or -1; one found detection may
    cover several. `iou` (n true): their intersection over union. `only` (n true): as partner, but
    -1 where the partner covers others too.
    """

    partner: NDArray[np.int64]
    iou: NDArray[np.float64]
    only: NDArray[np.int64]


def score_tracks(true: Tracked, found: Tracked) -> dict[str, float]:
    """All scores of a tracked movie.

    Args:
        true, found: anything with `masks`, whose labels are tracks, and `lineage`.

    Returns:
        "TRA", "DET", "LNK", "SEG", "CHOTA", "CT" (complete tracks); "link precision", "link
        recall", "link F1"; "division precision", "division recall", "division F1", "MBC" (mitotic
        branching correctness) and "BC", at the exact frame and, with ", 1 frame" at the end, with
        one frame of tolerance. NaN where there is nothing to score.

    Raises:
        ValueError: masks differ in shape, or a lineage contradicts its masks.

    Source: Ulman et al. 2017, doi 10.1038/nmeth.4473. Taught in: 08.
    """
    forests = forest_of(true.masks, true.lineage), forest_of(found.masks, found.lineage)
    pairing = pair_detections(true.masks, found.masks, *forests)
    seg = float(pairing.iou.sum() / max(len(pairing.iou), 1))
    return {"SEG": seg, **score_forests(*forests, pairing)}


def score_forests(true: Forest, found: Forest, pairing: Pairing) -> dict[str, float]:
    """Every score of `score_tracks` but SEG, of detections that are paired already. Used in: 08."""
    from course_utils.metrics.tracking_chota import chota
    from course_utils.metrics.tracking_divisions import branching, division_scores

    scores = graph_scores(true, found, pairing) | link_scores(true, found, pairing)
    scores |= {"CHOTA": chota(true, found, pairing), "CT": complete_tracks(true, found, pairing)}
    for frames, end in ((0, ""), (1, ", 1 frame")):
        some = division_scores(true, found, pairing, frames)
        some |= {"BC": branching(true, found, pairing, frames)}
        scores |= {name + end: value for name, value in some.items()}
    return scores


def pair_detections(
    true_masks: NDArray, found_masks: NDArray, true: Forest, found: Forest
) -> Pairing:
    """The challenge's rule: a true cell is found by the mask that covers more than half of it.

    Args:
        true_masks, found_masks: labels of equal shape, (t, y, x) or (t, z, y, x).
        true, found: their forests.

    Raises:
        ValueError: shapes differ.

    Source: Matula et al. 2015, doi 10.1371/journal.pone.0144959. Taught in: 08.
    """
    if np.shape(true_masks) != np.shape(found_masks):
        shapes = f"{np.shape(true_masks)} and {np.shape(found_masks)}"
        raise ValueError(f"true and found masks must have one shape, not {shapes}")
    row = {
        key: i for i, key in enumerate(zip(found.frame.tolist(), found.track.tolist(), strict=True))
    }
    partner, iou = np.full(len(true.frame), NO_PARTNER), np.zeros(len(true.frame))
    for t in range(len(true_masks)):
        here = np.flatnonzero(true.frame == t)
        covering, share = _covered(np.asarray(true_masks[t]), np.asarray(found_masks[t]))
        for i, track in zip(here.tolist(), true.track[here].tolist(), strict=True):
            if track in covering:
                partner[i], iou[i] = row[t, covering[track]], share[track]
    return Pairing(partner, iou, _only(partner, len(found.frame)))


def pair_same(true: Forest, true_names: list, found: Forest, found_names: list) -> Pairing:
    """Pairing of two graphs over the same detections, by their nodes' names. Used in: 08."""
    row = {name: i for i, name in enumerate(found_names)}
    partner = np.array([row.get(name, NO_PARTNER) for name in true_names], np.int64)
    return Pairing(partner, (partner >= 0).astype(float), _only(partner, len(found.frame)))


def graph_scores(true: Forest, found: Forest, pairing: Pairing) -> dict[str, float]:
    """TRA, DET and LNK: what it costs to turn the found graph into the true one.

    Weights of the challenge: 5 to split a detection, 10 to add and 1 to remove one; 1 to remove a
    link, 1.5 to add one, 1 to change its kind (same cell or mother and daughter); in units of what
    it costs to draw the whole true graph.

    Source: Matula et al. 2015, doi 10.1371/journal.pone.0144959. Taught in: 08.
    """
    missed = int((pairing.partner < 0).sum())
    used = np.unique(pairing.partner[pairing.partner >= 0])
    splits = len(pairing.partner) - missed - len(used)
    invented = len(found.frame) - len(used)
    kept, surplus, changed = _compare_links(true, found, pairing)
    detections = 5 * splits + 10 * missed + invented
    links = surplus + 1.5 * (len(true.links) - kept) + changed
    whole = 10 * len(true.frame), 1.5 * len(true.links)
    return {
        "TRA": _share(detections + links, sum(whole)),
        "DET": _share(detections, whole[0]),
        "LNK": _share(links, whole[1]),
    }


def link_scores(true: Forest, found: Forest, pairing: Pairing) -> dict[str, float]:
    """Precision, recall and F1 of links; one is right if it joins the partners of a true link.

    Detections that cover two true cells have no partner here. Taught in: 08.
    """
    kept, _, _ = _compare_links(true, found, pairing)
    return f1_scores("link", kept, len(true.links), len(found.links))


def f1_scores(name: str, right: int, true: int, found: int) -> dict[str, float]:
    """Precision, recall and F1 of counts, NaN where there is nothing. Used in: 08."""
    precision = right / found if found else np.nan
    recall = right / true if true else np.nan
    both = 2 * right / (true + found) if true and found else 0.0 if true or found else np.nan
    return {f"{name} precision": precision, f"{name} recall": recall, f"{name} F1": both}


def complete_tracks(true: Forest, found: Forest, pairing: Pairing) -> float:
    """CT: share of tracks that one found track follows from first to last frame, no longer.

    Source: Ulman et al. 2017, doi 10.1038/nmeth.4473. Used in: 08.
    """
    named = np.where(pairing.only >= 0, found.track[pairing.only], 0) if len(found.track) else 0
    named = np.broadcast_to(named, true.track.shape)
    span = {row[0]: row[1:3] for row in found.lineage.tolist()}
    right = 0
    for track, begin, end, _ in true.lineage.tolist():
        names = set(named[true.track == track].tolist())
        right += len(names) == 1 and span.get(names.pop()) == [begin, end]
    both = len(true.lineage) + len(found.lineage)
    return 2 * right / both if both else np.nan


def _covered(true: NDArray, found: NDArray) -> tuple[dict[int, int], dict[int, float]]:
    """True label -> the found label on more than half of it, and their intersection over union."""
    shared = overlaps(true, found)
    most = shared.of_true > 0.5
    names = shared.true_labels[shared.rows[most]].tolist()
    covering = shared.predicted_labels[shared.cols[most]].tolist()
    return dict(zip(names, covering, strict=True)), dict(
        zip(names, shared.iou[most].tolist(), strict=True)
    )


def _only(partner: NDArray, found: int) -> NDArray[np.int64]:
    times = np.bincount(partner[partner >= 0], minlength=found)
    shared = (partner >= 0) & (times[partner] > 1) if found else np.zeros(len(partner), bool)
    return np.where(shared, NO_PARTNER, partner)


def _compare_links(true: Forest, found: Forest, pairing: Pairing) -> tuple[int, int, int]:
    """True links that were found; found links between partners that are wrong; of wrong kind."""
    stands_for = np.full(len(found.frame), NO_PARTNER)
    alone = np.flatnonzero(pairing.only >= 0)
    stands_for[pairing.only[alone]] = alone
    known = {
        tuple(link): kind
        for link, kind in zip(true.links.tolist(), true.parent.tolist(), strict=True)
    }
    renamed = stands_for[found.links].reshape(-1, 2).tolist()
    kept = surplus = changed = 0
    for link, kind in zip(renamed, found.parent.tolist(), strict=True):
        if NO_PARTNER in link:
            continue
        right = tuple(link) in known
        kept, surplus = kept + right, surplus + (not right)
        changed += right and known[tuple(link)] != kind
    return kept, surplus, changed


def _share(cost: float, whole: float) -> float:
    return 1 - min(cost, whole) / whole if whole else np.nan
