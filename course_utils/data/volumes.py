"""Stacks of slices: their parts for training and test, projections, and other slice distances."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from course_utils.data import datasets
from course_utils.data.datasets import Frame
from course_utils.data.simulate import Culture, Microscope, simulate

STACK_UNTIL, STACK_FROM = 128, 186
CHO_UNTIL, CHO_FROM = 224, 320
TISSUE = Culture(
    cells=60, shape=(128, 128), depth=48, frames=1, diameter=9.0, elongation=1.2, dividing=0.0
)
CONFOCAL = Microscope(pixel_size=0.5, z_step=0.5, psf=0.25, psf_z=0.75, photons=150.0)
HEIGHT = 24.0


def stack_parts() -> tuple[Frame, Frame]:
    """The nuclei stack's two parts: columns 0-127 to train on, 186-255 to test on.

    No nucleus reaches over the gap of 58 columns (15 µm); those at its edges are cut. Settings are
    chosen inside the first part. The labels come from thresholding, with the holes filled.

    Raises ShelfError if the wheel is missing or damaged.

    Used in: 10.
    """
    stack = datasets.nuclei_stack()
    return columns(stack, slice(0, STACK_UNTIL)), columns(stack, slice(STACK_FROM, None))


def cho_parts(every: int = 2) -> tuple[list[Frame], list[Frame]]:
    """Stacks of the CHO movie: columns 0-223 to train on, 320-511 to test on.

    The cells of late frames are those of early ones, so frames make no test; no cell crosses the
    gap of 96 columns (19 µm) in the film's three hours.

    Args:
        every: only each so-manieth frame; neighbours are nearly alike.

    Raises ShelfError if the wheel is missing or damaged.

    Used in: 10.
    """
    movie = datasets.cho_movie()
    frames = [movie.frame(t) for t in range(0, len(movie), every)]
    parts = slice(0, CHO_UNTIL), slice(CHO_FROM, None)
    train, test = ([columns(frame, part) for frame in frames] for part in parts)
    return train, test


def columns(frame: Frame, part: slice) -> Frame:
    """Some columns of a picture or stack with its labels, as views. Used in: 10."""
    x = frame.axes.index("x")
    place = (*[slice(None)] * x, part)
    return replace(frame, image=frame.image[place], masks=frame.masks[place])


def whole_and_cut(masks: NDArray, part: slice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Labels that lie wholly in some columns, and those that an end of them cuts.

    Args:
        masks: labels, x last; 0 is background.
        part: columns; the ends of the picture cut nobody.

    Used in: 10.
    """
    inside = np.zeros(masks.shape[-1], bool)
    inside[part] = True
    seen, outside = (np.unique(masks[..., where]) for where in (inside, ~inside))
    cut = np.isin(seen, outside)
    return seen[(seen > 0) & ~cut].astype(np.int64), seen[(seen > 0) & cut].astype(np.int64)


def simulated_stack(
    seed: int, z_step: float = 0.5, cells: int = 60, photons: float = 150.0, **culture
) -> Frame:
    """A stack of the virtual microscope, 24 µm high, with exact labels.

    The same seed gives the same nuclei at each distance of slices, to within the drawing of noise.

    Args:
        seed: whole number from 0.
        z_step: distance of two slices, µm, 0.25 to 6.
        cells: about how many nuclei.
        photons: what a voxel catches from a usual nucleus.
        **culture: further dials of `Culture`, such as `shape` or `diameter`.

    Raises ValueError, naming the dial, if one is outside its limits.

    Used in: 10.
    """
    if not 0.25 <= z_step <= 6:
        raise ValueError(f"z_step must lie between 0.25 and 6 µm, not {z_step!r}")
    depth = round(HEIGHT / z_step)
    alive = replace(TISSUE, cells=cells, depth=depth, **culture)
    film = simulate(alive, replace(CONFOCAL, z_step=z_step, photons=photons), seed)
    name = f"simulated stack, seed {seed}, {z_step:g} µm a slice"
    return Frame(film.images["nuclei"][0], film.masks[0], film.pixel_size, "zyx", name)


def every_slice(frame: Frame, step: int, first: int = 0) -> Frame:
    """A stack as a microscope takes it that skips slices: every step-th one is kept.

    Args:
        frame: axes zyx with a pixel size.
        step: 1 or more.
        first: slice to begin with.

    Raises:
        ValueError: another order of axes, or a step below 1.

    Used in: 10.
    """
    _check_stack(frame)
    if step < 1:
        raise ValueError(f"step must be at least 1 slice, not {step}")
    z, y, x = frame.pixel_size
    kept = slice(first, None, step)
    return replace(
        frame, image=frame.image[kept], masks=frame.masks[kept], pixel_size=(step * z, y, x)
    )


def evenly(frame: Frame, z_step: float | None = None) -> Frame:
    """A stack resampled along z: light between slices is interpolated, labels are the nearest.

    Interpolated slices look right and hold nothing new.

    Args:
        frame: axes zyx with a pixel size.
        z_step: new distance of slices; that of pixels in y by default.

    Raises ValueError as `every_slice`, and for a distance that is not positive.

    Used in: 10.
    """
    _check_stack(frame)
    z, y, x = frame.pixel_size
    z_step = y if z_step is None else z_step
    if not z_step > 0:
        raise ValueError(f"z_step must be positive, not {z_step}")
    n = len(frame.image)
    at = np.arange(0, (n - 1) * z + 1e-9, z_step) / z
    low = np.minimum(at.astype(int), max(n - 2, 0))
    share = (at - low).astype(np.float32)[:, None, None]
    above = np.minimum(low + 1, n - 1)
    light = (1 - share) * frame.image[low] + share * frame.image[above]
    masks = frame.masks[np.minimum(np.rint(at).astype(int), n - 1)]
    image = light.astype(np.float32)
    return replace(frame, image=image, masks=masks, pixel_size=(z_step, y, x))


def project(frame: Frame) -> Frame:
    """The brightest value along z, and the labels as one sees them from above.

    Where nuclei lie above each other, the pixel goes to the one whose voxel is brightest there.

    Args:
        frame: axes zyx.

    Returns:
        Axes yx.

    Used in: 10.
    """
    _check_stack(frame)
    light = np.where(frame.masks > 0, frame.image.astype(np.float32), -1)
    owner = np.take_along_axis(frame.masks, light.argmax(axis=0)[None], axis=0)[0]
    size = None if frame.pixel_size is None else frame.pixel_size[1:]
    return replace(frame, image=frame.image.max(axis=0), masks=owner, pixel_size=size, axes="yx")


def hidden(masks: NDArray) -> NDArray[np.float64]:
    """Share of each nucleus, seen from above, that lies over or under another one.

    Args:
        masks: labels, shape (z, y, x), 0 is background.

    Returns:
        One number a label in ascending order, 0 to 1.

    Used in: 10.
    """
    labels = np.unique(masks[masks > 0])
    shadows = np.stack([(masks == label).any(axis=0) for label in labels])
    crowded = shadows.sum(axis=0) > 1
    return (shadows & crowded).sum(axis=(1, 2)) / shadows.sum(axis=(1, 2))


def _check_stack(frame: Frame) -> None:
    if frame.axes != "zyx":
        raise ValueError(
            f"{frame.name} has the axes {frame.axes}, not zyx: reorder them with np.moveaxis first"
        )
