"""A folder in, labels and a table out: stopped, damaged, in colour, in time, in depth."""

import csv
import os
import sys
import types

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile
from scipy import ndimage as ndi

from course_utils.__main__ import main
from course_utils.apply import measure_objects, segment_folder, weights_name, write_labels
from course_utils.data.datasets import Movie
from course_utils.data.planes import Plane, image_sources, planes
from course_utils.data.readers import Picture, ReadError, read_image, read_mask, write_ctc


def stand_in(image: np.ndarray, diameter: float | None = None) -> np.ndarray:
    """Bright connected regions, in place of the stored network."""
    return ndi.label(image > 100)[0].astype(np.int32)


def field(cells: int = 2, value: int = 200) -> np.ndarray:
    """Squares of 4 x 4 pixels, the first in the corner."""
    image = np.full((32, 40), 10, np.uint8)
    for i in range(cells):
        image[8 * i : 8 * i + 4, 8 * i : 8 * i + 4] = value
    return image


def run(place, out, segment=stand_in, **options):
    return segment_folder(place, out, segment, progress=False, **options)


def table(out) -> list[dict]:
    with (out / "objects.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "images"
    place.mkdir()
    for name, cells in (("b", 3), ("a", 1), ("c", 2)):
        iio.imwrite(place / f"{name}.png", field(cells))
    return place


def test_labels_and_table_agree_with_the_images(folder, tmp_path):
    done = run(folder, tmp_path / "out", pixel_size=0.5)
    assert (done.images, done.objects, done.errors) == (3, 6, {})
    rows = table(tmp_path / "out")
    assert [row["file"] for row in rows] == ["a", "b", "b", "b", "c", "c"]
    second = rows[2]
    assert (second["label"], second["y"], second["x"]) == ("2", "9.5", "9.5")
    assert (second["area_px"], float(second["area_um2"])) == ("16", 4.0)
    assert float(second["mean_intensity"]) == 200
    assert [row["at_edge"] for row in rows] == ["1", "1", "0", "0", "1", "0"]
    for name in "abc":
        labels = tmp_path / "out" / "labels" / f"{name}.tif"
        expected = stand_in(iio.imread(folder / f"{name}.png"))
        np.testing.assert_array_equal(read_mask(labels), expected)
        assert read_image(labels).pixel_size == 0.5


def test_an_unknown_scale_leaves_the_area_in_um2_empty(folder, tmp_path):
    assert "pixel size is not stated" in str(run(folder, tmp_path / "out"))
    assert {row["area_um2"] for row in table(tmp_path / "out")} == {""}


def test_a_damaged_file_is_named_and_the_others_are_done(folder, tmp_path):
    for name in ("a.png", "d.tif"):
        (folder / name).write_bytes(b"not an image at all")
    done = run(folder, tmp_path / "out")
    assert set(done.errors) == {"a", "d"} and done.images == 2
    assert "a.png" in str(done) and "not done: d" in str(done)
    assert {row["file"] for row in table(tmp_path / "out")} == {"b", "c"}


def test_a_model_that_fails_on_one_image_does_not_stop_the_run(folder, tmp_path):
    def fails(image, diameter):
        if (image > 100).sum() == 48:
            raise RuntimeError("too crowded")
        return stand_in(image)

    assert run(folder, tmp_path / "out", fails).errors == {"b": "too crowded"}
    assert not (tmp_path / "out" / "labels" / "b.tif").exists()


def test_a_run_that_was_stopped_goes_on_where_it_stood(folder, tmp_path):
    seen = []

    def stopped(image, diameter):
        seen.append(image)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return stand_in(image)

    with pytest.raises(KeyboardInterrupt):
        run(folder, tmp_path / "out", stopped)
    done = run(folder, tmp_path / "out", stopped)
    assert len(seen) == 4 and done.skipped == 1
    assert len(table(tmp_path / "out")) == done.objects == 6
    assert not list((tmp_path / "out").rglob("*.part"))


@pytest.mark.parametrize("change", ["image", "model", "diameter", "scale", "labels", "note"])
def test_what_has_changed_is_done_again(folder, tmp_path, change):
    """Skipping by name alone would keep the labels of an image that was replaced."""
    out = tmp_path / "out"
    run(folder, out)
    options = dict(model=dict(model="new"), diameter=dict(diameter=9), scale=dict(pixel_size=2))
    if change == "image":
        iio.imwrite(folder / "b.png", field(3, value=250))
    elif change == "labels":
        (out / "labels" / "b.tif").unlink()
    elif change == "note":
        (out / "finished" / "b.json").write_text('{"rows')
    done = run(folder, out, **options.get(change, {}))
    assert done.skipped == (2 if change in ("image", "labels", "note") else 0)
    assert done.objects == 6


def test_images_of_one_name_do_not_overwrite_each_other(folder, tmp_path):
    iio.imwrite(folder / "a.tif", field(4))
    done = run(folder, tmp_path / "out")
    assert sorted({row["file"] for row in table(tmp_path / "out")}) == ["a", "a-2", "b", "c"]
    assert done.objects == 10


def test_one_image_instead_of_a_folder(folder, tmp_path):
    assert run(folder / "b.png", tmp_path / "out").objects == 3


@pytest.mark.parametrize("place", [".", "a.png"])
def test_results_among_the_images_are_refused(place, folder):
    with pytest.raises(ValueError, match="choose another folder"):
        run(folder / place, folder)


@pytest.mark.parametrize("name", ["labels", "report", "finished"])
def test_files_of_somebody_else_are_not_written_over(name, folder):
    theirs = folder.parent / name / "a.tif"
    write_labels(theirs, np.full((32, 40), 7), None)
    before = theirs.read_bytes()
    with pytest.raises(ValueError, match=f"{name} holds files that are no results"):
        run(folder, folder.parent)
    assert theirs.read_bytes() == before


def test_images_in_a_folder_called_labels_are_not_replaced_by_labels(folder):
    place = folder.rename(folder.parent / "labels")
    with pytest.raises(ValueError, match="holds the images"):
        run(place, place.parent)


def test_a_run_killed_while_it_redid_an_image_leaves_no_note_of_the_old_labels(
    folder, tmp_path, monkeypatch
):
    run(folder, tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr("course_utils.apply.write_overview", lambda *_: 1 / 0)
        run(folder, tmp_path / "out", lambda image, _: stand_in(image) * 2, model="other")
    done = run(folder, tmp_path / "out")
    assert done.skipped == 0
    assert tifffile.imread(tmp_path / "out" / "labels" / "a.tif").max() == 1


def test_a_frame_of_a_movie_does_not_overwrite_an_image_of_that_name(tmp_path):
    (tmp_path / "images").mkdir()
    movie = np.stack([field(1), field(2)])
    options = dict(imagej=True, metadata={"axes": "TYX"})
    tifffile.imwrite(tmp_path / "images" / "m.tif", movie, **options)
    tifffile.imwrite(tmp_path / "images" / "m_t000.tif", field(4))
    done = run(tmp_path / "images", tmp_path / "out")
    assert (done.images, done.objects) == (3, 7)
    assert run(tmp_path / "images", tmp_path / "out").skipped == 3


def test_dim_images_of_fractions_keep_their_intensities(tmp_path):
    iio.imwrite(tmp_path / "a.tif", (field(1) * 1.234567e-7).astype(np.float32))
    run(tmp_path / "a.tif", tmp_path / "out", lambda image, _: np.int32(image > 1e-5))
    [row] = table(tmp_path / "out")
    assert float(row["mean_intensity"]) == pytest.approx(200 * 1.234567e-7, rel=1e-4)


def test_a_table_that_is_open_elsewhere_is_named_and_the_page_is_there(
    folder, tmp_path, monkeypatch
):
    real = os.replace

    def held_open(part, path):
        if path.name == "objects.csv":
            raise PermissionError(13, "Access is denied", str(part))
        real(part, path)

    monkeypatch.setattr(os, "replace", held_open)
    with pytest.raises(PermissionError, match=r"objects\.csv cannot be replaced.*Close it there"):
        run(folder, tmp_path / "out")
    assert (tmp_path / "out" / "report.html").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_a_name_in_bytes_of_no_alphabet_does_not_cost_the_table(folder, tmp_path):
    os.rename(os.fsencode(folder / "a.png"), os.fsencode(folder) + b"/Zelle_\xb5.png")
    (folder / os.fsdecode(b"leer_\xb5.png")).write_bytes(b"not an image")
    done = run(folder, tmp_path / "out")
    assert done.images == 3 and list(done.errors) == ["leer__udcb5"]
    assert "Zelle__udcb5" in {row["file"] for row in table(tmp_path / "out")}
    assert str(done).encode("utf-8")


def test_half_written_files_of_a_run_that_lives_are_left_to_it(folder, tmp_path):
    part = tmp_path / "out" / "labels" / f".z.tif.{os.getppid()}.part"
    part.parent.mkdir(parents=True)
    part.touch()
    run(folder, tmp_path / "out")
    assert part.exists()


def test_frames_of_a_movie_are_segmented_one_by_one(tmp_path):
    (tmp_path / "movie").mkdir()
    movie = np.stack([field(cells) for cells in (1, 2, 3)])
    tifffile.imwrite(tmp_path / "movie" / "m.tif", movie, imagej=True, metadata={"axes": "TYX"})
    done = run(tmp_path / "movie", tmp_path / "out")
    assert done.images == 3 and done.objects == 6
    assert [row["frame"] for row in table(tmp_path / "out")] == ["0", "1", "1", "2", "2", "2"]
    assert sorted(path.name for path in (tmp_path / "out" / "labels").iterdir()) == [
        "m_t000.tif",
        "m_t001.tif",
        "m_t002.tif",
    ]


def test_a_cell_tracking_challenge_folder_is_a_movie(tmp_path):
    images = np.stack([field(2)] * 2)
    masks = stand_in(images[0])[None].repeat(2, 0).astype(np.uint16)
    movie = Movie(images, masks, None, "tyx", None, "made")
    write_ctc(tmp_path / "ctc", movie, np.array([[1, 0, 1, 0], [2, 0, 1, 0]]), masks="TRA")
    done = run(tmp_path / "ctc", tmp_path / "out")
    assert not done.errors and done.images == 2 and done.objects == 4


def test_a_dsb2018_tree_is_opened_and_its_masks_are_not_taken_for_images(tmp_path):
    for name, cells in (("one", 1), ("two", 2)):
        for part in ("images", "masks"):
            (tmp_path / "dsb" / name / part).mkdir(parents=True)
        iio.imwrite(tmp_path / "dsb" / name / "images" / f"{name}.png", field(cells))
        for label in range(1, cells + 1):
            mask = np.uint8(255) * (stand_in(field(cells)) == label)
            iio.imwrite(tmp_path / "dsb" / name / "masks" / f"{label}.png", mask)
    done = run(tmp_path / "dsb", tmp_path / "out")
    assert not done.errors and (done.images, done.objects) == (2, 3)


def test_a_stack_in_depth_is_a_clear_error(tmp_path):
    stack = np.stack([field()] * 5)
    tifffile.imwrite(tmp_path / "s.tif", stack, imagej=True, metadata={"axes": "ZYX"})
    done = run(tmp_path / "s.tif", tmp_path / "out")
    assert "5 planes in z" in done.errors["s"] and "projection" in done.errors["s"]


@pytest.mark.parametrize("lit", [(0, 1, 2), (2,)])
def test_fluorescence_saved_in_colour_is_one_channel(tmp_path, lit):
    """Grey saved as RGB, or DAPI saved as blue."""
    image = np.zeros((32, 40, 3), np.uint8)
    image[..., list(lit)] = field(3)[..., None]
    iio.imwrite(tmp_path / "c.png", image)
    done = run(tmp_path / "c.png", tmp_path / "out")
    assert not done.errors and done.objects == 3
    assert float(table(tmp_path / "out")[0]["mean_intensity"]) == 200


def test_several_channels_want_a_choice(tmp_path):
    image = np.stack([field(1), field(2), field(3)])
    tifffile.imwrite(tmp_path / "c.tif", image, imagej=True, metadata={"axes": "CYX"})
    done = run(tmp_path / "c.tif", tmp_path / "out")
    assert "has 3 channels" in done.errors["c"] and "Choose the one" in done.errors["c"]
    assert run(tmp_path / "c.tif", tmp_path / "out", channel="1").objects == 2
    assert "no channel 7" in run(tmp_path / "c.tif", tmp_path / "out", channel=7).errors["c"]


def test_the_channel_changes_between_the_frames_of_a_movie(tmp_path):
    movie = np.zeros((4, 2, 32, 40), np.uint8)
    movie[::2, 0], movie[1::2, 1] = field(1), field(2)
    record = Movie(movie, None, None, "tcyx", None, "made")
    with pytest.raises(ReadError, match="has 2 channels"):
        list(planes(record))
    movie[:, 1] = 0
    assert [plane.image.max() for plane in planes(record)] == [200, 0, 200, 0]


def test_planes_in_the_byte_order_of_another_machine_reach_a_network():
    record = Picture(field(1).astype(">f4"), None, "yx", (), None, "made")
    [plane] = planes(record)
    assert plane.image.dtype.isnative and plane.image.max() == 200


def test_the_only_channel_cannot_be_named(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", field(2))
    assert run(tmp_path / "a.tif", tmp_path / "out", channel="0").objects == 2


def test_a_colour_may_be_chosen_by_name(tmp_path):
    iio.imwrite(tmp_path / "c.png", np.stack([field(1), field(2), field(3)], axis=-1))
    [(_, read)] = image_sources(tmp_path / "c.png")
    [plane] = planes(read(), "Green")
    np.testing.assert_array_equal(plane.image, field(2))
    with pytest.raises(ReadError, match=r"0 \(red\), 1 \(green\), 2 \(blue\)"):
        list(planes(read()))


def test_not_a_number_is_named(tmp_path):
    image = field().astype(np.float32)
    image[3, 3] = np.nan
    tifffile.imwrite(tmp_path / "n.tif", image)
    done = run(tmp_path / "n.tif", tmp_path / "out")
    assert done.images == 0 and "n.tif" in done.errors["n"]


def test_an_image_without_cells_has_no_row(tmp_path):
    iio.imwrite(tmp_path / "empty.png", field(0))
    done = run(tmp_path / "empty.png", tmp_path / "out")
    assert done.images == 1 and done.objects == 0 and not done.errors
    assert table(tmp_path / "out") == []


@pytest.mark.parametrize("wrong", [lambda i, d: i > 3, lambda i, d: np.zeros((3, 3), int)])
def test_a_model_that_gives_no_labels_is_named(tmp_path, wrong):
    iio.imwrite(tmp_path / "a.png", field())
    assert (
        "must give integer labels" in run(tmp_path / "a.png", tmp_path / "out", wrong).errors["a"]
    )


def test_many_objects_are_stored_in_32_bits(tmp_path):
    labels = np.arange(70_000).reshape(250, 280)
    write_labels(tmp_path / "many.tif", labels, (0.5, 0.25))
    found = tifffile.imread(tmp_path / "many.tif")
    assert found.dtype == np.uint32
    np.testing.assert_array_equal(found, labels)
    assert read_image(tmp_path / "many.tif").pixel_size == (0.5, 0.25)


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    write_labels(tmp_path / "a.tif", stand_in(field(2)), None)

    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(tifffile, "imwrite", full)
    with pytest.raises(OSError, match="No space"):
        write_labels(tmp_path / "a.tif", stand_in(field(3)), None)
    assert tifffile.imread(tmp_path / "a.tif").max() == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_areas_of_uneven_pixels_are_the_product_of_both_sides():
    image = field(1)
    [row] = measure_objects(stand_in(image), Plane(image, None, (0.5, 0.25)))
    assert row["area_um2"] == 2.0


def test_a_cell_at_any_of_the_four_edges_is_marked():
    image = np.zeros((9, 9), np.uint8)
    image[[0, 4, 4, 8, 4], [4, 0, 8, 4, 4]] = 200
    rows = measure_objects(stand_in(image), Plane(image, None, None))
    assert [row["at_edge"] for row in rows] == [1, 1, 0, 1, 1]


def test_the_size_of_a_pixel_is_that_of_y_and_x_not_of_depth():
    picture = Picture(np.zeros((1, 3, 4)), (5.0, 0.5, 0.25), "zyx", (), None, "one plane")
    [plane] = planes(picture)
    assert plane.image.shape == (3, 4) and plane.pixel_size == (0.5, 0.25)


@pytest.fixture
def stored(monkeypatch):
    module = types.ModuleType("course_utils.models.stored")
    module.segment_nuclei, module.load_network = stand_in, lambda: None
    monkeypatch.setitem(sys.modules, "course_utils.models.stored", module)
    monkeypatch.setattr("course_utils.models.stored", module, raising=False)
    return module


@pytest.mark.usefixtures("stored")
def test_the_command_says_what_it_did_and_ends_with_one_if_a_file_failed(folder, tmp_path, capsys):
    words = ["apply", "segment", str(folder), "--out", str(tmp_path / "out")]
    assert main([*words, "--pixel-size", "0.5"]) == 0
    assert "3 images, 6 objects" in capsys.readouterr().out
    (folder / "b.png").write_bytes(b"")
    assert main(words) == 1
    assert "not done: b" in capsys.readouterr().out


@pytest.mark.usefixtures("stored")
def test_the_command_names_a_folder_that_is_not_there(tmp_path, capsys):
    words = ["apply", "segment", str(tmp_path / "imges"), "--out", str(tmp_path / "out")]
    assert main(words) == 1
    assert "does not exist" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["apply", "segment", str(tmp_path)])


def test_weights_that_are_missing_are_said_once_not_for_each_image(
    stored, folder, tmp_path, monkeypatch, capsys
):
    def missing():
        raise FileNotFoundError("07_nuclei.keras is missing")

    monkeypatch.setattr(stored, "load_network", missing)
    assert main(["apply", "segment", str(folder), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.count("is missing") == 1


def test_other_weights_have_another_name(tmp_path, monkeypatch):
    """Else a second run would keep the labels of the weights before."""
    monkeypatch.setattr("course_utils.apply.repository_root", lambda: tmp_path)
    assert weights_name("a.keras") == ""
    (tmp_path / "data" / "weights").mkdir(parents=True)
    names = set()
    for content in (b"one", b"two"):
        (tmp_path / "data" / "weights" / "a.keras").write_bytes(content)
        names.add(weights_name("a.keras"))
    assert len(names - {""}) == 2
