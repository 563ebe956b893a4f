"""What OME-XML says of the pixels it stands beside, and whether the file keeps to it."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from course_utils.data.readers.errors import fault, some, tell
from course_utils.data.readers.safe_xml import parse_xml
from course_utils.data.readers.units import micrometres, minutes

MEND = "Export the image again from the microscope's own format, in Fiji with Bio-Formats"


@dataclass(frozen=True)
class Described:
    """Pixel sizes (µm) by axis, channel names and frame interval (minutes) that a file states."""

    sizes: dict[str, float | None]
    channels: tuple[str, ...] = ()
    minutes_per_frame: float | None = None


def check_ome(text: str, path: Path, pages: int, page_shape: tuple[int, ...]) -> Element:
    """Parse OME-XML and refuse it where its sizes are not those of the file.

    Args:
        text: the XML.
        path: the TIFF file.
        pages: number of pages in the file.
        page_shape: rows and columns of the first page.

    Returns:
        The document, which in a set of files also describes the images of the others.

    Raises:
        ReadError: broken, names files that are not there, or promises other sizes.

    Used in: 01.
    """
    root = parse_xml(text.encode(), path, "OME-XML")
    every = root.findall("Image/Pixels")
    if not every:
        raise fault(path, "has OME-XML without an image in it", MEND)
    pixels = _own(root, path)
    rows, columns = _whole(pixels, "SizeY", path), _whole(pixels, "SizeX", path)
    if (rows, columns) != tuple(page_shape[:2]):
        sides = " x ".join(map(str, page_shape[:2]))
        raise fault(path, f"is {sides} pixels, its OME-XML says {rows} x {columns}", MEND)
    if not _other_files(root, path):
        planes = sum(_planes(pixels, path) for pixels in every)
        if planes > pages:
            raise fault(path, f"has {pages} planes, its OME-XML promises {planes}", MEND)
    return root


def describe_ome(root: Element, path: Path) -> Described:
    """Pixel sizes, channel names and frame interval of this file's first image. Used in: 01."""
    pixels = _own(root, path)
    stated = {axis: pixels.get(f"PhysicalSize{axis.upper()}") for axis in "zyx"}
    unit = {axis: pixels.get(f"PhysicalSize{axis.upper()}Unit", "µm") for axis in "zyx"}
    sizes = {axis: micrometres(value, unit[axis]) for axis, value in stated.items()}
    for axis, value in stated.items():
        if value is not None and sizes[axis] is None:
            tell(path, f"states a pixel size in {axis} of {value} {unit[axis]}, which is left out")
    every_channel = enumerate(pixels.findall("Channel"))
    names = tuple(channel.get("Name") or f"channel {c}" for c, channel in every_channel)
    named = any(channel.get("Name") for channel in pixels.findall("Channel"))
    step = minutes(pixels.get("TimeIncrement"), pixels.get("TimeIncrementUnit", "s"))
    return Described(sizes, names if named or len(names) > 1 else (), step)


def _own(root: Element, path: Path) -> Element:
    every = root.findall("Image/Pixels")
    return next((pixels for pixels in every if _is_here(pixels, root, path)), every[0])


def _is_here(pixels: Element, root: Element, path: Path) -> bool:
    parts = [data.find("UUID") for data in pixels.findall("TiffData")]
    return any(
        part is None or part.text == root.get("UUID") or part.get("FileName") == path.name
        for part in parts
    )


def _planes(pixels: Element, path: Path) -> int:
    channels = max(1, len(pixels.findall("Channel")))
    return _whole(pixels, "SizeZ", path) * _whole(pixels, "SizeT", path) * channels


def _whole(pixels: Element, name: str, path: Path) -> int:
    try:
        return int(pixels.get(name, ""))
    except ValueError:
        raise fault(path, f"has OME-XML whose {name} is {pixels.get(name)!r}", MEND) from None


def _other_files(root: Element, path: Path) -> bool:
    others = (part for part in root.iter("UUID") if part.text != root.get("UUID"))
    named = {part.get("FileName") for part in others} - {None, "", path.name}
    if nested := sorted(name for name in named if Path(name).name != name):
        raise fault(path, f"names parts in other folders ({some(nested)})", "Put them beside it")
    if lost := sorted(name for name in named if not (path.parent / name).exists()):
        raise fault(
            path,
            f"is one part of a set, {some(lost)} of it is missing",
            "Copy all files of the set into one folder, or save the image as one file",
        )
    return bool(named)
