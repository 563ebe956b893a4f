"""One line a machine: a fault of any kind makes it not ready, and is named."""

import socket
import webbrowser

import pytest

from course_utils import room
from course_utils.__main__ import main
from course_utils.doctor import Finding

FINE = [Finding("memory", "ok", "8 GB"), Finding("lesson", "ok", "a cell trained in 5 s")]


@pytest.mark.parametrize(
    ("name", "state"),
    [("memory", "fail"), ("shelf", "fail"), ("packages", "fail"), ("disk", "warn")],
)
def test_what_stops_a_lesson_in_front_of_a_room_is_a_fault(name, state):
    assert room.strict(Finding(name, "warn", "seen", "mend")).state == state
    assert room.strict(Finding(name, "ok", "seen")).state == "ok"


def test_a_ready_machine_says_how_fast_it_was_in_one_line():
    assert room.verdict(FINE, "pc-3") == "READY pc-3: memory 8 GB; lesson a cell trained in 5 s"


def test_every_fault_stands_in_the_line_with_its_mend():
    faults = [
        Finding("shelf", "fail", "2 missing", "fetch"),
        Finding("port", "fail", "taken", "close"),
    ]
    line = room.verdict([*FINE, *faults], "pc-3")
    assert line == "NOT READY pc-3: shelf: 2 missing -> fetch; port: taken -> close"
    assert "\n" not in line


def test_a_warning_does_not_hide_in_a_ready_line():
    line = room.verdict([*FINE, Finding("browser", "warn", "none found", "open it")], "pc-3")
    assert line.startswith("READY") and "browser none found" in line


@pytest.mark.parametrize(("state", "status"), [("ok", 0), ("warn", 0), ("fail", 1)])
def test_the_exit_status_tells_a_script(state, status, monkeypatch, capsys):
    monkeypatch.setattr(room, "examine_room", lambda: [Finding("moon", state, "seen", "look")])
    assert main(["doctor", "--room"]) == status
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_taken_ports_are_seen_and_the_next_free_one_is_found():
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        taken = first.getsockname()[1]
        assert room.check_port([taken]).state == "fail"
        assert room.check_port([taken, 0]).state == "ok"


def test_a_machine_without_browser_is_warned_about(monkeypatch):
    def nothing():
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", nothing)
    assert room.check_browser().state == "warn"


def test_a_slow_machine_is_warned_about_and_a_stuck_one_refused():
    states = [room.judge_lesson(seconds, 700).state for seconds in (10, 100, 300)]
    assert states == ["ok", "warn", "fail"]


def test_a_lesson_that_does_not_run_is_a_fault_that_says_why():
    finding = room.check_lesson("raise RuntimeError('no moon')")
    assert finding.state == "fail" and "no moon" in finding.saw


@pytest.mark.slow
def test_the_little_lesson_trains_here():
    finding = room.check_lesson()
    assert finding.state != "fail" and "trained in" in finding.saw
