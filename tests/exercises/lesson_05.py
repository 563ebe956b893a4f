"""Answers to the exercises of lesson 05: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.metrics import (
    auc,
    average_precision_score,
    confusion_matrix,
    f1_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import GroupKFold


def folds_with_a_dictionary(groups, k):
    fold_of = {group: i % k for i, group in enumerate(sorted(set(groups.tolist())))}
    return [fold_of[group] for group in groups.tolist()]


def folds_with_masks(groups, k):
    folds = np.zeros(len(groups), int)
    for i, group in enumerate(np.unique(groups)):
        folds[groups == group] = i % k
    return folds


def folds_of_sklearn(groups, k):
    folds = np.zeros(len(groups), int)
    for fold, (_, left_out) in enumerate(GroupKFold(k).split(groups, groups=groups)):
        folds[left_out] = fold
    return folds


def table_with_loop(true, predicted, classes):
    counts = np.zeros((classes, classes))
    for t, p in zip(true, predicted, strict=True):
        counts[t, p] += 1
    return counts


def table_one_hot(true, predicted, classes):
    return np.eye(classes)[true].T @ np.eye(classes)[predicted]


def table_fancy(true, predicted, classes):
    counts = np.zeros((classes, classes), int)
    counts[true, predicted] += 1
    return counts


def table_of_one_row(true, predicted, classes):
    counts = [[0] * classes] * classes
    for t, p in zip(true, predicted, strict=True):
        counts[t][p] += 1
    return counts


def three_with_ifs(true, predicted):
    hits = sum(1 for t, p in zip(true, predicted, strict=True) if t == p == 1)
    called, there = list(predicted).count(1), list(true).count(1)
    precision = hits / called if called > 0 else 0
    recall = hits / there if there > 0 else 0
    f1 = 2 * hits / (called + there) if called + there else 0
    return precision, recall, f1


def three_with_maximum(true, predicted):
    hits = np.sum(true * predicted)
    p, r = hits / max(predicted.sum(), 1), hits / max(true.sum(), 1)
    return [p, r, 2 * p * r / max(p + r, 1e-12)]


def three_of_sklearn(true, predicted):
    how = dict(zero_division=0)
    return tuple(f(true, predicted, **how) for f in (precision_score, recall_score, f1_score))


def three_unguarded(true, predicted):
    hits = np.sum((true == 1) & (predicted == 1))
    p, r = hits / np.sum(predicted == 1), hits / np.sum(true == 1)
    return p, r, 2 * p * r / (p + r)


def three_generous(true, predicted):
    hits, called, there = np.sum(true * predicted), predicted.sum(), true.sum()
    p = hits / called if called else 1
    r = hits / there if there else 1
    return p, r, 2 * p * r / (p + r) if p + r else 1


def three_guarded_twice(true, predicted):
    p, r, _ = three_with_ifs(true, predicted)
    return p, r, 2 * np.float64(p) * r / np.float64(p + r)


def three_with(f1):
    def answer(true, predicted):
        p, r, _ = three_with_ifs(true, predicted)
        return p, r, f1(p, r)

    return answer


def ap_with_loop(true, score):
    found, total = 0, 0.0
    for place, i in enumerate(np.argsort(score)[::-1], start=1):
        if true[i]:
            found += 1
            total += found / place
    return total / found


def ap_by_thresholds(true, score):
    return np.mean([true[score >= s].mean() for s in score[true == 1]])


def ap_wrong_picks(true, score):
    ranked = true[np.argsort(-score)]
    precision = np.cumsum(ranked) / np.arange(1, len(true) + 1)
    return precision[true == 1].mean()


def ranked_precision(true, score, sign=-1):
    ranked = true[np.argsort(sign * score)]
    return ranked, np.cumsum(ranked) / np.arange(1, len(true) + 1)


def ap_upwards(true, score):
    ranked, precision = ranked_precision(true, score, 1)
    return precision[ranked == 1].mean()


def ap_interpolated(true, score):
    ranked, precision = ranked_precision(true, score)
    return np.maximum.accumulate(precision[::-1])[::-1][ranked == 1].mean()


def ap_of_ranks(true, score):
    return ap_with_loop(true, -np.argsort(-score).astype(float))


def ap_from_zero(true, score):
    ranked = true[np.argsort(-score)]
    precision = np.cumsum(ranked) / np.arange(len(true))
    return precision[ranked == 1].mean()


def ap_area(true, score):
    precision, recall, _ = precision_recall_curve(true, score)
    return auc(recall, precision)


def ece_with_loop(true, probability, bins):
    edges, total = np.linspace(0, 1, bins + 1), 0
    for b in range(bins):
        above = probability > edges[b] if b else probability >= 0
        here = above & (probability <= edges[b + 1])
        if here.any():
            total += here.sum() * abs(probability[here].mean() - true[here].mean())
    return total / len(true)


def ece_between(inside):
    def answer(true, probability, bins):
        edges, total = np.linspace(0, 1, bins + 1), 0
        for low, high in pairwise(edges):
            here = inside(probability, low, high)
            if here.any():
                total += here.mean() * abs(probability[here].mean() - true[here].mean())
        return total

    return answer


def ece_numbered(number):
    def answer(true, probability, bins):
        at = number(probability, bins)
        return sum(
            np.mean(at == b) * abs(probability[at == b].mean() - true[at == b].mean())
            for b in np.unique(at)
        )

    return answer


def ece_with_counts(true, probability, bins):
    at = np.clip(np.floor(probability * bins).astype(int), 0, bins - 1)
    off = [np.bincount(at, weights=w, minlength=bins) for w in (probability, true)]
    return np.abs(off[0] - off[1]).sum() / len(true)


def ece_with_digitize(true, probability, bins):
    at = np.digitize(probability, np.linspace(0, 1, bins + 1)[1:-1])
    parts = [(at == b) for b in range(bins) if np.any(at == b)]
    return sum(abs(np.mean(probability[m] - true[m])) * m.mean() for m in parts)


def ece_bins(true, probability, bins, weight=True, last=True, distance=np.abs):
    edges, total, used = np.linspace(0, 1, bins + 1), 0, 0
    for low, high in pairwise(edges):
        here = (probability >= low) & (probability < high)
        if last and high == 1:
            here = probability >= low
        if here.any():
            used += 1
            gap = distance(probability[here].mean() - true[here].mean())
            total += gap * (here.mean() if weight else 1)
    return total if weight else total / used


def ece_digitize_all(true, probability, bins):
    at = np.digitize(probability, np.linspace(0, 1, bins + 1))
    parts = [at == b for b in np.unique(at)]
    return sum(abs(np.mean(probability[m] - true[m])) * m.mean() for m in parts)


def ece_middle(true, probability, bins):
    at = np.minimum((probability * bins).astype(int), bins - 1)
    return sum(
        abs((b + 0.5) / bins - true[at == b].mean()) * np.mean(at == b) for b in np.unique(at)
    )


def stop_by_array(losses, patience):
    for epoch in range(len(losses)):
        best = int(losses[: epoch + 1].argmin())
        if epoch - best >= patience:
            break
    return epoch, best


def stop_by_index(losses, patience):
    for epoch in range(len(losses)):
        best = losses.index(min(losses[: epoch + 1]))
        if epoch - best >= patience:
            break
    return epoch, best


def stop_with_least(amount):
    def answer(losses, patience):
        best = 0
        for epoch, loss in enumerate(losses):
            if loss < losses[best] - amount:
                best = epoch
            if epoch - best >= patience:
                break
        return epoch, best

    return answer


def stop_at_the_length(losses, patience):
    stop, best = stop_with_counter(losses, patience)
    return (stop if stop - best == patience else len(losses)), best


def stop_last_of_equals(losses, patience):
    stop, _ = stop_with_counter(losses, patience)
    return stop, stop - int(np.argmin(losses[: stop + 1][::-1]))


def stop_with_counter(losses, patience):
    best, best_epoch, wait = np.inf, 0, 0
    for epoch in range(len(losses)):
        if losses[epoch] < best:
            best, best_epoch, wait = losses[epoch], epoch, 0
        else:
            wait += 1
            if wait == patience:
                break
    return epoch, best_epoch


def stop_by_prefix(losses, patience):
    for end in range(len(losses)):
        best = int(np.argmin(losses[: end + 1]))
        if end - best == patience:
            return end, best
    return len(losses) - 1, int(np.argmin(losses))


def stop_with_while(losses, patience):
    epoch = best = 0
    while epoch + 1 < len(losses) and epoch - best < patience:
        epoch += 1
        best = epoch if losses[epoch] < losses[best] else best
    return [epoch, best]


def stop_late(losses, patience):
    best, best_epoch, wait = np.inf, 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, best_epoch, wait = loss, epoch, 0
        else:
            wait += 1
        if wait > patience:
            return epoch, best_epoch
    return epoch, best_epoch


def stop_early(losses, patience):
    return stop_with_counter(losses, patience - 1)


def stop_ties(losses, patience):
    best, best_epoch, wait = np.inf, 0, 0
    for epoch, loss in enumerate(losses):
        if loss <= best:
            best, best_epoch, wait = loss, epoch, 0
        else:
            wait += 1
        if wait == patience:
            return epoch, best_epoch
    return epoch, best_epoch


def stop_no_reset(losses, patience):
    best, best_epoch, wait = np.inf, 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, best_epoch = loss, epoch
        else:
            wait += 1
        if wait == patience:
            return epoch, best_epoch
    return epoch, best_epoch


def stop_last(losses, patience):
    wait = 0
    for epoch in range(1, len(losses)):
        wait = wait + 1 if losses[epoch] >= losses[epoch - 1] else 0
        if wait >= patience:
            return epoch, int(np.argmin(losses[: epoch + 1]))
    return len(losses) - 1, int(np.argmin(losses))


RIGHT = {
    "05.1": [
        folds_with_a_dictionary,
        folds_with_masks,
        lambda groups, k: np.searchsorted(np.unique(groups), groups) % k,
    ],
    "05.2": [
        table_with_loop,
        table_one_hot,
        lambda t, p, c: confusion_matrix(t, p, labels=np.arange(c)),
        lambda t, p, c: np.array(
            [[np.sum((t == i) & (p == j)) for j in range(c)] for i in range(c)]
        ),
        lambda t, p, c: np.bincount(t * c + p, minlength=c * c).reshape(c, c),
    ],
    "05.3": [three_with_ifs, three_with_maximum, three_of_sklearn],
    "05.4": [ap_with_loop, ap_by_thresholds, average_precision_score],
    "05.5": [ece_with_loop, ece_with_counts, ece_with_digitize],
    "05.6": [stop_with_counter, stop_by_prefix, stop_with_while, stop_by_array, stop_by_index],
}


def ece_of_every_bin(true, probability, bins):
    at = np.minimum(np.floor(probability * bins), bins - 1)
    total = 0
    for b in range(bins):
        here = at == b
        total += here.mean() * abs(probability[here].mean() - true[here].mean())
    return total


def stop_from_the_start(losses, patience):
    best, waited = 0, 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best, waited = epoch, 0
        else:
            waited += 1
        if waited == patience:
            break
    return epoch, best


WRONG = {
    "05.1": [
        (lambda g, k: np.arange(len(g)) % k, "dealt out *pictures*"),
        (lambda g, k: g % k, "remainder of the group"),
        (lambda g, k: np.arange(len(np.unique(g))) % k, "each different group"),
        (lambda g, k: np.array(folds_with_a_dictionary(g, k)) + 1, "counted from 0"),
        (
            lambda g, k: np.array([list(dict.fromkeys(g.tolist())).index(x) % k for x in g]),
            "as they appear",
        ),
        (folds_of_sklearn, "GroupKFold"),
        (lambda g, k: (np.searchsorted(np.unique(g), g) + 1) % k, "from 1"),
        (lambda g, k: np.searchsorted(np.unique(g), g) // k, "Whole division"),
        (lambda g, k: np.unique(g, return_inverse=True)[1], "one fold for each"),
        (
            lambda g, k: np.searchsorted(np.unique(g), g) * k // len(np.unique(g)),
            "into blocks",
        ),
        (lambda g, k: np.zeros(len(g), int), "you got"),
    ],
    "05.2": [
        (lambda t, p, c: table_with_loop(p, t, c), "exchanged"),
        (table_fancy, "only once"),
        (table_of_one_row, "repeats one list"),
        (lambda t, p, c: confusion_matrix(t, p), "as many rows"),
        (
            lambda t, p, c: confusion_matrix(t, p, labels=range(c), normalize="true"),
            "sums of the rows",
        ),
        (lambda t, p, c: table_with_loop(t, p, c) / len(t), "number of cases"),
        (
            lambda t, p, c: np.array([np.sum((t == k) & (p == k)) for k in range(c)]),
            "diagonal only",
        ),
        (lambda t, p, c: table_with_loop(t[t != p], p[t != p], c), "only the errors"),
        (lambda t, p, c: np.histogram2d(t, p, bins=c)[0], "histogram2d"),
        (lambda t, p, c: np.sum(t == p), "Shape"),
    ],
    "05.3": [
        (three_unguarded, "0 by 0"),
        (three_guarded_twice, "0 by 0"),
        (lambda t, p: tuple(np.nan_to_num(three_unguarded(t, p), nan=1.0)), "perfect precision"),
        (three_generous, "perfect precision"),
        (
            lambda t, p: (
                recall_score(t, p, zero_division=0),
                precision_score(t, p, zero_division=0),
                f1_score(t, p, zero_division=0),
            ),
            "exchanged",
        ),
        (three_with(lambda p, r: (p + r) / 2), "ordinary mean"),
        (three_with(lambda p, r: p * r / (p + r) if p + r else 0), "factor"),
        (three_with(lambda p, r: 2 * p * r / p + r if p else r), "brackets"),
        (three_with(lambda p, r: (p * r) ** 0.5), "geometric"),
        (lambda t, p: three_with_ifs(1 - t, 1 - p), "class 0"),
        (lambda t, p: three_with_ifs(t, p)[2], "F1 alone"),
        (lambda t, p: [100 * v for v in three_with_ifs(t, p)], "Per cent"),
        (lambda t, p: [np.sum(t * p) / len(t)] * 3, "all cases"),
    ],
    "05.4": [
        (ap_upwards, "*lowest* score"),
        (lambda t, s: ranked_precision(t, s)[1].mean(), "all places"),
        (lambda t, s: (np.cumsum(t) / np.arange(1, len(t) + 1))[t == 1].mean(), "were given"),
        (lambda t, s: ap_with_loop(t, s) * t.sum(), "summed"),
        (lambda t, s: ap_with_loop(t, s) * t.sum() / len(t), "number of cases"),
        (ap_from_zero, "Off by one"),
        (lambda t, s: np.mean(np.arange(1, t.sum() + 1) / t.sum()), "which is recall"),
        (ap_area, "straight lines"),
        (roc_auc_score, "under the ROC curve"),
        (ap_wrong_picks, "old order"),
        (ap_interpolated, "object detection"),
        (ap_of_ranks, "ranks for an order"),
    ],
    "05.5": [
        (ece_of_every_bin, "nan"),
        (lambda t, p, b: ece_bins(t, p, b, weight=False), "same weight"),
        (lambda t, p, b: ece_bins(t, p, b) / b, "number of bins"),
        (lambda t, p, b: abs(ece_bins(t, p, b, distance=lambda g: g)), "cancels"),
        (lambda t, p, b: ece_bins(t, p, b, distance=np.square), "squared"),
        (lambda t, p, b: ece_bins(t, p, b, last=False), "exactly 1.0"),
        (ece_digitize_all, "exactly 1.0"),
        (ece_between(lambda p, low, high: (p > low) & (p <= high)), "exactly 0"),
        (ece_numbered(lambda p, bins: np.ceil(p * bins) - 1), "exactly 0"),
        (ece_between(lambda p, low, high: (p >= low) & (p <= high)), "counts twice"),
        (ece_numbered(lambda p, bins: pd.cut(p, bins, labels=False)), "that occur"),
        (
            lambda t, p, b: ece_with_loop(((p >= 0.5) == t).astype(int), np.maximum(p, 1 - p), b),
            "the confidence",
        ),
        (ece_middle, "middle"),
        (lambda t, p, b: ece_with_loop((t == (p > 0.5)).astype(int), p, b), "is *right*"),
        (lambda t, p, b: np.mean(np.abs(t - p)), "bins first"),
        (lambda t, p, b: 100 * ece_with_loop(t, p, b), "Per cent"),
        (lambda t, p, b: np.mean((t - p) ** 2), "you got"),
    ],
    "05.6": [
        (stop_from_the_start, "Epoch 0"),
        (stop_late, "one epoch too late"),
        (stop_early, "one epoch too early"),
        (stop_ties, "equal loss"),
        (stop_with_least(0.05), "least amount"),
        (stop_with_least(0.001), "least amount"),
        (stop_last_of_equals, "Of equal losses"),
        (stop_at_the_length, "number of epochs"),
        (lambda v, p: stop_with_counter(v, p)[::-1], "exchanged"),
        (stop_last, "one before it"),
        (stop_no_reset, "never set back"),
        (lambda v, p: (stop_with_counter(v, p)[0], int(np.argmin(v))), "*whole* curve"),
        (lambda v, p: (min(int(np.argmin(v)) + p, len(v) - 1), int(np.argmin(v))), "*whole* curve"),
        (lambda v, p: stop_with_counter(v, p)[0], "one number"),
        (lambda v, p: (stop_with_counter(v, p)[0] + 1, stop_with_counter(v, p)[1] + 1), "from 0"),
        (
            lambda v, p: (stop_with_counter(v, p)[0], min(v[: stop_with_counter(v, p)[0] + 1])),
            "best *loss*",
        ),
    ],
}
