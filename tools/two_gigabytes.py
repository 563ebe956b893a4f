"""Run lessons in a memory limit that kills, as Binder's 2 GB do: JupyterLab and a kernel in it.

    python tools/two_gigabytes.py [02 07] [--gigabytes 2]

Linux, as root, without swap inside the limit. JupyterLab starts by `binder/start`, opens each
lesson in a kernel of its own and shuts it down after the last cell. First a kernel that takes
half a gigabyte too much must be killed: a limit that holds nobody back would let all lessons pass.
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from browser import TOKEN, wait_for
from served import Server, lesson_cells, run_cells

from course_utils.files import repository_root
from course_utils.machine import MEGABYTE, peak_memory_mb, watching
from course_utils.run import find_notebooks

GROUPS = Path("/sys/fs/cgroup")
V1 = {
    "limit": "memory.limit_in_bytes",
    "with swap": "memory.memsw.limit_in_bytes",
    "used": "memory.usage_in_bytes",
    "kills": "memory.oom_control",
    "own": "total_rss",
}
V2 = {
    "limit": "memory.max",
    "with swap": "memory.swap.max",
    "used": "memory.current",
    "kills": "memory.events",
    "own": "anon",
}


@dataclass(frozen=True)
class Group:
    """A control group for memory: its folder and the names of its files (version 1 or 2)."""

    folder: Path
    files: dict[str, str]

    def used_mb(self) -> float:
        """Memory that counts against the limit, with files that the system could let go of."""
        return float((self.folder / self.files["used"]).read_text()) / MEGABYTE

    def own_mb(self) -> float:
        """Memory that cannot be let go of: what the processes wrote themselves."""
        found = number_after(self.files["own"], (self.folder / "memory.stat").read_text())
        return found / MEGABYTE

    def kills(self) -> int:
        """How many processes the limit has ended."""
        return number_after("oom_kill", (self.folder / self.files["kills"]).read_text())

    def kernels(self) -> list[int]:
        """Process numbers of the kernels inside."""
        pids = (self.folder / "cgroup.procs").read_text().split()
        return [int(pid) for pid in pids if "ipykernel" in command_line(pid)]


@dataclass
class Peak:
    """Highest values seen, in MB of 2**20 bytes."""

    used: float = 0.0
    own: float = 0.0
    kernel: float = 0.0


def number_after(word: str, text: str) -> int:
    """The number on the line that begins with a word; KeyError if no line does."""
    found = re.search(rf"^{word} (\d+)$", text, re.MULTILINE)
    if not found:
        raise KeyError(word)
    return int(found[1])


def command_line(pid: str) -> str:
    """Words that a process was started with; empty if it is gone."""
    try:
        return Path("/proc", pid, "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@contextmanager
def memory_group(limit_bytes: int) -> Iterator[Group]:
    """A control group below our own (version 1) or at the top (2), removed in the end."""
    own = dict(line.split(":", 2)[1:] for line in Path("/proc/self/cgroup").read_text().split())
    old = "memory" in own
    above = GROUPS / "memory" / own["memory"].lstrip("/") if old else GROUPS
    group = Group(above / f"course-{os.getpid()}", V1 if old else V2)
    group.folder.mkdir()
    try:
        (group.folder / group.files["limit"]).write_text(str(limit_bytes))
        (group.folder / group.files["with swap"]).write_text(str(limit_bytes) if old else "0")
        yield group
    finally:
        group.folder.rmdir()


@contextmanager
def jupyterlab(group: Group, gigabytes: float) -> Iterator[Server]:
    """JupyterLab as Binder launches it, inside the group; stopped in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    enter = f"echo $$ > {group.folder}/cgroup.procs && exec binder/start "
    command = f"python -m jupyterlab --no-browser --allow-root --port={port} "
    command += f"--IdentityProvider.token={TOKEN} --ServerApp.root_dir=."
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    limits = {"CPU_LIMIT": "2", "MEM_LIMIT": f"{gigabytes:g}G", "PATH": places}
    process = subprocess.Popen(
        ["sh", "-c", enter + command],
        cwd=repository_root(),
        env=os.environ | limits,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = Server(f"http://127.0.0.1:{port}")
        wait_for(f"{server.address}/api?token={TOKEN}")
        server.session.headers["Authorization"] = f"token {TOKEN}"
        yield server
    finally:
        process.terminate()
        process.wait()


@contextmanager
def watched(group: Group) -> Iterator[Peak]:
    """Look at the group ten times a second and keep the highest of each."""
    peak = Peak()

    def look() -> None:
        peak.used = max(peak.used, group.used_mb())
        peak.own = max(peak.own, group.own_mb())
        peak.kernel = max([peak.kernel, *map(peak_memory_mb, group.kernels())])

    with watching(look, 0.1):
        yield peak


def row(group: Group, server: Server, name: str, cells: list[str]) -> str:
    """Run cells under watch, and say what they took as a line of a Markdown table."""
    start = time.perf_counter()
    with watched(group) as peak:
        end = run_cells(server, f"notebooks/{name}.ipynb", cells)
    seconds = time.perf_counter() - start
    figures = (seconds, peak.kernel, peak.own, peak.used)
    return f"| {name} | {end} | " + " | ".join(f"{figure:,.0f}" for figure in figures) + " |"


def main() -> int:
    """Read the command line and run; status 1 if a lesson did not finish."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="such as 02 07; default all")
    parser.add_argument("--gigabytes", type=float, default=2.0)
    arguments = parser.parse_args()
    limit = int(arguments.gigabytes * 2**30)
    with suppress(OSError):
        # Libraries that others have read already would not count against the limit.
        Path("/proc/sys/vm/drop_caches").write_text("1")
    print("| lesson | end | seconds | kernel MB | own MB | with files MB |\n" + "| --- " * 6 + "|")
    with memory_group(limit) as group, jupyterlab(group, arguments.gigabytes) as server:
        print(row(group, server, "too_much", [f"x = b'x' * {limit + 2**29}"]), flush=True)
        if group.kills() != 1:
            raise SystemExit("the limit kills nobody here, so what follows would prove nothing")
        ends = []
        for path in find_notebooks(arguments.lessons):
            ends.append(row(group, server, path.stem, lesson_cells(path)))
            print(ends[-1], flush=True)
        print(f"processes that the limit ended: {group.kills()}, the first of them on purpose")
    return int(not all("| finished |" in end for end in ends))


if __name__ == "__main__":
    raise SystemExit(main())
