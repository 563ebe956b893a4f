"""Widgets and drawings of lesson 07: edits do what their names say, and only that."""

from collections import Counter

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.metrics.segmentation import score_objects
from course_utils.widgets import lesson_07, lesson_07_views


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.fixture
def cells():
    """Two cells that touch and one that lies apart."""
    labels = np.zeros((30, 40), np.uint16)
    labels[5:15, 5:13], labels[5:15, 13:20], labels[20:28, 28:36] = 1, 2, 5
    return labels


@pytest.fixture
def image(cells):
    return np.random.default_rng(0).normal(300 + 500 * (cells > 0), 9)


def test_a_moved_cell_lies_where_it_was_sent_and_keeps_its_size(cells):
    moved = lesson_07.move_cell(cells, 5, -3, 2)
    assert (moved[17:25, 30:38] == 5).all() and (moved == 5).sum() == 64


def test_a_cell_moved_over_the_edge_does_not_come_back_on_the_other_side(cells):
    assert (lesson_07.move_cell(cells, 5, 0, 10) == 5).sum() == 8 * 2


def test_growing_stops_at_a_neighbour_and_shrinking_undoes_it(cells):
    grown = lesson_07.resize_cell(cells, 1, 2)
    assert (grown == 2).sum() == 70 and (grown == 1).sum() > 80
    assert (lesson_07.resize_cell(cells, 5, -1) == 5).sum() == 36


def test_a_split_makes_two_halves_across_the_longer_side(cells):
    cut = lesson_07.split_cell(cells, 2)  # 10 rows, 7 columns
    assert (cut == 2).sum() == (cut == 6).sum() == 35
    assert len(np.unique(cut[5:15, 13][:5])) == 1


def test_a_merge_joins_the_nearest_cell_not_the_next_number(cells):
    merged = lesson_07.merge_cell(cells, 1)
    assert np.unique(merged).tolist() == [0, 1, 5]
    assert np.unique(lesson_07.merge_cell(cells, 5)).tolist() == [0, 1, 5]


def test_the_nearest_is_measured_from_edge_to_edge_of_bent_cells():
    labels = np.zeros((25, 40), int)
    labels[20, 10:20], labels[:20, 19] = 1, 1
    labels[20, 6:8], labels[0, 29:33] = 2, 3
    assert np.unique(lesson_07.merge_cell(labels, 1)).tolist() == [0, 1, 3]


def test_the_only_cell_has_nobody_to_be_merged_with(cells):
    alone = np.where(cells == 5, 5, 0)
    assert np.array_equal(lesson_07.merge_cell(alone, 5), alone)


def test_a_merge_hides_from_pixels_and_not_from_objects(cells):
    scores = lesson_07.six_scores(cells, lesson_07.merge_cell(cells, 1))
    assert scores["pixel accuracy"] == scores["IoU of the mask"] == 1
    assert scores["F1 at 0.5"] == pytest.approx(2 * 2 / (3 + 2))


def test_buttons_of_the_playground_edit_and_start_over(image, cells):
    box = lesson_07.metric_playground(image, cells)
    box.action.value, box.cell.value = "delete", 2
    box.do.click()
    assert np.unique(box.labels).tolist() == [0, 1, 5] and 2 not in box.cell.options
    box.again.click()
    assert np.array_equal(box.labels, cells) and cells.max() == 5


def test_every_action_of_the_playground_can_be_done(image, cells):
    box = lesson_07.metric_playground(image, cells)
    for action in box.action.options:
        plt.close("all")
        box.again.click()
        box.action.value, box.cell.value = action, 1
        box.do.click()
        assert not np.array_equal(box.labels, cells), action


def test_the_playground_survives_the_death_of_all_cells(image, cells):
    box = lesson_07.metric_playground(image, cells)
    box.action.value = "delete"
    for _ in range(3):
        box.do.click()
    plt.close("all")
    box.do.click()
    assert not box.labels.any() and not plt.get_fignums()


def test_a_seam_is_where_two_cells_touch_and_not_at_the_edge_of_the_picture(cells):
    cells[0, 0], cells[0, -1] = 7, 8
    seam = lesson_07_views.touching(cells)
    assert seam.sum() == 10 and seam[5:15, 12].all()
    assert np.array_equal(lesson_07_views.touching(cells.T), seam.T)


def test_cells_at_an_edge_of_the_film_are_left_out_and_those_at_our_cut_kept(cells):
    assert np.unique(lesson_07_views.away_from_edges(cells, 10)).tolist() == [0]
    assert np.unique(lesson_07_views.away_from_edges(cells, 9)).tolist() == [0, 2]
    assert np.unique(lesson_07_views.away_from_edges(cells, 9, left=False)).tolist() == [0, 1, 2]
    assert not lesson_07_views.away_from_edges(0 * cells).any()


def test_errors_are_drawn_in_the_colours_of_their_kinds(image, cells):
    wrong = lesson_07.delete_cell(lesson_07.merge_cell(cells, 1), 5)
    wrong[25:29, 3:9], wrong[20:23, 3:9] = 9, 10
    figure = lesson_07_views.show_errors(image, cells, {"toy": wrong}, 0.6)
    drawn = Counter(line.get_color() for line in figure.axes[0].lines)
    wanted = {"merged": 1, "missed": 1, "invented": 2}
    scale_bar = {"white": 1}
    assert drawn == {lesson_07_views.STYLES[k][0]: n for k, n in wanted.items()} | scale_bar
    assert "0 splits, 1 merges, 1 misses, 2 inventions" in figure.axes[0].get_title()


def test_an_outline_runs_around_its_object_and_leaves_the_picture_as_large_as_it_was(cells):
    _, ax = plt.subplots()
    ax.imshow(cells)
    limits = ax.get_xlim(), ax.get_ylim()
    lesson_07_views.draw_outline(ax, cells, 5, color="red")
    x, y = ax.lines[0].get_data()
    assert (x.min(), x.max(), y.min(), y.max()) == (27.5, 35.5, 19.5, 27.5)
    assert (ax.get_xlim(), ax.get_ylim()) == limits


def test_the_curve_over_thresholds_is_the_one_of_the_scores(cells):
    scores = score_objects(cells, lesson_07.resize_cell(cells, 5, -1))
    figure = lesson_07_views.plot_over_thresholds({"U-Net": scores}, "title")
    assert figure.axes[0].lines[0].get_ydata().tolist() == scores.ap.tolist()


def test_the_table_puts_every_count_under_its_name(cells):
    spoiled = lesson_07.delete_cell(lesson_07.merge_cell(cells, 1), 5)
    spoiled[25:29, 3:9], spoiled[20:23, 3:9] = 9, 10
    head, line = lesson_07_views.score_table({"toy": score_objects(cells, spoiled)}).splitlines()
    assert line.split() == ["toy", *line.split()[1:5], "0", "1", "1", "2"]
    ends = [head.index(kind) + len(kind) for kind in ("splits", "merges", "misses", "inventions")]
    assert [line[end - 1] for end in ends] == ["0", "1", "1", "2"]


def test_stored_trainings_are_read_for_each_number_of_steps_in_their_order():
    steps = [int(name.split()[0]) for name in lesson_07_views.score_by_steps()]
    assert steps == sorted(steps) and 850 in steps
    assert next(iter(lesson_07_views.what_was_tried())) == "as it is"


def test_crops_show_the_object_asked_for(cells):
    images = [np.zeros((30, 40)), np.where(cells == 5, 9.0, 0)]
    crops = lesson_07_views.cut_around(images, [1], [cells, cells], [5])
    assert crops.shape == (1, 48, 48) and crops[0, 22:26, 22:26].min() == 9


def test_the_example_folder_holds_one_file_an_image():
    from course_utils.data.readers import from_folder

    images = np.random.default_rng(0).integers(1, 99, (3, 20, 30)).astype(np.uint16)
    found = from_folder(lesson_07_views.example_folder(images), pixel_size=0.6)
    assert len(found) == 3 and np.array_equal(found[2].image, images[2])
