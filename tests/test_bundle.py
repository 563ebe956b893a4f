"""The bundle holds what another machine needs, and its installer looks nowhere else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import bundle
import bundle_install
import pytest
from bundle import SYSTEMS, build_bundle, lists_for

from course_utils.data import shelf
from course_utils.files import repository_root

LOCK = (repository_root() / "requirements.lock").read_text(encoding="utf-8")
TOY = """\
all==1 \\
    --hash=sha256:0
new==2 ; python_full_version >= '3.11.5' \\
    --hash=sha256:1
new==1 ; python_full_version < '3.11.5' \\
    --hash=sha256:2
win==1 ; sys_platform == 'win32' \\
    --hash=sha256:3
"""


def test_packages_of_other_systems_are_left_out():
    assert "win==1" in lists_for(TOY, "windows-3.12")["3.12.0"]
    assert "win==1" not in lists_for(TOY, "linux-3.12")["3.12.0"]
    assert ";" not in lists_for(TOY, "windows-3.12")["3.12.0"]


def test_a_python_of_an_older_patch_finds_its_packages_too():
    lists = lists_for(TOY, "linux-3.11")
    assert list(lists) == ["3.11.0", "3.11.5"]
    assert "new==1" in lists["3.11.0"] and "new==2" in lists["3.11.5"]
    assert "new==2" not in lists["3.11.0"]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("minor", [10, 11, 12, 13])
def test_every_list_has_hashes_and_each_package_once(system, minor):
    for lines in lists_for(LOCK, f"{system}-3.{minor}").values():
        entries = re.split(r"\n(?=[A-Za-z0-9])", lines.strip())
        assert all("--hash=sha256:" in entry for entry in entries)
        names = [entry.split("==")[0] for entry in entries]
        assert len(names) == len(set(names)) > 100


def test_a_build_that_pip_cannot_fetch_stops_the_bundle(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "pip_command", lambda *_: [sys.executable, "-c", "1 / 0"])
    with pytest.raises(SystemExit, match=r"linux-3\.11"):
        bundle.fetch_packages("linux-3.11", tmp_path)


@pytest.fixture
def small(tmp_path, monkeypatch) -> Path:
    """A bundle without packages and images."""
    monkeypatch.setattr(bundle, "fetch_packages", lambda build, folder: None)
    monkeypatch.setattr(bundle.shelf, "status", list)
    build_bundle(tmp_path / "bundle", ["linux-3.11"], None)
    return tmp_path / "bundle"


def test_the_bundle_holds_course_tests_and_installer(small):
    assert {"course", "shelf", "wheels", "install.py", "bundle.json"} == set(os.listdir(small))
    assert {"tests", "tools", "Makefile", "notebooks", ".ci"} <= set(os.listdir(small / "course"))


def test_a_bundle_of_the_build_for_learners_holds_that_build(small, tmp_path):
    (tmp_path / "student" / "notebooks").mkdir(parents=True)
    build_bundle(small, ["linux-3.11"], tmp_path / "student")
    assert os.listdir(small / "course") == ["notebooks"]


def test_a_missing_image_stops_the_bundle(tmp_path, monkeypatch):
    lost = shelf.WheelStatus("moon", "moon-1.whl", 1, "missing", ())
    monkeypatch.setattr(bundle.shelf, "status", lambda: [lost])
    with pytest.raises(SystemExit, match=r"moon-1.whl is missing; run: make shelf"):
        bundle.copy_shelf(tmp_path / "shelf")


def test_another_python_is_refused_before_anything_is_written(small, tmp_path):
    (small / "bundle.json").write_text('{"builds": ["mac-3.9"]}')
    command = [sys.executable, str(small / "install.py"), str(tmp_path / "here")]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode != 0 and "packages for mac-3.9" in said.stderr
    assert not (tmp_path / "here").exists()


def test_what_a_learner_wrote_is_not_copied_over(small, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_install, "BUNDLE", small)
    target = tmp_path / "here"
    bundle_install.copy_course(target)
    (target / "notebooks" / "mine.ipynb").write_text("mine")
    bundle_install.copy_course(target)
    assert (target / "notebooks" / "mine.ipynb").read_text() == "mine"


def test_a_half_copied_course_is_copied_anew(small, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_install, "BUNDLE", small)
    (tmp_path / "here.part" / "notebooks").mkdir(parents=True)
    bundle_install.copy_course(tmp_path / "here")
    assert (tmp_path / "here" / "pyproject.toml").exists()
    assert not (tmp_path / "here.part").exists()


def test_a_folder_of_something_else_is_left_alone(small, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_install, "BUNDLE", small)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "thesis.txt").touch()
    with pytest.raises(SystemExit, match="holds no course"):
        bundle_install.copy_course(tmp_path / "here")


def test_an_older_course_is_not_mixed_with_newer_packages(small, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_install, "BUNDLE", small)
    bundle_install.copy_course(tmp_path / "here")
    (tmp_path / "here" / "requirements.lock").write_text("older==1")
    with pytest.raises(SystemExit, match="in another version"):
        bundle_install.copy_course(tmp_path / "here")


def test_a_bundle_that_was_not_finished_is_not_installed(small, monkeypatch):
    (small / "bundle.json").unlink()
    monkeypatch.setattr(bundle_install, "BUNDLE", small)
    with pytest.raises(SystemExit, match="half made"):
        bundle_install.refuse_other_python()


def test_pip_looks_into_the_bundle_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://elsewhere.example")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://elsewhere.example")
    told = bundle_install.offline(tmp_path)
    assert {name for name in told if "INDEX" in name} == {"PIP_NO_INDEX"}
    assert told["PIP_CONFIG_FILE"] == os.devnull
    assert told["PIP_FIND_LINKS"] == tmp_path.as_uri()
