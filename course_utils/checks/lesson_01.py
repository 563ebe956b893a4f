"""Self-checks of lesson 01: numbers, pairs, annotators, splits."""

import numpy as np

from course_utils.checks import Exercise

IMAGES = [
    (np.array([[250, 300, 900], [1800, 3000, 60000]], np.uint16), 300, 2300),
    (np.array([[0.0, 10.0], [-5.0, 40.0]]), 0.0, 20.0),
]
PAIRS = [
    (np.arange(6.0).reshape(2, 3), np.array([[0, 0, 7], [9, 9, 7]])),
    (np.arange(9.0).reshape(3, 3), np.array([[1, 0, 0], [2, 0, 3], [0, 0, 4]])),
]
A, B, C = "interphase", "metaphase", "telophase"
ANNOTATORS = [
    (np.array([A, A, A, A, A, A, B, B]), np.array([A, A, A, A, A, B, B, A])),
    (np.array([A, B, C, C, A, A]), np.array([A, B, B, C, C, A])),
    (np.array([A, A, A, B]), np.array([A, C, C, C])),
]
CELLS = [
    (np.array([9, 1, 2, 3, 3, 1]), np.array([4, 9, 3, 9, 3, 9])),
    (np.array([5, 6, 6]), np.array([7, 8])),
]


def rescale(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """Right answer of 01.1."""
    return np.clip((np.asarray(image, float) - low) / (high - low), 0, 1)


def kappa(first: np.ndarray, second: np.ndarray) -> float:
    """Right answer of 01.3."""
    return beyond(np.mean(first == second), by_chance(first, second))


def by_chance(first: np.ndarray, second: np.ndarray) -> float:
    """Share of equal answers if both drew at random in their own proportions."""
    classes = np.union1d(first, second)
    return float(sum(np.mean(first == k) * np.mean(second == k) for k in classes))


def beyond(observed: float, expected: float) -> float:
    """The formula of kappa, for any observed and expected agreement."""
    return (observed - expected) / (1 - expected)


def shares(names: np.ndarray) -> np.ndarray:
    """Share of each class that occurs, in sorted order."""
    return np.unique(names, return_counts=True)[1] / len(names)


def agreement_by_place(first: np.ndarray, second: np.ndarray) -> float:
    """Equal answers, if the n-th class of one annotator is taken for the n-th of the other."""
    place, other = (np.unique(names, return_inverse=True)[1] for names in (first, second))
    return float(np.mean(place == other))


EXERCISES = {
    "01.1": Exercise(
        right=rescale,
        cases=IMAGES,
        praise="Floats first, then the scale, then the clip.",
        mistakes=[
            (
                (
                    lambda i, a, b: np.clip((i - a) / (b - a), 0, 1),
                    lambda i, a, b: np.clip((i - np.asarray(a, i.dtype)) / (b - a), 0, 1),
                ),
                "The subtraction ran in unsigned integers: 250 - 300 became 65,486 and, clipped, "
                "white. Write `image.astype(float)` before you subtract.",
            ),
            (
                lambda i, a, b: np.clip((i.astype(np.int16) - a) / (b - a), 0, 1),
                "`int16` ends at 32,767: a pixel of 60,000 became negative and, clipped, black. "
                "Write `image.astype(float)`.",
            ),
            (
                lambda i, a, b: (np.asarray(i, float) - a) / (b - a),
                "The scale is right, but values outside are left there. `np.clip(..., 0, 1)`.",
            ),
            (
                lambda i, a, b: np.clip(
                    (np.asarray(i, float) - i.min()) / (float(i.max()) - float(i.min())), 0, 1
                ),
                "You used the image's own minimum and maximum. One hot pixel would decide. Use "
                "`low` and `high`.",
            ),
            (
                lambda i, a, b: np.clip(np.asarray(i, float) / (b - a), 0, 1),
                "`low` should become 0: subtract it before you divide.",
            ),
            (
                lambda i, a, b: np.clip((np.asarray(i, float) - a) / b, 0, 1),
                "`high` should become 1: after subtracting `low`, the range is `high - low`.",
            ),
            (
                lambda i, a, b: 255 * rescale(i, a, b),
                "Right, but from 0 to 255. Asked for is 0 to 1.",
            ),
            (
                lambda i, a, b: np.round(rescale(i, a, b)),
                "Only 0 and 1 are left: that is a threshold. Do not round.",
            ),
            (
                lambda i, a, b: np.clip(np.asarray(i, float) - a / (b - a), 0, 1),
                "Division comes before subtraction: put brackets around `image - low`.",
            ),
        ],
    ),
    "01.2": Exercise(
        right=lambda i, m: (np.rot90(i[::-1]), np.rot90(m[::-1])),
        cases=PAIRS,
        praise="One change, two arrays.",
        mistakes=[
            (
                (
                    lambda i, m: (np.rot90(i[::-1]), m),
                    lambda i, m: (np.rot90(i[::-1]), m[::-1]),
                    lambda i, m: (np.rot90(i[::-1]), np.rot90(m)),
                ),
                "The image is right, the mask was left behind. Every label now lies beside its "
                "cell.",
            ),
            (
                lambda i, m: (np.rot90(i)[::-1], np.rot90(m)[::-1]),
                "One of the two steps is turned round. Turning before mirroring, mirroring left "
                "to right (`[:, ::-1]`) and turning clockwise all end in this same picture. First "
                "upside down (`[::-1]`), then counter-clockwise.",
            ),
            (lambda i, m: (i[::-1], m[::-1]), "Mirrored; the quarter turn is missing."),
            (lambda i, m: (np.rot90(i), np.rot90(m)), "Turned; the mirroring is missing."),
            (
                lambda i, m: (np.rot90(m[::-1]), np.rot90(i[::-1])),
                "The right arrays in the wrong order: first the image, then the mask.",
            ),
        ],
    ),
    "01.3": Exercise(
        right=kappa,
        cases=ANNOTATORS,
        praise="Agreement beyond chance, as a share of what was possible.",
        mistakes=[
            (
                lambda a, b: np.mean(a == b),
                "That is the plain agreement. Kappa takes off what chance would give.",
            ),
            (
                by_chance,
                "That is the agreement by chance. It goes into both places of the formula.",
            ),
            (
                lambda a, b: np.mean(a == b) - by_chance(a, b),
                "Above the line is right. Divide by what was possible beyond chance: 1 - expected.",
            ),
            (
                lambda a, b: np.mean(a == b) - by_chance(a, b) / (1 - by_chance(a, b)),
                "Division comes before subtraction: put brackets around the difference.",
            ),
            (
                lambda a, b: beyond(np.mean(a == b), 1 / len(np.union1d(a, b))),
                "You let chance draw every class alike. Each annotator has proportions: use the "
                "shares of each class with the first and with the second.",
            ),
            (
                lambda a, b: beyond(np.mean(a == b), np.sum(shares(a) ** 2)),
                "You used the first annotator's shares twice. The second has shares of their own.",
            ),
            (
                lambda a, b: beyond(np.mean(a == b), np.sum(shares(b) ** 2)),
                "You used the second annotator's shares twice. The first has shares of their own.",
            ),
            (
                (
                    lambda a, b: beyond(np.mean(a == b), np.sum(shares(a) * shares(b))),
                    lambda a, b: beyond(agreement_by_place(a, b), np.sum(shares(a) * shares(b))),
                ),
                "You pair the classes by their place in two lists. One annotator may never name a "
                "class of the other: take all classes of both, `np.union1d(first, second)`.",
            ),
            (
                lambda a, b: 100 * kappa(a, b),
                "Right, in per cent. Kappa is given between -1 and 1.",
            ),
        ],
    ),
    "01.4": Exercise(
        right=lambda a, b: np.intersect1d(a, b),
        cases=CELLS,
        praise="The assertion that belongs into every project: this list is empty.",
        mistakes=[
            (
                lambda a, b: a[np.isin(a, b)],
                "Each cell should be named once, and sorted: `np.unique` of what you have.",
            ),
            (
                lambda a, b: b[np.isin(b, a)],
                "Each cell should be named once, and sorted: `np.unique` of what you have.",
            ),
            (
                lambda a, b: np.intersect1d(a, b)[::-1],
                "The right cells, each once, but not sorted. `np.unique` and `sorted` put the "
                "smallest first.",
            ),
            (lambda a, b: np.union1d(a, b), "These are the cells of either part. Asked: of both."),
            (
                lambda a, b: np.setdiff1d(a, b),
                "These are the cells that stand in the first part *only*. Asked: in both.",
            ),
            (
                lambda a, b: len(np.intersect1d(a, b)),
                "That is how many they are. Asked for is which.",
            ),
            (
                lambda a, b: np.isin(a, b),
                "That says for each picture whether its cell is shared. Asked for are the cells.",
            ),
            (
                lambda a, b: len(np.intersect1d(a, b)) > 0,
                "That says whether there are any. Asked for is which.",
            ),
        ],
    ),
}
