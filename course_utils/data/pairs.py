"""Two images of one field, aligned pixel by pixel: what is seen, and the stain to predict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.data.scaling import fit_percentiles, lift_dim

GROUND = 32.0  # pixels, deviation of the Gaussian that is taken for the uneven light
LIFT = 3.0


@dataclass(frozen=True, eq=False)
class Pair:
    """An image and its stain, both normalised, float32.

    `source` is (c, y, x): channels, or planes of one stack. `target` is (y, x), about 0 where
    nothing glows and 1 at the brightest.
    """

    source: NDArray[np.float32]
    target: NDArray[np.float32]
    name: str = ""

    def __post_init__(self) -> None:
        if self.source.ndim != 3 or self.source.shape[1:] != self.target.shape:
            raise ValueError(
                f"a pair needs a source (c, y, x) and a target (y, x) of one field, got "
                f"{self.source.shape} and {self.target.shape}"
            )


def normalise_pair(source: ArrayLike, target: ArrayLike, name: str = "") -> Pair:
    """A pair of raw images as a network takes them.

    Args:
        source: transmitted light, (y, x) or (c, y, x).
        target: stain, (y, x).
        name: of the field.

    Raises:
        ValueError: sizes differ, NaN or infinite values, or nothing glows.

    Taught in: 09.
    """
    return Pair(normalise_source(source), normalise_stain(target), name)


def normalise_source(source: ArrayLike) -> NDArray[np.float32]:
    """Transmitted light of any lamp: each channel divided by its ground, then median 0, spread 1.

    The ground is the image blurred with a Gaussian of 32 pixels: what is left are slopes and
    edges, and not the lamp. The spread is half of the distance between the percentiles 16 and 84,
    which debris does not move. A channel that is the same everywhere becomes zeros.

    Args:
        source: (y, x) or (c, y, x), any type of numbers.

    Returns:
        Shape (c, y, x), float32.

    Raises:
        ValueError: another shape, NaN or infinite values.

    Taught in: 09.
    """
    source = np.asarray(source)
    channels = source[None] if source.ndim == 2 else source
    if channels.ndim != 3 or not channels.size:
        raise ValueError(f"a source has shape (y, x) or (c, y, x), not {source.shape}")
    if bad := np.count_nonzero(~np.isfinite(channels)):
        raise ValueError(f"{bad} pixels of the source are NaN or infinite")
    return np.stack([_even(channel) for channel in channels])


def normalise_stain(target: ArrayLike) -> NDArray[np.float32]:
    """Fluorescence by its own percentiles 1 and 99.8, then arcsinh: dim nuclei count too.

    Args:
        target: (y, x), any type of numbers.

    Returns:
        Shape (y, x), float32, about 0 to 1.

    Raises:
        ValueError: another shape, NaN or infinite values, or a field where nothing glows.

    Taught in: 09.
    """
    target = np.asarray(target)
    if target.ndim != 2:
        raise ValueError(f"a stain has shape (y, x), not {target.shape}")
    return lift_dim(fit_percentiles([target])(target), LIFT)


def columns(pair: Pair, part: slice) -> Pair:
    """The same columns of source and target. Used in: 09."""
    return Pair(pair.source[..., part], pair.target[:, part], pair.name)


def movie_pairs(
    sources: Sequence[ArrayLike], targets: Sequence[ArrayLike], name: str = ""
) -> list[Pair]:
    """A pair each frame, each normalised by itself; errors as for `normalise_pair`. Used in: 09."""
    numbered = enumerate(zip(sources, targets, strict=True))
    return [normalise_pair(*both, f"{name}, frame {t}".lstrip(", ")) for t, both in numbered]


def _even(channel: NDArray) -> NDArray[np.float32]:
    from scipy.ndimage import gaussian_filter

    light = channel.astype(np.float32)
    light -= min(0.0, float(light.min()))
    ground = gaussian_filter(light, GROUND, mode="reflect")
    light = np.divide(light, ground, out=np.ones_like(light), where=ground > 0)
    low, middle, high = np.percentile(light, (16, 50, 84)).astype(np.float32)
    spread = (high - low) / 2 or light.std()
    return (light - middle) / (spread or np.float32(1))
