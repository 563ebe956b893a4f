"""Aligned channels of one field as pairs to learn from: what is seen, and the stain to predict."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.pairs import Pair, normalise_pair
from course_utils.data.readers.errors import fault, some, summed, tell
from course_utils.data.readers.folders import (
    check_file,
    check_folder,
    need_pictures,
    pictures,
    stem,
    subfolders,
)
from course_utils.data.readers.images import check_total, look, read_image
from course_utils.data.readers.records import Picture

Name = str | int
Files = dict[str, tuple[list[Path], list[Path]]]
Field = tuple[str, NDArray, NDArray]
ALIGNED = "The two need one size and one place; export both again from the same image"


@summed()
def read_channel_pair(
    place: str | Path,
    source: Name | Sequence[Name],
    target: Name,
    axes: str | None = None,
) -> list[Pair]:
    """Read aligned channels as normalised pairs, one a field and frame.

    `place` is an image with channels, such as an OME-TIFF, a folder of such images, a folder whose
    file names hold those of the channels (phase_01.tif, phase_02.tif, dapi.tif;
    well3_phase.tif, well3_dapi.tif), or a folder with a folder a channel. Numbered files and
    planes in z of the source become channels of the pair; of a target in z the brightest is taken.

    Args:
        place: file or folder.
        source: name or number from 0 of the channel that is seen, or several.
        target: name or number of the stain.
        axes: of each file, such as "czyx", if it does not name them.

    Returns:
        Pairs in counting order: source (c, y, x) and target (y, x), float32.

    Raises:
        ReadError: a channel that is not there (all that are, are named), a field with one of the
            two only, other sizes, a stain that is the same everywhere, or as `read_image`.

    Used in: 09.
    """
    path = Path(place).expanduser()
    seen = (source,) if isinstance(source, str | int) else tuple(source)
    if not seen or target in seen:
        raise fault(path, f"cannot teach {target!r} out of {seen!r}", "Name two different channels")
    if path.is_dir() or not path.exists():
        fields = _of_folder(check_folder(path), seen, target, axes)
    else:
        fields = iter([_of_image(check_file(path), seen, target, axes)])
    return [pair for field in fields for pair in _pairs(*field)]


def _of_folder(
    folder: Path, seen: tuple[Name, ...], target: Name, axes: str | None
) -> Iterator[Field]:
    inside = {one.name.casefold(): one for one in subfolders(folder) if pictures(one)}
    if inside and not pictures(folder):
        files = _in_folders(folder, inside, seen, target)
    else:
        found = need_pictures(folder)
        files = _by_name(found, seen, target)
        if not files and all("c" in look(path, axes).axes for path in found):
            check_total(found, folder)
            return (_of_image(path, seen, target, axes) for path in found)
        if not files:
            raise _no_channel(folder, (*seen, target), [stem(path) for path in found])
    if lone := [name for name, both in files.items() if not all(both)]:
        problem = f"has not both {some([*map(str, seen)])} and {target} of {some(lone)}"
        raise fault(folder, problem, "Add the files that are missing, or remove their partners")
    check_total([path for both in files.values() for one in both for path in one], folder)
    return (_of_files(name or folder.name, *both, axes) for name, both in files.items())


def _by_name(found: list[Path], seen: tuple[Name, ...], target: Name) -> Files:
    """Files by field: what stands in their names beside the channel and the plane's number.

    Numbers of the stain count fields, and then those of the source do so too: a01, b01, a02, b02.
    """
    stains, sources = _matched(found, (target,)), _matched(found, seen)
    counted = any(number[:1].isdigit() for _, _, number in stains)
    files: Files = {}
    for side, matched in enumerate((sources, stains)):
        for path, field, number in matched:
            own = f"_{number}" if counted and number[:1].isdigit() else ""
            files.setdefault((field + own).strip("_"), ([], []))[side].append(path)
    return files if sources and stains else {}


def _matched(found: list[Path], names: Sequence[Name]) -> list[tuple[Path, str, str]]:
    """Path, field and number of the files with one of these channels in their names."""
    matched = []
    for word in (re.escape(str(name)) for name in names):
        apart = r"[_\-. ]" if word[-1].isdigit() else r"[_\-. ]?"
        shape = rf"(?:(.+)[_\-. ])?{word}(?:{apart}(z?\d+))?(?:[_\-. ](.+))?"
        for path in found:
            if match := re.fullmatch(shape, stem(path), re.IGNORECASE):
                before, number, after = (part or "" for part in match.groups())
                matched.append((path, f"{before}_{after}".strip("_"), number))
    return matched


def _in_folders(
    folder: Path, inside: dict[str, Path], seen: tuple[Name, ...], target: Name
) -> Files:
    """Files by field, from a folder a channel: like names belong together."""
    known = [str(name).casefold() for name in (*seen, target)]
    if lost := [name for name in known if name not in inside]:
        raise _no_channel(folder, lost, [one.name for one in inside.values()])
    *sources, stains = (pictures(inside[name]) for name in known)
    if len(stains) == 1:
        return {stem(stains[0]): ([path for one in sources for path in one], stains)}
    files: Files = {stem(path): ([], [path]) for path in stains}
    for path in (path for one in sources for path in one):
        files.setdefault(stem(path), ([], []))[0].append(path)
    return files


def _of_files(name: str, sources: list[Path], stains: list[Path], axes: str | None) -> Field:
    seen = [_planes(read_image(path, axes, grey=True), path) for path in sources]
    stain = [_planes(read_image(path, axes, grey=True), path) for path in stains]
    first = seen[0]
    for path, one in zip((*sources, *stains), (*seen, *stain), strict=True):
        if (len(one), *one.shape[2:]) != (len(first), *first.shape[2:]):
            problem = f"is {_sides(one)}, {sources[0].name} is {_sides(first)}"
            raise fault(path, problem, ALIGNED)
    return name, np.concatenate(seen, axis=1), _flat(np.concatenate(stain, axis=1), stains[0])


def _of_image(path: Path, seen: tuple[Name, ...], target: Name, axes: str | None) -> Field:
    picture = read_image(path, axes)
    if "c" not in picture.axes:
        problem = f"has no channels, its axes are {picture.axes}"
        raise fault(path, problem, "Give a file with channels, or the folder of all its channels")
    parts = [_planes(_channel(picture, name, path), path) for name in (*seen, target)]
    return picture.name, np.concatenate(parts[:-1], axis=1), _flat(parts[-1], path)


def channel_number(names: Sequence[str], count: int, channel: Name) -> int | None:
    """Number from 0 of a channel that was given by name or number, None if there is none such.

    Args:
        names: of the channels, as far as they have one; upper and lower case are alike.
        count: of the channels.

    Used in: 07, 09.
    """
    known, wanted = [name.casefold() for name in names], str(channel)
    if wanted.casefold() in known:
        return known.index(wanted.casefold())
    return int(wanted) if wanted.isdecimal() and int(wanted) < count else None


def _channel(picture: Picture, name: Name, path: Path) -> Picture:
    axis = picture.axes.index("c")
    count = picture.image.shape[axis]
    number = channel_number(picture.channels, count, name)
    if number is None:
        known = picture.channels or [f"{n} (without a name)" for n in range(count)]
        raise _no_channel(path, [name], list(known))
    axes = picture.axes.replace("c", "")
    image = picture.image.take(number, axis=axis)
    return Picture(image, None, axes, (), None, picture.name)


def _no_channel(place: Path, wanted: Sequence[Name], known: Sequence[str]) -> Exception:
    problem = f"has no channels {some([*map(str, wanted)])}: there are {some([*known], 20)}"
    return fault(place, problem, "Give names as they stand there")


def _planes(picture: Picture, path: Path) -> NDArray:
    """The values as (t, z, y, x)."""
    if "c" in picture.axes:
        problem = f"has channels of its own, its axes are {picture.axes}"
        raise fault(path, problem, "Give the file itself, and the names of its channels")
    image = picture.image if "t" in picture.axes else picture.image[None]
    return image if "z" in picture.axes else image[:, None]


def _flat(stain: NDArray, path: Path) -> NDArray:
    if stain.shape[1] > 1:
        tell(
            path, f"has {stain.shape[1]} planes of the stain, the brightest of each pixel is taken"
        )
    return stain.max(axis=1)


def _sides(planes: NDArray) -> str:
    frames = f"{len(planes)} frames of " if len(planes) > 1 else ""
    return frames + " x ".join(map(str, planes.shape[2:]))


def _pairs(name: str, seen: NDArray, stain: NDArray) -> list[Pair]:
    pairs = []
    for t, (one, glow) in enumerate(zip(seen, stain, strict=True)):
        title = name if len(seen) == 1 else f"{name}, frame {t}"
        try:
            pairs.append(normalise_pair(one, glow, title))
        except ValueError as error:
            problem = f"cannot be scaled ({error})"
            raise fault(title, problem, "Look at the stain: is it the right channel?") from None
    return pairs
