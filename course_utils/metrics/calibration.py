"""Whether a probability may be believed: reliability, calibration error, Brier score, repairs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit


@dataclass(frozen=True)
class Reliability:
    """What was promised and what came, in bins of equal width that hold at least one case.

    `promised` is the mean probability of a bin, `found` the share that was true, `count` how many.
    """

    promised: NDArray[np.float64]
    found: NDArray[np.float64]
    count: NDArray[np.int64]


def reliability(true: ArrayLike, probability: ArrayLike, bins: int = 10) -> Reliability:
    """Mean probability and share of true cases in bins of equal width from 0 to 1.

    Args:
        true: 0 or 1, shape (n,).
        probability: of being 1, shape (n,).
        bins: how many; a probability on a border belongs to the upper bin, 1 to the last.

    Returns:
        Reliability: one entry for each bin that is not empty.

    Raises:
        ValueError: lengths differ, nothing to score, labels other than 0 and 1, or
            probabilities outside 0 to 1.

    Source: Niculescu-Mizil and Caruana 2005. Taught in: 05.
    """
    true, probability = checked(true, probability)
    at = np.minimum((probability * bins).astype(int), bins - 1)
    count = np.bincount(at, minlength=bins)
    some = count > 0
    sums = (np.bincount(at, weights=w, minlength=bins)[some] for w in (probability, true))
    promised, found = (total / count[some] for total in sums)
    return Reliability(promised, found, count[some])


def expected_calibration_error(true: ArrayLike, probability: ArrayLike, bins: int = 10) -> float:
    """Mean distance between what the bins promised and what was found, weighted by their cases.

    Arguments and errors are those of `reliability`.

    Source: Guo et al. 2017, equation 3. Taught in: 05.
    """
    bars = reliability(true, probability, bins)
    return float(np.average(np.abs(bars.promised - bars.found), weights=bars.count))


def brier_score(true: ArrayLike, probability: ArrayLike) -> float:
    """Mean squared distance between probability and truth: 0 is perfect, 0.25 says 0.5 always.

    Arguments and errors are those of `reliability`.

    Source: Brier 1950. Taught in: 05.
    """
    true, probability = checked(true, probability)
    return float(np.mean((probability - true) ** 2))


def shift_prior(probability: ArrayLike, trained_on: float, true_share: float) -> NDArray:
    """Probabilities of a model trained on one share of positives, for a world with another.

    Args:
        probability: of the positive class, any shape, 0 to 1.
        trained_on: share of positives that the training showed, such as 0.5 when balanced.
        true_share: share of positives where the model is used.

    Returns:
        Probabilities of the same shape; their order does not change.

    Raises:
        ValueError: a share is not between 0 and 1, or a probability is outside 0 to 1.

    Source: Saerens, Latinne and Decaestecker 2002, equation 4. Taught in: 05.
    """
    probability = np.asarray(probability, float)
    if not (0 < trained_on < 1 and 0 < true_share < 1):
        raise ValueError(f"shares must lie between 0 and 1, got {trained_on} and {true_share}")
    if probability.size and not (probability.min() >= 0 and probability.max() <= 1):
        raise ValueError("probabilities must lie between 0 and 1")
    return expit(logit(probability) - logit(trained_on) + logit(true_share))


def checked(true: ArrayLike, probability: ArrayLike) -> tuple[NDArray, NDArray]:
    """Both as float arrays of one length; ValueError says what is wrong. Used in: 05."""
    true, probability = np.asarray(true, float), np.asarray(probability, float)
    if true.ndim != 1 or true.shape != probability.shape or not len(true):
        raise ValueError(
            f"true and probability must have one shape (n,), got {true.shape} and "
            f"{probability.shape}"
        )
    if not np.isin(true, (0, 1)).all():
        raise ValueError("labels must be 0 or 1")
    if not (probability.min() >= 0 and probability.max() <= 1):
        raise ValueError("probabilities must lie between 0 and 1; scores need softmax or sigmoid")
    return true, probability
