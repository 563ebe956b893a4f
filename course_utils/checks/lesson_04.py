"""Self-checks of lesson 04: what is right, and the mistakes that people make.

Pictures; the most similar ones stand in `lesson_04_neighbours`, choosing and freezing in
`lesson_04_choosing`.
"""

import numpy as np

from course_utils.checks import Exercise
from course_utils.checks.lesson_04_choosing import CHOOSING
from course_utils.checks.lesson_04_neighbours import NEIGHBOURS

RNG = np.random.default_rng(4)
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
STRIPS = [
    (RNG.integers(50, 200, (2, 5)) * (np.arange(5) != 2), 30),
    (RNG.integers(50, 200, (6, 3)), 210),
    (RNG.integers(50, 200, (4, 4)), 100),
    (RNG.integers(50, 200, (7, 2)), 90),
    (RNG.integers(50, 200, (2, 6)), 60),
]
COLOURS = [
    (RNG.integers(0, 256, (2, 3, 4, 3)).astype(np.uint8), MEAN, DEVIATION),
    (RNG.integers(0, 256, (1, 2, 2, 3)).astype(np.uint8), MEAN[::-1] + 0.1, DEVIATION * [1, 2, 3]),
]


def pad(picture, background, before=lambda side, n: (side - n) // 2):
    """Right answer of 04.1 for the default number of lines before the picture."""
    size = max(picture.shape)
    square = np.full((size, size), background)
    y, x = (before(size, n) for n in picture.shape)
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
                lambda p, b: pad(p, b, lambda side, n: 0),
                "The picture lies in the corner. How much room is left over along each axis, and "
                "which half of it belongs before the picture?",
            ),
            (
                lambda p, b: pad(p, 0),
                "You filled with 0: black bars that no microscope saw, with two sharp edges. "
                "Fill with `background`.",
            ),
            (
                lambda p, b: pad(p, 0, lambda side, n: 0),
                "The picture lies in the corner, and the rest is black. It belongs in the middle, "
                "on `background`.",
            ),
            (
                lambda p, b: pad(p, b, lambda side, n: (side - n + 1) // 2),
                "Nearly: where the room is odd you put the spare pixel before the picture. It was "
                "asked for after it: `//` rounds down.",
            ),
            (
                lambda p, b: pad(p, b, lambda side, n: side // 2 - n // 2),
                "Nearly: you halved side and picture separately, and both round down. Subtract "
                "first and halve the room: `(side - n) // 2`.",
            ),
            (
                lambda p, b: np.where(pad(p, 0) == 0, b, pad(p, 0)),
                "You took every 0 for filling, also where the picture itself is black. Begin with "
                "a square of `background`, and write the picture into it.",
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
                lambda x, m, d: scale(x, MEAN, DEVIATION),
                "You wrote ImageNet's numbers into the function. Use the arguments `mean` and "
                "`deviation`, so that it works for every network.",
            ),
            (
                lambda x, m, d: (x / 256 - m) / d,
                "You divided by 256. There are 256 values, but the largest of them is 255, and it "
                "should become 1.",
            ),
            (
                lambda x, m, d: (x - 255 * m) / d,
                "You brought the mean to the units of the pictures, not the deviation. It is "
                "easier to bring the pictures to 0 to 1 first: `pictures / 255`.",
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
    **NEIGHBOURS,
    **CHOOSING,
}
