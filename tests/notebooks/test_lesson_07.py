"""What lesson 07 shows in sight is what the package and its stored runs use."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.segmentation import watershed

from course_utils.files import repository_root
from course_utils.lessons import read_notebook, source
from course_utils.metrics.segmentation import overlaps
from course_utils.models.classical import split_mask

NOTEBOOK = repository_root() / "notebooks" / "07_segmentation.ipynb"
CELLS = [source(c) for c in read_notebook(NOTEBOOK)["cells"] if c["cell_type"] == "code"]


def in_sight(*names: str, **known) -> dict:
    """The functions of these names, as the lesson's cells define them."""
    scope = {"np": np, "ndimage": ndimage, **known}
    for name in names:
        exec(next(text for text in CELLS if text.startswith(f"def {name}(")), scope)
    return scope


@pytest.fixture
def cells():
    labels = np.zeros((30, 40), int)
    labels[5:15, 5:13], labels[5:15, 13:20], labels[20:28, 28:36] = 1, 2, 5
    return labels


def test_the_network_of_the_lesson_is_the_one_of_the_stored_runs():
    keras = pytest.importorskip("keras")
    from course_utils.models.unet import build_unet, instance_loss

    scope = in_sight("block", "build", "loss", keras=keras, layers=keras.layers)
    x = np.random.default_rng(0).normal(size=(2, 32, 48, 1)).astype(np.float32)
    said, momenta = [], []
    for build in (scope["build"], build_unet):
        keras.utils.set_random_seed(0)
        model = build()
        said.append(np.asarray(model(x)))
        momenta.append([getattr(layer, "momentum", None) for layer in model.layers])
    assert momenta[0] == momenta[1]
    assert said[0].shape == (2, 32, 48, 2) and np.allclose(*said, atol=1e-6)
    true = (x > 0).repeat(2, axis=-1).astype(np.float32)
    assert np.allclose(scope["loss"](true, said[0]), instance_loss(true, said[0]), atol=1e-6)


def test_the_watershed_of_the_lesson_is_the_one_of_the_package(cells):
    known = dict(peak_local_max=peak_local_max, watershed=watershed)
    cut = in_sight("by_summits", **known)["by_summits"]
    mask = cells > 0
    assert np.array_equal(cut(ndimage.distance_transform_edt(mask), mask, 7), split_mask(mask))


def test_the_table_of_the_lesson_holds_the_overlaps_of_the_package(cells):
    predicted = np.roll(cells, 3, axis=1)
    known = dict(mask=cells > 0, truth=cells, pieces=cells)
    table = in_sight("overlap", "iou_table", **known)["iou_table"](cells, predicted)
    shared = overlaps(cells, predicted)
    assert table.shape == (3, 3) and (table > 0).sum() == len(shared.iou)
    assert np.allclose(table[shared.rows, shared.cols], shared.iou)


def test_the_lesson_trains_as_long_as_its_stored_runs():
    code = "\n".join(CELLS)
    sweep = (repository_root() / "tools" / "sweeps" / "training_07.py").read_text(encoding="utf-8")
    assert "STEPS = speed(quick=850" in code and "falling_rate(0.01" in code
    assert "STEPS, RATE, SIZE, BATCH = 850, 0.01, 96, 8" in sweep
    change = 'Augment(flips="yx", quarter_turns=True, gain=(0.8, 1.25), offset=0.1)'
    assert change in code and change in sweep
