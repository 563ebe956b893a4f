"""Batches that are balanced and repeat, and a training that says what happened."""

from itertools import islice

import numpy as np
import pytest

from course_utils.machine import quiet_import
from course_utils.models.training import balanced_batches, train

with quiet_import():
    import keras

RNG = np.random.default_rng(0)
LABELS = np.array([0] * 95 + [1] * 5)
PICTURES = RNG.normal(size=(100, 6, 6, 1)).astype(np.float32)
ALL = np.arange(100)


def one(n=200, seed=0, members=ALL, labels=LABELS, pictures=PICTURES, **how):
    return next(balanced_batches(pictures, labels, members, n, seed, **how))


def rows_of(x):
    """Row number of each picture, for pictures that were only turned."""
    sums = PICTURES.astype(float).sum(axis=(1, 2, 3))
    return np.array([np.argmin(abs(sums - s)) for s in x.astype(float).sum(axis=(1, 2, 3))])


def test_a_rare_class_fills_its_share_of_the_batch():
    _, labels = one(2000)
    assert 0.45 < labels.mean() < 0.55


def test_pictures_keep_their_own_labels():
    x, labels = one()
    assert np.array_equal(LABELS[rows_of(x)], labels)


def test_nothing_is_drawn_from_outside_the_members():
    x, _ = one(members=np.array([3, 4, 97]))
    assert set(rows_of(x)) == {3, 4, 97}


def test_a_class_without_members_is_left_out_instead_of_stopping():
    _, labels = one(members=np.arange(90))
    assert set(labels) == {0}


def test_the_same_seed_gives_the_same_batches_and_another_seed_others():
    runs = [list(islice(balanced_batches(PICTURES, LABELS, ALL, 8, s), 3)) for s in (1, 1, 2)]
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(runs[0], runs[1], strict=True))
    assert not np.array_equal(runs[0][0][0], runs[2][0][0])


def test_batches_differ_from_one_to_the_next():
    first, second = islice(balanced_batches(PICTURES, LABELS, ALL, 8, 0), 2)
    assert not np.array_equal(first[0], second[0])


def test_unchanged_pictures_are_the_originals():
    x, _ = one(turned=False)
    assert np.array_equal(x, PICTURES[rows_of(x)])


def test_all_eight_orientations_occur():
    members = np.array([7])
    x, _ = one(members=members)
    assert len(np.unique(x.reshape(len(x), -1), axis=0)) == 8


def test_a_shift_repeats_the_border_and_keeps_the_size():
    picture = np.arange(16.0, dtype=np.float32).reshape(1, 4, 4, 1)
    x, _ = one(
        60, members=np.array([0]), labels=np.array([0]), pictures=picture, shift=1, turned=False
    )
    assert x.shape == (60, 4, 4, 1)
    moves = {tuple(m[1:3, 1:3, 0].ravel() - picture[0, 1:3, 1:3, 0].ravel()) for m in x}
    assert {m[0] for m in moves} == {a * 4.0 + b for a in (-1, 0, 1) for b in (-1, 0, 1)}
    assert (np.diff(x, axis=1) >= 0).all() and (np.diff(x, axis=2) >= 0).all()


def test_light_changes_by_one_number_a_picture():
    members = np.array([7])
    x, _ = one(members=members, turned=False, gain=0.5)
    added = x - PICTURES[7]
    assert np.ptp(added, axis=(1, 2, 3)).max() < 1e-5
    assert 0.4 < added[:, 0, 0, 0].std() < 0.6


@pytest.fixture(scope="module")
def trained():
    """A dense layer that learns whether a picture is bright, twice with one seed."""
    bright = PICTURES + LABELS[:, None, None, None]
    runs = []
    for _ in range(2):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten()])
        model.add(keras.layers.Dense(2))
        batches = balanced_batches(bright, LABELS, ALL, 16, 1)
        curves = train(model, batches, 5, steps=6, rate=0.03, validation=(bright, LABELS), label="")
        runs.append((model, curves))
    return runs


def test_the_curve_has_one_value_an_epoch_and_falls(trained):
    curves = trained[0][1]
    assert set(curves) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 5 and isinstance(values[0], float) for values in curves.values())
    assert curves["loss"][-1] < 0.8 * curves["loss"][0]


def test_the_same_seed_repeats_the_training(trained):
    (first, a), (second, b) = trained
    assert a["loss"] == pytest.approx(b["loss"], rel=1e-6)
    assert np.allclose(first.get_weights()[0], second.get_weights()[0], atol=1e-7)


def test_the_rate_has_fallen_to_zero_at_the_end(trained):
    assert float(trained[0][0].optimizer.learning_rate) < 1e-6


def test_progress_is_one_line_with_the_loss(capsys):
    model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(2))
    train(model, balanced_batches(PICTURES, LABELS, ALL, 4, 0), 2, steps=2, label="learning")
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "learning: 100%" in seen.err and "loss=" in seen.err
    assert seen.err.strip().count("\n") == 0
