"""The U-Net learns, keeps the size of its image, and does not mix images of a batch."""

import numpy as np
import pytest

from course_utils.models.instances import find_objects, targets

keras = pytest.importorskip("keras")

from course_utils.models.unet import (  # noqa: E402
    build_unet,
    instance_loss,
    predict_field,
    train_unet,
)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return build_unet(width=4)


def test_the_lessons_network_has_the_parameters_that_the_text_names():
    assert build_unet().count_params() == 121_874


def test_answers_have_the_size_of_the_image_whatever_it_is(network):
    answers = predict_field(network, np.random.default_rng(0).random((37, 50)))
    assert answers.shape == (37, 50, 2) and answers.dtype == np.float32


def test_padding_does_not_change_the_answers_far_from_it(network):
    image = np.random.default_rng(0).random((96, 96)).astype(np.float32)
    whole, cut = predict_field(network, image), predict_field(network, image[:, :93])
    np.testing.assert_allclose(whole[:, :48], cut[:, :48], atol=1e-4)


def test_the_loss_is_that_of_the_formula():
    true = np.array([[[[1.0, 0.7]]]], np.float32)
    said = np.array([[[[0.0, 0.2]]]], np.float32)
    value = float(np.squeeze(instance_loss(true, said)))
    assert value == pytest.approx(np.log(2) + 0.5, abs=1e-6)


@pytest.mark.slow
def test_it_learns_two_touching_cells():
    grid = np.stack(np.indices((64, 64)), -1)
    far = np.stack([np.linalg.norm(grid - np.array(p), axis=-1) for p in ((32, 22), (32, 40))])
    mask = np.where(far.min(0) <= 10, far.argmin(0) + 1, 0)
    image = (mask > 0) + 0.1 * np.random.default_rng(0).standard_normal(mask.shape)
    image = image.astype(np.float32)
    batch = image[None, ..., None], targets(mask)[None]
    keras.utils.set_random_seed(0)
    model = build_unet(width=8)
    losses = train_unet(model, (batch for _ in range(100)), steps=100)
    assert losses[-1] < 0.3 * losses[0]
    assert find_objects(predict_field(model, image)).max() == 2
