"""Object scores: worked by hand, equal to stardist.matching and py-ctcmetrics, hard to confuse."""

import sys
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage as ndi

from course_utils.data import shelf
from course_utils.metrics.segmentation import (
    dice,
    iou,
    match_objects,
    overlaps,
    score_objects,
    splits_and_merges,
)

FIELDS = dict(
    tp="tp",
    fp="fp",
    fn="fn",
    precision="precision",
    recall="recall",
    f1="f1",
    accuracy="average_precision",
    mean_matched_score="mean_iou",
    panoptic_quality="panoptic_quality",
)


@pytest.fixture(scope="module")
def stardist():
    """stardist/matching.py out of the hash-checked wheel on the shelf, run without compiling."""
    item = shelf.describe("tissue_nuclei")
    shelf.read_bytes(item.name, "masks")
    [wheel] = [one for one in shelf.status() if item.name in one.items]
    with zipfile.ZipFile(shelf.cache_folder() / wheel.file) as archive:
        source = archive.read("stardist/matching.py")
    numba, csbdeep = types.ModuleType("numba"), types.ModuleType("csbdeep.utils")
    numba.jit = lambda **_: lambda function: function

    def _raise(error):
        raise error

    csbdeep._raise = _raise
    module = types.ModuleType("stardist_matching")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numba", numba)
        patch.setitem(sys.modules, "csbdeep.utils", csbdeep)
        exec(compile(source, "stardist/matching.py", "exec"), module.__dict__)
    return module


def blobs(shape: tuple[int, ...], objects: int, rng: np.random.Generator) -> np.ndarray:
    """Convex cells around random points, cut off at a random distance; labels have gaps."""
    labels = np.zeros(shape, np.uint16)
    if not objects:
        return labels
    at = tuple(rng.integers(0, side, objects) for side in shape)
    labels[at] = rng.permutation(np.arange(1, 3 * objects))[:objects]
    far, near = ndi.distance_transform_edt(labels == 0, return_indices=True)
    return np.where(far <= rng.uniform(0, min(shape) / 2), labels[tuple(near)], 0)


def spoil(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shifted, with some labels merged, some dropped, some cut in two."""
    spoilt = np.roll(labels, rng.integers(-1, 2, labels.ndim), tuple(range(labels.ndim)))
    for label in np.unique(spoilt[spoilt > 0]):
        change = rng.integers(6)
        if change == 0:
            spoilt[spoilt == label] = rng.integers(0, spoilt.max() + 1)
        elif change == 1:
            where = np.argwhere(spoilt == label)
            half = where[where[:, 0] > np.median(where[:, 0])]
            spoilt[tuple(half.T)] = spoilt.max() + 1
    return spoilt


def random_pairs(count: int = 200) -> list[tuple[np.ndarray, np.ndarray]]:
    """Label pairs from easy to absurd: spoilt, unrelated, empty, full, single pixels, 2-D, 3-D."""
    rng = np.random.default_rng(7)
    pairs = []
    for i in range(count):
        shape = (4, 9, 8) if i % 4 == 0 else tuple(rng.integers(1, 24, 2))
        true = blobs(shape, int(rng.integers(0, 14)), rng)
        kinds = (
            lambda true=true: spoil(true, rng),
            lambda true=true: blobs(true.shape, int(rng.integers(0, 14)), rng),
            lambda true=true: np.zeros_like(true),
            lambda true=true: np.full_like(true, 5),
            lambda true=true: np.where(rng.random(true.shape) < 0.2, true, 0),
            lambda true=true: rng.integers(0, 4, true.shape, np.uint16),
        )
        predicted = kinds[0 if i % 2 else (i // 2) % 6]()
        pairs.append((true, predicted) if rng.random() < 0.7 else (predicted, true))
    return pairs


PAIRS = random_pairs()


def row(*labels: int) -> np.ndarray:
    return np.array([labels], np.uint16)


def test_masks_worked_by_hand():
    a, b = np.array([1, 1, 1, 0], bool), np.array([0, 1, 1, 1], bool)
    assert iou(a, b) == 2 / 4
    assert dice(a, b) == 4 / 6


def test_two_empty_masks_agree():
    empty = np.zeros((2, 2), bool)
    assert iou(empty, empty) == dice(empty, empty) == 1
    assert iou(empty, ~empty) == dice(empty, ~empty) == 0


def test_label_images_are_no_masks():
    """a & b of labels 1 and 2 is 0: the score would be wrong without a word."""
    with pytest.raises(ValueError, match="labels > 0"):
        iou(row(1, 1), row(2, 2))


def test_masks_of_different_shapes_are_not_broadcast():
    with pytest.raises(ValueError, match=r"\(1, 2\) and \(2, 2\)"):
        dice(np.ones((1, 2), bool), np.ones((2, 2), bool))


def test_overlaps_count_every_shared_pixel():
    found = overlaps(row(0, 3, 3, 3, 7, 7), row(9, 9, 9, 4, 4, 0))
    assert found.true_labels.tolist() == [3, 7] and found.true_areas.tolist() == [3, 2]
    assert found.predicted_labels.tolist() == [4, 9] and found.predicted_areas.tolist() == [2, 3]
    assert found.rows.tolist() == [0, 0, 1]
    assert found.cols.tolist() == [0, 1, 0]
    assert found.counts.tolist() == [1, 2, 1]


def test_overlaps_are_the_same_in_blocks(monkeypatch):
    """An object that lies in two blocks must be counted once, with all of its pixels."""
    true, predicted = PAIRS[3]
    whole = overlaps(true, predicted)
    monkeypatch.setattr("course_utils.metrics.overlaps.BLOCK", 5)
    parts = overlaps(true, predicted)
    assert len(whole.counts) > 3
    for name, value in vars(whole).items():
        np.testing.assert_array_equal(value, getattr(parts, name))


def test_large_labels_of_mixed_types_do_not_wrap():
    true = np.array([[65_535, 65_535, 1]], np.uint16)
    predicted = np.array([[2**31, 2**31, 3]], np.uint32)
    assert match_objects(true, predicted).tp == 2
    with pytest.raises(ValueError, match="relabel_sequential"):
        overlaps(np.array([2**40]), np.array([2**40]))


def test_a_split_cell_counts_one_match_and_one_invention():
    matches = match_objects(row(1, 1, 1, 1, 1), row(8, 8, 8, 9, 9))
    assert matches.tp == 1 and matches.fp == 1 and matches.fn == 0
    assert matches.predicted_labels.tolist() == [8] and matches.invented.tolist() == [9]
    assert matches.iou.tolist() == [3 / 5]
    assert matches.average_precision == 1 / 2 and matches.f1 == 2 / 3
    assert matches.panoptic_quality == pytest.approx(2 / 3 * 3 / 5)


def test_below_one_half_the_most_pairs_win_over_the_best_pair():
    """1 with 8 alone would be 2/3; 1 with 9 and 2 with 8 are two pairs of 1/5."""
    true = row(*[1] * 10, 2, 2)
    predicted = row(9, 9, *[8] * 10)
    matches = match_objects(true, predicted, 0.2)
    assert matches.true_labels.tolist() == [1, 2]
    assert matches.predicted_labels.tolist() == [9, 8]


def test_below_one_half_the_better_of_two_pieces_is_the_partner():
    matches = match_objects(row(*[1] * 10), row(*[8] * 3, *[9] * 4, *[0] * 3), 0.2)
    assert matches.predicted_labels.tolist() == [9]


def test_an_overlap_of_exactly_the_threshold_is_a_match():
    """np.arange(0.5, 1, 0.05)[2] is 0.6000000000000001, above 3/5 in float64."""
    true, predicted = row(1, 1, 1, 1, 1), row(8, 8, 8, 0, 0)
    assert match_objects(true, predicted, np.arange(0.5, 1, 0.05)[2]).tp == 1
    assert score_objects(true, predicted).ap.sum() == 3
    assert match_objects(true, predicted, 0.601).tp == 0
    assert match_objects(true, true, 1.0).tp == 1


@pytest.mark.parametrize("threshold", [0.5, *np.arange(0.55, 1, 0.05), 1.0])
def test_matches_equal_stardist(stardist, threshold):
    for true, predicted in PAIRS:
        ours = match_objects(true, predicted, threshold)
        theirs = stardist.matching(true, predicted, threshold, report_matches=True)
        for name, field in FIELDS.items():
            assert getattr(ours, field) == pytest.approx(getattr(theirs, name), abs=1e-6), name
        assert (ours.tp + ours.fn, ours.tp + ours.fp) == (theirs.n_true, theirs.n_pred)
        of_all = ours.iou.sum() / max(theirs.n_true, 1)
        assert of_all == pytest.approx(theirs.mean_true_score, abs=1e-6)
        pairs = [theirs.matched_pairs[i] for i in theirs.matched_tps]
        if threshold > 0.5:
            found = zip(ours.true_labels.tolist(), ours.predicted_labels.tolist(), strict=True)
            assert sorted(found) == sorted(pairs)


@pytest.mark.parametrize("threshold", [0.05, 0.2, 1 / 3, 0.45])
def test_below_one_half_the_counts_equal_stardist_and_the_overlap_is_no_less(stardist, threshold):
    """stardist also adds the overlap of pairs that are no match, so its sum may be smaller."""
    for true, predicted in PAIRS:
        ours = match_objects(true, predicted, threshold)
        theirs = stardist.matching(true, predicted, threshold)
        assert (ours.tp, ours.fp, ours.fn) == (theirs.tp, theirs.fp, theirs.fn)
        assert ours.mean_iou >= theirs.mean_matched_score - 1e-6


def test_pooled_scores_equal_stardist_over_a_data_set(stardist):
    """Counts are added over images; a mean over images would favour the empty ones."""
    true, predicted = map(list, zip(*PAIRS, strict=True))
    ours = score_objects(true, predicted)
    options = dict(thresh=tuple(ours.thresholds), show_progress=False)
    theirs = stardist.matching_dataset(true, predicted, **options)
    np.testing.assert_allclose(ours.ap, [each.accuracy for each in theirs], atol=1e-9)
    assert ours.mean_ap == pytest.approx(np.mean([each.accuracy for each in theirs]))
    for name in ("f1", "precision", "recall"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs[0], name))
    assert ours.pq == pytest.approx(theirs[0].panoptic_quality, abs=1e-6)
    assert ours.objects == theirs[0].n_true


def test_seg_needs_more_than_half_and_counts_missed_cells_as_zero():
    """By hand: 1 is half covered (0), 2 is 3/4 covered by a region of 6 (3/7), 3 is missed (0)."""
    true = row(1, 1, 0, 0, 0, 2, 2, 2, 2, 0, 3, 3)
    predicted = row(5, 0, 6, 6, 6, 6, 6, 6, 0, 0, 0, 0)
    assert score_objects(true, predicted).seg == pytest.approx(3 / 7 / 3)


def test_seg_equals_py_ctcmetrics(tmp_path: Path):
    """Their reader needs a pixel of background in both images: it drops the lowest label."""
    representations = pytest.importorskip("ctc_metrics.utils.representations")
    seg = pytest.importorskip("ctc_metrics.metrics.technical.seg").seg
    for true, predicted in PAIRS:
        true, predicted = true.copy(), predicted.copy()
        true.flat[0] = predicted.flat[0] = 0
        for name, labels in (("true", true), ("predicted", predicted)):
            tifffile.imwrite(tmp_path / f"{name}.tif", labels)
        found = representations.match(tmp_path / "true.tif", tmp_path / "predicted.tif")
        theirs = seg([found[0]], [found[4]])
        assert score_objects(true, predicted).seg == pytest.approx(theirs)


def test_the_four_kinds_of_error_worked_by_hand():
    """1 is split, 2 and 3 are merged, 4 is missed, 77 invented, 5 only badly outlined."""
    true = row(1, 1, 1, 1, 0, 2, 2, 3, 3, 0, 4, 4, 0, 0, 0, 5, 5, 5, 5)
    predicted = row(10, 10, 11, 11, 0, 20, 20, 20, 20, 0, 0, 0, 77, 77, 0, 50, 0, 0, 0)
    errors = splits_and_merges(true, predicted)
    assert errors.split.tolist() == [1] and errors.pieces[0].tolist() == [10, 11]
    assert errors.merged.tolist() == [20] and errors.members[0].tolist() == [2, 3]
    assert errors.missed.tolist() == [4]
    assert errors.invented.tolist() == [77]
    assert errors.counts == dict(splits=1, merges=1, misses=1, inventions=1)
    scores = score_objects([true, true], [predicted, true])
    assert (scores.splits, scores.merges, scores.misses, scores.inventions) == (1, 1, 1, 1)


def test_a_cell_cut_in_three_is_split_and_not_missed():
    errors = splits_and_merges(row(1, 1, 1), row(4, 5, 6))
    assert errors.counts == dict(splits=1, merges=0, misses=0, inventions=0)


def test_half_in_each_belongs_to_neither():
    """2 of 4 pixels are not more than half: both true cells keep their own, nothing merges."""
    errors = splits_and_merges(row(1, 1, 2, 2), row(0, 7, 7, 0))
    assert errors.counts == dict(splits=0, merges=0, misses=2, inventions=1)


def test_the_mirror_image_of_a_split_is_a_merge():
    for true, predicted in PAIRS:
        one, other = splits_and_merges(true, predicted), splits_and_merges(predicted, true)
        assert one.split.tolist() == other.merged.tolist()
        assert one.missed.tolist() == other.invented.tolist()


def test_nothing_at_all_scores_zero_not_an_error():
    empty = np.zeros((3, 4), int)
    scores = score_objects(empty, empty)
    assert scores.f1 == scores.mean_ap == scores.pq == scores.seg == 0
    assert score_objects(np.zeros((0, 4), int), np.zeros((0, 4), int)).objects == 0


@pytest.mark.parametrize(
    ("true", "predicted", "threshold", "said"),
    [
        (np.zeros((2, 3), int), np.zeros((3, 2), int), 0.5, r"\(2, 3\) and \(3, 2\)"),
        (np.zeros((2, 2)), np.zeros((2, 2), int), 0.5, "true must hold integer labels"),
        (np.zeros((2, 2), int), np.zeros((2, 2), bool), 0.5, "skimage.measure.label"),
        (np.zeros((2, 2), int), np.full((2, 2), -1), 0.5, "predicted has negative labels"),
        (np.zeros((2, 2), int), np.zeros((2, 2), int), 0, "above 0 and at most 1, got 0"),
        (np.zeros((2, 2), int), np.zeros((2, 2), int), 50, "got 50"),
        (np.zeros((2, 2), int), np.zeros((2, 2), int), np.nan, "got nan"),
    ],
)
def test_errors_say_what_is_wrong(true, predicted, threshold, said):
    with pytest.raises(ValueError, match=said):
        match_objects(true, predicted, threshold)


def test_lists_of_different_lengths_are_not_cut_to_the_shorter():
    with pytest.raises(ValueError, match="2 true, 1"):
        score_objects([row(1), row(1)], [row(1)])
    with pytest.raises(ValueError, match="0 true"):
        score_objects([], [])


LABELS = arrays(np.int32, (6, 6), elements=st.integers(0, 4))


@settings(max_examples=60, deadline=None)
@given(LABELS, LABELS, st.floats(0.01, 1))
def test_scores_do_not_depend_on_the_numbers_of_the_labels(true, predicted, threshold):
    names = np.array([0, 40_000, 3, 17, 2])
    one = match_objects(true, predicted, threshold)
    other = match_objects(names[true], names[predicted], threshold)
    assert (one.tp, one.fp, one.fn) == (other.tp, other.fp, other.fn)
    assert one.mean_iou == pytest.approx(other.mean_iou)


@settings(max_examples=60, deadline=None)
@given(LABELS, LABELS, st.floats(0.01, 1))
def test_every_object_is_matched_once_or_left_over(true, predicted, threshold):
    found = match_objects(true, predicted, threshold)
    for labels, matched, left in (
        (true, found.true_labels, found.missed),
        (predicted, found.predicted_labels, found.invented),
    ):
        both = np.concatenate([matched, left])
        assert sorted(both.tolist()) == np.unique(labels[labels > 0]).tolist()
    assert (found.iou >= threshold - 1e-6).all()
