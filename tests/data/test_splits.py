"""The one split: no pixel in two parts, no cell learned and tested."""

import numpy as np
import pytest

from course_utils.data.splits import (
    CHOOSE_FROM,
    FIT_UNTIL,
    TEST_FROM,
    cells_in_both,
    drop_shared_cells,
    first_pixel,
    hela_part,
    link_cells,
    wound_part,
)


def test_the_columns_are_those_that_the_stored_results_were_measured_with():
    assert (FIT_UNTIL, CHOOSE_FROM, TEST_FROM) == (385, 400, 550)


@pytest.mark.parametrize(
    "part_of, expected",
    [
        (hela_part, {0: "fit", 384: "fit", 385: "gap", 399: "gap", 400: "choose", 549: "choose"}),
        (hela_part, {550: "test", 1099: "test"}),
        (wound_part, {0: "fit", 271: "fit", 272: "gap", 287: "gap", 288: "choose"}),
        (wound_part, {383: "choose", 384: "test", 575: "test"}),
    ],
)
def test_the_border_columns_belong_to_the_right_part(part_of, expected):
    assert part_of(list(expected)).tolist() == list(expected.values())


@pytest.mark.parametrize("size", [1, 2, 5, 47, 48])
def test_no_column_of_a_crop_lies_in_another_part(size):
    x = np.arange(1100)
    parts = hela_part(x, size)
    column_parts = hela_part(np.arange(1100))
    for centre, part in zip(x, parts, strict=True):
        first = first_pixel(centre, size)
        columns = np.arange(max(first, 0), min(first + size, 1100))
        inside = set(column_parts[columns])
        assert (part == "gap") == (len(inside) > 1 or "gap" in inside)
        assert part == "gap" or inside == {part}


def test_crops_over_the_left_and_right_edge_count_as_inside():
    assert hela_part([3, 1098], size=48).tolist() == ["fit", "test"]


def test_a_centre_is_rounded_as_its_crop_is():
    assert hela_part([384.4, 384.6, 549.6]).tolist() == ["fit", "gap", "test"]


def test_parts_keep_the_shape_of_the_columns():
    assert hela_part(np.zeros((2, 3))).shape == (2, 3)


def test_a_cell_in_two_parts_is_counted_once_and_gaps_do_not_count():
    part = ["fit", "fit", "test", "test", "gap", "choose", "gap", "fit", "choose", "test"]
    cell = [1, 1, 1, 2, 2, 3, 4, 4, 5, 5]
    assert cells_in_both(part, cell) == 2


def test_a_cell_that_crosses_into_test_is_not_learned_from():
    part = np.array(["fit", "choose", "test", "fit", "choose", "gap"])
    cell = np.array([1, 1, 1, 2, 2, 1])
    left = drop_shared_cells(part, cell)
    assert left.tolist() == ["gap", "gap", "test", "fit", "choose", "gap"]
    assert part.tolist()[0] == "fit"


def test_a_chain_of_near_nuclei_is_one_cell():
    frame = np.array([0, 1, 2, 0, 1, 2])
    y, x = np.array([10.0, 12, 14, 100, 99, 98]), np.array([10.0, 15, 20, 100, 101, 102])
    assert link_cells(frame, y, x).tolist() == [0, 0, 0, 1, 1, 1]


def test_the_order_of_the_rows_does_not_change_who_is_who():
    frame, y, x = np.array([2, 0, 1]), np.array([14.0, 10, 12]), np.zeros(3)
    assert len(set(link_cells(frame, y, x).tolist())) == 1


def test_two_nuclei_of_one_frame_are_never_one_cell():
    frame = np.array([0, 1, 1])
    cell = link_cells(frame, np.array([10.0, 6, 15]), np.array([10.0, 10, 10]))
    assert cell[0] == cell[1] != cell[2]


def test_a_step_longer_than_the_reach_starts_a_new_cell():
    frame = np.array([0, 1])
    assert len(set(link_cells(frame, np.array([0.0, 20.0]), np.zeros(2)).tolist())) == 1
    assert len(set(link_cells(frame, np.array([0.0, 20.1]), np.zeros(2)).tolist())) == 2


def test_a_missed_frame_breaks_the_chain():
    assert len(set(link_cells(np.array([0, 2]), np.zeros(2), np.zeros(2)).tolist())) == 2


def test_only_mutual_neighbours_are_one_cell():
    frame = np.array([0, 0, 1])
    cell = link_cells(frame, np.array([0.0, 8, 10]), np.zeros(3))
    assert cell[1] == cell[2] != cell[0]
