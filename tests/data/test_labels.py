"""The labels that the course wrote: who divides later, and what each pass said."""

from types import SimpleNamespace

import numpy as np

from course_utils.data.datasets import hela_nuclei
from course_utils.data.labels import PHASES, hela_fates, hela_passes


def cells(*lives):
    """Nuclei of several cells, each given by its phases frame by frame."""
    rows = [(c, t, phase) for c, life in enumerate(lives) for t, phase in enumerate(life)]
    cell, frame, phase = (np.array(column) for column in zip(*rows, strict=True))
    mitotic = phase != "interphase"
    return SimpleNamespace(
        cell=cell, frame=frame, phase=phase, mitotic=mitotic, __len__=None, n=len(rows)
    )


class Cells(SimpleNamespace):
    def __len__(self):
        return len(self.cell)


def fates(*lives):
    return hela_fates(Cells(**vars(cells(*lives)))).tolist()


REST, PLATE, DAUGHTER = "interphase", "metaphase", "telophase"


def test_only_what_comes_before_the_plate_counts_as_dividing_later():
    assert fates([REST, REST, PLATE, REST]) == [1, 1, -1, -1]


def test_a_cell_seen_for_a_short_time_is_unknown():
    assert fates([REST] * 7) == [-1] * 7
    assert fates([REST] * 8) == [0] * 8


def test_a_fresh_daughter_is_not_one_that_never_divides():
    assert set(fates([DAUGHTER] + [REST] * 9)) == {-1}


def test_passes_stand_in_the_order_of_the_nuclei():
    nuclei = hela_nuclei(size=8)
    first, second = hela_passes()
    assert len(first) == len(second) == len(nuclei)
    assert set(first) | set(second) <= set(PHASES)
    sure = ~nuclei.doubtful.astype(bool)
    assert np.mean(first[sure] == nuclei.phase[sure]) > 0.98


def test_every_nucleus_of_the_film_has_a_label():
    nuclei = hela_nuclei(size=8)
    assert len(nuclei) == 3271
    assert nuclei.mitotic.sum() == 179 and (~nuclei.mitotic).sum() >= 500
