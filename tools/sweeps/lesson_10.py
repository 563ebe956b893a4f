"""Stacks segmented in 2-D and in 3-D: scores, core-seconds and memory, each in its own process."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from course_utils.data import volumes
from course_utils.machine import peak_memory_mb
from course_utils.metrics.segmentation import ObjectScores, score_objects
from course_utils.models.classical_3d import otsu_watershed_3d
from course_utils.models.instances import drop_small, find_objects
from course_utils.models.slices import find_in_slices, link_slices, predict_slices, slice_batches
from sweeps import training_10
from sweeps.samples_10 import SAMPLES, Sample, Stacks

SOURCES = (
    "course_utils/data/volumes.py",
    "course_utils/metrics/segmentation.py",
    "course_utils/models/classical_3d.py",
    "course_utils/models/instances.py",
    "course_utils/models/linking.py",
    "course_utils/models/slices.py",
    "course_utils/models/unet.py",
    "course_utils/models/unet_3d.py",
    "tools/sweeps/samples_10.py",
    "tools/sweeps/training_10.py",
)
SEEDS = range(3)
CUBE = (1.0, 1.0, 1.0)
Labels = list[NDArray]
Cost = dict[str, float]


def images(stacks: Stacks) -> list[NDArray]:
    """Their images."""
    return [one.image for one in stacks]


def masks(stacks: Stacks) -> Labels:
    """Their labels."""
    return [one.masks for one in stacks]


def timed(run: Callable, cost: Cost, name: str):
    """What a function returns; its core-seconds are noted under a name."""
    start = time.process_time()
    result = run()
    cost[name] = time.process_time() - start
    return result


def threshold(sample: Sample, seed: int, cost: Cost, cubic: bool = False) -> Labels:
    """Otsu and the distance watershed in 3-D, with the voxel's shape or as if it were a cube."""
    tested = sample.parts()[1]
    voxel = tested[0].pixel_size
    voxel = (voxel[2],) * 3 if cubic else voxel
    find = partial(otsu_watershed_3d, voxel=voxel, how=sample.classical)
    return timed(lambda: list(map(find, images(tested))), cost, "prediction")


def pile(sample: Sample, seed: int, cost: Cost) -> Labels:
    """A flat network on each slice, its objects linked through z."""
    seen, tested = sample.parts()
    drawn = slice_batches(images(seen), masks(seen), sample.side, seed=seed)
    network = timed(lambda: training_10.flat(drawn, sample.steps, seed), cost, "training")

    def find(image: NDArray) -> NDArray:
        found = predict_slices(network, image)
        return find_in_slices(found, sample.flat, smallest=sample.smallest)

    return timed(lambda: list(map(find, images(tested))), cost, "prediction")


def solid(
    sample: Sample, seed: int, cost: Cost, cubic: bool = False, crop: tuple | None = None
) -> Labels:
    """A network in 3-D that knows the voxel, or takes it for a cube."""
    from course_utils.models.unet_3d import predict_volume, volume_batches

    seen, tested = sample.parts()
    voxel = seen[0].pixel_size
    shape, size = CUBE if cubic else voxel, crop or sample.crop
    size = training_10.rounded(size, shape)
    drawn = volume_batches(images(seen), masks(seen), size, seed=seed, voxel=shape)
    network = timed(lambda: training_10.solid(drawn, sample.steps, seed, shape), cost, "training")

    def find(image: NDArray) -> NDArray:
        tile = training_10.rounded(sample.crop, shape)
        margin = training_10.inner(sample.margin, shape)
        found = predict_volume(network, image, tile, margin)
        return find_objects(found, sample.solid, voxel)

    return timed(lambda: list(map(find, images(tested))), cost, "prediction")


def true_slices(sample: Sample, seed: int, cost: Cost) -> Labels:
    """The true labels of each slice, linked: the best that linking can do."""
    tested = masks(sample.parts()[1])
    return [drop_small(link_slices(one), sample.smallest) for one in tested]


def nothing(sample: Sample, seed: int, cost: Cost) -> Labels:
    """No nucleus anywhere."""
    return [np.zeros_like(one) for one in masks(sample.parts()[1])]


METHODS: dict[str, tuple[Callable[..., Labels], str]] = {
    "all background": (nothing, "floor"),
    "Otsu + watershed, 3-D": (threshold, "baseline"),
    "Otsu + watershed, voxel taken for a cube": (partial(threshold, cubic=True), "baseline"),
    "true slices, linked": (true_slices, "reference"),
    "U-Net 2-D, linked": (pile, "stored"),
    "U-Net 3-D": (solid, "stored"),
}
LEARNS = ("U-Net 2-D, linked", "U-Net 3-D")
CUBIC = "U-Net 3-D, voxel taken for a cube"
CROPS = {f"crops of {s} x {n} x {n}": (s, n, n) for s, n in ((16, 32), (32, 64), (40, 80))}


def named(scores: ObjectScores) -> dict[str, float]:
    """Scores and errors by the names of rows."""
    at = 2 * scores.ap[5] / (1 + scores.ap[5])
    found = {"F1 at 0.5": scores.f1, "F1 at 0.75": at, "mean AP": scores.mean_ap}
    kinds = ("objects", "splits", "merges", "misses", "inventions")
    return found | {kind: getattr(scores, kind) for kind in kinds}


def scored(task: str, seed: int, run: Callable[..., Labels]) -> Cost:
    """Scores and core-seconds of one method."""
    sample, cost = SAMPLES[task], {}
    found = run(sample, seed, cost)
    spent = {f"{name}, core-seconds": value for name, value in cost.items()}
    return named(score_objects(masks(sample.parts()[1]), found)) | spent


def projected(task: str) -> Cost:
    """How many nuclei are left in the brightest projection, and how many are found in it."""
    sample = SAMPLES[task]
    tested = sample.parts()[1]
    flat = list(map(volumes.project, tested))
    share = np.concatenate([volumes.hidden(one) for one in masks(tested)])
    voxel = tested[0].pixel_size
    found = [otsu_watershed_3d(one.image[None], voxel, sample.classical)[0] for one in flat]
    scores = score_objects(masks(flat), found)
    return {
        "nuclei": len(share),
        "seen from above": sum(len(np.unique(one.masks)) - 1 for one in flat),
        "mostly alone": int((share < 0.5).sum()),
        "found by Otsu + watershed": sum(int(one.max()) for one in found),
        "F1 at 0.5": scores.f1,
        "merges": scores.merges,
    }


def child(work: Callable[[], Cost]) -> Cost:
    """Run in a process of its own, so that the peak of memory is its own."""
    return work() | {"peak MB": peak_memory_mb()}


def job(
    task: str, method: str, seed: int, work: Callable[[], Cost], role: str, data: str, split: str
) -> list[dict]:
    """Rows of one job."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = pool.submit(child, work).result()
    row = dict(task=task, data=data, split=split, method=method, role=role, seed=seed)
    return [{**row, "metric": metric, "value": float(value)} for metric, value in found.items()]


def of_sample(
    task: str, method: str, seed: int, run: Callable, role: str, name: str = ""
) -> Callable:
    """A job on a sample; `name` is the task of its rows where that is another."""
    sample = SAMPLES[task]
    key = name or task, method, seed
    return partial(job, *key, partial(scored, task, seed, run), role, sample.data, sample.split)


def compared() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """All methods on all samples, and what becomes of nuclei in a projection."""
    found = {}
    for task, sample in SAMPLES.items():
        for method, (run, role) in METHODS.items():
            for seed in SEEDS if method in LEARNS else (0,):
                found[task, method, seed] = of_sample(task, method, seed, run, role)
        key = f"projected, {task}", "brightest along z", 0
        work = partial(projected, task)
        found[key] = partial(job, *key, work, "baseline", sample.data, sample.split)
    return found


def contrasts() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """The network in 3-D with a wrong voxel, and with other sizes of crops."""
    found, task = {}, "simulated, 2 µm"
    for seed in SEEDS:
        found[task, CUBIC, seed] = of_sample(
            task, CUBIC, seed, partial(solid, cubic=True), "stored"
        )
    task = "simulated, 0.5 µm"
    for (method, crop), seed in product(CROPS.items(), SEEDS[:2]):
        run = partial(solid, crop=crop)
        found["crops", method, seed] = of_sample(task, method, seed, run, "stored", "crops")
    return found


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One method on one sample a job: (task, method, seed) -> function that gives its rows."""
    films = {
        key: partial(job, *key, work, "stored", "hela_movie", training_10.SPLIT)
        for key, work in training_10.films(SEEDS).items()
    }
    tiles = {
        key: partial(job, *key, work, "stored", "simulated", "no split")
        for key, work in training_10.tiles().items()
    }
    return compared() | contrasts() | films | tiles
