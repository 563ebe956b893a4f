"""Human in the loop, backends and speeds of lesson 11: what is chosen, paid and compared."""

import numpy as np
import pytest
from compare_backends import largest_difference, python_of
from sweeps import loop_11, speeds_11


def test_fields_lie_where_they_lay_in_the_frame():
    frame = np.arange(150 * 200).reshape(150, 200)
    found = loop_11.fields([frame, -frame])
    assert found.shape == (12, 64, 64)
    assert (found[4] == frame[64:128, 64:128]).all() and found[10, 0, 0] == -frame[64, 64]


def test_channels_of_a_field_are_not_mixed_with_its_pixels():
    frame = np.random.default_rng(0).random((128, 64, 2))
    assert (loop_11.cut(frame)[1] == frame[64:]).all()


@pytest.mark.parametrize(
    ("found", "cost"), [([1, 2, 0], 0), ([1, 0, 0], 1), ([0, 0, 0], 2), ([1, 2, 3], 1)]
)
def test_a_click_draws_a_missed_object_or_removes_an_invented_one(found, cost):
    true = np.kron([[1, 2, 0]], np.ones((8, 8), int))
    predicted = np.kron([found], np.ones((8, 8), int))
    assert loop_11.clicks(true, predicted) == cost


def test_a_field_is_not_corrected_twice():
    assert loop_11.choose(np.array([1.0, 9.0, 5.0, 7.0]), [1], 2) == [3, 2]


def test_a_network_is_unsure_where_its_score_is_near_nought():
    answers = np.zeros((1, 3, 2))
    answers[0, :, 0] = 0, 50, -50
    assert loop_11.unsure(answers) == pytest.approx(1.0)


def test_only_the_eye_knows_the_truth():
    rng = np.random.default_rng(0)
    seen = loop_11.Seen(np.array([1.0, 2.0]), np.array([9, 4]))
    blind = seen._replace(clicks=None)
    assert loop_11.STRATEGIES["unsure fields"](blind, rng).argmax() == 1
    assert len(loop_11.STRATEGIES["random fields"](blind, rng)) == 2
    assert loop_11.STRATEGIES["worst fields"](seen, rng).argmax() == 0


def test_no_corrected_field_reaches_the_columns_that_are_scored():
    assert all(loop_11.FIT.stop <= columns.start for columns in loop_11.SPLITS.values())


def test_a_missing_torch_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("compare_backends.TORCH", tmp_path)
    with pytest.raises(FileNotFoundError, match="make torch"):
        python_of("torch")


def test_nan_is_no_small_difference():
    assert largest_difference(np.float32([1, 2]), np.float32([1, 2.5])) == 0.5
    with pytest.raises(ValueError, match="cannot be compared"):
        largest_difference(np.float32([1, 2]), np.float32([1, np.nan]))


def test_each_differing_pixel_of_each_field_counts():
    first, second = [np.eye(3), np.zeros((2, 2))], [np.zeros((3, 3)), np.ones((2, 2))]
    assert speeds_11.differing(first, second) == 7
    with pytest.raises(ValueError, match="shorter"):
        speeds_11.differing(first, second[:1])
