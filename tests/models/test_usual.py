"""The check of the input sees other textures, and not other places of the same."""

import numpy as np
import pytest
from scipy import ndimage

from course_utils.models.usual import learn_usual, over_pixels, texture


def field(seed, blur=2.0):
    noise = np.random.default_rng(seed).standard_normal((1, 96, 144))
    smooth = ndimage.gaussian_filter(noise, (0, blur, blur))
    return (smooth / smooth.std() + 0.2 * noise).astype(np.float32)


def test_another_place_of_the_same_kind_is_usual_and_another_kind_is_not():
    distance = learn_usual([field(seed) for seed in range(8)])
    assert np.median(distance(field(99))) < 1
    assert distance(field(99, blur=4.0)).min() > 1


def test_distances_lie_where_their_tiles_lie():
    source = field(99)
    source[:, :48, 96:] = field(5, blur=6.0)[:, :48, 96:]
    distance = learn_usual([field(seed) for seed in range(8)])(source)
    assert distance.shape == (2, 3)
    assert np.unravel_index(distance.argmax(), distance.shape) == (0, 2)


def test_each_channel_has_its_own_texture():
    both = np.concatenate([field(0), field(1, blur=4.0)])
    alone = [texture(one[None]) for one in both]
    np.testing.assert_allclose(texture(both), np.concatenate(alone, axis=1))


def test_a_flat_channel_gives_numbers():
    assert np.isfinite(texture(np.zeros((1, 48, 48)))).all()


@pytest.mark.parametrize("shape", [(96, 96), (1, 40, 96)])
def test_what_holds_no_tile_is_refused(shape):
    with pytest.raises(ValueError, match="pixels a side or more"):
        texture(np.zeros(shape))


def test_the_rim_that_no_tile_covers_takes_its_neighbours_value():
    said = over_pixels([[1, 2], [3, 4]], (7, 5), tile=2)
    assert said.shape == (7, 5)
    assert said[0].tolist() == [1, 1, 2, 2, 2] and said[-1, 0] == 3
