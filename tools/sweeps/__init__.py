"""Stored long runs that no lesson repeats: ablations, learning curves, searches, speeds.

One module a lesson, `lesson_NN.py`, holds

- `SOURCES`: files, from the root, whose change makes its stored rows stale (its own is one more);
- `jobs()`: (task, method, seed) -> function that runs and returns rows for `data/results/NN.csv`;
- `ALONE = True`, if it measures time and may not share the machine with a second job.
"""

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from course_utils.files import repository_root

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
    code = b"\n\n".join(path.read_bytes().replace(b"\r\n", b"\n") for path in files)
    return hashlib.sha256(code).hexdigest()[:12]


def row_key(row: dict) -> Key:
    """The job that a row comes from."""
    return row["task"], row["method"], int(row["seed"])
