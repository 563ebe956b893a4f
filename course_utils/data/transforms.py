"""Changes of pictures that leave their label true: one scale of intensities, and augmentation.

Axes are said in letters: a leading z or t where there is one, y and x, then c for channels.
Planes of z or t lie further apart than pixels, so they are never mixed: turning and zooming happen
in the plane, where pixels are square.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.moving import Changes as Changes
from course_utils.data.moving import edge_distance as edge_distance
from course_utils.data.moving import full_size
from course_utils.data.moving import move as move
from course_utils.data.scaling import Scale as Scale
from course_utils.data.scaling import fit_percentiles as fit_percentiles
from course_utils.data.scaling import fit_standard as fit_standard
from course_utils.data.scaling import normalise_percentiles as normalise_percentiles
from course_utils.data.scaling import standardise_image as standardise_image

AXES = ("yx", "yxc", "zyx", "zyxc", "tyx", "tyxc")


def turn(picture: NDArray, k: int) -> NDArray:
    """One of the eight orientations of a square picture, without any interpolation.

    Args:
        picture: shape (y, x, ...).
        k: 0 to 3 are quarter turns counter-clockwise, 4 to 7 the same, then mirrored left to right.

    Returns:
        A view of shape (y, x, ...), or (x, y, ...) for odd k.

    Raises:
        ValueError: k is not from 0 to 7.

    Used in: 02.
    """
    if not 0 <= k <= 7:
        raise ValueError(f"a picture has eight orientations, 0 to 7; got {k}")
    turned = np.rot90(picture, k % 4)
    return turned[:, ::-1] if k >= 4 else turned


@dataclass(frozen=True)
class Augment:
    """How far images may be changed at random; as it stands, not at all.

    Leave out what would make an image that the microscope can not take: light from one side casts
    shadows to the other, so its images may not be mirrored along that axis, nor turned. Blur to
    noise have the units of the image as it is given: normalise it before.

    Args:
        flips: axes that half of the images are mirrored along, such as "yx".
        quarter_turns: whether to turn by 0, 90, 180 or 270 degrees; exact, as flips are.
        angle: largest rotation either way, degrees; it interpolates, so a third of noise is lost.
        zoom: least and largest magnification, 0.1 to 10; 2 shows objects twice as long.
        shift: largest displacement along y and x, whole pixels.
        blur: largest deviation of a Gaussian in the plane, pixels.
        gamma: least and largest exponent, on the range of the image itself.
        gain: least and largest factor.
        offset: largest constant that is added or taken away.
        noise: largest deviation of Gaussian noise.

    Used in: 01.
    """

    flips: str = ""
    quarter_turns: bool = False
    angle: float = 0.0
    zoom: tuple[float, float] = (1.0, 1.0)
    shift: int = 0
    blur: float = 0.0
    gamma: tuple[float, float] = (1.0, 1.0)
    gain: tuple[float, float] = (1.0, 1.0)
    offset: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        if not set(self.flips) <= set("tzyx"):
            raise ValueError(f"flips are axes such as 'yx', not {self.flips!r}")
        for name in ("angle", "shift", "blur", "offset", "noise"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")
        for name in ("zoom", "gamma", "gain"):
            low, high = getattr(self, name)
            if not 0 < low <= high < math.inf:
                raise ValueError(f"{name} needs 0 < least <= largest, not {low} and {high}")
        if not 0.1 <= self.zoom[0] <= self.zoom[1] <= 10:
            raise ValueError(f"zoom must lie between 0.1 and 10, not {self.zoom}")


def draw_changes(how: Augment, rng: np.random.Generator) -> Changes:
    """Draw once what is done to an image and to all that belongs to it.

    Each dial has a random number of its own: moving one leaves what the others draw.

    Used in: 01.
    """
    u = rng.random(14).tolist()
    halves = zip("tzyx", u[:4], strict=True)
    return Changes(
        shift=tuple(math.floor((2 * how.shift + 1) * v) - how.shift for v in u[4:6]),
        turns=int(4 * u[6]) if how.quarter_turns else 0,
        mirrored="".join(axis for axis, v in halves if axis in how.flips and v < 0.5),
        angle=how.angle * (2 * u[7] - 1),
        zoom=_between(how.zoom, u[8]),
        blur=how.blur * u[9],
        gamma=_between(how.gamma, u[10]),
        gain=_between(how.gain, u[11]),
        offset=how.offset * (2 * u[12] - 1),
        noise=how.noise * u[13],
    )


def _between(limits: tuple[float, float], u: float) -> float:
    return limits[0] * (limits[1] / limits[0]) ** u


def change_light(
    image: NDArray, drawn: Changes, rng: np.random.Generator, axes: str = "yx"
) -> NDArray[np.float32]:
    """The image blurred in the plane, then gamma, gain, offset and noise; its pixels stay in place.

    Args:
        image: normalised, in the order of `axes`.
        drawn: the changes; those of place are left out.
        rng: of the noise.

    Used in: 01.
    """
    from scipy.ndimage import gaussian_filter

    image = np.array(image, np.float32)
    if drawn.blur:
        image = gaussian_filter(image, [drawn.blur * (axis in "yx") for axis in axes])
    low, high = image.min(), image.max()
    if drawn.gamma != 1 and low < high:
        image = ((image - low) / (high - low)) ** np.float32(drawn.gamma) * (high - low) + low
    image *= np.float32(drawn.gain)
    image += np.float32(drawn.offset)
    if drawn.noise:
        image += np.float32(drawn.noise) * rng.standard_normal(image.shape, np.float32)
    return image


class Augmented(NamedTuple):
    """An image and what belongs to it after the same changes; None what was not given."""

    image: NDArray[np.float32]
    mask: NDArray | None
    distance: NDArray | None
    target: NDArray[np.float32] | None
    drawn: Changes


def augment(
    image: NDArray,
    mask: NDArray | None = None,
    distance: Callable[[NDArray], NDArray] | None = None,
    target: NDArray | None = None,
    *,
    how: Augment,
    rng: np.random.Generator,
    axes: str = "yx",
    size: int | tuple[int, ...] | None = None,
    centre: tuple[int, ...] | None = None,
    normalise: Callable[[NDArray], NDArray] | None = None,
) -> Augmented:
    """Change an image at random, and alike its mask, distance map and target.

    A distance map is not moved but made of the moved mask: zoomed cells have longer distances, and
    what the window cuts is measured to the edges in sight.

    Args:
        image: any type of numbers, in the order of `axes`.
        mask: labels of the same (z, y, x).
        distance: function that makes the distance map of a mask, such as `edge_distance`.
        target: a second image, such as the stain to predict: it moves, its light stays.
        how: how far.
        rng: of all that is drawn; the same state repeats the result.
        axes, size, centre: as in `move`.
        normalise: done after moving and before the light, such as a fitted `Scale`; so movies
            may stay in their own type.

    Raises:
        ValueError: shapes that fit neither each other nor the axes, a mask that is not of
            integers, quarter turns of what is not square, flips along an axis that is not there.

    Used in: 01.
    """
    _check(image, mask, target, axes)
    if distance is not None and (not callable(distance) or mask is None):
        raise ValueError("a distance map is made of the moved mask: give a mask and the function")
    space = axes.rstrip("c")
    size = full_size(size, image.shape[: len(space)])
    _check_orientations(how, space, size)
    drawn = draw_changes(how, rng)
    place = dict(drawn=drawn, size=size, centre=centre)
    image = move(image, axes=axes, **place)
    image = change_light(normalise(image) if normalise else image, drawn, rng, axes)
    if mask is not None:
        mask = move(mask, axes=space, nearest=True, **place)
    if target is not None:
        target = move(target, axes=space + "c" * (target.ndim - len(space)), **place)
    return Augmented(image, mask, distance(mask) if distance else None, target, drawn)


def _check(image: NDArray, mask: NDArray | None, target: NDArray | None, axes: str) -> None:
    if axes not in AXES:
        raise ValueError(f"axes must be one of {', '.join(AXES)}, not {axes!r}")
    if image.ndim != len(axes) or not image.size:
        raise ValueError(f"an image of shape {image.shape} does not fit the axes {axes!r}")
    space = image.shape[: len(axes.rstrip("c"))]
    if mask is not None and mask.shape != space:
        raise ValueError(f"the mask has shape {mask.shape}, the image {space}")
    if mask is not None and mask.dtype.kind not in "iub":
        raise ValueError(f"a mask has integer labels, not {mask.dtype}: give images as target")
    if target is not None and space not in (target.shape, target.shape[:-1]):
        raise ValueError(f"the target has shape {target.shape}, the image {space}")


def _check_orientations(how: Augment, space: str, size: tuple[int, ...]) -> None:
    if not set(how.flips) <= set(space):
        raise ValueError(f"flips along {how.flips!r}, but the axes are {space!r}")
    if how.quarter_turns and size[-2] != size[-1]:
        raise ValueError(f"quarter turns need a square, not {size[-2]} x {size[-1]}: give its size")
