"""Films with known links to learn linking from: the virtual microscope's rods, the HeLa shelf."""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.forest import forest_of, tracks_of_graph
from course_utils.data.registration import stage_shifts
from course_utils.models.tracker_detections import detect
from course_utils.models.tracker_learned import Film, Learned, learn

if TYPE_CHECKING:
    from course_utils.data.readers.records import TrackedMovie
    from course_utils.data.simulate import Simulation

RODS = dict(frames=10, length=3.0, width=1.0, spread=0.2)
PACES = (25.0, 28.0, 32.0, 36.0, 40.0, 55.0)  # minutes to double
VIEWS = ((384, 384), (170, 210))  # the second cuts the colony's edge off
PIXEL = 0.11


class Part(NamedTuple):
    """Some frames or cells of a tracked movie: `masks` and `lineage`."""

    masks: NDArray[np.uint16]
    lineage: NDArray[np.int64]


def rod_films(seed: int = 0) -> list[Film]:
    """Crowded colonies of six paces of growth, whole and with every other frame left out.

    Every second one outgrows its view, so that cells are cut by the edge and leave.

    Args:
        seed: of the films; nothing of them is real.

    Used in: 08.
    """
    from course_utils.data.simulate import PHASE_CONTRAST, Rods, simulate_rods

    scope = replace(PHASE_CONTRAST, pixel_size=PIXEL, drift=0.2)
    cultures = [
        Rods(rods=30, doubling_minutes=pace, shape=VIEWS[k % 2], **RODS)
        for k, pace in enumerate(PACES)
    ]
    made = [simulate_rods(rods, scope, 1000 * seed + k) for k, rods in enumerate(cultures)]
    return [film_of(each) for whole in made for each in (whole, every_other(whole))]


def learn_rods(seed: int = 0) -> Learned:
    """A linker for rods that touch, from simulated colonies alone; seconds. Used in: 08."""
    return learn(rod_films(seed), seed, jitter=(0.0, 0.1, 0.25))


def learn_hela(seed: int = 0, movie: "TrackedMovie | None" = None) -> Learned:
    """A linker for nuclei, from the HeLa movie's columns below 550; seconds.

    Args:
        seed: of the classifiers and the jitter.
        movie: `hela_tracks()` if it is loaded already.

    Used in: 08.
    """
    from course_utils.data.lineages import hela_tracks
    from course_utils.data.splits import HELA

    movie = hela_tracks() if movie is None else movie
    part = columns_of(movie, 0, HELA.test_from)
    still = np.zeros((len(movie) - 1, 2))
    return learn([film_of(part, movie.images, still)], seed, jitter=(0.0, 0.1, 0.2))


def film_of(
    movie: "TrackedMovie | Simulation",
    images: NDArray | None = None,
    shifts: NDArray | None = None,
) -> Film:
    """A tracked movie as an example to learn from.

    Args:
        movie: anything with `masks` whose labels are tracks, and `lineage`.
        images: pictures, if the linker shall look at brightness.
        shifts: of the stage; found from the masks by default.

    Used in: 08.
    """
    detections, forest = detect(movie.masks, images), forest_of(movie.masks, movie.lineage)
    keys = zip(detections.frame.tolist(), detections.label.tolist(), strict=True)
    row = {key: i for i, key in enumerate(keys)}
    keys = zip(forest.frame.tolist(), forest.track.tolist(), strict=True)
    rows = np.array([row[key] for key in keys], np.int64)
    near = forest.frame[forest.links[:, 1]] == forest.frame[forest.links[:, 0]] + 1
    shifts = stage_shifts(movie.masks > 0) if shifts is None else shifts
    return Film(detections, shifts, movie.masks, rows[forest.links[near]])


def every_other(movie: "TrackedMovie | Simulation", frames: slice = slice(None, None, 2)) -> Part:
    """A tracked movie with frames left out, and the lineage that remains. Used in: 08."""
    chosen = range(len(movie.masks))[frames]
    return _part(movie, {t: movie.masks[t] for t in chosen})


def columns_of(movie: "TrackedMovie", first: int, end: int) -> Part:
    """The cells of a tracked movie whose centres lie in some columns, in each frame.

    Args:
        movie: masks (t, y, x) and lineage.
        first, end: columns, half open.

    Used in: 08.
    """
    kept = {t: within_columns(labels, first, end) for t, labels in enumerate(movie.masks)}
    return _part(movie, kept)


def within_columns(labels: NDArray, first: int, end: int) -> NDArray:
    """Labels (y, x) of the objects whose centres lie in some columns, half open. Used in: 08."""
    area = np.bincount(labels.ravel())
    x = np.bincount(labels.ravel(), np.indices(labels.shape)[1].ravel()) / np.maximum(area, 1)
    return np.where(((x >= first) & (x < end))[labels], labels, 0)


def _part(movie: "TrackedMovie | Simulation", kept: dict[int, NDArray]) -> Part:
    """Links from each cell to whoever it was, or came from, in the frame kept before."""
    import networkx as nx
    from skimage.util import map_array

    parent = dict(movie.lineage[:, [0, 3]].tolist())
    graph, before, masks = nx.DiGraph(), set(), np.stack(list(kept.values()))
    for t, labels in enumerate(masks):
        now = set(np.unique(labels).tolist()) - {0}
        for track in now:
            graph.add_node((t, track), frame=t)
            ancestor = track
            while ancestor and ancestor not in before:
                ancestor = parent[ancestor]
            if ancestor:
                graph.add_edge((t - 1, ancestor), (t, track))
        before = now
    number, lineage = tracks_of_graph(graph)
    painted = np.zeros(masks.shape, np.uint16)
    for t, labels in enumerate(masks):
        seen = np.unique(labels[labels > 0])
        named = np.array([number[t, track] for track in seen.tolist()], np.uint16)
        painted[t] = map_array(labels, seen, named)
    return Part(painted, lineage)
