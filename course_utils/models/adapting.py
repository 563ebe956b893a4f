"""A network that is trained some steps more, again and again from where it was, on a few crops."""

from collections.abc import Callable, Sequence
from itertools import count

from numpy.typing import NDArray

from course_utils.data.feeder import Plan, numpy_batch
from course_utils.data.transforms import Augment
from course_utils.machine import quiet_import
from course_utils.models.training import progress
from course_utils.models.unet import falling_rate, instance_loss

with quiet_import():
    import keras

TOLD, BATCH = 6, 8
ALIKE = Augment(flips="yx", quarter_turns=True, gain=(0.8, 1.25), offset=0.1)


def adapter(
    model: keras.Model, steps: int, rate: float, seed: int = 0
) -> Callable[[Sequence[NDArray], Sequence[NDArray]], keras.Model]:
    """A function that trains a copy of a network on crops; each call begins anew.

    The copy is the same in all calls, so that TensorFlow traces it once: with four squares that
    takes longer than the training.

    Args:
        model: from (n, y, x, 1) to (n, y, x, 2); it stays as it is.
        steps: batches of 8 crops a call, a multiple of 6.
        rate: highest learning rate.
        seed: of the crops.

    Returns:
        From normalised images (n, y, x) and their targets (n, y, x, 2), sides alike, to the copy.

    Used in: 11.
    """
    copy = keras.models.clone_model(model)
    optimizer = keras.optimizers.Adam(falling_rate(rate, steps))
    copy.compile(optimizer, instance_loss)
    optimizer.build(copy.trainable_variables)
    rested = [variable.numpy() for variable in optimizer.variables]

    def adapt(images: Sequence[NDArray], targets: Sequence[NDArray]) -> keras.Model:
        keras.utils.set_random_seed(seed)
        copy.set_weights(model.get_weights())
        for variable, value in zip(optimizer.variables, rested, strict=True):
            variable.assign(value)
        plan = Plan(images, targets, BATCH, ALIKE, seed, images[0].shape[0])
        batches = (numpy_batch(plan, number) for number in count())
        bar, each = progress(TOLD, f"{len(images)} squares"), steps // TOLD
        how = dict(epochs=TOLD, steps_per_epoch=each, shuffle=False, callbacks=[bar], verbose=0)
        copy.fit(batches, **how)
        return copy

    return adapt
