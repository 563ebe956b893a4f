"""What ImageJ and Fiji write into a TIFF, and what they leave out where it is their default."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course_utils.data.readers.errors import tell
from course_utils.data.readers.ome import Described
from course_utils.data.readers.units import micrometres, minutes

NO_LENGTH = ("", "pixel", "pixels", "inch")
LARGEST_BELIEVED, SURELY_PRINTED = 20.0, 100.0
STRAIGHT_LINE, UNCALIBRATED = 0, 20


def describe_imagej(said: Mapping[str, Any], sides: dict[str, Any], path: Path) -> Described:
    """Pixel sizes, channel names and frame interval in ImageJ's own words.

    Args:
        said: ImageJ's entries: unit, spacing, finterval ...
        sides: y and x -> side of a pixel in the file's unit, None if it is not stated.
        path: the TIFF file.

    Used in: 01.
    """
    _tell_calibrated(said, path)
    units = {axis: str(said.get(f"{axis}unit", said.get("unit", ""))) for axis in "zyx"}
    sizes = {axis: micrometres(side, units[axis]) for axis, side in sides.items()}
    for unit in {units[axis] for axis, size in sizes.items() if size is None and sides[axis]}:
        if unit.lower() not in NO_LENGTH:
            tell(path, f"states a pixel size in {unit!r}, which is left out")
    if "cm" in units.values():
        sizes = without_print(sizes, path)
    if sizes and all(sizes.values()):
        sizes = sizes | {"z": _depth(said, units["z"], path)}
    return Described(sizes, _channels(said), _interval(said, path))


def without_print(sizes: dict[str, float | None], path: Path) -> dict[str, float | None]:
    """Pixel sizes (µm) stated in cm, without those that are a printer's dots. Used in: 01."""
    largest = max((size for size in sizes.values() if size), default=0.0)
    if largest <= LARGEST_BELIEVED:
        return sizes
    if largest < SURELY_PRINTED:
        said = f"states {10_000 / largest:.4g} pixels per cm ({largest:.3g} µm each)"
        tell(path, f"{said}, which seems meant for a printer and is left out")
    return {}


def _depth(said: Mapping[str, Any], unit: str, path: Path) -> float | None:
    size = micrometres(said.get("spacing", 1), unit)
    if size and "spacing" not in said and said.get("slices", 1) != 1:
        tell(path, f"states no step in z; ImageJ leaves out a step of 1, so 1 {unit} is taken")
    return size


def _interval(said: Mapping[str, Any], path: Path) -> float | None:
    every, unit = said.get("finterval"), str(said.get("tunit") or "s")
    step = minutes(every, unit)
    if every and step is None:
        tell(path, f"states a frame interval of {every} {unit}, which is left out")
    return step


def _channels(said: Mapping[str, Any]) -> tuple[str, ...]:
    labels = said.get("Labels") or ()
    labels = (labels,) if isinstance(labels, str) else tuple(map(str, labels))
    channels = int(said.get("channels", 1))
    named = channels > 1 and len(set(labels[:channels])) == channels
    return labels[:channels] if named else ()


def _tell_calibrated(said: Mapping[str, Any], path: Path) -> None:
    kind, offset, slope = said.get("cf", UNCALIBRATED), said.get("c0", 0), said.get("c1", 1)
    if kind == UNCALIBRATED or (kind, offset, slope) == (STRAIGHT_LINE, 0, 1):
        return
    shown = f"{offset} + {slope} x each value" if kind == STRAIGHT_LINE else "other values"
    tell(path, f"is calibrated, ImageJ shows {shown}; the values are read as they are stored")
