"""One scale of intensities: fitted on the training images, then applied to all.

Imported through `course_utils.data.transforms`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Scale:
    """The native intensities that become 0 and 1. Call it with an image of any shape and type.

    Nothing is clipped: pixels beyond the two stay distinguishable. Used in: 01.
    """

    zero: float
    one: float

    def __post_init__(self) -> None:
        if not 0 < self.one - self.zero < math.inf:
            raise ValueError(
                f"no scale from {self.zero:g} to {self.one:g}: the values do not differ"
            )

    def __call__(self, image: ArrayLike) -> NDArray[np.float32]:
        scaled = np.empty(np.shape(image), np.float32)
        np.subtract(image, self.zero, out=scaled, dtype=np.float64, casting="unsafe")
        scaled /= np.float32(self.one - self.zero)
        return scaled

    def undo(self, scaled: ArrayLike) -> NDArray[np.float32]:
        """Native intensities of scaled ones. Used in: 09."""
        scaled = np.asarray(scaled, np.float32)
        return scaled * np.float32(self.one - self.zero) + np.float32(self.zero)


def fit_percentiles(images: Iterable[ArrayLike], low: float = 1, high: float = 99.8) -> Scale:
    """Scale that takes two percentiles of all training pixels to 0 and 1.

    Args:
        images: training images only, (n, ...) or a list of any sizes, one channel.
        low, high: percentiles, 0 <= low < high <= 100.

    Raises:
        ValueError: no pixels, NaN or infinite ones, wrong percentiles, or both of one value.

    Used in: 01.
    """
    if not 0 <= low < high <= 100:
        raise ValueError(f"percentiles need 0 <= low < high <= 100, not {low} and {high}")
    pixels = np.concatenate([part.ravel() for part in _checked(images)])
    zero, one = np.percentile(pixels, (low, high))
    if zero == one:
        raise ValueError(f"the percentiles {low} and {high} are both {zero:g}: choose others")
    return Scale(float(zero), float(one))


def fit_standard(images: Iterable[ArrayLike]) -> Scale:
    """Scale that takes the mean of all training pixels to 0 and their deviation to 1.

    Args:
        images: training images only, (n, ...) or a list of any sizes, one channel.

    Raises:
        ValueError: no pixels, NaN or infinite ones, or all pixels are the same.

    Used in: 01.
    """
    parts = _checked(images)
    count = sum(part.size for part in parts)
    mean = sum(part.sum(dtype=np.float64) for part in parts) / count
    variance = sum(np.square(part - mean, dtype=np.float64).sum() for part in parts) / count
    if min(part.min() for part in parts) == max(part.max() for part in parts):
        raise ValueError(f"all pixels are {mean:g}: there is nothing to scale by")
    return Scale(float(mean), float(mean + np.sqrt(variance)))


def normalise_percentiles(
    image: ArrayLike, low: float = 1, high: float = 99.8
) -> NDArray[np.float32]:
    """One image by its own percentiles; a constant image becomes zeros.

    Raises ValueError like `fit_percentiles`. Used in: 01.
    """
    (image,) = _checked([image])
    if image.min() == image.max():
        return np.zeros(image.shape, np.float32)
    return fit_percentiles([image], low, high)(image)


def standardise_image(image: ArrayLike) -> NDArray[np.float32]:
    """One image to mean 0 and deviation 1 (z-score); a constant image becomes zeros.

    Raises ValueError if there are no pixels, or NaN or infinite ones. Used in: 01.
    """
    (image,) = _checked([image])
    if image.min() == image.max():
        return np.zeros(image.shape, np.float32)
    return fit_standard([image])(image)


def normalise_arcsinh(
    image: ArrayLike, low: float = 1, high: float = 99.8, lift: float = 10
) -> NDArray[np.float32]:
    """One image by its own percentiles, then arcsinh: near 0 linear, above logarithmic.

    Dim and bright nuclei come closer together than by a straight scale; the noise of a dark
    background is not blown up, as a logarithm would.

    Args:
        image: any shape; a constant image becomes zeros.
        low, high: percentiles that become 0 and 1.
        lift: how far dim light is lifted; 0.1 becomes 0.29 by 10.

    Raises ValueError like `fit_percentiles`. Source: Lupton et al. 1999. Used in: 07, 08, 11.
    """
    return lift_dim(normalise_percentiles(image, low, high), lift)


def lift_dim(scaled: NDArray[np.float32], lift: float = 10) -> NDArray[np.float32]:
    """Arcsinh of an image from 0 to 1, written over it; 0 and 1 stay. Used in: 07."""
    scaled *= np.float32(lift)
    np.arcsinh(scaled, out=scaled)
    scaled /= np.arcsinh(np.float32(lift))
    return scaled


def _checked(images: Iterable[ArrayLike]) -> list[NDArray]:
    parts = [np.asarray(image) for image in images]
    if not sum(part.size for part in parts):
        raise ValueError("there are no pixels")
    bad = sum(np.count_nonzero(~np.isfinite(part)) for part in parts)
    if bad:
        raise ValueError(f"{bad} pixels are NaN or infinite")
    return parts
