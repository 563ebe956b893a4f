"""Tracks of whole movies."""

from dataclasses import replace

import numpy as np
import pytest

from course_utils.data.lineage import lineage_faults
from course_utils.data.lineages import bacteria_tracks
from course_utils.data.readers import read_ctc
from course_utils.data.readers.ctc_write import write_ctc
from course_utils.data.simulate import PHASE_CONTRAST, Rods, simulate_rods
from course_utils.metrics.tracking import score_tracks
from course_utils.models.linking import assign, most_overlap, nearest
from course_utils.models.tracker import link, neighbours_move, steps, track, track_points
from course_utils.models.tracker_detections import detect, lay, points
from course_utils.models.tracker_features import PAIR_FEATURES, TRIO_FEATURES, pair_features
from course_utils.models.tracker_films import columns_of, every_other, film_of, learn_rods
from course_utils.models.tracker_learned import learn, seen_pairs, trio_candidates

SCOPE = replace(PHASE_CONTRAST, pixel_size=0.12, drift=0.25)


def colony(seed):
    culture = Rods(rods=24, shape=(230, 230), frames=7, length=3.0, doubling_minutes=24.0)
    return simulate_rods(culture, SCOPE, seed)


@pytest.fixture(scope="module")
def film():
    return colony(11)


@pytest.fixture(scope="module")
def learned():
    return learn(
        [film_of(each) for seed in (1, 2) for each in (colony(seed), every_other(colony(seed)))]
    )


def test_ids_of_the_input_help_the_tracker(film):
    rng = np.random.default_rng(0)
    mixed = np.zeros_like(film.masks)
    for t, labels in enumerate(film.masks):
        new = np.append(0, 1 + rng.permutation(int(labels.max())))
        mixed[t] = new[labels]
    plain, shuffled = (score_tracks(film, track(m, most_overlap)) for m in (film.masks, mixed))
    assert plain == pytest.approx(shuffled)


def test_a_result_is_no_valid_challenge_folder(film, tmp_path):
    result = track(film.masks, assign, film.images["phase"])
    assert not lineage_faults(result.masks, result.lineage)
    assert ((result.masks > 0) == (film.masks > 0)).all()
    assert result.masks.dtype == np.uint16
    write_ctc(tmp_path, result, result.lineage)
    again = read_ctc(tmp_path, masks="RES")
    assert (again.masks == result.masks).all()
    assert {data["track"] for _, data in result.graph.nodes(data=True)} == set(result.lineage[:, 0])


def test_a_crowd_is_linked_worse_with_learning_than_without(film, learned):
    scores = {
        name: score_tracks(film, track(film.masks, linker, passes=2))
        for name, linker in (("nearest", nearest), ("assign", assign), ("learned", learned))
    }
    assert scores["learned"]["link F1"] > 0.98
    assert scores["learned"]["division F1"] > 0.93
    assert scores["learned"]["division F1"] >= scores["assign"]["division F1"]
    assert scores["learned"]["link F1"] >= scores["nearest"]["link F1"]


@pytest.mark.slow
def test_real_bacteria_are_not_linked_by_what_simulated_ones_taught():
    movie = bacteria_tracks()
    scores = score_tracks(movie, track(movie.masks, learn_rods(0), passes=3))
    assert scores["TRA"] > 0.99
    assert scores["link F1"] > 0.98
    assert scores["division F1"] > 0.9


def test_the_same_seed_learns_another_linker(film):
    films = [film_of(film)]
    first, second = (learn(films, seed=4, jitter=(0.1,)) for _ in range(2))
    masks = colony(12).masks
    assert (track(masks, first).lineage == track(masks, second).lineage).all()


def test_a_film_without_divisions_teaches_divisions(film):
    alone = every_other(film, slice(0, 1))
    with pytest.raises(ValueError, match="more frames"):
        learn([film_of(alone)])


def test_the_second_pass_makes_it_worse(film):
    once, twice = (
        score_tracks(film, track(film.masks, most_overlap, passes=n))["link F1"] for n in (1, 2)
    )
    assert twice >= once


def test_neighbours_that_move_together_are_not_followed():
    rng = np.random.default_rng(0)
    place = rng.uniform(0, 200, (60, 2))
    later = 1.1 * place + [5, -3]
    found = points(np.repeat([0, 1], 60), *np.concatenate([place, later]).T)
    step = lay(found.take(found.frame == 0), found.take(found.frame == 1), [0, 0])
    links = np.column_stack([np.arange(60)] * 2)
    links[:6, 1] = np.roll(links[:6, 1], 1)
    expected = neighbours_move(step, links)
    assert np.abs(expected - (later - place))[6:].max() < 1.5
    assert (neighbours_move(step, links[:3]) == step.move).all()


def test_a_gap_is_not_closed_or_closed_across_the_picture():
    masks = np.zeros((5, 40, 60), np.uint16)
    for t in (0, 1, 3, 4):
        masks[t, 10:16, 10 + 2 * t : 20 + 2 * t] = 1
    masks[3:, 30:36, 50:58] = 2
    still = np.zeros((4, 2))
    open_, closed = (track(masks, nearest, shifts=still, gap=n) for n in (0, 1))
    assert len(open_.lineage) == 3
    assert closed.lineage.tolist() == [[1, 0, 1, 0], [2, 3, 4, 1], [3, 3, 4, 0]]
    assert not lineage_faults(closed.masks, closed.lineage)


def test_points_cannot_be_tracked_without_masks():
    place = np.array([[10.0, 10], [30, 30], [50, 10]])
    frames = np.repeat(np.arange(4), 3)
    moved = np.concatenate([place + np.array([2 * t, 0]) for t in range(4)])
    result = track_points(points(frames, *moved.T), nearest)
    assert result.masks is None
    assert result.lineage.tolist() == [[1, 0, 3, 0], [2, 0, 3, 0], [3, 0, 3, 0]]
    assert len(result) == 4


def test_features_have_other_columns_than_names_or_depend_on_pixel_size(film):
    small = film.masks[:2, ::1, ::1]
    large = small.repeat(2, axis=1).repeat(2, axis=2)
    steps_ = [next(steps(detect(m), np.zeros((1, 2)), m)) for m in (small, large)]
    pairs, columns = seen_pairs(steps_[0], 1.5)
    assert columns.shape[1] == len(PAIR_FEATURES)
    bigger = pair_features(steps_[1], pairs)
    assert np.abs(columns - bigger).max() < 0.2
    assert len(TRIO_FEATURES) == 11 + 2 * len(PAIR_FEATURES)


def test_a_daughter_is_paired_with_herself():
    pairs = np.array([[0, 0], [0, 1], [0, 2], [1, 2]])
    trios = trio_candidates(pairs, np.array([0.9, 0.5, 0.001, 0.9]))
    assert trios.tolist() == [[0, 0, 1]]


def test_a_part_of_the_picture_keeps_lines_that_left_it(film):
    part = columns_of(film, 0, 115)
    assert not lineage_faults(part.masks, part.lineage)
    assert score_tracks(part, part)["TRA"] == 1
    thinned = every_other(film)
    assert not lineage_faults(thinned.masks, thinned.lineage)
    assert len(thinned.masks) == 4


def test_links_of_empty_and_single_frames():
    empty = np.zeros((3, 20, 20), np.uint16)
    for linker in (nearest, most_overlap, assign):
        result = track(empty, linker, gap=1)
        assert result.lineage.shape == (0, 4)
        assert track(empty[:1], linker).lineage.shape == (0, 4)
    assert link(detect(empty), nearest, np.zeros((2, 2)), empty, passes=2).shape == (0, 2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((np.zeros((3, 4, 4)),), "whole numbers"),
        ((np.zeros((4, 4), int),), r"\(t, y, x\)"),
        ((np.zeros((3, 4, 4), int), np.zeros((3, 4, 5))), "one shape"),
    ],
)
def test_what_is_no_movie_is_tracked(arguments, told):
    with pytest.raises(ValueError, match=told):
        track(arguments[0], nearest, *arguments[1:], shifts=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="a row a step"):
        track(np.zeros((3, 4, 4), int), nearest, shifts=np.zeros((3, 2)))
