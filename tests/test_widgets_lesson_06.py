"""The tour of the museum, with rooms that train nothing."""

import matplotlib

matplotlib.use("Agg")

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

pytest.importorskip("keras")

from course_utils.models.museum import MUSEUM, Run
from course_utils.widgets import lesson_06, lesson_06_views

ASKED = []


def toy_run(state, seed):
    ASKED.append((state, seed))
    curve = [0.7, 0.5] if state == "repaired" else [0.7, np.nan]
    history = {"start_loss": [0.69], "loss": curve, "val_loss": [0.7, 0.6]}
    history |= {"accuracy": [0.5, 0.6], "val_accuracy": [0.5, 0.6]}
    x, y = np.random.default_rng(0).normal(0, 1, (9, 8, 8, 1)), np.arange(9) % 2
    numbers = dict.fromkeys(("training accuracy", "validation accuracy"), 0.5)
    numbers["mean recall in use"] = 0.5
    return Run(None, (x, y), (x, y), history, y, numbers)


@pytest.fixture(autouse=True)
def two_rooms(monkeypatch):
    toy = replace(
        MUSEUM[9],
        broken=lambda seed: toy_run("broken", seed),
        repaired=lambda seed: toy_run("repaired", seed),
        seen=("mean recall in use",),
    )
    other = replace(toy, name="channels first", choices={"channels first": "so it is"})
    monkeypatch.setattr(lesson_06, "ROOMS", {9: toy, 4: other})
    ASKED.clear()
    yield
    plt.close("all")


def test_a_room_is_trained_when_it_is_entered_and_again_only_for_the_repair():
    box = lesson_06.tour(seed=3, start=9)
    assert ASKED == [("broken", 3)]
    box.diagnosis.value = "labels shuffled"
    assert ASKED == [("broken", 3)]
    box.repair.click()
    assert ASKED == [("broken", 3), ("repaired", 3)]


def test_the_diagnoses_are_those_of_the_room_and_none_is_chosen_beforehand():
    box = lesson_06.tour(seed=0, start=9)
    assert box.diagnosis.value == lesson_06.UNDECIDED
    assert set(box.diagnosis.options[1:]) == set(MUSEUM[9].choices)
    box.room.value = 4
    assert box.diagnosis.options == (lesson_06.UNDECIDED, "channels first")


def test_a_wrong_diagnosis_is_argued_with(capsys):
    lesson_06.guess(9, "learning rate too low")
    assert capsys.readouterr().out.startswith("No. ")
    with pytest.raises(KeyError, match="none of"):
        lesson_06.guess(9, "bad luck")


def test_an_unknown_room_says_which_there_are():
    with pytest.raises(KeyError, match="1 to 2"):
        lesson_06.enter(99, 0)


def test_the_story_does_not_print_the_name_of_the_fault_before_the_choices(capsys):
    lesson_06.enter(9, 0)
    before_choices = capsys.readouterr().out.split("Is it:")[0]
    assert MUSEUM[9].name not in before_choices


def test_a_loss_that_is_no_number_can_be_drawn_and_the_pictures_carry_their_labels():
    figure = lesson_06_views.show_run(MUSEUM[9], toy_run("broken", 0))
    titles = [ax.get_title() for ax in figure.get_axes()]
    assert titles.count("rests") + titles.count("divides") == 8


def test_an_error_is_printed_instead_of_a_figure(capsys):
    run = Run(None, (np.zeros(1), np.zeros(1)), (np.zeros(1), np.zeros(1)), error="ValueError: no")
    assert lesson_06_views.show_run(MUSEUM[4], run) is None
    assert "ValueError" in capsys.readouterr().out


def test_the_catalogue_has_a_line_for_each_room_and_says_what_is_not_stored(monkeypatch):
    monkeypatch.setattr(lesson_06_views, "stored_values", lambda *key: ())
    rows = lesson_06_views.catalogue().rows
    assert [row[0] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    assert rows[0][4] == "not stored yet"
