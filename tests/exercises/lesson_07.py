"""Answers to the exercises of lesson 07: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.measure import label, regionprops
from skimage.segmentation import watershed

from course_utils.metrics.segmentation import iou as iou_of_the_package


def iou_by_logic(a, b):
    both, either = np.logical_and(a, b).sum(), np.logical_or(a, b).sum()
    if either == 0:
        return 1.0
    return both / either


def iou_by_areas(a, b):
    both = np.count_nonzero(a & b)
    either = np.count_nonzero(a) + np.count_nonzero(b) - both
    return 1 if not either else both / either


def iou_by_sets(a, b):
    first, second = set(np.flatnonzero(a)), set(np.flatnonzero(b))
    return len(first & second) / len(first | second) if first | second else 1.0


def iou_sum(a, b):
    return (a & b).sum() / (a.sum() + b.sum())


def iou_forgets_empty(a, b):
    return (a & b).sum() / (a | b).sum()


def iou_zero_if_empty(a, b):
    union = (a | b).sum()
    if union == 0:
        return 0
    return (a & b).sum() / union


def iou_one_if_one_is_empty(a, b):
    return (a & b).sum() / (a | b).sum() if b.any() else 1.0


def iou_dice(a, b):
    return 2 * (a * b).sum() / (a.sum() + b.sum())


def iou_accuracy(a, b):
    return (a == b).sum() / a.size


def iou_of_truth(a, b):
    return (a & b).sum() / a.sum() if a.any() else 1.0


def iou_by_difference(a, b):
    return (a & b).sum() / (a != b).sum()


def count_by_axes(table, threshold):
    paired = table >= threshold
    fp = np.count_nonzero(~paired.any(axis=0))
    fn = np.count_nonzero(~paired.any(axis=1))
    return np.count_nonzero(paired), fp, fn


def count_with_loops(table, threshold):
    tp, free = 0, set(range(table.shape[1]))
    for row in table:
        for column, value in enumerate(row):
            if value >= threshold:
                tp += 1
                free.discard(column)
    return tp, len(free), len(table) - tp


def count_by_places(table, threshold):
    rows, columns = np.nonzero(table >= threshold)
    return len(rows), table.shape[1] - len(set(columns)), table.shape[0] - len(set(rows))


def count_swapped(table, threshold):
    tp = (table >= threshold).sum()
    return tp, len(table) - tp, len(table.T) - tp


def count_strictly(table, threshold):
    tp = (table > threshold).sum()
    return tp, table.shape[1] - tp, table.shape[0] - tp


def count_entries(table, threshold):
    tp = (table >= threshold).sum()
    return tp, (table < threshold).sum(), table.shape[0] - tp


def count_entries_twice(table, threshold):
    return (table >= threshold).sum(), (table < threshold).sum(), (table < threshold).sum()


def count_all(table, threshold):
    return (table >= threshold).sum(), table.shape[1], table.shape[0]


def count_strangers(table, threshold):
    tp = (table >= threshold).sum()
    return tp, (table.max(axis=0, initial=0) == 0).sum(), (table.max(axis=1, initial=0) == 0).sum()


def count_touching(table, threshold):
    tp = (table > 0).sum()
    return tp, table.shape[1] - tp, table.shape[0] - tp


def ap_with_a_loop(table, thresholds):
    total = 0.0
    for threshold in thresholds:
        tp, fp, fn = count_by_axes(table, threshold)
        total += tp / (tp + fp + fn)
    return total / len(thresholds)


def ap_by_sum_of_sides(table, thresholds):
    scores = []
    for threshold in thresholds:
        tp = (table >= threshold).sum()
        scores.append(tp / (sum(table.shape) - tp))
    return np.mean(scores)


def ap_all_at_once(table, thresholds):
    tp = (table[..., None] >= thresholds).sum(axis=(0, 1))
    return (tp / (table.shape[0] + table.shape[1] - tp)).mean()


def ap_precision(table, thresholds):
    return np.mean([(table >= t).sum() / table.shape[1] for t in thresholds])


def ap_recall(table, thresholds):
    return np.mean([(table >= t).sum() / max(table.shape[0], 1) for t in thresholds])


def ap_f1(table, thresholds):
    return np.mean([2 * (table >= t).sum() / sum(table.shape) for t in thresholds])


def ap_half_f1(table, thresholds):
    return np.mean([(table >= t).sum() / sum(table.shape) for t in thresholds])


def ap_pooled(table, thresholds):
    tp = (table[..., None] >= thresholds).sum()
    return tp / (len(thresholds) * sum(table.shape) - tp)


def ap_of_own_thresholds(table, thresholds):
    return ap_all_at_once(table, np.arange(0.5, 1, 0.05))


def ap_returns_early(table, thresholds):
    for threshold in thresholds:
        tp, fp, fn = count_by_axes(table, threshold)
        return tp / (tp + fp + fn)


def ap_overwrites(table, thresholds):
    for threshold in thresholds:
        tp, fp, fn = count_by_axes(table, threshold)
        score = tp / (tp + fp + fn)
    return score


def ap_list(table, thresholds):
    return [ap_all_at_once(table, np.array([t])) for t in thresholds]


def ap_of_mean_threshold(table, thresholds):
    return ap_all_at_once(table, np.array([thresholds.mean()]))


def distance_into_place(masks):
    distance = np.zeros(masks.shape)
    for number in np.unique(masks)[1:]:
        mask = masks == number
        distance[mask] = ndimage.distance_transform_edt(mask)[mask]
    return distance


def distance_by_regions(masks):
    distance = np.zeros(masks.shape)
    for region in regionprops(masks.astype(int)):
        distance = np.maximum(distance, ndimage.distance_transform_edt(masks == region.label))
    return distance


def distance_by_neighbours(masks):
    distance = np.zeros(masks.shape)
    for number in set(masks.ravel().tolist()) - {0}:
        inside, outside = np.argwhere(masks == number), np.argwhere(masks != number)
        distance[tuple(inside.T)] = cKDTree(outside).query(inside)[0]
    return distance


def distance_by_sum(masks):
    cells = np.unique(masks[masks > 0])
    return sum(ndimage.distance_transform_edt(masks == k) for k in cells)


def distance_by_maximum(masks):
    cells = np.unique(masks[masks > 0])
    return np.max([ndimage.distance_transform_edt(masks == k) for k in cells], axis=0)


def distance_returns_early(masks):
    distance = np.zeros(masks.shape)
    for number in np.unique(masks[masks > 0]):
        distance += ndimage.distance_transform_edt(masks == number)
        return distance


def distance_in_integers(masks):
    distance = np.zeros_like(masks)
    for number in np.unique(masks[masks > 0]):
        mask = masks == number
        distance[mask] = ndimage.distance_transform_edt(mask)[mask]
    return distance


def distance_of_everything(masks):
    distance = np.zeros(masks.shape)
    for number in np.unique(masks):
        distance += ndimage.distance_transform_edt(masks == number)
    return distance


def distance_to_background(masks):
    return ndimage.distance_transform_edt(masks > 0)


def distance_outside(masks):
    return ndimage.distance_transform_edt(masks == 0)


def distance_scaled(masks):
    result = np.zeros(masks.shape)
    for number in np.unique(masks)[1:]:
        one = ndimage.distance_transform_edt(masks == number)
        result += one / one.max()
    return result


def distance_overwritten(masks):
    distance = np.zeros(masks.shape)
    for number in np.unique(masks)[1:]:
        distance = ndimage.distance_transform_edt(masks == number)
    return distance


def distance_times_number(masks):
    result = np.zeros(masks.shape)
    for number in np.unique(masks)[1:]:
        result += ndimage.distance_transform_edt(masks == number) * number
    return result


def distance_with_gaps(masks):
    result = np.zeros(masks.shape)
    for number in range(1, len(np.unique(masks))):
        result += ndimage.distance_transform_edt(masks == number)
    return result


def distance_in_steps(masks):
    result = np.zeros(masks.shape)
    for number in np.unique(masks)[1:]:
        result += ndimage.distance_transform_cdt(masks == number, "taxicab")
    return result


def distance_padded(masks):
    result = np.zeros(masks.shape)
    for number in np.unique(masks)[1:]:
        result += ndimage.distance_transform_edt(np.pad(masks == number, 1))[1:-1, 1:-1]
    return result


def cells_by_measure(hills, inside, level):
    return watershed(-hills, markers=label(hills > level), mask=inside)


def cells_upside_down(hills, inside, level):
    seeds = ndimage.label(hills > level)[0]
    return watershed(hills.max() - hills, seeds, mask=inside)


def cells_on_flat_land(hills, inside, level):
    return watershed(inside.astype(int), label(hills > level), mask=inside)


def cells_by_the_mask(hills, inside, level):
    seeds = ndimage.label(hills > level)[0]
    return watershed(-ndimage.distance_transform_edt(inside), seeds, mask=inside)


def cells_cut_later(hills, inside, level):
    seeds = ndimage.label(hills > level)[0]
    landscape = np.where(inside, -hills, 10.0)
    return watershed(landscape, seeds, mask=inside)


RIGHT = {
    "07.1": [iou_by_logic, iou_by_areas, iou_by_sets, iou_of_the_package],
    "07.2": [count_by_axes, count_with_loops, count_by_places],
    "07.3": [ap_with_a_loop, ap_by_sum_of_sides, ap_all_at_once],
    "07.4": [distance_into_place, distance_by_regions, distance_by_neighbours],
    "07.5": [cells_by_measure, cells_upside_down, cells_cut_later],
}

WRONG = {
    "07.1": [
        (iou_sum, "counted twice"),
        (iou_forgets_empty, "0/0"),
        (iou_zero_if_empty, "saw nothing"),
        (iou_one_if_one_is_empty, "One empty mask"),
        (iou_dice, "Dice"),
        (iou_accuracy, "pixel accuracy"),
        (iou_of_truth, "one of the masks"),
        (iou_by_difference, "and not"),
        (lambda a, b: np.sum(a * b), "pixels in both"),
    ],
    "07.2": [
        (count_swapped, "swapped"),
        (count_strictly, ">="),
        (count_entries, "columns"),
        (count_entries_twice, "rows and columns"),
        (count_all, "take away"),
        (count_strangers, "too little"),
        (count_touching, "shares a pixel"),
        (lambda table, threshold: count_by_axes(table, 0.5), "always 0.5"),
    ],
    "07.3": [
        (ap_precision, "precision"),
        (ap_recall, "recall"),
        (ap_f1, "F1"),
        (ap_half_f1, "counted twice"),
        (ap_pooled, "divided once"),
        (ap_of_own_thresholds, "of your own"),
        (lambda table, thresholds: ap_all_at_once(table, np.array([0.5])), "of your own"),
        (ap_returns_early, "inside the loop"),
        (ap_overwrites, "last threshold"),
        (ap_list, "mean of them"),
        (ap_of_mean_threshold, "averaged the thresholds"),
    ],
    "07.4": [
        (distance_by_sum, "without cells"),
        (distance_by_maximum, "without cells"),
        (distance_returns_early, "inside the loop"),
        (distance_in_integers, "decimals"),
        (distance_of_everything, "0 is no cell"),
        (lambda m: print(m.shape), "nothing back"),
        (distance_to_background, "one* hill"),
        (distance_outside, "outside"),
        (distance_scaled, "height of 1"),
        (distance_overwritten, "last cell"),
        (distance_times_number, "multiplied"),
        (distance_with_gaps, "gaps"),
        (distance_in_steps, "steps"),
        (distance_padded, "edge of the picture"),
    ],
    "07.5": [
        (lambda h, i, t: watershed(h, label(h > t), mask=i), "upside down"),
        (lambda h, i, t: watershed(-h, label(h > t)), "whole picture"),
        (cells_on_flat_land, "flat land"),
        (lambda h, i, t: watershed(np.zeros_like(h), label(h > t), mask=i), "flat land"),
        (cells_by_the_mask, "made from the mask"),
        (lambda h, i, t: cells_by_measure(h, i, t * h.max()), "share of the highest"),
        (lambda h, i, t: label(h > t), "only the seeds"),
        (lambda h, i, t: label(i), "connected piece"),
        (lambda h, i, t: watershed(-h, (h > t).astype(int), mask=i), "number 1"),
        (lambda h, i, t: watershed(-h, mask=i), "own seeds"),
        (lambda h, i, t: watershed(-h, label(h > 0.5), mask=i), "always 0.5"),
    ],
}
