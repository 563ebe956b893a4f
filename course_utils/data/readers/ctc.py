"""Movies as the Cell Tracking Challenge distributes them.

    01/t000.tif ...                     images
    01_GT/TRA/man_track000.tif ...      gold tracking marks, and man_track.txt
    01_GT/SEG/man_seg000.tif ...        gold segmentation, often of a few frames only
    01_ST/SEG/man_seg000.tif ...        silver segmentation
    01_RES/mask000.tif ...              a result, and res_track.txt
    01_ERR_SEG/mask000.tif ...          a segmentation with errors, without tracks

Source: celltrackingchallenge.net, "Naming and file content conventions".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import PixelSize
from course_utils.data.readers.convert import check_values, ids_in, to_labels
from course_utils.data.readers.errors import careful, fault, some, summed, tell
from course_utils.data.readers.folders import (
    TIFF,
    check_folder,
    check_size,
    pictures,
    subfolders,
    unique,
)
from course_utils.data.readers.header import Header
from course_utils.data.readers.images import look
from course_utils.data.readers.records import FrameStack, Picture, TrackedMovie
from course_utils.data.readers.tiff import tiff_pixels
from course_utils.data.readers.tracks import check_lineage, present, read_lineage, shift_lineage
from course_utils.data.readers.units import check_scale

AXES = {2: "tyx", 3: "tzyx"}
NO_LINEAGE = np.empty((0, 4), np.int64)
TOO_LARGE = "Read a part of it, frames=range(0, 20), or leave it on disk, lazy=True"


@dataclass(frozen=True)
class Layout:
    """Where one kind of masks stands: folder after the sequence, begin of names, table."""

    folder: str
    prefix: str
    table: str | None = None


LAYOUTS = {
    "TRA": Layout("_GT/TRA", "man_track", "man_track.txt"),
    "RES": Layout("_RES", "mask", "res_track.txt"),
    "ST": Layout("_ST/SEG", "man_seg"),
    "SEG": Layout("_GT/SEG", "man_seg"),
    "ERR_SEG": Layout("_ERR_SEG", "mask"),
}


@summed()
def read_ctc(
    folder: str | Path,
    sequence: str = "01",
    masks: str = "TRA",
    frames: range | None = None,
    lazy: bool = False,
    pixel_size: PixelSize = None,
    minutes_per_frame: float | None = None,
) -> TrackedMovie:
    """Read one sequence of a Cell Tracking Challenge folder with its masks and lineage.

    Args:
        folder: what holds 01, 01_GT and so on.
        sequence: "01" or "02".
        masks: "TRA", "RES", "ST", "SEG" or "ERR_SEG"; the last three have no lineage, and frames
            without masks are left out.
        frames: numbers of the frames to read, without gaps; tracks are cut where they leave it.
        lazy: leave images and masks on disk, each frame is read when it is asked for.
        pixel_size, minutes_per_frame: µm and minutes; the layout does not state them.

    Returns TrackedMovie: images and masks (t, y, x) or (t, z, y, x), lineage (n, 4).

    Raises:
        ReadError: a file is missing, damaged or of another size, frame numbers have a gap, the
            movie exceeds 1 GB and is not lazy, or table and masks disagree.

    Used in: 08.
    """
    root, layout = check_folder(folder), _layout(masks)
    place = root / f"{sequence}{layout.folder}"
    images = frame_files(_sequence(root, sequence), "t")
    marked = frame_files(check_folder(place), layout.prefix)
    chosen = _chosen(images, marked, frames, place, layout)
    movie, shape = _stack([images[t] for t in chosen], _image, lazy)
    labels, _ = _stack([marked[t] for t in chosen], _labels, lazy, shape)
    lineage = _lineage(place, layout.table, labels, chosen, cut=frames is not None)
    axes = AXES[len(shape)]
    scale = (check_scale(pixel_size, axes, root), axes, minutes_per_frame)
    return TrackedMovie(movie, labels, lineage, *scale, tuple(chosen), f"{root.name}/{sequence}")


@summed()
def read_frames(folder: str | Path, prefix: str = "t", lazy: bool = False) -> Picture:
    """Read numbered files (t000.tif, t001.tif ...) as one movie, without masks.

    Args:
        folder: what holds the files.
        prefix: what their names begin with, before the number.
        lazy: leave them on disk.

    Returns:
        Picture with axes tyx or tzyx.

    Raises:
        ReadError: none there, a gap in the numbers, frames of different size or type.

    Used in: 08.
    """
    path = check_folder(folder)
    files = frame_files(path, prefix)
    _check_gaps(list(files), path)
    images, shape = _stack(list(files.values()), _image, lazy)
    return Picture(images, None, AXES[len(shape)], (), None, path.name)


def ctc_sequences(root: Path) -> dict[str, list[str]]:
    """Sequences of a folder and the kinds of masks each has, best first. Used in: 08."""
    names = [path.name for path in subfolders(root)]
    found = [name for name in names if re.fullmatch(r"\d\d", name)]
    return {
        name: [
            kind for kind, layout in LAYOUTS.items() if (root / f"{name}{layout.folder}").is_dir()
        ]
        for name in found
        if any(re.match(r"t\d+$", path.stem, re.I) for path in pictures(root / name, TIFF))
    }


def frame_files(folder: Path, prefix: str) -> dict[int, Path]:
    """Frame number -> file, in order; ReadError if none, or a number twice. Used in: 08."""
    number = re.compile(rf"{re.escape(prefix)}_?(\d+)", re.IGNORECASE)
    files = pictures(folder, TIFF)
    if slices := [path.name for path in files if re.fullmatch(r"man_seg_\d+_\d+", path.stem)]:
        problem = f"has single slices of a 3-D movie ({slices[0]})"
        raise fault(folder, problem, "Read whole frames: masks='ST' or masks='TRA'")
    matched = {path: match for path in files if (match := number.fullmatch(path.stem))}
    if not matched:
        problem = f"has no files {prefix}000.tif, {prefix}001.tif ..."
        there = some([path.name for path in files]) or "no TIFF at all"
        raise fault(folder, f"{problem} but {there}", "Name the files like this")
    keys = {path: str(int(match[1])) for path, match in matched.items()}
    files_of = unique(keys, "have the same number")
    return {int(t): files_of[t] for t in sorted(files_of, key=int)}


def _layout(masks: str) -> Layout:
    if masks not in LAYOUTS:
        raise fault(f"masks={masks!r}", "is not known", f"Use one of {', '.join(LAYOUTS)}")
    return LAYOUTS[masks]


def _sequence(root: Path, sequence: str) -> Path:
    if (root / sequence).is_dir():
        return root / sequence
    found = list(ctc_sequences(root))
    mend = f"It has {', '.join(found)}" if found else "Give the folder that holds 01 and 01_GT"
    raise fault(root, f"has no folder {sequence}", mend)


def _chosen(
    images: dict[int, Path],
    marked: dict[int, Path],
    frames: range | None,
    place: Path,
    kind: Layout,
) -> list[int]:
    wanted = list(images) if frames is None else list(frames)
    if lost := [t for t in wanted if t not in images]:
        problem = f"has no image of frame {lost[0]}, only {min(images)} to {max(images)}"
        raise fault(next(iter(images.values())).parent, problem, "Choose frames that are there")
    if extra := [path.name for t, path in marked.items() if t not in images]:
        raise fault(place, f"has masks without image: {some(extra)}", "Remove them or add images")
    bare = [images[t].name for t in wanted if t not in marked]
    if bare and kind.table:
        raise fault(
            place, f"has no mask for {some(bare)}", "Add a mask, be it empty, for each frame"
        )
    if bare and len(bare) < len(wanted):
        tell(place, f"has masks for {len(wanted) - len(bare)} of {len(wanted)} frames; only these")
    chosen = [t for t in wanted if t in marked]
    if not chosen:
        raise fault(place, "has no mask for these frames", "Choose other frames")
    if kind.table:
        _check_gaps(chosen, place)
    return chosen


def _check_gaps(numbers: list[int], place: Path) -> None:
    absent = sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))
    if absent or numbers != sorted(numbers):
        problem = f"lacks the frames {some([str(t) for t in absent])} between its first and last"
        raise fault(place, problem, "Number the files without gaps, or choose frames before them")


def _stack(
    paths: list[Path], read: Callable, lazy: bool, expected: tuple[int, ...] | None = None
) -> tuple[NDArray | FrameStack, tuple[int, ...]]:
    headers = [_frame_header(path) for path in paths]
    first = headers[0]
    shape = expected or first.shape
    for header in headers:
        if header.shape != shape or header.dtype != first.dtype:
            seen = f"{header.dtype} {header.shape}, others are {first.dtype} {shape}"
            raise fault(header.path, f"is {seen}", "All frames need one size and one type")
    dtype = first.dtype
    if read is _labels:
        dtype = np.dtype(np.uint16 if dtype.kind in "biu" and dtype.itemsize < 4 else np.uint32)
    whole = (len(paths), *shape)
    stack = FrameStack(tuple(paths), whole, dtype, partial(read, dtype=dtype))
    if lazy:
        return stack, shape
    check_size(paths[0].parent, whole, dtype.itemsize, TOO_LARGE)
    array = np.empty(whole, dtype)
    for t in range(len(paths)):
        array[t] = stack[t]
    return array, shape


def _frame_header(path: Path) -> Header:
    header = look(path)
    if "s" in header.axes or len(header.shape) not in (2, 3):
        sides = " x ".join(map(str, header.shape))
        problem = f"has {sides} values with the axes {header.axes.replace('s', 'c')}"
        raise fault(path, problem, "A frame is grey, (y, x) or (z, y, x)")
    if "c" in header.axes:
        tell(path, f"calls its {header.shape[0]} planes channels; they are read as depths")
    return header


def _image(path: Path, dtype: np.dtype) -> NDArray:
    header = _frame_header(path)
    with careful(path):
        return check_values(tiff_pixels(header), str(path)).astype(dtype, copy=False)


def _labels(path: Path, dtype: np.dtype) -> NDArray:
    header = _frame_header(path)
    if header.lossy:
        raise fault(path, "is a mask with lossy compression", "Export it again without JPEG")
    with careful(path):
        return to_labels(tiff_pixels(header), str(path)).astype(dtype, copy=False)


def _lineage(
    place: Path, table: str | None, labels: NDArray | FrameStack, chosen: list[int], cut: bool
) -> NDArray[np.int64]:
    if table is None:
        return NO_LINEAGE
    lineage, first = read_lineage(place / table), chosen[0]
    if cut:
        lineage = shift_lineage(lineage, first, chosen[-1])
    else:
        lineage[:, 1:3] -= first
    ids = [ids_in(labels[t]) for t in range(len(chosen))]
    check_lineage(present(ids), lineage, place / table, first)
    return lineage
