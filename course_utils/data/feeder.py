"""Batches of augmented crops, made while the network trains; nothing is stored.

`numpy_batch` makes them without TensorFlow, `feed` hands them to Keras.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from course_utils.data.moving import full_size
from course_utils.data.transforms import Augment, augment

if TYPE_CHECKING:
    import tensorflow as tf

TRIES = 64


def draw_centre(
    shape: tuple[int, ...],
    size: tuple[int, ...],
    rng: np.random.Generator,
    mask: NDArray | None = None,
    towards_objects: float = 0.0,
) -> tuple[int, ...]:
    """Middle pixel of a random crop that keeps inside the picture.

    Args:
        shape, size: of picture and crop along the same axes; a crop larger than the picture has
            the picture in its middle.
        rng: of the place.
        mask: labels of that shape, 0 is background.
        towards_objects: share of the crops laid around a random pixel of an object; large objects
            have more pixels, so they are drawn more often.

    Raises:
        ValueError: the mask has another shape.

    Used in: 07.
    """
    if mask is not None and mask.shape != tuple(shape):
        raise ValueError(f"the mask has shape {mask.shape}, the image {tuple(shape)}")
    spots = (rng.random((TRIES, len(shape))) * shape).astype(int)
    chosen = spots[0]
    if mask is not None and rng.random() < towards_objects:
        hits = np.flatnonzero(mask[tuple(spots.T)])
        chosen = spots[hits[0]] if len(hits) else _rare_spot(mask, rng, chosen)
    return tuple(
        min(max(int(c), s // 2), n - s + s // 2) if s < n else n // 2
        for c, n, s in zip(chosen, shape, size, strict=True)
    )


def _rare_spot(mask: NDArray, rng: np.random.Generator, otherwise: NDArray) -> NDArray:
    inside = np.flatnonzero(mask)
    if not len(inside):
        return otherwise
    return np.array(np.unravel_index(inside[rng.integers(len(inside))], mask.shape))


def random_crops(
    image: NDArray,
    mask: NDArray,
    size: int | tuple[int, ...],
    n: int,
    rng: np.random.Generator,
    towards_objects: float = 0.5,
) -> Iterator[tuple[NDArray, NDArray]]:
    """Crops of an image and its mask, as views: they cost no memory, and writing to one writes
    to the image.

    Args:
        image: shape (y, x) or (z, y, x), with channels after these if it has any.
        mask: labels, shape (y, x) or (z, y, x).
        size: of the crops along the axes of the mask; a number is a side in y and x.
        n: how many.
        rng: of the places.
        towards_objects: as in `draw_centre`.

    Raises:
        ValueError: image and mask do not fit, or a crop is larger than the image.

    Used in: 07.
    """
    size = full_size(size, mask.shape)
    if image.shape[: mask.ndim] != mask.shape:
        raise ValueError(f"the mask has shape {mask.shape}, the image {image.shape}")
    if any(s > m for s, m in zip(size, mask.shape, strict=True)):
        raise ValueError(f"no crop of {size} in an image of {mask.shape}")
    for _ in range(n):
        centre = draw_centre(mask.shape, size, rng, mask, towards_objects)
        box = tuple(slice(c - s // 2, c - s // 2 + s) for c, s in zip(centre, size, strict=True))
        yield image[box], mask[box]


@dataclass(frozen=True, eq=False)
class Plan:
    """What a feed is made of; see `feed`."""

    images: Sequence[NDArray]
    targets: Sequence[NDArray]
    batch: int
    how: Augment
    seed: int
    size: int | tuple[int, ...] | None = None
    axes: str = "yx"
    normalise: Callable[[NDArray], NDArray] | None = None
    normalise_target: Callable[[NDArray], NDArray] | None = None
    make_target: Callable[[NDArray], NDArray] | None = None
    towards_objects: float = 0.5

    @property
    def has_masks(self) -> bool:
        """Whether the targets are labels of pixels."""
        first = np.asarray(self.targets[0])
        return first.ndim > 1 and first.dtype.kind in "iub" and self.normalise_target is None

    def __post_init__(self) -> None:
        if not len(self.images) == len(self.targets) > 0:
            raise ValueError(f"{len(self.images)} images, {len(self.targets)} targets: no pairs")
        if self.batch < 1 or self.seed < 0:
            raise ValueError(f"batch {self.batch} must be at least 1, seed {self.seed} at least 0")
        if self.size is None and len({np.shape(image) for image in self.images}) > 1:
            raise ValueError("the images differ in shape: give the size of the crops")
        if self.make_target and not self.has_masks:
            raise ValueError("make_target needs masks: integer labels, one for every pixel")
        space = len(self.axes.rstrip("c"))
        for i, pair in enumerate(zip(self.images, self.targets, strict=True)):
            image, target = map(np.shape, pair)
            if len(target) > 1 and target[:space] != image[:space]:
                raise ValueError(f"target {i} has shape {target}, its image {image}")


def numpy_batch(plan: Plan, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Batch `number` of a plan: inputs and targets, float32.

    The same plan and number give the same batch, in whatever order batches are asked for. Every
    image comes once before one comes again, in a new order each time.

    Args:
        plan: see `feed`.
        number: from 0, without end.

    Returns:
        Inputs (batch, ..., channels), targets as `feed` says.

    Raises:
        ValueError: as `augment`.

    Used in: 03, 07.
    """
    first = number * plan.batch
    pairs = [_pair(plan, i) for i in range(first, first + plan.batch)]
    inputs, targets = zip(*pairs, strict=True)
    return np.stack(inputs), np.stack(targets).astype(np.float32)


def feed(
    images: Sequence[NDArray],
    targets: Sequence[NDArray],
    batch: int,
    how: Augment,
    seed: int,
    steps: int | None = None,
    **options,
) -> "tf.data.Dataset":
    """Augmented batches for `model.fit`, from arrays in memory, without end or `steps` a pass.

    Give `fit` the word `shuffle=False`: the order is new in each round as it is, and Keras warns.

    Args:
        images: (n, ...) or a list, each in the order of `axes`, any type of numbers.
        targets: one an image. Integers (y, x) or (z, y, x) are masks; floats of that shape, with
            or without channels, are second images, and so is all that has a `normalise_target`.
            Both move with the image. A number or a vector is a class, it stays.
        batch: crops a batch.
        how: how far to augment.
        seed: the same seed gives the same batches.
        steps: batches a pass, for `fit` without `steps_per_epoch`; the next pass goes on with new
            ones. None never ends, and each pass starts again with the first.
        **options: `size` of the crops (a side, or a number an axis; all of the image by default),
            `axes` ("yx"), `normalise` (such as a fitted `Scale`, done to every crop), the same
            for second images as `normalise_target`, `make_target` (function of the moved mask,
            such as `edge_distance`), `towards_objects` (0.5, as in `draw_centre`; with masks).

    Returns:
        Pairs of float32 of fixed shapes; images and masks have a channel axis, be it of length 1.

    Raises:
        ValueError: images and targets do not fit, at once and not when training has begun.

    Used in: 07.
    """
    import tensorflow as tf

    plan = Plan(images, targets, batch, how, seed, **options)
    shapes = [array.shape for array in numpy_batch(plan, 0)]
    passes = itertools.count()

    def numbers() -> Iterator[int]:
        if steps is None:
            return itertools.count()
        first = next(passes) * steps
        return iter(range(first, first + steps))

    def make(number: "tf.Tensor") -> tuple["tf.Tensor", ...]:
        made = tf.numpy_function(lambda k: numpy_batch(plan, int(k)), [number], [tf.float32] * 2)
        return tuple(tf.ensure_shape(part, shape) for part, shape in zip(made, shapes, strict=True))

    number = tf.TensorSpec((), tf.int64)
    dataset = tf.data.Dataset.from_generator(numbers, output_signature=number).map(make)
    length = tf.data.INFINITE_CARDINALITY if steps is None else steps
    return dataset.apply(tf.data.experimental.assert_cardinality(length)).prefetch(2)


def _pair(plan: Plan, i: int) -> tuple[NDArray, NDArray]:
    round_, place = divmod(i, len(plan.images))
    index = _order(plan.seed, round_, len(plan.images))[place]
    image, target = np.asarray(plan.images[index]), np.asarray(plan.targets[index])
    space = plan.axes.rstrip("c")
    size = full_size(plan.size, image.shape[: len(space)])
    rng = np.random.default_rng((plan.seed, 1, i))
    common = dict(how=plan.how, rng=rng, axes=plan.axes, size=size, normalise=plan.normalise)
    mask = target if plan.has_masks else None
    common["centre"] = draw_centre(image.shape[: len(space)], size, rng, mask, plan.towards_objects)
    if plan.has_masks:
        made = augment(image, target, plan.make_target, **common)
        target = made.mask if made.distance is None else made.distance
    elif target.ndim > 1:
        made = augment(image, target=target, **common)
        target = plan.normalise_target(made.target) if plan.normalise_target else made.target
    else:
        made = augment(image, **common)
    return _with_channels(made.image, len(space)), _with_channels(target, len(space))


def _with_channels(array: NDArray, dimensions: int) -> NDArray:
    return array[..., None] if array.ndim == dimensions else array


@lru_cache(maxsize=8)
def _order(seed: int, turn: int, n: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, 0, turn)).permutation(n)
