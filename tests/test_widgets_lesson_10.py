"""The stack viewer, the turntable and the figures of lesson 10 on stacks checked by hand."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.metrics.segmentation import score_objects
from course_utils.widgets import lesson_10 as viewer
from course_utils.widgets import lesson_10_figures as figures

TALL = (2.0, 0.5, 0.5)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def stack():
    """A bright bar high up on the left, a dim one low down on the right, on black."""
    image = np.zeros((6, 20, 30), np.float32)
    image[1, 4:16, 3:9], image[4, 4:16, 20:26] = 100, 60
    return image, (image > 0).astype(int) * (1 + (image < 80))


def test_a_plane_has_the_proportions_of_its_lengths_and_not_of_its_voxels():
    image, labels = stack()
    sides = [viewer.extent(image.shape, TALL, axis) for axis in range(3)]
    assert sides == [(10, 15), (12, 15), (12, 10)]
    figure = viewer.show_planes(image, TALL, (1, 8, 5), labels)
    above, front, side = figure.axes[0], figure.axes[2], figure.axes[1]
    assert above.images[0].get_extent() == [0, 15, 10, 0]
    assert front.images[0].get_extent() == [0, 15, 12, 0]
    assert side.images[0].get_extent() == [0, 12, 10, 0]
    assert side.images[0].get_array().shape[:2] == (20, 6)


def test_dashed_lines_meet_in_the_voxel_asked_for():
    image, _ = stack()
    figure = viewer.show_planes(image, TALL, (1, 8, 5))
    lines = [[line.get_xydata().tolist() for line in ax.lines[:2]] for ax in figure.axes[:3]]
    across, down = ([line[k][0] for line in lines] for k in (0, 1))
    assert [point[1] for point in across] == [4.25, 4.25, 3.0]
    assert [point[0] for point in down] == [2.75, 3.0, 2.75]


def test_the_viewer_follows_the_axis_with_its_slider():
    image, labels = stack()
    box = viewer.stack_viewer(image, {"found": labels}, TALL)
    assert (box.slice.value, box.slice.max) == (3, 5)
    box.plane.value = "from the side (z, y)"
    assert (box.slice.value, box.slice.max) == (15, 29)
    plt.close("all")
    box.overlay.value = "found"
    assert "x = 15, at 7.5 µm" in plt.gcf().axes[0].get_title()
    box.slice.value = 29
    box.plane.value = "from above (y, x)"
    assert box.slice.max == 5


def test_the_overlay_is_the_one_chosen():
    image, labels = stack()
    box = viewer.stack_viewer(image, {"found": labels}, TALL)
    box.slice.value = 1
    pictures = []
    for overlay in ("found", viewer.NONE):
        plt.close("all")
        box.overlay.value = overlay
        pictures.append(np.asarray(plt.gcf().axes[0].images[0].get_array()))
    assert np.ptp(pictures[0][8, 5]) > 0.1 and np.ptp(pictures[1][8, 5]) == 0


def test_cubes_are_as_high_as_the_stack_and_wide_enough_to_turn():
    image, _ = stack()
    block, side = viewer.in_cubes(image, TALL, side=1.0)
    halves = np.array_split(block, 2, axis=2)
    high, low = (np.average(range(len(half)), weights=half.sum(axis=(1, 2))) for half in halves)
    assert side == 1.0 and block.shape[1] == 10
    assert min(block.shape[0], block.shape[2]) >= np.hypot(12, 15) - 1
    assert low - high == pytest.approx(3 * 2.0)


def off_centre(block, axis):
    """How far the light lies from the middle of an axis, voxels."""
    light = block.sum(axis=tuple({0, 1, 2} - {axis}))
    return np.average(range(len(light)), weights=light) - (len(light) - 1) / 2


def test_turned_by_a_right_angle_left_and_right_become_depth():
    image, _ = stack()
    block, _ = viewer.in_cubes(image, TALL, side=1.0)
    turned = viewer.turned(block, 90)
    assert abs(off_centre(block, 2)) > 0.5
    assert abs(off_centre(turned, 0)) == pytest.approx(abs(off_centre(block, 2)), abs=0.6)
    assert off_centre(turned, 1) == pytest.approx(off_centre(block, 1), abs=1e-3)
    assert viewer.turned(block, 0) is block


def test_depth_is_told_by_colour_and_light_by_brightness():
    image, _ = stack()
    block = image / 100
    picture = viewer.depth_coded(block)
    high, low = picture[8, 5], picture[8, 22]
    assert high[2] > high[0] and low[1] > low[2]
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert viewer.brightest(block)[8, 5, 0] > viewer.brightest(block)[8, 22, 0]


def test_the_turntable_shows_the_stack_and_the_kind_asked_for():
    image, _ = stack()
    box = viewer.turntable({"a": image, "b": image[::-1]}, {"a": TALL, "b": TALL})
    box.stack.value, box.kind.value = "b", "depth"
    plt.close("all")
    box.angle.value = 40
    assert plt.gcf().axes[0].get_title() == "b, depth, turned by 40°"


def test_views_stand_beside_each_other_with_their_angle():
    image, _ = stack()
    figure = viewer.show_views(image, TALL, [(0, "mean"), (-30, "brightest")])
    assert [ax.get_title() for ax in figure.axes] == ["mean", "brightest, -30°"]


def test_the_side_view_shows_y_to_the_right_in_µm():
    image, labels = stack()
    figure = figures.show_side(image, {"true": labels, "none": 0 * labels}, 5, TALL)
    assert [ax.get_title() for ax in figure.axes] == ["true: 2 in all", "none: 0 in all"]
    assert figure.axes[0].images[0].get_extent() == [0, 10, 12, 0]


def test_numbers_stand_on_their_objects():
    image, labels = stack()
    figure = figures.show_slices(image, labels, (1, 4), TALL)
    texts = [[t.get_text() for t in ax.texts if "µm" not in t.get_text()] for ax in figure.axes]
    assert texts == [["1"], ["2"]]
    number = next(text for text in figure.axes[1].texts if text.get_text() == "2")
    assert number.get_position() == (22.5, 9.5)


def test_the_strict_f1_is_that_of_the_counts():
    true = np.zeros((4, 20, 20), int)
    true[:, 2:8, 2:8], true[:, 12:18, 2:8], true[:, 2:8, 12:18] = 1, 2, 3
    said = np.where(true == 3, 0, true)
    said[:, 12:14, 2:8] = 0
    scores = score_objects(true, said)
    assert figures.f1_of_ap(scores.ap[5]) == pytest.approx(2 * 1 / (3 + 2))
    assert "0.400" in figures.score_lines({"some": scores}, {"some": 1.25}).splitlines()[1]


ROWS = [
    dict(task="dish", method=method, metric=metric, value=value)
    for method, metric, values in (
        ("U-Net 3-D", "mean AP", (0.5, 0.7)),
        ("U-Net 2-D, linked", "mean AP", (0.25,)),
        ("U-Net 3-D", "peak MB", (900, 1100)),
    )
    for value in values
]


def stored(lesson, **where):
    return [row for row in ROWS if all(row[key] == value for key, value in where.items())]


def test_stored_runs_are_told_by_mean_and_range(monkeypatch):
    monkeypatch.setattr(figures, "stored_rows", stored)
    text = figures.stored_spread("dish", ["mean AP", "peak MB"]).splitlines()
    assert "0.60 (0.50-0.70)" in text[2] and "1,000 (900-1,100)" in text[2]
    assert text[3].split()[-2:] == ["0.25", "-"]
    assert figures.stored_spread("nowhere", ["mean AP"]) == figures.NOTHING


def test_stored_runs_are_drawn_a_stroke_a_seed(monkeypatch):
    monkeypatch.setattr(figures, "stored_rows", stored)
    ax = figures.plot_stored(["dish", "other"], "mean AP", "title").axes[0]
    counts = {line.get_label(): len(line.get_xdata()) for line in ax.lines}
    assert counts == {"Otsu + watershed, 3-D": 0, "U-Net 2-D, linked": 1, "U-Net 3-D": 2}
    panels = figures.plot_patches("dish", ["mean AP", "peak MB"], "title").axes
    assert [len(ax.lines[0].get_xdata()) for ax in panels] == [3, 2]


def test_missing_sweeps_are_told_and_do_not_stop_the_lesson(monkeypatch, capsys):
    monkeypatch.setattr(figures, "stored_rows", lambda lesson, **where: [])
    assert figures.plot_stored(["dish"], "mean AP", "title") is None
    assert figures.plot_patches("crops", ["mean AP"], "title") is None
    assert capsys.readouterr().out.count("not stored yet") == 2
