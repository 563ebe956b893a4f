"""Trackers from elsewhere and bacteria: what their stored rows rest on."""

import importlib.metadata

import numpy as np
import pytest
from sweeps import bacteria_07, trackers_08

from course_utils.data import datasets
from course_utils.metrics.tracking import score_tracks
from course_utils.models.linking import Links
from course_utils.models.tracker import Tracking
from course_utils.models.tracker_detections import detect
from course_utils.models.tracker_films import Part


def film() -> Part:
    """On a stage that moves 10 pixels a frame: one cell stands still, another becomes two."""
    masks = np.zeros((4, 80, 80), np.uint16)
    for t in range(4):
        y = 10 * t
        masks[t, y + 4 : y + 12, 4:12] = 1
        if t < 2:
            masks[t, y + 28 : y + 36, 30:50] = 2
        else:
            masks[t, y + 28 : y + 36, 28:38], masks[t, y + 28 : y + 36, 42:52] = 3, 4
    return Part(masks, np.array([[1, 0, 3, 0], [2, 0, 1, 0], [3, 2, 3, 2], [4, 2, 3, 2]]))


SHIFTS = np.tile((10, 0), (3, 1))


def by_hand(cells, place, reach, split) -> Links:
    """The true links; places must be free of the stage's motion."""
    assert np.ptp(place[cells.x < 20], axis=0).max() == 0
    return np.array([[0, 2], [1, 3], [2, 4], [3, 5], [3, 6], [4, 7], [5, 8], [6, 9]])[::-1]


def test_links_of_the_whole_film_come_back_as_its_lineage(monkeypatch):
    """A step that got the rows of another would link cells that are not there."""
    monkeypatch.setitem(trackers_08.METHODS, "by hand", by_hand)
    monkeypatch.setattr(trackers_08, "limits", lambda method, nuclei: (1.0, 1.0))
    found = trackers_08.tracked(film().masks, SHIFTS, "by hand", False)
    assert isinstance(found, Tracking)
    scores = score_tracks(film(), found)
    assert scores["link F1"] == scores["division F1"] == scores["CHOTA"] == 1


def test_reaches_are_in_units_of_the_cells_size(monkeypatch):
    heard = []
    monkeypatch.setitem(trackers_08.METHODS, "by hand", lambda *words: heard.append(words[2:]))
    cells = detect(film().masks)
    trackers_08.all_links("by hand", cells, SHIFTS, 1.0, 2.0)
    size = np.sqrt(np.median(cells.area))
    assert heard == [(size, 2 * size)]


def test_families_have_a_mother_and_two_daughters_in_any_order_of_links():
    links = np.array([[3, 6], [1, 3], [3, 5], [0, 2]])
    assert trackers_08.families(links).tolist() == [[3, 5, 6]]
    assert trackers_08.shared_families(links, links[::-1]) == 1
    assert trackers_08.shared_families(links, links[1:]) == 0


@pytest.mark.parametrize("here", [None, "0.6.1"])
def test_a_missing_or_other_version_is_an_error_that_says_how_to_get_it(monkeypatch, here):
    def version(package):
        if here is None:
            raise importlib.metadata.PackageNotFoundError(package)
        return here

    monkeypatch.setattr(trackers_08, "version", version)
    with pytest.raises(ModuleNotFoundError, match=r"trackpy 0.7 is needed.*pip install trackpy"):
        trackers_08.from_elsewhere("trackpy 0.7")


def test_the_same_films_as_the_linkers_of_the_lesson_real_ones_once():
    tasks = [task for task, _, _ in trackers_08.jobs()]
    assert set(tasks) == {task for task, _ in trackers_08.lesson_08.films()}
    assert tasks.count("HeLa") == 2 and tasks.count("fast growth, 90 rods") == 6


def test_no_cell_of_the_colony_is_cut_by_its_window():
    film = datasets.bacteria_movie()
    for frames in (bacteria_07.EARLY, bacteria_07.LATE):
        for whole, cut in zip(film.masks[frames], bacteria_07.windows(frames)[1], strict=True):
            assert cut.shape == (320, 320) and (cut > 0).sum() == (whole > 0).sum()


def test_what_is_tested_is_not_learned():
    seen = np.unique(np.stack(bacteria_07.windows(bacteria_07.EARLY)[1]))
    asked = np.unique(np.stack(bacteria_07.windows(bacteria_07.LATE)[1]))
    assert set(seen.tolist()) & set(asked.tolist()) == {0}


def test_the_lamp_does_not_change_what_the_network_sees():
    image = np.random.default_rng(0).uniform(100, 200, (30, 30))
    lit = bacteria_07.over_ground(3 * image)
    np.testing.assert_allclose(lit, bacteria_07.over_ground(image), rtol=1e-5)
