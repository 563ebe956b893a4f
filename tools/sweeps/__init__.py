"""Stored long runs that no lesson repeats: ablations, learning curves, searches, speeds.

One module a lesson, `lesson_NN.py`, holds

- `SOURCES`: files, from the root, whose change makes its stored rows stale (its own is one more);
- `jobs()`: (task, method, seed) -> function that runs and returns rows for `data/results/NN.csv`;
- `ALONE = True`, if it measures time and may not share the machine with a second job.
"""

import ast
import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from course_utils.files import repository_root

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
Key = tuple[str, str, int]
Jobs = dict[Key, Callable[[], list[dict]]]


def sweep(lesson: str) -> ModuleType | None:
    """The module with the sweeps of a lesson, None if it has none."""
    path = Path(__file__).parent / f"lesson_{lesson}.py"
    return import_module(f"sweeps.lesson_{lesson}") if path.exists() else None


def sweep_hash(lesson: str) -> str:
    """Fingerprint of what a lesson's sweeps run: 12 hexadecimal digits, "" without sweeps."""
    module = sweep(lesson)
    if module is None:
        return ""
    files = [Path(module.__file__), *(repository_root() / name for name in module.SOURCES)]
    code = "\n\n".join(without_words(path.read_text(encoding="utf-8")) for path in files)
    return hashlib.sha256(code.encode()).hexdigest()[:12]


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
