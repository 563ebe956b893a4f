"""Networks that have seen a million photographs: one function for all of Keras Applications."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.data.shelf import read_bytes
from course_utils.machine import quiet_import
from course_utils.models.torch_file import WeightsError, read_torch

if TYPE_CHECKING:
    import keras

SHELF = {"MobileNetV2": "imagenet_mobilenet_v2"}
HOME = {
    "VGG16": "vgg16",
    "VGG19": "vgg19",
    "InceptionV3": "inception_v3",
    "Xception": "xception",
    "ResNet50": "resnet",
    "ResNet101": "resnet",
    "ResNet50V2": "resnet_v2",
    "DenseNet121": "densenet",
    "EfficientNetB0": "efficientnet",
    "MobileNetV2": "mobilenet_v2",
}
EPS_TORCH, EPS_KERAS = 1e-5, 1e-3


@dataclass(frozen=True)
class Backbone:
    """A network, and how it wants its pictures.

    `prepare` takes pictures (n, y, x, 3) of values 0 to 255 and scales them as the network's
    makers did; `model` takes what it returns.
    """

    name: str
    model: "keras.Model"
    prepare: Callable[[NDArray], NDArray]

    def __call__(self, pictures: ArrayLike) -> NDArray[np.float32]:
        """Outputs of the model for pictures of values 0 to 255. Used in: 04."""
        return run_fixed(self.model, self.prepare(np.asarray(pictures, np.float32)), batch=4)


def backbone(
    name: str = "MobileNetV2",
    size: int = 129,
    weights: str | Path | None = "imagenet",
    top: bool = False,
    allow_download: bool = False,
    **kwargs: Any,
) -> Backbone:
    """A network of Keras Applications with the scaling of its inputs that belongs to it.

    Args:
        name: "MobileNetV2", "VGG16", "InceptionV3", "ResNet50" or another key of `HOME`.
        size: side of the pictures in pixels; fixed, so that nothing is compiled twice.
        weights: "imagenet" (from the shelf, else a download), a file of the same network
            (.weights.h5 or .h5), or None for random ones.
        top: with the layer that names the 1000 ImageNet classes.
        allow_download: may Keras fetch the weights from its makers' server?
        **kwargs: passed on to Keras, such as `alpha=0.35`.

    Raises:
        ValueError: unknown name.
        WeightsError: the weights are not here, or do not fit the network.
        ShelfError: the shelf has not been fetched.

    Used in: 04.
    """
    if name not in HOME:
        raise ValueError(f"no network is called {name!r}; choose one of: {', '.join(HOME)}")
    with quiet_import():
        import keras
    on_shelf = weights == "imagenet" and name in SHELF and not kwargs
    given = None if on_shelf else find_weights(name, weights, allow_download)
    build = getattr(keras.applications, name)
    try:
        model = build(include_top=top, weights=given, input_shape=(size, size, 3), **kwargs)
    except (ValueError, OSError) as error:
        raise WeightsError(f"{given or 'that size'} does not fit {name}: {error}") from error
    if on_shelf:
        copy_torch_weights(read_torch(read_bytes(SHELF[name])), model)
    return Backbone(name, model, scaling(name))


def find_weights(name: str, weights: str | Path | None, allow_download: bool) -> str | None:
    """What Keras needs as `weights`: a path, "imagenet" if a download is allowed, or None.

    Raises:
        WeightsError: the file does not exist, or only a download would help.

    Used in: 04.
    """
    if weights is None:
        return None
    if weights == "imagenet":
        if allow_download:
            return "imagenet"
        raise WeightsError(
            f"the ImageNet weights of {name} are not on the shelf. With a network connection, "
            "say allow_download=True and Keras fetches them from its makers. Without one, copy "
            "their file to this machine and give weights='path/to/file.weights.h5'; random "
            "weights are weights=None."
        )
    path = Path(weights).expanduser()
    if not path.is_file():
        raise WeightsError(f"there is no weights file {path}")
    return str(path)


def scaling(name: str) -> Callable[[NDArray], NDArray]:
    """How a network wants values of 0 to 255: its makers' scaling, on a copy.

    The shelf's MobileNetV2 was trained by torchvision, with ImageNet's mean and deviation a colour
    and not with Keras' range of -1 to 1.

    Used in: 04.
    """
    from keras import applications

    if name in SHELF:
        return lambda x: applications.imagenet_utils.preprocess_input(np.array(x), mode="torch")
    module = getattr(applications, HOME[name])
    return lambda x: module.preprocess_input(np.array(x))


def copy_torch_weights(arrays: dict[str, NDArray], model: "keras.Model") -> None:
    """Put torchvision's arrays into Keras' network, layer by layer in their common order.

    Args:
        arrays: as `read_torch` gives them.
        model: of the same architecture, with or without its top.

    Raises:
        WeightsError: a layer finds no arrays, or arrays of another shape.

    Used in: 04.
    """
    modules = group_by_module(arrays)
    layers = [layer for layer in model.layers if layer.weights]
    if len(layers) > len(modules) or len(modules) - len(layers) > 1:
        raise WeightsError(f"{len(modules)} layers in the file, {len(layers)} in {model.name}")
    for layer, (name, module) in zip(layers, modules.items(), strict=False):
        values = keras_order(module)
        shapes = [tuple(weight.shape) for weight in layer.weights]
        if [value.shape for value in values] != shapes:
            raise WeightsError(f"{name} of the file does not fit the layer {layer.name} {shapes}")
        layer.set_weights(values)


def group_by_module(arrays: dict[str, NDArray]) -> dict[str, dict[str, NDArray]]:
    """Module -> kind of array -> array; counters of training steps are left out. Used in: 04."""
    modules: dict[str, dict[str, NDArray]] = {}
    for name, array in arrays.items():
        module, kind = re.fullmatch(r"(.+)\.(\w+)", name).groups()
        if kind != "num_batches_tracked":
            modules.setdefault(module, {})[kind] = array
    return modules


def keras_order(module: dict[str, NDArray]) -> list[NDArray]:
    """Arrays of one PyTorch layer in the order, the axes and the epsilon of Keras.

    Args:
        module: kind -> array: weight of a convolution (out, in, y, x), a dense layer (out, in) or
            a batch normalisation (channels,), with bias, running_mean and running_var.

    Used in: 04.
    """
    if "running_var" in module:
        gamma, beta = module["weight"], module["bias"]
        mean, var = module["running_mean"], module["running_var"]
        return [gamma * np.sqrt((var + EPS_KERAS) / (var + EPS_TORCH)), beta, mean, var]
    weight = module["weight"]
    bias = [module["bias"]] if "bias" in module else []
    if weight.ndim == 2:
        return [weight.T, *bias]
    depthwise = weight.shape[1] == 1
    return [weight.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0)), *bias]


def run_fixed(model: "keras.Model", inputs: NDArray, batch: int = 32) -> NDArray[np.float32]:
    """Outputs of a model in batches of one size, the last one filled up with zeros.

    Args:
        model: Keras model with one output.
        inputs: shape (n, ...), scaled as the model wants them.
        batch: pictures at a time; one size means one compilation.

    Used in: 04.
    """
    missing = -len(inputs) % batch
    filled = np.concatenate([inputs, np.zeros((missing, *inputs.shape[1:]), inputs.dtype)])
    return model.predict(filled, batch_size=batch, verbose=0)[: len(inputs)]
