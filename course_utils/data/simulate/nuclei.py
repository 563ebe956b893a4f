"""The life of the nuclei: they move, push each other, grow, divide and die. No pictures here."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from course_utils.data.labels import PHASES
from course_utils.data.simulate.dials import Culture

CELL = np.dtype(
    [
        ("id", np.int64),
        ("parent", np.int64),
        ("place", np.float64, 3),  # z, y, x in µm; the view begins at 0
        ("velocity", np.float64, 3),  # µm a minute
        ("angle", np.float64),  # of the long axis, from x towards y
        ("turn", np.float64),  # radians a minute
        ("age", np.float64),  # minutes
        ("cycle", np.float64),  # minutes; inf for a cell at rest
        ("dead", np.float64),  # minutes since it began to die; nan while it lives
        ("radius", np.float64),  # µm, of a disc as large as the nucleus in the middle of its cycle
        ("elongation", np.float64),
        ("light", np.float64),  # brightness, 1 is usual
        ("look", np.int64),  # seed of its outline and texture
    ]
)

MARGIN = 30.0  # µm of dish around the view
WARM_UP = 300.0  # minutes before the first frame
LONGEST_STEP = 5.0  # minutes
MITOSIS = 95.0  # minutes from prometaphase to telophase that the tables below are written for
# Half axes by the cell's radius at these minutes from division, blending with its own between them.
# fmt: off
MINUTES = (-75, -47, -42, -28, -22, -1e-6,   0,    9,   25,   50,  110)
SHAPES = {
    "own":  (1,  .7,   0,   0,   0,   0,     0,    0,    0,   .2,    1),  # 1: as in interphase
    "long": (1, .90, .86, .82, .78, .76,   .70,  .64,  .56,  .62,    1),
    "wide": (1, .85, .76, .58, .34, .28,   .23,  .24,  .28,  .44,    1),
    "tall": (1, .60, .75, .75, .78, .76,   .70,  .60,  .50,  .45,    1),
}
# fmt: on
ENDS = (-45.0, -25.0, 0.0, 9.0, 50.0)  # of interphase, prometaphase, metaphase, anaphase, telophase
DYING = 150.0  # minutes from the first sign to nothing
SPINDLE = ([0, 9, 30, 50], [0.5, 0.4, 0.12, 0.0])  # minutes of age, µm a minute of one daughter


def clock(cells: NDArray, culture: Culture) -> NDArray:
    """Minutes from each cell's nearest division, negative before it, at the tables' pace."""
    time = np.where(cells["age"] < cells["cycle"] / 2, cells["age"], cells["age"] - cells["cycle"])
    return time * (MITOSIS / culture.mitosis_minutes)


def phase(cells: NDArray, culture: Culture) -> NDArray[np.str_]:
    """One of `PHASES` or "dead" for each cell."""
    stage = np.searchsorted(ENDS, clock(cells, culture), side="right") % len(PHASES)
    return np.where(np.isnan(cells["dead"]), np.array(PHASES)[stage], "dead")


def growth(cells: NDArray) -> NDArray:
    """Size of each nucleus by that in the middle of its cycle; its area almost doubles."""
    share = np.where(np.isfinite(cells["cycle"]), cells["age"] / cells["cycle"], 0.5)
    return np.sqrt(0.72 + 0.58 * np.clip(share, 0, 1))


def live(culture: Culture, size: NDArray, rng: Generator) -> Iterator[NDArray]:
    """The cells of each frame in turn.

    Args:
        culture: what lives.
        size: of the view in µm, shape (3,), order z, y, x.
        rng: of the cells alone.

    Yields arrays of `CELL`, shape (n,), n changing.
    """
    cells = _seed_dish(culture, size, rng)
    next_id = len(cells) + 1
    for frame in range(culture.frames):
        minutes = culture.minutes_per_frame if frame else WARM_UP
        healthy = culture if frame else replace(culture, death_rate=0.0)
        steps = math.ceil(minutes / LONGEST_STEP)
        for _ in range(steps):
            cells, next_id = _step(cells, next_id, healthy, minutes / steps, rng)
            _push_apart(cells, culture)
            away = np.abs(cells["place"] - size / 2) - size / 2
            cells = cells[(away[:, 1:] < MARGIN).all(axis=1)]
        yield cells.copy()


def _seed_dish(culture: Culture, size: NDArray, rng: Generator) -> NDArray:
    area = (size[1] + 2 * MARGIN) * (size[2] + 2 * MARGIN) / (size[1] * size[2])
    born = 1 + culture.dividing * (2 ** (WARM_UP / 60 / culture.cycle_hours) - 1)
    n = max(1, round(culture.cells * area / born))
    cells = np.zeros(n, CELL)
    cells["id"] = np.arange(1, n + 1)
    flat = 0.5 if culture.depth == 1 else rng.uniform(0.3, 0.7, n)
    cells["place"][:, 0] = size[0] * flat
    cells["place"][:, 1:] = rng.uniform(-MARGIN, size[1:] + MARGIN, (n, 2))
    cells["dead"] = np.nan
    _give_traits(cells, culture, rng)
    young = np.log2(2 / rng.uniform(1, 2, n))  # age structure of a culture that grows steadily
    cells["age"] = young * cells["cycle"]
    resting = rng.random(n) >= culture.dividing
    cells["age"][resting], cells["cycle"][resting] = 1e4, np.inf
    _push_apart(cells, culture, rounds=200)
    return cells


def _give_traits(cells: NDArray, culture: Culture, rng: Generator) -> None:
    n = len(cells)
    cells["velocity"] = _kick(n, culture, rng)
    cells["angle"] = rng.uniform(0, 2 * np.pi, n)
    spread = culture.size_spread
    cells["radius"] = culture.diameter / 2 * np.exp(spread * np.clip(rng.normal(size=n), -2, 2))
    cells["elongation"] = 1 + (culture.elongation - 1) * rng.gamma(6, 1 / 6, n)
    dim = rng.random(n) < culture.dim
    usual = np.clip(rng.normal(1.1, 0.3, n), 0.4, 2.0)
    cells["light"] = np.where(dim, rng.uniform(0.06, 0.5, n), usual)
    _start_cycle(cells, culture, rng)


def _start_cycle(cells: NDArray, culture: Culture, rng: Generator) -> None:
    n = len(cells)
    cells["cycle"] = 60 * culture.cycle_hours * np.clip(rng.normal(1, 0.12, n), 0.75, 1.5)
    cells["look"] = rng.integers(0, 2**31, n)


def _kick(n: int, culture: Culture, rng: Generator) -> NDArray:
    speed = culture.speed / 60 / np.sqrt(np.pi / 2)
    return speed * rng.normal(size=(n, 3)) * [0.0 if culture.depth == 1 else 0.3, 1, 1]


def _step(
    cells: NDArray, next_id: int, culture: Culture, minutes: float, rng: Generator
) -> tuple[NDArray, int]:
    alive = np.isnan(cells["dead"])
    cells["age"] += minutes * alive
    cells["dead"] += minutes
    interphase = phase(cells, culture) == PHASES[0]
    dies = interphase & (rng.random(len(cells)) < 1 - (1 - culture.death_rate) ** (minutes / 60))
    cells["dead"][dies] = 0
    _move(cells, culture, minutes, rng)
    divides = alive & ~dies & (cells["age"] >= cells["cycle"])
    daughters = _divide(cells[divides], next_id, culture, rng)
    gone = divides | (cells["dead"] >= DYING)
    return np.concatenate([cells[~gone], daughters]), next_id + len(daughters)


def _move(cells: NDArray, culture: Culture, minutes: float, rng: Generator) -> None:
    keep = np.exp(-minutes / culture.persistence_minutes)
    kick = np.sqrt(1 - keep**2) * _kick(len(cells), culture, rng)
    cells["velocity"] = keep * cells["velocity"] + kick
    time = clock(cells, culture)
    mitotic = (time > ENDS[0]) & (time < ENDS[-1])
    free = np.where(mitotic, 0.3, 1.0) * np.where(np.isnan(cells["dead"]), 1, 0.2)
    cells["place"] += (minutes * free)[:, None] * cells["velocity"]
    pull = np.where(time >= 0, np.interp(time, *SPINDLE), 0) * (MITOSIS / culture.mitosis_minutes)
    cells["place"][:, 1] += minutes * pull * np.cos(cells["angle"])
    cells["place"][:, 2] -= minutes * pull * np.sin(cells["angle"])
    cells["turn"] = keep * cells["turn"] + np.sqrt(1 - keep**2) * rng.normal(0, 0.004, len(cells))
    cells["angle"] += minutes * free * cells["turn"]


def _divide(mothers: NDArray, next_id: int, culture: Culture, rng: Generator) -> NDArray:
    """Two daughters of each mother, back to back: the second is turned by half a circle."""
    daughters = np.repeat(mothers, 2)
    n = len(daughters)
    side = np.tile([0.0, np.pi], n // 2)
    daughters["id"] = next_id + np.arange(n)
    daughters["parent"] = np.repeat(mothers["id"], 2)
    daughters["age"] = np.repeat(mothers["age"] - mothers["cycle"], 2)
    daughters["angle"] += side
    apart = 0.24 * daughters["radius"] + SPINDLE[1][0] * daughters["age"]
    daughters["place"][:, 1] += apart * np.cos(daughters["angle"])
    daughters["place"][:, 2] -= apart * np.sin(daughters["angle"])
    daughters["angle"] += rng.normal(0, 0.12, n)
    regress = 0.5 * np.log(daughters["radius"] / (culture.diameter / 2))
    daughters["radius"] *= np.exp(0.6 * culture.size_spread * rng.normal(size=n) - regress)
    daughters["elongation"] = 1 + (culture.elongation - 1) * rng.gamma(6, 1 / 6, n)
    daughters["light"] *= np.exp(rng.normal(0, 0.05, n))
    _start_cycle(daughters, culture, rng)
    return daughters


def half_axes(cells: NDArray, culture: Culture) -> tuple[NDArray, NDArray]:
    """Half the length, width and height of each nucleus, and how far it is in interphase shape.

    Returns µm, shape (n, 3), and shares from 0 (mitotic) to 1, shape (n,).
    """
    time, size = clock(cells, culture), cells["radius"] * growth(cells)
    own, *table = (np.interp(time, MINUTES, values) for values in SHAPES.values())
    stretch = np.sqrt(cells["elongation"])
    usual = np.column_stack([size * stretch, size / stretch, 0.55 * size])
    mitotic = np.column_stack(table) * cells["radius"][:, None]
    axes = own[:, None] * usual + (1 - own)[:, None] * mitotic
    shrink = np.interp(np.nan_to_num(cells["dead"] / DYING), [0, 0.35, 1], [1, 0.55, 0.4])
    return axes * shrink[:, None], own


def _push_apart(cells: NDArray, culture: Culture, rounds: int = 8) -> None:
    """Shift overlapping pairs along the line between them until they keep their distance."""
    from scipy.spatial import cKDTree

    axes = culture.spacing * half_axes(cells, culture)[0]
    widest = 2 * axes.max(initial=0)
    for _ in range(rounds):
        pairs = cKDTree(cells["place"]).query_pairs(widest, output_type="ndarray")
        gap = cells["place"][pairs[:, 1]] - cells["place"][pairs[:, 0]]
        distance = np.maximum(np.linalg.norm(gap, axis=1), 1e-6)
        way = gap / distance[:, None]
        room = sum(_reach(cells["angle"][i], axes[i], way) for i in pairs.T)
        excess = np.maximum(room - distance, 0)
        if not (excess > 0.05).any():
            return
        shift = (0.5 * excess)[:, None] * way * [0 if culture.depth == 1 else 1, 1, 1]
        np.add.at(cells["place"], pairs[:, 1], shift)
        np.subtract.at(cells["place"], pairs[:, 0], shift)


def _reach(angle: NDArray, axes: NDArray, way: NDArray) -> NDArray:
    """Distance from the centre of an ellipsoid to its surface along a unit vector z, y, x."""
    w, y, x = way.T
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return 1 / np.linalg.norm(np.column_stack([u, v, w]) / axes, axis=1)
