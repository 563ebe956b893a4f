"""Pairs of images: one scale whatever the lamp, and one place."""

import numpy as np
import pytest

from course_utils.data.pairs import (
    Pair,
    columns,
    movie_pairs,
    normalise_pair,
    normalise_source,
    normalise_stain,
)

RNG = np.random.default_rng(0)
LIGHT = 1000 + 50 * RNG.standard_normal((60, 90))
GLOW = RNG.gamma(1.0, 200.0, (60, 90))


def test_an_uneven_lamp_does_not_show_in_the_source():
    lamp = 1 + 0.4 * np.linspace(-1, 1, 400)
    light = 1000 + 50 * RNG.standard_normal((100, 400))
    even, uneven = normalise_source(light), normalise_source(light * lamp)
    assert np.corrcoef(even[0, :, 60:-60].ravel(), uneven[0, :, 60:-60].ravel())[0, 1] > 0.99
    assert abs(uneven[0, :, 60:130].mean() - uneven[0, :, 270:340].mean()) < 0.1


def test_a_brighter_lamp_or_another_camera_changes_nothing():
    np.testing.assert_allclose(normalise_source(LIGHT), normalise_source(7 * LIGHT), atol=2e-3)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int32, np.float32, np.float64])
def test_every_type_of_numbers_ends_as_float32(kind):
    pair = normalise_pair((LIGHT / 8).astype(kind), (GLOW / 8).astype(kind))
    assert pair.source.dtype == pair.target.dtype == np.float32


def test_each_channel_has_a_scale_of_its_own():
    both = normalise_source(np.stack([LIGHT, 900 + LIGHT / 10]))
    spread = np.diff(np.percentile(both, (16, 84), axis=(1, 2)), axis=0) / 2
    np.testing.assert_allclose(spread, 1, atol=1e-3)
    np.testing.assert_allclose(np.median(both, axis=(1, 2)), 0, atol=1e-4)


@pytest.mark.parametrize("value", [0, 7, -3])
def test_a_dark_channel_becomes_zeros_and_not_nan(value):
    assert not normalise_source(np.full((20, 20), value)).any()


def test_signed_images_around_zero_are_not_divided_by_zero():
    signed = normalise_source(LIGHT - 1000)[0]
    assert np.corrcoef(signed.ravel(), LIGHT.ravel())[0, 1] > 0.98


def test_one_bright_speck_leaves_the_stain_as_it_is():
    speck = GLOW.copy()
    speck[3, 3] = 1e6
    np.testing.assert_allclose(normalise_stain(GLOW)[10:], normalise_stain(speck)[10:], atol=0.02)


def test_the_order_of_intensities_stays():
    assert (np.argsort(GLOW.ravel()) == np.argsort(normalise_stain(GLOW).ravel())).all()


def test_columns_cut_source_and_target_at_one_place():
    pair = columns(normalise_pair(LIGHT, GLOW, "a"), slice(10, 30))
    assert pair.source.shape == (1, 60, 20) and pair.target.shape == (60, 20) and pair.name == "a"


def test_what_the_test_columns_hold_has_no_say_in_the_scale_of_the_others():
    other = GLOW.copy()
    other[:, 45:] *= 9
    first, second = (movie_pairs([LIGHT[:, :45]], [g[:, :45]])[0] for g in (GLOW, other))
    np.testing.assert_array_equal(first.target, second.target)


def test_a_movie_gives_a_named_pair_a_frame():
    pairs = movie_pairs(np.stack([LIGHT, LIGHT]), np.stack([GLOW, GLOW]), "wound")
    assert [pair.name for pair in pairs] == ["wound, frame 0", "wound, frame 1"]


def test_what_is_no_pair_is_refused():
    with pytest.raises(ValueError, match="of one field"):
        normalise_pair(LIGHT, GLOW.T)
    with pytest.raises(ValueError, match="of one field"):
        Pair(LIGHT, GLOW)
    with pytest.raises(ValueError, match="NaN or infinite"):
        normalise_pair(np.where(LIGHT > 1000, np.nan, LIGHT), GLOW)
    with pytest.raises(ValueError, match="NaN or infinite"):
        normalise_pair(LIGHT, np.where(GLOW > 100, np.inf, GLOW))
    with pytest.raises(ValueError, match="are both 4"):
        normalise_pair(LIGHT, np.full_like(GLOW, 4))
    with pytest.raises(ValueError, match="a source has shape"):
        normalise_source(LIGHT[None, None])
    with pytest.raises(ValueError, match="a stain has shape"):
        normalise_stain(GLOW[None])
