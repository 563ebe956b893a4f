"""A trained network as an ONNX file: layers and weights that need neither this course nor Keras."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.files import written_whole
from course_utils.machine import quiet_import

with quiet_import():
    import keras


def to_onnx(
    model: keras.Model, path: str | Path, image_shape: tuple[int, int] | None = None
) -> Path:
    """Write a network as ONNX: its layers and weights in one file that needs no Keras.

    Args:
        model: from (n, y, x, c); trained on the TensorFlow backend.
        path: the file, usually `NAME.onnx`; what was there is replaced.
        image_shape: sides y, x if the file shall take only these; by default those of the model,
            where None is any.

    Raises:
        ValueError: the model has several inputs, or its own sides are others.
        ImportError: tf2onnx is missing.

    Taught in: 11.
    """
    if len(model.inputs) != 1 or len(model.input_shape) != 4:
        raise ValueError(f"one input (n, y, x, c) is needed, not {model.input_shape}")
    sides = model.input_shape[1:3] if image_shape is None else tuple(image_shape)
    for own, wanted in zip(model.input_shape[1:3], sides, strict=True):
        if own not in (None, wanted):
            raise ValueError(f"the model takes images of {model.input_shape[1:3]}, not {sides}")
    signature = keras.InputSpec(
        shape=(None, *sides, model.input_shape[3]), dtype="float32", name="image"
    )
    with written_whole(Path(path)) as part, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.export(str(part), format="onnx", verbose=False, input_signature=[signature])
    return Path(path)


def run_onnx(path: str | Path, images: ArrayLike) -> NDArray[np.float32]:
    """Answers of a network in an ONNX file; no line of it knows Keras.

    Args:
        path: of the file.
        images: shape (n, y, x, c), as the network was trained on them.

    Returns:
        Its first output, float32.

    Raises:
        ValueError: the file takes images of another shape.

    Taught in: 11.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [asked] = session.get_inputs()
    images = np.asarray(images, np.float32)
    fits = len(asked.shape) == images.ndim and all(
        not isinstance(wanted, int) or wanted == size
        for wanted, size in zip(asked.shape, images.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join(str(size) if isinstance(size, int) else "any" for size in asked.shape)
        raise ValueError(f"{path} takes images of shape ({wanted}), not {images.shape}")
    return session.run(None, {asked.name: images})[0]


def with_lift(model: keras.Model, lift: float = 10.0) -> keras.Model:
    """The network with the arcsinh of `normalise_arcsinh` as its first layers.

    What is left to do outside is a scale from percentiles, which every tool can do.

    Args:
        model: from images (n, y, x, c) as `normalise_arcsinh` gives them.
        lift: as there.

    Used in: 11.
    """
    image = keras.Input(model.input_shape[1:], name="image")
    lifted = keras.ops.arcsinh(image * lift) / float(np.arcsinh(lift))
    return keras.Model(image, model(lifted))
