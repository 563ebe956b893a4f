"""Stored long runs that no lesson repeats: ablations, learning curves, searches, speeds.

A lesson has up to one module of trainings, `lesson_NN.py`, one of stored weights on what they have
never seen, `unseen_NN.py`, and one of costs, `speeds_NN.py`; what has tasks of its own has a module
of its own (`trackers`, `bacteria`, `restoring`, `trust`, `volumes`, `budget`, `loop`, `backends`).
Each is there with

- `SOURCES`: files, from the root, whose change makes its stored rows stale (its own is one more);
- `jobs()`: (task, method, seed) -> function that runs and returns rows for `data/results/NN.csv`;
- `ALONE = True`, if it measures time and may not share the machine with a second job.
"""

import ast
import hashlib
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from course_utils.files import repository_root

KINDS = tuple(
    "lesson unseen speeds trackers bacteria restoring trust volumes budget loop backends".split()
)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
Key = tuple[str, str, int]
Jobs = dict[Key, Callable[[], list[dict]]]


def sweeps(lesson: str) -> list[ModuleType]:
    """The modules with the sweeps of a lesson, none if it has none."""
    folder = Path(__file__).parent
    names = [f"{kind}_{lesson}" for kind in KINDS if (folder / f"{kind}_{lesson}.py").exists()]
    return [import_module(f"sweeps.{name}") for name in names]


def module_hash(module: ModuleType) -> str:
    """Fingerprint of what a module of sweeps runs: 12 hexadecimal digits."""
    files = [Path(module.__file__), *(repository_root() / name for name in module.SOURCES)]
    code = "\n\n".join(without_words(path.read_text(encoding="utf-8")) for path in files)
    return hashlib.sha256(code.encode()).hexdigest()[:12]


def public_samples() -> Path:
    """Folder of public samples, which are no part of the course; COURSE_DEVDATA names it.

    Raises:
        FileNotFoundError: it names none, so that what is stored cannot be measured again here.
    """
    folder = os.environ.get("COURSE_DEVDATA")
    if not folder:
        raise FileNotFoundError("COURSE_DEVDATA names no public samples: set it to their folder")
    return Path(folder)


def without_words(text: str) -> str:
    """Python code without docstrings, comment lines and empty lines, which change no result."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            words = node.body[0]
            lines[words.lineno - 1 : words.end_lineno] = [""] * (
                words.end_lineno - words.lineno + 1
            )
    return "\n".join(line for line in lines if line.strip() and line.lstrip()[0] != "#")


def row_key(row: dict) -> Key:
    """The job that a row comes from."""
    return row["task"], row["method"], int(row["seed"])
