"""How fast the course augments 128 x 128 crops with their masks, and simulates a film."""

import itertools
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from course_utils.data.feeder import Plan, feed, numpy_batch
from course_utils.data.simulate import Culture, simulate
from course_utils.data.transforms import Augment, Scale, edge_distance

SOURCES = (
    "course_utils/data/transforms.py",
    "course_utils/data/moving.py",
    "course_utils/data/feeder.py",
    "course_utils/data/simulate/film.py",
    "course_utils/data/simulate/chromatin.py",
    "course_utils/data/simulate/camera.py",
)
ALONE = True
SIDE, BATCH, SECONDS = 128, 20, 5.0
PLACE = dict(flips="yx", quarter_turns=True, angle=180.0, zoom=(0.8, 1.25))
LIGHT = dict(gain=(0.8, 1.25), offset=0.1, noise=0.05)
CASES = {
    "flips and quarter turns": Augment(flips="yx", quarter_turns=True),
    "with angle and zoom": Augment(**PLACE),
    "with gain, offset and noise": Augment(**PLACE, **LIGHT),
    "with blur and gamma": Augment(**PLACE, **LIGHT, blur=1.0, gamma=(0.7, 1.4)),
}


def simulated_movie(frames: int = 4) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Images and masks of the size of the HeLa movie, a disc of 14 pixels every 40."""
    y, x = np.indices((700, 1100)) // 40
    near = np.hypot(*(np.indices((700, 1100)) % 40 - 20)) < 14
    mask = np.where(near, 1 + y * 28 + x, 0).astype(np.uint16)
    noise = np.random.default_rng(0).normal(300, 30, (frames, 700, 1100))
    return (noise + 800 * near).astype(np.uint16), np.stack([mask] * frames)


def crops_per_second(make_batch: Callable[[], object]) -> float:
    """Crops a second, after a first batch that may have to set things up."""
    make_batch()
    start, batches = time.perf_counter(), 0
    while time.perf_counter() < start + SECONDS:
        make_batch()
        batches += 1
    return BATCH * batches / (time.perf_counter() - start)


def augmented(how: Augment, make_target: Callable | None = None) -> float:
    """Random crops with masks out of a movie, augmented with NumPy, a second."""
    images, masks = simulated_movie()
    options = dict(size=SIDE, normalise=Scale(300, 1100), make_target=make_target)
    plan = Plan(images, masks, BATCH, how, 0, **options)
    numbers = itertools.count()
    return crops_per_second(lambda: numpy_batch(plan, next(numbers)))


def fed(how: Augment) -> float:
    """The same crops out of the feed of TensorFlow."""
    images, masks = simulated_movie()
    pairs = iter(feed(images, masks, BATCH, how, 0, size=SIDE, normalise=Scale(300, 1100)))
    return crops_per_second(lambda: next(pairs))


def simulation_seconds(dividing: float) -> float:
    """Seconds for 100 frames of 512 x 512 pixels in two channels, 100 cells in the first."""
    start = time.perf_counter()
    simulate(Culture(cells=100, shape=(512, 512), frames=100, dividing=dividing), seed=0)
    return time.perf_counter() - start


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """Speeds of the kinds of augmentation, with distance maps and out of tf.data, and a film."""
    place = CASES["with angle and zoom"]
    rates = {name: lambda how=how: augmented(how) for name, how in CASES.items()}
    rates["angle and zoom, distance maps"] = lambda: augmented(place, edge_distance)
    rates["angle and zoom, tf.data"] = lambda: fed(place)
    films = {
        "100 frames of 512 x 512, 100 cells": lambda: simulation_seconds(0.0),
        "the same, growing to 300 cells": lambda: simulation_seconds(1.0),
    }
    return {
        **speed_jobs("augmented crops of 128 x 128", "crops a second", rates),
        **speed_jobs("virtual microscope", "seconds", films),
    }


def speed_jobs(task: str, metric: str, ways: dict[str, Callable[[], float]]) -> dict:
    """A job for each way of doing a task."""

    def job(method: str) -> list[dict]:
        row = dict(task=task, data="simulated", method=method, role="stored", seed=0)
        return [{**row, "metric": metric, "value": ways[method]()}]

    return {(task, method, 0): lambda method=method: job(method) for method in ways}
