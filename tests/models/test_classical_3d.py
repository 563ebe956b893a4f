"""Nuclei above each other are parted by distances in µm, not in voxels."""

import numpy as np
import pytest

from course_utils.models.classical_3d import Watershed3D, otsu_watershed_3d, split_volume

VOXEL = (1.0, 0.25, 0.5)


def balls(*places, radius=4.5, size=(24.0, 16.0, 16.0), voxel=VOXEL):
    """Which ball's voxel it is; places, radius and size in µm."""
    axes = [np.arange(0, s, v) for s, v in zip(size, voxel, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    far = np.stack([np.linalg.norm(grid - np.array(place), axis=-1) for place in places])
    return np.where(far.min(0) <= radius, far.argmin(0) + 1, 0)


@pytest.fixture
def pile():
    return balls((7, 8, 8), (15, 8, 8))


def test_two_nuclei_above_each_other_are_two(pile):
    found = split_volume(pile > 0, VOXEL)
    assert found.max() == 2
    assert found[7, 32, 16] != found[15, 32, 16]


def test_the_cut_lies_between_them(pile):
    found = split_volume(pile > 0, VOXEL)
    top = found == found[7, 32, 16]
    assert np.mean(top == (pile == 1)) > 0.98


def test_distances_are_measured_in_micrometres_and_not_in_voxels():
    flat = (2.0, 0.25, 0.25)
    mask = balls((8, 8, 8), (16, 8, 8), voxel=flat) > 0
    assert split_volume(mask, flat, hill=0.0, separation=2.0).max() == 2
    for wrong in ((1, 1, 1), flat[::-1]):
        assert split_volume(mask, wrong, hill=0.0, separation=2.0).max() != 2


def test_the_smallest_nucleus_is_given_in_cubic_micrometres():
    image = 100.0 * (balls((7, 8, 8)) > 0)
    volume = 4 / 3 * np.pi * 4.5**3
    for share, count in ((0.8, 1), (1.2, 0)):
        how = Watershed3D(smooth=0.0, smallest=share * volume)
        assert otsu_watershed_3d(image, VOXEL, how).max() == count


def test_the_blur_is_as_wide_in_z_as_in_y():
    image = np.zeros((25, 97, 49))
    image[12, 48, 24] = 1000.0
    found = otsu_watershed_3d(image, VOXEL, Watershed3D(smooth=2.0, smallest=0.0)) > 0
    reach = [np.ptp(at) * step for at, step in zip(np.nonzero(found), VOXEL, strict=True)]
    assert max(reach) - min(reach) <= 1.01


def test_a_flat_picture_is_refused():
    with pytest.raises(ValueError, match="three axes"):
        otsu_watershed_3d(np.zeros((4, 5)), VOXEL)
