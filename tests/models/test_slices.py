"""Pieces of slices become objects of a stack."""

import numpy as np
import pytest

from course_utils.models.instances import Decoder, targets
from course_utils.models.slices import find_in_slices, link_slices, slice_batches


def same_objects(a, b):
    pairs = np.unique(np.stack([a.ravel(), b.ravel()]), axis=1)
    return len(np.unique(pairs[0])) == len(np.unique(pairs[1])) == pairs.shape[1]


@pytest.fixture
def two_columns():
    """Two leaning nuclei; the second begins two slices later."""
    masks = np.zeros((6, 12, 20), int)
    for z in range(5):
        masks[z, 1:6, 1 + z // 2 : 7 + z // 2] = 1
    for z in range(2, 6):
        masks[z, 6:11, 9 + z // 3 : 16 + z // 3] = 2
    return masks


def test_numbers_mean_nothing_across_slices(two_columns):
    rng, shuffled = np.random.default_rng(0), np.zeros_like(two_columns)
    for z, slice_ in enumerate(two_columns):
        shuffled[z] = np.concatenate([[0], rng.permutation(9)[:2] + 1])[slice_]
    linked = link_slices(shuffled)
    assert same_objects(linked, two_columns)
    assert set(np.unique(linked)) == {0, 1, 2}


def test_an_empty_slice_between_ends_an_object(two_columns):
    two_columns[2] = 0
    linked = link_slices(two_columns)
    assert linked.max() == 3
    assert linked[1, 3, 3] != linked[3, 3, 4]


def test_each_piece_continues_one_object_only():
    slices = np.zeros((2, 4, 12), int)
    slices[0, :, 0:10] = 1
    slices[1, :, 0:5], slices[1, :, 5:10] = 1, 2
    linked = link_slices(slices, 0.2)
    assert linked.max() == 2


def test_links_overlap_most_together_not_one_by_one():
    slices = np.zeros((2, 1, 40), int)
    slices[0, 0, 0:10], slices[0, 0, 10:24] = 1, 2
    slices[1, 0, 4:17], slices[1, 0, 17:24] = 1, 2
    linked = link_slices(slices, 0.1)
    assert linked[1, 0, 20] == linked[0, 0, 20] and linked[1, 0, 8] == linked[0, 0, 2]


def test_the_least_overlap_must_be_exceeded():
    slices = np.zeros((2, 1, 10), int)
    slices[0, 0, 0:6], slices[1, 0, 3:9] = 1, 1
    assert link_slices(slices, 0.3).max() == 1
    assert link_slices(slices, 1 / 3).max() == 2


def test_axis_z_is_the_first_one(two_columns):
    linked = link_slices(np.moveaxis(two_columns, 0, 2))
    assert linked.shape == (12, 20, 6) and link_slices(two_columns).shape == two_columns.shape


def test_a_stack_without_objects_stays_empty():
    assert link_slices(np.zeros((3, 4, 5), int)).max() == 0


@pytest.mark.parametrize(
    "slices, least", [(np.zeros((4, 5), int), 0.3), (np.zeros((2, 3, 4), int), 1.0)]
)
def test_other_axes_and_impossible_overlaps_are_refused(slices, least):
    with pytest.raises(ValueError):
        link_slices(slices, least)


def test_perfect_answers_give_back_the_objects(two_columns):
    masks = two_columns.repeat(4, axis=1).repeat(4, axis=2)
    answers = np.stack([targets(one) for one in masks])
    answers[..., 0] = 20 * answers[..., 0] - 10
    found = find_in_slices(answers, Decoder(smooth=1.0), smallest=100)
    assert same_objects(found, masks)


def test_an_empty_slice_stays_as_dark_as_the_stack_makes_it():
    stack = np.zeros((6, 32, 32), np.float32)
    stack[:] = np.random.default_rng(0).normal(10, 1, stack.shape)
    stack[3, 8:24, 8:24] += 1000
    masks = np.zeros(stack.shape, int)
    masks[3, 8:24, 8:24] = 1
    images, hills = next(slice_batches([stack], [masks], 32, batch=6))
    assert images.shape == (6, 32, 32, 1) and hills.shape == (6, 32, 32, 2)
    dark = hills[..., 0].max(axis=(1, 2)) == 0
    assert dark.sum() == 5 and images[dark].max() < 0.3
