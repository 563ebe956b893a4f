"""Batches on the fly: pairs stay pairs, every image gets its turn, nothing is stored."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data.feeder import Plan, draw_centre, feed, numpy_batch, random_crops
from course_utils.data.transforms import Augment, Scale, edge_distance

HOW = Augment(flips="yx", quarter_turns=True, angle=45, zoom=(0.8, 1.25))
LIGHT = Augment(flips="yx", angle=30, gain=(0.5, 2), offset=1, noise=0.3)
seeds = st.integers(0, 2**32)


def rng(seed=0):
    return np.random.default_rng(seed)


def ramps(n=3, side=40):
    return np.stack([np.arange(side * side, dtype=np.uint16).reshape(side, side) % 997] * n)


def numbered(n):
    return np.arange(n, dtype=np.float32)[:, None, None] * np.ones((1, 4, 4), np.float32)


def all_of(plan, batches):
    inputs, targets = zip(*(numpy_batch(plan, i) for i in range(batches)), strict=True)
    return np.concatenate(inputs), np.concatenate(targets)


# Places of crops


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=2, max_size=3),
    seeds,
    st.sampled_from([0, 0.5, 1]),
)
@settings(deadline=None)
def test_no_crop_reaches_over_the_edge_of_its_image(sides, seed, share):
    shape, size = (tuple(max(s) for s in sides), tuple(min(s) for s in sides))
    mask = rng(seed).integers(0, 2, shape)
    image = np.stack([mask, mask + 5], axis=-1)
    for crop, labels in random_crops(image, mask, size, 5, rng(seed), share):
        assert labels.shape == size and crop.shape == (*size, 2)
        assert np.array_equal(crop[..., 1], labels + 5)


def test_crops_are_views_and_cost_no_memory():
    image, mask = np.zeros((50, 60), np.uint16), np.ones((50, 60), int)
    for crop, labels in random_crops(image, mask, 16, 20, rng()):
        assert np.shares_memory(crop, image) and np.shares_memory(labels, mask)


def test_every_pixel_can_be_in_a_crop():
    seen = np.zeros((9, 11), int)
    for _, crop in random_crops(seen, seen, (4, 5), 2000, rng(), towards_objects=0):
        crop += 1
    assert seen.min() > 0


@pytest.mark.parametrize("spot", [(0, 0), (199, 150), (60, 70)])
def test_one_small_cell_in_a_large_field_is_found(spot):
    mask = np.zeros((200, 300), np.uint16)
    mask[spot] = 9
    crops = [crop for _, crop in random_crops(mask, mask, 32, 40, rng(), towards_objects=1)]
    assert all(9 in crop for crop in crops)
    somewhere = [crop for _, crop in random_crops(mask, mask, 32, 40, rng(), towards_objects=0)]
    assert sum(9 in crop for crop in somewhere) < 10


def test_a_share_of_the_crops_goes_anywhere_and_an_empty_field_does_too():
    mask = np.zeros((200, 200), int)
    mask[100, 100] = 1
    hits = [c.any() for _, c in random_crops(mask, mask, 9, 400, rng(), towards_objects=0.5)]
    assert np.mean(hits) == pytest.approx(0.5, abs=0.08)
    assert len(list(random_crops(mask * 0, mask * 0, 9, 5, rng(), towards_objects=1))) == 5


def test_crops_of_a_stack_take_all_its_planes_or_as_many_as_asked():
    stack = np.zeros((6, 20, 20), int)
    assert {c.shape for c, _ in random_crops(stack, stack, 8, 3, rng())} == {(6, 8, 8)}
    assert {c.shape for c, _ in random_crops(stack, stack, (2, 8, 8), 3, rng())} == {(2, 8, 8)}


@pytest.mark.parametrize(
    "shape, size, word",
    [((20, 20), 21, "no crop of"), ((20, 21), 8, "mask has shape"), ((20, 20), (8,), "2 numbers")],
)
def test_crops_that_do_not_fit_are_refused(shape, size, word):
    with pytest.raises(ValueError, match=word):
        next(random_crops(np.zeros(shape), np.zeros((20, 20), int), size, 1, rng()))


def test_places_are_not_looked_for_in_the_mask_of_another_picture():
    with pytest.raises(ValueError, match="mask has shape"):
        draw_centre((9, 9), (3, 3), rng(), np.ones((9, 8)), 1)


def test_a_picture_smaller_than_its_crop_is_in_the_middle():
    assert draw_centre((10, 100), (16, 20), rng())[0] == 5


# Batches without TensorFlow


def test_the_seed_repeats_batches_in_whatever_order_they_are_asked_for():
    images = rng().random((5, 40, 40))
    plans = [Plan(images, ramps(5), 3, LIGHT, seed=4, size=16) for _ in range(2)]
    forward = [numpy_batch(plans[0], i) for i in range(4)]
    backward = [numpy_batch(plans[1], i) for i in (3, 2, 1, 0)][::-1]
    for (x, y), (again_x, again_y) in zip(forward, backward, strict=True):
        assert x.tobytes() == again_x.tobytes() and y.tobytes() == again_y.tobytes()
    other = numpy_batch(Plan(images, ramps(5), 3, LIGHT, seed=5, size=16), 0)
    assert not np.array_equal(forward[0][0], other[0])


def test_an_image_that_comes_again_is_changed_in_another_way():
    inputs, _ = all_of(Plan(ramps(1), ramps(1), 1, HOW, seed=0, size=16), 8)
    assert len({x.tobytes() for x in inputs}) == 8
    other, _ = all_of(Plan(ramps(1), ramps(1), 1, HOW, seed=1, size=16), 8)
    assert not {x.tobytes() for x in inputs} & {x.tobytes() for x in other}


def test_every_image_comes_once_before_one_comes_again_in_a_new_order():
    plan = Plan(numbered(10), np.arange(10), 4, Augment(), seed=1)
    inputs, _ = all_of(plan, 5)
    first, second = inputs[:10, 0, 0, 0], inputs[10:, 0, 0, 0]
    assert sorted(first) == sorted(second) == list(range(10))
    assert list(first) != list(second) and list(first) != sorted(first)


def test_classes_and_one_hot_rows_stay_with_their_image():
    for classes in (np.arange(7), np.eye(7)):
        inputs, targets = all_of(Plan(numbered(7), classes, 3, HOW, seed=1), 5)
        assert np.array_equal(targets, classes[inputs[:, 0, 0, 0].round().astype(int)])
        assert targets.shape == (15, *classes.shape[1:]) and targets.dtype == np.float32


def test_masks_move_with_their_image():
    columns = np.broadcast_to(np.arange(60), (4, 60, 60))
    plan = Plan(columns.astype(np.float32), columns, 8, HOW, seed=2, size=20)
    inputs, targets = all_of(plan, 4)
    assert inputs.shape == targets.shape == (32, 20, 20, 1)
    assert abs(inputs - targets).max() < 0.501
    assert np.array_equal(targets, targets.round())


def test_a_second_image_moves_along_but_keeps_its_light():
    images = rng().random((4, 30, 30)).astype(np.float32)
    lit, stain = all_of(Plan(images, images, 4, LIGHT, seed=0, size=16), 2)
    assert abs(lit - stain).mean() > 0.1
    dark = Augment(flips="yx", angle=30)
    assert np.array_equal(all_of(Plan(images, images, 4, dark, seed=0, size=16), 2)[0], stain)


def test_a_stain_of_integers_is_no_mask_once_it_has_a_scale():
    images = ramps()
    scale = Scale(0, 997)
    plan = Plan(images, images, 2, HOW, 0, size=16, normalise=scale, normalise_target=scale)
    inputs, targets = numpy_batch(plan, 0)
    assert not plan.has_masks and np.array_equal(inputs, targets) and targets.max() <= 1


def test_distance_maps_are_made_of_the_moved_mask():
    masks = np.kron(rng().integers(0, 3, (2, 8, 8)), np.ones((1, 6, 6), int))
    made = Plan(masks, masks, 4, HOW, 0, size=32, make_target=edge_distance)
    moved = Plan(masks, masks, 4, HOW, 0, size=32)
    for distance, mask in zip(numpy_batch(made, 1)[1], numpy_batch(moved, 1)[1], strict=True):
        assert np.array_equal(distance[..., 0], edge_distance(mask[..., 0].astype(int)))


def test_several_maps_of_one_mask_become_channels():
    def interior_and_distance(mask):
        return np.stack([mask > 0, edge_distance(mask)], axis=-1)

    plan = Plan(ramps(), ramps(), 2, HOW, 0, size=16, make_target=interior_and_distance)
    assert numpy_batch(plan, 0)[1].shape == (2, 16, 16, 2)


def test_images_of_different_sizes_give_crops_of_one_size():
    images = [np.ones((20, 50, 3)), np.ones((12, 9, 3)), np.ones((64, 64, 3))]
    plan = Plan(images, [0, 1, 2], 3, HOW, 0, size=16, axes="yxc")
    inputs, _ = numpy_batch(plan, 0)
    assert inputs.shape == (3, 16, 16, 3)
    np.testing.assert_allclose(inputs, 1, rtol=1e-6)


def test_stacks_are_cut_in_the_plane_or_in_all_axes():
    stacks = np.ones((2, 6, 20, 20), np.uint16)
    whole = Plan(stacks, stacks, 2, HOW, 0, size=8, axes="zyx")
    part = Plan(stacks, stacks, 2, HOW, 0, size=(4, 8, 8), axes="zyx")
    assert numpy_batch(whole, 0)[1].shape == (2, 6, 8, 8, 1)
    assert numpy_batch(part, 0)[0].shape == (2, 4, 8, 8, 1)


def test_a_movie_is_fed_without_a_copy_of_it():
    movie = np.ones((10, 400, 400), np.uint16)
    plan = Plan(movie, movie, 4, HOW, 0, size=64, normalise=Scale(0, 2))
    tracemalloc.start()
    numpy_batch(plan, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < movie.nbytes / 4


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "given, word",
    [
        (dict(targets=ramps(2)), "3 images, 2 targets"),
        (dict(images=[], targets=[]), "no pairs"),
        (dict(batch=0), "batch 0"),
        (dict(seed=-1), "seed -1"),
        (dict(images=[np.ones((4, 4)), np.ones((5, 4))], targets=[0, 1]), "give the size"),
        (dict(targets=[0, 1, 2], make_target=edge_distance), "needs masks"),
        (dict(targets=ramps(3, side=39)), "target 0 has shape"),
        (dict(targets=[*ramps(2), ramps(1, 39)[0]]), "target 2 has shape"),
    ],
)
def test_what_does_not_fit_is_refused_before_training(given, word, seed):
    plan = dict(images=ramps(), targets=ramps(), batch=2, how=Augment(), seed=seed)
    with pytest.raises(ValueError, match=word):
        numpy_batch(Plan(**{**plan, **given}), 0)


# The feed of TensorFlow


def test_the_feeder_is_imported_without_tensorflow():
    code = "import course_utils.data.feeder, sys; assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def taken(dataset, n):
    return [tuple(part.numpy() for part in pair) for pair in dataset.take(n)]


def same(pairs, others):
    return all(
        np.array_equal(part, other)
        for pair, second in zip(pairs, others, strict=True)
        for part, other in zip(pair, second, strict=True)
    )


@pytest.mark.slow
def test_the_feed_is_the_numpy_batches_in_their_order_with_fixed_shapes():
    images, masks = rng().random((5, 40, 40)), ramps(5)
    dataset = feed(images, masks, 3, LIGHT, seed=4, size=16)
    plan = Plan(images, masks, 3, LIGHT, seed=4, size=16)
    assert same(taken(dataset, 6), [numpy_batch(plan, i) for i in range(6)])
    assert same(taken(feed(images, masks, 3, LIGHT, seed=4, size=16), 6), taken(dataset, 6))
    for spec in dataset.element_spec:
        assert spec.shape.as_list() == [3, 16, 16, 1] and spec.dtype == "float32"


@pytest.mark.slow
def test_the_second_epoch_does_not_see_the_augmentations_of_the_first():
    images, masks = ramps(2), ramps(2)
    dataset = feed(images, masks, 2, HOW, seed=0, steps=3, size=16)
    plan = Plan(images, masks, 2, HOW, seed=0, size=16)
    assert len(dataset) == 3
    passes = [list(dataset.as_numpy_iterator()) for _ in range(2)]
    assert same(passes[0] + passes[1], [numpy_batch(plan, i) for i in range(6)])


@pytest.mark.slow
def test_a_misfit_is_a_value_error_when_the_feed_is_made():
    with pytest.raises(ValueError, match="quarter turns"):
        feed(np.ones((2, 8, 9)), np.arange(2), 2, HOW, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("endless", [True, False])
def test_keras_trains_on_new_batches_in_every_epoch(endless):
    import keras

    seen = []

    def note(mask):
        seen.append(mask.tobytes())
        return mask > 500

    dataset = feed(ramps(), ramps(), 2, HOW, 0, None if endless else 3, size=16, make_target=note)
    model = keras.Sequential([keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    made = len(seen)
    steps = 3 if endless else None
    history = model.fit(dataset, epochs=4, steps_per_epoch=steps, verbose=0, shuffle=False)
    assert len(history.history["loss"]) == 4 and np.isfinite(history.history["loss"]).all()
    assert len(set(seen[made:])) >= 4 * 3 * 2
