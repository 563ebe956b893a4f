"""The course's one split of each movie: by columns, with a gap, the same in every lesson.

Nothing of a lesson's model is trained or chosen on the test columns.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

PARTS = ("fit", "choose", "test")

FIT_UNTIL = 385
CHOOSE_FROM = 400
TEST_FROM = 550


@dataclass(frozen=True)
class Columns:
    """Columns of a movie's parts: fit is [0, fit_until), test [test_from, end)."""

    fit_until: int
    choose_from: int
    test_from: int


HELA = Columns(fit_until=FIT_UNTIL, choose_from=CHOOSE_FROM, test_from=TEST_FROM)
WOUND = Columns(fit_until=272, choose_from=288, test_from=384)


def first_pixel(centre: ArrayLike, size: int) -> NDArray[np.int64]:
    """First row or column of a crop of `size` pixels around a centre, may be negative.

    Args:
        centre: positions in pixels, any shape; rounded to the nearest pixel.
        size: side of the crop; 0 and 1 both mean the pixel itself.

    Used in: 00.
    """
    return np.rint(np.asarray(centre)).astype(np.int64) - size // 2


def columns_part(x: ArrayLike, size: int, columns: Columns) -> NDArray[np.str_]:
    """Part of a movie that crops of `size` pixels around the columns x belong to.

    Args:
        x: columns of the crops' centres, any shape.
        size: width of the crops in pixels; 0 asks for the pixel column itself.
        columns: where the parts of the movie begin and end.

    Returns:
        "fit", "choose", "test", or "gap" where a crop reaches over the edge of a part; what lies
        beyond the left and right edge of the image is padding and counts as inside.

    Used in: 01.
    """
    first = first_pixel(x, size)
    last = first + max(size, 1) - 1
    inside = [
        last < columns.fit_until,
        (first >= columns.choose_from) & (last < columns.test_from),
        first >= columns.test_from,
    ]
    return np.select(inside, PARTS, default="gap")


def hela_part(x: ArrayLike, size: int = 0) -> NDArray[np.str_]:
    """Part of the HeLa movie: fit columns 0-384, choose 400-549, test from 550.

    Args:
        x: columns of the crops' centres, any shape.
        size: width of the crops in pixels; 0 asks for the pixel column itself.

    Returns:
        "fit", "choose", "test" or "gap", as in `columns_part`.

    Used in: 02, 03, 04, 05, 06, 07, 08.
    """
    return columns_part(x, size, HELA)


def wound_part(x: ArrayLike, size: int = 0) -> NDArray[np.str_]:
    """Part of the wound healing movie: fit columns 0-271, choose 288-383, test from 384.

    Arguments and result are those of `hela_part`. Used in: 07, 09.
    """
    return columns_part(x, size, WOUND)


def cells_in_both(part: ArrayLike, cell: ArrayLike) -> int:
    """Number of cells whose track stands in more than one of fit, choose and test.

    Args:
        part: part of each nucleus, shape (n,).
        cell: identity of its cell, shape (n,).

    Used in: 01.
    """
    part, cell = np.asarray(part), np.asarray(cell)
    kept = np.isin(part, PARTS)
    seen = set(zip(cell[kept].tolist(), part[kept].tolist(), strict=True))
    parts_of_cell = Counter(number for number, _ in seen)
    return sum(parts > 1 for parts in parts_of_cell.values())


def drop_shared_cells(part: ArrayLike, cell: ArrayLike) -> NDArray[np.str_]:
    """Copy of the parts in which cells seen in test are "gap" wherever they stood in fit or choose.

    Args:
        part: part of each nucleus, shape (n,).
        cell: identity of its cell, shape (n,).

    Used in: 02.
    """
    part = np.array(part)
    tested = np.isin(cell, np.asarray(cell)[part == "test"])
    part[tested & np.isin(part, ("fit", "choose"))] = "gap"
    return part


def link_cells(frame: NDArray, y: NDArray, x: NDArray, reach: float = 20.0) -> NDArray[np.int64]:
    """Identity of the cell behind each nucleus, from chains of mutual nearest neighbours.

    Two nuclei of consecutive frames are one cell if each is the other's nearest and they lie within
    reach. After a division one daughter may keep the mother's identity, the other starts a new one.

    Args:
        frame, y, x: frame number and centroid of each nucleus in pixels, shape (n,).
        reach: longest step in pixels.

    Returns:
        Integers from 0, shape (n,).

    Used in: 05.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    points = np.column_stack([y, x])
    links = [np.empty((0, 2), int)]
    for t in np.unique(frame):
        now, then = np.flatnonzero(frame == t), np.flatnonzero(frame == t + 1)
        pairs = _mutual_pairs(points[now], points[then], reach)
        links.append(np.column_stack([now[pairs[:, 0]], then[pairs[:, 1]]]))
    start, end = np.concatenate(links).T
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(len(points), len(points)))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _mutual_pairs(now: NDArray, then: NDArray, reach: float) -> NDArray[np.int64]:
    from scipy.spatial import cKDTree

    if not len(now) or not len(then):
        return np.empty((0, 2), int)
    distance, forward = cKDTree(then).query(now)
    backward = cKDTree(now).query(then)[1]
    kept = (backward[forward] == np.arange(len(now))) & (distance <= reach)
    return np.column_stack([np.flatnonzero(kept), forward[kept]])
