"""The threshold explorer and the figures of lesson 05."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.widgets import lesson_05 as explore
from course_utils.widgets import lesson_05_figures as figures

TRUE = np.array([0, 0, 0, 0, 0, 1, 1, 1])
SCORE = np.array([-2.0, -1.0, -0.5, 0.2, -3.0, 0.5, -0.7, -2.5])


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_moving_the_slider_draws_at_the_new_threshold(monkeypatch):
    asked = []
    monkeypatch.setattr(explore, "draw_threshold", lambda t, s, at: asked.append(at))
    box = explore.threshold_explorer(TRUE, SCORE, start=0.0)
    box.slider.value = -0.6
    assert asked == pytest.approx([0.0, -0.6], abs=0.02)


def test_the_slider_reaches_from_the_lowest_to_the_highest_score():
    slider = explore.threshold_explorer(TRUE, SCORE).slider
    assert (slider.min, slider.max) == (-3.0, 0.5)


def test_counts_have_the_truth_in_their_rows_and_the_title_has_the_scores():
    figure = explore.draw_threshold(TRUE, SCORE, 0.0)
    assert texts(figure.axes[1]) == ["4", "1", "2", "1"]
    assert figure.axes[1].get_ylabel() == "truth"
    assert figure.get_suptitle() == "threshold 0.00: precision 0.50, recall 0.33, F1 0.40"


def test_the_dots_on_the_curves_are_the_present_threshold():
    figure = explore.draw_threshold(TRUE, SCORE, 0.0)
    roc, pr = (ax.lines[-1].get_xydata()[0] for ax in figure.axes[2:4])
    np.testing.assert_allclose(roc, (0.2, 1 / 3))
    np.testing.assert_allclose(pr, (1 / 3, 0.5))


@pytest.mark.parametrize("threshold", [-9.0, 9.0])
def test_a_threshold_that_calls_all_or_nothing_can_be_drawn(threshold):
    explore.draw_threshold(TRUE, SCORE, threshold)


def test_a_class_that_never_occurs_keeps_its_row():
    counts = np.array([[3, 0], [0, 0]])
    figure = figures.plot_confusion(counts, ("a", "b"), "title")
    assert texts(figure.axes[0]) == ["3", "0", "0", "0"]


def results(*scores):
    """What a search of scikit-learn reports."""
    places = 0.1 ** np.arange(1, len(scores) + 1)
    return {"mean_test_score": scores, "param_svc__C": 1 / places, "param_svc__gamma": places}


@pytest.fixture
def nothing_stored(monkeypatch):
    monkeypatch.setattr(figures, "stored_rows", lambda *args, **kwargs: [])


def test_without_stored_runs_the_figures_say_so_and_show_the_own_run(nothing_stored):
    made = [
        figures.plot_strips("folds", "AP", "title", {"a": 0.5}, {"a": 0.1}),
        figures.plot_capacity((16, 0.01, 0.2)),
        figures.plot_rates((8, 32), (0.1, 1.0), (32, 0.1, 0.7)),
        figures.plot_search({"grid": results(0.1, 0.3), "random": results(0.2, 0.1)}),
    ]
    for figure in made:
        assert any("not stored yet" in text for text in texts(figure.axes[0]))


def test_the_best_so_far_never_falls(nothing_stored):
    own = {"grid": results(0.1, 0.3, 0.2), "random": results(0.2, 0.1, 0.3)}
    lines = {line.get_label(): line for line in figures.plot_search(own).axes[0].lines}
    assert lines["random, yours"].get_ydata().tolist() == [0.2, 0.2, 0.3]
    assert lines["grid, yours"].get_ydata()[-1] == 0.3


def test_every_setting_keeps_its_own_colour(nothing_stored):
    own = {"grid": results(0.6, 0.8, 0.7), "random": results(0.6, 0.8, 0.7)}
    dots = figures.plot_search(own).axes[1].collections[1]
    by_gamma = dict(zip(dots.get_offsets()[:, 0], dots.get_array(), strict=True))
    assert {round(gamma, 4): score for gamma, score in by_gamma.items()} == {
        0.1: 0.6,
        0.01: 0.8,
        0.001: 0.7,
    }


def test_stored_runs_are_placed_by_batch_and_rate(monkeypatch):
    rows = [{"method": f"batch {b}, rate {r:g}", "value": v}
            for b, r, v in ((8, 0.1, 0.1), (32, 1e-4, 0.9), (32, 1e-4, 0.7))]  # fmt: skip
    monkeypatch.setattr(figures, "stored_rows", lambda *args, **kwargs: rows)
    figure = figures.plot_rates((8, 32), (1e-4, 0.1), (32, 0.1, 0.5))
    table = figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(table.filled(np.nan), [[np.nan, 0.1], [0.8, np.nan]])
    frame = figure.axes[0].lines[0].get_xydata()
    assert frame.tolist() == [[1, 1]] and "\nyou 0.50" in texts(figure.axes[0])
