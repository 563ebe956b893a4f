"""The one room with masks: a tiny segmentation whose augmentation may forget them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from skimage.measure import block_reduce

from course_utils.data.datasets import hela_movie
from course_utils.data.splits import CHOOSE_FROM, FIT_UNTIL, TEST_FROM
from course_utils.data.transforms import turn
from course_utils.machine import quiet_import
from course_utils.models.museum.recipe import Run

with quiet_import():
    import keras

SIDE, FRAMES, WINDOWS = 32, (0, 6, 12, 18), 160
layers = keras.layers
Pair = tuple[NDArray[np.float32], NDArray[np.float32]]


def with_the_picture(mask: NDArray, k: int) -> NDArray:
    """The mask turned as its picture was. Used in: 06."""
    return turn(mask, k)


def left_behind(mask: NDArray, k: int) -> NDArray:
    """The mask as it was. Used in: 06."""
    return mask


@dataclass(frozen=True)
class MaskRecipe:
    """A segmentation of windows of 32 x 32 pixels: is the pixel in a nucleus? Used in: 06."""

    mask_turns: Callable = with_the_picture
    width: int = 8
    rate: float = 0.01
    batch: int = 16
    epochs: int = 6


@lru_cache(maxsize=1)
def fields_of_view() -> dict[str, Pair]:
    """Four frames of the film at half size, `fit` and `choose` columns: logarithms and masks.

    Used in: 06.
    """
    film, found = hela_movie(), {}
    for name, columns in {"fit": (0, FIT_UNTIL), "choose": (CHOOSE_FROM, TEST_FROM)}.items():
        images, masks = (
            block_reduce(
                stack[list(FRAMES), :, slice(*columns)].astype(np.float32), (1, 2, 2), np.mean
            )
            for stack in (film.images, film.masks > 0)
        )
        found[name] = np.log2(images), (masks >= 0.5).astype(np.float32)
    mean, spread = found["fit"][0].mean(), found["fit"][0].std()
    return {name: ((x - mean) / spread, m) for name, (x, m) in found.items()}


def windows(part: str, n: int, rng: np.random.Generator) -> Pair:
    """n square windows with their masks at random places, each (n, 32, 32). Used in: 06."""
    images, masks = fields_of_view()[part]
    t = rng.integers(len(images), size=n)
    r, c = (rng.integers(side - SIDE, size=n) for side in images.shape[1:])
    places = [np.s_[i, a : a + SIDE, b : b + SIDE] for i, a, b in zip(t, r, c, strict=True)]
    return np.stack([images[p] for p in places]), np.stack([masks[p] for p in places])


def training_windows(recipe: MaskRecipe, rng: np.random.Generator) -> Pair:
    """Windows of the `fit` columns turned at random, and their masks, each (n, 32, 32, 1).

    Used in: 06.
    """
    x, m = windows("fit", WINDOWS, rng)
    turns = rng.integers(8, size=len(x))
    pictures = [turn(one, k) for one, k in zip(x, turns, strict=True)]
    moved = [recipe.mask_turns(one, k) for one, k in zip(m, turns, strict=True)]
    return np.stack(pictures)[..., None], np.stack(moved)[..., None]


def train_masks(recipe: MaskRecipe, seed: int) -> Run:
    """Train three convolutions to tell nucleus from background; windows are turned at random.

    Returns:
        Run: `batch` and `new` hold pictures and masks (n, 32, 32, 1), `numbers` the overlap (IoU)
        of predicted and true masks in the `choose` columns.

    Used in: 06.
    """
    rng = np.random.default_rng(seed)
    fit = training_windows(recipe, rng)
    new = tuple(one[..., None] for one in windows("choose", WINDOWS, rng))
    keras.utils.set_random_seed(seed)
    model = pixel_network(recipe.width)
    loss = keras.losses.BinaryCrossentropy()
    model.compile(keras.optimizers.Adam(recipe.rate), loss, metrics=["accuracy"])
    how = dict(validation_data=new, epochs=recipe.epochs, batch_size=recipe.batch, verbose=0)
    curves = model.fit(*fit, **how).history
    said = model.predict(new[0], batch_size=WINDOWS, verbose=0) > 0.5
    overlap = np.sum(said & (new[1] > 0)) / np.sum(said | (new[1] > 0))
    return Run(model, fit, new, curves, said, {"overlap with the masks": float(overlap)})


def pixel_network(width: int) -> keras.Model:
    """Three convolutions and a sigmoid: windows (n, 32, 32, 1) to probabilities. Used in: 06."""
    x = inputs = keras.Input((SIDE, SIDE, 1))
    for _ in range(3):
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
