"""One image file, or one mask, whatever its format: known by its content, not by its name."""

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import PixelSize
from course_utils.data.readers.convert import (
    check_values,
    drop_alpha,
    explain_foreground,
    grey_if_equal,
    number_pieces,
    to_labels,
)
from course_utils.data.readers.errors import careful, fault, tell
from course_utils.data.readers.folders import check_file, check_size, first_bytes, stem
from course_utils.data.readers.header import Header
from course_utils.data.readers.pillow import pillow_header, pillow_pixels
from course_utils.data.readers.records import Picture
from course_utils.data.readers.tiff import MAGIC, tiff_header, tiff_pixels
from course_utils.data.readers.units import check_axes, check_scale, house_order

COLOURS = ("red", "green", "blue")
IN_GREY = {3: "tyx", 4: "tzyx"}
IN_COLOUR = {4: "zyxc", 5: "tzyxc"}


def read_image(
    path: str | Path,
    axes: str | None = None,
    grey: bool = False,
    pixel_size: PixelSize = None,
) -> Picture:
    """Read one image: OME-TIFF, ImageJ TIFF, plain TIFF, PNG, JPEG, BMP, GIF or WebP.

    Values come as stored, never rescaled. A grey image saved in colour becomes grey; opaque
    transparency is dropped. Uncompressed TIFF beyond 128 MB is memory-mapped.

    Args:
        path: the file.
        axes: its axes, such as "tyx", if the file does not name them or names them wrongly.
        grey: refuse colours.
        pixel_size: µm, if the file does not state it or states it wrongly.

    Returns:
        Picture with axes in the order t, c, z, y, x, colours last.

    Raises:
        ReadError: missing, empty, damaged, too large, axes unknown, NaN, transparent, CMYK, ...

    Used in: 01.
    """
    header = look(path, axes)
    array, letters = _values(header)
    channels = _channels(header, letters, array.shape)
    if grey and channels == COLOURS:
        mend = "Choose one channel, as in image[..., 1], or save the picture in grey"
        raise fault(header.path, "is in colour: red, green and blue differ", mend)
    size = check_scale(header.pixel_size if pixel_size is None else pixel_size, letters, path)
    return Picture(array, size, letters, channels, header.minutes_per_frame, stem(header.path))


def read_mask(path: str | Path, axes: str | None = None, pieces: bool = False) -> NDArray:
    """Read one mask as labels, uint16 or uint32, 0 is background.

    Args:
        path: PNG, TIFF, BMP or GIF; of a palette the numbers are taken, not the colours.
        axes: as for `read_image`.
        pieces: number the connected pieces of each value, for masks of 0 and 255.

    Returns:
        Labels (y, x), (z, y, x), or with time first.

    Raises:
        ReadError: JPEG, colours, fractions, negative labels, channels, or as for `read_image`.

    Used in: 01.
    """
    header = look(path, axes)
    labels, letters = mask_values(header)
    if pieces and "t" in letters:
        return np.stack([number_pieces(part, str(header.path)) for part in labels])
    if pieces:
        return number_pieces(labels, str(header.path))
    explain_foreground(labels, str(header.path))
    return labels


def mask_values(header: Header) -> tuple[NDArray, str]:
    """The labels of a mask file and their axes; errors as for `read_mask`. Used in: 01."""
    if header.lossy:
        problem = "is a mask saved as JPEG or another lossy kind, which mixes labels at every edge"
        raise fault(header.path, problem, "Export it as PNG or TIFF")
    array, letters = _values(header, palette=True)
    if letters.endswith("c"):
        problem = "is a mask in colours; a mask has one number for each pixel"
        raise fault(header.path, problem, "Export the numbers themselves, as 16-bit TIFF or PNG")
    if "c" in letters:
        problem = f"is a mask with {array.shape[letters.index('c')]} channels"
        raise fault(header.path, problem, "Save the channel with the labels alone")
    return to_labels(array, str(header.path)), letters


def look(path: str | Path, axes: str | None = None) -> Header:
    """What a picture file holds, without reading its pixels.

    Raises:
        ReadError: as for `read_image`, but for what only the pixels show.

    Used in: 01.
    """
    file = check_file(path)
    if first_bytes(file, 4) in MAGIC:
        return tiff_header(file, axes)
    header = pillow_header(file)
    if axes is not None:
        axes = check_axes(axes, header.shape, file)
        if axes != header.axes.replace("s", "c"):
            tell(file, f"has axes {header.axes.replace('s', 'c')}; read as {axes}, as you asked")
            return replace(header, axes=axes)
    return header


def check_total(paths: Iterable[Path], folder: Path) -> None:
    """Refuse images that exceed 1 GB together, before they are read. Used in: 01."""
    headers = [look(path) for path in paths]
    total = sum(math.prod(header.shape) * header.dtype.itemsize for header in headers)
    check_size(folder, (total,), 1, f"Read them one by one: from_folder({str(folder)!r})[0]")


def _channels(header: Header, axes: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    count = shape[axes.index("c")] if "c" in axes else 1
    if len(header.channels) == count:
        return header.channels
    return COLOURS if axes != header.axes and axes.endswith("c") and count == 3 else ()


def _values(header: Header, palette: bool = False) -> tuple[NDArray, str]:
    _check_named(header)
    name = str(header.path)
    with careful(header.path):
        tiff = header.form == "TIFF"
        array = tiff_pixels(header) if tiff else pillow_pixels(header, palette)
        if palette and header.form.endswith(" P"):
            tell(name, "has a palette: the numbers of its entries are taken as labels")
        letters = header.axes if array.ndim == len(header.axes) else "yxs"
        array = check_values(array, name)
        if array.dtype == bool:
            array = array.astype(np.uint8)
        colours = "s" in letters
        array, letters = house_order(array, letters)
        if colours:
            array = grey_if_equal(drop_alpha(array, name))
    return array, letters[: array.ndim]


def _check_named(header: Header) -> None:
    if "?" in header.axes or {"c", "s"} <= set(header.axes):
        sides = " x ".join(map(str, header.shape))
        examples = IN_COLOUR if "s" in header.axes else IN_GREY
        example = examples.get(len(header.axes), "tczyx")
        problem = f"has {len(header.axes)} axes ({sides}) and does not say which is which"
        mend = f"Say it with axes={example!r} (t time, z depth, c channel, y, x)"
        raise fault(header.path, problem, mend)
