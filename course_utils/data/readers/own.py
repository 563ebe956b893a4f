"""`from_folder`: recognise a folder by looking, say what was found, read on demand."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.data.datasets import PixelSize
from course_utils.data.readers.ctc import ctc_sequences, read_ctc, read_frames
from course_utils.data.readers.dsb import PART, dsb_folders, read_dsb_image
from course_utils.data.readers.errors import fault, some, summed, tell
from course_utils.data.readers.folders import (
    MOST_BYTES,
    check_folder,
    entries,
    first_bytes,
    nothing_found,
    pictures,
    stem,
    subfolders,
)
from course_utils.data.readers.found import Found, header_rows, object_rows
from course_utils.data.readers.groups import (
    channel_sets,
    class_folders,
    one_a_set,
    read_channel_set,
)
from course_utils.data.readers.images import look, read_image
from course_utils.data.readers.mat import read_mat
from course_utils.data.readers.pairs import (
    CERTAIN_MASKS,
    IMAGE_FOLDERS,
    bare_stem,
    marked_masks,
    mask_axes_of,
    match_pairs,
    pair_folders,
    read_pair,
    tell_left_out,
)
from course_utils.data.readers.units import check_scale
from course_utils.data.readers.voc import annotations, read_annotation, voc_images

PARTS = re.compile(r"(train|training|val|valid|validation|test|testing|stage1_.*)$", re.IGNORECASE)
NO_SCALE = "the pixel size is not stated; if you know it, give from_folder pixel_size=0.65 (µm)"


@dataclass(frozen=True)
class Wishes:
    """What the learner knows better than the files."""

    axes: str | None
    pieces: bool
    pixel_size: PixelSize
    minutes_per_frame: float | None


@dataclass(frozen=True)
class Seen:
    """A layout that was recognised: names, image files, a reader by index, rows of its own."""

    kind: str
    names: list[str]
    images: list[Path]
    read: Callable[[int], Any]
    rows: tuple[tuple[str, str], ...] = ()
    labels: list[int] | None = None
    class_names: tuple[str, ...] = ()


def from_folder(
    folder: str | Path,
    axes: str | None = None,
    pieces: bool = False,
    pixel_size: PixelSize = None,
    minutes_per_frame: float | None = None,
) -> Found:
    """Open a folder of your own images, whatever its layout.

    Recognised are Cell Tracking Challenge, DSB2018 and Pascal VOC folders, images with masks in
    two folders or side by side (a.tif, a_mask.tif), channels in files of their own (a_ch0.tif,
    a_ch1.tif), one folder a class, single images and stacks, and .mat files. All headers are
    checked, but the pixels of the first record only; `found.check()` reads all.

    Args:
        folder: what to open.
        axes: axes of the images, such as "tyx", if the files do not name them.
        pieces: number the connected pieces of masks that hold 0 and 255 only.
        pixel_size, minutes_per_frame: µm (one, or one an axis) and minutes, if unstated.

    Returns Found: `found.table()` says what was found, `found[i]` reads a record.

    Raises ReadError if nothing is recognised, and as the reader of the layout does.
    Used in: 01, 07, 08, 09.
    """
    root, wishes = check_folder(folder), Wishes(axes, pieces, pixel_size, minutes_per_frame)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with summed():
            seen = _recognise(root, wishes)
            headers = [look(path, _fitting(path, axes)) for path in seen.images]
            read = _scaled(seen.read, wishes)
            first = read(0)
    told = [str(each.message) for each in heard]
    told += [NO_SCALE] if getattr(first, "pixel_size", 0) is None else []
    rows = (("records", str(len(seen.names))), *header_rows(headers, first), *seen.rows)
    rows += object_rows(first)
    labels = None if seen.labels is None else np.array(seen.labels, np.int64)
    names, told = tuple(seen.names), tuple(told)
    return Found(seen.kind, root, names, read, rows, told, labels, seen.class_names)


def _recognise(root: Path, wishes: Wishes) -> Seen:
    for recognise in (_ctc, _dsb, _voc, _two_folders, _beside, _channels, _classes, _flat, _mat):
        if seen := recognise(root, wishes):
            return seen
    inside = subfolders(root)
    filled = [one for one in inside if pictures(one)] or inside
    filled = [one for one in filled if not CERTAIN_MASKS.match(one.name)] or filled
    if len(filled) == 1:
        tell_left_out(root, filled[0])
        return _recognise(filled[0], wishes)
    if parts := [one.name for one in inside if PARTS.match(one.name)]:
        problem = f"holds several sets: {some(parts)}"
        raise fault(root, problem, f"Open one of them: from_folder({str(root / parts[0])!r})")
    raise nothing_found(root)


def _ctc(root: Path, wishes: Wishes) -> Seen | None:
    sequences = ctc_sequences(root)
    if not sequences:
        return None
    names = list(sequences)
    images = {name: pictures(root / name) for name in names}

    def read(i: int) -> Any:
        kinds, files = sequences[names[i]], images[names[i]]
        header = look(files[0])
        size = len(files) * int(np.prod(header.shape)) * max(2, header.dtype.itemsize)
        if not kinds:
            return read_frames(root / names[i], lazy=size > MOST_BYTES)
        return read_ctc(root, names[i], kinds[0], lazy=size > MOST_BYTES)

    masks = [f"{name}: {', '.join(kinds) or 'none'}" for name, kinds in sequences.items()]
    every = [path for files in images.values() for path in files]
    rows = (("frames", str(len(every))), ("masks", "; ".join(masks)))
    return Seen("Cell Tracking Challenge", names, every, read, rows)


def _dsb(root: Path, wishes: Wishes) -> Seen | None:
    nested = [one for one in subfolders(root) if (one / "images").is_dir()]
    alone = len(subfolders(root)) == 1
    if not (root / PART).is_dir() and not (nested and _one_nucleus_a_file(nested[0], alone)):
        return None
    folders = dsb_folders(root)
    images = [path for one in folders for path in pictures(one / "images")]
    count = sum(len(pictures(one / "masks")) for one in folders)
    rows = (("masks", f"{count}, one file a nucleus"),)
    names = [one.name for one in folders]
    return Seen("DSB2018", names, images, lambda i: read_dsb_image(folders[i]), rows)


def _one_nucleus_a_file(folder: Path, alone: bool) -> bool:
    images = pictures(folder / "images")
    masks = pictures(folder / "masks") if (folder / "masks").is_dir() else []
    name = bare_stem if alone and len(masks) == 1 else stem
    return len(images) == 1 and name(images[0]) not in map(name, masks)


def _voc(root: Path, wishes: Wishes) -> Seen | None:
    inside = [one for one in subfolders(root) if one.name.lower() == "annotations"]
    place = inside[0] if inside else root
    found = [path for path in entries(place) if path.suffix.lower() == ".xml"]
    if not found or (not inside and b"<annotation" not in first_bytes(found[0], 400)):
        return None
    files, images = annotations(root), voc_images(root)
    names = [path.stem for path in files]
    every = list(images.values())
    return Seen("Pascal VOC boxes", names, every, lambda i: read_annotation(files[i], images))


def _two_folders(root: Path, wishes: Wishes) -> Seen | None:
    if not (found := pair_folders(root)):
        return None
    images, masks = found
    kind = f"images in {images.name}, masks in {masks.name}"
    return _paired(kind, match_pairs(images, masks), wishes)


def _beside(root: Path, wishes: Wishes) -> Seen | None:
    if not marked_masks(pictures(root)):
        return None
    return _paired("images with masks beside them", match_pairs(root), wishes)


def _paired(kind: str, matched: dict[str, tuple[Path, Path]], wishes: Wishes) -> Seen:
    files = list(matched.values())
    for image, mask in files:
        mask_axes_of(look(image, wishes.axes), mask, wishes.axes)

    def read(i: int) -> Any:
        return read_pair(*files[i], wishes.axes, wishes.pieces)

    rows = (("masks", f"{len(files)} of {len(files)}"),)
    return Seen(kind, list(matched), [image for image, _ in files], read, rows)


def _channels(root: Path, wishes: Wishes) -> Seen | None:
    sets = channel_sets(pictures(root))
    if not sets:
        return None
    names = list(sets)
    images = [path for files in sets.values() for path in files.values()]

    def read(i: int) -> Any:
        return read_channel_set(names[i], sets[names[i]], wishes.axes)

    return Seen("channels in files of their own", names, images, read)


def _classes(root: Path, wishes: Wishes) -> Seen | None:
    inside = [
        one for one in subfolders(root) if pictures(one) and not CERTAIN_MASKS.match(one.name)
    ]
    odd = [IMAGE_FOLDERS.match(one.name) or PARTS.match(one.name) for one in inside]
    if len(inside) < 2 or pictures(root) or any(odd):
        return None
    folders = class_folders(root)
    files = [(path, c) for c, one in enumerate(folders) for path in pictures(one)]
    images, labels = [path for path, _ in files], [c for _, c in files]
    count = [f"{one.name} {labels.count(c)}" for c, one in enumerate(folders)]
    return Seen(
        "one folder a class",
        [str(path.relative_to(root)) for path in images],
        images,
        lambda i: read_image(images[i], wishes.axes),
        (("classes", some(count, 12)),),
        labels,
        tuple(one.name for one in folders),
    )


def _flat(root: Path, wishes: Wishes) -> Seen | None:
    files = one_a_set(pictures(root))
    if not files:
        return None
    tell_left_out(root)
    names = [stem(path) for path in files]
    begins = {name.rstrip("0123456789") for name in names}
    if len(files) > 2 and len(begins) == 1 and names[0][-1].isdigit():
        prefix = begins.pop()
        tell(
            root,
            f"has numbered files: if they are one movie, read_frames(folder, {prefix!r}) opens it",
        )
    return Seen("images", names, files, lambda i: read_image(files[i], wishes.axes))


def _mat(root: Path, wishes: Wishes) -> Seen | None:
    files = [path for path in entries(root) if path.suffix.lower() == ".mat"]
    if not files:
        return None

    def read(i: int) -> Any:
        return read_mat(files[i], axes=wishes.axes)

    return Seen("MATLAB files", [path.stem for path in files], [], read)


def _fitting(path: Path, axes: str | None) -> str | None:
    return axes if axes and len(look(path).shape) == len(axes) else None


def _scaled(read: Callable[[int], Any], wishes: Wishes) -> Callable[[int], Any]:
    def scaled(i: int) -> Any:
        record = read(i)
        for name in ("pixel_size", "minutes_per_frame"):
            wished = getattr(wishes, name)
            if wished is not None and hasattr(record, name):
                record = replace(record, **{name: wished})
        check_scale(getattr(record, "pixel_size", None), getattr(record, "axes", ""), "this folder")
        return record

    return scaled
