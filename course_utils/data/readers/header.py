"""What is known of an image file before its pixels are read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_utils.data.datasets import PixelSize
from course_utils.data.readers.units import ordered


@dataclass(frozen=True)
class Header:
    """Shape and type of the values as stored, and what the file says about them.

    `axes` has a letter a side of `shape`: t, c, z, y, x; s for colours with or without
    transparency; "?" for an axis that the file does not name. `form` is "TIFF", or Pillow's name
    of the format and the pixels, as in "PNG RGBA".
    """

    path: Path
    shape: tuple[int, ...]
    dtype: np.dtype
    axes: str
    pixel_size: PixelSize = None
    channels: tuple[str, ...] = ()
    minutes_per_frame: float | None = None
    lossy: bool = False
    form: str = "TIFF"

    @property
    def sides(self) -> dict[str, int]:
        """Side of each axis but colours and channels, in the order t, z, y, x."""
        pairs = dict(zip(self.axes, self.shape, strict=True))
        return {axis: pairs[axis] for axis in ordered(self.axes) if axis not in "cs"}

    @property
    def plane(self) -> tuple[int, ...]:
        """The sides of all axes but colours and channels."""
        return tuple(self.sides.values())

    @property
    def shown(self) -> str:
        """The sides in words: 512 x 696 (y, x)."""
        return f"{' x '.join(map(str, self.plane))} ({', '.join(self.sides)})"
