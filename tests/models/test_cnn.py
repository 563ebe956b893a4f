"""The small CNN: every switch changes the graph, and it sees as far as the formula says."""

import importlib.util

import numpy as np
import pytest

from course_utils.files import repository_root
from course_utils.lessons import read_notebook, source
from course_utils.machine import quiet_import
from course_utils.models.cnn import build_cnn, receptive_field

with quiet_import():
    import keras
    import tensorflow as tf

NOTEBOOK = repository_root() / "notebooks" / "03_convolutional_networks.ipynb"
PICTURES = np.random.default_rng(0).normal(size=(6, 16, 16, 1)).astype(np.float32)


def count(model, kind):
    return sum(isinstance(layer, kind) for layer in model.layers)


def kernels(model):
    return [w for w in model.trainable_weights if w.name == "kernel"]


def build(**how):
    keras.utils.set_random_seed(0)
    return build_cnn(3, **{"size": 16, "width": 4, "depth": 2, **how})


def test_there_is_one_score_a_class_and_no_softmax_hides_in_it():
    scores = build()(PICTURES).numpy()
    assert scores.shape == (6, 3)
    assert not np.allclose(scores.sum(axis=1), 1)


def test_each_block_doubles_the_maps_and_halves_the_side():
    model = build(depth=3)
    shapes = [model.get_layer(f"block{k}").output.shape[1:] for k in (1, 2, 3)]
    assert shapes == [(16, 16, 4), (8, 8, 8), (4, 4, 16)]
    assert model.get_layer("features").output.shape[1:] == (16,)


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_depth_counts_the_convolutions(depth):
    assert count(build(depth=depth), keras.layers.Conv2D) == depth


def test_more_halvings_than_the_picture_has_are_refused():
    with pytest.raises(ValueError, match="at least 32 pixels, not 16"):
        build(depth=5)


def test_without_batch_norm_the_convolution_has_a_bias_again():
    norm = keras.layers.BatchNormalization
    with_norm, without = build(), build(batch_norm=False)
    assert (count(with_norm, norm), count(without, norm)) == (2, 0)
    assert [layer.use_bias for layer in with_norm.layers if hasattr(layer, "kernel_size")] == [
        False
    ] * 2
    assert all(layer.use_bias for layer in without.layers if hasattr(layer, "kernel_size"))


def test_batch_norm_statistics_move_fast_enough_for_a_short_training():
    model = build(momentum=0.8)
    norms = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    assert [layer.momentum for layer in norms] == [0.8, 0.8]
    default = [x for x in build().layers if isinstance(x, keras.layers.BatchNormalization)]
    assert default[0].momentum <= 0.9


def test_dropout_acts_in_training_and_never_in_use():
    model = build(dropout=0.5, batch_norm=False)
    in_use = [model(PICTURES, training=False).numpy() for _ in range(2)]
    assert np.array_equal(*in_use)
    assert not np.allclose(model(PICTURES, training=True), in_use[0])
    assert count(build(), keras.layers.Dropout) == 0


def test_the_price_is_on_every_kernel_once():
    model = build(l2=0.1, residual=True)
    wanted = sum(0.1 * float(tf.reduce_sum(w**2)) for w in kernels(model))
    assert float(sum(model.losses)) == pytest.approx(wanted, rel=1e-5)
    assert build().losses == []


def test_a_residual_link_lets_the_input_past_a_dead_block():
    model = build(residual=True, batch_norm=False, depth=1)
    assert count(model, keras.layers.Add) == 1
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (3, 3):
            layer.set_weights([0 * w for w in layer.get_weights()])
    scores = model(PICTURES).numpy()
    assert not np.allclose(scores, scores[0])


def test_the_same_seed_gives_the_same_weights():
    first, second = build(), build()
    assert all(np.array_equal(a, b) for a, b in zip(first.weights, second.weights, strict=True))


@pytest.mark.parametrize(
    "layers,side",
    [([], 1), ([(3, 1)] * 3, 7), ([(3, 1), (2, 2)] * 3, 22), ([(5, 2), (3, 1), (7, 3)], 21)],
)
def test_kernels_add_and_strides_multiply(layers, side):
    assert receptive_field(layers) == side


def test_a_value_sees_exactly_as_far_as_the_formula_says():
    keras.utils.set_random_seed(0)
    model = build_cnn(2, size=32, width=2, depth=3, batch_norm=False)
    model.set_weights([np.abs(w) + 0.1 for w in model.get_weights()])
    inside = keras.Model(model.input, model.get_layer("block3").output)
    pictures = tf.constant(np.random.default_rng(0).random((200, 32, 32, 1), np.float32))
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        middle = inside(pictures)[:, 4, 4]
    felt = np.abs(tape.gradient(middle, pictures)).sum(axis=(0, 3)) > 0
    rows, columns = (np.flatnonzero(felt.any(axis=axis)) for axis in (1, 0))
    side = receptive_field([(3, 1), (2, 2), (3, 1), (2, 2), (3, 1)])
    assert side == 18 == np.ptp(rows) + 1 == np.ptp(columns) + 1


def test_the_network_of_the_notebook_is_the_one_that_the_sweeps_switch():
    cells = [source(c) for c in read_notebook(NOTEBOOK)["cells"] if c["cell_type"] == "code"]
    names = {"keras": keras, "layers": keras.layers, "SEED": 0}
    for start in ("def block(", "def network("):
        exec(next(text for text in cells if text.startswith(start)), names)
    code = "\n".join(cells)
    sweep = import_sweep()
    assert f"CHANGES = dict(shift={sweep.CHANGES['shift']}, gain={sweep.CHANGES['gain']})" in code
    assert f"EPOCHS = speed(quick={sweep.EPOCHS}," in code and "left, 64, SEED" in code
    mine = names["network"]()
    keras.utils.set_random_seed(0)
    theirs = build_cnn(3, **sweep.NETWORK)
    pictures = np.random.default_rng(0).normal(size=(4, 24, 24, 1)).astype(np.float32)
    assert np.allclose(mine(pictures), theirs(pictures), atol=1e-6)
    assert float(sum(mine.losses)) == pytest.approx(float(sum(theirs.losses)), rel=1e-6)
    dropped = [
        [x.rate for x in m.layers if isinstance(x, keras.layers.Dropout)] for m in (mine, theirs)
    ]
    assert dropped[0] == dropped[1] != []


def import_sweep():
    """The sweeps of the lesson, which stand outside the package."""
    path = repository_root() / "tools" / "sweeps" / "lesson_03.py"
    spec = importlib.util.spec_from_file_location("sweep_03", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
