"""The self-checks of the exercises: right answers pass, the usual mistakes are named.

An exercise is plain data: some cases, a function that is right, and functions that make
the usual mistakes, each with advice. A learner's answer is run on the same cases; whichever
function it agrees with decides what the learner reads.
"""

import copy
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from dis import get_instructions
from html import escape
from importlib import import_module
from types import CodeType

import numpy as np

from course_utils.checks.comparing import (
    Case,
    Wrong,
    agree,
    describe,
    explain_difference,
    reading,
    same_input,
)

Mistake = tuple[Callable | tuple[Callable, ...], str]
EMPTY_BODY = {"RESUME", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "NOP"}


@dataclass(frozen=True)
class Exercise:
    """One exercise: what is right, what often goes wrong, and on which inputs they differ.

    Args:
        right: a correct answer.
        cases: argument tuples on which every mistake differs from the right answer.
        mistakes: (function, or several, that make the mistake; advice) pairs; the first that
            fits is told.
        praise: one sentence to keep, shown when the answer is right.
        tolerance: largest difference allowed, relative to the larger of 1 and the right value.
        ask: makes of an answer the function that is run on the cases, where many answers are right
            and only what they have in common can be compared.
    """

    right: Callable
    cases: Sequence[Case]
    mistakes: Sequence[Mistake] = ()
    praise: str = ""
    tolerance: float = 1e-6
    ask: Callable[[Callable], Callable] = lambda answer: answer


@dataclass(frozen=True)
class Verdict:
    """What a check found: state is 'right', 'wrong' or 'not tried yet'."""

    exercise: str
    state: str
    message: str = field(default="")

    def __str__(self) -> str:
        sign = {"right": "✓", "wrong": "✗"}.get(self.state, "○")
        return f"{sign} {self.exercise} {self.state}" + (
            f": {self.message}" if self.message else ""
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        colour = {"right": "#0072B2", "wrong": "#D55E00"}.get(self.state, "#777777")
        style = f"border-left:6px solid {colour};padding:.4em .8em;white-space:pre-wrap"
        return f'<div style="{style}">{escape(str(self))}</div>'


def check(exercise: str, answer: object) -> Verdict:
    """Check the answer to an exercise and say what to look at next.

    Args:
        exercise: its number, such as "02.1".
        answer: the learner's function, or their value where the exercise asks for one.

    Returns:
        Verdict: displayed by the notebook; it never raises for a wrong answer.

    Raises:
        KeyError: no such exercise.

    Used in: 00.
    """
    task = find_exercise(exercise)
    if not_tried(answer):
        return Verdict(exercise, "not tried yet")
    try:
        judge(task, answer)
    except Wrong as wrong:
        return Verdict(exercise, "wrong", str(wrong))
    return Verdict(exercise, "right", task.praise)


def lesson_exercises(lesson: str) -> dict[str, Exercise]:
    """All exercises of a lesson; KeyError if the lesson has none. Used in: 00."""
    try:
        return import_module(f"course_utils.checks.lesson_{lesson}").EXERCISES
    except ModuleNotFoundError as error:
        raise KeyError(f"there is no lesson {lesson!r} with exercises") from error


def find_exercise(exercise: str) -> Exercise:
    """Look an exercise up by its number; KeyError names those that exist. Used in: 00."""
    lesson = exercise.split(".")[0]
    known = lesson_exercises(lesson)
    if exercise not in known:
        raise KeyError(f"there is no exercise {exercise!r}; lesson {lesson} has {sorted(known)}")
    return known[exercise]


def not_tried(answer: object) -> bool:
    """True for `...` and for a function whose body is only `...`. Used in: 00."""
    if answer is ...:
        return True
    code = getattr(answer, "__code__", None)
    if not isinstance(code, CodeType):
        return False
    does_nothing = {step.opname for step in get_instructions(code)} <= EMPTY_BODY
    return does_nothing and all(c in (None, answer.__doc__) for c in code.co_consts)


def judge(task: Exercise, answer: object) -> None:
    """Compare an answer with the right one and with the known mistakes.

    Raises:
        Wrong: with the advice for the first mistake that fits, else with what was seen.

    Used in: 00.
    """
    if not callable(answer) and all(task.cases):
        raise Wrong("Hand over the function itself, by its name, without brackets behind it.")
    respond = task.ask(answer if callable(answer) else lambda *case: answer)
    wanted = [task.ask(task.right)(*copy.deepcopy(case)) for case in task.cases]
    seen = [run_case(respond, case) for case in task.cases]
    if all(agree(a, b, task.tolerance) for a, b in zip(seen, wanted, strict=True)):
        return
    for mistakes, advice in task.mistakes:
        for mistake in variants(mistakes):
            pairs = zip(task.cases, seen, strict=True)
            if all(fits(task.ask(mistake), case, got, task.tolerance) for case, got in pairs):
                raise Wrong(advice)
    for case, got, right in zip(task.cases, seen, wanted, strict=True):
        explain_difference(case, got, right, task.tolerance)


def variants(mistakes: Callable | tuple[Callable, ...]) -> tuple[Callable, ...]:
    """The ways in which one mistake is made, as a tuple. Used in: 00."""
    return mistakes if isinstance(mistakes, tuple) else (mistakes,)


def run_case(answer: Callable, case: Case) -> object:
    """Call an answer on copies of a case; Wrong says what it raised or changed. Used in: 00."""
    arguments = copy.deepcopy(case)
    try:
        with np.errstate(all="ignore"):
            got = answer(*arguments)
    except (Exception, SystemExit) as error:
        raise Wrong(
            f"Your function stopped with {type(error).__name__}: {error}\n"
            f"It was called with {describe(case)}.{reading(error)}"
        ) from error
    if got is None:
        raise Wrong("Your function gives nothing back. Does its last line start with `return`?")
    if not all(same_input(a, b) for a, b in zip(arguments, case, strict=True)):
        raise Wrong(
            "Your function changes its input: the caller's values are others afterwards. "
            "Make a new one instead of writing into it: `x = x + 1`, not `x += 1`; of a list "
            "`sorted(x)` and `x[1:]`, not `x.sort()` and `x.pop(0)`."
        )
    return got


def fits(mistake: Callable, case: Case, got: object, tolerance: float) -> bool:
    """True if a known mistake gives on this case what the learner got. Used in: 00."""
    try:
        with np.errstate(all="ignore"):
            return agree(got, mistake(*copy.deepcopy(case)), tolerance)
    except Exception:
        return False


@contextmanager
def must_raise(error: type[Exception]):
    """A block that is meant to fail: shows the message, and fails itself if nothing is raised.

    Args:
        error: the class of error that the block must end in.

    Raises:
        AssertionError: the block ended without that error.

    Used in: 02.
    """
    try:
        yield
    except error as expected:
        print(f"{type(expected).__name__}: {expected}")
    else:
        raise AssertionError(f"this cell should have ended in {error.__name__}, and did not")
