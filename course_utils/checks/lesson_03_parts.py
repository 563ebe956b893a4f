"""Self-checks of lesson 03, second half: batch normalisation, receptive field."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise

RNG = np.random.default_rng(33)
LEVELS, SPREADS = np.array([5.0, -2.0]), np.array([2.0, 0.05])
BATCHES = [
    (
        RNG.normal(0, 1, (4, 3, 5, 2)) * SPREADS + LEVELS + np.arange(4).reshape(4, 1, 1, 1) / 20,
        np.array([1.5, 0.5]),
        np.array([0.3, -1.0]),
        1e-3,
    ),
    (
        RNG.normal(3, 4, (2, 2, 3, 3)) * [1.0, 3.0, 0.2] + np.arange(3).reshape(1, 1, 3, 1),
        np.array([2.0, 1.0, -1.0]),
        np.array([0.0, 5.0, 1.0]),
        0.1,
    ),
]
STACKS = [
    ([(3, 1), (3, 1), (3, 1)],),
    ([(3, 1), (2, 2), (3, 1), (2, 2), (3, 1)],),
    ([(5, 2), (3, 1), (7, 3), (3, 2)],),
    ([(3, 2), (4, 2)],),
]


def normalise(
    x: NDArray,
    gamma: NDArray,
    beta: NDArray,
    eps: float,
    axis: int | tuple[int, ...] | None = (0, 1, 2),
    ddof: int = 0,
) -> NDArray:
    """Right answer of 03.4 for the default axes."""
    mean, var = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True, ddof=ddof)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def around(x: NDArray) -> tuple[NDArray, NDArray]:
    """The values without the mean of their map, and the variance of each map."""
    return x - x.mean((0, 1, 2)), x.var((0, 1, 2))


def field(stack: list[tuple[int, int]], side: int = 1, less: int = 1) -> int:
    """Right answer of 03.5 for the default side and `less`."""
    jump = 1
    for kernel, stride in stack:
        side += (kernel - less) * jump
        jump *= stride
    return side


def field_jumping_early(stack: list[tuple[int, int]]) -> int:
    """As `field`, but each layer's own stride counts for itself."""
    side, jump = 1, 1
    for kernel, stride in stack:
        jump *= stride
        side += (kernel - 1) * jump
    return side


def field_adding_strides(stack: list[tuple[int, int]]) -> int:
    """As `field`, but strides are added up instead of multiplied."""
    side, jump = 1, 1
    for kernel, stride in stack:
        side += (kernel - 1) * jump
        jump += stride
    return side


def field_of_last_stride(stack: list[tuple[int, int]]) -> int:
    """As `field`, but only the stride of the layer before counts."""
    side, jump = 1, 1
    for kernel, stride in stack:
        side += (kernel - 1) * jump
        jump = stride
    return side


def field_multiplying_sides(stack: list[tuple[int, int]]) -> int:
    """As `field`, but the side itself is multiplied by the stride."""
    side = 1
    for kernel, stride in stack:
        side = (side + kernel - 1) * stride
    return side


NORM = Exercise(
    right=normalise,
    cases=BATCHES,
    tolerance=1e-5,
    praise="Each map by itself, over all pictures and places; then the network may choose "
    "another level (β) and size (γ).",
    mistakes=[
        (
            lambda x, g, b, e: normalise(x, g, b, e, axis=0),
            "You took the mean over the pictures only (`axis=0`), one for each pixel. A kernel is "
            "the same everywhere, so its map has one mean over pictures, rows *and* columns.",
        ),
        (
            lambda x, g, b, e: normalise(x, g, b, e, axis=None),
            "One mean for everything: maps of different size stay different. Each map "
            "(last axis) needs a mean and a variance of its own.",
        ),
        (
            lambda x, g, b, e: normalise(x, g, b, e, axis=(1, 2)),
            "Each picture has been normalised by itself. That exists (*instance normalisation*); "
            "*batch* normalisation takes its mean over the pictures of the batch too.",
        ),
        (
            lambda x, g, b, e: normalise(x, g, b, e, axis=-1),
            "You normalised over the maps (`axis=-1`). That is the axis to leave out.",
        ),
        (
            lambda x, g, b, e: normalise(x, g, b, e, axis=(1, 2, 3)),
            "You left out the first axis, the pictures. The one to leave out is the last: each "
            "map has its own mean.",
        ),
        (
            (
                lambda x, g, b, e: normalise(x, g, b, 0.0),
                lambda x, g, b, e: g * around(x)[0] / np.sqrt(around(x)[1]) + b,
            ),
            "`eps` is missing. It is added to the variance, so that a map that never changes "
            "is not divided by zero.",
        ),
        (
            lambda x, g, b, e: g * around(x)[0] / (np.sqrt(around(x)[1]) + e) + b,
            "`eps` belongs to the variance, under the root; you added it to the deviation.",
        ),
        (
            lambda x, g, b, e: g * around(x)[0] / (around(x)[1] + e) + b,
            "You divided by the variance. Its unit is squared: take the root.",
        ),
        (
            lambda x, g, b, e: b * around(x)[0] / np.sqrt(around(x)[1] + e) + g,
            "γ and β have changed places: γ multiplies, β is added.",
        ),
        (
            lambda x, g, b, e: around(x)[0] / np.sqrt(around(x)[1] + e),
            "Mean 0 and deviation 1; now let γ multiply and β be added.",
        ),
        (
            lambda x, g, b, e: g * (around(x)[0] / np.sqrt(around(x)[1] + e) + b),
            "γ multiplies β as well. Add β last.",
        ),
        (
            lambda x, g, b, e: normalise(x, g, b, e, ddof=1),
            "You used `ddof=1`. Batch normalisation takes NumPy's own default, `ddof=0`.",
        ),
        (
            lambda x, g, b, e: g * x / np.sqrt(around(x)[1] + e) + b,
            "The mean was not subtracted.",
        ),
    ],
)

FIELD = Exercise(
    right=field,
    cases=STACKS,
    praise="Kernels add up, strides multiply: pooling is what makes the field grow fast.",
    mistakes=[
        (
            field_multiplying_sides,
            "You multiplied the side by the stride. A stride does not widen what was seen; it sets "
            "the *neighbours* of later layers further apart.",
        ),
        (
            lambda stack: 1 + sum(kernel - 1 for kernel, _ in stack),
            "You took all steps to be one pixel. Behind a stride of 2, neighbouring values stand "
            "two pixels of the picture apart: the next kernel spans twice as much.",
        ),
        (
            lambda stack: sum(kernel for kernel, _ in stack),
            "You added the kernels. Two kernels of 3 in a row see 5 pixels, not 6: the second "
            "adds only its neighbours. And what does a stride do to the pixels between them?",
        ),
        (
            lambda stack: prod(kernel for kernel, _ in stack),
            "You multiplied the kernels. Two kernels of 3 in a row see 5 pixels, not 9: draw it.",
        ),
        (
            field_jumping_early,
            "The order: a layer's own stride spreads out what comes *after* it. Add first, then "
            "multiply the jump.",
        ),
        (
            lambda stack: 1 + sum((kernel - 1) * stride for kernel, stride in stack),
            "You multiplied by each layer's own stride. How far apart its neighbours stand is the "
            "work of *all* strides before it: keep the jump as a second number.",
        ),
        (
            lambda stack: field(stack, side=0),
            "One too few: before any layer, one value sees one pixel, not none.",
        ),
        (
            (
                lambda stack: field(stack, less=0),
                lambda stack: field(stack, side=0, less=0),
            ),
            "A kernel of 3 adds *two* pixels to what one value sees: kernel − 1.",
        ),
        (
            field_adding_strides,
            "You added the strides. Two halvings make a quarter: strides multiply.",
        ),
        (
            field_of_last_stride,
            "Only the stride of the layer just before counts with you. Earlier strides go on "
            "working: multiply them all.",
        ),
        (
            lambda stack: field(stack[::-1]),
            "You went from the last layer to the first. Strides spread out what comes after them: "
            "begin at the picture.",
        ),
        (
            lambda stack: prod(stride for _, stride in stack),
            "That is the jump at the end, how far apart two neighbouring outputs stand. How far "
            "one of them sees is another number.",
        ),
    ],
)

PARTS = {"03.4": NORM, "03.5": FIELD}
