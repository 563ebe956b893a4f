"""What lies in a folder: pictures in counting order, without what systems hide there."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from unicodedata import normalize

from course_utils.data.readers.errors import ReadError, careful, fault, missing, some

TIFF = (".tif", ".tiff")
PICTURES = (*TIFF, ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".jp2", ".pgm", ".ppm")
VENDOR = {
    ".czi", ".lif", ".nd2", ".oib", ".oif", ".vsi", ".lsm", ".ims", ".zvi", ".dv", ".svs",
    ".ndpi", ".mrxs", ".scn", ".stk", ".lof", ".flex", ".r3d", ".sld", ".zarr", ".h5", ".hdf5",
    ".npy", ".npz", ".dcm", ".nii", ".heic", ".avi", ".mp4", ".mov", ".pdf",
}  # fmt: skip
HIDDEN = re.compile(r"\.|thumbs\.db$|desktop\.ini$|__macosx$|ehthumbs", re.IGNORECASE)
MOST_BYTES = 2**30


def check_folder(folder: str | Path) -> Path:
    """The folder as a Path; ReadError if it is missing, a file, or forbidden. Used in: 01."""
    path = Path(folder).expanduser()
    with careful(path):
        if not path.exists():
            raise missing(path)
        if not path.is_dir():
            raise fault(
                path, "is a file, not a folder", f"Give the folder it lies in: {path.parent}"
            )
        os.scandir(path).close()
    return path


def check_file(file: str | Path) -> Path:
    """The file as a Path; ReadError if it is missing, a folder, empty or forbidden. Used in: 01."""
    path = Path(file).expanduser()
    with careful(path):
        if path.is_dir():
            raise fault(path, "is a folder, not a file", f"Read it with from_folder({str(path)!r})")
        if path.stat().st_size == 0:
            raise fault(path, "is empty, it has 0 bytes", "Copy it again from its source")
    return path


def first_bytes(path: Path, count: int = 32) -> bytes:
    """The beginning of a file, by which its kind is known. Used in: 01."""
    with careful(path), path.open("rb") as file:
        return file.read(count)


def entries(folder: Path) -> list[Path]:
    """All that lies in a folder, in counting order (t2 before t10), without hidden files.

    Used in: 01.
    """
    return _listed(folder, lambda entry: True)


def subfolders(folder: Path) -> list[Path]:
    """The folders in a folder, in counting order. Used in: 01."""
    return _listed(folder, lambda entry: entry.is_dir())


def pictures(folder: Path, endings: tuple[str, ...] = PICTURES) -> list[Path]:
    """The files in a folder whose ending, in any case, is that of a picture. Used in: 01."""
    return _listed(
        folder, lambda entry: entry.name.lower().endswith(endings) and not entry.is_dir()
    )


def need_pictures(folder: Path) -> list[Path]:
    """The pictures of a folder; ReadError says what lies there instead. Used in: 01."""
    found = pictures(folder)
    if not found:
        raise nothing_found(folder)
    return found


def nothing_found(folder: Path) -> ReadError:
    """The ReadError for a folder in which nothing can be read. Used in: 01."""
    files = [path for path in entries(folder) if not path.is_dir()]
    inside = subfolders(folder)
    if not files and not inside:
        return fault(folder, "is empty", "Check that this is the folder you mean")
    kinds = Counter(path.suffix.lower() or "no ending" for path in files)
    seen = [f"{count:,} {kind}" for kind, count in kinds.most_common(3)]
    seen += [f"{len(inside)} folders ({some([path.name for path in inside])})"] if inside else []
    mend = f"Pictures end in {', '.join(PICTURES[:5])} or .mat"
    if vendor := sorted(VENDOR & set(kinds)):
        mend = f"Open the {vendor[0]} files in Fiji (Bio-Formats) and save them as OME-TIFF"
    return fault(folder, f"holds no picture, only {', '.join(seen)}", mend)


def counting_key(name: str) -> tuple:
    """Sort key by which frame 2 comes before frame 10. Used in: 01."""
    parts = re.split(r"(\d+)", name.lower())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def stem(path: Path) -> str:
    """A file's name without its ending, be it .tif or .ome.tif.

    Letters with accents, which macOS writes as two signs, become one. Used in: 01.
    """
    name = normalize("NFC", path.stem)
    return name[:-4] if name.lower().endswith(".ome") else name


def unique_stems(paths: Iterable[Path]) -> dict[str, Path]:
    """Stem -> path; ReadError if two pictures differ only in their ending. Used in: 01."""
    return unique({path: stem(path) for path in paths}, "differ only in their endings")


def unique(keys: dict[Path, str], how: str) -> dict[str, Path]:
    """Key -> path; ReadError names two paths that share a key. Used in: 01."""
    shared = defaultdict(list)
    for path, key in keys.items():
        shared[key].append(path)
    for key, paths in shared.items():
        if len(paths) > 1:
            raise fault(
                paths[0].parent,
                f"has two files for {key!r}: {some([path.name for path in paths])} {how}",
                "Move all but one of them elsewhere",
            )
    return {key: paths[0] for key, paths in shared.items()}


def _listed(folder: Path, wanted: Callable[[os.DirEntry], bool]) -> list[Path]:
    with careful(folder), os.scandir(folder) as listing:
        found = [one for one in listing if wanted(one) and not HIDDEN.match(one.name)]
    return [Path(one.path) for one in sorted(found, key=lambda one: counting_key(one.name))]


def check_size(path: Path, shape: tuple[int, ...], bytes_each: int, mend: str = "") -> None:
    """Refuse what would take more than MOST_BYTES of memory, before it is read. Used in: 01."""
    total = bytes_each
    for side in shape:
        total *= int(side)
    if total > MOST_BYTES:
        sides = " x ".join(map(str, shape))
        raise fault(
            path,
            f"says it holds {sides} values, {total / 2**30:,.1f} GB, more than the "
            f"{MOST_BYTES / 2**30:.1f} GB that fit beside a lesson",
            mend or "If that is right, cut it into parts; if not, the file is damaged",
        )
