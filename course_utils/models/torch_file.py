"""Arrays out of a PyTorch weights file, without PyTorch and without running what the file says.

A `.pth` file is a pickle, and a pickle is a little program: opened with `pickle.load` it may call
anything on your machine. This reader knows the six names that a table of arrays needs and refuses
every other one.

Both formats are read. Old: four pickles (magic number, version, machine, table), a list of keys,
then a count (int64) and the raw numbers of each. New: a zip file with `data.pkl` and one file of
raw numbers a key.

Source: torch/serialization.py and torch/_utils.py of PyTorch 2 (BSD-3-Clause); own code.
"""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
STORAGES = {
    "DoubleStorage": np.dtype("<f8"),
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ByteStorage": np.dtype("u1"),
}


class WeightsError(ValueError):
    """A weights file cannot be used; the message says why and what to do."""


@dataclass
class Storage:
    """A row of numbers that several tensors may look into; filled when its bytes are read."""

    dtype: np.dtype
    count: int
    numbers: NDArray | None = None


@dataclass(frozen=True)
class Window:
    """A tensor: which numbers of a storage it takes, in which order."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> NDArray:
        """A copy of the numbers; WeightsError if they lie outside the storage."""
        steps = [(n - 1) * step for n, step in zip(self.shape, self.strides, strict=True)]
        last = self.offset + sum(steps)
        whole = (self.offset, *self.shape, *self.strides)
        if min(whole) < 0 or (0 not in self.shape and last >= self.storage.count):
            raise WeightsError("a tensor points outside its numbers: the file is damaged")
        numbers, size = self.storage.numbers[self.offset :], self.storage.dtype.itemsize
        strides = [step * size for step in self.strides]
        return np.lib.stride_tricks.as_strided(numbers, self.shape, strides).copy()


def read_torch(data: bytes) -> dict[str, NDArray]:
    """Names and arrays of a PyTorch state dict.

    Args:
        data: content of a `.pth` or `.pt` file in the old or the zip format.

    Returns:
        Name -> array in the file's own order of axes and type.

    Raises:
        WeightsError: the file asks for anything but arrays, is cut short, or is no such file.

    Used in: 04.
    """
    try:
        table = _read_zip(data) if zipfile.is_zipfile(io.BytesIO(data)) else _read_old(data)
        return {name: window.array() for name, window in table.items() if _is_array(name, window)}
    except WeightsError:
        raise
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        raise WeightsError(
            f"this is no whole PyTorch weights file ({problem}). Fetch it again."
        ) from error


class _Reader(pickle.Unpickler):
    """An unpickler that can make tables of tensors and nothing else."""

    def __init__(self, file: io.BytesIO, storage: Callable[..., Storage]) -> None:
        super().__init__(file)
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _window
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda window, *_: window
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise WeightsError(
            f"the file asks for {module}.{name}, which no table of weights needs. It was not run. "
            "Do not open this file with pickle or torch.load; get it from its maker."
        )

    def persistent_load(self, key: tuple) -> Storage:
        kind, dtype, name, _, count, *view = key
        if kind != "storage" or not isinstance(dtype, np.dtype) or any(view):
            raise WeightsError(f"the file holds a {kind!r} that this reader does not know")
        return self._storage(str(name), dtype, int(count))


def _window(storage: Storage, offset: int, shape: tuple, strides: tuple, *_: Any) -> Window:
    return Window(storage, offset, tuple(shape), tuple(strides))


def _is_array(name: Any, value: Any) -> bool:
    if not isinstance(name, str) or not isinstance(value, Window):
        raise WeightsError(f"{name!r} is no named array: save model.state_dict(), not the model")
    return True


def _read_old(data: bytes) -> dict[str, Window]:
    file, storages = io.BytesIO(data), {}

    def storage(name: str, dtype: np.dtype, count: int) -> Storage:
        return storages.setdefault(name, Storage(dtype, count))

    if _Reader(file, storage).load() != MAGIC or _Reader(file, storage).load() != VERSION:
        raise WeightsError("this is no PyTorch weights file: it begins with another mark")
    machine, table, keys = (_Reader(file, storage).load() for _ in range(3))
    if not machine.get("little_endian", True):
        raise WeightsError("the file was written on a big-endian machine; save it again on yours")
    for key in keys:
        count = int(np.frombuffer(file.read(8), "<i8", 1)[0])
        _fill(storages[str(key)], file.read(count * storages[str(key)].dtype.itemsize), count)
    return table


def _read_zip(data: bytes) -> dict[str, Window]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        main = next((name for name in names if name.endswith("/data.pkl")), None)
        if main is None:
            raise WeightsError("this zip file holds no data.pkl: it is no PyTorch weights file")
        root, storages = main.removesuffix("data.pkl"), {}
        if f"{root}byteorder" in names and archive.read(f"{root}byteorder") != b"little":
            raise WeightsError("the file was written on a big-endian machine; save it on yours")

        def storage(name: str, dtype: np.dtype, count: int) -> Storage:
            if name not in storages:
                storages[name] = Storage(dtype, count)
                _fill(storages[name], archive.read(f"{root}data/{name}"), count)
            return storages[name]

        return _Reader(io.BytesIO(archive.read(main)), storage).load()


def _fill(storage: Storage, raw: bytes, count: int) -> None:
    if count != storage.count or len(raw) != count * storage.dtype.itemsize:
        raise WeightsError("the file ends too early or was changed: fetch it again")
    storage.numbers = np.frombuffer(raw, storage.dtype)
