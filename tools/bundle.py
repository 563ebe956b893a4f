"""Put the whole course into one folder that installs without a network: build/bundle.

    make bundle
    make bundle ARGS="--also windows-3.12 --also mac-3.12"
    make student bundle ARGS="--course build/student"

It holds the packages of requirements.lock for this platform and Python, those of the shelf, the
course and `install.py`. Copy the folder to a stick; on each machine: python3 install.py.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from builds import COURSE, FOR_MAINTAINERS, LEFT_OUT, copy_course, without_outputs
from packaging.requirements import Requirement

from course_utils.data import shelf
from course_utils.files import repository_root

PATCHES = range(40)


@dataclass(frozen=True)
class System:
    """A kind of computer: the tags of its wheels, and what markers ask of it."""

    tags: tuple[str, ...]
    markers: dict[str, str]


def _linux(machine: str) -> System:
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(28, 4, -1)]
    tags += [f"manylinux{year}_{machine}" for year in (2014, 2010, 1)]
    return _system("linux", "Linux", machine, "posix", *tags)


def _system(sys_platform: str, name: str, machine: str, os_name: str, *tags: str) -> System:
    markers = {"sys_platform": sys_platform, "platform_system": name, "os_name": os_name}
    return System(tags, markers | {"platform_machine": machine})


SYSTEMS = {
    "linux": _linux("x86_64"),
    "linuxarm": _linux("aarch64"),
    "windows": _system("win32", "Windows", "AMD64", "nt", "win_amd64"),
    "mac": _system("darwin", "Darwin", "arm64", "posix", "macosx_14_0_arm64"),
}


def this_build() -> str:
    """System and Python of this computer, such as linux-3.11.

    Raises:
        SystemExit: TensorFlow has no packages for it.
    """
    here = {"platform_system": platform.system(), "platform_machine": platform.machine()}
    names = [name for name, each in SYSTEMS.items() if here.items() <= each.markers.items()]
    if not names:
        raise SystemExit(f"no bundle can be made for {' '.join(here.values())}")
    return f"{names[0]}-{sys.version_info[0]}.{sys.version_info[1]}"


def lists_for(lock: str, build: str) -> dict[str, str]:
    """What a build needs, without markers: the first full version of Python -> its list.

    A marker may ask for the third number of Python's version, so that 3.11.2 and 3.11.9 want
    different packages. The bundle holds both.
    """
    version = build.split("-")[1]
    lists = {f"{version}.{patch}": lines_for(lock, build, patch) for patch in PATCHES}
    first: dict[str, str] = {}
    for full, lines in lists.items():
        if lines not in first.values():
            first[full] = lines
    return first


def lines_for(lock: str, build: str, patch: int) -> str:
    """The entries of a lock that hold for one full version of Python, with their hashes."""
    name, version = build.split("-")
    markers = SYSTEMS[name].markers | {
        "python_version": version,
        "python_full_version": f"{version}.{patch}",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    kept = []
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock.strip()):
        head, _, hashes = entry.partition("\\\n")
        wanted = Requirement(head.strip())
        if wanted.marker is None or wanted.marker.evaluate(markers):
            kept.append(f"{wanted.name}{wanted.specifier} \\\n{hashes}")
    return "\n".join(kept) + "\n"


def pip_command(system: str, version: str, requirements: Path, folder: Path) -> list[str]:
    """The command that has pip fetch the wheels for a system and a full version of Python."""
    chosen = [word for tag in SYSTEMS[system].tags for word in ("--platform", tag)]
    chosen += ["--python-version", version, "--implementation", "cp"]
    options = "--quiet --no-deps --require-hashes --only-binary=:all: --disable-pip-version-check"
    files = ["--requirement", str(requirements), "--dest", str(folder)]
    return [sys.executable, "-m", "pip", "download", *options.split(), *chosen, *files]


def fetch_packages(build: str, folder: Path) -> None:
    """Have pip fetch the locked packages of a build into a folder.

    Raises:
        SystemExit: pip could not; its last error is told.
    """
    lock = (repository_root() / "requirements.lock").read_text(encoding="utf-8")
    for version, lines in lists_for(lock, build).items():
        with tempfile.TemporaryDirectory() as place:
            requirements = Path(place) / "requirements.txt"
            requirements.write_text(lines, encoding="utf-8")
            command = pip_command(build.split("-")[0], version, requirements, folder)
            done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise SystemExit(f"packages for {build} could not be fetched: {' '.join(said[-2:])}")


def copy_shelf(folder: Path) -> None:
    """Copy the wheels of the shelf out of the cache.

    Raises:
        SystemExit: one is missing or damaged.
    """
    folder.mkdir()
    for wheel in shelf.status():
        if wheel.state != "ready":
            raise SystemExit(f"{wheel.file} is {wheel.state}; run: make shelf")
        shutil.copy2(shelf.cache_folder() / wheel.file, folder)


def megabytes(folder: Path) -> float:
    """Size of all files below a folder, in MB of 10**6 bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def build_bundle(target: Path, builds: list[str], course: Path | None) -> None:
    """Write the bundle; a wheel that lies there already is not fetched again.

    Args:
        target: folder of the bundle.
        builds: systems and Pythons, such as windows-3.12.
        course: folder with a build of the course; the whole checkout if None.
    """
    (target / "bundle.json").unlink(missing_ok=True)  # a bundle is whole when it lies there
    for part in ("course", "shelf"):
        shutil.rmtree(target / part, ignore_errors=True)
    (target / "wheels").mkdir(parents=True, exist_ok=True)
    for build in builds:
        fetch_packages(build, target / "wheels")
    copy_shelf(target / "shelf")
    if course:
        shutil.copytree(course, target / "course", ignore=LEFT_OUT)
    else:
        copy_course(target / "course", (*COURSE, *FOR_MAINTAINERS), without_outputs)
    shutil.copy2(Path(__file__).with_name("bundle_install.py"), target / "install.py")
    (target / "bundle.json").write_text(json.dumps({"builds": builds}) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line, build, and say what it weighs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--also", action="append", default=[], metavar="SYSTEM-PYTHON")
    parser.add_argument("--course", type=Path, help="such as build/student")
    words = parser.parse_args()
    for build in words.also:
        if not re.fullmatch(rf"({'|'.join(SYSTEMS)})-3\.1[0-3]", build):
            parser.error(f"no build {build!r}: {', '.join(SYSTEMS)}, then -3.10 to -3.13")
    target = repository_root() / "build" / "bundle"
    build_bundle(target, [this_build(), *words.also], words.course)
    parts = (f"{name} {megabytes(target / name):.0f} MB" for name in ("wheels", "shelf", "course"))
    print(f"{target}: {', '.join(parts)}")


if __name__ == "__main__":
    main()
