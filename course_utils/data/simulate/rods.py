"""Rod-shaped bacteria: they grow, push, bend a little and divide across their middle."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from course_utils.data.simulate.dials import Rods
from course_utils.data.simulate.scene import Scene, claim, near

ROD = np.dtype(
    [
        ("id", np.int64),
        ("parent", np.int64),
        ("place", np.float64, 3),  # z, y, x in µm; the view begins at 0
        ("angle", np.float64),  # of the rod, from x towards y
        ("length", np.float64),  # µm from tip to tip
        ("goal", np.float64),  # µm, length at which it divides
        ("pace", np.float64),  # relative growth a minute
        ("curve", np.float64),  # radians a µm
    ]
)

MARGIN = 10.0  # µm of dish around the view
LONGEST_STEP = 2.5  # minutes
NECK = 0.85  # of the final length: from here on the middle narrows
BEADS = np.linspace(-1, 1, 9)  # discs along a rod that stand for it in collisions
GOLDEN = np.pi * (3 - np.sqrt(5))  # angle that spreads the founders evenly
SLACK = 1.03  # rods that come too close are pushed this much further apart than they must
EAGER = 1.8  # of the mean push; 1 would settle more slowly
DIGITS = 4  # of a µm and a radian; processors differ in the sixteenth digit, and crowds are chaotic


def rod_phase(rods: NDArray, culture: Rods) -> NDArray[np.str_]:
    """ "dividing" for a rod whose middle narrows, else "growing"."""
    return np.where(rods["length"] > NECK * rods["goal"], "dividing", "growing")


def live_rods(culture: Rods, size: NDArray, rng: Generator) -> Iterator[NDArray]:
    """The rods of each frame in turn: arrays of `ROD`, shape (n,), n changing.

    Args:
        culture: what lives.
        size: of the view in µm, shape (3,), order z, y, x.
        rng: of the rods alone.
    """
    rods = _founders(culture, size, rng)
    next_id = len(rods) + 1
    for frame in range(culture.frames):
        steps = math.ceil(culture.minutes_per_frame / LONGEST_STEP) if frame else 0
        for _ in range(steps):
            rods["length"] *= np.exp(rods["pace"] * culture.minutes_per_frame / steps)
            divides = rods["length"] >= rods["goal"]
            daughters = _divide(rods[divides], next_id, culture, rng)
            next_id += len(daughters)
            rods = np.concatenate([rods[~divides], daughters])
            _round(rods)
            _push_apart(rods, culture)
            away = np.abs(rods["place"] - size / 2) - size / 2
            rods = rods[(away < MARGIN).all(axis=1)]
        yield rods.copy()


def _founders(culture: Rods, size: NDArray, rng: Generator) -> NDArray:
    n = culture.rods
    rods = np.zeros(n, ROD)
    rods["id"] = np.arange(1, n + 1)
    turn, out = GOLDEN * np.arange(n), 0.9 * culture.length * np.sqrt(np.arange(n))
    seeds = np.column_stack([np.zeros(n), out * np.sin(turn), out * np.cos(turn)])
    rods["place"] = size / 2 + seeds - seeds.mean(axis=0)
    rods["angle"] = rng.uniform(0, 2 * np.pi, n)
    _give_traits(rods, culture, rng)
    rods["length"] = culture.length * 2 ** rng.uniform(0, 0.8, n)
    rods["goal"] = np.maximum(rods["goal"], 1.05 * rods["length"])
    _round(rods)
    _push_apart(rods, culture)
    return rods


def _round(rods: NDArray) -> None:
    """Drop the digits in which processors differ, so that a seed grows one colony everywhere."""
    for name in ("place", "angle", "length"):
        rods[name] = rods[name].round(DIGITS)


def _give_traits(rods: NDArray, culture: Rods, rng: Generator) -> None:
    n = len(rods)
    varied = np.clip(rng.normal(1, culture.spread, (2, n)), 0.5, 1.5)
    rods["pace"] = np.log(2) / culture.doubling_minutes * varied[0]
    rods["goal"] = rods["length"] + culture.length * varied[1]
    bend = np.deg2rad(culture.bend) / (1.5 * culture.length)
    rods["curve"] = 0.5 * rods["curve"] + 0.87 * bend * rng.normal(size=n)


def _divide(mothers: NDArray, next_id: int, culture: Rods, rng: Generator) -> NDArray:
    """Each mother's two halves, where they lay in her."""
    daughters = np.repeat(mothers, 2)
    side = np.tile([-1.0, 1.0], len(mothers))
    daughters["id"] = next_id + np.arange(len(daughters))
    daughters["parent"] = np.repeat(mothers["id"], 2)
    daughters["place"] = _along(daughters, side * daughters["length"] / 4)
    daughters["angle"] += side * daughters["curve"] * daughters["length"] / 4
    daughters["angle"] += rng.normal(0, 0.03, len(daughters))
    daughters["length"] /= 2
    _give_traits(daughters, culture, rng)
    return daughters


def _along(rods: NDArray, u: NDArray) -> NDArray:
    """Points on the bent centre lines, u µm from the middle; shape of u, and 3."""
    angle, curve = rods["angle"], rods["curve"]
    place = rods["place"]
    if u.ndim == 2:
        angle, curve, place = angle[:, None], curve[:, None], place[:, None]
    v = 0.5 * curve * u**2
    y, x = u * np.sin(angle) + v * np.cos(angle), u * np.cos(angle) - v * np.sin(angle)
    return place + np.stack([np.zeros_like(y), y, x], axis=-1)


def _push_apart(rods: NDArray, culture: Rods, rounds: int = 300) -> None:
    """Move and turn rods until none overlaps another by more than the dial allows."""
    from scipy.spatial import cKDTree

    n, need = len(rods), culture.spacing * culture.width
    owner = np.repeat(np.arange(n), len(BEADS))
    for _ in range(rounds):
        lever = BEADS * (rods["length"] - culture.width)[:, None] / 2
        beads = _along(rods, lever)[..., 1:].reshape(-1, 2)
        pairs = cKDTree(beads).query_pairs(need, output_type="ndarray")
        pairs = pairs[owner[pairs[:, 0]] != owner[pairs[:, 1]]]
        if not len(pairs):
            return
        _nudge(rods, beads, pairs, owner, SLACK * need)


def _nudge(rods: NDArray, beads: NDArray, pairs: NDArray, owner: NDArray, need: float) -> None:
    gap = beads[pairs[:, 1]] - beads[pairs[:, 0]]
    distance = np.maximum(np.linalg.norm(gap, axis=1), 1e-9)
    push = (0.5 * (need - distance) / distance)[:, None] * gap
    bead, push = np.concatenate([pairs[:, 1], pairs[:, 0]]), np.concatenate([push, -push])
    rod = owner[bead]
    arm = beads[bead] - rods["place"][rod, 1:]
    twist = arm[:, 1] * push[:, 0] - arm[:, 0] * push[:, 1]
    touching = np.maximum(np.bincount(rod, minlength=len(rods)), 1)
    total = [np.bincount(rod, weights, len(rods)) for weights in (*push.T, twist)]
    dy, dx, turn = np.array(total) / touching
    rods["place"][:, 1:] += EAGER * np.column_stack([dy, dx])
    rods["angle"] += EAGER * turn / (rods["length"] ** 2 / 12)
    _round(rods)


def paint_rods(scene: Scene, rods: NDArray, culture: Rods) -> None:
    """Draw the rods of a frame into its scene: who owns which pixel, and how thick it is there."""
    for rod in rods:
        reach = (rod["length"] / 2 + culture.width, 1.5 * culture.width + rod["length"] / 8, 1)
        spot = near(scene, rod["place"], rod["angle"], reach)
        _, v, u = spot.offset
        v = v - 0.5 * rod["curve"] * u**2
        beyond = np.maximum(np.abs(u) - (rod["length"] - culture.width) / 2, 0)
        neck = np.clip((rod["length"] / rod["goal"] - NECK) / (1 - NECK), 0, 1)
        narrow = 1 - 0.4 * neck * np.exp(-((u / (0.35 * culture.width)) ** 2))
        level = culture.width / 2 * narrow - np.hypot(beyond, v)
        thick = np.clip(level / culture.width * 2, 0, 1)
        height = scene.height[spot.box]
        height[spot.mask] = np.maximum(height[spot.mask], np.sqrt(thick * (2 - thick)))
        claim(scene, spot, rod["id"], level)
