"""The network in 3-D respects the voxel, and tiles do not show."""

import numpy as np
import pytest

from course_utils.data.scaling import normalise_arcsinh
from course_utils.data.transforms import Augment
from course_utils.models.instances import Decoder, find_objects, targets

keras = pytest.importorskip("keras")

from course_utils.models.unet import train_unet  # noqa: E402
from course_utils.models.unet_3d import (  # noqa: E402
    build_unet_3d,
    kernels,
    multiples,
    predict_tiles,
    predict_volume,
    strides,
    volume_batches,
)

CHO = (1.0, 0.202, 0.202)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return build_unet_3d(CHO, width=2)


def touching(shape=(16, 32, 32)):
    """Two balls above each other."""
    grid = np.stack(np.indices(shape), -1)
    middle = shape[1] // 2
    far = np.stack(
        [
            np.linalg.norm(grid - np.array((z, middle, x)), axis=-1)
            for z, x in ((4, middle), (11, middle + 1))
        ]
    )
    return np.where(far.min(0) <= 4.5, far.argmin(0) + 1, 0)


def test_slices_far_apart_are_not_pooled_before_the_pixels_are_as_coarse():
    assert strides(CHO, 2) == [(1, 2, 2), (1, 2, 2), (2, 2, 2)]
    assert strides((0.29, 0.26, 0.26), 2) == [(2, 2, 2)] * 3
    assert multiples(CHO, 2) == (2, 8, 8)


def test_the_order_of_the_voxel_is_z_y_x():
    assert strides((0.2, 0.2, 1.0), 1) == [(2, 2, 1), (2, 2, 1)]
    assert kernels((8.0, 1.0, 1.0), 2) == [(1, 3, 3), (3, 3, 3), (3, 3, 3)]


def test_answers_have_the_shape_of_the_stack_whatever_it_is(network):
    answers = predict_volume(
        network, np.random.default_rng(0).random((5, 37, 50)), (6, 32, 32), (0, 8, 8)
    )
    assert answers.shape == (5, 37, 50, 2) and answers.dtype == np.float32


def test_tiles_leave_no_seams_and_swap_no_axes():
    keras.utils.set_random_seed(0)
    network = build_unet_3d((1, 1, 1), width=2, depth=1)
    image = np.random.default_rng(0).random((20, 64, 80)).astype(np.float32)
    whole = predict_tiles(network, image, (20, 64, 80), (0, 0, 0))
    tiled = predict_tiles(network, image, (20, 56, 56), (8, 24, 24))
    np.testing.assert_allclose(whole, tiled, atol=1e-4)


def test_tiles_that_pooling_would_shift_are_refused(network):
    with pytest.raises(ValueError, match="multiple"):
        predict_tiles(network, np.zeros((5, 64, 64), np.float32), (5, 32, 32), (0, 8, 8))
    with pytest.raises(ValueError, match="axes z, y, x"):
        predict_tiles(network, np.zeros((64, 64), np.float32), (6, 32, 32), (0, 8, 8))


def test_hills_are_measured_in_the_voxels_units():
    mask, image = touching(), np.random.default_rng(0).random((16, 32, 32))
    inputs, hills = next(
        volume_batches([image], [mask], mask.shape, voxel=(3.0, 1.0, 1.0), how=Augment())
    )
    np.testing.assert_array_equal(hills[0], targets(mask, (3.0, 1.0, 1.0)))
    np.testing.assert_allclose(inputs[0, ..., 0], normalise_arcsinh(image), atol=1e-6)
    assert not np.array_equal(hills[0], targets(mask))


def test_image_and_hills_are_mirrored_and_turned_together():
    mask = touching()
    batches = volume_batches([1.0 * (mask > 0)], [mask], (16, 32, 32), batch=2, seed=3)
    for _ in range(4):
        inputs, hills = next(batches)
        assert inputs.shape == (2, 16, 32, 32, 1) and hills.shape == (2, 16, 32, 32, 2)
        middle = (inputs.max((1, 2, 3, 4)) + inputs.min((1, 2, 3, 4))) / 2
        bright = inputs[..., 0] > middle[:, None, None, None]
        np.testing.assert_array_equal(bright, hills[..., 0] > 0)


@pytest.mark.slow
def test_it_learns_two_nuclei_above_each_other():
    mask = touching((16, 16, 16))
    image = (mask > 0) + 0.1 * np.random.default_rng(0).standard_normal(mask.shape)
    keras.utils.set_random_seed(0)
    model = build_unet_3d(width=8, depth=1)
    drawn = volume_batches([image], [mask], mask.shape, batch=2)
    losses = train_unet(model, drawn, steps=100, label="")
    assert losses[-1] < 0.3 * losses[0]
    answers = predict_volume(model, image, mask.shape)
    assert find_objects(answers, Decoder(smooth=1.0)).max() == 2


def test_a_missing_slice_is_mirrored_at_the_end_in_training_as_in_prediction():
    image = np.random.default_rng(0).random((5, 16, 16))
    mask = touching((5, 16, 16))
    inputs, hills = next(volume_batches([image], [mask], (6, 16, 16), how=Augment()))
    for crop, stack in ((inputs[0, ..., 0], normalise_arcsinh(image)), (hills[0], targets(mask))):
        np.testing.assert_allclose(crop, stack[[0, 1, 2, 3, 4, 4]], atol=1e-6)


def test_empty_crops_are_rare_as_batch_norm_would_blow_up_their_noise():
    mask = np.zeros((8, 96, 96), int)
    mask[2:6, 40:48, 40:48] = 1
    batches = volume_batches([1.0 * mask], [mask], (8, 16, 16), batch=8)
    hit = [crop.any() for _, hills in (next(batches) for _ in range(5)) for crop in hills]
    assert np.mean(hit) > 0.6


def test_images_and_masks_that_differ_are_refused_at_once():
    with pytest.raises(ValueError, match="differ"):
        volume_batches([np.zeros((8, 16, 16))], [np.zeros((8, 16, 24), int)], (8, 16, 16))
