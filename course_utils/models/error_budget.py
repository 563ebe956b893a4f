"""The error budget of a tracked film: masks, links, divisions, each from the models or the truth.

The truth knows no links of what it does not outline: there the tracker's own stay.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.forest import Forest, forest_of
from course_utils.metrics.tracking import Pairing, Tracked, pair_detections
from course_utils.models.linking import Links
from course_utils.models.tracker import Linker, Tracking, link, track
from course_utils.models.tracker_detections import Detections, detect

PARTS = ("masks", "links", "divisions")
SWAPS = tuple(some for n in range(len(PARTS) + 1) for some in combinations(PARTS, n))


class Stage(NamedTuple):
    """Masks (t, y, x), their detections, and links: the tracker's, and those of the truth.

    Links are rows of the detections, (earlier, later), the shorter ones first. `partner` has for
    each true cell, in the order of `forest_of`, the detection that stands for it alone, or -1;
    `known` (n,) tells which detections do.
    """

    masks: NDArray
    cells: Detections
    found: Links
    true: Links
    partner: NDArray[np.int64]
    known: NDArray[np.bool_]


def stage(
    masks: NDArray, truth: Tracked, images: NDArray, linker: Linker, passes: int = 3
) -> Stage:
    """Link the cells of some masks, and look up how the truth links them.

    Args:
        masks: labels, shape (t, y, x).
        truth: masks of that shape whose labels are tracks, and lineage.
        images: what linkers look at, shape (t, y, x).
        linker: as for `track`.
        passes: how often two frames are linked.

    Used in: 11.
    """
    cells, forest = detect(masks, images), forest_of(truth.masks, truth.lineage)
    none = np.empty((0, 2), np.int64)
    plain = Forest(cells.frame, cells.label, none, np.empty(0, bool), np.empty((0, 4), np.int64))
    pairing = pair_detections(truth.masks, masks, forest, plain)
    found = link(cells, linker, np.zeros((len(masks) - 1, 2)), masks, passes)
    known = np.isin(np.arange(len(cells.frame)), pairing.only)
    by_truth = np.concatenate([true_links(forest, pairing), found[~known[found].any(axis=1)]])
    by_length = (shortest_first(links, cells) for links in (found, by_truth))
    return Stage(masks, cells, *by_length, pairing.only, known)


def true_links(true: Forest, pairing: Pairing) -> Links:
    """Links of the truth between detections that each stand for one true cell.

    Args:
        true: cells and links of the truth.
        pairing: which detection stands for which true cell.

    Used in: 11.
    """
    near = true.frame[true.links[:, 1]] == true.frame[true.links[:, 0]] + 1
    rows = pairing.only[true.links[near]]
    return rows[(rows >= 0).all(axis=1)]


def shortest_first(links: Links, cells: Detections) -> Links:
    """Links in the order of their length, so that of two followers the nearer comes first.

    Used in: 11.
    """
    return links[np.argsort(np.hypot(*(cells.place[links[:, 1]] - cells.place[links[:, 0]]).T))]


def swapped(found: Links, true: Links, swaps: Sequence[str]) -> Links:
    """Links within cells, and those of divisions, each from the tracker or from the truth.

    Args:
        found, true: links, the shorter ones first.
        swaps: "links" and "divisions" come from the truth if they are named.

    Used in: 11.
    """
    families = of_divisions(true if "divisions" in swaps else found)
    links = true if "links" in swaps else found
    busy = np.isin(links[:, 0], families[:, 0]) | np.isin(links[:, 1], families[:, 1])
    single = links[~busy]
    return np.concatenate([single[np.unique(single[:, 0], return_index=True)[1]], families])


def of_divisions(links: Links) -> Links:
    """Links of cells that have two followers. Used in: 11."""
    return links[np.bincount(links[:, 0], minlength=1)[links[:, 0]] > 1] if len(links) else links


def tracked(at: Stage, swaps: Sequence[str] = ()) -> Tracking:
    """The film with these masks, links and divisions from the tracker or from the truth.

    Args:
        at: masks, detections and links.
        swaps: of "links" and "divisions"; masks are those of the stage.

    Used in: 11.
    """
    links = swapped(at.found, at.true, swaps)
    starts = np.searchsorted(at.cells.frame, np.arange(len(at.masks)))
    earlier = at.cells.frame[links[:, 0]]
    still = np.zeros((len(at.masks) - 1, 2))
    each = iter([links[earlier == t] - starts[t : t + 2] for t in range(len(still))])
    return track(at.masks, lambda step: next(each), shifts=still)
