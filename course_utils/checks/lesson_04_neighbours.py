"""Self-check of lesson 04: the most similar pictures."""

import numpy as np

from course_utils.checks import Exercise

RNG = np.random.default_rng(24)
LENGTHS = RNG.uniform(0.2, 5, (12, 1))
ROWS = RNG.normal(1, 1, (12, 4)) * LENGTHS * [1, 4, 0.2, 9]
TWINS = ROWS[[0, 1, 7, 3, 4, 5, 6, 7, 8]]
TABLES = [(ROWS, 3, 4), (ROWS[::-1].copy(), 0, 3), (ROWS[:9], 7, 5), (TWINS, 7, 4)]


def similar(features, query, unit=True):
    """Cosine similarity of every row to one of them; without `unit` the plain product."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    rows = features / length if unit else features
    return rows @ rows[query]


def first(order, query, k):
    """The first k of an order of rows, without the query."""
    return order[order != query][:k]


NEIGHBOURS = {
    "04.3": Exercise(
        right=lambda f, q, k: first(np.argsort(-similar(f, q), kind="stable"), q, k),
        cases=TABLES,
        praise="Same direction, same kind of picture: a search engine in three lines.",
        mistakes=[
            (
                lambda f, q, k: np.argsort(-similar(f, q), kind="stable")[:k],
                "The first neighbour you name is the picture itself: nothing is more similar. "
                "Leave `query` out.",
            ),
            (
                lambda f, q, k: np.argsort(-similar(f, q), kind="stable")[1 : k + 1],
                "You leave out the first of the order. If a picture is in the table twice, its "
                "twin may stand there, and `query` stays in: `order[order != query]`.",
            ),
            (
                (
                    lambda f, q, k: first(np.argsort(similar(f, q), kind="stable"), q, k),
                    lambda f, q, k: np.argsort(similar(f, q), kind="stable")[:k],
                ),
                "These are the *least* similar. `np.argsort` puts the smallest first.",
            ),
            (
                lambda f, q, k: first(np.argsort(-similar(f, q, unit=False), kind="stable"), q, k),
                "You took the plain product. A picture with large features then wins whatever it "
                "shows: divide each row by its length first.",
            ),
            (
                lambda f, q, k: np.argsort(-similar(f, q, unit=False), kind="stable")[:k],
                "You took the plain product, and left the query in. Divide each row by its length "
                "first, and leave `query` out.",
            ),
            (
                (
                    lambda f, q, k: first(
                        np.argsort(np.linalg.norm(f - f[q], axis=1), kind="stable"), q, k
                    ),
                    lambda f, q, k: np.argsort(np.linalg.norm(f - f[q], axis=1), kind="stable")[:k],
                ),
                "You measured the distance between the tips. Asked for is the angle: the product "
                "of rows that have been divided by their lengths.",
            ),
            (
                lambda f, q, k: first(np.argsort(-similar(f, q), kind="stable"), q, k)[::-1],
                "The right pictures, but the least similar first: turn the order round.",
            ),
            (
                lambda f, q, k: np.sort(first(np.argsort(-similar(f, q), kind="stable"), q, k)),
                "The right pictures, in the order of their numbers. The most similar comes first.",
            ),
            (
                (
                    lambda f, q, k: np.sort(np.delete(similar(f, q), q))[::-1][:k],
                    lambda f, q, k: np.sort(similar(f, q))[::-1][:k],
                    lambda f, q, k: np.sort(similar(f, q))[::-1][1 : k + 1],
                ),
                "You return the similarities. Asked for are the row numbers: `np.argsort`.",
            ),
            (
                lambda f, q, k: np.argsort(-np.delete(similar(f, q), q), kind="stable")[:k],
                "Deleting the query before sorting moves every later row up by one, so the numbers "
                "no longer fit. Sort first, then leave it out.",
            ),
            (
                (
                    lambda f, q, k: first(
                        np.argsort(
                            -((f / np.linalg.norm(f, axis=0)) @ (f / np.linalg.norm(f, axis=0))[q]),
                            kind="stable",
                        ),
                        q,
                        k,
                    ),
                ),
                "You divided each *column* by its length (`axis=0`). A picture is a row: "
                "`axis=1, keepdims=True`.",
            ),
            (
                lambda f, q, k: first(np.argsort(-similar(f, q), kind="stable"), q, k + 1),
                "One too many: k neighbours without the query.",
            ),
            (
                lambda f, q, k: first(np.argsort(-similar(f, q), kind="stable"), q, k - 1),
                "One too few: take `k` *after* leaving the query out.",
            ),
        ],
    ),
}
