"""Stacks: what lies in which part, and what happens to voxels when slices are left out."""

from dataclasses import replace

import numpy as np
import pytest

from course_utils.data import datasets, volumes
from course_utils.data.datasets import Frame
from course_utils.models.slices import link_slices


def stack(image, masks=None, voxel=(2.0, 0.5, 0.25)):
    image = np.asarray(image, np.float32)
    masks = np.zeros(image.shape, np.int32) if masks is None else masks
    return Frame(image, masks, voxel, "zyx", "made")


def test_a_nucleus_that_an_end_of_the_part_cuts_is_not_whole():
    masks = np.zeros((2, 3, 12), int)
    masks[:, :, :3], masks[:, 1, 3:6], masks[0, :, 6:9], masks[1, 2, 9:12] = 1, 2, 3, 4
    whole, cut = volumes.whole_and_cut(masks, slice(4, 9))
    assert whole.tolist() == [3] and cut.tolist() == [2]
    whole, cut = volumes.whole_and_cut(masks, slice(0, 7))
    assert whole.tolist() == [1, 2] and cut.tolist() == [3]


def test_no_nucleus_of_the_stack_stands_in_training_and_test():
    masks = datasets.nuclei_stack().masks
    seen, tested = volumes.stack_parts()
    shared = np.intersect1d(seen.masks, tested.masks)
    assert shared.tolist() == [0]
    until, start = seen.masks.shape[2], masks.shape[2] - tested.masks.shape[2]
    assert (until, start) == (128, 186)
    np.testing.assert_array_equal(tested.masks, masks[:, :, start:])
    widths = [np.ptp(np.nonzero(masks == label)[2]) + 1 for label in (9, 10, 11, 12, 13)]
    assert start - until > np.median(widths)


def test_no_cell_of_the_cho_movie_wanders_from_training_to_test():
    seen, tested = volumes.cho_parts()
    width = seen[0].image.shape[2]
    assert len(seen) == len(tested) == 10 and width == 224
    assert tested[0].image.shape[2] == 512 - 320
    tracks = link_slices(datasets.cho_movie().masks.max(axis=1), 0.2)
    left, right = (np.unique(tracks[..., part]) for part in (slice(0, 224), slice(320, None)))
    assert np.intersect1d(left, right).tolist() == [0]


def test_left_out_slices_make_voxels_taller_and_nothing_else():
    full = stack(np.arange(7)[:, None, None] * np.ones((7, 2, 2)))
    thin = volumes.every_slice(full, 3, first=1)
    assert thin.pixel_size == (6.0, 0.5, 0.25)
    assert thin.image[:, 0, 0].tolist() == [1, 4]
    with pytest.raises(ValueError, match="at least 1"):
        volumes.every_slice(full, 0)


def test_interpolated_slices_lie_where_their_micrometres_say():
    full = stack(2.0 * np.arange(4)[:, None, None] * np.ones((4, 2, 3)))
    fine = volumes.evenly(full)
    assert fine.pixel_size == (0.5, 0.5, 0.25)
    np.testing.assert_allclose(fine.image[:, 1, 2], np.arange(13) * 0.5, atol=1e-6)


def test_interpolation_makes_no_new_labels():
    masks = np.zeros((3, 2, 2), int)
    masks[0], masks[2] = 9, 4
    fine = volumes.evenly(stack(np.zeros(masks.shape), masks), 0.4)
    assert set(np.unique(fine.masks)) == {0, 4, 9}
    assert fine.masks[0, 0, 0] == 9 and fine.masks[-1, 0, 0] == 4


def test_one_slice_alone_is_not_interpolated_with_what_is_not_there():
    assert volumes.evenly(stack(np.ones((1, 2, 2)))).image.tolist() == np.ones((1, 2, 2)).tolist()


def test_the_brighter_of_two_nuclei_is_seen_from_above():
    image, masks = np.zeros((4, 5, 6)), np.zeros((4, 5, 6), int)
    masks[0, 1:4, 1:4], masks[3, 2:5, 2:6] = 1, 2
    image[masks == 1], image[masks == 2], image[1, 0, 0] = 5, 8, 99
    flat = volumes.project(stack(image, masks))
    assert flat.axes == "yx" and flat.pixel_size == (0.5, 0.25)
    assert flat.image[0, 0] == 99 and flat.masks[0, 0] == 0
    assert flat.masks[1, 1] == 1 and flat.masks[3, 3] == 2


def test_the_hidden_share_is_that_of_the_shadow_not_of_the_volume():
    masks = np.zeros((6, 4, 8), int)
    masks[0:3, :, 0:4], masks[4, :, 3:5], masks[5, 0, 7] = 1, 2, 7
    np.testing.assert_allclose(volumes.hidden(masks), [0.25, 0.5, 0])


def test_a_movie_is_refused_with_the_axes_named():
    movie = replace(stack(np.zeros((2, 3, 4))), axes="tyx")
    for change in (volumes.project, volumes.evenly, lambda one: volumes.every_slice(one, 2)):
        with pytest.raises(ValueError, match="axes tyx"):
            change(movie)


def test_other_slice_distances_show_the_same_nuclei():
    def centres(z_step):
        made = volumes.simulated_stack(7, z_step, cells=12, shape=(64, 64))
        assert made.pixel_size == (z_step, 0.5, 0.5) and made.axes == "zyx"
        assert made.image.shape == made.masks.shape == (round(24 / z_step), 64, 64)
        large = np.flatnonzero(np.bincount(made.masks.ravel()) * z_step > 200)[1:]
        return [np.argwhere(made.masks == k).mean(0) * made.pixel_size for k in large]

    fine, coarse = np.array(centres(1.0)), np.array(centres(2.0))
    nearest = np.linalg.norm(coarse[:, None] - fine, axis=2).min(axis=1)
    assert len(coarse) > 3 and nearest.max() < 1.5


def test_a_slice_distance_beyond_the_dial_is_refused():
    with pytest.raises(ValueError, match="z_step"):
        volumes.simulated_stack(0, 24.0)
