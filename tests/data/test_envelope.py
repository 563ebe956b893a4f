"""The sealed test set."""

import numpy as np
import pytest

from course_utils.data.envelope import Envelope


def test_it_gives_its_contents_once_and_in_order():
    sealed = Envelope(np.arange(3), "abc")
    assert "sealed" in repr(sealed) and len(sealed) == 3
    numbers, letters = sealed.open()
    assert numbers.tolist() == [0, 1, 2] and letters == "abc"
    assert "opened at" in repr(sealed)


def test_a_second_look_is_refused():
    sealed = Envelope(np.arange(3))
    sealed.open()
    with pytest.raises(RuntimeError, match="restart the kernel"):
        sealed.open()


def test_the_contents_are_not_printed():
    assert "7" not in repr(Envelope(np.array([7, 7])))


@pytest.mark.parametrize("contents", [(), (np.arange(3), np.arange(2))])
def test_nothing_and_unequal_lengths_are_refused(contents):
    with pytest.raises(ValueError, match="one length"):
        Envelope(*contents)
