"""The stored networks on what they have never seen: HeLa's test part and other microscopes."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from course_utils.data import datasets
from course_utils.data.readers.dsb import read_dsb2018
from course_utils.data.scaling import normalise_arcsinh
from course_utils.data.splits import HELA
from course_utils.models.classical import TUNED, otsu_watershed
from course_utils.models.instances import find_objects
from sweeps import public_samples
from sweeps.training_07 import fit, hela, scored

SOURCES = (
    "course_utils/metrics/segmentation.py",
    "course_utils/models/classical.py",
    "course_utils/models/instances.py",
    "course_utils/models/stored.py",
    "course_utils/models/unet.py",
    "tools/sweeps/training_07.py",
    "tools/train_weights.py",
)
STEPS = (100, 300, 850)
COLOURED = 5
Part = tuple[list[NDArray], list[NDArray]]
Segment = Callable[[NDArray], NDArray[np.int32]]


def hela_test() -> Part:
    """Frames 14-19, columns 550-1099."""
    return hela(slice(14, 20), slice(HELA.test_from, None))


def tissue() -> Part:
    """The field with masks drawn by hand."""
    field = datasets.tissue_nuclei()
    return [field.image], [field.masks]


def public_fields() -> Part:
    """Fluorescence fields of the public DSB2018 samples; stained ones are left out."""
    images, masks = [], []
    for frame in read_dsb2018(public_samples() / "dsb2018" / "stage1_train"):
        image = np.asarray(frame.image, np.float32)
        image = image if image.ndim == 3 else image[..., None]
        colours = image[..., :3]
        if np.mean(colours.max(-1) - colours.min(-1)) < COLOURED:
            images.append(colours.mean(-1))
            masks.append(frame.masks)
    return images, masks


FIELDS: dict[str, tuple[Callable[[], Part], str, str]] = {
    "HeLa nuclei": (hela_test, "hela_movie", "frames 14-19, columns 550-1099"),
    "drawn by hand": (tissue, "tissue_nuclei", "the whole field"),
    "public fields": (public_fields, "DSB2018, 9 fields", "never trained on"),
}


def all_kinds(image: NDArray) -> NDArray[np.int32]:
    """The network of all kinds of nuclei, as lessons and `apply` use it."""
    from course_utils.models.stored import segment_nuclei

    return segment_nuclei(image)


def all_kinds_and_faint(image: NDArray) -> NDArray[np.int32]:
    """The same with its faintest objects kept."""
    from course_utils.models.stored import segment_nuclei

    return segment_nuclei(image, faint=0)


def hela_alone(image: NDArray) -> NDArray[np.int32]:
    """The lesson's network after six times its steps."""
    from course_utils.models.stored import load_network

    return said_by(load_network("hela"), image)


def said_by(model, image: NDArray) -> NDArray[np.int32]:
    """Objects that a network finds in an image as it is."""
    from course_utils.models.unet import predict_field

    return find_objects(predict_field(model, normalise_arcsinh(image)))


WAYS: dict[str, Segment] = {
    "stored, all kinds": all_kinds,
    "stored, faint kept": all_kinds_and_faint,
    "stored, HeLa alone": hela_alone,
}
CLASSICAL: dict[str, Segment] = {
    "Otsu + watershed": otsu_watershed,
    "tuned watershed": partial(otsu_watershed, how=TUNED),
}


def one_way(task: str, method: str, seed: int) -> list[dict]:
    """Scores of a method that needs no training here."""
    part, data, split = FIELDS[task]
    images, masks = part()
    segment = (WAYS | CLASSICAL)[method]
    role = "baseline" if method in CLASSICAL else "stored"
    common = dict(task=task, data=data, split=split, method=method, seed=seed, role=role)
    return scored(masks, [segment(image) for image in images], **common)


def short_training(task: str, method: str, seed: int, steps: int) -> list[dict]:
    """Scores of the lesson's network, trained on HeLa alone, elsewhere."""
    from sweeps.training_07 import Recipe

    model = fit(*hela(slice(0, 10), slice(0, HELA.test_from)), seed, Recipe(steps=steps))
    part, data, split = FIELDS[task]
    images, masks = part()
    common = dict(task=task, data=data, split=split, method=method, seed=seed, role="stored")
    return scored(masks, [said_by(model, image) for image in images], **common)


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """(task, method, seed) -> function that gives its rows; those of public samples come last."""
    found: dict[tuple[str, str, int], Callable[[], list[dict]]] = {}
    for task in FIELDS:
        for way in (*WAYS, *(CLASSICAL if task == "public fields" else ())):
            found[task, way, 0] = partial(one_way, task, way, 0)
        for steps in STEPS if task != "HeLa nuclei" else ():
            for seed in range(3):
                key = (task, f"HeLa alone, {steps} steps", seed)
                found[key] = partial(short_training, *key, steps=steps)
    return found
