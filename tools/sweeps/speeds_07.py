"""What object scores cost on a large field, and whether tiles keep memory flat as images grow."""

import multiprocessing
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.machine import peak_memory_mb
from course_utils.metrics.segmentation import overlaps, score_objects

SOURCES = (
    "course_utils/metrics/matching.py",
    "course_utils/metrics/overlaps.py",
    "course_utils/metrics/segmentation.py",
    "course_utils/models/instances.py",
    "course_utils/models/stored.py",
    "course_utils/models/tiles.py",
    "course_utils/models/unet.py",
)
ALONE = True
EVERY, RADIUS = 29, 13
SIDES = (2048, 4096, 8192)
SCORES, TILES = "object scores, 4096 x 4096, 20,164 objects", "segmented in tiles"
Cost = dict[str, float]


def nuclei_grid(side: int, out: NDArray | None = None) -> NDArray[np.uint16]:
    """Labels of discs of 26 pixels in rows and columns of 29, written strip by strip."""
    out = np.zeros((side, side), np.uint16) if out is None else out
    y, x = np.ogrid[:EVERY, :side]
    disc = np.hypot(y - EVERY // 2, x % EVERY - EVERY // 2) <= RADIUS
    for row in range(0, side, EVERY):
        labels = row // EVERY * -(-side // EVERY) + x // EVERY + 1
        out[row : row + EVERY] = np.where(disc, labels % 65_536, 0)[: side - row]
    return out


def spoilt(labels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The same moved by a pixel, every 20th object lost and every 20th merged with the next."""
    number = np.arange(int(labels.max()) + 2, dtype=np.uint16)
    number[5::20], number[15::20] = 0, number[16::20][: len(number[15::20])]
    return np.roll(number[labels], (1, 1), (0, 1))


def ten_thresholds(true: NDArray, predicted: NDArray) -> None:
    """All scores of the lesson."""
    score_objects(true, predicted)


def one_pass(true: NDArray, predicted: NDArray) -> None:
    """Only the pairs and their pixels."""
    overlaps(true, predicted)


def by_unique(true: NDArray, predicted: NDArray) -> None:
    """The pairs as NumPy's sorting finds them."""
    pairs = true.astype(np.int64) * (int(predicted.max()) + 1) + predicted
    np.unique(pairs, return_counts=True)


def scoring(score: Callable[[NDArray, NDArray], None]) -> Cost:
    """Seconds and memory of one way to score a large pair."""
    true = nuclei_grid(4096)
    predicted = spoilt(true)
    start = time.perf_counter()
    score(true, predicted)
    return {"seconds": time.perf_counter() - start, "peak MB": peak_memory_mb()}


def segmenting(side: int) -> Cost:
    """Seconds, memory and objects of a field on disk, segmented with the stored weights."""
    from course_utils.models.stored import segment_nuclei

    with tempfile.TemporaryDirectory() as folder:
        image = np.lib.format.open_memmap(Path(folder) / "field.npy", "w+", np.uint16, (side, side))
        nuclei_grid(side, image)
        for row in range(0, side, 512):
            image[row : row + 512] = 300 + 700 * (image[row : row + 512] > 0)
        image.flush()
        start = time.perf_counter()
        labels = segment_nuclei(image)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak MB": peak_memory_mb(), "objects": float(labels.max())}


WAYS: dict[tuple[str, str], Callable[[], Cost]] = {
    (SCORES, "all scores, ten thresholds"): partial(scoring, ten_thresholds),
    (SCORES, "overlaps alone"): partial(scoring, one_pass),
    (SCORES, "overlaps by np.unique"): partial(scoring, by_unique),
    **{(TILES, f"{side} x {side}"): partial(segmenting, side) for side in SIDES},
}


def job(task: str, method: str, seed: int) -> list[dict]:
    """Rows of one way, in a process of its own, so that its peak of memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        cost = pool.submit(WAYS[task, method]).result()
    role = "reference" if "np.unique" in method else "stored"
    row = dict(task=task, data="simulated", method=method, role=role, seed=seed)
    return [{**row, "metric": metric, "value": value} for metric, value in cost.items()]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One way a job: (task, method, seed) -> function that gives its rows."""
    return {(*way, 0): partial(job, *way, 0) for way in WAYS}
