"""Scores of classifiers."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from course_utils.metrics.classification import bootstrap_interval, gain_interval, mean_recall


def accuracy_score(true, said):
    """Much faster than scikit-learn's, which validates its input at each call."""
    return np.mean(true == said)


def test_copies_of_one_cell_do_not_narrow_the_interval():
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 60)
    said = np.where(rng.random(60) < 0.8, true, 1 - true)
    single = bootstrap_interval(accuracy_score, true, said, np.arange(60))
    true, said, cell = (np.repeat(a, 20) for a in (true, said, np.arange(60)))
    together = bootstrap_interval(accuracy_score, true, said, cell)
    apart = bootstrap_interval(accuracy_score, true, said, np.arange(1200))
    assert np.subtract(*together) == pytest.approx(np.subtract(*single), rel=0.1)
    assert np.subtract(*apart) > 0.5 * np.subtract(*together)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(100):
        true = np.ones(80, int)
        said = (rng.random(80) < 0.7).astype(int)
        low, high = bootstrap_interval(accuracy_score, true, said, np.arange(80), repeats=200)
        covered += low <= 0.7 <= high
    assert 86 <= covered <= 100


def test_a_draw_without_a_class_is_drawn_again():
    true = np.array([0] * 9 + [1])
    low, high = bootstrap_interval(balanced_accuracy_score, true, true, np.arange(10), repeats=100)
    assert low == high == 1.0


def test_the_same_seed_gives_the_same_interval():
    true = np.array([0, 1] * 20)
    said = np.array([0, 1, 1, 1] * 10)
    first, second = (bootstrap_interval(accuracy_score, true, said, true) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_in_per_cent_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        bootstrap_interval(accuracy_score, np.ones(3), np.ones(3), np.arange(3), level=level)


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="same length"):
        bootstrap_interval(accuracy_score, np.ones(3), np.ones(3), np.arange(2))


def test_a_gain_is_paired_and_signed():
    rng = np.random.default_rng(2)
    true = rng.integers(0, 2, 200)
    before = np.where(rng.random(200) < 0.7, true, 1 - true)
    after = np.where(np.arange(200) < 20, true, before)
    low, high = gain_interval(accuracy_score, true, before, after, np.arange(200))
    assert 0 < low <= accuracy_score(true, after) - accuracy_score(true, before) <= high < 0.1
    assert gain_interval(accuracy_score, true, before, before, np.arange(200)) == (0, 0)


def test_mean_recall_is_balanced_accuracy():
    rng = np.random.default_rng(3)
    for classes in (2, 5):
        true, said = rng.integers(classes, size=(2, 300))
        assert mean_recall(true, said) == pytest.approx(balanced_accuracy_score(true, said))
