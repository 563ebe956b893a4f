"""Links of two frames."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from course_utils.models.linking import (
    LINKERS,
    assign,
    best_families,
    best_pairs,
    candidates,
    most_overlap,
    nearest,
)
from course_utils.models.tracker_detections import detect, lay, points


def frames(*boxes):
    """Two frames of boxes (y, x, height, width), labelled from 1."""
    masks = np.zeros((2, 60, 90), np.uint16)
    for t, some in enumerate(boxes):
        for label, (y, x, tall, wide) in enumerate(some, start=1):
            masks[t, y : y + tall, x : x + wide] = label
    return masks


def step_of(masks, move=(0, 0)):
    found = detect(masks)
    before, after = (found.take(found.frame == t) for t in (0, 1))
    return lay(before, after, move, masks)


def scattered(n, seed=0):
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 100, (n, 2))
    later = place + rng.normal(0, 2, place.shape)
    made = points(np.repeat([0, 1], n), *np.concatenate([place, later]).T)
    return lay(made.take(made.frame == 0), made.take(made.frame == 1), [0, 0])


def test_the_sparse_assignment_is_not_the_best():
    rng = np.random.default_rng(3)
    for _ in range(40):
        n, m = rng.integers(1, 7, 2)
        pairs = np.argwhere(rng.random((n, m)) < 0.6)
        gain = rng.normal(0.3, 1, len(pairs))
        matrix = np.zeros((n, m))
        matrix[tuple(pairs.T)] = np.maximum(gain, 0)
        best = matrix[linear_sum_assignment(matrix, maximize=True)].sum()
        taken = best_pairs(pairs, gain)
        assert gain[taken].sum() == pytest.approx(best)
        assert all(len(set(column)) == taken.sum() for column in pairs[taken].T.tolist())


def test_families_are_not_the_best_that_trying_all_would_find():
    rng = np.random.default_rng(1)
    step = scattered(3)
    for _ in range(20):
        links = np.argwhere(rng.random((3, 3)) < 0.7)
        trios = np.array([(i, 0, 1) for i in range(3)] + [(i, 1, 2) for i in range(3)])
        gains = rng.normal(0, 1, len(links)), rng.normal(0.5, 1, len(trios))
        found = best_families(step, links, gains[0], trios, gains[1])
        value = _value(found, links, gains[0], trios, gains[1])
        assert value == pytest.approx(_best(links, gains[0], trios, gains[1]))


def _value(found, links, link_gain, trios, trio_gain):
    kids = {}
    for i, j in found.tolist():
        kids.setdefault(i, set()).add(j)
    worth = {(i, frozenset([j])): g for (i, j), g in zip(links.tolist(), link_gain, strict=True)}
    worth |= {(i, frozenset(k)): g for (i, *k), g in zip(trios.tolist(), trio_gain, strict=True)}
    return sum(worth[i, frozenset(some)] for i, some in kids.items())


def _best(links, link_gain, trios, trio_gain):
    fates = [(i, {j}, g) for (i, j), g in zip(links.tolist(), link_gain, strict=True)]
    fates += [(i, set(k), g) for (i, *k), g in zip(trios.tolist(), trio_gain, strict=True)]

    def grow(mother, free):
        if mother == 3:
            return 0.0
        own = [(kids, g) for i, kids, g in fates if i == mother and kids <= free]
        return max([grow(mother + 1, free)] + [g + grow(mother + 1, free - k) for k, g in own])

    return grow(0, {0, 1, 2})


def test_candidates_are_all_pairs_or_miss_the_true_one():
    step = scattered(300)
    pairs = candidates(step, reach=9.0)
    assert len(pairs) < 6 * 300
    far = np.hypot(*(step.before.place - step.after.place).T)
    kept = {tuple(pair) for pair in pairs.tolist()}
    close = np.flatnonzero(far < 6)
    assert np.mean([(i, i) in kept for i in close.tolist()]) > 0.98


def test_a_rod_that_moved_its_length_is_linked_to_its_neighbour():
    masks = frames([(10, 10, 6, 30), (17, 10, 6, 30)], [(17, 10, 6, 30), (24, 10, 6, 30)])
    for linker in LINKERS.values():
        assert sorted(linker(step_of(masks, (7, 0))).tolist()) == [[0, 0], [1, 1]]
    assert sorted(most_overlap(step_of(masks)).tolist()) != [[0, 0], [1, 1]]


@pytest.mark.parametrize("linker", [most_overlap, assign])
def test_a_division_is_missed(linker):
    masks = frames(
        [(10, 10, 6, 40), (30, 10, 6, 20)], [(10, 8, 6, 21), (10, 31, 6, 21), (30, 10, 6, 22)]
    )
    assert sorted(linker(step_of(masks)).tolist()) == [[0, 0], [0, 1], [1, 2]]


def test_a_mother_of_three():
    masks = frames([(10, 10, 6, 40)], [(10, 10, 6, 12), (10, 23, 6, 12), (10, 36, 6, 12)])
    for linker in LINKERS.values():
        assert len(linker(step_of(masks))) <= 2


def test_a_newcomer_far_away_gets_a_mother():
    masks = frames([(10, 10, 6, 20)], [(10, 10, 6, 20), (50, 70, 6, 15)])
    for linker in (most_overlap, assign):
        assert linker(step_of(masks)).tolist() == [[0, 0]]
    assert nearest(step_of(masks), reach=30.0).tolist() == [[0, 0]]


def test_empty_frames_stop_the_linking():
    for boxes in (([], [(1, 1, 5, 5)]), ([(1, 1, 5, 5)], []), ([], [])):
        for linker in LINKERS.values():
            assert linker(step_of(frames(*boxes))).shape == (0, 2)


def test_pixels_moved_out_of_the_picture_come_back_on_the_other_side():
    masks = frames([(0, 0, 6, 20)], [(54, 70, 6, 20)])
    assert step_of(masks, (-6, -20)).shared.sum() == 0
    assert step_of(masks, (54, 70)).shared.sum() == 120
