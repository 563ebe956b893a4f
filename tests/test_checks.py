"""The machinery of the self-checks."""

import numpy as np
import pytest

from course_utils import check, must_raise
from course_utils.checks import Exercise, Wrong, judge, not_tried

DOUBLE = Exercise(
    right=lambda x: 2 * x,
    cases=[(np.array([1.0, 3.0]),), (np.array([[5.0]]),)],
    mistakes=[(lambda x: x**2, "squared")],
)


def told(answer, task=DOUBLE):
    with pytest.raises(Wrong) as wrong:
        judge(task, answer)
    return str(wrong.value)


def stub(x): ...


def stub_with_docstring(x):
    """Twice x."""
    ...


@pytest.mark.parametrize("answer", [stub, stub_with_docstring, ...])
def test_dots_are_not_tried_yet(answer):
    assert not_tried(answer)
    assert check("00.1", answer).state == "not tried yet"


@pytest.mark.parametrize(
    "answer", [lambda x: x, lambda x: 3, np.sum, 7, lambda x: print(x), lambda x: x.sum()]
)
def test_an_attempt_is_not_taken_for_dots(answer):
    assert not not_tried(answer)


def test_a_dictionary_is_told_to_be_one():
    assert "dictionary" in told(lambda x: dict(enumerate(2 * x)))


def test_a_mistake_is_told_only_if_it_fits_all_cases():
    assert told(lambda x: x**2) == "squared"
    assert "squared" not in told(lambda x: x**2 if x.ndim == 1 else 0 * x)


def test_an_answer_that_writes_into_its_input_is_told_so():
    def answer(x):
        x *= 2
        return x

    assert "changes its input" in told(answer)


def test_a_list_of_pictures_is_not_taken_for_changed_and_a_popped_one_is():
    pictures = [np.zeros((2, 3)), np.zeros((4, 4))]
    task = Exercise(right=len, cases=[(pictures,)])
    judge(task, lambda pictures: len(pictures))
    assert "x.pop(0)" in told(lambda pictures: len(pictures) + 0 * len(pictures.pop()), task)


def test_the_cases_are_the_same_for_the_next_try():
    def vandal(x):
        x[:] = 0
        return x

    told(vandal)
    judge(DOUBLE, lambda x: x + x)


def test_an_answer_may_take_a_dictionary_and_may_not_write_into_it():
    total = Exercise(right=lambda d: d["a"] + d["b"], cases=[({"a": 1, "b": 2},)])
    judge(total, lambda d: sum(d.values()))
    assert "changes its input" in told(lambda d: d.pop("a") + d["b"], total)


def test_a_forgotten_return_is_told():
    assert "return" in told(lambda x: None)


def test_an_exception_is_told_with_its_class_and_the_call():
    message = told(lambda x: x.no_such_thing)
    assert "AttributeError" in message and "[1.0, 3.0]" in message


def test_a_wrong_shape_is_told_before_values():
    assert "Shape (2,)" in told(lambda x: (2 * x)[:, None])


def test_nan_is_not_right():
    assert "nan" in told(lambda x: x * np.nan)


def test_lists_and_integers_of_the_right_value_are_right():
    judge(DOUBLE, lambda x: (2 * x).astype(int).tolist())


def test_a_tolerance_is_relative_to_the_value():
    judge(DOUBLE, lambda x: 2 * x * (1 + 1e-8))
    assert "you got" in told(lambda x: 2 * x * (1 + 1e-3))


def test_a_ragged_answer_is_wrong_and_does_not_crash():
    assert told(lambda x: [[1], [1, 2]])


def test_text_answers_are_compared_and_numbers_do_not_crash_them():
    colour = Exercise(right=lambda: "green", cases=[()])
    judge(colour, "green")
    assert "green" in told("red", colour)
    assert told(3, colour)


def test_a_pair_in_the_wrong_number_is_wrong():
    pair = Exercise(right=lambda x: (x, 2 * x), cases=[(1.0,)])
    judge(pair, lambda x: [x, x + x])
    assert told(lambda x: x, pair)
    assert told(lambda x: (x, x, x), pair)


def test_numbers_in_a_row_are_a_pair_too():
    pair = Exercise(right=lambda x: (x.sum(), x.max()), cases=[(np.array([1.0, 3.0]),)])
    judge(pair, lambda x: np.array([x.sum(), x.max()]))
    told(lambda x: np.array([x.max(), x.sum()]), pair)


def test_an_answer_that_ends_the_program_is_wrong_and_does_not_end_it():
    def leaves(x):
        raise SystemExit("bye")

    assert "stopped with SystemExit: bye" in told(leaves)


def test_rows_of_different_length_are_explained():
    assert "some row holds more" in told(lambda x: np.array([[1, 2], [3]]))


def test_a_set_and_a_generator_are_told_to_be_lists():
    assert "`sorted(...)`" in told(lambda x: {1, 2})
    assert "`list(...)`" in told(lambda x: (2 * each for each in x))


def test_a_result_instead_of_the_function_is_told():
    assert "the function itself" in told(np.array([2.0, 6.0]))


def test_numbers_that_differ_late_are_shown_with_enough_digits():
    task = Exercise(right=lambda x: 2 * x, cases=[(1.0,)], tolerance=1e-9)
    assert "you got 2.00000002 where 2 is right" in told(lambda x: 2.00000002, task)


def test_of_several_arrays_the_wrong_one_is_named():
    task = Exercise(right=lambda x: (x[::-1], x.T), cases=[(np.arange(4.0).reshape(2, 2),)])
    assert "number 2: " in told(lambda x: (x[::-1], x), task)


def test_numbers_and_empty_tables_are_shown_as_learners_write_them():
    task = Exercise(
        right=lambda table, x: (x, x), cases=[(np.zeros((0, 3)), np.float64(0.5))], mistakes=[]
    )
    said = told(lambda table, x: (np.zeros(50), x), task)
    assert "an array of shape (0, 3), 0.5 I expected" in said
    assert "I got (an array of shape (50,), 0.5)" in said


def test_an_unknown_exercise_names_those_that_exist():
    with pytest.raises(KeyError, match=r"02\.1"):
        check("02.99", 1)
    with pytest.raises(KeyError, match="99"):
        check("99.1", 1)


def test_a_verdict_is_html_safe():
    verdict = check("00.1", lambda pixels, pixel_size: "<script>")
    assert "<script>" not in verdict._repr_html_()


def test_must_raise_shows_the_error_and_fails_when_nothing_is_raised(capsys):
    with must_raise(ValueError):
        raise ValueError("shapes differ")
    assert "shapes differ" in capsys.readouterr().out
    with pytest.raises(AssertionError, match="ValueError"), must_raise(ValueError):
        pass
    with pytest.raises(TypeError), must_raise(ValueError):
        raise TypeError
