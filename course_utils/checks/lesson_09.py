"""Self-checks of lesson 09: what is right, and the mistakes that people make.

Counting and trust are in `lesson_09_trust`, photons in `lesson_09_photons`.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from course_utils.checks import Exercise
from course_utils.checks.lesson_09_photons import EXPOSE
from course_utils.checks.lesson_09_trust import TRUST

RNG = np.random.default_rng(9)
FIRST, SECOND, THIRD = (RNG.gamma(2.0, 1.0, shape) for shape in ((5, 7), (6, 4), (8, 8)))
IMAGES = [
    (FIRST, 0.4 * FIRST + RNG.normal(3, 0.3, FIRST.shape)),
    (SECOND, 2.0 - SECOND + RNG.normal(0, 1.0, SECOND.shape)),
    (THIRD, RNG.normal(1, 1, THIRD.shape)),
    (FIRST, np.full(FIRST.shape, 0.5)),
]
FIELDS = [
    (np.arange(30.0).reshape(5, 6) ** 1.5, 3),
    (RNG.normal(size=(4, 7)), 3),
    (RNG.normal(size=(6, 8)), 5),
    (np.arange(30.0).reshape(6, 5) ** 1.5, 2),
]
CROPS = [
    (RNG.gamma(2.0, 1.0, (3, 5, 6)), RNG.normal(2, 1, (3, 5, 6))),
    (RNG.normal(size=(4, 4, 4)), RNG.normal(size=(4, 4, 4)) + np.arange(4)[:, None, None]),
]
CROPS += [(RNG.gamma(2.0, 1.0, (2, 6, 3)), 1 + 3 * RNG.gamma(2.0, 1.0, (2, 6, 3)))]


def pearson(true: NDArray, said: NDArray, flat: float = 0.0) -> float:
    """Right answer of 09.1; `flat` is what a constant image scores."""
    a, b = true - true.mean(), said - said.mean()
    below = np.sqrt((a**2).sum() * (b**2).sum())
    return float((a * b).sum() / below) if below else flat


def either(change: object) -> tuple:
    """A mistaken 09.1, once with a constant image answered and once without: nan."""
    return tuple(
        lambda true, said, flat=flat: change(pearson(true, said, flat)) for flat in (0.0, np.nan)
    )


def cosine(true: NDArray, said: NDArray) -> float:
    """Both means forgotten."""
    return float((true * said).sum() / np.sqrt((true**2).sum() * (said**2).sum()))


def ratio(above: object, true: NDArray, said: NDArray, flat: float) -> float:
    """Something above the line, both standard deviations below."""
    below = true.std() * said.std()
    return float(above(true, said) / below) if below else flat


def covariance(true: NDArray, said: NDArray, lost: int = 0) -> float:
    """Mean product of both deviations; `lost` is taken from the number of pixels."""
    product = (true - true.mean()) * (said - said.mean())
    return float(product.sum() / (product.size - lost))


def neighbourhoods(image: NDArray, side: int) -> NDArray:
    """Right answer of 09.2."""
    return sliding_window_view(image, (side, side)).reshape(-1, side * side)


def padded(image: NDArray, side: int, mode: str) -> NDArray:
    """A mistaken 09.2: windows around all pixels, beyond the edge as well."""
    windows = sliding_window_view(np.pad(image, side // 2, mode=mode), (side, side))
    return windows[: len(image), : image.shape[1]].reshape(-1, side * side)


def correlation_loss(true: NDArray, said: NDArray) -> NDArray:
    """Right answer of 09.3."""
    return np.array([1 - pearson(a, b) for a, b in zip(true, said, strict=True)])


def without(true: NDArray, said: NDArray, axis: object) -> NDArray:
    """1 - r of each crop where the means were taken along other axes."""
    a, b = true - true.mean(axis, keepdims=True), said - said.mean(axis, keepdims=True)
    return 1 - (a * b).sum((1, 2)) / np.sqrt((a**2).sum((1, 2)) * (b**2).sum((1, 2)))


PEARSON = Exercise(
    right=pearson,
    cases=IMAGES,
    praise="Brighter, darker, higher contrast: r stays. It asks only whether light and dark lie "
    "in the same places.",
    mistakes=[
        (
            lambda a, b: pearson(a, b, np.nan),
            "All right but for an image that is the same everywhere: 0/0 gives nan. It says "
            "nothing about where the nuclei are. What should it score?",
        ),
        (
            lambda a, b: pearson(a, b, 1.0),
            "An image that is the same everywhere scores 1 with you, the best there is. It says "
            "nothing about places: 0.",
        ),
        (
            cosine,
            "The means are still in. Then two images that share nothing but a bright ground look "
            "alike: take each image's own mean off first.",
        ),
        (
            (covariance, lambda a, b: covariance(a, b, 1)),
            "That is the covariance: it has a unit, and doubles if the stain is twice as bright. "
            "Divide by both standard deviations.",
        ),
        (
            lambda a, b: covariance(a, b) * a.size,
            "You stopped at the sum of the products. Below the line stands the root of both sums "
            "of squares.",
        ),
        (
            tuple(
                lambda a, b, flat=flat: ratio(lambda t, s: covariance(t, s, 1), a, b, flat)
                for flat in (0.0, np.nan)
            ),
            "Nearly. Above the line you divide by n − 1 (as `np.cov` does), below by n (as `std` "
            "does): the result can pass 1. Use one of the two.",
        ),
        (
            tuple(
                lambda a, b, flat=flat: ratio(
                    lambda t, s: ((t - t.mean()) * (s - s.mean())).sum(), a, b, flat
                )
                for flat in (0.0, np.nan)
            ),
            "A *sum* above the line, and means (`std`) below: the result grows with the picture. "
            "Take sums on both sides, or means.",
        ),
        (
            either(lambda r: r**2),
            "That is r squared: it calls a negative a perfect likeness. Is a root missing?",
        ),
        (either(abs), "You took the absolute value: a negative would score as well as a print."),
        (either(lambda r: 1 - r), "That is 1 − r, a loss. Here 1 is best."),
        (
            (
                lambda a, b: np.corrcoef(a.ravel(), b.ravel()),
                lambda a, b: np.corrcoef(a, b),
            ),
            "`np.corrcoef` gives a whole table, each with each. Flatten both images (`.ravel()`) "
            "and take the entry [0, 1].",
        ),
        (
            tuple(
                lambda a, b, flat=flat: float(
                    np.mean([pearson(x, y, flat) for x, y in zip(a, b, strict=True)])
                )
                for flat in (0.0, np.nan)
            ),
            "You correlate row by row and take the mean. All pixels belong to one image: use the "
            "mean of the whole.",
        ),
        (
            tuple(
                lambda a, b, flat=flat: (
                    ((a - a.mean()) * (b - b.mean())).sum()
                    / (((a - a.mean()) ** 2).sum() * ((b - b.mean()) ** 2).sum() or flat or 1.0)
                )
                for flat in (0.0, np.nan)
            ),
            "Below the line the root is missing: √(Σa² · Σb²).",
        ),
    ],
)

NEIGHBOURS = Exercise(
    right=neighbourhoods,
    cases=FIELDS,
    praise="Now a picture is a table, and any method that knows tables can learn from it.",
    mistakes=[
        (
            lambda image, side: neighbourhoods(image, side).T,
            "Rows and columns are exchanged: a *row* for each window, a column for each place "
            "within it.",
        ),
        (
            lambda image, side: sliding_window_view(image, (side, side)),
            "Your windows are right, but still pictures: shape (rows, columns, side, side). "
            "`reshape` makes a table of them.",
        ),
        (
            lambda image, side: neighbourhoods(image, side).reshape(-1, side, side),
            "Your windows are still pictures. Flatten each one: side × side numbers in a row.",
        ),
        (
            (
                lambda image, side: neighbourhoods(image[:-1, :-1], side),
                lambda image, side: neighbourhoods(image if side % 2 else image[:-1, :-1], side),
            ),
            "The last row and the last column of windows are missing: there are height − side + 1 "
            "positions, not height − side.",
        ),
        (
            tuple(
                lambda image, side, mode=mode: padded(image, side, mode)
                for mode in ("constant", "reflect", "symmetric", "edge", "wrap")
            ),
            "You have a window for every pixel, also where it sticks out of the picture. Here "
            "only windows that lie inside are asked for.",
        ),
        (
            lambda image, side: (
                sliding_window_view(image, (side, side)).swapaxes(2, 3).reshape(-1, side * side)
            ),
            "Within a window you go down the columns. Go along its rows: that is what `ravel` and "
            "`reshape` do.",
        ),
        (
            lambda image, side: (
                sliding_window_view(image, (side, side)).swapaxes(0, 1).reshape(-1, side * side)
            ),
            "Your windows come column by column. Row by row, please: then the stain's `ravel()` "
            "is in the same order.",
        ),
        (
            lambda image, side: np.array(
                [
                    image[y : y + side, x : x + side].ravel()
                    for y in range(0, len(image) - side + 1, side)
                    for x in range(0, image.shape[1] - side + 1, side)
                ]
            ),
            "Your windows lie side by side. They overlap: the next one begins one pixel further.",
        ),
        (
            lambda image, side: image[side // 2 : -(side // 2), side // 2 : -(side // 2)].reshape(
                -1, 1
            ),
            "You return the middle pixels alone. Each one needs its neighbours beside it.",
        ),
        (
            lambda image, side: neighbourhoods(image, side // 2 * 2 + 1),
            "Right for odd sides. As many pixels on both sides of a middle one make no window of "
            "2 x 2: begin at the upper left corner.",
        ),
    ],
)

LOSS = Exercise(
    right=correlation_loss,
    cases=CROPS,
    praise="Dark ground fills most of a crop, but cannot pay for a nucleus in the wrong place.",
    mistakes=[
        (
            lambda a, b: 1 - correlation_loss(a, b),
            "That is r. A loss must *fall* as the answer gets better: 1 − r.",
        ),
        (
            lambda a, b: -(1 - correlation_loss(a, b)),
            "−r falls too, but its best value is −1. Asked for is 1 − r: what is lacking to 1.",
        ),
        (
            lambda a, b: float(np.mean(correlation_loss(a, b))),
            "One number for all crops. Keras averages by itself: give one number a *crop*, "
            "shape (n,).",
        ),
        (
            (
                lambda a, b: float(1 - pearson(a, b)),
                lambda a, b: np.full(len(a), 1 - pearson(a, b)),
            ),
            "You correlate the whole batch at once: sums and means ran over the crops as well. "
            "`axis=(1, 2)` stays within a crop.",
        ),
        (
            lambda a, b: without(a, b, None),
            "The mean was taken over the whole batch. Each crop has a mean of its own: "
            "`mean(axis=(1, 2), keepdims=True)`.",
        ),
        (
            lambda a, b: without(a, b, 0),
            "Axis 0 is the crops: you took the mean *crop* off. Take each crop's own mean, over "
            "axes 1 and 2.",
        ),
        (
            lambda a, b: np.array([1 - cosine(x, y) for x, y in zip(a, b, strict=True)]),
            "The means are still in: a crop that is bright all over would score well. Take them "
            "off first.",
        ),
        (
            lambda a, b: np.array([1 - pearson(x, y) ** 2 for x, y in zip(a, b, strict=True)]),
            "You squared r: then a negative, dark nuclei on bright ground, is as good as a print.",
        ),
        (
            lambda a, b: ((a - b) ** 2).mean(axis=(1, 2)),
            "That is the mean squared error of each crop. Here the correlation is asked for.",
        ),
    ],
)

EXERCISES = {"09.1": PEARSON, "09.2": NEIGHBOURS, "09.3": LOSS, "09.5": EXPOSE} | TRUST
