"""Folders and masks of learners that were once read wrongly, or in part, without a word."""

import unicodedata
import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from course_utils.data import readers
from course_utils.data.planes import image_sources
from course_utils.data.readers import ReadWarning, from_folder, read_mask

GREY = np.random.default_rng(0).integers(0, 255, (60, 80)).astype(np.uint8)
CELLS = np.zeros((60, 80), np.uint8)
for row in range(5, 60, 20):
    for column in range(5, 80, 20):
        CELLS[row : row + 10, column : column + 10] = 1
BORDERS = CELLS.copy()
BORDERS[CELLS > 0] = 2
for row in range(6, 60, 20):
    for column in range(6, 80, 20):
        BORDERS[row : row + 8, column : column + 8] = 1
LABELS = np.zeros((60, 80), np.uint8)
LABELS[:30, 10:40], LABELS[35:50, 5:30], LABELS[40:, 60:] = 1, 2, 3


def save(folder: Path, name: str, array: np.ndarray, **options) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".tif":
        tifffile.imwrite(path, array, photometric="minisblack", **options)
    else:
        Image.fromarray(array).save(path)
    return path


def told(read, *arguments, **options) -> str:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        read(*arguments, **options)
    return " | ".join(str(one.message) for one in heard if one.category is ReadWarning)


# ------------------------------------------------------------------------ masks that are no labels


@pytest.mark.parametrize(
    "mask, said",
    [
        (BORDERS, r"2 values \(1, 2\) in 24 separate pieces.*pieces=True"),
        (np.choose(BORDERS, [0, 255, 127]).astype(np.uint8), r"2 values \(127, 255\) in 24"),
        (CELLS + 1, "value 1 along most of its border.*the background the value 0"),
        (2 - CELLS, "value 2 along most of its border"),
        ((1 - CELLS) * 255, "value 255 along most of its border"),
        (np.stack([BORDERS] * 3), r"2 values \(1, 2\) in 24 separate pieces"),
    ],
    ids=["inside and border", "127 and 255", "ilastik", "ilastik turned", "inverted", "movie"],
)
def test_classes_of_pixels_are_not_taken_for_objects_untold(tmp_path, mask, said):
    path = save(tmp_path, "a.tif", mask)
    axes = "tyx" if mask.ndim == 3 else None
    with pytest.warns(ReadWarning, match=rf"a\.tif has .*{said}"):
        read_mask(path, axes)


def test_the_pieces_of_an_inverted_mask_do_not_make_the_background_an_object_untold(tmp_path):
    path = save(tmp_path, "a.png", (1 - CELLS) * 255)
    assert "seems to be the background" in told(read_mask, path, pieces=True)
    assert told(read_mask, save(tmp_path, "b.png", CELLS * 255), pieces=True) == ""


def test_crowded_cells_along_the_border_are_taken_for_the_background(tmp_path):
    crowd = np.full((60, 80), 255, np.uint8)
    crowd[::10], crowd[:, ::10] = 0, 0
    said = told(read_mask, save(tmp_path, "a.png", np.roll(crowd, 5, (0, 1))))
    assert "background" not in said and "separate pieces" in said


def test_one_cell_with_few_blurred_values_is_not_many_objects_untold(tmp_path):
    mask = np.zeros((60, 80), np.uint8)
    for step in range(1, 6):
        mask[9 + step : 50 - step, 9 + step : 70 - step] = step * 51
    assert "blurred edges" in told(read_mask, save(tmp_path, "a.png", mask))


def _snake() -> np.ndarray:
    mask = np.zeros((60, 80), np.uint8)
    mask[10:12, :20], mask[:10, 20:22], mask[30:32, :70], mask[3, 50] = 1, 1, 2, 2
    return mask


@pytest.mark.parametrize(
    "mask",
    [
        LABELS,
        np.where(LABELS == 1, 7, 0).astype(np.uint8),
        np.arange(1, 13, dtype=np.uint8).reshape(3, 4).repeat(20, 0).repeat(20, 1),
        np.array([[1, 2]], np.uint8).repeat(60, 0).repeat(40, 1),
        _snake(),
        np.stack([np.roll(LABELS % 3, 3 * t, 1) for t in range(8)]),
        np.zeros((60, 80), np.uint8),
        np.ones((60, 80), np.uint8),
    ],
    ids=["few", "one", "tissue", "halves", "cut in two", "movie", "empty", "full"],
)
def test_an_ordinary_mask_is_read_without_a_word(tmp_path, mask):
    path = save(tmp_path, "a.tif", mask)
    assert told(read_mask, path, "tyx" if mask.ndim == 3 else None) == ""


# ------------------------------------------------------------------------------ masks left unopened


@pytest.mark.parametrize("images, masks", [("dapi", "masks"), ("Bilder", "Masken")])
def test_masks_beside_a_folder_of_any_name_are_no_class(tmp_path, images, masks):
    for name in "ab":
        save(tmp_path, f"{images}/{name}.png", GREY)
        save(tmp_path, f"{masks}/{name}_mask.png", LABELS)
    found = from_folder(tmp_path)
    assert found.kind == f"images in {images}, masks in {masks}"
    assert np.array_equal(found[1].masks, LABELS) and len(image_sources(tmp_path)) == 2


def test_masks_of_several_stains_are_left_out_aloud_and_are_no_class(tmp_path):
    for folder in ("dapi", "gfp", "masks"):
        save(tmp_path, f"{folder}/a.png", LABELS)
    found = from_folder(tmp_path)
    assert found.class_names == ("dapi", "gfp") and "left out: masks" in " ".join(found.warnings)
    assert "left out: masks" in told(readers.read_classes, tmp_path)


def test_masks_of_other_names_are_left_out_aloud(tmp_path):
    save(tmp_path, "dapi/a.png", GREY)
    save(tmp_path, "masks/other.png", LABELS)
    found = from_folder(tmp_path)
    assert found.names == ("a",) and "opened without masks" in " ".join(found.warnings)


def test_classes_called_target_and_control_stay_classes(tmp_path):
    for folder in ("target", "control", "seg"):
        save(tmp_path, f"{folder}/1.png", GREY)
    assert from_folder(tmp_path).class_names == ("control", "seg", "target")


def test_a_folder_of_masks_beside_the_images_is_paired_with_them(tmp_path):
    save(tmp_path, "a.png", GREY)
    save(tmp_path, "masks/a.png", LABELS)
    assert np.array_equal(from_folder(tmp_path)[0].masks, LABELS)


def test_a_mask_for_some_of_the_images_is_left_out_aloud_and_refuses_nothing(tmp_path):
    save(tmp_path, "a.png", GREY)
    save(tmp_path, "b.png", GREY)
    save(tmp_path, "masks/a.png", LABELS)
    found = from_folder(tmp_path)
    assert found.names == ("a", "b") and "opened without masks" in " ".join(found.warnings)


@pytest.mark.parametrize("name", ["a.mat", "a.npy", "a.xml", None])
def test_masks_of_a_kind_that_is_not_read_are_left_out_aloud(tmp_path, name):
    save(tmp_path, "images/a.png", GREY)
    (tmp_path / "masks").mkdir()
    if name:
        (tmp_path / "masks" / name).write_bytes(b"x")
    found = from_folder(tmp_path)
    assert found.kind == "images" and "opened without masks" in " ".join(found.warnings)


def test_an_experiment_in_a_folder_is_no_dsb_tree_because_its_mask_says_mask(tmp_path):
    save(tmp_path, "exp1/images/a.png", GREY)
    save(tmp_path, "exp1/masks/a_mask.png", CELLS * 255)
    assert "masks in masks" in from_folder(tmp_path).kind
    assert from_folder(tmp_path, pieces=True)[0].masks.max() == 12


def test_a_lone_mask_of_many_nuclei_is_not_one_nucleus_untold(tmp_path):
    for name in ("exp1", "exp2"):
        save(tmp_path, f"{name}/images/a.png", GREY)
        save(tmp_path, f"{name}/masks/a_mask.png", CELLS * 255)
    said = r"a_mask\.png is the only mask.*12 separate pieces.*read_pairs"
    with pytest.warns(ReadWarning, match=said):
        readers.read_dsb2018(tmp_path)
    assert any("12 separate pieces" in one for one in from_folder(tmp_path).warnings)


@pytest.mark.parametrize(
    "opened, left",
    [
        ("figures/f.png", ["exp1/images/a.png", "exp1/masks/a.png"]),
        ("docs/logo.png", ["train/img/a.png", "train/label/a.png"]),
        ("overview.png", ["day1/a.png", "day2/a.png"]),
    ],
)
def test_what_is_opened_in_place_of_all_is_told(tmp_path, opened, left):
    for name in (opened, *left):
        save(tmp_path, name, LABELS)
    said = " ".join(from_folder(tmp_path).warnings)
    assert all(name.split("/")[0] in said.split(": only")[0] for name in left)


def test_notes_beside_the_images_are_not_worth_a_word(tmp_path):
    save(tmp_path, "a.png", GREY)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/readme.txt").write_text("x")
    assert "opened without" not in " ".join(from_folder(tmp_path).warnings)


# -------------------------------------------------------------------------------- names and sets


def test_label_free_images_are_no_masks(tmp_path):
    for n in range(2):
        save(tmp_path, f"label-free_{n}.png", GREY)
        save(tmp_path, f"GT {n}.tif", GREY)
        save(tmp_path, f"KO {n}.tif", GREY)
    assert from_folder(tmp_path).kind == "images" and len(from_folder(tmp_path)) == 6


def test_a_genotype_called_gt_keeps_its_masks(tmp_path):
    for kind in ("GT", "KO"):
        save(tmp_path, f"{kind} 0.png", GREY)
        save(tmp_path, f"{kind} 0_mask.png", LABELS)
    assert from_folder(tmp_path).names == ("GT 0", "KO 0")


@pytest.mark.parametrize("word", ["gt", "label", "labels"])
def test_gt_before_the_name_of_an_image_still_is_a_mask(tmp_path, word):
    save(tmp_path, "a.png", GREY)
    save(tmp_path, f"{word}_a.png", LABELS)
    assert np.array_equal(from_folder(tmp_path)[0].masks, LABELS)


def test_an_accent_written_by_macos_is_the_same_letter(tmp_path):
    save(tmp_path, f"images/{unicodedata.normalize('NFD', 'Zélle')}.png", GREY)
    save(tmp_path, f"masks/{unicodedata.normalize('NFC', 'Zélle')}.png", LABELS)
    assert np.array_equal(from_folder(tmp_path)[0].masks, LABELS)


def _ome_set(folder: Path, frames: int = 3) -> list[str]:
    names = [f"exp_t{t}.ome.tif" for t in range(frames)]
    parts = "".join(
        f'<TiffData FirstT="{t}" FirstC="0" FirstZ="0" IFD="0" PlaneCount="1">'
        f'<UUID FileName="{name}">urn:uuid:{t}</UUID></TiffData>'
        for t, name in enumerate(names)
    )
    for t, name in enumerate(names):
        xml = (
            '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
            f'UUID="urn:uuid:{t}"><Image ID="Image:0"><Pixels ID="Pixels:0" Type="uint8" '
            f'DimensionOrder="XYZCT" SizeX="80" SizeY="60" SizeZ="1" SizeC="1" SizeT="{frames}">'
            f'<Channel ID="Channel:0:0" SamplesPerPixel="1"/>{parts}</Pixels></Image></OME>'
        )
        save(folder, name, GREY + np.uint8(t), description=xml.encode(), metadata=None)
    return names


def test_an_ome_set_of_a_file_each_frame_is_one_movie_and_not_three(tmp_path):
    _ome_set(tmp_path)
    save(tmp_path, "other.tif", GREY)
    found = from_folder(tmp_path)
    assert found.names == ("exp_t0", "other") and found[0].image.shape == (3, 60, 80)
    assert "exp_t1.ome.tif, exp_t2.ome.tif belong to" in " ".join(found.warnings)
    assert len(image_sources(tmp_path)) == 2


def test_channels_split_by_fiji_are_one_image(tmp_path):
    for n in (1, 2):
        save(tmp_path, f"C{n}-a.tif", GREY // n)
    found = from_folder(tmp_path)
    assert (found.names, found[0].axes, found[0].channels) == (("a",), "cyx", ("C1", "C2"))


@pytest.mark.parametrize("names", [["mouse_d0", "mouse_d3"], ["ctrl_c1", "ctrl_c2", "ctrl_c3"]])
def test_days_are_not_stacked_as_channels_untold(tmp_path, names):
    for name in names:
        save(tmp_path, f"{name}.png", GREY)
    assert "stacked as channels of one image" in " ".join(from_folder(tmp_path).warnings)


def test_wells_called_c1_and_c2_are_not_refused_as_channels(tmp_path):
    for name in ("C1-01", "C1-02", "C2-01"):
        save(tmp_path, f"{name}.tif", GREY)
    assert len(from_folder(tmp_path)) == 3
