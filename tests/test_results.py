"""Stored results and the board that sets a learner's scores beside them."""

import json

import numpy as np
import pytest

from course_utils import results
from course_utils.results import scoreboard, stored_rows, write_rows

TASK = ("77", "toy", "accuracy")
WAYS = {"floor": ["nothing"], "baseline": ["rule"], "ours": ["net"]}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "results_file", lambda lesson: tmp_path / f"{lesson}.csv")
    monkeypatch.delenv("COURSE_RECORD", raising=False)
    return tmp_path


def board(net=0.9, **kwargs):
    score = {"nothing": 0.5, "rule": 0.7, "net": net}
    return scoreboard(TASK, score, on=("toy", "test"), **WAYS, at_least=0.8, **kwargs)


def row(seed, value, method="net"):
    return {"task": "toy", "metric": "accuracy", "method": method, "seed": seed, "value": value}


def test_a_broken_model_stops_at_the_floor():
    with pytest.raises(AssertionError, match=r"net.*0\.790.*0\.8"):
        board(0.79)
    with pytest.raises(AssertionError):
        board(float("nan"))
    assert board(0.80)["net"].value == 0.80


def test_stored_seeds_stand_beside_the_run():
    write_rows("77", [row(seed, 0.85 + seed / 100) for seed in range(5)])
    line = board()["net"]
    assert line.stored == pytest.approx((0.85, 0.86, 0.87, 0.88, 0.89))
    assert "0.850-0.890" in line.spread() and "5 seeds" in str(board())
    assert board()["rule"].spread() == "not stored yet"


def test_results_of_another_metric_or_task_do_not_mix():
    rows = [row(0, 0.9), {**row(0, 0.1), "metric": "F1"}, {**row(0, 0.2), "task": "other"}]
    write_rows("77", rows)
    assert board()["net"].stored == (0.9,)


def test_an_interrupted_write_leaves_the_old_file(folder, monkeypatch):
    write_rows("77", [row(0, 0.9)])
    before = (folder / "77.csv").read_text()
    with pytest.raises(ValueError):
        write_rows("77", [row(0, 0.8), {"no such column": 1}])
    assert (folder / "77.csv").read_text() == before


def test_a_misspelt_column_is_an_error_not_an_empty_answer():
    with pytest.raises(ValueError, match="sed"):
        stored_rows("77", sed="0")


def test_the_run_is_handed_to_measure_only_when_asked(folder, monkeypatch):
    board()
    monkeypatch.setenv("COURSE_RECORD", str(folder / "record"))
    board()
    rows = [json.loads(line) for line in (folder / "record").read_text().splitlines()]
    assert [r["role"] for r in rows] == ["floor", "baseline", "ours"]
    assert rows[2] == {
        "lesson": "77", "task": "toy", "metric": "accuracy", "data": "toy", "split": "test",
        "method": "net", "role": "ours", "value": 0.9,
    }  # fmt: skip


def test_numpy_numbers_can_be_recorded(folder, monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", str(folder / "record"))
    board(np.float32(0.875))
    assert json.loads((folder / "record").read_text().splitlines()[2])["value"] == 0.875


def test_the_board_as_a_page_names_the_published_values(monkeypatch):
    found = [{"metric": "F1", "value": 0.5, "source": "a <paper>", "why_different": "other data"}]
    monkeypatch.setattr(results, "published", lambda lesson: found)
    page = board()._repr_html_()
    assert "a &lt;paper&gt;" in page and "other data" in page and "NB=77" in page
