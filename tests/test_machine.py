import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils import machine

CORES = machine.available_cores({})


def control_group(root, own: str, files: dict[str, str]):
    """A machine whose /proc and /sys say these things."""
    for name, text in {"proc/self/cgroup": own, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(("limit", "cores"), [("1.0", 1), ("0.5", 1), ("", CORES), ("64", CORES)])
def test_a_hub_that_gives_one_core_is_believed(limit, cores):
    assert machine.available_cores({"CPU_LIMIT": limit}) == cores


@pytest.mark.parametrize(
    ("own", "files", "cores"),
    [
        ("0::/box\n", {"sys/fs/cgroup/box/cpu.max": "100000 100000\n"}, 1),
        ("0::/box\n", {"sys/fs/cgroup/box/cpu.max": "max 100000\n"}, 16),
        ("0::/a/box\n", {"sys/fs/cgroup/a/cpu.max": "250000 100000\n"}, 3),
        (
            "4:cpu,cpuacct:/box\n",
            {
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            1,
        ),
        (
            "4:cpu,cpuacct:/\n",
            {
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            16,
        ),
    ],
    ids=["version 2", "no limit", "limit above", "version 1", "version 1 without limit"],
)
def test_a_container_quota_counts_not_the_cores_of_its_host(
    tmp_path, monkeypatch, own, files, cores
):
    monkeypatch.setattr(machine, "_affinity", lambda: 16)
    assert machine.available_cores({}, control_group(tmp_path, own, files)) == cores


MEMINFO = {"proc/meminfo": "MemTotal:       16777216 kB\nMemFree: 1 kB\n"}
OLD_LIMIT = "sys/fs/cgroup/memory/memory.limit_in_bytes"


@pytest.mark.parametrize(
    ("own", "files", "environ", "megabytes"),
    [
        ("", {}, {}, 16384),
        ("", {}, {"MEM_LIMIT": "2147483648"}, 2048),
        ("", {}, {"MEM_LIMIT": "2G"}, 2048),
        ("0::/box\n", {"sys/fs/cgroup/box/memory.max": "1073741824\n"}, {}, 1024),
        ("0::/box\n", {"sys/fs/cgroup/box/memory.max": "max\n"}, {}, 16384),
        ("4:memory:/box\n", {OLD_LIMIT: "1073741824"}, {}, 1024),
        (
            "4:memory:/",
            {OLD_LIMIT: str(2**63 - 4096)},
            {},
            16384,
        ),
    ],
)
def test_the_least_of_all_memory_limits_counts(tmp_path, own, files, environ, megabytes):
    root = control_group(tmp_path, own, files | MEMINFO)
    assert machine.memory_limit_mb(environ, root) == megabytes


def test_memory_of_this_machine_is_known():
    assert not math.isnan(machine.memory_limit_mb())


CHILD = "import sys; block = b'x' * {}; print('there', flush=True); sys.stdin.read()"


def test_peak_memory_counts_children():
    before = machine.peak_memory_mb()
    code = CHILD.format(200 * 2**20)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        with_child = machine.peak_memory_mb()
        alone = machine.peak_memory_mb(child.pid)
        child.stdin.close()
    assert with_child - before > 200
    assert 200 < alone < 300


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a high-water mark for all")
def test_peak_memory_remembers_what_was_given_back():
    code = "block = b'x' * (200 * 2**20); del block; " + CHILD.format(1)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        peak = machine.peak_memory_mb(child.pid)
        child.stdin.close()
    assert peak > 200


def test_peak_memory_of_a_process_that_is_gone_is_zero():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert machine.peak_memory_mb(child.pid) == 0


def test_what_the_user_has_set_stays_as_it_is():
    environ = machine.lesson_environment({"CPU_LIMIT": "1", "OMP_NUM_THREADS": "7"})
    assert environ["OMP_NUM_THREADS"] == "7"
    assert environ["TF_NUM_INTRAOP_THREADS"] == "1"


def test_matrix_products_have_one_thread_unless_the_user_says_otherwise():
    assert machine.lesson_environment({})["OPENBLAS_NUM_THREADS"] == "1"
    assert machine.lesson_environment({"OPENBLAS_NUM_THREADS": "4"})["OPENBLAS_NUM_THREADS"] == "4"


def test_convolutions_are_fast_without_avx_512_unless_the_user_says_otherwise():
    assert machine.lesson_environment({})["TF_ENABLE_ONEDNN_OPTS"] == "1"
    chosen = {"TF_ENABLE_ONEDNN_OPTS": "0"}
    assert machine.lesson_environment(chosen)["TF_ENABLE_ONEDNN_OPTS"] == "0"


def test_a_shell_can_evaluate_the_lesson_environment(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1; echo oops")
    assert "export OMP_NUM_THREADS='1; echo oops'\n" in machine.shell_exports()


def test_an_import_can_be_loud_without_being_seen(capfd):
    with machine.quiet_import():
        os.write(2, b"no graphics card\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


BOUND = """
from course_utils.machine import bound_tensorflow
print(bound_tensorflow(), bound_tensorflow())
import tensorflow as tf
threads = tf.config.threading
print(threads.get_intra_op_parallelism_threads(), threads.get_inter_op_parallelism_threads())
"""


def test_tensorflow_gets_the_cores_that_there_are_and_says_nothing():
    said = subprocess.run(
        [sys.executable, "-c", BOUND],
        env=os.environ | {"CPU_LIMIT": "1"},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "1 1\n1 1\n"
    assert said.stderr == ""
