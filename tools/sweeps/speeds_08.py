"""How fast the tracker links 100 frames of 1,000 and 5,000 points, and in how much memory."""

import time
import tracemalloc
from functools import partial

import numpy as np
from numpy.typing import NDArray

from course_utils.models.linking import Links, assign, nearest
from course_utils.models.tracker import link
from course_utils.models.tracker_detections import Detections, points

SOURCES = (
    "course_utils/models/linking.py",
    "course_utils/models/tracker.py",
    "course_utils/models/tracker_detections.py",
)
ALONE = True
FRAMES, STEP, ROOM, REACH = 100, 3.0, 30.0, 12.0
LINKERS = {
    "nearest neighbour": partial(nearest, reach=REACH),
    "assignment": partial(assign, reach=REACH),
}


def walkers(count: int, seed: int) -> tuple[Detections, Links]:
    """Points that each take steps of 3 pixels on average, one for every 30 x 30 pixels.

    Args:
        count: points in each of 100 frames.
        seed: of places and steps.

    Returns their detections in random order within each frame, and the true links.
    """
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, STEP / np.sqrt(np.pi / 2), (FRAMES, count, 2))
    steps[0] = rng.uniform(0, ROOM * np.sqrt(count), (count, 2))
    order = np.stack([rng.permutation(count) for _ in range(FRAMES)])
    places = np.take_along_axis(steps.cumsum(axis=0), order[..., None], axis=1).reshape(-1, 2)
    row = np.empty_like(order)
    np.put_along_axis(row, order, np.arange(count)[None], axis=1)
    row += count * np.arange(FRAMES)[:, None]
    links = np.column_stack([row[:-1].ravel(), row[1:].ravel()])
    return points(np.repeat(np.arange(FRAMES), count), *places.T), links


def share_right(found: Links, true: Links) -> float:
    """Share of the true links that were found."""
    code = max(int(true.max()), int(found.max())) + 1
    return float(np.isin(true @ (code, 1), found @ (code, 1)).mean())


def measure(method: str, count: int, seed: int) -> list[dict]:
    """Rows of one run: seconds, share of links right, and megabytes at the peak."""
    detections, true = walkers(count, seed)
    still = np.zeros((FRAMES - 1, 2))
    start = time.perf_counter()
    found = link(detections, LINKERS[method], still, None)
    seconds = time.perf_counter() - start
    values = {"seconds": seconds, "links right": share_right(found, true)}
    values["MB at peak"] = peak_megabytes(detections, method, still)
    task = f"100 frames of {count} points"
    common = dict(task=task, method=method, seed=seed, data="simulated", split="all", role="stored")
    return [{**common, "metric": name, "value": value} for name, value in values.items()]


def peak_megabytes(detections: Detections, method: str, still: NDArray) -> float:
    """Memory of one run beyond its input."""
    tracemalloc.start()
    link(detections, LINKERS[method], still, None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def jobs() -> dict:
    """(task, method, seed) -> function that gives its rows."""
    return {
        (f"100 frames of {count} points", method, seed): partial(measure, method, count, seed)
        for count in (1000, 5000)
        for method in LINKERS
        for seed in range(3)
    }


if __name__ == "__main__":
    for key, job in jobs().items():
        if key[2] == 0:
            print(key, {row["metric"]: round(row["value"], 4) for row in job()})
