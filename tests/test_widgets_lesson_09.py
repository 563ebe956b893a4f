"""The wipe, the dial of light, the card and the figures of lesson 09, on images made by hand."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.widgets import lesson_09 as play
from course_utils.widgets import lesson_09_figures as figures
from course_utils.widgets import lesson_09_trust as doubt
from course_utils.widgets.lesson_09_card import QUESTIONS, validity_card


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def films():
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=(3, 20, 30)) for name in ("light", "painted", "real")}


def test_a_wipe_takes_columns_left_of_the_edge_from_the_left_picture():
    seen = play.wiped(np.zeros((4, 10)), np.ones((4, 10)), 3)
    assert seen.shape == (4, 10) and not seen[:, :3].any() and seen[:, 3:].all()


@pytest.mark.parametrize("edge,shown", [(0, "right"), (100, "left")])
def test_an_edge_at_either_end_shows_one_picture_alone(edge, shown):
    _, ax = plt.subplots()
    sides = {
        "left": np.arange(200.0).reshape(10, 20),
        "right": np.arange(200.0)[::-1].reshape(10, 20),
    }
    play.draw_wipe(ax, sides["left"], sides["right"], edge)
    assert np.array_equal(ax.images[0].get_array(), play.in_grey(sides[shown]))


def test_the_viewer_shows_the_frame_and_the_pictures_asked_for():
    box = play.wipe_viewer(films())
    box.frame.value, box.left.value, box.right.value = 2, "painted", "real"
    plt.close("all")
    box.edge.value = 30
    assert plt.gcf().axes[0].get_title() == "frame 2: painted | real"


def test_each_frame_is_grey_by_itself_and_a_flat_one_does_not_divide_by_zero():
    assert not play.in_grey(np.full((5, 5), 7.0)).any()
    grey = play.in_grey(np.linspace(3, 9, 1000))
    assert grey.min() == 0 and grey.max() == 1


def test_a_dial_turned_back_does_not_denoise_again():
    light = np.random.default_rng(1).gamma(1.0, 1.0, (30, 40))
    calls = []

    def slow(image, photons):
        calls.append(photons)
        return image / 2

    box = play.light_dial(light, {5: light + 1, 50: light}, {"none": lambda i, p: i, "half": slow})
    box.way.value = "half"
    box.photons.value = 50
    box.photons.value = 5
    assert calls == [5, 50]


def test_the_panels_tell_psnr_against_the_truth_and_not_of_the_truth_itself():
    light = np.random.default_rng(1).gamma(1.0, 1.0, (30, 40))
    figure = play.show_lights(light, {"off by a tenth": light + 0.1, "truth": light})
    assert "20.0 dB" in figure.axes[0].get_title() and "dB" not in figure.axes[1].get_title()


def test_a_painted_over_nucleus_is_gone_and_the_others_stay():
    labels = np.zeros((60, 60), int)
    labels[10:20, 10:20], labels[40:50, 40:50] = 4, 9
    stain = np.where(labels > 0, 1.0, 0.1) + 0.001 * np.arange(60)
    spoiled = figures.without_nuclei(stain, labels, 1, np.random.default_rng(0))
    left = [spoiled[labels == k].mean() > 0.9 for k in (4, 9)]
    assert sorted(left) == [False, True] and spoiled[0, 0] == stain[0, 0]


def test_open_questions_stay_visible_on_the_card(tmp_path):
    card = validity_card("mine", paints="Hoechst from light", nuclei="  ")
    assert "nuclei" in card.missing and "paints" not in card.missing
    assert "**not known** (`nuclei`)" in str(card) and "9 of 10" in str(card)
    assert card.save(tmp_path / "card.md").read_text(encoding="utf-8") == f"{card}\n"


def test_a_full_card_says_so_and_bars_do_not_break_its_table():
    card = validity_card("mine", **dict.fromkeys(QUESTIONS, "a | b\nc"))
    rows = [line for line in str(card).splitlines() if line.startswith("| ")]
    assert not card.missing and "All questions" in str(card)
    assert {row.count("|") for row in rows} == {3}


def test_a_field_that_the_card_does_not_have_is_told_with_those_it_has():
    with pytest.raises(ValueError, match=r"pearson.*likeness"):
        validity_card("mine", pearson="0.8")


def stored(task="restoration"):
    common = dict(task=task, role="ours")
    return [
        dict(common, method=method, metric=f"{score}, {photons} photons", value=value + seed)
        for method, value in (("NLM", 1.0), ("U-Net", 2.0))
        for score in ("PSNR", "SSIM", "F1 at 0.5")
        for photons in (200, 5)
        for seed in (0, 1)
    ]


def test_stored_levels_of_light_are_sorted_and_seeds_kept_apart():
    curve = doubt.light_curve(stored(), "U-Net", "F1 at 0.5")
    assert curve == {5: [2.0, 3.0], 200: [2.0, 3.0]}


def test_own_dots_go_to_the_first_panel_alone(monkeypatch):
    monkeypatch.setattr(doubt, "stored_rows", lambda lesson, **where: stored())
    figure = doubt.plot_photons({"U-Net, noise2noise": {5: 1.5, 20: 1.7}})
    dots = [[line for line in ax.lines if line.get_marker() == "o"] for ax in figure.axes[:3]]
    assert [len(found) for found in dots] == [1, 0, 0]
    assert list(dots[0][0].get_ydata()) == [1.5, 1.7]


def test_missing_sweeps_are_told_and_do_not_stop_the_lesson(monkeypatch, capsys):
    for module in (doubt, figures):
        monkeypatch.setattr(module, "stored_rows", lambda lesson, **where: [])
    assert doubt.plot_photons({}) is None and figures.plot_recipes() is None
    assert capsys.readouterr().out.count("not stored yet") == 2


def test_a_mask_tells_the_share_that_is_not_trusted():
    good = np.ones((20, 20), bool)
    good[:5] = False
    figure = doubt.show_masks({"a": np.full((20, 20), 0.5)}, [good])
    assert "25% not trusted" in figure.axes[0].get_title()


def test_own_pairs_lie_as_the_reader_wants_them():
    from course_utils.data.readers import read_channel_pair

    light, stain = np.random.default_rng(0).integers(100, 900, (2, 3, 24, 30)).astype(np.uint16)
    pairs = read_channel_pair(figures.example_pairs(light, stain), "light", "hoechst")
    assert [pair.source.shape for pair in pairs] == [(1, 24, 30)] * 3
