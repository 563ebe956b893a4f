"""Lengths in µm and times in minutes, whatever unit a file has them in; and the order of axes."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import PixelSize
from course_utils.data.readers.errors import fault

MICROMETRES = {
    "µm": 1.0, "μm": 1.0, "um": 1.0, "micron": 1.0, "micrometer": 1.0, "micrometre": 1.0,
    "nm": 1e-3, "nanometer": 1e-3, "nanometre": 1e-3, "pm": 1e-6, "Å": 1e-4, "\u212b": 1e-4,
    "angstrom": 1e-4, "mm": 1e3, "millimeter": 1e3, "millimetre": 1e3, "cm": 1e4, "m": 1e6,
}  # fmt: skip
MINUTES = {
    "ms": 1 / 60_000, "msec": 1 / 60_000, "s": 1 / 60, "sec": 1 / 60, "second": 1 / 60,
    "min": 1.0, "minute": 1.0, "h": 60.0, "hour": 60.0, "hr": 60.0, "d": 1440.0, "day": 1440.0,
}  # fmt: skip
LEAST_PIXEL, LARGEST_PIXEL = 1e-4, 1e3
ORDER = "tczyx"


def micrometres(value: object, unit: str | None) -> float | None:
    """A length in µm, or None for an unknown unit or a value that no pixel has. Used in: 01."""
    size = _scaled(value, unit, MICROMETRES)
    return size if size and LEAST_PIXEL <= size <= LARGEST_PIXEL else None


def minutes(value: object, unit: str | None) -> float | None:
    """A duration in minutes, or None if it or its unit makes no sense. Used in: 01."""
    return _scaled(value, unit, MINUTES)


def pixel_size(sizes: dict[str, float | None], axes: str) -> PixelSize:
    """Sizes by axis (µm) in the house's form; None unless each axis has one. Used in: 01."""
    known = [sizes.get(axis) for axis in axes if axis in "zyx"]
    if None in known:
        return None
    return known[0] if len(set(known)) == 1 else tuple(known)


def check_scale(size: PixelSize, axes: str, name: object) -> PixelSize:
    """Refuse a pixel size that is no length, or has not one for each spatial axis. Used in: 01."""
    spatial = "".join(axis for axis in axes if axis in "zyx")
    sides = size if isinstance(size, tuple) else () if size is None else (size,)
    if any(not isinstance(side, int | float) or not 0 < side < math.inf for side in sides):
        raise fault(name, f"cannot have the pixel size {size!r}", "Give it in µm, as in 0.65")
    if isinstance(size, tuple) and len(size) != len(spatial):
        mend = "Give one number for all, or one for each of these axes"
        raise fault(name, f"has the axes {', '.join(spatial)}, its pixel size {size!r}", mend)
    return size


def check_axes(axes: str, shape: Sequence[int], name: object) -> str:
    """Refuse axes that do not fit an array: wrong letters, wrong number, no y or x. Used in: 01."""
    axes = axes.lower()
    sides = " x ".join(map(str, shape))
    if not re.fullmatch(f"[{ORDER}]*", axes) or len(set(axes)) < len(axes):
        problem = f"was to be read with axes {axes!r}"
        raise fault(name, problem, "Use each of t, c, z, y, x at most once, for example 'tyx'")
    if len(axes) != len(shape):
        problem = f"has {len(shape)} axes ({sides}), {axes!r} names {len(axes)}"
        raise fault(name, problem, "Give one letter for each axis")
    if not {"y", "x"} <= set(axes):
        raise fault(name, f"was to be read with axes {axes!r}", "Name both y and x")
    return axes


def house_order(array: NDArray, axes: str) -> tuple[NDArray, str]:
    """An array and its axes in the order t, c, z, y, x; colours come last.

    Args:
        array: any shape.
        axes: one letter an axis; s, or a c that stands last, are colours and become a last c.

    Used in: 01.
    """
    wanted = ordered(axes)
    array = np.transpose(array, [axes.index(axis) for axis in wanted])
    return array, wanted.replace("s", "c")


def ordered(axes: str) -> str:
    """Axes in the order t, c, z, y, x; s, or a c that stands last, come last. Used in: 01."""
    colours = axes[-1] if axes.endswith("c") else "s" * ("s" in axes)
    return "".join(axis for axis in ORDER if axis in axes.removesuffix("c")) + colours


def _scaled(value: object, unit: str | None, factors: dict[str, float]) -> float | None:
    unit = re.sub(r"\\u00b5", "µ", (unit or "").strip(), flags=re.IGNORECASE)
    unit = unit.lower().removesuffix("s") if len(unit) > 2 else unit
    factor = factors.get(unit)
    try:
        number = float(value) * factor
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number > 0 else None
