"""A small U-Net: at half the resolution between its first and its last layer."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from course_utils.machine import quiet_import
from course_utils.models.training import progress

with quiet_import():
    import keras
    from keras import layers

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]


def block(x: keras.KerasTensor, width: int, batch_norm: bool = True) -> keras.KerasTensor:
    """Twice: convolution 3 x 3, batch normalisation, ReLU. Taught in: 07.

    The batch's statistics are averaged with momentum 0.9: with Keras' 0.99 they would still be
    mostly their first guess after the few hundred steps of a lesson.
    """
    for _ in range(2):
        x = layers.Conv2D(width, 3, padding="same", use_bias=not batch_norm)(x)
        x = layers.BatchNormalization(momentum=0.9)(x) if batch_norm else x
        x = layers.ReLU()(x)
    return x


def build_unet(
    width: int = 16,
    depth: int = 2,
    channels: int = 1,
    outputs: int = 2,
    halved: bool = True,
    batch_norm: bool = True,
) -> keras.Model:
    """U-Net for images whose sides are multiples of `2 ** (depth + 1)`.

    The first layer halves the image and the last doubles it again, so that all between costs a
    quarter; the 4 x 4 windows of both overlap, and no pixel is lost.

    Args:
        width: channels of the first level; each level down has twice as many.
        depth: number of poolings.
        channels: of the image.
        outputs: numbers for each pixel, without an activation.
        halved: False works at full resolution.
        batch_norm: False leaves normalisation out.

    Returns:
        A network from (n, y, x, channels) to (n, y, x, outputs).

    Source: Ronneberger et al. 2015; batch normalisation and half resolution are ours.
    Taught in: 07.
    """
    image = layers.Input((None, None, channels))
    x = layers.Conv2D(width, 4, strides=2, padding="same")(image) if halved else image
    skips = []
    for level in range(depth):
        x = block(x, width * 2**level, batch_norm)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = block(x, width * 2**depth, batch_norm)
    for level in reversed(range(depth)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips[level]])
        x = block(x, width * 2**level, batch_norm)
    if halved:
        return keras.Model(image, layers.Conv2DTranspose(outputs, 4, 2, padding="same")(x))
    return keras.Model(image, layers.Conv2D(outputs, 1)(x))


def instance_loss(true: keras.KerasTensor, said: keras.KerasTensor) -> keras.KerasTensor:
    """Cross-entropy of being inside plus the mean absolute error of the height.

    Args:
        true: shape (n, y, x, 2): interior (0 or 1) and relative distance (0 to 1).
        said: the same shape: a score (logit) and a height.

    Returns:
        One number a pixel, shape (n, y, x).

    Taught in: 07.
    """
    inside = keras.ops.binary_crossentropy(true[..., 0], said[..., 0], from_logits=True)
    return inside + keras.ops.abs(true[..., 1] - said[..., 1])


def falling_rate(highest: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Learning rate that rises for a twentieth of the steps, then falls to 0 along half a cosine.

    Args:
        highest: rate at its summit.
        steps: of the whole training.

    Source: Loshchilov and Hutter 2017 (cosine). Taught in: 07.
    """
    warm = max(1, steps // 20)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm, warmup_target=highest, warmup_steps=warm
    )


def train_unet(
    model: keras.Model,
    batches: Iterator[Batch],
    steps: int,
    rate: float = 0.01,
    loss: Callable = instance_loss,
    rounds: int = 10,
    label: str = "training",
    optimizer: keras.Optimizer | None = None,
) -> list[float]:
    """Train with Adam and a `falling_rate`.

    Args:
        model: not compiled yet; takes what `batches` yields.
        batches: inputs and targets, without end.
        steps: number of batches, a multiple of `rounds`.
        rate: highest learning rate.
        loss: of targets and answers.
        rounds: how often the mean loss is noted.
        label: of the progress bar; an empty one shows none.
        optimizer: instead of Adam with that rate.

    Returns:
        The mean loss of each round.

    Used in: 07, 09.
    """
    model.compile(optimizer or keras.optimizers.Adam(falling_rate(rate, steps)), loss)
    history = model.fit(
        batches,
        epochs=rounds,
        steps_per_epoch=steps // rounds,
        shuffle=False,
        callbacks=[progress(rounds, label)] if label else [],
        verbose=0,
    )
    return [float(value) for value in history.history["loss"]]


def predict_field(model: keras.Model, image: NDArray, multiple: int = 16) -> NDArray[np.float32]:
    """Answers of a network for one image of any size.

    The image is mirrored at its lower and right edges up to the next multiple, and the answers
    there are cut off again.

    Args:
        model: from (n, y, x, c) to (n, y, x, k).
        image: shape (y, x) or (y, x, c), normalised.
        multiple: of the sides that the network takes; `2 ** (depth + 1)` divides it.

    Returns:
        Shape (y, x, k), float32.

    Used in: 07.
    """
    image = np.asarray(image, np.float32)
    image = image[..., None] if image.ndim == 2 else image
    height, width = image.shape[:2]
    mirrored = np.pad(image, ((0, -height % multiple), (0, -width % multiple), (0, 0)), "symmetric")
    return model.predict(mirrored[None], verbose=0)[0, :height, :width]
