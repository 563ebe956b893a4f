"""Objects of two label images paired by their overlap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from course_utils.metrics.overlaps import Overlaps, overlaps


@dataclass(frozen=True, eq=False)
class Matches:
    """Pairs of objects whose overlap reaches `threshold`, and the labels left over.

    `true_labels[k]` and `predicted_labels[k]` are a pair with intersection over union `iou[k]`;
    `missed` are true, `invented` predicted labels without a partner. A score that would be 0/0
    is 0, as in stardist.matching.
    """

    threshold: float
    true_labels: NDArray[np.int64]
    predicted_labels: NDArray[np.int64]
    iou: NDArray[np.float64]
    missed: NDArray[np.int64]
    invented: NDArray[np.int64]

    @property
    def tp(self) -> int:
        """Pairs."""
        return len(self.iou)

    @property
    def fp(self) -> int:
        """Predicted objects without a partner."""
        return len(self.invented)

    @property
    def fn(self) -> int:
        """True objects without a partner."""
        return len(self.missed)

    @property
    def precision(self) -> float:
        """Share of the predicted objects that have a partner."""
        return self.tp / max(self.tp + self.fp, 1)

    @property
    def recall(self) -> float:
        """Share of the true objects that have a partner."""
        return self.tp / max(self.tp + self.fn, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.tp / max(2 * self.tp + self.fp + self.fn, 1)

    @property
    def average_precision(self) -> float:
        """tp / (tp + fp + fn), as DSB2018 and StarDist use the name."""
        return self.tp / max(self.tp + self.fp + self.fn, 1)

    @property
    def mean_iou(self) -> float:
        """Mean intersection over union of the pairs: the segmentation quality (SQ) of PQ."""
        return float(self.iou.sum() / max(self.tp, 1))

    @property
    def panoptic_quality(self) -> float:
        """F1 times mean IoU of the pairs. Source: Kirillov et al. 2019, equation 1."""
        return self.f1 * self.mean_iou


def match_objects(true: ArrayLike, predicted: ArrayLike, threshold: float = 0.5) -> Matches:
    """Pair true and predicted objects whose overlap reaches a threshold.

    Args:
        true, predicted: integer labels, shape (y, x) or (z, y, x), 0 is background.
        threshold: least intersection over union, in (0, 1]. Above 0.5 pairs are unique;
            up to 0.5 the assignment with most matches, then the largest summed IoU, is taken.
            Compared in float32, as stardist.matching does: an IoU of 3/5 reaches the
            0.6000000000000001 of `np.arange(0.5, 1, 0.05)`.

    Returns:
        Matches: label pairs with their IoU, and the labels left over on each side.

    Raises:
        ValueError: shapes differ, labels are not integers, or threshold is outside (0, 1].

    Source: Schmidt et al. 2018, section 3. Taught in: 07.
    """
    return match_pairs(overlaps(true, predicted), threshold)


def match_pairs(shared: Overlaps, threshold: float) -> Matches:
    """As `match_objects`, from overlaps that were counted before.

    Raises:
        ValueError: threshold is outside (0, 1].

    Used in: 07.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must be above 0 and at most 1, got {threshold}")
    score = shared.iou
    enough = np.flatnonzero(score.astype(np.float32) >= np.float32(threshold))
    chosen = enough[_best(shared.rows[enough], shared.cols[enough], score[enough])]
    rows, cols = shared.rows[chosen], shared.cols[chosen]
    return Matches(
        threshold=float(threshold),
        true_labels=shared.true_labels[rows],
        predicted_labels=shared.predicted_labels[cols],
        iou=score[chosen],
        missed=np.delete(shared.true_labels, rows),
        invented=np.delete(shared.predicted_labels, cols),
    )


def _best(rows: NDArray, cols: NDArray, score: NDArray) -> NDArray[np.int64]:
    """Indices of the candidates that form the assignment with most pairs, then most score."""
    crowded = np.maximum(np.bincount(rows)[rows], np.bincount(cols)[cols]) > 1
    if not crowded.any():
        return np.arange(len(rows))
    rows, cols = (np.unique(ends, return_inverse=True)[1] for ends in (rows, cols))
    size = rows.max() + cols.max() + 2
    links = coo_array((np.ones(len(rows)), (rows, rows.max() + 1 + cols)), (size, size))
    group = connected_components(links, directed=False)[1][rows]
    order = np.argsort(group, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    chosen = [one[_assign(rows[one], cols[one], score[one])] for one in groups]
    return np.sort(np.concatenate(chosen))


def _assign(rows: NDArray, cols: NDArray, score: NDArray) -> NDArray[np.int64]:
    if len(rows) == 1:
        return np.zeros(1, np.int64)
    rows, cols = (np.unique(ends, return_inverse=True)[1] for ends in (rows, cols))
    value = np.zeros((rows.max() + 1, cols.max() + 1))
    value[rows, cols] = 1 + score / (2 * min(value.shape))
    at = np.full(value.shape, -1)
    at[rows, cols] = np.arange(len(rows))
    found = at[linear_sum_assignment(value, maximize=True)]
    return found[found >= 0]
