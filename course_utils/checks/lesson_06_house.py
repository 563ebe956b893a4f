"""Self-checks of lesson 06, second half: turned copies, sizes behind layers, fingerprints."""

import hashlib
import json

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise
from course_utils.data.transforms import turn

RNG = np.random.default_rng(6)
TRAIN = RNG.integers(0, 99, (5, 4, 4))
FRESH = RNG.integers(0, 99, (3, 4, 4))
BRIGHTER = TRAIN[4] + np.eye(4, dtype=int)
SHIFTED = np.roll(TRAIN[2], 1, axis=0)
NEW = np.stack(
    [FRESH[0], TRAIN[3], turn(TRAIN[0], 1), TRAIN[1], turn(TRAIN[4], 6), BRIGHTER, SHIFTED,
     turn(TRAIN[0], 4), turn(TRAIN[1], 7), turn(TRAIN[2], 2), turn(TRAIN[3], 3), turn(TRAIN[0], 5)]
)  # fmt: skip
COPIES = [
    (TRAIN, NEW),
    (np.concatenate([TRAIN, TRAIN[:1]]), NEW[:3]),
    (TRAIN, FRESH),
]
SIZES = [(24, [3, 3], 32), (64, [5, 3, 3], 16), (33, [3], 8), (64, [7, 3], 16)]
CONFIGS = [
    ({"rate": 0.003, "epochs": 8, "labels": "in_step"},),
    ({"epochs": 8, "labels": "in_step", "rate": 0.003},),
    ({"seed": 0, "net": {"width": 8, "depth": 3}},),
    ({"net": {"depth": 3, "width": 8}, "seed": 0},),
]


def copies(train: NDArray, new: NDArray, orientations: tuple[int, ...] = tuple(range(8))) -> int:
    """Right answer of 06.4 for all eight orientations."""
    return sum(
        any(np.array_equal(turn(one, k), old) for old in train for k in orientations) for one in new
    )


def any_pixel(train: NDArray, new: NDArray, orientations: int) -> int:
    """New pictures of which an orientation has a pixel in common with a training picture."""
    return sum(any(turn(one, k) in train for k in range(orientations)) for one in new)


def pairs(train: NDArray, new: NDArray) -> int:
    """Pairs of a new and a training picture that agree in some orientation."""
    return sum(copies(old[None], one[None]) for old in train for one in new)


def same_sum(train: NDArray, new: NDArray) -> int:
    """New pictures whose pixels have the sum of some training picture's pixels."""
    return int(np.isin(new.sum(axis=(1, 2)), train.sum(axis=(1, 2))).sum())


def flat(
    side: int, kernels: list[int], maps: int, pool: int = 2, less: int = 1, up: bool = False
) -> int:
    """Right answer of 06.5 for the defaults; the switches make mistakes."""
    for kernel in kernels:
        side = side - kernel + less
        side = -(-side // pool) if up else side // pool
    return side * side * maps


def unrounded(side: int, kernels: list[int], maps: int) -> float:
    """As `flat`, with half pixels."""
    for kernel in kernels:
        side = (side - kernel + 1) / 2
    return side * side * maps


def print_of(config: dict, ordered: bool = True, digits: int = 12) -> str:
    """Right answer of 06.6 for the defaults."""
    text = json.dumps(config, sort_keys=ordered)
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def print_of_items(config: dict) -> str:
    """Fingerprint of the sorted list of items, inner dictionaries as they come."""
    text = json.dumps(dict(sorted(config.items())))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


COPY = Exercise(
    right=copies,
    cases=COPIES,
    praise="Zero is the only good answer. It belongs into the tests of every project.",
    mistakes=[
        (
            lambda train, new: copies(train, new, (0,)),
            "You found the exact copies. Turned copies are copies too: lay each picture in its "
            "eight orientations, `turn(picture, k)` with k from 0 to 7.",
        ),
        (
            lambda train, new: copies(train, new, (0, 1, 2, 3)),
            "Quarter turns are found, mirrored copies are not: k runs to 7.",
        ),
        (
            lambda train, new: copies(train, new, (0, 4)),
            "You looked for mirrored copies only. There are eight orientations.",
        ),
        (
            lambda train, new: copies(train, new, tuple(range(1, 8))),
            "The exact copies are missing: k begins at 0, the picture as it is.",
        ),
        (
            lambda train, new: copies(train, new, tuple(range(7))),
            "One orientation is missing: `range(7)` ends with 6, and k runs to 7.",
        ),
        (
            lambda train, new: copies(train, new, (0, 1, 2, 3, 4, 6)),
            "Six of the eight orientations. Mirrored along a diagonal, as `.T` does, is missing, "
            "twice. `turn(picture, k)` makes all eight.",
        ),
        (
            (lambda a, b: any_pixel(a, b, 1), lambda a, b: any_pixel(a, b, 8)),
            "`picture in train` is True for an array as soon as *any* pixel agrees. Whole "
            "pictures are compared by `np.array_equal`, one after another.",
        ),
        (
            same_sum,
            "You compared sums of pixels. A picture that was only *shifted*, or another one by "
            "chance, has the same sum. Compare the pictures pixel by pixel.",
        ),
        (
            lambda train, new: copies(new, train),
            "You counted training pictures that have a copy among the new. Asked for are the "
            "*new* ones: they spoil the score.",
        ),
        (
            pairs,
            "You counted pairs. A new picture with two copies in the training set is one leak.",
        ),
        (
            lambda train, new: copies(train, new) / len(new),
            "That is the share. Asked for is the number.",
        ),
        (
            lambda train, new: copies(train, new) > 0,
            "That says whether there is one. Asked for is how many new pictures are copies.",
        ),
        (
            lambda train, new: len(new) - copies(train, new),
            "You counted the clean ones.",
        ),
    ],
)

SIZE = Exercise(
    right=flat,
    cases=SIZES,
    praise="Had the number been written into the network, every other picture size would fail.",
    mistakes=[
        (
            lambda side, kernels, maps: flat(side, kernels, maps, less=0),
            "A kernel of k fits k - 1 times less, not k: in a row of 5 pixels a kernel of 3 has "
            "three places.",
        ),
        (
            lambda side, kernels, maps: (side // 2 ** len(kernels)) ** 2 * maps,
            "You halved the side for each pooling, as if the convolutions kept the size. These "
            "have no padding: each takes k - 1 pixels.",
        ),
        (
            lambda side, kernels, maps: flat(side, kernels, maps, up=True),
            "An odd side was rounded up. Pooling leaves out what does not fill a block: `// 2`.",
        ),
        (
            unrounded,
            "An odd side was halved into half a pixel. Pooling leaves out what does not fill a "
            "block: `// 2`.",
        ),
        (
            lambda side, kernels, maps: flat(side, [3] * len(kernels), maps),
            "Your kernel is always 3. Each block has its own: `for kernel in kernels`.",
        ),
        (
            lambda side, kernels, maps: flat(side, kernels, 1),
            "That is one map. Flatten writes all maps one after another.",
        ),
        (
            lambda side, kernels, maps: int(flat(side, kernels, 1) ** 0.5),
            "That is the side. Flatten takes rows times columns times maps.",
        ),
        (
            lambda side, kernels, maps: int(flat(side, kernels, 1) ** 0.5) * maps,
            "Rows times maps: the columns are missing.",
        ),
        (
            lambda side, kernels, maps: flat(side, kernels, maps, pool=1),
            "The poolings are missing: behind each convolution the side is halved.",
        ),
        (
            lambda side, kernels, maps: flat(side, kernels, maps * len(kernels)),
            "Only the maps of the last convolution arrive at Flatten.",
        ),
        (
            lambda side, kernels, maps: (
                ((side - sum(k - 1 for k in kernels)) // 2 ** len(kernels)) ** 2 * maps
            ),
            "You took off all kernels first and halved afterwards. The second convolution works "
            "on the *halved* map: go through the blocks one by one.",
        ),
    ],
)

PRINT = Exercise(
    right=print_of,
    cases=CONFIGS,
    praise="The same settings, the same twelve digits, on every machine and in ten years.",
    mistakes=[
        (
            lambda c: print_of(c, ordered=False),
            "Two configs with the same settings in another order got different fingerprints. "
            "`json.dumps` has a switch that sorts the keys.",
        ),
        (
            print_of_items,
            "The outer keys are sorted, those of a dictionary inside are not. `sort_keys=True` "
            "sorts at every depth.",
        ),
        (
            lambda c: hashlib.sha256(str(c).encode()).hexdigest()[:12],
            "`str` writes a dictionary in the order in which it was filled. Write it with "
            "`json.dumps` and sorted keys.",
        ),
        (
            lambda c: print_of(c, digits=64),
            "All 64 digits. Twelve are enough to tell a lab's runs apart, and fit into a table.",
        ),
        (
            lambda c: print_of(c, digits=64)[-12:],
            "These are the last twelve digits; take the first.",
        ),
        (
            lambda c: hashlib.md5(json.dumps(c, sort_keys=True).encode()).hexdigest()[:12],
            "That is MD5. It would do, but everybody must take the same: SHA-256.",
        ),
        (
            lambda c: json.dumps(c, sort_keys=True),
            "That is the text, in a fixed order. Now its SHA-256, and of that twelve digits.",
        ),
        (
            lambda c: print_of({"keys": sorted(c)}),
            "Only the keys went in. Two runs with different values must differ.",
        ),
    ],
)

HOUSE = {"06.4": COPY, "06.5": SIZE, "06.6": PRINT}
