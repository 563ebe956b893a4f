"""Faults that show in the input and in the learning curve, each found by a function of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np
from numpy.typing import NDArray

from course_utils.machine import quiet_import

with quiet_import():
    import keras


@dataclass(frozen=True)
class Finding:
    """One fault that shows: its name, the numbers that show it, and what to look at next."""

    name: str
    evidence: str
    check: str

    def __str__(self) -> str:
        return f"{self.name}: {self.evidence}\n    next: {self.check}"


@dataclass(frozen=True, eq=False)
class Case:
    """The three things that a diagnosis sees, and what follows from them.

    `outputs` are the network's answers in use; `inside` holds what each layer gives to the next.
    `classes` is 0 where the outputs are not one row of class scores a picture.
    """

    model: keras.Model
    history: Mapping[str, Sequence[float]]
    x: NDArray
    y: NDArray
    outputs: NDArray
    inside: dict[str, NDArray] = field(default_factory=dict)
    classes: int = 0

    @property
    def loss(self) -> NDArray:
        """Training loss, one value an epoch."""
        return np.asarray(self.history.get("loss", ()), float)

    @property
    def start(self) -> float:
        """Loss before the first step if the history has it, else that of the first epoch."""
        return float(self.history.get("start_loss", [*self.loss, np.nan])[0])


def said(outputs: NDArray) -> NDArray[np.int64]:
    """Class numbers from rows of scores, or from one probability a row. Used in: 06."""
    return outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0.5).astype(int)


def not_a_number(case: Case) -> Finding | None:
    """The loss or a weight is no longer a finite number. Used in: 06."""
    bad = np.flatnonzero(~np.isfinite(case.loss))
    spoilt = [w.path for w in case.model.weights if not np.isfinite(np.asarray(w)).all()]
    if not len(bad) and not spoilt:
        return None
    where = f"loss in epoch {bad[0] + 1}" if len(bad) else f"weights of {spoilt[0]}"
    return Finding(
        "not a number",
        f"the {where} is not finite",
        "a learning rate ten times smaller, the range of the inputs, a logarithm or root of zero",
    )


def exploding(case: Case) -> Finding | None:
    """The loss rises far above where it began. Used in: 06."""
    loss = case.loss[np.isfinite(case.loss)]
    level = max(case.start if np.isfinite(case.start) else 0, 1.0)
    if not len(loss) or loss.max() < 10 * level:
        return None
    return Finding(
        "exploding loss",
        f"it began at {case.start:.3g} and reached {loss.max():.3g}",
        "the learning rate, in powers of ten downwards; then the range of the inputs",
    )


def unscaled(case: Case) -> Finding | None:
    """Inputs are far larger or smaller than one, and no layer puts that right. Used in: 06."""
    x = case.x.astype(float)
    scaling = (keras.layers.Rescaling, keras.layers.Normalization, keras.layers.BatchNormalization)
    if any(isinstance(layer, scaling) for layer in case.model.layers[:3]):
        return None
    largest, spread = np.abs(x).max(), x.std()
    if largest <= 30 and spread >= 0.02:
        return None
    return Finding(
        "unscaled input",
        f"the batch runs from {x.min():.4g} to {x.max():.4g}, deviation {spread:.3g}",
        "subtract the mean and divide by the deviation of the training set, here and in use",
    )


def far_start(case: Case) -> Finding | None:
    """The first loss is far above that of a network that knows nothing. Used in: 06."""
    blind = log(case.classes) if case.classes else 0
    if not blind or "start_loss" not in case.history or case.start < 3 * blind + 0.5:
        return None
    return Finding(
        "loss starts far above ln C",
        f"{case.start:.3g} before the first step; knowing nothing costs {blind:.3g}",
        "the range of the inputs, the size of the first weights, the pair of output and loss",
    )


def no_move(case: Case) -> Finding | None:
    """The training loss stays where it began, near that of guessing. Used in: 06."""
    loss, blind = case.loss, log(case.classes) if case.classes else 0
    if len(loss) < 3 or not np.isfinite(loss).all() or not np.isfinite(case.start):
        return None
    fell = loss[-1] < 0.95 * case.start and not loss[-1] > 0.95 * blind > 0
    if fell or loss[-1] < 0.2 * blind:
        return None
    return Finding(
        "loss does not move",
        f"from {case.start:.3f} to {loss[-1]:.3f} in {len(loss)} epochs",
        "can it learn 16 pictures by heart? If so: labels, rate. If not: output, loss, gradients",
    )


def gap(case: Case) -> Finding | None:
    """Much better on the training pictures than on the others. Used in: 06."""
    last = {name: float(values[-1]) for name, values in case.history.items()}
    if not {"val_loss", "loss"} <= set(last):
        return None
    seen, unseen = (last.get(name, np.nan) for name in ("accuracy", "val_accuracy"))
    best = float(np.min(case.history["val_loss"]))
    rose = last["val_loss"] > 1.5 * best and last["val_loss"] - last["loss"] > 0.4
    if not (seen - unseen > 0.15 or rose):
        return None
    return Finding(
        "train/validation gap",
        f"accuracy {seen:.2f} against {unseen:.2f}; loss {last['loss']:.2f} against "
        f"{last['val_loss']:.2f} (best {best:.2f})",
        "more cells, augmentation, an earlier end, a smaller network; are both parts alike?",
    )
