"""What `from_folder` found: a small table to look at, and records that are read when asked for."""

import html
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.data.readers.convert import ids_in
from course_utils.data.readers.errors import ReadError
from course_utils.data.readers.header import Header


@dataclass(frozen=True)
class Table:
    """Rows of a name and a value; text in a terminal, a table in a notebook."""

    rows: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        width = max(len(name) for name, _ in self.rows)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in self.rows)

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in self.rows
        )
        return f"<table>{cells}</table>"


@dataclass(frozen=True, eq=False, repr=False)
class Found:
    """A folder of the learner's own, recognised and not yet read.

    `len`, `found[i]` and `for record in found` read one record at a time: Frame, Movie,
    TrackedMovie, BoxedImage or Picture. `labels` index `class_names` where folders are classes.
    """

    kind: str
    folder: Path
    names: tuple[str, ...]
    read: Callable[[int], Any]
    rows: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, i: int) -> Any:
        return self.read(range(len(self))[i])

    @property
    def records(self) -> list[Any]:
        """All records, in memory at once."""
        return [self[i] for i in range(len(self))]

    def table(self) -> Table:
        """What was found, one row a fact: layout, count, sizes, type, axes, scale, warnings."""
        told = tuple(("to know", warning) for warning in self.warnings)
        return Table((("layout", self.kind), ("folder", str(self.folder)), *self.rows, *told))

    def check(self) -> list[str]:
        """Read every record, one at a time, and list all faults and warnings."""
        said: list[str] = []
        for i in range(len(self)):
            with warnings.catch_warnings(record=True) as heard:
                warnings.simplefilter("always")
                try:
                    self[i]
                except ReadError as error:
                    said.append(str(error))
            said += [str(each.message) for each in heard]
        return list(dict.fromkeys(said))

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def header_rows(headers: list[Header], record: Any) -> list[tuple[str, str]]:
    """Size and type of many images; axes, scale and channels of the first. Used in: 01."""
    axes = getattr(record, "axes", "")
    mixed = len(headers) > 1 and any("s" in header.axes for header in headers)
    names = getattr(record, "channels", ()) or (("red, green, blue",) if axes == "yxc" else ())
    step = getattr(record, "minutes_per_frame", None)
    lossy = sum(header.lossy for header in headers)
    rows = [
        ("size", _range([header.shown for header in headers] or [f"{record.image.shape}"])),
        ("type", _range([str(h.dtype) for h in headers] or [f"{record.image.dtype}"])),
        ("axes", f"{axes} in the first" if mixed else axes),
        ("pixel size", shown_size(getattr(record, "pixel_size", None))),
        ("minutes a frame", f"{step:g}" if step else "not stated" if "t" in axes else ""),
        ("channels", ", ".join(names)),
        ("lossy files", f"{lossy} (JPEG): fine to look at, not to measure" if lossy else ""),
    ]
    return [row for row in rows if row[1]]


def object_rows(record: Any) -> tuple[tuple[str, str], ...]:
    """How many boxes, tracks or objects the first record has. Used in: 01."""
    if hasattr(record, "boxes"):
        names, count = np.unique(record.names, return_counts=True)
        kinds = ", ".join(f"{n} {name}" for name, n in zip(names, count, strict=True))
        return (("in the first", f"{len(record)} boxes: {kinds}"),)
    if not hasattr(record, "masks"):
        return ()
    if hasattr(record, "lineage") and len(record.lineage):
        return (("in the first", f"{len(record.lineage)} tracks"),)
    moving = record.axes.startswith("t")
    count = len(ids_in(record.masks[0] if moving else record.masks))
    return (("in the first", f"{count} objects{' in the first frame' if moving else ''}"),)


def shown_size(size: float | tuple[float, ...] | None) -> str:
    """A pixel size in words. Used in: 01."""
    if size is None:
        return "not stated"
    sides = size if isinstance(size, tuple) else (size,)
    return " x ".join(f"{side:g}" for side in sides) + " µm"


def _range(values: Iterable[str]) -> str:
    kinds = list(dict.fromkeys(values))
    more = f" and {len(kinds) - 3} other" if len(kinds) > 3 else ""
    return "; ".join(kinds[:3]) + more
