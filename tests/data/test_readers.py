"""Readers: values, axes, scale and lineage as they stand in the file, and folders recognised."""

import os
import tempfile
import tracemalloc
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from scipy.io import savemat

from course_utils.data import readers
from course_utils.data.datasets import Frame, Movie
from course_utils.data.readers import (
    ReadError,
    ReadWarning,
    from_folder,
    read_image,
    read_mask,
    tiff,
)

RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 60_000, (5, 8, 9)).astype(np.uint16)
GREY = (STACK[0] // 256).astype(np.uint8)
LABELS = np.zeros((8, 9), np.uint16)
LABELS[1:4, 1:4], LABELS[5:8, 5:9] = 1, 2
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
SAMPLES = os.environ.get("COURSE_DEVDATA")
with_samples = pytest.mark.skipif(not SAMPLES, reason="COURSE_DEVDATA names no public samples")


@pytest.fixture(autouse=True)
def no_warning_but_expected():
    with warnings.catch_warnings():
        warnings.simplefilter("error", ReadWarning)
        yield


def save(folder: Path, name: str, array: np.ndarray, **options) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() in (".tif", ".tiff"):
        tifffile.imwrite(path, array, **options)
    else:
        Image.fromarray(array).save(path, **options)
    return path


def two_cells(frames: int = 4) -> tuple[Movie, np.ndarray]:
    """Track 1 divides after frame 1 into 2 and 3; 3-D, so that no axis can be swapped unseen."""
    masks = np.zeros((frames, 2, 6, 7), np.uint16)
    masks[:2, :, 1:3, 1:3] = 1
    masks[2:, 0, 1:3, 1:3], masks[2:, 1, 4:6, 4:7] = 2, 3
    images = RNG.integers(0, 4096, masks.shape).astype(np.uint16)
    lineage = np.array([[1, 0, 1, 0], [2, 2, frames - 1, 1], [3, 2, frames - 1, 1]])
    return Movie(images, masks, None, "tzyx", 5.0, "toy"), lineage


# --------------------------------------------------------------- write, then read: the same values

numbers = st.sampled_from([np.uint8, np.uint16, np.int16, np.float32, np.uint32])


@FEW
@given(arrays(numbers, (3, 4), elements=st.integers(0, 200)), st.sampled_from(["zlib", None]))
def test_a_tiff_keeps_its_values_and_type(array, compression):
    with tempfile.TemporaryDirectory() as folder:
        found = read_image(save(Path(folder), "a.tif", array, compression=compression))
    assert np.array_equal(found.image, array) and found.image.dtype == array.dtype
    assert found.axes == "yx" and found.pixel_size is None


@FEW
@given(arrays(st.sampled_from([np.uint8, np.uint16]), (3, 4)))
def test_a_png_keeps_all_of_its_bits(array):
    with tempfile.TemporaryDirectory() as folder:
        found = read_image(save(Path(folder), "a.png", array)).image
    assert np.array_equal(found, array) and found.dtype == array.dtype


@FEW
@given(arrays(np.uint32, (3, 4), elements=st.integers(0, 2**32 - 1)))
def test_labels_beyond_16_bits_do_not_wrap_round(labels):
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = read_mask(save(Path(folder), "a.tif", labels))
    assert np.array_equal(found, labels)
    assert found.dtype == (np.uint16 if labels.max() < 2**16 else np.uint32)


@FEW
@given(st.permutations("tczyx"), st.integers(2, 5))
def test_axes_in_any_order_come_back_in_the_houses(order, count):
    sides = {"t": 2, "c": 3, "z": 4, "y": 5, "x": 6}
    axes = "".join(order)[5 - count :]
    if not {"y", "x"} <= set(axes):
        return
    shape = [sides[axis] for axis in axes]
    array = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    with tempfile.TemporaryDirectory() as folder:
        path = save(Path(folder), "a.tif", array, photometric="minisblack")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = read_image(path, axes)
    last = "c" if axes.endswith("c") else ""
    wanted = "".join(a for a in "tczyx" if a in axes.removesuffix("c")) + last
    assert found.axes == wanted and found.image.shape == tuple(sides[a] for a in wanted)
    assert np.array_equal(np.transpose(found.image, [wanted.index(a) for a in axes]), array)


@FEW
@given(st.permutations("TCZ"))
def test_ome_axes_are_those_of_the_file(order):
    sides = {"T": 2, "C": 3, "Z": 4, "Y": 5, "X": 6}
    axes = "".join(order) + "YX"
    array = np.arange(720, dtype=np.uint16).reshape([sides[axis] for axis in axes])
    with tempfile.TemporaryDirectory() as folder:
        found = read_image(save(Path(folder), "a.ome.tif", array, metadata={"axes": axes}))
    assert (found.axes, found.image.shape, found.name) == ("tczyx", (2, 3, 4, 5, 6), "a")
    assert np.array_equal(found.image, np.transpose(array, [axes.index(a) for a in "TCZYX"]))


@FEW
@given(arrays(np.uint16, (3, 2, 4, 5), elements=st.integers(0, 3)), arrays(np.uint16, (3, 2, 4, 5)))
def test_a_movie_written_as_ctc_folder_comes_back_the_same(masks, images):
    movie = _relabelled(Movie(images, masks, None, "tzyx", None, "random"))
    with tempfile.TemporaryDirectory() as folder:
        readers.write_ctc(folder, *movie)
        found = readers.read_ctc(folder, masks="RES")
    assert np.array_equal(found.images, images) and found.images.dtype == np.uint16
    assert np.array_equal(found.masks, movie[0].masks)
    assert found.lineage.tolist() == movie[1].tolist() and found.axes == "tzyx"


def _relabelled(movie: Movie) -> tuple[Movie, np.ndarray]:
    """Each label of each frame a track of its own: valid whatever the masks are."""
    masks, rows = movie.masks.copy(), []
    for t, frame in enumerate(movie.masks):
        for label in np.unique(frame[frame > 0]):
            rows.append((len(rows) + 1, t, t, 0))
            masks[t][frame == label] = len(rows)
    lineage = np.array(rows, np.int64).reshape(-1, 4)
    return Movie(movie.images, masks, None, movie.axes, None, movie.name), lineage


@FEW
@given(arrays(np.uint16, (2, 3, 4)), st.permutations("zyx"))
def test_both_versions_of_mat_give_the_same_array(array, order):
    axes = "".join(order)
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder) / "old.mat", Path(folder) / "new.mat"
        savemat(old, {"stack": array, "pixel": 0.5, "note": "text"})
        with h5py.File(new, "w", userblock_size=512) as file:
            file["stack"] = array.T
            file["stack"].attrs["MATLAB_class"] = np.bytes_("uint16")
        for path in (old, new):
            found = readers.read_mat(path, axes=axes)
            assert found.axes == "zyx"
            assert np.array_equal(np.transpose(found.image, ["zyx".index(a) for a in axes]), array)


# ------------------------------------------------------------------------ scale, channels, colours


@pytest.mark.parametrize(
    "unit, factor", [("µm", 1), ("nm", 1e-3), ("mm", 1e3), ("cm", 1e4), ("Å", 1e-4), ("pm", 1e-6)]
)
def test_every_unit_of_ome_becomes_micrometres(tmp_path, unit, factor):
    stated = {f"PhysicalSize{axis}": 0.5 / factor for axis in "XY"}
    units = {f"PhysicalSize{axis}Unit": unit for axis in "XY"}
    path = save(tmp_path, "a.ome.tif", GREY, metadata={"axes": "YX", **stated, **units})
    assert read_image(path).pixel_size == pytest.approx(0.5)


def test_an_ome_tiff_tells_depth_channels_and_time(tmp_path):
    said = {"axes": "TCZYX", "PhysicalSizeX": 0.2, "PhysicalSizeY": 0.2, "PhysicalSizeZ": 1.5}
    said |= {"TimeIncrement": 90, "TimeIncrementUnit": "s", "Channel": {"Name": ["DAPI", "GFP"]}}
    found = read_image(save(tmp_path, "a.ome.tif", np.zeros((3, 2, 4, 8, 9), "u2"), metadata=said))
    assert found.pixel_size == (1.5, 0.2, 0.2) and found.minutes_per_frame == 1.5
    assert found.channels == ("DAPI", "GFP") and found.axes == "tczyx"


@pytest.mark.parametrize("unit", ["um", "micron", "\\u00B5m"])
def test_imagej_pixels_per_unit_are_turned_into_units_per_pixel(tmp_path, unit):
    said = {"axes": "ZYX", "spacing": 2.0, "unit": unit}
    path = save(tmp_path, "a.tif", STACK, imagej=True, metadata=said, resolution=(4, 4))
    assert read_image(path).pixel_size == (2.0, 0.25, 0.25)


def test_imagej_labels_name_the_channels_and_seconds_become_minutes(tmp_path):
    said = {"axes": "TCYX", "unit": "um", "finterval": 90.0, "Labels": ["DNA", "actin"] * 3}
    array = np.zeros((3, 2, 8, 9), np.uint16)
    found = read_image(
        save(tmp_path, "a.tif", array, imagej=True, metadata=said, resolution=(2, 2))
    )
    assert (found.channels, found.minutes_per_frame, found.pixel_size) == (
        ("DNA", "actin"),
        1.5,
        0.5,
    )


def test_dots_per_inch_of_a_printer_are_no_pixel_size(tmp_path):
    for name, density, unit in (("a", 72, "INCH"), ("b", 28, "CENTIMETER"), ("c", 1, "NONE")):
        path = save(
            tmp_path, f"{name}.tif", GREY, resolution=(density, density), resolutionunit=unit
        )
        assert read_image(path).pixel_size is None
    path = save(tmp_path, "d.tif", GREY, resolution=(20_000, 20_000), resolutionunit="CENTIMETER")
    assert read_image(path).pixel_size == 0.5
    assert read_image(path, pixel_size=0.65).pixel_size == 0.65


def test_colours_come_last_and_are_named(tmp_path):
    colour = np.stack([GREY, GREY + 1, GREY + 2], axis=-1)
    for name in ("a.png", "a.tif"):
        found = read_image(save(tmp_path, name, colour))
        assert found.axes == "yxc" and found.channels == ("red", "green", "blue")
        assert np.array_equal(found.image, colour)


def test_a_large_stack_stays_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tiff, "MAPPED_FROM", 100_000)
    stack = np.arange(40 * 100 * 100, dtype=np.uint16).reshape(40, 100, 100)
    path = save(tmp_path, "a.tif", stack, metadata={"axes": "TYX"}, byteorder=">")
    tracemalloc.start()
    found = read_image(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(found.image[3], stack[3]) and peak < stack.nbytes
    assert isinstance(found.image.base, np.memmap | type(None)) and found.image.shape == stack.shape


# ----------------------------------------------------------------------------------------- numbers


@FEW
@given(arrays(st.sampled_from([np.uint8, np.int16, np.uint16, np.int32, np.uint64]), 5))
def test_to_float_loses_no_whole_number(array):
    if max(abs(int(value)) for value in array) > 2**53:
        with pytest.raises(ReadError, match="no float holds"):
            readers.to_float(array)
    else:
        assert [int(value) for value in readers.to_float(array)] == array.tolist()


@FEW
@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.sampled_from([8, 16, 32]))
def test_to_uint_gives_the_same_values_or_refuses(values, bits):
    try:
        found = readers.to_uint(values, bits)
    except ReadError:
        assert any(v < 0 or v >= 2**bits or v != int(v) for v in values)
    else:
        assert found.dtype == f"uint{bits}" and found.tolist() == values


def test_pieces_of_a_foreground_mask_are_numbered_in_each_frame(tmp_path):
    mask = np.zeros((2, 8, 9), np.uint8)
    mask[0, 1:3, 1:3] = mask[0, 5:7, 5:7] = mask[1, 5:7, 5:7] = 255
    path = save(tmp_path, "a.tif", mask, metadata={"axes": "TYX"})
    found = read_mask(path, pieces=True)
    assert [np.unique(frame).tolist() for frame in found] == [[0, 1, 2], [0, 1]]
    with pytest.warns(ReadWarning, match="one value"):
        assert np.unique(read_mask(path)).tolist() == [0, 255]


# ---------------------------------------------------------------------------------- public layouts


def test_a_division_survives_the_way_through_a_ctc_folder(tmp_path):
    movie, lineage = two_cells()
    place = readers.write_ctc(tmp_path / "a folder", movie, lineage[::-1], masks="TRA")
    assert place == tmp_path / "a folder/01_GT/TRA"
    assert (place / "man_track.txt").read_text() == "1 0 1 0\n2 2 3 1\n3 2 3 1\n"
    found = readers.read_ctc(tmp_path / "a folder", pixel_size=(1.0, 0.5, 0.5))
    assert np.array_equal(found.masks, movie.masks) and np.array_equal(found.images, movie.images)
    assert np.array_equal(found.lineage, lineage) and found.frames == (0, 1, 2, 3)
    assert (found.axes, found.frame(-1).axes, found.pixel_size) == ("tzyx", "zyx", (1.0, 0.5, 0.5))
    assert found.frame(-1).name == "a folder/01, frame 3" and len(found) == 4


def test_a_ctc_folder_is_not_written_over_and_not_written_wrong(tmp_path):
    movie, lineage = two_cells()
    readers.write_ctc(tmp_path, movie, lineage)
    with pytest.raises(ReadError, match="has files already"):
        readers.write_ctc(tmp_path, movie, lineage)
    with pytest.raises(ReadError, match="does not fit its masks"):
        readers.write_ctc(tmp_path / "new", movie, lineage[:2])
    with pytest.raises(ReadError, match="rows of four whole numbers"):
        readers.write_ctc(tmp_path / "new", movie, lineage / 2)
    assert not (tmp_path / "new").exists()


def test_results_can_be_written_without_the_images(tmp_path):
    movie, lineage = two_cells()
    readers.write_ctc(tmp_path, movie, lineage, sequence="02", images=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["02_RES"]
    assert len(readers.read_frames(tmp_path / "02_RES", "mask").image) == 4


def test_a_part_of_a_movie_has_its_tracks_cut_and_frames_counted_from_0(tmp_path):
    movie, lineage = two_cells(6)
    readers.write_ctc(tmp_path, movie, lineage)
    found = readers.read_ctc(tmp_path, masks="RES", frames=range(1, 4))
    assert found.lineage.tolist() == [[1, 0, 0, 0], [2, 1, 2, 1], [3, 1, 2, 1]]
    assert found.frames == (1, 2, 3) and np.array_equal(found.masks, movie.masks[1:4])
    late = readers.read_ctc(tmp_path, masks="RES", frames=range(3, 6))
    assert late.lineage.tolist() == [[2, 0, 2, 0], [3, 0, 2, 0]]


def test_a_movie_that_begins_at_frame_1_has_its_lineage_moved(tmp_path):
    movie, _ = two_cells(2)
    for t in (1, 2):
        save(tmp_path, f"01/t{t:03d}.tif", movie.images[0, 0])
        save(tmp_path, f"01_RES/mask{t:03d}.tif", movie.masks[0, 0])
    (tmp_path / "01_RES/res_track.txt").write_text("1 1 2 0\n")
    found = readers.read_ctc(tmp_path, masks="RES")
    assert found.lineage.tolist() == [[1, 0, 1, 0]] and found.frame(0).name.endswith("frame 1")


def test_a_lazy_movie_reads_one_frame_at_a_time(tmp_path):
    masks = np.zeros((40, 300, 300), np.uint16)
    masks[:, 5:9, 5:9] = 1
    images = masks + np.arange(40, dtype=np.uint16)[:, None, None]
    movie = Movie(images, masks, None, "tyx", None, "long")
    readers.write_ctc(tmp_path, movie, np.array([[1, 0, 39, 0]]))
    tracemalloc.start()
    found = readers.read_ctc(tmp_path, masks="RES", lazy=True)
    last = found.frame(-1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(last.image, movie.images[-1]) and peak < masks.nbytes / 3
    assert (len(found.images), found.images.shape) == (40, (40, 300, 300))
    assert np.array_equal(found.images[2:4, 7], movie.images[2:4, 7])
    assert np.array_equal(found.images[::-1], movie.images[::-1])
    assert np.array_equal(found.masks, masks) and np.max(found.masks) == 1
    assert found.images[3:3].shape == (0, 300, 300) and "on disk" in repr(found.images)


def test_voc_corners_counted_from_1_become_slices(tmp_path):
    image = np.zeros((10, 12), np.uint8)
    image[2:5, 3:9] = 200
    save(tmp_path, "JPEGImages/cell 1.png", image)
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "Annotations/cell 1.xml").write_text(
        "<annotation><filename>cell 1.png</filename>"
        "<size><width>12</width><height>10</height></size><object><name>WBC</name>"
        "<bndbox><xmin>4</xmin><ymin>3</ymin><xmax>9</xmax><ymax>5</ymax></bndbox>"
        "</object></annotation>"
    )
    (found,) = readers.read_voc(tmp_path)
    assert found.names == ("WBC",) and found.boxes.tolist() == [[2, 3, 5, 9]]
    y0, x0, y1, x1 = found.boxes[0]
    assert (found.image[y0:y1, x0:x1] == 200).all() and (found.image == 200).sum() == 18


def test_an_image_without_objects_has_no_boxes(tmp_path):
    save(tmp_path, "a.png", GREY)
    (tmp_path / "a.xml").write_text(
        "<annotation><size><width>9</width><height>8</height></size></annotation>"
    )
    (found,) = readers.read_voc(tmp_path)
    assert found.boxes.shape == (0, 4) and found.names == () and len(found) == 0


def test_dsb_masks_are_numbered_by_file_and_colours_kept(tmp_path):
    colour = np.stack([GREY, GREY // 2, GREY // 3], axis=-1)
    for name, image in (("a", np.stack([GREY] * 3, axis=-1)), ("b", colour)):
        save(tmp_path, f"stage1_train/{name}/images/{name}.png", image)
        for label in (1, 2):
            mask = np.isin(LABELS, label).astype(np.uint8) * 255
            save(tmp_path, f"stage1_train/{name}/masks/{3 - label}.png", mask)
    grey, stained = readers.read_dsb2018(tmp_path)
    assert (grey.axes, stained.axes, stained.image.shape) == ("yx", "yxc", (8, 9, 3))
    assert np.array_equal(grey.masks, np.where(LABELS > 0, 3 - LABELS.astype(int), 0))
    assert grey.name == "a" and np.array_equal(grey.image, GREY)


# ---------------------------------------------------------------------------- folders of one's own


@pytest.mark.parametrize(
    "image, mask",
    [
        ("images/{}.tif", "masks/{}.tif"),
        ("Images/{}.TIF", "Labels/{}.PNG"),
        ("raw/cell {}.png", "gt/cell {}_mask.tif"),
        ("images/img_{}.tif", "masks/mask_{}.png"),
        ("{}.tif", "{}_mask.tif"),
        ("c{}_raw.png", "C{}_label.png"),
        ("c{}.tif", "c{}_cp_masks.tif"),
        ("c{}.ome.tif", "c{}-seg.png"),
        ("in here/images/Zélle {}.tif", "in here/masks/Zélle {}.tif"),
    ],
)
@pytest.mark.parametrize("count", [1, 3])
def test_a_mask_is_found_whatever_its_name(tmp_path, image, mask, count):
    for n in range(count):
        save(tmp_path, image.format(n), STACK[n])
        save(tmp_path, mask.format(n), LABELS * (n + 1))
    for rubbish in (".DS_Store", "Thumbs.db", "notes.txt"):
        (tmp_path / rubbish).write_text("x")
    found = from_folder(tmp_path, pixel_size=0.5)
    assert "masks" in found.kind and found.check() == [] and len(found) == count
    for n, record in enumerate(found):
        assert isinstance(record, Frame) and record.pixel_size == 0.5
        assert np.array_equal(record.image, STACK[n])
        assert np.array_equal(record.masks, LABELS * (n + 1))


def test_frame_10_does_not_come_before_frame_2(tmp_path):
    for n in (10, 2, 1):
        save(tmp_path, f"images/cell{n}.tif", STACK[n % 5])
        save(tmp_path, f"masks/cell{n}.tif", LABELS)
    assert [one.name for one in readers.read_pairs(tmp_path / "images", tmp_path / "masks")] == [
        "cell1",
        "cell2",
        "cell10",
    ]


def test_a_movie_with_masks_is_a_movie_and_its_mask_takes_the_axes(tmp_path):
    said = {"axes": "TYX", "unit": "um", "finterval": 60.0}
    save(tmp_path, "a.tif", STACK, imagej=True, metadata=said, resolution=(2, 2))
    save(tmp_path, "a_mask.tif", np.stack([LABELS] * 5), metadata=None)
    (movie,) = readers.read_pairs(tmp_path)
    assert isinstance(movie, Movie) and movie.frame(2).axes == "yx"
    assert (movie.axes, movie.pixel_size, movie.minutes_per_frame) == ("tyx", 0.5, 1.0)


def test_channels_in_files_of_their_own_are_stacked_in_order(tmp_path):
    for field in "pq":
        for n, channel in enumerate(["w1DAPI", "w2GFP"]):
            save(tmp_path, f"{field}_{channel}.TIF", STACK[n] + (field == "q"))
    found = from_folder(tmp_path)
    assert (len(found), found.names, found[1].axes) == (2, ("p", "q"), "cyx")
    assert found[0].channels == ("w1DAPI", "w2GFP")
    assert np.array_equal(found[1].image, STACK[:2] + 1)


def test_folders_of_classes_keep_label_and_picture_together(tmp_path):
    for n in range(3):
        save(tmp_path, f"ring/{n}.png", GREY + n)
        save(tmp_path, f"disc/{n}.png", GREY + 10 + n)
    found, read = from_folder(tmp_path), readers.read_classes(tmp_path)
    assert found.class_names == read.class_names == ("disc", "ring")
    assert found.labels.tolist() == read.labels.tolist() == [0, 0, 0, 1, 1, 1]
    for i in range(6):
        expected = GREY + (10 if read.labels[i] == 0 else 0) + i % 3
        assert np.array_equal(read.images[i], expected) and np.array_equal(found[i].image, expected)
    assert "disc 3, ring 3" in repr(found) and len(read.files) == 6


def test_every_layout_is_recognised_from_the_outside(tmp_path):
    movie, lineage = two_cells()
    readers.write_ctc(tmp_path / "ctc", movie, lineage)
    save(tmp_path, "dsb/1/images/1.png", GREY)
    save(tmp_path, "dsb/1/masks/a.png", np.where(LABELS == 1, 255, 0).astype(np.uint8))
    save(tmp_path, "voc/a.png", GREY)
    (tmp_path / "voc/a.xml").write_text(
        "<annotation><size><width>9</width><height>8</height></size></annotation>"
    )
    save(tmp_path, "flat/a.tif", STACK, metadata={"axes": "ZYX"})
    savemat(str(save(tmp_path, "mat/a.png", GREY).with_suffix(".mat")), {"image": GREY})
    (tmp_path / "mat/a.png").unlink()
    kinds = {one.name: from_folder(one).kind for one in sorted(tmp_path.iterdir())}
    assert kinds == {
        "ctc": "Cell Tracking Challenge",
        "dsb": "DSB2018",
        "flat": "images",
        "mat": "MATLAB files",
        "voc": "Pascal VOC boxes",
    }
    assert from_folder(tmp_path / "ctc", minutes_per_frame=5)[0].minutes_per_frame == 5
    assert from_folder(tmp_path / "flat", axes="zyx")[0].axes == "zyx"


def test_a_microscopes_own_xml_is_not_taken_for_boxes(tmp_path):
    save(tmp_path, "a.tif", GREY)
    (tmp_path / "a.xml").write_text("<Settings><Lamp>5</Lamp></Settings>")
    assert from_folder(tmp_path).kind == "images"


def test_the_table_says_scale_type_and_what_to_know(tmp_path):
    for n in range(3):
        save(tmp_path, f"images/t{n}.tif", STACK[n])
        save(tmp_path, f"masks/t{n}.png", np.where(LABELS > 0, 255, 0).astype(np.uint8))
    found = from_folder(tmp_path)
    rows = dict(found.table().rows)
    assert (rows["records"], rows["size"], rows["type"]) == ("3", "8 x 9 (y, x)", "uint16")
    assert rows["pixel size"] == "not stated" and rows["masks"] == "3 of 3"
    assert any("pieces=True" in said for said in found.warnings)
    assert any("pixel_size=0.65" in said for said in found.warnings)
    assert len(repr(found).splitlines()) < 15 and len(found.check()) == 3
    mended = from_folder(tmp_path, pieces=True, pixel_size=0.5)
    assert mended.warnings == () and dict(mended.table().rows)["in the first"] == "2 objects"
    assert dict(mended.table().rows)["pixel size"] == "0.5 µm" and mended.check() == []


def test_a_folders_name_cannot_write_into_the_page(tmp_path):
    save(tmp_path, "<script>x<b>/a.png", GREY)
    page = from_folder(tmp_path / "<script>x<b>")._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_only_the_first_record_is_read_until_more_are_asked_for(tmp_path):
    for n in range(3):
        save(tmp_path, f"{'abc'[n]}.tif", np.where(n == 1, np.nan, STACK[n]).astype(np.float32))
    found = from_folder(tmp_path)
    assert len(found) == 3 and np.array_equal(found[-1].image, STACK[2])
    assert ["b.tif has NaN" in said for said in found.check()] == [True]
    with pytest.raises(ReadError, match=r"b\.tif has NaN"):
        _ = found.records
    with pytest.raises(IndexError):
        found[3]


def test_numbered_files_are_offered_as_a_movie(tmp_path):
    for n in range(4):
        save(tmp_path, f"shot{n:02d}.tif", STACK[n])
    found = from_folder(tmp_path)
    assert any("read_frames(folder, 'shot')" in said for said in found.warnings)
    movie = readers.read_frames(tmp_path, "shot")
    assert movie.axes == "tyx" and np.array_equal(movie.image, STACK[:4])


# ------------------------------------------------------------------------------------ real samples


@with_samples
def test_the_public_nuclei_are_all_there():
    frames = readers.read_dsb2018(Path(SAMPLES) / "dsb2018")
    assert len(frames) == 11 and [one.axes for one in frames].count("yx") == 9
    counts = [int(one.masks.max()) for one in frames]
    assert counts == [70, 86, 9, 29, 8, 4, 43, 5, 15, 11, 22] and sum(counts) == 302
    for one in frames:
        inside = one.image.reshape(*one.masks.shape, -1).mean(-1)
        bright = inside[one.masks > 0].mean() > inside[one.masks == 0].mean()
        assert bright == (one.axes == "yx"), "nuclei glow, or are darker where tissue is stained"


@with_samples
def test_the_public_bacteria_come_with_their_gold_lineage():
    movie = readers.read_ctc(Path(SAMPLES) / "ctc_ecoli")
    assert movie.images.shape == movie.masks.shape == (14, 1305, 1009)
    assert movie.lineage.shape == (14, 4) and (movie.lineage[:, 3] > 0).sum() == 12
    assert [len(np.unique(masks)) - 1 for masks in movie.masks][::13] == [2, 8]


@with_samples
def test_the_public_blood_cells_lie_in_their_boxes():
    images = readers.read_voc(Path(SAMPLES) / "bccd")
    names = [name for one in images for name in one.names]
    assert len(images) == 12 and len(names) == 173
    assert {name: names.count(name) for name in set(names)} == {
        "RBC": 145,
        "WBC": 14,
        "Platelets": 14,
    }
    inside = [one.image[y0:y1, x0:x1].std() for one in images for y0, x0, y1, x1 in one.boxes]
    assert min(inside) > 0 and all(one.image.shape == (480, 640, 3) for one in images)


@with_samples
@pytest.mark.parametrize(
    "name, kind, count",
    [
        ("dsb2018", "DSB2018", 11),
        ("ctc_ecoli", "Cell Tracking Challenge", 1),
        ("bccd", "Pascal VOC boxes", 12),
    ],
)
def test_each_public_sample_opens_in_one_line(name, kind, count):
    found = from_folder(Path(SAMPLES) / name)
    assert (found.kind, len(found)) == (kind, count) and found.check() == []
