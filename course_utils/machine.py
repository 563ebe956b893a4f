"""What this machine gives: cores, memory, and how much memory a process took.

Containers (Binder, a classroom hub) hand out less than the machine has. They say so in the
variables CPU_LIMIT and MEM_LIMIT or in their control group, and TensorFlow reads neither.
Only the standard library is imported here, so that `doctor` runs where nothing is installed yet.
"""

import math
import os
import re
import shlex
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, RLock, Thread

MEGABYTE = 2**20
_SCREEN = RLock()
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
# NumPy's library of matrix products waits for its second thread in a busy loop. On the small
# matrices of lessons that costs more than it brings: 13 s instead of 3 s for 40 fits of an SVM.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
# TensorFlow leaves oneDNN out by itself on processors without AVX-512. There a step of lesson 10's
# training in 3-D takes 0.84 s instead of 0.12 s.
ONE_DNN = {"TF_ENABLE_ONEDNN_OPTS": "1"}
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore:pkg_resources is deprecated as an API:UserWarning",
}
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def available_cores(environ: Mapping[str, str] = os.environ, root: Path = Path("/")) -> int:
    """Count the processor cores that this process may keep busy.

    Args:
        environ: variables; CPU_LIMIT (cores, may be a fraction) is what JupyterHub sets.
        root: where `proc` and `sys` stand; only tests change it.

    Returns:
        The least of affinity, CPU_LIMIT and control-group quota, rounded up; at least 1.

    Used in: 00.
    """
    limits = [_affinity(), *_cgroup_cores(root), _number(environ.get("CPU_LIMIT", ""))]
    return max(1, math.ceil(min(limit for limit in limits if limit > 0)))


def memory_limit_mb(environ: Mapping[str, str] = os.environ, root: Path = Path("/")) -> float:
    """Memory that this process may use, in MB of 2**20 bytes.

    Args:
        environ: variables; MEM_LIMIT (bytes, or with K, M, G behind it) is what JupyterHub sets.
        root: where `proc` and `sys` stand; only tests change it.

    Returns:
        The least of the machine's memory, MEM_LIMIT and control-group limit; nan if none is known.

    Used in: 00.
    """
    limits = [_physical_memory(root), *_cgroup_memory(root), _number(environ.get("MEM_LIMIT", ""))]
    return min((limit for limit in limits if limit > 0), default=math.nan) / MEGABYTE


def peak_memory_mb(pid: int | None = None) -> float:
    """Highest memory so far of a process and of its living children, in MB of 2**20 bytes.

    Linux reports the high-water mark of each (VmHWM) and Windows its peak working set; macOS
    keeps no such mark, there it is the memory of this moment: ask often and keep the largest.

    Args:
        pid: process number; this process if None.

    Returns:
        The sum over the family; 0 if the process is gone.

    Used in: 10.
    """
    import psutil

    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(_high_water_mb(member.pid) for member in family)


@contextmanager
def watching(look: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `look` every so many seconds, in a thread, until the block ends. Used in: 00."""
    done = Event()

    def keep_looking() -> None:
        while not done.wait(seconds):
            look()

    watcher = Thread(target=keep_looking, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def lesson_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables for a lesson: no more threads than cores, fast convolutions, no chatter.

    What the user has set already stays as it is.

    Used in: 00.
    """
    wanted = dict.fromkeys(THREADS, str(available_cores(environ)))
    wanted |= ONE_THREAD | ONE_DNN | QUIET
    return {name: environ.get(name, value) for name, value in wanted.items()}


def shell_exports() -> str:
    """The same variables as lines that a shell can evaluate. Used in: 00."""
    settings = lesson_environment().items()
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in settings)


def speed(quick: int, full: int) -> int:
    """The shorter or the longer of two lengths of training, as COURSE_SPEED says.

    Args:
        quick: steps or epochs by default.
        full: steps or epochs with COURSE_SPEED=full.

    Raises:
        ValueError: COURSE_SPEED is neither quick nor full.

    Used in: 02.
    """
    chosen = os.environ.get("COURSE_SPEED") or "quick"
    if chosen not in ("quick", "full"):
        raise ValueError(f"COURSE_SPEED is {chosen!r}; set it to quick or full, or unset it")
    return full if chosen == "full" else quick


def bound_tensorflow() -> int:
    """Import TensorFlow without its chatter and bind its threads to the cores that there are.

    Returns:
        The number of cores.

    Raises:
        RuntimeError: TensorFlow has already run an operation; call this before the first one.

    Used in: 11.
    """
    with quiet_import():
        import tensorflow as tf

    cores, threading = available_cores(), tf.config.threading
    if threading.get_intra_op_parallelism_threads() != cores:
        threading.set_intra_op_parallelism_threads(cores)
    if threading.get_inter_op_parallelism_threads() != cores:
        threading.set_inter_op_parallelism_threads(cores)
    return cores


@contextmanager
def quiet_import() -> Iterator[None]:
    """Keep off the screen what native code writes while a library is imported.

    TensorFlow says four lines about missing graphics cards that no setting can hold back.
    Python's own errors are raised as always.

    Used in: 11.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", QUIET["TF_CPP_MIN_LOG_LEVEL"])
    with _SCREEN:  # of two threads, each would take the other's nowhere for the screen
        screen, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                yield
        finally:
            os.dup2(screen, 2)
            os.close(screen)
            os.close(nowhere)


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _number(text: str) -> float:
    """'2', '1.5' or '2G' as a number; 0 for anything else, as for 'max' and ''."""
    text = text.strip()
    factor = UNITS.get(text[-1:].upper(), 1)
    try:
        return float(text[:-1] if factor > 1 else text) * factor
    except ValueError:
        return 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _control_groups(controller: str, root: Path) -> Iterator[Path]:
    """Folders of this process's control group and of those above it, version 1 and 2."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, own = [*line.split(":", 2), "", ""][:3]
        if controllers and controller not in controllers.split(","):
            continue
        base = root / "sys/fs/cgroup" / (controller if controllers else "")
        folder = base / own.lstrip("/")
        yield from (place for place in (folder, *folder.parents) if place.is_relative_to(base))


def _cgroup_cores(root: Path) -> list[float]:
    found = []
    for folder in _control_groups("cpu", root):
        quota, period = [*_read(folder / "cpu.max").split(), "", ""][:2]
        quota = quota or _read(folder / "cpu.cfs_quota_us")
        period = period or _read(folder / "cpu.cfs_period_us")
        if _number(quota) > 0 and _number(period) > 0:
            found.append(_number(quota) / _number(period))
    return found


def _cgroup_memory(root: Path) -> list[float]:
    return [
        _number(_read(folder / name))
        for folder in _control_groups("memory", root)
        for name in ("memory.max", "memory.limit_in_bytes")
    ]


def _physical_memory(root: Path) -> float:
    """Bytes of the machine; from psutil where there is no /proc, 0 if neither tells."""
    for line in _read(root / "proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return _number(line.split()[1]) * 1024
    try:
        import psutil
    except ImportError:
        return 0.0
    return float(psutil.virtual_memory().total)


def high_water_mb(status: str) -> float:
    """Highest memory of a process from the text of its /proc/.../status, in MB; 0 if it ended.

    Used in: 10.
    """
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _high_water_mb(pid: int) -> float:
    return high_water_mb(_read(Path(f"/proc/{pid}/status"))) or _working_set_mb(pid)


def _working_set_mb(pid: int) -> float:
    import psutil

    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0.0
    return getattr(memory, "peak_wset", memory.rss) / MEGABYTE
