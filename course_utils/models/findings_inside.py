"""Faults that show in the outputs, layers and gradients of a model on one batch."""

import numpy as np
from numpy.typing import NDArray

from course_utils.machine import quiet_import
from course_utils.models.findings import Case, Finding, said

with quiet_import():
    import keras


def constant(case: Case) -> Finding | None:
    """Every picture gets the same output. Used in: 06."""
    alike = (case.x == case.x[:1]).all()
    if alike or not np.isfinite(case.outputs).all():
        return None
    spread, size = case.outputs.std(axis=0).max(), np.abs(case.outputs).max()
    if spread > 1e-3 * max(size, 1e-3):
        return None
    return Finding(
        "constant output",
        f"all {len(case.x)} pictures get {np.round(case.outputs[0].ravel()[:4], 3).tolist()}",
        "dead layers, the last activation, a rate that was too high early on",
    )


def collapse(case: Case) -> Finding | None:
    """A class of the batch is hardly ever called, and another nearly always. Used in: 06."""
    if not case.classes or constant(case) or len(np.unique(case.y)) < 2:
        return None
    answers = said(case.outputs)
    recalls = {int(k): float(np.mean(answers[case.y == k] == k)) for k in np.unique(case.y)}
    worst, best = min(recalls, key=recalls.get), max(recalls, key=recalls.get)
    if recalls[worst] > 0.2 or recalls[best] < 0.9:
        return None
    return Finding(
        "class collapse",
        f"class {worst} is {np.mean(case.y == worst):.0%} of the batch, recall "
        f"{recalls[worst]:.2f}; class {best} has {recalls[best]:.2f}",
        "recall of each class; class weights N/(C n), or batches with all classes alike",
    )


def dead(case: Case) -> Finding | None:
    """A layer of ReLUs gives zero for nearly everything in the batch. Used in: 06."""
    for layer in case.model.layers:
        relu = getattr(layer, "activation", None) is keras.activations.relu
        if not (relu or isinstance(layer, keras.layers.ReLU)) or layer.name not in case.inside:
            continue
        value = case.inside[layer.name]
        silent = np.mean(np.all(value == 0, axis=tuple(range(value.ndim - 1))))
        if value.shape[-1] >= 4 and silent >= 0.9:
            return Finding(
                "dead layer",
                f"{silent:.0%} of the {value.shape[-1]} units of {layer.name} are 0 for every "
                "picture",
                "a lower rate, scaled inputs, a leaky ReLU; a dead unit has no gradient to wake it",
            )
    return None


def output_and_loss(case: Case) -> Finding | None:
    """Outputs and loss speak of different things: scores or probabilities. Used in: 06."""
    if not case.classes or not np.isfinite(case.outputs).all():
        return None
    wants = wants_scores(case.model.loss)
    last, before = case.model.layers[-1], before_last(case)
    if is_softmax(last) and before is not None and are_probabilities(before):
        top = 1 / (1 + (case.outputs.shape[1] - 1) * np.exp(-1))
        return Finding(
            "softmax of a softmax",
            f"what enters {last.name} sums to 1 already, so no output can exceed {top:.2f} "
            f"(largest: {case.outputs.max():.2f})",
            "take one softmax away, or both, with from_logits=True in the loss",
        )
    if wants and are_probabilities(case.outputs):
        return Finding(
            "probabilities where scores are expected",
            "the outputs lie between 0 and 1 and sum to 1, the loss has from_logits=True",
            "no softmax in the last layer, or from_logits=False",
        )
    if wants is False and case.outputs.shape[1] > 1 and not are_probabilities(case.outputs):
        return Finding(
            "scores where probabilities are expected",
            f"a row of outputs is {np.round(case.outputs[0, :3], 2).tolist()}, the loss has "
            "from_logits=False and takes logarithms of it",
            "from_logits=True in the loss, or a softmax in the last layer",
        )
    return None


def wants_scores(loss: object) -> bool | None:
    """Whether a loss expects scores; None if it has no such switch. Used in: 06."""
    if isinstance(loss, str):
        return False if "crossentropy" in loss else None
    config = loss.get_config() if isinstance(loss, keras.losses.Loss) else {}
    return config.get("from_logits")


def is_softmax(layer: keras.Layer) -> bool:
    """Whether a layer ends in a softmax. Used in: 06."""
    own = getattr(layer, "activation", None) is keras.activations.softmax
    return own or isinstance(layer, keras.layers.Softmax)


def before_last(case: Case) -> NDArray | None:
    """What the last layer was given, if the layer before it is known. Used in: 06."""
    names = [layer.name for layer in case.model.layers]
    return case.inside.get(names[-2]) if len(names) > 1 else None


def are_probabilities(rows: NDArray) -> bool:
    """True for rows of at least two numbers from 0 to 1 that sum to 1. Used in: 06."""
    if rows.ndim != 2 or rows.shape[1] < 2 or rows.min() < 0:
        return False
    return bool(np.allclose(rows.sum(axis=1), 1, atol=1e-3))


def nothing_to_train(case: Case) -> Finding | None:
    """No weight may change. Used in: 06."""
    if case.model.trainable_weights or not case.model.weights:
        return None
    return Finding(
        "nothing to train",
        f"{case.model.count_params():,} weights, none of them trainable",
        "`trainable = True` where it should be, and compile again afterwards",
    )


def vanishing(case: Case) -> Finding | None:
    """The first layer feels next to nothing of the loss, compared with the last. Used in: 06."""
    slopes = kernel_slopes(case)
    if len(slopes) < 4 or not np.isfinite(list(slopes.values())).all() or dead(case):
        return None
    (first, low), *_, (last, high) = slopes.items()
    if high == 0 or low > 1e-3 * high:
        return None
    return Finding(
        "vanishing gradient",
        f"mean slope {low:.1e} in {first}, {high:.1e} in {last}",
        "ReLU instead of sigmoid, batch normalisation, residual links, fewer layers",
    )


def kernel_slopes(case: Case) -> dict[str, float]:
    """Mean |dL/dw| of each trainable kernel, from the input on, on the batch. Used in: 06."""
    import tensorflow as tf

    kernels = [w for w in case.model.trainable_weights if w.name == "kernel"]
    if len(kernels) < 4 or not isinstance(case.model.loss, keras.losses.Loss):
        return {}
    with tf.GradientTape() as tape:
        loss = case.model.loss(case.y, case.model(case.x, training=False))
    slopes = tape.gradient(loss, [kernel.value for kernel in kernels])
    return {
        kernel.path: float(np.abs(slope).mean())
        for kernel, slope in zip(kernels, slopes, strict=True)
        if slope is not None
    }


def norm_not_settled(case: Case) -> Finding | None:
    """Batch normalisation is right with the batch's statistics, not with its own. Used in: 06."""
    kind = keras.layers.BatchNormalization
    norms = [layer for layer in case.model.layers if isinstance(layer, kind)]
    if not norms or not case.classes or not np.isfinite(case.outputs).all():
        return None
    before = case.model.get_weights()
    outputs = np.asarray(keras.ops.convert_to_numpy(case.model(case.x, training=True)))
    case.model.set_weights(before)
    training, use = (float(np.mean(said(o) == case.y)) for o in (outputs, case.outputs))
    if training - use < 0.15:
        return None
    return Finding(
        "batch norm not settled",
        f"the same batch: {training:.2f} right in training mode, {use:.2f} in use; "
        f"momentum {norms[0].momentum:g}",
        "momentum 0.9, or more steps: the moving statistics are still on their way",
    )
