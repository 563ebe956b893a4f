"""The player, the trees and the link figures of lesson 08 on films checked by hand."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.data.readers.records import TrackedMovie
from course_utils.widgets import lesson_08 as player
from course_utils.widgets import lesson_08_figures as figures
from course_utils.widgets import lesson_08_links as views

LINEAGE = np.array([[1, 0, 1, 0], [2, 0, 3, 0], [3, 2, 2, 1], [4, 2, 3, 1], [5, 3, 3, 3]])


def movie(lineage=LINEAGE):
    """Track 1 divides into 3 and 4; 5 is the only child of 3; 2 stands apart."""
    masks = np.zeros((4, 20, 40), np.uint16)
    masks[:, 12:17, 20:26] = 2
    masks[0, 2:6, 2:10] = masks[1, 2:6, 4:12] = 1
    masks[2, 2:6, 3:7], masks[2, 2:6, 9:13] = 3, 4
    masks[3, 2:6, 3:7], masks[3, 2:6, 10:14] = 5, 4
    images = np.arange(masks.size, dtype=np.uint16).reshape(masks.shape) % 97
    return TrackedMovie(images, masks, lineage, None, "tyx", None, (0, 1, 2, 3), "made")


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_a_family_reaches_back_over_two_generations():
    assert player.families(LINEAGE) == {1: 1, 2: 2, 3: 1, 4: 1, 5: 1}


def test_a_cell_that_goes_on_as_one_child_has_not_divided():
    assert [player.divided_by(LINEAGE, t) for t in range(4)] == [0, 0, 1, 1]


def test_a_tail_goes_on_into_the_mother():
    _, ax = plt.subplots()
    film = movie()
    player.draw_tracks(ax, film.images[3], film, 3, tail=3)
    lines = {tuple(np.round(line[0], 1)): len(line) for line in ax.collections[0].get_segments()}
    assert lines[11.5, 3.5] == 4 and lines[4.5, 3.5] == 4


def test_a_tail_is_not_longer_than_asked_for():
    _, ax = plt.subplots()
    film = movie()
    player.draw_tracks(ax, film.images[3], film, 3, tail=1)
    assert {len(line) for line in ax.collections[0].get_segments()} == {2}


def test_the_player_shows_the_frame_and_the_tracks_asked_for():
    film, other = movie(), movie(LINEAGE * [1, 1, 1, 0])
    box = player.movie_player(film.images, {"mine": film, "theirs": other})
    for frame, name, said in ((3, "mine", "3 cells, 1 div"), (3, "theirs", "3 cells, 0 div")):
        plt.close("all")
        box.frame.value, box.tracks.value = frame, name
        assert f"{name}, frame {frame}: {said}" in plt.gcf().axes[0].get_title()


def test_colours_by_family_are_the_founders_colours():
    film = movie()
    picture = player.tinted(film.images[2], film.masks[2], player.families(film.lineage))
    assert np.array_equal(picture[2, 3], picture[2, 9])
    assert not np.array_equal(picture[2, 3], picture[12, 20])


def test_a_link_from_the_wrong_cell_is_wrong_and_the_true_one_missed():
    swapped = np.array([[1, 0, 1, 0], [2, 0, 3, 0], [3, 2, 2, 1], [4, 2, 3, 2], [5, 3, 3, 3]])
    swapped[1, 2] = 1
    found = movie(np.vstack([swapped, [6, 2, 3, 2]]))
    found.masks[2:][found.masks[2:] == 2] = 6
    links = views.called_links(movie(), found, 1)
    assert len(links["right"]) == 2 and len(links["wrong"]) == len(links["missed"]) == 1
    assert links["wrong"][0].tolist() == [14, 22.5, 3.5, 10.5]
    assert links["missed"][0].tolist() == [3.5, 7.5, 3.5, 10.5]


def test_numbers_of_the_found_tracks_may_be_others():
    found = movie()
    renamed = np.array([0, 9, 7, 8, 6, 5])
    other = np.column_stack([renamed[LINEAGE[:, 0]], LINEAGE[:, 1:3], renamed[LINEAGE[:, 3]]])
    again = TrackedMovie(
        found.images, renamed[found.masks], other, None, "tyx", None, found.frames, "renamed"
    )
    for t in range(3):
        links = views.called_links(movie(), again, t)
        assert not len(links["wrong"]) and not len(links["missed"]) and len(links["right"])


def test_a_mother_is_drawn_between_her_daughters_and_leaves_have_their_own_lines():
    height = figures.tree_heights(LINEAGE)
    assert height[1] == (height[3] + height[4]) / 2 and height[3] == height[5]
    assert len({height[leaf] for leaf in (2, 4, 5)}) == 3


def test_the_tree_draws_families_that_divide_and_hours():
    """The last of four frames is 3: at 30 minutes a frame a line ends at 1.5 hours, not at 2."""
    figure = figures.draw_tree(LINEAGE, minutes=30)
    ends = {max(line.get_xdata()) for line in figure.axes[0].lines}
    assert max(ends) == 1.5 and len(figure.axes[0].lines) == 4 + 3


def test_a_mother_is_drawn_until_her_daughters_begin():
    """Else a hole of a frame parts her from the fork."""
    figure = figures.draw_tree(LINEAGE)
    lines = [tuple(line.get_xdata()) for line in figure.axes[0].lines]
    assert lines[:3] == [(0, 2), (2, 3), (2, 2)]
    assert not np.ptp(figure.axes[0].lines[0].get_ydata())


@pytest.mark.parametrize("width,rows", [(80, 2), (30, 1)])
def test_wide_frames_stand_two_in_a_row_so_that_cells_can_be_seen(width, rows):
    film = movie()
    images = np.zeros((4, 20, width), np.uint16)
    masks = np.zeros_like(images)
    masks[..., :26] = film.masks[..., :26]
    wide = TrackedMovie(images, masks, LINEAGE, None, "tyx", None, film.frames, "wide")
    figure = player.draw_frames(images, wide, (0, 1, 3))
    shape = figure.axes[0].get_gridspec().get_geometry()
    assert shape == (rows, 2 if rows == 2 else 3)
    assert [ax.get_title() for ax in figure.axes[:3]] == ["frame 0", "frame 1", "frame 3"]


def test_the_peak_is_told_in_pixels_of_the_film():
    likeness = np.zeros((41, 60))
    likeness[20 - 3, 30 + 5] = 1
    figure = figures.show_likeness({"a": likeness, "b": np.roll(likeness, 1, axis=0)}, step=2)
    assert figure.axes[0].get_title() == "a: -6 down, +10 right"


def test_steps_leave_the_stage_and_divisions_out():
    ways, gaps = views.steps_and_gaps(movie(), np.array([[0, 3], [0, 0], [0, 0]]))
    assert sorted(ways.tolist()) == [0, 0, 1, 1, 3]
    assert len(gaps) == 2 + 2 + 3 + 3


def test_a_half_keeps_the_cells_whose_middle_is_inside_and_a_margin():
    half = views.part_of(movie(), 15, 40, margin=5)
    assert half.begin == 5 and half.masks.shape == half.images.shape == (4, 20, 30)
    assert np.unique(half.masks).tolist() == [0, *half.lineage[:, 0]] and len(half.lineage) == 1
    assert (views.centred_from(half.masks, half.begin) == half.masks).all()
    assert not views.centred_from(half.masks, 20).any()


@pytest.mark.parametrize("kind,objects", [("delete", 0), ("split", 2), ("merge", 1)])
def test_spoiled_masks_have_other_numbers_of_objects(kind, objects):
    masks = np.zeros((2, 30, 200), np.uint16)
    masks[:, 5:15, 5:25] = 3
    alone = views.spoil(masks, kind, 1.0, 0)
    assert [len(np.unique(frame)) - 1 for frame in alone] == [objects] * 2
    masks[:, 5:15, 30:50], masks[:, 5:15, 150:160] = 4, 5
    some = views.spoil(masks, kind, 1.0, 0)
    there = {"delete": 0, "split": 6, "merge": 2}[kind]
    assert len(np.unique(some[0])) - 1 == there


def test_missing_sweeps_are_told_and_do_not_stop_the_lesson(monkeypatch, capsys):
    monkeypatch.setattr(figures, "stored_rows", lambda lesson: [])
    assert figures.plot_stored() is None and "not stored yet" in capsys.readouterr().out


def test_stored_runs_of_all_linkers_are_drawn_and_other_rows_left_out(monkeypatch):
    rows = [
        dict(task=task, method=method, role="stored", metric=metric, value=0.9)
        for task in ("HeLa", "bacteria")
        for method in ("overlap", "learned")
        for metric in figures.STORED
    ]
    rows += [dict(rows[0], task="whole lesson", method="seconds", role="ours")]
    rows += [dict(rows[0], task="crowded rods", role="ours")]
    rows += [dict(rows[0], method="trackpy", role="reference")]
    rows += [dict(rows[0], task="100 frames of 1000 points", metric="seconds")]
    monkeypatch.setattr(figures, "stored_rows", lambda lesson: rows)
    axes = figures.plot_stored().axes
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["HeLa", "bacteria"]
    assert [len(ax.lines) for ax in axes] == [3, 3, 3]
