"""Every room of the museum broken and repaired, learning rates, remedies for overfitting."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from course_utils.machine import quiet_import

with quiet_import():
    from course_utils.models.museum import GALLERY, HEALTHY, MUSEUM, Exhibit, Recipe, Run, train
    from course_utils.models.museum.judging_rooms import HEART
    from course_utils.models.museum.steps import cnn, half_of_each

SOURCES = (
    "course_utils/models/cnn.py",
    "course_utils/models/phases.py",
    *(
        f"course_utils/models/museum/{name}.py"
        for name in ("exhibit", "judging_rooms", "masks", "recipe", "steps", "training_rooms")
    ),
)
SEEDS = range(3)
RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
REMEDIES = {
    "eight nuclei": HEART,
    "the same, one epoch": replace(HEART, epochs=1),
    "the same, smaller network": replace(HEART, network=cnn),
    "all 39 and as many others": replace(HEART, draw=half_of_each),
}


def room(exhibit: Exhibit, state: str, seed: int) -> list[dict]:
    """The sign of one exhibit, broken or repaired."""
    run = getattr(exhibit, state)(seed)
    row = dict(task="museum", method=f"{exhibit.name}, {state}", metric=exhibit.sign.name)
    return [{**row, **common(seed), "value": min(exhibit.sign.value(run), 1e9)}]


def common(seed: int) -> dict:
    """What all rows share."""
    return dict(data="hela_movie", split="choose columns 400-549", role="stored", seed=seed)


def score(recipe: Recipe, number: Callable[[Run], float], seed: int, **row: str) -> list[dict]:
    """One number of one training."""
    return [{**row, **common(seed), "value": number(train(recipe, seed))}]


def recall(run: Run) -> float:
    """Mean recall on the nuclei of the `choose` columns."""
    return run.numbers["mean recall in use"]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One training a job: (task, method, seed) -> function that gives its rows."""
    found = {
        ("museum", f"{one.name}, {state}", seed): partial(room, one, state, seed)
        for one in (*MUSEUM.values(), *GALLERY.values())
        for state in ("broken", "repaired")
        for seed in SEEDS
    }
    sets = {"learning rate": {f"{r:g}": replace(HEALTHY, rate=r) for r in RATES}}
    sets["remedies"] = REMEDIES
    for task, recipes in sets.items():
        for method, recipe in recipes.items():
            row = dict(task=task, method=method, metric="mean recall in use")
            for seed in SEEDS:
                found[task, method, seed] = partial(score, recipe, recall, seed, **row)
    return found
