"""What leaves the course: the same numbers from ONNX and from bioimage.io's own tools."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from course_utils import export_bioimageio
from course_utils.data.scaling import normalise_arcsinh
from course_utils.export import run_onnx, to_onnx, with_lift
from course_utils.export_bioimageio import Card, check_package, run_bioimageio, to_bioimageio
from course_utils.machine import quiet_import

with quiet_import():
    import keras

from course_utils.models.cnn import build_cnn
from course_utils.models.stored import load_network
from course_utils.models.unet import build_unet

CARD = Card(
    name="Nuclei U-Net (test)",
    description="Inside of nuclei and relative height.",
    authors=["A. Learner", "B. Learner"],
    licence="CC-BY-4.0",
    readme="# Nuclei\n\n## Validation\n\nF1 on columns never seen.\n",
    outputs=["inside", "height"],
)


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def counts(side: int = 96) -> np.ndarray:
    return np.random.default_rng(1).poisson(300, (side, side + 16)).astype(np.uint16)


def shaken(model: keras.Model) -> keras.Model:
    """Weights and running statistics that are no longer their first guess."""
    rng = np.random.default_rng(2)
    model.set_weights([w + 0.05 * rng.normal(size=w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def net() -> keras.Model:
    return shaken(build_unet(width=4, depth=1))


@pytest.fixture(scope="module")
def package(net, tmp_path_factory):
    return to_bioimageio(net, tmp_path_factory.mktemp("zoo") / "net.zip", counts(), CARD, 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hela", "nuclei"])
def test_a_stored_network_answers_alike_as_onnx_for_every_size(name, tmp_path):
    network = load_network(name)
    file = to_onnx(network, tmp_path / "n.onnx")
    for shape in ((1, 64, 96, 1), (2, 128, 48, 1)):
        images = noise(*shape)
        expected = network.predict(images, verbose=0)
        np.testing.assert_allclose(run_onnx(file, images), expected, atol=1e-4)


def test_running_statistics_and_dropout_are_exported_as_in_use_not_as_in_training(tmp_path):
    cnn = shaken(build_cnn(3, dropout=0.5, residual=True))
    file = to_onnx(cnn, tmp_path / "c.onnx")
    pictures = noise(5, 24, 24, 1)
    expected = cnn.predict(pictures, verbose=0)
    np.testing.assert_allclose(run_onnx(file, pictures), expected, atol=1e-4)


def test_a_file_of_fixed_sides_refuses_others(net, tmp_path):
    file = to_onnx(net, tmp_path / "n.onnx", (32, 48))
    assert run_onnx(file, noise(1, 32, 48, 1)).shape == (1, 32, 48, 2)
    with pytest.raises(ValueError, match=r"any, 32, 48, 1.*not \(1, 32, 32, 1\)"):
        run_onnx(file, noise(1, 32, 32, 1))
    with pytest.raises(ValueError, match=r"n.onnx takes.*not \(32, 48\)"):
        run_onnx(file, noise(32, 48))


def test_sides_that_the_model_cannot_take_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"takes images of \(24, 24\)"):
        to_onnx(build_cnn(3), tmp_path / "c.onnx", (32, 32))
    assert not list(tmp_path.iterdir())


def test_arcsinh_inside_the_network_equals_arcsinh_before_it(net):
    scaled = np.abs(noise(1, 32, 32, 1)) % 1
    lifted = np.arcsinh(10 * scaled) / np.arcsinh(np.float32(10))
    expected = net.predict(lifted, verbose=0)
    np.testing.assert_allclose(with_lift(net).predict(scaled, verbose=0), expected, atol=1e-4)


def test_a_package_passes_its_own_test_with_onnx_and_holds_all_that_people_need(package):
    assert check_package(package) == "passed"
    with zipfile.ZipFile(package) as whole:
        names, text = whole.namelist(), whole.read("rdf.yaml").decode()
    wanted = {"README.md", "cover.png", "weights.keras", "weights.onnx", "test_input.npy"}
    assert wanted <= set(names)
    for words in ("A. Learner", "B. Learner", "CC-BY-4.0", "scale: 0.5", "min_percentile: 1.0"):
        assert words in text


def test_a_pixel_size_that_divides_badly_costs_no_pixel(net, tmp_path):
    """bioimage.io drops fractions: 112 * 0.65 / 0.65 is a hair below 112."""
    odd = to_bioimageio(net, tmp_path / "odd.zip", counts(), CARD, 0.65)
    assert check_package(odd) == "passed"


@pytest.mark.slow
def test_a_package_passes_its_own_test_with_keras(package):
    assert check_package(package, "keras_v3") == "passed"


def test_a_package_takes_counts_and_answers_as_the_network_did_here(package, net):
    """Percentiles, arcsinh or the order of axes left out would show at once."""
    image = np.random.default_rng(5).poisson(90, (80, 96)).astype(np.uint16)
    expected = net.predict(normalise_arcsinh(image)[None, ..., None], verbose=0)[0]
    np.testing.assert_allclose(run_bioimageio(package, image), expected, atol=1e-4)


def test_a_package_whose_test_answer_is_wrong_is_told(package, tmp_path):
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(package) as whole, zipfile.ZipFile(damaged, "w") as other:
        text = whole.read("rdf.yaml").decode()
        for name in set(whole.namelist()) - {"rdf.yaml"}:
            other.writestr(name, _wrong(whole.read(name), name))
        lines = [line for line in text.splitlines() if "sha256" not in line]
        other.writestr("rdf.yaml", "\n".join(lines))
    assert "passed" not in check_package(damaged)


def _wrong(content: bytes, name: str) -> bytes:
    if name != "test_output.npy":
        return content
    file = io.BytesIO()
    np.save(file, np.load(io.BytesIO(content)) + 0.01)
    return file.getvalue()


def test_what_a_card_lacks_is_told(net, tmp_path):
    with pytest.raises(ValueError, match="2 numbers a pixel, and the card names 1: inside"):
        to_bioimageio(net, tmp_path / "n.zip", counts(), replace(CARD, outputs=["inside"]))
    with pytest.raises(ValueError, match="multiples of 16"):
        to_bioimageio(net, tmp_path / "n.zip", counts()[:90], CARD)
    with pytest.raises(ValueError, match=r"(?i)licen[cs]e"):
        to_bioimageio(net, tmp_path / "n.zip", counts(), replace(CARD, licence="free"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("halo", [0, 24, 30, 32])
def test_the_least_side_of_a_package_is_one_that_the_network_can_take(halo):
    least = export_bioimageio._least(halo)
    assert least % export_bioimageio.STEP == 0
    assert least >= 64 and least > 2 * halo
