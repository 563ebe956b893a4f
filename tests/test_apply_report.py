"""The page after a run: every image with its objects, and what went wrong, readable anywhere."""

import re

import imageio.v3 as iio
import numpy as np
import pytest

from course_utils.apply import segment_folder
from course_utils.apply_report import write_overview, write_report


def squares(image: np.ndarray, diameter: float | None = None) -> np.ndarray:
    """One object where it is bright."""
    return (image > 100).astype(np.int32)


@pytest.fixture
def done(tmp_path):
    place = tmp_path / "images"
    place.mkdir()
    image = np.full((32, 40), 10, np.uint8)
    iio.imwrite(place / "empty & dark.png", image)
    image[4:12, 4:12] = 200
    iio.imwrite(place / "a.png", image)
    (place / "b.png").write_bytes(b"no image")
    return segment_folder(place, tmp_path / "out", squares, progress=False)


def test_every_image_is_shown_once_and_its_picture_is_there(done):
    page = done.page.read_text(encoding="utf-8")
    shown = re.findall(r'src="([^"]+)"', page)
    assert shown == ["report/a.png", "report/empty%20%26%20dark.png"]
    assert (done.page.parent / "report" / "empty & dark.png").exists()
    assert "a: 1 object<" in page and "empty &amp; dark: 0 objects<" in page
    assert "2 images, 1 objects" in page and str(done.page) in str(done)


def test_what_failed_stands_on_the_page_by_name(done):
    page = done.page.read_text(encoding="utf-8")
    assert "Not done: 1" in page and "b.png" in page


def test_nothing_that_failed_leaves_no_heading(tmp_path):
    page = write_report(tmp_path / "report.html", {}, {}).read_text(encoding="utf-8")
    assert "Not done" not in page and "0 images, 0 objects" in page


def test_a_name_cannot_write_into_the_page(tmp_path):
    page = write_report(tmp_path / "report.html", {'"><script>': 2}, {"<b>": "<i>"}, ["<u>"])
    assert not re.search("<script|<b>|<i>|<u>", page.read_text(encoding="utf-8"))


def test_outlines_lie_on_the_objects_also_in_a_large_image(tmp_path):
    image, labels = np.zeros((1000, 700)), np.zeros((1000, 700), int)
    image[300:600, 90:300], labels[300:600, 90:300] = 5, 1
    write_overview(tmp_path / "o.png", image, labels)
    picture = iio.imread(tmp_path / "o.png").astype(int)
    assert picture.shape == (334, 234, 3)
    yellow = np.argwhere((picture[..., 0] > 200) & (picture[..., 2] < 100))
    assert yellow.min(axis=0).tolist() == [100, 30] and yellow.max(axis=0).tolist() == [199, 99]


def test_a_picture_that_is_missing_is_made_again(done, tmp_path):
    (tmp_path / "out" / "report" / "a.png").unlink()
    again = segment_folder(tmp_path / "images", tmp_path / "out", squares, progress=False)
    assert again.skipped == 1 and (tmp_path / "out" / "report" / "a.png").exists()
