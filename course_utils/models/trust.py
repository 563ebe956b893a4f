"""When to believe a painted stain: what several networks agree on, and what the input looks like.

Networks of other seeds saw the same cells. Where they disagree, at least one is wrong; where they
agree, all may be wrong in the same way. So the deviation is first compared with real errors;
whether an image is of the kind that they know is another question: `course_utils.models.usual`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.files import repository_root
from course_utils.machine import quiet_import

with quiet_import():
    import keras

from course_utils.models.staining import predict_stain

Image = NDArray[np.float32]
MEMBERS = 5


def load_members(folder: Path | None = None) -> list[keras.Model]:
    """The five stored networks, of five seeds, that paint Hoechst from oblique light.

    They saw columns 0-271 of the wound, so that columns 288-383 can calibrate their disagreement.

    Args:
        folder: with `09_stain_0.keras` and so on; that of the course by default.

    Raises:
        FileNotFoundError: one of them is not there.

    Used in: 09.
    """
    folder = folder or repository_root() / "data" / "weights"
    paths = [folder / f"09_stain_{seed}.keras" for seed in range(MEMBERS)]
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(
                f"{path} is missing: fetch the course again, or run "
                "tools/train_restoration.py stain"
            )
    return [keras.models.load_model(path, compile=False, safe_mode=True) for path in paths]


@dataclass(frozen=True, eq=False)
class Opinion:
    """What an ensemble says of each pixel: the mean and the deviation of its members, (y, x)."""

    mean: Image
    deviation: Image


def ask_members(members: Sequence[keras.Model], source: Image) -> Opinion:
    """Mean and standard deviation of the stains that several networks paint.

    Args:
        members: networks of `train_stain`, of different seeds; two or more.
        source: normalised, shape (c, y, x).

    Raises:
        ValueError: one network alone has nobody to disagree with, or as `predict_stain`.

    Source: Lakshminarayanan et al. 2017 (deep ensembles). Taught in: 09.
    """
    if len(members) < 2:
        raise ValueError(f"{len(members)} network has nobody to disagree with: give two or more")
    said = np.stack([predict_stain(member, source) for member in members])
    return Opinion(said.mean(axis=0), said.std(axis=0))


def ask_moved(model: keras.Model, source: Image, reach: int = 3) -> Opinion:
    """Mean and deviation of one network's stains when the image is moved by a few pixels.

    A cheap rival of an ensemble: it sees where the answer hangs on the grid, and no more.

    Args:
        model: of `train_stain`.
        source: normalised, shape (c, y, x).
        reach: displacement up, down, left and right, pixels; the image is rolled.

    Source: Wang et al. 2019 (test-time augmentation). Taught in: 09.
    """
    moves = [(0, 0), (reach, 0), (-reach, 0), (0, reach), (0, -reach)]
    moved = [predict_stain(model, np.roll(source, by, (1, 2))) for by in moves]
    back = [np.roll(m, (-y, -x), (0, 1)) for m, (y, x) in zip(moved, moves, strict=True)]
    return Opinion(np.mean(back, axis=0), np.std(back, axis=0))


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    """Bins of as many pixels each, in the order of what was promised, shape (bins,)."""

    promised: NDArray[np.float64]
    found: NDArray[np.float64]


def error_curve(promised: ArrayLike, error: ArrayLike, bins: int = 10) -> ErrorCurve:
    """Promised error (or deviation) against real absolute error, as means of equally full bins.

    Args:
        promised: any shape, not below 0.
        error: absolute error of the same pixels, same shape.
        bins: how many.

    Raises:
        ValueError: shapes differ, NaN, or fewer pixels than bins.

    Taught in: 09.
    """
    promised, error = _paired(promised, error)
    if not 1 <= bins <= len(promised):
        raise ValueError(f"{bins} bins cannot be filled by {len(promised)} pixels")
    order = np.argsort(promised, kind="stable")
    parts = np.array_split(order, bins)
    return ErrorCurve(*(np.array([x[p].mean() for p in parts]) for x in (promised, error)))


def calibrate_error(deviation: ArrayLike, error: ArrayLike) -> Callable[[ArrayLike], Image]:
    """The error to expect of a deviation: the best rising curve through chosen pixels.

    Args:
        deviation: of the members, any shape; of pixels that they were not trained on.
        error: absolute error of the same pixels.

    Returns:
        A function from deviations of any shape to expected absolute errors, float32. Beyond the
        largest deviation seen it stays flat.

    Raises:
        ValueError: shapes differ, or NaN.

    Source: isotonic regression, Barlow et al. 1972, in scikit-learn. Taught in: 09.
    """
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=0, out_of_bounds="clip").fit(*_paired(deviation, error))

    def expected(deviation: ArrayLike) -> Image:
        deviation = np.asarray(deviation, np.float64)
        return curve.predict(deviation.ravel()).reshape(deviation.shape).astype(np.float32)

    return expected


def trust_mask(expected: ArrayLike, most: float) -> NDArray[np.bool_]:
    """True where the stain may be trusted: the error to expect is at most `most`.

    Args:
        expected: expected absolute error, any shape; NaN is never trusted.
        most: in the units of the stain.

    Raises:
        ValueError: `most` is not positive.

    Taught in: 09.
    """
    if not most > 0:
        raise ValueError(f"some error must be allowed: most is {most}")
    return np.asarray(expected) <= most


def choose_limit(expected: ArrayLike, error: ArrayLike, large: float, tries: int = 50) -> float:
    """The limit for `trust_mask` that finds large errors best: highest F1 of precision and recall.

    Args:
        expected: expected absolute error, any shape; of pixels to choose by, not of test pixels.
        error: absolute error of the same pixels.
        large: an error above this is a large one.
        tries: limits that are tried, spread evenly over the values of `expected`.

    Raises:
        ValueError: shapes differ, NaN, or nothing is large.

    Taught in: 09.
    """
    expected, error = _paired(expected, error)
    wrong = error > large
    if not wrong.any():
        raise ValueError(f"no error is larger than {large}: nothing can be found")
    limits = np.unique(np.quantile(expected, np.linspace(0.5, 0.998, tries)))
    limits = limits[limits > 0]

    def f1(limit: float) -> float:
        warned = expected > limit
        return 2 * (warned & wrong).sum() / (warned.sum() + wrong.sum())

    return float(max(limits, key=f1))


@dataclass(frozen=True)
class Warnings:
    """How good a mask is at finding large errors; NaN where nothing was warned of or is large.

    `precision` of the pixels warned of have a large error; `recall` of the large errors were
    warned of; `warned` and `large` are shares of all pixels.
    """

    precision: float
    recall: float
    warned: float
    large: float


def score_warnings(trusted: ArrayLike, error: ArrayLike, large: float) -> Warnings:
    """Precision and recall of "do not trust here" against the errors that were really large.

    Args:
        trusted: True where the stain was trusted, any shape.
        error: absolute error of the same pixels.
        large: an error above this is a large one.

    Raises:
        ValueError: shapes differ, or NaN.

    Taught in: 09.
    """
    trusted, error = _paired(trusted, error)
    warned, wrong = trusted == 0, error > large
    hits = float((warned & wrong).sum())
    precision, recall = (hits / n if n else np.nan for n in (warned.sum(), wrong.sum()))
    return Warnings(precision, recall, float(warned.mean()), float(wrong.mean()))


def _paired(first: ArrayLike, second: ArrayLike) -> tuple[NDArray, NDArray]:
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.shape != second.shape or not first.size:
        raise ValueError(f"one value a pixel each: got shapes {first.shape} and {second.shape}")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("there are NaN or infinite values")
    return first.ravel(), second.ravel()
