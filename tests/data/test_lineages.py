"""The course's own lineages, held against the movies and against what was seen by eye."""

import csv

import numpy as np
import pytest

from course_utils.data import lineages
from course_utils.data.datasets import bacteria_movie, hela_movie
from course_utils.data.forest import forest_of
from course_utils.data.lineage import lineage_faults
from course_utils.data.lineages import bacteria_tracks, hela_divisions, hela_tracks
from course_utils.data.readers import read_ctc
from course_utils.data.readers.ctc_write import write_ctc


@pytest.fixture(scope="module")
def hela():
    return hela_tracks()


def test_a_bacterium_without_track_or_with_another_number_of_divisions():
    movie, raw = bacteria_tracks(), bacteria_movie()
    forest = forest_of(movie.masks, movie.lineage)
    assert len(forest.frame) == 128
    assert len(forest.links) == 126
    parents, times = np.unique(movie.lineage[:, 3], return_counts=True)
    assert times[parents > 0].tolist() == [2] * 15
    assert ((movie.masks > 0) == (raw.masks > 0)).all()


def test_bacteria_whose_daughters_are_not_half_their_mother():
    movie = bacteria_tracks()
    size = {
        (t, k): n for t, f in enumerate(movie.masks) for k, n in enumerate(np.bincount(f.ravel()))
    }
    rows = {row[0]: row for row in movie.lineage.tolist()}
    for mother in set(movie.lineage[:, 3].tolist()) - {0}:
        kids = [size[rows[k][1], k] for k in rows if rows[k][3] == mother]
        assert 0.7 < sum(kids) / size[rows[mother][2], mother] < 1.4
        assert max(kids) / min(kids) < 1.8


def test_a_folder_that_other_programs_cannot_read(tmp_path):
    movie = bacteria_tracks()
    write_ctc(tmp_path, movie, movie.lineage, masks="TRA")
    again = read_ctc(tmp_path)
    assert (again.masks == movie.masks).all()
    assert (again.lineage == movie.lineage).all()


def test_hela_divisions_that_the_movie_does_not_have(hela):
    divisions = hela_divisions()
    assert len(divisions) == 61
    assert sum(d.doubtful for d in divisions) == 4
    assert sum(0 in d.daughters for d in divisions) == 3
    masks = hela_movie().masks
    for d in divisions:
        assert d.mother in masks[d.frame]
        assert all(kid in masks[d.frame + 1] for kid in d.daughters if kid)
    assert not lineage_faults(hela.masks, hela.lineage)


def test_mothers_that_lie_away_from_between_their_daughters(hela):
    centre = {}
    for t, labels in enumerate(hela_movie().masks):
        y, x = np.indices(labels.shape)
        n = np.maximum(np.bincount(labels.ravel()), 1)
        ys, xs = (np.bincount(labels.ravel(), v.ravel()) / n for v in (y, x))
        centre |= {(t, k): np.array([ys[k], xs[k]]) for k in range(1, len(n))}
    for d in hela_divisions():
        if 0 not in d.daughters:
            middle = sum(centre[d.frame + 1, kid] for kid in d.daughters) / 2
            assert np.hypot(*(middle - centre[d.frame, d.mother])) < 21, d


def test_most_late_mitoses_belong_to_no_division(hela):
    with (lineages.LABELS / "hela_phases.csv").open(encoding="utf-8") as file:
        phase = {(int(r["frame"]), int(r["label"])): r["phase"] for r in csv.DictReader(file)}
    kids = [(d.frame + 1, kid) for d in hela_divisions() for kid in d.daughters if kid]
    mothers = [(d.frame, d.mother) for d in hela_divisions()]
    assert np.mean([phase[k] in ("anaphase", "telophase") for k in kids]) > 0.6
    assert np.mean([phase[k] != "interphase" for k in mothers]) > 0.6


def test_doubtful_divisions_cannot_be_left_out(hela):
    sure = hela_tracks(doubtful=False)
    assert len(hela.lineage) - len(sure.lineage) >= 4


@pytest.mark.parametrize(
    ("rows", "told"),
    [("0,19,12,x,0", "line 2"), ("0,19,12,26", "5 whole"), ("0,1,2,3,0\n0,1,4,5,0", "two div")],
)
def test_a_wrong_line_is_read(tmp_path, rows, told):
    table = tmp_path / "hela_divisions.csv"
    table.write_text(f"frame,mother,daughter_1,daughter_2,doubtful\n{rows}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=told):
        hela_divisions(table)
    with pytest.raises(FileNotFoundError, match="git checkout"):
        hela_divisions(tmp_path / "none.csv")
