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
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_table(path: Path, columns: Sequence[str], rows: Sequence[dict]) -> Path:
    """Write rows as a CSV table, whole or not at all. Used in: 07, 08, 09."""
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)
    return path


def check_apart(place: Path, out: Path) -> None:
    """Raise ValueError if results would go into the folder of the images. Used in: 07, 08, 09."""
    if out.resolve() == place.resolve():
        raise ValueError(f"{out} holds the images: choose another folder for the results")
