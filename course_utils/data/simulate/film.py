"""From dials to a film with its truth: frames, masks, lineage and states."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from course_utils.data.datasets import Movie, PixelSize
from course_utils.data.simulate.camera import fluorescence, phase_contrast, stage_path, transmitted
from course_utils.data.simulate.chromatin import paint_nuclei
from course_utils.data.simulate.dials import (
    E_COLI_LIKE,
    HELA_LIKE,
    PHASE_CONTRAST,
    WIDEFIELD,
    Culture,
    Microscope,
    Rods,
    check_view,
)
from course_utils.data.simulate.nuclei import live, phase
from course_utils.data.simulate.rods import live_rods, paint_rods, rod_phase
from course_utils.data.simulate.scene import Scene

LEAST = 8  # pixels; less of a cell, at the edge or under others, is not counted as seen
STATE = np.dtype(
    [
        ("frame", np.int64),
        ("track", np.int64),
        ("phase", "U12"),
        ("z", np.float64),
        ("y", np.float64),
        ("x", np.float64),
        ("area", np.int64),
        ("hidden", np.float64),
    ]
)


@dataclass(frozen=True)
class Subject:
    """What a film needs to know of its actors: how they live, look, are called and are seen."""

    live: Callable[[Culture | Rods, NDArray, Generator], Iterator[NDArray]]
    paint: Callable[[Scene, NDArray, Culture | Rods], None]
    phase: Callable[[NDArray, Culture | Rods], NDArray[np.str_]]
    channels: dict[str, Callable[[Scene, Microscope, int, Generator], NDArray[np.uint16]]]


@dataclass(frozen=True, eq=False, repr=False)
class Simulation:
    """A film with its truth.

    `images` holds an array a channel, uint16, and `masks` the track of each pixel, uint16, 0 for
    none; all are (t, y, x), or (t, z, y, x) in 3-D. A row of `lineage` is a track, its first and
    last frame and its parent (0: none), as the Cell Tracking Challenge has it. `states` has a row
    an object: frame, track, phase (`labels.PHASES` or "dead"; rods: "growing", "dividing"), centre
    z, y, x and area of its mask in pixels, and the share of it `hidden` under neighbours. `drift`
    is how far the stage has moved the cells since frame 0 in pixels, shape (t, 2).
    """

    images: dict[str, NDArray[np.uint16]]
    masks: NDArray[np.uint16]
    lineage: NDArray[np.int64]
    states: NDArray
    drift: NDArray[np.float64]
    pixel_size: PixelSize
    axes: str
    minutes_per_frame: float

    def __len__(self) -> int:
        return len(self.masks)

    def __repr__(self) -> str:
        channels = ", ".join(self.images)
        return f"Simulation({channels}: {self.axes} {self.masks.shape}, {len(self.lineage)} tracks)"

    def movie(self, channel: str) -> Movie:
        """One channel with the masks, as the course's real movies come. Used in: 01."""
        name = f"simulated {channel}"
        images, pixel = self.images[channel], self.pixel_size
        return Movie(images, self.masks, pixel, self.axes, self.minutes_per_frame, name)


def simulate(
    culture: Culture = HELA_LIKE, microscope: Microscope = WIDEFIELD, seed: int = 0
) -> Simulation:
    """Film nuclei whose every pixel, phase and parent is known.

    Args:
        culture: the cells; with `depth` above 1 the film is 3-D and has no transmitted light.
        microscope: the optics and the camera; has no influence on how the cells live.
        seed: same seed, same film. Cells, stage and each camera draw from streams of their own.

    Returns:
        Simulation with the channels "nuclei" (fluorescence) and "transmitted" (oblique light).

    Raises:
        ValueError: an argument is of another kind, or the view is smaller than a cell.

    Source: in the manner of Svoboda et al. 2009, doi 10.1002/cyto.a.20714. Used in: 01.
    """
    _check_kinds(culture, Culture, microscope, seed)
    check_view(culture.shape, microscope.pixel_size, culture.diameter)
    channels = {"nuclei": fluorescence, "transmitted": transmitted}
    if culture.depth > 1:
        del channels["transmitted"]
    return _film(culture, microscope, seed, Subject(live, paint_nuclei, phase, channels))


def simulate_rods(
    rods: Rods = E_COLI_LIKE, microscope: Microscope = PHASE_CONTRAST, seed: int = 0
) -> Simulation:
    """Film a growing colony of bacteria; `simulate` with rods, and one channel, "phase".

    Raises ValueError if an argument is of another kind, or the view is smaller than a cell.
    Used in: 08.
    """
    _check_kinds(rods, Rods, microscope, seed)
    check_view(rods.shape, microscope.pixel_size, 2 * rods.length)
    subject = Subject(live_rods, paint_rods, rod_phase, {"phase": phase_contrast})
    return _film(rods, microscope, seed, subject)


def _check_kinds(culture: object, kind: type, microscope: object, seed: object) -> None:
    for name, value, wanted in (("first", culture, kind), ("microscope", microscope, Microscope)):
        if not isinstance(value, wanted):
            raise ValueError(f"the {name} argument must be a {wanted.__name__}(...), not {value!r}")
    if not isinstance(seed, Integral) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"seed must be a whole number from 0, not {seed!r}")


def _film(
    culture: Culture | Rods, microscope: Microscope, seed: int, subject: Subject
) -> Simulation:
    voxel = np.array([microscope.z_step, microscope.pixel_size, microscope.pixel_size])
    shape = (culture.depth, *culture.shape)
    living, stage, *cameras = np.random.default_rng(seed).spawn(2 + len(subject.channels))
    path = stage_path(microscope, culture.frames, stage)
    masks = np.zeros((culture.frames, *shape), np.int32)
    images = {name: np.zeros(masks.shape, np.uint16) for name in subject.channels}
    rows, parents = [], {}
    for t, cells in enumerate(subject.live(culture, voxel * shape, living)):
        scene = Scene(shape, voxel, np.array([0, *path[t]]))
        subject.paint(scene, cells, culture)
        rows.append(_census(scene, cells["id"], subject.phase(cells, culture), t))
        parents |= dict(zip(cells["id"].tolist(), cells["parent"].tolist(), strict=True))
        masks[t] = scene.owner
        for (name, expose), rng in zip(subject.channels.items(), cameras, strict=True):
            images[name][t] = expose(scene, microscope, t, rng)
    states = np.concatenate(rows)
    lineage = _name_tracks(states, masks, parents)
    pixel, axes = microscope.pixel_size, "tyx"
    if culture.depth > 1:
        pixel, axes = (microscope.z_step, pixel, pixel), "tzyx"
    else:
        images, masks = {name: stack[:, 0] for name, stack in images.items()}, masks[:, 0]
    return Simulation(
        images=images,
        masks=masks.astype(np.uint16),
        lineage=lineage,
        states=states,
        drift=path / microscope.pixel_size,
        pixel_size=pixel,
        axes=axes,
        minutes_per_frame=culture.minutes_per_frame,
    )


def _census(scene: Scene, ids: NDArray, phases: NDArray, t: int) -> NDArray:
    """A row of `STATE` for each cell that is seen; slivers lose their pixels."""
    places = np.nonzero(scene.owner)
    seen, index, area = np.unique(scene.owner[places], return_inverse=True, return_counts=True)
    phase_of = dict(zip(ids.tolist(), phases.tolist(), strict=True))
    rows = np.zeros(len(seen), STATE)
    rows["frame"], rows["track"], rows["area"] = t, seen, area
    rows["phase"] = [phase_of[cell] for cell in seen.tolist()]
    rows["hidden"] = [1 - n / scene.area[cell] for cell, n in zip(seen.tolist(), area, strict=True)]
    for axis, place in zip("zyx", places, strict=True):
        rows[axis] = np.bincount(index, place, len(seen)) / area
    scene.owner[np.isin(scene.owner, seen[area < LEAST])] = 0
    return rows[area >= LEAST]


def _name_tracks(states: NDArray, masks: NDArray, parents: dict[int, int]) -> NDArray[np.int64]:
    """Number each unbroken run of a cell in view, in states and masks; return the lineage.

    A run has a parent if that cell was seen in the frame before it began.
    """
    order = np.lexsort((states["frame"], states["track"]))
    cell, frame = states["track"][order], states["frame"][order]
    broken = (np.diff(cell, prepend=-1) != 0) | (np.diff(frame, prepend=-1) != 1)
    first = np.flatnonzero(broken)
    last = np.append(first[1:], len(cell))[: len(first)] - 1
    number = np.empty(len(first), np.int64)
    number[np.lexsort((cell[first], frame[first]))] = np.arange(1, len(first) + 1)
    ends = zip(cell[last].tolist(), frame[last].tolist(), strict=True)
    ended = dict(zip(ends, number.tolist(), strict=True))
    births = zip(cell[first].tolist(), frame[first].tolist(), strict=True)
    parent = [ended.get((parents[c], t - 1), 0) for c, t in births]
    states["track"][order] = np.repeat(number, last - first + 1)
    _relabel(masks, cell, frame, states["track"][order])
    lineage = np.column_stack([number, frame[first], frame[last], np.array(parent, np.int64)])
    return lineage[np.argsort(number)]


def _relabel(masks: NDArray, cell: NDArray, frame: NDArray, track: NDArray) -> None:
    if track.max(initial=0) > np.iinfo(np.uint16).max:
        raise ValueError("more than 65,535 tracks: take fewer cells or frames")
    names = np.zeros(cell.max(initial=0) + 1, np.int32)
    for t, labels in enumerate(masks):
        now = frame == t
        names[cell[now]] = track[now]
        labels[:] = names[labels]
