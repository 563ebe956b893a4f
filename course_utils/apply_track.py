"""A movie in, its cells' tracks out: a Cell Tracking Challenge folder, a table, a lineage tree."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.planes import image_sources, planes
from course_utils.files import take_folder, writable, write_table, written_whole
from course_utils.models.linking import assign, most_overlap, nearest
from course_utils.models.tracker import Linker, Tracking, track

Segment = Callable[[NDArray, float | None], NDArray]
COLUMNS = ("track", "frame", "y", "x", "area_px", "parent")
NUMBER = re.compile(r"(\d+)")
SCALED = "the images are not whole numbers up to 65,535: 01 holds them scaled to that range"


class Film(NamedTuple):
    """Images (t, y, x), masks of the same shape or None, minutes a frame or None."""

    name: str
    images: NDArray
    masks: NDArray | None
    minutes: float | None = None


@dataclass(frozen=True)
class Tracked:
    """What became of one movie: where the results are, and counts, or the error that stopped it."""

    name: str
    place: Path
    segmented: bool = False
    frames: int = 0
    tracks: int = 0
    divisions: int = 0
    told: tuple[str, ...] = ()
    error: str = ""

    def __str__(self) -> str:
        if self.error:
            return f"not done: {self.name}: {self.error}"
        masks = "segmented here" if self.segmented else "its own masks"
        counts = f"{self.frames} frames, {self.tracks} tracks, {self.divisions} divisions"
        lines = [f"{self.name} ({masks}): {counts}: {self.place}"]
        return "\n".join(lines + [f"to know: {text}" for text in self.told])


def track_folder(
    place: str | Path,
    out: str | Path,
    segment: Segment,
    linker: Linker = assign,
    *,
    diameter: float | None = None,
    gap: int = 1,
    passes: int = 1,
    minutes: float | None = None,
    axes: str | None = None,
    channel: str | int | None = None,
    progress: bool = True,
) -> list[Tracked]:
    """Track every movie of a folder, each with its own masks, or segmented first.

    Of each movie come `01` and `01_RES`, as the Cell Tracking Challenge has images and results,
    `tracks.csv`, a line a cell and frame, and `lineage.png`; of several movies in a folder of
    their name.

    Args:
        place: a TIFF stack, a folder of numbered images, of stacks, of images and masks, or of the
            Cell Tracking Challenge.
        out: another folder; made if it is missing.
        segment: from an image (y, x) and a diameter in pixels or None to labels (y, x).
        linker: as for `track`; see `named_linker`.
        diameter: of a typical cell in pixels, if it is known.
        gap: longest number of frames in which a cell may be missed.
        passes: how often two frames are linked; 2 or 3 for crowds that grow.
        minutes: a frame, for a tree in hours, if the files do not state it.
        axes: such as "tyx", if the files do not name them.
        channel: name or number from 0, for images of several.
        progress: show a bar.

    Returns:
        What became of each movie: `print` it. Of several, one that fails does not stop the others.

    Raises:
        ReadError: nothing recognised in `place`, or the only movie is damaged.
        ValueError: no movie there; or the only one has no cell, or `out` holds its results already.
        OSError: `out` cannot be written.

    Taught in: 08.
    """
    place, out = Path(place).expanduser(), Path(out).expanduser()
    take_folder(place, out, ())
    errors: dict[str, Exception] = {}
    done: list[Tracked] = []
    for film, alone in _told_if_alone(films(place, axes, channel, errors), errors):
        target = out if alone else out / film.name
        try:
            _check_free(target)
            masks = film.masks
            if masks is None:
                masks = _segmented(film, partial(segment, diameter=diameter), progress)
            if not np.any(masks):
                raise ValueError(f"{film.name}: no cell in any frame, so there is nothing to track")
            result = track(masks, linker, film.images, gap=gap, passes=passes)
            told = write_tracks(target, result, minutes or film.minutes)
            counts = len(result), len(result.lineage), len(mothers(result.lineage))
            done.append(Tracked(film.name, target, film.masks is None, *counts, told))
        except Exception as error:
            errors[film.name] = error
    if not done and len(errors) == 1:
        raise next(iter(errors.values()))
    failed = [Tracked(name, out, error=writable(error)) for name, error in errors.items()]
    return done + failed


def _told_if_alone(
    found: Iterator[Film], errors: dict[str, Exception]
) -> Iterator[tuple[Film, bool]]:
    """Each film, and whether it is the only one; two are in memory at a time."""
    film, first = next(found, None), True
    while film is not None:
        following = next(found, None)
        yield film, first and following is None and not errors
        film, first = following, False


def films(
    place: str | Path,
    axes: str | None = None,
    channel: str | int | None = None,
    errors: dict[str, Exception] | None = None,
) -> Iterator[Film]:
    """The movies of a folder; single images in the order of their numbers are one movie.

    Args:
        place, axes, channel: as for `track_folder`.
        errors: is filled with what stops a movie, by its name; None raises it.

    Raises:
        ReadError: nothing can be recognised, or a file is damaged.
        ValueError: one image alone, frames of different size, a gap in their numbers, images of
            two series, or masks of some frames only.

    Used in: 08.
    """
    loose: list[tuple[str, NDArray, Any]] = []
    broken: dict[str, Exception] = {}
    for name, read in image_sources(place, axes):
        try:
            record = read()
            masks = getattr(record, "masks", None)
            found = list(planes(record, channel))
            if found[0].frame is None:
                loose.append((name, found[0].image, masks))
                continue
            _check_all_frames(name, getattr(record, "frames", ()))
            film = _film(name, [plane.image for plane in found], masks)
        except Exception as error:
            if errors is None:
                raise
            broken[name] = errors[name] = error
            continue
        yield film._replace(minutes=getattr(record, "minutes_per_frame", None))
    if loose and broken:  # a frame of the only movie
        raise next(iter(broken.values()))
    if loose:
        _check_one_series([name for name, _, _ in loose])
        _, images, masks = zip(*loose, strict=True)
        yield _film(
            Path(place).resolve().stem, list(images), None if masks[0] is None else list(masks)
        )


def named_linker(name: str, reach: float = 30.0) -> Linker:
    """A linker by its name on the command line.

    Args:
        name: "nearest", "assignment", "overlap"; "rods" and "nuclei" are the learned ones, which
            learn now, some seconds long, from simulated colonies and from the HeLa film.
        reach: longest step in pixels, of the first two.

    Raises:
        ValueError: a name that is not known.
        ShelfError: "nuclei", and the shelf is empty.

    Used in: 08.
    """
    from course_utils.models.tracker_films import learn_hela, learn_rods

    known: dict[str, Callable[[], Linker]] = {
        "assignment": lambda: partial(assign, reach=reach),
        "nearest": lambda: partial(nearest, reach=reach),
        "overlap": lambda: most_overlap,
        "rods": learn_rods,
        "nuclei": learn_hela,
    }
    if name not in known:
        raise ValueError(f"there is no linker {name!r}: choose one of {', '.join(known)}")
    return known[name]()


def write_tracks(out: Path, result: Tracking, minutes: float | None = None) -> tuple[str, ...]:
    """Write `01`, `01_RES`, `tracks.csv` and `lineage.png`, each whole or not at all.

    Args:
        out: made if it is missing; must not hold 01 or 01_RES.
        result: with images.
        minutes: a frame, for a tree in hours.

    Returns what there is to know about the files. Used in: 08.
    """
    from matplotlib.figure import Figure

    from course_utils.data.readers import write_ctc
    from course_utils.widgets.lesson_08_figures import paint_tree

    images = _storable(result.images)
    stored = Tracking(result.masks, result.lineage, result.graph, result.detections, images)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part", dir=out) as part:
        write_ctc(part, stored, result.lineage)
        for name in ("01", "01_RES"):
            os.replace(Path(part) / name, out / name)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in table_rows(result)]
    write_table(out / "tracks.csv", COLUMNS, rows)
    figure = Figure(figsize=(8, 5), layout="constrained")
    found = len(mothers(result.lineage))
    everybody = None if found else result.lineage[:, 0].tolist()
    title = f"{len(result.lineage)} tracks, {found} divisions"
    paint_tree(figure.subplots(), result.lineage, minutes, everybody, title)
    with written_whole(out / "lineage.png") as part:
        figure.savefig(part, dpi=150, format="png")
    return () if images is result.images else (SCALED,)


def table_rows(result: Tracking) -> list[list[float]]:
    """Track, frame, y, x, area in pixels and parent of each detection, track by track.

    Used in: 08.
    """
    parent = dict(result.lineage[:, [0, 3]].tolist())
    nodes = [node for _, node in result.graph.nodes(data=True)]
    rows = [
        [node["track"], node["frame"], round(node["y"], 2), round(node["x"], 2), int(area)]
        for node, area in zip(nodes, result.detections.area, strict=True)
    ]
    return [[*row, parent[row[0]]] for row in sorted(rows)]


def mothers(lineage: NDArray) -> list[int]:
    """Tracks with two children or more; one child alone is the same cell after a gap.

    Used in: 08.
    """
    parents, times = np.unique(lineage[:, 3], return_counts=True)
    return parents[(times > 1) & (parents > 0)].tolist()


def _film(name: str, images: list[NDArray], masks: Any) -> Film:
    if len(images) < 2:
        raise ValueError(f"{name} is one image, and tracking needs two frames or more")
    if len(sizes := {image.shape for image in images}) > 1:
        raise ValueError(f"{name}: frames of one movie have one size, not {sorted(sizes)}")
    stack = np.stack(images)
    labels = None if masks is None else np.stack([np.asarray(each) for each in masks])
    return Film(name.replace("/", "_"), stack, labels)


def _check_one_series(names: list[str]) -> None:
    """Numbered images are one movie only if their names differ in one number, in even steps."""
    parts = [NUMBER.split(name) for name in names]
    series = sorted({"".join(part[::2]) for part in parts})
    if len(series) > 1:
        raise ValueError(
            f"images of {len(series)} series ({', '.join(series[:3])} ...) are no one movie: put "
            "each series into a folder of its own"
        )
    numbers = np.array([part[1::2] for part in parts], int)
    changing = numbers[:, np.ptp(numbers, axis=0) > 0].T
    if len(changing) > 1:
        raise ValueError(
            f"{names[0]} and {names[-1]} differ in {len(changing)} numbers: put the frames of one "
            "movie into a folder of their own"
        )
    for column in changing:
        steps = np.diff(column)
        if np.ptp(steps):
            first = int(np.argmax(np.abs(steps)))
            raise ValueError(
                f"frames are missing between {names[first]} and {names[first + 1]}, and tracks "
                "need every frame: bring them, or number the frames anew if none was taken there"
            )


def _check_all_frames(name: str, frames: tuple[int, ...]) -> None:
    if np.any(np.diff(frames) > 1):
        seen = ", ".join(map(str, frames[:5]))
        raise ValueError(
            f"{name} has masks for frames {seen} ... only, and tracks need every frame. "
            "Move the folder of masks away, and all frames are segmented"
        )


def _check_free(out: Path) -> None:
    for name in ("01", "01_RES"):
        if (out / name).exists():
            raise ValueError(f"{out / name} is there already: choose another folder, or remove it")


def _segmented(film: Film, segment: Callable[[NDArray], NDArray], progress: bool) -> NDArray:
    from tqdm.auto import tqdm

    bar = tqdm(film.images, f"segmenting {film.name}", disable=not progress)
    return np.stack([segment(image) for image in bar])


def _storable(images: NDArray) -> NDArray:
    """The images if they are whole numbers from 0 to 65,535, else scaled to that range."""
    low, high = float(images.min()), float(images.max())
    if images.dtype.kind in "iu" and low >= 0 and high <= 65_535:
        return images
    return np.round((images - low) * (65_535 / ((high - low) or 1))).astype(np.uint16)
