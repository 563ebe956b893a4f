"""How alike two images are: Pearson's correlation, PSNR, SSIM, mean absolute error, and counts.

All take a true image and what was said of it, (y, x) or (z, y, x), in the same units.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

WINDOW, SIGMA = 11, 1.5  # of SSIM, pixels


def pearson(true: ArrayLike, said: ArrayLike) -> float:
    """Correlation of the pixels of two images, from -1 to 1; gain and offset do not count.

    Args:
        true, said: shape (y, x) or (z, y, x).

    Returns:
        The coefficient; 0 if `said` is the same everywhere, for then it says nothing.

    Raises:
        ValueError: shapes differ, no image, NaN or infinite values, or `true` is the same
            everywhere, for then there is nothing to say.

    Source: Pearson 1895. Taught in: 09.
    """
    true, said = checked(true, said)
    if true.min() == true.max():
        raise ValueError(f"the true image is {true.flat[0]:g} everywhere: nothing can correlate")
    if said.min() == said.max():
        return 0.0
    true, said = true - true.mean(), said - said.mean()
    product = float((true * said).sum())
    return float(np.clip(product / np.sqrt((true**2).sum() * (said**2).sum()), -1, 1))


def psnr(true: ArrayLike, said: ArrayLike, peak: float | None = None) -> float:
    """Peak signal-to-noise ratio in decibels: 10 more is a tenth of the squared error.

    Args:
        true, said: shape (y, x) or (z, y, x).
        peak: range of intensities that counts as the signal; by default that of `true`. Give one
            number for all images that are compared.

    Returns:
        Decibels; infinite if the images are equal.

    Raises:
        ValueError: as `pearson`, but for a constant image only without `peak`; or a peak that is
            not positive.

    Taught in: 09.
    """
    true, said = checked(true, said)
    peak = _peak(true, peak)
    error = float(np.mean((true - said) ** 2))
    return math.inf if error == 0 else 10 * math.log10(peak**2 / error)


def ssim(true: ArrayLike, said: ArrayLike, peak: float | None = None) -> float:
    """Structural similarity: mean, contrast and correlation in windows of 11 pixels, 1 if equal.

    Args:
        true, said: shape (y, x) or (z, y, x), at least 11 pixels a side.
        peak: as for `psnr`.

    Raises:
        ValueError: as `psnr`, or a side is shorter than the window.

    Source: Wang et al. 2004, their Gaussian window; scikit-image. Taught in: 09.
    """
    from skimage.metrics import structural_similarity

    true, said = checked(true, said)
    if min(true.shape) < WINDOW:
        raise ValueError(f"SSIM needs {WINDOW} pixels a side, the images have {true.shape}")
    window = dict(gaussian_weights=True, sigma=SIGMA, use_sample_covariance=False)
    return float(structural_similarity(true, said, data_range=_peak(true, peak), **window))


def mean_absolute_error(true: ArrayLike, said: ArrayLike) -> float:
    """Mean distance of the pixels, in their unit. Errors: shapes, no image, NaN. Used in: 09."""
    true, said = checked(true, said)
    return float(np.abs(true - said).mean())


def count_error(true_n: int, said_n: int) -> float:
    """How far a count is off, relative to the true one: 0.1 is 10 % too many or too few.

    Raises:
        ValueError: a count is negative, or there was nothing to count.

    Taught in: 09.
    """
    if true_n < 0 or said_n < 0:
        raise ValueError(f"counts are not negative, got {true_n} and {said_n}")
    if true_n == 0:
        raise ValueError(f"there is no true object: {said_n} cannot be relative to 0")
    return abs(said_n - true_n) / true_n


def checked(true: ArrayLike, said: ArrayLike) -> tuple[NDArray, NDArray]:
    """Both as float64 of one shape; ValueError says what is wrong. Used in: 09."""
    true, said = np.asarray(true, float), np.asarray(said, float)
    if true.shape != said.shape:
        raise ValueError(
            f"the images have shapes {true.shape} and {said.shape}: they must be alike"
        )
    if true.ndim not in (2, 3) or not true.size:
        raise ValueError(f"an image has shape (y, x) or (z, y, x), not {true.shape}")
    for name, image in (("true", true), ("predicted", said)):
        if bad := np.count_nonzero(~np.isfinite(image)):
            raise ValueError(f"the {name} image has {bad} pixels that are NaN or infinite")
    return true, said


def _peak(true: NDArray, peak: float | None) -> float:
    peak = float(np.ptp(true)) if peak is None else float(peak)
    if not 0 < peak < math.inf:
        raise ValueError(f"the peak must be positive, not {peak:g}: give the range of intensities")
    return peak
