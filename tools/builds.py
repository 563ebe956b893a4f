"""Two builds of the course: for learners without answers, for teachers with all of them.

    make student     build/student: solutions and the teacher's notes are out, hints stay
    make teacher     build/teacher: solutions stand in their stubs, the notes are in

Both are copies without outputs; the notebooks of the checkout stay as they are.
"""

import argparse
import copy
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from course_utils.files import repository_root
from course_utils.lessons import read_notebook, source, tags, write_notebook

COURSE = tuple(
    "binder course_utils data docs notebooks CITATION.cff LICENSE Makefile README.md "
    "environment.yml pyproject.toml requirements.lock".split()
)
# The banks of answers and the solutions' own test stand in tests/.
FOR_MAINTAINERS = (".ci", ".gitignore", "tests", "tools")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", ".ipynb_checkpoints", ".hypothesis")
# In README.md: what needs tests/, tools/ or the guide for teachers.
CHECKOUT = re.compile(r"<!-- checkout -->\n.*?<!-- /checkout -->\n*", re.DOTALL)
NEED_CHECKOUT = ("| `make test`", "tests/ ", "tools/ ")
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
ANSWERS = {"solution", "teacher"}


def student_notebook(notebook: dict) -> dict:
    """A lesson without solutions, notes for the teacher and outputs."""
    kept = [cell for cell in notebook["cells"] if not ANSWERS & set(tags(cell))]
    return without_outputs({**notebook, "cells": kept})


def teacher_notebook(notebook: dict) -> dict:
    """A lesson whose stubs hold the solutions, without outputs.

    Raises:
        ValueError: an exercise has no solution with a Python block.
    """
    found = solutions(notebook)
    filled = without_outputs(notebook)
    for cell in filled["cells"]:
        if "exercise" in tags(cell):
            number = cell["metadata"]["course"]["exercise"]
            if not found.get(number):
                raise ValueError(f"exercise {number} has no solution to put into its stub")
            cell["source"] = found[number].splitlines(keepends=True)
    return filled


def solutions(notebook: dict) -> dict[str, str]:
    """Number of each exercise -> the code of its solution."""
    return {
        cell["metadata"]["course"]["exercise"]: "\n".join(FENCE.findall(source(cell))).rstrip()
        for cell in notebook["cells"]
        if "solution" in tags(cell)
    }


def without_outputs(notebook: dict) -> dict:
    """A copy whose code cells were never run: pictures of some films may not be passed on."""
    fresh = copy.deepcopy(notebook)
    for cell in fresh["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return fresh


def copy_course(target: Path, names: Collection[str], change: Callable[[dict], dict]) -> None:
    """Copy parts of the checkout to a folder, and change its lessons on the way.

    Args:
        target: replaced if it is there.
        names: files and folders at the top of the checkout.
        change: notebook -> notebook.
    """
    root = repository_root()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in names:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name, ignore=LEFT_OUT)
        else:
            shutil.copy2(root / name, target / name)
    for path in sorted((target / "notebooks").glob("*.ipynb")):
        write_notebook(path, change(read_notebook(path)))


def build_student(target: Path) -> None:
    """Write the build for learners, without the guide for teachers and without tests."""
    copy_course(target, COURSE, student_notebook)
    (target / "docs" / "teaching.md").unlink()
    for_torch = Path("tools") / "compare_backends.py"
    (target / "tools").mkdir()
    shutil.copy2(repository_root() / for_torch, target / for_torch)
    readme = target / "README.md"
    readme.write_text(student_readme(readme.read_text(encoding="utf-8")), encoding="utf-8")


def student_readme(text: str) -> str:
    """The README without what a build for learners cannot do."""
    lines = CHECKOUT.sub("", text).splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(NEED_CHECKOUT))


def build_teacher(target: Path) -> None:
    """Write the build for teachers."""
    copy_course(target, COURSE, teacher_notebook)


BUILDS = {"student": build_student, "teacher": build_teacher}


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=BUILDS)
    kind = parser.parse_args().kind
    target = repository_root() / "build" / kind
    BUILDS[kind](target)
    print(f"{len(list((target / 'notebooks').glob('*.ipynb')))} lessons in {target}")


if __name__ == "__main__":
    main()
