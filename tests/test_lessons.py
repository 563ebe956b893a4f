"""Reading and writing notebooks as text."""

import copy

import pytest

from course_utils.lessons import card, code_hash, notebook_paths, read_notebook, write_notebook

COURSE = {
    "title": "Toy", "minutes": 60, "seconds": 30, "peak_mb": 1200, "before": ["00", "02"],
    "objectives": ["see"], "data": ["film"], "concepts": [],
}  # fmt: skip


def test_the_fingerprint_changes_with_code_and_not_with_prose():
    notebook = read_notebook(notebook_paths()[0])
    other = copy.deepcopy(notebook)
    other["cells"][0]["source"] = "# Another title"
    assert code_hash(other) == code_hash(notebook)
    next(c for c in other["cells"] if c["cell_type"] == "code")["source"] = "x = 1"
    assert code_hash(other) != code_hash(notebook)


def test_a_card_without_a_key_is_an_error():
    assert "1,200 MB | 00, 02 | film" in card("07", COURSE)
    with pytest.raises(KeyError, match="minutes"):
        card("07", {key: value for key, value in COURSE.items() if key != "minutes"})


def test_writing_what_was_read_changes_no_byte(tmp_path):
    path = notebook_paths()[0]
    copy_ = tmp_path / path.name
    write_notebook(copy_, read_notebook(path))
    assert copy_.read_bytes() == path.read_bytes()
