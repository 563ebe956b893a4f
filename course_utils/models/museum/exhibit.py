"""What stands in a room of the museum: a fault, its mend, and the sign that tells them apart."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from course_utils.models.museum.recipe import Recipe, Run, change, train

Seeded = Callable[[int], Run]
CLINICS = (
    "training performance",
    "overfitting",
    "class imbalance",
    "assessing performance",
    "hyper-parameter optimisation",
    "dimension mismatch",
    "software engineering",
)


@dataclass(frozen=True)
class Sign:
    """One number that is inside `ill` for the broken run and inside `well` for the repaired one."""

    name: str
    value: Callable[[Run], float]
    ill: tuple[float, float]
    well: tuple[float, float]


@dataclass(frozen=True)
class Exhibit:
    """One broken training, as plain data.

    `broken` and `repaired` train with a seed; `change` is the line in which they differ. `story` is
    what the visitor is told, `seen` the numbers shown. `choices` holds an answer to each diagnosis;
    the right one is `name`. `shows` is the finding that `diagnose` has to name here, empty if it
    cannot, `also` are others that are true of this run. `classes` names the labels. `partly`
    repairs one of two faults.
    """

    name: str
    clinic: str
    story: str
    broken: Seeded
    repaired: Seeded
    change: str
    sign: Sign
    choices: dict[str, str]
    shows: str = ""
    also: tuple[str, ...] = ()
    seen: tuple[str, ...] = ("training accuracy", "validation accuracy", "mean recall in use")
    partly: dict[str, Seeded] = field(default_factory=dict)
    classes: tuple[str, ...] = ("rests", "divides")

    def answer(self, diagnosis: str) -> str:
        """What the museum replies to a diagnosis.

        Raises:
            KeyError: it is none of the choices; the message lists them.
        """
        if diagnosis not in self.choices:
            raise KeyError(f"{diagnosis!r} is none of {sorted(self.choices)}")
        verdict = "Yes." if diagnosis == self.name else "No."
        return f"{verdict} {self.choices[diagnosis]}"


def from_recipes(broken: Recipe, repaired: Recipe, **rest: object) -> Exhibit:
    """An exhibit of two recipes that differ in the line that is the fault. Used in: 06."""
    runs = partial(train, broken), partial(train, repaired)
    return Exhibit(broken=runs[0], repaired=runs[1], change=change(broken, repaired), **rest)


def number(name: str) -> Callable[[Run], float]:
    """A function that reads one of the numbers of a run. Used in: 06."""
    return lambda run: run.numbers[name]


def too_good(run: Run) -> float:
    """How far the validation promises more than use keeps. Used in: 06."""
    return run.numbers["validation accuracy"] - run.numbers["mean recall in use"]


def last_loss(run: Run) -> float:
    """Training loss of the last epoch; not a number counts as infinite. Used in: 06."""
    return float(np.nan_to_num(run.history["loss"][-1], nan=np.inf))


def loss_fall(run: Run) -> float:
    """How far the training loss fell below that before the first step. Used in: 06."""
    return run.history["start_loss"][0] - run.history["loss"][-1]


def largest_probability(run: Run) -> float:
    """The most certain answer about the new pictures. Used in: 06."""
    return float(np.max(run.model(run.new[0], training=False)))


def refused(run: Run) -> float:
    """1 if the training stopped with an error, else 0. Used in: 06."""
    return float(bool(run.error))
