"""Crops a second: how fast the course augments 128 x 128 crops with their masks, on one core.

python tools/bench_transforms.py [seconds for each line]
"""

import itertools
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from course_utils.data.feeder import Plan, feed, numpy_batch
from course_utils.data.transforms import Augment, Scale, edge_distance

SIDE, BATCH = 128, 20
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


def crops_per_second(make_batch: Callable[[], object], seconds: float = 2.0) -> tuple[float, float]:
    """Crops a second over all the time, and in the best tenth of it.

    The second is for machines that have other work to do at the same time.
    """
    make_batch()
    ends = [time.perf_counter()]
    while ends[-1] < ends[0] + seconds:
        make_batch()
        ends.append(time.perf_counter())
    each = np.sort(np.diff(ends))
    return BATCH / each.mean(), BATCH / each[: max(len(each) // 10, 1)].mean()


def augmented_crops_per_second(
    how: Augment = CASES["with angle and zoom"], seconds: float = 2.0, make_target=None
) -> tuple[float, float]:
    """Random crops of 128 x 128 pixels with masks out of a movie, augmented with NumPy."""
    images, masks = simulated_movie()
    options = dict(size=SIDE, normalise=Scale(300, 1100), make_target=make_target)
    plan = Plan(images, masks, BATCH, how, 0, **options)
    numbers = itertools.count()
    return crops_per_second(lambda: numpy_batch(plan, next(numbers)), seconds)


def fed_crops_per_second(how: Augment, seconds: float = 2.0) -> tuple[float, float]:
    """The same crops out of the feed of TensorFlow."""
    images, masks = simulated_movie()
    pairs = iter(feed(images, masks, BATCH, how, 0, size=SIDE, normalise=Scale(300, 1100)))
    return crops_per_second(lambda: next(pairs), seconds)


def main() -> None:
    """Print a line for each kind of augmentation."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    place = CASES["with angle and zoom"]
    rates = {
        name: lambda how=how: augmented_crops_per_second(how, seconds)
        for name, how in CASES.items()
    }
    rates["angle and zoom, distance maps"] = lambda: augmented_crops_per_second(
        place, seconds, edge_distance
    )
    rates["angle and zoom, tf.data"] = lambda: fed_crops_per_second(place, seconds)
    print(f"crops a second, {SIDE} x {SIDE} with masks: all the time, best tenth")
    for name, rate in rates.items():
        print("{:6.0f} {:6.0f}  {}".format(*rate(), name), flush=True)


if __name__ == "__main__":
    main()
