"""Folders in which the name carries the meaning: one folder a class, one file a channel."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import PixelSize
from course_utils.data.readers.errors import ReadError, careful, fault, some, summed, tell
from course_utils.data.readers.folders import (
    TIFF,
    check_folder,
    need_pictures,
    pictures,
    stem,
    subfolders,
    unique,
)
from course_utils.data.readers.images import check_total, read_image
from course_utils.data.readers.pairs import CERTAIN_MASKS
from course_utils.data.readers.records import LabelledPictures, Picture

STAINS = (
    "dapi|hoechst|e?gfp|yfp|cfp|rfp|mcherry|tdtomato|fitc|tritc|cy[357]|alexa\\d+|bf|brightfield|"
    "phase|ph|dic|tl|trans"
)
CHANNEL = re.compile(
    rf"(.+?)[_\-. ](ch\d{{1,2}}|c\d|d\d|w\d[a-z0-9\-]*|channel[_ ]?\d{{1,2}}|{STAINS})"
    r"((?:sk\d+fk\d+fl\d+)?(?:_s\d+)?(?:_t\d+)?)",
    re.IGNORECASE,
)
SPLIT = re.compile(r"(c\d{1,2})-(.+)", re.IGNORECASE)
PERHAPS_CHANNEL = re.compile(r"[cd]\d{1,2}", re.IGNORECASE)
SERIAL = re.compile(r"(w\d)[0-9a-f]{8}-[0-9a-f-]+$", re.IGNORECASE)


@summed()
def read_classes(folder: str | Path) -> LabelledPictures:
    """Read pictures that lie in one folder a class, the folder's name being the class.

    Args:
        folder: holds the folders of the classes.

    Returns:
        LabelledPictures in the order of folders and files. If one picture is in colour, grey
        ones get three equal colours, with a ReadWarning.

    Raises:
        ReadError: fewer than two classes, stacks, more than 1 GB together, or as `read_image`.

    Used in: 04.
    """
    root = check_folder(folder)
    files = [(path, one.name) for one in class_folders(root) for path in pictures(one)]
    check_total([path for path, _ in files], root)
    read = [read_image(path) for path, _ in files]
    for (path, _), picture in zip(files, read, strict=True):
        if picture.axes not in ("yx", "yxc"):
            raise fault(path, f"has the axes {picture.axes}", "Classes are made of single pictures")
    names, labels = np.unique([name for _, name in files], return_inverse=True)
    images = alike([picture.image for picture in read], root)
    paths = tuple(str(path.relative_to(root)) for path, _ in files)
    return LabelledPictures(images, labels.astype(np.int64), tuple(names.tolist()), paths)


def class_folders(root: Path) -> list[Path]:
    """The subfolders with pictures, but for masks; ReadError if fewer than two. Used in: 04."""
    every = subfolders(root)
    masks = [one.name for one in every if CERTAIN_MASKS.match(one.name)]
    inside = [one for one in every if one.name not in masks]
    found = [one for one in inside if pictures(one)]
    if masks:
        tell(root, f"has folders of masks, which are no classes and are left out: {some(masks)}")
    if len(found) < 2:
        problem = f"has pictures in {len(found)} of its folders, classes are at least two"
        raise fault(root, problem, "Make one folder for each class")
    if empty := [one.name for one in inside if one not in found]:
        tell(root, f"has folders without pictures, which are no classes: {some(empty)}")
    return found


def one_a_set(files: list[Path]) -> list[Path]:
    """The files without those that belong to an OME-TIFF set begun by an earlier one.

    Whichever file of a set is read gives the whole image. Used in: 09.
    """
    kept: dict[frozenset[str] | str, Path] = {}
    for path in files:
        kept.setdefault(_ome_set(path) or path.name, path)
    if dropped := [path.name for path in files if path not in kept.values()]:
        tell(
            files[0].parent,
            f"holds one image in several OME-TIFF files: {some(dropped)} belong to files before "
            "them and are no images of their own",
        )
    return list(kept.values())


def alike(images: list[NDArray], where: Path) -> list[NDArray]:
    """All images in colour if one is, with a ReadWarning. Used in: 04."""
    grey = [image for image in images if image.ndim == 2]
    if len(grey) in (0, len(images)):
        return images
    tell(where, f"has {len(grey)} grey pictures among {len(images)}; they got three equal colours")
    return [image if image.ndim == 3 else np.stack([image] * 3, axis=-1) for image in images]


@summed()
def read_channels(
    folder: str | Path, axes: str | None = None, pixel_size: PixelSize = None
) -> list[Picture]:
    """Read pictures whose channels lie in files of their own (field_ch0.tif, field_ch1.tif ...).

    Args:
        folder: holds the files; endings such as _ch0, _c1, _w1DAPI, _DAPI, _BF name the channel.
        axes: of each file, if it does not name them.
        pixel_size: µm, if the files do not state it.

    Returns:
        A Picture each set of files, with axis c after t, channels in counting order.

    Raises:
        ReadError: names without channel, a channel missing, other sizes, colours.

    Used in: 09.
    """
    root = check_folder(folder)
    sets = channel_sets(need_pictures(root))
    if not sets:
        mend = "Name the files like field1_ch0.tif, field1_ch1.tif"
        raise fault(root, "has no sets of files that differ in their channel", mend)
    check_total(pictures(root), root)
    return [read_channel_set(key, files, axes, pixel_size) for key, files in sets.items()]


def channel_sets(files: list[Path]) -> dict[str, dict[str, Path]]:
    """Name -> channel -> file, or nothing if the names do not tell channels.

    Raises:
        ReadError: a set lacks a channel that others have, or has one twice.

    Used in: 09.
    """
    found = {path: _set_and_channel(stem(path)) for path in files}
    keyed = {path: key for path, key in found.items() if key}
    if not files or len(keyed) < len(files):
        return {}
    channels = list(dict.fromkeys(channel for _, channel in keyed.values()))
    by_name = unique({path: "\n".join(key) for path, key in keyed.items()}, "are one channel")
    sets: dict[str, dict[str, Path]] = {}
    for name, path in by_name.items():
        key, channel = name.split("\n")
        sets.setdefault(key, {})[channel] = path
    if len(channels) < 2 or max(map(len, sets.values())) < len(channels):
        return {}
    for key, one in sets.items():
        if lost := [channel for channel in channels if channel not in one]:
            if all(SPLIT.fullmatch(stem(path)) for path in files):  # wells, such as C1-05
                return {}
            problem = f"lacks the channel {some(lost)} of {key}"
            raise fault(files[0].parent, problem, "Add its file, or remove the others of it")
    if all(map(PERHAPS_CHANNEL.fullmatch, channels)):
        tell(
            files[0].parent,
            f"has names that differ in {some(channels)}: they were stacked as channels of one "
            "image. If they are days, wells or samples, rename them, as in day3_mouse.tif",
        )
    return sets


def _set_and_channel(name: str) -> tuple[str, str] | None:
    if split := SPLIT.fullmatch(name):
        return split[2], split[1]
    match = CHANNEL.fullmatch(name)
    return (match[1] + match[3], SERIAL.sub(r"\1", match[2])) if match else None


@summed()
def read_channel_set(
    name: str, files: dict[str, Path], axes: str | None = None, pixel_size: PixelSize = None
) -> Picture:
    """Stack files of one size as channels. Arguments as for `read_channels`. Used in: 09."""
    read = [read_image(path, axes, grey=True, pixel_size=pixel_size) for path in files.values()]
    first = read[0]
    for path, one in zip(files.values(), read, strict=True):
        if one.image.shape != first.image.shape or one.axes != first.axes:
            problem = f"is {one.image.shape} ({one.axes}), the first channel {first.image.shape}"
            raise fault(path, problem, "Channels need one size; export them again")
        if "c" in one.axes:
            raise fault(path, "has channels of its own", "Read it alone with read_image")
    place = 1 if first.axes.startswith("t") else 0
    array = np.stack([one.image for one in read], axis=place)
    letters = first.axes[:place] + "c" + first.axes[place:]
    step = first.minutes_per_frame
    return Picture(array, first.pixel_size, letters, tuple(files), step, name)


def _ome_set(path: Path) -> frozenset[str]:
    import tifffile

    if not path.name.lower().endswith(TIFF):
        return frozenset()
    try:
        with careful(path), tifffile.TiffFile(path) as tiff:
            text = tiff.ome_metadata or ""
    except ReadError:
        return frozenset()
    for image in text.split("<Image ")[1:]:
        names = frozenset(re.findall(r'FileName="([^"]+)"', image))
        if path.name in names and len(names) > 1:
            return names
    return frozenset()
