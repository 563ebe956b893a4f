"""Measure the lessons: seconds, memory, spread over seeds, and what only long runs show.

    make measure [NB=02] [PART=lessons | seeds | sweeps]

Results go to `data/results/NN.csv`, the first run's seconds and memory into the lesson's card.
What is already stored for the present code is not repeated, so an interrupted measurement goes on.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from pathlib import Path
from types import ModuleType

from sweeps import Key, module_hash, row_key, sweeps

from course_utils.lessons import (
    card,
    code_hash,
    read_notebook,
    write_lesson_table,
    write_notebook,
)
from course_utils.machine import THREADS, available_cores, quiet_import
from course_utils.results import stored_rows, write_rows
from course_utils.run import execute, find_notebooks

SEEDS = range(5)
PARTS = ("lessons", "seeds", "sweeps")


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


def still_true(lesson: str, fingerprint: str) -> list[dict]:
    """The stored rows of a lesson that its present code and its present sweeps have made."""
    present = {fingerprint, *map(module_hash, sweeps(lesson))}
    return [row for row in stored_rows(lesson) if row["code_hash"] in present]


def measure_lesson(path: Path, seeds: range) -> None:
    """Run a lesson with each seed that is not stored yet, storing after every run."""
    lesson, fingerprint = path.name[:2], code_hash(read_notebook(path))
    for seed in seeds:
        done = {row["seed"] for row in stored_rows(lesson) if row["code_hash"] == fingerprint}
        if str(seed) in done:
            continue
        new = measure_run(path, seed, fingerprint)
        write_rows(lesson, still_true(lesson, fingerprint) + new)
        write_card(path, new)
        print(f"{lesson} seed {seed}: {new[-1]['seconds']} s, {new[-1]['peak_mb']} MB", flush=True)


def measure_sweeps(path: Path) -> None:
    """Run the jobs of a lesson's sweeps that are not stored yet, storing after every job."""
    lesson, fingerprint = path.name[:2], code_hash(read_notebook(path))
    for module in sweeps(lesson):
        rows, mark = still_true(lesson, fingerprint), module_hash(module)
        done = {row_key(row) for row in rows if row["code_hash"] == mark}
        waiting = [key for key in module.jobs() if key not in done]
        for key, new in finished_jobs(module, waiting):
            rows += [{**row, "code_hash": mark} for row in new]
            write_rows(lesson, rows)
            print(lesson, *key, *(f"{row['metric']} {row['value']:.3f}" for row in new), flush=True)


def finished_jobs(module: ModuleType, keys: list[Key]) -> Iterator[tuple[Key, list[dict]]]:
    """Jobs as they end, with their rows: one a core with one thread each, or one by one."""
    workers = 1 if getattr(module, "ALONE", False) else available_cores()
    os.environ.update(dict.fromkeys(THREADS, str(available_cores() // workers)))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        jobs = {pool.submit(run_job, module.__name__, key): key for key in keys}
        for job in as_completed(jobs):
            yield jobs[job], job.result()


def run_job(module: str, key: Key) -> list[dict]:
    """Rows of one job, in a process of its own, with its seconds."""
    start = time.perf_counter()
    with quiet_import():
        rows = import_module(module).jobs()[key]()
    seconds = f"{time.perf_counter() - start:.1f}"
    assert all(row_key(row) == key for row in rows), f"{key} gave rows of another job"
    return [{"seconds": seconds, **row, "value": round(float(row["value"]), 6)} for row in rows]


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nb", nargs="*", default=[], help="lessons, such as 02; default all")
    parser.add_argument("--part", choices=PARTS, help="lessons: one run each; default everything")
    arguments = parser.parse_args()
    for path in find_notebooks(arguments.nb):
        if arguments.part in (None, "sweeps"):
            measure_sweeps(path)
        if arguments.part != "sweeps":
            once = arguments.part == "lessons" or not has_scores(path)
            measure_lesson(path, SEEDS[:1] if once else SEEDS)


def has_scores(path: Path) -> bool:
    """True if the lesson reports scores, so that several seeds have something to say."""
    return any("scoreboard(" in "".join(cell["source"]) for cell in read_notebook(path)["cells"])


if __name__ == "__main__":
    main()
