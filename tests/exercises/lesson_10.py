"""Answers to the exercises of lesson 10: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

from itertools import permutations

import numpy as np
from scipy import ndimage
from scipy.optimize import linear_sum_assignment


def size_by_places(mask, voxel):
    places = np.argwhere(mask)
    return (places.max(axis=0) - places.min(axis=0) + 1) * voxel


def size_by_box(mask, voxel):
    (box,) = ndimage.find_objects(mask.astype(int))
    return [(part.stop - part.start) * step for part, step in zip(box, voxel, strict=True)]


def size_by_any(mask, voxel):
    dz, dy, dx = voxel
    z, y, x = mask.any(axis=(1, 2)), mask.any(axis=(0, 2)), mask.any(axis=(0, 1))
    return z.sum() * dz, y.sum() * dy, x.sum() * dx


def size_without_post(mask, voxel):
    return [np.ptp(where) * step for where, step in zip(np.nonzero(mask), voxel, strict=True)]


def size_in_voxels(mask, voxel):
    return [np.ptp(where) + 1 for where in np.nonzero(mask)]


def size_turned(mask, voxel):
    dx, dy, dz = voxel
    z, y, x = (np.ptp(where) + 1 for where in np.nonzero(mask))
    return np.array([z * dz, y * dy, x * dx])


def size_from_the_corner(mask, voxel):
    return np.array([where.max() + 1 for where in np.nonzero(mask)]) * voxel


def size_of_shadows(mask, voxel):
    return [mask.any(axis=k).sum() * voxel[k] for k in range(3)]


def size_of_the_longest_ray(mask, voxel):
    return [mask.sum(axis=k).max() * voxel[k] for k in range(3)]


def piled_in_a_loop(labels):
    rays = np.zeros(labels.shape[1:], int)
    for k in range(1, labels.max() + 1):
        rays += (labels == k).any(axis=0)
    return rays


def piled_pixel_by_pixel(labels):
    rays = np.zeros(labels.shape[1:], int)
    for y, x in np.ndindex(*rays.shape):
        rays[y, x] = len(set(labels[:, y, x].tolist()) - {0})
    return rays


def piled_by_sorting(labels):
    ordered = np.sort(labels, axis=0)
    return (np.diff(ordered, axis=0) > 0).sum(axis=0) + (ordered[0] > 0)


def piled_with_background(labels):
    rays = np.zeros(labels.shape[1:], int)
    for y, x in np.ndindex(*rays.shape):
        rays[y, x] = len(np.unique(labels[:, y, x]))
    return rays


def piled_without_last(labels):
    return sum((labels == k).any(axis=0) * 1 for k in range(1, labels.max()))


def piled_up_to_their_number(labels):
    return sum((labels == k).any(axis=0) * 1 for k in range(1, len(np.unique(labels))))


def piled_by_or(labels):
    rays = np.zeros(labels.shape[1:], bool)
    for k in np.unique(labels[labels > 0]):
        rays |= (labels == k).any(axis=0)
    return rays


def piled_by_runs(labels):
    rays = np.zeros(labels.shape[1:], int)
    for y, x in np.ndindex(*rays.shape):
        rays[y, x] = ndimage.label(labels[:, y, x] > 0)[1]
    return rays


def carry_by_gain(table, least):
    gain = np.maximum(table - least, 0)
    numbers, free = np.zeros(table.shape[1], int), len(table) + 1
    for i, j in zip(*linear_sum_assignment(-gain), strict=True):
        if gain[i, j] > 0:
            numbers[j] = i + 1
    for j in range(len(numbers)):
        if numbers[j] == 0:
            numbers[j], free = free, free + 1
    return numbers


def carry_by_cost(table, least):
    pairs = zip(*linear_sum_assignment(np.where(table < least, 0, -table)), strict=True)
    above = {j: i + 1 for i, j in pairs if table[i, j] >= least}
    lone = [j for j in range(table.shape[1]) if j not in above]
    return [above.get(j) or len(table) + 1 + lone.index(j) for j in range(table.shape[1])]


def carry_by_search(table, least):
    n, m = table.shape
    good = np.vstack([np.where(table >= least, table, 0), np.zeros((m, m))])
    best = max(permutations(range(n + m), m), key=lambda rows: good[rows, range(m)].sum())
    new = iter(range(n + 1, n + m + 1))
    return [i + 1 if good[i, j] > 0 else next(new) for j, i in enumerate(best)]


def carry_most_pairs(table, least):
    numbers, free = np.zeros(table.shape[1], int), len(table) + 1
    for i, j in zip(*linear_sum_assignment(table >= least, maximize=True), strict=True):
        if table[i, j] >= least:
            numbers[j] = i + 1
    for j in np.flatnonzero(numbers == 0):
        numbers[j], free = free, free + 1
    return numbers


def carry_by_dictionary(table, least):
    good = np.where(table >= least, table, 0)
    rows, columns = linear_sum_assignment(good, maximize=True)
    partner = {j: i for i, j in zip(rows, columns, strict=True) if good[i, j] > 0}
    new = iter(range(len(table) + 1, len(table) + table.shape[1] + 1))
    return [partner[j] + 1 if j in partner else next(new) for j in range(table.shape[1])]


def carry_by_transpose(table, least):
    good = (table * (table >= least)).T
    below, above = linear_sum_assignment(good, maximize=True)
    numbers = np.zeros(len(good), int)
    kept = good[below, above] > 0
    numbers[below[kept]] = above[kept] + 1
    lone = np.flatnonzero(numbers == 0)
    numbers[lone] = len(table) + np.arange(1, len(lone) + 1)
    return numbers


def carry_best(table, least):
    numbers, free = [], len(table)
    for column in table.T:
        if column.max() >= least:
            numbers.append(column.argmax() + 1)
        else:
            free += 1
            numbers.append(free)
    return numbers


def carry_too_late(table, least):
    numbers, free = [0] * table.shape[1], len(table)
    for i, j in zip(*linear_sum_assignment(table, maximize=True), strict=True):
        if table[i, j] >= least:
            numbers[j] = int(i) + 1
    for j, number in enumerate(numbers):
        if not number:
            free += 1
            numbers[j] = free
    return numbers


def carry_and_lose(table, least):
    return [0 if n > len(table) else n for n in carry_by_dictionary(table, least)]


def carry_all_new_alike(table, least):
    return [min(n, len(table) + 1) for n in carry_by_dictionary(table, least)]


def cost_by_loop(kernel, maps_in, maps_out, shape):
    weights = maps_in * maps_out
    for side in kernel:
        weights *= side
    multiplications = weights
    for side in shape:
        multiplications *= side
    return weights + maps_out, multiplications


def cost_by_prod(kernel, maps_in, maps_out, shape):
    one = np.prod(kernel) * maps_in
    return (one + 1) * maps_out, one * maps_out * np.prod(shape)


def cost_as_array(kernel, maps_in, maps_out, shape):
    weights = np.zeros((*kernel, maps_in, maps_out)).size
    return np.array([weights + maps_out, weights * np.zeros(shape).size])


def heights_in_a_loop(labels, voxel):
    out = np.zeros(labels.shape)
    for k in range(1, labels.max() + 1):
        mask = labels == k
        if mask.any():
            distance = ndimage.distance_transform_edt(mask, sampling=voxel)
            out[mask] = distance[mask] / distance.max()
    return out


def heights_added(labels, voxel):
    total = np.zeros(labels.shape)
    for k in np.unique(labels)[1:]:
        distance = ndimage.distance_transform_edt(labels == k, voxel)
        total = total + distance / np.max(distance)
    return total


def heights_divided_afterwards(labels, voxel):
    numbers = np.unique(labels[labels > 0])
    distance = sum(ndimage.distance_transform_edt(labels == k, voxel) for k in numbers)
    tops = ndimage.maximum(distance, labels, numbers)
    out = np.zeros(labels.shape)
    for k, top in zip(numbers, tops, strict=True):
        out[labels == k] = distance[labels == k] / top
    return out


def heights_glued(labels, voxel):
    distance = ndimage.distance_transform_edt(labels > 0, sampling=voxel)
    return distance / distance.max()


def heights_of_distance(labels, voxel, divide=1.0):
    numbers = np.unique(labels[labels > 0])
    return sum(ndimage.distance_transform_edt(labels == k, voxel) for k in numbers) / divide


def heights_as_integers(labels, voxel):
    out = np.zeros_like(labels)
    for k in np.unique(labels[labels > 0]):
        distance = ndimage.distance_transform_edt(labels == k, voxel)
        out[labels == k] = (distance / distance.max())[labels == k]
    return out


def heights_of_the_first(labels, voxel):
    out = np.zeros(labels.shape)
    for k in np.unique(labels[labels > 0]):
        distance = ndimage.distance_transform_edt(labels == k, voxel)
        out += distance / distance.max()
        return out


def heights_of_the_last(labels, voxel):
    for k in np.unique(labels[labels > 0]):
        distance = ndimage.distance_transform_edt(labels == k, voxel)
        out = distance / distance.max()
    return out


def heights_of(labels, voxel, numbers):
    out = np.zeros(labels.shape)
    for k in numbers:
        distance = ndimage.distance_transform_edt(labels == k, voxel)
        out += distance / distance.max()
    return out


def heights_written(labels, voxel, numbers):
    out = np.zeros(labels.shape)
    for k in numbers:
        mask = labels == k
        if mask.any():
            distance = ndimage.distance_transform_edt(mask, voxel)
            out[mask] = distance[mask] / distance.max()
    return out


def whole_by_set(labels):
    rim = set()
    for face in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        rim |= set(face.ravel().tolist())
    rim |= set(labels[..., 0].ravel().tolist()) | set(labels[..., -1].ravel().tolist())
    return np.array(sorted(set(labels.ravel().tolist()) - rim - {0}))


def whole_by_mask(labels):
    rim = np.ones(labels.shape, bool)
    rim[1:-1, 1:-1, 1:-1] = False
    numbers = np.unique(labels[labels > 0])
    return numbers[~np.isin(numbers, labels[rim])]


def whole_by_box(labels):
    kept = []
    for k, box in enumerate(ndimage.find_objects(labels), start=1):
        inside = box and all(
            part.start > 0 and part.stop < size
            for part, size in zip(box, labels.shape, strict=True)
        )
        if inside:
            kept.append(k)
    return kept


def whole_in_the_picture(labels):
    sides = (labels[:, 0], labels[:, -1], labels[:, :, 0], labels[:, :, -1])
    rim = np.concatenate([side.ravel() for side in sides])
    return np.setdiff1d(labels, np.append(rim, 0))


def whole_one_end(labels):
    faces = (labels[0], labels[:, 0], labels[:, :, 0])
    rim = np.concatenate([face.ravel() for face in faces])
    return [k for k in np.unique(labels) if k and k not in rim]


def whole_without_largest(labels):
    kept = whole_by_set(labels)
    return [k for k in range(1, labels.max()) if k in kept]


def whole_but_one_face(labels):
    faces = (labels[0], labels[-1], labels[:, 0], labels[:, -1], labels[:, :, 0])
    rim = np.concatenate([face.ravel() for face in faces])
    return [k for k in np.unique(labels) if k and k not in rim]


def whole_but_the_top(labels):
    faces = (labels[-1], labels[:, 0], labels[:, -1], labels[..., 0], labels[..., -1])
    return np.setdiff1d(labels, [0, *np.concatenate([face.ravel() for face in faces])])


RIGHT = {
    "10.1": [size_by_places, size_by_box, size_by_any],
    "10.2": [piled_in_a_loop, piled_pixel_by_pixel, piled_by_sorting],
    "10.3": [carry_by_dictionary, carry_by_transpose, carry_by_cost, carry_by_search],
    "10.4": [cost_by_loop, cost_by_prod, cost_as_array],
    "10.5": [heights_in_a_loop, heights_added, heights_divided_afterwards],
    "10.6": [whole_by_set, whole_by_mask, whole_by_box],
}

WRONG = {
    "10.1": [
        (size_without_post, "fence post"),
        (size_in_voxels, "These are voxels"),
        (size_turned, "wrong way round"),
        (size_from_the_corner, "corner of the stack"),
        (size_of_shadows, "axis=(1, 2)"),
        (size_of_the_longest_ray, "leans"),
        (lambda m, v: np.ptp(np.argwhere(m), axis=0) * v + 1, "before you multiply"),
        (lambda m, v: size_by_places(m, v[0]), "one and the same step"),
        (lambda m, v: size_by_places(m, v)[::-1], "z first"),
        (lambda m, v: m.sum() * np.prod(v), "three lengths"),
        (lambda m, v: m.shape * np.array(v), "whole stack"),
        (lambda m, v: size_by_places(m, 1 / np.array(v)), "divided"),
        (lambda m, v: [s / 2 for s in size_by_box(m, v)], "radii"),
    ],
    "10.2": [
        (piled_with_background, "background is counted"),
        (lambda a: piled_with_background(a) - 1, "no 0 to take off"),
        (piled_without_last, "last nucleus"),
        (piled_up_to_their_number, "gaps"),
        (piled_by_or, "*whether*"),
        (piled_by_runs, "pieces along z"),
        (lambda a: np.count_nonzero(a, axis=0), "count voxels"),
        (lambda a: np.amax(a, axis=0), "largest of the ray"),
        (lambda a: a.sum(0), "added the nuclei's numbers"),
        (lambda a: sum((a == k).any(axis=2) * 1 for k in range(1, a.max() + 1)), "from the side"),
        (lambda a: len(set(a.ravel().tolist())) - 1, "in all"),
        (lambda a: (a[1:] != a[:-1]).sum(axis=0), "surfaces"),
        (lambda a: ndimage.label(a.any(axis=0))[0], "names again"),
    ],
    "10.3": [
        (carry_best, "same number"),
        (carry_too_late, "*before*"),
        (carry_and_lose, "vanish"),
        (carry_all_new_alike, "same number. Each is"),
        (carry_most_pairs, "*number* of pairs"),
        (carry_by_gain, "`least` off each"),
        (lambda t, least: carry_by_dictionary(t**2, least**2), "squared"),
        (lambda t, least: carry_by_dictionary(t, least + 1e-9), "exactly `least` counts"),
        (lambda t, least: carry_by_dictionary(np.where(t > least, t, 0), 0), "not >"),
        (lambda t, least: carry_by_gain(t, 0), "overlaps at all"),
        (lambda t, least: [n - 1 for n in carry_by_dictionary(t, least)], "Off by one"),
        (lambda t, least: carry_by_dictionary(t.T, least), "exchanged"),
        (
            lambda t, least: [
                n if n <= len(t) else n - len(t) for n in carry_by_dictionary(t, least)
            ],
            "begin at 1",
        ),
        (
            lambda t, least: [n if n <= len(t) else n - 1 for n in carry_by_dictionary(t, least)],
            "first new number is n",
        ),
    ],
    "10.4": [
        (lambda k, i, o, s: (np.prod(k) * i * o, np.prod((*k, i, o, *s))), "biases are missing"),
        (
            lambda k, i, o, s: ((np.prod(k) * i + 1) * o, (np.prod(k) * i + 1) * o * np.prod(s)),
            "multiplied the biases",
        ),
        (lambda k, i, o, s: (np.prod(k) * o + o, np.prod(k) * o * np.prod(s)), "*all* input maps"),
        (lambda k, i, o, s: (np.prod(k) * i + 1, np.prod((*k, i, *s))), "one output map"),
        (lambda k, i, o, s: (cost_by_prod(k, i, o, s)[0], np.prod((*k, i, *s))), "`maps_out`"),
        (
            lambda k, i, o, s: ((np.prod(k) + 1) * i * o, np.prod((*k, i, o, *s))),
            "not for each slice",
        ),
        (lambda k, i, o, s: (sum(k) * i * o + o, sum(k) * i * o * np.prod(s)), "not 9"),
        (
            lambda k, i, o, s: (
                k[0] ** len(s) * i * o + o,
                k[0] ** len(s) * i * o * np.prod(s),
            ),
            "first side",
        ),
        (lambda k, i, o, s: ((np.prod(k) * i + 1) * o, np.prod((*k, i, o))), "every voxel"),
        (lambda k, i, o, s: cost_by_loop(k, i, o, s)[0], "Return two"),
        (lambda k, i, o, s: cost_by_loop(k, i, o, s)[::-1], "first the weights"),
        (lambda k, i, o, s: (cost_by_loop(k, i, o, s)[0], np.prod((*k, i, o)) * sum(s)), "product"),
    ],
    "10.5": [
        (heights_glued, "became one hill"),
        (heights_of_distance, "divide each"),
        (lambda a, v: heights_added(a, (1, 1, 1)), "in voxels"),
        (lambda a, v: heights_added(a, v[::-1]), "wrong way round"),
        (lambda a, v: heights_of_distance(a, (1, 1, 1)), "`sampling=voxel` is missing"),
        (
            lambda a, v: heights_of_distance(a, v, heights_of_distance(a, v).max()),
            "own summit",
        ),
        (lambda a, v: heights_added(a, (v[0], 1, 1)), "all three"),
        (
            lambda a, v: heights_glued(a, v) * ndimage.distance_transform_edt(a > 0, v).max(),
            "Distances of `labels > 0`",
        ),
        (heights_as_integers, "whole numbers"),
        (heights_of_the_first, "inside the loop"),
        (heights_of_the_last, "only the last"),
        (lambda a, v: heights_of(a, v, np.unique(a)), "leave the number 0 out"),
        (lambda a, v: heights_written(a, v, np.unique(a)), "leave the number 0 out"),
        (lambda a, v: heights_of(a, v, range(1, a.max())), "ends before n"),
        (lambda a, v: heights_written(a, v, range(1, a.max())), "ends before n"),
        (lambda a, v: heights_of(a, v, range(1, len(np.unique(a)))), "gaps"),
        (lambda a, v: heights_written(a, v, range(1, len(np.unique(a)))), "gaps"),
        (lambda a, v: heights_of(a, v, range(1, a.max() + 1)), "0/0"),
    ],
    "10.6": [
        (whole_in_the_picture, "top and a bottom"),
        (whole_one_end, "two ends"),
        (lambda a: np.setdiff1d(a, np.append(a[[0, -1]], 0)), "four sides"),
        (lambda a: np.append(0, whole_by_set(a)), "0 is in your answer"),
        (lambda a: np.setdiff1d(a, np.append(whole_by_set(a), 0)), "that *are* cut"),
        (lambda a: np.unique(a[1:-1, 1:-1, 1:-1][a[1:-1, 1:-1, 1:-1] > 0]), "rim"),
        (whole_without_largest, "largest number"),
        (whole_but_one_face, "`labels[:, :, -1]`"),
        (whole_but_the_top, "`labels[0]`"),
        (lambda a: len(whole_by_set(a)), "how many"),
        (lambda a: a * np.isin(a, whole_by_set(a)), "labels that are left"),
        (lambda a: np.isin(a, whole_by_set(a)), "mask of voxels"),
    ],
}
