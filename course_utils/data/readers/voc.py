"""Boxes in the layout of Pascal VOC, as in BCCD: Annotations/*.xml beside JPEGImages/*.jpg.

Source: Everingham et al. 2010, development kit: coordinates count from 1, both ends included.
"""

import math
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from course_utils.data.readers.errors import careful, fault, some, summed, tell
from course_utils.data.readers.folders import (
    check_file,
    check_folder,
    entries,
    nothing_found,
    pictures,
    subfolders,
    unique_stems,
)
from course_utils.data.readers.images import check_total, read_image
from course_utils.data.readers.records import BoxedImage
from course_utils.data.readers.safe_xml import number_in, parse_xml

IMAGE_FOLDERS = ("jpegimages", "images", "image", "imgs", "annotations")


@summed()
def read_voc(folder: str | Path) -> list[BoxedImage]:
    """Read all annotated images of a Pascal VOC folder.

    A box of VOC with xmin 3, xmax 5 covers the third to fifth column, counted from 1. Here it
    is x0 = 2, x1 = 5: counted from 0, the end left out.

    Args:
        folder: holds Annotations/ and JPEGImages/, or XML files beside their images.

    Returns:
        A BoxedImage for each XML file, in counting order.

    Raises:
        ReadError: XML malformed or with entities, image missing or of another size, box reversed
            or outside. Boxes that reach one pixel over an edge are cut with a ReadWarning.

    Used in: 01.
    """
    root = check_folder(folder)
    images = voc_images(root)
    check_total(images.values(), root)
    return [read_annotation(path, images) for path in annotations(root)]


def annotations(root: Path) -> list[Path]:
    """The XML files of a VOC folder; ReadError if there is none. Used in: 01."""
    inside = [path for path in subfolders(root) if path.name.lower() == "annotations"]
    place = inside[0] if inside else root
    found = [path for path in entries(place) if path.suffix.lower() == ".xml"]
    if not found:
        raise fault(place, "has no XML file", "Give the folder that holds Annotations/")
    return found


def voc_images(root: Path) -> dict[str, Path]:
    """The images of a VOC folder by their stem. Used in: 01."""
    places = [root, *(path for path in subfolders(root) if path.name.lower() in IMAGE_FOLDERS)]
    found = [path for place in places for path in pictures(place)]
    if not found:
        raise nothing_found(root)
    return unique_stems(found)


@summed()
def read_annotation(path: str | Path, images: dict[str, Path]) -> BoxedImage:
    """Read one XML file and the image it names.

    Args:
        path: the XML file.
        images: stem -> file, as `voc_images` finds them.

    Raises:
        ReadError: as for `read_voc`.

    Used in: 01.
    """
    file = check_file(path)
    with careful(file):
        root = parse_xml(file.read_bytes(), file)
    picture = read_image(_image_of(root, file, images))
    height, width = picture.image.shape[:2]
    _check_stated(root, file, height, width)
    objects = root.findall("object")
    names = tuple(_name(each, file, n) for n, each in enumerate(objects, start=1))
    boxes = [_box(each, file, n, (height, width)) for n, each in enumerate(objects, start=1)]
    table = np.array(boxes, np.int64).reshape(-1, 4)
    return BoxedImage(picture.image, table, names, picture.axes, file.stem)


def _image_of(root: Element, file: Path, images: dict[str, Path]) -> Path:
    if root.tag != "annotation":
        raise fault(file, f"is XML of <{root.tag}>, not of <annotation>", "Export it as Pascal VOC")
    named = (number_in(root, "filename") or "").replace("\\", "/").rpartition("/")[2]
    for stem in (file.stem, Path(named).stem, named):
        if stem in images:
            return images[stem]
    problem = f"describes {named or file.stem}, which is not there"
    raise fault(file, problem, f"Put it beside {some([path.name for path in images.values()], 2)}")


def _check_stated(root: Element, file: Path, height: int, width: int) -> None:
    stated = [number_in(root.find("size"), name) for name in ("height", "width")]
    if not all(text and text.isdecimal() and int(text) for text in stated):
        tell(file, f"does not state the size of its image, which is {height} x {width} (y, x)")
    elif [int(str(text)) for text in stated] != [height, width]:
        problem = f"is for an image of {' x '.join(map(str, stated))} (y, x)"
        mend = "The boxes are for another version of the image; find that one"
        raise fault(file, f"{problem}, its image is {height} x {width}", mend)


def _name(element: Element, file: Path, number: int) -> str:
    if name := number_in(element, "name"):
        return name
    raise fault(file, f"has no name for object {number}", "Name its class in <name>")


def _box(element: Element, file: Path, number: int, shape: tuple[int, int]) -> NDArray[np.int64]:
    where = f"{file}, object {number}:"
    corners = [_corner(element, name, where) for name in ("ymin", "xmin", "ymax", "xmax")]
    y0, x0, y1, x1 = box = np.array(
        [*(math.floor(value) - 1 for value in corners[:2]), *map(math.ceil, corners[2:])]
    )
    shown = ", ".join(f"{value:g}" for value in corners)
    if y1 <= y0 or x1 <= x0:
        problem = f"its box (ymin, xmin, ymax, xmax) = ({shown}) ends before it begins"
        raise fault(where, problem, "Swap its corners, or delete it")
    inside = np.clip(box, 0, [*shape, *shape])
    if (over := int(np.abs(box - inside).max())) > 1:
        problem = f"its box ({shown}) reaches {over} pixels out of the image {shape}"
        raise fault(where, problem, "Correct or delete it")
    if over:
        tell(where, f"its box ({shown}) reaches one pixel out of the image and is cut")
    return inside


def _corner(element: Element, name: str, where: str) -> float:
    text = number_in(element.find("bndbox"), name)
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        problem = f"its {name} is {text!r}" if text else f"its {name} is missing"
        raise fault(where, problem, "A box has four numbers: xmin, ymin, xmax, ymax")
    return value
