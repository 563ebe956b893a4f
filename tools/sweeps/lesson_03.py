"""Parts of the network switched off one by one, other questions, and shuffled pixels."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from course_utils.metrics.classification import mean_recall
from course_utils.models.phases import Phases, hela_phases

SOURCES = (
    "course_utils/models/cnn.py",
    "course_utils/models/phases.py",
    "course_utils/models/training.py",
)
SEEDS = range(5)
SEEN = ("fit", "choose")
METRIC = "balanced accuracy"
EPOCHS, BATCH = 20, 64
CHANGES = dict(shift=1, gain=0.3)
NETWORK = dict(width=16, depth=3, dropout=0.2, l2=1e-3)
VARIANTS = {
    "as it is": {},
    "no batch norm": dict(batch_norm=False),
    "no dropout": dict(dropout=0.0),
    "no L2": dict(l2=0.0),
    "no augmentation": dict(changed=False),
    "two blocks": dict(depth=2),
    "one block": dict(depth=1),
    "residual links": dict(residual=True),
}
QUESTIONS = {
    "mitotic or not": dict(interphase=0, prometaphase=1, metaphase=1, anaphase=1, telophase=1),
    "four phases": dict(interphase=0, prometaphase=1, metaphase=2, anaphase=3, telophase=3),
}
Batch = tuple[NDArray, NDArray]


def shuffled(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches with the pixels of every picture in one other order."""
    for pictures, labels in batches:
        yield shuffle_pixels(pictures), labels


def shuffle_pixels(pictures: NDArray) -> NDArray:
    """Pictures with their pixels in one other order, always the same."""
    order = np.random.default_rng(1).permutation(pictures[0].size)
    return pictures.reshape(len(pictures), -1)[:, order].reshape(pictures.shape)


def linear(
    data: Phases, kind: NDArray[np.int64], seed: int, in_order: bool = True
) -> NDArray[np.int64]:
    """Answers of the linear classifier for all pictures, from pixels in order or sorted by value.

    Sorted pixels say how much there is of each brightness, and nothing about where.
    """
    from course_utils.models.training import balanced_batches

    def rows(pictures: NDArray) -> NDArray:
        flat = pictures.reshape(len(pictures), -1)
        return flat if in_order else np.sort(flat, axis=1)

    drawn = balanced_batches(data.pictures, kind, data.rows(*SEEN), 3000, seed, **CHANGES)
    pictures, labels = next(drawn)
    model = LogisticRegression(C=0.01, max_iter=1000).fit(rows(pictures), labels)
    return model.predict(rows(data.pictures))


def cnn(
    data: Phases,
    kind: NDArray[np.int64],
    seed: int,
    changed: bool = True,
    as_snow: bool = False,
    **switches,
) -> NDArray[np.int64]:
    """Answers of the lesson's network for all pictures, with some of its parts switched."""
    import keras

    from course_utils.models.cnn import build_cnn
    from course_utils.models.training import balanced_batches, train

    keras.utils.set_random_seed(seed)
    model = build_cnn(int(kind.max()) + 1, **{**NETWORK, **switches})
    changes = CHANGES if changed else dict(turned=False)
    batches = balanced_batches(data.pictures, kind, data.rows(*SEEN), BATCH, seed, **changes)
    train(model, shuffled(batches) if as_snow else batches, EPOCHS, label="")
    pictures = shuffle_pixels(data.pictures) if as_snow else data.pictures
    return model.predict(pictures, batch_size=256, verbose=0).argmax(axis=1)


def score(task: str, method: str, seed: int, answer: Callable) -> list[dict]:
    """Rows of one training: balanced accuracy on the test part and on what was trained with."""
    data = hela_phases()
    kind = data.kind
    if task in QUESTIONS:
        kind = np.array([QUESTIONS[task][phase] for phase in data.phase])
    said = answer(data, kind, seed)
    common = dict(task=task, method=method, seed=seed, data="hela_movie", role="stored")
    return [
        {**common, "split": split, "metric": metric, "value": mean_recall(kind[rows], said[rows])}
        for split, metric, rows in (
            ("test columns 550-1099", METRIC, data.rows("test")),
            ("training columns 0-549", f"{METRIC}, seen", data.rows(*SEEN)),
        )
    ]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One training a job: (task, method, seed) -> function that gives its rows."""
    answers = {("ablation", name): partial(cnn, **how) for name, how in VARIANTS.items()}
    by_brightness = partial(linear, in_order=False)
    answers |= {
        (task, method): one
        for task in QUESTIONS
        for method, one in (("linear", linear), ("sorted pixels", by_brightness), ("CNN", cnn))
    }
    answers["shuffled pixels", "sorted pixels"] = by_brightness
    answers["shuffled pixels", "CNN"] = partial(cnn, as_snow=True)
    return {
        (task, method, seed): partial(score, task, method, seed, one)
        for (task, method), one in answers.items()
        for seed in SEEDS
    }
