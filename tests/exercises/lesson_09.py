"""Answers to the exercises of lesson 09: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage


def pearson_by_sums(true, said):
    a, b = true - true.mean(), said - said.mean()
    below = np.sqrt((a**2).sum() * (b**2).sum())
    return (a * b).sum() / below if below > 0 else 0


def pearson_by_numpy(true, said):
    if said.min() == said.max():
        return 0.0
    return np.corrcoef(true.ravel(), said.ravel())[0, 1]


def pearson_standardised(true, said):
    if said.std() == 0:
        return 0
    return np.mean((true - true.mean()) / true.std() * (said - said.mean()) / said.std())


def pearson_with_loops(true, said):
    top = left = right = 0
    for t, s in zip(true.ravel(), said.ravel(), strict=True):
        top += (t - true.mean()) * (s - said.mean())
        left += (t - true.mean()) ** 2
        right += (s - said.mean()) ** 2
    return top / (left * right) ** 0.5 if right else 0.0


def pearson_of_rows(true, said):
    return np.mean([np.corrcoef(t, s)[0, 1] for t, s in zip(true, said, strict=True)])


def pearson_mixed(true, said):
    covariance = np.cov(true.ravel(), said.ravel())[0, 1]
    return covariance / (true.std() * said.std()) if said.std() else 0.0


def windows_with_loops(image, side):
    rows = []
    for y in range(image.shape[0] - side + 1):
        for x in range(image.shape[1] - side + 1):
            rows.append(image[y : y + side, x : x + side].ravel())
    return np.array(rows)


def windows_by_view(image, side):
    return sliding_window_view(image, (side, side)).reshape(-1, side**2)


def windows_by_shifts(image, side):
    h, w = image.shape[0] - side + 1, image.shape[1] - side + 1
    columns = [image[dy : dy + h, dx : dx + w].ravel() for dy in range(side) for dx in range(side)]
    return np.stack(columns, axis=1)


def windows_one_short(image, side):
    rows = []
    for y in range(image.shape[0] - side):
        for x in range(image.shape[1] - side):
            rows.append(image[y : y + side, x : x + side].ravel())
    return np.array(rows)


def windows_by_columns(image, side):
    rows = []
    for x in range(image.shape[1] - side + 1):
        for y in range(image.shape[0] - side + 1):
            rows.append(image[y : y + side, x : x + side].ravel())
    return np.array(rows)


def windows_of_all(image, side):
    half = side // 2
    wide = np.pad(image, half)
    return [
        wide[y : y + side, x : x + side].ravel()
        for y in range(image.shape[0])
        for x in range(image.shape[1])
    ]


def windows_around_pixels(image, side):
    half = side // 2
    height, width = image.shape
    return [
        image[y - half : y + half + 1, x - half : x + half + 1].ravel()
        for y in range(half, height - half)
        for x in range(half, width - half)
    ]


def windows_from_pixels(image, side):
    half = side // 2
    height, width = image.shape
    return [
        image[y - half : y - half + side, x - half : x - half + side].ravel()
        for y in range(half, height - half)
        for x in range(half, width - half)
    ]


def loss_with_axes(true, said):
    a = true - true.mean(axis=(1, 2), keepdims=True)
    b = said - said.mean(axis=(1, 2), keepdims=True)
    below = np.sqrt((a**2).sum(axis=(1, 2)) * (b**2).sum(axis=(1, 2)))
    return 1 - (a * b).sum(axis=(1, 2)) / below


def loss_with_a_loop(true, said):
    return [1 - np.corrcoef(t.ravel(), s.ravel())[0, 1] for t, s in zip(true, said, strict=True)]


def loss_flattened(true, said):
    t, s = true.reshape(len(true), -1), said.reshape(len(said), -1)
    t = (t - t.mean(1, keepdims=True)) / t.std(1, keepdims=True)
    s = (s - s.mean(1, keepdims=True)) / s.std(1, keepdims=True)
    return 1 - (t * s).mean(axis=1)


def loss_of_the_batch(true, said):
    a, b = true - true.mean(), said - said.mean()
    return 1 - (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())


def loss_with_one_mean(true, said):
    a, b = true - true.mean(), said - said.mean()
    below = np.sqrt((a**2).sum(axis=(1, 2)) * (b**2).sum(axis=(1, 2)))
    return 1 - (a * b).sum(axis=(1, 2)) / below


def counts_by_unique(true, said):
    errors = []
    for t, s in zip(true, said, strict=True):
        n, m = len(np.unique(t[t > 0])), len(np.unique(s[s > 0]))
        errors.append(abs(m - n) / n)
    return np.mean(errors)


def counts_by_sets(true, said):
    n = [len(set(t.ravel().tolist()) - {0}) for t in true]
    m = [len(set(s.ravel().tolist()) - {0}) for s in said]
    return sum(abs(b - a) / a for a, b in zip(n, m, strict=True)) / len(n)


def counts_by_bincount(true, said):
    n = np.array([(np.bincount(t.ravel())[1:] > 0).sum() for t in true])
    m = np.array([(np.bincount(s.ravel())[1:] > 0).sum() for s in said])
    return (np.abs(m - n) / n).mean()


def counts_by_max(true, said):
    return np.mean([abs(s.max() - t.max()) / t.max() for t, s in zip(true, said, strict=True)])


def counts_with_ground(true, said):
    pairs = [(len(np.unique(t)), len(np.unique(s))) for t, s in zip(true, said, strict=True)]
    return np.mean([abs(m - n) / n for n, m in pairs])


def counts_signed(true, said):
    pairs = [
        (len(np.unique(t[t > 0])), len(np.unique(s[s > 0])))
        for t, s in zip(true, said, strict=True)
    ]
    return np.mean([(m - n) / n for n, m in pairs])


def counts_together(true, said):
    n = sum(len(np.unique(t[t > 0])) for t in true)
    m = sum(len(np.unique(s[s > 0])) for s in said)
    return abs(m - n) / n


def counts_of_pixels(true, said):
    pairs = [((t > 0).sum(), (s > 0).sum()) for t, s in zip(true, said, strict=True)]
    return np.mean([abs(m - n) / n for n, m in pairs])


def counts_the_other_way(true, said):
    return counts_by_sets(said, true)


def counts_by_pieces(true, said):
    pairs = [
        (ndimage.label(t > 0)[1], ndimage.label(s > 0)[1]) for t, s in zip(true, said, strict=True)
    ]
    return np.mean([abs(m - n) / n for n, m in pairs])


def counts_by_median(true, said):
    pairs = [
        (len(np.unique(t[t > 0])), len(np.unique(s[s > 0])))
        for t, s in zip(true, said, strict=True)
    ]
    return np.median([abs(m - n) / n for n, m in pairs])


def exposed(light, photons, poisson):
    return poisson(light * photons) / photons


def exposed_in_steps(light, photons, poisson):
    expected = photons * np.asarray(light)
    return np.divide(poisson(expected), photons)


def exposed_by_gain(light, photons, poisson):
    gain = 1 / photons
    return gain * poisson(light / gain)


def exposed_pixel_by_pixel(light, photons, poisson):
    out = np.zeros(light.shape)
    for y, x in np.ndindex(*light.shape):
        out[y, x] = poisson(light[y, x] * photons) / photons
    return out


def exposed_seeded(light, photons, poisson):
    return np.random.default_rng(0).poisson(light * photons) / photons


def scores_by_sums(doubt, error, threshold, limit):
    doubted, wrong = doubt > threshold, error > limit
    hits = (doubted & wrong).sum()
    return hits / doubted.sum(), hits / wrong.sum()


def scores_by_indexing(doubt, error, threshold, limit):
    doubted, wrong = doubt > threshold, error > limit
    precision = wrong[doubted].mean() if doubted.any() else np.nan
    recall = doubted[wrong].mean() if wrong.any() else np.nan
    return precision, recall


def scores_by_sklearn(doubt, error, threshold, limit):
    from sklearn.metrics import precision_score, recall_score

    sides = ((error > limit).ravel(), (doubt > threshold).ravel())
    return precision_score(*sides, zero_division=np.nan), recall_score(*sides, zero_division=np.nan)


def scores_zero_if_empty(doubt, error, threshold, limit):
    doubted, wrong = doubt > threshold, error > limit
    hits = (doubted & wrong).sum()
    return hits / max(doubted.sum(), 1), hits / max(wrong.sum(), 1)


def scores_of_calm(doubt, error, threshold, limit):
    return scores_by_indexing(-doubt, error, -threshold, limit)


def scores_at_least(doubt, error, threshold, limit):
    doubted, wrong = doubt >= threshold, error > limit
    hits = (doubted & wrong).sum()
    return hits / doubted.sum(), hits / wrong.sum()


def scores_at_the_limit(doubt, error, threshold, limit):
    doubted, wrong = doubt > threshold, error >= limit
    hits = (doubted & wrong).sum()
    return hits / doubted.sum(), hits / wrong.sum()


def scores_zero_if_fine(doubt, error, threshold, limit):
    precision, recall = scores_by_indexing(doubt, error, threshold, limit)
    return precision, 0.0 if np.isnan(recall) else recall


def scores_zero_if_calm(doubt, error, threshold, limit):
    precision, recall = scores_by_indexing(doubt, error, threshold, limit)
    return 0.0 if np.isnan(precision) else precision, recall


def scores_that_die(doubt, error, threshold, limit):
    doubted, wrong = doubt > threshold, error > limit
    hits, n = int((doubted & wrong).sum()), int(doubted.sum())
    return hits / n if n else np.nan, hits / int(wrong.sum())


RIGHT = {
    "09.1": [pearson_by_sums, pearson_by_numpy, pearson_standardised, pearson_with_loops],
    "09.2": [windows_with_loops, windows_by_view, windows_by_shifts],
    "09.3": [loss_with_axes, loss_with_a_loop, loss_flattened],
    "09.4": [counts_by_unique, counts_by_sets, counts_by_bincount],
    "09.5": [exposed, exposed_in_steps, exposed_by_gain],
    "09.6": [scores_by_sums, scores_by_indexing, scores_by_sklearn],
}

WRONG = {
    "09.1": [
        (lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1], "same everywhere"),
        (lambda a, b: np.corrcoef(a.ravel(), b.ravel()), "whole table"),
        (lambda a, b: (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()), "means are still in"),
        (lambda a, b: np.mean((a - a.mean()) * (b - b.mean())), "covariance"),
        (lambda a, b: pearson_by_sums(a, b) ** 2, "r squared"),
        (lambda a, b: abs(pearson_by_sums(a, b)), "negative would score"),
        (lambda a, b: 1 - pearson_by_sums(a, b), "a loss"),
        (pearson_mixed, "n − 1"),
        (
            lambda a, b: ((a - a.mean()) * (b - b.mean())).sum() / (a.std() * b.std()),
            "sum* above the line",
        ),
        (pearson_of_rows, "row by row"),
        (lambda a, b: pearson_by_sums(a, b) if b.std() else 1.0, "scores 1"),
    ],
    "09.2": [
        (windows_one_short, "last row"),
        (windows_by_columns, "column by column"),
        (windows_of_all, "sticks out"),
        (windows_around_pixels, "odd sides"),
        (windows_from_pixels, "last row"),
        (lambda image, side: windows_by_view(image, side).T, "exchanged"),
        (lambda image, side: sliding_window_view(image, (side, side)), "still pictures"),
        (lambda image, side: windows_by_view(image, side).reshape(-1, side, side), "flatten"),
        (lambda image, side: image[1:-1, 1:-1].reshape(-1, 1), "shape"),
        (lambda image, side: windows_with_loops(image[::side], side), "shape"),
    ],
    "09.3": [
        (loss_of_the_batch, "whole batch at once"),
        (loss_with_one_mean, "each crop has a mean"),
        (lambda a, b: 1 - loss_with_axes(a, b), "that is r"),
        (lambda a, b: loss_with_axes(a, b) - 1, "−1"),
        (lambda a, b: loss_with_axes(a, b).mean(), "number a *crop*"),
        (lambda a, b: ((a - b) ** 2).mean(axis=(1, 2)), "squared error"),
        (lambda a, b: 1 - (1 - loss_with_axes(a, b)) ** 2, "negative"),
        (
            lambda a, b: (
                1
                - (a * b).sum(axis=(1, 2))
                / np.sqrt((a**2).sum(axis=(1, 2)) * (b**2).sum(axis=(1, 2)))
            ),
            "means are still in",
        ),
        (
            lambda a, b: (
                1
                - ((a - a.mean(axis=(1, 2))) * (b - b.mean(axis=(1, 2)))).sum(axis=(1, 2))
                / np.sqrt((a**2).sum(axis=(1, 2)) * (b**2).sum(axis=(1, 2)))
            ),
            "do not line up",
        ),
    ],
    "09.4": [
        (counts_by_max, "gaps"),
        (counts_with_ground, "background is no cell"),
        (counts_signed, "cancel"),
        (counts_together, "frame by frame"),
        (counts_of_pixels, "pixels"),
        (counts_the_other_way, "divide"),
        (counts_by_pieces, "connected pieces"),
        (counts_by_median, "median"),
        (lambda a, b: counts_by_sets(a, b) * len(a), "summed"),
        (
            lambda a, b: np.mean(
                [abs(len(np.unique(y)) - len(np.unique(x))) for x, y in zip(a, b, strict=True)]
            ),
            "true number",
        ),
    ],
    "09.5": [
        (lambda light, photons, poisson: poisson(light * photons), "divide by"),
        (lambda light, photons, poisson: poisson(light), "*one* photon"),
        (lambda light, photons, poisson: poisson(light) * photons, "multiply before"),
        (lambda light, photons, poisson: poisson(light) / photons, "before"),
        (lambda light, photons, poisson: light * photons, "nothing was drawn"),
        (lambda light, photons, poisson: light, "handed over"),
        (exposed_pixel_by_pixel, "Call `poisson` once"),
        (exposed_seeded, "handed over"),
        (
            lambda light, photons, poisson: np.random.poisson(light * photons) / photons,  # noqa: NPY002
            "handed over",
        ),
        (
            lambda light, photons, poisson: light + poisson(light * photons) / photons,
            "not added",
        ),
        (
            lambda light, photons, poisson: (
                poisson(light * photons) / poisson(light * photons).max()
            ),
            "brightest pixel",
        ),
    ],
    "09.6": [
        (scores_zero_if_empty, "never speaks"),
        (scores_zero_if_calm, "never speaks"),
        (scores_zero_if_fine, "nothing is *wrong*"),
        (scores_that_die, "ZeroDivisionError"),
        (scores_at_least, "doubt *is* the threshold"),
        (scores_at_the_limit, "error *is* the limit"),
        (scores_of_calm, "doubt is *small*"),
        (lambda d, e, t, m: scores_by_sums(d, e, t, m)[::-1], "swapped"),
        (lambda d, e, t, m: scores_by_sums(d, e, m, t), "exchanged"),
        (lambda d, e, t, m: np.mean((d > t) == (e > m)), "agree"),
        (lambda d, e, t, m: scores_by_sums(d, e, t, m)[0], "one number"),
        (lambda d, e, t, m: ((d > t) & (e > m)).sum(), "hits"),
    ],
}
