"""Bacteria in phase contrast: thresholds, a forest and the lesson's network on rods that touch.

All learn or are tuned on frames 0-15 of the bacteria film and are tested on frames 16-19, windows
around the colony. It is one colony: nearly all cells tested are daughters of those seen, under the
same microscope on the same day. One network has learned from simulated colonies alone instead, and
has seen nothing of it. Settings were chosen by learning from frames 0-11 and looking at 12-15, the
watershed's on all of 0-15.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.data import datasets
from course_utils.data.simulate import PHASE_CONTRAST, Rods, simulate_rods
from course_utils.metrics.segmentation import score_objects
from course_utils.models import classical
from course_utils.models.instances import Decoder, find_objects
from sweeps import training_07

SOURCES = (
    "course_utils/data/simulate/rods.py",
    "course_utils/metrics/segmentation.py",
    "course_utils/models/classical.py",
    "course_utils/models/instances.py",
    "course_utils/models/unet.py",
    "tools/sweeps/training_07.py",
)
SEEDS = range(3)
EARLY, LATE = slice(0, 16), slice(16, 20)
WINDOW, COLONIES, PIXEL = 320, 6, 0.05  # pixels, films, µm
TUNED = classical.Watershed(smooth=0.0, level=2.0, hill=2.0, separation=50, smallest=100)
Part = tuple[list[NDArray], list[NDArray]]


def over_ground(image: NDArray) -> NDArray[np.float32]:
    """0 is the background, -1 the darkest hundredth: cells lie near -1 however sharp the focus."""
    ground, dark = np.percentile(image, (50, 1))
    return ((image - ground) / (ground - dark)).astype(np.float32)


def dark(image: NDArray) -> NDArray[np.float64]:
    """The picture in which cells are bright."""
    return -over_ground(image).astype(float)


def around(masks: NDArray) -> tuple[slice, slice]:
    """A window of `WINDOW` pixels around all cells of a field."""
    place = ndimage.find_objects((masks > 0).astype(np.uint8))[0]
    starts = [
        int(np.clip((one.start + one.stop - WINDOW) // 2, 0, side - WINDOW))
        for one, side in zip(place, masks.shape, strict=True)
    ]
    return tuple(slice(start, start + WINDOW) for start in starts)


def windows(frames: slice) -> Part:
    """The colony in some frames of the film."""
    film = datasets.bacteria_movie()
    both = list(zip(film.images[frames], film.masks[frames], strict=True))
    boxes = [around(masks) for _, masks in both]
    images, masks = zip(*both, strict=True)
    return cut(images, boxes), cut(masks, boxes)


def cut(images: Sequence[NDArray], boxes: list[tuple[slice, slice]]) -> list[NDArray]:
    """Each image cut to its box."""
    return [image[box] for image, box in zip(images, boxes, strict=True)]


def simulated() -> Part:
    """Every other frame of colonies that grow from two rods, each with another halo."""
    images, masks = [], []
    rods = Rods(2, (WINDOW, WINDOW), 14, 5.0, doubling_minutes=25.0, spread=0.2)
    for seed in range(COLONIES):
        halo = 0.6 + 0.2 * seed
        scope = replace(PHASE_CONTRAST, pixel_size=PIXEL, drift=0.0, halo=halo)
        film = simulate_rods(rods, scope, seed)
        images += list(film.images["phase"][::2])
        masks += list(film.masks[::2])
    return images, masks


def early() -> Part:
    """What is learned from and tuned on."""
    return windows(EARLY)


def watershed(how: classical.Watershed, images: list[NDArray], seed: int) -> list[NDArray]:
    """Cells by Otsu's threshold and the distance watershed."""
    return [classical.otsu_watershed(dark(image), how) for image in images]


def forest(images: list[NDArray], seed: int) -> list[NDArray]:
    """Cells by a random forest of pixels."""
    trees = classical.train_forest(*early(), prepare=over_ground, seed=seed)
    return [classical.forest_cells(trees, image, over_ground) for image in images]


RECIPE = training_07.Recipe(steps=400, light=over_ground)
HOW = Decoder(smallest=100)


def network(learn: Callable[[], Part], images: list[NDArray], seed: int) -> list[NDArray]:
    """Cells by the lesson's network."""
    model = training_07.fit(*learn(), seed, RECIPE)
    return [find_objects(one, HOW) for one in training_07.answers(model, images, RECIPE)]


METHODS = {
    "Otsu + watershed": (partial(watershed, classical.Watershed()), "baseline", (0,)),
    "tuned watershed": (partial(watershed, TUNED), "baseline", (0,)),
    "random forest": (forest, "baseline", SEEDS),
    "U-Net": (partial(network, early), "stored", SEEDS),
    "U-Net, simulation alone": (partial(network, simulated), "stored", SEEDS),
}


def compare(task: str, method: str, seed: int) -> list[dict]:
    """Rows of one method: F1, mean AP, and errors by kind."""
    segment, role, _ = METHODS[method]
    images, masks = windows(LATE)
    scores = score_objects(masks, segment(images, seed))
    common = dict(task=task, data="bacteria_movie", split="frames 16-19", method=method)
    named = {"F1 at 0.5": scores.f1, "mean AP": scores.mean_ap}
    named |= {kind: getattr(scores, kind) for kind in ("splits", "merges", "misses", "inventions")}
    return [
        {**common, "role": role, "seed": seed, "metric": metric, "value": float(value)}
        for metric, value in named.items()
    ]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """(task, method, seed) -> function that gives its rows."""
    keys = [(method, seed) for method, (_, _, seeds) in METHODS.items() for seed in seeds]
    return {("bacteria", *key): partial(compare, "bacteria", *key) for key in keys}
