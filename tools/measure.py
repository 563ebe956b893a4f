"""Measure the lessons: seconds, memory, spread over seeds. `make measure [NB=02] [PART=seeds]`.

Results go to `data/results/NN.csv`, the first run's seconds and memory into the lesson's card.
A run that is already stored for the lesson's present code is not repeated.
"""

import argparse
import json
import tempfile
from pathlib import Path

from course_utils.lessons import (
    card,
    code_hash,
    read_notebook,
    write_lesson_table,
    write_notebook,
)
from course_utils.results import stored_rows, write_rows
from course_utils.run import execute, find_notebooks

SEEDS = range(5)
PARTS = ("lessons", "seeds")


def measure_run(path: Path, seed: int, fingerprint: str) -> list[dict]:
    """Run a lesson once and return its rows: the scores it reported, seconds and memory.

    Raises:
        SystemExit: the lesson stopped with an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.jsonl"
        run = execute(path, seed=seed, env={"COURSE_RECORD": str(record)})
        if run.error:
            raise SystemExit(f"{path.name}, seed {seed}: {run.error}")
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    common = {
        "seed": seed,
        "seconds": f"{run.seconds:.1f}",
        "peak_mb": f"{run.peak_mb:.0f}",
        "code_hash": fingerprint,
    }
    whole = {"task": "whole lesson", "method": "run all", "role": "stored"}
    costs = [{**whole, "metric": "seconds", "value": round(run.seconds, 1)}]
    costs += [{**whole, "metric": "peak_mb", "value": round(run.peak_mb)}]
    scores = [{**row, "value": round(row["value"], 6)} for row in map(json.loads, lines)]
    return [{**row, **common} for row in scores + (costs if seed == 0 else [])]


def write_card(path: Path, rows: list[dict]) -> None:
    """Put the measured seconds and memory into a lesson's card and the README's table."""
    notebook = read_notebook(path)
    course = notebook["metadata"]["course"]
    for row in rows:
        if row["task"] == "whole lesson":
            course[row["metric"]] = round(row["value"])
    notebook["cells"][0]["source"] = card(path.name[:2], course).splitlines(keepends=True)
    write_notebook(path, notebook)
    write_lesson_table()


def measure_lesson(path: Path, seeds: range) -> None:
    """Run a lesson with each seed that is not stored yet, storing after every run."""
    lesson, fingerprint = path.name[:2], code_hash(read_notebook(path))
    for seed in seeds:
        rows = [row for row in stored_rows(lesson) if row["code_hash"] == fingerprint]
        if any(row["seed"] == str(seed) for row in rows):
            continue
        new = measure_run(path, seed, fingerprint)
        write_rows(lesson, rows + new)
        write_card(path, new)
        print(f"{lesson} seed {seed}: {new[-1]['seconds']} s, {new[-1]['peak_mb']} MB", flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nb", nargs="*", default=[], help="lessons, such as 02; default all")
    parser.add_argument("--part", choices=PARTS, help="lessons: one run each; default everything")
    arguments = parser.parse_args()
    for path in find_notebooks(arguments.nb):
        once = arguments.part == "lessons" or not has_scores(path)
        measure_lesson(path, SEEDS[:1] if once else SEEDS)


def has_scores(path: Path) -> bool:
    """True if the lesson reports scores, so that several seeds have something to say."""
    return any("scoreboard(" in "".join(cell["source"]) for cell in read_notebook(path)["cells"])


if __name__ == "__main__":
    main()
