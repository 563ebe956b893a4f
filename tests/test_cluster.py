"""One process, threads and processes of a cluster: equal results, told errors, nothing lost."""

import os
import signal
import subprocess
import sys
import time
import types
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Lock

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile
from scipy import ndimage as ndi

from course_utils.__main__ import main
from course_utils.apply import segment_folder
from course_utils.cluster import (
    ClusterError,
    OneAtATime,
    connect,
    heard_warnings,
    map_images,
    segment_mosaic,
)


def bright(image: np.ndarray, diameter: float | None = None) -> np.ndarray:
    """Bright connected regions, in place of a network."""
    return ndi.label(image > 100)[0].astype(np.int32)


def field(seed: int, side: int = 24) -> np.ndarray:
    """Squares of 3 x 3 pixels, at most one in 6 x 6."""
    image = np.full((side, side), 10, np.uint8)
    for corner in np.argwhere(np.random.default_rng(seed).random((side // 6, side // 6)) < 0.5):
        image[tuple(slice(6 * c + 1, 6 * c + 4) for c in corner)] = 200
    return image


def fields(folder: Path, count: int) -> Path:
    folder.mkdir()
    for k in range(count):
        iio.imwrite(folder / f"field{k:04d}.png", field(k))
    return folder


def outputs(out: Path) -> dict[str, bytes]:
    """Pixels or text of every file below a folder, half-written ones too; a TIFF has a new UUID."""
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(out)): (
            tifffile.imread(path).tobytes() if path.suffix == ".tif" else path.read_bytes()
        )
        for path in files
    }


@pytest.fixture
def stored(monkeypatch):
    """The command without TensorFlow."""
    module = types.ModuleType("course_utils.models.stored")
    module.segment_nuclei, module.load_network = bright, lambda: None
    monkeypatch.setitem(sys.modules, "course_utils.models.stored", module)
    monkeypatch.setattr("course_utils.models.stored", module, raising=False)


@pytest.fixture(scope="module")
def threads():
    from distributed import Client

    with Client(processes=False, threads_per_worker=4, dashboard_address=None) as client:
        yield client


def test_images_come_back_in_order_and_an_error_in_its_place(threads):
    def late(n):
        time.sleep(0.02 * (4 - n))
        return 12 // n

    for client in (None, threads):
        found = map_images(late, [1, 2, 0, 4], client, progress=False)
        assert found[:2] + found[3:] == [12, 6, 3]
        assert isinstance(found[2], ZeroDivisionError)


def test_threads_share_one_network_and_need_not_pickle_it(threads):
    network = Lock()
    found = map_images(lambda _: id(network), range(6), threads, progress=False)
    assert set(found) == {id(network)}


def test_a_network_is_called_by_one_thread_at_a_time(threads):
    inside = []

    def predict(_):
        inside.append(1)
        time.sleep(0.01)
        alone = len(inside) == 1
        inside.pop()
        return alone

    assert all(map_images(OneAtATime(predict), range(8), threads, progress=False))


def test_a_mosaic_has_the_same_labels_from_a_cluster(threads):
    image = field(1, 180)
    alone, shared = (
        segment_mosaic(bright, image, client, tile=64, margin=8, multiple=4, progress=False)
        for client in (None, threads)
    )
    assert alone.max() == bright(image).max() > 300
    np.testing.assert_array_equal(alone, shared)


def test_an_error_in_a_tile_is_raised_not_hidden(threads):
    def fails(piece):
        raise RuntimeError("tile without light")

    with pytest.raises(RuntimeError, match="without light"):
        segment_mosaic(fails, field(1, 180), threads, 64, 8, 4, progress=False)


def test_a_mosaic_does_not_lie_in_the_cluster_as_a_whole(threads):
    """All tiles sent at once would need the memory that tiles are there to spare."""
    given, taken = [], []

    class Film:
        shape = (640, 640)

        def __getitem__(self, where):
            given.append(len(given) - 2 * len(taken))
            return np.zeros((64, 64), np.uint8)

    def segment(piece):
        taken.append(1)
        return np.zeros(piece.shape, np.int32)

    segment_mosaic(segment, Film(), threads, 64, 0, 4, progress=False)
    assert len(taken) == 100
    assert max(given) < 20


def test_a_folder_has_the_same_outputs_from_a_cluster(threads, tmp_path):
    place = fields(tmp_path / "images", 12)
    (place / "field0003.png").write_bytes(b"not an image")
    runs = [
        segment_folder(place, tmp_path / name, bright, progress=False, client=client)
        for name, client in (("alone", None), ("shared", threads))
    ]
    assert outputs(tmp_path / "alone") == outputs(tmp_path / "shared")
    objects = sum(int(bright(field(k)).max()) for k in range(12) if k != 3)
    wanted = (11, objects, ["field0003"])
    assert [(run.images, run.objects, list(run.errors)) for run in runs] == [wanted] * 2
    assert runs[0].told == runs[1].told


@pytest.mark.slow
def test_processes_of_a_cluster_give_the_same_and_a_dead_one_costs_one_file(tmp_path):
    from distributed import Client, LocalCluster

    place = fields(tmp_path / "images", 8)
    alone = segment_folder(place, tmp_path / "alone", bright, progress=False)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        shared = segment_folder(place, tmp_path / "shared", bright, progress=False, client=client)
        found = map_images(_deadly, range(6), client, progress=False)
    assert outputs(tmp_path / "alone") == outputs(tmp_path / "shared")
    assert alone.objects == shared.objects
    assert found[:3] + found[4:] == [0, 1, 2, 4, 5] and "Killed" in type(found[3]).__name__


def _deadly(n: int) -> int:
    if n == 3:
        os._exit(1)
    return n


def test_warnings_of_two_threads_are_not_mixed():
    """`warnings.catch_warnings` gives the warning of one thread to another."""
    together = Barrier(2, timeout=5)

    def warn(name):
        with heard_warnings() as heard:
            together.wait()
            warnings.warn(name, stacklevel=1)
            together.wait()
        return [str(each) for each in heard]

    before = warnings.showwarning, list(warnings.filters)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(warn, ["a", "b"])) == [["a"], ["b"]]
    assert (warnings.showwarning, list(warnings.filters)) == before


def test_a_warning_outside_is_not_heard():
    with pytest.warns(UserWarning, match="outside"):
        with heard_warnings() as heard:
            warnings.warn("inside", stacklevel=1)
        warnings.warn("outside", stacklevel=1)
    assert [str(each) for each in heard] == ["inside"]


def test_a_live_scheduler_is_reached_by_its_address():
    from distributed import LocalCluster

    how = dict(n_workers=1, processes=False, protocol="tcp", dashboard_address=None)
    with LocalCluster(**how) as cluster, connect(cluster.scheduler_address) as client:
        assert map_images(str, [1, 2], client, progress=False) == ["1", "2"]


def test_a_cluster_without_workers_is_told(monkeypatch):
    from distributed import Client, LocalCluster

    monkeypatch.setattr("course_utils.cluster.WAIT", 1)
    how = dict(n_workers=0, processes=False, protocol="tcp", dashboard_address=None)
    with LocalCluster(**how) as cluster:
        with pytest.raises(ClusterError, match="no Dask scheduler with a worker"):
            connect(cluster.scheduler_address)
        with Client(cluster) as client, pytest.raises(ClusterError, match="no worker left"):
            segment_mosaic(bright, np.zeros((2048, 2048)), client, progress=False)


@pytest.mark.usefixtures("stored")
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("course_utils.cluster.WAIT", 0.3)
    for address in ("tcp://127.0.0.1:9", "nowhere at all"):
        with pytest.raises(ClusterError, match=f"at {address}: start one with"):
            connect(address)
    words = ["apply", "segment", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main([*words, "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "no Dask scheduler" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("stored")
def test_of_a_thousand_images_with_three_broken_997_are_done_and_three_named(tmp_path, capsys):
    place, broken = fields(tmp_path / "images", 1000), ("field0007", "field0500", "field0999")
    for name, content in zip(broken, (b"", b"not an image", None), strict=True):
        file = place / f"{name}.png"
        file.write_bytes(file.read_bytes()[:60] if content is None else content)
    out = tmp_path / "out"
    assert main(["apply", "segment", str(place), "--out", str(out)]) == 1
    told = capsys.readouterr().out
    assert "997 images" in told and len(list((out / "labels").iterdir())) == 997
    assert [line.split(":")[1].strip() for line in told.splitlines() if "not done" in line] == [
        *broken
    ]


SLOWLY = """
import sys, time
sys.path.insert(0, {tests!r})
from test_cluster import bright, segment_folder
def slowly(image, diameter):
    time.sleep(0.004)
    return bright(image)
segment_folder({place!r}, {out!r}, slowly, progress=False)
print("ended", flush=True)
"""


def _notes(out: Path) -> list[Path]:
    return [p for p in out.glob("finished/*.json") if not p.name.startswith(".")]


def _start(place: Path, out: Path) -> subprocess.Popen:
    code = SLOWLY.format(tests=str(Path(__file__).parent), place=str(place), out=str(out))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_run_killed_at_random_moments_ends_as_one_left_alone(tmp_path):
    place, out = fields(tmp_path / "images", 150), tmp_path / "out"
    segment_folder(place, tmp_path / "undisturbed", bright, progress=False)
    rng, counts = np.random.default_rng(), [0]
    for _ in range(4):
        with _start(place, out) as run:
            while run.poll() is None and len(_notes(out)) <= counts[-1]:
                time.sleep(0.01)
            time.sleep(rng.uniform(0, 0.3))
            run.send_signal(signal.SIGKILL)
        counts.append(len(_notes(out)))
        for note in _notes(out):
            assert (out / "labels" / f"{note.stem}.tif").exists()
    with _start(place, out) as run:
        assert run.communicate()[0].endswith("ended\n")
    assert counts == sorted(set(counts)) and counts[-1] < 150
    assert outputs(out) == outputs(tmp_path / "undisturbed")


def test_what_a_killed_run_left_half_written_is_removed(tmp_path):
    place, out = fields(tmp_path / "images", 2), tmp_path / "out"
    for folder in ("labels", "finished", "."):
        (out / folder).mkdir(parents=True, exist_ok=True)
        (out / folder / ".field0000.tif.4711.part").write_bytes(b"half")
    segment_folder(place, out, bright, progress=False)
    assert not list(out.rglob("*.part"))
