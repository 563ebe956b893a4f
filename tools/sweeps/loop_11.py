"""Predict, correct, retrain: which fields a person should correct next, and what they cost.

A network that knows one film is to learn another: lesson 07's, trained on HeLa nuclei of 26 pixels
(`07_hela.keras`), looks at the nuclei of wound healing, 12 pixels wide. It predicts the fit columns
0-271. In each of three rounds four more fields of 64 x 64 pixels are corrected: their reference
masks take the place of the prediction, and the stored network is trained for a few steps on all
that is corrected so far. A click mends one object: each true one without a partner among the
predicted, and each predicted one without a partner among the true.
"""

from collections.abc import Callable, Iterable
from functools import cache, partial
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import wound_healing
from course_utils.data.feeder import Plan, numpy_batch
from course_utils.data.scaling import normalise_arcsinh
from course_utils.data.splits import WOUND
from course_utils.files import repository_root
from course_utils.metrics.segmentation import match_objects
from course_utils.models.instances import drop_small, find_objects, targets
from sweeps import training_07

SOURCES = (
    "course_utils/data/feeder.py",
    "course_utils/data/scaling.py",
    "course_utils/data/splits.py",
    "course_utils/data/transforms.py",
    "course_utils/metrics/matching.py",
    "course_utils/metrics/segmentation.py",
    "course_utils/models/instances.py",
    "course_utils/models/unet.py",
    "tools/sweeps/training_07.py",
)
SMALL = training_07.SMALL_NUCLEI
TASK = "human in the loop"
WEIGHTS = repository_root() / "data" / "weights" / "07_hela.keras"
SIDE, ROUNDS, EACH, STEPS, RATE, SMALLEST = 64, 3, 4, 60, 0.003, 20
SEEDS, DRAWS = range(3), range(10)
FIT = slice(0, WOUND.fit_until)
SPLITS = {
    "choose columns 288-383": slice(WOUND.choose_from, WOUND.test_from),
    "test columns 384-575": slice(WOUND.test_from, None),
}
CHOOSE, TEST = SPLITS


class Pool(NamedTuple):
    """Frames that are looked at, and their fields as the network learns them.

    `images` and `masks` are whole frames (t, y, x); `lit` (n, y, x) and `taught` (n, y, x, 2) are
    scaled and made into targets as frames, then cut, so that no field has a scale of its own and
    no cell has a hill for each of its pieces. `true` holds labels (n, y, x).
    """

    images: list[NDArray]
    lit: NDArray[np.float32]
    taught: NDArray[np.float32]
    true: NDArray


def part(columns: slice) -> tuple[list[NDArray], list[NDArray]]:
    """Images and masks of some columns of the film."""
    film = wound_healing()
    return list(film.hoechst[:, :, columns]), list(film.nuclei[:, :, columns])


@cache
def pool() -> Pool:
    """The film's fit columns; all fields may be corrected."""
    images, masks = part(FIT)
    lit, taught = fields(map(normalise_arcsinh, images)), fields(map(targets, masks))
    return Pool(images, lit, taught, fields(masks))


def fields(frames: Iterable[NDArray]) -> NDArray:
    """Fields (n, 64, 64, ...) of frames, side by side; what is left at the ends stays out."""
    return np.concatenate(list(map(cut, frames)))


def cut(frame: NDArray) -> NDArray:
    """Fields of one frame, (n, 64, 64, ...)."""
    rows, columns = (side // SIDE for side in frame.shape[:2])
    inside = frame[: rows * SIDE, : columns * SIDE]
    return (
        inside.reshape(rows, SIDE, columns, SIDE, *frame.shape[2:])
        .swapaxes(1, 2)
        .reshape(-1, SIDE, SIDE, *frame.shape[2:])
    )


@cache
def fit(chosen: tuple[int, ...], seed: int):
    """The stored network, trained on some fields; with none it is as it was."""
    import keras

    from course_utils.models.unet import train_unet

    keras.utils.set_random_seed(seed)
    model = keras.models.load_model(WEIGHTS, compile=False, safe_mode=True)
    if chosen:
        learnt = (list(each[list(chosen)]) for each in (pool().lit, pool().taught))
        plan = Plan(*learnt, batch=8, how=training_07.ALIKE, seed=seed, size=SIDE)
        batches = (numpy_batch(plan, number) for number in count())
        train_unet(model, batches, STEPS, rate=RATE, label="")
    return model


def clicks(true: NDArray, found: NDArray) -> int:
    """Objects of a field to mend: true ones to draw and predicted ones to remove."""
    matches = match_objects(*(drop_small(labels, SMALLEST) for labels in (true, found)))
    return len(matches.missed) + len(matches.invented)


def unsure(answers: NDArray) -> float:
    """How many pixels the network is unsure of: the sum of 4 p (1 - p) over (y, x, 2)."""
    p = 1 / (1 + np.exp(-answers[..., 0].astype(float)))
    return float((4 * p * (1 - p)).sum())


class Seen(NamedTuple):
    """What is known of each field before it is chosen: unsure pixels and clicks, (n,)."""

    unsure: NDArray[np.float64]
    clicks: NDArray[np.int64]


def look(model) -> Seen:
    """Predict all frames, and judge each field."""
    answers = training_07.answers(model, pool().images)
    found = fields(find_objects(one, SMALL) for one in answers)
    mend = [clicks(*pair) for pair in zip(pool().true, found, strict=True)]
    return Seen(np.array(list(map(unsure, fields(answers)))), np.array(mend))


STRATEGIES: dict[str, Callable[[Seen, np.random.Generator], NDArray]] = {
    "worst fields": lambda seen, rng: seen.clicks + rng.random(len(seen.clicks)),
    "unsure fields": lambda seen, rng: seen.unsure,
    "random fields": lambda seen, rng: rng.random(len(seen.unsure)),
}


def choose(rank: NDArray, chosen: list[int], count: int = EACH) -> list[int]:
    """The fields of highest rank that were not chosen before."""
    order = np.argsort(-rank)
    return order[~np.isin(order, chosen)][:count].tolist()


def scores(model, split: str) -> dict[str, float]:
    """F1 and mean AP; slivers that the edge of the chosen columns cuts off do not count there."""
    images, masks = part(SPLITS[split])
    true = masks if split == TEST else [drop_small(mask, SMALLEST) for mask in masks]
    found = [find_objects(one, SMALL) for one in training_07.answers(model, images)]
    return {row["metric"]: row["value"] for row in training_07.scored(true, found)[:2]}


def cost(chosen: list[int], paid: int) -> dict[str, float]:
    """What is corrected so far: fields, clicks, and the objects that they hold."""
    objects = sum(int(drop_small(pool().true[i], SMALLEST).max()) for i in chosen)
    return {"fields": len(chosen), "clicks": paid, "objects": objects}


def loop(task: str, method: str, seed: int) -> list[dict]:
    """Rows of one person's work: after each round the scores, and what it has cost so far."""
    rng = np.random.default_rng(seed)
    chosen, paid, found = [], 0, []
    for number in range(ROUNDS + 1):
        model = fit(tuple(chosen), seed)
        values = scores(model, CHOOSE) | cost(chosen, paid)
        found += named(values, f", round {number}", CHOOSE)
        if number < ROUNDS:
            seen = look(model)
            more = choose(STRATEGIES[method](seen, rng), chosen)
            chosen, paid = chosen + more, paid + int(seen.clicks[more].sum())
    found += named(scores(model, TEST), f", round {ROUNDS}", TEST)
    return [dict(task=task, method=method, seed=seed, role="stored", **row) for row in found]


def everything(task: str, method: str, seed: int) -> list[dict]:
    """Rows of a network that learned, in as many steps, from all fields."""
    every = range(len(pool().lit))
    model, objects = fit(tuple(every), seed), cost(list(every), 0)
    objects["clicks"] = objects["objects"]
    found = named(scores(model, CHOOSE) | objects, "", CHOOSE)
    found += named(scores(model, TEST), "", TEST)
    return [dict(task=task, method=method, seed=seed, role="reference", **row) for row in found]


def named(values: dict[str, float], end: str, split: str) -> list[dict]:
    """Values as rows, the round in the metric's name."""
    common = dict(data="wound_healing", split=split)
    return [{**common, "metric": name + end, "value": value} for name, value in values.items()]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One person's work a job: (task, method, seed) -> function that gives its rows."""
    made = dict.fromkeys(STRATEGIES, loop) | {"all fields": everything}
    return {
        (TASK, method, seed): partial(make, TASK, method, seed)
        for method, make in made.items()
        for seed in (DRAWS if method == "random fields" else SEEDS)
    }
