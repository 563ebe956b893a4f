"""Reading PyTorch files without PyTorch: right numbers, and nothing is ever run."""

import io
import os
import pickle
import sys
import zipfile
from collections import OrderedDict
from types import ModuleType

import numpy as np
import pytest

from course_utils.data.shelf import read_bytes
from course_utils.models.torch_file import MAGIC, VERSION, WeightsError, read_torch

NUMBERS = np.arange(24, dtype="<f4")
RAW = NUMBERS.tobytes()


class Tensor:
    """Pickled as PyTorch pickles a tensor: storage, offset, shape, strides."""

    def __init__(self, *window):
        self.window = window

    def __reduce__(self):
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        return rebuild, (*self.window, False, OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if not isinstance(value, str) or not value.startswith("storage:"):
            return None
        storage = sys.modules["torch"].FloatStorage
        return "storage", storage, value.removeprefix("storage:"), "cpu", len(NUMBERS), None


@pytest.fixture(autouse=True)
def torch(monkeypatch):
    """Just enough of PyTorch to write a file; nothing that could read one."""
    main, utils = ModuleType("torch"), ModuleType("torch._utils")
    main.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})

    def _rebuild_tensor_v2():
        raise AssertionError("the reader has called PyTorch")

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", main)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def pickled(value) -> bytes:
    file = io.BytesIO()
    Pickler(file, protocol=2).dump(value)
    return file.getvalue()


def old_file(table, machine=None) -> bytes:
    machine = machine or {"little_endian": True}
    parts = [pickled(part) for part in (MAGIC, VERSION, machine, table, ["7"])]
    return b"".join(parts) + np.int64(len(NUMBERS)).tobytes() + RAW


def zip_file(table, raw=RAW, name="net/data.pkl") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, pickled(table))
        archive.writestr("net/data/7", raw)
    return file.getvalue()


WHOLE = OrderedDict(a=Tensor("storage:7", 0, (4, 6), (6, 1)))
FORMATS = pytest.mark.parametrize("write", [old_file, zip_file])


@FORMATS
def test_a_plain_tensor_comes_back(write):
    found = read_torch(write(WHOLE))
    assert list(found) == ["a"] and found["a"].dtype == np.float32
    np.testing.assert_array_equal(found["a"], NUMBERS.reshape(4, 6))


@FORMATS
def test_strides_and_offset_are_honoured(write):
    table = OrderedDict(
        turned=Tensor("storage:7", 0, (6, 4), (1, 6)), part=Tensor("storage:7", 10, (2,), (3,))
    )
    found = read_torch(write(table))
    np.testing.assert_array_equal(found["turned"], NUMBERS.reshape(4, 6).T)
    np.testing.assert_array_equal(found["part"], [10, 13])


def test_arrays_are_copies_that_may_be_written_to():
    found = read_torch(old_file(OrderedDict(a=WHOLE["a"], b=WHOLE["a"])))
    found["a"][:] = 0
    np.testing.assert_array_equal(found["b"], NUMBERS.reshape(4, 6))


class Shell:
    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return os.system, (f"echo harm > {self.target}",)


@FORMATS
def test_a_file_that_would_run_a_command_is_refused_and_does_not_run_it(write, tmp_path):
    target = tmp_path / "harm"
    with pytest.raises(WeightsError, match=r"system.*not run"):
        read_torch(write(OrderedDict(a=Shell(target))))
    assert not target.exists()


@pytest.mark.parametrize("call", [eval, getattr, __import__, open])
def test_no_builtin_is_reachable(call):
    class Trap:
        def __reduce__(self):
            return call, ("1",)

    with pytest.raises(WeightsError, match="not run"):
        read_torch(old_file(Trap()))


def test_a_command_in_the_place_of_the_magic_number_is_refused(tmp_path):
    target = tmp_path / "harm"
    with pytest.raises(WeightsError):
        read_torch(pickle.dumps(Shell(target)))
    assert not target.exists()


@pytest.mark.parametrize("keep", [0, 1, 30, -1, -8, -97])
def test_a_file_cut_short_is_an_error_that_says_so(keep):
    with pytest.raises(WeightsError):
        read_torch(old_file(WHOLE)[:keep])


def test_a_zip_file_with_too_few_numbers_is_an_error():
    with pytest.raises(WeightsError, match="early"):
        read_torch(zip_file(WHOLE, raw=NUMBERS[:5].tobytes()))


@pytest.mark.parametrize(
    "window",
    [(0, (4, 7), (7, 1)), (20, (5,), (1,)), (-1, (2,), (1,)), (0, (2,), (-1,))],
)
def test_a_tensor_that_points_outside_its_numbers_is_refused(window):
    with pytest.raises(WeightsError, match="outside"):
        read_torch(old_file(OrderedDict(a=Tensor("storage:7", *window))))


def test_other_files_are_refused_in_words():
    for data in (b"", b"hello", b"PK\x03\x04", zip_file(WHOLE, name="other.txt")):
        with pytest.raises(WeightsError):
            read_torch(data)


def test_a_big_endian_file_is_not_read_as_if_it_were_little():
    with pytest.raises(WeightsError, match="big-endian"):
        read_torch(old_file(WHOLE, {"little_endian": False}))


def test_a_whole_model_instead_of_its_weights_is_refused():
    with pytest.raises(WeightsError, match="state_dict"):
        read_torch(zip_file(OrderedDict(WHOLE, b=3)))


def test_the_file_on_the_shelf_holds_mobilenet():
    found = read_torch(read_bytes("imagenet_mobilenet_v2"))
    weights = {k: v for k, v in found.items() if not k.endswith("num_batches_tracked")}
    assert sum(array.size for array in weights.values()) == 3_538_984
    assert found["classifier.1.weight"].shape == (1000, 1280)
    assert all(np.isfinite(array).all() for array in weights.values())
