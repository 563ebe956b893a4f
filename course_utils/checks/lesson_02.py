"""Self-checks of lesson 02: what is right, and the mistakes that people make."""

import numpy as np

from course_utils.checks import Exercise

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
MARGINS = [
    (np.array([[2.0, 0.5, 1.8], [0.2, -1.0, 0.7], [3.0, 1.0, 0.0]]), np.array([0, 1, 0])),
    (np.array([[0.0, 0.4], [1.0, -1.0]]), np.array([1, 1])),
]


def cubes(w: np.ndarray) -> float:
    """A function with a slope that is easy by hand: 3 w² along each entry."""
    return float((w**3).sum())


def waves(w: np.ndarray) -> float:
    """A second one, in which the entries act on each other."""
    return float(np.sin(w).sum() + np.prod(w))


SLOPES = [
    (cubes, np.array([1.0, -2.0, 0.5]), 1e-3),
    (waves, np.array([[0.3, 1.2], [-0.7, 2.0]]), 1e-3),
]
STEPS = [
    (np.array([1.0, 2.0]), np.array([0.5, -0.5]), np.array([2.0, 1.0]), 0.1, 0.9),
    (np.array([[0.0, -3.0]]), np.array([[1.0, 4.0]]), np.array([[-1.0, 0.5]]), 0.5, 0.0),
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


def hinge(
    scores: np.ndarray, labels: np.ndarray, margin: float = 1, sign: int = 1, own: int = 1
) -> np.ndarray:
    """Hinge loss of each picture, with the dials that the usual mistakes turn."""
    right = scores[np.arange(len(scores)), labels][:, None]
    return np.maximum(0, sign * (scores - right) + margin).sum(axis=1) - own * max(margin, 0)


def slope(f, w: np.ndarray, h: float, up: float = 1, down: float = 1, over: float = 2):
    """Difference quotient with steps `up` and `down`, divided by `over` h."""
    result = np.zeros(w.shape)
    for at in np.ndindex(w.shape):
        step = np.zeros(w.shape)
        step[at] = h
        result[at] = (f(w + up * step) - f(w - down * step)) / (over * h)
    return result


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
            (lambda p, r: p - r.mean(0), "The mean is gone; now divide by the deviation."),
            (
                lambda p, r: (
                    (p - r.mean((1, 2)).mean()) / (r - r.mean((1, 2), keepdims=True)).std()
                ),
                "You took the mean of each picture over its pixels. Here it goes over the "
                "pictures, `axis=0`, and leaves one mean picture.",
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
    "02.4": Exercise(
        right=lambda s, y: hinge(s, y).mean(),
        cases=MARGINS,
        praise="Content as soon as the right class leads by one.",
        mistakes=[
            (
                lambda s, y: hinge(s, y, own=0).mean(),
                "You are one too high: the sum includes the right class itself, which always "
                "adds max(0, 0 + 1) = 1. Leave k = y out.",
            ),
            (
                lambda s, y: hinge(s, y, margin=0).mean(),
                "The margin is missing. Add 1 inside `max(0, ...)`: the right class must lead, "
                "not just draw.",
            ),
            (lambda s, y: hinge(s, y).sum(), "You summed over the pictures; take their mean."),
            (
                lambda s, y: hinge(s, y),
                "These are the losses of the single pictures. Asked for is their mean.",
            ),
            (
                lambda s, y: hinge(s, y, sign=-1).mean(),
                "The sign is turned: it costs when a *wrong* class is ahead, $s_k - s_y + 1$, "
                "not when the right one is.",
            ),
            (
                lambda s, y: (s - s[np.arange(len(s)), y][:, None] + 1).sum(1).mean() - 1,
                "The `max(0, ...)` is missing, so a large lead earns a negative loss. The hinge "
                "never goes below zero.",
            ),
            (
                lambda s, y: hinge(s, y, own=0).mean() / s.shape[1],
                "`.mean()` over the whole table averages over the classes too; the formula sums "
                "over them and leaves out k = y. Sum along `axis=1`, then take the mean.",
            ),
        ],
    ),
    "02.5": Exercise(
        right=slope,
        cases=SLOPES,
        tolerance=1e-5,
        praise="Slow, but it needs no formula: the referee of every gradient.",
        mistakes=[
            (
                lambda f, w, h: slope(f, w, h, down=0, over=1),
                "A step to one side only. Its error shrinks like h, and 0.001 is not small "
                "enough. Step to both sides and divide by 2h.",
            ),
            (
                lambda f, w, h: slope(f, w, h, over=1),
                "Twice too large: from w - h to w + h is a way of 2h.",
            ),
            (
                lambda f, w, h: slope(f, w, h, down=0),
                "Half of what is right: one side was stepped, but divided by 2h.",
            ),
            (
                lambda f, w, h: np.full(w.shape, (f(w + h) - f(w - h)) / (2 * h)),
                "All entries move at once, so you measured the sum of all slopes. Move one entry, "
                "keep the others still, and go through them one by one.",
            ),
            (
                lambda f, w, h: -slope(f, w, h),
                "The sign is turned: f(w + h) - f(w - h), not the other way round.",
            ),
            (
                lambda f, w, h: slope(f, w, h).ravel() if w.ndim > 1 else slope(f, w, h),
                "The numbers are right, but flat. Give them the shape of `w`.",
            ),
        ],
    ),
    "02.6": Exercise(
        right=lambda w, v, g, r, k: (w + k * v - r * g, k * v - r * g),
        cases=STEPS,
        praise="Two lines, and every optimiser of the course is a variation on them.",
        mistakes=[
            (
                lambda w, v, g, r, k: (w + k * v + r * g, k * v + r * g),
                "You walk uphill: the gradient points to where the loss grows. Subtract it.",
            ),
            (
                lambda w, v, g, r, k: (w - r * (k * v + g), k * v + g),
                "That is PyTorch's way of writing it: the same path, with the velocity in other "
                "units. The formula here is Keras': v ← μv - η·gradient, w ← w + v.",
            ),
            (
                lambda w, v, g, r, k: (w + v, k * v - r * g),
                "The step still uses the old velocity. First renew v, then add it to w.",
            ),
            (
                lambda w, v, g, r, k: (w - r * g, v),
                "That is plain gradient descent. The velocity takes no part in it.",
            ),
            (
                lambda w, v, g, r, k: (w + v - r * g, v - r * g),
                "The old velocity is kept whole. Multiply it by `keep`, or it never slows down.",
            ),
            (
                lambda w, v, g, r, k: (w + k * v - g, k * v - g),
                "The learning rate is missing: multiply the gradient by `rate`.",
            ),
            (
                lambda w, v, g, r, k: w + k * v - r * g,
                "You return the new w alone. The next step needs the velocity too: `return w, v`.",
            ),
            (
                lambda w, v, g, r, k: (k * v - r * g, w + k * v - r * g),
                "The right numbers in the wrong order: first w, then v.",
            ),
        ],
    ),
}
