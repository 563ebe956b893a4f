"""A class at once: learners log in to a JupyterHub and run the same lessons at the same moment.

    python tools/classroom.py 07 08 --learners 8 --hub http://127.0.0.1:8000

As root on the hub's machine, which is Linux. The learners are the accounts learner1, learner2 ...,
all with the password of COURSE_CLASS_PASSWORD; the hub copies the lessons into their homes.
"""

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier

import psutil
from served import Server, lesson_cells, run_cells

from course_utils.machine import MEGABYTE, high_water_mb, watching
from course_utils.run import find_notebooks

PATIENCE = 600
KINDS = {
    "kernel": "ipykernel",
    "server": "jupyterhub-singleuser",
    "proxy": "configurable-http-proxy",
    "hub": "jupyterhub ",
}


@dataclass(frozen=True)
class Turn:
    """One learner's run of one lesson: how it ended, and after how many seconds."""

    learner: str
    lesson: str
    end: str
    seconds: float


@dataclass
class Cost:
    """What a class needs: peaks in MB of 2**20 bytes, of each process by kind and of all at once.

    `together` counts a page that several share once (the sum of the proportional set sizes).
    `processor` has the processor seconds of each kernel.
    """

    each: dict[str, dict[int, float]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    together: float = 0.0
    processor: dict[int, float] = field(default_factory=dict)


def kind_of(command: str, account: str) -> str | None:
    """What part of a class a process is, by its command line; others' kernels are no part."""
    kind = next((kind for kind, word in KINDS.items() if word in command), None)
    return None if kind in ("kernel", "server") and not account.startswith("learner") else kind


def spread(values: list[float]) -> str:
    """Least, middle and largest of some values, in words for a table."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{low:,.0f} / {middle:,.0f} / {high:,.0f}"


def log_in(hub: str, name: str, password: str) -> Server:
    """Log in as a browser does, start the learner's server and come back when it answers.

    Raises:
        RuntimeError: the hub refuses the learner, or the server is not there after ten minutes.
    """
    server = Server(f"{hub}/user/{name}")
    session = server.session
    session.get(f"{hub}/hub/login")
    form = {"username": name, "password": password, "_xsrf": token(server)}
    answer = session.post(f"{hub}/hub/login", data=form, allow_redirects=False)
    if answer.status_code != 302:
        raise RuntimeError(f"the hub refuses {name}: status {answer.status_code}")
    session.get(f"{hub}/hub/spawn")
    for _ in range(PATIENCE):
        page = session.get(f"{server.address}/lab")
        if page.ok and page.url.startswith(server.address):
            session.headers["X-XSRFToken"] = token(server)
            return server
        time.sleep(1)
    raise RuntimeError(f"no server for {name} in {PATIENCE} s")


def token(server: Server) -> str:
    """The `_xsrf` cookie that fits best: the learner's server's own, else the hub's."""
    found = [cookie for cookie in server.session.cookies if cookie.name == "_xsrf"]
    return max(found, key=lambda cookie: len(cookie.path)).value or ""


def study(server: Server, name: str, lesson: Path, start: Barrier) -> Turn:
    """Wait for the class, then run a lesson from its first cell to its last."""
    start.wait()
    begin = time.perf_counter()
    end = run_cells(server, f"notebooks/{lesson.name}", lesson_cells(lesson))
    return Turn(name, lesson.stem, end, time.perf_counter() - begin)


def look(cost: Cost) -> None:
    """Note what each process of the class has needed so far, and what all need now."""
    now = 0.0
    for process in psutil.process_iter():
        try:
            kind = kind_of(" ".join(process.cmdline()) + " ", process.username())
            if kind:
                now += process.memory_full_info().pss / MEGABYTE
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
                cost.each[kind][process.pid] = high_water_mb(status)
            if kind == "kernel":
                cost.processor[process.pid] = sum(process.cpu_times()[:2])
        except (psutil.Error, OSError):
            continue
    cost.together = max(cost.together, now)


@contextmanager
def watched() -> Iterator[Cost]:
    """Look at the class every two seconds and keep the peaks."""
    cost = Cost()
    with watching(lambda: look(cost), 2):
        yield cost


def report(turns: list[Turn], cost: Cost) -> str:
    """What one lesson took, as lines to read: least, middle and largest."""
    finished = [turn for turn in turns if turn.end == "finished"]
    lines = [f"{turns[0].lesson}: {len(finished)} of {len(turns)} finished"]
    lines += [f"  {turn.learner}: {turn.end}" for turn in turns if turn not in finished]
    lines += [f"  seconds {spread([turn.seconds for turn in turns])}"]
    for kind, seen in cost.each.items():
        if seen:
            lines.append(f"  {kind} ({len(seen)}) MB {spread(list(seen.values()))}")
    lines.append(f"  all together, at one moment: {cost.together:,.0f} MB")
    lines.append(f"  processor seconds of all kernels: {sum(cost.processor.values()):,.0f}")
    return "\n".join(lines)


def teach(learners: dict[str, Server], lesson: Path) -> list[Turn]:
    """Let all learners run a lesson, starting together, and print what it took."""
    start = Barrier(len(learners))
    with watched() as cost, ThreadPoolExecutor(len(learners)) as room:
        seats = [
            room.submit(study, server, name, lesson, start) for name, server in learners.items()
        ]
        turns = [seat.result() for seat in seats]
    print(report(turns, cost), flush=True)
    return turns


def main() -> int:
    """Read the command line, log the class in and teach; status 1 if somebody did not finish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="+", help="such as 07 08")
    parser.add_argument("--learners", type=int, default=8)
    parser.add_argument("--hub", default="http://127.0.0.1:8000")
    arguments = parser.parse_args()
    names = [f"learner{number}" for number in range(1, arguments.learners + 1)]
    password, start = os.environ.get("COURSE_CLASS_PASSWORD"), time.perf_counter()
    if not password:
        parser.error("COURSE_CLASS_PASSWORD must hold the password of the accounts")
    with ThreadPoolExecutor(len(names)) as room:
        servers = room.map(lambda name: log_in(arguments.hub, name, password), names)
        learners = dict(zip(names, servers, strict=True))
    print(f"all {len(names)} logged in, {time.perf_counter() - start:.0f} s", flush=True)
    turns = [turn for path in find_notebooks(arguments.lessons) for turn in teach(learners, path)]
    return int(any(turn.end != "finished" for turn in turns))


if __name__ == "__main__":
    raise SystemExit(main())
