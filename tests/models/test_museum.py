"""The museum neither heals nor rots by itself: each room fails in its way, each repair works."""

from dataclasses import fields, replace

import numpy as np
import pytest

pytest.importorskip("keras")

import keras

from course_utils.models.diagnose import diagnose
from course_utils.models.museum import CLINICS, GALLERY, HEALTHY, MUSEUM, change, steps, train
from course_utils.models.museum.masks import MaskRecipe, left_behind, training_windows
from course_utils.models.museum.recipe import numbers_in_use, pictures
from course_utils.results import stored_values

ROOMS = {**MUSEUM, **GALLERY}


@pytest.fixture
def clean():
    yield
    keras.backend.clear_session()


def inside(value, limits):
    return limits[0] <= value <= limits[1]


@pytest.mark.slow
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_fails_in_its_way_and_its_repair_works(room, clean):
    exhibit = ROOMS[room]
    broken = exhibit.broken(0)
    assert inside(exhibit.sign.value(broken), exhibit.sign.ill), "the museum has healed"
    found = () if broken.error else diagnose(broken.model, broken.history, broken.batch).names
    assert not exhibit.shows or exhibit.shows in found
    assert set(found) <= {exhibit.shows, *exhibit.also}, "a wrong fault was named"
    repaired = exhibit.repaired(0)
    assert inside(exhibit.sign.value(repaired), exhibit.sign.well), "the repair does not work"


@pytest.mark.parametrize("room", ROOMS)
def test_the_stored_seeds_fail_and_heal_as_well(room):
    exhibit = ROOMS[room]
    for state, limits in (("broken", exhibit.sign.ill), ("repaired", exhibit.sign.well)):
        stored = stored_values("06", "museum", exhibit.sign.name, f"{exhibit.name}, {state}")
        if not stored:
            pytest.skip("not stored yet: make measure PART=sweeps NB=06")
        assert len(stored) >= 3 and all(inside(value, limits) for value in stored)


@pytest.mark.slow
@pytest.mark.parametrize("room", GALLERY)
def test_mending_one_of_two_faults_is_not_enough(room, clean):
    exhibit = GALLERY[room]
    assert len(exhibit.partly) == 2
    for half_mended in exhibit.partly.values():
        assert not inside(exhibit.sign.value(half_mended(0)), exhibit.sign.well)


@pytest.mark.parametrize("room", ROOMS)
def test_no_number_can_be_ill_and_well_at_once(room):
    ill, well = ROOMS[room].sign.ill, ROOMS[room].sign.well
    assert ill[0] <= ill[1] and well[0] <= well[1]
    assert ill[1] < well[0] or well[1] < ill[0]


def test_every_room_has_a_number_of_its_own_and_a_fault_of_its_own():
    assert sorted(ROOMS) == list(range(1, len(ROOMS) + 1)) and len(MUSEUM) >= 14
    assert len({exhibit.name for exhibit in ROOMS.values()}) == len(ROOMS)
    assert {exhibit.clinic for exhibit in MUSEUM.values()} == set(CLINICS)


@pytest.mark.parametrize("room", MUSEUM)
def test_a_repair_changes_one_line(room):
    before, after = MUSEUM[room].change.splitlines()
    assert before.startswith("- ") and after.startswith("+ ")
    assert before[2:].split(" = ")[0] == after[2:].split(" = ")[0]


@pytest.mark.parametrize("room", GALLERY)
def test_two_faults_are_two_lines(room):
    assert len(GALLERY[room].change.splitlines()) == 4


@pytest.mark.parametrize("room", ROOMS)
def test_every_diagnosis_is_argued_with_and_one_is_right(room):
    exhibit = ROOMS[room]
    assert exhibit.name in exhibit.choices and len(exhibit.choices) >= 4
    said = [exhibit.answer(diagnosis) for diagnosis in exhibit.choices]
    assert sum(text.startswith("Yes.") for text in said) == 1
    assert all(len(text.split()) >= 8 for text in said)
    with pytest.raises(KeyError, match=r"none of"):
        exhibit.answer("bad luck")


def test_a_story_does_not_give_its_fault_away():
    for exhibit in ROOMS.values():
        assert exhibit.name not in exhibit.story.lower()


def test_a_change_names_only_the_lines_that_differ():
    assert change(HEALTHY, replace(HEALTHY, rate=0.1)) == "- rate = 0.003\n+ rate = 0.1"
    assert change(HEALTHY, HEALTHY) == ""


def test_no_room_uses_the_test_columns():
    assert set(steps.material().part) == {"fit", "choose"}


def test_validation_by_region_shares_no_cell_and_by_frame_does():
    data, rng = steps.material(), np.random.default_rng(0)
    shared = [
        np.intersect1d(data.cell[fit], data.cell[watched]).size
        for fit, watched in (split(data, rng) for split in (steps.by_region, steps.by_frame))
    ]
    assert shared[0] == 0 and shared[1] > 20


def test_shuffled_labels_keep_the_class_counts():
    y = np.array([0] * 30 + [1] * 10)
    shuffled = steps.out_of_step(y, np.random.default_rng(0))
    assert shuffled.sum() == 10 and (shuffled != y).any()


def test_class_weights_let_both_classes_weigh_the_same():
    y = np.array([0] * 9 + [1])
    weights = steps.rare_ones_more(y)
    assert weights[0] * 9 == pytest.approx(weights[1]) == pytest.approx(5)


def test_pictures_and_labels_of_a_recipe_belong_together():
    (x, y), *_ = pictures(replace(HEALTHY, turning=steps.as_taken), np.random.default_rng(0))
    data = steps.material()
    at = [np.flatnonzero((data.pictures == one[..., 0]).all(axis=(1, 2)))[0] for one in x[:40]]
    np.testing.assert_array_equal(data.mitotic[at], y[:40])


def test_unknown_fates_are_not_trained_on():
    recipe = replace(HEALTHY, question=steps.divides_later, draw=steps.as_in_the_film)
    for _, y in pictures(recipe, np.random.default_rng(0)):
        assert set(y) == {0, 1}


def test_precision_in_use_is_that_of_all_new_nuclei():
    true, said = np.array([1, 0, 0, 0]), np.array([1, 1, 0, 0])
    found = numbers_in_use(true, said, steps.half_of_each, np.random.default_rng(0))
    assert found["precision in use"] == 0.5 and found["precision promised"] > 0.6


def test_a_mask_left_behind_is_seen_in_the_windows():
    windows = [
        training_windows(r, np.random.default_rng(0))
        for r in (MaskRecipe(), MaskRecipe(left_behind))
    ]
    contrast = [x[m > 0].mean() - x[m == 0].mean() for x, m in windows]
    assert contrast[0] > 2 * contrast[1]


def test_an_error_of_shapes_is_kept_and_others_are_not_hidden():
    run = train(replace(HEALTHY, axes=steps.channels_first, epochs=1), 0)
    assert "(400, 1, 24, 24)" in run.error and not run.history
    with pytest.raises(TypeError):
        train(replace(HEALTHY, loss=None), 0)


def test_a_recipe_says_all_its_choices():
    text = str(HEALTHY)
    assert all(f"{f.name}=" in text for f in fields(HEALTHY)) and "rate=0.003" in text
