"""Our scores and scikit-learn's say the same, whatever the answers are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from course_utils.metrics.calibration import brier_score
from course_utils.metrics.classification import (
    average_precision,
    class_scores,
    confusion_counts,
    mean_recall,
    roc_auc,
)

CLASSES = 4
ANSWERS = st.lists(
    st.tuples(st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=40
)
TIED = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=2, max_size=40)
PROBABLE = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40)


def columns(pairs):
    return (np.array(column) for column in zip(*pairs, strict=True))


@given(ANSWERS)
@settings(max_examples=100, deadline=None)
def test_rows_are_the_truth_and_a_missing_class_keeps_its_place(pairs):
    true, said = columns(pairs)
    wanted = metrics.confusion_matrix(true, said, labels=range(CLASSES))
    np.testing.assert_array_equal(confusion_counts(true, said, CLASSES), wanted)


@given(ANSWERS)
@settings(max_examples=100, deadline=None)
def test_the_scores_of_each_class_are_those_of_scikit_learn(pairs):
    true, said = columns(pairs)
    options = dict(labels=range(CLASSES), zero_division=0, average=None)
    ours = class_scores(confusion_counts(true, said, CLASSES))
    theirs = metrics.precision_recall_fscore_support(true, said, **options)
    for mine, their in zip(
        (ours.precision, ours.recall, ours.f1, ours.support), theirs, strict=True
    ):
        np.testing.assert_allclose(mine, their, atol=1e-12)
    np.testing.assert_allclose(ours.jaccard, metrics.jaccard_score(true, said, **options))


@given(ANSWERS)
@settings(max_examples=100, deadline=None)
def test_macro_weighted_and_micro_f1_follow_from_the_scores_of_the_classes(pairs):
    true, said = columns(pairs)
    counts = confusion_counts(true, said, CLASSES)
    f1 = class_scores(counts)
    ours = {
        "macro": f1.f1.mean(),
        "weighted": np.average(f1.f1, weights=f1.support),
        "micro": np.trace(counts) / counts.sum(),
    }
    for how, value in ours.items():
        options = dict(labels=range(CLASSES), zero_division=0, average=how)
        assert value == pytest.approx(metrics.f1_score(true, said, **options))


@given(ANSWERS)
@settings(max_examples=50, deadline=None)
def test_jaccard_is_f1_in_another_dress(pairs):
    scores = class_scores(confusion_counts(*columns(pairs), CLASSES))
    np.testing.assert_allclose(scores.jaccard, scores.f1 / (2 - scores.f1))


@given(ANSWERS)
@settings(max_examples=50, deadline=None)
def test_mean_recall_counts_only_the_classes_that_are_there(pairs):
    true, said = columns(pairs)
    recalls = metrics.recall_score(true, said, labels=np.unique(true), average="macro")
    assert mean_recall(true, said) == pytest.approx(recalls)


@given(TIED)
@settings(max_examples=150, deadline=None)
def test_equal_scores_are_called_together(pairs):
    true, score = columns(pairs)
    if true.any():
        wanted = metrics.average_precision_score(true, score)
        assert average_precision(true, score) == pytest.approx(wanted)
    if true.any() and not true.all():
        assert roc_auc(true, score) == pytest.approx(metrics.roc_auc_score(true, score))


@given(PROBABLE)
@settings(max_examples=50, deadline=None)
def test_the_brier_score_is_scikit_learns(pairs):
    true, probability = columns(pairs)
    wanted = metrics.brier_score_loss(true, probability, pos_label=True)
    assert brier_score(true, probability) == pytest.approx(wanted)


@given(TIED)
@settings(max_examples=50, deadline=None)
def test_the_area_under_the_curve_is_that_of_the_curve(pairs):
    true, score = columns(pairs)
    if true.any() and not true.all():
        wrong, found, _ = metrics.roc_curve(true, score)
        assert roc_auc(true, score) == pytest.approx(metrics.auc(wrong, found))


@pytest.mark.parametrize(
    "true,said,message",
    [
        ([0, 1], [0], "one answer a case"),
        ([0, 4], [0, 1], "from 0 to 3"),
        ([0, -1], [0, 1], "from 0 to 3"),
        ([0.0, 1.0], [0.5, 1.0], "whole numbers"),
        ([[0], [1]], [[0], [1]], "one answer a case"),
    ],
)
def test_answers_that_are_no_class_numbers_are_refused(true, said, message):
    with pytest.raises(ValueError, match=message):
        confusion_counts(true, said, CLASSES)


def test_a_table_that_is_not_square_is_refused():
    with pytest.raises(ValueError, match="square"):
        class_scores(np.ones((2, 3), int))


@pytest.mark.parametrize(
    "score,true,values,message",
    [
        (average_precision, [0, 0], [0.1, 0.2], "positive"),
        (roc_auc, [1, 1], [0.1, 0.2], "both classes"),
        (roc_auc, [0, 2], [0.1, 0.2], "0 or 1"),
        (average_precision, [0, 1], [0.1], "one score a case"),
        (average_precision, [0, 1], [0.1, np.nan], "not a number"),
    ],
)
def test_rankings_that_mean_nothing_are_refused(score, true, values, message):
    with pytest.raises(ValueError, match=message):
        score(true, values)
