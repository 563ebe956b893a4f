"""Is this image like those of the training? A check of the input that asks no network."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

Image = NDArray[np.float32]
SCALES = (0.0, 1.0, 2.0, 4.0, 8.0)  # deviations of Gaussians, pixels
TILE = 48


def texture(source: Image, tile: int = TILE) -> NDArray[np.float64]:
    """What a tile of an image looks like, in a few numbers that know nothing of cells.

    For each channel the logarithm of its deviation, and of that of each band between two blurs,
    the shares of both directions of slopes, skewness, and the tails of the values.

    Args:
        source: normalised, shape (c, y, x).
        tile: side of the squares without overlap, pixels; what is left over is not looked at.

    Returns:
        One row a tile, row by row, shape (tiles, 9 c).

    Raises:
        ValueError: the image is no (c, y, x), or smaller than a tile.

    Taught in: 09.
    """
    source = np.asarray(source, np.float64)
    if source.ndim != 3 or min(source.shape[1:]) < tile:
        raise ValueError(f"a source (c, y, x) of {tile} pixels a side or more, not {source.shape}")
    return np.concatenate([_looks(channel, tile) for channel in source], axis=1)


def _looks(channel: NDArray, tile: int) -> NDArray[np.float64]:
    blurs = [ndimage.gaussian_filter(channel, sigma) for sigma in SCALES]
    bands = [fine - coarse for fine, coarse in pairwise(blurs)]
    slopes = [ndimage.sobel(blurs[1], axis) for axis in (0, 1)]
    power = [_tiles(part**2, tile).mean(axis=1) for part in (*bands, *slopes)]
    values = _tiles(channel, tile)
    middle = values - values.mean(axis=1, keepdims=True)
    spread = values.std(axis=1) + 1e-6
    tails = [np.log1p(np.abs(middle).max(axis=1) / spread), (middle**3).mean(axis=1) / spread**3]
    return np.stack([*np.log(np.array(power) + 1e-8), np.log(spread), *tails], axis=1)


def _tiles(image: NDArray, tile: int) -> NDArray:
    height, width = (side // tile for side in image.shape)
    cut = image[: height * tile, : width * tile].reshape(height, tile, width, tile)
    return cut.swapaxes(1, 2).reshape(height * width, -1)


def learn_usual(sources: Sequence[Image], tile: int = TILE) -> Callable[[Image], NDArray]:
    """A check of the input: how far each tile's texture lies from that of the training.

    Args:
        sources: normalised images of the training, each (c, y, x).
        tile: as in `texture`.

    Returns:
        A function from a source (c, y, x) to distances (tiles down, tiles across): Mahalanobis'
        distance to the mean texture, divided by the 99th percentile of the training tiles, so
        that 1 is the edge of what is usual.

    Raises:
        ValueError: as `texture`.

    Source: Lee et al. 2018 (Mahalanobis' distance against foreign input), here on plain texture;
    Ledoit and Wolf 2004 (covariance). Taught in: 09.
    """
    from sklearn.covariance import LedoitWolf

    seen = np.concatenate([texture(source, tile) for source in sources])
    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    cloud = LedoitWolf().fit((seen - mean) / spread)
    edge = np.percentile(np.sqrt(cloud.mahalanobis((seen - mean) / spread)), 99)

    def distance(source: Image) -> NDArray:
        found = np.sqrt(cloud.mahalanobis((texture(source, tile) - mean) / spread)) / edge
        return found.reshape([side // tile for side in source.shape[1:]])

    return distance


def over_pixels(tiles: ArrayLike, shape: tuple[int, int], tile: int = TILE) -> Image:
    """Values of tiles laid over the pixels of an image; its left-over rim takes the next tile's.

    Used in: 09.
    """
    wide = np.kron(np.asarray(tiles, np.float32), np.ones((tile, tile), np.float32))
    rest = [(0, side - len_) for side, len_ in zip(shape, wide.shape, strict=True)]
    return np.pad(wide, rest, "edge")
