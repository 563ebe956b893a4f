"""A stain out of transmitted light by rules that learn little: beside them a network must stand.

Imported through `course_utils.models.staining`.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from course_utils.data.pairs import Pair

Image = NDArray[np.float32]
Stain = Callable[[Image], Image]
STRIP = 128  # rows of features at a time


def mean_stain(pairs: Sequence[Pair]) -> Stain:
    """The mean stain of all pixels, whatever is seen: a floor. Taught in: 09."""
    mean = np.concatenate([pair.target.ravel() for pair in pairs]).mean()
    return lambda source: np.full(source.shape[1:], mean, np.float32)


def ridge_stain(
    pairs: Sequence[Pair], size: int = 15, strength: float = 100.0, each: int = 4000, seed: int = 0
) -> Stain:
    """A weighted sum of the pixels of a square neighbourhood, the weights by ridge regression.

    Args:
        pairs: of training.
        size: side of the neighbourhood, odd, pixels.
        strength: of the penalty on large weights.
        each: pixels drawn from each pair.
        seed: of the drawing.

    Returns:
        A function from a source (c, y, x) to a stain (y, x).

    Source: Hoerl and Kennard 1970. Taught in: 09.
    """
    from scipy.ndimage import correlate
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(seed)
    drawn = [_neighbourhoods(pair, size, each, rng) for pair in pairs]
    X, y = (np.concatenate(part) for part in zip(*drawn, strict=True))
    line = Ridge(strength).fit(X, y)
    kernels = line.coef_.reshape(-1, size, size).astype(np.float32)

    def predict(source: Image) -> Image:
        channels = zip(source, kernels, strict=True)
        said = sum(correlate(c, k, mode="mirror") for c, k in channels) + line.intercept_
        return said.astype(np.float32)

    return predict


def forest_stain(
    pairs: Sequence[Pair], largest: float = 16.0, each: int = 2000, seed: int = 0
) -> Stain:
    """A random forest on brightness, contrast and slopes around each pixel, at several widths.

    Args:
        pairs: of training.
        largest: width of the coarsest feature, pixels.
        each: pixels drawn from each pair.
        seed: of the drawing and of the forest.

    Returns:
        A function from a source (c, y, x) to a stain (y, x).

    Source: Breiman 2001. Taught in: 09.
    """
    from sklearn.ensemble import RandomForestRegressor

    rng = np.random.default_rng(seed)
    X, y = [], []
    for pair in pairs:
        share = min(1.0, each / pair.target.size)
        for rows, features in _features(pair.source, largest):
            drawn = rng.random(features.shape[:-1]) < share
            X.append(features[drawn])
            y.append(pair.target[rows][drawn])
    settings = dict(min_samples_leaf=5, max_features=1 / 3, random_state=seed, n_jobs=1)
    forest = RandomForestRegressor(50, **settings).fit(np.concatenate(X), np.concatenate(y))

    def predict(source: Image) -> Image:
        strips = (features for _, features in _features(source, largest))
        said = [forest.predict(one.reshape(-1, one.shape[-1])) for one in strips]
        return np.concatenate(said).reshape(source.shape[1:]).astype(np.float32)

    return predict


def _neighbourhoods(
    pair: Pair, size: int, each: int, rng: np.random.Generator
) -> tuple[Image, Image]:
    half = size // 2
    padded = np.pad(pair.source, ((0, 0), (half, half), (half, half)), "reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    at = rng.choice(pair.target.size, min(each, pair.target.size), replace=False)
    y, x = np.unravel_index(at, pair.target.shape)
    return windows[:, y, x].swapaxes(0, 1).reshape(len(at), -1), pair.target[y, x]


def _features(source: Image, largest: float) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Features (y, x, n) of strips of rows, so that many channels need little memory."""
    margin, height = int(4 * largest) + 1, source.shape[1]
    widths = 2.0 ** np.arange(np.log2(largest) + 1)
    for top in range(0, height, STRIP):
        rows, first = slice(top, min(top + STRIP, height)), max(0, top - margin)
        strip = source[:, first : rows.stop + margin]
        looks = [look for channel in strip for width in widths for look in _looks(channel, width)]
        yield rows, np.stack(looks, axis=-1)[top - first : rows.stop - first]


def _looks(channel: Image, width: float) -> tuple[Image, ...]:
    """Brightness, contrast and the two slopes in a Gaussian window."""
    from scipy.ndimage import gaussian_filter

    mean = gaussian_filter(channel, width)
    contrast = np.sqrt(np.maximum(gaussian_filter(channel**2, width) - mean**2, 0))
    return mean, contrast, *np.gradient(mean)
