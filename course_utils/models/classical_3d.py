"""Stacks segmented without a network; all lengths are µm, so that a voxel may have any shape."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.segmentation import watershed

from course_utils.models.classical import above_background
from course_utils.models.instances import drop_small

Labels = NDArray[np.int32]
Voxel = tuple[float, float, float]


@dataclass(frozen=True)
class Watershed3D:
    """Settings of `otsu_watershed_3d`; lengths are µm.

    Args:
        root: take square roots first, which lifts dim nuclei.
        smooth: sigma of the blur before the threshold.
        level: factor on Otsu's threshold.
        hill: sigma of the blur of the distances.
        separation: least distance between two summits along each axis.
        smallest: nuclei of less volume are dropped, µm³.
    """

    root: bool = False
    smooth: float = 0.3
    level: float = 1.0
    hill: float = 0.5
    separation: float = 3.0
    smallest: float = 10.0


def otsu_watershed_3d(volume: NDArray, voxel: Voxel, how: Watershed3D = Watershed3D()) -> Labels:
    """Otsu's threshold on the whole stack, then `split_volume`.

    Args:
        volume: bright nuclei on dark ground, shape (z, y, x).
        voxel: size along z, y and x, µm; a wrong one flattens the distances.
        how: settings.

    Returns:
        Labels from 1 without gaps, shape (z, y, x), int32.

    Raises:
        ValueError: volume or voxel do not have three axes.

    Source: Otsu 1979. Used in: 10.
    """
    if volume.ndim != 3 or len(voxel) != 3:
        raise ValueError(f"three axes, z, y, x, not shape {volume.shape} and voxel {voxel}")
    light = above_background(volume) if how.root else volume.astype(np.float32)
    light = ndimage.gaussian_filter(light, how.smooth / np.array(voxel))
    mask = ndimage.binary_fill_holes(light > how.level * threshold_otsu(light))
    cells = split_volume(mask, voxel, how.hill, how.separation)
    return drop_small(cells, round(how.smallest / float(np.prod(voxel))))


def split_volume(
    mask: NDArray[np.bool_], voxel: Voxel, hill: float = 0.5, separation: float = 3.0
) -> Labels:
    """Cut a mask into nuclei: each summit of the distance to the edge floods its own basin.

    Args:
        mask: True inside nuclei, shape (z, y, x).
        voxel: size along z, y and x, µm.
        hill: sigma of a blur of the distances, µm.
        separation: least distance between two summits along each axis, µm.

    Returns:
        Labels, 0 outside the mask.

    Source: Beucher and Lantuejoul 1979, as `classical.split_mask`. Taught in: 10.
    """
    height = ndimage.distance_transform_edt(mask, voxel).astype(np.float32)
    height = ndimage.gaussian_filter(height, hill / np.array(voxel))
    window = 2 * np.rint(separation / np.array(voxel)).astype(int) + 1
    tops = (ndimage.maximum_filter(height, window) == height) & mask
    return watershed(-height, ndimage.label(tops, np.ones((3, 3, 3)))[0], mask=mask)
