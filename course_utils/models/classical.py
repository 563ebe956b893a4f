"""Segmentation without a network: thresholds, watersheds, and a forest that classifies pixels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import multiscale_basic_features, peak_local_max
from skimage.filters import gaussian, threshold_otsu
from skimage.segmentation import find_boundaries, watershed
from sklearn.ensemble import RandomForestClassifier

Labels = NDArray[np.int32]
Prepare = Callable[[NDArray], NDArray]
OUTSIDE, INSIDE, RIM = range(3)


@dataclass(frozen=True)
class Watershed:
    """Settings of `otsu_watershed`; lengths are pixels.

    Args:
        root: take square roots first, which lifts dim cells and evens out photon noise.
        smooth: sigma of the blur before the threshold.
        level: factor on Otsu's threshold.
        hill: sigma of the blur of the distance map.
        separation: least distance between two summits.
        rim: each cell ends where its own brightness has fallen to this share; 0 leaves it.
        smallest: cells of fewer pixels are dropped.
    """

    root: bool = False
    smooth: float = 1.0
    level: float = 1.0
    hill: float = 0.0
    separation: int = 7
    rim: float = 0.0
    smallest: int = 0


TUNED = Watershed(True, smooth=0.5, level=0.55, hill=3.0, separation=9, rim=0.4, smallest=80)
TUNED_WOUND = Watershed(True, smooth=1.0, hill=1.0, separation=5, smallest=20)


def above_background(image: NDArray) -> NDArray[np.float64]:
    """Square root of what lies above the image's first percentile, shape as given. Used in: 07."""
    return np.sqrt(np.maximum(image.astype(float) - np.percentile(image, 1), 0))


def local_contrast(image: NDArray, sigma: float = 3.0) -> NDArray[np.float64]:
    """Standard deviation in a Gaussian window: bright where transmitted light meets a cell.

    Args:
        image: shape (y, x).
        sigma: of the window, pixels.

    Used in: 07.
    """
    image = image.astype(float)
    mean = gaussian(image, sigma)
    return np.sqrt(np.maximum(gaussian(image**2, sigma) - mean**2, 0))


def split_mask(mask: NDArray[np.bool_], hill: float = 0.0, separation: int = 7) -> Labels:
    """Cut a mask into cells: each summit of the distance to the edge floods its own basin.

    Args:
        mask: True inside cells, shape (y, x).
        hill: sigma of a blur of the distance map, pixels.
        separation: least distance between two summits, pixels.

    Returns:
        Labels 1, 2, ... in (y, x), 0 outside the mask.

    Source: Beucher and Lantuejoul 1979. Taught in: 07.
    """
    height = ndimage.distance_transform_edt(mask)
    height = gaussian(height, hill) if hill else height
    pieces = ndimage.label(mask)[0]
    tops = peak_local_max(height, min_distance=separation, labels=pieces, exclude_border=False)
    seeds = np.zeros(mask.shape, np.int32)
    seeds[tuple(tops.T)] = np.arange(1, len(tops) + 1)
    return watershed(-height, seeds, mask=mask)


def otsu_watershed(image: NDArray, how: Watershed = Watershed()) -> Labels:
    """Otsu's threshold, then `split_mask`.

    Args:
        image: bright cells on dark ground, shape (y, x).
        how: settings; the defaults are what one tries first.

    Returns:
        Labels of shape (y, x), 0 is background.

    Source: Otsu 1979. Used in: 07, 08, 11.
    """
    light = above_background(image) if how.root else image.astype(float)
    light = gaussian(light, how.smooth) if how.smooth else light
    mask = ndimage.binary_fill_holes(light > how.level * threshold_otsu(light))
    cells = split_mask(mask, how.hill, how.separation)
    cells = own_rims(light, cells, how.rim) if how.rim else cells
    return drop_small(cells, how.smallest)


def own_rims(light: NDArray, cells: Labels, rim: float) -> Labels:
    """Let each cell end where it has fallen to a share of its own brightness.

    Args:
        light, cells: image and labels, shape (y, x).
        rim: share of the way from the image's median to the cell's 80th percentile.

    Used in: 07.
    """
    ground = np.median(light)
    top = np.full(cells.max() + 1, np.inf)
    for label, box in enumerate(ndimage.find_objects(cells), start=1):
        if box is not None:
            top[label] = np.percentile(light[box][cells[box] == label], 80)
    return np.where(light > ground + rim * (top[cells] - ground), cells, 0)


def drop_small(cells: Labels, smallest: int) -> Labels:
    """Labels without the cells of fewer than `smallest` pixels. Used in: 07."""
    area = np.bincount(cells.ravel())
    return np.where(area[cells] >= smallest, cells, 0)


def pixel_kinds(masks: NDArray) -> NDArray[np.int64]:
    """What a pixel is: 0 outside, 1 inside a cell, 2 on the rim of one.

    Args:
        masks: labels, shape (y, x).

    Used in: 07.
    """
    rim = find_boundaries(masks, mode="inner")
    return np.where(rim, RIM, np.where(masks > 0, INSIDE, OUTSIDE))


def pixel_features(image: NDArray, prepare: Prepare, largest: float) -> NDArray[np.float32]:
    """Brightness, edges and texture around each pixel at widths from 1 to `largest` pixels.

    Returns shape (y, x, features). Used in: 07.
    """
    light = prepare(image).astype(np.float32)
    spread = light.std()
    return multiscale_basic_features(light / (spread or 1), sigma_min=1, sigma_max=largest)


def train_forest(
    images: Sequence[NDArray],
    masks: Sequence[NDArray],
    prepare: Prepare = above_background,
    largest: float = 8.0,
    each: int = 700,
    seed: int = 0,
) -> RandomForestClassifier:
    """A random forest that tells outside, inside and rim from a pixel's surroundings.

    Args:
        images, masks: equally long lists of images and labels, shape (y, x).
        prepare: what is done to an image first.
        largest: width of the coarsest feature, pixels.
        each: pixels drawn of each kind and image.
        seed: of the drawing and of the forest.

    Source: Breiman 2001; as ilastik does, Berg et al. 2019. Used in: 07.
    """
    rng = np.random.default_rng(seed)
    X, y = [], []
    for image, labels in zip(images, masks, strict=True):
        features, kinds = pixel_features(image, prepare, largest), pixel_kinds(labels)
        for kind in np.unique(kinds):
            drawn = rng.choice(np.flatnonzero(kinds == kind), each)
            X.append(features.reshape(-1, features.shape[-1])[drawn])
            y.append(np.full(each, kind))
    forest = RandomForestClassifier(30, min_samples_leaf=5, random_state=seed, n_jobs=1)
    return forest.fit(np.concatenate(X), np.concatenate(y))


def forest_cells(
    forest: RandomForestClassifier,
    image: NDArray,
    prepare: Prepare = above_background,
    largest: float = 8.0,
    smooth: float = 1.0,
    level: float = 0.5,
) -> Labels:
    """Cells of an image: connected insides are seeds, and flood what is not outside.

    Args:
        forest: of `train_forest`, trained with the same `prepare` and `largest`.
        image: shape (y, x).
        smooth: sigma of a blur of the share of trees that say "inside".
        level: of that share, for seeds.

    Used in: 07.
    """
    features = pixel_features(image, prepare, largest)
    share = forest.predict_proba(features.reshape(-1, features.shape[-1]))
    share = share.reshape(*image.shape, 3)
    inside = gaussian(share[..., INSIDE], smooth)
    seeds = drop_small(ndimage.label(inside > level)[0], 20)
    return watershed(-inside, seeds, mask=share[..., OUTSIDE] < 0.5)
