import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils import run
from course_utils.__main__ import main
from course_utils.run import execute, find_notebooks

SETUP = "import os\nSEED = 0"


def write(path: Path, *sources: str, setup: str = SETUP) -> Path:
    """A notebook of one title, a setup cell and further code cells."""
    cells = [new_markdown_cell("# A lesson"), new_code_cell(setup, metadata={"tags": ["setup"]})]
    nbformat.write(new_notebook(cells=cells + [new_code_cell(each) for each in sources]), path)
    return path


def printed(execution: run.Execution) -> str:
    streams = [o for cell in execution.notebook.cells for o in cell.get("outputs", [])]
    return "".join(o.text for o in streams if o.output_type == "stream")


ASK = "print(SEED, os.environ['COURSE_SPEED'], os.environ['MOON'], os.path.basename(os.getcwd()))"


def test_a_lesson_runs_in_its_folder_with_seed_speed_and_variables(tmp_path):
    cells = []
    path = write(tmp_path / "00_a.ipynb", ASK)
    before = path.read_bytes()
    done = execute(path, seed=7, speed="full", env={"MOON": "new"}, on_cell=lambda: cells.append(1))
    assert printed(done) == f"7 full new {tmp_path.name}\n"
    assert done.error is None
    assert 0 < done.seconds < 60
    assert len(cells) == 2
    assert path.read_bytes() == before


def test_the_kernel_is_this_python_with_bound_threads(tmp_path, monkeypatch):
    monkeypatch.setenv("CPU_LIMIT", "1")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    ask = "import sys; print(sys.prefix, os.environ['OMP_NUM_THREADS'])"
    assert printed(execute(write(tmp_path / "00_a.ipynb", ask))) == f"{sys.prefix} 1\n"


def test_a_seed_without_a_line_for_it_is_an_error_that_names_the_notebook(tmp_path):
    path = write(tmp_path / "00_a.ipynb", "SEED = 0", setup="SEEDS = 0")
    with pytest.raises(ValueError, match=r"00_a.ipynb.*SEED = 0"):
        execute(path, seed=1)


def test_a_comment_behind_the_seed_stays(tmp_path):
    notebook = nbformat.read(write(tmp_path / "a.ipynb", setup="SEED = 0  # any number"), 4)
    run.replace_seed(notebook, 12, tmp_path)
    assert notebook.cells[1].source == "SEED = 12  # any number"


def test_an_error_names_the_cell_and_ends_the_run(tmp_path):
    path = write(tmp_path / "00_a.ipynb", "tiles = 3\n1 / (tiles - 3)", "print('not reached')")
    done = execute(path)
    assert done.error.startswith("cell 3 of 4, `tiles = 3`:\n")
    assert done.error.endswith("ZeroDivisionError: division by zero")
    assert "\x1b" not in done.error
    assert len(done.error.splitlines()) <= 8
    assert "not reached" not in printed(done)


def test_a_kernel_that_dies_is_reported_with_its_memory(tmp_path):
    done = execute(write(tmp_path / "00_a.ipynb", "os._exit(1)"))
    assert "cell 3 of 3" in done.error
    assert "the kernel died" in done.error


def test_a_cell_that_never_ends_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CELL_SECONDS", 1)
    done = execute(write(tmp_path / "00_a.ipynb", "import time; time.sleep(60)"))
    assert "more than 1 s" in done.error
    assert done.seconds < 30


WIDGET = """
import ipywidgets
slider = ipywidgets.IntSlider(max=9)
ipywidgets.VBox([slider, ipywidgets.interactive_output(print, {"value": slider})])
"""


def test_a_widget_of_a_lesson_runs_to_its_end(tmp_path):
    assert execute(write(tmp_path / "00_a.ipynb", WIDGET, "slider.value = 5")).error is None


MEMORY = """
import subprocess, sys
block = b'x' * (150 * 2**20)
subprocess.run([sys.executable, "-c", "import time; b = b'x' * (150 * 2**20); time.sleep(1.5)"])
del block
"""


def test_peak_memory_is_of_the_kernel_and_its_child_together(tmp_path):
    assert execute(write(tmp_path / "00_a.ipynb", MEMORY)).peak_mb > 350


def test_lessons_are_found_by_number_name_and_path(tmp_path):
    paths = [write(tmp_path / f"{name}.ipynb") for name in ("00_first", "02_second")]
    (tmp_path / "scratch.ipynb").touch()
    assert find_notebooks([], tmp_path) == paths
    assert find_notebooks(["02"], tmp_path) == paths[1:]
    assert find_notebooks(["02_second", str(paths[0])], tmp_path) == paths[::-1]


def test_an_unknown_lesson_is_told_which_there_are(tmp_path):
    write(tmp_path / "00_first.ipynb")
    with pytest.raises(FileNotFoundError, match=r"'99'.*00_first"):
        find_notebooks(["99"], tmp_path)


def test_one_failing_lesson_fails_the_command_and_all_are_saved(tmp_path, monkeypatch, capsys):
    write(tmp_path / "00_bad.ipynb", "raise RuntimeError('no cells here')")
    write(tmp_path / "01_good.ipynb", "print('reached')")
    monkeypatch.setattr(run, "NOTEBOOKS", tmp_path)
    out = tmp_path / "executed"
    paths = [str(path) for path in sorted(tmp_path.glob("*.ipynb"))]
    assert main(["run", *paths, "--out", str(out)]) == 1
    said = capsys.readouterr().out
    assert "00_bad" in said and "no cells here" in said
    assert "1 of 2 lessons ran" in said
    assert "no cells here" in (out / "00_bad.html").read_text(encoding="utf-8")
    assert "reached" in (out / "01_good.html").read_text(encoding="utf-8")
    assert nbformat.read(out / "01_good.ipynb", 4).cells[2].outputs


def test_no_lesson_at_all_is_not_a_success(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "find_notebooks", lambda wanted: [])
    assert main(["run"]) == 1


def test_a_wrong_number_is_one_line_not_a_traceback(capsys):
    assert main(["run", "99"]) == 1
    said = capsys.readouterr().err
    assert "99" in said and "Traceback" not in said


def test_an_output_widget_is_not_answered():
    """Its answer could swallow the kernel's next reply and hang the run (nbclient#312)."""
    client = run._client(nbformat.v4.new_notebook(), Path("."), 10)
    (listener,) = client.widget_registry["@jupyter-widgets/output"].values()
    sent = []
    widget = listener("id", {"outputs": []}, client, client)
    widget.send = lambda *args: sent.append(args)
    widget.sync_state()
    assert sent == []
