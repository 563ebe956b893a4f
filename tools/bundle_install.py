"""Install the course from this folder, without a network: python3 install.py [FOLDER]

FOLDER is where the course goes; if none is named, `cell-course` in the home folder or, on Windows,
on drive C. What lies there already is kept, and an interrupted installation goes on. Standard
library only.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

BUNDLE = Path(__file__).resolve().parent
NAMES = {
    ("Linux", "x86_64"): "linux",
    ("Linux", "aarch64"): "linuxarm",
    ("Windows", "AMD64"): "windows",
    ("Darwin", "arm64"): "mac",
}


def refuse_other_python():
    """Stop if the bundle has no packages for this computer and Python."""
    if not (BUNDLE / "bundle.json").exists():
        raise SystemExit(f"{BUNDLE} is a bundle half made: copy it again, or run make bundle again")
    builds = json.loads((BUNDLE / "bundle.json").read_text(encoding="utf-8"))["builds"]
    system = platform.system(), platform.machine()
    here = "{}-{}.{}".format(NAMES.get(system, " ".join(system)), *sys.version_info[:2])
    if here not in builds:
        raise SystemExit(
            f"This is {here}; the bundle has packages for {', '.join(builds)}. "
            "Start install.py with one of these Pythons, or make the bundle for this one: "
            f'make bundle ARGS="--also {here}"'
        )
    if system[0] == "Darwin" and int(platform.mac_ver()[0].split(".")[0]) < 14:
        raise SystemExit("The bundle's packages need macOS 14 or newer; install over the network.")


def copy_course(target):
    """Copy the course, whole or not at all, unless it is there."""
    here, ours = (place / "requirements.lock" for place in (target, BUNDLE / "course"))
    if (target / "data" / "shelf.toml").exists():
        if here.read_bytes() != ours.read_bytes():
            raise SystemExit(
                f"{target} holds this course in another version, which these packages do not fit: "
                "name another folder, and copy your notebooks there"
            )
        return
    if target.exists() and any(target.iterdir()):
        raise SystemExit(f"{target} is not empty and holds no course: name another folder")
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(BUNDLE / "course", part)
    if target.exists():
        target.rmdir()
    part.rename(target)


def offline(wheels):
    """Variables with which pip looks into one folder and nowhere else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    told = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels.as_uri(), "PIP_USER": "0"}
    told.update(PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1")
    told.update(PYTHONWARNINGS="ignore")
    return {**kept, **told}


def run(command, folder, env):
    """Run one step; stop with what to do if it fails."""
    if subprocess.run([str(word) for word in command], cwd=str(folder), env=env).returncode:
        raise SystemExit("Not finished, the error stands above. Starting install.py again goes on.")


def install(target):
    """Make the environment, install packages and course, and fill the shelf."""
    folder = "Scripts" if os.name == "nt" else "bin"
    python = target / ".venv" / folder / ("python.exe" if os.name == "nt" else "python")
    packages, images = offline(BUNDLE / "wheels"), offline(BUNDLE / "shelf")
    if not python.exists():
        run([sys.executable, "-m", "venv", target / ".venv"], target, packages)
    pip = [python, "-m", "pip", "install", "--quiet"]
    run([*pip, "--require-hashes", "-r", "requirements.lock"], target, packages)
    run([*pip, "--no-deps", "--no-build-isolation", "-e", "."], target, packages)
    settings = target / ".venv" / "etc" / "jupyter" / "labconfig"
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(str(target / "binder" / "page_config.json"), str(settings))
    run([python, "-m", "course_utils", "shelf", "--quiet"], target, images)
    (target / ".venv" / "ready").write_text(f"{target}\n", encoding="utf-8")
    return python


def main():
    """Install, then let the doctor look at the result."""
    refuse_other_python()
    # Windows allows paths of 260 characters, and packages take 175 of them.
    default = r"C:\cell-course" if os.name == "nt" else "~/cell-course"
    named = sys.argv[1] if len(sys.argv) > 1 else default
    target = Path(os.path.realpath(os.path.expanduser(named)))
    print(f"Installing the course into {target}, some minutes ...", flush=True)
    copy_course(target)
    python = install(target)
    lab = "-m jupyterlab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"
    print(f"To start: go to {target} and run make lab, or {python} {lab}", flush=True)
    raise SystemExit(subprocess.run([str(python), "-m", "course_utils", "doctor"]).returncode)


if __name__ == "__main__":
    main()
