"""Scores of divisions: which mothers, which daughters, and when."""

from itertools import product

import numpy as np

from course_utils.data.forest import Forest
from course_utils.metrics.tracking import Pairing, f1_scores

Near = dict[int, list[int]]


def division_scores(
    true: Forest, found: Forest, pairing: Pairing, frames: int = 0
) -> dict[str, float]:
    """Precision, recall and F1 of divisions, and mitotic branching correctness.

    A division is right if the mother's last detection and both daughters' first ones are each
    other's partners. Within `frames` of tolerance it may come earlier or later if the mother's line
    is the same at the earlier of the two times, and both daughters' lines after it.

    Returns:
        "division precision", "division recall", "division F1", and "MBC": right / (right +
        invented + missed), where a right mother with a wrong daughter counts as missed.

    Source: traccuracy 0.4.3; Ulicna et al. 2021, doi 10.3389/fcomp.2021.734559. Taught in: 08.
    """
    after = _after(true), _after(found)
    stands_for = {j: i for i, j in enumerate(pairing.only.tolist()) if j >= 0}
    partner = {i: j for j, i in stands_for.items()}
    mothers, called = ({i for i, kids in tree.items() if len(kids) > 1} for tree in after)
    met = {i for i in mothers if partner.get(i) in called}
    right = sum(_same_daughters(after, partner, i) for i in met)
    missed, invented = sorted(mothers - met), sorted(called - {partner[i] for i in met})
    late = _shifted(true, found, after, (partner, stands_for), (missed, invented), frames)
    right += late
    scores = f1_scores("division", right, len(mothers), len(called))
    either = len(mothers) + len(invented) - late
    return {**scores, "MBC": right / either if either else np.nan}


def branching(true: Forest, found: Forest, pairing: Pairing, frames: int = 0) -> float:
    """BC(i) of the challenge: F1 of divisions whose track ends and births differ by i frames.

    Mothers must be partners when the first of them ends, daughters when the second is born.

    Returns NaN if nothing divides in truth.

    Source: Ulman et al. 2017, doi 10.1038/nmeth.4473. Used in: 08.
    """
    at = _tracks_at(true, found, pairing)
    mothers, called = _families(true), _families(found)
    right = sum(_same_family(at, a, b, frames) for a, b in product(mothers.items(), called.items()))
    return f1_scores("", right, len(mothers), len(called))[" F1"] if mothers else np.nan


def _after(forest: Forest) -> Near:
    tree: Near = {}
    for i, j in forest.links.tolist():
        tree.setdefault(i, []).append(j)
    return tree


def _same_daughters(after: tuple[Near, Near], partner: dict[int, int], mother: int) -> bool:
    daughters = [partner.get(i) for i in after[0][mother]]
    return sum(j in after[1][partner[mother]] for j in daughters) == 2


def _shifted(
    true: Forest,
    found: Forest,
    after: tuple[Near, Near],
    partners: tuple[dict, dict],
    unmatched: tuple[list[int], list[int]],
    frames: int,
) -> int:
    """Pairs of a missed and an invented division that are one, up to `frames` apart."""
    before = [{j: i for i, kids in tree.items() for j in kids} for tree in after]
    used: set[tuple[str, int]] = set()
    for apart, b, a in product(range(1, frames + 1), unmatched[1], unmatched[0]):
        gap = found.frame[b] - true.frame[a]
        if abs(gap) != apart or ("true", a) in used or ("found", b) in used:
            continue
        if gap < 0:
            same = _continues(after[1], before[0], partners[1], b, a, apart)
        else:
            same = _continues(after[0], before[1], partners[0], a, b, apart)
        if same:
            used |= {("true", a), ("found", b)}
    return len(used) // 2


def _continues(
    after: Near, before: dict[int, int], partner: dict[int, int], early: int, late: int, apart: int
) -> bool:
    """Whether the early division's daughters' lines lead to offspring of the late one's line."""
    trunk: int | None = late
    for _ in range(apart):
        trunk = before.get(trunk)
    if trunk is None or partner.get(early) != trunk:
        return False
    return sum(_leads(after, before, partner, kid, trunk) for kid in after[early]) == 2


def _leads(
    after: Near, before: dict[int, int], partner: dict[int, int], kid: int, trunk: int
) -> bool:
    line = [kid]
    while len(line) == 1:
        ancestor = partner.get(line[0])
        while ancestor is not None and ancestor != trunk:
            ancestor = before.get(ancestor)
        if ancestor == trunk:
            return True
        line = after.get(line[0], [])
    return False


def _tracks_at(true: Forest, found: Forest, pairing: Pairing) -> dict[tuple[int, int], int]:
    rows = np.flatnonzero(pairing.only >= 0)
    keys = zip(true.frame[rows].tolist(), true.track[rows].tolist(), strict=True)
    return dict(zip(keys, found.track[pairing.only[rows]].tolist(), strict=True))


def _families(forest: Forest) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """(mother, her last frame) -> her daughters and their first frames."""
    end = {row[0]: row[2] for row in forest.lineage.tolist()}
    families: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for track, begin, _, mother in forest.lineage.tolist():
        if mother:
            families.setdefault((mother, end[mother]), []).append((track, begin))
    return {key: kids for key, kids in families.items() if len(kids) > 1}


def _same_family(at: dict, true: tuple, found: tuple, frames: int) -> bool:
    (mother, end), kids = true
    (called, stop), found_kids = found
    if len(kids) != len(found_kids) or abs(end - stop) > frames:
        return False
    if at.get((min(end, stop), mother)) != called:
        return False
    same = {
        j
        for (i, born), (j, seen) in product(kids, found_kids)
        if abs(born - seen) <= frames and at.get((max(born, seen), i)) == j
    }
    return len(same) == len(kids)
