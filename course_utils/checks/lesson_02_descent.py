"""Self-checks of lesson 02, second half: loss, slope and step."""

import numpy as np

from course_utils.checks import Exercise

MARGINS = [
    (
        np.array([[2.0, 0.5, 1.8], [0.2, -1.0, 0.7], [3.0, 1.0, 0.0], [0.4, 0.3, 2.0]]),
        np.array([0, 1, 0, 2]),
    ),
    (np.array([[0.0, 0.4], [1.0, -1.0], [0.3, 0.9]]), np.array([1, 1, 0])),
    (np.array([[1.0, 0.2, 0.9, -1.0], [0.0, 0.4, -0.3, -2.0]]), np.array([0, 1])),
]


def cubes(w: np.ndarray) -> float:
    """A function with a slope that is easy by hand: 3 w² along each entry."""
    return float((w**3).sum())


def waves(w: np.ndarray) -> float:
    """A second one, in which the entries act on each other."""
    return float(np.sin(w).sum() + np.prod(w))


def roof(w: np.ndarray) -> float:
    """A third one with a ridge at zero, where both sides fall alike: its slope there is 0."""
    return float(-np.abs(w).sum())


SLOPES = [
    (cubes, np.array([1.0, -2.0, 0.5]), 1e-3),
    (waves, np.array([[0.3, 1.2], [-0.7, 2.0]]), 1e-3),
    (roof, np.array([0.0, 3.0, -1.5]), 1e-3),
]
STEPS = [
    (np.array([1.0, 2.0]), np.array([0.5, -0.5]), np.array([2.0, 1.0]), 0.1, 0.9),
    (np.array([[0.0, -3.0]]), np.array([[1.0, 4.0]]), np.array([[-1.0, 0.5]]), 0.5, 0.0),
]


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


def leads(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Lead of each class over the right one, plus the margin."""
    return scores - scores[np.arange(len(scores)), labels][:, None] + 1


def slope_walking_on(f, w: np.ndarray, h: float):
    """As `slope`, but an entry that was moved is not moved back."""
    result, step = np.zeros(w.shape), np.zeros(w.shape)
    for at in np.ndindex(w.shape):
        step[at] = h
        result[at] = (f(w + step) - f(w - step)) / (2 * h)
    return result


DESCENT = {
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
                lambda s, y: hinge(s, y, margin=0).mean() + 1,
                "The 1 belongs inside `max(0, ...)`. Outside it is added to every picture, also "
                "to those that are right by far.",
            ),
            (
                lambda s, y: (np.maximum(0, leads(s, y)) - np.eye(s.shape[1])[y]).max(1).mean(),
                "You took the worst of the wrong classes. The formula sums over all of them.",
            ),
            (
                lambda s, y: (
                    hinge(s, y).mean() / (s.shape[1] - 1) if s.shape[1] > 2 else hinge(s, y).mean()
                ),
                "You averaged over the wrong classes; the formula sums over them.",
            ),
            (
                lambda s, y: hinge(s, y, own=0).sum(),
                "You summed over the pictures (take the mean), and k = y is in the sum.",
            ),
            (
                (
                    lambda s, y: hinge(s, y, sign=-1).mean(),
                    lambda s, y: hinge(s, y, sign=-1, own=0).mean(),
                ),
                "The sign is turned: it costs when a *wrong* class is ahead, $s_k - s_y + 1$, "
                "not when the right one is.",
            ),
            (
                lambda s, y: leads(s, y).sum(1).mean() - 1,
                "The `max(0, ...)` is missing, so a large lead earns a negative loss. The hinge "
                "never goes below zero.",
            ),
            (
                (
                    lambda s, y: np.maximum(0, leads(s, y).sum(1) - 1).mean(),
                    lambda s, y: np.maximum(0, leads(s, y).sum(1)).mean() - 1,
                    lambda s, y: max(0, leads(s, y).sum(1).mean() - 1),
                ),
                "Your `max(0, ...)` stands outside the sum, so a class that is far behind pays for "
                "one that is ahead. Each class by itself: first the maximum, then the sum.",
            ),
            (
                (
                    lambda s, y: hinge(s, y, own=0).sum() / s.shape[1] - 1,
                    lambda s, y: hinge(s, y).sum() / s.shape[1],
                ),
                "You divided by the number of classes. Rows are the pictures: sum along `axis=1`, "
                "and divide by `len(scores)`.",
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
                (
                    lambda f, w, h: slope(f, w, h, down=0, over=1),
                    lambda f, w, h: slope(f, w, h, up=0, over=1),
                    lambda f, w, h: slope(f, w, 1e-7, down=0, over=1),
                ),
                "A step to one side only. Its error shrinks like h, and at a ridge it never sees "
                "the other side. Step to both sides and divide by 2h.",
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
                (
                    lambda f, w, h: np.full(w.shape, (f(w + h) - f(w - h)) / (2 * h)),
                    lambda f, w, h: (f(w + h) - f(w - h)) / (2 * h),
                ),
                "All entries move at once, so you measured the sum of all slopes. Move one entry, "
                "keep the others still, and go through them one by one.",
            ),
            (
                slope_walking_on,
                "An entry that was moved is never moved back, so more and more of them move "
                "together. Begin each slope with a new step of zeros.",
            ),
            (
                lambda f, w, h: np.zeros(w.shape),
                "All slopes are 0. `a = w` is no copy, only a second name: what is added to `a` "
                "and taken from `b` is the same array. Write `w.copy()`.",
            ),
            (
                lambda f, w, h: slope(f, w, h) * 2 * h / 2 * h,
                "`/ 2 * h` divides by 2 and then multiplies by h. Write `/ (2 * h)`.",
            ),
            (
                lambda f, w, h: slope(f, w, h) * 2 * h,
                "These are differences of f. Divide by the way, 2h.",
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
                lambda w, v, g, r, k: (w + k * v - r * g, v),
                "The new w is right, but you return the old velocity. The next step would begin "
                "without what this one has learned.",
            ),
            (
                lambda w, v, g, r, k: (w + k * (k * v - r * g) - r * g, k * v - r * g),
                "That is Nesterov's step, which looks one step ahead. The plain one adds the new "
                "velocity: w ← w + v.",
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
                (
                    lambda w, v, g, r, k: (w - (k * v - r * g), k * v - r * g),
                    lambda w, v, g, r, k: (w - v, k * v - r * g),
                ),
                "v already points downhill (the minus stands before the rate): add it to w.",
            ),
            (
                lambda w, v, g, r, k: (w - (k * v + r * g), k * v + r * g),
                "The same path with the velocity turned round. The formula here: "
                "v ← μv - η·gradient, w ← w + v.",
            ),
            (
                (
                    lambda w, v, g, r, k: (w + r * v - k * g, r * v - k * g),
                    lambda w, v, g, r, k: (w + (1 - k) * v - r * g, (1 - k) * v - r * g),
                ),
                "`keep` is the share of the old velocity, `rate` belongs to the gradient. Look "
                "again at which is which.",
            ),
            (
                lambda w, v, g, r, k: (w + k * v - (1 - k) * r * g, k * v - (1 - k) * r * g),
                "That is an average of old and new. Here the new step is added whole.",
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
