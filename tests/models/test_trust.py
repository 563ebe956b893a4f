"""Doubt is measured against real errors, and foreign images are seen as foreign."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from course_utils.models.trust import (  # noqa: E402
    ask_members,
    ask_moved,
    calibrate_error,
    choose_limit,
    error_curve,
    load_members,
    score_warnings,
    trust_mask,
)
from course_utils.models.unet import build_unet  # noqa: E402


@pytest.fixture(scope="module")
def members():
    made = []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        made.append(build_unet(4, 1, channels=1, outputs=1))
    return made


@pytest.fixture(scope="module")
def source():
    return np.random.default_rng(0).standard_normal((1, 64, 96)).astype(np.float32)


def test_doubt_is_the_deviation_between_members_not_between_pixels(members, source):
    from course_utils.models.staining import predict_stain

    opinion = ask_members(members, source)
    said = [predict_stain(member, source) for member in members]
    assert opinion.deviation.shape == (64, 96)
    np.testing.assert_allclose(opinion.mean, np.mean(said, axis=0), atol=1e-5)
    np.testing.assert_allclose(opinion.deviation, np.std(said, axis=0), atol=1e-5)


def test_members_that_are_one_network_never_disagree(members, source):
    assert ask_members([members[0]] * 3, source).deviation.max() < 1e-5


def test_one_network_alone_is_no_ensemble(members, source):
    with pytest.raises(ValueError, match="nobody to disagree"):
        ask_members(members[:1], source)


def test_moved_answers_are_moved_back_before_they_are_compared(source):
    inputs = keras.layers.Input((None, None, 1))
    copy = keras.Model(inputs, keras.layers.Conv2D(1, 1, kernel_initializer="ones")(inputs))
    opinion = ask_moved(copy, source)
    np.testing.assert_allclose(opinion.mean, source[0], atol=1e-5)
    assert opinion.deviation.max() < 1e-5


def test_bins_hold_as_many_pixels_each():
    promised = np.array([0.4, 0.1, 0.3, 0.2])
    curve = error_curve(promised, [1.0, 2.0, 3.0, 4.0], bins=2)
    np.testing.assert_allclose(curve.promised, [0.15, 0.35])
    np.testing.assert_allclose(curve.found, [3.0, 2.0])


def test_calibration_turns_deviations_into_real_errors():
    rng = np.random.default_rng(0)
    deviation = rng.random((80, 80))
    error = 3 * deviation * (0.5 + rng.random((80, 80)))
    expected = calibrate_error(deviation, error)
    assert expected(np.array([[0.5]]))[0, 0] == pytest.approx(1.5, abs=0.15)
    assert expected(deviation).shape == (80, 80)
    assert expected(9.0) == pytest.approx(expected(deviation.max()))


def test_calibration_never_falls_where_doubt_grows():
    expected = calibrate_error([0.1, 0.2, 0.3, 0.4], [1.0, 3.0, 2.0, 4.0])
    np.testing.assert_allclose(expected([0.1, 0.2, 0.3, 0.4]), [1, 2.5, 2.5, 4])


def test_what_is_not_known_is_not_trusted():
    assert trust_mask([0.1, 0.2, np.nan], 0.2).tolist() == [True, True, False]


@pytest.mark.parametrize("most", [0, -1, np.nan])
def test_no_error_allowed_is_refused(most):
    with pytest.raises(ValueError, match="some error must be allowed"):
        trust_mask([0.1], most)


def test_the_limit_parts_large_errors_from_small_ones():
    expected, error = np.linspace(0, 1, 101), np.linspace(0, 1, 101)
    limit = choose_limit(expected, error, large=0.7)
    assert 0.68 <= limit <= 0.72


def test_a_limit_without_any_large_error_is_refused():
    with pytest.raises(ValueError, match="nothing can be found"):
        choose_limit([0.1, 0.2], [0.1, 0.2], large=1)


def test_precision_counts_warnings_and_recall_counts_large_errors():
    trusted = [False, False, True, True, True]
    score = score_warnings(trusted, [0.9, 0.1, 0.8, 0.7, 0.2], large=0.5)
    assert score.precision == 1 / 2 and score.recall == 1 / 3
    assert (score.warned, score.large) == (2 / 5, 3 / 5)


def test_no_warning_has_no_precision_instead_of_a_perfect_one():
    score = score_warnings([True, True], [0.9, 0.1], large=0.5)
    assert np.isnan(score.precision) and score.recall == 0


@pytest.mark.parametrize("error", [[0.1], [0.1, np.nan]])
def test_errors_that_do_not_fit_are_refused(error):
    for judge in (calibrate_error, lambda e, x: score_warnings(e, x, 1), error_curve):
        with pytest.raises(ValueError, match=r"one value a pixel|NaN"):
            judge([0.1, 0.2], error)


def test_a_missing_member_says_how_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"train_restoration\.py stain"):
        load_members(tmp_path)
