"""Self-checks of lesson 10, second part: links through z, and costs of a layer."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from course_utils.checks import Exercise

TABLES = [
    (np.array([[0.9, 0.0, 0.1], [0.0, 0.6, 0.0]]), 0.4),
    (np.array([[0.8, 0.6, 0.0, 0.0], [0.7, 0.0, 0.0, 0.2], [0.0, 0.0, 0.0, 0.35]]), 0.3),
    (np.array([[0.3, 0.5], [0.0, 0.31], [0.6, 0.0]]), 0.4),
    (np.array([[0.55, 0.35, 0.0], [0.0, 0.0, 0.0], [0.45, 0.0, 0.0]]), 0.4),
    (np.array([[0.9, 0.5], [0.5, 0.1]]), 0.4),
    (np.array([[0.5, 0.9], [0.9, 0.5]]), 0.4),
    (np.array([[0.4, 0.0, 0.2], [0.0, 0.1, 0.7]]), 0.4),
    (np.array([[0.6, 0.75], [0.44, 0.6]]), 0.4),
]
LAYERS = [
    ((3, 3, 3), 4, 8, (10, 16, 16)),
    ((3, 3), 1, 16, (20, 30)),
    ((1, 5, 3), 6, 2, (4, 9, 7)),
]


def carry_on(table: NDArray, least: float) -> NDArray:
    """Right answer of 10.3."""
    return numbered(table, pairs_of(np.where(table >= least, table, 0)))


def pairs_of(table: NDArray) -> list[tuple[int, int]]:
    """The assignment with the largest sum, without pairs of 0."""
    return [(i, j) for i, j in assigned(table) if table[i, j] > 0]


def assigned(table: NDArray) -> list[list[int]]:
    """The assignment with the largest sum, pairs of 0 too."""
    return np.column_stack(linear_sum_assignment(table, maximize=True)).tolist()


def numbered(table: NDArray, pairs: list[tuple[int, int]], first: int | None = None) -> NDArray:
    """Numbers of the objects below: their partner's, else the next free one."""
    numbers = np.zeros(table.shape[1], int)
    for i, j in pairs:
        numbers[j] = i + 1
    new = numbers == 0
    numbers[new] = (len(table) + 1 if first is None else first) + np.arange(new.sum())
    return numbers


def best_rows(table: NDArray, least: float) -> list[tuple[int, int]]:
    """Each object below takes its best partner, whoever else does."""
    best = table.argmax(axis=0)
    return [(i, j) for j, i in enumerate(best.tolist()) if table[i, j] >= least]


def greedy(table: NDArray, least: float) -> list[tuple[int, int]]:
    """The largest overlap first, then the largest of the rest."""
    left, pairs = np.where(table >= least, table, 0), []
    while left.max() > 0:
        i, j = np.unravel_index(left.argmax(), left.shape)
        pairs.append((int(i), int(j)))
        left[i], left[:, j] = 0, 0
    return pairs


def reaching(gain: NDArray, table: NDArray, least: float) -> list[tuple[int, int]]:
    """Assigned with all gains, weak pairs dropped afterwards."""
    return [(i, j) for i, j in assigned(gain) if table[i, j] >= least]


def cost(kernel: tuple[int, ...], maps_in: int, maps_out: int, shape: tuple[int, ...]) -> NDArray:
    """Right answer of 10.4."""
    return both(int(np.prod(kernel)) * maps_in * maps_out, maps_out, shape)


def both(weights: int, maps_out: int, shape: tuple[int, ...]) -> NDArray:
    """With a bias for each output map, and multiplied at each of its places."""
    return np.array([weights + maps_out, weights * int(np.prod(shape))])


CARRY = Exercise(
    right=carry_on,
    cases=TABLES,
    praise="A number goes through z as a track goes through time: slices are frames. What has no "
    "partner begins anew.",
    mistakes=[
        (
            lambda t, least: numbered(t, best_rows(t, least)),
            "Two objects below may have taken the same number: each chose its best partner by "
            "itself. One partner each: `linear_sum_assignment`, lesson 08.",
        ),
        (
            lambda t, least: numbered(t, pairs_of(t)),
            "You link whatever overlaps at all. Below `least` it is another nucleus.",
        ),
        (
            lambda t, least: numbered(t, reaching(t, t, least)),
            "You assigned first and dropped weak pairs afterwards: by then they had taken partners "
            "from others. Set them to 0 *before*.",
        ),
        (
            lambda t, least: numbered(t, greedy(t, least)),
            "You took the largest overlap first. The second case shows what it costs: add up both "
            "sums. All pairs are chosen together.",
        ),
        (
            lambda t, least: numbered(t, pairs_of(t >= least)),
            "You chose the largest *number* of pairs, however little they overlap. Asked for is "
            "the largest sum of IoUs: assign with the table, not with True and False.",
        ),
        (
            (
                lambda t, least: numbered(t, pairs_of(np.maximum(t - least, 0))),
                lambda t, least: numbered(t, reaching(np.maximum(t - least, 0), t, least)),
            ),
            "You took `least` off each IoU before you added: one good pair then weighs more than "
            "two fair ones. Asked for is the largest sum of the IoUs themselves.",
        ),
        (
            lambda t, least: numbered(t, pairs_of(np.where(t >= least, t, 0) ** 2)),
            "You squared the IoUs: a good pair then makes up for a weak one. Asked for is the "
            "largest sum of the IoUs themselves.",
        ),
        (
            lambda t, least: numbered(t, pairs_of(np.where(t > least, t, 0))),
            "A pair of exactly `least` counts: only those *below* do not. >=, not >.",
        ),
        (
            lambda t, least: numbered(t, pairs_of(np.where(t >= least, t, 0)), 1),
            "Your new numbers begin at 1, where others are already. The first free one is n + 1.",
        ),
        (
            lambda t, least: numbered(t, pairs_of(np.where(t >= least, t, 0)), t.shape[1] + 1),
            "Your new numbers begin at m + 1. Taken are those of the objects *above*, 1 to n.",
        ),
        (
            lambda t, least: carry_on(t, least) - 1,
            "Off by one: the object of row 0 has the number 1.",
        ),
        (
            lambda t, least: numbered(t, pairs_of(np.where(t >= least, t, 0)), len(t)),
            "Your first new number is n, and that belongs to the last object above.",
        ),
        (
            lambda t, least: np.where(carry_on(t, least) > len(t), len(t) + 1, carry_on(t, least)),
            "All new objects got the same number. Each is a nucleus of its own: n + 1, n + 2, ...",
        ),
        (
            lambda t, least: np.where(carry_on(t, least) > len(t), 0, carry_on(t, least)),
            "Objects without partner are left at 0, the background: they would vanish.",
        ),
        (
            lambda t, least: numbered(
                t, np.column_stack(linear_sum_assignment(np.where(t >= least, t, 0))).tolist()
            ),
            "You minimised: the smallest overlaps were chosen. `maximize=True`.",
        ),
        (
            lambda t, least: carry_on(t.T, least),
            "Rows and columns are exchanged: a row for each object above, and one number for each "
            "*column*.",
        ),
    ],
)

COST = Exercise(
    right=cost,
    cases=LAYERS,
    praise="Weights do not know how large the picture is, multiplications and maps do.",
    mistakes=[
        (
            lambda k, i, o, s: (cost(k, i, o, s)[0] - o, cost(k, i, o, s)[1]),
            "The biases are missing: each output map has one.",
        ),
        (
            lambda k, i, o, s: (cost(k, i, o, s)[0], cost(k, i, o, s)[0] * int(np.prod(s))),
            "You multiplied the biases too. A bias is added; only weights are multiplied.",
        ),
        (
            lambda k, i, o, s: cost(k, 1, o, s),
            "The kernel looks at *all* input maps: a weight for each place of it and each map.",
        ),
        (
            lambda k, i, o, s: (int(np.prod(k)) * i + 1, int(np.prod(k)) * i * int(np.prod(s))),
            "That is one output map. Each has its own kernel.",
        ),
        (
            lambda k, i, o, s: (cost(k, i, o, s)[0], cost(k, i, o, s)[1] // o),
            "Your multiplications are those of one output map; there are `maps_out`.",
        ),
        (
            lambda k, i, o, s: (cost(k, i, o, s)[0] + (i - 1) * o, cost(k, i, o, s)[1]),
            "One bias for each output map, not for each slice of its kernel.",
        ),
        (
            (
                lambda k, i, o, s: both(sum(k) * i * o, o, s),
                lambda k, i, o, s: (sum(k) * i * o + o, sum(k) * i * o * sum(s)),
            ),
            "You added the sides of the kernel. 3 x 3 x 3 are 27 weights, not 9.",
        ),
        (
            (
                lambda k, i, o, s: both(k[0] ** 2 * i * o, o, s),
                lambda k, i, o, s: both(k[0] ** 3 * i * o, o, s),
                lambda k, i, o, s: both(k[0] ** len(k) * i * o, o, s),
            ),
            "You took the first side of the kernel for all. Sides may differ, and there may be two "
            "or three: `np.prod(kernel)`.",
        ),
        (
            lambda k, i, o, s: (cost(k, i, o, s)[0], (cost(k, i, o, s)[0] - o)),
            "The weights are used again at every voxel of the map: multiply by `np.prod(shape)`.",
        ),
        (
            lambda k, i, o, s: (cost(k, i, o, s)[0], (cost(k, i, o, s)[0] - o) * sum(s)),
            "A map has the *product* of its sides for voxels, not their sum.",
        ),
        (
            lambda k, i, o, s: (cost(k, i, o, s)[0], cost(k, i, o, np.subtract(s, k) + 1)[1]),
            "You let the map shrink at its edges. `shape` is the shape of the *output*, as it is.",
        ),
        (
            lambda k, i, o, s: cost(k, i, o, s)[0],
            "The weights are right; the multiplications are missing. Return two numbers.",
        ),
        (
            lambda k, i, o, s: cost(k, i, o, s)[::-1],
            "Order: first the weights, then the multiplications.",
        ),
    ],
)

NETS = {"10.3": CARRY, "10.4": COST}
