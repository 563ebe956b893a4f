"""The course's own lineages of its real movies, as Cell Tracking Challenge movies.

Bacteria: every link by eye. HeLa: divisions by eye, the links between them mutual nearest
neighbours and a few by eye that those miss. See the cards in data/README.md.
"""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import Movie, bacteria_movie, hela_movie
from course_utils.data.readers.records import TrackedMovie
from course_utils.data.readers.tracks import read_lineage
from course_utils.data.splits import link_cells
from course_utils.files import repository_root

if TYPE_CHECKING:
    from networkx import DiGraph

LABELS = repository_root() / "data" / "labels"
Node = tuple[int, int]


class Division(NamedTuple):
    """A mother's label in `frame` and her daughters' in the next; daughter 0 has no mask."""

    frame: int
    mother: int
    daughters: tuple[int, int]
    doubtful: bool


def hela_divisions(table: Path | None = None) -> list[Division]:
    """Divisions of the HeLa movie, by eye.

    Args:
        table: `data/labels/hela_divisions.csv` by default.

    Raises:
        FileNotFoundError: there is no such table.
        ValueError: a line is wrong (named by its number).

    Used in: 08.
    """
    rows = _rows(table or LABELS / "hela_divisions.csv", 5)
    found = [Division(t, mother, (a, b), bool(doubt)) for t, mother, a, b, doubt in rows]
    twice = len({(d.frame, d.mother) for d in found}) < len(found)
    kids = [(d.frame, kid) for d in found for kid in d.daughters if kid]
    if twice or len(set(kids)) < len(kids):
        raise ValueError("hela_divisions.csv has a mother or a daughter in two divisions")
    return found


def bacteria_tracks(movie: Movie | None = None) -> TrackedMovie:
    """The bacteria movie with tracks as labels: 20 frames, 32 tracks, 15 divisions.

    Args:
        movie: `bacteria_movie()` if it is loaded already.

    Raises ShelfError, FileNotFoundError or ValueError if movie or tables are missing or disagree.
    Used in: 08.
    """
    movie = bacteria_movie() if movie is None else movie
    track = {(t, label): number for t, label, number in _rows(LABELS / "bacteria_links.csv", 3)}
    lineage = read_lineage(LABELS / "bacteria_lineage.txt")
    return _tracked(movie, track, lineage)


def hela_tracks(movie: Movie | None = None, doubtful: bool = True) -> TrackedMovie:
    """The HeLa movie with tracks as labels: divisions by eye, links by mutual nearest neighbours.

    Args:
        movie: `hela_movie()` if it is loaded already.
        doubtful: take the doubtful divisions too.

    Raises ShelfError, FileNotFoundError or ValueError if movie or table are missing or disagree.
    Used in: 08.
    """
    from course_utils.data.forest import tracks_of_graph

    movie = hela_movie() if movie is None else movie
    divisions = [d for d in hela_divisions() if doubtful or not d.doubtful]
    track, lineage = tracks_of_graph(hela_graph(movie, divisions))
    return _tracked(movie, track, lineage)


def hela_graph(movie: Movie, divisions: list[Division]) -> "DiGraph":
    """Links of the HeLa movie; nodes are (frame, label).

    A mother's only followers are her daughters; a daughter comes from nobody else. All other links
    join nuclei of consecutive frames that are each other's nearest, within 20 pixels, or stand in
    `data/labels/hela_links.csv`.

    Raises ValueError if a division names a label that its frame does not have. Used in: 08.
    """
    import networkx as nx

    nodes, place = _places(movie)
    graph = nx.DiGraph()
    graph.add_nodes_from((node, dict(frame=node[0])) for node in nodes)
    births = [
        ((d.frame, d.mother), (d.frame + 1, kid)) for d in divisions for kid in d.daughters if kid
    ]
    if lost := [node for link in births for node in link if node not in graph]:
        raise ValueError(f"hela_divisions.csv names {lost[0]} (frame, label), which has no mask")
    busy, born = {mother for mother, _ in births}, {kid for _, kid in births}
    cell = link_cells(np.array(nodes)[:, 0], *place.T)
    order = np.lexsort((np.array(nodes)[:, 0], cell))
    for i, j in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
        if cell[i] == cell[j] and nodes[i] not in busy and nodes[j] not in born:
            graph.add_edge(nodes[i], nodes[j])
    graph.add_edges_from(births)
    by_eye = _rows(LABELS / "hela_links.csv", 3)
    graph.add_edges_from(((t, before), (t + 1, after)) for t, before, after in by_eye)
    return graph


def _places(movie: Movie) -> tuple[list[Node], NDArray[np.float64]]:
    from skimage.measure import regionprops_table

    nodes, places = [], []
    for t, labels in enumerate(movie.masks):
        found = regionprops_table(labels, properties=("label", "centroid"))
        nodes += [(t, label) for label in found["label"].tolist()]
        places.append(np.column_stack([found["centroid-0"], found["centroid-1"]]))
    return nodes, np.concatenate(places)


def _tracked(movie: Movie, track: dict[Node, int], lineage: NDArray) -> TrackedMovie:
    from skimage.util import map_array

    from course_utils.data.lineage import lineage_faults

    masks = np.zeros_like(movie.masks)
    for t, labels in enumerate(movie.masks):
        ids = [label for label in np.unique(labels).tolist() if label]
        if lost := [label for label in ids if (t, label) not in track]:
            raise ValueError(f"{movie.name}, frame {t}: label {lost[0]} has no track in the table")
        named = np.array([track[t, label] for label in ids], masks.dtype)
        masks[t] = map_array(labels, np.array(ids, labels.dtype), named)
    if faults := lineage_faults(masks, lineage):
        raise ValueError(f"{movie.name}: {faults[0]} ({len(faults)} faults)")
    scale = (movie.pixel_size, movie.axes, movie.minutes_per_frame)
    frames = tuple(range(len(movie)))
    return TrackedMovie(movie.images, masks, lineage, *scale, frames, f"{movie.name}, tracked")


def _rows(table: Path, columns: int) -> list[list[int]]:
    if not table.exists():
        raise FileNotFoundError(f"{table} is missing. To get it back: git checkout {table}")
    with table.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))[1:]
    for number, line in enumerate(lines, start=2):
        if len(line) != columns or not all(word.isdecimal() for word in line):
            message = f"must hold {columns} whole numbers, not {','.join(line)!r}"
            raise ValueError(f"{table}, line {number}: {message}")
    return [[int(word) for word in line] for line in lines]
