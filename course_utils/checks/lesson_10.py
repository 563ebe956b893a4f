"""Self-checks of lesson 10: what a projection hides, and nuclei that a border cuts.

Links through z and costs are in `lesson_10_nets`, lengths and heights in `lesson_10_um`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.checks import Exercise
from course_utils.checks.lesson_10_nets import NETS
from course_utils.checks.lesson_10_um import IN_UM, boxes

PILES = [
    boxes((0, 2, 1, 5, 1, 5, 1), (3, 5, 3, 7, 2, 6, 2), (4, 6, 0, 2, 6, 9, 5)),
    boxes((0, 3, 1, 6, 2, 6, 3), (3, 6, 2, 8, 3, 8, 1), (1, 2, 6, 8, 0, 2, 2)),
    boxes((0, 6, 1, 7, 1, 7, 1), (2, 4, 3, 5, 2, 5, 2), (4, 5, 0, 3, 4, 9, 4)),
]
BORDERS = [
    boxes(
        (2, 4, 2, 4, 2, 4, 7), (0, 2, 5, 7, 4, 6, 2), (3, 6, 5, 7, 6, 8, 3), (2, 3, 0, 2, 6, 8, 4),
        (2, 4, 6, 8, 1, 3, 5), (3, 5, 1, 3, 0, 2, 6), (1, 3, 3, 5, 7, 9, 8), (1, 4, 3, 5, 5, 6, 1),
    ),
    boxes(
        (1, 5, 1, 7, 1, 3, 1), (1, 5, 1, 3, 4, 8, 4), (5, 6, 4, 5, 6, 7, 2), (2, 3, 7, 8, 5, 6, 9),
        (0, 1, 4, 5, 4, 5, 3), (3, 4, 0, 1, 3, 4, 5), (2, 3, 5, 6, 8, 9, 6), (3, 4, 4, 5, 0, 1, 8),
    ),
]  # fmt: skip
BORDERS += [np.choose(BORDERS[0], [0, 1, 2, 3, 4, 5, 6, 8, 7])]


def piled(labels: NDArray, axis: int = 0) -> NDArray:
    """Right answer of 10.2 along axis 0."""
    return sum((labels == k).any(axis=axis).astype(int) for k in np.unique(labels[labels > 0]))


def runs(labels: NDArray) -> NDArray:
    """Connected runs of object voxels on each ray: what touches in z is one."""
    inside = np.pad(labels > 0, ((1, 0), (0, 0), (0, 0)))
    return (np.diff(inside.astype(int), axis=0) == 1).sum(axis=0)


def whole(labels: NDArray, axes: tuple[int, ...] = (0, 1, 2), ends: tuple = (0, -1)) -> NDArray:
    """Right answer of 10.6; with fewer axes or ends, the faces that are forgotten."""
    faces = [np.take(labels, end, axis=axis).ravel() for axis in axes for end in ends]
    return np.setdiff1d(labels, np.append(np.concatenate(faces), 0))


def but_one(axis: int, end: int) -> Callable:
    """10.6 with one face forgotten: a layer of background is laid upon it."""
    layers = np.zeros((3, 2), int)
    layers[axis, end] = 1
    return lambda labels: whole(np.pad(labels, layers))


def cut(labels: NDArray) -> NDArray:
    """Numbers that do touch a face."""
    return np.setdiff1d(labels, np.append(whole(labels), 0))


PILED = Exercise(
    right=piled,
    cases=[(labels,) for labels in PILES],
    praise="Above 1, a camera that looks down sees the light of two nuclei in one pixel. No "
    "program can part them afterwards.",
    mistakes=[
        (
            lambda a: (a > 0).sum(axis=0),
            "You count voxels: a single thick nucleus would be ten. Each nucleus of a ray counts "
            "once.",
        ),
        (
            lambda a: (a > 0).any(axis=0),
            "You say *whether* there is a nucleus, not how many. Ask for one number at a time, "
            "and add.",
        ),
        (
            lambda a: a.max(axis=0),
            "These are the nuclei's numbers: the largest of the ray. A number is a name, not a "
            "count.",
        ),
        (
            lambda a: a.sum(axis=0),
            "You added the nuclei's numbers. A number is a name: ask `labels == k`.",
        ),
        (
            lambda a: sum((a == k).any(axis=0).astype(int) for k in np.unique(a)),
            "The background is counted too: 0 is no nucleus.",
        ),
        (
            lambda a: piled(a) - (a > 0).all(axis=0),
            "A ray that never meets the background has no 0 to take off: leave 0 out by name.",
        ),
        (
            lambda a: sum((a == k).any(axis=0).astype(int) for k in range(1, a.max())),
            "The last nucleus is missing: `range(1, n)` ends before n.",
        ),
        (
            lambda a: sum((a == k).any(axis=0).astype(int) for k in range(1, len(np.unique(a)))),
            "You counted up to as many nuclei as there are. Numbers may have gaps: go through the "
            "numbers that `np.unique` gives.",
        ),
        (
            tuple(lambda a, k=k: piled(a, k) for k in (1, 2)),
            "You looked from the side. The order is z, y, x: a camera that looks down goes along "
            "axis 0.",
        ),
        (
            (runs, lambda a: runs(a[::-1])),
            "You count pieces along z. Two nuclei that touch are one piece, and a nucleus that "
            "bends is two: count their numbers.",
        ),
        (
            lambda a: (np.diff(a, axis=0) != 0).sum(axis=0),
            "You count the surfaces that a ray passes. A nucleus has two, or one where it touches "
            "another: count numbers instead.",
        ),
        (
            lambda a: len(np.unique(a)) - 1,
            "That is how many nuclei there are in all. Asked for is a picture: how many in *each* "
            "ray.",
        ),
        (
            lambda a: ndimage.label((a > 0).any(axis=0))[0],
            "You numbered the pieces of the projected mask: names again. How many nuclei does each "
            "ray pass?",
        ),
    ],
)

WHOLE = Exercise(
    right=whole,
    cases=[(labels,) for labels in BORDERS],
    praise="A stack has six faces. Whoever forgets two of them measures caps and calls them "
    "small nuclei.",
    mistakes=[
        (
            lambda a: whole(a, (1, 2)),
            "Four faces, as in a picture. A stack has a top and a bottom, too.",
        ),
        (
            lambda a: whole(a, (0,)),
            "You looked at the first and the last slice only. Nuclei also leave at the four sides.",
        ),
        (
            (lambda a: whole(a, ends=(0,)), lambda a: whole(a, ends=(-1,))),
            "Each axis has two ends: index 0 and index -1. You looked at one of them.",
        ),
        (
            lambda a: np.append(0, whole(a)),
            "0 is in your answer: the background is no nucleus.",
        ),
        (
            cut,
            "These are the ones that *are* cut. Asked for are those that are not.",
        ),
        (
            lambda a: np.append(0, cut(a)),
            "These are the ones that are cut, and the background. Asked for are whole nuclei.",
        ),
        *(
            (
                but_one(axis, end),
                f"One face of the six is missing: `labels[{':, ' * axis}{end}]`.",
            )
            for axis in range(3)
            for end in (0, -1)
        ),
        (
            lambda a: whole(a)[whole(a) < a.max()],
            "The largest number is missing: `range(1, n)` ends before n.",
        ),
        (
            lambda a: whole(a, (0, 1)),
            "The sides of x are missing: `labels[:, :, 0]` and `labels[:, :, -1]`.",
        ),
        (
            lambda a: whole(a, (0, 2)),
            "The sides of y are missing: `labels[:, 0]` and `labels[:, -1]`.",
        ),
        (
            lambda a: np.setdiff1d(a[1:-1, 1:-1, 1:-1], 0),
            "You cut the rim of the stack off and took what is left inside. But a nucleus at the "
            "border also has voxels inside. Who has any voxel *in* the rim?",
        ),
        (
            lambda a: len(whole(a)),
            "You return how many. Asked for are their numbers.",
        ),
        (
            lambda a: np.unique(a[a > 0]),
            "These are all nuclei of the stack. Which of their numbers stand in one of the faces?",
        ),
        (
            lambda a: np.isin(a, whole(a)),
            "You return a mask of voxels. Asked for are the numbers of the nuclei.",
        ),
        (
            lambda a: np.where(np.isin(a, whole(a)), a, 0),
            "You return the labels that are left. Asked for are the numbers of the nuclei.",
        ),
    ],
)

EXERCISES = {"10.2": PILED, "10.6": WHOLE} | NETS | IN_UM
