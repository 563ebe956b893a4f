"""Pre-trained networks: the right weights, the right units, and no download unasked."""

import numpy as np
import pytest
from skimage import data

from course_utils.data.datasets import imagenet_class_names
from course_utils.models import pretrained
from course_utils.models.pretrained import WeightsError, backbone, keras_order
from course_utils.models.transfer import letterbox

keras = pytest.importorskip("keras")


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Whatever wants to download anything fails at once."""

    def refuse(*args, **kwargs):
        raise AssertionError(f"a download was tried: {args[:2]}")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", refuse)
    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", refuse)


@pytest.fixture(scope="module")
def seer():
    return backbone("MobileNetV2", size=225, top=True)


def test_the_cat_is_a_cat_and_the_coffee_an_espresso(seer):
    photos = [data.cat()[:, 90:390], data.coffee()[:, 100:500]]
    cat, coffee = seer(np.stack([letterbox(photo, 225) for photo in photos]))
    names = imagenet_class_names()
    assert names[cat.argmax()] == "Egyptian cat" and cat.max() > 0.3
    assert names[coffee.argmax()] == "espresso" and coffee.max() > 0.7


def test_the_network_without_its_top_has_the_same_inner_layers(seer):
    body = backbone("MobileNetV2", size=97)
    for name in ("Conv1", "block_14_project_BN", "bn_Conv1", "Conv_1"):
        for a, b in zip(
            body.model.get_layer(name).get_weights(),
            seer.model.get_layer(name).get_weights(),
            strict=True,
        ):
            np.testing.assert_array_equal(a, b)


def test_pictures_are_scaled_as_torchvision_did_and_stay_as_they_were(seer):
    pictures = np.full((1, 2, 2, 3), 255.0, np.float32)
    found = seer.prepare(pictures)[0, 0, 0]
    np.testing.assert_allclose(found, (1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225])
    assert (pictures == 255).all()


@pytest.mark.parametrize(
    "name,black",
    [("VGG16", [-103.939, -116.779, -123.68]), ("InceptionV3", [-1] * 3), ("ResNet50V2", [-1] * 3)],
)
def test_each_network_gets_the_scaling_of_its_makers(name, black):
    found = pretrained.scaling(name)(np.zeros((1, 1, 1, 3), np.float32))
    np.testing.assert_allclose(found[0, 0, 0], black, rtol=1e-6)


def test_the_epsilon_of_batch_normalisation_is_folded_into_gamma():
    rng = np.random.default_rng(0)
    var = rng.uniform(1e-4, 1, 5)  # small variances, where epsilon decides
    gamma, beta, mean = rng.normal(size=(3, 5))
    module = dict(weight=gamma, bias=beta, running_mean=mean, running_var=var)
    layer = keras.layers.BatchNormalization(epsilon=1e-3)
    layer.build((None, 5))
    layer.set_weights(keras_order(module))
    x = rng.normal(size=(3, 5))
    by_torch = (x - mean) / np.sqrt(var + 1e-5) * gamma + beta
    np.testing.assert_allclose(layer(x, training=False), by_torch, atol=1e-4)


def test_a_depthwise_kernel_keeps_its_channels():
    kernel = np.arange(2 * 9).reshape(2, 1, 3, 3)
    (found,) = keras_order({"weight": kernel})
    assert found.shape == (3, 3, 2, 1)
    np.testing.assert_array_equal(found[:, :, 1, 0], kernel[1, 0])


def test_arrays_of_another_network_are_refused():
    arrays = {"a.0.weight": np.zeros((8, 3, 5, 5), np.float32)}
    model = keras.Sequential([keras.layers.Input((9, 9, 3)), keras.layers.Conv2D(8, 3)])
    with pytest.raises(WeightsError, match="does not fit"):
        pretrained.copy_torch_weights(arrays, model)


@pytest.mark.parametrize("name", ["VGG16", "VGG19", "InceptionV3", "ResNet50"])
def test_without_weights_the_message_says_how_to_get_them(name):
    with pytest.raises(WeightsError, match=f"{name}.*allow_download=True.*weights="):
        backbone(name, size=97)


def test_a_download_is_left_to_keras_only_if_it_is_allowed(monkeypatch):
    asked = []
    monkeypatch.setattr(keras.applications, "VGG16", lambda **kwargs: asked.append(kwargs))
    backbone("VGG16", size=97, allow_download=True)
    assert asked[0]["weights"] == "imagenet" and asked[0]["input_shape"] == (97, 97, 3)


@pytest.mark.parametrize("name", ["VGG16", "InceptionV3", "ResNet50"])
def test_the_famous_networks_are_built_by_the_same_call(name, monkeypatch):
    asked = []
    monkeypatch.setattr(keras.applications, name, lambda **kwargs: asked.append(kwargs))
    backbone(name, size=97, weights=None)
    assert asked == [dict(include_top=False, weights=None, input_shape=(97, 97, 3))]


def test_weights_come_from_a_local_file(tmp_path):
    small = dict(name="MobileNetV2", size=33, alpha=0.35)
    file = tmp_path / "own.weights.h5"
    first = backbone(weights=None, **small)
    first.model.save_weights(file)
    again = backbone(weights=file, **small)
    for a, b in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_file_of_another_network_is_refused_in_words(tmp_path):
    file = tmp_path / "own.weights.h5"
    keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)]).save_weights(file)
    with pytest.raises(WeightsError, match="does not fit MobileNetV2"):
        backbone(size=33, weights=file, alpha=0.35)
    with pytest.raises(WeightsError, match="no weights file"):
        backbone(size=33, weights=tmp_path / "none.h5")


def test_an_unknown_network_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"ResNet5.*ResNet50"):
        backbone("ResNet5")


def test_the_last_incomplete_batch_is_not_lost_or_padded_out():
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    x = np.arange(10, dtype=np.float32).reshape(5, 2)
    found = pretrained.run_fixed(model, x, batch=4)
    np.testing.assert_allclose(found, x @ model.get_weights()[0], rtol=1e-5)
