"""Self-checks of lesson 03: what is right, and the mistakes that people make.

Sliding, sizes and pooling; normalisation and receptive field stand in `lesson_03_parts`.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise
from course_utils.checks.lesson_03_parts import PARTS

RNG = np.random.default_rng(3)
IMAGES = [
    (RNG.normal(0, 2, (6, 9)), RNG.normal(0, 1, (3, 2)), 1),
    (RNG.normal(0, 2, (7, 10)), RNG.normal(0, 1, (3, 3)), 2),
    (RNG.normal(0, 2, (5, 5)), RNG.normal(0, 1, (2, 4)), 1),
    (np.arange(42).reshape(6, 7) % 11, np.array([[0.5, -0.3, 0.2], [0.1, 0.7, -0.4]]), 2),
]
SIZES = [
    (24, 3, 1, 0, 1), (24, 3, 1, 1, 1), (25, 3, 2, 0, 1), (24, 3, 2, 1, 1), (24, 5, 1, 2, 2),
    (31, 4, 3, 2, 3), (7, 7, 1, 0, 1),
]  # fmt: skip
MAPS = [(RNG.normal(-1, 1, (6, 4, 3)), 2), (RNG.normal(-3, 1, (7, 11, 2)), 3)]


def windows(image: NDArray, shape: tuple[int, int]) -> NDArray:
    """All windows of a picture, shape (rows, columns, *shape)."""
    return np.lib.stride_tricks.sliding_window_view(image, shape)


def slide(image: NDArray, kernel: NDArray, stride: int) -> NDArray:
    """Right answer of 03.1."""
    return (windows(image, kernel.shape)[::stride, ::stride] * kernel).sum((-1, -2))


def slide_same(image: NDArray, kernel: NDArray, stride: int) -> NDArray:
    """As `slide`, on the image with a border of zeros."""
    before = [((k - 1) // 2, k // 2) for k in kernel.shape]
    return slide(np.pad(image, before), kernel, stride)


def output_size(n: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Right answer of 03.2."""
    return (n + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def pool(x: NDArray, size: int, take: object = np.max) -> NDArray:
    """Right answer of 03.3 for `take=np.max`."""
    rows, columns, channels = x.shape[0] // size, x.shape[1] // size, x.shape[2]
    blocks = x[: rows * size, : columns * size].reshape(rows, size, columns, size, channels)
    return take(blocks, axis=(1, 3))


def pool_with_leftovers(x: NDArray, size: int, filler: float = -np.inf) -> NDArray:
    """Largest values of all blocks, the incomplete ones at the edge too."""
    below, right = -x.shape[0] % size, -x.shape[1] % size
    return pool(np.pad(x, ((0, below), (0, right), (0, 0)), constant_values=filler), size)


SLIDE = Exercise(
    right=slide,
    cases=IMAGES,
    praise="Nine weights, used at every place: that is all a convolution has to learn.",
    mistakes=[
        (
            lambda i, k, s: slide(i, k[::-1, ::-1], s),
            "You turned the kernel by half a turn first. That is the mathematician's convolution "
            "(`scipy.signal.convolve2d`). Networks lay the kernel on as it is: the weights are "
            "learned, so turning them would gain nothing.",
        ),
        (
            (lambda i, k, s: slide(i, k[::-1], s), lambda i, k, s: slide(i, k[:, ::-1], s)),
            "Your kernel is mirrored along one axis. Lay it on as it is given.",
        ),
        (
            slide_same,
            "You added a border of zeros, so the result is larger. Here the kernel stays inside "
            "the picture: where is its last place?",
        ),
        (
            lambda i, k, s: slide(i, k, s)[:-1, :-1],
            "One row and one column are missing. In a row of 6 pixels a kernel of 3 has 4 places, "
            "not 3: count them with your fingers.",
        ),
        (
            lambda i, k, s: slide(i, k, s)[
                : ceil((i.shape[0] - k.shape[0]) / s), : ceil((i.shape[1] - k.shape[1]) / s)
            ],
            "A last place is missing. In a row of 6 pixels the last kernel of 3 begins at pixel 3, "
            "and `range(0, 6 - 3)` ends at 2: add 1.",
        ),
        (
            lambda i, k, s: slide(i, k, s)[
                : (i.shape[0] - k.shape[0] + 1) // s, : (i.shape[1] - k.shape[1] + 1) // s
            ],
            "The last row or column is missing. The first place costs nothing: only the *steps* "
            "are divided by the stride, then comes the one.",
        ),
        (
            (
                lambda i, k, s: slide(i, k, 1),
                lambda i, k, s: slide(i, k, 1)[
                    : slide(i, k, s).shape[0], : slide(i, k, s).shape[1]
                ],
            ),
            "Each window starts only one pixel behind the last one, whatever `stride` says. Output "
            "row r looks at the image from row r · stride on.",
        ),
        (
            (
                lambda i, k, s: slide(i, k, 1)[::s],
                lambda i, k, s: slide(i, k, 1)[:, ::s],
                lambda i, k, s: slide(i, k, 1)[::s, : slide(i, k, s).shape[1]],
                lambda i, k, s: slide(i, k, 1)[: slide(i, k, s).shape[0], ::s],
            ),
            "You step along one axis only. `stride` holds for rows and for columns.",
        ),
        (
            lambda i, k, s: slide(i, k, s) / k.size,
            "You took the mean of the products. A kernel sums them; if a mean is wanted, its "
            "weights can be made small.",
        ),
        (
            (
                lambda i, k, s: np.trunc(slide(i, k, s)),
                lambda i, k, s: slide(i, k, s).astype(i.dtype),
            ),
            "Your results have lost their decimals: the array that holds them was made for "
            "integers. Make it with `np.zeros(shape)`, without a type.",
        ),
        (
            lambda i, k, s: windows(i, k.shape)[::s, ::s].sum((-1, -2)) * k.sum(),
            "You multiplied two sums. Multiply pixel by weight first, and then add.",
        ),
        (
            lambda i, k, s: windows(i, k.shape)[::s, ::s] * k,
            "You return the products of every window. Each window should give one number: add "
            "them up.",
        ),
    ],
)

SIZE = Exercise(
    right=output_size,
    cases=SIZES,
    praise="With stride 1, an odd kernel and a padding of dilation · (kernel − 1) / 2 the size "
    "stays.",
    mistakes=[
        (
            lambda n, k, s, p, d: output_size(n, k, s, p, d) - 1,
            "One too few. A kernel as wide as the picture still has one place; yours has none. "
            "You count the steps, not the places.",
        ),
        (
            (
                lambda n, k, s, p, d: output_size(n + p, k, s, 0, d),
                lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) / s + 1,
            ),
            "The padding is added on both sides, you counted it once.",
        ),
        (
            lambda n, k, s, p, d: output_size(n, k, s, 0, d),
            "The padding is missing: it makes the picture wider before the kernel is laid on.",
        ),
        (
            lambda n, k, s, p, d: output_size(n, k, s, p, 1),
            "The dilation is missing. With dilation 2 there is a gap of one pixel between "
            "neighbouring weights: how wide is a kernel of 3 then?",
        ),
        (
            lambda n, k, s, p, d: output_size(n, d * k, s, p, 1),
            "You took the kernel to be kernel · dilation wide. Three weights have only two gaps "
            "between them: 3 with dilation 2 spans 5 pixels.",
        ),
        (
            lambda n, k, s, p, d: output_size(n, k, s, p, d + 1),
            "You left `dilation` pixels free between two weights. Dilation 2 leaves *one* free, "
            "dilation 1 none: neighbours stand `dilation` pixels apart.",
        ),
        (
            lambda n, k, s, p, d: output_size(n, k, 1, p, d),
            "The stride is missing: with stride 2 only every second place is used.",
        ),
        (
            lambda n, k, s, p, d: -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1,
            "You rounded up. A last step that would reach beyond the edge is not taken: round "
            "down with `//`.",
        ),
        (
            lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) / s + 1,
            "Half a place? Steps that do not fit are not taken: `//` rounds down.",
        ),
        (
            lambda n, k, s, p, d: (n + 2 * p - d * (k - 1)) // s,
            "Right for stride 1, wrong beyond. The first place costs nothing: only the *steps* "
            "are divided by the stride, then comes the one.",
        ),
        (
            lambda n, k, s, p, d: n + 2 * p - d * (k - 1) - 1 // s + 1,
            "`//` binds more tightly than `−`: put brackets around what is divided.",
        ),
    ],
)

POOL = Exercise(
    right=pool,
    cases=MAPS,
    praise="One value of each block is kept: where exactly it stood is given away.",
    mistakes=[
        (
            lambda x, size: pool(x, size, np.mean),
            "That is average pooling: take the largest value of each block.",
        ),
        (
            lambda x, size: pool(x, size, np.min),
            "You took the smallest value of each block.",
        ),
        (
            (pool_with_leftovers, lambda x, size: pool_with_leftovers(x, size, 0)),
            "You kept the incomplete blocks at the edge. What does not fill a block is left out: "
            "7 rows and a size of 3 give 2 rows.",
        ),
        (
            lambda x, size: pool(x, size).max(axis=-1),
            "You also took the largest over the maps. Each map stays by itself: the "
            "result keeps the third axis.",
        ),
        (
            lambda x, size: 0 * pool(x, size) + pool(x, size).max(axis=-1, keepdims=True),
            "`.max()` without `axis` takes one number for all maps of a block. Each map keeps its "
            "own: over which two axes of the block does the maximum run?",
        ),
        (
            (
                lambda x, size: windows(x, (size, size, 1)).max((-1, -2, -3)),
                lambda x, size: windows(x, (size, size, 1)).max((-1, -2, -3))[
                    : x.shape[0] // size, : x.shape[1] // size
                ],
            ),
            "Your blocks overlap: you moved by one pixel. They lie side by side: move by `size`.",
        ),
        (
            lambda x, size: x[
                : x.shape[0] // size * size : size, : x.shape[1] // size * size : size
            ],
            "You kept the upper left pixel of each block. Look at the whole block for its largest "
            "value.",
        ),
        (
            lambda x, size: np.maximum(pool(x, size), 0),
            "Negative values became 0. Did your search start with 0 as the largest so far, or did "
            "you fill the edge with zeros?",
        ),
        (
            lambda x, size: (
                x[: x.shape[0] // size * size, : x.shape[1] // size * size]
                .reshape(x.shape[0] // size, x.shape[1] // size, size, size, x.shape[2])
                .max(axis=(2, 3))
            ),
            "Your `reshape` cuts the rows into strips, not the picture into blocks. Split each "
            "axis by itself: (rows, size, columns, size, c), then the maximum over the two "
            "axes of length `size`.",
        ),
    ],
)

EXERCISES = {"03.1": SLIDE, "03.2": SIZE, "03.3": POOL} | PARTS
