"""A movie in, tracks out: stacks, loose frames, challenge folders, own masks, bad input."""

import csv
import os
import sys
import types

import numpy as np
import pytest
import tifffile
from matplotlib.image import imread
from scipy import ndimage as ndi

from course_utils.__main__ import main
from course_utils.apply_track import films, mothers, named_linker, track_folder
from course_utils.data.datasets import Movie
from course_utils.data.readers import ReadError, ReadWarning, read_ctc, write_ctc
from course_utils.data.readers.tracks import read_lineage
from course_utils.data.wheels import ShelfError
from course_utils.models.linking import most_overlap


def cells() -> np.ndarray:
    """Masks of five frames: 1 stands still, 2 becomes 3 and 4 in frame 3."""
    masks = np.zeros((5, 48, 64), np.uint16)
    masks[:, 4:12, 4:12] = 1
    masks[:3, 28:36, 20:40] = 2
    masks[3:, 28:36, 18:28], masks[3:, 28:36, 32:42] = 3, 4
    return masks


def movie() -> np.ndarray:
    return np.where(cells() > 0, 200, 10).astype(np.uint8)


def bright(image: np.ndarray, diameter: float | None = None) -> np.ndarray:
    """Bright connected regions, in place of the stored network."""
    return ndi.label(image > 100)[0].astype(np.int32)


def never(image: np.ndarray, diameter: float | None = None) -> np.ndarray:
    raise AssertionError("masks were there, and the network was asked")


def run(place, out, segment=bright, **options):
    return track_folder(place, out, segment, progress=False, **options)


@pytest.fixture
def stack(tmp_path):
    path = tmp_path / "film.tif"
    tifffile.imwrite(path, movie(), imagej=True, metadata={"axes": "TYX"})
    return path


def test_the_result_is_read_back_by_the_readers_of_the_challenge(stack, tmp_path):
    [done] = run(stack, tmp_path / "out")
    again = read_ctc(tmp_path / "out", masks="RES")
    assert (done.frames, done.tracks, done.divisions, done.told) == (5, 4, 1, ())
    np.testing.assert_array_equal(again.images, movie())
    np.testing.assert_array_equal(again.masks > 0, cells() > 0)
    assert sorted(again.lineage[:, 1:3].tolist()) == [[0, 2], [0, 4], [3, 4], [3, 4]]
    [mother] = mothers(again.lineage)
    assert again.masks[0, 30, 30] == mother
    assert "segmented here" in str(done) and "5 frames, 4 tracks, 1 divisions" in str(done)


def test_the_table_has_a_line_a_cell_and_frame_in_the_order_that_napari_reads(stack, tmp_path):
    run(stack, tmp_path / "out")
    with (tmp_path / "out" / "tracks.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:4] == ["track", "frame", "y", "x"]
    assert len(rows) == 5 + 3 + 2 + 2
    lineage = read_lineage(tmp_path / "out" / "01_RES" / "res_track.txt")
    assert {(int(r["track"]), int(r["parent"])) for r in rows} == set(
        map(tuple, lineage[:, [0, 3]].tolist())
    )
    still = [row for row in rows if (row["y"], row["x"]) == ("7.5", "7.5")]
    assert [row["frame"] for row in still] == list("01234")
    assert {row["area_px"] for row in still} == {"64"}


def test_the_tree_is_a_picture_with_ink(stack, tmp_path):
    run(stack, tmp_path / "out", minutes=30)
    picture = imread(tmp_path / "out" / "lineage.png")
    assert picture.shape[0] > 300 and len(np.unique(picture[..., 0])) > 20


def test_cells_that_never_divide_are_drawn_too(tmp_path):
    """The tree of the lesson leaves them out: nothing would be left."""
    place = tmp_path / "film.tif"
    alone = np.where(cells() == 1, 200, 10).astype(np.uint8)
    tifffile.imwrite(place, alone, imagej=True, metadata={"axes": "TYX"})
    [done] = run(place, tmp_path / "out")
    picture = imread(tmp_path / "out" / "lineage.png")[..., :3]
    assert done.divisions == 0 and np.ptp(picture, axis=-1).max() > 0.5


def test_masks_of_the_folder_are_taken_and_their_numbers_are_not(tmp_path):
    film = Movie(movie(), cells(), None, "tyx", None, "made")
    lineage = np.array([[1, 0, 4, 0], [2, 0, 2, 0], [3, 3, 4, 2], [4, 3, 4, 2]])
    write_ctc(tmp_path / "ctc", film, lineage, masks="TRA")
    [done] = run(tmp_path / "ctc", tmp_path / "out", never)
    assert not done.segmented and done.divisions == 1
    again = read_ctc(tmp_path / "out", masks="RES")
    np.testing.assert_array_equal(again.masks > 0, cells() > 0)


def test_numbered_images_are_one_movie_in_the_order_of_their_numbers(tmp_path):
    """By names t10 comes before t2."""
    place = tmp_path / "loose"
    place.mkdir()
    for t, image in enumerate(movie()):
        tifffile.imwrite(place / f"t{3 * t}.tif", image)
    [film] = films(place)
    np.testing.assert_array_equal(film.images, movie())
    assert film.name == "loose"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["f1", "f2", "f3", "f10", "f11"], "missing between f3 and f10"),
        (["A_t0", "A_t1", "A_t2", "B_t0", "B_t1"], "images of 2 series"),
        (["s1_t0", "s1_t1", "s2_t0", "s2_t1", "s2_t2"], "differ in 2 numbers"),
    ],
)
def test_loose_images_of_two_films_or_with_a_gap_become_one_movie(names, said, tmp_path):
    for name, image in zip(names, movie(), strict=True):
        tifffile.imwrite(tmp_path / f"{name}.tif", image)
    with pytest.raises(ValueError, match=said):
        list(films(tmp_path))


def test_images_and_masks_in_two_folders_are_one_movie(tmp_path):
    for name, frames in (("images", movie()), ("masks", cells())):
        (tmp_path / "own" / name).mkdir(parents=True)
        for t, frame in enumerate(frames):
            tifffile.imwrite(tmp_path / "own" / name / f"f{t:02d}.tif", frame)
    [done] = run(tmp_path / "own", tmp_path / "out", never)
    assert done.frames == 5 and done.divisions == 1 and not done.segmented


def test_several_movies_get_folders_of_their_own(stack, tmp_path):
    place = tmp_path / "films"
    place.mkdir()
    for name in ("a", "b"):
        os.link(stack, place / f"{name}.tif")
    done = run(place, tmp_path / "out")
    assert [film.place for film in done] == [tmp_path / "out" / "a", tmp_path / "out" / "b"]
    assert len(read_ctc(tmp_path / "out" / "b", masks="RES")) == 5


def test_a_movie_that_fails_does_not_stop_the_others_and_the_next_run_does_what_is_left(
    stack, tmp_path
):
    place, out = tmp_path / "films", tmp_path / "out"
    place.mkdir()
    os.link(stack, place / "good.tif")
    (place / "broken.tif").write_bytes(b"II*\0 and no more")
    empty = np.full((3, 40, 40), 7, np.uint8)
    tifffile.imwrite(place / "empty.tif", empty, imagej=True, metadata={"axes": "TYX"})
    done = {film.name: film for film in run(place, out)}
    assert done["good"].place == out / "good" and not done["good"].error
    assert "broken.tif" in done["broken"].error and "no cell" in str(done["empty"])
    (place / "broken.tif").unlink()
    os.link(stack, place / "broken.tif")
    again = {film.name: film for film in run(place, out)}
    assert again["broken"].frames == 5 and "is there already" in again["good"].error


def test_fractions_are_scaled_and_it_is_said(tmp_path):
    place = tmp_path / "film.tif"
    values = (movie() / 255).astype(np.float32)
    tifffile.imwrite(place, values, imagej=True, metadata={"axes": "TYX"})
    [done] = run(place, tmp_path / "out", lambda image, diameter: bright(255 * image))
    assert "scaled" in done.told[0]
    assert read_ctc(tmp_path / "out", masks="RES").images.max() == 65_535


def test_the_diameter_reaches_the_network(stack, tmp_path):
    asked = set()

    def heard(image, diameter):
        asked.add(diameter)
        return bright(image)

    run(stack, tmp_path / "out", heard, diameter=12.5)
    assert asked == {12.5}


def test_a_cell_missed_for_a_frame_keeps_its_family(stack, tmp_path):
    holes = movie()
    holes[2, :16] = 10
    tifffile.imwrite(stack, holes, imagej=True, metadata={"axes": "TYX"})
    for gap, mended in ((0, 0), (1, 1)):
        run(stack, tmp_path / f"gap{gap}", gap=gap)
        lineage = read_lineage(tmp_path / f"gap{gap}" / "01_RES" / "res_track.txt")
        parents = lineage[lineage[:, 3] > 0, 3].tolist()
        assert len(set(parents)) == 1 + mended


def test_results_that_are_there_already_are_not_touched_and_nothing_is_segmented(stack, tmp_path):
    run(stack, tmp_path / "out")
    before = (tmp_path / "out" / "tracks.csv").read_bytes()
    with pytest.raises(ValueError, match="is there already: choose another folder"):
        run(stack, tmp_path / "out", never)
    assert (tmp_path / "out" / "tracks.csv").read_bytes() == before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "01", "01_RES", "lineage.png", "tracks.csv",
    ]  # fmt: skip


def test_a_write_that_fails_leaves_no_half_result(stack, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr("course_utils.data.readers.ctc_write.write_lineage", full)
    with pytest.raises((OSError, ReadError), match="No space"):
        run(stack, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "frames,said",
    [(movie()[:1, :, :], "one image"), (np.full((3, 40, 40), 7, np.uint8), "no cell in any frame")],
)
def test_nothing_to_track_is_said(tmp_path, frames, said):
    tifffile.imwrite(tmp_path / "film.tif", frames, imagej=True, metadata={"axes": "TYX"})
    with pytest.raises(ValueError, match=said):
        run(tmp_path / "film.tif", tmp_path / "out")


def test_frames_of_different_size_are_named(tmp_path):
    (tmp_path / "loose").mkdir()
    for t, image in enumerate(movie()):
        tifffile.imwrite(tmp_path / "loose" / f"t{t}.tif", image[: 48 - t])
    with pytest.raises(ValueError, match="one size"):
        run(tmp_path / "loose", tmp_path / "out")


def test_masks_of_some_frames_only_are_refused(tmp_path):
    """A track through frames 0, 1 and 4 would jump over the others unseen."""
    film = Movie(movie(), cells(), None, "tyx", None, "made")
    lineage = np.array([[1, 0, 4, 0], [2, 0, 2, 0], [3, 3, 4, 2], [4, 3, 4, 2]])
    write_ctc(tmp_path / "ctc", film, lineage, masks="TRA")
    sparse = tmp_path / "ctc" / "01_GT" / "SEG"
    sparse.mkdir()
    for t in (0, 1, 4):
        tifffile.imwrite(sparse / f"man_seg{t:03d}.tif", cells()[t])
    tra = tmp_path / "ctc" / "01_GT" / "TRA"
    for path in tra.iterdir():
        path.unlink()
    tra.rmdir()
    said = pytest.raises(ValueError, match=r"frames 0, 1, 4 .* every frame")
    with pytest.warns(ReadWarning), said:
        run(tmp_path / "ctc", tmp_path / "out")


def test_one_child_is_the_same_cell_after_a_gap_and_no_division():
    lineage = np.array([[1, 0, 2, 0], [2, 4, 5, 1], [3, 0, 2, 0], [4, 3, 5, 3], [5, 3, 5, 3]])
    assert mothers(lineage) == [3]


def test_results_among_the_images_are_refused(stack):
    with pytest.raises(ValueError, match="choose another folder"):
        run(stack.parent, stack.parent)


def test_linkers_have_names():
    assert named_linker("overlap") is most_overlap
    assert named_linker("nearest", 12).keywords == {"reach": 12}
    with pytest.raises(ValueError, match="no linker 'closest': choose one of assignment, nearest"):
        named_linker("closest")


def test_the_command_tracks_says_so_and_ends_with_one_if_it_could_not(
    stack, tmp_path, monkeypatch, capsys
):
    module = types.ModuleType("course_utils.models.stored")
    module.segment_nuclei = bright
    monkeypatch.setitem(sys.modules, "course_utils.models.stored", module)
    words = ["apply", "track", str(stack), "--out", str(tmp_path / "out"), "--minutes", "5"]
    assert main(words) == 0
    assert "5 frames, 4 tracks, 1 divisions" in capsys.readouterr().out
    assert main(words) == 1
    assert "is there already" in capsys.readouterr().err
    assert main([*words[:2], str(tmp_path / "flim.tif"), *words[3:]]) == 1
    assert "flim.tif" in capsys.readouterr().err


def test_a_linker_that_learns_from_the_shelf_says_when_it_is_empty(
    stack, tmp_path, monkeypatch, capsys
):
    def empty():
        raise ShelfError("hela_movie is not there yet; run: python -m course_utils shelf")

    monkeypatch.setattr("course_utils.models.tracker_films.learn_hela", empty)
    words = ["apply", "track", str(stack), "--out", str(tmp_path / "out"), "--linker", "nuclei"]
    assert main(words) == 1
    assert "run: python -m course_utils shelf" in capsys.readouterr().err
