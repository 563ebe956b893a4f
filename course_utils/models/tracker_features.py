"""What a pair of detections, or a mother with two daughters, looks like in numbers.

All are ratios, angles and ranks, so that pixel size and crowding change little.
"""

import numpy as np
from numpy.typing import NDArray

from course_utils.models.linking import Links, distances, overlaps, shared_pixels
from course_utils.models.tracker_detections import Step

PAIR_FEATURES = (
    "distance",
    "along",
    "across",
    "overlap",
    "covered",
    "covering",
    "best for before",
    "best for after",
    "farther than nearest of before",
    "farther than nearest of after",
    "area",
    "length",
    "width",
    "turn",
    "size before",
    "size after",
    "light",
    "contrast",
)
TRIO_FEATURES = (
    "covered by both",
    "covering",
    "areas add up",
    "lengths add up",
    "alike",
    "middle along",
    "middle across",
    "apart",
    "in line",
    "side by side",
    "light adds up",
    *(f"{name}, {which}" for which in ("lower", "higher") for name in PAIR_FEATURES),
)


def pair_features(step: Step, pairs: Links) -> NDArray[np.float64]:
    """A row a candidate pair, columns `PAIR_FEATURES`; light is 0 where no picture was given.

    "distance" is relative to the root of the area; "along" and "across" are its parts in the
    direction of the long axis, relative to length and width; "covered" and "covering" are the
    shared pixels' shares of the first and the second cell; "best for" compares the overlap with the
    best one of all pairs of that cell, and "farther" the distance with the nearest, in root areas;
    "area", "length", "width", "light", "contrast" are logarithms of ratios, "size" that of the area
    to the median of the frame.

    Taught in: 08.
    """
    a, b = step.before.take(pairs[:, 0]), step.after.take(pairs[:, 1])
    shared, far = shared_pixels(step, pairs), distances(step, pairs) / np.sqrt(a.area)
    along, across = _along(step, pairs, b.place)
    columns = [far, along, across, overlaps(step, pairs), shared / a.area, shared / b.area]
    for side in (0, 1):
        columns.append(shared / np.maximum(_best(np.maximum, shared, pairs[:, side]), 1))
    for side in (0, 1):
        columns.append(far - _best(np.minimum, far, pairs[:, side]))
    columns += [np.log(q / p) for q, p in zip(b[4:7], a[4:7], strict=True)]
    columns.append(_turn(a.angle, b.angle) * (1 - a.width / a.length))
    columns += [_size(step.before.area, a.area), _size(step.after.area, b.area)]
    columns += [_change(q, p) for q, p in ((b.light, a.light), (b.contrast, a.contrast))]
    return np.column_stack(columns)


def trio_features(step: Step, pairs: Links, columns: NDArray, trios: NDArray) -> NDArray:
    """A row a mother with two daughters, columns `TRIO_FEATURES`.

    Args:
        step: two frames.
        pairs, columns: candidates and their `pair_features`.
        trios: a mother's row before, and the rows in `pairs` of her two links; shape (k, 3).

    Taught in: 08.
    """
    mother = step.before.take(trios[:, 0])
    first, second = (step.after.take(pairs[trios[:, k], 1]) for k in (1, 2))
    shared = sum(shared_pixels(step, pairs[trios[:, k]]) for k in (1, 2))
    area = first.area + second.area
    middle = (first.place * first.area[:, None] + second.place * second.area[:, None]) / area[
        :, None
    ]
    along, across = _along(step, trios[:, :1], middle)
    way = second.place - first.place
    line = np.arctan2(way[:, 0], way[:, 1])
    turns = np.stack([_turn(line, daughter.angle) for daughter in (first, second)])
    joint = [
        shared / mother.area,
        shared / area,
        np.log(area / mother.area),
        np.log((first.length + second.length) / mother.length),
        np.abs(np.log(first.area / second.area)),
        along,
        across,
        np.hypot(*way.T) / mother.length,
        _turn(line, mother.angle) * (1 - mother.width / mother.length),
        turns.max(axis=0),
        _change(first.light * first.area + second.light * second.area, mother.light * mother.area),
    ]
    both = np.stack([columns[trios[:, 1]], columns[trios[:, 2]]])
    return np.column_stack([*joint, both.min(axis=0), both.max(axis=0)])


def _along(step: Step, pairs: NDArray, place: NDArray) -> tuple[NDArray, NDArray]:
    cell = step.before.take(pairs[:, 0])
    dy, dx = (place - cell.place - step.move[pairs[:, 0]]).T
    cos, sin = np.cos(cell.angle), np.sin(cell.angle)
    return np.abs(dx * cos + dy * sin) / cell.length, np.abs(dy * cos - dx * sin) / cell.width


def _turn(a: NDArray, b: NDArray) -> NDArray[np.float64]:
    """Angle between two axes, 0 to pi / 2."""
    return np.abs((a - b + np.pi / 2) % np.pi - np.pi / 2)


def _change(after: NDArray, before: NDArray) -> NDArray[np.float64]:
    """Logarithm of a ratio of brightness; 0 without a picture."""
    return np.nan_to_num(np.log(np.maximum(after, 1e-6) / np.maximum(before, 1e-6)))


def _best(better: np.ufunc, value: NDArray, owner: NDArray) -> NDArray[np.float64]:
    """Best value of all pairs of the same owner, for each pair."""
    worst = -np.inf if better is np.maximum else np.inf
    best = np.full(owner.max(initial=0) + 1, worst)
    better.at(best, owner, value)
    return best[owner]


def _size(areas: NDArray, area: NDArray) -> NDArray[np.float64]:
    return np.log(area / np.median(areas)) if len(areas) else area
