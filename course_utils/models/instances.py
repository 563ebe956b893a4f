"""From labels to what a network learns, and from what it answers back to labelled objects.

A network cannot say "cell number 12": numbers are names. It can say for every pixel whether it is
inside an object, and how far up the hill of its object it lies. Two touching objects are two
hills, so counting cells becomes counting summits. All here works in 2-D and in 3-D.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.data.moving import edge_distance


def boundary(mask: NDArray) -> NDArray[np.bool_]:
    """Pixels of objects that touch another object or the background.

    Args:
        mask: integer labels, shape (y, x) or (z, y, x), 0 is background.

    Returns:
        Boolean array of the same shape: the outermost pixels of every object.

    Taught in: 07.
    """
    from skimage.segmentation import find_boundaries

    return find_boundaries(mask, mode="inner")


def relative_distance(mask: NDArray, spacing: float | tuple[float, ...] = 1.0) -> NDArray:
    """Height of every pixel on the hill of its object: 1 on the summit, 0 in the background.

    The distance to the edge of the object, divided by the largest of that object, so that small
    and large objects are equally high and the network need not know their size.

    Args:
        mask: integer labels, shape (y, x) or (z, y, x), 0 is background.
        spacing: of the pixels, along each axis where they differ.

    Returns:
        float32 array of the same shape, from 0 to 1.

    Source: Naylor et al. 2019 learn distances; the division is as in Cellpose's and Omnipose's
    fields, which do not depend on size either. Taught in: 07.
    """
    from scipy.ndimage import maximum

    distance = edge_distance(mask, spacing)
    top = np.ones(int(mask.max()) + 1, np.float32)
    labels = np.unique(mask[mask > 0])
    top[labels] = maximum(distance, mask, labels)
    return distance / top[mask]


def targets(mask: NDArray, spacing: float | tuple[float, ...] = 1.0) -> NDArray[np.float32]:
    """What the network learns from a label image: interior (0 or 1) and relative distance.

    Args:
        mask: integer labels, shape (y, x) or (z, y, x), 0 is background.
        spacing: as in `relative_distance`.

    Returns:
        Shape (..., 2), float32.

    Taught in: 07.
    """
    hills = relative_distance(mask, spacing)
    return np.stack([(mask > 0).astype(np.float32), hills], axis=-1)


@dataclass(frozen=True)
class Decoder:
    """How answers of the network become objects; the lengths are in pixels.

    Args:
        least: a pixel is inside an object where its first score exceeds this; 0 is a probability
            of one half.
        smooth: deviation of the Gaussian that calms the hills before summits are counted.
        valley: two summits are two objects if the pass between them lies this much lower.
        summit: a hill lower than this is none.
        smallest: objects of fewer pixels are dropped.

    Used in: 07.
    """

    least: float = 0.0
    smooth: float = 2.0
    valley: float = 0.2
    summit: float = 0.3
    smallest: int = 60

    def __post_init__(self) -> None:
        if not 0 < self.valley < 1 or self.smooth < 0 or self.smallest < 0:
            raise ValueError(f"valley lies between 0 and 1, smooth and smallest from 0: {self}")


def find_objects(
    answers: ArrayLike, how: Decoder = Decoder(), spacing: tuple[float, ...] | None = None
) -> NDArray[np.int32]:
    """Label the objects of a network's answers: one for each summit, grown by watershed.

    Args:
        answers: shape (y, x, 2) or (z, y, x, 2): score of being inside (a logit), and height.
        how: the thresholds.
        spacing: relative size of the pixels along the axes; smoothing follows it.

    Returns:
        Labels from 1 without gaps, shape (y, x) or (z, y, x), int32; 0 is background.

    Raises:
        ValueError: the last axis has not two channels, or the answers are not finite.

    Source: Meyer 1994 (watershed from markers), Soille 1999 (h-maxima). Taught in: 07.
    """
    from skimage.segmentation import watershed

    answers = np.asarray(answers, np.float32)
    if answers.ndim not in (3, 4) or answers.shape[-1] != 2:
        raise ValueError(f"answers have shape (y, x, 2) or (z, y, x, 2), not {answers.shape}")
    if not np.isfinite(answers).all():
        raise ValueError("the answers hold NaN or infinite values: did the training diverge?")
    inside, hills = answers[..., 0] > how.least, calm(answers[..., 1], how.smooth, spacing)
    grown = watershed(-hills, summits(hills, inside, how), mask=inside)
    return drop_small(grown, how.smallest)


def calm(hills: NDArray, smooth: float, spacing: tuple[float, ...] | None = None) -> NDArray:
    """Hills smoothed by a Gaussian of `smooth` pixels of the finest axis. Used in: 07."""
    from scipy.ndimage import gaussian_filter

    steps = np.ones(hills.ndim) if spacing is None else np.asarray(spacing) / min(spacing)
    return gaussian_filter(hills, smooth / steps) if smooth else hills


def summits(hills: NDArray, inside: NDArray[np.bool_], how: Decoder) -> NDArray[np.int32]:
    """One label for each hill that stands `valley` above the pass to a higher one.

    Args:
        hills: heights, shape (y, x) or (z, y, x).
        inside: where objects are.
        how: `valley` and `summit` count.

    Returns:
        Labels of the summits, int32, same shape.

    Source: Soille 1999, h-maxima, in scikit-image. Taught in: 07.
    """
    from skimage.measure import label
    from skimage.morphology import local_maxima, reconstruction

    flooded = reconstruction(hills - how.valley, hills, method="dilation")
    tops = local_maxima(flooded) & (flooded >= how.summit - how.valley) & inside
    return label(tops).astype(np.int32)


def drop_small(labels: NDArray, smallest: int) -> NDArray[np.int32]:
    """Labels without objects of fewer than `smallest` pixels, numbered from 1 without gaps.

    Used in: 07.
    """
    areas = np.bincount(labels.ravel())
    kept = areas >= max(smallest, 1)
    kept[0] = False
    numbers = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    return numbers[labels]
