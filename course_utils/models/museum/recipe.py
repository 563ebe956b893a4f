"""A training written down as data: two recipes that differ in one line are a fault and its mend."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from textwrap import fill

import numpy as np
from numpy.typing import NDArray

from course_utils.machine import quiet_import
from course_utils.metrics.classification import mean_recall
from course_utils.models.museum import steps

with quiet_import():
    import keras


@dataclass(frozen=True)
class Recipe:
    """Everything that a small training of the museum is made of; as it stands, a healthy one.

    Functions stand in `course_utils.models.museum.steps`; None as `scale_in_use` means `scale`.

    Used in: 06.
    """

    question: Callable = steps.dividing
    split: Callable = steps.by_region
    draw: Callable = steps.half_of_each
    count: int = 400
    turning: Callable = steps.turned
    labels: Callable = steps.in_step
    scale: Callable = steps.standardised
    axes: Callable = steps.channels_last
    network: Callable = steps.cnn
    activation: str = "relu"
    norm: float | None = None
    dropout: float = 0.0
    ends: Callable = steps.scores
    trainable: bool = True
    loss: Callable = steps.cross_entropy_of_scores
    descent: Callable = keras.optimizers.Adam
    rate: float = 0.003
    class_weight: Callable = steps.all_alike
    batch: int = 32
    epochs: int = 8
    start: Callable = keras.utils.set_random_seed
    watch: Callable = steps.unseen
    precision_on: Callable = steps.half_of_each
    scale_in_use: Callable | None = None
    answer: Callable = steps.in_use

    def __str__(self) -> str:
        choices = (f"{f.name}={show(getattr(self, f.name))}" for f in fields(self))
        return fill(", ".join(choices), width=88, break_long_words=False)

    __repr__ = __str__


@dataclass(frozen=True, eq=False)
class Run:
    """What is left of one training: all that a practitioner can look at.

    `history` is the learning curve, one value an epoch, and `start_loss` before the first step;
    `batch` is what the network was trained on, `new` what it will meet: pictures (n, y, x, 1) and
    classes; `said` are its answers on `new`; `numbers` what its script printed. `error` is the
    message if the training stopped with one.
    """

    model: keras.Model
    batch: steps.Batch
    new: steps.Batch
    history: dict[str, list[float]] = field(default_factory=dict)
    said: NDArray | None = None
    numbers: dict[str, float] = field(default_factory=dict)
    error: str = ""


HEALTHY = Recipe()


def show(value: object) -> str:
    """A value of a recipe as it is written: functions by name. Used in: 06."""
    return value if isinstance(value, str) else getattr(value, "__name__", repr(value))


def change(broken: object, repaired: object) -> str:
    """The lines in which two recipes of one kind differ, as `git diff` writes them.

    Used in: 06.
    """
    lines = []
    for f in fields(broken):
        before, after = getattr(broken, f.name), getattr(repaired, f.name)
        if before != after:
            lines += [f"- {f.name} = {show(before)}", f"+ {f.name} = {show(after)}"]
    return "\n".join(lines)


def train(recipe: Recipe, seed: int) -> Run:
    """Train as a recipe says, on nuclei of the `fit` columns, and ask about those of `choose`.

    Args:
        recipe: how.
        seed: of the draw, of the first weights and of the order of the batches.

    Returns:
        Run: with the message in `error` if the shapes did not fit.

    Used in: 06.
    """
    rng = np.random.default_rng(seed)
    fit, watched, new = pictures(recipe, rng)
    recipe.start(seed)
    model = build(recipe)
    how = dict(epochs=recipe.epochs, batch_size=recipe.batch, verbose=0)
    how["validation_data"] = recipe.watch(fit, watched)
    how["class_weight"] = recipe.class_weight(fit[1])
    try:
        curves = {"start_loss": [start_loss(model, fit)], **model.fit(*fit, **how).history}
    except ValueError as error:
        return Run(model, fit, new, error=f"{type(error).__name__}: {error}")
    said, again = recipe.answer(model, new[0]), recipe.answer(model, new[0])
    numbers = {
        "training accuracy": curves["accuracy"][-1],
        "validation accuracy": curves["val_accuracy"][-1],
        **numbers_in_use(new[1], said, recipe.precision_on, rng),
        "answers that change when asked twice": float(np.mean(said != again)),
    }
    return Run(model, fit, new, curves, said, numbers)


def pictures(recipe: Recipe, rng: np.random.Generator) -> tuple[steps.Batch, ...]:
    """What is trained on, what is watched (both classes alike), and what it will meet in use.

    Used in: 06.
    """
    data = steps.material()
    y, x = recipe.question(data, rng), recipe.scale(data)
    seen, watched = (rows[y[rows] >= 0] for rows in recipe.split(data, rng))
    seen = rng.permutation(seen[recipe.draw(y[seen], recipe.count, rng)])
    watched = watched[steps.half_of_each(y[watched], 200, rng)]
    new = np.flatnonzero((data.part == "choose") & (y >= 0))
    x_new = (recipe.scale_in_use or recipe.scale)(data)[new]
    fit = recipe.axes(recipe.turning(x[seen], rng)), recipe.labels(y[seen], rng)
    return fit, (recipe.axes(x[watched]), y[watched]), (recipe.axes(x_new), y[new])


def build(recipe: Recipe) -> keras.Model:
    """The recipe's network, compiled. Used in: 06."""
    model = recipe.network(recipe.activation, recipe.norm, recipe.dropout, recipe.ends)
    model.trainable = recipe.trainable
    model.compile(recipe.descent(recipe.rate), recipe.loss(), metrics=["accuracy"])
    return model


def start_loss(model: keras.Model, batch: steps.Batch) -> float:
    """Mean loss on a batch before the first step. Used in: 06."""
    return float(np.mean(model.loss(batch[1], model(batch[0]))))


def numbers_in_use(
    true: NDArray, said: NDArray, sample: Callable, rng: np.random.Generator
) -> dict[str, float]:
    """Mean recall, and the precision on a sample beside that on the nuclei as they come.

    Used in: 06.
    """
    drawn = sample(true, 400, rng)
    return {
        "mean recall in use": mean_recall(true, said),
        "precision promised": precision(true[drawn], said[drawn]),
        "precision in use": precision(true, said),
    }


def precision(true: NDArray, said: NDArray) -> float:
    """Of those called 1, the share that are 1; 0 if none was called. Used in: 06."""
    return float(np.mean(true[said == 1])) if np.any(said == 1) else 0.0


def twice(recipe: Recipe) -> Callable[[int], Run]:
    """A function that trains a recipe two times and says how far the losses lie apart.

    Used in: 06.
    """

    def both(seed: int) -> Run:
        first, second = train(recipe, seed), train(recipe, seed)
        apart = np.abs(np.subtract(first.history["loss"], second.history["loss"])).max()
        first.numbers["difference between two runs"] = float(apart)
        return first

    return both
