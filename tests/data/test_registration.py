"""How far the stage moved."""

import numpy as np
import pytest

from course_utils.data.datasets import bacteria_movie
from course_utils.data.registration import shift_between, stage_shifts


@pytest.fixture(scope="module")
def bacteria():
    return bacteria_movie()


def centre(mask):
    return np.argwhere(mask).mean(axis=0)


def test_jumps_of_a_hundred_pixels_that_are_not_found(bacteria):
    found = stage_shifts(bacteria.images[:5])
    centres = np.array([centre(frame > 0) for frame in bacteria.masks[:5]])
    assert np.abs(found - np.diff(centres, axis=0)).max() < 4
    assert np.abs(found).max() > 100


def test_masks_give_another_shift_than_pictures(bacteria):
    by_masks = stage_shifts(bacteria.masks[:8] > 0)
    assert np.abs(by_masks - stage_shifts(bacteria.images[:8])).max() <= 8


def test_phase_only_correlation_is_as_good(bacteria):
    from skimage.registration import phase_cross_correlation

    for t in (0, 5, 10):
        shift = phase_cross_correlation(*bacteria.images[[t + 1, t]], normalization="phase")[0]
        assert not shift.any()


def test_the_lamp_holds_the_shift_at_zero():
    rng = np.random.default_rng(0)
    bands = 500 * np.sin(np.arange(120) / 9)[:, None] + 300 * np.cos(np.arange(160) / 20)
    cells = np.zeros((120, 160))
    for y, x in rng.integers([20, 20], [100, 100], (12, 2)):
        cells[y : y + 4, x : x + 9] += 100
    frames = [bands + cells, bands + np.roll(cells, (6, 40), (0, 1))]
    assert shift_between(*frames).tolist() == [6, 40]


def test_the_shift_has_the_wrong_sign():
    before, after = np.zeros((2, 40, 60), bool)
    before[10:14, 20:30] = after[20:24, 14:24] = True
    assert shift_between(before, after).tolist() == [10, -6]


def test_empty_frames_shift():
    empty = np.zeros((20, 20), bool)
    assert shift_between(empty, empty).tolist() == [0, 0]
    assert shift_between(empty, np.pad(np.ones((4, 4), bool), 8)).tolist() == [0, 0]
    assert stage_shifts(empty[None]).shape == (0, 2)


def test_frames_that_cannot_be_laid_on_each_other():
    with pytest.raises(ValueError, match="one shape"):
        shift_between(np.zeros((4, 4)), np.zeros((4, 5)))
    with pytest.raises(ValueError, match=r"\(y, x\)"):
        shift_between(np.zeros((2, 4, 4)), np.zeros((2, 4, 4)))
