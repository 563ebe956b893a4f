"""Images with their masks: two folders with like names, or one folder with a_mask beside a."""

import re
from pathlib import Path

from course_utils.data.datasets import Frame, Movie, PixelSize
from course_utils.data.readers.errors import fault, some, summed, tell
from course_utils.data.readers.folders import (
    check_folder,
    need_pictures,
    pictures,
    stem,
    subfolders,
    unique,
    unique_stems,
)
from course_utils.data.readers.header import Header
from course_utils.data.readers.images import check_total, look, read_image, read_mask

MASK = r"cp_masks|masks?|labels?|segmentations?|seg|gt|ground_?truth|instances?|annotations?"
MASK_WORD = re.compile(rf"[_\-. ](?:{MASK})$|^(?:{MASK})[_\-. ]", re.IGNORECASE)
PERHAPS_MASK = re.compile(rf"(?:gt|labels?)[_\-. ](?!.*[_\-. ](?:{MASK})$)", re.IGNORECASE)
IMAGE_WORD = re.compile(
    r"[_\-. ](?:image|img|raw|orig)$|^(?:image|img|im|raw)(?:[_\-. ])", re.IGNORECASE
)
IMAGE_FOLDERS = re.compile(r"(images?|imgs?|raw|originals?|inputs?|bilder|x)$", re.IGNORECASE)
CERTAIN = r"masks?|masken|labels|ground_?truth|segmentations?|annotations?"
MASK_FOLDERS = re.compile(rf"({CERTAIN}|label|gt|seg|targets?|instances?|y)$", re.IGNORECASE)
CERTAIN_MASKS = re.compile(rf"({CERTAIN})$", re.IGNORECASE)
LIKE = "A mask is named like its image, or like it with _mask, _label or _seg"


@summed()
def read_pairs(
    images: str | Path,
    masks: str | Path | None = None,
    axes: str | None = None,
    pieces: bool = False,
    pixel_size: PixelSize = None,
) -> list[Frame | Movie]:
    """Read all images of a folder with their masks.

    Args:
        images: folder with the images.
        masks: folder with the masks; without it they lie beside the images.
        axes: of the images, if their files do not name them; masks have the same without c.
        pieces: number the connected pieces of masks that hold 0 and 255 only.
        pixel_size: µm, if the files do not state it.

    Returns:
        In counting order a Frame each, or a Movie where time is among the axes; masks have the
        image's axes without c.

    Raises:
        ReadError: an image without mask, a mask without image, two files with one name, other
            sizes, or as for `read_image` and `read_mask`.

    Used in: 01, 07.
    """
    matched = match_pairs(check_folder(images), None if masks is None else check_folder(masks))
    check_total([path for files in matched.values() for path in files], Path(images))
    return [read_pair(*files, axes, pieces, pixel_size) for files in matched.values()]


def match_pairs(images: Path, masks: Path | None = None) -> dict[str, tuple[Path, Path]]:
    """Name -> image file and mask file, in counting order.

    Names match if their stems are equal, or equal without words such as _mask and _raw.

    Raises:
        ReadError: as for `read_pairs`.

    Used in: 01.
    """
    found = need_pictures(images)
    if masks is None or masks.resolve() == images.resolve():
        place, marked = images, marked_masks(found)
        found = [path for path in found if path not in marked]
    else:
        place, marked = masks, pictures(masks)
    if not marked:
        raise fault(place, "holds no masks", LIKE)
    image_of, mask_of = unique_stems(found), unique_stems(marked)
    if set(image_of) != set(mask_of):
        how = "have one name but for words like _raw and _mask"
        image_of = unique({path: bare_stem(path) for path in found}, how)
        mask_of = unique({path: bare_stem(path) for path in marked}, how)
    if bare := [path.name for key, path in image_of.items() if key not in mask_of]:
        raise fault(place, f"has no mask for {some(bare)}", LIKE)
    if extra := [path.name for key, path in mask_of.items() if key not in image_of]:
        raise fault(place, f"has masks without image: {some(extra)}", LIKE)
    return {stem(path): (path, mask_of[key]) for key, path in image_of.items()}


def marked_masks(files: list[Path]) -> list[Path]:
    """The files whose names say that they are masks.

    "label-free 1" and "GT 1" (a genotype) say so only beside an image called 1. Used in: 01.
    """
    marked = [path for path in files if MASK_WORD.search(stem(path))]
    images = {bare_stem(path) for path in files if path not in marked}
    return [
        path for path in marked if bare_stem(path) in images or not PERHAPS_MASK.match(stem(path))
    ]


def pair_folders(root: Path) -> tuple[Path, Path] | None:
    """The folder of images and the folder of masks in a folder, if both are there.

    Images may also lie in the folder itself, or in one of any name, if theirs are all the
    masks' names.

    Raises:
        ReadError: several folders of images or of masks.

    Used in: 01.
    """
    inside = [one for one in subfolders(root) if pictures(one)]
    images = [one for one in inside if IMAGE_FOLDERS.match(one.name)]
    masks = [one for one in inside if MASK_FOLDERS.match(one.name)]
    if not images:
        return _pair_of_like_names(root, inside)
    if not masks:
        return None
    if len(images + masks) > 2:
        found = some([one.name for one in images + masks], 6)
        mend = "Say which belong together: read_pairs(images, masks)"
        raise fault(root, f"has several folders of images or masks: {found}", mend)
    return images[0], masks[0]


@summed()
def read_pair(
    image: str | Path,
    mask: str | Path,
    axes: str | None = None,
    pieces: bool = False,
    pixel_size: PixelSize = None,
) -> Frame | Movie:
    """Read one image with its mask. Arguments and errors as for `read_pairs`. Used in: 01."""
    header = look(image, axes)
    mask_axes = mask_axes_of(header, mask, axes)
    picture = read_image(image, axes, pixel_size=pixel_size)
    labels = read_mask(mask, mask_axes, pieces)
    rest = (labels, picture.pixel_size, picture.axes)
    if "t" in picture.axes:
        return Movie(picture.image, *rest, picture.minutes_per_frame, picture.name)
    return Frame(picture.image, *rest, picture.name)


def mask_axes_of(header: Header, mask: str | Path, axes: str | None = None) -> str | None:
    """Axes to read a mask with, from those of its image; ReadError if sizes differ. Used in: 01."""
    plain = "".join(axis for axis in header.axes if axis not in "cs")
    wanted = plain if axes and "c" not in look(mask).axes else None
    found = look(mask, wanted)
    if "?" in found.axes and len(found.shape) == len(plain):
        wanted = plain
        found = look(mask, wanted)
    if "?" not in found.axes + header.axes and found.sides != header.sides:
        turned = " (the axes look swapped)" if found.plane == header.plane[::-1] else ""
        problem = f"is {found.shown}, its image {header.path.name} is {header.shown}{turned}"
        raise fault(mask, problem, "Image and mask need one size; export both again alike")
    return wanted


def tell_left_out(root: Path, opened: Path | None = None) -> None:
    """Warn of subfolders with pictures or masks, but for the one that is opened. Used in: 01."""
    left = [
        one.name
        for one in subfolders(root)
        if one != opened
        and (MASK_FOLDERS.match(one.name) or pictures(one) or any(map(pictures, subfolders(one))))
    ]
    if left:
        what = "what lies in it directly" if opened is None else opened.name
        mend = "Open a folder with from_folder, images and their masks with read_pairs"
        tell(root, f"is opened without {some(left)}: only {what} is read. {mend}")


def _pair_of_like_names(root: Path, inside: list[Path]) -> tuple[Path, Path] | None:
    masks = [one for one in inside if CERTAIN_MASKS.match(one.name)]
    others = [root] if pictures(root) else [one for one in inside if one not in masks]
    found = [(one, mask) for one in others for mask in masks if _names(one) == _names(mask)]
    return found[0] if len(found) == 1 else None


def _names(folder: Path) -> set[str]:
    return {bare_stem(path) for path in pictures(folder)}


def bare_stem(path: Path) -> str:
    """A file's stem in small letters without words such as _mask and _raw. Used in: 01."""
    return IMAGE_WORD.sub("", MASK_WORD.sub("", stem(path))).lower()
