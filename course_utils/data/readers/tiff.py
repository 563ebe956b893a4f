"""TIFF in its dialects: what the header says (axes, pixel size, channels), then the pixels.

tifffile fills what a file lacks with zeros and says so in its log only; here the log is read.
"""

import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from course_utils.data.readers.errors import EXPORT_AGAIN, careful, fault, tell
from course_utils.data.readers.folders import check_size
from course_utils.data.readers.header import Header
from course_utils.data.readers.imagej import describe_imagej, without_print
from course_utils.data.readers.ome import MEND, Described, check_ome, describe_ome
from course_utils.data.readers.units import check_axes, micrometres, pixel_size

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
LOSSY = {"JPEG", "OJPEG", "ALT_JPEG", "WEBP", "JPEGXL", "JPEG2000", "JPEG_2000_LOSSY", "JPEGXR"}
LETTERS = {"T": "t", "C": "c", "Z": "z", "Y": "y", "X": "x", "S": "s"}
MAPPED_FROM = 2**27
CENTIMETRE = 3
RGB, PALETTE, WHITE_IS_ZERO, YCBCR = 2, 3, 0, 6


def tiff_header(path: Path, axes: str | None = None) -> Header:
    """What a TIFF file holds, without its pixels.

    Args:
        path: an existing file.
        axes: letters of the axes if the caller knows better than the file; "?" in the header
            stands for an axis that neither names.

    Raises:
        ReadError: cut off, damaged, too large, or at odds with its own description.

    Used in: 01.
    """
    with _opened(path) as tiff:
        root = _ome_root(tiff, path)
        series, page = _one_series(tiff, path)
        _check_photometric(page, path)
        _check_whole(series, path)
        said = _described(tiff, root, path)
        letters, shape = _named(_letters(series, axes, path), series.shape)
        dtype = np.dtype(series.dtype)
        if len(shape) < 2 or 0 in shape:
            raise fault(path, "is damaged, it holds no pixel", EXPORT_AGAIN)
        if not _is_mapped(series):
            check_size(path, shape, dtype.itemsize)
        lossy = getattr(page.compression, "name", "") in LOSSY
    size = pixel_size(said.sizes, letters)
    if size is None and any(said.sizes.values()):
        tell(path, f"states a pixel size for some of its axes only ({_shown(said.sizes)} µm)")
    return Header(path, shape, dtype, letters, size, said.channels, said.minutes_per_frame, lossy)


def tiff_pixels(header: Header) -> NDArray:
    """The values of a TIFF file as stored, in the header's shape; large ones stay on disk.

    Uncompressed files beyond 128 MB come memory-mapped. What tifffile cannot decompress without
    further packages (LZW, JPEG) is read by Pillow. Used in: 01.
    """
    with _opened(header.path, aloud=False) as tiff:
        series = tiff.series[_own_number(tiff)]
        if _is_mapped(series):
            return _mapped(header.path, series).reshape(header.shape)
        try:
            array = series.asarray()
        except ValueError as error:
            if "imagecodecs" not in str(error):
                raise
            array = _by_pillow(header.path, series)
    if array.size != math.prod(header.shape):
        raise fault(header.path, f"gave {array.shape} in place of {header.shape}", EXPORT_AGAIN)
    return array.reshape(header.shape)


class _Heard(logging.Handler):
    """Collects what tifffile logs, without the name of its object."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.errors: list[str] = []
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().rpartition("> ")[2][:150]
        (self.errors if record.levelno >= logging.ERROR else self.warnings).append(said)


@contextmanager
def _opened(path: Path, aloud: bool = True) -> Iterator[Any]:
    import tifffile

    log = logging.getLogger("tifffile")
    heard, kept = _Heard(), log.propagate
    log.addHandler(heard)
    log.propagate = False
    try:
        with careful(path), tifffile.TiffFile(path) as tiff:
            yield tiff
    finally:
        log.removeHandler(heard)
        log.propagate = kept
    if heard.errors:
        raise fault(path, f"is damaged or cut off ({heard.errors[0]})", EXPORT_AGAIN)
    for said in heard.warnings if aloud else ():
        tell(path, f"may be damaged ({said})")


def _ome_root(tiff: Any, path: Path) -> Element | None:
    if tiff.is_ome:
        page = tiff.pages.first
        corner = (page.imagelength, page.imagewidth)
        root = check_ome(tiff.ome_metadata, path, len(tiff.pages), corner)
        if tiff.series[_own_number(tiff)].kind != "ome":
            raise fault(path, "has OME-XML that does not describe its pages", MEND)
        return root
    if path.name.lower().endswith((".ome.tif", ".ome.tiff")):
        tell(path, "is named OME-TIFF and has no whole OME-XML: axes and pixel size may be lost")
    return None


def _one_series(tiff: Any, path: Path) -> tuple[Any, Any]:
    number = _own_number(tiff)
    series = tiff.series[number]
    if number:
        tell(path, f"is part of a set of {len(tiff.series)} images, number {number + 1} is read")
    elif len(tiff.series) > 1:
        tell(path, f"holds {len(tiff.series)} images, the first is read")
    elif len(tiff.pages) > (covered := max(1, series.size // max(1, series.keyframe.size))):
        tell(path, f"holds {len(tiff.pages)} pages of several sizes, {covered} of them are read")
    return series, series.keyframe


def _own_number(tiff: Any) -> int:
    # an OME set names the images of all its files: the first with a page in this one is meant
    for number, series in enumerate(tiff.series if tiff.is_ome else ()):
        if any(page and page.parent.filename == tiff.filename for page in series.pages):
            return number
    return 0


def _check_photometric(page: Any, path: Path) -> None:
    if getattr(page.photometric, "name", "") in ("SEPARATED", "CIELAB", "ICCLAB", "ITULAB"):
        mend = "Convert it to RGB or to grey and save it again"
        raise fault(path, "holds colours for print (CMYK or Lab)", mend)
    if page.photometric == WHITE_IS_ZERO:
        tell(path, "calls its 0 white (inverted display); the values are read as they are stored")
    if page.photometric == PALETTE and not page.parent.is_imagej:
        tell(path, "has a palette of colours; the values are read as they are stored")


def _check_whole(series: Any, path: Path) -> None:
    if series.is_multifile:
        return
    if series.dataoffset is not None:
        end = series.dataoffset + series.nbytes
    elif None in series.pages:
        raise fault(path, "lacks some of its planes", EXPORT_AGAIN)
    else:
        spans = [zip(page.dataoffsets, page.databytecounts, strict=True) for page in series.pages]
        end = max((start + count for span in spans for start, count in span), default=0)
    if end > (size := path.stat().st_size):
        problem = f"is cut off: {size:,} bytes are there of at least {end:,}"
        raise fault(path, problem, EXPORT_AGAIN)


def _described(tiff: Any, root: Element | None, path: Path) -> Described:
    if root is not None:
        return describe_ome(root, path)
    if tiff.is_imagej:
        return describe_imagej(tiff.imagej_metadata or {}, _sides(tiff), path)
    if _tag(tiff, "ResolutionUnit") != CENTIMETRE:
        return Described({})
    sizes = {axis: micrometres(side, "cm") for axis, side in _sides(tiff).items()}
    return Described(without_print(sizes, path) if all(sizes.values()) else {})


def _sides(tiff: Any) -> dict[str, float | None]:
    sides: dict[str, float | None] = {}
    for axis in "yx":
        value = _tag(tiff, f"{axis.upper()}Resolution")
        stated = isinstance(value, tuple) and len(value) == 2 and value[0]
        sides[axis] = value[1] / value[0] if stated else None
    return sides


def _tag(tiff: Any, name: str) -> Any:
    return tiff.pages.first.tags.valueof(name)


def _letters(series: Any, axes: str | None, path: Path) -> str:
    # tifffile writes stacks of 3 or 4 planes as colours in separate planes: those are not believed
    stated = "".join(LETTERS.get(letter, "?") for letter in series.axes)
    if "s" in stated and not _is_colour(series.keyframe, series.shape[stated.index("s")]):
        stated = stated.replace("s", "?" if "c" in stated else "c")
    if not stated.endswith("s") and series.kind != "ome":
        stated = stated.replace("s", "?")
    if axes is None:
        return stated
    axes = check_axes(axes, series.shape, path)
    if "?" not in stated and axes != stated.replace("s", "c"):
        tell(
            path,
            f"says its axes are {stated.replace('s', 'c')}; they are read as {axes}, as you asked",
        )
        return axes
    return stated if "?" not in stated else axes


def _named(axes: str, shape: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    pairs = [(axis, int(side)) for axis, side in zip(axes, shape, strict=True)]
    kept = [pair for pair in pairs if pair != ("?", 1)]
    return "".join(axis for axis, _ in kept), tuple(side for _, side in kept)


def _is_colour(page: Any, samples: int) -> bool:
    alpha = any(int(sample) in (1, 2) for sample in page.extrasamples)
    return samples <= 4 and (page.photometric in (RGB, YCBCR) or alpha)


def _is_mapped(series: Any) -> bool:
    whole = series.dataoffset is not None and series.keyframe.is_memmappable
    return bool(whole and series.nbytes > MAPPED_FROM)


def _mapped(path: Path, series: Any) -> NDArray:
    dtype = np.dtype(series.dtype).newbyteorder(series.keyframe.parent.byteorder)
    return np.memmap(path, dtype, "r", series.dataoffset, series.shape)


def _by_pillow(path: Path, series: Any) -> NDArray:
    from PIL import Image

    page = series.keyframe
    name = getattr(page.compression, "name", "unknown")
    odd = fault(
        path,
        f"is {series.dtype}, compressed in a way ({name}) that is not read here",
        "Save it again without compression, in Fiji: File > Save As > Tiff",
    )
    separate = page.planarconfig != 1 and page.samplesperpixel > 1
    if page.photometric == WHITE_IS_ZERO or separate or series.is_multifile:
        raise odd
    try:
        with _strict_pillow(), Image.open(path, formats=["TIFF"]) as image:
            parts = [_page(image, one.index) for one in series.pages]
        stored = np.stack(parts).reshape(series.shape)
    except (OSError, ValueError):
        raise odd from None
    array = stored.astype(series.dtype)
    if not np.array_equal(array, stored):
        raise odd
    return array


@contextmanager
def _strict_pillow() -> Iterator[None]:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def _page(image: Any, index: int) -> NDArray:
    image.seek(index)
    return np.array(image)


def _shown(sizes: dict[str, float | None]) -> str:
    return ", ".join(f"{axis} {size:g}" for axis, size in sizes.items() if size)
