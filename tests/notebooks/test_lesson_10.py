"""What lesson 10 shows in sight is what the package and its stored runs use."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from skimage.measure import marching_cubes, mesh_surface_area

from course_utils.files import repository_root
from course_utils.lessons import read_notebook, source
from course_utils.metrics.overlaps import overlaps
from course_utils.metrics.segmentation import score_objects

NOTEBOOK = repository_root() / "notebooks" / "10_two_and_three_dimensions.ipynb"
CELLS = [source(c) for c in read_notebook(NOTEBOOK)["cells"] if c["cell_type"] == "code"]
CODE = "\n".join(CELLS)
VOXELS = ((0.29, 0.26, 0.26), (1.0, 0.202, 0.202), (4.0, 0.5, 0.5), (1.0, 1.0, 1.0))


def in_sight(name: str, **known):
    """A function of the lesson, as its cell defines it; calls after it are left out."""
    text = next(text for text in CELLS if f"def {name}(" in text)
    lines = text[text.index(f"def {name}(") :].splitlines()
    body = [
        line for k, line in enumerate(lines) if k == 0 or line.startswith((" ", "\t")) or not line
    ]
    end = next(
        (k for k, line in enumerate(lines) if k and line and line[0] not in " )"), len(lines)
    )
    scope = {"np": np, **known}
    exec("\n".join(body[:end]), scope)
    return scope[name]


@pytest.fixture
def piled():
    """Three nuclei: two above each other, one beside them that ends early."""
    labels = np.zeros((8, 24, 24), int)
    labels[:4, 2:10, 2:10], labels[4:, 4:12, 3:11], labels[1:6, 14:20, 12:20] = 1, 2, 4
    return labels


@pytest.mark.parametrize("least", (0.0, 0.3, 0.6))
def test_slices_are_linked_as_the_package_links_them(piled, least):
    from course_utils.models.slices import link_slices

    link = in_sight("link", overlaps=overlaps, linear_sum_assignment=linear_sum_assignment)
    rng = np.random.default_rng(0)
    shuffled = np.stack([rng.permutation(np.arange(6))[one] * (one > 0) for one in piled])
    shuffled[(piled > 0) & (shuffled == 0)] = 7
    ours, theirs = link(shuffled, least), link_slices(shuffled, least)
    assert score_objects(theirs, ours).mean_ap == 1
    assert (ours > 0).tolist() == (piled > 0).tolist()


@pytest.mark.parametrize("voxel", VOXELS)
def test_axes_shrink_as_in_the_package(voxel):
    from course_utils.models.unet_3d import strides

    assert in_sight("strides")(voxel, 2) == strides(voxel, 2)


def test_the_block_is_the_one_of_the_network():
    keras = pytest.importorskip("keras")
    from course_utils.models.unet_3d import block_3d

    image = keras.layers.Input((8, 16, 16, 1))
    ours = in_sight("block", layers=keras.layers)
    said = []
    for make in (ours, block_3d):
        keras.utils.set_random_seed(0)
        model = keras.Model(image, make(image, 4, (1, 3, 3)))
        x = np.random.default_rng(0).normal(size=(1, 8, 16, 16, 1)).astype(np.float32)
        said.append((np.asarray(model(x)), [getattr(k, "momentum", 0) for k in model.layers]))
    assert said[0][1] == said[1][1] and np.allclose(said[0][0], said[1][0], atol=1e-6)


def test_a_ball_is_nearly_round_whatever_the_voxel():
    known = dict(marching_cubes=marching_cubes, mesh_surface_area=mesh_surface_area)
    shape_of = in_sight("shape_of", **known)
    for voxel in ((0.3, 0.3, 0.3), (0.6, 0.3, 0.3)):
        grid = np.stack(np.indices((30, 60, 60)), axis=-1) * voxel
        ball = np.linalg.norm(grid - np.array((30, 60, 60)) * voxel / 2, axis=-1) < 4
        volume, area, roundness = shape_of(ball, voxel)
        assert volume == pytest.approx(4 / 3 * np.pi * 64, rel=0.03)
        assert area == pytest.approx(4 * np.pi * 16, rel=0.13)
        assert 0.88 < roundness < 1


def test_shadows_and_the_share_hidden_agree_with_the_package(piled):
    from course_utils.data.volumes import hidden

    seen = in_sight("shadows")(piled)
    crowded = seen & (seen.sum(axis=0) > 1)
    assert np.allclose(crowded.sum(axis=(1, 2)) / seen.sum(axis=(1, 2)), hidden(piled))


def test_the_lesson_trains_and_cuts_as_its_stored_runs():
    sweeps = repository_root() / "tools" / "sweeps"
    text = (sweeps / "samples_10.py").read_text(encoding="utf-8")
    dish = text[text.index('"nuclei stack": Sample(') : text.index('"CHO": Sample(')]
    for there, here in (
        ("        350,", "STEPS = speed(quick=350"),
        ("(32, 64, 64),", "volume_batches([seen.image], [seen.masks], (32, 64, 64), seed=SEED"),
        ("        64,\n", "slice_batches([seen.image], [seen.masks], 64, seed=SEED)"),
        ("Watershed3D(hill=1.5, separation=5.0)", "Watershed3D(hill=1.5, separation=5.0)"),
        ("Decoder(valley=0.1, smooth=3.0, smallest=200)", "SLICE = Decoder(valley=0.1, smooth=3.0"),
        ("Decoder(valley=0.1, smooth=4.0, smallest=500)", "SOLID = Decoder(valley=0.1, smooth=4.0"),
    ):
        assert there in dish and here in CODE, here
    assert "WIDTH, STEPS, SIZE, FRAMES = 16," in (sweeps / "training_10.py").read_text("utf-8")
    assert "build_unet_3d(voxel, width=16)" in CODE
