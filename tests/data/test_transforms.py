"""Changes of pictures."""

import numpy as np
import pytest

from course_utils.data.transforms import turn


def test_the_eight_orientations_are_all_different_and_keep_every_pixel():
    picture = np.arange(9).reshape(3, 3)
    turns = [turn(picture, k) for k in range(8)]
    assert len({t.tobytes() for t in map(np.ascontiguousarray, turns)}) == 8
    assert all(sorted(t.ravel()) == list(range(9)) for t in turns)


def test_turns_are_counter_clockwise_and_the_mirror_comes_last():
    picture = np.array([[1, 2], [3, 4]])
    assert turn(picture, 1).tolist() == [[2, 4], [1, 3]]
    assert turn(picture, 5).tolist() == [[4, 2], [3, 1]]


def test_a_ninth_orientation_is_refused():
    with pytest.raises(ValueError, match="eight"):
        turn(np.zeros((2, 2)), 8)
