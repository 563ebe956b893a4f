"""One environment, said in five files: pyproject, lock, conda, Binder and Makefile agree."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from course_utils.files import read_toml

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = read_toml(ROOT / "pyproject.toml")["project"]
NEEDS_MAKE = pytest.mark.skipif(not shutil.which("make"), reason="no make on this machine")
HEAVY = {"IPython", "matplotlib", "numpy", "scipy", "skimage", "sklearn", "tensorflow"}

spec = importlib.util.spec_from_file_location(
    "binder_requirements", ROOT / "tools" / "binder_requirements.py"
)
binder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(binder)


def pinned() -> dict[str, list[str]]:
    versions: dict[str, list[str]] = {}
    for requirement in binder.locked(LOCK):
        version = next(iter(requirement.specifier)).version
        versions.setdefault(requirement.name, []).append(version)
    return versions


@pytest.mark.parametrize("text", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"])
def test_the_lock_satisfies_the_lower_bound(text):
    wanted = Requirement(text)
    versions = pinned().get(wanted.name, [])
    assert versions, f"{wanted.name} is not in the lock"
    assert all(wanted.specifier.contains(version) for version in versions)


def test_every_locked_package_has_a_hash():
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    assert len(entries) > 100
    bare = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert bare == []


def test_the_lock_names_no_package_index():
    lines = LOCK.splitlines()
    odd = [
        line for line in lines if not re.match(r"[\w.-]+==| {4}--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert odd == []
    assert "://" not in LOCK


def test_conda_installs_the_lock_on_a_python_that_the_course_allows():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    environment = yaml.safe_load(text)
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["-r requirements.lock"]}
    python = next(each for each in conda if each.startswith("python="))
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.split("=")[1] + ".0")
    assert next(each for each in PROJECT["dependencies"] if "setuptools" in each) in conda
    assert f"conda activate {environment['name']}" in text


@pytest.mark.parametrize("name", ["requirements.txt", "no-deps.txt"])
def test_binder_installs_what_the_lock_says_today(name):
    committed = (ROOT / "binder" / name).read_text(encoding="utf-8")
    assert committed == binder.binder_files(LOCK)[name], "run: make lock"


def test_binder_runs_a_python_that_the_course_allows_and_its_lists_are_for():
    runtime = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    assert runtime == f"python-{binder.BINDER['python_version']}"
    full = binder.BINDER["python_full_version"]
    assert SpecifierSet(PROJECT["requires-python"]).contains(full)
    assert full.startswith(binder.BINDER["python_version"] + ".")


def test_binder_has_the_small_tensorflow_in_the_locked_version():
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if re.match(r"(tensorflow|tf-keras|keras\b)", line)]
    assert f"tensorflow-cpu=={pinned()['tensorflow'][0]}" in found
    assert {line.split("==")[0] for line in found} == {"tensorflow-cpu", "keras"}


def asked_by(wanted: Requirement) -> list[Requirement]:
    """What a package asks for on Binder's platform, with the extras that are wanted of it."""
    try:
        asked = [Requirement(text) for text in metadata.requires(wanted.name) or []]
    except metadata.PackageNotFoundError:
        return []
    situations = [binder.BINDER | {"extra": extra} for extra in {"", *wanted.extras}]
    return [
        each
        for each in asked
        if not each.marker or any(each.marker.evaluate(situation) for situation in situations)
    ]


def needed_by(requirements: list[str]) -> set[str]:
    """Some packages and all that they ask for in turn."""
    found = {}
    waiting = [Requirement(text) for text in requirements if "tomli" not in text]
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if name not in found or not wanted.extras <= found[name]:
            found[name] = found.get(name, set()) | wanted.extras
            waiting += asked_by(wanted)
    return set(found)


def test_binder_has_what_a_lesson_needs_and_not_what_only_tests_need():
    here = "".join(binder.binder_files(LOCK).values()).replace("tensorflow-cpu", "tensorflow")
    listed = set(re.findall(r"^([\w.-]+)==", here, re.MULTILINE))
    locked = {each.name for each in binder.locked(LOCK) if binder.on_binder(each)}
    lessons = needed_by(PROJECT["dependencies"])
    assert len(lessons) > 100
    assert lessons & locked - listed == binder.BINDERS_OWN
    assert listed & (needed_by(PROJECT["optional-dependencies"]["test"]) - lessons) == set()


def test_ci_runs_the_command_of_the_readme():
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "exec make test"
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_the_readme_tells_conda_users_what_the_conda_file_tells_them():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    commands = re.findall(r"^#   (.+)$", text, re.MULTILINE)
    assert len(commands) > 3
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [command for command in commands if command not in readme] == []


@pytest.mark.skipif(os.name == "nt", reason="no executable bit on Windows")
@pytest.mark.parametrize("name", [".ci/run", "binder/postBuild", "binder/start"])
def test_scripts_can_be_executed(name):
    assert os.access(ROOT / name, os.X_OK)


def test_importing_the_package_is_quick_and_loads_nothing_heavy():
    code = (
        "import sys, time; start = time.perf_counter(); import course_utils; "
        "print(time.perf_counter() - start, *sys.modules)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
        for _ in range(3)
    ]
    answers = [run.stdout.decode().split() for run in runs]
    assert not HEAVY & set(answers[0][1:])
    assert min(float(answer[0]) for answer in answers) < 0.3


STUB = """#!/bin/sh
case "$*" in
  *ensurepip*) exit ${NO_VENV:-0} ;;
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo "made by $0" ;;
  *"pip install"*) echo "pip $*"; exit ${PIP_FAILS:-0} ;;
esac
"""
BROKEN = "#!/bin/sh\necho 'command not found' >&2; exit 127\n"


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the Makefile alone, in a folder with a space, and a PATH without Python."""
    folder, tools = tmp_path / "a course", tmp_path / "bin"
    folder.mkdir()
    tools.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("requirements.lock", "pyproject.toml"):
        (folder / name).touch()
    (folder / "binder").mkdir()
    shutil.copy(ROOT / "binder" / "page_config.json", folder / "binder")
    for name in ("make", "sh", "cat", "rm", "cp", "mkdir", "uname", "awk"):
        (tools / name).symlink_to(shutil.which(name))
    return folder


def put(checkout: Path, name: str, text: str) -> None:
    program = checkout.parent / "bin" / name
    program.write_text(text)
    program.chmod(0o755)


def make(checkout: Path, *words: str, **variables: str) -> subprocess.CompletedProcess:
    environ = {"PATH": str(checkout.parent / "bin"), "HOME": str(checkout)} | variables
    return subprocess.run(
        [shutil.which("make"), *words], cwd=checkout, env=environ, capture_output=True, text=True
    )


@NEEDS_MAKE
def test_a_python_that_is_found_but_does_not_run_is_passed_over(checkout):
    put(checkout, "python3.13", BROKEN)
    put(checkout, "python3.11", STUB)
    said = make(checkout, "shelf")
    assert said.returncode == 0, said.stderr
    assert f"made by {checkout.parent}/bin/python3.11" in said.stdout
    assert (checkout / ".venv/ready").read_text().strip() == str(checkout.resolve())


@NEEDS_MAKE
def test_a_python_without_venv_is_named_with_what_to_install(checkout):
    put(checkout, "python3.12", STUB)
    said = make(checkout, "lab", NO_VENV="1")
    assert said.returncode != 0
    assert "sudo apt install python3.12-venv" in said.stdout


@NEEDS_MAKE
def test_without_a_python_one_line_says_what_to_install(checkout):
    put(checkout, "python3.13", BROKEN)
    said = make(checkout, "lab")
    assert said.returncode != 0
    assert len(said.stdout.splitlines()) == 1
    assert "sudo apt install python3 python3-venv" in said.stdout


@NEEDS_MAKE
def test_an_interrupted_install_is_not_taken_for_a_finished_one(checkout):
    put(checkout, "python3", STUB)
    assert make(checkout, "shelf", PIP_FAILS="1").returncode != 0
    assert not (checkout / ".venv/ready").exists()
    mended = make(checkout, "shelf")
    assert mended.returncode == 0
    assert "made by" not in mended.stdout, "what was there is used"
    assert (checkout / ".venv/ready").exists()


@NEEDS_MAKE
def test_a_ready_environment_is_left_alone_until_the_lock_is_newer(checkout):
    put(checkout, "python3", STUB)
    make(checkout, "shelf")
    assert "pip" not in make(checkout, "shelf").stdout
    later = (checkout / ".venv/ready").stat().st_mtime + 5
    os.utime(checkout / "requirements.lock", (later, later))
    assert "--require-hashes -r requirements.lock" in make(checkout, "shelf", PIP_FAILS="1").stdout
    assert not (checkout / ".venv/ready").exists()


@NEEDS_MAKE
def test_a_checkout_that_was_moved_gets_a_new_environment(checkout):
    put(checkout, "python3", STUB)
    make(checkout, "shelf")
    moved = checkout.rename(checkout.parent / "elsewhere")
    assert "made by" in make(moved, "shelf").stdout


@NEEDS_MAKE
def test_help_tells_every_target(checkout):
    listed = set(re.findall(r"^make (\w+)", make(checkout).stdout, re.MULTILINE))
    promised = "help lab test check run measure shelf torch bundle student teacher"
    promised += " lock format clean"
    assert listed == set(promised.split())
