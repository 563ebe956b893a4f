"""PNG, JPEG and their kin: what the header says, then the values as they are stored.

Pillow cuts 16-bit colours to 8 bits and spreads 2- and 4-bit greys over 0-255 without a word;
here the first is an error and the second is undone, as is the spreading of PGM and PPM.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.data.readers.errors import EXPORT_AGAIN, careful, fault, tell
from course_utils.data.readers.folders import check_size, first_bytes
from course_utils.data.readers.header import Header

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "JPEG2000", "PPM")
LOSSY = ("JPEG", "WEBP", "JPEG2000")
MODES = {
    "1": ("uint8", 0), "L": ("uint8", 0), "P": ("uint8", 0), "I;16": ("uint16", 0),
    "I;16B": ("uint16", 0), "I": ("int32", 0), "F": ("float32", 0), "LA": ("uint8", 2),
    "PA": ("uint8", 2), "RGB": ("uint8", 3), "RGBA": ("uint8", 4),
}  # fmt: skip
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
GREY, UPRIGHT, ORIENTATION = 0, 1, 0x0112


def pillow_header(path: Path) -> Header:
    """What a PNG, JPEG, BMP, GIF or WebP file holds, without its pixels.

    Raises:
        ReadError: none of these, damaged, too large, several frames, 16-bit colours, CMYK.

    Used in: 01.
    """
    with _opened(path) as image:
        mode, form, (width, height) = image.mode, image.format, image.size
        frames, largest = getattr(image, "n_frames", 1), _largest(image)
        turned = image.getexif().get(ORIENTATION, UPRIGHT) if form == "JPEG" else UPRIGHT
    if mode not in MODES:
        problem = f"holds colours of the kind {mode}"
        raise fault(path, problem, "Convert it to RGB or to grey and save it again")
    if frames > 1:
        problem = f"holds {frames} frames, which {form} keeps as an animation"
        raise fault(path, problem, "Save them as a TIFF stack, or one file a frame")
    if turned != UPRIGHT:
        tell(path, "asks to be turned when shown (EXIF orientation); its pixels are as stored")
    _check_depth(path, mode, largest)
    dtype, colours = MODES[mode]
    shape = (height, width, colours) if colours else (height, width)
    axes = "yxs" if colours else "yx"
    return Header(path, shape, np.dtype(dtype), axes, lossy=form in LOSSY, form=f"{form} {mode}")


def pillow_pixels(header: Header, palette: bool = False) -> NDArray:
    """The values of such a file as stored.

    Args:
        header: made by `pillow_header`.
        palette: keep the numbers of a palette's entries (labels) instead of their colours.

    Used in: 01.
    """
    mode = header.form.split()[-1]
    with _opened(header.path) as image:
        if mode in ("P", "PA") and not palette:
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        largest = _largest(image)
        array = np.array(image)
    if largest:
        spread = 65_535 if mode == "I" else 255
        stored = (np.arange(spread + 1) * largest + spread // 2) // spread
        return stored.astype(array.dtype)[array]
    if mode == "1":
        return array.astype(np.uint8)
    bits, kind = _depth(header.path)
    if kind == GREY and bits in (2, 4):
        array = array // (255 // (2**bits - 1))
    return array


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from PIL import Image

    with careful(path), warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=FORMATS) as image:
                check_size(path, image.size[::-1], len(image.getbands()))
                yield image
        except Image.DecompressionBombError:
            mend = "If that is right, cut it into tiles; if not, the file is damaged"
            raise fault(path, "says it has far too many pixels to read", mend) from None
        except Image.UnidentifiedImageError:
            raise _unknown(path) from None


def _unknown(path: Path) -> Exception:
    start = first_bytes(path, 12)
    text = start.decode("ascii", "replace").strip()
    if start.isascii() and text.replace("\n", " ").isprintable():
        problem = f"is named {path.suffix} and holds no picture; it begins with {text!r}"
    else:
        problem = f"is named {path.suffix} and holds no whole picture of a known kind"
    return fault(path, problem, EXPORT_AGAIN)


def _largest(image: Any) -> int:
    # of a PGM or PPM that Pillow spreads over 0-255 or 0-65535: the value that means white
    tile = image.tile[0] if image.format == "PPM" and image.mode != "1" else None
    return tile.args[-1] if tile and tile.codec_name in ("ppm", "ppm_plain") else 0


def _check_depth(path: Path, mode: str, largest: int) -> None:
    bits, kind = _depth(path)
    if (bits == 16 and kind != GREY) or (mode == "RGB" and largest > 255):
        problem = "holds 16 bits a colour, of which 8 would be lost"
        raise fault(path, problem, "Save it as TIFF, or each channel as a grey picture")


def _depth(path: Path) -> tuple[int, int]:
    start = first_bytes(path)
    return (start[24], start[25]) if start.startswith(PNG_MAGIC) else (8, GREY)
