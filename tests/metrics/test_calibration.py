"""Calibration: worked by hand, and repaired where the cause is known."""

import numpy as np
import pytest

from course_utils.metrics.calibration import (
    brier_score,
    expected_calibration_error,
    reliability,
    shift_prior,
)


def test_a_case_worked_by_hand():
    """Two bins: 0.2 and 0.4 promise 0.3, found 1/2; 0.9 promises 0.9, found 1."""
    true, probability = [0, 1, 1], [0.2, 0.4, 0.9]
    bars = reliability(true, probability, bins=2)
    np.testing.assert_allclose(bars.promised, [0.3, 0.9])
    np.testing.assert_allclose(bars.found, [0.5, 1.0])
    assert bars.count.tolist() == [2, 1]
    error = expected_calibration_error(true, probability, bins=2)
    assert error == pytest.approx(0.2 * 2 / 3 + 0.1 / 3)


def test_certainty_falls_into_the_last_bin_and_a_border_into_the_upper():
    bars = reliability([1, 1, 0], [1.0, 0.5, 0.0], bins=2)
    assert bars.count.tolist() == [1, 2]


def test_empty_bins_are_left_out():
    assert len(reliability([0, 1], [0.05, 0.95]).count) == 2


def test_errors_in_opposite_directions_do_not_cancel():
    true = np.array([1] * 10 + [0] * 10)
    probability = np.array([0.9] * 10 + [0.1] * 10)
    assert expected_calibration_error(true, probability) == pytest.approx(0.1)


def test_honest_probabilities_have_almost_no_error():
    rng = np.random.default_rng(0)
    probability = rng.random(50_000)
    true = rng.random(50_000) < probability
    assert expected_calibration_error(true, probability) < 0.01
    assert expected_calibration_error(true, probability**2) > 0.1


def test_always_one_half_scores_a_quarter():
    assert brier_score([0, 1, 1], [0.5] * 3) == 0.25
    assert brier_score([0, 1], [0, 1]) == 0


def test_a_balanced_model_is_corrected_to_the_true_share():
    """Two Gaussians, one unit apart each way: Bayes' rule is known in closed form."""
    x = np.linspace(-3, 3, 13)
    balanced = 1 / (1 + np.exp(-2 * x))
    rare = 0.05 * np.exp(x) / (0.05 * np.exp(x) + 0.95 * np.exp(-x))
    np.testing.assert_allclose(shift_prior(balanced, 0.5, 0.05), rare)


def test_a_shift_and_its_reverse_cancel_and_certainty_stays():
    probability = np.array([0.0, 0.2, 0.9, 1.0])
    there = shift_prior(probability, 0.5, 0.05)
    np.testing.assert_allclose(shift_prior(there, 0.05, 0.5), probability, atol=1e-12)
    assert there[0] == 0 and there[-1] == 1


@pytest.mark.parametrize(
    "true,probability,message",
    [
        ([0, 1], [0.5], "one shape"),
        ([], [], "one shape"),
        ([0, 2], [0.5, 0.5], "0 or 1"),
        ([0, 1], [-3.0, 4.0], "between 0 and 1"),
        ([0, 1], [0.5, np.nan], "between 0 and 1"),
        ([0, 1], [5, 95], "between 0 and 1"),
    ],
)
def test_what_is_no_probability_is_refused(true, probability, message):
    with pytest.raises(ValueError, match=message):
        expected_calibration_error(true, probability)


@pytest.mark.parametrize("shares", [(0, 0.5), (0.5, 1), (50, 5)])
def test_shares_in_per_cent_are_refused(shares):
    with pytest.raises(ValueError, match="between 0 and 1"):
        shift_prior([0.5], *shares)


def test_scores_instead_of_probabilities_are_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        shift_prior([2.0], 0.5, 0.05)
