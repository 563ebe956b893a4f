"""One process, threads and processes of Dask on one machine: seconds, memory, equal labels.

Twelve fields of the HeLa film go through the stored network as a folder, and a mosaic of four as
one image in tiles. One process has all cores for TensorFlow; so have the two threads, of which one
segments at a time; two processes have half of the cores each. Every way runs in a process of its
own; its first run pays for TensorFlow and the weights, in each worker. Memory is the sum of the
high-water marks of that process and its workers.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.machine import THREADS, available_cores, peak_memory_mb

SOURCES = (
    "course_utils/apply.py",
    "course_utils/cluster.py",
    "course_utils/models/instances.py",
    "course_utils/models/stored.py",
    "course_utils/models/tiles.py",
    "course_utils/models/unet.py",
)
ALONE = True
SEEDS = range(3)
FOLDER, MOSAIC = "one process or Dask, 12 fields", "one process or Dask, mosaic"
ONE = "one process"
WAYS = {
    ONE: {},
    "2 threads": dict(processes=False, n_workers=1, threads_per_worker=2),
    "2 processes": dict(n_workers=2, threads_per_worker=1),
}
SPLIT = "frames 14-19, columns 550-1099"


class Run(NamedTuple):
    """Labels and costs: seconds of the first and the second run, megabytes of all processes."""

    labels: list[NDArray]
    first: float
    second: float
    megabytes: float


def segment_lit(piece: NDArray[np.float32]) -> NDArray[np.int32]:
    """Objects of a tile that was scaled with the numbers of the whole."""
    from course_utils.models.instances import Decoder, find_objects
    from course_utils.models.stored import VALLEY, load_network
    from course_utils.models.unet import predict_field

    return find_objects(predict_field(load_network(), piece), Decoder(valley=VALLEY))


def segment(image: NDArray, diameter: float | None = None) -> NDArray[np.int32]:
    """`segment_nuclei`, with TensorFlow imported where it is called."""
    from course_utils.models.stored import segment_nuclei

    return segment_nuclei(image, diameter)


def folder(client: Any, place: Path, out: Path) -> list[NDArray]:
    """Labels of all fields, as the course's command makes them."""
    import tifffile

    from course_utils.apply import segment_folder

    done = segment_folder(place, out, segment, progress=False, client=client)
    assert not done.errors, done.errors
    return [tifffile.imread(path) for path in sorted((out / "labels").iterdir())]


def mosaic(client: Any, place: Path, out: Path) -> list[NDArray]:
    """Labels of one large image in tiles."""
    from course_utils.cluster import segment_mosaic

    image = np.load(place / "mosaic.npy")
    return [segment_mosaic(segment_lit, image, client, progress=False)]


TASKS = {FOLDER: folder, MOSAIC: mosaic}


def write_images(task: str, place: Path) -> None:
    """Twelve fields of 350 x 550 as TIFF, or one scaled image of 1400 x 1100 pixels."""
    import tifffile

    from course_utils.data.datasets import hela_movie
    from course_utils.data.scaling import normalise_arcsinh

    frames = hela_movie().images[14:20, :, 550:]
    if task == MOSAIC:
        image = np.block([[frames[0], frames[1]], [frames[2], frames[3]]])
        np.save(place / "mosaic.npy", normalise_arcsinh(image))
        return
    for t, frame in enumerate(frames):
        for half, rows in enumerate(np.split(frame, 2)):
            tifffile.imwrite(place / f"field_{t}{half}.tif", rows)


@contextmanager
def opened(method: str) -> Iterator[Any]:
    """A client with its workers, or None; each process has its share of the cores."""
    how = WAYS[method]
    shared = available_cores() // how.get("n_workers", 1)
    os.environ.update(dict.fromkeys(THREADS, str(max(1, shared))))
    if not how:
        yield None
        return
    from distributed import Client

    with Client(**how, dashboard_address=None) as client:
        yield client


def run(task: str, method: str, place: Path) -> Run:
    """Both runs of one way, in this process and its workers."""
    seconds, labels = [], []
    with opened(method) as client, tempfile.TemporaryDirectory() as outs:
        for number in range(2):
            start = time.perf_counter()
            labels = TASKS[task](client, place, Path(outs) / str(number))
            seconds.append(time.perf_counter() - start)
        return Run(labels, *seconds, peak_memory_mb())


def measured(task: str, method: str) -> Run:
    """The same in a process of its own, so that its memory is its own."""
    with tempfile.TemporaryDirectory() as place:
        write_images(task, Path(place))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(run, task, method, Path(place)).result()


@cache
def known(task: str) -> list[NDArray]:
    """Labels of one process."""
    return measured(task, ONE).labels


def differing(found: list[NDArray], true: list[NDArray]) -> int:
    """Number of pixels whose labels differ."""
    return sum(int((a != b).sum()) for a, b in zip(found, true, strict=True))


def job(task: str, method: str, seed: int) -> list[dict]:
    """Rows of one way; the seed counts the repeats."""
    one = measured(task, method)
    values = {"seconds, first run": one.first, "seconds": one.second, "MB at peak": one.megabytes}
    values |= {"labels that differ": differing(one.labels, known(task))}
    values |= {"objects": sum(int(labels.max()) for labels in one.labels)}
    common = dict(task=task, method=method, seed=seed, role="stored", data="hela_movie")
    common["split"] = SPLIT
    return [{**common, "metric": name, "value": value} for name, value in values.items()]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One way a job: (task, method, seed) -> function that gives its rows."""
    keys = [(task, method, seed) for seed in SEEDS for task in TASKS for method in WAYS]
    return {key: partial(job, *key) for key in keys}
