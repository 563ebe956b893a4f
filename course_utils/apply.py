"""A model over a folder of images: label images and one table out, finished ones not repeated."""

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.apply_report import write_overview, write_report
from course_utils.cluster import OneAtATime, heard_warnings, map_images
from course_utils.data.datasets import PixelSize
from course_utils.data.planes import Plane, Source, image_sources, planes
from course_utils.files import repository_root, take_folder, writable, write_table, written_whole

Segment = Callable[[NDArray, float | None], NDArray]
COLUMNS = {
    "label": "label",
    "centroid-0": "y",
    "centroid-1": "x",
    "area": "area_px",
    "intensity_mean": "mean_intensity",
    "eccentricity": "eccentricity",
}
NO_SCALE = "where the pixel size is not stated, area_um2 is empty; give pixel_size in µm"
TABLE = ("file", "frame", *COLUMNS.values(), "area_um2", "at_edge")
FOLDERS = ("labels", "report", "finished")


@dataclass(frozen=True)
class Applied:
    """What a run over a folder gave: counts, table and page, and what went wrong, by file."""

    table: Path
    page: Path
    images: int
    skipped: int
    objects: int
    errors: dict[str, str]
    told: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.images} images, {self.objects} objects: {self.table}"]
        lines += [f"to look at: {self.page}"]
        lines += [f"{self.skipped} of them were finished before"] if self.skipped else []
        lines += [f"to know: {text}" for text in self.told]
        lines += [f"not done: {name}: {text}" for name, text in self.errors.items()]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Job:
    out: Path
    settings: dict[str, Any]
    segment: Segment
    names: frozenset[str]


@dataclass
class _Done:
    rows: list[dict] = field(default_factory=list)
    objects: dict[str, int] = field(default_factory=dict)
    skipped: int = 0
    error: str = ""
    told: list[str] = field(default_factory=list)


def segment_folder(
    place: str | Path,
    out: str | Path,
    segment: Segment,
    model: str = "",
    diameter: float | None = None,
    pixel_size: PixelSize = None,
    axes: str | None = None,
    channel: str | int | None = None,
    progress: bool = True,
    client: Any = None,
) -> Applied:
    """Segment every image of a folder: `labels/NAME.tif`, `objects.csv`, and a page to look at.

    Each image is finished for itself and noted, so that a run that was stopped goes on, and a
    second run repeats only what has changed: image, model or settings. Frames of a movie become
    `NAME_t000.tif` and so on. What fails is told at the end, the rest is done.

    Args:
        place: folder of any layout that `from_folder` opens, or one image.
        out: another folder; made if it is missing.
        segment: from an image (y, x) and a diameter in pixels or None to labels (y, x).
        model: what tells one model from another, such as the hash of its weights.
        diameter: of a typical object in pixels, if it is known.
        pixel_size, axes: as for `from_folder`.
        channel: name or number from 0, for images of several.
        progress: show a bar.
        client: a `distributed.Client`; images are then done side by side, with equal results. One
            process segments one at a time, since Keras does not promise more.

    Returns:
        Applied: `print` it; `errors` is empty if all went well.

    Raises:
        ReadError: nothing recognised in `place`.
        ValueError: `out` holds the images, or files of somebody else where results would go.
        OSError: `out` cannot be written.

    Taught in: 07, 11.
    """
    place, out = (Path(path).expanduser().absolute() for path in (place, out))
    sources = image_sources(place, axes, pixel_size)
    take_folder(place, out, FOLDERS)
    _clear_parts(out)
    settings = dict(model=model, diameter=diameter, channel=channel)
    one = segment if client is None else OneAtATime(segment)
    job = _Job(out, settings, one, frozenset(name for name, _ in sources))
    found = map_images(partial(_segment_source, job), sources, client, progress=progress)
    return _summed({name: done for (name, _), done in zip(sources, found, strict=True)}, out)


def weights_name(file: str) -> str:
    """Hash of a file in `data/weights`, "" if it is not there. Used in: 07."""
    path = repository_root() / "data" / "weights" / file
    return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest() if path.exists() else ""


def write_labels(path: Path, labels: NDArray, pixel_size: tuple[float, float] | None) -> None:
    """Write labels as OME-TIFF, whole or not at all: uint16, uint32 above 65,535.

    Args:
        path: the file; what was there is replaced.
        labels: (y, x), 0 is background.
        pixel_size: µm in y and x, None if unknown.

    Used in: 07.
    """
    import tifffile

    about: dict[str, Any] = {"axes": "YX"}
    if pixel_size is not None:
        about |= dict(PhysicalSizeY=pixel_size[0], PhysicalSizeX=pixel_size[1])
        about |= dict(PhysicalSizeYUnit="µm", PhysicalSizeXUnit="µm")
    small = labels.max(initial=0) <= np.iinfo(np.uint16).max
    stored = labels.astype(np.uint16 if small else np.uint32)
    with written_whole(path) as part:
        tifffile.imwrite(part, stored, ome=True, compression="zlib", metadata=about)


def measure_objects(labels: NDArray, plane: Plane) -> list[dict]:
    """A row an object: place in pixels, area, mean intensity, eccentricity, cut by the edge or not.

    Used in: 07.
    """
    from skimage.measure import regionprops_table

    columns = regionprops_table(labels, plane.image, properties=_properties())
    edge = {*labels[0], *labels[-1], *labels[:, 0], *labels[:, -1]}
    scale = float(np.prod(plane.pixel_size or 0))
    rows = []
    for values in zip(*(columns[name].tolist() for name in COLUMNS), strict=True):
        row = {name: _short(value) for name, value in zip(COLUMNS.values(), values, strict=True)}
        row["area_px"] = area = int(row["area_px"])
        area_um2 = _short(area * scale) if plane.pixel_size else ""
        rows.append(row | dict(area_um2=area_um2, at_edge=int(row["label"] in edge)))
    return rows


def unit_name(name: str, frame: int | None, names: Collection[str] = ()) -> str:
    """Name of the files of one plane; `names` are those of all images. Used in: 07."""
    unit = name if frame is None else f"{name}_t{frame:03d}"
    while frame is not None and unit in names:
        unit += "_"
    return unit


def _short(value: float) -> float:
    """Six significant digits: intensities may be counts, or shares of one."""
    return value if isinstance(value, int) else float(f"{value:.6g}")


def _properties() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.partition("-")[0] for name in COLUMNS))


def _clear_parts(out: Path) -> None:
    """Remove what a run that was killed had half written, and leave a living one's files."""
    import psutil

    for folder in (out, *(out / name for name in FOLDERS)):
        for part in folder.glob(".*.part"):
            pid = part.name.split(".")[-2]
            if not (pid.isdecimal() and psutil.pid_exists(int(pid))):
                part.unlink(missing_ok=True)


def _segment_source(job: _Job, source: Source) -> _Done:
    """One file: all its planes, or the error that stopped it."""
    done, (name, read) = _Done(), source
    with heard_warnings() as heard:
        try:
            for plane in planes(read(), job.settings["channel"]):
                _segment_plane(job, done, name, plane)
        except Exception as error:
            done.error = writable(error)
    done.told = [writable(each) for each in heard if isinstance(each, UserWarning)]
    return done


def _segment_plane(job: _Job, done: _Done, name: str, plane: Plane) -> None:
    unit = unit_name(name, plane.frame, job.names)
    target, picture = job.out / "labels" / f"{unit}.tif", job.out / "report" / f"{unit}.png"
    note = job.out / "finished" / f"{unit}.json"
    state = job.settings | dict(image=_fingerprint(plane.image), pixel_size=plane.pixel_size)
    state = json.loads(json.dumps(state))
    rows = _finished((target, picture), note, state)
    if rows is None:
        labels = _checked(job.segment(plane.image, job.settings["diameter"]), plane.image)
        rows = measure_objects(labels, plane)
        note.unlink(missing_ok=True)
        write_labels(target, labels, plane.pixel_size)
        write_overview(picture, plane.image, labels)
        with written_whole(note) as part:
            part.write_text(json.dumps(dict(state=state, rows=rows)), encoding="utf-8")
    else:
        done.skipped += 1
    done.objects[unit] = len(rows)
    frame = "" if plane.frame is None else plane.frame
    done.rows.extend(dict(file=name, frame=frame) | row for row in rows)


def _summed(found: dict[str, _Done | Exception], out: Path) -> Applied:
    """Table and counts; a file whose worker died is an error like any other."""
    done = {
        name: one if isinstance(one, _Done) else _Done(error=writable(one))
        for name, one in found.items()
    }
    rows = [row for one in done.values() for row in one.rows]
    told = dict.fromkeys(f"{name}: {text}" for name, one in done.items() for text in one.told)
    if any(row["area_um2"] == "" for row in rows):
        told[NO_SCALE] = None
    errors = {name: one.error for name, one in done.items() if one.error}
    objects = {unit: n for one in done.values() for unit, n in one.objects.items()}
    skipped = sum(one.skipped for one in done.values())
    page = write_report(out / "report.html", objects, errors, tuple(told))
    table = write_table(out / "objects.csv", TABLE, rows)
    return Applied(table, page, len(objects), skipped, len(rows), errors, tuple(told))


def _fingerprint(image: NDArray) -> str:
    digest = hashlib.blake2b(f"{image.dtype} {image.shape}".encode(), digest_size=16)
    for start in range(0, len(image), 512):
        digest.update(np.ascontiguousarray(image[start : start + 512]))
    return digest.hexdigest()


def _finished(files: tuple[Path, ...], note: Path, state: dict) -> list[dict] | None:
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
        whole = known["state"] == state and all(file.exists() for file in files)
        return known["rows"] if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checked(labels: Any, image: NDArray) -> NDArray:
    labels = np.asarray(labels)
    if labels.shape != image.shape or labels.dtype.kind not in "iu":
        raise ValueError(
            f"the model gave {labels.dtype} {labels.shape} for an image of {image.shape}; "
            "it must give integer labels of the same shape"
        )
    return labels
