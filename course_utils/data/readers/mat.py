"""Images in MATLAB's .mat files: version 5 to 7 by SciPy, version 7.3 (HDF5) by h5py."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import PixelSize
from course_utils.data.readers.convert import check_values
from course_utils.data.readers.errors import careful, fault, some, tell
from course_utils.data.readers.folders import check_file, check_size, first_bytes
from course_utils.data.readers.images import COLOURS
from course_utils.data.readers.records import Picture
from course_utils.data.readers.units import check_axes, check_scale, house_order

HDF5 = b"\x89HDF\r\n\x1a\n"
NUMBERS = {
    "double", "single", "logical", "int8", "int16", "int32", "int64", "uint8", "uint16",
    "uint32", "uint64",
}  # fmt: skip
STORED = {"double": "float64", "single": "float32", "logical": "uint8"}


@dataclass(frozen=True)
class Variable:
    """An array in a .mat file that has not been read yet; shape as MATLAB shows it."""

    shape: tuple[int, ...]
    bytes_each: int
    read: Callable[[], NDArray]


def read_mat(
    path: str | Path,
    name: str | None = None,
    axes: str | None = None,
    pixel_size: PixelSize = None,
) -> Picture:
    """Read one image or stack out of a .mat file.

    Args:
        path: the file.
        name: of the variable; may be left out if one array only has two sides above 1.
        axes: what MATLAB's dimensions are, such as "yxz"; needed beyond two dimensions, but for
            (y, x, 3) of uint8, which MATLAB itself shows as colours.
        pixel_size: µm.

    Returns:
        Picture with axes in the order t, c, z, y, x, colours last; complex parts, structures,
        cells and text are never read.

    Raises:
        ReadError: no such variable, several, none with numbers, axes unknown, damaged, NaN.

    Used in: 01.
    """
    file = check_file(path)
    found = mat_variables(file)
    chosen = _choose(found, name, file)
    where = f"{file}, variable {chosen}"
    variable = found[chosen]
    check_size(file, variable.shape, variable.bytes_each)
    with careful(file):
        array = check_values(variable.read(), where)
    array = array.astype(np.uint8) if array.dtype == bool else array
    array, letters = house_order(array, _axes(array, axes, where))
    channels = COLOURS if letters.endswith("c") and array.shape[-1] == 3 else ()
    size = check_scale(pixel_size, letters, where)
    return Picture(array, size, letters, channels, None, file.stem)


def mat_variables(path: Path) -> dict[str, Variable]:
    """The arrays of numbers in a .mat file, without reading them. Used in: 01."""
    start = first_bytes(path, 520)
    mend = "Save it again in MATLAB: save('file.mat', 'image')"
    with careful(path, mend):
        if HDF5 in (start[:8], start[512:520]):
            return _version_73(path)
        return _version_5(path)


def _version_5(path: Path) -> dict[str, Variable]:
    from scipy.io import loadmat, whosmat

    def reader(name: str) -> Callable[[], NDArray]:
        return lambda: loadmat(path, variable_names=[name])[name]

    return {
        name: Variable(tuple(shape), np.dtype(STORED.get(kind, kind)).itemsize, reader(name))
        for name, shape, kind in whosmat(path)
        if kind in NUMBERS
    }


def _version_73(path: Path) -> dict[str, Variable]:
    import h5py

    found = {}
    with h5py.File(path, "r") as file:
        for name, item in file.items():
            kind = item.attrs.get("MATLAB_class", b"")
            kind = kind.decode() if isinstance(kind, bytes) else str(kind)
            if isinstance(item, h5py.Dataset) and (kind in NUMBERS or not kind):
                logical = kind == "logical"
                reader = _hdf5_reader(path, name, logical)
                found[name] = Variable(item.shape[::-1], item.dtype.itemsize, reader)
    return found


def _hdf5_reader(path: Path, name: str, logical: bool) -> Callable[[], NDArray]:
    import h5py

    def read() -> NDArray:
        with h5py.File(path, "r") as file:
            array = np.asarray(file[name]).T
        return array.astype(bool) if logical else array

    return read


def _choose(found: dict[str, Variable], name: str | None, path: Path) -> str:
    shown = [f"{key} ({' x '.join(map(str, one.shape))})" for key, one in found.items()]
    if name is not None:
        if name not in found:
            has = f"It has {some(shown, 6)}" if shown else "It has no arrays of numbers"
            raise fault(path, f"has no array {name!r}", has)
        return name
    images = [key for key, one in found.items() if sum(side > 1 for side in one.shape) > 1]
    if not images:
        problem = "has no image, only numbers, text, cells or structures"
        raise fault(path, problem, "Save the image as an array of its own")
    if len(images) > 1:
        problem = f"has several arrays: {some(shown, 6)}"
        raise fault(path, problem, f"Choose one: read_mat(path, name={images[0]!r})")
    return images[0]


def _axes(array: NDArray, axes: str | None, where: str) -> str:
    if axes is not None:
        return check_axes(axes, array.shape, where)
    if array.ndim == 2:
        return "yx"
    if array.ndim == 3 and array.shape[2] == 3 and array.dtype == np.uint8:
        tell(where, "is taken for a colour picture; if its planes are no colours, give axes='yxz'")
        return "yxc"
    sides = " x ".join(map(str, array.shape))
    mend = f"Say it with axes={'yxz' if array.ndim == 3 else 'yxzt'!r} or the like"
    raise fault(where, f"is {sides} and does not say what its axes are", mend)
