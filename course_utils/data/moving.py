"""Pictures moved: cut, shifted, turned, mirrored, rotated, zoomed; and distance maps.

Imported through `course_utils.data.transforms`, which says how axes are named.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Changes(NamedTuple):
    """What was drawn for one image, in the order in which it is done.

    The shift is (y, x) in pixels; turns and angle (degrees) are counter-clockwise. Used in: 01.
    """

    shift: tuple[int, int] = (0, 0)
    turns: int = 0
    mirrored: str = ""
    angle: float = 0.0
    zoom: float = 1.0
    blur: float = 0.0
    gamma: float = 1.0
    gain: float = 1.0
    offset: float = 0.0
    noise: float = 0.0


def move(
    picture: NDArray,
    drawn: Changes,
    axes: str = "yx",
    size: int | tuple[int, ...] | None = None,
    centre: tuple[int, ...] | None = None,
    nearest: bool = False,
) -> NDArray:
    """A window of the picture, shifted, turned, mirrored, rotated and zoomed.

    The window keeps inside the picture if that is larger than what the window needs; else what
    lies beyond the edge is the picture mirrored there, and a label may show twice.

    Args:
        picture: image or mask in the order of `axes`.
        drawn: the changes; those of the light are left out.
        size: of the result, a side in the plane or a number an axis; all of it by default.
        centre: pixel of the picture in the middle of the window; the middle by default.
        nearest: take the nearest pixel, as masks need; else between four, linearly.

    Returns:
        A new array: float32, or the picture's own type with `nearest`. Without angle and zoom
        every value is one of the picture's pixels, exactly.

    Raises:
        ValueError: zoom outside 0.1 to 10, or too many or too few numbers for the axes.

    Used in: 01.
    """
    planes = np.moveaxis(picture, -1, 0) if "c" in axes else picture
    space = axes.rstrip("c")
    size = full_size(size, picture.shape[: len(space)])
    matrix = _matrix(drawn.angle, drawn.zoom)
    planes = _window(planes, drawn, size, centre, _margins(matrix, size[-2:]))
    planes = np.rot90(planes, drawn.turns, axes=(-2, -1))
    planes = np.flip(planes, [space.index(axis) - len(space) for axis in drawn.mirrored])
    if matrix is not None:
        planes = _sample(planes, matrix, size[-2:], nearest)
    moved = np.moveaxis(planes, 0, -1) if "c" in axes else planes
    return np.array(moved, picture.dtype if nearest else np.float32, order="C")


def full_size(size: int | tuple[int, ...] | None, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Size along every axis of `shape`: None takes all of it, a number is the side in y and x.

    Raises ValueError if there are more or fewer numbers than axes. Used in: 07.
    """
    if size is None:
        return tuple(shape)
    if np.ndim(size) == 0:
        return (*shape[:-2], size, size)
    if len(size) != len(shape):
        raise ValueError(f"a size of {len(shape)} numbers is needed, not {size}")
    return tuple(size)


def edge_distance(mask: NDArray, spacing: float | tuple[float, ...] = 1.0) -> NDArray[np.float32]:
    """Distance of every pixel to the nearest one that is not of its object; 0 in the background.

    Touching objects have an edge between them. The edge of the picture is none, unless an object
    fills the picture.

    Args:
        mask: integer labels, shape (y, x) or (z, y, x), 0 is background; or boolean.
        spacing: of the pixels, along each axis where they differ; its unit is the result's.

    Source: Maurer et al. 2003, exact Euclidean distances, in SciPy. Used in: 07, 10.
    """
    from scipy.ndimage import distance_transform_edt, find_objects

    labels = mask.astype(np.uint8) if mask.dtype == bool else mask
    distance = np.zeros(mask.shape, np.float32)
    for label, box in enumerate(find_objects(labels), start=1):
        if box is not None:
            box = tuple(slice(max(side.start - 1, 0), side.stop + 1) for side in box)
            inside = labels[box] == label
            edge = int(inside.all())
            found = distance_transform_edt(np.pad(inside, 1) if edge else inside, spacing)
            distance[box] += found[(slice(edge, -edge or None),) * mask.ndim]
    return distance


def _matrix(angle: float, zoom: float) -> NDArray | None:
    """Of the step in the source, (y, x), that a step in the result stands for."""
    if not (0.1 <= zoom <= 10 and math.isfinite(angle)):
        raise ValueError(f"zoom must lie between 0.1 and 10, not {zoom} (at {angle} degrees)")
    if angle == 0 and zoom == 1:
        return None
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return np.array([[cos, sin], [-sin, cos]]) / zoom


def _margins(matrix: NDArray | None, size: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns to cut on each side beyond those of the result; may be negative."""
    if matrix is None:
        return 0, 0
    half = (np.array(size) - 1) / 2
    rows, columns = np.ceil(np.abs(matrix) @ half - half).astype(int) + 1
    return int(rows), int(columns)


def _window(
    planes: NDArray,
    drawn: Changes,
    size: tuple[int, ...],
    centre: tuple[int, ...] | None,
    margins: tuple[int, int],
) -> NDArray:
    if centre is not None and len(centre) != len(size):
        raise ValueError(f"a centre of {len(size)} numbers is needed, not {centre}")
    around = (0,) * (len(size) - 2) + margins
    needed = [n + 2 * margin for n, margin in zip(size, around, strict=True)]
    if drawn.turns % 2:
        needed[-2], needed[-1] = needed[-1], needed[-2]
    shift = (0,) * (len(size) - 2) + drawn.shift
    for axis in range(-len(size), 0):
        middle = planes.shape[axis] // 2 if centre is None else centre[axis]
        first = middle - shift[axis] - needed[axis] // 2
        planes = _cut(planes, axis, first, needed[axis])
    return planes


def _cut(planes: NDArray, axis: int, first: int, width: int) -> NDArray:
    n = planes.shape[axis]
    if width < n:
        first = min(max(first, 0), n - width)
        return planes[(..., slice(first, first + width)) + (slice(None),) * (-1 - axis)]
    steps = np.arange(first, first + width) % (2 * n)
    return planes.take(np.minimum(steps, 2 * n - 1 - steps), axis)


def _sample(planes: NDArray, matrix: NDArray, size: tuple[int, ...], nearest: bool) -> NDArray:
    """Values of all planes on the grid that the matrix lays around their middle."""
    down, across = (np.arange(n) - (n - 1) / 2 for n in size)
    y, x = (
        np.add.outer((a * down + (n - 1) / 2).astype("f4"), (b * across).astype("f4"))
        for (a, b), n in zip(matrix, planes.shape[-2:], strict=True)
    )
    flat, width = planes.reshape(*planes.shape[:-2], -1), planes.shape[-1]
    if nearest:
        return flat.take((y + 0.5).astype(np.intp) * width + (x + 0.5).astype(np.intp), axis=-1)
    rows, columns = y.astype(np.intp), x.astype(np.intp)
    y -= rows
    x -= columns
    corner = rows * width + columns
    upper, lower = _between(flat, corner, x), _between(flat[..., width:], corner, x)
    return upper + (lower - upper) * y


def _between(flat: NDArray, left: NDArray, share: NDArray) -> NDArray[np.float32]:
    here = flat.take(left, axis=-1).astype(np.float32)
    there = flat[..., 1:].take(left, axis=-1).astype(np.float32)
    return here + (there - here) * share
