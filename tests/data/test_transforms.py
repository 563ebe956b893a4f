"""Changes of pictures: nothing invented, nothing out of step, nothing wrapped round."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.transform import rotate

from course_utils.data.transforms import (
    Augment,
    Changes,
    Scale,
    augment,
    change_light,
    draw_changes,
    edge_distance,
    fit_percentiles,
    fit_standard,
    move,
    normalise_percentiles,
    standardise_image,
    turn,
)

ALL = Augment(
    flips="yx",
    quarter_turns=True,
    angle=180,
    zoom=(0.6, 1.7),
    shift=5,
    blur=2,
    gamma=(0.5, 2),
    gain=(0.5, 2),
    offset=0.5,
    noise=0.2,
)
seeds = st.integers(0, 2**32)
pictures = st.integers(1, 12)
mirrors = st.sampled_from(["", "y", "x", "yx"])
orientations = st.builds(
    lambda turns, mirrored: Changes(turns=turns, mirrored=mirrored), st.integers(0, 3), mirrors
)
changes = st.builds(
    lambda drawn, shift, angle, zoom: drawn._replace(shift=shift, angle=angle, zoom=zoom),
    orientations,
    st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    st.just(0.0) | st.floats(-180, 180),
    st.just(1.0) | st.floats(0.4, 3),
)


def rng(seed=0):
    return np.random.default_rng(seed)


def labels(seed, shape, highest=40):
    return rng(seed).integers(0, highest, shape).astype(np.uint16)


def oriented(picture, drawn):
    turned = np.rot90(picture, drawn.turns)
    turned = turned[::-1] if "y" in drawn.mirrored else turned
    return turned[:, ::-1] if "x" in drawn.mirrored else turned


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


# One scale of intensities


def test_percentiles_are_those_of_all_training_pixels_together():
    small, large = np.arange(11), np.arange(11, 101).reshape(9, 10)
    assert fit_percentiles([small, large], low=10, high=90) == Scale(10.0, 90.0)


def test_the_deviation_is_that_of_all_pixels_not_the_mean_of_the_images():
    scale = fit_standard([np.zeros((2, 2), np.uint8), np.full((2, 2), 10, np.uint8)])
    assert scale == Scale(5.0, 10.0)


def test_what_is_brighter_than_all_of_training_is_not_clipped():
    scale = fit_percentiles(np.arange(101.0)[None], low=0, high=100)
    assert scale([-50.0, 200.0]).tolist() == [-0.5, 2.0]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int8, np.int64, np.float64, bool])
def test_integers_below_zero_of_the_scale_do_not_wrap_round(kind):
    scaled = Scale(100, 300)(np.array([0, 1], kind))
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, [-0.5, -0.495])


def test_small_differences_above_a_camera_offset_survive():
    scaled = Scale(2**31, 2**31 + 4)(np.array([2**31, 2**31 + 1], np.uint32))
    assert scaled.tolist() == [0, 0.25]


@given(st.floats(-1e3, 1e3), st.floats(1e-1, 1e4), seeds)
def test_undo_gives_the_native_intensities_back(zero, spread, seed):
    image = rng(seed).uniform(zero - spread, zero + 3 * spread, 20)
    scale = Scale(zero, zero + spread)
    np.testing.assert_allclose(scale.undo(scale(image)), image, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("normalise", [normalise_percentiles, standardise_image])
@pytest.mark.parametrize("value", [0, 7, 255])
def test_an_empty_field_becomes_zeros_and_not_nan(normalise, value):
    image = np.full((3, 4), value, np.uint8)
    assert normalise(image).tolist() == np.zeros((3, 4)).tolist()
    assert normalise(image * 0.1).dtype == np.float32


@pytest.mark.parametrize("fit", [fit_percentiles, fit_standard])
@pytest.mark.parametrize("value", [0, 0.1, 1e9 / 3])
def test_a_training_set_of_one_grey_is_an_error(fit, value):
    with pytest.raises(ValueError, match=r"all pixels|both"):
        fit(np.full((7, 3, 3), value))


def test_a_few_bright_spots_on_black_are_not_divided_by_zero():
    image = np.zeros((100, 100))
    image[5, 5] = 200
    with pytest.raises(ValueError, match="both 0"):
        normalise_percentiles(image)


@pytest.mark.parametrize("use", [fit_percentiles, fit_standard, normalise_percentiles])
@pytest.mark.parametrize("image", [[[1, np.nan]], [[np.inf, 1]], np.empty((0, 4)), []])
def test_damaged_and_empty_images_are_refused(use, image):
    with pytest.raises(ValueError, match=r"NaN|no pixels"):
        use(image)


@pytest.mark.parametrize("low, high", [(99, 1), (5, 5), (-1, 50), (50, 101)])
def test_percentiles_the_wrong_way_round_are_refused(low, high):
    with pytest.raises(ValueError, match="percentiles need"):
        fit_percentiles(np.arange(9), low, high)


def test_one_image_has_its_own_mean_and_deviation():
    image = standardise_image(rng().normal(500, 20, (50, 50)))
    assert abs(image.mean()) < 1e-5
    assert abs(image.std() - 1) < 1e-5


def test_scaling_a_movie_takes_no_more_memory_than_its_result():
    movie = np.ones((8, 256, 256), np.uint16)
    tracemalloc.start()
    Scale(0, 1)(movie)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.2 * movie.size * 4


# Moving


@given(pictures, st.integers(2, 9), seeds, orientations)
@settings(deadline=None)
def test_flips_and_quarter_turns_move_image_and_mask_exactly(n, other, seed, drawn):
    square = labels(seed, (n, n))
    assert np.array_equal(move(square, drawn, nearest=True), oriented(square, drawn))
    assert np.array_equal(move(square, drawn), oriented(square, drawn))
    oblong = labels(seed, (n, other))
    size = oriented(oblong, drawn).shape
    assert np.array_equal(move(oblong, drawn, size=size), oriented(oblong, drawn))


@given(changes, seeds, st.integers(3, 20), st.integers(3, 20), st.integers(1, 25))
@settings(deadline=None)
def test_no_angle_and_no_zoom_invents_a_label(drawn, seed, height, width, side):
    mask = labels(seed, (height, width)) * 1001
    moved = move(mask, drawn, size=(side, side), nearest=True)
    assert moved.shape == (side, side) and moved.dtype == mask.dtype
    assert set(np.unique(moved)) <= set(np.unique(mask))


@given(changes, st.integers(8, 40), st.integers(8, 40), st.tuples(*2 * [st.integers(0, 7)]))
@settings(deadline=None)
def test_image_and_mask_never_come_out_of_step(drawn, height, width, centre):
    for ramp in np.indices((height, width)):
        place = dict(drawn=drawn, size=(11, 11), centre=centre)
        apart = move(ramp.astype(np.float32), **place) - move(ramp, nearest=True, **place)
        assert abs(apart).max() < 0.501


@pytest.mark.parametrize("angle", [-137.0, -20.0, 3.0, 90.0, 45.0])
@pytest.mark.parametrize("shape", [(31, 31), (30, 30), (20, 33)])
def test_it_rotates_counter_clockwise_about_the_middle(angle, shape):
    image = ndimage.gaussian_filter(rng().random(shape), 2)
    expected = rotate(image, angle, order=1, mode="symmetric")
    np.testing.assert_allclose(move(image, Changes(angle=angle)), expected, atol=1e-5)


@pytest.mark.parametrize("zoom", [0.5, 0.77, 1.3, 4.0])
def test_zoom_is_about_the_middle_and_large_means_larger(zoom):
    image = rng().random((24, 31))
    offset = (np.array(image.shape) - 1) / 2 * (1 - 1 / zoom)
    expected = ndimage.affine_transform(
        image, np.eye(2) / zoom, offset, order=1, mode="reflect", prefilter=False
    )
    np.testing.assert_allclose(move(image, Changes(zoom=zoom)), expected, atol=1e-5)


@given(seeds, st.integers(0, 3), st.floats(-180, 180), st.floats(0.5, 2))
@settings(deadline=None, max_examples=30)
def test_turning_comes_before_mirroring_and_mirroring_before_rotating(seed, turns, angle, zoom):
    image = rng(seed).random((15, 15))
    at_once = move(image, Changes(turns=turns, mirrored="x", angle=angle, zoom=zoom))
    first = move(move(image, Changes(turns=turns)), Changes(mirrored="x"))
    np.testing.assert_allclose(at_once, move(first, Changes(angle=angle, zoom=zoom)), atol=1e-4)


def test_an_object_is_shifted_down_and_right_by_positive_numbers():
    mask = np.zeros((9, 9), int)
    mask[4, 4] = 1
    moved = move(mask, Changes(shift=(2, -1)), nearest=True)
    assert np.argwhere(moved).tolist() == [[6, 3]]


@given(changes, st.integers(-5, 80), st.integers(-5, 90))
@settings(deadline=None)
def test_a_window_stays_inside_a_picture_that_is_large_enough(drawn, y, x):
    drawn = drawn._replace(zoom=min(drawn.zoom, 0.7))
    numbered = np.arange(70 * 80).reshape(70, 80)
    moved = move(numbered, drawn, size=(12, 12), centre=(y, x), nearest=True)
    assert len(np.unique(moved)) == moved.size


def test_one_number_is_a_side_in_the_plane():
    assert move(np.zeros((3, 9, 9)), Changes(angle=5), "zyx", size=4).shape == (3, 4, 4)
    mask = np.ones((9, 8), int)
    made = augment(mask, mask, how=Augment(quarter_turns=True), rng=rng(), size=4)
    assert made.image.shape == made.mask.shape == (4, 4)


def test_beyond_the_edge_of_a_small_picture_it_is_mirrored_and_never_black():
    image = 1 + labels(0, (4, 5))
    expected = np.pad(image, 6, mode="symmetric")[1:-1, 1:-1]
    moved = move(image, Changes(), size=(14, 15))
    assert np.array_equal(moved, expected)
    assert move(image, Changes(angle=30, zoom=0.3)).min() >= 1


@given(changes, seeds)
@settings(deadline=None, max_examples=30)
def test_planes_and_channels_move_alike_and_are_never_mixed(drawn, seed):
    stack = rng(seed).random((3, 10, 10, 2))
    moved = move(stack, drawn, axes="zyxc", size=(3, 8, 8))
    for z in range(3):
        for channel in range(2):
            alone = move(stack[z, ..., channel], drawn, size=(8, 8))
            assert np.array_equal(moved[z, ..., channel], alone)


def test_a_stack_is_mirrored_along_z_and_cut_along_z_only_when_asked():
    stack = np.broadcast_to(np.arange(6)[:, None, None], (6, 5, 5))
    assert move(stack, Changes(turns=1, mirrored="x"), "zyx")[:, 0, 0].tolist() == [*range(6)]
    assert move(stack, Changes(mirrored="z"), "zyx")[:, 0, 0].tolist() == [5, 4, 3, 2, 1, 0]
    cut = move(stack, Changes(angle=10), "zyx", size=(2, 3, 3), centre=(4, 2, 2))
    assert cut[:, 1, 1].tolist() == [3, 4]


@pytest.mark.parametrize("axes, shape", [("yxc", (6, 7, 3)), ("tyx", (2, 6, 7))])
def test_channels_are_not_taken_for_an_axis_of_space(axes, shape):
    image = rng().random(shape).astype(np.float32)
    moved = move(image, Changes(mirrored="x"), axes)
    assert np.array_equal(moved, np.flip(image, axes.index("x")))


# Distance maps


def brute_force(mask, spacing):
    places = np.argwhere(np.ones(mask.shape)) * spacing
    flat, distance = mask.ravel(), np.zeros(mask.size)
    for i in np.flatnonzero(flat):
        others = places[flat != flat[i]]
        distance[i] = np.sqrt(((others - places[i]) ** 2).sum(1).min())
    return distance.reshape(mask.shape)


@given(seeds, st.sampled_from([(6, 9), (3, 5, 4)]), st.sampled_from([1.0, 0.5, None]))
@settings(deadline=None, max_examples=40)
def test_touching_objects_have_an_edge_between_them(seed, shape, spacing):
    mask = np.kron(labels(seed, shape, 3), np.ones((2,) * len(shape), int))
    spacing = spacing or (2.0, 0.5, 0.25)[: len(shape)]
    np.testing.assert_allclose(edge_distance(mask, spacing), brute_force(mask, spacing), rtol=1e-6)


def test_the_edge_of_the_picture_is_no_edge_of_a_cut_object():
    mask = np.zeros((3, 6), int)
    mask[:, 2:] = 4
    assert edge_distance(mask).tolist() == [[0, 0, 1, 2, 3, 4]] * 3


def test_an_object_that_fills_the_picture_has_finite_distances():
    assert edge_distance(np.full((3, 3), 7)).tolist() == [[1, 1, 1], [1, 2, 1], [1, 1, 1]]
    assert edge_distance(np.zeros((2, 2), int)).tolist() == [[0, 0], [0, 0]]
    assert edge_distance(np.array([[True, False]])).tolist() == [[1, 0]]


@given(seeds, orientations)
@settings(deadline=None, max_examples=30)
def test_turned_masks_have_the_turned_distance_map(seed, drawn):
    mask = labels(seed, (14, 14), 3)
    expected = move(edge_distance(mask), drawn)
    np.testing.assert_allclose(edge_distance(move(mask, drawn, nearest=True)), expected, rtol=1e-6)


def test_zoomed_cells_have_longer_distances():
    mask = (np.hypot(*(np.indices((81, 81)) - 40)) <= 15).astype(int)
    how = Augment(zoom=(2, 2), angle=30)
    made = augment(mask, mask, edge_distance, how=how, rng=rng())
    assert made.distance.max() == pytest.approx(2 * edge_distance(mask).max(), rel=0.05)
    assert np.array_equal(made.distance > 0, made.mask == 1)


# Light


def test_light_touches_the_image_only():
    image, mask = rng().random((20, 20)), labels(0, (20, 20))
    place = {key: getattr(ALL, key) for key in ("flips", "quarter_turns", "angle", "zoom", "shift")}
    lit = augment(image, mask, edge_distance, image, how=ALL, rng=rng(5))
    plain = augment(image, mask, edge_distance, image, how=Augment(**place), rng=rng(5))
    for part in ("mask", "distance", "target"):
        assert np.array_equal(getattr(lit, part), getattr(plain, part))
    assert not np.allclose(lit.image, plain.image, atol=0.05)
    assert np.array_equal(plain.image, plain.target)


def test_light_is_changed_in_this_order():
    drawn = Changes(gamma=2, gain=3, offset=1)
    assert change_light([[0.0, 0.5, 1.0]], drawn, rng()).tolist() == [[1, 1.75, 4]]


def test_gamma_of_a_standardised_image_gives_no_nan_and_keeps_its_range():
    image = standardise_image(rng().random((9, 9)))
    changed = change_light(image, Changes(gamma=0.5), rng())
    assert changed.min() == pytest.approx(image.min()) and changed.max() == pytest.approx(
        image.max()
    )
    assert changed.mean() > image.mean()
    assert change_light(np.full((2, 2), -3.0), Changes(gamma=0.5), rng()).tolist() == [[-3, -3]] * 2


def test_blur_does_not_reach_the_next_plane_or_channel():
    stack = np.zeros((3, 9, 9, 2))
    stack[1, 4, 4, 0] = 1
    blurred = change_light(stack, Changes(blur=1.0), rng(), "zyxc")
    assert blurred[1, ..., 0].sum() == pytest.approx(1, abs=1e-3) and blurred[1, 4, 5, 0] > 0.05
    assert blurred[[0, 2]].max() == blurred[..., 1].max() == 0


def test_noise_has_the_deviation_that_was_drawn_and_no_bias():
    noise = change_light(np.zeros((200, 200)), Changes(noise=0.3), rng())
    assert noise.std() == pytest.approx(0.3, rel=0.02) and abs(noise.mean()) < 0.01


def test_rotation_takes_a_third_of_the_noise_as_its_dial_says():
    noise = rng().normal(size=(200, 200))
    assert move(noise, Changes(angle=30)).std() == pytest.approx(2 / 3, abs=0.02)
    assert move(noise, Changes(turns=1)).std() == pytest.approx(noise.std())


def test_the_image_that_was_given_is_not_written_to():
    image, mask = rng().random((8, 8)).astype(np.float32), labels(0, (8, 8))
    kept = image.copy(), mask.copy()
    for size in (None, (4, 4)):
        made = augment(image, mask, how=Augment(gain=(2, 2)), rng=rng(), size=size)
        made.image[:], made.mask[:] = 0, 0
    move(image, Changes(), size=(4, 4))[:] = 0
    change_light(image, Changes(gain=2, noise=1), rng())
    assert np.array_equal(image, kept[0]) and np.array_equal(mask, kept[1])


# Chance


def test_nothing_happens_that_was_not_asked_for():
    image, mask = rng().random((6, 7)).astype(np.float32), labels(0, (6, 7))
    for seed in range(30):
        made = augment(image, mask, how=Augment(), rng=rng(seed))
        assert np.array_equal(made.image, image) and np.array_equal(made.mask, mask)
        assert made.drawn == Changes()


def test_oblique_light_keeps_its_side():
    lit_from_left = np.zeros((20, 20))
    lit_from_left[5:15, 5:10], lit_from_left[5:15, 10:15] = 1, -1
    how = Augment(flips="y", zoom=(0.8, 1.2), shift=2, gain=(0.5, 2))
    for seed in range(100):
        image = augment(lit_from_left, how=how, rng=rng(seed)).image
        assert image[:, :10].sum() > 0 > image[:, 10:].sum()


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_the_seed_repeats_everything(seed):
    stack, mask = rng(1).random((2, 12, 12)), labels(1, (2, 12, 12))
    first, again = (
        augment(stack, mask, edge_distance, stack, how=ALL, rng=rng(seed), axes="zyx")
        for _ in range(2)
    )
    assert first.drawn == again.drawn
    for one, other in zip(first[:4], again[:4], strict=True):
        assert one.tobytes() == other.tobytes()
    other = augment(stack, mask, how=ALL, rng=rng(seed + 1), axes="zyx")
    assert not np.array_equal(first.image, other.image)


def test_moving_one_dial_leaves_what_the_others_draw():
    before = draw_changes(ALL, rng(3))
    after = draw_changes(Augment(flips="yx", angle=180, noise=0.2), rng(3))
    assert (after.angle, after.mirrored, after.noise) == (
        before.angle,
        before.mirrored,
        before.noise,
    )


def test_no_two_dials_share_their_chance():
    drawn = [draw_changes(ALL, rng(seed)) for seed in range(1000)]
    rows = [[*d.shift, "x" in d.mirrored, "y" in d.mirrored, d.turns, *d[3:]] for d in drawn]
    together = np.corrcoef(np.array(rows, float).T) - np.eye(12)
    assert abs(together).max() < 0.15


def test_every_dial_is_used_to_both_of_its_ends():
    drawn = [draw_changes(ALL, rng(seed)) for seed in range(3000)]
    assert {d.turns for d in drawn} == {0, 1, 2, 3}
    assert {d.shift[0] for d in drawn} == {d.shift[1] for d in drawn} == set(range(-5, 6))
    assert np.mean(["x" in d.mirrored for d in drawn]) == pytest.approx(0.5, abs=0.05)
    assert np.mean(["y" in d.mirrored for d in drawn]) == pytest.approx(0.5, abs=0.05)
    for name, low, high in [
        ("angle", -180, 180),
        ("zoom", 0.6, 1.7),
        ("blur", 0, 2),
        ("gamma", 0.5, 2),
        ("gain", 0.5, 2),
        ("offset", -0.5, 0.5),
        ("noise", 0, 0.2),
    ]:
        values = np.array([getattr(d, name) for d in drawn])
        assert low <= values.min() < low + 0.01 * (high - low)
        assert high - 0.01 * (high - low) < values.max() <= high
    halved, doubled = (np.mean([d.gain < g for d in drawn]) for g in (0.5**0.5, 2**0.5))
    assert halved == pytest.approx(1 - doubled, abs=0.03)


def test_a_scale_is_used_between_moving_and_light():
    image = np.full((4, 4), 1000, np.uint16)
    made = augment(image, how=Augment(gain=(2, 2)), rng=rng(), normalise=Scale(500, 1000))
    assert made.image.tolist() == np.full((4, 4), 2.0).tolist()


# Refusals


@pytest.mark.parametrize(
    "dials, word",
    [
        (dict(flips="a"), "flips"),
        (dict(angle=-1), "angle"),
        (dict(noise=np.nan), "noise"),
        (dict(zoom=(0, 1)), "zoom"),
        (dict(zoom=(0.01, 1)), "zoom"),
        (dict(gamma=(2, 1)), "gamma"),
        (dict(gain=(1, np.inf)), "gain"),
    ],
)
def test_dials_without_a_meaning_are_refused(dials, word):
    with pytest.raises(ValueError, match=word):
        Augment(**dials)


@pytest.mark.parametrize("zoom", [0, -1, 1e-6, np.nan])
def test_a_zoom_that_would_fill_the_memory_is_refused(zoom):
    with pytest.raises(ValueError, match="zoom"):
        move(np.zeros((4, 4)), Changes(zoom=zoom))


@pytest.mark.parametrize(
    "given, how, word",
    [
        (dict(axes="xy"), Augment(), "axes must be"),
        (dict(axes="zyx"), Augment(), "does not fit the axes"),
        (dict(image=np.zeros((0, 4))), Augment(), "does not fit"),
        (dict(mask=np.zeros((4, 5), int)), Augment(), r"mask has shape \(4, 5\)"),
        (dict(mask=np.zeros((4, 6))), Augment(), "integer labels"),
        (dict(target=np.zeros((6, 4))), Augment(), "target has shape"),
        (dict(distance=edge_distance), Augment(), "moved mask"),
        (dict(mask=np.zeros((4, 6), int), distance=np.ones((4, 6))), Augment(), "moved mask"),
        ({}, Augment(quarter_turns=True), "4 x 6"),
        ({}, Augment(flips="zx"), "flips along"),
        (dict(size=(1, 4, 4)), Augment(), "size of 2 numbers"),
        (dict(centre=(1, 2, 2)), Augment(), "centre of 2 numbers"),
    ],
)
def test_what_does_not_fit_is_refused_whatever_was_drawn(given, how, word):
    with pytest.raises(ValueError, match=word):
        augment(**{"image": np.zeros((4, 6)), **given}, how=how, rng=rng())
