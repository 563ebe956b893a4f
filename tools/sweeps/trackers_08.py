"""Two trackers from elsewhere on the films of lesson 08's linkers, on the same detections.

trackpy and laptrack are no part of the course; beside it they are installed by
`pip install trackpy==0.7 laptrack==0.17.1`. Both see registered centres. How far they look is
chosen on the films that the learned linker learns from.
"""

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from course_utils.data.lineages import hela_tracks
from course_utils.data.registration import stage_shifts
from course_utils.data.splits import HELA
from course_utils.metrics.tracking import score_tracks
from course_utils.models.linking import Links
from course_utils.models.tracker import Tracking, track
from course_utils.models.tracker_detections import Detections, detect
from course_utils.models.tracker_films import columns_of, film_of, rod_films
from course_utils.models.tracker_learned import Film
from sweeps import lesson_08

SOURCES = (*lesson_08.SOURCES, "tools/sweeps/lesson_08.py")
REACHES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)  # root areas of the median cell


def from_elsewhere(name: str) -> ModuleType:
    """A tracker's package, in the version that its rows are named after.

    Raises:
        ModuleNotFoundError: it is missing or of another version.
    """
    package, wanted = name.split()
    try:
        here = version(package)
    except PackageNotFoundError:
        here = "missing"
    if not here.startswith(wanted):
        mend = "pip install trackpy==0.7 laptrack==0.17.1"
        raise ModuleNotFoundError(f"{name} is needed, {package} is {here} here: {mend}")
    return import_module(package)


def trackpy(cells: Detections, place: NDArray, reach: float, split: float) -> Links:
    """Links of points that come nearest to a walk without memory; it knows no divisions."""
    from pandas import DataFrame

    library = from_elsewhere("trackpy 0.7")
    library.quiet()
    table = DataFrame({"frame": cells.frame, "y": place[:, 0], "x": place[:, 1]})
    table["row"] = np.arange(len(table))
    narrower = dict(adaptive_stop=0.1 * reach, adaptive_step=0.9)
    found = library.link(table, reach, pos_columns=["y", "x"], **narrower)
    found = found.sort_values(["particle", "frame"])
    row, same = found["row"].to_numpy(), np.diff(found["particle"]) == 0
    return np.column_stack([row[:-1][same], row[1:][same]])


def laptrack(cells: Detections, place: NDArray, reach: float, split: float) -> Links:
    """Links by linear assignment of squared ways, then second daughters by another one."""
    library = from_elsewhere("laptrack 0.17")
    limits = dict(cutoff=reach**2, splitting_cutoff=split**2, gap_closing_cutoff=False)
    starts = np.searchsorted(cells.frame, np.arange(int(cells.frame[-1]) + 2))
    frames = np.split(place, starts[1:-1])
    links = library.LapTrack(**limits).predict(frames).edges
    rows = [[starts[t] + i for t, i in link] for link in links]
    return np.array(rows, np.int64).reshape(-1, 2)


METHODS = {"trackpy 0.7": trackpy, "laptrack 0.17": laptrack}


def all_links(method: str, cells: Detections, shifts: NDArray, reach: float, split: float) -> Links:
    """Rows of detections (earlier, later) that a tracker links; distances in root areas."""
    travelled = np.concatenate([np.zeros((1, 2)), np.cumsum(shifts, axis=0)])
    size = np.sqrt(np.median(cells.area))
    place = cells.place - travelled[cells.frame]
    return METHODS[method](cells, place, reach * size, split * size)


@cache
def learning_films(nuclei: bool) -> list[Film]:
    """What the learned linkers learn from: HeLa columns below 550, or simulated colonies."""
    if not nuclei:
        return rod_films(0)
    movie = hela_tracks()
    still = np.zeros((len(movie) - 1, 2))
    return [film_of(columns_of(movie, 0, HELA.test_from), movie.images, still)]


@cache
def limits(method: str, nuclei: bool) -> tuple[float, float]:
    """Reach with the best link F1, and with it the reach for daughters with most divisions."""
    films = learning_films(nuclei)

    def mean(score: Callable[[Links, Links], float], reach: float, split: float) -> float:
        found = [all_links(method, f.detections, f.shifts, reach, split) for f in films]
        return float(np.mean([score(f.links, own) for f, own in zip(films, found, strict=True)]))

    reach = max(REACHES, key=lambda r: mean(shared_rows, r, r))
    if method.startswith("trackpy"):
        return reach, reach
    return reach, max(REACHES, key=lambda s: mean(shared_families, reach, s))


def shared_rows(true: NDArray, found: NDArray) -> float:
    """F1 of rows."""
    common = set(map(tuple, true.tolist())) & set(map(tuple, found.tolist()))
    return 2 * len(common) / max(len(true) + len(found), 1)


def shared_families(true: Links, found: Links) -> float:
    """F1 of mothers with their two daughters, at the exact frame."""
    return shared_rows(*map(families, (true, found)))


def families(links: Links) -> NDArray[np.int64]:
    """Rows mother, daughter, daughter."""
    links = links[np.lexsort(links.T[::-1])]
    twice = np.flatnonzero(links[:-1, 0] == links[1:, 0])
    return np.column_stack([links[twice], links[twice + 1, 1]])


def tracked(masks: NDArray, shifts: NDArray | None, method: str, nuclei: bool) -> Tracking:
    """The movie as one of the two tracks it."""
    cells = detect(masks)
    shifts = stage_shifts(masks > 0) if shifts is None else shifts
    links = all_links(method, cells, shifts, *limits(method, nuclei))
    starts = np.searchsorted(cells.frame, np.arange(len(masks)))
    earlier = cells.frame[links[:, 0]]
    each = iter([links[earlier == t] - starts[t : t + 2] for t in range(len(masks) - 1)])
    return track(masks, lambda step: next(each), shifts=shifts)


def compare(task: str, method: str, seed: int, make: Callable, data: str) -> list[dict]:
    """Rows of one film."""
    case, nuclei = make(), data == "hela_movie"
    scores = score_tracks(case.true, tracked(case.true.masks, case.shifts, method, nuclei))
    common = dict(task=task, method=method, seed=seed, data=data, role="reference")
    common["split"] = f"test columns {HELA.test_from}-1099" if nuclei else "all"
    return [{**common, "metric": name, "value": scores[name]} for name in lesson_08.SCORES]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """(task, method, seed) -> function that gives its rows; of real films one, nothing is drawn."""
    return {
        (task, method, seed): partial(compare, task, method, seed, make, data)
        for (task, seed), (make, data) in lesson_08.films().items()
        for method in METHODS
        if data == "simulated" or seed == 0
    }
