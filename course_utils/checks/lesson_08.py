"""Self-checks of lesson 08: what is right, and the mistakes that people make.

Link F1 and displacement are in `lesson_08_tracks`, overlap and divisions in `lesson_08_frames`.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from course_utils.checks import Exercise
from course_utils.checks.lesson_08_frames import FRAMES
from course_utils.checks.lesson_08_tracks import TRACKS

RNG = np.random.default_rng(8)
PLACES = [tuple(RNG.uniform(0, 60, (n, 2)).round(1) for n in counts) for counts in ((3, 4), (5, 2))]
COSTS = [
    (np.array([[1.0, 5.0, 9.0], [2.0, 50.0, 7.5], [8.0, 9.0, 3.5]]), 2.0),
    (np.array([[1.0, 2.0, 8.0], [2.5, 9.0, 7.0], [9.0, 8.5, 5.5], [6.5, 7.0, 4.5]]), 3.0),
    (np.array([[3.0, 4.0, 9.0, 2.0], [1.0, 3.6, 9.5, 1.5], [9.0, 7.0, 1.2, 8.0]]), 2.5),
    (np.array([[1.9, 1.1], [1.2, 1.9]]), 2),
]


def distance_matrix(before: NDArray, after: NDArray) -> NDArray:
    """Right answer of 08.1."""
    return np.linalg.norm(before[:, None] - after, axis=-1)


def assign(cost: NDArray, alone: float) -> NDArray:
    """Right answer of 08.3."""
    pairs = np.column_stack(linear_sum_assignment(np.minimum(cost, 2 * alone)))
    return pairs[cost[tuple(pairs.T)] < 2 * alone]


def all_pairs(cost: NDArray, alone: float = 0.0, best: bool = False) -> NDArray:
    """Assignment in which nobody may stay alone."""
    return np.column_stack(linear_sum_assignment(cost, maximize=best))


def cheap_only(pairs: NDArray, cost: NDArray, limit: float) -> NDArray:
    """Pairs below a limit."""
    return pairs[cost[tuple(pairs.T)] < limit]


def greedy(cost: NDArray, alone: float) -> NDArray:
    """The cheapest pair first, then the cheapest of the rest."""
    pairs, left = [], cost.astype(float).copy()
    while left.min() < 2 * alone:
        i, j = np.unravel_index(left.argmin(), left.shape)
        pairs.append((i, j))
        left[i], left[:, j] = np.inf, np.inf
    return np.array(sorted(pairs)).reshape(-1, 2)


def row_best(cost: NDArray, limit: float = np.inf) -> NDArray:
    """Each row's cheapest column."""
    pairs = np.column_stack([np.arange(len(cost)), cost.argmin(axis=1)])
    return cheap_only(pairs, cost, limit)


def with_dummies(cost: NDArray, alone: float) -> NDArray:
    """The large matrix solved, its dummy rows and columns returned too."""
    n, m = cost.shape
    large = np.full((n + m, n + m), np.inf)
    large[:n, :m], large[n:, m:] = cost, 0
    large[np.arange(n), m + np.arange(n)] = alone
    large[n + np.arange(m), np.arange(m)] = alone
    return np.column_stack(linear_sum_assignment(large))


def in_type_of(cost: NDArray, alone: float) -> NDArray:
    """As `assign`, with the costs in the type of `alone`."""
    return assign(cost.astype(np.asarray(alone).dtype), alone)


DISTANCES = Exercise(
    right=distance_matrix,
    cases=PLACES,
    praise="Row i, column j: how far is cell i of the first frame from cell j of the second? A "
    "table of all pairs is what every tracker begins with.",
    mistakes=[
        (
            lambda a, b: distance_matrix(a, b).T,
            "Rows and columns are exchanged: a row for each cell *before*, a column for each one "
            "*after*.",
        ),
        (
            lambda a, b: distance_matrix(a, b) ** 2,
            "These are squared distances. Order and nearest are the same, but a limit of 30 would "
            "mean √30 pixels: take the root.",
        ),
        (
            lambda a, b: np.abs(a[:, None] - b).sum(axis=-1),
            "You added the way down and the way across, as a taxi drives. A cell goes straight.",
        ),
        (
            (
                lambda a, b: np.abs(a[:, None, 0] - b[:, 0]),
                lambda a, b: np.abs(a[:, None, 1] - b[:, 1]),
            ),
            "You compared one coordinate only. A place is two numbers, y and x.",
        ),
        (
            lambda a, b: np.array([np.hypot(*(p - q)) for p, q in zip(a, b, strict=False)]),
            "`zip` pairs the first with the first and the second with the second. Who is who is "
            "the question: compare *every* cell with *every* other.",
        ),
        (
            lambda a, b: np.sqrt(((a[:, None] - b) ** 2).mean(axis=-1)),
            "Your distances are too small by √2: you took the mean of the two squares instead of "
            "their sum.",
        ),
        (
            lambda a, b: (a[:, None] - b).sum(axis=-1),
            "You added the differences with their signs: 3 up and 3 right would be no distance. "
            "Square, add, take the root.",
        ),
        (
            lambda a, b: np.abs(a[:, None] - b).max(axis=-1),
            "You took the larger of the two differences. Both count: square, add, take the root.",
        ),
        (
            lambda a, b: a[:, None] - b,
            "These are the differences in y and in x, two numbers a pair. One distance a pair is "
            "asked for.",
        ),
        (
            lambda a, b: np.trunc(distance_matrix(a, b)),
            "Your distances have lost their decimals: the array that holds them was made for "
            "integers. `np.zeros((n, m))` holds decimals.",
        ),
        (
            lambda a, b: distance_matrix(np.concatenate([a, b]), np.concatenate([a, b])),
            "You compared all cells with all, also those of one frame among themselves. Rows are "
            "the first frame, columns the second.",
        ),
    ],
)

ASSIGN = Exercise(
    right=assign,
    cases=COSTS,
    praise="A link that costs more than two cells left alone is never taken, and whoever is left "
    "over has gone, come or been missed.",
    mistakes=[
        (
            lambda c, alone: assign(c, alone / 2),
            "You let a pair part already when its link costs more than `alone`. Without the link "
            "*two* cells are alone, the one before and the one after: what does that cost? In the "
            "large matrix: both corners beside `cost` hold `alone`, only the last one is 0.",
        ),
        (
            all_pairs,
            "Your assignment links as many as it can, whatever it costs. Where does a cell go "
            "that has left the picture?",
        ),
        (
            lambda c, alone: all_pairs(c, best=True),
            "You maximised: the dearest links were taken. A cost is to be small.",
        ),
        (
            lambda c, alone: cheap_only(all_pairs(c), c, 2 * alone),
            "You assigned first and threw dear links away afterwards. Too late: the assignment had "
            "given up good links to make those possible. Staying alone must be a choice *within* "
            "it.",
        ),
        (
            lambda c, alone: cheap_only(all_pairs(c), c, alone),
            "Two things. The dear links are thrown away only after the assignment, which had given "
            "up good links for them; and a pair that parts leaves *two* cells alone.",
        ),
        (
            greedy,
            "You took the cheapest link first, then the cheapest of the rest. The first case shows "
            "what that costs: add up the sums. All links have to be chosen together.",
        ),
        (
            (row_best, lambda c, alone: row_best(c, 2 * alone)),
            "Each row took its cheapest column, and two rows took the same one. A cell cannot be "
            "two cells: use `linear_sum_assignment`.",
        ),
        (
            in_type_of,
            "Your costs have lost their decimals. Where `alone` is a whole number, "
            "`np.full(shape, alone)` holds whole numbers only: `float(alone)`.",
        ),
        (
            lambda c, alone: all_pairs(np.minimum(c, 2 * alone)),
            "Every row has a partner. Where the capped table says 2 × `alone`, both cells are "
            "left alone: drop those pairs.",
        ),
        (
            lambda c, alone: with_dummies(c, alone),
            "Your answer holds the dummies as well, rows beyond n or columns beyond m. They mean "
            "'alone': leave them out.",
        ),
        (
            (lambda c, alone: np.empty((0, 2)), lambda c, alone: np.empty(0)),
            "You link nobody. Look at the large matrix: off the two diagonals, a 0 makes staying "
            "alone free; and if the lower right corner is not 0, dummies cannot meet dummies.",
        ),
        (
            (lambda c, alone: assign(c, alone).T, lambda c, alone: all_pairs(c).T),
            "You return one array of rows and one of columns, as `linear_sum_assignment` does. A "
            "line a link is asked for: `np.column_stack`. (And are dear links left out?)",
        ),
        (
            lambda c, alone: assign(c, alone)[:, ::-1],
            "Your pairs are the wrong way round: first the row (before), then the column (after).",
        ),
    ],
)

EXERCISES = {"08.1": DISTANCES, "08.3": ASSIGN} | FRAMES | TRACKS
