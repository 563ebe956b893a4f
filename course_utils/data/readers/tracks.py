"""The text table of a Cell Tracking Challenge folder: one line a track, L B E P."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.readers.errors import careful, fault, some
from course_utils.data.readers.folders import check_file

MEND = "Each line is: track begin end parent, four whole numbers, parent 0 for none"


def read_lineage(path: str | Path) -> NDArray[np.int64]:
    """Read man_track.txt or res_track.txt.

    Args:
        path: the text file; empty lines are skipped, a file of empty lines has no track.

    Returns:
        Rows of track, begin, end, parent (0: none), shape (n, 4), sorted by track.

    Raises:
        ReadError: a line is no four whole numbers, begins after its end, or names a track twice.

    Used in: 08.
    """
    file = check_file(path)
    with careful(file, "Save it as plain text"):
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    rows = [
        _row(line, f"{file}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    lineage = np.array(sorted(rows), np.int64).reshape(-1, 4)
    tracks, count = np.unique(lineage[:, 0], return_counts=True)
    if (count > 1).any():
        twice = some([str(track) for track in tracks[count > 1]])
        raise fault(file, f"names the tracks {twice} twice", "Give each track one line")
    return lineage


def write_lineage(path: Path, lineage: NDArray[np.integer]) -> None:
    """Write rows of track, begin, end, parent as man_track.txt or res_track.txt. Used in: 08."""
    lines = [" ".join(str(int(value)) for value in row) for row in lineage]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def check_lineage(masks: NDArray, lineage: NDArray, path: Path, first: int = 0) -> None:
    """Refuse a lineage that does not fit its masks, or that no cells can have.

    Args:
        masks: track ids; only which ids stand in which frame counts, see `present`.
        lineage: rows of track, begin, end, parent; frames count from 0.
        path: the table, for messages.
        first: number of the first frame in the folder.

    Used in: 08.
    """
    from course_utils.data.lineage import lineage_faults

    if found := lineage_faults(masks, lineage):
        counted = f" (frames counted from {first})" if first else ""
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        problem = f"does not fit its masks: {found[0].rstrip('.')}{more}{counted}"
        raise fault(path, problem, "Correct the table or the masks, they must agree")


def present(ids: list[NDArray]) -> NDArray[np.int64]:
    """Ids of each frame as a tiny movie (t, 1, n), all that a lineage is checked against.

    Args:
        ids: for each frame the ids in it, without 0.

    Used in: 08.
    """
    widest = max(map(len, ids), default=0)
    return np.stack([np.pad(each, (0, widest - len(each)))[None] for each in ids]).astype(np.int64)


def shift_lineage(lineage: NDArray[np.int64], first: int, last: int) -> NDArray[np.int64]:
    """The tracks of frames first to last, with frames counted from first.

    Tracks are cut at both ends; a parent that lies outside becomes 0. Used in: 08.
    """
    kept = lineage[(lineage[:, 1] <= last) & (lineage[:, 2] >= first)].copy()
    kept[:, 1:3] = np.clip(kept[:, 1:3], first, last) - first
    kept[~np.isin(kept[:, 3], kept[:, 0]), 3] = 0
    return kept


def _row(line: str, where: str) -> list[int]:
    words = line.split()
    if len(words) != 4:
        raise fault(where, f"has {len(words)} columns: {line.strip()[:60]!r}", MEND)
    try:
        row = [int(word) for word in words]
    except ValueError:
        raise fault(where, f"holds {line.strip()[:60]!r}", MEND) from None
    track, begin, end, parent = row
    if track < 1 or begin < 0 or parent < 0:
        raise fault(where, f"has a number below its least: {line.strip()!r}", MEND)
    if begin > end:
        problem = f"has track {track} begin at {begin}, after its end at {end}"
        raise fault(where, problem, MEND)
    return row
