"""A diagnosis names what shows, never another fault, and is silent on healthy runs."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("keras")

import keras

from course_utils.models.cnn import build_cnn
from course_utils.models.diagnose import OUT_OF_SIGHT, diagnose
from course_utils.models.museum import HEALTHY, train
from course_utils.models.museum.recipe import pictures
from course_utils.models.phases import hela_phases
from course_utils.models.training import balanced_batches
from course_utils.models.training import train as train_cnn

layers, losses = keras.layers, keras.losses
FALLING = {"loss": [0.7, 0.4, 0.2]}


@pytest.fixture(autouse=True)
def clean():
    keras.utils.set_random_seed(0)
    yield
    keras.backend.clear_session()


@pytest.fixture(scope="module")
def batch():
    """Two heaps of four numbers, far apart, forty of each."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 40)
    return (rng.normal(0, 1, (80, 4)) + 4 * y[:, None] - 2).astype(np.float32), y


def stack(*middle, ends="linear", outputs=2):
    return keras.Sequential([layers.Input((4,)), *middle, layers.Dense(outputs, ends)])


def compiled(model, from_logits=True, rate=0.05):
    loss = losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


def fitted(model, batch, epochs=4, **how):
    return compiled(model, **how), model.fit(*batch, epochs=epochs, verbose=0).history


def names(model, history, batch):
    return diagnose(model, history, batch).names


def test_a_network_that_has_learned_gets_no_finding_but_the_list_of_what_is_out_of_sight(batch):
    found = diagnose(*fitted(stack(layers.Dense(8, "relu")), batch), batch)
    assert found.names == ()
    assert "nothing seen" in str(found) and OUT_OF_SIGHT[1] in str(found)


def test_a_loss_that_is_no_number_is_named_and_nothing_is_calculated_with_it(batch):
    model = fitted(stack(), batch)[0]
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    found = diagnose(model, {"loss": [0.7, np.nan]}, batch)
    assert found.names[0] == "not a number" and "epoch 2" in str(found)


def test_a_loss_that_leaps_up_and_comes_back_is_exploding(batch):
    model, _ = fitted(stack(), batch)
    assert names(model, {"loss": [900.0, 3.0, 0.2]}, batch) == ()
    history = {"start_loss": [0.7], "loss": [900.0, 3.0, 0.2]}
    assert names(model, history, batch) == ("exploding loss",)


@pytest.mark.parametrize("factor", [1000, 1e-4])
def test_inputs_far_from_one_are_unscaled_unless_the_model_scales_them(batch, factor):
    x = batch[0] * factor
    model, _ = fitted(stack(), batch)
    assert "unscaled input" in names(model, FALLING, (x, batch[1]))
    scaled = compiled(keras.Sequential([layers.Input((4,)), layers.Rescaling(1 / factor), model]))
    assert "unscaled input" not in names(scaled, FALLING, (x, batch[1]))


def test_a_first_loss_far_above_ln_c_is_named_only_if_it_is_the_first(batch):
    model, _ = fitted(stack(), batch)
    assert names(model, {"start_loss": [9.0], **FALLING}, batch) == ("loss starts far above ln C",)
    assert names(model, {"start_loss": [1.2], **FALLING}, batch) == ()


def test_a_loss_that_stays_at_guessing_does_not_move(batch):
    model, _ = fitted(stack(), batch)
    assert names(model, {"loss": [0.693, 0.692, 0.691]}, batch) == ("loss does not move",)
    assert names(model, {"loss": [0.30, 0.299, 0.298]}, batch) == ("loss does not move",)


def test_a_validation_loss_that_rises_is_a_gap_and_one_that_is_a_little_higher_is_not(batch):
    model, _ = fitted(stack(), batch)
    risen = {**FALLING, "val_loss": [0.6, 0.5, 1.4]}
    assert names(model, risen, batch) == ("train/validation gap",)
    assert names(model, {**FALLING, "val_loss": [0.7, 0.5, 0.4]}, batch) == ()
    assert names(model, {**FALLING, "val_loss": [0.9, 0.8, 0.78]}, batch) == ()


def test_an_accuracy_gap_is_named(batch):
    model, _ = fitted(stack(), batch)
    curves = {**FALLING, "val_loss": [0.7, 0.5, 0.4], "accuracy": [0.99], "val_accuracy": [0.7]}
    assert names(model, curves, batch) == ("train/validation gap",)


def test_one_answer_for_all_is_constant_and_no_collapse(batch):
    model = compiled(stack())
    model.set_weights([np.zeros((4, 2)), np.array([0.3, -0.3])])
    assert names(model, FALLING, batch) == ("constant output",)


def test_a_softmax_over_one_output_is_constant(batch):
    model = stack(ends="softmax", outputs=1)
    model.compile("adam", losses.BinaryCrossentropy())
    assert "constant output" in names(model, FALLING, batch)


def test_a_class_that_is_never_called_is_a_collapse(batch):
    model = compiled(stack())
    model.set_weights([np.full((4, 2), 0.01) * [1, -1], np.array([5.0, -5.0])])
    found = diagnose(model, FALLING, batch)
    assert found.names == ("class collapse",) and "class 1" in str(found)


def test_silent_relus_are_a_dead_layer_and_named_with_it(batch):
    dead = layers.Dense(8, "relu", bias_initializer=keras.initializers.Constant(-99), name="asleep")
    found = diagnose(compiled(stack(dead)), FALLING, batch)
    assert "dead layer" in found.names and "asleep" in str(found)
    awake = compiled(stack(layers.Dense(8, "relu"), layers.Dense(8, "relu")))
    assert "dead layer" not in names(awake, FALLING, batch)


def test_eight_sigmoids_lose_the_gradient_and_eight_relus_keep_it(batch):
    for activation, lost in (("sigmoid", True), ("relu", False)):
        model = compiled(stack(*(layers.Dense(16, activation) for _ in range(8))))
        assert ("vanishing gradient" in names(model, FALLING, batch)) is lost


@pytest.mark.parametrize(
    "ends,from_logits,softmax,name",
    [
        ("linear", True, False, None),
        ("softmax", False, False, None),
        ("softmax", False, True, "softmax of a softmax"),
        ("softmax", True, False, "probabilities where scores are expected"),
        ("linear", False, False, "scores where probabilities are expected"),
    ],
)
def test_outputs_and_loss_must_speak_of_the_same_thing(batch, ends, from_logits, softmax, name):
    model = stack(layers.Dense(4, "relu"), ends=ends)
    if softmax:
        model.add(layers.Softmax())
    found = names(compiled(model, from_logits=from_logits), FALLING, batch)
    odd = [f for f in found if "softmax" in f or "expected" in f]
    assert odd == ([name] if name else [])


def test_a_loss_given_by_its_name_expects_probabilities(batch):
    model = stack(ends="softmax")
    model.compile("adam", "sparse_categorical_crossentropy")
    assert not any("expected" in name for name in names(model, FALLING, batch))


def test_frozen_weights_are_named_and_a_frozen_body_with_a_head_is_not(batch):
    model = stack(layers.Dense(4, "relu"))
    model.layers[0].trainable = False
    assert "nothing to train" not in names(compiled(model), FALLING, batch)
    model.trainable = False
    assert "nothing to train" in names(compiled(model), FALLING, batch)


def test_batch_norm_that_has_not_settled_is_named_and_the_model_is_left_as_it_was(batch):
    x, y = batch[0] * 3 + 9, batch[1]
    norm = layers.BatchNormalization(momentum=0.999)
    model, history = fitted(stack(norm, layers.Dense(8, "relu")), (x, y), epochs=8)
    before = model.get_weights()
    assert "batch norm not settled" in names(model, history, (x, y))
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_segmentation_is_not_judged_as_a_classifier():
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(inputs))
    model.compile("adam", "binary_crossentropy")
    x = np.random.default_rng(0).normal(0, 1, (6, 8, 8, 1)).astype(np.float32)
    assert names(model, FALLING, (x, (x > 0).astype(np.float32))) == ()


def linear_classifier():
    """Lesson 02: one dense layer with a price on its weights, momentum."""
    (x, y), (new, new_y), _ = pictures(HEALTHY, np.random.default_rng(0))
    model = keras.Sequential(
        [layers.Input((24, 24, 1)), layers.Flatten(), layers.Dense(2, kernel_regularizer="l2")]
    )
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), loss, metrics=["accuracy"])
    how = dict(epochs=10, batch_size=50, validation_data=(new, new_y), verbose=0)
    return model, model.fit(x, y, **how).history, (x, y)


def phases(**network):
    """Lesson 03: the phases of dividing nuclei, balanced and changed batches."""
    data = hela_phases()
    model = build_cnn(int(data.kind.max()) + 1, **network)
    batches = balanced_batches(data.pictures, data.kind, data.rows("fit"), 64, 0, 1, 0.3)
    history = train_cnn(model, batches, 8, steps=12, label="")
    return model, history, next(batches)


def new_head():
    """Lesson 04: a trained body, frozen, under a new head with softmax."""
    run = train(HEALTHY, 0)
    body = keras.Model(run.model.input, run.model.get_layer("features").output)
    body.trainable = False
    model = keras.Sequential([layers.Input((24, 24, 1)), body, layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    return model, model.fit(*run.batch, epochs=8, batch_size=35, verbose=0).history, run.batch


def one_probability():
    """A single sigmoid for the question of two classes."""
    x, y = train(replace(HEALTHY, epochs=1), 0).batch
    start = build_cnn(2, width=8, batch_norm=False)
    ends = layers.Dense(1, "sigmoid")(start.get_layer("features").output)
    model = keras.Model(start.input, ends)
    model.compile(keras.optimizers.Adam(0.003), losses.BinaryCrossentropy())
    return model, model.fit(x, y, epochs=8, verbose=0).history, (x, y)


def momentum():
    """Lesson 05: batch normalisation, momentum, no validation while it trains."""
    (x, y), *_ = pictures(HEALTHY, np.random.default_rng(0))
    model = build_cnn(2, 24, width=8)
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), loss)
    return model, model.fit(x, y, batch_size=32, epochs=6, verbose=0).history, (x, y)


def of_recipe(**changes):
    run = train(replace(HEALTHY, **changes), 0)
    return run.model, run.history, run.batch


WELL = {
    "02 linear": linear_classifier,
    "03 CNN": lambda: phases(width=16, dropout=0.2, l2=1e-3),
    "03 without batch norm": lambda: phases(width=16, batch_norm=False),
    "03 residual": lambda: phases(width=8, depth=2, residual=True),
    "04 new head": new_head,
    "05 no batch norm, Adam": of_recipe,
    "05 batch norm, momentum": momentum,
    "batch norm, Adam": lambda: of_recipe(norm=0.9),
    "dropout": lambda: of_recipe(dropout=0.3, epochs=10),
    "one sigmoid": one_probability,
}


@pytest.mark.slow
@pytest.mark.parametrize("run", WELL)
def test_a_healthy_run_of_the_lessons_gets_no_finding(run):
    found = diagnose(*WELL[run]())
    assert found.names == (), str(found)
