"""How nuclei and the cells around them look, stage by stage."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.data.simulate.dials import Culture
from course_utils.data.simulate.nuclei import DYING, MINUTES, clock, half_axes
from course_utils.data.simulate.scene import Offset, Scene, claim, near

# Looks at the minutes from division of `nuclei.MINUTES`; between them they blend.
# fmt: off
LOOKS = {
    "density":  (1.0, 1.2, 1.8, 2.5, 4.3, 5.0,   4.8,  4.6,  4.2,  2.2,  1.0),  # of chromatin
    "contrast": (1.0, 1.6, 3.4, 3.2, 1.4, 1.0,   1.0,  1.0,  1.2,  1.0,  1.0),  # of its texture
    "ring":     (  0,   0,  .7,  .9,   0,   0,     0,    0,    0,    0,    0),  # hollow and open
    "bend":     (  0,   0,   0,   0,   0,   0,     0,  .25,  .20,  .05,    0),  # towards the pole
    "nucleoli": (  1,  .5,   0,   0,   0,   0,     0,    0,    0,   .1,    1),
    "spread":   (2.0, 1.9, 1.5, 1.3, 1.2, 1.2,   1.1, 1.15, 1.25,  1.5,  2.0),  # of the cell body
    "height":   (1.0, 1.2, 2.0, 2.6, 2.8, 2.8,   2.6,  2.4,  2.0,  1.4,  1.0),
}
# fmt: on
Cell = dict[str, Any]  # a row of `nuclei.CELL` with the looks and half axes of its stage
BLOCK = (32, 128, 128)  # voxels of random texture
FALLS_APART = 0.35  # of the time that dying takes


def paint_nuclei(scene: Scene, cells: NDArray, culture: Culture) -> None:
    """Draw all cells of a frame into its scene.

    Args:
        scene: changed in place.
        cells: shape (n,) of `nuclei.CELL`.
        culture: for the texture.
    """
    time = clock(cells, culture)
    axes, own = half_axes(cells, culture)
    table = {name: np.interp(time, MINUTES, values) for name, values in LOOKS.items()}
    table |= {"own": own} | dict(zip(("long", "wide", "tall"), axes.T, strict=True))
    table |= {name: cells[name] for name in cells.dtype.names}
    for values in zip(*(column.tolist() for column in table.values()), strict=True):
        cell = dict(zip(table, values, strict=True))
        if cell["dead"] >= 0:
            _let_die(cell)
        if cell["dead"] > FALLS_APART * DYING:
            _paint_fragments(scene, cell)
        else:
            _paint_nucleus(scene, cell, culture)
        if scene.shape[0] == 1:
            _paint_body(scene, cell)


def _let_die(cell: Cell) -> None:
    """Brighten and round up, then fade; `nuclei.half_axes` does the shrinking."""
    share = cell["dead"] / DYING
    cell["density"] = float(np.interp(share, [0, FALLS_APART, 0.6, 1], [1, 2.8, 2.5, 0.4]))
    cell["spread"] = float(np.interp(share, [0, FALLS_APART, 1], [2.0, 1.1, 0.5]))
    cell["height"] = float(np.interp(share, [0, FALLS_APART, 1], [1, 2.5, 1.5]))


@lru_cache(maxsize=4096)
def _look(seed: int) -> dict[str, Any]:
    """What makes a nucleus itself: undulations, nucleoli and its place in the chromatin block."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 5)
    turn, out = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.15, 0.65, n)
    return {
        "waves": rng.normal(0, [0.06, 0.045, 0.02, 0.01]) * rng.uniform(0.3, 1.3),
        "phases": rng.uniform(0, 2 * np.pi, 4),
        "pace": rng.normal(0, 0.002, 4),
        "dent": min(rng.exponential(0.18), 0.5),
        "nucleoli": np.stack([rng.normal(0, 0.15, n), out * np.sin(turn), out * np.cos(turn)]).T,
        "holes": rng.uniform(0.12, 0.26, n).tolist(),
        "faint": rng.uniform(0.05, 0.45, n).tolist(),
        "texture": rng.uniform(500, 1000, 3),
        "drops": rng.normal(0, [0.3, 1, 1], (6, 3)).clip(-2, 2),
    }


@lru_cache(maxsize=1)
def _chromatin_block() -> NDArray[np.float32]:
    """Periodic random texture of shape BLOCK, variance 1, specks of about three voxels."""
    from scipy.ndimage import gaussian_filter

    noise = np.random.default_rng(0).normal(size=(2, *BLOCK)).astype(np.float32)
    layers = [gaussian_filter(n, s, mode="wrap") for n, s in zip(noise, (1.5, 4.5), strict=True)]
    fine, coarse = (layer / layer.std() for layer in layers)
    return (0.93 * fine + 0.37 * coarse).astype(np.float32)


def _texture(offset: Offset, origin: NDArray, grain: float) -> NDArray:
    """The block's values around an origin, its specks as large as the grain in µm."""
    scale, starts = 3 / grain, origin.tolist()
    z, y, x = (
        (axis * scale + start).astype(np.int32) % side
        for axis, start, side in zip(offset, starts, BLOCK, strict=True)
    )
    return _chromatin_block().ravel()[(z * BLOCK[1] + y) * BLOCK[2] + x]


def _paint_nucleus(scene: Scene, cell: Cell, culture: Culture) -> None:
    margin = 1.0 + float(scene.voxel.max())
    reach = tuple(1.3 * cell[name] + margin for name in ("long", "wide", "tall"))
    spot = near(scene, cell["place"], cell["angle"], reach)
    if not spot.mask.any():
        return
    w, v, u = spot.offset
    bent = (w, v - cell["bend"] / cell["radius"] * u**2, u)
    rho, way = _outline(cell, bent)
    condensed = 1 - cell["own"]
    origin = _look(cell["look"])["texture"] + [0.006 * cell["age"], 0, 0]
    specks = _texture(bent, origin, culture.grain * (1 + condensed))
    light = _chromatin(cell, bent, rho, way)
    light *= np.maximum(1 + culture.texture * cell["contrast"] * specks, 0.1)
    level = (1 - rho + 0.05 * condensed * specks) * min(cell["wide"], cell["long"])
    coverage = np.clip(0.5 + level / (float(scene.voxel[2]) + 1.5 * condensed), 0, 1)
    scene.light[spot.box][spot.mask] += cell["light"] * coverage * light
    claim(scene, spot, cell["id"], level)


def _outline(cell: Cell, offset: Offset) -> tuple[NDArray, NDArray]:
    """Distance from the middle by that of the outline, and the way there on the unit circle.

    The way is a complex number z, so that the real part of z**k is a wave with k crests.
    """
    w, v, u = offset
    look = _look(cell["look"])
    z = u / cell["long"] + 1j * (v / cell["wide"])
    power = 2 + 0.7 * (1 - cell["own"])
    sides = (np.abs(z.real), np.abs(z.imag), np.abs(w / cell["tall"]))
    rho = sum(side**power for side in sides) ** (1 / power)
    flat = np.abs(z) + 1e-6
    level = np.minimum(flat / np.maximum(rho, 1e-6), 1)  # 1 at half height, 0 at the poles
    z = z / flat
    crests = look["waves"] * np.exp(1j * (look["phases"] + look["pace"] * cell["age"]))
    waves = np.polyval(np.array([*crests[::-1], 0, 0], z.dtype), z).real
    dent = cell["own"] * look["dent"] * np.exp(5 * (z.imag - 1))
    return rho / (1 + (waves - dent) * level), z


def _chromatin(cell: Cell, offset: Offset, rho: NDArray, way: NDArray) -> NDArray:
    """Brightness with nucleoli, and in prometaphase hollow and open to one side."""
    look = _look(cell["look"])
    axes = np.array([cell["tall"], cell["wide"], cell["long"]])
    light = cell["density"] * (1 + cell["own"] * (0.15 - 0.45 * rho**2))
    size = math.sqrt(cell["long"] * cell["wide"])
    for spot, radius, faint in zip(look["nucleoli"], look["holes"], look["faint"], strict=True):
        away = sum((a - s) ** 2 for a, s in zip(offset, (spot * axes).tolist(), strict=True))
        light *= 1 - cell["nucleoli"] * faint / (1 + (away / (radius * size) ** 2) ** 3)
    if cell["ring"]:
        gap = np.maximum((way * np.exp(1j * look["phases"][0])).real, 0) ** 4
        light *= 1 - cell["ring"] * np.maximum(np.exp(-((rho / 0.45) ** 4)), 0.8 * gap)
    return light


def _paint_fragments(scene: Scene, cell: Cell) -> None:
    """What is left of a dying nucleus: bright drops that part, shrink and fade."""
    spot = near(scene, cell["place"], cell["angle"], (2 * cell["radius"],) * 3)
    share = cell["dead"] / DYING
    apart, drop = (np.interp(share, [FALLS_APART, 1], ends) for ends in ([0.2, 0.5], [0.33, 0.1]))
    away = [
        sum((axis - at) ** 2 for axis, at in zip(spot.offset, place, strict=True))
        for place in apart * cell["radius"] * _look(cell["look"])["drops"]
    ]
    level = drop * cell["radius"] - np.sqrt(np.minimum.reduce(away))
    coverage = np.clip(0.5 + level / scene.voxel[2], 0, 1)
    scene.light[spot.box][spot.mask] += cell["light"] * cell["density"] * coverage
    claim(scene, spot, cell["id"], level)


def _paint_body(scene: Scene, cell: Cell) -> None:
    """Thickness of the cell: a hill over the nucleus, grainy slopes, an uneven rim."""
    look = _look(cell["look"])
    long, wide = 1.25 * cell["spread"] * cell["radius"], 0.8 * cell["spread"] * cell["radius"]
    one, two = (4 * cell["own"] * look["waves"][:2]).clip(-0.3, 0.3).tolist()
    widest = 1 + abs(one) + abs(two)
    reach = (widest * long, widest * wide, 1)
    spot = near(scene, cell["place"], cell["angle"], reach)
    _, v, u = spot.offset
    distance = (u / long) ** 2 + (v / wide) ** 2
    tilt = float(look["phases"][0])
    side = (u * math.cos(tilt) + v * math.sin(tilt)) / (np.sqrt(u**2 + v**2) + 1e-6)
    cap = np.maximum(1 - distance / (1 + one * side + two * (2 * side**2 - 1)) ** 2, 0)
    hill = np.maximum(1 - (u / (2 * cell["long"])) ** 2 - (v / (2 * cell["wide"])) ** 2, 0) ** 2
    grains = 0.03 * _texture(spot.offset, look["texture"], 1.6)
    thick = cell["height"] * cap * (0.6 + grains + cell["own"] * (0.5 * hill - 0.2))
    height = scene.height[spot.box]
    height[spot.mask] = np.maximum(height[spot.mask], thick)
