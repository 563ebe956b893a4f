"""Plumbing of every training with Keras: balanced batches, one line of progress, the history."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from course_utils.data.transforms import turn
from course_utils.machine import quiet_import

with quiet_import():
    import keras

Batch = tuple[NDArray[np.float32], NDArray[np.int64]]


def balanced_batches(
    pictures: NDArray[np.float32],
    labels: NDArray[np.int64],
    members: NDArray[np.int64],
    batch: int,
    seed: int,
    shift: int = 0,
    gain: float = 0.0,
    turned: bool = True,
) -> Iterator[Batch]:
    """Batches without end in which all classes are equally frequent, each picture changed anew.

    Args:
        pictures: shape (n, y, x, channels), square.
        labels: classes 0, 1, ..., shape (n,).
        members: row numbers to draw from; classes without members are left out.
        batch: pictures a batch.
        seed: the same seed gives the same batches.
        shift: largest displacement either way in pixels; what comes in repeats the border.
        gain: deviation of a number added to each picture; on a logarithmic scale it is a factor.
        turned: whether to lay each picture in one of its eight orientations.

    Yields:
        Pictures (batch, y, x, channels) and labels (batch,).

    Used in: 03.
    """
    rng = np.random.default_rng(seed)
    kinds = [members[labels[members] == kind] for kind in np.unique(labels[members])]
    side = pictures.shape[1]
    padded = np.pad(pictures, [(0, 0), (shift, shift), (shift, shift), (0, 0)], "edge")
    while True:
        drawn = [rng.choice(kinds[k]) for k in rng.integers(len(kinds), size=batch)]
        corners = rng.integers(2 * shift + 1, size=(batch, 2))
        orientations = rng.integers(8, size=batch) if turned else np.zeros(batch, int)
        x = [
            turn(padded[i, r : r + side, c : c + side], k)
            for i, (r, c), k in zip(drawn, corners, orientations, strict=True)
        ]
        light = gain * rng.standard_normal((batch, 1, 1, 1))
        yield (np.stack(x) + light).astype(np.float32), labels[drawn]


def progress(epochs: int, label: str) -> keras.callbacks.Callback:
    """One line that fills while a training runs, with its loss and the time it took.

    Args:
        epochs: of the training.
        label: written before the bar.

    Used in: 03.
    """
    bar = tqdm(total=epochs, desc=label, unit="epoch")

    def step(epoch: int, logs: dict[str, float]) -> None:
        bar.set_postfix({"loss": f"{logs['loss']:.3f}"})
        bar.update()

    return keras.callbacks.LambdaCallback(on_epoch_end=step, on_train_end=lambda logs: bar.close())


def train(
    model: keras.Model,
    batches: Iterator[Batch],
    epochs: int,
    steps: int = 20,
    rate: float = 3e-3,
    validation: Batch | None = None,
    label: str = "training",
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, list[float]]:
    """Train a classifier whose outputs are scores, with Adam and a rate that falls to zero.

    Args:
        model: not compiled yet; takes what `batches` yields.
        batches: pairs of inputs and class numbers, without end.
        epochs: number of passes of `steps` batches.
        steps: batches an epoch.
        rate: first learning rate; it falls along half a cosine.
        validation: inputs and class numbers, looked at after each epoch.
        label: of the progress bar; an empty one shows none.
        callbacks: further Keras callbacks.

    Returns:
        The learning curve: loss, accuracy, val_loss, val_accuracy -> one value an epoch.

    Used in: 03.
    """
    falling = keras.optimizers.schedules.CosineDecay(rate, epochs * steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(falling), loss, metrics=["accuracy"])
    history = model.fit(
        batches,
        epochs=epochs,
        steps_per_epoch=steps,
        validation_data=validation,
        shuffle=False,
        callbacks=[*callbacks, *([progress(epochs, label)] if label else [])],
        verbose=0,
    )
    return {name: [float(v) for v in values] for name, values in history.history.items()}
