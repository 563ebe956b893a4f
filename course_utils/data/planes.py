"""Single planes (y, x) out of whatever a reader found: frames one by one, one channel, no depth."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import PixelSize
from course_utils.data.readers import ReadError, from_folder, read_image
from course_utils.data.readers.channels import channel_number
from course_utils.data.readers.errors import fault
from course_utils.data.readers.folders import check_file, pictures, stem
from course_utils.data.readers.pairs import marked_masks
from course_utils.files import writable

Source = tuple[str, Callable[[], Any]]


class Plane(NamedTuple):
    """One image (y, x); `frame` counts from 0, None if there is no time.

    `pixel_size` is µm in y and x, None if it is not stated.
    """

    image: NDArray
    frame: int | None
    pixel_size: tuple[float, float] | None


def image_sources(
    place: str | Path, axes: str | None = None, pixel_size: PixelSize = None
) -> list[Source]:
    """Name and reader of each image in a folder of any layout, or of the one file.

    One damaged file does not hide the others: it fails when it is read.

    Args:
        place: a folder that `from_folder` can open, or an image.
        axes, pixel_size: as for `from_folder`.

    Raises:
        ReadError: nothing there can be recognised.

    Used in: 07.
    """

    def reader(path: Path) -> Callable[[], Any]:
        return lambda: read_image(path, axes, pixel_size=pixel_size)

    path = Path(place).expanduser()
    if path.is_file():
        return [(stem(path), reader(check_file(path)))]
    try:
        found = from_folder(path, axes, pixel_size=pixel_size)
    except ReadError:
        files = pictures(path) if path.is_dir() else []
        if len(files) < 2 or marked_masks(files):
            raise
        return _named([(stem(file), reader(file)) for file in files])
    return _named([(name, lambda i=i: found[i]) for i, name in enumerate(found.names)])


def planes(record: Any, channel: str | int | None = None) -> Iterator[Plane]:
    """The planes of a record: one, or one a frame.

    Args:
        record: Frame, Movie, TrackedMovie, Picture or BoxedImage, as the readers give them.
        channel: name or number from 0; the only one that is not dark, if left out.

    Raises:
        ReadError: a stack in depth, no such channel, or several and none chosen.

    Used in: 07.
    """
    array = record.images if hasattr(record, "images") else record.image
    axes, size = record.axes, getattr(record, "pixel_size", None)
    if size is not None:
        size = (float(size),) * 2 if np.isscalar(size) else tuple(map(float, size[-2:]))
    names = getattr(record, "channels", ())
    number = None
    if "c" in axes:
        number = _chosen(array, axes, names, channel, record.name)
    elif channel is not None and channel_number(names, 1, channel) is None:
        problem = f"has no channels, so no channel {channel}"
        raise fault(record.name, problem, "Leave the channel out")
    if axes[0] != "t":
        yield Plane(_plane(array, axes, number, record.name), None, size)
        return
    for t in range(len(array)):
        yield Plane(_plane(array[t], axes[1:], number, record.name), t, size)


def _named(sources: list[Source]) -> list[Source]:
    """Names that can be files, each once even where upper and lower case are alike."""
    seen: set[str] = set()
    named = []
    for name, read in sources:
        plain = writable(name).replace("/", "_").replace("\\", "_")
        tries = (plain if n == 1 else f"{plain}-{n}" for n in range(1, len(sources) + 1))
        free = next(one for one in tries if one.casefold() not in seen)
        seen.add(free.casefold())
        named.append((free, read))
    return named


def _plane(image: NDArray, axes: str, number: int | None, name: str) -> NDArray:
    sizes = dict(zip(axes, image.shape, strict=True))
    if sizes.get("z", 1) > 1:
        problem = f"is a stack of {sizes['z']} planes in z, and single planes are segmented here"
        raise fault(name, problem, "Save one plane, or a projection such as image.max(axis=0)")
    at: dict[str, int] = {axis: 0 for axis in axes if axis not in "yxc"}
    if "c" in axes:
        at["c"] = number
    plane = np.asarray(image[tuple(at.get(axis, slice(None)) for axis in axes)])
    return plane.astype(plane.dtype.newbyteorder("="), copy=False)  # other programs need native


def _chosen(
    array: Any, axes: str, names: tuple[str, ...], channel: str | int | None, name: str
) -> int:
    """Number of a channel, the same for all frames."""
    at = axes.index("c")
    count = array.shape[at]
    if channel is None:
        frames, at = (array, at - 1) if axes[0] == "t" else ([array], at)
        lit = [c for c in range(count) if any(np.ptp(one.take(c, axis=at)) for one in frames)]
        if len(lit) == 1 or count == 1:
            return (lit or [0])[0]
    elif (number := channel_number(names, count, channel)) is not None:
        return number
    choice = ", ".join(f"{c} ({each})" for c, each in enumerate(names)) or f"0 to {count - 1}"
    problem = f"has {count} channels" if channel is None else f"has no channel {channel}"
    raise fault(name, problem, f"Choose the one with the nuclei: {choice}")
