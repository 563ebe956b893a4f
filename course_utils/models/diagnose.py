"""What a model, its learning curve and one batch tell about a fault, and what they cannot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from course_utils.machine import quiet_import
from course_utils.models import findings as outside
from course_utils.models import findings_inside as inside
from course_utils.models.findings import Case, Finding

with quiet_import():
    import keras

ROWS = 400
OUT_OF_SIGHT = (
    "whether labels belong to their pictures: look at twenty pairs as the network gets them",
    "whether a cell, film or patient stands on both sides of a split: compare their numbers",
    "whether new pictures are prepared as the training pictures were: compare mean and deviation",
    "whether dropout is off and the right weights are loaded when it is used: ask it twice",
    "whether masks were moved with their pictures: draw the outlines of an augmented pair",
    "whether a score stems from a sample with other class shares than the real one: count",
    "whether the run can be repeated: run it twice",
)


@dataclass(frozen=True)
class Diagnosis:
    """What was found, the most telling first; displayed as text or as a list."""

    findings: tuple[Finding, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the findings."""
        return tuple(finding.name for finding in self.findings)

    def __str__(self) -> str:
        if self.findings:
            return "\n".join(map(str, self.findings))
        unseen = "\n".join(f"  - {line}" for line in OUT_OF_SIGHT)
        return f"nothing seen here; check what model, curve and batch cannot show:\n{unseen}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f'<div style="white-space:pre-wrap">{escape(str(self))}</div>'


def diagnose(
    model: keras.Model,
    history: Mapping[str, Sequence[float]],
    batch: tuple[NDArray, NDArray],
) -> Diagnosis:
    """Look for faults that show in a model, its learning curve and one batch.

    Args:
        model: trained and compiled, with one input.
        history: loss and, if there are any, val_loss, accuracy, val_accuracy, one value an epoch,
            as `fit(...).history` has them; `start_loss` may hold the loss before the first step.
        batch: inputs as they went into training, and class numbers (n,); the first 400 are used.

    Returns:
        Diagnosis: findings with their evidence; empty if nothing shows, which proves nothing.

    Raises:
        ValueError: the batch does not fit the model.

    Taught in: 06.
    """
    case = examine(model, history, batch)
    found = {check.__name__: check(case) for check in CHECKS}
    if found["norm_not_settled"]:
        found["gap"] = None
    return Diagnosis(tuple(finding for finding in found.values() if finding))


def examine(
    model: keras.Model,
    history: Mapping[str, Sequence[float]],
    batch: tuple[NDArray, NDArray],
) -> Case:
    """Run the batch through the model once, layer by layer. Used in: 06."""
    x, y = (np.asarray(part)[:ROWS] for part in batch)
    outputs = as_array(model(x, training=False))
    one_row = outputs.ndim == 2 and y.ndim == 1 and y.dtype.kind in "biu"
    classes = max(outputs.shape[1], 2) if one_row else 0
    return Case(model, history, x, y, outputs, layer_values(model, x), classes)


def layer_values(model: keras.Model, x: NDArray) -> dict[str, NDArray]:
    """What each layer gives to the next; without the inside of models within the model.

    Used in: 06.
    """
    if isinstance(model, keras.Sequential):
        values = accumulate(model.layers, lambda v, one: one(v, training=False), initial=x)
        return {one.name: as_array(v) for one, v in zip(model.layers, [*values][1:], strict=True)}
    flat = [one for one in model.layers if not isinstance(one, keras.Model)]
    if not getattr(model, "inputs", None) or not flat:
        return {}
    probe = keras.Model(model.inputs[0], [one.output for one in flat])
    return {one.name: as_array(v) for one, v in zip(flat, probe(x, training=False), strict=True)}


def as_array(tensor: object) -> NDArray:
    """A tensor of any backend as an array. Used in: 06."""
    return np.asarray(keras.ops.convert_to_numpy(tensor))


CHECKS: tuple[Callable[[Case], Finding | None], ...] = (
    outside.not_a_number,
    outside.unscaled,
    inside.nothing_to_train,
    inside.output_and_loss,
    inside.norm_not_settled,
    outside.exploding,
    outside.far_start,
    inside.dead,
    inside.constant,
    inside.vanishing,
    inside.collapse,
    outside.no_move,
    outside.gap,
)
