"""Stored results of long runs, and the table that puts a learner's number beside them."""

import csv
import json
import os
from dataclasses import dataclass
from html import escape
from pathlib import Path

from course_utils.files import read_toml, repository_root, written_whole

COLUMNS = tuple(
    "lesson task data split method role seed metric value seconds peak_mb code_hash".split()
)
KEYS = ("lesson", "task", "metric", "data", "split")
ROLES = ("floor", "baseline", "ours", "stored", "reference")


def results_file(lesson: str) -> Path:
    """Where the stored runs of a lesson stand. Used in: 02."""
    return repository_root() / "data" / "results" / f"{lesson}.csv"


def stored_rows(lesson: str, **where: str) -> list[dict]:
    """Rows of `data/results/NN.csv` whose columns equal the given values.

    Args:
        lesson: its two digits.
        **where: column = value, as text.

    Returns:
        One dict a row, `value` as float; empty if nothing was stored yet.

    Raises:
        ValueError: a column that does not exist.

    Used in: 02.
    """
    unknown = set(where) - set(COLUMNS)
    if unknown:
        raise ValueError(f"results have no column {sorted(unknown)}; they have {COLUMNS}")
    path = results_file(lesson)
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows = [row for row in rows if all(row[key] == value for key, value in where.items())]
    return [{**row, "value": float(row["value"])} for row in rows]


def write_rows(lesson: str, rows: list[dict]) -> None:
    """Write the stored runs of a lesson, the whole file at once.

    Args:
        lesson: its two digits.
        rows: one dict a row; columns not given stay empty.

    Used in: 02.
    """
    with (
        written_whole(results_file(lesson)) as part,
        part.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "lesson": lesson} for row in rows)


def published(lesson: str) -> list[dict]:
    """Published results beside which a lesson's numbers stand. Used in: 02."""
    rows = read_toml(repository_root() / "data" / "published.toml").get("result", [])
    return [row for row in rows if row["lesson"] == lesson]


@dataclass(frozen=True)
class Line:
    """One method on the board: the learner's value and the stored ones."""

    method: str
    role: str
    value: float
    stored: tuple[float, ...]

    def spread(self) -> str:
        """Mean and range of the stored runs in words."""
        if not self.stored:
            return "not stored yet"
        low, high = min(self.stored), max(self.stored)
        mean = sum(self.stored) / len(self.stored)
        return f"{mean:.3f} ({low:.3f}-{high:.3f}, {len(self.stored)} seeds)"


@dataclass(frozen=True)
class Board:
    """Scores of all methods of a task; displayed as a table."""

    lesson: str
    task: str
    metric: str
    lines: tuple[Line, ...]

    def __getitem__(self, method: str) -> Line:
        return next(line for line in self.lines if line.method == method)

    def __str__(self) -> str:
        rows = [f"{line.method:<34}{line.value:>8.3f}   {line.spread()}" for line in self.lines]
        return "\n".join([f"{self.metric}, {self.task}", *rows])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{escape(line.method)}</td><td>{line.role}</td>"
            f"<td>{line.value:.3f}</td><td>{line.spread()}</td></tr>"
            for line in self.lines
        )
        head = "<tr><th>method</th><th>role</th><th>your run</th><th>stored runs</th></tr>"
        hint = f"stored runs are made by <code>make measure PART=seeds NB={self.lesson}</code>"
        title = f"{escape(self.metric)}, {escape(self.task)}"
        elsewhere = "".join(
            f"<li>{row['metric']} {row['value']:g}: {escape(row['source'])}. "
            f"<i>{escape(row['why_different'])}</i></li>"
            for row in published(self.lesson)
        )
        table = f"<table><caption>{title}</caption>{head}{cells}</table><small>{hint}</small>"
        folded = f"<details><summary>Published elsewhere</summary><ul>{elsewhere}</ul></details>"
        return table + (folded if elsewhere else "")


def scoreboard(
    task: tuple[str, str, str],
    score: dict[str, float],
    *,
    on: tuple[str, str],
    floor: list[str],
    baseline: list[str],
    ours: list[str],
    at_least: float,
) -> Board:
    """Put this run's scores beside the stored runs, and refuse a broken one.

    Args:
        task: lesson, task and metric under which the runs are stored.
        score: method -> value, higher is better.
        on: name of the data and of the part that was scored.
        floor, baseline, ours: the methods in the order of the table.
        at_least: every value of `ours` must reach this.

    Returns:
        Board: a table for the notebook; `board["method"].value` is a number.

    Raises:
        AssertionError: a value of `ours` is below `at_least`, or not a number.
        KeyError: a method has no score.

    Used in: 02.
    """
    lines = [
        Line(method, role, float(score[method]), stored_values(*task, method))
        for role, methods in (("floor", floor), ("baseline", baseline), ("ours", ours))
        for method in methods
    ]
    hand_to_measure(dict(zip(KEYS, (*task, *on), strict=True)), lines)
    for line in lines:
        assert line.role != "ours" or line.value >= at_least, (
            f"{line.method}: {task[2]} {line.value:.3f} is below {at_least}, where only a broken "
            "model lies. Restart the kernel and run all cells; if it stays, look at the data."
        )
    return Board(*task, tuple(lines))


def stored_values(lesson: str, task: str, metric: str, method: str) -> tuple[float, ...]:
    """Values of the stored runs of one method. Used in: 02."""
    rows = stored_rows(lesson, task=task, metric=metric, method=method)
    return tuple(row["value"] for row in rows)


def hand_to_measure(common: dict[str, str], lines: list[Line]) -> None:
    """Append the scores to the file that `tools/measure.py` named, if it named one."""
    if path := os.environ.get("COURSE_RECORD"):
        with open(path, "a", encoding="utf-8") as file:
            for line in lines:
                row = {**common, "method": line.method, "role": line.role, "value": line.value}
                file.write(json.dumps(row) + "\n")
