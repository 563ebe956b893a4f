"""How alike two movies of nuclei are, in numbers: size, shape, brightness, texture and speed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import Movie
from course_utils.data.splits import link_cells

RIM = 2.0  # µm


@dataclass(frozen=True)
class Likeness:
    """One measure in two movies: medians, interquartile ranges, Kolmogorov-Smirnov distance.

    The distance is the largest gap between the two cumulative distributions: 0 same, 1 disjoint.
    """

    measure: str
    medians: tuple[float, float]
    spreads: tuple[float, float]
    distance: float


def measure_nuclei(movie: Movie) -> dict[str, NDArray[np.float64]]:
    """What a movie's nuclei are like, one value a nucleus and frame; speed: one value a step.

    Nuclei that touch the edge of the picture are left out.

    Args:
        movie: images and masks (t, y, x), with its pixel size and minutes per frame.

    Returns:
        diameter (µm, of a disc of equal area), length by width, brightness (mean counts above the
        frame's 20th percentile), variation (standard deviation by brightness), fine and coarse
        (the same of specks of about 1 and 3 µm) and speed (µm an hour between mutual nearest
        neighbours). Brightness and texture leave out a rim of 2 µm, which each annotator draws
        elsewhere.

    Raises:
        ValueError: the movie is not (t, y, x), or has no single pixel size or no frame interval.

    Used in: 01.
    """
    if movie.axes != "tyx" or not isinstance(movie.pixel_size, float | int):
        raise ValueError(f"{movie.name} must be a flat movie (t, y, x) with one pixel size in µm")
    if not movie.minutes_per_frame:
        raise ValueError(f"{movie.name} has no minutes_per_frame: speed cannot be measured")
    rows = [row for t in range(len(movie)) for row in _measure_frame(movie, t)]
    found = np.array(rows, dtype=float).reshape(-1, 9).T
    names = ("diameter", "length by width", "brightness", "variation", "fine", "coarse")
    return dict(zip(names, found[3:], strict=True)) | {"speed": _speed(*found[:3], movie)}


def compare_movies(one: Movie, other: Movie) -> list[Likeness]:
    """Each measure of `measure_nuclei` in two movies, side by side. Used in: 01."""
    from scipy.stats import ks_2samp

    measured = [measure_nuclei(movie) for movie in (one, other)]
    table = []
    for name in measured[0]:
        values = [each[name][np.isfinite(each[name])] for each in measured]
        low, middle, high = np.array([np.percentile(v, (25, 50, 75)) for v in values]).T
        distance = float(ks_2samp(*values).statistic)
        table.append(Likeness(name, tuple(middle.tolist()), tuple((high - low).tolist()), distance))
    return table


def _measure_frame(movie: Movie, t: int) -> list[tuple[float, ...]]:
    from scipy.ndimage import gaussian_filter
    from skimage.measure import regionprops

    image, size = movie.images[t].astype(np.float32), movie.pixel_size
    image -= np.percentile(image, 20)
    bands = [
        gaussian_filter(image, width / size) - gaussian_filter(image, 2 * width / size)
        for width in (0.4, 1.0)
    ]
    rows = []
    for nucleus in regionprops(movie.masks[t], np.stack([image, *bands], axis=-1)):
        top, left, bottom, right = nucleus.bbox
        if top == 0 or left == 0 or bottom == image.shape[0] or right == image.shape[1]:
            continue
        rows.append((t, *nucleus.centroid, *_measure_nucleus(nucleus, size)))
    return rows


def _measure_nucleus(nucleus: object, size: float) -> tuple[float, ...]:
    from scipy.ndimage import binary_erosion

    core = binary_erosion(nucleus.image, iterations=max(1, round(RIM / size)))
    inside = nucleus.image_intensity[core if core.any() else nucleus.image]
    mean = max(float(inside[:, 0].mean()), 1e-9)
    shape = nucleus.axis_major_length / max(nucleus.axis_minor_length, 1.0)
    return nucleus.equivalent_diameter_area * size, shape, mean, *(inside.std(axis=0) / mean)


def _speed(frame: NDArray, y: NDArray, x: NDArray, movie: Movie) -> NDArray[np.float64]:
    cell = link_cells(frame.astype(int), y, x)
    order = np.lexsort((frame, cell))
    same = np.diff(cell[order]) == 0
    steps = np.hypot(np.diff(y[order]), np.diff(x[order]))[same]
    return steps * movie.pixel_size * 60 / movie.minutes_per_frame
