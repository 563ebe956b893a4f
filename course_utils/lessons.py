"""The notebooks as text: their order, cards, cells and fingerprints."""

import hashlib
import json
from pathlib import Path

from course_utils.files import repository_root

CARD_KEYS = (
    "title", "minutes", "seconds", "peak_mb", "before", "objectives", "data", "concepts",
)  # fmt: skip
MARKS = ("<!-- lessons -->", "<!-- /lessons -->")


def notebook_paths() -> list[Path]:
    """All lessons in their order. Used in: 00."""
    return sorted((repository_root() / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def read_notebook(path: Path) -> dict:
    """A notebook as the dictionary that its file holds. Used in: 00."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_notebook(path: Path, notebook: dict) -> None:
    """Write a notebook as Jupyter does: one space of indent, a line end at the end."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def source(cell: dict) -> str:
    """Text of a cell, which may be stored as a string or as a list of lines. Used in: 00."""
    return "".join(cell["source"])


def tags(cell: dict) -> list[str]:
    """Tags of a cell. Used in: 00."""
    return cell["metadata"].get("tags", [])


def code_hash(notebook: dict) -> str:
    """Fingerprint of a lesson's code cells: 12 hexadecimal digits.

    Stored results carry it, so that a test sees when the code has changed since they were measured.

    Args:
        notebook: as `read_notebook` gives it.

    Used in: 11.
    """
    code = [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return hashlib.sha256("\n\n".join(code).encode()).hexdigest()[:12]


def card(lesson: str, course: dict) -> str:
    """The header card of a lesson, in Markdown.

    Args:
        lesson: its two digits.
        course: the notebook's metadata `course`, with all of CARD_KEYS.

    Raises:
        KeyError: a key is missing.

    Used in: 00.
    """
    before = ", ".join(course["before"]) or "nothing"
    goals = "\n".join(f"- {goal}" for goal in course["objectives"])
    return (
        f"# {lesson} {course['title']}\n\n"
        f"| study | runs in | memory | before | data |\n"
        f"| --- | --- | --- | --- | --- |\n"
        f"| {course['minutes']} min | {course['seconds']} s on two cores "
        f"| {course['peak_mb']:,} MB | {before} | {', '.join(course['data'])} |\n\n"
        f"Afterwards you can:\n\n{goals}"
    )


def lesson_table() -> str:
    """The README's table of lessons, made from their cards, in Markdown. Used in: 00."""
    lines = ["| lesson | study | runs in | memory |", "| --- | --- | --- | --- |"]
    for path in notebook_paths():
        course = read_notebook(path)["metadata"]["course"]
        name = f"[{path.name[:2]} {course['title']}](notebooks/{path.name})"
        costs = f"{course['minutes']} min | {course['seconds']} s | {course['peak_mb']:,} MB"
        lines.append(f"| {name} | {costs} |")
    return "\n".join(lines)


def write_lesson_table() -> None:
    """Put the table of lessons between the two marks in the README. Used in: 00."""
    readme = repository_root() / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    text = f"{before}{MARKS[0]}\n{lesson_table()}\n{MARKS[1]}{after}"
    readme.write_text(text, encoding="utf-8")
