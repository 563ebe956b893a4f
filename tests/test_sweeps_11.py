"""The error budget: what is swapped for the truth, and that nothing else is."""

import numpy as np
import pytest
from sweeps import budget_11

# Cell 0 goes on and 1 divides; the tracker lets 0 divide and 1 go on.
TRUE = np.array([[0, 3], [1, 4], [1, 5], [2, 6]])
FOUND = np.array([[0, 3], [0, 4], [1, 5], [2, 6]])


def swapped(*swaps: str) -> list[list[int]]:
    return sorted(budget_11.swapped(FOUND, TRUE, swaps).tolist())


@pytest.mark.parametrize(("swaps", "wanted"), [((), FOUND), (("links", "divisions"), TRUE)])
def test_all_or_nothing_swapped_is_the_truth_or_the_tracker(swaps, wanted):
    assert swapped(*swaps) == wanted.tolist()


def test_true_divisions_take_the_place_of_found_ones_and_no_cell_has_two_origins():
    assert swapped("divisions") == [[0, 3], [1, 4], [1, 5], [2, 6]]


def test_true_links_leave_the_trackers_own_wrong_division():
    assert swapped("links") == [[0, 3], [0, 4], [1, 5], [2, 6]]


def test_without_any_division_there_is_nothing_to_swap():
    single = np.array([[0, 2], [1, 3]])
    assert budget_11.of_divisions(single).shape == (0, 2)
    assert budget_11.of_divisions(np.empty((0, 2), np.int64)).shape == (0, 2)
