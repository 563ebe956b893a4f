"""Answers to the exercises of lesson 04: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

import numpy as np
from skimage.transform import resize
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors


def pad_with_loops(picture, background):
    size = max(len(picture), len(picture[0]))
    rows = [[background] * size for _ in range(size)]
    up, left = (size - len(picture)) // 2, (size - len(picture[0])) // 2
    for i, line in enumerate(picture):
        for j, value in enumerate(line):
            rows[up + i][left + j] = value
    return rows


def pad_with_numpy(picture, background):
    room = [max(picture.shape) - n for n in picture.shape]
    return np.pad(picture, [(r // 2, r - r // 2) for r in room], constant_values=background)


def pad_by_stacking(picture, background):
    y, x = picture.shape
    if y < x:
        above, below = (x - y) // 2, x - y - (x - y) // 2
        rows = [np.full((above, x), background), picture, np.full((below, x), background)]
        return np.concatenate(rows)
    left, right = (y - x) // 2, y - x - (y - x) // 2
    return np.hstack([np.full((y, left), background), picture, np.full((y, right), background)])


def pad_top_left(picture, background):
    size = max(picture.shape)
    square = np.zeros((size, size)) + background
    square[: picture.shape[0], : picture.shape[1]] = picture
    return square


def pad_black(picture, background):
    return pad_with_numpy(picture, 0)


def pad_spare_first(picture, background):
    room = [max(picture.shape) - n for n in picture.shape]
    return np.pad(picture, [(r - r // 2, r // 2) for r in room], constant_values=background)


def pad_half_each_side(picture, background):
    y, x = [(max(picture.shape) - n) // 2 for n in picture.shape]
    return np.pad(picture, [(y, y), (x, x)], constant_values=background)


def pad_after(before):
    def answer(picture, background):
        room = [(max(picture.shape), n) for n in picture.shape]
        width = [(before(side, n), side - n - before(side, n)) for side, n in room]
        return np.pad(picture, width, constant_values=background)

    return answer


def pad_then_fill(picture, background):
    square = pad_with_numpy(picture, 0)
    return np.where(square == 0, background, square)


def crop_middle(picture, background):
    side = min(picture.shape)
    y, x = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    return picture[y : y + side, x : x + side]


def scale_colour_by_colour(pictures, mean, deviation):
    result = np.zeros(pictures.shape)
    for c in range(3):
        result[..., c] = (pictures[..., c] / 255.0 - mean[c]) / deviation[c]
    return result


def scale_multiplied_out(pictures, mean, deviation):
    return (pictures - 255 * mean) / (255 * deviation)


def scale_in_32_bits(pictures, mean, deviation):
    x = pictures.astype("float32") / 255
    return (x - mean.reshape(1, 1, 1, 3)) / deviation.reshape(1, 1, 1, 3)


def nearest_by_loop(features, query, k):
    angles = []
    for i, row in enumerate(features):
        if i != query:
            length = np.sqrt((row**2).sum()) * np.sqrt((features[query] ** 2).sum())
            angles.append((-(row @ features[query]) / length, i))
    return [i for _, i in sorted(angles)[:k]]


def nearest_by_sklearn(features, query, k):
    search = NearestNeighbors(n_neighbors=k + 1, metric="cosine").fit(features)
    found = search.kneighbors(features[query : query + 1], return_distance=False)[0]
    return [i for i in found if i != query][:k]


def nearest_set_to_minus_one(features, query, k):
    likeness = cosine_similarity(features)[query]
    likeness[query] = -2
    return np.argsort(likeness)[::-1][:k]


def unit(features):
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def nearest_with_itself(features, query, k):
    return (-(unit(features) @ unit(features)[query])).argsort()[:k]


def nearest_after_deleting(features, query, k):
    likeness = np.delete(unit(features) @ unit(features)[query], query)
    return np.argsort(-likeness)[:k]


def nested_with_loop(inner, outer):
    total = 0
    for fold in range(inner.shape[1]):
        best = 0
        for layer in range(len(inner)):
            if inner[layer, fold] > inner[best, fold]:
                best = layer
        total += outer[best, fold]
    return total / inner.shape[1]


def nested_with_take(inner, outer):
    return np.take_along_axis(outer, inner.argmax(axis=0)[None], axis=0).mean()


def count_with_flag(layers, first):
    total, on = 0, False
    for name, kind, number in layers:
        on = on or name == first
        if on and kind != "BatchNormalization":
            total += number
    return total


def count_backwards(layers, first):
    total = 0
    for name, kind, number in reversed(layers):
        total += 0 if kind == "BatchNormalization" else number
        if name == first:
            return total


def count_with_array(layers, first):
    names, kinds, numbers = (np.array(column) for column in zip(*layers, strict=True))
    above = np.arange(len(names)) >= np.flatnonzero(names == first)[0]
    return numbers[above & (kinds != "BatchNormalization")].sum()


def count_with_bn(layers, first):
    names = [row[0] for row in layers]
    return sum(row[2] for row in layers[names.index(first) :])


def count_if(keep):
    def answer(layers, first):
        names = [row[0] for row in layers]
        return sum(n for name, kind, n in layers[names.index(first) :] if keep(name, kind))

    return answer


def count_above(layers, first):
    names = [row[0] for row in layers]
    above = layers[names.index(first) + 1 :]
    return sum(n for _, kind, n in above if kind != "BatchNormalization")


RIGHT = {
    "04.1": [pad_with_loops, pad_with_numpy, pad_by_stacking],
    "04.2": [scale_colour_by_colour, scale_multiplied_out, scale_in_32_bits],
    "04.3": [nearest_by_loop, nearest_by_sklearn, nearest_set_to_minus_one],
    "04.4": [
        nested_with_loop,
        nested_with_take,
        lambda inner, outer: outer[inner.argmax(axis=0), np.arange(inner.shape[1])].mean(),
    ],
    "04.5": [count_with_flag, count_backwards, count_with_array],
}

WRONG = {
    "04.1": [
        (lambda p, b: resize(p, (max(p.shape),) * 2, order=0, preserve_range=True), "you got"),
        (lambda p, b: np.resize(p, (max(p.shape),) * 2), "you got"),
        (crop_middle, "longer"),
        (pad_top_left, "corner"),
        (pad_black, "`background`"),
        (pad_spare_first, "spare pixel"),
        (pad_then_fill, "itself is black"),
        (pad_after(lambda side, n: side // 2 - n // 2), "halve the room"),
        (pad_after(lambda side, n: (side - n) // 3), "you got"),
        (pad_after(lambda side, n: min(1, side - n)), "you got"),
        (pad_half_each_side, "before and the room after"),
        (lambda p, b: np.full((max(p.shape),) * 2, b), "empty square"),
        (lambda p, b: np.full(max(p.shape), b), "Shape"),
        (lambda p, b: p, "Shape"),
        (
            lambda p, b: p[np.arange(max(p.shape)) * len(p) // max(p.shape)][
                :, np.arange(max(p.shape)) * p.shape[1] // max(p.shape)
            ],
            "drew the picture out",
        ),
    ],
    "04.2": [
        (lambda x, m, d: (x - m) / d, "255 first"),
        (
            lambda x, m, d: (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
            "the arguments",
        ),
        (lambda x, m, d: (x / 256 - m) / d, "divided by 256"),
        (lambda x, m, d: (x - 255 * m) / d, "not the deviation"),
        (lambda x, m, d: x / 255.0, "subtract the mean"),
        (lambda x, m, d: x / 127.5 - 1.0, "other makers"),
        (lambda x, m, d: (x - np.mean(x)) / np.std(x), "on these pictures"),
        (
            lambda x, m, d: (x / 255 - np.mean(x / 255, (0, 1, 2))) / np.std(x / 255, (0, 1, 2)),
            "on these pictures",
        ),
        (lambda x, m, d: (x / 255 - np.mean(m)) / np.mean(d), "for all colours"),
        (lambda x, m, d: (x[..., [2, 1, 0]] / 255 - m) / d, "Red and blue"),
        (lambda x, m, d: x / 255 - m / d, "brackets"),
        (lambda x, m, d: (x / 255 - m) / d**2, "variance"),
        (lambda x, m, d: (x / np.max(x) - m) / d, "brightest"),
        (lambda x, m, d: (x // 255 - m) / d, "fraction"),
        (lambda x, m, d: ((x / 255 - m) / d).transpose(0, 3, 1, 2), "Shape"),
        (lambda x, m, d: (x / 255 - m[:, None, None]) / d[:, None, None], "line up"),
    ],
    "04.3": [
        (nearest_with_itself, "itself"),
        (lambda f, q, k: np.argsort(unit(f) @ unit(f)[q])[:k], "least"),
        (lambda f, q, k: [i for i in np.argsort(-(f @ f[q])) if i != q][:k], "plain product"),
        (
            lambda f, q, k: [i for i in np.argsort(((f - f[q]) ** 2).sum(axis=1)) if i != q][:k],
            "tips",
        ),
        (lambda f, q, k: sorted(nearest_by_loop(f, q, k)), "order of their numbers"),
        (lambda f, q, k: np.sort(unit(f) @ unit(f)[q])[::-1][1 : k + 1], "similarities"),
        (lambda f, q, k: np.argsort(-(unit(f) @ unit(f)[q]))[1 : k + 1], "its twin"),
        (nearest_after_deleting, "up by one"),
        (lambda f, q, k: nearest_by_loop(f, q, k + 1), "One too many"),
        (lambda f, q, k: nearest_by_loop(f, q, k - 1), "One too few"),
    ],
    "04.4": [
        (lambda i, o: o[o.mean(axis=1).argmax()].mean(), "choosing on the test"),
        (lambda i, o: o[i.argmax() // i.shape[1]].mean(), "without `axis`"),
        (lambda i, o: o.ravel()[i.argmax()], "without `axis`"),
        (lambda i, o: np.mean(np.max(o, axis=0)), "knows beforehand"),
        (lambda i, o: np.mean(np.max(i, axis=0)), "luck"),
        (lambda i, o: o[np.argmax(i.mean(axis=1))].mean(), "each column"),
        (lambda i, o: o[i.argmax(axis=0)].mean(), "whole rows"),
        (lambda i, o: o[i.argmax(axis=0), np.arange(i.shape[1])], "their mean"),
        (lambda i, o: i[o.argmax(axis=0), np.arange(i.shape[1])].mean(), "Turned round"),
        (lambda i, o: np.argmax(i, axis=0), "winners"),
        (lambda i, o: np.mean(o), "nothing was chosen"),
        (lambda i, o: np.mean([o[f, i[f].argmax()] for f in range(len(i))]), "rows"),
    ],
    "04.5": [
        (count_with_bn, "Batch normalisation"),
        (count_if(lambda name, kind: kind in ("Conv2D", "Dense")), "kinds that count"),
        (count_if(lambda name, kind: "bn" not in name.lower()), "by its name"),
        (count_above, "missing"),
        (lambda layers, first: sum(n for _, _, n in layers), "whole network"),
        (
            lambda layers, first: sum(
                n for name, kind, n in layers if name >= first and kind != "BatchNormalization"
            ),
            "as text",
        ),
        (
            lambda layers, first: sum(n for *_, n in layers) - count_with_bn(layers, first),
            "below",
        ),
        (
            lambda layers, first: len(layers) - [row[0] for row in layers].index(first),
            "counted layers",
        ),
        (lambda layers, first: next(n for name, _, n in layers if name == first), "alone"),
        (lambda layers, first: [n for _, _, n in layers], "Shape"),
    ],
}
