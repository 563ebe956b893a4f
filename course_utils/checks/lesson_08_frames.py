"""Self-checks of lesson 08, third part: overlap of cells in two frames, divisions in a table."""

from collections.abc import Callable
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise

TABLES = [
    (
        np.array(
            [
                [1, 0, 4, 0], [2, 0, 9, 0], [3, 5, 9, 1], [4, 5, 7, 1], [5, 8, 9, 4], [6, 8, 9, 4],
            ]
        ),
    ),
    (
        np.array(
            [
                [1, 0, 2, 0], [2, 0, 5, 0], [4, 3, 8, 1], [5, 3, 9, 1], [7, 8, 9, 2], [8, 6, 7, 11],
                [9, 6, 9, 11], [11, 0, 5, 0], [12, 4, 6, 0], [13, 9, 9, 8],
            ]
        ),
    ),
    (
        np.array(
            [
                [12, 2, 5, 0], [10, 6, 9, 12], [9, 7, 12, 3], [3, 0, 6, 0], [4, 7, 9, 12],
                [7, 7, 12, 3], [2, 0, 4, 0], [6, 5, 8, 2],
            ]
        ),
    ),
]  # fmt: skip
ORDERS = list(product(("sorted", "met", "listed"), ("sorted", "met")))


def blocks(*boxes: tuple[int, int, int, int]) -> NDArray[np.int64]:
    """A small label image of rectangles: top, left, bottom, right."""
    labels = np.zeros((9, 12), np.int64)
    for label, (top, left, bottom, right) in enumerate(boxes, start=1):
        labels[top:bottom, left:right] = label
    return labels


PAIRS = [
    (blocks((0, 0, 4, 5), (5, 2, 9, 9)), blocks((1, 1, 4, 4), (5, 0, 8, 5), (4, 6, 9, 11))),
    (blocks((1, 1, 8, 4), (1, 4, 8, 7), (3, 8, 6, 12)), blocks((0, 2, 6, 6), (2, 7, 7, 11))),
]


def shared(before: NDArray, after: NDArray, first: int = 1) -> NDArray:
    """Pixels in common of each pair of labels from `first` on."""
    rows, columns = (np.arange(first, labels.max() + 1) for labels in (before, after))
    return np.array([[np.sum((before == i) & (after == j)) for j in columns] for i in rows])


def areas(labels: NDArray, first: int = 1) -> NDArray:
    """Pixels of each label from `first` on."""
    return np.bincount(labels.ravel())[first:]


def overlap(before: NDArray, after: NDArray, first: int = 1) -> NDArray:
    """Right answer of 08.4."""
    both = shared(before, after, first)
    return both / (areas(before, first)[:, None] + areas(after, first) - both)


def families(
    lineage: NDArray,
    order: tuple[str, str] = ("sorted", "sorted"),
    least: int = 2,
    fatherless: bool = False,
) -> dict[int, list[int]]:
    """Children of each track that has at least so many; orders of mothers and of children."""
    found: dict[int, list[int]] = {}
    for track, _, _, mother in lineage.tolist():
        if mother or fatherless:
            found.setdefault(mother, []).append(track)
    listed = [track for track in lineage[:, 0].tolist() if track in found]
    mothers = {"sorted": sorted(found), "met": list(found), "listed": listed}[order[0]]
    kids = {"sorted": sorted, "met": list}[order[1]]
    return {mother: kids(found[mother]) for mother in mothers if len(found[mother]) >= least}


def whole(found: dict[int, list[int]]) -> list[list[int]]:
    """A row for each mother: herself and her children."""
    return [[mother, *kids] for mother, kids in found.items()]


def divisions(lineage: NDArray, order: tuple[str, str] = ("sorted", "sorted")) -> NDArray:
    """Right answer of 08.5 for the default."""
    return np.array(whole(families(lineage, order)))


def made(rows: Callable, fatherless: bool = False, least: int = 2) -> tuple[Callable, ...]:
    """A mistaken 08.5 that makes other rows of the families, in every order."""
    return tuple(
        lambda t, order=order: np.array(rows(families(t, order, least, fatherless)))
        for order in ORDERS
        if not (fatherless and order[0] == "listed")
    )


def with_frames(lineage: NDArray, column: int, order: tuple[str, str]) -> NDArray:
    """Mothers with a number of their own row in place of the daughters."""
    row = {line[0]: line for line in lineage.tolist()}
    return np.array([[mother, row[mother][column]] for mother in families(lineage, order)])


def in_next_rows(lineage: NDArray) -> NDArray:
    """Sisters whose rows follow one another."""
    together = pairwise(lineage.tolist())
    return np.array([[a[3], a[0], b[0]] for a, b in together if a[3] == b[3] > 0])


def in_next_frame(lineage: NDArray) -> NDArray:
    """Divisions whose daughters begin in the frame after the mother's last one."""
    end = {track: last for track, _, last, _ in lineage.tolist()}
    seamless = [row for row in lineage.tolist() if row[1] == end.get(row[3], 0) + 1]
    return divisions(np.array(seamless))


def or_ragged(answer: Callable) -> Callable:
    """The answer, with a word where its rows have unequal lengths."""

    def respond(lineage: NDArray) -> object:
        try:
            rows = answer(lineage)
        except ValueError as error:
            if "inhomogeneous" in str(error):
                return "rows of unequal length"
            raise
        ragged = isinstance(rows, list | tuple) and len({np.size(row) for row in rows}) > 1
        return "rows of unequal length" if ragged else rows

    return respond


OVERLAP = Exercise(
    right=overlap,
    cases=PAIRS,
    praise="Where a rod lies on itself the overlap is large, however near its neighbours' middles "
    "are.",
    mistakes=[
        (
            shared,
            "You count the shared pixels. A large cell shares more than a small one: divide by the "
            "union.",
        ),
        (
            lambda a, b: shared(a, b) / areas(a)[:, None],
            "You divided by the area of the cell before. Then whatever covers it entirely scores "
            "1, however large it is. Divide by the pixels that *either* has.",
        ),
        (
            lambda a, b: shared(a, b) / areas(b),
            "You divided by the area of the cell after. Then a crumb inside a large cell scores 1. "
            "Divide by the pixels that *either* has.",
        ),
        (
            lambda a, b: shared(a, b) / (areas(a)[:, None] + areas(b)),
            "You divided by the sum of both areas, which counts the shared pixels twice: two equal "
            "cells would score a half.",
        ),
        (
            lambda a, b: 2 * shared(a, b) / (areas(a)[:, None] + areas(b)),
            "That is the Dice coefficient: related, but not asked for. IoU divides by the union.",
        ),
        (
            lambda a, b: overlap(a, b).T,
            "Rows and columns are exchanged: a row for each cell *before*, a column for each one "
            "*after*.",
        ),
        (
            lambda a, b: overlap(a, b, 0),
            "Your table has a row and a column too many: 0 is the background, no cell. Labels "
            "begin at 1.",
        ),
        (
            lambda a, b: overlap(a, b, 0)[:-1, :-1],
            "Your labels run from 0 to n − 1: the background is in, the last cell is out. Use "
            "`range(1, n + 1)`.",
        ),
        (
            lambda a, b: overlap(a, b)[:-1, :-1],
            "The last cell of each frame is missing. `range(1, n)` ends before n.",
        ),
        (
            lambda a, b: np.array(
                [np.mean(((a == k) & (b == k))[(a == k) | (b == k)]) for k in (1, 2)]
            ),
            "You compared label 1 with label 1 and 2 with 2. Numbers mean nothing from one frame "
            "to the next: compare every cell with every other.",
        ),
        (
            lambda a, b: shared(a, b) / a.size,
            "You divided by all pixels of the picture. The background is none of the cells' "
            "business: divide by the pixels that either of the two has.",
        ),
        (
            lambda a, b: (overlap(a, b) > 0).astype(float),
            "You return whether two cells touch, not how much. `&` and `|` of masks give masks: "
            "count their pixels.",
        ),
    ],
)

DIVISIONS = Exercise(
    right=divisions,
    cases=TABLES,
    ask=or_ragged,
    praise="A track with one child is a cell seen again after a gap; two children are a division; "
    "parent 0 is nobody.",
    mistakes=[
        (
            tuple(lambda t, order=order: divisions(t, order) for order in ORDERS[1:]),
            "Right, but in the order of the table, which may be any. Sort the mothers, and in each "
            "row the daughters.",
        ),
        (
            in_next_rows,
            "You found sisters only where their rows follow one another. A table may have any "
            "order: look for the mother in the whole column, `lineage[:, 3] == mother`.",
        ),
        (
            in_next_frame,
            "You took only daughters that begin in the frame after their mother's last. One may "
            "be seen later than that: the parent alone decides.",
        ),
        (
            made(lambda f: [[m, *kids[:2]] for m, kids in f.items()], fatherless=True)
            + made(whole, fatherless=True),
            "You made 0 a mother. Parent 0 means that nobody knows where the track came from, and "
            "tracks without mother are no sisters.",
        ),
        (
            made(list, fatherless=True),
            "You made 0 a mother (it means 'no mother'), and the daughters are missing.",
        ),
        (
            made(lambda f: [[m, kids[0], kids[-1]] for m, kids in f.items()], least=1)
            + made(list, least=1),
            "You counted mothers with *one* child. In this table, one child is the same cell after "
            "a gap; only two are a division.",
        ),
        (
            (
                *made(whole, least=1),
                lambda t: [[m, *families(t).get(m, [])] for m in t[:, 0].tolist()],
            ),
            "Your rows have unequal lengths: tracks with one child, or with none, are among them. "
            "Only two children are a division: `len(kids) == 2`.",
        ),
        (
            made(list),
            "The mothers are right, their daughters are missing: a row is mother, daughter, "
            "daughter.",
        ),
        (
            made(lambda f: list(f.values())),
            "The daughters are right, the mother is missing: a row is mother, daughter, daughter.",
        ),
        (
            made(lambda f: [[*kids, m] for m, kids in f.items()]),
            "Order: first the mother, then her daughters.",
        ),
        (
            lambda t: np.array([[m, *kids[::-1]] for m, kids in families(t).items()]),
            "Order: the daughter with the smaller number comes first.",
        ),
        (
            made(lambda f: [[m, kid] for m, kids in f.items() for kid in kids]),
            "You have a row for each daughter. A division is one event with two: one row.",
        ),
        (
            lambda t: t[np.isin(t[:, 3], list(families(t)))],
            "These are the rows of the daughters, whole. Asked for is a row a division: mother, "
            "daughter, daughter.",
        ),
        (
            tuple(
                lambda t, column=column, order=order: with_frames(t, column, order)
                for column in (2, 1)
                for order in ORDERS
            ),
            "You gave a frame of the mother in place of her daughters.",
        ),
        (
            lambda t: len(families(t)),
            "That is how many divisions there are. Which ones? A row each: mother, daughter, "
            "daughter.",
        ),
    ],
)

FRAMES = {"08.4": OVERLAP, "08.5": DIVISIONS}
