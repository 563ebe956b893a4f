"""Figures are drawn, not blank, and say what they should."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import plots
from course_utils.results import Board, Line


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def inked(figure):
    """Share of the figure's pixels that are not white."""
    figure.canvas.draw()
    return (np.asarray(figure.canvas.buffer_rgba())[..., :3] < 250).any(axis=-1).mean()


def test_the_scale_bar_has_the_length_it_says():
    _, ax = plt.subplots()
    plots.show_image(ax, np.zeros((50, 80)), "", pixel_size=0.5, bar=20)
    start, end = ax.lines[0].get_xdata()
    assert end - start == 40 and 0 < start < end < 80
    assert 0 < ax.lines[0].get_ydata()[0] < 50
    assert ax.texts[0].get_text() == "20 µm"


def test_crops_keep_their_order_and_titles():
    crops = [np.full((4, 4), i) for i in range(5)]
    figure = plots.show_crops(crops, titles="abcde", columns=3)
    shown = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in shown] == list("abcde")
    assert [ax.images[0].get_array().max() for ax in shown] == [0, 1, 2, 3, 4]


def test_crops_of_one_sheet_share_a_grey_scale_when_asked():
    figure = plots.show_crops(np.arange(32).reshape(2, 4, 4), own_contrast=False)
    limits = {ax.images[0].get_clim() for ax in figure.axes if ax.images}
    assert len(limits) == 1


def test_a_missing_title_is_an_error():
    with pytest.raises(ValueError):
        plots.show_side_by_side(np.zeros((4, 4)), np.zeros((4, 4)), titles=["one"])


def test_outlines_lie_on_the_objects_and_part_two_that_touch():
    masks = np.zeros((9, 9), int)
    masks[2:7, 1:4], masks[2:7, 4:8] = 1, 2
    picture = plots.with_outlines(np.ones((9, 9)), masks)
    yellow = np.isclose(picture[..., 2], 0.26)
    assert yellow[4, 3] and yellow[4, 4] and not yellow[4, 2] and not yellow[0, 0]


def test_the_board_shows_run_and_stored_runs():
    board = Board("77", "toy", "accuracy", (Line("net", "ours", 0.9, (0.8, 0.85)),))
    figure = plots.plot_board(board, interval=(0.7, 0.95))
    stored, run, interval = figure.axes[0].lines
    assert list(stored.get_xdata()) == [0.8, 0.85] and run.get_xdata() == [0.9]
    assert list(interval.get_xdata()) == [0.7, 0.95]
    assert inked(figure) > 0.01


def test_curves_are_labelled():
    figure = plots.plot_curves({"a": [3, 2, 1], "b": [1, 1, 1]}, "loss", "falls", log=True)
    ax = figure.axes[0]
    assert ax.get_ylabel() == "loss" and ax.get_xlabel() == "step" and ax.get_yscale() == "log"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b"]


def test_the_spread_shows_every_variant_in_order_and_survives_one_that_is_not_stored():
    stored = {"all": (0.9, 0.8), "without": (0.7,), "not stored": ()}
    figure = plots.plot_spread(stored, {"all": 0.85}, "score", "It falls")
    ax = figure.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(stored)
    assert ax.yaxis_inverted()
    strokes = [line for line in ax.lines if line.get_marker() == "|"]
    assert [list(line.get_xdata()) for line in strokes] == [[0.9, 0.8], [0.7], []]
    means = [line.get_xdata()[0] for line in ax.lines if line.get_linewidth() == 3]
    assert means == pytest.approx([0.85, 0.7])
    assert [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"] == [0.85]
