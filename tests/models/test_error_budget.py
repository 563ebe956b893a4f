"""The error budget: what is swapped for the truth, and that nothing else is."""

import numpy as np
import pytest

from course_utils.models import error_budget
from course_utils.models.tracker_detections import points
from course_utils.models.tracker_films import Part

# Cell 0 goes on and 1 divides; the tracker lets 0 divide and 1 go on.
TRUE = np.array([[0, 3], [1, 4], [1, 5], [2, 6]])
FOUND = np.array([[0, 3], [0, 4], [1, 5], [2, 6]])


def swapped(*swaps: str) -> list[list[int]]:
    return sorted(error_budget.swapped(FOUND, TRUE, swaps).tolist())


@pytest.mark.parametrize(("swaps", "wanted"), [((), FOUND), (("links", "divisions"), TRUE)])
def test_all_or_nothing_swapped_is_the_truth_or_the_tracker(swaps, wanted):
    assert swapped(*swaps) == wanted.tolist()


def test_true_divisions_take_the_place_of_found_ones_and_no_cell_has_two_origins():
    assert swapped("divisions") == [[0, 3], [1, 4], [1, 5], [2, 6]]


def test_true_links_leave_the_trackers_own_wrong_division():
    assert swapped("links") == [[0, 3], [0, 4], [1, 5], [2, 6]]


def test_without_any_division_there_is_nothing_to_swap():
    single = np.array([[0, 2], [1, 3]])
    assert error_budget.of_divisions(single).shape == (0, 2)
    assert error_budget.of_divisions(np.empty((0, 2), np.int64)).shape == (0, 2)


def test_of_an_invented_divisions_two_followers_the_nearer_stays():
    place = np.array([0.0, 9.0, 2.0])
    cells = points(np.array([0, 1, 1]), np.zeros(3), place)
    found = error_budget.shortest_first(np.array([[0, 1], [0, 2]]), cells)
    nothing = np.empty((0, 2), np.int64)
    assert error_budget.swapped(found, nothing, ("divisions",)).tolist() == [[0, 2]]


def film(*frames: list[int]) -> np.ndarray:
    """Cells as bars of three pixels, one for each label; 0 leaves a gap."""
    return np.stack([np.kron(row, [[1, 1, 1, 0]]) for row in np.array(frames)]).astype(np.uint16)


def staged(*links: list[int]) -> error_budget.Stage:
    """Two true cells; the network finds both, and twice a third that the truth leaves out."""
    true = Part(film([1, 2, 0], [1, 2, 0]), np.array([[1, 0, 1, 0], [2, 0, 1, 0]]))
    here = np.array(links) - (0, 3)
    return error_budget.stage(film([5, 6, 7], [5, 6, 7]), true, None, lambda step: here, passes=1)


def test_what_the_truth_does_not_outline_keeps_the_trackers_link():
    at = staged([0, 4], [1, 3], [2, 5])
    assert at.known.tolist() == [True, True, False] * 2
    assert sorted(at.true.tolist()) == [[0, 3], [1, 4], [2, 5]]


def test_a_link_from_a_known_cell_to_an_unknown_one_is_not_kept():
    assert sorted(staged([0, 5]).true.tolist()) == [[0, 3], [1, 4]]


@pytest.mark.parametrize(
    ("swaps", "wanted"),
    [((), {(0, 4), (1, 3), (2, 5)}), (("links",), {(0, 3), (1, 4), (2, 5)})],
)
def test_links_go_to_their_own_frames(swaps, wanted):
    result = error_budget.tracked(staged([0, 4], [1, 3], [2, 5]), swaps)
    assert result.graph.edges == {key: {} for key in wanted}.keys()


def test_every_combination_of_three_swaps_is_there_once():
    assert len(set(map(frozenset, error_budget.SWAPS))) == len(error_budget.SWAPS) == 8
