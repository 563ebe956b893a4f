"""A model of lesson 09 over a folder: what it takes, what it gives, what it refuses."""

import csv

import numpy as np
import pytest
import tifffile

from course_utils.__main__ import main
from course_utils.apply_stain import load_stain, sources, stain_folder
from course_utils.data.readers import Picture, ReadError, read_image, read_mask
from course_utils.models.unet import build_unet

RNG = np.random.default_rng(0)
LIGHT = RNG.integers(900, 1100, (32, 40), np.uint16)


def locate(stain):
    labels = np.zeros(stain.shape, np.int32)
    labels[:3, :3], labels[10:14, 10:14] = 1, 2
    return labels


def picture(image, axes, channels=()):
    return Picture(image, None, axes, channels, None, "a")


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "images"
    place.mkdir()
    tifffile.imwrite(place / "a.tif", LIGHT)
    tifffile.imwrite(place / "b.tif", np.stack([LIGHT, LIGHT]), metadata={"axes": "TYX"}, ome=True)
    return place


def run(place, out, count=1, **options):
    model = (count, lambda source: source[0] / 10)
    return stain_folder(place, out, model, locate, progress=False, **options)


def test_each_image_and_frame_gets_stain_labels_and_a_row(folder, tmp_path):
    done = run(folder, tmp_path / "out")
    assert (done.images, done.nuclei, done.errors) == (3, 6, {})
    with done.table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["frame"]) for row in rows] == [("a", ""), ("b", "0"), ("b", "1")]
    stain = read_image(tmp_path / "out" / "stain" / "b_t001.tif")
    assert stain.axes == "yx" and stain.image.dtype == np.float32
    assert read_mask(tmp_path / "out" / "labels" / "a.tif").max() == 2


def test_the_guess_is_called_a_guess(folder, tmp_path):
    assert "a painted stain is a guess" in str(run(folder, tmp_path / "out"))


def test_what_the_model_has_not_learned_is_named_and_the_rest_done(folder, tmp_path):
    tifffile.imwrite(folder / "c.tif", np.stack([LIGHT] * 3), metadata={"axes": "ZYX"}, ome=True)
    done = run(folder, tmp_path / "out")
    assert done.images == 3 and set(done.errors) == {"c"}
    assert "has 3 channels and planes, the model takes 1" in done.errors["c"]


def test_planes_in_depth_are_the_channels_of_a_model_of_many():
    [(frame, image)] = sources(picture(np.stack([LIGHT] * 13), "zyx"), 13)
    assert frame is None and image.shape == (13, 32, 40)


def test_one_channel_is_chosen_by_name_in_each_frame():
    film = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    found = list(sources(picture(film, "tcyx", ("DAPI", "BF", "GFP")), 1, "bf"))
    assert [t for t, _ in found] == [0, 1]
    np.testing.assert_array_equal(found[1][1][0], film[1, 1])
    with pytest.raises(ReadError, match="name one channel of DAPI, BF, GFP"):
        list(sources(picture(film, "tcyx", ("DAPI", "BF", "GFP")), 1))
    with pytest.raises(ReadError, match="no channel 7"):
        list(sources(picture(film, "tcyx", ("DAPI", "BF", "GFP")), 1, 7))


def test_colours_become_channels_and_not_rows():
    colours = np.arange(4 * 5 * 3).reshape(4, 5, 3)
    [(_, image)] = sources(picture(colours, "yxc"), 3)
    np.testing.assert_array_equal(image[2], colours[..., 2])


def test_results_are_not_written_over_the_images(folder):
    with pytest.raises(ValueError, match="choose another folder"):
        run(folder, folder)


def test_a_saved_network_runs_from_the_command(folder, tmp_path, capsys):
    file = tmp_path / "my_stain.keras"
    build_unet(4, 3, channels=1, outputs=3).save(file)
    words = ["apply", "stain", str(folder), "--out", str(tmp_path / "out"), "--model", str(file)]
    assert main(words) == 0
    assert "3 images" in capsys.readouterr().out
    assert tifffile.imread(tmp_path / "out" / "stain" / "a.tif").shape == LIGHT.shape


def test_a_file_that_is_no_model_or_one_for_cells_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"none.keras is no model that can be loaded"):
        load_stain(tmp_path / "none.keras")
    file = tmp_path / "cells.keras"
    build_unet(4, 2, channels=1, outputs=2).save(file)
    with pytest.raises(ValueError, match="a model that stains goes from"):
        load_stain(file)
