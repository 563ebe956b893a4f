"""Where the course's own files stand, how its tables are read, and how files are written whole."""

import csv
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MARK = ".course_results"


def repository_root() -> Path:
    """Folder of the checkout, the one that holds `notebooks/` and `data/`.

    Raises:
        FileNotFoundError: the package was installed without its checkout.

    Used in: 00.
    """
    root = Path(__file__).resolve().parents[1]
    if not (root / "data" / "shelf.toml").exists():
        raise FileNotFoundError(
            f"{root / 'data' / 'shelf.toml'} is missing: course_utils works inside its checkout. "
            "Clone the course again and run `make lab` in it."
        )
    return root


def read_toml(path: Path) -> dict:
    """Read a TOML file; ValueError names the file if it is damaged. Used in: 00."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from error


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary name beside `path` that takes its place only if all was written.

    The folder is made if it is missing. Used in: 02, 07.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        _put(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_table(path: Path, columns: Sequence[str], rows: Sequence[dict]) -> Path:
    """Write rows as a CSV table, whole or not at all. Used in: 07, 08, 09."""
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)
    return path


def _put(part: Path, path: Path) -> None:
    try:
        os.replace(part, path)
    except PermissionError as error:
        raise PermissionError(
            f"{path} cannot be replaced: another program holds it open (Excel does so), or it may "
            "not be written. Close it there and run again; what is finished is not repeated"
        ) from error


def writable(error: object) -> str:
    """What an error or a file's name says, as text that can be written down.

    Bytes of another alphabet, as old ZIP files hold them in names, become words such as \\udcb5.
    Used in: 07.
    """
    said = str(error) or type(error).__name__
    return said.encode("utf-8", "backslashreplace").decode()


def take_folder(place: Path, out: Path, names: Sequence[str]) -> None:
    """Make a folder for results and mark it, unless it holds files of somebody else.

    Args:
        place: a folder of images, or one image.
        out: folder for the results.
        names: of the folders in `out` that will be written to.

    Raises:
        ValueError: images lie where results would go, or other files do.
        OSError: `out` cannot be written.

    Used in: 07, 08, 09.
    """
    home, whole = (place.parent if place.is_file() else place).resolve(), out.resolve()
    if home in (whole, *(whole / name for name in names)):
        raise ValueError(f"{out} holds the images: choose another folder for the results")
    full = [name for name in names if any(_shown(out / name))]
    if full and not (out / MARK).exists():
        raise ValueError(
            f"{out / full[0]} holds files that are no results of this course: choose another "
            "folder for the results"
        )
    if names:
        out.mkdir(parents=True, exist_ok=True)
        (out / MARK).touch()


def _shown(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*") if not path.name.startswith("."))
