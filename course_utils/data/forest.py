"""Cells as dots and links: what a tracked movie says, without its pixels.

A dot is one detection, a link joins two detections of one cell or a mother and her daughter.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from networkx import DiGraph


class Forest(NamedTuple):
    """Detections and their links, in the order of frame and track.

    `frame` and `track` are (n,); `links` (m, 2) holds row numbers of detections, earlier first;
    `parent` (m,) marks links from one track to the next; `lineage` has a row a track: track,
    begin, end, parent (0: none).
    """

    frame: NDArray[np.int64]
    track: NDArray[np.int64]
    links: NDArray[np.int64]
    parent: NDArray[np.bool_]
    lineage: NDArray[np.int64]


def forest_of(masks: NDArray[np.integer], lineage: NDArray[np.integer]) -> Forest:
    """Detections and links of masks whose labels are tracks.

    Args:
        masks: track of each pixel, (t, y, x) or (t, z, y, x), 0 is background.
        lineage: rows of track, begin, end, parent, shape (n, 4).

    Raises ValueError if they contradict each other, as `lineage_faults` says. Used in: 08.
    """
    from course_utils.data.lineage import lineage_faults

    ids = [np.unique(frame) for frame in masks]
    ids = [each[each > 0].astype(np.int64) for each in ids]
    widest = max((len(each) for each in ids), default=0)
    seen = np.stack([np.pad(each, (0, widest - len(each)))[None] for each in ids])
    if faults := lineage_faults(seen, lineage):
        raise ValueError(f"masks and lineage disagree: {faults[0]} ({len(faults)} faults)")
    frame = np.repeat(np.arange(len(ids)), [len(each) for each in ids])
    return _planted(frame, np.concatenate(ids), np.asarray(lineage, np.int64))


def forest_of_graph(graph: "DiGraph") -> tuple[Forest, list]:
    """The same of a graph whose nodes carry a `frame`, and its nodes in the forest's order.

    Raises ValueError if a detection has two predecessors or a link does not go forward in time.
    Used in: 08.
    """
    track, lineage = tracks_of_graph(graph)
    nodes = sorted(graph, key=lambda node: (graph.nodes[node]["frame"], track[node]))
    frame = np.array([graph.nodes[node]["frame"] for node in nodes], np.int64)
    return _planted(frame, np.array([track[node] for node in nodes], np.int64), lineage), nodes


def tracks_of_graph(graph: "DiGraph") -> tuple[dict, NDArray[np.int64]]:
    """Number the unbranched, gapless runs of a graph as the Cell Tracking Challenge does.

    Args:
        graph: nodes carry a `frame`; a detection has at most one predecessor.

    Returns:
        The track of each node, from 1 in the order of birth, and rows of track, begin, end, parent.
        After a gap a cell goes on as a new track, with the old one as parent.

    Raises:
        ValueError: two predecessors, or a link that does not go forward in time.

    Used in: 08.
    """
    frame = dict(graph.nodes(data="frame"))
    track, rows = {}, []
    for node in sorted(graph, key=lambda node: frame[node]):
        before = list(graph.predecessors(node))
        if len(before) > 1 or (before and frame[before[0]] >= frame[node]):
            rule = "leave it one at most, of an earlier frame"
            raise ValueError(f"detection {node!r} has the predecessors {before}: {rule}")
        mother = before[0] if before else None
        alone = mother is not None and graph.out_degree(mother) == 1
        if alone and frame[mother] == frame[node] - 1:
            track[node] = track[mother]
            rows[track[node] - 1][2] = frame[node]
        else:
            rows.append([len(rows) + 1, frame[node], frame[node], track.get(mother, 0)])
            track[node] = len(rows)
    return track, np.array(rows, np.int64).reshape(-1, 4)


def _planted(frame: NDArray, track: NDArray, lineage: NDArray) -> Forest:
    row = {key: i for i, key in enumerate(zip(frame.tolist(), track.tolist(), strict=True))}
    last = {number: end for number, _, end, _ in lineage.tolist()}
    links = [(row[t - 1, k], i) for (t, k), i in row.items() if (t - 1, k) in row]
    births = [
        (row[last[mother], mother], row[begin, number])
        for number, begin, _, mother in lineage.tolist()
        if mother
    ]
    pairs = np.array(links + births, np.int64).reshape(-1, 2)
    return Forest(frame, track, pairs, np.arange(len(pairs)) >= len(links), lineage)
