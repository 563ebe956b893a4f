"""Widgets: moving them calls what they show."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.data.datasets import Movie, Nuclei, WoundHealing
from course_utils.data.readers import from_folder
from course_utils.widgets import lesson_00, lesson_01, lesson_02


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_the_explorer_trains_at_the_rate_of_the_slider():
    asked = []

    def train(rate):
        asked.append(rate)
        return [1.0, 0.5, 0.1]

    box = lesson_02.learning_rate_explorer(train, start=1e-3)
    box.slider.value = 0.1
    assert asked == pytest.approx([1e-3, 0.1])


@pytest.mark.parametrize(
    "losses,word",
    [
        ([0.7, 0.3, 0.2, 0.2], "settles"),
        ([0.7, 0.69, 0.68, 0.68], "low"),
        ([0.7, 50, 30, 0.3], "high"),
        ([0.7, np.inf, np.nan, np.nan], "high"),
    ],
)
def test_the_verdict_fits_the_curve(losses, word):
    assert word in lesson_02.verdict(np.array(losses))


def test_infinite_losses_can_be_drawn():
    lesson_02.draw_runs({1.0: np.array([0.7, np.inf, np.nan]), 0.1: np.array([0.7, 0.2])}, 1.0)


def test_the_film_slider_shows_frame_time_and_count():
    images = np.random.default_rng(0).integers(0, 99, (3, 20, 30)).astype(np.uint16)
    masks = np.zeros_like(images)
    masks[2, 3:6, 3:6], masks[2, 10:14, 10:14] = 4, 9
    box = lesson_00.film_slider(Movie(images, masks, 0.5, "tyx", 30.0, "toy"))
    plt.close("all")
    box.slider.value = 2
    assert plt.gca().get_title() == "frame 2, 60 min: 2 objects"


@pytest.fixture
def nuclei() -> Nuclei:
    """Twelve nuclei of noise, every second one dividing."""
    n = 12
    column = np.arange(n)
    phase = np.array(["interphase", "metaphase"] * 6)
    crops = np.random.default_rng(0).integers(0, 99, (n, 8, 8)).astype(np.uint16)
    mitotic = phase == "metaphase"
    return Nuclei(
        crops, phase, mitotic, column, column, column, column, column, column == 3, 0.5
    )  # fmt: skip


def test_the_labeller_counts_answers_and_ends_with_kappa(nuclei, capsys):
    box = lesson_01.labeller(nuclei, n=4)
    for _ in range(6):
        box.choose("interphase")
    assert box.answers == ["interphase"] * 4
    assert "kappa" in str(box.children[1].outputs) + capsys.readouterr().out


def test_a_click_answers_as_choose_does(nuclei):
    box = lesson_01.labeller(nuclei, n=4)
    box.children[0].children[1].click()
    assert box.answers == ["dividing"]


def test_an_unknown_answer_is_refused(nuclei):
    with pytest.raises(ValueError, match="interphase"):
        lesson_01.labeller(nuclei, n=4).choose("dead")


def test_the_example_folder_opens_in_one_line():
    images = np.random.default_rng(0).integers(1, 99, (4, 20, 30)).astype(np.uint16)
    masks = np.zeros_like(images)
    masks[:, 3:8, 3:8] = 1
    wound = WoundHealing(images, images, masks, masks, 0.6, "tyx", None, "toy")
    found = from_folder(lesson_01.examples(wound) / "colleague", pixel_size=0.6)
    assert len(found) == 3 and found[2].masks.max() == 1
