"""What the readers return, beside the course's own Frame and Movie.

Pixel sizes are in µm: one number if all spatial axes are alike, else one an axis in the order of
`axes`; None where the file does not state it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import Frame, PixelSize, _summary


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """One image file: its values as stored, and what the file says about them.

    `axes` has a letter for each axis of `image`: t, c, z, y, x; colours stand last (yxc).
    `channels` are names in the order of c; a single channel may have one too.
    """

    image: NDArray
    pixel_size: PixelSize
    axes: str
    channels: tuple[str, ...]
    minutes_per_frame: float | None
    name: str

    __repr__ = _summary


@dataclass(frozen=True, eq=False)
class FrameStack:
    """Frames that stay on disk: an array (t, ...) of which each index reads one file.

    `len`, `shape`, `dtype`, `[t]` and `[a:b]` work as in NumPy; `np.asarray` reads it all.
    """

    paths: tuple[Path, ...]
    shape: tuple[int, ...]
    dtype: np.dtype
    read: Callable[[Path], NDArray]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, key: int | slice | tuple) -> NDArray:
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        if isinstance(first, slice):
            chosen = [self.read(path)[rest] for path in self.paths[first]]
            return np.stack(chosen) if chosen else np.empty((0, *self.shape[1:]), self.dtype)
        return self.read(self.paths[first])[rest]

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray:
        return self[:].astype(dtype or self.dtype, copy=False)

    def __repr__(self) -> str:
        return f"FrameStack({self.dtype} {self.shape}, on disk)"


@dataclass(frozen=True, eq=False, repr=False)
class TrackedMovie:
    """A movie whose labels are tracks: the same number is the same cell in all frames.

    `lineage` has a row a track: track, begin, end, parent (0: none), where begin and end count
    the frames of `images` from 0. It has no rows where the labels are per frame (masks="SEG").
    `frames` are the frames' numbers in the folder.
    """

    images: NDArray | FrameStack
    masks: NDArray | FrameStack
    lineage: NDArray[np.int64]
    pixel_size: PixelSize
    axes: str
    minutes_per_frame: float | None
    frames: tuple[int, ...]
    name: str

    __repr__ = _summary

    def __len__(self) -> int:
        return len(self.images)

    def frame(self, t: int) -> Frame:
        """Frame t with its labels; negative t counts from the end."""
        name = f"{self.name}, frame {self.frames[t]}"
        return Frame(self.images[t], self.masks[t], self.pixel_size, self.axes[1:], name)


@dataclass(frozen=True, eq=False, repr=False)
class BoxedImage:
    """An image with a box around each object.

    `boxes` is (n, 4): y0, x0, y1, x1 in pixels from 0, half open, so that
    `image[y0:y1, x0:x1]` is the object and y1 - y0 its height. `names` has a class for each box.
    """

    image: NDArray
    boxes: NDArray[np.int64]
    names: tuple[str, ...]
    axes: str
    name: str

    __repr__ = _summary

    def __len__(self) -> int:
        return len(self.boxes)


@dataclass(frozen=True, eq=False, repr=False)
class LabelledPictures:
    """Pictures of different sizes with one class each; `labels` index `class_names`.

    Images are (y, x), or all (y, x, 3) if one of them is in colour.
    """

    images: list[NDArray]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    files: tuple[str, ...]

    __repr__ = _summary

    def __len__(self) -> int:
        return len(self.images)
