"""Self-checks of lesson 02: what is right, and the mistakes that people make.

The first three exercises; those on loss, slope and step stand in `lesson_02_descent`.
"""

import numpy as np

from course_utils.checks import Exercise
from course_utils.checks.lesson_02_descent import DESCENT

RNG = np.random.default_rng(2)
STACKS = [
    (RNG.normal(5, 2, (6, 4, 4)), RNG.normal(3, 4, (9, 4, 4)) + np.arange(16).reshape(4, 4)),
    (RNG.normal(0, 1, (2, 3, 3)), RNG.normal(-7, 0.5, (5, 3, 3)) * np.arange(1, 10).reshape(3, 3)),
]
TRUE, SAID = np.array([0, 0, 0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 0, 1, 1, 1, 0])
ANSWERS = [(TRUE, SAID), (np.array([1, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1]))]
SCORES = [
    (np.array([[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0]]),),
    (np.array([[1000.0, 999.0], [0.0, -2000.0]]),),
]


def recalls(true: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """Recall of class 0 and of class 1."""
    return float(np.mean(predicted[true == 0] == 0)), float(np.mean(predicted[true == 1] == 1))


def precisions(true: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """Precision of class 0 and of class 1."""
    return float(np.mean(true[predicted == 0] == 0)), float(np.mean(true[predicted == 1] == 1))


def softmax(scores: np.ndarray, axis: int | None = 1) -> np.ndarray:
    """Right answer of 02.3 for axis=1."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


EXERCISES = {
    "02.1": Exercise(
        right=lambda p, r: (p - r.mean(0)) / (r - r.mean(0)).std(),
        cases=STACKS,
        praise="The training set sets the scale; everybody else is measured with it.",
        mistakes=[
            (
                lambda p, r: (p - p.mean(0)) / (p - p.mean(0)).std(),
                "You measured mean and deviation on `pictures` themselves. Then every part of "
                "the data is scaled differently, and the test set helps to scale itself. Take "
                "both from `reference`.",
            ),
            (
                lambda p, r: (p - r.mean()) / r.std(),
                "You subtracted one number, the mean of all pixels. Asked for is the mean "
                "*picture*: `reference.mean(axis=0)` has one value for each place.",
            ),
            (
                lambda p, r: (p - r.mean(0)) / r.std(0),
                "You divided each pixel by its own deviation (`axis=0`). Quiet corners would be "
                "blown up to the same size as the nucleus. Divide by one number for all.",
            ),
            (
                lambda p, r: (p - r.mean(0)) / r.std(),
                "Nearly: the deviation is measured before the mean picture is taken away. "
                "What is left after subtracting is `reference - mean`; take its `.std()`.",
            ),
            (
                lambda p, r: (p - r.mean(0)) / (r - r.mean(0)).var(),
                "You divided by the variance. Its unit is counts squared; the standard deviation "
                "is its root.",
            ),
            (
                lambda p, r: (
                    (p - np.concatenate([p, r]).mean(0))
                    / (np.concatenate([p, r]) - np.concatenate([p, r]).mean(0)).std()
                ),
                "You measured mean and deviation on `pictures` and `reference` together. Then the "
                "test set helps to scale itself. Take both from `reference` alone.",
            ),
            (lambda p, r: p - r.mean(0), "The mean is gone; now divide by the deviation."),
            (
                (
                    lambda p, r: (p - r.mean(0)) / p.std(),
                    lambda p, r: (p - r.mean(0)) / (p - r.mean(0)).std(),
                    lambda p, r: (p - r.mean(0)) / (p - p.mean(0)).std(),
                ),
                "The mean picture is right, but the deviation comes from `pictures`. Take both "
                "from `reference`.",
            ),
            (
                lambda p, r: (p - p.mean(0)) / (r - r.mean(0)).std(),
                "The deviation is right, but you subtracted the mean of `pictures`. Take both "
                "from `reference`.",
            ),
            (
                lambda p, r: (p - r.mean(0)) / r.mean(0).std(),
                "You divided by the deviation of the mean picture itself. What is asked for is "
                "how far the reference pictures lie from it: `(reference - mean).std()`.",
            ),
            (
                lambda p, r: p - r.mean(0) / (r - r.mean(0)).std(),
                "Division comes before subtraction: put brackets around `pictures - mean`.",
            ),
            (
                lambda p, r: (p - r.mean(0)) / (r - r.mean(0)).std(ddof=1),
                "You used `ddof=1`. For an estimate from few values that is good practice; here "
                "NumPy's own default, `ddof=0`, is asked for.",
            ),
        ],
    ),
    "02.2": Exercise(
        right=lambda t, p: sum(recalls(t, p)) / 2,
        cases=ANSWERS,
        praise="Each class counts one half, however rare it is.",
        mistakes=[
            (
                lambda t, p: np.mean(t == p),
                "That is plain accuracy: the share of all pictures that are right. It lets the "
                "frequent class decide. Take the recall of each class by itself, then the mean.",
            ),
            (
                lambda t, p: sum(precisions(t, p)) / 2,
                "You divided by the number *called* a class: that is precision. Recall divides "
                "by those that truly *are* of it: select with `true == 1`.",
            ),
            (
                lambda t, p: recalls(t, p)[1],
                "That is the recall of class 1 alone. Class 0 is missing.",
            ),
            (
                lambda t, p: recalls(t, p)[0],
                "That is the recall of class 0 alone. Class 1 is missing.",
            ),
            (
                lambda t, p: sum(recalls(t, p)),
                "You added the two recalls. The mean is half of that.",
            ),
            (
                lambda t, p: (recalls(t, p)[1] + 1 - recalls(t, p)[0]) / 2,
                "For class 0 you took the share *called 1*. Its recall is the share called 0: "
                "compare with `== 0` before the mean.",
            ),
            (
                (
                    lambda t, p: recalls(t, p)[0] + recalls(t, p)[1] / 2,
                    lambda t, p: recalls(t, p)[1] + recalls(t, p)[0] / 2,
                ),
                "Division comes before addition: put brackets around the sum.",
            ),
            (
                lambda t, p: np.mean([np.sum((t == k) & (p == k)) for k in (0, 1)]),
                "These are counts, not shares. Divide each by the number of its class.",
            ),
            (
                lambda t, p: np.mean([np.mean((t == k) & (p == k)) for k in (0, 1)]),
                "You divided by the number of all pictures. A recall is a share of its own class: "
                "divide by how often that class occurs.",
            ),
            (
                lambda t, p: 50 * sum(recalls(t, p)),
                "Right, in per cent. The course writes scores between 0 and 1.",
            ),
            (
                lambda t, p: np.array(recalls(t, p)),
                "You return two recalls. Asked for is one number, their mean.",
            ),
        ],
    ),
    "02.3": Exercise(
        right=softmax,
        cases=SCORES,
        praise="Rows sum to one, and no exponent is above zero.",
        mistakes=[
            (
                lambda s: np.exp(s) / np.exp(s).sum(1, keepdims=True),
                "Right for small scores, but 1,000 gives `nan`: e¹⁰⁰⁰ overflows. Subtract the "
                "largest score of each row before `np.exp`.",
            ),
            (
                (
                    lambda s: softmax(s.T).T,
                    lambda s: softmax(s, axis=0),
                ),
                "Your columns sum to one. A picture is a row: sum over `axis=1`.",
            ),
            (
                (
                    lambda s: softmax(s.reshape(1, -1)).reshape(s.shape),
                    lambda s: softmax(s, axis=None),
                ),
                "The whole table sums to one. Each row should: `sum(axis=1, keepdims=True)`.",
            ),
            (
                lambda s: np.exp(s - s.max()) / np.exp(s - s.max()).sum(1, keepdims=True),
                "You subtracted the largest score of the whole table. A row far below it becomes "
                "0/0. Each row needs its own: `max(axis=1, keepdims=True)`.",
            ),
            (
                lambda s: (
                    np.exp(s - s.mean(1, keepdims=True))
                    / np.exp(s - s.mean(1, keepdims=True)).sum(1, keepdims=True)
                ),
                "You subtracted the mean of each row. A score far above it still overflows: "
                "subtract the largest.",
            ),
            (
                lambda s: np.exp(s - s.max(0)) / np.exp(s - s.max(0)).sum(1, keepdims=True),
                "You subtracted the largest score of each *column*. It cancels only if all scores "
                "of a row lose the same number: `max(axis=1, keepdims=True)`.",
            ),
            (
                lambda s: np.exp(s - s.max(1, keepdims=True)) / np.exp(s).sum(1, keepdims=True),
                "Above the line you subtracted the maximum, below it not. It cancels only if both "
                "have it.",
            ),
            (
                lambda s: np.exp(s - s.max(1, keepdims=True)),
                "The largest entry of each row is 1, so the sum is larger: divide by it.",
            ),
            (
                lambda s: 1 / (1 + np.exp(-np.clip(s, -700, 700))),
                "That is the sigmoid of each score by itself. Softmax lets the classes compete: "
                "the exponentials are divided by their sum over the row.",
            ),
            (
                lambda s: s / s.sum(1, keepdims=True),
                "You divided the scores by their sum. Scores can be negative; take `np.exp` first.",
            ),
        ],
    ),
} | DESCENT
