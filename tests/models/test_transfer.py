"""Squares, features, choices and fine-tuning."""

import numpy as np
import pytest

from course_utils.checks import find_exercise
from course_utils.models import transfer, tuning
from course_utils.models.pretrained import backbone

keras = transfer.keras


@pytest.fixture(scope="module")
def body():
    keras.utils.set_random_seed(0)
    return backbone(size=33, weights=None, alpha=0.35)


@pytest.fixture(scope="module")
def squares():
    return np.random.default_rng(0).uniform(0, 255, (6, 33, 33, 3)).astype(np.float32)


def bright_bar(shape):
    picture = np.full((*shape, 3), 40, np.uint8)
    picture[shape[0] // 4 : -(shape[0] // 4), shape[1] // 4 : -(shape[1] // 4)] = 200
    return picture


@pytest.mark.parametrize("shape", [(20, 60), (60, 20), (40, 40), (40, 400)])
def test_a_letterbox_keeps_proportions_and_fills_with_the_border(shape):
    square = transfer.letterbox(bright_bar(shape), 97)
    assert square.shape == (97, 97, 3) and square.dtype == np.float32
    assert square[0, 0, 0] == pytest.approx(40) and square[-1, -1, 2] == pytest.approx(40)
    bar = np.argwhere(square[..., 0] > 120)
    long, short = sorted(np.ptp(bar, axis=0) + 1, reverse=True)
    assert long == pytest.approx(97 / 2, abs=3)
    assert short == pytest.approx(97 / 2 * min(shape) / max(shape), abs=3)


def test_a_letterbox_puts_the_picture_where_the_exercise_does():
    picture = np.random.default_rng(0).integers(0, 255, (4, 9)).astype(np.uint8)
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    wanted = find_exercise("04.1").right(picture.astype(float), np.median(border))
    np.testing.assert_allclose(transfer.letterbox(picture, 9)[..., 1], wanted, atol=1e-3)


def test_equal_detail_leaves_a_large_picture_no_sharper_than_a_small_one():
    stripes = np.zeros((200, 200, 3), np.uint8)
    stripes[:, ::2] = 255
    sharp = np.abs(np.diff(transfer.letterbox(stripes, 201), axis=1)).mean()
    plain = np.abs(np.diff(transfer.letterbox(stripes, 201, detail=20), axis=1)).mean()
    assert plain < sharp / 10


def test_features_do_not_depend_on_how_the_picture_lies(body, squares):
    turned = np.stack([np.rot90(square)[::-1] for square in squares])
    layers = ["block_3_expand_relu", "block_6_expand_relu"]
    found = [transfer.features(body, x, layers) for x in (squares, turned)]
    for name in layers:
        assert found[0][name].shape[0] == len(squares)
        np.testing.assert_allclose(found[0][name], found[1][name], atol=1e-5)


def test_one_layer_gives_the_same_as_among_several(body, squares):
    alone = transfer.features(body, squares, ["block_6_expand_relu"])
    among = transfer.features(body, squares, ["block_3_expand_relu", "block_6_expand_relu"])
    np.testing.assert_allclose(
        alone["block_6_expand_relu"], among["block_6_expand_relu"], atol=1e-6
    )


def test_the_last_grey_crops_are_neither_lost_nor_mixed_with_those_before(body):
    crops = np.random.default_rng(0).uniform(0, 1, (7, 32, 32))
    layer = "block_3_expand_relu"
    found = [transfer.grey_features(body, crops, lambda c: c, layer, n) for n in (3, 16)]
    assert len(found[0]) == 7
    np.testing.assert_allclose(*found, atol=1e-5)


def test_the_same_number_of_each_class_is_drawn_and_none_twice():
    labels = np.array([0] * 5 + [1] * 3 + [2] * 9)
    drawn = transfer.draw_per_class(labels, 3, np.random.default_rng(0))
    assert np.bincount(labels[drawn]).tolist() == [3, 3, 3]
    assert len(set(drawn.tolist())) == 9
    with pytest.raises(ValueError):
        transfer.draw_per_class(labels, 4, np.random.default_rng(0))


def test_the_choice_inside_never_looks_at_the_test_rows():
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 40)
    train, test = np.arange(30), np.arange(30, 80)
    good, luring = rng.normal(size=(2, 80, 3))
    good[train, 0] += 6 * labels[train]
    luring[test, 0] += 60 * labels[test]
    assert transfer.choose_inside({"luring": luring, "good": good}, labels, train) == "good"


@pytest.fixture(scope="module")
def tuner(body, squares):
    bottom, upper = tuning.cut(body.model, "block_13_project_BN")
    x = tuning.activations(body, bottom, squares)
    model = tuning.add_head(upper, 3)
    return model, model.get_weights(), x, bottom


def test_cut_and_joined_the_network_says_the_same(body, squares, tuner):
    bottom, upper = tuning.cut(body.model, "block_13_project_BN")
    inputs = body.prepare(squares)
    whole = body.model.predict(inputs, verbose=0)
    halves = upper.predict(bottom.predict(inputs, verbose=0), verbose=0)
    np.testing.assert_allclose(halves, whole, atol=1e-4)


def test_batch_normalisation_is_frozen_and_the_rest_is_not(tuner):
    model, *_ = tuner
    for layer in model.layers:
        if layer.weights:
            frozen = isinstance(layer, keras.layers.BatchNormalization)
            assert bool(layer.trainable_variables) != frozen


def test_the_head_gives_the_scores_of_the_probe():
    rng = np.random.default_rng(0)
    found, labels = rng.normal(3, 5, (30, 4)), np.arange(30) % 3
    weights, bias = tuning.head_weights(found, labels)
    wanted = transfer.probe(100).fit(found, labels).decision_function(found)
    np.testing.assert_allclose(found @ weights + bias, wanted, atol=1e-8)


def test_a_training_started_over_repeats_and_leaves_statistics_alone(tuner):
    model, first, x, _ = tuner
    losses = []
    for _ in range(2):
        tuning.start_over(model, first, 1e-3)
        losses.append(tuning.fine_tune(model, x, np.arange(6) % 3, steps=10, seed=1, batch=3))
    np.testing.assert_allclose(*losses, rtol=1e-4)
    changed = 0
    for weight, value in zip(model.weights, first, strict=True):
        if "moving" in weight.path or "gamma" in weight.path or "beta" in weight.path:
            np.testing.assert_array_equal(weight.numpy(), value)
        else:
            changed += not np.array_equal(weight.numpy(), value)
    assert changed > 3


def test_batches_have_one_size_and_visit_every_picture():
    x = np.arange(10)[:, None] * 100 + np.arange(8)
    batches = tuning.turned_batches(x, np.arange(10), batch=5, seed=0)
    seen = [next(batches) for _ in range(4)]
    assert {len(labels) for _, labels in seen} == {5}
    assert sorted(np.concatenate([labels for _, labels in seen[:2]])) == list(range(10))
    assert all((a // 100 == b).all() for a, b in seen)
    assert len({int(v) % 100 for a, _ in seen for v in a}) > 3


def test_scores_of_the_eight_orientations_are_averaged(tuner):
    model, first, x, _ = tuner
    tuning.start_over(model, first, 1e-3)
    found = tuning.mean_over_ways(model, x)
    shuffled = tuning.mean_over_ways(model, x[:, ::-1])
    np.testing.assert_allclose(found, shuffled, atol=1e-5)
    assert found.shape == (6, 3)
