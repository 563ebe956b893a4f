"""Readers of the text tables in `data/labels` that this course wrote itself."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from course_utils.files import repository_root

if TYPE_CHECKING:
    from course_utils.data.datasets import Nuclei

PHASES = ("interphase", "prometaphase", "metaphase", "anaphase", "telophase")
COLUMNS = ("frame", "label", "y", "x", "phase", "doubtful")


def read_phases(table: Path) -> list[dict[str, object]]:
    """Read and check a table of cell-cycle phases.

    Args:
        table: CSV file with at least the columns frame, label, y, x, phase, doubtful.

    Returns:
        One dict a nucleus with those keys, sorted by frame and label.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a column is missing, or a line is wrong (named by its number).

    Used in: 02.
    """
    if not table.exists():
        raise FileNotFoundError(f"{table} is missing. To get it back: git checkout {table}")
    with table.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if lacking:
            raise ValueError(f"{table} lacks the columns {', '.join(lacking)}")
        rows = [_phase_row(row, f"{table}, line {reader.line_num}") for row in reader]
    keys = {(row["frame"], row["label"]) for row in rows}
    if not rows or len(keys) < len(rows):
        raise ValueError(f"{table} is empty or names a nucleus (frame, label) twice")
    return sorted(rows, key=lambda row: (row["frame"], row["label"]))


def _phase_row(row: dict[str, str], where: str) -> dict[str, object]:
    if row["phase"] not in PHASES:
        raise ValueError(f"{where}: phase '{row['phase']}' is none of {', '.join(PHASES)}")
    if row["doubtful"] not in ("0", "1"):
        raise ValueError(f"{where}: doubtful must be 0 or 1, not '{row['doubtful']}'")
    try:
        numbers = {"frame": int(row["frame"]), "label": int(row["label"])}
        numbers |= {"y": float(row["y"]), "x": float(row["x"])}
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: frame, label, y and x must be numbers") from error
    return numbers | {"phase": row["phase"], "doubtful": row["doubtful"] == "1"}


def hela_fates(nuclei: "Nuclei") -> NDArray[np.int64]:
    """What became of the cell behind each interphase nucleus of the HeLa movie.

    A cell is followed while its nucleus is nobody else's nearest neighbour (`link_cells`).

    Args:
        nuclei: as `hela_nuclei` gives them.

    Returns:
        Shape (n,): 1 if the cell was seen in prometaphase or metaphase later in the movie, 0 if it
        was followed for at least 8 frames and never was, -1 for all others.

    Used in: 01.
    """
    fate = np.full(len(nuclei), -1)
    resting = nuclei.phase == PHASES[0]
    entering = np.isin(nuclei.phase, ("prometaphase", "metaphase"))
    for cell in np.unique(nuclei.cell):
        member = nuclei.cell == cell
        if (member & entering).any():
            start = nuclei.frame[member & entering].min()
            fate[member & resting & (nuclei.frame < start)] = 1
        elif member.sum() >= 8 and not nuclei.mitotic[member].any():
            fate[member & resting] = 0
    return fate


def hela_passes() -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """What the first and the second pass said of each HeLa nucleus, in the order of `hela_nuclei`.

    Returns:
        Two arrays of phase names, shape (3271,).

    Raises:
        FileNotFoundError: the table is missing.

    Used in: 01.
    """
    table = repository_root() / "data" / "labels" / "hela_phases.csv"
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: (int(row["frame"]), int(row["label"])))
    return np.array([row["pass1"] for row in rows]), np.array([row["pass2"] for row in rows])
