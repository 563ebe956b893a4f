"""A TF-Hub module as a layer of Keras 3, and a Keras model as a TF-Hub module.

TF-Hub's own layer was written for Keras 2 and is refused by Keras 3. Here `hub.load` does the
loading, and the layer hands its variables over to Keras, so that they are trained, counted, saved
and loaded like any others.

Source: "Reusable SavedModels" of the TensorFlow Hub documentation; own code.
"""

import hashlib
from pathlib import Path
from typing import Any

from course_utils.machine import quiet_import
from course_utils.models.torch_file import WeightsError

with quiet_import():
    import keras
    import tensorflow as tf
    import tensorflow_hub as hub

ONLINE = ("https://", "http://")


@keras.saving.register_keras_serializable(package="course_utils")
class HubLayer(keras.layers.Layer):
    """A reusable SavedModel as a layer; batch normalisation inside keeps its stored statistics.

    Args:
        handle: folder that holds saved_model.pb, or an online handle (https://...).
        trainable: may training change the variables that the module calls trainable?
        allow_download: may an online handle be fetched? It is not stored in a saved model.
        **kwargs: passed on to `keras.layers.Layer`.

    Raises:
        WeightsError: nothing there, no reusable SavedModel, or only a download would help.

    Used in: 04.
    """

    def __init__(
        self,
        handle: str | Path,
        trainable: bool = False,
        allow_download: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, **kwargs)
        self.handle = str(handle)
        self._module = load_module(self.handle, allow_download)
        learned = {id(variable) for variable in self._module.trainable_variables}
        for variable in self._module.variables:
            self._track_variable(
                keras.Variable(
                    variable,
                    trainable=id(variable) in learned,
                    dtype=variable.dtype.name,
                    name=variable.name.split(":")[0].replace("/", "_"),
                )
            )
        self.trainable = trainable
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Outputs of the module for a batch of inputs."""
        return self._module(inputs)

    def get_config(self) -> dict:
        """Handle and flags; a model that is loaded again may never download by itself."""
        return {**super().get_config(), "handle": self.handle}


def load_module(handle: str, allow_download: bool = False) -> Any:
    """What `hub.load` gives for a folder or an online handle.

    Raises:
        WeightsError: as for `HubLayer`.

    Used in: 04.
    """
    if handle.startswith(ONLINE):
        folder = fetch_module(handle, allow_download)
    elif (Path(handle) / "saved_model.pb").is_file():
        folder = handle
    else:
        raise WeightsError(f"there is no saved_model.pb in {handle}: no TF-Hub module")
    module = hub.load(folder)
    if not callable(module) or not hasattr(module, "trainable_variables"):
        raise WeightsError(
            f"{handle} is no reusable SavedModel (it can not be called). Take one that its makers "
            "call a TF2 module, or export a Keras model with export_module."
        )
    return module


def fetch_module(handle: str, allow_download: bool) -> str:
    """Folder of an online module: from TF-Hub's cache, or downloaded if that is allowed.

    Raises:
        WeightsError: not in the cache and not allowed, or the download failed.

    Used in: 04.
    """
    cache = hub.resolver.tfhub_cache_dir(use_temp=True)
    cached = Path(cache) / hashlib.sha1(handle.encode()).hexdigest()
    if (cached / "saved_model.pb").is_file():
        return str(cached)
    if not allow_download:
        raise WeightsError(
            f"{handle} is not on this machine (looked in {cached}). With a network connection say "
            "allow_download=True; without one give the folder of a SavedModel instead."
        )
    try:
        return hub.resolve(handle)
    except Exception as error:
        raise WeightsError(f"{handle} could not be fetched: {error}") from error


def export_module(model: keras.Model, folder: str | Path) -> Path:
    """Write a Keras model as a reusable SavedModel, which is what a TF-Hub module is.

    Args:
        model: with one input of fixed shape; it is stored in the state for prediction.
        folder: made if it does not exist.

    Returns:
        The folder, to be given to `HubLayer`.

    Used in: 04.
    """
    module = tf.train.Checkpoint()
    spec = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    module.__call__ = tf.function(lambda x: model(x, training=False), input_signature=[spec])
    module.variables = [variable.value for variable in model.variables]
    module.trainable_variables = [variable.value for variable in model.trainable_variables]
    log, level = tf.get_logger(), tf.get_logger().level
    log.setLevel("ERROR")
    with quiet_import():
        tf.saved_model.save(module, str(folder))
    log.setLevel(level)
    return Path(folder)
