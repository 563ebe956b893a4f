"""Readers of the text tables in `data/labels` that this course wrote itself."""

import csv
from pathlib import Path

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
