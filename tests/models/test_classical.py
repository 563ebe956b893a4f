"""Watersheds and the forest of pixels, on cells drawn by hand."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt
from skimage.draw import disk

from course_utils.metrics.segmentation import score_objects
from course_utils.models import classical
from course_utils.models.classical import TUNED, Watershed, otsu_watershed, split_mask

SHAPE = (90, 120)


def discs(*centres, radius=11):
    """Labels of discs in (90, 120)."""
    masks = np.zeros(SHAPE, int)
    for label, centre in enumerate(centres, start=1):
        masks[disk(centre, radius, shape=SHAPE)] = label
    return masks


def picture(masks, light, seed=0):
    """Domes of the given brightness on a dark, noisy ground."""
    own = [distance_transform_edt(masks == k) for k in range(1, masks.max() + 1)]
    dome = 0.3 + 0.7 * sum(d / d.max() for d in own)
    clean = 300 + dome * np.array([0, *light])[masks]
    return np.random.default_rng(seed).normal(clean, 5)


TOUCHING = discs((30, 30), (30, 50), (60, 85))


def test_touching_discs_are_cut_into_two():
    assert split_mask(TOUCHING > 0).max() == 3


def test_the_border_of_a_large_and_a_small_disc_runs_through_the_waist():
    mask = (discs((40, 35), radius=18) + discs((40, 58), radius=8)) > 0
    line = split_mask(mask)[40]
    assert (line[18:53] == line[35]).all() and (line[53:66] == line[58]).all()
    assert line[35] != line[58]


def test_summits_closer_than_the_separation_are_one():
    assert split_mask(TOUCHING > 0, separation=40).max() == 2


def test_a_piece_without_its_own_summit_within_reach_still_gets_a_cell():
    masks = discs((40, 30), (40, 56))  # two pieces, two pixels apart
    assert split_mask(masks > 0, separation=30).max() == 2


def test_a_cell_at_the_edge_of_the_picture_is_kept():
    assert split_mask(discs((3, 60)) > 0).max() == 1


def test_labels_end_where_the_mask_ends():
    assert np.array_equal(split_mask(TOUCHING > 0) > 0, TOUCHING > 0)


def test_an_empty_mask_has_no_cells():
    assert not split_mask(np.zeros(SHAPE, bool)).any()


def test_a_flat_picture_has_no_cells():
    assert not otsu_watershed(np.full(SHAPE, 300, np.uint16)).any()


def test_dim_cells_are_found_with_roots_and_a_lower_level_only():
    image = picture(TOUCHING, [2000, 2000, 100])
    assert score_objects(TOUCHING, otsu_watershed(image)).misses == 1
    assert score_objects(TOUCHING, otsu_watershed(image, TUNED)).f1 == 1


def test_own_rims_end_at_a_share_of_each_cells_own_light():
    light = np.zeros((20, 40))
    light[5:15, 5:15], light[7:13, 7:13] = 20, 100  # halo of 20, core of 100
    light[5:15, 25:35] = 20  # a dim cell as bright as the halo
    cells = np.zeros((20, 40), np.int32)
    cells[5:15, 5:15], cells[5:15, 25:35] = 1, 2
    kept = classical.own_rims(light, cells, 0.4)
    assert (kept == 1).sum() == 36 and (kept == 2).sum() == 100


def test_small_cells_are_dropped_and_the_others_keep_their_numbers():
    masks = np.zeros((9, 9), np.int32)
    masks[0, :3], masks[3:6, 3:6] = 1, 2
    assert np.unique(classical.drop_small(masks, 4)).tolist() == [0, 2]


def test_the_rim_of_touching_cells_is_no_inside():
    kinds = classical.pixel_kinds(TOUCHING)
    assert (kinds[30, [30, 50, 40]] == [1, 1, 2]).all() and kinds[0, 0] == 0


def test_local_contrast_is_high_at_flanks_and_blind_to_brightness():
    image = np.zeros((40, 60))
    image[:, 30:] = 1000
    contrast = classical.local_contrast(image, 2)
    assert contrast[20, 30] > 100 and contrast[20, [5, 55]] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("image", [np.zeros((16, 16)), np.full((16, 16), 300, np.uint16)])
def test_a_flat_picture_has_finite_features(image):
    assert np.isfinite(classical.pixel_features(image, classical.above_background, 4)).all()


@pytest.fixture(scope="module")
def forest():
    masks = discs((40, 20), (40, 40), (62, 85))
    return classical.train_forest([picture(masks, [300, 300, 90])], [masks], largest=4, each=300)


def test_the_forest_cuts_touching_cells_of_a_picture_it_has_not_seen(forest):
    image = picture(TOUCHING, [300, 300, 90], seed=1)
    scores = score_objects(TOUCHING, classical.forest_cells(forest, image, largest=4))
    assert scores.f1 == 1 and scores.mean_ap > 0.7


def test_the_same_seed_grows_the_same_forest(forest):
    masks = discs((40, 20), (40, 40), (62, 85))
    images = [picture(masks, [300, 300, 90])]
    again = classical.train_forest(images, [masks], largest=4, each=300)
    image = picture(TOUCHING, [300, 300, 90], seed=1)
    one, two = (classical.forest_cells(f, image, largest=4) for f in (forest, again))
    assert np.array_equal(one, two)


def test_settings_say_what_they_are():
    assert Watershed(separation=9) == Watershed(False, 1.0, 1.0, 0.0, 9, 0.0, 0)
