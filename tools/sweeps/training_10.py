"""Trainings of lesson 10's networks, and what time as a third axis is worth on a film."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import numpy as np
from numpy.typing import NDArray

from course_utils.data import datasets
from course_utils.data.feeder import Plan, numpy_batch
from course_utils.data.scaling import normalise_arcsinh
from course_utils.data.transforms import Augment
from course_utils.metrics.segmentation import score_objects
from course_utils.models.instances import find_objects, targets

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]
Triple = tuple[int, int, int]
ALIKE = Augment(flips="yx", quarter_turns=True, gain=(0.8, 1.25), offset=0.1)
WIDTH, STEPS, SIZE, FRAMES = 16, 200, 96, 8
SPLIT = "frames 14-19, columns 550-1099"
WAYS = ("single frames", "frames t-1, t, t+1 as channels")


def flat(drawn: Iterator[Batch], steps: int, seed: int, channels: int = 1):
    """Lesson 07's network, trained."""
    import keras

    from course_utils.models.unet import build_unet, train_unet

    keras.utils.set_random_seed(seed)
    network = build_unet(channels=channels)
    train_unet(network, drawn, steps, label="")
    return network


def solid(drawn: Iterator[Batch], steps: int, seed: int, voxel: tuple[float, ...]):
    """The network in 3-D, trained."""
    import keras

    from course_utils.models.unet import train_unet
    from course_utils.models.unet_3d import build_unet_3d

    keras.utils.set_random_seed(seed)
    network = build_unet_3d(voxel, WIDTH)
    train_unet(network, drawn, steps, label="")
    return network


def rounded(size: Triple, voxel: tuple[float, ...]) -> Triple:
    """Sides made larger until the network takes them."""
    from course_utils.models.unet_3d import multiples

    return tuple(-(-s // m) * m for s, m in zip(size, multiples(voxel, 2), strict=True))


def inner(margin: Triple, voxel: tuple[float, ...]) -> Triple:
    """Margins of tiles that the network's pooling allows."""
    from course_utils.models.unet_3d import multiples

    return tuple(s // m * m for s, m in zip(margin, multiples(voxel, 2), strict=True))


def beside(film: NDArray) -> NDArray:
    """Each frame with the one before and the one after as channels; the ends repeat."""
    before, after = (np.clip(np.arange(len(film)) + k, 0, len(film) - 1) for k in (-1, 1))
    return np.stack([film[before], film, film[after]], axis=-1)


def hela(way: str, seed: int) -> dict[str, float]:
    """Scores of one way to see the film, trained on frames 0-9 left of column 550."""
    film = datasets.hela_movie()
    lit = np.stack([normalise_arcsinh(frame[:, :550]) for frame in film.images[:10]])
    hills = np.stack([targets(mask[:, :550]) for mask in film.masks[:10]])
    right = np.stack([normalise_arcsinh(frame[:, 550:]) for frame in film.images[12:]])
    found = in_frames(lit, hills, right, way == WAYS[1], seed)
    scores = score_objects(list(film.masks[14:, :, 550:]), list(map(find_objects, found[2:])))
    return {"F1 at 0.5": scores.f1, "mean AP": scores.mean_ap, "merges": scores.merges}


def in_frames(lit: NDArray, hills: NDArray, right: NDArray, more: bool, seed: int) -> NDArray:
    """Answers for each frame of the right part, from it alone or with its neighbours."""
    from course_utils.models.unet import predict_field

    seen, tested = (beside(part) if more else part for part in (lit, right))
    axes = "yxc" if more else "yx"
    plan = Plan(list(seen), list(hills), FRAMES, ALIKE, seed, SIZE, axes)
    drawn = (numpy_batch(plan, number) for number in count())
    network = flat(drawn, STEPS, seed, 3 if more else 1)
    return np.stack([predict_field(network, frame) for frame in tested])


def cost_of_tile(tile: Triple, width: int = WIDTH) -> dict[str, float]:
    """Core-seconds for a stack of 64 x 256 x 256 predicted by tiles of one shape."""
    from course_utils.models.unet_3d import build_unet_3d, predict_tiles

    network = build_unet_3d((1.0, 1.0, 1.0), width)
    image = np.zeros((64, 256, 256), np.float32)
    margin = tuple(0 if t >= n else 8 for t, n in zip(tile, image.shape, strict=True))
    start = time.process_time()
    predict_tiles(network, image, tile, margin)
    return {"prediction, core-seconds": time.process_time() - start}


def films(seeds: range) -> dict[tuple[str, str, int], Callable[[], dict]]:
    """(task, method, seed) -> what runs, of the ways to see a film."""
    return {("2-D and time", way, seed): partial(hela, way, seed) for way in WAYS for seed in seeds}


def tiles() -> dict[tuple[str, str, int], Callable[[], dict]]:
    """(task, method, seed) -> what runs, of the shapes of tiles."""
    shapes = ((32, 64, 64), (64, 128, 128), (64, 256, 256))
    return {
        ("tiles, 64 x 256 x 256", " x ".join(map(str, shape)), 0): partial(cost_of_tile, shape)
        for shape in shapes
    }
