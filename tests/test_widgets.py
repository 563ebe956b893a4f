"""Widgets: moving them calls what they show."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.data.datasets import Movie, Nuclei, Plankton, WoundHealing
from course_utils.data.readers import from_folder
from course_utils.widgets import lesson_00, lesson_01, lesson_02, lesson_03, lesson_04


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


def test_the_playground_convolves_with_what_its_controls_say():
    asked = []

    def convolve(picture, kernel, stride, dilation, padding):
        asked.append((kernel.sum(), stride, dilation, padding))
        return np.arange(12.0).reshape(3, 4)

    kernels = {"ones": np.ones((3, 3)), "nothing": np.zeros((3, 3))}
    box = lesson_03.convolution_playground(np.zeros((9, 9)), kernels, convolve)
    box.kernel.value = "nothing"
    box.stride.value, box.dilation.value, box.padding.value = 2, 3, 1
    assert asked[:2] == [(9, 1, 1, 0), (0, 1, 1, 0)]
    assert asked[-1] == (0, 2, 3, 1)


def test_the_window_of_the_playground_walks_from_the_first_to_the_last_pixel():
    result = np.arange(12.0).reshape(3, 4)
    kernels = {"ones": np.ones((3, 3))}
    box = lesson_03.convolution_playground(np.zeros((5, 6)), kernels, lambda *how: result)
    for place, title in ((0, "0.00 at row 0, column 0"), (1000, "11.00 at row 2, column 3")):
        plt.close("all")
        box.place.value = place
        assert title in plt.gcf().axes[2].get_title()


def test_the_window_lies_where_stride_and_dilation_put_it():
    figure = lesson_03.draw_playground(
        np.zeros((20, 20)), np.ones((2, 2)), np.zeros((5, 5)), (1, 2), stride=3, dilation=4
    )
    corners = {patch.get_xy() for patch in figure.axes[0].patches}
    assert corners == {(x - 0.5, y - 0.5) for x in (6, 10) for y in (3, 7)}


def test_class_folders_open_as_one_folder_a_class():
    crops = np.random.default_rng(0).integers(1, 99, (7, 8, 8)).astype(np.uint16)
    folder = lesson_03.class_folders(crops, ["b"] * 3 + ["a"] * 4, n=2)
    found = from_folder(folder, pixel_size=0.6)
    assert found.class_names == ("a", "b") and found.labels.tolist() == [0, 0, 1, 1]
    assert np.array_equal(found[2].image, crops[0])


def test_fields_are_squares_of_the_sides_asked_for():
    figure = lesson_03.draw_fields(np.zeros((24, 24)), [3, 8], 1.3)
    assert [ax.patches[0].get_width() for ax in figure.axes] == [3, 8]


@pytest.fixture
def sea():
    """Three small pictures of each of two classes, of different sizes."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 255, (8 + i, 9, 3)).astype(np.uint8) for i in range(6)]
    return Plankton(images, np.repeat([0, 1], 3), ("a", "b"), tuple(f"{i}.jpg" for i in range(6)))


def test_the_browser_counts_the_neighbours_of_the_same_class(sea):
    squares = np.zeros((6, 9, 9, 3))
    order = np.array([[j for j in range(6) if j != i] for i in range(6)])
    box = lesson_04.neighbour_browser(squares, sea.labels, "ab", {"toy": order})
    plt.close("all")
    box.slider.value = 4
    assert plt.gcf().get_suptitle() == "left: picture 4; toy: 2 of 5 right"
    crossed = [ax.get_title() for ax in plt.gcf().axes]
    assert crossed == ["b", "a  ✗", "a  ✗", "a  ✗", "b", "b"]


def test_pictures_lie_in_the_folder_of_their_class(sea):
    found = from_folder(lesson_04.class_folders(sea, each=2))
    assert found.class_names == ("a", "b") and found.labels.tolist() == [0, 0, 1, 1]
    assert np.array_equal(found[2].image, sea.images[3])


def test_the_learning_curve_can_be_drawn_before_anything_is_stored():
    figure = lesson_04.plot_pictures_needed([], {"raw pixels": 0.4}, n=8)
    assert "none yet" in figure.axes[0].get_title()


def test_the_learning_curve_shows_the_mean_of_the_stored_runs():
    rows = [
        dict(method="raw pixels", split=f"{n} a class", seed=s, value=0.1 * n + s)
        for n in (2, 4)
        for s in (0, 1)
    ]
    figure = lesson_04.plot_pictures_needed(rows, {}, n=8)
    line = next(li for li in figure.axes[0].lines if li.get_label() == "raw pixels")
    assert line.get_xdata().tolist() == [2, 4]
    assert line.get_ydata().tolist() == pytest.approx([0.7, 0.9])
