"""One frame before the optics: what glows, how thick it is, and which pixel is whose."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Offset = tuple[NDArray, NDArray, NDArray]


@dataclass(frozen=True, eq=False)
class Spot:
    """Some pixels of a scene, `array[spot.box][spot.mask]`, and their µm up, across and along."""

    box: tuple[slice, slice, slice]
    mask: NDArray[np.bool_]
    offset: Offset


@dataclass(eq=False)
class Scene:
    """Arrays of one shape (z, y, x), and how the stage has moved them.

    `light` is the fluorescence, 1 for a usual nucleus; `height` the thickness of cells in
    transmitted light; `owner` the id of the cell whose pixel it is, 0 for none; `depth` how deep
    inside its owner a pixel lies, in µm. `area` holds the pixels that each cell would own were it
    alone.
    """

    shape: tuple[int, int, int]
    voxel: NDArray
    shift: NDArray
    light: NDArray[np.float32] = field(init=False)
    height: NDArray[np.float32] = field(init=False)
    depth: NDArray[np.float32] = field(init=False)
    owner: NDArray[np.int32] = field(init=False)
    area: dict[int, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.light, self.height, self.depth = np.zeros((3, *self.shape), np.float32)
        self.owner = np.zeros(self.shape, np.int32)


def near(scene: Scene, place: NDArray, angle: float, reach: tuple[float, float, float]) -> Spot:
    """The pixels of an ellipsoid around a place.

    Args:
        scene: where.
        place: centre in µm, shape (3,), order z, y, x. A flat scene lies in the plane of all cells.
        angle: of the ellipsoid's first axis, from x towards y.
        reach: half its length, width and height in µm.
    """
    long, wide, tall = reach
    cos, sin = math.cos(angle), math.sin(angle)
    half = (tall, math.hypot(long * sin, wide * cos), math.hypot(long * cos, wide * sin))
    centre, half = (place + scene.shift) / scene.voxel, half / scene.voxel
    if scene.shape[0] == 1:
        centre[0] = 0
    low = np.maximum(np.ceil(centre - half), 0).astype(int)
    high = np.maximum(np.minimum(np.floor(centre + half) + 1, scene.shape), low).astype(int)
    z, y, x = (
        ((np.arange(a, b) - c) * v).astype(np.float32)
        for a, b, c, v in zip(low, high, centre, scene.voxel, strict=True)
    )
    up, down, right = z[:, None, None], y[:, None], x
    along, across = right * cos + down * sin, down * cos - right * sin
    mask = (along / long) ** 2 + (across / wide) ** 2 + (up / tall) ** 2 <= 1
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    offset = (np.broadcast_to(axis, mask.shape)[mask] for axis in (up, across, along))
    return Spot(box, mask, tuple(offset))


def claim(scene: Scene, spot: Spot, cell: int, level: NDArray) -> None:
    """Give a cell the pixels that lie deeper inside it than inside any other.

    Args:
        scene: changed in place.
        spot: the cell's surroundings.
        cell: its id.
        level: µm from its outline at each pixel of the spot, positive inside.
    """
    depth, won = scene.depth[spot.box], spot.mask.copy()
    deepest = level > depth[won]
    won[won] = deepest
    depth[won] = level[deepest]
    scene.owner[spot.box][won] = cell
    scene.area[cell] = int((level > 0).sum())
