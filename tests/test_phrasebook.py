"""The error phrasebook: every entry is raised by real code, found, and its mend runs."""

import ast
import contextlib
import importlib
import io
import logging
import subprocess
import sys
import sysconfig
import warnings

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from phrasebook_cases import CASES, NETS

from course_utils import explain
from course_utils.__main__ import main
from course_utils.concepts import glossary
from course_utils.data import shelf
from course_utils.lessons import notebook_paths
from course_utils.phrasebook import Listing, entries, matches

ENTRIES = {entry.name: entry for entry in entries()}
ELSEWHERE = {
    "the kernel died",
    "traced again and again",
    "tensorflow_hub misses pkg_resources",
    "the shelf is not filled",
}
WAITS = {("out of memory", 1)}
BROADCAST = "import numpy as np\ndifference = np.zeros((4, 8, 8)) - np.zeros(4)"
PASTED = """\
---------------------------------------------------------------------------
ValueError                                Traceback (most recent call last)
Cell In[5], line 2
      1 frame = film[0]
----> 2 difference = film - offsets

File ~/course/.venv/lib/python3.12/site-packages/numpy/core.py:12, in subtract(a, b)
     11 def subtract(a, b):
---> 12     return ufunc(a, b)

\x1b[31mValueError\x1b[39m: operands could not be broadcast together with shapes (4,8,8) (4,)
"""


def bank(mends: bool = False):
    """The cases as parameters of a test; with `mends` those that a mend is for."""
    rows = []
    for name, cases in CASES.items():
        for k, (before, fails) in enumerate(cases):
            marks = [pytest.mark.slow] if (name, k) in WAITS and not mends else []
            if not mends or k == 0 or fails.startswith("again: "):
                rows.append(pytest.param(name, before, fails, id=f"{name}-{k}", marks=marks))
    return rows


@pytest.fixture(scope="module")
def libraries():
    """What all cases may use; TensorFlow is imported once."""
    import matplotlib

    matplotlib.use("agg")
    import keras
    import matplotlib.pyplot as plt
    import numpy as np
    import tensorflow as tf

    yield {"keras": keras, "np": np, "tf": tf, "plt": plt}
    plt.close("all")


@pytest.fixture
def names(libraries, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {**libraries, "here": tmp_path, "path": tmp_path / "cells.tif"}
    exec(NETS, namespace)
    return namespace


def run(code: str, names: dict) -> list[BaseException]:
    """The error that code raises; if it raises none, the warnings that it gives."""
    with warnings.catch_warnings(record=True) as told, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("always")
        try:
            exec(code.removeprefix("again: "), names)
        except Exception as error:
            return [error]
    return [each.message for each in told]


def faults(told: list[BaseException]) -> list[BaseException]:
    return [each for each in told if not isinstance(each, Warning)]


def known(error: BaseException | str) -> list[str]:
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return [entry.name for entry, _ in matches(text)]


def test_every_entry_is_raised_by_real_code():
    assert set(CASES) | ELSEWHERE == set(ENTRIES)
    assert len(ENTRIES) == len(entries())


@pytest.mark.parametrize("name,before,fails", bank())
def test_an_error_is_found_by_its_entry_and_no_other(name, before, fails, names):
    assert not any(
        isinstance(e, Exception) and not isinstance(e, Warning) for e in run(before, names)
    )
    told = [error for error in run(fails, names) if known(error)]
    assert told and known(told[0]) == [name]
    reading = explain(told[0])
    assert reading.entry.name == name
    assert len(reading.said) <= 240
    assert known(reading.said) in ([name], []), (
        "the sentence that is shown is not the one that counts"
    )
    assert (
        known(reading.said) or ENTRIES[name].pattern.startswith("^") or name.startswith("data of")
    )


@pytest.mark.parametrize("name,before,fails", bank(mends=True))
def test_the_mend_runs_and_helps(name, before, fails, names):
    run(before, names)
    assert faults(run(ENTRIES[name].code, names)) == []
    if fails.startswith("again: "):
        assert [error for error in run(fails, names) if known(error)] == []


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_an_entry_fits_its_own_example_and_leads_to_pages_that_exist(entry):
    assert known(entry.example) == [entry.name]
    assert set(entry.see) <= {t.anchor for t in glossary()} | {p.name[:2] for p in notebook_paths()}
    assert entry.see and entry.reading.endswith((".", ")")) and entry.mend.endswith((".", ")"))
    assert len(f"{entry.reading} {entry.mend}".split()) <= 110
    ast.parse(entry.code)


def test_a_film_of_many_sizes_is_traced_again_and_again(libraries):
    tf, np, lines = libraries["tf"], libraries["np"], []
    listener = logging.Handler()
    listener.emit = lambda record: lines.append(record.getMessage())
    tf.get_logger().addHandler(listener)
    double = tf.function(lambda image: image * 2)
    for side in range(3, 12):
        double(np.zeros((side, side)))
    tf.get_logger().removeHandler(listener)
    assert known(f"WARNING:tensorflow:{lines[0]}") == ["traced again and again"]
    images = {"images": [np.zeros((3, 4)), np.zeros((5, 2))], "np": np}
    exec(ENTRIES["traced again and again"].code, images)
    assert images["x"].shape == (2, 5, 5)


def test_tensorflow_hub_without_setuptools(libraries, tmp_path, monkeypatch):
    site = sysconfig.get_paths()["purelib"]
    (tmp_path / "tensorflow_hub").symlink_to(f"{site}/tensorflow_hub")
    monkeypatch.setattr(
        sys, "path", [str(tmp_path), *(p for p in sys.path if "-packages" not in p)]
    )
    for name in [
        each for each in sys.modules if each.split(".")[0] in ("tensorflow_hub", "pkg_resources")
    ]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module("tensorflow_hub")
    assert known(caught.value) == ["tensorflow_hub misses pkg_resources"]


def test_an_empty_shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    with pytest.raises(shelf.ShelfError) as caught:
        shelf.read_bytes("hela_movie", "images")
    assert known(caught.value) == ["the shelf is not filled"]


def test_another_python_without_the_course():
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import course_utils"], capture_output=True, text=True
    )
    reading = explain(done.stderr)
    assert reading.entry.name == "a package that this Python does not have"
    assert reading.place == "line 1"


def test_in_a_notebook_the_last_error_is_explained_and_a_dead_kernel_is_known(tmp_path):
    cells = [
        BROADCAST,
        "from course_utils import explain\nexplain()",
        "import os\nos.kill(os.getpid(), 9)",
    ]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    with pytest.raises(DeadKernelError) as died:
        NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    shown = notebook.cells[1].outputs[0].data
    assert "SHAPES DO NOT GO TOGETHER" in shown["text/plain"]
    assert (
        "Your line: `line 2: difference = np.zeros((4, 8, 8)) - np.zeros(4)`"
        in shown["text/markdown"]
    )
    assert known(died.value) == ["the kernel died"]
    exec(ENTRIES["the kernel died"].code, {})


def test_a_traceback_pasted_from_a_notebook_is_read_from_its_end():
    reading = explain(PASTED)
    assert reading.entry.name == "shapes do not go together"
    assert reading.place == "line 2: difference = film - offsets"
    assert reading.said.startswith("ValueError: operands")


def test_of_two_known_errors_in_a_text_the_last_one_counts():
    text = "KeyError: 'loss'\n\nDuring handling of the above exception:\n\nNameError: name 'x'"
    assert explain(text).entry.name == "a name that nobody defined"


def test_an_unknown_error_is_read_by_the_one_that_led_to_it():
    def convert():
        try:
            return [1, 2][3]
        except IndexError:
            raise RuntimeError("the crop could not be made")  # noqa: B904

    with pytest.raises(RuntimeError) as caught:
        convert()
    assert explain(caught.value).entry.name == "counted past the end"


def test_an_unknown_error_gets_your_line_and_words_to_search_for():
    text = (
        'Traceback (most recent call last):\n  File "mine.py", line 7, in <module>\n    moon(x)\n'
        '  File "/opt/lib/python3.12/site-packages/stars/moon.py", line 3, in moon\n    raise\n'
        "stars.MoonError: no moon over /home/ada/images/a.tif at 0x7f3a today\n"
    )
    reading = explain(text)
    assert reading.entry is None and not reading
    assert reading.place == "line 7: moon(x)"
    assert reading.query == "stars MoonError: no moon over at today"
    assert "NOT IN THE PHRASEBOOK" in str(reading) and "moon(x)" in reading._repr_markdown_()


def test_words_list_the_entries_that_have_all_of_them():
    found = explain("mask shape picked")
    assert found.entry.name == "a mask of another shape"
    listed = [entry.name for entry in explain("weights").entries]
    assert "weights of another network" in listed and "minus between masks" not in listed
    assert isinstance(explain("mask"), Listing) and "mask" in explain("mask").entries[0].name
    assert len(explain("").entries) == len(ENTRIES)
    assert len(explain("ValueError").entries) > 5
    assert explain("TRUTH ambiguous").entry.name == "an array is not yes or no"
    assert not explain("zebrafish") and "numpy" in str(explain("zebrafish"))


def test_every_entry_is_found_by_its_name():
    assert [explain(name).entry.name for name in ENTRIES] == list(ENTRIES)


def test_a_number_is_not_an_error():
    with pytest.raises(TypeError, match="not int"):
        explain(3)


def test_markdown_shows_signs_as_they_are_and_links_to_lesson_and_glossary():
    page = explain("ValueError: cannot reshape array of size 4 into shape (3,) `a` ~~~~ <b>")
    text = page._repr_markdown_()
    assert "[axis](glossary.md#axis)" in text
    assert "[02_linear_classifier](02_linear_classifier.ipynb)" in text
    assert text.count("~~~~") == 2 and text.count("```") == 2


def test_the_command_explains_and_fails_for_what_it_does_not_know(capsys, monkeypatch):
    assert main(["explain", "truth", "value", "of", "an", "array"]) == 0
    assert "AN ARRAY IS NOT YES OR NO" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASTED))
    assert main(["explain", "-"]) == 0
    assert "SHAPES DO NOT GO TOGETHER" in capsys.readouterr().out
    assert main(["explain", "MoonError: no moon"]) == 1


def test_explaining_loads_neither_numpy_nor_tensorflow():
    code = (
        "import sys, course_utils as c; c.explain('shape'); c.explain('OSError: 1');"
        "print({'numpy', 'tensorflow', 'keras', 'IPython'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
