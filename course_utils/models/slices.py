"""A stack as a pile of pictures: objects found slice by slice, then linked through z."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from course_utils.data.feeder import Plan, numpy_batch
from course_utils.data.scaling import normalise_arcsinh
from course_utils.data.transforms import Augment
from course_utils.metrics.overlaps import overlaps
from course_utils.models.instances import Decoder, drop_small, find_objects, targets
from course_utils.models.linking import best_pairs

if TYPE_CHECKING:
    import keras

Labels = NDArray[np.int32]
Batch = tuple[NDArray[np.float32], NDArray[np.float32]]
NUCLEI = Decoder()
ALIKE = Augment(flips="yx", quarter_turns=True, gain=(0.8, 1.25), offset=0.1)


def link_slices(slices: NDArray[np.integer], least: float = 0.2) -> Labels:
    """Give the pieces of one object in neighbouring slices one number.

    In each pair of slices the links are taken that together overlap most, each piece once: the
    assignment problem of tracking, with z for time. What finds no partner above begins anew.

    Args:
        slices: labels, shape (z, y, x), 0 is background; a number means nothing in another slice.
        least: intersection over union that two pieces of one object must exceed, 0 to 1.

    Returns:
        Labels from 1 without gaps, of the same shape.

    Raises:
        ValueError: other axes, or `least` outside 0 to 1.

    Taught in: 10.
    """
    slices = np.asarray(slices)
    if slices.ndim != 3:
        raise ValueError(f"slices must be labels (z, y, x), not of shape {slices.shape}")
    if not 0 <= least < 1:
        raise ValueError(f"least is an overlap from 0 to below 1, not {least}")
    out, known = np.zeros(slices.shape, np.int32), 0
    for z, labels in enumerate(slices):
        names = _names(out[z - 1] if z else np.zeros_like(out[0]), labels, least, known)
        known = max(known, int(names.max()))
        out[z] = names[labels]
    return out


def _names(above: Labels, labels: NDArray, least: float, known: int) -> Labels:
    """New number of each label: that of its partner above, or one not used yet."""
    shared = overlaps(above, labels)
    pairs = np.column_stack([shared.rows, shared.cols]).astype(np.int64)
    i, j = pairs[best_pairs(pairs, shared.iou - least)].T
    found = np.zeros(len(shared.predicted_labels), np.int32)
    found[j] = shared.true_labels[i]
    new = found == 0
    found[new] = known + np.arange(1, new.sum() + 1)
    names = np.zeros(int(labels.max(initial=0)) + 1, np.int32)
    names[shared.predicted_labels] = found
    return names


def slice_batches(
    volumes: Sequence[NDArray],
    masks: Sequence[NDArray],
    size: int,
    batch: int = 8,
    seed: int = 0,
    how: Augment = ALIKE,
) -> Iterator[Batch]:
    """Crops of single slices and their targets without end, for the flat network.

    Args:
        volumes, masks: equally long lists of images and labels, shape (z, y, x); each image is
            normalised as a whole: an empty slice must stay dark.
        size: side of the crops, pixels.
        batch: crops a batch.
        seed: of the places and changes.
        how: changes.

    Yields:
        Inputs (batch, y, x, 1) and targets (batch, y, x, 2).

    Taught in: 10.
    """
    lit = [one for volume in volumes for one in normalise_arcsinh(volume)]
    hills = [targets(one) for mask in masks for one in mask]
    plan = Plan(lit, hills, batch, how, seed, size)
    return (numpy_batch(plan, number) for number in count())


def predict_slices(
    model: "keras.Model", volume: NDArray, batch: int = 4, multiple: int = 16
) -> NDArray[np.float32]:
    """Answers of a flat network for every slice, in batches of one shape.

    Args:
        model: from (n, y, x, 1) to (n, y, x, k).
        volume: shape (z, y, x); normalised here, as a whole.
        batch: slices at a time.
        multiple: of the sides that the network takes.

    Returns:
        Shape (z, y, x, k), float32.

    Used in: 10.
    """
    depth, height, width = volume.shape
    missing = ((0, -depth % batch), (0, -height % multiple), (0, -width % multiple))
    image = np.pad(normalise_arcsinh(volume), missing, "symmetric")[..., None]
    parts = [model.predict_on_batch(image[z : z + batch]) for z in range(0, len(image), batch)]
    return np.concatenate(parts)[:depth, :height, :width]


def find_in_slices(
    answers: NDArray, how: Decoder = NUCLEI, least: float = 0.2, smallest: int = 500
) -> Labels:
    """Objects of a stack from the answers for its slices: found in each, linked through z.

    Args:
        answers: shape (z, y, x, 2), of `predict_slices`.
        how: how each slice is decoded.
        least: overlap, as in `link_slices`.
        smallest: objects of fewer voxels are dropped.

    Returns:
        Labels from 1 without gaps, shape (z, y, x).

    Taught in: 10.
    """
    slices = np.stack([find_objects(one, how) for one in answers])
    return drop_small(link_slices(slices, least), smallest)
