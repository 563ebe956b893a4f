"""The steps of a small training, right ones and wrong ones: what a recipe is put together from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from skimage.measure import block_reduce

from course_utils.data.datasets import hela_nuclei
from course_utils.data.labels import hela_fates
from course_utils.data.transforms import turn
from course_utils.machine import quiet_import
from course_utils.models.cnn import build_cnn
from course_utils.models.phases import hela_phases

with quiet_import():
    import keras

layers = keras.layers
Rows = NDArray[np.int64]
Batch = tuple[NDArray[np.float32], Rows]
Ending = Callable[[keras.KerasTensor], keras.KerasTensor]


@dataclass(frozen=True, eq=False)
class Material:
    """What all recipes share: pictures (n, 24, 24) of nuclei, and what is known of each.

    `counts` are camera counts, `pictures` standardised logarithms; `part` is that of the course's
    split. No row of the test part is among them.
    """

    counts: NDArray[np.float32]
    pictures: NDArray[np.float32]
    mitotic: NDArray[np.int64]
    fate: NDArray[np.int64]
    part: NDArray[np.str_]
    cell: NDArray[np.int64]
    frame: NDArray[np.int64]
    pixel_size: float


@lru_cache(maxsize=1)
def material() -> Material:
    """The nuclei left of column 550, loaded once. Used in: 06."""
    nuclei = hela_nuclei(size=48)
    data = hela_phases(nuclei)
    left = np.flatnonzero(np.isin(data.part, ("fit", "choose")))
    counts = block_reduce(nuclei.crops[left], (1, 2, 2), np.mean).astype(np.float32)
    return Material(
        counts,
        data.pictures[left, ..., 0],
        nuclei.mitotic[left].astype(np.int64),
        hela_fates(nuclei)[left],
        data.part[left],
        nuclei.cell[left],
        nuclei.frame[left],
        data.pixel_size,
    )


def dividing(data: Material, rng: np.random.Generator) -> Rows:
    """Does the nucleus divide? Used in: 06."""
    return data.mitotic


def divides_later(data: Material, rng: np.random.Generator) -> Rows:
    """Will the cell divide within the film (lesson 01)? Unknown is -1. Used in: 06."""
    return data.fate


def by_region(data: Material, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Train on the course's `fit` columns, watch its `choose` columns. Used in: 06."""
    return np.flatnonzero(data.part == "fit"), np.flatnonzero(data.part == "choose")


def by_frame(data: Material, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Train on the even frames of the `fit` columns, watch the odd ones. Used in: 06."""
    fit = data.part == "fit"
    return np.flatnonzero(fit & (data.frame % 2 == 0)), np.flatnonzero(fit & (data.frame % 2 == 1))


def half_of_each(y: Rows, n: int, rng: np.random.Generator) -> Rows:
    """Row numbers of y, as many of each class, drawn with replacement. Used in: 06."""
    return np.concatenate([rng.choice(np.flatnonzero(y == kind), n // 2) for kind in (0, 1)])


def as_in_the_film(y: Rows, n: int, rng: np.random.Generator) -> Rows:
    """Row numbers of y as they come, one in twenty-five dividing. Used in: 06."""
    return rng.choice(len(y), n)


def eight_nuclei(y: Rows, n: int, rng: np.random.Generator) -> Rows:
    """Four nuclei of each class, again and again. Used in: 06."""
    few = [rng.choice(np.flatnonzero(y == kind), 4, replace=False) for kind in (0, 1)]
    return np.resize(np.concatenate(few), n)


def in_step(y: Rows, rng: np.random.Generator) -> Rows:
    """Labels in the order of their pictures. Used in: 06."""
    return y


def out_of_step(y: Rows, rng: np.random.Generator) -> Rows:
    """Labels shuffled, pictures not. Used in: 06."""
    return rng.permutation(y)


def standardised(data: Material) -> NDArray[np.float32]:
    """Logarithms with mean 0 and deviation 1. Used in: 06."""
    return data.pictures


def raw_counts(data: Material) -> NDArray[np.float32]:
    """What the camera wrote, 230 to 4,095. Used in: 06."""
    return data.counts


def as_16_bit(data: Material) -> NDArray[np.float32]:
    """Counts divided by 65,535, the largest number of 16 bits. Used in: 06."""
    return data.counts / 65_535


def channels_last(x: NDArray) -> NDArray:
    """(n, y, x) to (n, y, x, 1). Used in: 06."""
    return x[..., None]


def channels_first(x: NDArray) -> NDArray:
    """(n, y, x) to (n, 1, y, x), as other libraries like it. Used in: 06."""
    return x[:, None]


def turned(x: NDArray, rng: np.random.Generator) -> NDArray:
    """Each picture in one of its eight orientations. Used in: 06."""
    return np.stack([turn(one, k) for one, k in zip(x, rng.integers(8, size=len(x)), strict=True)])


def as_taken(x: NDArray, rng: np.random.Generator) -> NDArray:
    """Pictures as the microscope took them. Used in: 06."""
    return x


def unseen(fit: Batch, new: Batch) -> Batch:
    """Validate with nuclei that were not trained on. Used in: 06."""
    return new


def training_again(fit: Batch, new: Batch) -> Batch:
    """Validate with the training pictures. Used in: 06."""
    return fit


def in_use(model: keras.Model, x: NDArray) -> Rows:
    """The class with the highest score, dropout off. Used in: 06."""
    return np.asarray(model(x, training=False)).argmax(axis=1)


def still_training(model: keras.Model, x: NDArray) -> Rows:
    """The class with the highest score, dropout left on. Used in: 06."""
    return np.asarray(model(x, training=True)).argmax(axis=1)


def left_to_chance(seed: int) -> None:
    """No seed: every run starts elsewhere. Used in: 06."""


def momentum(rate: float) -> keras.optimizers.Optimizer:
    """Plain descent with the momentum of lesson 02. Used in: 06."""
    return keras.optimizers.SGD(rate, momentum=0.9)


def cross_entropy_of_scores() -> keras.losses.Loss:
    """Cross-entropy that expects scores and does the softmax itself. Used in: 06."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def cross_entropy_of_probabilities() -> keras.losses.Loss:
    """Cross-entropy that expects probabilities. Used in: 06."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=False)


def squared_distance() -> keras.losses.Loss:
    """Squared distance between scores and class numbers. Used in: 06."""
    return keras.losses.MeanSquaredError()


def all_alike(y: Rows) -> None:
    """Every picture counts the same. Used in: 06."""


def rare_ones_more(y: Rows) -> dict[int, float]:
    """Class weights N / (C n_c): both classes weigh the same in sum. Used in: 06."""
    return {kind: len(y) / (2 * np.sum(y == kind)) for kind in (0, 1)}


def cnn(activation: str, norm: float | None, dropout: float, ends: Ending) -> keras.Model:
    """The network of lesson 03, half as wide; normalised if `norm` is given. Used in: 06."""
    start = build_cnn(2, width=8, batch_norm=bool(norm), momentum=norm or 0.9, dropout=dropout)
    return keras.Model(start.input, ends(start.output))


def flat(activation: str, norm: float | None, dropout: float, ends: Ending) -> keras.Model:
    """One hidden layer of 128 on all pixels: no notion of neighbours. Used in: 06."""
    return dense_stack([128], activation, ends)


def deep(activation: str, norm: float | None, dropout: float, ends: Ending) -> keras.Model:
    """Eight hidden layers of 32, one upon the other. Used in: 06."""
    return dense_stack(8 * [32], activation, ends)


def dense_stack(widths: list[int], activation: str, ends: Ending) -> keras.Model:
    """Dense layers on the pixels of (n, 24, 24, 1), then two scores. Used in: 06."""
    inputs = keras.Input((24, 24, 1))
    x = layers.Flatten()(inputs)
    for width in widths:
        x = layers.Dense(width, activation)(x)
    return keras.Model(inputs, ends(layers.Dense(2, name="scores")(x)))


def scores(x: keras.KerasTensor) -> keras.KerasTensor:
    """The scores as they are. Used in: 06."""
    return x


def softmax(x: keras.KerasTensor) -> keras.KerasTensor:
    """Probabilities. Used in: 06."""
    return layers.Softmax()(x)


def softmax_twice(x: keras.KerasTensor) -> keras.KerasTensor:
    """Probabilities of probabilities. Used in: 06."""
    return layers.Softmax()(layers.Softmax()(x))
