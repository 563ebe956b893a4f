"""Write a tracked movie as a Cell Tracking Challenge folder that any of its tools can read."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import Movie
from course_utils.data.readers.convert import ids_in, to_labels, to_uint
from course_utils.data.readers.ctc import LAYOUTS
from course_utils.data.readers.errors import careful, fault
from course_utils.data.readers.records import TrackedMovie
from course_utils.data.readers.tracks import check_lineage, present, write_lineage


def write_ctc(
    folder: str | Path,
    movie: Movie | TrackedMovie,
    lineage: NDArray[np.integer],
    sequence: str = "01",
    masks: str = "RES",
    images: bool = True,
) -> Path:
    """Write images, masks and lineage as 01/t000.tif, 01_RES/mask000.tif and res_track.txt.

    Args:
        folder: made if it is missing; what lies in it stays, nothing is overwritten.
        movie: masks are track ids, (t, y, x) or (t, z, y, x), at most 65,535.
        lineage: rows of track, begin, end, parent (0: none), frames from 0, shape (n, 4).
        sequence: "01" or "02".
        masks: "RES" for a result, "TRA" for a truth (01_GT/TRA/man_track.txt).
        images: write the images too, as uint8 or uint16.

    Returns the folder with the masks.

    Raises:
        ReadError: lineage and masks disagree, values do not fit, or files are there already.

    Used in: 08.
    """
    root, layout = Path(folder).expanduser(), LAYOUTS[masks]
    place = root / f"{sequence}{layout.folder}"
    lineage = _checked(movie, lineage, place / str(layout.table))
    targets = [place, root / sequence] if images else [place]
    _check_free(targets)
    with careful(root, "Choose a folder that you may write to"):
        for target in targets:
            target.mkdir(parents=True, exist_ok=True)
        for t, frame in enumerate(movie.masks):
            _write(place, layout.prefix, t, to_uint(frame, 16, "the masks"), movie)
        for t, frame in enumerate(movie.images if images else ()):
            _write(root / sequence, "t", t, _storable(frame), movie)
        write_lineage(place / str(layout.table), lineage)
    return place


def _check_free(targets: list[Path]) -> None:
    for target in targets:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise fault(target, "has files already", "Choose another folder, or empty this one")


def _checked(movie: Movie | TrackedMovie, lineage: NDArray, table: Path) -> NDArray[np.int64]:
    rows = np.asarray(lineage)
    if rows.dtype.kind not in "iu" or rows.ndim != 2 or rows.shape[1] != 4:
        problem = f"needs rows of four whole numbers, not {rows.dtype} {rows.shape}"
        raise fault("lineage", problem, "Each row is track, begin, end, parent")
    frames = range(len(movie))
    ids = [ids_in(to_labels(movie.masks[t], f"the masks of frame {t}")) for t in frames]
    rows = rows.astype(np.int64)
    check_lineage(present(ids), rows, table)
    return rows[np.argsort(rows[:, 0], kind="stable")]


def _storable(frame: NDArray) -> NDArray:
    return frame if frame.dtype == np.uint8 else to_uint(frame, 16, "the images")


def _write(folder: Path, prefix: str, t: int, frame: NDArray, movie: Movie | TrackedMovie) -> None:
    import tifffile

    digits = max(3, len(str(len(movie) - 1)))
    axes = "YX" if frame.ndim == 2 else "ZYX"
    path = folder / f"{prefix}{t:0{digits}d}.tif"
    tifffile.imwrite(path, frame, compression="zlib", metadata={"axes": axes})
