"""Scores of tracks, against the reference implementations and by hand."""

import csv
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from made_tracks import draw, made_pair

from course_utils.data.forest import forest_of, forest_of_graph
from course_utils.metrics.tracking import pair_same, score_forests, score_tracks

ANSWERS = Path(__file__).with_name("tracking_answers.csv")


def answers() -> dict[int, dict[str, float]]:
    """What py-ctcmetrics 1.3.3 and traccuracy 0.4.3 say of the made movies.

    Links and divisions are traccuracy's, where no mask covers two cells (it refuses those). Its F1
    is NaN where precision and recall are 0; here that is 0.
    """
    found: dict[int, dict[str, float]] = {}
    with ANSWERS.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(int(row["seed"]), {})[row["score"]] = float(row["value"] or "nan")
    for scores in found.values():
        for name in ("division F1", "division F1, 1 frame"):
            if np.isnan(scores.get(name, 0)) and scores["division recall"] == 0:
                scores[name] = 0.0
    return found


@pytest.mark.parametrize("seed", sorted(answers()))
def test_scores_that_differ_from_the_reference_programs(seed):
    mine, theirs = score_tracks(*made_pair(seed)), answers()[seed]
    assert {name: mine[name] for name in theirs} == pytest.approx(theirs, nan_ok=True, abs=1e-12)


def test_the_made_movies_have_none_of_the_faults_they_are_made_for():
    pairs = [made_pair(seed) for seed in answers()]
    assert len(pairs) >= 20
    assert sum(any(not frame.any() for frame in found.masks) for _, found in pairs) >= 4
    scores = [score_tracks(*pair) for pair in pairs]
    for name in ("TRA", "CHOTA", "link F1", "division F1"):
        assert len({round(each[name], 6) for each in scores}) > 8, name
    shifted = [each["division F1, 1 frame"] - each["division F1"] for each in scores]
    assert max(shifted) > 0.1
    assert any(each["SEG"] < 0.9 for each in scores)


def test_scores_that_differ_from_an_installed_reference(tmp_path):
    pytest.importorskip("ctc_metrics")
    from ctc_metrics.scripts.evaluate import evaluate_sequence

    true, found = made_pair(3)
    for folder, name, table, film in (
        ("01_GT/TRA", "man_track", "man_track.txt", true),
        ("01_GT/SEG", "man_seg", "none.txt", true),
        ("01_RES", "mask", "res_track.txt", found),
    ):
        _write(tmp_path / folder, name, table, film)
    names = ["TRA", "DET", "LNK", "SEG", "CHOTA", "CT", "BC"]
    said = evaluate_sequence(
        str(tmp_path / "01_RES"), str(tmp_path / "01_GT"), ["Valid", *names], threads=1
    )
    mine = score_tracks(true, found)
    theirs = {name: said[name] for name in names[:-1]}
    theirs |= {"BC": said["BC(0)"], "BC, 1 frame": said["BC(1)"]}
    assert {name: mine[name] for name in theirs} == pytest.approx(theirs)


def _write(folder, name, table, film):
    import tifffile

    folder.mkdir(parents=True)
    for t, frame in enumerate(film.masks):
        tifffile.imwrite(folder / f"{name}{t:03d}.tif", frame)
    np.savetxt(folder / table, film.lineage, fmt="%d")


def test_a_perfect_result_that_is_not_perfect():
    true, _ = made_pair(1)
    scores = score_tracks(true, true)
    assert set(scores.values()) == {1.0}


def test_track_numbers_that_matter():
    true, found = made_pair(4)
    new = np.array([0, *(1000 - found.lineage[:, 0])])
    renamed = SimpleNamespace(masks=new[found.masks], lineage=found.lineage.copy())
    renamed.lineage[:, [0, 3]] = new[found.lineage[:, [0, 3]]]
    assert score_tracks(true, renamed) == pytest.approx(score_tracks(true, found), nan_ok=True)


def test_nothing_found_and_nothing_to_find():
    true, _ = made_pair(1)
    nothing = SimpleNamespace(masks=np.zeros_like(true.masks), lineage=np.zeros((0, 4), int))
    scores = score_tracks(true, nothing)
    for name in ("TRA", "DET", "LNK", "SEG", "CHOTA", "CT", "link F1", "division F1", "BC"):
        assert scores[name] == 0, name
    assert np.isnan(score_tracks(nothing, nothing)["TRA"])
    assert score_tracks(nothing, true)["CHOTA"] == 0


def _line(*boxes):
    graph = nx.DiGraph()
    for t, box in enumerate(boxes):
        graph.add_node(t, frame=t, box=box)
        if t:
            graph.add_edge(t - 1, t)
    return graph


def test_half_a_cell_counts_as_found():
    true = draw(_line(np.s_[0:4, 0:10]))
    half, more = (draw(_line(np.s_[0:4, 0:n])) for n in (5, 6))
    assert score_tracks(true, half)["DET"] == pytest.approx(1 - 1 / 1) == 0
    assert score_tracks(true, more)["DET"] == 1
    assert score_tracks(true, more)["SEG"] == pytest.approx(0.6)


def test_a_merged_pair_costs_one_split_and_its_links():
    graph = _line(np.s_[0:6, 0:6], np.s_[0:6, 0:6])
    graph.add_nodes_from([("b", dict(frame=0, box=np.s_[10:16, 0:6]))])
    graph.add_nodes_from([("c", dict(frame=1, box=np.s_[10:16, 0:6]))])
    graph.add_edge("b", "c")
    true, found = draw(graph), draw(_line(np.s_[0:6, 0:6], np.s_[0:16, 0:6]))
    scores = score_tracks(true, found)
    assert scores["DET"] == pytest.approx(1 - (5 + 10) / 40)
    assert scores["LNK"] == 0
    assert scores["link F1"] == 0


def test_a_division_one_frame_late_is_right_without_tolerance_or_wrong_with_it():
    def family(at):
        graph = _line(*[np.s_[0:6, 0:6]] * 6)
        before = at
        for t in range(at + 1, 6):
            graph.add_node(("b", t), frame=t, box=np.s_[10:16, 0:6])
            graph.add_edge(before, ("b", t))
            before = ("b", t)
        return draw(graph)

    scores = score_tracks(family(2), family(3))
    assert (scores["division F1"], scores["division F1, 1 frame"]) == (0, 1)
    assert (scores["BC"], scores["BC, 1 frame"]) == (0, 1)
    assert score_tracks(family(2), family(4))["division F1, 1 frame"] == 0


def test_graphs_over_the_same_detections_score_unlike_their_masks():
    true, found = _line(*[np.s_[0:6, 0:6]] * 4), _line(*[np.s_[0:6, 0:6]] * 4)
    found.remove_edge(1, 2)
    forests = [forest_of_graph(graph) for graph in (true, found)]
    pairing = pair_same(*forests[0], *forests[1])
    by_graph = score_forests(forests[0][0], forests[1][0], pairing)
    by_masks = score_tracks(draw(true), draw(found))
    assert by_graph == pytest.approx({k: v for k, v in by_masks.items() if k != "SEG"}, nan_ok=True)
    assert by_graph["link recall"] == pytest.approx(2 / 3)


def test_faulty_input_is_scored():
    true, found = made_pair(2)
    with pytest.raises(ValueError, match="one shape"):
        score_tracks(true, SimpleNamespace(masks=found.masks[:, 1:], lineage=found.lineage))
    with pytest.raises(ValueError, match="disagree"):
        forest_of(true.masks, true.lineage[1:])
    graph = _line(*[np.s_[0:6, 0:6]] * 2)
    graph.add_node("b", frame=0, box=np.s_[10:16, 0:6])
    graph.add_edge("b", 1)
    with pytest.raises(ValueError, match="predecessors"):
        forest_of_graph(graph)
