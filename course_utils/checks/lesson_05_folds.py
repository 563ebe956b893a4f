"""Self-check of lesson 05: all pictures of a cell in one fold."""

import numpy as np

from course_utils.checks import Exercise

GROUPS = np.array([12, 3, 3, 40, 12, 7, 7, 7, 40, 21, 58, 58])
DECKS = [(GROUPS, 2), (GROUPS, 3), (np.array([9, 9, 9, 5, 2, 2, 5, 30, 30, 1]), 4)]


def number(groups: np.ndarray) -> np.ndarray:
    """Which different group, in sorted order, each picture belongs to."""
    return np.unique(groups, return_inverse=True)[1]


def by_appearance(groups: np.ndarray, k: int) -> np.ndarray:
    """Folds dealt in the order in which the groups appear."""
    seen = list(dict.fromkeys(groups.tolist()))
    return np.array([seen.index(g) % k for g in groups])


def by_size(groups: np.ndarray, k: int) -> np.ndarray:
    """Each group, the largest first, to the fold that is smallest so far; scikit-learn's way."""
    counts = np.bincount(number(groups))
    fold, filled = np.zeros(len(counts), int), np.zeros(k)
    for group in np.argsort(counts)[::-1]:
        fold[group] = filled.argmin()
        filled[fold[group]] += counts[group]
    return fold[number(groups)]


FOLDS = {
    "05.1": Exercise(
        right=lambda groups, k: number(groups) % k,
        cases=DECKS,
        praise="All pictures of a cell sit in one fold, so no cell examines itself.",
        mistakes=[
            (
                (
                    lambda groups, k: np.arange(len(groups)) % k,
                    lambda groups, k: np.arange(len(groups)) * k // len(groups),
                ),
                "You dealt out *pictures*: two pictures of group 12 sit in different folds, and "
                "each helps to examine the other. Deal out groups, and let every picture follow "
                "its group.",
            ),
            (
                lambda groups, k: groups % k,
                "You took the remainder of the group's own number. Numbers of cells have gaps, so "
                "the folds come out uneven or empty. First number the *different* groups 0, 1, "
                "2, ... in sorted order.",
            ),
            (
                lambda groups, k: np.arange(len(np.unique(groups))) % k,
                "You give one fold for each different group. The split needs one for each "
                "*picture*: look its group up.",
            ),
            (
                lambda groups, k: number(groups) % k + 1,
                "Folds are counted from 0 here: yours run from 1 to k.",
            ),
            (
                lambda groups, k: (number(groups) + 1) % k,
                "You number the groups from 1, so the first one lands in fold 1. Begin with 0.",
            ),
            (
                by_size,
                "The largest groups were dealt first, as `GroupKFold` does, to make the folds "
                "equally large. Here the sorted groups are dealt in turn, whatever their size.",
            ),
            (
                by_appearance,
                "You numbered the groups as they appear. Sorted order was asked for: the result "
                "should not change when the pictures are shuffled.",
            ),
            (
                lambda groups, k: number(groups) * k // (number(groups).max() + 1),
                "You cut the sorted groups into blocks: neighbours land in one fold. Deal them "
                "out like cards: first group to fold 0, the next to fold 1, ...",
            ),
            (
                lambda groups, k: number(groups) // k,
                "Whole division puts k groups into each fold, and makes as many folds as it "
                "likes. Which operation comes back to 0 after k groups?",
            ),
            (
                lambda groups, k: number(groups),
                "That numbers the groups, one fold for each. There should be only k folds: what "
                "happens to group number k?",
            ),
        ],
    ),
}
