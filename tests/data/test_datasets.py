"""The named data sets: values as they came from the microscope, axes and places kept."""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest

from course_utils.data import datasets, shelf
from course_utils.data.datasets import Movie

PHASES_TABLE = shelf.repository_root() / "data" / "labels" / "hela_phases.csv"


@pytest.fixture(scope="module")
def hela() -> Movie:
    return datasets.hela_movie()


@pytest.fixture
def ramp() -> Movie:
    """Three frames of 20 x 30 pixels: value = 5000 t + 100 row + column; one nucleus moves."""
    rows, columns = np.mgrid[:20, :30]
    image = (100 * rows + columns).astype(np.uint16)
    masks = np.zeros((3, 20, 30), np.uint16)
    for t in range(3):
        masks[t, 4:7, 10 + t : 13 + t] = 1
        masks[t, 17:20, 27:30] = 2
    images = np.stack([image, image + 5000, image + 10_000]).astype(np.uint16)
    return Movie(images, masks, 0.5, "tyx", None, "ramp")


def write_table(path: Path, *lines: str) -> Path:
    header = "frame,label,y,x,phase,pass1,pass2,doubtful"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def line(frame: int, label: int, y: float, x: float, phase: str = "interphase") -> str:
    return f"{frame},{label},{y},{x},{phase},{phase},{phase},0"


def test_hela_counts_begin_near_zero_without_the_offset(hela):
    assert hela.images.dtype == np.uint16
    assert (hela.images.min(), hela.images.max()) == (210, 4095)
    assert 250 < np.median(hela.images[0]) < 300


def test_hela_masks_hold_every_nucleus(hela):
    assert hela.images.shape == hela.masks.shape == (20, 700, 1100)
    counts = [len(np.unique(masks)) - 1 for masks in hela.masks]
    assert (counts[0], counts[-1], sum(counts)) == (124, 195, 3271)


def test_masks_and_images_of_hela_are_not_shifted(hela):
    inside = hela.masks > 0
    for t in (0, 10, 19):
        straight = hela.images[t][inside[t]].mean()
        shifted = hela.images[t][np.roll(inside[t], 5, axis=1)].mean()
        assert straight > 1.1 * shifted


def test_a_frame_keeps_the_movies_scale_and_loses_its_time_axis(hela):
    frame = hela.frame(-1)
    assert frame.image.shape == frame.masks.shape == (700, 1100)
    assert (frame.pixel_size, frame.axes, frame.name) == (0.645, "yx", "hela_movie, frame 19")
    assert np.array_equal(frame.image, hela.images[19])
    assert (len(hela), hela.minutes_per_frame) == (20, 30.0)


def test_a_frame_beyond_the_end_is_an_index_error(hela):
    with pytest.raises(IndexError):
        hela.frame(20)


def test_a_movie_prints_one_line_not_its_pixels(hela):
    assert len(repr(hela)) < 300 and "uint16 (20, 700, 1100)" in repr(hela)


def test_every_bacterium_has_an_id_of_its_own():
    movie = datasets.bacteria_movie()
    counts = [len(np.unique(masks)) - 1 for masks in movie.masks]
    assert counts == [2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 8, 8, 8, 9, 16, 16, 16, 17]
    assert len(np.unique(movie.masks)) - 1 == sum(counts) == 128
    assert movie.pixel_size is None and movie.minutes_per_frame is None


def test_time_and_depth_of_the_cho_movie_are_not_swapped():
    movie = datasets.cho_movie()
    assert (movie.images.shape, movie.axes) == ((20, 5, 443, 512), "tzyx")
    assert (movie.pixel_size, movie.minutes_per_frame) == ((1.0, 0.202, 0.202), 9.5)
    images = movie.images.astype(float)
    between_times = np.abs(images[1, 0] - images[0, 0]).mean()
    between_slices = np.abs(images[0, 3] - images[0, 0]).mean()
    assert between_times < between_slices
    assert sum(len(np.unique(masks)) - 1 for masks in movie.masks) == 195
    assert movie.frame(0).axes == "zyx"


def test_wound_channels_are_not_mixed_up():
    wound = datasets.wound_healing()
    assert wound.hoechst.shape == (10, 210, 576) and wound.pixel_size == 0.619
    count = [sum(len(np.unique(m)) - 1 for m in masks) for masks in (wound.nuclei, wound.cells)]
    assert count == [730, 828]
    assert wound.hoechst[wound.nuclei > 0].mean() > 1.5 * wound.hoechst[wound.nuclei == 0].mean()
    assert 7500 < np.median(wound.transmitted) < 9000


def test_plankton_labels_follow_the_folders():
    pictures = datasets.plankton()
    assert pictures.class_names == (
        "Actinoptychus",
        "Bacillariophyceae",
        "Ciliophora",
        "Dinoflagellata",
        "Noctilucales",
        "Tripos",
    )
    assert np.bincount(pictures.labels).tolist() == [14, 16, 19, 20, 23, 13]
    named = [
        pictures.class_names[label] in file
        for label, file in zip(pictures.labels, pictures.files, strict=True)
    ]
    assert all(named) and len(pictures) == len(named) == 105


def test_plankton_pictures_stand_beside_their_own_label():
    pictures = datasets.plankton()
    paths = {path.split("/")[-1]: path for path in shelf.members("plankton")}
    for image, file in list(zip(pictures.images, pictures.files, strict=True))[::10]:
        alone = imageio.imread(shelf.read_bytes("plankton", paths[file]), mode="RGB")
        assert np.array_equal(image, alone)


def test_grey_plankton_pictures_become_rgb():
    pictures = datasets.plankton()
    assert {image.shape[2] for image in pictures.images} == {3}
    assert {str(image.dtype) for image in pictures.images} == {"uint8"}
    sides = [side for image in pictures.images for side in image.shape[:2]]
    assert (min(sides), max(sides)) == (30, 555)


def test_nucleoli_are_no_holes_in_the_stack():
    filled, raw = datasets.nuclei_stack(), datasets.nuclei_stack(fill_holes=False)
    assert filled.axes == "zyx" and filled.pixel_size == (0.29, 0.26, 0.26)
    assert int((raw.masks > 0).sum()) == 684_943
    assert int((filled.masks > 0).sum()) == 684_943 + 2_962
    assert np.array_equal(filled.masks[raw.masks > 0], raw.masks[raw.masks > 0])


def test_filling_leaves_a_nucleus_inside_a_ring_alone():
    labels = np.zeros((9, 9), np.uint16)
    labels[1:8, 1:8], labels[2:7, 2:7], labels[4, 4] = 1, 0, 2
    datasets._fill_holes(labels)
    assert labels[4, 4] == 2 and labels[3, 3] == 1 and labels[0, 0] == 0


def test_tissue_nuclei_are_the_hand_made_ones():
    frame = datasets.tissue_nuclei()
    assert frame.image.shape == (512, 512) and frame.axes == "yx"
    assert len(np.unique(frame.masks)) - 1 == 125
    assert frame.image[frame.masks > 0].mean() > 2 * frame.image[frame.masks == 0].mean()


def test_class_names_stand_at_the_index_of_their_output():
    names = datasets.imagenet_class_names()
    assert len(names) == 1000
    known = {0: "tench", 282: "tiger cat", 285: "Egyptian cat", 967: "espresso"}
    assert {index: names[index] for index in known} == known


def test_crops_show_the_pixel_at_the_centroid(ramp, tmp_path):
    table = write_table(tmp_path / "t.csv", line(0, 1, 5.4, 11.4), line(1, 1, 4.6, 11.6))
    nuclei = datasets.hela_nuclei(4, table, ramp)
    assert nuclei.crops.shape == (2, 4, 4) and nuclei.crops.dtype == np.uint16
    assert nuclei.crops[0, 2, 2] == 511 and nuclei.crops[1, 2, 2] == 5512
    assert nuclei.crops[0, 0, 0] == 309 and nuclei.pixel_size == 0.5


def test_crops_at_the_edge_are_padded_with_background(ramp, tmp_path):
    table = write_table(tmp_path / "t.csv", line(0, 2, 18, 28))
    crop = datasets.hela_nuclei(8, table, ramp).crops[0]
    background = np.percentile(ramp.images[0], 5).astype(np.uint16)
    assert crop[4, 4] == 1828 and crop[5, 5] == 1929
    assert (crop[6:] == background).all() and (crop[:, 6:] == background).all()


def test_rows_are_sorted_and_stay_together(ramp, tmp_path):
    table = write_table(
        tmp_path / "t.csv", line(1, 2, 18, 28, "metaphase"), line(1, 1, 5, 12), line(0, 1, 5, 11)
    )
    nuclei = datasets.hela_nuclei(3, table, ramp)
    assert list(zip(nuclei.frame, nuclei.label, strict=True)) == [(0, 1), (1, 1), (1, 2)]
    assert nuclei.phase.tolist() == ["interphase", "interphase", "metaphase"]
    assert nuclei.mitotic.tolist() == [False, False, True]
    assert nuclei.crops[:, 1, 1].tolist() == [511, 5512, 6828]
    assert nuclei.cell[0] == nuclei.cell[1] != nuclei.cell[2]


@pytest.mark.parametrize(
    "bad, said",
    [
        (line(0, 1, 5, 11, "prophase"), "line 2: phase 'prophase'"),
        (line(0, 1, 5, 11)[:-1] + "yes", "line 2: doubtful"),
        ("0,1,,11,interphase,interphase,interphase,0", "line 2: frame, label, y and x"),
        (line(7, 1, 5, 11), "frame 7"),
        (line(0, 9, 5, 11), "no mask 9 in frame 0"),
        (line(0, 1, 5, 11) + "\n" + line(0, 1, 5, 11), "twice"),
    ],
)
def test_a_wrong_line_of_labels_is_named(ramp, tmp_path, bad, said):
    with pytest.raises(ValueError, match=said):
        datasets.hela_nuclei(4, write_table(tmp_path / "t.csv", bad), ramp)


def test_a_table_without_its_columns_is_named(ramp, tmp_path):
    (tmp_path / "t.csv").write_text("frame;label;y;x\n0;1;5;11\n")
    with pytest.raises(ValueError, match=r"t\.csv lacks the columns frame, label"):
        datasets.hela_nuclei(4, tmp_path / "t.csv", ramp)


def test_a_missing_table_says_how_to_get_it_back(ramp, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv is missing.*git checkout"):
        datasets.hela_nuclei(4, tmp_path / "none.csv", ramp)


def test_every_nucleus_of_the_movie_is_labelled_once_and_in_its_place(hela):
    from scipy.ndimage import center_of_mass

    nuclei = datasets.hela_nuclei(movie=hela)
    assert PHASES_TABLE.exists() and nuclei.crops.shape == (3271, 48, 48)
    for t in range(len(hela)):
        here = nuclei.frame == t
        assert np.array_equal(nuclei.label[here], np.unique(hela.masks[t])[1:])
        centres = center_of_mass(hela.masks[t] > 0, hela.masks[t], nuclei.label[here])
        written = np.column_stack([nuclei.y[here], nuclei.x[here]])
        assert np.abs(np.array(centres) - written).max() < 1


def test_real_cells_are_followed_for_most_of_the_movie(hela):
    nuclei = datasets.hela_nuclei(8, movie=hela)
    frames_seen = np.bincount(nuclei.cell)
    assert 195 <= len(frames_seen) < 300 and (frames_seen == 20).sum() > 90
    once_a_frame = {(c, t) for c, t in zip(nuclei.cell, nuclei.frame, strict=True)}
    assert len(once_a_frame) == len(nuclei)
