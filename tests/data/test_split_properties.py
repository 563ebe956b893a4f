"""The one split holds for any crop, any cell and any order of the rows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data.splits import (
    PARTS,
    Columns,
    cells_in_both,
    columns_part,
    drop_shared_cells,
    first_pixel,
    link_cells,
)

widths = st.integers(1, 60)
columns = st.tuples(widths, st.integers(0, 20), widths).map(
    lambda w: Columns(w[0], w[0] + w[1], w[0] + w[1] + w[2])
)
tables = st.lists(st.tuples(st.sampled_from([*PARTS, "gap"]), st.integers(0, 6)), min_size=1)
nuclei = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(0, 60)),
    min_size=1,
    max_size=30,
    unique=True,
)


@given(columns, st.integers(0, 40))
def test_crops_of_two_parts_never_share_a_pixel(where, size):
    x = np.arange(200)
    part, first = columns_part(x, size, where), first_pixel(x, size)
    pixels = {name: set() for name in PARTS}
    for name, start in zip(part, first, strict=True):
        if name != "gap":
            pixels[name] |= set(range(start, start + max(size, 1)))
    assert not pixels["fit"] & pixels["choose"]
    assert not (pixels["fit"] | pixels["choose"]) & pixels["test"]
    assert max(pixels["fit"], default=0) < where.fit_until


@given(columns, st.floats(0, 200), st.integers(1, 40))
def test_a_smaller_crop_is_never_in_another_part_than_a_larger_one(where, x, size):
    large = columns_part(x, size, where)
    assert large == "gap" or columns_part(x, max(size - 2, 1), where) == large


@given(tables)
def test_no_tested_cell_is_left_in_training_and_no_test_row_is_lost(rows):
    part, cell = (np.array(column) for column in zip(*rows, strict=True))
    left = drop_shared_cells(part, cell)
    learned = set(cell[np.isin(left, ["fit", "choose"])])
    assert not learned & set(cell[left == "test"])
    assert np.array_equal(left == "test", part == "test")
    assert set(left[left != part]) <= {"gap"}
    assert cells_in_both(left, cell) <= cells_in_both(part, cell)


@given(nuclei, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_cells_do_not_depend_on_the_order_of_the_rows(rows, random):
    shuffled = random.sample(range(len(rows)), len(rows))
    frame, y, x = np.array(rows, float).T + np.array([[0], [0], [0.0]])
    # places a little apart, so that no two neighbours are equally near
    y, x = y + 1e-3 * np.sin(7 * x + frame), x + 1e-3 * np.cos(11 * y)
    cell = link_cells(frame, y, x)
    again = link_cells(frame[shuffled], y[shuffled], x[shuffled])
    pairs = set(zip(cell[shuffled].tolist(), again.tolist(), strict=True))
    assert len(pairs) == len(set(cell.tolist())) == len(set(again.tolist()))


@given(nuclei)
@settings(deadline=None)
def test_a_cell_is_at_most_once_in_a_frame_and_in_frames_without_a_gap(rows):
    frame, y, x = np.array(rows).T
    cell = link_cells(frame, y, x)
    for one in np.unique(cell):
        times = np.sort(frame[cell == one])
        assert np.array_equal(times, np.arange(times[0], times[0] + len(times)))
