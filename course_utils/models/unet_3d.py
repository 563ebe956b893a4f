"""A U-Net for stacks: it pools and convolves an axis only where its voxels are as fine as others.

Targets, loss, training and decoding are those of the flat network (`unet`, `instances`).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, product

import numpy as np
from numpy.typing import NDArray

from course_utils.data.feeder import draw_centre
from course_utils.data.scaling import normalise_arcsinh
from course_utils.data.transforms import Augment, augment
from course_utils.machine import quiet_import
from course_utils.models.instances import targets
from course_utils.models.tiles import Span, spans

with quiet_import():
    import keras
    from keras import layers

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]
Voxel = tuple[float, float, float]
Triple = tuple[int, int, int]
ALIKE = Augment(flips="yx", quarter_turns=True, gain=(0.8, 1.25), offset=0.1)
COARSE = 1.6


def strides(voxel: Voxel, depth: int) -> list[Triple]:
    """By how much each level shrinks the axes: the first layer, then `depth` poolings.

    An axis is halved once its voxels are less than 1.6 times as long as the shortest of the level:
    slices that lie far apart wait until y and x have become as coarse.

    Args:
        voxel: size along z, y and x, any unit.
        depth: number of poolings after the first layer.

    Returns:
        `depth + 1` triples of 1 or 2.

    Source: in the manner of nnU-Net, Isensee et al. 2021, doi 10.1038/s41592-020-01008-z.
    Taught in: 10.
    """
    size, found = np.array(voxel, float), []
    for _ in range(depth + 1):
        halved = np.where(size < COARSE * size.min(), 2, 1)
        found.append(tuple(halved.tolist()))
        size = size * halved
    return found


def kernels(voxel: Voxel, depth: int) -> list[Triple]:
    """Sides of the convolutions at each level after the first layer: 3, or 1 along coarse axes.

    Args:
        voxel, depth: as in `strides`.

    Returns:
        `depth + 1` triples of 1 or 3.

    Source: as `strides`. Taught in: 10.
    """
    sizes = np.array(voxel, float) * np.cumprod(strides(voxel, depth), axis=0)
    return [tuple(np.where(size < 2 * COARSE * size.min(), 3, 1).tolist()) for size in sizes]


def multiples(voxel: Voxel, depth: int) -> Triple:
    """What the sides of a crop must be multiples of, order z, y, x. Used in: 10."""
    return tuple(np.prod(strides(voxel, depth), axis=0).tolist())


def block_3d(x: keras.KerasTensor, width: int, kernel: Triple) -> keras.KerasTensor:
    """Twice: convolution, batch normalisation, ReLU, as `unet.block` in 2-D. Taught in: 10."""
    for _ in range(2):
        x = layers.Conv3D(width, kernel, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    return x


def build_unet_3d(
    voxel: Voxel = (1.0, 1.0, 1.0),
    width: int = 12,
    depth: int = 2,
    channels: int = 1,
    outputs: int = 2,
) -> keras.Model:
    """U-Net for stacks whose sides are multiples of `multiples(voxel, depth)`.

    As in 2-D the first layer halves and the last doubles, here only the axes that `strides` says.

    Args:
        voxel: size along z, y and x; only their ratios count.
        width: channels of the first level; each level down has twice as many.
        depth: number of poolings.
        channels: of the image.
        outputs: numbers for each voxel, without an activation.

    Returns:
        A network from (n, z, y, x, channels) to (n, z, y, x, outputs).

    Source: Çiçek et al. 2016, doi 10.1007/978-3-319-46723-8_49. Taught in: 10.
    """
    (first, *pools), sides = strides(voxel, depth), kernels(voxel, depth)
    window = tuple(2 * side for side in first)
    image = layers.Input((None, None, None, channels))
    x = layers.Conv3D(width, window, strides=first, padding="same")(image)
    skips = []
    for level, pool in enumerate(pools):
        x = block_3d(x, width * 2**level, sides[level])
        skips.append(x)
        x = layers.MaxPooling3D(pool)(x)
    x = block_3d(x, width * 2**depth, sides[depth])
    for level in reversed(range(depth)):
        x = layers.Concatenate()([layers.UpSampling3D(pools[level])(x), skips[level]])
        x = block_3d(x, width * 2**level, sides[level])
    return keras.Model(image, layers.Conv3DTranspose(outputs, window, first, padding="same")(x))


def volume_batches(
    volumes: Sequence[NDArray],
    masks: Sequence[NDArray],
    size: Triple,
    batch: int = 1,
    seed: int = 0,
    voxel: Voxel = (1.0, 1.0, 1.0),
    how: Augment = ALIKE,
    towards_objects: float = 0.8,
) -> Iterator[Batch]:
    """Crops of stacks and their targets without end; the hills are measured in `voxel` units.

    With one crop a batch, batch normalisation blows up the noise of a crop without nuclei, and
    what it learns there is useless elsewhere: most crops are laid around a voxel of a nucleus.

    Args:
        volumes, masks: equally long lists of images and labels, shape (z, y, x); each image is
            normalised as a whole, never slice by slice.
        size: of the crops, order z, y, x; multiples of `multiples`, y and x alike.
        batch: crops a batch.
        seed: of the places and changes; the same seed gives the same crops.
        voxel: size along z, y and x.
        how: changes; none of them mixes slices. Stacks are not mirrored along z as it stands: the
            objective looks from one side, and light blurs otherwise above than below.
        towards_objects: share of the crops laid around a random voxel of an object.

    Yields:
        Inputs (batch, z, y, x, 1) and targets (batch, z, y, x, 2), always of this shape.

    Raises:
        ValueError: images and masks differ in shape.

    Taught in: 10.
    """
    if [np.shape(one) for one in volumes] != [np.shape(one) for one in masks]:
        raise ValueError("images and masks differ in number or shape")
    lit = [mirrored(normalise_arcsinh(volume), size) for volume in volumes]
    hills = [mirrored(targets(mask, voxel), size) for mask in masks]
    labels = [mirrored(mask, size) for mask in masks]

    def crop(i: int) -> Batch:
        k, rng = i % len(lit), np.random.default_rng((seed, i))
        centre = draw_centre(labels[k].shape, size, rng, labels[k], towards_objects)
        place = dict(axes="zyx", size=size, centre=centre)
        made = augment(lit[k], target=hills[k], how=how, rng=rng, **place)
        return made.image[..., None], made.target

    return (_stacked(map(crop, range(first, first + batch))) for first in count(0, batch))


def _stacked(crops: Iterable[Batch]) -> Batch:
    inputs, answers = zip(*crops, strict=True)
    return np.stack(inputs), np.stack(answers)


def predict_volume(
    model: keras.Model, volume: NDArray, tile: Triple, margin: Triple = (8, 16, 16)
) -> NDArray[np.float32]:
    """Answers of a network for a stack of any size: normalised as a whole, then `predict_tiles`.

    Args:
        model: of `build_unet_3d`, from (1, *tile, 1) to (1, *tile, k).
        volume: shape (z, y, x).
        tile, margin: as in `predict_tiles`.

    Returns:
        Shape (z, y, x, k), float32.

    Raises ValueError as `predict_tiles`. Taught in: 10.
    """
    return predict_tiles(model, normalise_arcsinh(volume), tile, margin)


def predict_tiles(
    model: keras.Model, image: NDArray, tile: Triple, margin: Triple
) -> NDArray[np.float32]:
    """Answers for a normalised stack tile by tile; the layers of one tile are in memory at a time.

    Args:
        model: of `build_unet_3d`.
        image: shape (z, y, x), float32.
        tile: shape of what the network sees, multiples of its `multiples`; smaller stacks are
            mirrored up to it.
        margin: voxels at the ends of a tile that are left to its neighbours; along an axis that
            one tile covers it does not count.

    Returns:
        Shape (z, y, x, k), float32.

    Raises:
        ValueError: the stack has other axes, or tile and margin do not fit together.

    Used in: 10.
    """
    if image.ndim != 3:
        raise ValueError(f"a stack has the axes z, y, x; this one has the shape {image.shape}")
    margin = [m if n > t else 0 for n, t, m in zip(image.shape, tile, margin, strict=True)]
    fit = zip(image.shape, tile, margin, _steps(model), strict=True)
    out = None
    for place in product(*(spans(*each) for each in fit)):
        answer = np.asarray(model.predict_on_batch(_piece(image, place, tile)[None, ..., None]))[0]
        out = np.empty((*image.shape, answer.shape[-1]), np.float32) if out is None else out
        kept = tuple(slice(span.first, span.last) for span in place)
        own = tuple(slice(span.first - span.start, span.last - span.start) for span in place)
        out[kept] = answer[own]
    return out


def _steps(model: keras.Model) -> Triple:
    """Product of the strides of a network along z, y and x."""
    shrinking = [layer for layer in model.layers if isinstance(layer, layers.MaxPooling3D)]
    sides = [model.layers[1].strides, *(layer.pool_size for layer in shrinking)]
    return tuple(np.prod(sides, axis=0).tolist())


def _piece(image: NDArray, place: Sequence[Span], tile: Triple) -> NDArray[np.float32]:
    inside = image[tuple(slice(s.start, s.start + t) for s, t in zip(place, tile, strict=True))]
    return mirrored(inside, tile)


def mirrored(stack: NDArray, least: Triple) -> NDArray:
    """A stack mirrored at its far ends where it is smaller than a crop, in training as later.

    Args:
        stack: shape (z, y, x) or (z, y, x, k).
        least: what z, y and x must reach.

    Used in: 10.
    """
    missing = [max(t - n, 0) for t, n in zip(least, stack.shape[:3], strict=True)]
    ends = [(0, n) for n in missing] + [(0, 0)] * (stack.ndim - 3)
    return np.pad(stack, ends, "symmetric") if any(missing) else stack
