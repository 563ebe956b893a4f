"""Is every machine of a room ready for a lesson? One line each, for `doctor --room`."""

import platform
import socket
import tempfile
import webbrowser
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from course_utils.doctor import INSTALL, Finding, examine

# What the doctor lets pass in self-study stops a lesson in front of a room.
STRICT = {"packages", "memory", "shelf"}
TOLD = {"memory", "cores", "shelf", "lesson"}
PORTS = range(8888, 8939)
SLOW_SECONDS, STUCK_SECONDS = 60, 180
CELL = """
import numpy as np
from course_utils.machine import quiet_import

with quiet_import():
    import keras
keras.utils.set_random_seed(0)
pictures = np.random.default_rng(0).normal(size=(512, 48, 48, 1)).astype("float32")
layers = [keras.layers.Conv2D(8, 3, activation="relu"), keras.layers.GlobalAveragePooling2D()]
model = keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(pictures, (pictures.mean((1, 2, 3)) > 0).astype("int32"), epochs=2, verbose=0)
"""


def examine_room() -> list[Finding]:
    """The doctor's checks with what a room needs besides. Used in: 00."""
    return list(map(strict, examine(check_port, check_browser, check_lesson)))


def strict(finding: Finding) -> Finding:
    """A warning about packages, memory or images is a fault here. Used in: 00."""
    grave = finding.state == "warn" and finding.name in STRICT
    return replace(finding, state="fail") if grave else finding


def verdict(findings: Iterable[Finding], name: str = "") -> str:
    """One line: the machine's name, ready or not, what to mend, or how fast it was.

    Args:
        findings: what the checks saw.
        name: of the machine; its network name if none is given.

    Used in: 00.
    """
    findings, name = list(findings), name or platform.node()
    if faults := [f for f in findings if f.state == "fail"]:
        return f"NOT READY {name}: " + "; ".join(f"{f.name}: {f.saw} -> {f.mend}" for f in faults)
    told = [f"{f.name} {f.saw}" for f in findings if f.name in TOLD or f.state == "warn"]
    return f"READY {name}: " + "; ".join(told)


def check_port(ports: Iterable[int] = PORTS) -> Finding:
    """One of the ports that JupyterLab tries for the browser is free. Used in: 00."""
    taken = 0
    for port in ports:
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                taken += 1
                continue
        return Finding("port", "ok", f"{port} is free")
    return Finding("port", "fail", f"{taken} ports are taken", "close other Jupyter servers")


def check_browser() -> Finding:
    """A browser that JupyterLab can open. Used in: 00."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return Finding("browser", "warn", "none found", "open the address that make lab prints")
    return Finding("browser", "ok", "found")


def check_lesson(code: str = CELL) -> Finding:
    """A kernel starts, imports what lessons import and trains a small network. Used in: 00."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    from course_utils.run import execute

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "room.ipynb"
        nbformat.write(new_notebook(cells=[new_code_cell(code)]), path)
        done = execute(path)
    if done.error:
        return Finding("lesson", "fail", " ".join(done.error.split())[-200:], INSTALL)
    return judge_lesson(done.seconds, done.peak_mb)


def judge_lesson(seconds: float, peak_mb: float) -> Finding:
    """Whether a room can wait for a machine that took so long. Used in: 00."""
    saw = f"a cell trained in {seconds:.0f} s with {peak_mb:.0f} MB"
    if seconds > STUCK_SECONDS:
        mend = "close other programs; a slow network drive is the usual cause: install on the disk"
        return Finding("lesson", "fail", saw, mend)
    state = "warn" if seconds > SLOW_SECONDS else "ok"
    return Finding("lesson", state, saw, "expect several times the seconds that the cards say")
