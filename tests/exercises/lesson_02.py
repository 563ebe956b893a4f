"""Answers to the exercises of lesson 02: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

import numpy as np
import scipy.special
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.preprocessing import StandardScaler


def standardise_with_loops(pictures, reference):
    total = np.zeros(reference.shape[1:])
    for picture in reference:
        total = total + picture
    mean = total / len(reference)
    left = np.array([picture - mean for picture in reference])
    spread = np.sqrt(np.mean(left**2))
    return np.array([(picture - mean) / spread for picture in pictures])


def standardise_rows(pictures, reference):
    flat = reference.reshape(len(reference), -1)
    scaler = StandardScaler(with_std=False).fit(flat)
    result = scaler.transform(pictures.reshape(len(pictures), -1)) / scaler.transform(flat).std()
    return result.reshape(pictures.shape)


def standardise_in_place(pictures, reference):
    pictures -= reference.mean(axis=0)
    pictures /= (reference - reference.mean(axis=0)).std()
    return pictures


def recalls_by_counting(true, predicted):
    found = [0, 0]
    for t, p in zip(true, predicted, strict=True):
        found[t] += t == p
    return (found[0] / list(true).count(0) + found[1] / list(true).count(1)) / 2


def softmax_by_rows(scores):
    result = []
    for row in scores:
        e = np.exp(row - max(row))
        result.append(e / sum(e))
    return result


def softmax_by_logarithm(scores):
    return np.exp(scores - scipy.special.logsumexp(scores, axis=1)[:, None])


def hinge_with_loops(scores, labels):
    total = 0
    for row, label in zip(scores, labels, strict=True):
        for k, score in enumerate(row):
            if k != label:
                total += max(0, score - row[label] + 1)
    return total / len(scores)


def hinge_with_mask(scores, labels):
    margins = np.maximum(0, scores - np.take_along_axis(scores, labels[:, None], 1) + 1)
    margins[np.arange(len(labels)), labels] = 0
    return np.sum(margins) / len(labels)


def slope_flat(f, w, h=1e-4):
    flat, slopes = w.ravel(), []
    for i in range(flat.size):
        moved = np.eye(flat.size)[i] * h
        up, down = (flat + moved).reshape(w.shape), (flat - moved).reshape(w.shape)
        slopes.append((f(up) - f(down)) / h / 2)
    return np.reshape(slopes, w.shape)


def slope_with_copies(f, w, h=1e-4):
    result = np.empty_like(w)
    for at in np.ndindex(*w.shape):
        a, b = w.copy(), w.copy()
        a[at] += h
        b[at] -= h
        result[at] = 0.5 * (f(a) - f(b)) / h
    return result


def slope_finer(f, w, h=1e-4):
    return slope_flat(f, w, h / 10)


def slope_steps_back(f, w, h=1e-4):
    result = np.zeros_like(w)
    for at in np.ndindex(*w.shape):
        w[at] += h
        up = f(w)
        w[at] -= 2 * h
        result[at] = (up - f(w)) / (2 * h)
        w[at] += h
    return result


def slope_one_side(f, w, h=1e-4):
    result = np.zeros_like(w)
    for at in np.ndindex(*w.shape):
        a = w.copy()
        a[at] += h
        result[at] = (f(a) - f(w)) / h
    return result


def hinge_over(classes, pictures):
    def answer(scores, labels):
        total = 0
        for n in range(len(scores)):
            for k in range(classes(scores)):
                if k != labels[n]:
                    total += max(0, scores[n, k] - scores[n, labels[n]] + 1)
        return total / pictures(scores)

    return answer


def slope_without_copies(f, w, h=1e-4):
    result = np.zeros(w.shape)
    for at in np.ndindex(w.shape):
        a = w
        b = w
        a[at] += h
        b[at] -= h
        result[at] = (f(a) - f(b)) / (2 * h)
    return result


def slope_with_one_step(f, w, h=1e-4):
    result, step = np.zeros(w.shape), np.zeros(w.shape)
    for at in np.ndindex(w.shape):
        step[at] = h
        result[at] = (f(w + step) - f(w - step)) / (2 * h)
    return result


def slope_forgets_to_step_back(f, w, h=1e-4):
    result = np.zeros_like(w)
    for at in np.ndindex(*w.shape):
        w[at] += h
        up = f(w)
        w[at] -= h
        result[at] = (up - f(w)) / h
        w[at] += h
    return result


def step_by_difference(w, v, gradient, rate, keep):
    new_v = keep * v - rate * gradient
    return [w + new_v, new_v]


def step_by_entries(w, v, gradient, rate, keep):
    new_v = np.array(
        [keep * a - rate * g for a, g in zip(v.ravel(), gradient.ravel(), strict=True)]
    )
    new_v = new_v.reshape(v.shape)
    return np.add(w, new_v), new_v


def step_in_place(w, v, gradient, rate, keep):
    v *= keep
    v -= rate * gradient
    w += v
    return w, v


RIGHT = {
    "02.1": [
        standardise_with_loops,
        standardise_rows,
        lambda p, r: (p - np.mean(r, 0)) / np.std(r - np.mean(r, 0, keepdims=True)),
    ],
    "02.2": [
        recalls_by_counting,
        balanced_accuracy_score,
        lambda t, p: recall_score(t, p, average="macro"),
        lambda t, p: 0.5 * (p[t == 1].mean() + 1 - p[t == 0].mean()),
    ],
    "02.3": [
        softmax_by_rows,
        softmax_by_logarithm,
        lambda s: scipy.special.softmax(s, axis=1),
        lambda s: (np.exp(s.T - s.max(1)) / np.exp(s.T - s.max(1)).sum(0)).T,
    ],
    "02.4": [
        hinge_with_loops,
        hinge_with_mask,
        lambda s, y: np.mean(
            [
                np.maximum(0, np.delete(row, k) - row[k] + 1).sum()
                for row, k in zip(s, y, strict=True)
            ]
        ),
    ],
    "02.5": [slope_flat, slope_with_copies, slope_finer, slope_steps_back],
    "02.6": [
        step_by_difference,
        step_by_entries,
        lambda w, v, gradient, rate, keep: (
            w - rate * gradient + v * keep,
            -(rate * gradient - v * keep),
        ),
    ],
}

WRONG = {
    "02.1": [
        (lambda p, r: (p - p.mean(0)) / (p - p.mean(0)).std(), "`pictures` themselves"),
        (lambda p, r: (p - np.mean(r)) / np.std(r), "one number"),
        (lambda p, r: (p - r.mean(0)) / r.std(0), "each pixel"),
        (lambda p, r: (p - r.mean(0)) / r.std(), "before the mean"),
        (lambda p, r: (p - r.mean(0)) / np.mean((r - r.mean(0)) ** 2), "variance"),
        (lambda p, r: standardise_rows(p, np.concatenate([p, r])), "together"),
        (lambda p, r: p - r.mean(axis=0), "divide"),
        (standardise_in_place, "changes its input"),
        (lambda p, r: (p - r.mean(0)) / (p - r.mean(0)).std(), "deviation comes from"),
        (lambda p, r: (p - p.mean(0)) / (r - r.mean(0)).std(), "subtracted the mean"),
        (lambda p, r: p - r.mean(0) / (r - r.mean(0)).std(), "brackets"),
        (lambda p, r: p / r.max(), "you got"),
        (lambda p, r: ((p - r.mean(0)) / (r - r.mean(0)).std()).reshape(len(p), -1), "Shape"),
    ],
    "02.2": [
        (lambda t, p: (t == p).mean(), "plain accuracy"),
        (lambda t, p: (np.mean(t[p == 1]) + np.mean(t[p == 0] == 0)) / 2, "precision"),
        (lambda t, p: p[t == 1].mean(), "class 1 alone"),
        (lambda t, p: p[t == 1].mean() + 1 - p[t == 0].mean(), "added"),
        (lambda t, p: recall_score(t, p, average=None), "two recalls"),
        (lambda t, p: (p[t == 1].mean() + p[t == 0].mean()) / 2, "called 1"),
        (lambda t, p: p[t == 1].mean() + (1 - p[t == 0].mean()) / 2, "brackets"),
        (lambda t, p: 100 * recalls_by_counting(t, p), "per cent"),
        (lambda t, p: np.mean(t == 1 and p == 1), "np.where"),
        (lambda t, p: np.sum(t == p), "you got"),
    ],
    "02.3": [
        (lambda s: np.exp(s) / np.exp(s).sum(axis=1, keepdims=True), "overflows"),
        (lambda s: scipy.special.softmax(s, axis=0), "columns"),
        (lambda s: np.exp(s - s.max()) / np.exp(s - s.max()).sum(), "whole table"),
        (lambda s: np.exp(s - s.max(axis=1)[:, None]), "divide by it"),
        (lambda s: scipy.special.expit(s), "sigmoid"),
        (lambda s: s / s.sum(axis=1)[:, None], "np.exp"),
        (lambda s: np.exp(s - s.max(axis=1)), "keepdims"),
        (lambda s: np.exp(s.T - s.mean(1)).T / np.exp(s.T - s.mean(1)).sum(0)[:, None], "mean of"),
        (lambda s: np.exp(s - s.max(axis=0)) / np.exp(s - s.max(axis=0)).sum(1)[:, None], "column"),
        (lambda s: np.exp(s - s.max()) / np.exp(s - s.max()).sum(1)[:, None], "whole table"),
        (lambda s: np.exp(s - s.max(1)[:, None]) / np.exp(s).sum(1)[:, None], "below it not"),
    ],
    "02.4": [
        (lambda s, y: hinge_with_loops(s, y) + 1, "one too high"),
        (
            lambda s, y: np.maximum(0, s - s[np.arange(len(s)), y][:, None]).sum(1).mean(),
            "margin",
        ),
        (lambda s, y: hinge_with_loops(s, y) * len(s), "their mean"),
        (
            lambda s, y: np.maximum(0, s - s[np.arange(len(s)), y][:, None]).sum(1).mean() + 1,
            "inside",
        ),
        (
            lambda s, y: np.maximum(0, s[np.arange(len(s)), y][:, None] - s + 1).sum(1).mean() - 1,
            "sign",
        ),
        (
            lambda s, y: (s - s[np.arange(len(s)), y][:, None] + 1).sum(1).mean() - 1,
            "never goes below zero",
        ),
        (
            lambda s, y: np.maximum(0, s - s[np.arange(len(s)), y][:, None] + 1).sum(1) - 1,
            "single pictures",
        ),
        (
            lambda s, y: np.maximum(0, s - s[np.arange(len(s)), y][:, None] + 1).mean(),
            "over the classes",
        ),
        (lambda s, y: np.maximum(0, s - s[y] + 1).sum(1).mean(), "you got"),
        (
            lambda s, y: (
                np.maximum(0, s - s[np.arange(len(s)), y][:, None] + 1).sum(axis=0).mean() - 1
            ),
            "number of classes",
        ),
        (hinge_over(lambda s: s.shape[1], lambda s: s.shape[1]), "number of classes"),
        (hinge_over(len, len), "out of bounds"),
        (hinge_over(lambda s: 2, len), "you got"),
        (
            lambda s, y: np.maximum(
                0, (s - s[np.arange(len(s)), y][:, None] + 1).sum(1) - 1
            ).mean(),
            "outside the sum",
        ),
    ],
    "02.5": [
        (slope_one_side, "one side only"),
        (lambda f, w, h=1e-4: slope_one_side(f, w, 1e-7), "one side only"),
        (lambda f, w, h=1e-4: slope_one_side(f, w, -h), "one side only"),
        (slope_without_copies, "no copy"),
        (slope_with_one_step, "never moved back"),
        (lambda f, w, h=1e-4: 2 * slope_flat(f, w, h), "Twice too large"),
        (lambda f, w, h=1e-4: slope_one_side(f, w, h) / 2, "Half"),
        (lambda f, w, h=1e-4: np.full(w.shape, (f(w + h) - f(w - h)) / (2 * h)), "one by one"),
        (lambda f, w, h=1e-4: (f(w + h) - f(w - h)) / (2 * h), "one by one"),
        (lambda f, w, h=1e-4: slope_flat(f, w, h) * h * h, "(2 * h)"),
        (lambda f, w, h=1e-4: slope_flat(f, w, h) * 2 * h, "way"),
        (lambda f, w, h=1e-4: -slope_flat(f, w, h), "sign"),
        (lambda f, w, h=1e-4: slope_flat(f, w, h).ravel().tolist(), "flat"),
        (slope_forgets_to_step_back, "changes its input"),
    ],
    "02.6": [
        (lambda w, v, g, r, k: (w + k * v + r * g, k * v + r * g), "uphill"),
        (lambda w, v, g, r, k: (w - r * (k * v + g), k * v + g), "PyTorch"),
        (lambda w, v, g, r, k: (w + v, k * v - r * g), "old velocity"),
        (lambda w, v, g, r, k: (w - r * g, v), "plain gradient descent"),
        (lambda w, v, g, r, k: (w + k * v - r * g, v), "return the old velocity"),
        (lambda w, v, g, r, k: (w + k * (k * v - r * g) - r * g, k * v - r * g), "Nesterov"),
        (lambda w, v, g, r, k: (w - v * k - r * g, v * k + r * g), "turned round"),
        (lambda w, v, g, r, k: (w - (k * v - r * g), k * v - r * g), "add it to w"),
        (lambda w, v, g, r, k: (w + v - r * g, v - r * g), "keep"),
        (lambda w, v, g, r, k: (w + k * v - g, k * v - g), "learning rate"),
        (lambda w, v, g, r, k: w + k * v - r * g, "return w, v"),
        (lambda w, v, g, r, k: (k * v - r * g, w + k * v - r * g), "order"),
        (step_in_place, "changes its input"),
    ],
}
