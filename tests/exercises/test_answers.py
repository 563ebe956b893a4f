"""Every right answer passes, every usual mistake is named."""

import importlib.util
from pathlib import Path

import pytest

from course_utils.checks import check, find_exercise, lesson_exercises, variants
from course_utils.lessons import notebook_paths

HERE = Path(__file__).parent


def bank(lesson: str):
    spec = importlib.util.spec_from_file_location(f"bank_{lesson}", HERE / f"lesson_{lesson}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BANKS = {lesson: bank(lesson) for lesson in [path.name[:2] for path in notebook_paths()]}


def cases(kind):
    banks = [getattr(module, kind) for module in BANKS.values()]
    found = [(e, i, a) for bank in banks for e, all_ in bank.items() for i, a in enumerate(all_)]
    return {"argvalues": found, "ids": [f"{e}-{i}" for e, i, _ in found]}


@pytest.mark.parametrize("exercise,number,answer", **cases("RIGHT"))
def test_a_right_answer_written_differently_passes(exercise, number, answer):
    assert check(exercise, answer).state == "right", check(exercise, answer).message


@pytest.mark.parametrize("exercise,number,answer", **cases("WRONG"))
def test_a_usual_mistake_is_named(exercise, number, answer):
    verdict = check(exercise, answer[0])
    assert verdict.state == "wrong"
    assert answer[1].lower() in verdict.message.lower(), verdict.message


@pytest.mark.parametrize("lesson", BANKS)
def test_every_exercise_has_three_right_and_five_wrong_answers(lesson):
    for exercise in lesson_exercises(lesson):
        assert len(BANKS[lesson].RIGHT[exercise]) >= 3
        assert len(BANKS[lesson].WRONG[exercise]) >= 5


@pytest.mark.parametrize("lesson", BANKS)
def test_no_mistake_of_a_check_equals_the_right_answer_on_its_cases(lesson):
    for name in lesson_exercises(lesson):
        task = find_exercise(name)
        for mistakes, advice in task.mistakes:
            for mistake in variants(mistakes):
                assert check(name, mistake).message == advice
