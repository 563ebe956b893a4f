"""Normalisation that lifts dim nuclei."""

import numpy as np
import pytest

from course_utils.data.scaling import normalise_arcsinh


def test_the_two_percentiles_become_zero_and_one():
    image = np.linspace(100, 1100, 1001)
    light = normalise_arcsinh(image, low=0, high=100)
    assert light[0] == pytest.approx(0, abs=1e-6) and light[-1] == pytest.approx(1, abs=1e-6)


def test_dim_light_is_lifted_and_the_order_stays():
    light = normalise_arcsinh(np.linspace(0, 1, 101), low=0, high=100)
    assert light[10] == pytest.approx(np.arcsinh(1.0) / np.arcsinh(10.0), abs=1e-5)
    assert (np.diff(light) > 0).all()


def test_offset_and_gain_of_the_camera_make_no_difference():
    image = np.random.default_rng(0).gamma(2, 100, (40, 40))
    np.testing.assert_allclose(
        normalise_arcsinh(image), normalise_arcsinh(3 * image + 500), atol=1e-4
    )


def test_a_constant_image_is_zeros_and_nan_is_refused():
    assert not normalise_arcsinh(np.full((4, 4), 7)).any()
    with pytest.raises(ValueError, match="NaN"):
        normalise_arcsinh(np.array([1.0, np.nan]))
