import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_utils import doctor
from course_utils.__main__ import main
from course_utils.data import shelf
from course_utils.doctor import Finding
from course_utils.files import read_toml

ROOT = Path(__file__).resolve().parents[1]
GLIBC = ("glibc", "2.36")


@pytest.mark.parametrize(
    ("version", "state"),
    [((3, 9, 18), "fail"), ((3, 10, 0), "ok"), ((3, 13, 9), "ok"), ((3, 14, 0), "fail")],
)
def test_a_python_without_tensorflow_builds_is_refused(version, state):
    assert doctor.check_python(version).state == state


@pytest.mark.parametrize(
    ("system", "machine", "libc", "state"),
    [
        ("Linux", "x86_64", GLIBC, "ok"),
        ("Linux", "aarch64", GLIBC, "ok"),
        ("Darwin", "arm64", ("", ""), "ok"),
        ("Windows", "AMD64", ("", ""), "ok"),
        ("Darwin", "x86_64", ("", ""), "fail"),
        ("Windows", "ARM64", ("", ""), "fail"),
        ("Linux", "armv7l", GLIBC, "fail"),
        ("Linux", "x86_64", ("", ""), "fail"),
        ("Linux", "x86_64", ("glibc", "2.17"), "fail"),
    ],
)
def test_a_platform_without_tensorflow_builds_is_refused(system, machine, libc, state, monkeypatch):
    monkeypatch.setattr(doctor, "_has_avx", lambda: True)
    assert doctor.check_platform(system, machine, libc).state == state


def test_an_intel_mac_is_told_why_pip_finds_no_tensorflow():
    assert "Intel Macs" in doctor.check_platform("Darwin", "x86_64", ("", "")).mend


def test_a_processor_without_avx_is_named_before_tensorflow_dies_of_it(tmp_path, monkeypatch):
    cpu = tmp_path / "cpuinfo"
    cpu.write_text("flags : fpu sse4_2 popcnt\n")
    assert not doctor._has_avx(cpu)
    monkeypatch.setattr(doctor, "_has_avx", lambda: False)
    assert doctor.check_platform("Linux", "x86_64", GLIBC).state == "fail"


def checkout(folder: Path, requirement: str, lock: str) -> Path:
    (folder / "pyproject.toml").write_text(f'dependencies = [\n    "{requirement}",\n]\n')
    (folder / "requirements.lock").write_text(lock)
    return folder


@pytest.mark.parametrize(
    ("requirement", "lock", "state", "saw"),
    [
        ("numpy>=1.0", "", "ok", "1 of 1"),
        ("numpy>=99", "", "fail", "numpy"),
        ("no-such-thing>=1", "", "fail", "no-such-thing is missing"),
        ("no-such-thing>=1; python_version < '3.0'", "", "ok", "1 of 1"),
        ("numpy>=1.0", "numpy==0.1 \\\n    --hash=sha256:0\n", "warn", "numpy"),
        ("numpy>=1.0", "no-such-thing==1.0 \\\n    --hash=sha256:0\n", "ok", "1 of 1"),
    ],
    ids=["fits", "too old", "missing", "not for this Python", "untested", "locked, not needed"],
)
def test_packages_are_held_against_lower_bounds_and_lock(tmp_path, requirement, lock, state, saw):
    finding = doctor.check_packages(checkout(tmp_path, requirement, lock))
    assert (finding.state, saw in finding.saw) == (state, True), finding


def test_requirements_are_read_from_the_real_pyproject():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = read_toml(ROOT / "pyproject.toml")["project"]["dependencies"]
    assert doctor._requirements(text) == wanted


def test_all_versions_of_a_package_in_the_lock_count_as_tested():
    lock = "a==1 ; python_version < '3.11' \\\n    --hash=sha256:0\na==2 \\\n    --hash=sha256:0\n"
    assert doctor._locked(lock) == {"a": {"1", "2"}}


@pytest.mark.parametrize(
    ("limit", "free", "state"),
    [(1024, 1024, "fail"), (1900, 1800, "warn"), (8192, 900, "warn"), (2048, 1700, "ok")],
)
def test_memory_is_judged_by_what_one_lesson_needs(limit, free, state):
    assert doctor.check_memory(limit, free).state == state


@pytest.mark.parametrize(("cores", "state"), [(1, "warn"), (2, "ok")])
def test_one_core_is_a_warning_about_time(cores, state):
    assert doctor.check_cores(cores).state == state


@pytest.mark.parametrize(("free", "state"), [(0.2, "fail"), (2, "warn"), (20, "ok")])
def test_a_full_disk_is_seen(free, state):
    assert doctor.check_disk(free).state == state


def test_a_kernel_of_another_python_is_seen(tmp_path):
    other = tmp_path / "bin" / "python3.11"
    assert doctor.judge_kernel(str(other)).state == "fail"
    assert doctor.judge_kernel(sys.executable).state == "ok"
    assert doctor.judge_kernel("python").state == "ok"
    assert doctor.check_kernel().state == "ok"


def test_widgets_without_their_half_in_jupyterlab_are_seen(tmp_path):
    assert doctor.check_widgets(tmp_path).state == "fail"
    assert doctor.check_widgets().state == "ok"


def test_widgets_of_another_generation_than_their_half_are_seen(monkeypatch):
    versions = {"ipywidgets": "7.7.5", "jupyterlab_widgets": "3.0.16"}
    monkeypatch.setattr(doctor, "_installed", versions.get)
    assert "do not fit" in doctor.check_widgets().saw


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, monkeypatch):
    def refuse(dir):
        raise PermissionError(dir)

    folders = {"checkout": tmp_path, "cache": tmp_path / "not" / "there yet"}
    assert doctor.check_folders(folders).state == "ok"
    assert not (tmp_path / "not").exists()
    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    finding = doctor.check_folders(folders)
    assert finding.state == "fail"
    assert str(tmp_path) in finding.saw


@pytest.mark.parametrize(("image", "state"), [("ready", "ok"), ("missing", "fail")])
def test_a_cache_of_somebody_else_is_a_fault_while_images_are_whole(
    image, state, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "_writable", lambda folder: folder == tmp_path)
    monkeypatch.setattr(shelf, "status", lambda: [SimpleNamespace(name="a", state=image)])
    monkeypatch.setattr(shelf, "cache_folder", lambda: Path("/srv/shelf"))
    finding = doctor.check_folders()
    assert finding.state == state
    assert ("/srv/shelf" in finding.saw.replace("\\", "/")) == (state == "fail")


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ({"a": "ready"}, "ok"),
        ({"a": "ready", "b": "missing"}, "warn"),
        ({"a": "damaged", "b": "missing"}, "fail"),
    ],
)
def test_the_shelf_is_judged_by_its_worst_package(states, state):
    finding = doctor.judge_shelf(states)
    assert finding.state == state
    assert state == "ok" or "python -m course_utils shelf" in finding.mend


def test_the_shelf_of_this_computer_can_be_looked_at():
    assert "Error" not in doctor.check_shelf().saw


def test_a_check_that_breaks_is_a_finding_not_a_traceback():
    def check_moon():
        raise OSError("out of reach")

    def check_numbers():
        raise ImportError("No module named 'numpy'")

    assert doctor._guarded(check_moon) == Finding(
        "moon", "fail", "OSError: out of reach", doctor.INSTALL
    )
    assert doctor._guarded(check_numbers).mend == "mend the packages first"


def test_another_python_is_sent_to_the_one_of_the_course(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert doctor._right_python() == doctor.INSTALL
    program = tmp_path / ".venv/bin/python"
    program.parent.mkdir(parents=True)
    program.touch()
    assert ".venv/bin/python -m course_utils doctor" in doctor._right_python()


def test_the_report_is_aligned_and_puts_the_mend_under_the_fault():
    text = doctor.report([Finding("a", "ok", "fine"), Finding("long", "fail", "broken", "do this")])
    assert text.splitlines() == [
        "ok    a     fine",
        "fail  long  broken",
        "            -> do this",
        "1 to mend, 0 to know about",
    ]


@pytest.mark.parametrize(("state", "status"), [("ok", 0), ("warn", 0), ("fail", 1)])
def test_only_a_failed_check_fails_the_command(state, status, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "examine", lambda: [Finding("moon", state, "seen", "look")])
    assert main(["doctor"]) == status
    assert "moon" in capsys.readouterr().out


def test_this_environment_has_no_fault_beside_the_shelf():
    faults = [f for f in doctor.examine() if f.state == "fail" and f.name != "shelf"]
    assert faults == []


def test_the_doctor_speaks_where_nothing_is_installed():
    said = subprocess.run(
        [sys.executable, "-S", "-E", "-m", "course_utils", "doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 1, said.stderr
    assert "fail  packages" in said.stdout
    assert said.stderr == ""
