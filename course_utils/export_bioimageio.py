"""A trained network as a bioimage.io package: weights, what to do before, a test, and its card.

Fiji, ilastik, napari and `bioimageio.core` open it; no line of this course is needed for that.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.data.scaling import lift_dim, normalise_percentiles
from course_utils.export import to_onnx, with_lift
from course_utils.files import written_whole
from course_utils.machine import quiet_import

with quiet_import():
    import keras

LOW, HIGH = 1.0, 99.8
LEAST, STEP = 64, 16
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Card:
    """What people must know of a model that they did not train.

    `name` has letters, digits, `_+- ()`; `authors` are names; `licence` is an SPDX identifier such
    as CC-BY-4.0; `readme` is Markdown: learned from what, how good on what, and where it fails.
    `cite` are pairs of a text and a DOI; `outputs` name the numbers that a pixel gets, in order.
    """

    name: str
    description: str
    authors: Sequence[str]
    licence: str
    readme: str
    outputs: Sequence[str]
    cite: Sequence[tuple[str, str]] = ()
    tags: Sequence[str] = ("2d", "fluorescence-light-microscopy", "nuclei", "segmentation")


def to_bioimageio(
    model: keras.Model,
    path: str | Path,
    image: NDArray,
    card: Card,
    pixel_size: float | None = None,
    lift: float | None = 10.0,
    halo: int = 32,
) -> Path:
    """Write a network for images as a bioimage.io package, a zip that other programs open.

    It holds ONNX and Keras weights, what has to be done to the counts of the camera before, a test
    image with the right answer, a picture and the card.

    Args:
        model: fully convolutional, from (n, y, x, 1) to (n, y, x, k).
        path: of the zip; what was there is replaced.
        image: counts of a test image, shape (y, x), both sides multiples of 16 and at least 64 and
            more than twice the halo.
        card: name, authors, licence, readme ...
        pixel_size: µm, if it is known.
        lift: of the arcsinh after the percentiles; None if the model was trained without.
        halo: pixels at each side that a tile does not answer for.

    Raises:
        ValueError: the image has other sides, or the card lacks something.

    Source: bioimage.io model description 0.5. Taught in: 11.
    """
    image = np.asarray(image)
    least = _least(halo)
    if image.ndim != 2 or any(side % STEP or side < least for side in image.shape):
        raise ValueError(
            f"the test image must be (y, x), sides multiples of {STEP} and at least {least}, "
            f"not {image.shape}"
        )
    if len(card.outputs) != model.output_shape[-1]:
        raise ValueError(
            f"the model gives {model.output_shape[-1]} numbers a pixel, "
            f"and the card names {len(card.outputs)}: {', '.join(card.outputs)}"
        )
    whole = model if lift is None else with_lift(model, lift)
    answer = model.predict(_prepared(image, lift), verbose=0)
    with tempfile.TemporaryDirectory() as folder, _descriptions() as spec:
        files = _write_files(Path(folder), whole, image, answer, card)
        tensors = _tensors(spec, files, image, card, pixel_size, halo)
        described = _described(spec, files, tensors, card)
        with written_whole(Path(path)) as part:
            from bioimageio.spec import save_bioimageio_package

            save_bioimageio_package(described, output_path=part, allow_invalid=False)
    return Path(path)


def check_package(path: str | Path, weights: str = "onnx") -> str:
    """Open a bioimage.io package with bioimage.io's own tools, and run the test that it brings.

    The test input goes through the steps before the network and through the network; each number
    of the answer must be that of the package to 1e-4. Then other sizes are tried.

    Args:
        path: of the zip, or of `bioimageio.yaml` in its folder.
        weights: which of them, "onnx" or "keras_v3"; Keras takes 10 s, it traces each size anew.

    Returns:
        "passed", or what went wrong.

    Taught in: 11.
    """
    with _descriptions(), redirect_stdout(StringIO()):
        from bioimageio.core import test_model

        summary = test_model(path, weight_format=weights)
    faults = [f"{'.'.join(map(str, fault.loc))}: {fault.msg}" for fault in summary.errors]
    return "; ".join(faults) or summary.status


def run_bioimageio(path: str | Path, image: NDArray) -> NDArray[np.float32]:
    """Answers of a bioimage.io package for the counts of a camera, by bioimage.io's own tools.

    The image is taken as it is. Other programs mirror it by the halo first and cut that off again,
    so that their answers near the edge differ.

    Args:
        path: of the package.
        image: shape (y, x), sides multiples of 16.

    Returns:
        Shape (y, x, k).

    Taught in: 11.
    """
    with _descriptions():
        from bioimageio.core import create_prediction_pipeline, load_model_description
        from bioimageio.core.digest_spec import create_sample_for_model

        model = load_model_description(path)
        sample = create_sample_for_model(model, inputs=np.asarray(image)[None, ..., None])
        with create_prediction_pipeline(model, weight_format="onnx") as pipeline:
            found = pipeline.predict_sample_without_blocking(
                sample, skip_input_padding=True, skip_output_cropping=True
            )
    [answer] = found.members.values()
    return np.asarray(answer.data)[0]


def _least(halo: int) -> int:
    """Shortest side that is a multiple of STEP, as the network needs, and has an inner part."""
    return max(LEAST, -(-(2 * halo + STEP) // STEP) * STEP)


def _prepared(image: NDArray, lift: float | None) -> NDArray[np.float32]:
    scaled = normalise_percentiles(image, LOW, HIGH)
    return (scaled if lift is None else lift_dim(scaled, lift))[None, ..., None]


@contextmanager
def _descriptions() -> Iterator[Any]:
    """bioimageio's descriptions, silent, and leaving Keras' backend alone.

    A package made here needs no network; in one of others, web addresses are looked up.
    """
    os.environ.setdefault("KERAS_BACKEND", keras.backend.backend())
    with quiet_import():
        from bioimageio.spec.model import v0_5
        from loguru import logger

    logger.disable("bioimageio")
    yield v0_5


def _write_files(
    folder: Path, model: keras.Model, image: NDArray, answer: NDArray, card: Card
) -> dict[str, Path]:
    import tifffile

    files = {
        name: folder / file
        for name, file in dict(
            onnx="weights.onnx",
            keras="weights.keras",
            given="test_input.npy",
            answer="test_output.npy",
            sample="sample_input.tif",
            sample_answer="sample_output.tif",
            cover="cover.png",
            readme="README.md",
        ).items()
    }
    to_onnx(model, files["onnx"])
    model.save(files["keras"])
    np.save(files["given"], image[None, ..., None])
    np.save(files["answer"], answer)
    tifffile.imwrite(files["sample"], image[None, ..., None])
    tifffile.imwrite(files["sample_answer"], answer)
    files["readme"].write_text(card.readme, encoding="utf-8")
    _write_cover(files["cover"], image, answer[0, ..., 0])
    return files


def _write_cover(path: Path, image: NDArray, answer: NDArray) -> None:
    """Image and answer side by side, both square, so that the picture is twice as wide as high."""
    import imageio.v3 as iio

    side = min(image.shape)
    halves = [normalise_percentiles(each[:side, :side]).clip(0, 1) for each in (image, answer)]
    iio.imwrite(path, np.uint8(255 * np.hstack(halves)))


def _tensors(
    spec: Any, files: dict, image: NDArray, card: Card, pixel_size: float | None, halo: int
) -> dict[str, list]:
    scale = {}
    if pixel_size is not None:  # as float32 products with it are exact, and 112 stays 112
        scale = dict(unit="micrometer", scale=float(np.float32(pixel_size)))
    size = spec.ParameterizedSize(min=_least(halo), step=STEP)
    axes = [spec.SpaceInputAxis(id=spec.AxisId(name), size=size, **scale) for name in "yx"]
    channel = spec.ChannelAxis(channel_names=[spec.Identifier("intensity")])
    given = spec.InputTensorDescr(
        id=spec.TensorId("image"),
        description="counts of the camera, one channel, one plane",
        axes=[spec.BatchAxis(), *axes, channel],
        test_tensor=spec.FileDescr(source=files["given"]),
        sample_tensor=spec.FileDescr(source=files["sample"]),
        data=spec.IntervalOrRatioDataDescr(type=image.dtype.name),
        preprocessing=_preprocessing(spec),
        pad=spec.SymmetricPadding(),
    )
    axes = [
        spec.SpaceOutputAxisWithHalo(id=axis.id, halo=halo, size=_like(spec, axis), **scale)
        for axis in axes
    ]
    channel = spec.ChannelAxis(channel_names=[spec.Identifier(name) for name in card.outputs])
    answer = spec.OutputTensorDescr(
        id=spec.TensorId("answer"),
        description=", ".join(card.outputs),
        axes=[spec.BatchAxis(), *axes, channel],
        test_tensor=spec.FileDescr(source=files["answer"]),
        sample_tensor=spec.FileDescr(source=files["sample_answer"]),
        data=spec.IntervalOrRatioDataDescr(type="float32"),
    )
    return dict(inputs=[given], outputs=[answer])


def _like(spec: Any, axis: Any) -> Any:
    return spec.SizeReference(tensor_id=spec.TensorId("image"), axis_id=axis.id)


def _preprocessing(spec: Any) -> list:
    kwargs = spec.ScaleRangeKwargs(
        axes=[spec.AxisId(name) for name in "yx"], min_percentile=LOW, max_percentile=HIGH
    )
    single = spec.EnsureDtypeDescr(kwargs=spec.EnsureDtypeKwargs(dtype="float32"))
    return [single, spec.ScaleRangeDescr(kwargs=kwargs), single]


def _described(spec: Any, files: dict, tensors: dict, card: Card) -> Any:
    import onnx
    import tensorflow as tf
    from bioimageio.spec.generic.v0_3 import CiteEntry

    opset = onnx.load(files["onnx"], load_external_data=False).opset_import[0].version
    weights = spec.WeightsDescr(
        keras_v3=spec.KerasV3WeightsDescr(
            source=files["keras"],
            keras_version=spec.Version(keras.__version__),
            backend=("tensorflow", spec.Version(tf.__version__)),
        ),
        onnx=spec.OnnxWeightsDescr(source=files["onnx"], opset_version=opset, parent="keras_v3"),
    )
    tolerance = spec.ReproducibilityTolerance(
        relative_tolerance=TOLERANCE, absolute_tolerance=TOLERANCE
    )
    config = spec.BioimageioConfig(reproducibility_tolerance=[tolerance])
    return spec.ModelDescr(
        **tensors,
        name=card.name,
        description=card.description,
        authors=[spec.Author(name=name) for name in card.authors],
        license=spec.LicenseId(card.licence),
        cite=[CiteEntry(text=text, doi=spec.Doi(doi)) for text, doi in card.cite],
        documentation=spec.FileDescr(source=files["readme"]),
        covers=[spec.FileDescr(source=files["cover"])],
        tags=list(card.tags),
        weights=weights,
        config=spec.Config(bioimageio=config),
    )
