"""Where the course's own files stand, and how its text tables are read."""

import sys
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
