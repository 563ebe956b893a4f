"""The sweeps of lesson 05 run what the lesson shows."""

import ast

import numpy as np
import pytest

from course_utils.files import repository_root
from course_utils.lessons import read_notebook, source

ROOT = repository_root()


def defined(text: str) -> dict[str, str]:
    """Functions and assigned constants of a text, by name, without comments and layout."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ast.dump(node)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.dump(node.value)
    return found


@pytest.mark.parametrize("name", ["svm", "fit_cnn", "BOXES"])
def test_the_notebook_shows_what_the_sweeps_run(name):
    path = next((ROOT / "notebooks").glob("05_*.ipynb"))
    cells = [c for c in read_notebook(path)["cells"] if c["cell_type"] == "code"]
    shown = defined("\n\n".join(source(c) for c in cells if "exercise" not in str(c["metadata"])))
    run = defined((ROOT / "tools" / "sweeps" / "lesson_05.py").read_text(encoding="utf-8"))
    assert shown[name] == run[name]


@pytest.fixture(scope="module")
def sweeps():
    from sweeps import lesson_05

    return lesson_05


@pytest.mark.slow
def test_the_sweeps_never_see_the_test_part(sweeps):
    nuclei = sweeps.open_nuclei()
    assert set(nuclei.part) == {"fit", "choose"}
    assert len(nuclei.y) == len(nuclei.pictures) == 1315


@pytest.mark.slow
def test_grid_and_random_search_cost_the_same_and_differ_in_kind(sweeps):
    grid, random = (sweeps.settings_of(method, 3) for method in ("grid", "random"))
    assert len(grid) == len(random) == 27
    gammas = [{setting["svc__gamma"] for setting in settings} for settings in (grid, random)]
    assert [len(values) for values in gammas] == [3, 27]
    assert all(1e-6 <= value <= 0.1 for value in gammas[0] | gammas[1])


@pytest.mark.slow
def test_grids_of_different_seeds_lie_in_different_places(sweeps):
    first, second = ({s["svc__C"] for s in sweeps.settings_of("grid", seed)} for seed in (0, 1))
    assert not first & second


@pytest.mark.slow
def test_every_job_says_its_own_name(sweeps):
    jobs = sweeps.jobs()
    rows = jobs["folds", "divides later, by cell", 1]()
    assert [(r["task"], r["method"], r["seed"]) for r in rows] == [
        ("folds", "divides later, by cell", 1)
    ]
    assert np.isfinite(rows[0]["value"])
