"""A TF-Hub module as a layer of Keras 3."""

import numpy as np
import pytest

from course_utils.models.pretrained import WeightsError, backbone

keras = pytest.importorskip("keras")
hub_layer = pytest.importorskip("course_utils.models.hub_layer")
HubLayer, export_module = hub_layer.HubLayer, hub_layer.export_module


@pytest.fixture(scope="module")
def body():
    keras.utils.set_random_seed(0)
    network = backbone(size=33, weights=None, alpha=0.35).model
    maps = network.get_layer("block_2_add").output
    return keras.Model(network.input, keras.layers.GlobalAveragePooling2D()(maps))


@pytest.fixture(scope="module")
def folder(body, tmp_path_factory):
    return export_module(body, tmp_path_factory.mktemp("module"))


@pytest.fixture
def pictures():
    return np.random.default_rng(0).normal(size=(12, 33, 33, 3)).astype(np.float32)


def small_model(folder, trainable):
    keras.utils.set_random_seed(0)
    layer = HubLayer(folder, trainable=trainable)
    layers = [keras.layers.Input((33, 33, 3)), layer, keras.layers.Dense(3)]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    return model


def test_the_layer_says_what_the_exported_model_says(body, folder, pictures):
    np.testing.assert_allclose(
        HubLayer(folder)(pictures), body.predict(pictures, verbose=0), atol=1e-5
    )


def test_keras_sees_the_variables_and_which_of_them_are_trained(body, folder):
    layer = HubLayer(folder, trainable=True)
    assert len(layer.weights) == len(body.weights)
    assert layer.count_params() == body.count_params()
    assert len(layer.trainable_variables) == len(body.trainable_variables) > 0
    assert not HubLayer(folder).trainable_variables


def test_training_changes_a_trainable_module_and_leaves_a_frozen_one(folder, pictures):
    for trainable in (True, False):
        model = small_model(folder, trainable)
        layer = model.layers[0]
        before = [value.copy() for value in layer.get_weights()]
        model.fit(pictures, np.arange(12) % 3, epochs=1, verbose=0)
        same = [np.array_equal(a, b) for a, b in zip(before, layer.get_weights(), strict=True)]
        assert all(same) != trainable
        assert not np.array_equal(model.layers[1].get_weights()[1], np.zeros(3))


def test_a_trained_model_is_saved_and_loaded_in_safe_mode(folder, pictures, tmp_path):
    model = small_model(folder, trainable=True)
    model.fit(pictures, np.arange(12) % 3, epochs=1, verbose=0)
    said = model.predict(pictures, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(again.predict(pictures, verbose=0), said, atol=1e-5)
    assert len(again.layers[0].trainable_variables) == len(model.layers[0].trainable_variables)


def test_an_online_module_is_not_fetched_unasked(monkeypatch, tmp_path):
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(hub_layer.hub, "resolve", lambda handle: pytest.fail("a download"))
    with pytest.raises(WeightsError, match="allow_download=True"):
        HubLayer("https://tfhub.dev/google/nothing/1")


def test_an_online_module_is_fetched_if_allowed_but_a_saved_model_never_asks(
    folder, monkeypatch, tmp_path
):
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path))
    asked = []
    monkeypatch.setattr(hub_layer.hub, "resolve", lambda x: asked.append(x) or str(folder))
    layer = HubLayer("https://tfhub.dev/google/nothing/1", allow_download=True)
    assert asked == [layer.handle]
    with pytest.raises(Exception, match="allow_download=True"):  # Keras wraps it in its own
        HubLayer.from_config(layer.get_config())


def test_a_failed_download_is_said_in_words(monkeypatch, tmp_path):
    def fail(handle):
        raise OSError("no route to host")

    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(hub_layer.hub, "resolve", fail)
    with pytest.raises(WeightsError, match=r"could not be fetched.*no route"):
        HubLayer("https://tfhub.dev/google/nothing/1", allow_download=True)


def test_a_folder_without_a_module_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"saved_model\.pb"):
        HubLayer(tmp_path)


def test_a_saved_model_that_can_not_be_called_is_refused(tmp_path):
    import tensorflow as tf

    tf.saved_model.save(tf.train.Checkpoint(v=tf.Variable(1.0)), str(tmp_path))
    with pytest.raises(WeightsError, match="reusable"):
        HubLayer(tmp_path)
