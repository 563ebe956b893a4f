"""Pinned wheels in a cache folder: verified by sha256, fetched by pip, never installed."""

import fnmatch
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from course_utils.files import repository_root

COMMAND = "python -m course_utils shelf"
STALE_SECONDS = 3600


class ShelfError(RuntimeError):
    """A wheel or an item cannot be had; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Wheel:
    """One pinned wheel: `file` is its name in the cache folder, `bytes` its size."""

    package: str
    version: str
    file: str
    sha256: str
    bytes: int
    licence: str

    def __str__(self) -> str:
        return f"{self.file} ({self.bytes / 1e6:.1f} MB)"


def cache_folder() -> Path:
    """Folder in which the wheels lie under their own names.

    It is COURSE_CACHE where that is set (a relative one starts at the checkout, so that a lesson
    and the command line mean the same folder), else the user's cache folder. Used in: 00.
    """
    chosen = os.environ.get("COURSE_CACHE")
    if chosen:
        return repository_root() / Path(chosen).expanduser()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("course_utils"))


def wheel_state(wheel: Wheel, folder: Path) -> str:
    """State of a wheel in a folder: "ready", "missing" or "damaged".

    A file is hashed once per process for each size and time of change. Used in: 00.
    """
    path = folder / wheel.file
    try:
        seen = path.stat()
        same = seen.st_size == wheel.bytes
        same = same and _sha256(path, seen.st_size, seen.st_mtime_ns) == wheel.sha256
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except OSError:
        return "damaged"
    return "ready" if same else "damaged"


def fetch_wheels(wheels: list[Wheel], folder: Path, progress: bool = True) -> None:
    """Have pip download those wheels that are missing or damaged into a folder.

    Each is downloaded beside its place, checked, then moved there in one step: whatever stops
    the fetch, a wheel is there whole or not at all, and finished ones stay.

    Args:
        wheels: the pinned wheels.
        folder: where they should lie; made if it does not exist.
        progress: show a bar of bytes.

    Raises:
        ShelfError: no network, wrong file, no space, folder not writable, or no pip.

    Used in: 00.
    """
    _sha256.cache_clear()
    _remove_stale(folder)
    wanted = [wheel for wheel in wheels if wheel_state(wheel, folder) != "ready"]
    if not wanted:
        return
    with _incoming(folder, wanted) as incoming, _bar(wanted, progress) as bar:
        _check_room(folder, wanted)
        for done, wheel in enumerate(wanted):
            _download(wheel, incoming / wheel.package, bar)
            if not _put_in_place(wheel, incoming / wheel.package, folder):
                raise ShelfError(_failure(wanted[done:], incoming / wheel.package, folder))


def pip_command(requirement: Path, folder: Path) -> list[str]:
    """Command that has pip choose the same wheel on every system and Python. Used in: 00."""
    same_everywhere = "--only-binary=:all: --implementation cp --python-version 311 --abi cp311"
    same_everywhere += " --platform manylinux_2_28_x86_64"
    quiet = "--progress-bar off --no-input --disable-pip-version-check"
    options = f"--no-deps --require-hashes {same_everywhere} {quiet}".split()
    files = ["--requirement", str(requirement), "--dest", str(folder)]
    return [sys.executable, "-m", "pip", "download", *options, *files]


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _remove_stale(folder: Path) -> None:
    for old in folder.glob(".incoming-*"):
        with suppress(OSError):
            newest = max(path.stat().st_mtime for path in (old, *old.rglob("*")))
            if time.time() - newest > STALE_SECONDS:
                shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _incoming(folder: Path, wanted: list[Wheel]) -> Iterator[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=folder))
    except OSError as error:
        raise ShelfError(
            f"{wanted[0]} has no place to go: nothing can be written into {folder} "
            f"({error.strerror}). Set COURSE_CACHE to a folder you can write to, "
            f"then run: {COMMAND}"
        ) from error
    try:
        yield incoming
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _bar(wanted: list[Wheel], progress: bool) -> Any:
    from tqdm.auto import tqdm

    total = sum(wheel.bytes for wheel in wanted)
    shown = {"desc": "data shelf", "unit": "B", "unit_scale": True, "mininterval": 0.3}
    return tqdm(total=total, disable=not progress, **shown)


def _check_room(folder: Path, wanted: list[Wheel]) -> None:
    largest = max(wheel.bytes for wheel in wanted)
    needed = sum(wheel.bytes for wheel in wanted) + 2 * largest
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ShelfError(
            _no_room(wanted[0], folder, f"{needed / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free")
        )


def _no_room(wheel: Wheel, folder: Path, room: str) -> str:
    return (
        f"{wheel} does not fit: the disk of {folder} is full ({room}). Free some "
        f"space or set COURSE_CACHE to a folder on another disk, then run: {COMMAND}"
    )


def _download(wheel: Wheel, folder: Path, bar: Any) -> None:
    folder.mkdir()
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    own_temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    before = bar.n
    with (folder / "pip.log").open("wb") as log:
        process = subprocess.Popen(
            pip_command(requirement, folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | own_temporary,
        )
        try:
            while process.poll() is None:
                _advance(bar, before + min(_arrived(folder), wheel.bytes))
                time.sleep(0.05)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
    _advance(bar, before + wheel.bytes)


def _advance(bar: Any, to: int) -> None:
    if to > bar.n:
        bar.update(to - bar.n)


def _arrived(folder: Path) -> int:
    """Bytes of the wheels so far; `os.walk` allows that pip removes its own folders meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in fnmatch.filter(names, "*.whl"):
            with suppress(OSError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total


def _put_in_place(wheel: Wheel, source: Path, folder: Path) -> bool:
    for arrived in source.glob("*.whl"):
        if wheel_state(replace(wheel, file=arrived.name), source) != "ready":
            continue
        try:
            os.replace(arrived, folder / wheel.file)
        except OSError as error:
            if wheel_state(wheel, folder) != "ready":
                raise ShelfError(_blocked(wheel, folder, error)) from error
        return True
    return False


def _blocked(wheel: Wheel, folder: Path, error: OSError) -> str:
    return (
        f"{wheel} cannot be put into {folder} ({error.strerror}): something stands in its place "
        f"or holds it open. Close other notebooks, delete {folder / wheel.file}, "
        f"then run: {COMMAND}"
    )


def _failure(missing: list[Wheel], source: Path, folder: Path) -> str:
    log = (source / "pip.log").read_text(encoding="utf-8", errors="replace")
    if "No module named pip" in log:
        return (
            f"{missing[0]} cannot be fetched: this Python has no pip. "
            f"Run: {sys.executable} -m ensurepip --upgrade, then: {COMMAND}"
        )
    if "[Errno 28]" in log:
        return _no_room(missing[0], folder, "pip ran out of space")
    if "DO NOT MATCH THE HASHES" in log or any(source.glob("*.whl")):
        return (
            f"{missing[0]} came with a wrong sha256 and was thrown away: the place pip takes "
            f"packages from holds another file of that name. Try `pip cache purge`, another "
            f"network or mirror and run: {COMMAND}, or put the right file into {folder}"
        )
    return _unreachable(missing, log, folder)


def _unreachable(missing: list[Wheel], log: str, folder: Path) -> str:
    errors = [line.strip() for line in log.splitlines() if line.startswith("ERROR:")]
    said = (errors or log.strip().splitlines() or ["nothing"])[-1]
    return (
        f"{missing[0]} could not be fetched: pip cannot reach it (no network, or a mirror "
        f"without it). When you are online, run: {COMMAND}\n"
        f"Or put {', '.join(map(str, missing))} into {folder}\n"
        f"pip's last word: {said[:300]}"
    )
