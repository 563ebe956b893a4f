"""The stored nuclei network on TensorFlow and on PyTorch: largest difference, objects, seconds.

PyTorch has an environment of its own, which `make torch` builds.
"""

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from compare_backends import BACKENDS, Answer, ask, largest_difference, real_image
from numpy.typing import NDArray

from course_utils.models.instances import find_objects

SOURCES = (
    "tools/compare_backends.py",
    "course_utils/data/scaling.py",
    "course_utils/models/instances.py",
)
ALONE = True
TASK, SEEDS = "backends", range(3)


@cache
def answered(backend: str, seed: int) -> Answer:
    """What a framework says of the image; the seed only counts the repeats."""
    return ask(backend, real_image())


def differences(answers: NDArray, known: NDArray) -> dict[str, float]:
    """How far answers differ from those of TensorFlow, and what becomes of it in labels."""
    labels = find_objects(answers), find_objects(known)
    return {
        "largest answer": float(np.abs(answers).max()),
        "largest difference": largest_difference(answers, known),
        "objects": float(labels[0].max()),
        "labels that differ": float((labels[0] != labels[1]).sum()),
    }


def compare(task: str, method: str, seed: int) -> list[dict]:
    """Rows of one framework, compared with TensorFlow's first run."""
    one, known = answered(BACKENDS[method], seed), answered("tensorflow", 0)
    values = differences(one.answers, known.answers)
    values |= {"seconds, first call": one.first, "seconds": one.later}
    common = dict(task=task, method=method, seed=seed, role="reference", data="hela_movie")
    common["split"] = "frame 14, columns 550-1093"
    return [{**common, "metric": name, "value": value} for name, value in values.items()]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One framework a job: (task, method, seed) -> function that gives its rows."""
    keys = [(TASK, method, seed) for seed in SEEDS for method in BACKENDS]
    return {key: partial(compare, *key) for key in keys}
