"""Fine-tuning the upper part of a network whose lower part runs only once."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from course_utils.machine import quiet_import
from course_utils.models.pretrained import Backbone, run_fixed
from course_utils.models.transfer import all_ways, probe

with quiet_import():
    import keras


def cut(network: "keras.Model", at: str) -> tuple["keras.Model", "keras.Model"]:
    """The network below and above a layer, as two models that share its weights.

    Args:
        network: with one input and one output, all of which flows through `at`.
        at: name of the last layer below the cut.

    Taught in: 04.
    """
    middle = network.get_layer(at).output
    return keras.Model(network.input, middle), keras.Model(middle, network.output)


def activations(body: Backbone, bottom: "keras.Model", squares: NDArray) -> NDArray[np.float32]:
    """What the frozen bottom makes of each picture in its eight orientations, (n, 8, y, x, c).

    Used in: 04.
    """
    return np.stack([bottom.predict_on_batch(body.prepare(all_ways(s))) for s in squares])


def add_head(upper: "keras.Model", classes: int) -> "keras.Model":
    """The upper part of a network with a linear head, compiled and ready to be trained.

    Args:
        upper: ends in feature maps; shared, not copied. Its batch normalisation is frozen.
        classes: number of scores.

    Taught in: 04.
    """
    for layer in upper.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    pooled = keras.layers.GlobalAveragePooling2D()(upper.output)
    model = keras.Model(upper.input, keras.layers.Dense(classes, name="head")(pooled))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(), loss)
    return model


def head_weights(found: NDArray, labels: NDArray) -> list[NDArray]:
    """Weights (channels, classes) and biases (classes,) of a head fitted to frozen features.

    Args:
        found: features, shape (n, channels).
        labels: classes 0, 1, ..., shape (n,).

    Taught in: 04.
    """
    scaler, linear = probe(100).fit(found, labels)
    weights = linear.coef_ / scaler.scale_
    return [weights.T, linear.intercept_ - weights @ scaler.mean_]


def start_over(model: "keras.Model", weights: Sequence[NDArray], rate: float) -> None:
    """Give a compiled model its first weights back, and its optimizer a rate and no memory.

    Ten trainings of one compiled model take less time and memory than ten models.

    Args:
        model: of `add_head`.
        weights: what `model.get_weights()` gave at first.
        rate: learning rate of Adam.

    Used in: 04.
    """
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    model.optimizer.learning_rate = rate


def fine_tune(
    model: "keras.Model", x: NDArray, labels: NDArray, steps: int, seed: int, batch: int = 12
) -> list[float]:
    """Train a model of `add_head` further, each picture in a random orientation.

    Args:
        model: compiled, with the weights that it starts from.
        x: shape (n, 8, ...), the second axis being the orientation.
        labels: shape (n,).
        steps: batches of `batch` pictures (all of them, if there are fewer).
        seed: of the order and the orientations.

    Returns:
        The loss after every tenth of the steps.

    Used in: 04.
    """
    batches = turned_batches(x, labels, batch, seed)
    history = model.fit(
        batches, epochs=10, steps_per_epoch=max(1, steps // 10), shuffle=False, verbose=0
    )
    return history.history["loss"]


def turned_batches(
    x: NDArray, labels: NDArray, batch: int, seed: int
) -> Iterator[tuple[NDArray, NDArray]]:
    """Batches of one size without end, pictures shuffled each round and turned at random.

    Args:
        x: shape (n, 8, ...), the second axis being the orientation.
        labels: shape (n,).
        batch: pictures a batch; what is left over of a round is dropped.
        seed: the same seed gives the same batches.

    Used in: 04.
    """
    rng, batch = np.random.default_rng(seed), min(batch, len(x))
    while True:
        order = rng.permutation(len(x))
        for start in range(0, len(x) - batch + 1, batch):
            at = order[start : start + batch]
            yield x[at, rng.integers(8, size=batch)], labels[at]


def mean_over_ways(model: "keras.Model", x: NDArray) -> NDArray[np.float32]:
    """Log probabilities (n, classes), mean over the orientations of x (n, 8, ...). Used in: 04."""
    scores = run_fixed(model, x.reshape(-1, *x.shape[2:]), 56)
    logs = scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    return logs.reshape(*x.shape[:2], -1).mean(axis=1)
