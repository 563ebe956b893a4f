"""The 2018 Data Science Bowl (BBBC038): a folder an image, a mask file a nucleus.

Source: Caicedo et al. 2019, Nature Methods 16, 1247-1253.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import Frame
from course_utils.data.readers.convert import ids_in, like_pieces
from course_utils.data.readers.errors import fault, some, summed, tell
from course_utils.data.readers.folders import check_folder, need_pictures, pictures, subfolders
from course_utils.data.readers.images import check_total, look, mask_values, read_image

PART = "stage1_train"


@summed()
def read_dsb2018(folder: str | Path) -> list[Frame]:
    """Read all images of a DSB2018 tree with their nuclei numbered from 1.

    A pixel that two masks claim goes to the first of them by name, with a ReadWarning.

    Args:
        folder: stage1_train or the folder that holds it; in it ID/images/*.png, ID/masks/*.png.

    Returns:
        A Frame an image: fluorescence (y, x), stained tissue (y, x, 3) with axes "yxc"; masks are
        always (y, x).

    Raises:
        ReadError: not such a tree, masks missing, of another size, or with several values.

    Used in: 07.
    """
    found = dsb_folders(check_folder(folder))
    check_total([path for one in found for path in pictures(one / "images")], Path(folder))
    return [read_dsb_image(one) for one in found]


def dsb_folders(folder: Path) -> list[Path]:
    """The folders, one an image, of a DSB2018 tree. Used in: 07."""
    root = folder / PART if (folder / PART).is_dir() else folder
    if (root / "images").is_dir() and (root / "masks").is_dir():
        return [root]
    found = [one for one in subfolders(root) if (one / "images").is_dir()]
    if not found:
        mend = "Give stage1_train, whose folders hold images/ and masks/"
        raise fault(root, "is no DSB2018 tree", mend)
    bare = [one.name for one in found if not (one / "masks").is_dir()]
    if bare:
        problem = f"has images without masks/: {some(bare)}"
        raise fault(root, problem, "The test part has none; give stage1_train")
    return sorted(found)


@summed()
def read_dsb_image(folder: Path) -> Frame:
    """Read one image of a DSB2018 tree. Arguments and errors as `read_dsb2018`. Used in: 07."""
    files = need_pictures(folder / "images")
    if len(files) > 1:
        problem = f"has {len(files)} images where one belongs"
        raise fault(folder / "images", problem, "Pairs of images and masks are read by read_pairs")
    picture = read_image(files[0])
    labels = np.zeros(picture.image.shape[:2], np.uint16)
    count = 0
    for path, mask in _masks(folder / "masks", labels.shape):
        free = mask & (labels == 0)
        count += bool(free.any())
        labels[free] = count
        if taken := int(mask.sum() - free.sum()):
            whole = "" if free.any() else ", all that it has,"
            tell(path, f"shares {taken} pixels{whole} with masks before it, which keep them")
    return Frame(picture.image, labels, picture.pixel_size, picture.axes, folder.name)


def _masks(folder: Path, shape: tuple[int, ...]) -> Iterator[tuple[Path, NDArray[np.bool_]]]:
    found = sorted(pictures(folder))
    if not found:
        raise fault(folder, "has no mask", "Put one mask for each nucleus there")
    for path in found:
        header = look(path)
        if header.plane != shape:
            problem = f"is {header.plane} (y, x), its image is {shape}"
            raise fault(path, problem, "Masks and image need one size; copy them again")
        mask = mask_values(header)[0]
        values = ids_in(mask)
        if not len(values):
            tell(path, "is empty, it marks no nucleus and is left out")
        elif len(values) > 1:
            problem = f"has {len(values)} values, here each nucleus has its own file"
            raise fault(path, problem, "One image with one mask of labels is read by read_pairs")
        else:
            if len(found) == 1 and (count := like_pieces(mask > 0)) > 1:
                tell(
                    path,
                    f"is the only mask of its image and has {count} separate pieces, which count "
                    "as one nucleus. If each piece is one, read "
                    "read_pairs(images, masks, pieces=True)",
                )
            yield path, mask > 0
