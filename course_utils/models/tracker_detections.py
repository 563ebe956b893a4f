"""Cells of a movie as rows of numbers, and two frames of them laid on each other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


class Detections(NamedTuple):
    """A row a detection, sorted by frame; each field has the shape (n,).

    `label` is its number in the frame's mask; `y`, `x` its centre, `length` and `width` the axes of
    the ellipse like it, in pixels; `area` in pixels; `angle` of the long axis in radians, from x
    towards y; `light` the mean and `contrast` the standard deviation of its pixels in the picture,
    NaN without one.
    """

    frame: NDArray[np.int64]
    label: NDArray[np.int64]
    y: NDArray[np.float64]
    x: NDArray[np.float64]
    area: NDArray[np.float64]
    length: NDArray[np.float64]
    width: NDArray[np.float64]
    angle: NDArray[np.float64]
    light: NDArray[np.float64]
    contrast: NDArray[np.float64]

    def take(self, rows: NDArray) -> "Detections":
        """Some of the rows."""
        return Detections(*(column[rows] for column in self))

    @property
    def place(self) -> NDArray[np.float64]:
        """Centres, shape (n, 2), order y, x."""
        return np.column_stack([self.y, self.x])


class Step(NamedTuple):
    """Two frames to be linked, the first one laid on the second.

    `move` (n before, 2) is where each cell of the first frame is expected to go, in pixels;
    `shared` (n before, n after) how many pixels it then has in common with each of the second.
    """

    before: Detections
    after: Detections
    move: NDArray[np.float64]
    shared: csr_array


def detect(masks: NDArray[np.integer], images: NDArray | None = None) -> Detections:
    """Measure every object of every mask.

    Args:
        masks: labels, shape (t, y, x), 0 is background; a number means nothing in another frame.
        images: pictures of the same shape, for `light` and `contrast`.

    Raises:
        ValueError: masks are no whole numbers (t, y, x), or images have another shape.

    Taught in: 08.
    """
    masks = np.asarray(masks)
    if masks.ndim != 3 or masks.dtype.kind not in "iu":
        kind = f"{masks.dtype} {masks.shape}"
        raise ValueError(f"masks must be whole numbers of shape (t, y, x), not {kind}")
    if images is not None and np.shape(images) != masks.shape:
        raise ValueError(f"images {np.shape(images)} and masks {masks.shape} must have one shape")
    frames = [
        _measure(frame, None if images is None else images[t]) for t, frame in enumerate(masks)
    ]
    counts = [len(columns[0]) for columns in frames]
    measured = (np.concatenate(columns) for columns in zip(*frames, strict=True))
    return Detections(np.repeat(np.arange(len(masks)), counts), *measured)


def points(frame: NDArray, y: NDArray, x: NDArray) -> Detections:
    """Detections of which only the places are known, such as spots; areas are 1 pixel.

    Args:
        frame, y, x: shape (n,), in any order; rows come back sorted by frame.

    Used in: 08.
    """
    order = np.argsort(frame, kind="stable")
    place = (np.asarray(column, float)[order] for column in (y, x))
    one, unknown = np.ones(len(order)), np.full(len(order), np.nan)
    label = np.arange(1, len(order) + 1)[order]
    sorted_frame = np.asarray(frame, np.int64)[order]
    return Detections(sorted_frame, label, *place, one, one, one, 0 * one, unknown, unknown)


def lay(before: Detections, after: Detections, move: NDArray, masks: NDArray | None = None) -> Step:
    """Lay the cells of one frame on the next, each moved by its own whole number of pixels.

    Args:
        before, after: detections of the two frames.
        move: pixels y, x, shape (2,) for all or (n before, 2).
        masks: the labels of the two frames, shape (2, y, x); without them nothing is shared.

    Taught in: 08.
    """
    move = np.broadcast_to(np.asarray(move, float), (len(before.y), 2))
    if masks is None:
        return Step(before, after, move, csr_array((len(before.y), len(after.y))))
    rows = [_rows(frame, each) for frame, each in zip(masks, (before, after), strict=True)]
    y, x = np.nonzero(rows[0] >= 0)
    cell = rows[0][y, x]
    y, x = (at + shift for at, shift in zip((y, x), np.rint(move[cell]).astype(int).T, strict=True))
    inside = (y >= 0) & (x >= 0) & (y < masks.shape[1]) & (x < masks.shape[2])
    there = rows[1][y[inside], x[inside]]
    pairs = cell[inside][there >= 0], there[there >= 0]
    shape = len(before.y), len(after.y)
    return Step(before, after, move, csr_array((np.ones(len(pairs[0])), pairs), shape=shape))


def _rows(labels: NDArray, detections: Detections) -> NDArray[np.int64]:
    """Row of the detection that each pixel belongs to, -1 for none."""
    row = np.full(max(int(labels.max(initial=0)), detections.label.max(initial=0)) + 1, -1)
    row[detections.label] = np.arange(len(detections.label))
    return row[labels]


def _measure(labels: NDArray, image: NDArray | None) -> tuple[NDArray, ...]:
    from skimage.measure import regionprops_table

    shape = ("label", "centroid", "area", "axis_major_length", "axis_minor_length", "orientation")
    seen = () if image is None else ("intensity_mean", "intensity_std")
    found = regionprops_table(labels, image, properties=(*shape, *seen))
    n = len(found["label"])
    angle = np.pi / 2 - np.asarray(found["orientation"], float).reshape(n)
    names = (*shape[:1], "centroid-0", "centroid-1", *shape[2:5])
    columns = [np.asarray(found[name]).reshape(n) for name in names]
    light = [np.asarray(found[name], float).reshape(n) for name in seen] or [np.full(n, np.nan)] * 2
    long, wide = (np.maximum(column, 1.0) for column in columns[4:6])
    return (*columns[:4], long, wide, angle, *light)
