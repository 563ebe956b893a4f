"""Answers to the exercises of lesson 08: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist


def distances_with_loops(before, after):
    table = np.zeros((len(before), len(after)))
    for i, (y, x) in enumerate(before):
        for j, (v, u) in enumerate(after):
            table[i, j] = ((y - v) ** 2 + (x - u) ** 2) ** 0.5
    return table


def distances_by_axes(before, after):
    dy = before[:, 0][:, None] - after[:, 0][None, :]
    dx = before[:, 1][:, None] - after[:, 1][None, :]
    return np.hypot(dy, dx)


def distances_in_integers(before, after):
    table = np.zeros((len(before), len(after)), dtype=int)
    for i in range(len(before)):
        for j in range(len(after)):
            table[i, j] = np.sqrt(((before[i] - after[j]) ** 2).sum())
    return table


def distances_without_root(before, after):
    return ((before[:, None, :] - after[None, :, :]) ** 2).sum(axis=2)


def distances_columns_first(before, after):
    return np.array([[np.hypot(*(p - q)) for p in before] for q in after])


def large(cost, alone, off=np.inf, corner=0.0):
    n, m = cost.shape
    top, left = np.full((n, n), off), np.full((m, m), off)
    np.fill_diagonal(top, alone)
    np.fill_diagonal(left, alone)
    return np.block([[cost, top], [left, np.full((m, n), corner)]])


def solved(matrix, cost):
    rows, columns = linear_sum_assignment(matrix)
    real = (rows < cost.shape[0]) & (columns < cost.shape[1])
    return np.column_stack([rows[real], columns[real]])


def assign_with_large_matrix(cost, alone):
    return solved(large(cost, alone), cost)


def assign_with_whole_blocks(cost, alone):
    return solved(large(cost, alone, off=alone), cost)


def assign_by_gain(cost, alone):
    gain = np.maximum(2 * alone - cost, 0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return [(r, c) for r, c in zip(rows, columns, strict=True) if gain[r, c] > 0]


def assign_with_eye(cost, alone):
    n, m = cost.shape
    blocks = [[cost, alone * np.eye(n)], [alone * np.eye(m), np.zeros((m, n))]]
    return solved(np.block(blocks), cost)


def assign_in_integers(cost, alone):
    n, m = cost.shape
    matrix = np.full((n + m, n + m), alone)
    matrix[:n, :m], matrix[n:, m:] = cost, 0
    return solved(matrix, cost)


def assign_with_full_corner(cost, alone):
    return solved(large(cost, alone, off=alone, corner=alone), cost)


def assign_with_zeros(cost, alone, corner):
    n, m = cost.shape
    matrix = np.zeros((n + m, n + m))
    matrix[:n, :m] = cost
    place = {"lower left": np.s_[:n, m:], "upper right": np.s_[n:, :m]}[corner]
    matrix[place] = alone
    return solved(matrix, cost)


def assign_then_filter(cost, alone):
    rows, columns = linear_sum_assignment(cost)
    kept = cost[rows, columns] < 2 * alone
    return np.column_stack([rows[kept], columns[kept]])


def assign_greedily(cost, alone):
    pairs, used = [], set()
    for flat in np.argsort(cost, axis=None):
        i, j = np.unravel_index(flat, cost.shape)
        if cost[i, j] < 2 * alone and ("r", i) not in used and ("c", j) not in used:
            pairs.append((i, j))
            used |= {("r", i), ("c", j)}
    return sorted(pairs)


def assign_rows(cost, alone):
    return [(i, row.argmin()) for i, row in enumerate(cost) if row.min() < 2 * alone]


def overlap_with_loops(before, after):
    table = np.zeros((before.max(), after.max()))
    for i in range(1, before.max() + 1):
        for j in range(1, after.max() + 1):
            a, b = before == i, after == j
            table[i - 1, j - 1] = (a & b).sum() / (a | b).sum()
    return table


def overlap_by_counting(before, after):
    n, m = before.max() + 1, after.max() + 1
    counts = np.zeros((n, m))
    np.add.at(counts, (before.ravel(), after.ravel()), 1)
    union = counts.sum(1, keepdims=True) + counts.sum(0, keepdims=True) - counts
    return (counts / union)[1:, 1:]


def overlap_by_products(before, after):
    a = (before.ravel() == np.arange(1, before.max() + 1)[:, None]).astype(float)
    b = (after.ravel() == np.arange(1, after.max() + 1)[:, None]).astype(float)
    return a @ b.T / (a.shape[1] - (1 - a) @ (1 - b).T)


def overlap_of_first(before, after):
    table = []
    for i in range(1, before.max() + 1):
        table.append(
            [
                ((before == i) & (after == j)).sum() / (before == i).sum()
                for j in range(1, after.max() + 1)
            ]
        )
    return table


def overlap_with_background(before, after):
    n, m = before.max() + 1, after.max() + 1
    counts = np.zeros((n, m))
    np.add.at(counts, (before.ravel(), after.ravel()), 1)
    return counts / (counts.sum(1, keepdims=True) + counts.sum(0, keepdims=True) - counts)


def overlap_in_logic(before, after):
    rows, columns = range(1, before.max() + 1), range(1, after.max() + 1)
    return [[float(np.any((before == i) & (after == j))) for j in columns] for i in rows]


def divisions_with_loops(lineage):
    rows = []
    for mother in sorted(lineage[:, 0]):
        kids = [track for track, _, _, parent in lineage if parent == mother]
        if len(kids) == 2:
            rows.append([mother, *sorted(kids)])
    return np.array(rows)


def divisions_by_counting(lineage):
    mothers, times = np.unique(lineage[:, 3], return_counts=True)
    chosen = mothers[(times == 2) & (mothers > 0)]
    return [[m, *np.sort(lineage[lineage[:, 3] == m, 0])] for m in chosen]


def divisions_by_dictionary(lineage):
    kids = defaultdict(list)
    for track, _, _, parent in lineage:
        kids[parent].append(track)
    return [(m, *sorted(k)) for m, k in sorted(kids.items()) if m != 0 and len(k) > 1]


def divisions_as_listed(lineage):
    rows = []
    for mother in lineage[:, 0]:
        kids = lineage[lineage[:, 3] == mother, 0]
        if len(kids) == 2:
            rows.append([mother, *kids])
    return np.array(rows)


def divisions_of_any_number(lineage):
    rows = []
    for mother in np.unique(lineage[:, 0]):
        rows.append([mother, *np.sort(lineage[lineage[:, 3] == mother, 0])])
    return rows


def divisions_of_parents(lineage):
    mothers = np.unique(lineage[lineage[:, 3] > 0, 3])
    return np.array([[m, *np.sort(lineage[lineage[:, 3] == m, 0])] for m in mothers])


def divisions_in_next_rows(lineage):
    rows = []
    for one, other in pairwise(lineage):
        if one[3] == other[3] and one[3] != 0:
            rows.append([one[3], one[0], other[0]])
    return sorted(rows)


def divisions_in_next_frame(lineage):
    rows = []
    for mother, _, end, _ in lineage[np.argsort(lineage[:, 0])]:
        kids = lineage[(lineage[:, 3] == mother) & (lineage[:, 1] == end + 1), 0]
        if len(kids) == 2:
            rows.append([mother, *np.sort(kids)])
    return np.array(rows)


def divisions_of_nobody(lineage):
    kids = defaultdict(list)
    for track, _, _, parent in lineage:
        kids[parent].append(track)
    return [(m, *sorted(k)[:2]) for m, k in sorted(kids.items()) if len(k) > 1]


def divisions_with_gaps(lineage):
    rows = []
    for mother in np.unique(lineage[lineage[:, 3] > 0, 3]):
        kids = lineage[lineage[:, 3] == mother, 0]
        rows.append([mother, kids[0], kids[-1]])
    return rows


def divisions_mothers_only(lineage):
    times = Counter(lineage[:, 3].tolist())
    return sorted(m for m, n in times.items() if m and n > 1)


def divisions_when(lineage):
    times = Counter(lineage[:, 3].tolist())
    return [(m, end) for m, _, end, _ in lineage.tolist() if times[m] > 1]


def f1_by_sets(true, found):
    a, b = set(map(tuple, true)), set(map(tuple, found))
    return 2 * len(a & b) / (len(a) + len(b))


def f1_by_broadcasting(true, found):
    hits = (true[:, None, :] == found[None, :, :]).all(axis=-1).any(axis=0).sum()
    precision, recall = hits / len(found), hits / len(true)
    return 2 * precision * recall / (precision + recall) if hits else 0


def f1_by_loop(true, found):
    known, hits = true.tolist(), 0
    for link in found.tolist():
        if link in known:
            hits += 1
    return hits / (0.5 * (len(true) + len(found)))


def f1_without_care(true, found):
    hits = np.float64(len(set(map(tuple, true)) & set(map(tuple, found))))
    precision, recall = hits / len(found), hits / len(true)
    return 2 * precision * recall / (precision + recall)


def f1_in_plain_python(true, found):
    hits = len(set(map(tuple, true)) & set(map(tuple, found)))
    precision, recall = hits / len(found), hits / len(true)
    return 2 * precision * recall / (precision + recall)


def f1_of_found_links(true, found):
    hits = len(set(map(tuple, true)) & set(map(tuple, found)))
    precision, recall = hits / len(found), hits / len(true)
    return 2 * precision * recall / (precision + recall) if hits else 0


def f1_by_frozensets(true, found):
    a, b = ({frozenset(link) for link in links.tolist()} for links in (true, found))
    return 2 * len(a & b) / (len(a) + len(b))


def f1_by_in(true, found):
    hits = sum(1 for a, b in found if a in true[:, 0] and b in true[:, 1])
    return 2 * hits / (len(true) + len(found))


def f1_row_by_row(true, found):
    n = min(len(true), len(found))
    return (true[:n] == found[:n]).all(axis=1).sum() / n


def msd_with_loop(places, lag):
    squares = []
    for t in range(len(places) - lag):
        dy, dx = places[t + lag] - places[t]
        squares.append(dy**2 + dx**2)
    return sum(squares) / len(squares)


def msd_by_slices(places, lag):
    way = places[lag:] - places[: len(places) - lag]
    return (way**2).sum(axis=1).mean()


def msd_by_norm(places, lag):
    return np.mean(np.linalg.norm(places[lag:] - places[:-lag], axis=1) ** 2)


def msd_half(places, lag):
    return ((places[lag:] - places[:-lag]) ** 2).mean()


def msd_one_short(places, lag):
    squares = []
    for t in range(len(places) - lag - 1):
        squares.append(((places[t + lag] - places[t]) ** 2).sum())
    return np.mean(squares)


def msd_from_the_start(places, lag):
    return ((places[lag] - places[0]) ** 2).sum()


RIGHT = {
    "08.1": [distances_with_loops, distances_by_axes, cdist],
    "08.3": [assign_with_large_matrix, assign_with_whole_blocks, assign_by_gain],
    "08.4": [overlap_with_loops, overlap_by_counting, overlap_by_products],
    "08.5": [divisions_with_loops, divisions_by_counting, divisions_by_dictionary],
    "08.2": [f1_by_sets, f1_by_broadcasting, f1_by_loop],
    "08.6": [msd_with_loop, msd_by_slices, msd_by_norm],
}

WRONG = {
    "08.1": [
        (distances_without_root, "squared distances"),
        (distances_columns_first, "exchanged"),
        (distances_in_integers, "decimals"),
        (lambda a, b: [[abs(p - q).sum() for q in b] for p in a], "taxi"),
        (lambda a, b: abs(a[:, :1] - b[:, 0]), "one coordinate"),
        (lambda a, b: [np.hypot(*(p - q)) for p, q in zip(a, b, strict=False)], "zip"),
        (lambda a, b: np.sqrt(np.mean((a[:, None] - b) ** 2, axis=-1)), "√2"),
        (lambda a, b: a[:, None] - b[None], "differences in y and in x"),
        (lambda a, b: np.linalg.norm(a - b, axis=1), "do not line up"),
    ],
    "08.3": [
        (assign_then_filter, "too late"),
        (assign_greedily, "together"),
        (assign_rows, "two rows took the same"),
        (assign_with_eye, "free"),
        (assign_with_full_corner, "*two* cells are alone"),
        (assign_in_integers, "lost their decimals"),
        (
            lambda c, alone: np.column_stack(linear_sum_assignment(np.minimum(c, 2 * alone))),
            "drop those pairs",
        ),
        (lambda c, alone: assign_with_zeros(c, alone, "upper right"), "both corners beside"),
        (lambda c, alone: assign_with_zeros(c, alone, "lower left"), "both corners beside"),
        (lambda c, alone: solved(large(c, alone, corner=np.inf), c), "dummies"),
        (
            lambda c, alone: np.column_stack(linear_sum_assignment(large(c, alone))),
            "holds the dummies",
        ),
        (lambda c, alone: np.column_stack(linear_sum_assignment(c)), "as many as it can"),
        (lambda c, alone: linear_sum_assignment(c), "column_stack"),
        (lambda c, alone: solved(large(c, alone), c)[:, ::-1], "wrong way round"),
        (lambda c, alone: [(i, np.argmin(row)) for i, row in enumerate(c)], "same one"),
    ],
    "08.4": [
        (overlap_of_first, "cell before"),
        (overlap_with_background, "background, no cell"),
        (overlap_in_logic, "not how much"),
        (lambda a, b: overlap_with_loops(b, a), "exchanged"),
        (lambda a, b: overlap_with_background(a, b)[:-1, :-1], "range(1, n + 1)"),
        (lambda a, b: overlap_with_loops(a, b)[:-1, :-1], "ends before n"),
        (
            lambda a, b: [
                [np.sum((a == i) & (b == j)) for j in range(1, b.max() + 1)]
                for i in range(1, a.max() + 1)
            ],
            "divide by the union",
        ),
        (
            lambda a, b: [
                [
                    np.sum((a == i) & (b == j)) / (np.sum(a == i) + np.sum(b == j))
                    for j in range(1, b.max() + 1)
                ]
                for i in range(1, a.max() + 1)
            ],
            "twice",
        ),
    ],
    "08.5": [
        (divisions_as_listed, "order of the table"),
        (lambda t: sorted(divisions_as_listed(t).tolist()), "order of the table"),
        (divisions_of_any_number, "unequal lengths"),
        (lambda t: np.array(divisions_of_any_number(t)), "unequal lengths"),
        (divisions_of_parents, "unequal lengths"),
        (divisions_in_next_rows, "follow one another"),
        (divisions_in_next_frame, "the parent alone decides"),
        (divisions_of_nobody, "0 a mother"),
        (divisions_with_gaps, "*one* child"),
        (divisions_mothers_only, "daughters are missing"),
        (divisions_when, "frame of the mother"),
        (lambda t: [row[1:] for row in divisions_by_dictionary(t)], "mother is missing"),
        (lambda t: len(divisions_by_dictionary(t)), "how many"),
        (
            lambda t: [(m, k) for m, *kids in divisions_by_dictionary(t) for k in kids],
            "row for each daughter",
        ),
        (lambda t: {row[0]: row[1:] for row in divisions_by_dictionary(t)}, "dictionary"),
    ],
    "08.2": [
        (f1_without_care, "without any hit"),
        (f1_in_plain_python, "without any hit"),
        (f1_of_found_links, "not one link"),
        (f1_by_in, "compare pairs"),
        (f1_by_frozensets, "a direction"),
        (f1_row_by_row, "another order"),
        (lambda a, b: f1_by_sets(a, b) / 2, "factor of 2"),
        (lambda a, b: f1_by_sets(a, b) / (2 - f1_by_sets(a, b)), "jaccard"),
        (
            lambda a, b: len(set(map(tuple, a)) & set(map(tuple, b))) / len(b),
            "precision",
        ),
        (lambda a, b: len(set(map(tuple, a)) & set(map(tuple, b))) / len(a), "recall"),
        (lambda a, b: 2 * np.isin(b[:, 1], a[:, 1]).sum() / (len(a) + len(b)), "later cells"),
        (lambda a, b: 2 * np.isin(b[:, 0], a[:, 0]).sum() / (len(a) + len(b)), "earlier cells"),
    ],
    "08.6": [
        (msd_half, "half of what is right"),
        (msd_one_short, "off by one"),
        (msd_from_the_start, "one start only"),
        (lambda p, k: np.linalg.norm(p[k:] - p[:-k], axis=1).mean(), "mean distance"),
        (lambda p, k: np.sqrt(msd_by_slices(p, k)), "a length"),
        (lambda p, k: ((np.roll(p, -k, axis=0) - p) ** 2).sum(axis=1).mean(), "np.roll"),
        (lambda p, k: (np.diff(p, k, axis=0) ** 2).sum(axis=1).mean(), "differences of diff"),
        (lambda p, k: ((p[k:] - p[:-k]) ** 2).mean(axis=0), "one an axis"),
        (lambda p, k: ((p[k::k] - p[:-k:k]) ** 2).sum(axis=1).mean(), "lie `lag` frames apart"),
    ],
}
