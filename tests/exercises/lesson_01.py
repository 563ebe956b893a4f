"""Answers to the exercises of lesson 01: right ones written differently, and usual mistakes."""

import numpy as np
import pandas as pd
from skimage.exposure import rescale_intensity
from sklearn.metrics import cohen_kappa_score


def rescale_by_hand(image, low, high):
    result = np.array(image, dtype=np.float64)
    result[result < low] = low
    result[result > high] = high
    return (result - low) / (high - low)


def kappa_from_table(first, second):
    classes = sorted(set(first) | set(second))
    table = np.zeros((len(classes), len(classes)))
    for a, b in zip(first, second, strict=True):
        table[classes.index(a), classes.index(b)] += 1
    table /= len(first)
    expected = (table.sum(axis=0) * table.sum(axis=1)).sum()
    return (np.trace(table) - expected) / (1 - expected)


def kappa_with_loops(first, second):
    n = len(first)
    equal = sum(a == b for a, b in zip(first, second, strict=True)) / n
    chance = 0
    for k in set(first.tolist() + second.tolist()):
        chance += list(first).count(k) / n * list(second).count(k) / n
    return 1 - (1 - equal) / (1 - chance)


def observed(a, b):
    return np.mean(a == b)


def beyond(equal, chance):
    return (equal - chance) / (1 - chance)


def kappa_with_counts_by_place(first, second):
    _, x = np.unique(first, return_counts=True)
    _, y = np.unique(second, return_counts=True)
    return beyond(observed(first, second), (x * y).sum() / len(first) ** 2)


def kappa_from_crosstab(first, second):
    table = pd.crosstab(pd.Series(first), pd.Series(second), normalize=True).to_numpy()
    return beyond(np.trace(table), (table.sum(0) * table.sum(1)).sum())


def kappa_with_classes_of_the_first(first, second):
    classes = sorted(set(first.tolist()))
    table = np.zeros((len(classes), len(classes)))
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        table[classes.index(a), classes.index(b)] += 1 / len(first)
    return beyond(np.trace(table), (table.sum(0) * table.sum(1)).sum())


RIGHT = {
    "01.1": [
        rescale_by_hand,
        lambda i, a, b: np.minimum(np.maximum((i.astype("float64") - a) / (b - a), 0), 1),
        lambda i, a, b: rescale_intensity(i.astype(float), (a, b), (0.0, 1.0)),
        lambda i, a, b: np.interp(i, (a, b), (0, 1)),
    ],
    "01.2": [
        lambda i, m: [np.rot90(np.flipud(x)) for x in (i, m)],
        lambda i, m: (i.T[::-1, ::-1], m.T[::-1, ::-1]),
        lambda i, m: tuple(np.rot90(np.flip(x, axis=0), k=1, axes=(0, 1)) for x in (i, m)),
    ],
    "01.3": [kappa_from_table, kappa_with_loops, cohen_kappa_score],
    "01.4": [
        lambda a, b: sorted(set(a.tolist()) & set(b.tolist())),
        lambda a, b: np.unique(a[np.isin(a, b)]),
        lambda a, b: np.array([c for c in np.unique(b) if c in a], dtype=int),
    ],
}
WRONG = {
    "01.1": [
        (lambda i, a, b: np.clip((i - a) / (b - a), 0, 1), "unsigned"),
        (lambda i, a, b: np.clip((i.astype(np.int16) - a) / (b - a), 0, 1), "32,767"),
        (lambda i, a, b: (i.astype(float) - a) / (b - a), "clip"),
        (
            lambda i, a, b: (i.astype(float) - i.min()) / (float(i.max()) - float(i.min())),
            "minimum",
        ),
        (lambda i, a, b: np.clip(i.astype(float) / (b - a), 0, 1), "subtract it"),
        (lambda i, a, b: np.clip((i.astype(float) - a) / b, 0, 1), "high - low"),
        (lambda i, a, b: 255 * rescale_by_hand(i, a, b), "255"),
        (lambda i, a, b: np.rint(rescale_by_hand(i, a, b)), "threshold"),
        (lambda i, a, b: rescale_by_hand(i, a, b) > 0.5, "threshold"),
    ],
    "01.2": [
        (lambda i, m: (np.rot90(i[::-1]), m), "mask was left"),
        (lambda i, m: (np.rot90(i[::-1]), np.rot90(m)), "mask was left"),
        (lambda i, m: (np.rot90(i)[::-1], np.rot90(m)[::-1]), "turned round"),
        (lambda i, m: (np.rot90(np.fliplr(i)), np.rot90(np.fliplr(m))), "left to right"),
        (lambda i, m: (np.rot90(i[::-1], 3), np.rot90(m[::-1], 3)), "clockwise"),
        (lambda i, m: (np.flipud(i), np.flipud(m)), "quarter turn is missing"),
        (lambda i, m: (np.rot90(m[::-1]), np.rot90(i[::-1])), "order"),
        (lambda i, m: np.rot90(i[::-1]), "I expected"),
    ],
    "01.3": [
        (observed, "plain agreement"),
        (lambda a, b: 100 * cohen_kappa_score(a, b), "per cent"),
        (
            lambda a, b: (
                observed(a, b) - sum(np.mean(a == k) * np.mean(b == k) for k in np.union1d(a, b))
            ),
            "possible beyond chance",
        ),
        (
            lambda a, b: (
                (observed(a, b) - 1 / len(np.union1d(a, b))) / (1 - 1 / len(np.union1d(a, b)))
            ),
            "every class alike",
        ),
        (
            lambda a, b: (
                (observed(a, b) - sum(np.mean(a == k) ** 2 for k in set(a.tolist())))
                / (1 - sum(np.mean(a == k) ** 2 for k in set(a.tolist())))
            ),
            "first annotator",
        ),
        (
            lambda a, b: beyond(observed(a, b), sum(np.mean(b == k) ** 2 for k in np.unique(b))),
            "second annotator",
        ),
        (kappa_with_counts_by_place, "all classes of both"),
        (kappa_from_crosstab, "all classes of both"),
        (kappa_with_classes_of_the_first, "not in list"),
        (lambda a, b: a == b, "Shape"),
    ],
    "01.4": [
        (lambda a, b: a[np.isin(a, b)], "once"),
        (lambda a, b: list(dict.fromkeys(c for c in a.tolist() if c in b)), "not sorted"),
        (lambda a, b: pd.unique(a[np.isin(a, b)]), "not sorted"),
        (lambda a, b: list(set(a.tolist()) & set(b.tolist())), "not sorted"),
        (lambda a, b: np.union1d(a, b), "either"),
        (lambda a, b: np.setdiff1d(a, b), "only"),
        (lambda a, b: len(set(a.tolist()) & set(b.tolist())), "how many"),
        (lambda a, b: np.isin(a, b), "each picture"),
        (lambda a, b: bool(set(a.tolist()) & set(b.tolist())), "whether"),
        (lambda a, b: a & b, "broadcast"),
    ],
}
