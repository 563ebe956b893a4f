"""Every printed solution, put into its stub, turns its check green."""

import re

import pytest

from course_utils.lessons import notebook_paths, read_notebook, source, tags

FENCE = re.compile(r"```python\n(.*?)```", re.S)


def exercises():
    for path in notebook_paths():
        notebook = read_notebook(path)
        numbers = [
            cell["metadata"]["course"]["exercise"]
            for cell in notebook["cells"]
            if "exercise" in tags(cell)
        ]
        for number in numbers:
            yield pytest.param(notebook, number, id=number)


def parts(notebook, number):
    """Source of the stub, check and solution cells of one exercise."""
    found = {}
    for cell in notebook["cells"]:
        if cell["metadata"].get("course", {}).get("exercise") == number:
            found[tags(cell)[0]] = source(cell)
    return found


def run(notebook, number, code):
    """State of the check after the setup cell, the given code and the check cell."""
    setup = next(source(cell) for cell in notebook["cells"] if "setup" in tags(cell))
    names = {}
    exec(setup, names)
    exec(code, names)
    return eval(parts(notebook, number)["check"], names)


@pytest.mark.parametrize("notebook,number", list(exercises()))
def test_the_solution_passes_its_check(notebook, number):
    solution = "\n".join(FENCE.findall(parts(notebook, number)["solution"]))
    assert run(notebook, number, solution).state == "right"


@pytest.mark.parametrize("notebook,number", list(exercises()))
def test_the_untouched_stub_is_not_tried_yet(notebook, number):
    stub = parts(notebook, number)["exercise"]
    assert run(notebook, number, stub).state == "not tried yet"


@pytest.mark.parametrize("notebook,number", list(exercises()))
def test_solution_and_stub_have_the_same_signature_and_docstring(notebook, number):
    cells = parts(notebook, number)
    stub = cells["exercise"].split("    ...")[0].strip()
    assert stub in "\n".join(FENCE.findall(cells["solution"]))
