"""From masks to lineages: lay frame on frame, link, close gaps, name the tracks.

>>> result = track(movie.masks, most_overlap)  # doctest: +SKIP
>>> write_ctc("out", result, result.lineage)  # doctest: +SKIP
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_utils.data.forest import tracks_of_graph
from course_utils.data.registration import stage_shifts
from course_utils.models.linking import Links, best_pairs, candidates, distances
from course_utils.models.tracker_detections import Detections, Step, detect, lay

Linker = Callable[[Step], Links]
NEIGHBOURS = 8
LEAST_LINKS = 6


@dataclass(frozen=True, eq=False)
class Tracking:
    """A tracked movie.

    `masks` (t, y, x) hold tracks, `lineage` a row a track: track, begin, end, parent (0: none).
    `graph` is a networkx DiGraph whose nodes are rows of `detections` and carry `frame`, `label`,
    `y`, `x`, `track`; `images` is what was tracked, or None.
    """

    masks: NDArray[np.uint16] | None
    lineage: NDArray[np.int64]
    graph: object
    detections: Detections
    images: NDArray | None = None

    def __len__(self) -> int:
        return (
            int(self.detections.frame.max(initial=-1)) + 1
            if self.masks is None
            else len(self.masks)
        )


def track(
    masks: NDArray[np.integer],
    linker: Linker,
    images: NDArray | None = None,
    *,
    shifts: NDArray | None = None,
    passes: int = 1,
    gap: int = 0,
    reach: float = 30.0,
) -> Tracking:
    """Track the cells of a segmented movie.

    Args:
        masks: labels, shape (t, y, x); a number means nothing in another frame.
        linker: links the cells of two frames, such as `linking.nearest`, or a trained `Learned`.
        images: pictures, for linkers that look at brightness.
        shifts: of the stage between frames, pixels (t - 1, 2); found from the masks by default.
        passes: how often two frames are linked; from the second time on each cell is expected to
            move as its neighbours did.
        gap: longest number of frames in which a cell may be missed.
        reach: longest step over a gap in pixels.

    Returns:
        Tracking: masks, lineage, graph and detections.

    Raises:
        ValueError: masks or images are no frames (t, y, x), or shifts do not fit them.

    Taught in: 08.
    """
    detections = detect(masks, images)
    shifts = stage_shifts(np.asarray(masks) > 0) if shifts is None else np.asarray(shifts, float)
    if shifts.shape != (max(len(masks) - 1, 0), 2):
        wanted = (len(masks) - 1, 2)
        raise ValueError(f"shifts must have a row a step, shape {wanted}, not {shifts.shape}")
    links = link(detections, linker, shifts, np.asarray(masks), passes)
    if gap:
        links = close_gaps(detections, links, shifts, gap, reach)
    return _named(detections, links, np.asarray(masks), images)


def track_points(
    detections: Detections, linker: Linker, shifts: NDArray | None = None, passes: int = 1
) -> Tracking:
    """`track` where only places are known; the result has no masks. Used in: 08."""
    last = int(detections.frame.max(initial=0))
    shifts = np.zeros((last, 2)) if shifts is None else shifts
    return _named(detections, link(detections, linker, shifts, None, passes), None, None)


def link(
    detections: Detections, linker: Linker, shifts: NDArray, masks: NDArray | None, passes: int = 1
) -> Links:
    """Links of all consecutive frames, as rows of detections (earlier, later). Used in: 08."""
    starts = np.searchsorted(detections.frame, np.arange(len(shifts) + 2))
    links, last = [np.empty((0, 2), np.int64)], None
    for t, shift in enumerate(shifts):
        before, after = (detections.take(slice(*starts[k : k + 2])) for k in (t, t + 1))
        pair = None if masks is None else masks[t : t + 2]
        step = lay(before, after, shift + _carried(last, before), pair)
        found = linker(step)
        for _ in range(passes - 1):
            step = lay(before, after, neighbours_move(step, found), pair)
            found = linker(step)
        last = (before.place + step.move, step.move - shift) if passes > 1 else None
        links.append(found + starts[t : t + 2])
    return np.concatenate(links)


def _carried(last: tuple[NDArray, NDArray] | None, cells: Detections) -> NDArray[np.float64]:
    """What cells moved beyond the stage's shift in the last step, taken for what they will."""
    from scipy.spatial import cKDTree

    if last is None or not len(last[0]) or not len(cells.y):
        return np.zeros((len(cells.y), 2))
    return last[1][cKDTree(last[0]).query(cells.place)[1]]


def steps(detections: Detections, shifts: NDArray, masks: NDArray | None) -> Iterator[Step]:
    """Frame laid on frame, moved by the stage alone. Used in: 08."""
    ends = np.searchsorted(detections.frame, np.arange(len(shifts) + 2))
    for t, shift in enumerate(shifts):
        before, after = (detections.take(slice(*ends[k : k + 2])) for k in (t, t + 1))
        yield lay(before, after, shift, None if masks is None else masks[t : t + 2])


def neighbours_move(step: Step, links: Links) -> NDArray[np.float64]:
    """Where each cell is expected to go: as the whole colony, and as its nearest neighbours.

    A growing colony stretches: ways are first fitted by a straight-line function of the place, then
    each cell is moved further by the median of what its neighbours moved more. A mother's way ends
    half-way between her daughters.

    Args:
        step: two frames.
        links: rows (before, after).

    Returns pixels y, x, shape (n before, 2); the step's own where links are too few. Taught in: 08.
    """
    from scipy.spatial import cKDTree

    mothers = np.unique(links[:, 0])
    if len(mothers) < LEAST_LINKS:
        return step.move
    kids = step.after.place[links[np.argsort(links[:, 0], kind="stable"), 1]]
    times = np.bincount(links[:, 0])[mothers]
    way = np.add.reduceat(kids, np.cumsum(times) - times) / times[:, None]
    way -= step.before.place[mothers]
    stretch = _stretch(step.before.place, mothers, way)
    near = min(NEIGHBOURS, len(mothers) - 1) + 1
    known = cKDTree(step.before.place[mothers]).query(step.before.place, k=near)[1]
    itself = mothers[known] == np.arange(len(step.before.y))[:, None]
    more = np.where(itself[..., None], np.nan, (way - stretch[mothers])[known])
    return stretch + np.nanmedian(more, axis=1)


def _stretch(place: NDArray, known: NDArray, way: NDArray) -> NDArray[np.float64]:
    """The linear function of the place that fits the known ways, thrice without the worst fifth."""
    terms = np.column_stack([np.ones(len(place)), place - place.mean(axis=0)])
    kept = np.arange(len(known))
    for _ in range(3):
        fit = np.linalg.lstsq(terms[known[kept]], way[kept], rcond=None)[0]
        wrong = np.hypot(*(way - terms[known] @ fit).T)
        kept = np.argsort(wrong)[: max(LEAST_LINKS, int(0.8 * len(known)))]
    return terms @ fit


def close_gaps(
    detections: Detections, links: Links, shifts: NDArray, gap: int, reach: float
) -> Links:
    """Join tracks that end to tracks that begin one or a few frames later, the closest first.

    Args:
        detections, links: as `link` gives them.
        shifts: of the stage between frames.
        gap: longest number of frames missed.
        reach: longest way in pixels, after the stage's shift.

    Returns the links with those over gaps. Taught in: 08.
    """
    travelled = np.concatenate([np.zeros((1, 2)), np.cumsum(shifts, axis=0)])
    for missed in range(1, gap + 1):
        rows = np.arange(len(detections.frame))
        ends = rows[~np.isin(rows, links[:, 0])]
        begins = rows[~np.isin(rows, links[:, 1]) & (detections.frame > 0)]
        for t in range(len(travelled) - missed - 1):
            old = ends[detections.frame[ends] == t]
            new = begins[detections.frame[begins] == t + 1 + missed]
            move = travelled[t + 1 + missed] - travelled[t]
            step = lay(detections.take(old), detections.take(new), move)
            pairs = candidates(step, reach)
            chosen = pairs[best_pairs(pairs, reach - distances(step, pairs))]
            links = np.concatenate([links, np.column_stack([old[chosen[:, 0]], new[chosen[:, 1]]])])
    return links


def _named(
    detections: Detections, links: Links, masks: NDArray | None, images: NDArray | None
) -> Tracking:
    import networkx as nx

    graph = nx.DiGraph()
    columns = (detections.frame, detections.label, detections.y, detections.x)
    for node, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        graph.add_node(node, **dict(zip(("frame", "label", "y", "x"), row, strict=True)))
    graph.add_edges_from(links.tolist())
    number, lineage = tracks_of_graph(graph)
    nx.set_node_attributes(graph, number, "track")
    painted = None if masks is None else _paint(masks, detections, number, len(lineage))
    return Tracking(painted, lineage, graph, detections, images)


def _paint(masks: NDArray, detections: Detections, number: dict, tracks: int) -> NDArray:
    from skimage.util import map_array

    painted = np.zeros(masks.shape, np.uint16 if tracks < 65_536 else np.uint32)
    named = np.array([number[row] for row in range(len(detections.frame))], painted.dtype)
    for t, labels in enumerate(masks):
        here = detections.frame == t
        painted[t] = map_array(labels, detections.label[here], named[here])
    return painted
