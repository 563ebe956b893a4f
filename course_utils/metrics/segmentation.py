"""Scores for segmentation: pixels, objects matched by overlap, and the kinds of error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.metrics.matching import Matches, match_objects, match_pairs
from course_utils.metrics.overlaps import Overlaps, overlaps

__all__ = [
    "Matches",
    "ObjectErrors",
    "ObjectScores",
    "Overlaps",
    "dice",
    "iou",
    "match_objects",
    "overlaps",
    "score_objects",
    "splits_and_merges",
]

THRESHOLDS = np.arange(0.5, 1, 0.05)


@dataclass(frozen=True, eq=False)
class ObjectErrors:
    """Labels of the objects that went wrong: `split` and `missed` are true, the others predicted.

    `pieces[k]` are the predicted labels into which `split[k]` fell, `members[k]` the true labels
    that `merged[k]` swallowed.
    """

    split: NDArray[np.int64]
    merged: NDArray[np.int64]
    missed: NDArray[np.int64]
    invented: NDArray[np.int64]
    pieces: tuple[NDArray[np.int64], ...]
    members: tuple[NDArray[np.int64], ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind: splits, merges, misses, inventions."""
        kinds = (self.split, self.merged, self.missed, self.invented)
        names = ("splits", "merges", "misses", "inventions")
        return dict(zip(names, map(len, kinds), strict=True))


@dataclass(frozen=True, eq=False)
class ObjectScores:
    """Scores of one image, or of several with their objects pooled.

    `ap` has tp / (tp + fp + fn) at each of `thresholds`, `mean_ap` is their mean; `f1` and `pq`
    are those at 0.5. `seg` is the segmentation score of the Cell Tracking Challenge.
    """

    thresholds: NDArray[np.float64]
    ap: NDArray[np.float64]
    mean_ap: float
    f1: float
    precision: float
    recall: float
    pq: float
    seg: float
    objects: int
    splits: int
    merges: int
    misses: int
    inventions: int


def iou(a: ArrayLike, b: ArrayLike) -> float:
    """Intersection over union (Jaccard index) of two boolean masks of equal shape.

    Returns:
        0 to 1; two empty masks agree: 1.

    Raises:
        ValueError: shapes differ, or the masks are not boolean.

    Source: Jaccard 1912. Taught in: 07.
    """
    a, b = _checked_masks(a, b)
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 1.0


def dice(a: ArrayLike, b: ArrayLike) -> float:
    """Twice the intersection over the sum of the areas: the F1 score of pixels.

    Returns:
        0 to 1, never below `iou`; two empty masks agree: 1.

    Raises:
        ValueError: shapes differ, or the masks are not boolean.

    Source: Dice 1945. Taught in: 07.
    """
    a, b = _checked_masks(a, b)
    areas = np.count_nonzero(a) + np.count_nonzero(b)
    return 2 * np.count_nonzero(a & b) / areas if areas else 1.0


def splits_and_merges(true: ArrayLike, predicted: ArrayLike) -> ObjectErrors:
    """Name the errors of a segmentation: who was split, merged, missed or invented.

    An object belongs to the one in the other image that holds more than half of its pixels; there
    is at most one. A true object is split if two or more predicted ones belong to it; a predicted
    one is a merge if two or more true ones belong to it. A true object is missed, a predicted one
    invented, if it belongs to none and none belongs to it. A poor outline alone is no error here.

    Args:
        true, predicted: integer labels of one shape, 2-D or 3-D; 0 is background.

    Raises:
        ValueError: shapes differ, labels are not integers, or are negative.

    Source: Coelho, Shariff and Murphy 2009, section 3, with "more than half" for their "most",
    so that nothing depends on the order of labels. Taught in: 07.
    """
    return _errors(overlaps(true, predicted))


def score_objects(
    true: ArrayLike | Sequence[ArrayLike],
    predicted: ArrayLike | Sequence[ArrayLike],
    thresholds: ArrayLike = THRESHOLDS,
) -> ObjectScores:
    """All object scores of one image, or of a list of images with their objects pooled.

    Args:
        true, predicted: integer labels, 2-D or 3-D, 0 is background; or lists of such images.
            An array (z, y, x) is one volume: give frames of a movie as `list(masks)`.
        thresholds: least IoU of a pair, each in (0, 1].

    Returns:
        ObjectScores: counts are added over the images before any ratio is formed.

    Raises:
        ValueError: as `match_objects`, lists of different lengths, or no images at all.

    Source: Schmidt et al. 2018; Maška et al. 2014 (SEG). Taught in: 07.
    """
    true, predicted = (a if isinstance(a, list | tuple) else [a] for a in (true, predicted))
    if len(true) != len(predicted) or not len(true):
        raise ValueError(f"one prediction an image: got {len(true)} true, {len(predicted)} others")
    shared = [overlaps(a, b) for a, b in zip(true, predicted, strict=True)]
    thresholds = np.atleast_1d(np.asarray(thresholds, float))
    levels = [_pooled([match_pairs(each, level) for each in shared]) for level in thresholds]
    half = _pooled([match_pairs(each, 0.5) for each in shared])
    errors = [_errors(each).counts for each in shared]
    ap = np.array([level.average_precision for level in levels])
    return ObjectScores(
        thresholds=thresholds,
        ap=ap,
        mean_ap=float(ap.mean()),
        f1=half.f1,
        precision=half.precision,
        recall=half.recall,
        pq=half.panoptic_quality,
        seg=_seg(shared),
        objects=half.tp + half.fn,
        **{kind: sum(each[kind] for each in errors) for kind in errors[0]},
    )


def _checked_masks(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != bool or b.dtype != bool:
        raise ValueError(
            f"masks must be boolean, got {a.dtype} and {b.dtype}: write labels > 0, "
            "or labels == 7 for one object"
        )
    if a.shape != b.shape:
        raise ValueError(f"masks must have one shape, got {a.shape} and {b.shape}")
    return a, b


def _errors(shared: Overlaps) -> ObjectErrors:
    pieces = shared.of_predicted > 0.5
    members = shared.of_true > 0.5
    touched = pieces | members
    split = _hosts(shared.rows[pieces], shared.cols[pieces])
    merged = _hosts(shared.cols[members], shared.rows[members])
    true, predicted = shared.true_labels, shared.predicted_labels
    return ObjectErrors(
        split=true[list(split)],
        merged=predicted[list(merged)],
        missed=np.delete(true, shared.rows[touched]),
        invented=np.delete(predicted, shared.cols[touched]),
        pieces=tuple(predicted[inside] for inside in split.values()),
        members=tuple(true[inside] for inside in merged.values()),
    )


def _hosts(hosts: NDArray[np.int64], guests: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    order = np.argsort(hosts, kind="stable")
    starts = np.flatnonzero(np.diff(hosts[order], prepend=-1))
    groups = np.split(guests[order], starts[1:])
    found = zip(hosts[order][starts].tolist(), groups, strict=False)
    return {host: group for host, group in found if len(group) > 1}


def _pooled(matches: list[Matches]) -> Matches:
    names = ("true_labels", "predicted_labels", "iou", "missed", "invented")
    joined = (np.concatenate([getattr(each, name) for each in matches]) for name in names)
    return Matches(matches[0].threshold, *joined)


def _seg(shared: list[Overlaps]) -> float:
    total = sum(each.iou[each.of_true > 0.5].sum() for each in shared)
    return float(total / max(sum(len(each.true_labels) for each in shared), 1))
