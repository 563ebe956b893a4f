"""Fields that painted stains are tried on: held-out, out of focus, of other cells."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.data import datasets, splits
from course_utils.data.pairs import Pair, columns, movie_pairs, normalise_source
from course_utils.data.simulate import Culture, Microscope, simulate
from course_utils.models.usual import TILE

FIT = slice(0, splits.WOUND.fit_until)
CHOOSE = slice(splits.WOUND.choose_from, splits.WOUND.test_from)
TEST = slice(splits.WOUND.test_from, None)
FOREIGN = ("bacteria", "virtual nuclei")
BLURS = (1.0, 2.0, 4.0)


@lru_cache(maxsize=16)
def wound(blur: float = 0.0) -> list[Pair]:
    """All frames, whole; the source out of focus by a Gaussian of `blur` pixels."""
    film = datasets.wound_healing()
    return movie_pairs([out_of_focus(one, blur) for one in film.transmitted], film.hoechst)


def out_of_focus(image: NDArray, blur: float) -> NDArray[np.float32]:
    """Blurred as by the lens, then with as much noise as the camera had added before.

    Without new noise the blur would be known by its smoothness alone. The noise is that of the
    finest details of the image, by their median, corrected for what the Gaussian leaves of it.
    """
    image = image.astype(np.float32)
    if not blur:
        return image
    fine = image - ndimage.gaussian_filter(image, 1)
    noise = np.median(np.abs(fine)) / 0.6745 / 0.873
    drawn = np.random.default_rng(0).normal(0, noise, image.shape)
    return ndimage.gaussian_filter(image, blur) + drawn.astype(np.float32)


@lru_cache(maxsize=1)
def units() -> tuple[float, float]:
    """Ground of the stain, and the height of a usual nucleus above it, on the fitted columns."""
    stains = np.stack([pair.target[:, FIT] for pair in wound()])
    inside = datasets.wound_healing().nuclei[..., FIT] > 0
    ground = float(np.median(stains[~inside]))
    return ground, float(np.median(stains[inside])) - ground


def bacteria() -> list[Pair]:
    """Five frames of bacteria in phase contrast: the truth is that there is no nucleus."""
    frames = datasets.bacteria_movie().images[4::4]
    ground = np.full(frames[0].shape, units()[0], np.float32)
    return [Pair(normalise_source(frame), ground) for frame in frames]


def virtual_nuclei() -> list[Pair]:
    """Five fields of the virtual microscope, in oblique light and with their nuclei."""
    culture = Culture(cells=40, shape=(256, 256), frames=1)
    films = [simulate(culture, Microscope(), seed=seed).images for seed in range(5)]
    return movie_pairs([f["transmitted"][0] for f in films], [f["nuclei"][0] for f in films])


def tested(task: str) -> list[Pair]:
    """Pairs of a task, wherever nothing was learnt or chosen."""
    if task == "bacteria":
        return bacteria()
    if task == "virtual nuclei":
        return virtual_nuclei()
    return [columns(pair, TEST) for pair in wound(blur_of(task))]


def blur_of(task: str) -> float:
    """Deviation of the blur that a task is named by, pixels; 0 for the others."""
    return float(task.split()[1]) if task.startswith("blur") else 0.0


def large() -> float:
    """A large error: half the height of a usual nucleus."""
    return units()[1] / 2


def bodies(source: NDArray) -> NDArray[np.bool_]:
    """Debris and rounded cells: contrast as in the highest 2 % of the fitted columns."""
    return contrast(source) > edge_of_contrast()


def contrast(source: NDArray) -> NDArray:
    """Mean square of the normalised light around each pixel."""
    return ndimage.gaussian_filter(np.asarray(source[0], float) ** 2, 3)


@lru_cache(maxsize=1)
def edge_of_contrast() -> float:
    """The 98th percentile of the contrast of the fitted columns."""
    return float(np.percentile([contrast(pair.source[..., FIT]) for pair in wound()], 98))


def share_of_cells(mask: NDArray) -> NDArray:
    """Share of each tile that lies in a cell, row by row."""
    height, width = (side // TILE * TILE for side in mask.shape)
    cut = (mask[:height, :width] > 0).reshape(height // TILE, TILE, width // TILE, TILE)
    return cut.mean(axis=(1, 3)).ravel()
