"""Segmentation without a network, scored on the same parts as the lesson's network."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from course_utils.data import datasets
from course_utils.metrics.segmentation import score_objects
from course_utils.models import classical
from sweeps import training_07

SOURCES = (
    "course_utils/metrics/segmentation.py",
    "course_utils/models/classical.py",
    "course_utils/models/instances.py",
    "course_utils/models/unet.py",
    "tools/sweeps/training_07.py",
)
SEEDS = range(5)
SEEN, TESTED = slice(0, 10), slice(14, 20)
HELA_TEST, WOUND_TEST = 550, 384
METRICS = ("f1", "mean_ap", "pq", "seg", "splits", "merges", "misses", "inventions")
NAMES = {"f1": "F1 at 0.5", "mean_ap": "mean AP", "pq": "PQ", "seg": "SEG"}
Part = tuple[list[NDArray], list[NDArray]]


def hela_nuclei(train: bool) -> Part:
    """Images and masks: frames 0-9 left of column 550, or frames 14-19 right of it."""
    film = datasets.hela_movie()
    place = (SEEN, slice(None), slice(0, HELA_TEST))
    place = place if train else (TESTED, slice(None), slice(HELA_TEST, None))
    return list(film.images[place]), list(film.masks[place])


def wound(images: str, masks: str, train: bool) -> Part:
    """Images and masks of all frames left of column 384, or right of it."""
    film = datasets.wound_healing()
    columns = slice(0, WOUND_TEST) if train else slice(WOUND_TEST, None)
    place = (slice(None), slice(None), columns)
    return list(getattr(film, images)[place]), list(getattr(film, masks)[place])


def drawn_by_hand(train: bool) -> Part:
    """The tissue field is only ever tested: what learns, learns from HeLa nuclei."""
    field = datasets.tissue_nuclei()
    return hela_nuclei(True) if train else ([field.image], [field.masks])


def centred(image: NDArray) -> NDArray[np.float64]:
    """Transmitted light with its median at 0."""
    return image.astype(float) - np.median(image)


TASKS: dict[str, tuple[Callable[[bool], Part], str, str, classical.Watershed]] = {
    "HeLa nuclei": (hela_nuclei, "hela_movie", "frames 14-19, columns 550-1099", classical.TUNED),
    "wound nuclei": (
        partial(wound, "hoechst", "nuclei"),
        "wound_healing",
        "test columns 384-575",
        classical.TUNED_WOUND,
    ),
    "whole cells": (
        partial(wound, "transmitted", "cells"),
        "wound_healing",
        "test columns 384-575",
        classical.Watershed(level=0.6, hill=1.0, separation=9, smallest=50),
    ),
    "drawn by hand": (drawn_by_hand, "tissue_nuclei", "the whole field", classical.TUNED),
}


def background(task: str, image: NDArray, seed: int) -> NDArray[np.int32]:
    """No cell anywhere."""
    return np.zeros(image.shape, np.int32)


def visible(task: str, image: NDArray) -> NDArray[np.float64]:
    """The picture in which cells are bright: contrast for transmitted light, else itself."""
    return classical.local_contrast(image) if task == "whole cells" else image.astype(float)


def components(task: str, image: NDArray, seed: int) -> NDArray[np.int32]:
    """Otsu's threshold and connected pieces."""
    light = visible(task, image)
    return ndimage.label(light > threshold_otsu(light))[0]


def as_it_comes(task: str, image: NDArray, seed: int) -> NDArray[np.int32]:
    """Otsu's threshold and the distance watershed as one tries it first."""
    return classical.otsu_watershed(visible(task, image))


def tuned(task: str, image: NDArray, seed: int) -> NDArray[np.int32]:
    """The watershed with settings chosen on the training part."""
    return classical.otsu_watershed(visible(task, image), TASKS[task][3])


METHODS = {
    "all background": (background, "floor"),
    "Otsu": (components, "baseline"),
    "Otsu + watershed": (as_it_comes, "baseline"),
    "tuned watershed": (tuned, "baseline"),
}


def rows(task: str, method: str, seed: int, role: str, predicted: list[NDArray]) -> list[dict]:
    """One row a score, the counts of errors among them."""
    part, data, split, _ = TASKS[task]
    scores = score_objects(part(False)[1], predicted)
    common = dict(task=task, data=data, split=split, method=method, role=role, seed=seed)
    named = {NAMES.get(name, name): float(getattr(scores, name)) for name in METRICS}
    return [{**common, "metric": metric, "value": value} for metric, value in named.items()]


def without_learning(task: str, method: str, seed: int) -> list[dict]:
    """Rows of a method that learns nothing."""
    segment, role = METHODS[method]
    predicted = [segment(task, image, seed) for image in TASKS[task][0](False)[0]]
    return rows(task, method, seed, role, predicted)


def forest(task: str, method: str, seed: int) -> list[dict]:
    """Rows of the random forest: brightness, edges and texture around each pixel."""
    part = TASKS[task][0]
    whole = task == "whole cells"
    looks = dict(prepare=centred, largest=16.0) if whole else {}
    decoding = dict(smooth=2.0, level=0.6) if whole else {}
    trees = classical.train_forest(*part(True), **looks, seed=seed)
    images = part(False)[0]
    predicted = [classical.forest_cells(trees, image, **looks, **decoding) for image in images]
    return rows(task, method, seed, "baseline", predicted)


VARIANTS = {
    "as tuned": {},
    "no roots": dict(root=False),
    "Otsu's own level": dict(level=1.0),
    "distances not smoothed": dict(hill=0.0),
    "summits closer": dict(separation=5),
    "one rim for all": dict(rim=0.0),
    "specks kept": dict(smallest=0),
}


def one_setting(task: str, method: str, seed: int) -> list[dict]:
    """Scores of the tuned watershed with one setting put back, where it was tuned."""
    how = replace(classical.TUNED, **VARIANTS[method])
    images, masks = hela_nuclei(True)
    scores = score_objects(masks, [classical.otsu_watershed(image, how) for image in images])
    common = dict(task=task, data="hela_movie", split="frames 0-9, columns 0-549", method=method)
    named = {"F1 at 0.5": scores.f1, "mean AP": scores.mean_ap}
    return [
        {**common, "role": "stored", "seed": seed, "metric": metric, "value": value}
        for metric, value in named.items()
    ]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One method on one task a job: (task, method, seed) -> function that gives its rows."""
    fixed = {(task, method, 0): without_learning for task in TASKS for method in METHODS}
    grown = {(task, "random forest", seed): forest for task in TASKS for seed in SEEDS}
    settings = {("tuning", method, 0): one_setting for method in VARIANTS}
    made = {key: partial(make, *key) for key, make in {**fixed, **grown, **settings}.items()}
    return made | training_07.jobs()
