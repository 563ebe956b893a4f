"""Self-checks of lesson 10, third part: lengths and heights in µm."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.checks import Exercise

VOXEL = (0.5, 0.25, 0.2)


def boxes(*found: tuple[int, ...], shape: tuple[int, ...] = (6, 8, 9)) -> NDArray[np.int64]:
    """A small label volume of boxes: first and last-plus-one of z, y and x, then the number."""
    labels = np.zeros(shape, np.int64)
    for z0, z1, y0, y1, x0, x1, label in found:
        labels[z0:z1, y0:y1, x0:x1] = label
    return labels


ELL = boxes((1, 3, 2, 4, 3, 8, 1), (2, 5, 3, 7, 3, 5, 1)) > 0
SIZES = [
    (ELL, VOXEL),
    (boxes((2, 3, 1, 7, 4, 6, 1)) > 0, (1.0, 0.202, 0.202)),
    (boxes((2, 6, 5, 8, 6, 9, 1)) > 0, (0.29, 0.26, 0.13)),
    (boxes((0, 3, 1, 4, 1, 4, 1), (2, 5, 3, 6, 3, 6, 1), (4, 6, 5, 8, 5, 8, 1)) > 0, VOXEL),
]
bricks = partial(boxes, shape=(9, 12, 14))
HILLS = [
    (bricks((1, 3, 1, 6, 1, 5, 1), (1, 6, 1, 10, 5, 13, 4)), (2.0, 0.5, 0.3)),
    (bricks((0, 5, 2, 9, 3, 9, 2), (5, 8, 2, 9, 3, 9, 3)), (0.3, 1.0, 0.8)),
    (bricks((2, 8, 3, 10, 2, 12, 1)), (0.3, 1.0, 0.7)),
    (bricks((1, 4, 1, 6, 1, 5, 1), (1, 6, 6, 11, 5, 13, 2), (5, 8, 1, 5, 1, 8, 5)), (1, 0.5, 0.3)),
]


def size_um(mask: NDArray, voxel: tuple[float, ...]) -> NDArray:
    """Right answer of 10.1."""
    return voxels_wide(mask) * np.array(voxel)


def voxels_wide(mask: NDArray) -> NDArray:
    """Slices, rows and columns from the first True to the last, both counted."""
    return np.ptp(np.argwhere(mask), axis=0) + 1


def heights(labels: NDArray, voxel: tuple[float, ...] | None) -> NDArray:
    """Right answer of 10.5."""
    return sum(hill(labels == k, voxel) for k in np.unique(labels[labels > 0]))


def hill(mask: NDArray, voxel: tuple[float, ...] | None) -> NDArray:
    """Distance to the outside in µm, relative to the largest."""
    distance = ndimage.distance_transform_edt(mask, sampling=voxel)
    return distance / distance.max()


def in_um(labels: NDArray, voxel: tuple[float, ...] | None) -> NDArray:
    """Distances to the edge of the own object, not divided."""
    edt = ndimage.distance_transform_edt
    return sum(edt(labels == k, sampling=voxel) for k in np.unique(labels[labels > 0]))


def looped(numbers: Callable) -> tuple[Callable, Callable]:
    """A mistaken choice of numbers: hills added up, or each written into its own voxels."""

    def added(labels: NDArray, voxel: tuple[float, ...]) -> NDArray:
        return sum((hill(labels == k, voxel) for k in numbers(labels)), np.zeros(labels.shape))

    def written(labels: NDArray, voxel: tuple[float, ...]) -> NDArray:
        out = np.zeros(labels.shape)
        for k in numbers(labels):
            out[labels == k] = hill(labels == k, voxel)[labels == k]
        return out

    return added, written


SIZE = Exercise(
    right=size_um,
    cases=SIZES,
    praise="Voxels are counted, micrometres are measured: each axis has its own step.",
    mistakes=[
        (
            lambda m, v: (voxels_wide(m) - 1) * np.array(v),
            "A fence post is missing: from slice 21 to slice 50 there are 30 slices, not 29.",
        ),
        (
            lambda m, v: (voxels_wide(m) - 1) * np.array(v) + 1,
            "Add the 1 before you multiply: it is a voxel, not a µm.",
        ),
        (
            lambda m, v: voxels_wide(m),
            "These are voxels. A slice is another length than a column: multiply by `voxel`.",
        ),
        (
            lambda m, v: voxels_wide(m) - 1,
            "Two things: these are voxels, not µm, and from slice 21 to slice 50 there are 30.",
        ),
        (
            lambda m, v: voxels_wide(m) * np.array(v[::-1]),
            "The voxel is the wrong way round: it has the order of the axes, z, y, x, and so have "
            "the coordinates of `np.argwhere`. No turning is needed.",
        ),
        (
            tuple(lambda m, v, k=k: voxels_wide(m) * v[k] for k in range(3)),
            "You multiplied all three axes by one and the same step. `voxel` has one for each.",
        ),
        (
            lambda m, v: voxels_wide(m) / np.array(v),
            "You divided. A voxel *is* so many µm: thirty of them are thirty times as long.",
        ),
        (
            lambda m, v: size_um(m, v)[::-1],
            "Right numbers in the order x, y, z. This course writes z first.",
        ),
        (
            (
                lambda m, v: np.argwhere(m).max(axis=0) * np.array(v),
                lambda m, v: (np.argwhere(m).max(axis=0) + 1) * np.array(v),
            ),
            "You measured from the corner of the stack to the far end of the nucleus. Where does "
            "the nucleus begin?",
        ),
        (
            lambda m, v: np.array(m.shape) * np.array(v),
            "That is the size of the whole stack. Which voxels of it are True?",
        ),
        (
            lambda m, v: m.sum() * np.prod(v),
            "That is the volume in µm³: a good number, but asked for are three lengths.",
        ),
        (
            lambda m, v: np.array([m.any(axis=k).sum() for k in range(3)]) * np.array(v),
            "`any` over *one* axis leaves a picture, and you counted its pixels. To see which "
            "slices hold the nucleus, look along both other axes: `mask.any(axis=(1, 2))`.",
        ),
        (
            lambda m, v: np.array([m.sum(axis=k).max() for k in range(3)]) * np.array(v),
            "You measured the longest ray through the nucleus. One that leans reaches further: "
            "from its first slice to its last.",
        ),
        (
            lambda m, v: voxels_wide(m) * np.array(v) / 2,
            "Half of what is right: these are radii. Asked for is from end to end.",
        ),
    ],
)

HEIGHTS = Exercise(
    right=heights,
    cases=HILLS,
    praise="In a flat stack most of a nucleus is close to its top or bottom. Counted in voxels, "
    "the same hill has another summit.",
    mistakes=[
        (
            lambda a, v: heights(a, None),
            "Your distances are in voxels: a step in z counts as much as one in x. Give "
            "`sampling=voxel`.",
        ),
        (
            lambda a, v: heights(a, v[::-1]),
            "The voxel is the wrong way round: `sampling` has the order of the axes, z, y, x.",
        ),
        (
            lambda a, v: hill(a > 0, v),
            "You handed over `labels > 0`: two nuclei that touch became one hill. One at a time.",
        ),
        (
            (lambda a, v: hill(a > 0, None), lambda a, v: in_um(a > 0, None)),
            "Two things: `labels > 0` makes one hill of two nuclei that touch, and the voxels' "
            "sides are missing.",
        ),
        (
            in_um,
            "Right distances in µm. Now divide each nucleus by its own largest, so that all "
            "summits are 1.",
        ),
        (
            lambda a, v: in_um(a, None),
            "These are distances in voxels: `sampling=voxel` is missing, and the division by each "
            "nucleus' own largest.",
        ),
        (
            lambda a, v: in_um(a > 0, v),
            "Distances of `labels > 0`: two nuclei that touch became one hill. One at a time, and "
            "each divided by its own largest.",
        ),
        (
            lambda a, v: in_um(a, v) / in_um(a, v).max(),
            "You divided all by the largest of the whole stack. Each nucleus has its own summit.",
        ),
        (
            lambda a, v: heights(a, (v[0], 1, 1)),
            "Only z has a length here. Give `sampling` all three.",
        ),
        (
            lambda a, v: np.stack([heights(plane, v[1:]) * np.ones(plane.shape) for plane in a]),
            "You measured in each slice by itself. Then the top slice of a nucleus is as high as "
            "its middle.",
        ),
        (
            lambda a, v: sum(
                hill(np.pad(a == k, 1), v)[1:-1, 1:-1, 1:-1] for k in np.unique(a[a > 0])
            ),
            "You took the edge of the stack for an edge of the nucleus. A nucleus goes on there.",
        ),
        (
            lambda a, v: heights(a, v).astype(int),
            "Your heights were cut to whole numbers, so that only summits are left: an array made "
            "by `np.zeros_like(labels)` holds integers. Take `np.zeros(labels.shape)`.",
        ),
        (
            looped(lambda a: np.unique(a[a > 0])[:1]),
            "Only the first nucleus has a height: does `return` stand inside the loop?",
        ),
        (
            looped(lambda a: np.unique(a[a > 0])[-1:]),
            "Only the last nucleus has a height: each writes over the one before. Add them up.",
        ),
        (
            (*looped(np.unique), looped(lambda a: range(a.max() + 1))[0]),
            "The background has a hill too: leave the number 0 out.",
        ),
        (
            looped(lambda a: range(1, a.max())),
            "The nucleus with the largest number is missing: `range(1, n)` ends before n.",
        ),
        (
            looped(lambda a: range(1, len(np.unique(a))))[1],
            "You counted up to as many nuclei as there are. Numbers may have gaps: go through the "
            "numbers that `np.unique` gives.",
        ),
        (
            looped(lambda a: range(1, a.max() + 1))[0],
            "A number that no voxel has makes 0/0, and nan spreads over all. Numbers may have "
            "gaps: go through those that `np.unique` gives.",
        ),
    ],
)

IN_UM = {"10.1": SIZE, "10.5": HEIGHTS}
