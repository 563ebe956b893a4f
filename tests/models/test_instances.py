"""Targets of a label image, and objects made of a network's answers."""

import numpy as np
import pytest

from course_utils.models.instances import (
    Decoder,
    boundary,
    drop_small,
    find_objects,
    relative_distance,
    summits,
    targets,
)

BIG = 20.0


def discs(*places, shape=(60, 80), radius=10):
    """Labels of discs, each pixel to its nearest centre."""
    grid = np.stack(np.indices(shape), -1)
    far = np.stack([np.linalg.norm(grid - np.array(place), axis=-1) for place in places])
    return np.where(far.min(0) <= radius, far.argmin(0) + 1, 0)


def perfect(mask):
    """Answers of a network that makes no mistake."""
    answers = targets(mask)
    answers[..., 0] = np.where(answers[..., 0] > 0, BIG, -BIG)
    return answers


def same_objects(a, b):
    pairs = np.unique(np.stack([a.ravel(), b.ravel()]), axis=1)
    return len(np.unique(pairs[0])) == len(np.unique(pairs[1])) == pairs.shape[1]


def test_two_cells_that_touch_have_a_boundary_between_them():
    touching = discs((30, 30), (30, 48))
    edge = boundary(touching)
    assert edge[30, 39] or edge[30, 38]
    assert not edge[30, 30] and not edge[0, 0]


def test_hills_are_equally_high_in_small_and_large_cells():
    mask = np.zeros((40, 60), int)
    mask[5:9, 5:9], mask[10:35, 20:50] = 1, 2
    hills = relative_distance(mask)
    assert hills[mask == 1].max() == hills[mask == 2].max() == 1
    assert hills[mask == 0].max() == 0


def test_gaps_in_the_numbers_and_a_single_pixel_do_no_harm():
    mask = np.zeros((9, 9), int)
    mask[2, 2], mask[5:8, 5:8] = 7, 40
    hills = relative_distance(mask)
    assert hills[2, 2] == 1 and hills[6, 6] == 1 and np.isfinite(hills).all()


def test_the_pass_between_touching_cells_lies_low():
    hills = relative_distance(discs((30, 30), (30, 48)))
    assert hills[30, 37:41].max() < 0.35 and hills[30, 30] == 1


def test_an_empty_field_has_targets_and_no_objects():
    empty = np.zeros((16, 16), int)
    assert targets(empty).shape == (16, 16, 2) and not targets(empty).any()
    assert find_objects(perfect(empty)).max() == 0


def test_touching_cells_come_back_as_two_and_keep_their_pixels():
    mask = discs((30, 30), (30, 48), (12, 70))
    assert same_objects(find_objects(perfect(mask)), mask)


def test_cells_touching_in_three_dimensions_come_back():
    grid = np.stack(np.indices((14, 40, 40)), -1)
    far = [
        np.linalg.norm((grid - place) * (2, 1, 1), axis=-1) for place in ((7, 20, 12), (7, 20, 28))
    ]
    mask = np.where(np.minimum(*far) <= 9, (far[1] < far[0]) + 1, 0)
    found = find_objects(perfect(mask), spacing=(2, 1, 1))
    assert same_objects(found, mask)


def test_a_shallow_dent_does_not_split_a_cell():
    hills = np.zeros((20, 40))
    hills[10, 5:35] = 0.9
    hills[10, 20] = 0.8
    inside = hills > 0
    assert summits(hills, inside, Decoder(valley=0.2)).max() == 1
    assert summits(hills, inside, Decoder(valley=0.05)).max() == 2


def test_a_low_hill_is_no_cell():
    hills = np.zeros((20, 20))
    hills[10, 10] = 0.25
    assert summits(hills, hills > 0, Decoder(summit=0.3)).max() == 0


def test_objects_stay_inside_what_the_network_calls_inside():
    mask = discs((30, 30))
    answers = perfect(mask)
    answers[:, 31:, 0] = -BIG
    assert not find_objects(answers)[:, 31:].any()


def test_specks_are_dropped_and_numbers_close_up():
    labels = np.array([[1, 0, 3, 3], [0, 0, 3, 3], [5, 5, 5, 0]])
    assert drop_small(labels, 2).tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 2, 0]]


def test_wrong_channels_and_nan_are_named():
    with pytest.raises(ValueError, match=r"shape \(y, x, 2\)"):
        find_objects(np.zeros((8, 8, 3)))
    with pytest.raises(ValueError, match="NaN"):
        find_objects(np.full((8, 8, 2), np.nan))
    with pytest.raises(ValueError, match="valley"):
        Decoder(valley=1.5)
