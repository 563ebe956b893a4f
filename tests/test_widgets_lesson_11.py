"""Error budget, its toggles and the figures of lesson 11, on films that can be checked by hand."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.metrics.tracking import score_tracks
from course_utils.models import error_budget as budget
from course_utils.models import linking
from course_utils.models.tracker_films import Part
from course_utils.widgets import lesson_11 as toggles
from course_utils.widgets import lesson_11_figures as figures


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def square(frame: np.ndarray, y: int, x: int, label: int) -> None:
    frame[y : y + 6, x : x + 6] = label


def film() -> Part:
    """Three frames: cell 1 stays; cell 2 divides into 3 and 4 after the first frame."""
    masks = np.zeros((3, 40, 60), np.uint16)
    square(masks[0], 4, 4, 1), square(masks[0], 20, 30, 2)
    for t in (1, 2):
        square(masks[t], 4, 4, 1), square(masks[t], 20, 22, 3), square(masks[t], 20, 38, 4)
    lineage = np.array([[1, 0, 2, 0], [2, 0, 0, 0], [3, 1, 2, 2], [4, 1, 2, 2]])
    return Part(masks, lineage)


def nobody(step):
    return linking.NONE


# Cell 0 goes on and 1 divides; the tracker lets 0 divide and 1 go on.
TRUE = np.array([[0, 3], [1, 4], [1, 5], [2, 6]])
FOUND = np.array([[0, 3], [0, 4], [1, 5], [2, 6]])


@pytest.mark.parametrize(("swaps", "wanted"), [((), FOUND), (("links", "divisions"), TRUE)])
def test_nothing_swapped_is_the_tracker_and_everything_the_truth(swaps, wanted):
    assert sorted(budget.swapped(FOUND, TRUE, swaps).tolist()) == wanted.tolist()


def test_a_true_division_takes_a_daughter_from_the_wrong_mother():
    assert sorted(budget.swapped(FOUND, TRUE, ("divisions",)).tolist()) == TRUE.tolist()


def test_true_links_do_not_bring_true_divisions():
    kept = budget.swapped(FOUND, TRUE, ("links",)).tolist()
    assert [0, 3] in kept and [0, 4] in kept and [1, 4] not in kept


def test_all_swapped_is_perfect_and_each_swap_alone_mends_its_own_part():
    movie = film()
    at = budget.stage(movie.masks, movie, movie.masks, nobody, passes=1)
    score = {
        s: score_tracks(movie, budget.tracked(at, s)) for s in budget.SWAPS if "masks" not in s
    }
    assert score[("links", "divisions")]["CHOTA"] == pytest.approx(1)
    assert score[("divisions",)]["division F1"] == 1 and score[("links",)]["division F1"] == 0
    assert score[()]["link F1"] == 0 < score[("divisions",)]["link F1"] < 1


def test_a_mask_that_nobody_labelled_is_not_known_and_keeps_the_trackers_links():
    movie = film()
    masks = movie.masks.copy()
    for frame in masks:
        square(frame, 30, 2, 9)
    at = budget.stage(masks, movie, masks, linking.most_overlap, passes=1)
    assert at.cells.label[~at.known].tolist() == [9, 9, 9]
    ends = at.cells.label[budget.swapped(at.found, at.true, ("links", "divisions"))]
    assert ends.tolist().count([9, 9]) == 2


def test_a_cell_that_the_network_missed_cannot_be_linked_by_the_truth():
    movie = film()
    masks = movie.masks.copy()
    masks[1][masks[1] == 1] = 0
    at = budget.stage(masks, movie, masks, nobody, passes=1)
    assert 1 not in at.cells.label[at.true]


SCORES = {
    swaps: {"link F1": 0.5 + 0.1 * len(swaps), "division F1, 1 frame": 0.4, "CHOTA": 0.3}
    for swaps in budget.SWAPS
}
TREES = {swaps: film().lineage for swaps in budget.SWAPS}


def test_the_toggles_show_the_combination_that_is_ticked():
    box = toggles.budget_toggles(SCORES, TREES, 30)
    for control, wanted in ((box.divisions, "divisions"), (box.masks, "masks, divisions")):
        plt.close("all")
        control.value = True
        assert plt.gcf().axes[0].get_title() == f"from the truth: {wanted}"
    plt.close("all")
    box.divisions.value = box.masks.value = False
    assert plt.gcf().axes[0].get_title() == "from the truth: nothing"


def test_a_stroke_marks_the_score_without_any_swap_and_a_point_the_one_with_it():
    gains, tree = toggles.show_swap(SCORES, TREES, ("masks", "links")).axes
    strokes = [line for line in gains.lines if line.get_color() == "black"]
    assert [line.get_xdata()[0] for line in strokes] == [0.5, 0.4, 0.3]
    points = [line.get_xdata()[0] for line in gains.lines if line.get_marker() == "o"]
    assert points == pytest.approx([0.7, 0.4, 0.3])
    assert tree.get_title() == "4 tracks, 1 divisions"


def row(metric, value, method="nothing", seed="0", split="choose columns"):
    return dict(metric=metric, value=value, method=method, seed=seed, split=split)


def test_stored_runs_stand_in_the_line_of_their_swap():
    rows = [row("CHOTA", 0.7, "masks"), row("CHOTA", 0.6), row("CHOTA", 0.1, "something else")]
    ax = toggles.plot_budget(SCORES, rows, "title").axes[2]
    assert ax.lines[0].get_xydata().tolist() == [[0.7, 1], [0.6, 0]]
    assert len(ax.lines[1].get_xdata()) == 8


LOOP = [
    row(f"{metric}, round {n}", value * (n + 1), "worst fields", seed)
    for seed in ("0", "1")
    for metric, value in (("F1 at 0.5", 0.1), ("fields", 2), ("clicks", 7))
    for n in range(3)
] + [row("F1 at 0.5, round 2", 0.9, "worst fields", "0", "test columns")]


def test_rounds_pair_what_was_paid_with_what_was_reached_seed_by_seed(monkeypatch):
    found = figures.rounds(LOOP, "worst fields", "clicks", "F1 at 0.5")
    assert len(found) == 2 and found[0][0] == [7, 14, 21]
    assert found[0][1] == pytest.approx([0.1, 0.2, 0.3])
    monkeypatch.setattr(figures, "stored_rows", lambda lesson, **where: LOOP)
    yours = {"fields": [0, 4], "clicks": [0, 9], "F1 at 0.5": [0.2, 0.4]}
    axes = figures.plot_loop("F1 at 0.5", "title", yours).axes
    assert [len(ax.lines) for ax in axes] == [3, 3]
    assert axes[1].lines[-1].get_xydata().tolist() == [[0, 0.2], [9, 0.4]]


def test_stored_runs_are_told_by_mean_and_range_and_tiny_numbers_by_their_size(monkeypatch):
    rows = [dict(method="a", metric="seconds", value=value) for value in (1.5, 2.5)] + [
        dict(method="a", metric="largest difference", value=7.6e-6),
        dict(method="b", metric="objects", value=123.0),
    ]
    monkeypatch.setattr(figures, "stored_rows", lambda lesson, **where: rows)
    lines = figures.stored_table("t", ["seconds", "largest difference", "objects"]).splitlines()
    assert lines[2].split() == ["a", "2.0", "(1.5-2.5)", "8e-06", "-"]
    assert lines[3].split() == ["b", "-", "-", "123"]


def test_missing_sweeps_are_told_and_do_not_stop_the_lesson(monkeypatch, capsys):
    monkeypatch.setattr(figures, "stored_rows", lambda lesson, **where: [])
    assert figures.plot_loop("F1 at 0.5", "title") is None
    assert "not stored yet" in capsys.readouterr().out
    assert figures.stored_table("t", ["seconds"]) == figures.NOTHING


def test_corrections_are_outlined_below_what_was_said():
    image, said, right = np.arange(400.0).reshape(20, 20), np.zeros((20, 20), int), np.eye(20) > 2
    said[4:9, 4:9] = 1
    figure = figures.show_corrections([image], [said], [right.astype(int)], ["1 to mend"])
    above, below = figure.axes
    assert above.get_title() == "1 to mend" and above.get_ylabel() == "said"
    assert below.get_ylabel() == "corrected"
