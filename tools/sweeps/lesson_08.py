"""Four linkers on four films: HeLa, bacteria, the virtual microscope, and a public sample if there.

The linker for rods learned from simulated colonies alone, that for nuclei from the HeLa movie's
columns below 550. Real masks, ids removed.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.lineages import bacteria_tracks, hela_tracks
from course_utils.data.readers import read_ctc
from course_utils.data.simulate import PHASE_CONTRAST, Rods, simulate_rods
from course_utils.data.splits import HELA
from course_utils.metrics.tracking import Tracked, score_tracks
from course_utils.models.linking import LINKERS
from course_utils.models.tracker import Linker, track
from course_utils.models.tracker_films import columns_of, learn_hela, learn_rods
from sweeps import public_samples

SOURCES = (
    "course_utils/models/tracker.py",
    "course_utils/models/linking.py",
    "course_utils/models/tracker_detections.py",
    "course_utils/models/tracker_features.py",
    "course_utils/models/tracker_learned.py",
    "course_utils/models/tracker_films.py",
    "course_utils/data/lineages.py",
    "course_utils/data/registration.py",
    "course_utils/data/simulate/rods.py",
    "course_utils/metrics/tracking.py",
    "course_utils/metrics/tracking_chota.py",
    "course_utils/metrics/tracking_divisions.py",
)
SEEDS = range(3)
SCORES = ("TRA", "link F1", "division F1, 1 frame", "CHOTA")
PACES = {"slow": 60.0, "middle": 36.0, "fast": 20.0}  # minutes to double, 5 minutes a frame
DENSITIES = {"10 rods": 10, "30 rods": 30, "90 rods": 90}
FIRST_HELD_OUT = 500_000  # seeds of films that no linker learns from
PASSES = 3


class Case(NamedTuple):
    """A film with its truth, and how it is tracked."""

    true: Tracked
    images: NDArray | None
    shifts: NDArray | None
    learn: Callable[[int], Linker]


@cache
def rods_linker(seed: int) -> Linker:
    """The learned linker for rods."""
    return learn_rods(seed)


@cache
def hela_linker(seed: int) -> Linker:
    """The learned linker for nuclei."""
    return learn_hela(seed)


def hela() -> Case:
    """The test columns of the HeLa movie; the stage stands still."""
    movie = hela_tracks()
    part = columns_of(movie, HELA.test_from, movie.masks.shape[2])
    return Case(part, movie.images, np.zeros((len(movie) - 1, 2)), hela_linker)


def bacteria() -> Case:
    """The whole bacteria movie: nothing is learned from it."""
    return Case(bacteria_tracks(), None, None, rods_linker)


def ecoli() -> Case:
    """The public sample of 14 frames."""
    return Case(read_ctc(public_samples() / "ctc_ecoli"), None, None, rods_linker)


def colony(pace: str, density: str, seed: int) -> Case:
    """A simulated colony with drift and jumps of the stage; seeds that nothing was learned from."""
    rods = Rods(rods=DENSITIES[density], shape=(400, 400), frames=12, doubling_minutes=PACES[pace])
    scope = replace(PHASE_CONTRAST, pixel_size=0.12, drift=0.3, jumps=0.1, jump_length=4.0)
    return Case(simulate_rods(rods, scope, FIRST_HELD_OUT + seed), None, None, rods_linker)


def compare(task: str, method: str, seed: int, make: Callable[[], Case], data: str) -> list[dict]:
    """Rows of one tracked film."""
    case = make()
    linker = case.learn(seed) if method == "learned" else LINKERS[method]
    found = track(case.true.masks, linker, case.images, shifts=case.shifts, passes=PASSES)
    scores = score_tracks(case.true, found)
    common = dict(task=task, method=method, seed=seed, data=data, role="stored")
    common["split"] = f"test columns {HELA.test_from}-1099" if data == "hela_movie" else "all"
    return [{**common, "metric": name, "value": scores[name]} for name in SCORES]


def films() -> dict[tuple[str, int], tuple[Callable[[], Case], str]]:
    """(task, seed) -> how to make the film, and its name; the public sample comes last.

    Only learning differs between seeds of real films.
    """
    colonies = {
        (f"{pace} growth, {density}", seed): (partial(colony, pace, density, seed), "simulated")
        for pace in PACES
        for density in DENSITIES
        for seed in SEEDS
    }
    return (
        {("HeLa", seed): (hela, "hela_movie") for seed in SEEDS}
        | {("bacteria", seed): (bacteria, "bacteria_movie") for seed in SEEDS}
        | colonies
        | {("E. coli, public sample", seed): (ecoli, "ctc_ecoli") for seed in SEEDS}
    )


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """(task, method, seed) -> function that gives its rows."""
    return {
        (task, method, seed): partial(compare, task, method, seed, make, data)
        for (task, seed), (make, data) in films().items()
        for method in (*LINKERS, "learned")
    }
