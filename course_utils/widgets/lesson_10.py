"""Stacks on a flat screen: a viewer that cuts along any axis, and a turntable of projections."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.plots import YELLOW, scale_bar
from course_utils.widgets.controls import with_controls
from course_utils.widgets.lesson_08 import tinted

Voxel = tuple[float, float, float]
PLANES = {"from above (y, x)": 0, "from the front (z, x)": 1, "from the side (z, y)": 2}
NONE = "nothing"


def stack_viewer(
    image: NDArray, labels: Mapping[str, NDArray], voxel: Voxel, um: float = 20.0
) -> ipywidgets.VBox:
    """Leaf through a stack along z, y or x, with the objects of a segmentation in colour.

    Args:
        image: shape (z, y, x).
        labels: name -> labels of that shape, for the overlay.
        voxel: size along z, y and x, µm; planes are drawn with their true proportions.
        um: length of the scale bar.

    Returns:
        A box to display; `box.plane`, `box.slice`, `box.overlay` are its controls.

    Used in: 10.
    """
    middle = image.shape[0] // 2
    controls = {
        "plane": ipywidgets.Dropdown(options=list(PLANES), description="look"),
        "slice": ipywidgets.IntSlider(middle, 0, image.shape[0] - 1, description="slice"),
        "overlay": ipywidgets.Dropdown(options=[NONE, *labels], description="colours"),
    }
    controls["slice"].continuous_update = False

    def turn(change: dict) -> None:
        size = image.shape[PLANES[change["new"]]]
        controls["slice"].max = size - 1
        controls["slice"].value = size // 2

    controls["plane"].observe(turn, "value")

    def draw(plane: str, slice: int, overlay: str) -> None:
        axis = PLANES[plane]
        at = min(slice, image.shape[axis] - 1)
        height, width = extent(image.shape, voxel, axis)
        _, ax = plt.subplots(figsize=(7, 7 * height / width + 0.5))
        draw_plane(ax, image, voxel, axis, at, labels.get(overlay))
        scale_bar(ax, 1.0, um)
        ax.set_title(f"{plane}, {'zyx'[axis]} = {at}, at {at * voxel[axis]:.1f} µm")
        plt.show()

    return with_controls(controls, draw)


def show_planes(
    image: NDArray,
    voxel: Voxel,
    at: tuple[int, int, int],
    labels: NDArray | None = None,
    title: str = "",
    um: float = 20.0,
) -> Figure:
    """Three planes through one voxel, with their true proportions: the viewer on paper.

    Args:
        image: shape (z, y, x).
        voxel: size along z, y and x, µm.
        at: the voxel in which the planes meet, z, y, x.
        labels: objects to tint.
        title: what to see.
        um: length of the scale bar.

    Used in: 10.
    """
    depth, height, width = np.array(image.shape) * voxel
    inches = 9.0 / (width + depth)
    figure, axes = plt.subplots(
        2,
        2,
        figsize=(inches * (width + depth), inches * (height + depth) + 0.7),
        width_ratios=(width, depth),
        height_ratios=(height, depth),
    )
    places = ((axes[0, 0], 0), (axes[1, 0], 1), (axes[0, 1], 2))
    for ax, axis in places:
        draw_plane(ax, image, voxel, axis, at[axis], labels, upright=axis == 2)
    lines = {0: (1, 2), 1: (0, 2), 2: (1, 0)}
    for ax, axis in places:
        row, column = lines[axis]
        ax.axhline((at[row] + 0.5) * voxel[row], color=YELLOW, lw=0.7, ls="--")
        ax.axvline((at[column] + 0.5) * voxel[column], color=YELLOW, lw=0.7, ls="--")
    scale_bar(axes[0, 0], 1.0, um)
    axes[0, 0].set(ylabel="y")
    axes[1, 0].set(ylabel="z", xlabel="x")
    axes[0, 1].set(xlabel="z")
    axes[1, 1].axis("off")
    figure.suptitle(title)
    plt.show()
    return figure


def draw_plane(
    ax: Axes,
    image: NDArray,
    voxel: Voxel,
    axis: int,
    at: int,
    labels: NDArray | None = None,
    upright: bool = False,
) -> None:
    """One plane of a volume on axes in µm; `upright` exchanges its rows and columns.

    Args:
        ax: where to draw.
        image: shape (z, y, x).
        voxel: size along z, y and x, µm.
        axis: that the plane stands on.
        at: which one.
        labels: objects to tint.
        upright: draw z to the right instead of y.

    Used in: 10.
    """
    masks = np.zeros(image.shape, np.uint8) if labels is None else labels
    picture = tinted(np.take(image, at, axis), np.take(masks, at, axis))
    height, width = extent(image.shape, voxel, axis)
    if upright:
        picture, height, width = picture.swapaxes(0, 1), width, height
    ax.imshow(picture, extent=(0, width, height, 0), aspect="equal")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def extent(shape: tuple[int, ...], voxel: Voxel, axis: int) -> tuple[float, float]:
    """Height and width in µm of a plane that stands on an axis. Used in: 10."""
    height, width = np.delete(np.array(shape) * voxel, axis)
    return float(height), float(width)


def turntable(stacks: Mapping[str, NDArray], voxels: Mapping[str, Voxel]) -> ipywidgets.VBox:
    """Turn a stack about its y axis and look through it: brightest value, mean, or depth.

    Args:
        stacks: name -> image, shape (z, y, x).
        voxels: name -> size along z, y and x, µm.

    Returns:
        A box to display; `box.stack`, `box.angle`, `box.kind` are its controls.

    Used in: 10.
    """
    controls = {
        "stack": ipywidgets.Dropdown(options=list(stacks), description="stack"),
        "angle": ipywidgets.IntSlider(0, -90, 90, 10, description="angle"),
        "kind": ipywidgets.Dropdown(options=list(KINDS), description="show"),
    }
    controls["angle"].continuous_update = False

    @lru_cache(maxsize=4)
    def cubes(name: str) -> tuple[NDArray[np.float32], float]:
        return in_cubes(stacks[name], voxels[name])

    def draw(stack: str, angle: int, kind: str) -> None:
        block, side = cubes(stack)
        seen = turned(block, angle)
        _, ax = plt.subplots(figsize=(6, 6 * seen.shape[1] / seen.shape[2] + 0.5))
        draw_projection(ax, seen, side, kind)
        ax.set_title(f"{stack}, {kind}, turned by {angle}°")
        plt.show()

    return with_controls(controls, draw)


def show_views(
    image: NDArray, voxel: Voxel, views: Sequence[tuple[int, str]], title: str = ""
) -> Figure:
    """One stack in several projections: the turntable on paper.

    Args:
        image: shape (z, y, x).
        voxel: size along z, y and x, µm.
        views: degrees about the y axis, and one of `KINDS`.
        title: what to see.

    Used in: 10.
    """
    block, side = in_cubes(image, voxel)
    width = 3.7 * len(views)
    height = 3.7 * block.shape[1] / block.shape[2] + 0.8
    figure, axes = plt.subplots(1, len(views), figsize=(width, height), squeeze=False)
    for ax, (angle, kind) in zip(axes[0], views, strict=True):
        draw_projection(ax, turned(block, angle), side, kind)
        ax.set_title(f"{kind}, {angle}°" if angle else kind)
    figure.suptitle(title)
    plt.show()
    return figure


def draw_projection(ax: Axes, block: NDArray, side: float, kind: str, um: float = 20.0) -> None:
    """A projection along z of a block of cubic voxels, with a scale bar. Used in: 10."""
    ax.imshow(KINDS[kind](block))
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    scale_bar(ax, side, um)


def in_cubes(image: NDArray, voxel: Voxel, side: float = 0.55) -> tuple[NDArray, float]:
    """The volume in cubic voxels, padded in z and x so that it can be turned about y.

    Args:
        image: shape (z, y, x).
        voxel: size along z, y and x, µm.
        side: of the new voxels, µm; coarser than the old, so that turning is quick.

    Returns:
        Block from 0 to 1, float32, and the side of its voxels, µm.

    Used in: 10.
    """
    side = max(side, min(voxel))
    way = dict(order=1, mode="nearest", grid_mode=True)
    small = ndimage.zoom(image.astype(np.float32), np.array(voxel) / side, **way)
    low, high = np.percentile(small, (50, 99.8))
    small = np.clip((small - low) / max(high - low, 1e-9), 0, 1)
    across = int(np.ceil(np.hypot(small.shape[0], small.shape[2])))
    pads = [(across - size) // 2 for size in small.shape]
    pads[1] = 0
    return np.pad(small, [(pad, pad) for pad in pads]), side


def turned(block: NDArray, angle: float) -> NDArray[np.float32]:
    """The block turned about its y axis by an angle in degrees. Used in: 10."""
    return ndimage.rotate(block, angle, axes=(0, 2), reshape=False, order=1) if angle else block


def brightest(block: NDArray) -> NDArray:
    """The largest value along z, in colours, shape (y, x, 3). Used in: 10."""
    return grey(block.max(axis=0) ** 0.6)


def mean_light(block: NDArray) -> NDArray:
    """The mean along z, in colours, shape (y, x, 3). Used in: 10."""
    flat = block.mean(axis=0)
    return grey((flat / max(flat.max(), 1e-9)) ** 0.6)


def depth_coded(block: NDArray) -> NDArray[np.float64]:
    """Brightness of the largest value along z, colour of where it lies, shape (y, x, 3).

    Blue lies above, yellow below. Used in: 10.
    """
    filled = np.flatnonzero(block.max(axis=(1, 2)) > 0)
    first, last = (filled[0], filled[-1]) if len(filled) else (0, 0)
    where = (block.argmax(axis=0) - first) / max(last - first, 1)
    colours = plt.get_cmap("viridis")(0.15 + 0.85 * np.clip(where, 0, 1))[..., :3]
    return colours * block.max(axis=0)[..., None]


def grey(picture: NDArray) -> NDArray:
    """A picture from 0 to 1 as colours, shape (y, x, 3). Used in: 10."""
    return np.repeat(picture[..., None], 3, axis=-1)


KINDS: dict[str, Callable[[NDArray], NDArray]] = {
    "brightest": brightest,
    "mean": mean_light,
    "depth": depth_coded,
}
