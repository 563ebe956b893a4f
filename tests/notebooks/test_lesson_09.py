"""What lesson 09 shows in sight is what the package and its stored runs use."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.metrics import structural_similarity

from course_utils.data.pairs import normalise_source
from course_utils.files import repository_root
from course_utils.lessons import read_notebook, source

NOTEBOOK = repository_root() / "notebooks" / "09_augmented_microscopy.ipynb"
CELLS = [source(c) for c in read_notebook(NOTEBOOK)["cells"] if c["cell_type"] == "code"]
RNG = np.random.default_rng(9)


def in_sight(name: str, **known):
    """The function of this name, as a cell of the lesson defines it."""
    text = next(text for text in CELLS if f"def {name}(" in text and "    ...\n" not in text + "\n")
    body = text[text.index(f"def {name}(") :]
    scope = {"np": np, **known}
    exec(body, scope)
    return scope[name]


def test_the_light_of_the_lesson_is_scaled_as_the_package_does():
    image = RNG.integers(3000, 9000, (64, 80)).astype(np.uint16)
    even = in_sight("even", gaussian_filter=gaussian_filter)
    assert np.allclose(even(image), normalise_source(image)[0], atol=1e-3)


def test_the_three_parts_of_a_window_multiply_to_its_ssim():
    true, said = RNG.random((11, 11)), RNG.random((11, 11))
    whole = structural_similarity(
        true, said, win_size=11, data_range=1, use_sample_covariance=False
    )
    assert np.isclose(np.prod(in_sight("three_parts")(true, said)), whole)


def test_the_loss_of_the_lesson_is_the_one_of_the_stored_runs():
    keras = pytest.importorskip("keras")
    from course_utils.models.staining import stain_loss
    from course_utils.models.unet import instance_loss

    loss = in_sight("loss", ops=keras.ops, instance_loss=instance_loss)
    true, said = RNG.random((2, 3, 16, 16, 3)).astype(np.float32)
    true[..., 1] = true[..., 1] > 0.5
    assert np.allclose(loss(true, said), stain_loss(true, said), atol=1e-5)


def test_the_lesson_trains_with_the_recipe_of_its_stored_runs():
    pytest.importorskip("keras")
    from inspect import signature

    from course_utils.models.staining import train_stain

    usual = {k: p.default for k, p in signature(train_stain).parameters.items()}
    code = "\n".join(CELLS)
    assert f"STEPS = speed(quick={usual['steps']}," in code
    assert f"build_unet({usual['width']}, {usual['depth']}, channels=" in code
    assert f"crops, STEPS, {usual['rate']}, loss" in code


def test_the_filters_of_the_lesson_are_asked_as_the_stored_runs_ask_them():
    sweep = (repository_root() / "tools" / "sweeps" / "restoring_09.py").read_text(encoding="utf-8")
    code = "\n".join(CELLS)
    for name in ('"NLM"', '"wavelets"', '"U-Net"', '"U-Net, noise2noise"', '"as it comes"'):
        assert name in code and name in sweep, name
