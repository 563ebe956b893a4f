"""The pictures of the CNN lesson: their scale, kinds and parts."""

import numpy as np
import pytest

from course_utils.data.datasets import Movie, Nuclei
from course_utils.models.phases import DARK, hela_phases, log_pictures, nucleus_masks


def nuclei(size=48):
    """One nucleus of each phase in the fit part, and bright ones in the test part."""
    phase = np.array(["interphase", "prometaphase", "metaphase", "anaphase", "telophase"] * 2)
    n = np.arange(10)
    crops = np.random.default_rng(0).integers(200, 400, (10, size, size)).astype(np.uint16)
    crops[5:] *= 8
    x = np.where(n < 5, 100.0, 800.0)
    return Nuclei(crops, phase, n % 5 > 0, n, n, x.copy(), x, n, n == 99, 0.5)


def test_the_phases_are_joined_by_whether_the_chromosomes_have_parted():
    assert hela_phases(nuclei()).kind[:5].tolist() == [0, 1, 1, 2, 2]


def test_scale_comes_from_the_training_part_alone():
    data = hela_phases(nuclei())
    assert data.rows("test").tolist() == [5, 6, 7, 8, 9]
    seen = data.pictures[data.rows("fit")].astype(float)
    assert (seen.mean(), seen.std()) == pytest.approx((0, 1), abs=1e-3)
    assert data.pictures[data.rows("test")].mean() > 3


def test_twice_the_light_is_one_more_everywhere():
    crops = np.array([[[250, 250], [250, 250]], [[350, 350], [350, 350]]], np.uint16)
    assert np.ptp(log_pictures(crops)) == pytest.approx(1)
    assert DARK == 150


def test_pixels_are_averaged_before_the_logarithm():
    crop = np.array([[[DARK + 1, DARK + 1], [DARK + 1, DARK + 29]]], np.uint16)
    assert log_pictures(crop)[0, 0, 0] == pytest.approx(3)


def test_pixel_size_doubles_with_the_averaging():
    assert hela_phases(nuclei()).pixel_size == 1.0


def test_crops_of_another_size_are_refused():
    with pytest.raises(ValueError, match="48 x 48"):
        hela_phases(nuclei(size=40))


def test_a_mask_shows_the_nucleus_itself_and_not_its_neighbour():
    masks = np.zeros((10, 80, 900), np.uint16)
    masks[3, 96 - 60 : 40, 80:110] = 3
    masks[3, 36:40, 112:130] = 9
    film = Movie(masks, masks, 0.5, "tyx", 30.0, "toy")
    one = nuclei()
    one.y[3], one.x[3] = 40.0, 100.0
    mask = nucleus_masks(one, np.array([3]), film)[0]
    assert mask.shape == (24, 24)
    assert np.argwhere(mask).min(0).tolist() == [10, 2]
    assert np.argwhere(mask).max(0).tolist() == [11, 16]
