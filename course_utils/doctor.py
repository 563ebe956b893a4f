"""Is this computer ready for the course? Each check says what it saw and how to mend it.

Nothing outside the standard library is imported before a check needs it: the doctor speaks
also where the installation failed.
"""

import importlib.util
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from course_utils.machine import MEGABYTE, available_cores, memory_limit_mb

ROOT = Path(__file__).resolve().parents[1]
INSTALL = (
    "run: make clean lab (without make: pip install --require-hashes -r requirements.lock; "
    "from a bundle: delete .venv and run its install.py again)"
)
BUILDS = {
    ("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64"),
}  # fmt: skip
LESSON_MB = 1500
ENOUGH_MB = 2000
SPARE_DISK_GB = 0.5
FRESH_DISK_GB = 4.0


@dataclass(frozen=True)
class Finding:
    """What one check saw: `state` is "ok", "warn" or "fail", `mend` what to do about it."""

    name: str
    state: str
    saw: str
    mend: str = ""


def examine(*more: Callable[[], Finding]) -> list[Finding]:
    """Run all checks, in the order in which their faults should be mended. Used in: 00."""
    return [_guarded(check) for check in (*CHECKS, *more)]


def report(findings: Iterable[Finding]) -> str:
    """Findings as an aligned table, each fault with its mend below, and one closing line.

    Used in: 00.
    """
    findings = list(findings)
    width = max((len(finding.name) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:<5} {finding.name:<{width}}  {finding.saw}")
        if finding.state != "ok":
            lines.append(f"{'':<5} {'':<{width}}  -> {finding.mend}")
    count = {state: sum(f.state == state for f in findings) for state in ("warn", "fail")}
    ending = f"{count['fail']} to mend, {count['warn']} to know about"
    return "\n".join([*lines, ending if any(count.values()) else "All is ready."])


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Python 3.10 to 3.13, for which the pinned TensorFlow has builds. Used in: 00."""
    saw = f"{'.'.join(map(str, version))} in {sys.prefix}"
    if (3, 10) <= version[:2] <= (3, 13):
        return Finding("python", "ok", saw)
    return Finding("python", "fail", saw, "install Python 3.10, 3.11, 3.12 or 3.13")


def check_platform(
    system: str = platform.system(),
    machine: str = platform.machine(),
    libc: tuple[str, str] = platform.libc_ver(),
) -> Finding:
    """An operating system and processor that the pinned TensorFlow has builds for. Used in: 00."""
    saw = f"{system} {machine} {' '.join(libc)}".strip()
    if (system, machine) not in BUILDS or sys.maxsize < 2**32:
        return Finding("platform", "fail", saw, _other_platform(system, machine))
    if system == "Linux" and _version(libc[1]) < (2, 27):
        return Finding("platform", "fail", saw, "use a Linux with glibc 2.27 or newer, or Binder")
    if system == "Linux" and machine == "x86_64" and not _has_avx():
        mend = "TensorFlow needs AVX: give the virtual machine the host's processor, or use Binder"
        return Finding("platform", "fail", f"{saw}, a processor without AVX", mend)
    return Finding("platform", "ok", saw)


def check_packages(root: Path = ROOT) -> Finding:
    """Installed packages against pyproject.toml (lower bounds) and requirements.lock (tested).

    Used in: 00.
    """
    wanted = _requirements((root / "pyproject.toml").read_text(encoding="utf-8"))
    if not importlib.util.find_spec("packaging"):
        return Finding("packages", "fail", f"none of {len(wanted)} is installed", _right_python())
    if broken := [text for text in map(_unmet, wanted) if text]:
        return Finding("packages", "fail", _some(broken, len(wanted)), _right_python())
    tested = _locked((root / "requirements.lock").read_text(encoding="utf-8"))
    if other := [text for text in (_untested(name, tested) for name in tested) if text]:
        saw = f"not in the tested version: {_some(other, len(tested))}"
        return Finding("packages", "warn", saw, f"if a lesson fails, {INSTALL}")
    return Finding("packages", "ok", f"{len(wanted)} of {len(wanted)}, in tested versions")


def check_memory(limit_mb: float | None = None, free_mb: float | None = None) -> Finding:
    """Memory for one lesson (1.5 GB) beside JupyterLab and the browser. Used in: 00."""
    limit = memory_limit_mb() if limit_mb is None else limit_mb
    free = _free_memory_mb(limit) if free_mb is None else free_mb
    saw = f"{limit / 1024:.1f} GB, {free / 1024:.1f} GB of it free"
    if limit < LESSON_MB:
        return Finding("memory", "fail", saw, "lessons need up to 1.5 GB: use a larger machine")
    if limit < ENOUGH_MB or free < LESSON_MB:
        mend = "run one lesson at a time, shut down its kernel after it, close other programs"
        return Finding("memory", "warn", saw, mend)
    return Finding("memory", "ok", saw)


def check_cores(cores: int | None = None) -> Finding:
    """Cores that the lessons may use; their times are told for two. Used in: 00."""
    cores = available_cores() if cores is None else cores
    if cores >= 2:
        return Finding("cores", "ok", f"{cores}")
    return Finding("cores", "warn", f"{cores}", "expect up to twice the time that a lesson says")


def check_kernel() -> Finding:
    """The notebook kernel "python3" runs with this very Python. Used in: 00."""
    import ipykernel  # noqa: F401
    from jupyter_client.kernelspec import KernelSpecManager

    return judge_kernel(KernelSpecManager().get_kernel_spec("python3").argv[0])


def judge_kernel(program: str) -> Finding:
    """Whether a kernel that starts this program is this Python. Used in: 00."""
    own = {"python", "python3", f"python{sys.version_info[0]}.{sys.version_info[1]}"}
    if program in own or _folder(program) == _folder(sys.executable):
        return Finding("kernel", "ok", f"python3 in {sys.prefix}")
    saw = f"python3 starts {program}, not {sys.executable}"
    return Finding("kernel", "fail", saw, "python -m ipykernel install --sys-prefix --name python3")


def check_widgets(prefix: Path = Path(sys.prefix)) -> Finding:
    """ipywidgets and its JupyterLab half are both in this environment and fit. Used in: 00."""
    versions = {name: _installed(name) for name in ("ipywidgets", "jupyterlab_widgets")}
    saw = ", ".join(f"{name} {version or 'missing'}" for name, version in versions.items())
    half = prefix / "share/jupyter/labextensions/@jupyter-widgets/jupyterlab-manager/package.json"
    if not all(versions.values()) or not half.exists():
        return Finding("widgets", "fail", saw, INSTALL)
    if _version(versions["ipywidgets"])[0] - _version(versions["jupyterlab_widgets"])[0] != 5:
        return Finding("widgets", "fail", f"{saw} do not fit", INSTALL)
    return Finding("widgets", "ok", saw)


def check_folders(folders: Mapping[str, Path] | None = None) -> Finding:
    """The folder we work in can be written to; the cache too, as long as an image is missing.

    On a server, course and images may belong to somebody else. Used in: 00.
    """
    if folders is None:
        from course_utils.data import shelf

        folders = {"this folder": Path.cwd()}
        if any(item.state != "ready" for item in shelf.status()):
            folders["cache"] = shelf.cache_folder()
    closed = [f"{name} {folder}" for name, folder in folders.items() if not _writable(folder)]
    if not closed:
        return Finding("folders", "ok", " and ".join(folders) + " can be written to")
    mend = "copy the course to a folder of your own, set COURSE_CACHE to another one"
    return Finding("folders", "fail", f"cannot write into {', '.join(closed)}", mend)


def check_disk(free_gb: float | None = None) -> Finding:
    """Free disk for the images and for what lessons save. Used in: 00."""
    free = shutil.disk_usage(ROOT).free / 1e9 if free_gb is None else free_gb
    saw = f"{free:.1f} GB free"
    if free < SPARE_DISK_GB:
        return Finding("disk", "fail", saw, f"free at least {SPARE_DISK_GB} GB")
    if free < FRESH_DISK_GB:
        return Finding("disk", "warn", saw, "a fresh environment would need 3.5 GB")
    return Finding("disk", "ok", saw)


def check_shelf() -> Finding:
    """The real images and weights lie in the cache. Used in: 00."""
    from course_utils.data import shelf

    return judge_shelf({item.name: item.state for item in shelf.status()})


def judge_shelf(states: Mapping[str, str]) -> Finding:
    """Whether all is there, given name -> "ready", "missing" or "damaged". Used in: 00."""
    faults = [f"{name} {state}" for name, state in states.items() if state != "ready"]
    if not faults:
        return Finding("shelf", "ok", f"{len(states)} packages of images and weights ready")
    state = "fail" if "damaged" in states.values() else "warn"
    saw = _some(faults, len(states))
    return Finding("shelf", state, saw, "run: python -m course_utils shelf")


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_python, check_platform, check_packages, check_kernel, check_widgets,
    check_memory, check_cores, check_disk, check_folders, check_shelf,
)  # fmt: skip


def _guarded(check: Callable[[], Finding]) -> Finding:
    """A check that breaks is a finding too: on a broken installation anything may raise."""
    name = check.__name__.removeprefix("check_")
    try:
        return check()
    except ImportError as error:
        return Finding(name, "fail", f"cannot look: {error}", "mend the packages first")
    except Exception as error:
        return Finding(name, "fail", f"{type(error).__name__}: {error}", INSTALL)


def _some(faults: list[str], total: int) -> str:
    """The first three of a list, and how many there are in all."""
    return f"{', '.join(faults[:3])}{' ...' if faults[3:] else ''} ({len(faults)} of {total})"


def _right_python() -> str:
    """The course's own Python where it is installed and another one was called."""
    for program in (ROOT / ".venv/bin/python", ROOT / ".venv/Scripts/python.exe"):
        if program.exists() and _folder(str(program)) != _folder(sys.executable):
            return (
                f"ask the course's own Python: {program.relative_to(ROOT)} -m course_utils doctor"
            )
    return INSTALL


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)) or (0,)


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _other_platform(system: str, machine: str) -> str:
    if (system, machine) == ("Darwin", "x86_64"):
        return "TensorFlow has no build for Intel Macs: use Binder (Apple chip: an arm64 Python)"
    return "TensorFlow has no build for it: use 64-bit Linux, Windows (x64) or Binder"


def _has_avx(cpu: Path = Path("/proc/cpuinfo")) -> bool:
    return not cpu.exists() or " avx" in cpu.read_text(encoding="utf-8", errors="replace")


def _requirements(pyproject: str) -> list[str]:
    """Run-time requirements; not with a TOML reader, since Python 3.10 brings none."""
    block = re.search(r"^dependencies = \[(.*?)^\]", pyproject, re.MULTILINE | re.DOTALL)
    return re.findall(r'^ *"(.+)",', block.group(1), re.MULTILINE) if block else []


def _locked(lock: str) -> dict[str, set[str]]:
    """Tested versions by name: several where Pythons differ."""
    tested: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE):
        tested.setdefault(name, set()).add(version)
    return tested


def _unmet(text: str) -> str | None:
    from packaging.requirements import Requirement

    wanted = Requirement(text)
    if wanted.marker and not wanted.marker.evaluate():
        return None
    version = _installed(wanted.name) or _installed(f"{wanted.name}-cpu")
    if version is None:
        return f"{wanted.name} is missing"
    fits = wanted.specifier.contains(version, prereleases=True)
    return None if fits else f"{wanted.name} {version} is not {wanted.specifier}"


def _untested(name: str, tested: Mapping[str, set[str]]) -> str | None:
    version = _installed(name)
    return f"{name} {version}" if version and version not in tested[name] else None


def _free_memory_mb(limit_mb: float) -> float:
    import psutil

    return min(limit_mb, psutil.virtual_memory().available / MEGABYTE)


def _folder(program: str) -> str:
    return os.path.normcase(os.path.abspath(os.path.dirname(program)))


def _writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
