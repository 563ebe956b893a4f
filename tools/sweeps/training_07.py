"""Trainings of lesson 07's network: what was tried, its seeds, and the score against steps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.data import datasets, splits
from course_utils.data.feeder import Plan, numpy_batch
from course_utils.data.scaling import normalise_arcsinh, standardise_image
from course_utils.data.transforms import Augment
from course_utils.metrics.segmentation import score_objects
from course_utils.models import classical
from course_utils.models.instances import Decoder, drop_small, find_objects, targets

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]
STEPS, RATE, SIZE, BATCH = 850, 0.01, 96, 8
ALIKE = Augment(flips="yx", quarter_turns=True, gain=(0.8, 1.25), offset=0.1)
SHADED = Augment(gain=(0.8, 1.25), offset=0.1)
CHOOSE = slice(splits.HELA.choose_from, splits.HELA.test_from)
FULL = dict(width=8, depth=3, halved=False)


@dataclass(frozen=True)
class Recipe:
    """How the lesson's network is made and trained; the defaults are the lesson's."""

    network: tuple[tuple[str, object], ...] = ()
    steps: int = STEPS
    rate: float = RATE
    size: int = SIZE
    batch: int = BATCH
    how: Augment = ALIKE
    towards: float | None = None
    light: Callable[[NDArray], NDArray] = normalise_arcsinh
    heights: float = 1.0
    squared: bool = False
    averaged: bool = False


TRIED = {
    "as it is": Recipe(),
    "full resolution": Recipe(tuple(FULL.items()), steps=480),
    "width 24": Recipe((("width", 24),), steps=480),
    "depth 3": Recipe((("depth", 3),), steps=740),
    "no batch norm": Recipe((("batch_norm", False),), rate=0.003, steps=1000),
    "rate 0.003": Recipe(rate=0.003),
    "rate 0.03": Recipe(rate=0.03),
    "mean of weights": Recipe(averaged=True),
    "straight scale": Recipe(light=standardise_image),
    "no turns": Recipe(how=Augment(gain=(0.8, 1.25), offset=0.1)),
    "no change of light": Recipe(how=Augment(flips="yx", quarter_turns=True)),
    "towards cells": Recipe(towards=0.7),
    "crops of 128": Recipe(size=128, batch=4, steps=900),
    "squared heights": Recipe(squared=True, heights=4.0),
}
CURVE = (100, 300, 2550)


def batches(
    images: list[NDArray], masks: list[NDArray], recipe: Recipe, seed: int
) -> Iterator[Batch]:
    """Crops and targets without end; the targets are computed once and move with the images."""
    common = dict(batch=recipe.batch, how=recipe.how, seed=seed, size=recipe.size)
    lit = [recipe.light(image) for image in images]
    if recipe.towards is None:
        plan = Plan(lit, [targets(mask) for mask in masks], **common)
    else:
        labels = [mask.astype(np.int32) for mask in masks]
        plan = Plan(lit, labels, make_target=targets, towards_objects=recipe.towards, **common)
    return (numpy_batch(plan, number) for number in count())


def fit(images: list[NDArray], masks: list[NDArray], seed: int, recipe: Recipe = Recipe()):
    """The trained network."""
    import keras

    from course_utils.models.unet import build_unet, train_unet

    keras.utils.set_random_seed(seed)
    model = build_unet(**dict(recipe.network))
    drawn = batches(images, masks, recipe, seed)
    train_unet(model, drawn, recipe.steps, loss=loss(recipe), label="", optimizer=optimizer(recipe))
    return model


def optimizer(recipe: Recipe):
    """Adam with the lesson's rate, its weights averaged or not."""
    from keras.optimizers import Adam

    from course_utils.models.unet import falling_rate

    rate = falling_rate(recipe.rate, recipe.steps)
    return Adam(rate, use_ema=recipe.averaged, ema_momentum=0.98)


def loss(recipe: Recipe) -> Callable:
    """The lesson's loss, its heights counted otherwise."""
    import keras

    def weighed(true, said):
        inside = keras.ops.binary_crossentropy(true[..., 0], said[..., 0], from_logits=True)
        error = keras.ops.abs(true[..., 1] - said[..., 1])
        return inside + recipe.heights * (error**2 if recipe.squared else error)

    return weighed


def answers(model, images: list[NDArray], recipe: Recipe = Recipe()) -> list[NDArray]:
    """What the network says of each image, (y, x, 2)."""
    from course_utils.models.unet import predict_field

    return [predict_field(model, recipe.light(image)) for image in images]


def scored(masks: list[NDArray], cells: list[NDArray], **common) -> list[dict]:
    """Rows of F1, mean AP, PQ and SEG."""
    scores = score_objects(masks, cells)
    named = {"F1 at 0.5": scores.f1, "mean AP": scores.mean_ap, "PQ": scores.pq, "SEG": scores.seg}
    return [{**common, "metric": metric, "value": value} for metric, value in named.items()]


def hela(frames: slice, columns: slice) -> tuple[list[NDArray], list[NDArray]]:
    """Images and masks of a part of the film."""
    film = datasets.hela_movie()
    place = (frames, slice(None), columns)
    return list(film.images[place]), list(film.masks[place])


def one_try(task: str, method: str, seed: int) -> list[dict]:
    """Fit on columns 0-384, score on 400-549: where settings are chosen."""
    recipe, seen = TRIED[method], slice(0, 10)
    model = fit(*hela(seen, slice(0, splits.HELA.fit_until)), seed, recipe)
    images, masks = hela(seen, slice(0, splits.HELA.test_from))
    masks = [drop_small(mask[:, CHOOSE], 60) for mask in masks]
    found = [one[:, CHOOSE] for one in answers(model, images, recipe)]
    common = dict(task=task, data="hela_movie", split="choose columns 400-549", seed=seed)
    common |= dict(role="stored")
    rows = scored(masks, list(map(find_objects, found)), method=method, **common)
    if method == "as it is":
        for name, cells in decoded(found).items():
            more = scored(masks, cells, method=method, **common)
            rows += [{**row, "metric": f"{row['metric']}, {name}"} for row in more]
    return rows


def decoded(found: list[NDArray]) -> dict[str, list[NDArray]]:
    """The same answers made into objects in other ways."""
    inside = [one[..., 0] > 0 for one in found]
    ways = {
        f"valley {valley}": partial(find_objects, how=Decoder(valley=valley))
        for valley in (0.02, 0.05, 0.1, 0.3, 0.4)
    }
    cells = {name: list(map(way, found)) for name, way in ways.items()}
    cells["mask, pieces"] = [drop_small(ndimage.label(mask)[0], 60) for mask in inside]
    cells["mask, watershed"] = [drop_small(classical.split_mask(m, 1.0), 60) for m in inside]
    return cells


def live(task: str, method: str, seed: int, steps: int = STEPS) -> list[dict]:
    """Train on frames 0-9, columns 0-549; test on frames 14-19, columns 550-1099."""
    model = fit(*hela(slice(0, 10), slice(0, 550)), seed, Recipe(steps=steps))
    images, masks = hela(slice(14, 20), slice(550, None))
    cells = list(map(find_objects, answers(model, images)))
    split = "frames 14-19, columns 550-1099"
    common = dict(task=task, data="hela_movie", split=split, method=method, seed=seed)
    return scored(masks, cells, role="stored", **common)


def wound(task: str, method: str, seed: int) -> list[dict]:
    """Nuclei from Hoechst or whole cells from transmitted light, split by columns."""
    film, whole = datasets.wound_healing(), task == "whole cells"
    images, masks = (film.transmitted, film.cells) if whole else (film.hoechst, film.nuclei)
    recipe = WHOLE if whole else NUCLEI
    until = splits.WOUND.test_from
    model = fit(list(images[:, :, :until]), list(masks[:, :, :until]), seed, recipe)
    tested = answers(model, list(images[:, :, until:]), recipe)
    how = SMALL_CELLS if whole else SMALL_NUCLEI
    cells = [find_objects(one, how) for one in tested]
    common = dict(data="wound_healing", split="test columns 384-575", seed=seed, role="stored")
    return scored(list(masks[:, :, until:]), cells, task=task, method=method, **common)


NUCLEI = Recipe(steps=600)
WHOLE = Recipe(steps=600, how=SHADED, light=standardise_image)
SMALL_NUCLEI = Decoder(smallest=20)
SMALL_CELLS = Decoder(valley=0.1, smallest=50)


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One training a job: (task, method, seed) -> function that gives its rows."""
    found = {("what was tried", name, seed): one_try for name in TRIED for seed in range(3)}
    found |= {("HeLa nuclei", "U-Net", seed): live for seed in range(5)}
    found |= {
        (task, "U-Net", seed): wound
        for task in ("wound nuclei", "whole cells")
        for seed in range(3)
    }
    made = {key: partial(make, *key) for key, make in found.items()}
    for steps in CURVE:
        for seed in range(3):
            key = ("curve", f"{steps} steps", seed)
            made[key] = partial(live, *key, steps=steps)
    return made
