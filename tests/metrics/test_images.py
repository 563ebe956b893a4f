"""Likeness of images: worked by hand, and against scikit-image."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from course_utils.metrics.images import count_error, mean_absolute_error, pearson, psnr, ssim

RNG = np.random.default_rng(0)
TRUE = RNG.random((24, 30))
SAID = TRUE + 0.1 * RNG.standard_normal(TRUE.shape)


def test_correlation_does_not_see_gain_and_offset_but_sees_the_sign():
    assert pearson(TRUE, 5 * TRUE + 100) == pytest.approx(1)
    assert pearson(TRUE, -TRUE) == pytest.approx(-1)
    np.testing.assert_allclose(pearson(TRUE, SAID), np.corrcoef(TRUE.ravel(), SAID.ravel())[0, 1])


def test_an_image_that_says_nothing_has_no_correlation_and_not_nan():
    assert pearson(TRUE, np.full(TRUE.shape, 0.3)) == 0


def test_a_true_image_without_contrast_is_refused():
    with pytest.raises(ValueError, match="nothing can correlate"):
        pearson(np.ones((4, 4)), TRUE[:4, :4])


def test_ten_decibels_are_a_tenth_of_the_squared_error():
    assert psnr(TRUE, TRUE + 0.1, peak=1) == pytest.approx(20)
    expected = peak_signal_noise_ratio(TRUE, SAID, data_range=np.ptp(TRUE))
    assert psnr(TRUE, SAID) == pytest.approx(expected)
    assert psnr(TRUE, TRUE) == np.inf


def test_the_peak_of_unsigned_images_does_not_wrap_round():
    true, said = np.array([[0, 10]], np.uint8), np.array([[10, 0]], np.uint8)
    assert psnr(true, said) == pytest.approx(0)
    assert mean_absolute_error(true, said) == 10


def test_structural_similarity_is_that_of_wang_in_two_and_three_dimensions():
    how = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0)
    assert ssim(TRUE, SAID, peak=1) == pytest.approx(structural_similarity(TRUE, SAID, **how))
    volume = RNG.random((11, 12, 13))
    assert ssim(volume, volume) == pytest.approx(1)


@pytest.mark.parametrize("peak", [0, -1, np.nan, np.inf])
def test_a_peak_that_is_no_range_is_refused(peak):
    with pytest.raises(ValueError, match="peak must be positive"):
        psnr(TRUE, SAID, peak=peak)


def test_a_constant_image_needs_a_peak():
    flat = np.full((12, 12), 3.0)
    with pytest.raises(ValueError, match="peak must be positive"):
        ssim(flat, flat)
    assert ssim(flat, flat, peak=1) == pytest.approx(1)


@pytest.mark.parametrize("score", [pearson, psnr, ssim, mean_absolute_error])
def test_what_is_no_pair_of_images_is_refused(score):
    with pytest.raises(ValueError, match="must be alike"):
        score(TRUE, SAID.T)
    with pytest.raises(ValueError, match="predicted image has 1 pixels that are NaN"):
        score(TRUE, np.where(np.arange(TRUE.size).reshape(TRUE.shape) == 5, np.nan, TRUE))
    for bad in (np.zeros((0, 3)), np.zeros(5), np.zeros((1, 2, 3, 4))):
        with pytest.raises(ValueError, match="an image has shape"):
            score(bad, bad)


def test_structural_similarity_needs_room_for_its_window():
    with pytest.raises(ValueError, match="11 pixels a side"):
        ssim(TRUE[:10], SAID[:10])


def test_counts_are_off_alike_in_both_directions():
    assert count_error(10, 8) == count_error(10, 12) == pytest.approx(0.2)
    with pytest.raises(ValueError, match="no true object"):
        count_error(0, 3)
    with pytest.raises(ValueError, match="not negative"):
        count_error(3, -1)
