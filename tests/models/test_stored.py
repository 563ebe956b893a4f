"""The stored nucleus network: it fits its loader, its floors hold, and odd input is named."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.transform import rescale

from course_utils.data.datasets import hela_movie, tissue_nuclei
from course_utils.data.scaling import normalise_arcsinh
from course_utils.metrics.segmentation import score_objects
from course_utils.models.stored import (
    drop_faint,
    load_network,
    median_diameter,
    own_light,
    segment_nuclei,
)


@pytest.fixture(scope="module")
def part():
    """Part of a test frame: 300 x 300 pixels with some 30 nuclei."""
    film = hela_movie()
    place = (16, slice(100, 400), slice(600, 900))
    return film.images[place], film.masks[place]


def test_the_weights_are_small_and_loaded_once():
    assert load_network() is load_network()
    assert load_network().count_params() == 492_050


def test_held_out_nuclei_are_found(part):
    image, masks = part
    scores = score_objects(masks, segment_nuclei(image))
    assert scores.f1 > 0.85 and scores.mean_ap > 0.6


@pytest.mark.parametrize("zoom", [0.3, 2.5])
def test_another_magnification_finds_the_same_nuclei(part, zoom):
    small = rescale(part[0].astype(np.float32), zoom, anti_aliasing=zoom < 1)
    here, there = segment_nuclei(part[0]), segment_nuclei(small)
    assert there.shape == small.shape
    assert there.max() == pytest.approx(here.max(), rel=0.25)
    assert median_diameter(there) == pytest.approx(zoom * median_diameter(here), rel=0.15)


def test_a_diameter_that_is_given_is_taken(part):
    small = rescale(part[0].astype(np.float32), 0.5, anti_aliasing=True)
    given = segment_nuclei(small, diameter=14)
    assert given.max() == pytest.approx(segment_nuclei(part[0]).max(), rel=0.25)


def test_offset_and_gain_do_not_matter(part):
    image = part[0]
    here, there = segment_nuclei(image), segment_nuclei(image.astype(np.float32) * 0.01 + 5)
    assert score_objects(here, there).f1 > 0.97


def test_the_tissue_field_is_better_than_chance():
    field = tissue_nuclei()
    assert score_objects(field.masks, segment_nuclei(field.image)).f1 > 0.7


def test_faint_objects_go_and_numbers_close_up():
    cells = np.repeat(np.arange(5, dtype=np.int32)[None], 4, axis=0)
    image = np.repeat(np.array([[10.0, 110, 12, 90, 80]]), 4, axis=0)
    assert drop_faint(cells.copy(), image, 0.15)[0].tolist() == [0, 1, 0, 2, 3]
    assert drop_faint(cells, image, 0)[0].tolist() == [0, 1, 2, 3, 4]


def test_large_images_are_done_in_tiles_and_count_the_same(monkeypatch):
    field = tissue_nuclei()
    whole = segment_nuclei(field.image, diameter=26)
    monkeypatch.setattr("course_utils.models.stored.TILE", 320)
    tiled = segment_nuclei(field.image, diameter=26)
    assert score_objects(whole, tiled).f1 > 0.97


def test_pieces_are_lit_like_the_whole(part):
    light = own_light(part[0])
    whole = normalise_arcsinh(part[0])
    np.testing.assert_allclose(light(part[0][50:90, 20:70]), whole[50:90, 20:70], atol=1e-6)


def test_missing_weights_are_named_with_their_mend(monkeypatch, tmp_path):
    load_network.cache_clear()
    monkeypatch.setattr("course_utils.models.stored.repository_root", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match=r"07_nuclei\.keras is missing.*train_weights"):
        load_network()
    load_network.cache_clear()


def test_an_empty_field_has_no_nuclei():
    assert segment_nuclei(np.zeros((64, 64))).max() == 0
    assert np.isnan(median_diameter(np.zeros((8, 8), int)))


def test_few_nuclei_on_a_ground_of_one_value_are_found(part):
    image, masks = part
    alone = np.zeros((1024, 1024), image.dtype)
    box = ndimage.find_objects(masks)[np.bincount(masks[masks > 0]).argmax() - 1]
    alone[500 : 500 + image[box].shape[0], 500 : 500 + image[box].shape[1]] = image[box]
    assert np.percentile(alone, 99.8) == 0
    assert segment_nuclei(alone).max() >= 1


def test_colour_stacks_and_nonsense_are_named():
    with pytest.raises(ValueError, match=r"\(y, x\)"):
        segment_nuclei(np.zeros((8, 8, 3)))
    with pytest.raises(ValueError, match="NaN"):
        segment_nuclei(np.full((32, 32), np.nan))
    with pytest.raises(ValueError, match="diameter"):
        segment_nuclei(np.zeros((32, 32)), diameter=0)
    with pytest.raises(ValueError, match=r"diameter must be at least 4 pixels, not 0\.5"):
        segment_nuclei(np.zeros((32, 32)), diameter=0.5)
