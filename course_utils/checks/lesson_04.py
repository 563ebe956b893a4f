"""Self-checks of lesson 04: what is right, and the mistakes that people make.

Pictures and neighbours; choosing and freezing stand in `lesson_04_choosing`.
"""

import numpy as np

from course_utils.checks import Exercise
from course_utils.checks.lesson_04_choosing import CHOOSING

RNG = np.random.default_rng(4)
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
STRIPS = [
    (RNG.integers(50, 200, (2, 5)), 30),
    (RNG.integers(50, 200, (6, 3)), 210),
    (RNG.integers(50, 200, (4, 4)), 100),
]
COLOURS = [
    (RNG.integers(0, 256, (2, 3, 4, 3)).astype(np.uint8), MEAN, DEVIATION),
    (RNG.integers(0, 256, (1, 2, 2, 3)).astype(np.uint8), MEAN, DEVIATION),
]
LENGTHS = RNG.uniform(0.2, 5, (12, 1))
ROWS = RNG.normal(1, 1, (12, 4)) * LENGTHS * [1, 4, 0.2, 9]
TABLES = [(ROWS, 3, 4), (ROWS[::-1].copy(), 0, 3), (ROWS[:9], 7, 5)]


def pad(picture, background, share=0.5, side=max, swap=False):
    """Right answer of 04.1 for the defaults."""
    size = side(picture.shape)
    square = np.full((size, size), background)
    y, x = (int((size - n) * share) for n in picture.shape)
    if swap:
        y, x = x, y
    square[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return square


def stretch(picture, background):
    """The picture drawn out to a square by repeating pixels."""
    size = max(picture.shape)
    y, x = (np.arange(size) * n // size for n in picture.shape)
    return picture[y][:, x]


def cut_square(picture, background):
    """The middle square of the picture."""
    size = min(picture.shape)
    y, x = ((n - size) // 2 for n in picture.shape)
    return picture[y : y + size, x : x + size]


def scale(x, mean, deviation):
    """Right answer of 04.2."""
    return (x / 255 - mean) / deviation


def similar(features, query, unit=True):
    """Cosine similarity of every row to one of them; without `unit` the plain product."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    rows = features / length if unit else features
    return rows @ rows[query]


def first(order, query, k):
    """The first k of an order of rows, without the query."""
    return order[order != query][:k]


EXERCISES = {
    "04.1": Exercise(
        right=pad,
        cases=STRIPS,
        praise="Every pixel is kept, nothing is drawn out of shape, and all squares are alike.",
        mistakes=[
            (
                stretch,
                "You drew the picture out to a square. A long thin *Tripos* becomes as round as a "
                "dinoflagellate: put the picture into the square as it is.",
            ),
            (
                cut_square,
                "You cut a square out of the picture. The ends of a long cell are gone: the side "
                "of the square is the *longer* side.",
            ),
            (
                lambda p, b: pad(p, b, share=0),
                "The picture lies in the corner. How much room is left over along each axis, and "
                "which half of it belongs before the picture?",
            ),
            (
                lambda p, b: pad(p, 0),
                "You filled with 0: black bars that no microscope saw, with two sharp edges. "
                "Fill with `background`.",
            ),
            (
                lambda p, b: pad(p, 0, share=0),
                "The picture lies in the corner, and the rest is black. It belongs in the middle, "
                "on `background`.",
            ),
            (
                lambda p, b: np.roll(
                    pad(p, b), [(max(p.shape) - n) % 2 for n in p.shape], axis=(0, 1)
                ),
                "Nearly: where the room is odd you put the spare pixel before the picture. It was "
                "asked for after it: `//` rounds down.",
            ),
            (
                lambda p, b: np.full((max(p.shape),) * 2, b),
                "That is the empty square. The picture still has to be written into it.",
            ),
            (
                lambda p, b: np.pad(
                    p,
                    [((max(p.shape) - n) // 2,) * 2 for n in p.shape],
                    constant_values=b,
                ),
                "The same room before and after makes a square only where the difference is even. "
                "Say the room before and the room after separately.",
            ),
            (
                lambda p, b: np.pad(p, [(0, max(p.shape) - n) for n in p.shape], mode="edge"),
                "You repeated the border of the picture. Streaks are a texture that the network "
                "will see: fill with `background`, and put the picture in the middle.",
            ),
        ],
    ),
    "04.2": Exercise(
        right=scale,
        cases=COLOURS,
        tolerance=1e-5,
        praise="A network only understands the units that it was brought up with.",
        mistakes=[
            (
                (
                    lambda x, m, d: (x - m) / d,
                    lambda x, m, d: (x.astype(np.float32) - m) / d,
                    lambda x, m, d: (x - m) / d / 255,
                ),
                "You subtracted a mean near 0.5 from values up to 255. Mean and deviation were "
                "measured on values between 0 and 1: divide by 255 first.",
            ),
            (
                lambda x, m, d: x / 255,
                "Values between 0 and 1 so far. Now subtract the mean and divide by the deviation.",
            ),
            (
                lambda x, m, d: x / 255 - m,
                "The mean is subtracted; the deviation is missing.",
            ),
            (
                lambda x, m, d: x / 127.5 - 1,
                "That is the scaling to -1 ... 1 that Keras' own MobileNetV2 was trained with. "
                "These weights come from other makers: mean and deviation of each colour.",
            ),
            (
                (
                    lambda x, m, d: (x / 255 - (x / 255).mean()) / (x / 255).std(),
                    lambda x, m, d: (
                        (x / 255 - (x / 255).mean((0, 1, 2))) / (x / 255).std((0, 1, 2))
                    ),
                    lambda x, m, d: (x - x.mean()) / x.std(),
                    lambda x, m, d: (x - x.mean((0, 1, 2))) / x.std((0, 1, 2)),
                ),
                "You measured mean and deviation on these pictures. The network was trained in "
                "units of ImageNet: use the `mean` and `deviation` that are handed to you.",
            ),
            (
                lambda x, m, d: (x / 255 - m.mean()) / d.mean(),
                "You used one mean and one deviation for all colours. Each colour has its own; "
                "an array of shape (3,) lines up with the last axis by itself.",
            ),
            (
                (
                    lambda x, m, d: scale(x[..., ::-1], m, d),
                    lambda x, m, d: (x / 255 - m[::-1]) / d[::-1],
                ),
                "Red and blue have changed places. Some libraries order colours blue-green-red; "
                "here both are red-green-blue, so nothing is turned round.",
            ),
            (
                lambda x, m, d: x / 255 - m / d,
                "Division comes before subtraction: put brackets around `pictures / 255 - mean`.",
            ),
            (
                lambda x, m, d: (x / 255 - m) / d**2,
                "You divided by the variance. Divide by the deviation itself.",
            ),
            (
                lambda x, m, d: (x / 255 - m) * d,
                "You multiplied by the deviation. Dividing makes the spread one.",
            ),
            (
                (
                    lambda x, m, d: (x / x.max() - m) / d,
                    lambda x, m, d: (x / x.max((1, 2, 3), keepdims=True) - m) / d,
                ),
                "You divided by the brightest pixel that happens to be there. Then a dark picture "
                "is brightened: divide by 255, whatever the picture shows.",
            ),
            (
                lambda x, m, d: (x // 255 - m) / d,
                "`//` throws the fraction away, and nearly every pixel becomes 0. Use `/`.",
            ),
        ],
    ),
    "04.3": Exercise(
        right=lambda f, q, k: first(np.argsort(-similar(f, q), kind="stable"), q, k),
        cases=TABLES,
        praise="Same direction, same kind of picture: a search engine in three lines.",
        mistakes=[
            (
                lambda f, q, k: np.argsort(-similar(f, q), kind="stable")[:k],
                "The first neighbour you name is the picture itself: nothing is more similar. "
                "Leave `query` out.",
            ),
            (
                (
                    lambda f, q, k: first(np.argsort(similar(f, q), kind="stable"), q, k),
                    lambda f, q, k: np.argsort(similar(f, q), kind="stable")[:k],
                ),
                "These are the *least* similar. `np.argsort` puts the smallest first.",
            ),
            (
                lambda f, q, k: first(np.argsort(-similar(f, q, unit=False), kind="stable"), q, k),
                "You took the plain product. A picture with large features then wins whatever it "
                "shows: divide each row by its length first.",
            ),
            (
                lambda f, q, k: np.argsort(-similar(f, q, unit=False), kind="stable")[:k],
                "You took the plain product, and left the query in. Divide each row by its length "
                "first, and leave `query` out.",
            ),
            (
                (
                    lambda f, q, k: first(
                        np.argsort(np.linalg.norm(f - f[q], axis=1), kind="stable"), q, k
                    ),
                    lambda f, q, k: np.argsort(np.linalg.norm(f - f[q], axis=1), kind="stable")[:k],
                ),
                "You measured the distance between the tips. Asked for is the angle: the product "
                "of rows that have been divided by their lengths.",
            ),
            (
                lambda f, q, k: first(np.argsort(-similar(f, q), kind="stable"), q, k)[::-1],
                "The right pictures, but the least similar first: turn the order round.",
            ),
            (
                lambda f, q, k: np.sort(first(np.argsort(-similar(f, q), kind="stable"), q, k)),
                "The right pictures, in the order of their numbers. The most similar comes first.",
            ),
            (
                (
                    lambda f, q, k: np.sort(np.delete(similar(f, q), q))[::-1][:k],
                    lambda f, q, k: np.sort(similar(f, q))[::-1][:k],
                    lambda f, q, k: np.sort(similar(f, q))[::-1][1 : k + 1],
                ),
                "You return the similarities. Asked for are the row numbers: `np.argsort`.",
            ),
            (
                lambda f, q, k: np.argsort(-np.delete(similar(f, q), q), kind="stable")[:k],
                "Deleting the query before sorting moves every later row up by one, so the numbers "
                "no longer fit. Sort first, then leave it out.",
            ),
            (
                (
                    lambda f, q, k: first(
                        np.argsort(
                            -((f / np.linalg.norm(f, axis=0)) @ (f / np.linalg.norm(f, axis=0))[q]),
                            kind="stable",
                        ),
                        q,
                        k,
                    ),
                ),
                "You divided each *column* by its length (`axis=0`). A picture is a row: "
                "`axis=1, keepdims=True`.",
            ),
            (
                lambda f, q, k: first(np.argsort(-similar(f, q), kind="stable"), q, k + 1),
                "One too many: k neighbours without the query.",
            ),
            (
                lambda f, q, k: first(np.argsort(-similar(f, q), kind="stable"), q, k - 1),
                "One too few: take `k` *after* leaving the query out.",
            ),
        ],
    ),
} | CHOOSING
