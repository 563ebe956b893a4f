"""One frame before the optics: what glows, how thick it is, and which pixel is whose."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Pixels = tuple[NDArray, NDArray, NDArray]


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


def near(
    scene: Scene, place: NDArray, angle: float, reach: tuple[float, float, float]
) -> tuple[Pixels, Pixels]:
    """The pixels of an ellipsoid around a place, and where they lie from there.

    Args:
        scene: where.
        place: centre in µm, shape (3,), order z, y, x. A flat scene lies in the plane of all cells.
        angle: of the ellipsoid's first axis, from x towards y.
        reach: half its length, width and height in µm.

    Returns:
        Indices into the scene's arrays, and µm up, across and along; all of shape (n,).
    """
    centre = (place + scene.shift) / scene.voxel
    if scene.shape[0] == 1:
        centre[0] = 0
    cos, sin = math.cos(angle), math.sin(angle)
    down, right = (
        math.hypot(reach[0] * sin, reach[1] * cos),
        math.hypot(reach[0] * cos, reach[1] * sin),
    )
    half = np.array([reach[2], down, right]) / scene.voxel
    low = np.maximum(np.ceil(centre - half), 0).astype(int)
    high = np.minimum(np.floor(centre + half) + 1, scene.shape).astype(int)
    z, y, x = (
        ((np.arange(a, b) - c) * v).astype(np.float32)
        for a, b, c, v in zip(low, high, centre, scene.voxel, strict=True)
    )
    up, down, right = z[:, None, None], y[:, None], x
    along, across = right * cos + down * sin, down * cos - right * sin
    inside = (along / reach[0]) ** 2 + (across / reach[1]) ** 2 + (up / reach[2]) ** 2 <= 1
    iz, iy, ix = inside.nonzero()
    pixels = (iz + low[0], iy + low[1], ix + low[2])
    return pixels, (z[iz], across[iy, ix], along[iy, ix])


def claim(scene: Scene, pixels: Pixels, cell: int, inside: NDArray) -> None:
    """Give a cell the pixels that lie deeper inside it than inside any other.

    Args:
        scene: changed in place.
        pixels: of the cell's surroundings.
        cell: its id.
        inside: µm from its outline at each of them, positive inside.
    """
    deepest = inside > scene.depth[pixels]
    won = tuple(axis[deepest] for axis in pixels)
    scene.depth[won] = inside[deepest]
    scene.owner[won] = cell
    scene.area[cell] = int((inside > 0).sum())
