"""The virtual microscope: its truth is true, and each dial does what it says and nothing else."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_dilation, shift
from skimage.measure import regionprops

from course_utils.data.datasets import Movie, hela_movie
from course_utils.data.labels import PHASES
from course_utils.data.likeness import compare_movies, measure_nuclei
from course_utils.data.lineage import lineage_faults
from course_utils.data.simulate import (
    HELA_LIKE,
    PHASE_CONTRAST,
    WIDEFIELD,
    Culture,
    Microscope,
    Rods,
    Simulation,
    simulate,
    simulate_rods,
)
from course_utils.data.simulate import rods as rods_module
from course_utils.data.simulate.rods import live_rods

# Coarse pixels: many cells in few pixels.
COARSE = Microscope(pixel_size=2.0, haze=0.0)
# Every ten minutes, so that no phase is missed.
BUSY = Culture(
    cells=40, shape=(260, 260), frames=24, minutes_per_frame=8, cycle_hours=7, death_rate=0.01
)
STILL = Culture(cells=12, shape=(160, 160), frames=4, speed=0, dividing=0, death_rate=0)
# A camera that only counts photons.
IDEAL = Microscope(haze=0, vignetting=0, read_noise=0, offset=0)


@pytest.fixture(scope="module")
def busy() -> Simulation:
    return simulate(BUSY, seed=5)


@pytest.fixture(scope="module")
def stack() -> Simulation:
    culture = Culture(cells=10, shape=(130, 130), depth=14, frames=3)
    return simulate(culture, Microscope(z_step=1.5), seed=2)


@pytest.fixture(scope="module")
def colony() -> Simulation:
    return simulate_rods(Rods(shape=(360, 360), frames=24), seed=3)


def same(one: Simulation, other: Simulation) -> bool:
    """Are masks, lineage and states of two films equal?"""
    fields = ("masks", "lineage", "states")
    return all(np.array_equal(getattr(one, f), getattr(other, f)) for f in fields)


def light(film: Simulation, channel: str = "nuclei") -> np.ndarray:
    return film.images[channel].astype(float)


def divisions(film: Simulation) -> int:
    parents, daughters = np.unique(film.lineage[:, 3], return_counts=True)
    return int(((parents > 0) & (daughters == 2)).sum())


# The truth


@pytest.mark.parametrize("film_of", [lambda s: simulate(STILL, seed=s), lambda s: rods(s)])
def test_a_seed_that_does_not_fix_every_pixel(film_of):
    one, again, other = film_of(1), film_of(1), film_of(2)
    assert same(one, again) and not same(one, other)
    for name, images in one.images.items():
        assert np.array_equal(images, again.images[name])
        assert not np.array_equal(images, other.images[name])


def rods(seed: int) -> Simulation:
    return simulate_rods(Rods(shape=(100, 100), frames=3), seed=seed)


@pytest.mark.parametrize("name", ["busy", "stack", "colony"])
def test_masks_and_lineage_that_contradict_each_other(name, request):
    film = request.getfixturevalue(name)
    assert lineage_faults(film.masks, film.lineage) == []
    assert film.lineage[:, 0].tolist() == list(range(1, len(film.lineage) + 1))
    assert set(np.unique(film.masks)) - {0} == set(film.lineage[:, 0].tolist())


def test_cells_that_come_go_and_jump_with_the_stage_break_the_lineage():
    stage = replace(COARSE, drift=8, jumps=0.3, jump_length=60)
    film = simulate(replace(BUSY, shape=(60, 60)), stage, seed=1)
    assert lineage_faults(film.masks, film.lineage) == []
    inner = (film.lineage[:, 1] > 0) & (film.lineage[:, 2] < len(film) - 1)
    assert inner.any()


@pytest.mark.parametrize("name", ["busy", "stack", "colony"])
def test_a_state_without_its_mask_or_with_another_ones_centre(name, request):
    film = request.getfixturevalue(name)
    for t, masks in enumerate(film.masks):
        rows = film.states[film.states["frame"] == t]
        assert sorted(rows["track"].tolist()) == (np.unique(masks)[1:]).tolist()
        row = rows[len(rows) // 2]
        where = np.argwhere(masks == row["track"])
        assert row["area"] == len(where)
        centre = [row[axis] for axis in film.axes[1:]]
        assert np.allclose(centre, where.mean(axis=0))


def test_daughters_of_nobody_or_of_three(busy):
    parents, daughters = np.unique(busy.lineage[:, 3], return_counts=True)
    assert set(daughters[parents > 0].tolist()) <= {1, 2}
    ends = busy.lineage[busy.lineage[:, 3] > 0]
    assert all(busy.lineage[parent - 1, 2] == begin - 1 for _, begin, _, parent in ends)


def test_a_phase_out_of_its_order(busy):
    assert set(busy.states["phase"].tolist()) == {*PHASES, "dead"}
    before = ("interphase", "prometaphase", "metaphase")
    after = ("anaphase", "telophase", "interphase")
    allowed = {*pairwise(before), *pairwise(after), ("interphase", "dead")}
    for track in busy.lineage[:, 0]:
        phases = busy.states["phase"][busy.states["track"] == track].tolist()
        changes = {pair for pair in pairwise(phases) if pair[0] != pair[1]}
        assert changes <= allowed, f"track {track}: {changes - allowed}"


def test_a_mother_that_ends_before_metaphase_or_a_daughter_that_begins_after_anaphase(busy):
    first = {row["track"]: row["phase"] for row in busy.states[::-1]}
    last = {row["track"]: row["phase"] for row in busy.states}
    births = busy.lineage[busy.lineage[:, 3] > 0]
    assert len(births) > 20
    assert {last[parent] for parent in births[:, 3]} == {"metaphase"}
    assert {first[track] for track in births[:, 0]} == {"anaphase"}


# How cells live


def test_the_share_of_dividing_cells_does_not_set_the_number_of_divisions():
    culture = Culture(cells=150, shape=(220, 220), frames=4, minutes_per_frame=200, death_rate=0)
    none, half, all_ = (
        divisions(simulate(replace(culture, dividing=share), COARSE, seed=4))
        for share in (0.0, 0.5, 1.0)
    )
    expected = 150 * (2 ** (10 / 20) - 1)  # ten hours of steady growth, doubling in twenty
    assert none == 0
    assert half == pytest.approx(expected / 2, rel=0.3)
    assert all_ == pytest.approx(expected, rel=0.25)


def test_metaphase_that_looks_like_interphase(busy):
    shapes = {"interphase": [], "metaphase": []}
    for row in busy.states:
        inside = min(row["y"], row["x"]) > 20 and max(row["y"], row["x"]) < 240
        if row["phase"] in shapes and inside:
            t, mask = row["frame"], busy.masks[row["frame"]] == row["track"]
            nucleus = regionprops(mask.astype(np.uint8), light(busy)[t] - 292)[0]
            slim = nucleus.axis_major_length / nucleus.axis_minor_length
            shapes[row["phase"]].append((slim, nucleus.intensity_mean, nucleus.area))
        if len(shapes["interphase"]) > 150 and len(shapes["metaphase"]) > 15:
            break
    usual, plate = (np.median(shapes[name], axis=0) for name in ("interphase", "metaphase"))
    assert plate[0] > 1.6 * usual[0]
    assert plate[1] > 2 * usual[1]
    assert plate[2] < 0.6 * usual[2]


def test_anaphase_sisters_that_do_not_part(busy):
    gaps = []
    for parent in np.unique(busy.lineage[:, 3])[1:]:
        pair = busy.lineage[busy.lineage[:, 3] == parent]
        rows = [busy.states[busy.states["track"] == track] for track in pair[:, 0]]
        if len(rows) == 2 and min(map(len, rows)) > 3:
            steps = [
                np.hypot(*(rows[0][k][axis] - rows[1][k][axis] for axis in "yx")) for k in (0, 3)
            ]
            gaps.append(steps)
    first, later = np.median(gaps, axis=0) * 0.645
    assert 3 < first < 15
    assert later > first + 5


def test_the_dead_rise_again_or_never_shrink_or_vanish():
    culture = Culture(cells=25, shape=(200, 200), frames=28, minutes_per_frame=10, dividing=0)
    film = simulate(replace(culture, death_rate=0.3, speed=0), seed=6)
    dead = film.states["phase"] == "dead"
    lengths, shrunk = [], []
    for track in np.unique(film.states["track"][dead]):
        mine = film.states["track"] == track
        frames, areas = (film.states[name][mine & dead] for name in ("frame", "area"))
        assert film.states["frame"][mine].max() == frames.max()
        if frames.max() < len(film) - 1 and areas[0] > 300:
            lengths.append(len(frames))
            shrunk.append(areas[[4, -1]] / areas[0])
    assert len(lengths) > 6
    assert 13 <= np.median(lengths) <= max(lengths) <= 16  # 150 minutes
    assert (np.median(shrunk, axis=0) < (0.6, 0.3)).all()
    assert (film.states["frame"] == 27).sum() < 0.5 * (film.states["frame"] == 0).sum()


def test_no_cell_dies_where_the_dial_stands_at_zero():
    culture = replace(BUSY, death_rate=0, shape=(80, 80))
    assert "dead" not in simulate(culture, COARSE, seed=1).states["phase"]


def test_speed_that_does_not_follow_its_dial():
    slow, fast = (
        simulate(replace(STILL, speed=speed, frames=6, minutes_per_frame=5, spacing=0.3), seed=1)
        for speed in (6, 24)
    )
    medians = [np.median(measure_nuclei(film.movie("nuclei"))["speed"]) for film in (slow, fast)]
    assert medians[0] == pytest.approx(6, rel=0.3)
    assert medians[1] == pytest.approx(24, rel=0.3)


def test_neighbours_overlap_although_the_dial_keeps_them_apart():
    crowd = replace(STILL, cells=24, shape=(160, 160), frames=2)
    hidden = {
        spacing: simulate(replace(crowd, spacing=spacing), seed=2).states["hidden"]
        for spacing in (1.25, 0.5)
    }
    assert hidden[1.25].max() < 0.01
    assert hidden[0.5].max() > 0.1


# Rods


@pytest.mark.parametrize("spacing", [0.7, 1.0])
def test_rods_overlap_more_than_the_dial_allows(spacing):
    culture = Rods(rods=4, spacing=spacing, frames=18)
    size = np.array([1.0, 60.0, 60.0])
    *_, colony = live_rods(culture, size, np.random.default_rng(0))
    along = np.linspace(-0.5, 0.5, 41) * (colony["length"][:, None] - 1)
    angle, curve = colony["angle"][:, None], colony["curve"][:, None]
    across = 0.5 * curve * along**2
    y = colony["place"][:, 1, None] + along * np.sin(angle) + across * np.cos(angle)
    x = colony["place"][:, 2, None] + along * np.cos(angle) - across * np.sin(angle)
    points = np.stack([y, x], axis=-1)
    nearest = min(
        np.linalg.norm(points[i][:, None] - points[j][None], axis=-1).min()
        for i in range(len(points))
        for j in range(i)
    )
    assert len(colony) > 20
    assert 0.88 * spacing < nearest < 1.1 * spacing


def test_last_digits_of_another_processor_grow_into_another_colony(monkeypatch):
    culture, size = Rods(rods=8, frames=37, minutes_per_frame=2.5), np.array([1.0, 60.0, 60.0])
    *_, here = live_rods(culture, size, np.random.default_rng(0))
    exact, noise = rods_module._along, np.random.default_rng(1)

    def elsewhere(rods, u):
        points = exact(rods, u)
        return points * (1 + 1e-16 * noise.integers(-1, 2, points.shape))

    monkeypatch.setattr(rods_module, "_along", elsewhere)
    *_, there = live_rods(culture, size, np.random.default_rng(0))
    assert len(here) > 40
    np.testing.assert_array_equal(here["place"], there["place"])


def test_rods_that_do_not_double_in_their_doubling_time():
    film = simulate_rods(
        Rods(rods=8, frames=13, shape=(300, 300)), replace(PHASE_CONTRAST, pixel_size=0.2), seed=1
    )
    counts = [(film.states["frame"] == t).sum() for t in (0, 12)]
    assert counts[1] / counts[0] == pytest.approx(4, rel=0.35)


def test_a_rod_that_does_not_divide_across_its_middle(colony):
    mothers = [p for p in np.unique(colony.lineage[:, 3]) if p]
    assert len(mothers) > 5
    for mother in mothers:
        before = colony.states[colony.states["track"] == mother][-1]
        daughters = colony.lineage[colony.lineage[:, 3] == mother][:, 0]
        after = [colony.states[colony.states["track"] == track][0] for track in daughters]
        if len(after) < 2:
            continue
        shift = colony.drift[after[0]["frame"]] - colony.drift[before["frame"]]
        middle = [np.mean([row[axis] for row in after]) for axis in "yx"]
        assert np.hypot(*(middle - shift - (before["y"], before["x"]))) < 12
        small, large = sorted(row["area"] for row in after)
        assert small > 0.7 * large
        assert small + large == pytest.approx(before["area"], rel=0.3)


def test_rods_that_are_not_dark_in_a_bright_halo(colony):
    image, masks = light(colony, "phase")[-1], colony.masks[-1]
    empty = np.median(image[masks == 0])
    assert np.median(image[masks > 0]) < 0.7 * empty
    assert image[masks == 0].max() > 1.2 * empty


# Optics and camera


def test_photons_that_change_the_cells():
    dim, bright = (simulate(STILL, Microscope(photons=photons), seed=1) for photons in (70, 700))
    assert same(dim, bright)
    ratio = (light(bright) - 250).mean() / (light(dim) - 250).mean()
    assert ratio == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize("photons", [3, 30, 300])
def test_shot_noise_whose_variance_is_not_its_mean(photons):
    camera = replace(IDEAL, photons=photons, background=1)
    empty = dark(simulate(replace(STILL, cells=1), camera, seed=1))
    assert empty.mean() == pytest.approx(photons, rel=0.02)
    assert empty.var() == pytest.approx(photons, rel=0.04)


def dark(film: Simulation) -> np.ndarray:
    """Pixels of the stain's channel far from every nucleus, one row a frame."""
    far = ~binary_dilation((film.masks > 0).any(axis=0), iterations=8)
    return light(film)[:, far]


def test_read_noise_and_offset_are_lost():
    camera = replace(IDEAL, photons=0.01, background=0, read_noise=6, offset=300)
    empty = dark(simulate(replace(STILL, cells=1), camera, seed=1))
    assert empty.mean() == pytest.approx(300, abs=0.2)
    assert empty.std() == pytest.approx(6, rel=0.03)


def test_bright_light_wraps_around_the_camera():
    camera = replace(IDEAL, photons=50_000, background=3)
    assert simulate(STILL, camera, seed=1).images["nuclei"].min() > 40_000


def test_vignetting_is_not_what_the_dial_says():
    camera = Microscope(vignetting=0.4, lamp=50_000, relief=0, halo=0, offset=0)
    image = light(simulate(STILL, camera, seed=1), "transmitted").mean(axis=0)
    corner, middle = image[:4, :4].mean(), image[76:84, 76:84].mean()
    assert corner / middle == pytest.approx(0.6, abs=0.03)


def test_bleaching_is_not_what_the_dial_says():
    film = simulate(STILL, replace(IDEAL, bleaching=0.2, background=0, photons=5000), seed=1)
    total = light(film).sum(axis=(1, 2))
    assert total[1:] / total[0] == pytest.approx([0.8, 0.64, 0.512], rel=0.03)


def test_blur_that_does_not_blur_or_loses_light():
    sharp, soft = (simulate(STILL, replace(IDEAL, psf=psf), seed=1) for psf in (0, 3))
    assert same(sharp, soft)
    steepness = [np.abs(np.diff(light(film), axis=2)).max() for film in (sharp, soft)]
    assert steepness[1] < 0.5 * steepness[0]
    inner = (slice(None), slice(30, -30), slice(30, -30))
    assert light(soft)[inner].mean() == pytest.approx(light(sharp)[inner].mean(), rel=0.15)


def test_drift_that_moves_the_image_but_not_the_masks():
    quiet, moved = (
        simulate(STILL, Microscope(drift=drift, lamp=50_000, vignetting=0), seed=3)
        for drift in (0, 4.0)
    )
    assert np.hypot(*moved.drift[1]) > 3
    for name in ("nuclei", "transmitted", "masks"):
        for t in (1, 3):
            at_rest, carried = (
                (film.masks[t] > 0).astype(float) if name == "masks" else light(film, name)[t]
                for film in (quiet, moved)
            )
            assert alike(shift(at_rest, moved.drift[t], order=1), carried) > 0.93
            assert alike(shift(at_rest, -moved.drift[t], order=1), carried) < 0.8


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two images away from their edges."""
    inner = slice(30, -30), slice(30, -30)
    return np.corrcoef(one[inner].ravel(), other[inner].ravel())[0, 1]


def test_a_stage_that_never_jumps():
    stage = replace(COARSE, jumps=0.5, jump_length=30)
    film = simulate(replace(STILL, frames=30, shape=(40, 40)), stage, seed=1)
    steps = np.hypot(*np.diff(film.drift, axis=0).T)
    assert set(np.round(steps, 6).tolist()) == {0.0, 15.0}
    assert 7 < (steps > 0).sum() < 23


def test_oblique_light_that_comes_from_the_wrong_side():
    from_right, from_left = (
        simulate(STILL, Microscope(light_angle=angle, vignetting=0, halo=0), seed=1)
        for angle in (0, 180)
    )
    contrast = []
    for film in (from_right, from_left):
        inner = [row for row in film.states if min(row["y"], row["x"], 160 - row["x"]) > 20]
        assert len(inner) > 5
        sides = []
        for row in inner:
            y, x = round(row["y"]), round(row["x"])
            across = light(film, "transmitted")[row["frame"], y - 3 : y + 4, x - 12 : x + 13]
            sides.append(across[:, -9:].mean() - across[:, :9].mean())
        contrast.append(np.median(sides))
    assert contrast[0] > 0 > contrast[1]


# Three dimensions


def test_a_stack_of_the_wrong_shape(stack):
    assert list(stack.images) == ["nuclei"]
    assert stack.images["nuclei"].shape == stack.masks.shape == (3, 14, 130, 130)
    assert stack.axes == "tzyx" and stack.pixel_size == (1.5, 0.645, 0.645)
    assert stack.images["nuclei"].dtype == stack.masks.dtype == np.uint16


def test_slices_that_ignore_the_distance_between_them():
    culture = Culture(cells=8, shape=(130, 130), frames=1, dividing=0)
    heights = []
    for z_step, depth in ((0.75, 40), (1.5, 20)):
        film = simulate(replace(culture, depth=depth), Microscope(z_step=z_step), seed=1)
        boxes = [nucleus.image.shape for nucleus in regionprops(film.masks[0])]
        heights.append(np.median(boxes, axis=0))
    assert heights[0][0] == pytest.approx(2 * heights[1][0], abs=2)
    assert heights[0][1:] == pytest.approx(heights[1][1:], abs=1)
    assert 6 < 0.75 * heights[0][0] < 14


def test_a_flat_film_with_a_slice_axis_left_over():
    film = simulate(replace(STILL, frames=1), seed=1)
    assert film.masks.shape == (1, 160, 160) and film.axes == "tyx" and film.pixel_size == 0.645
    assert set(film.images) == {"nuclei", "transmitted"}


# Wrong dials


@pytest.mark.parametrize(
    "kind, wrong",
    [
        (Culture, {"cells": 0}),
        (Culture, {"cells": 2.5}),
        (Culture, {"cells": True}),
        (Culture, {"speed": float("nan")}),
        (Culture, {"speed": "fast"}),
        (Culture, {"shape": (128,)}),
        (Culture, {"shape": (128, 0)}),
        (Culture, {"shape": 128}),
        (Culture, {"dividing": 1.1}),
        (Culture, {"cycle_hours": 8.0, "mitosis_minutes": 200.0}),
        (Microscope, {"photons": -1}),
        (Microscope, {"bleaching": float("inf")}),
        (Microscope, {"psf": None}),
        (Rods, {"length": 1.0}),
        (Rods, {"spacing": 0}),
    ],
)
def test_a_wrong_dial_is_turned_without_a_word(kind, wrong):
    with pytest.raises(ValueError, match=rf"{kind.__name__}\({next(iter(wrong))}=...\) must be"):
        kind(**wrong)


@settings(max_examples=30, deadline=None)
@given(value=st.one_of(st.floats(max_value=-1e-9), st.just(float("nan")), st.text(max_size=3)))
@pytest.mark.parametrize("dial", ["photons", "psf", "read_noise", "vignetting", "drift"])
def test_a_negative_or_meaningless_dial_is_accepted(dial, value):
    with pytest.raises(ValueError, match=dial):
        Microscope(**{dial: value})


def test_a_view_smaller_than_a_cell():
    with pytest.raises(ValueError, match=r"shape=\(20, 200\) .* at least 31 pixels"):
        simulate(Culture(shape=(20, 200)))
    with pytest.raises(ValueError, match="at least 60 pixels"):
        simulate_rods(Rods(shape=(50, 50)))


@pytest.mark.parametrize(
    "arguments, told",
    [((Rods(),), "Culture"), ((HELA_LIKE, 3), "Microscope"), ((HELA_LIKE, WIDEFIELD, 1.5), "seed")],
)
def test_arguments_in_the_wrong_place(arguments, told):
    with pytest.raises(ValueError, match=told):
        simulate(*arguments)


# The checker of lineages


def test_a_cell_taken_out_of_the_lineage_or_of_the_masks_is_not_missed(busy):
    track, begin, end, _ = next(row for row in busy.lineage if row[2] - row[1] > 3)
    shorter = busy.lineage[busy.lineage[:, 0] != track]
    faults = lineage_faults(busy.masks, shorter)
    assert f"frame {begin}: mask {track} is no track of the lineage" in faults
    erased = busy.masks.copy()
    erased[begin + 1][erased[begin + 1] == track] = 0
    assert lineage_faults(erased, busy.lineage) == [f"frame {begin + 1}: track {track} has no mask"]
    assert end > begin


@pytest.mark.parametrize(
    "rows, fault",
    [
        ([[1, 0, 2, 0], [2, 0, 2, 0]], []),
        ([[1, 0, 1, 0], [2, 0, 2, 0]], ["frame 2: track 1 has a mask, but its frames are 0 to 1"]),
        ([[1, 0, 2, 7], [2, 0, 2, 0]], ["track 1: its parent 7 is no track of the lineage"]),
        (
            [[1, 0, 2, 0], [2, 0, 2, 1]],
            ["track 2 begins in frame 0, but its parent 1 only ends in frame 2"],
        ),
        ([[1, 0, 2, 0], [2, 0, 2, 0], [2, 0, 2, 0]], ["track 2 stands in more than one row"]),
        (
            [[1, 0, 3, 0], [2, 0, 2, 0]],
            ["track 1 lasts from frame 0 to 3, but the film's frames are 0 to 2"],
        ),
    ],
)
def test_a_fault_in_a_lineage_is_not_named(rows, fault):
    masks = np.tile(np.array([[0, 1], [2, 2]], np.uint16), (3, 1, 1))
    assert lineage_faults(masks, np.array(rows)) == fault


@pytest.mark.parametrize(
    "masks, lineage",
    [
        (np.zeros((3, 4, 4)), np.zeros((1, 4), int)),
        (np.zeros((4, 4), int), np.zeros((1, 4), int)),
        (np.zeros((3, 4, 4), int), np.zeros((1, 3), int)),
    ],
)
def test_tables_that_are_no_masks_or_no_lineage(masks, lineage):
    with pytest.raises(ValueError, match="whole numbers"):
        lineage_faults(masks, lineage)


# Likeness


def first_frames(film: Simulation, n: int) -> Movie:
    movie = film.movie("nuclei")
    return replace(movie, images=movie.images[:n], masks=movie.masks[:n])


def test_a_movie_is_unlike_itself(busy):
    movie = first_frames(busy, 4)
    for row in compare_movies(movie, movie):
        assert row.distance == 0 and row.medians[0] == row.medians[1]


def test_twice_the_light_or_the_pixel_size_goes_unseen(busy):
    movie = first_frames(busy, 6)
    brighter = replace(movie, images=movie.images * 2)
    rows = {row.measure: row.medians for row in compare_movies(movie, brighter)}
    assert rows["brightness"][1] == pytest.approx(2 * rows["brightness"][0])
    assert rows["fine"][1] == pytest.approx(rows["fine"][0])
    larger = measure_nuclei(replace(movie, pixel_size=1.29))
    assert np.median(larger["diameter"]) == pytest.approx(2 * rows["diameter"][0])
    assert np.median(larger["speed"]) == pytest.approx(2 * rows["speed"][0])


def test_a_movie_without_scale_is_measured(stack):
    with pytest.raises(ValueError, match="flat movie"):
        measure_nuclei(stack.movie("nuclei"))
    images = np.zeros((2, 9, 9), np.uint16)
    with pytest.raises(ValueError, match="minutes_per_frame"):
        measure_nuclei(Movie(images, images, 0.5, "tyx", None, "made up"))


def test_the_defaults_no_longer_resemble_the_hela_film():
    real = hela_movie()
    seen = slice(0, 20, 3), slice(None), slice(0, 550)
    real = replace(real, images=real.images[seen], masks=real.masks[seen], minutes_per_frame=90)
    culture = replace(HELA_LIKE, cells=75, shape=(700, 550), frames=6, minutes_per_frame=90)
    for row in compare_movies(real, simulate(culture, seed=0).movie("nuclei")):
        if row.measure != "speed":
            assert row.medians[1] == pytest.approx(row.medians[0], rel=0.2), row
            assert row.distance < 0.45, row
