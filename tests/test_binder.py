"""Binder's build can be repeated, and its servers open lesson 00."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from course_utils.files import repository_root

BINDER = repository_root() / "binder"
NEEDS_BASH = pytest.mark.skipif(not shutil.which("bash"), reason="no bash on this machine")
PYTHON = """#!/bin/sh
case "$*" in
  *sys.prefix*) echo "$IMAGE" ;;
  *) echo "$*" >> "$IMAGE/said" ;;
esac
"""


def build(image: Path) -> list[str]:
    """What `postBuild` asks of Python, in an image of our own; its exit status is looked at."""
    tools = image / "bin"
    tools.mkdir(parents=True, exist_ok=True)
    (tools / "python").write_text(PYTHON)
    (tools / "python").chmod(0o755)
    (image / "said").unlink(missing_ok=True)
    environ = {"PATH": f"{tools}:{os.environ['PATH']}", "IMAGE": str(image)}
    subprocess.run(["bash", "binder/postBuild"], cwd=BINDER.parent, env=environ, check=True)
    return (image / "said").read_text().splitlines()


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "said"]
    return {str(p): (p.read_bytes(), stat.S_IMODE(p.stat().st_mode)) for p in files}


@NEEDS_BASH
def test_building_twice_leaves_what_building_once_left(tmp_path):
    first = build(tmp_path)
    once = state(tmp_path)
    assert build(tmp_path) == first
    assert state(tmp_path) == once


@NEEDS_BASH
def test_a_failing_step_fails_the_build(tmp_path):
    build(tmp_path)
    broken = PYTHON.replace("*sys.prefix*", '*"course_utils shelf"*) exit 3 ;;\n  *sys.prefix*')
    (tmp_path / "bin" / "python").write_text(broken)
    environ = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "IMAGE": str(tmp_path)}
    done = subprocess.run(["bash", "binder/postBuild"], cwd=BINDER.parent, env=environ)
    assert done.returncode == 3


@NEEDS_BASH
@pytest.mark.parametrize(
    ("file", "app"),
    [
        ("jupyter_lab_config.json", "LabApp"),
        ("jupyter_lab_config.json", "ServerApp"),
        ("jupyter_notebook_config.json", "JupyterNotebookApp"),
    ],
)
def test_every_server_that_binder_may_start_opens_lesson_00(tmp_path, file, app):
    build(tmp_path)
    said = json.loads((tmp_path / "etc" / "jupyter" / file).read_text())
    path = said[app]["default_url"].removeprefix("/lab/tree/")
    assert (BINDER.parent / path).name == "00_start_here.ipynb"
    assert (BINDER.parent / path).exists()


def test_the_list_of_megabytes_names_packages_that_binder_installs():
    text = (repository_root() / "docs" / "binder.md").read_text(encoding="utf-8")
    listed = "".join((BINDER / name).read_text() for name in ("requirements.txt", "no-deps.txt"))
    rows = [line.split("|")[1] for line in text.splitlines() if line.count("|") == 4]
    others = {"package", "---", "all 176 packages", "compiled bytecode", "the shelf"}
    names = {name.strip() for row in rows for name in row.split(",")} - others
    assert len(names) > 10
    assert [name for name in names if f"\n{name}==" not in listed] == []
