"""What each stage costs on the HeLa movie: masks, links and divisions swapped for the truth.

The lesson's own models: U-Net of lesson 07 (frames 0-9), linker of 08 and CNN of 03, all from
columns below 550; everything is scored on the cells of columns 550-1099, all 20 frames. A seed is
one training of each. The reference masks leave out dim nuclei and those that the film's edge cuts:
a network that finds them is marked down for it, and no swap but that of masks mends this, since
truth knows no links of what it does not outline: there the tracker's own stay.
"""

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import cut_crops, hela_movie, hela_nuclei
from course_utils.data.lineages import hela_tracks
from course_utils.data.splits import HELA
from course_utils.metrics.tracking import score_tracks
from course_utils.models.error_budget import SWAPS, Stage, stage, tracked
from course_utils.models.phases import KINDS, hela_phases, log_pictures
from course_utils.models.tracker import Tracking
from course_utils.models.tracker_films import Part, columns_of, learn_hela, within_columns
from sweeps import lesson_03, lesson_08, training_07

SOURCES = (
    *lesson_08.SOURCES,
    "course_utils/models/cnn.py",
    "course_utils/models/error_budget.py",
    "course_utils/models/instances.py",
    "course_utils/models/unet.py",
    "course_utils/models/phases.py",
    "tools/sweeps/lesson_03.py",
    "tools/sweeps/training_07.py",
)
BUDGET, PHASES = "error budget", "error budget, phases"
SEEDS = range(3)
SCORES = ("SEG", "DET", "TRA", "link F1", "division F1, 1 frame", "CHOTA")
METHODS = {", ".join(some) or "nothing": some for some in SWAPS}


@cache
def truth(first: int = HELA.test_from, end: int = 1100) -> Part:
    """The tracked cells of some columns, by eye."""
    return columns_of(hela_tracks(), first, end)


@cache
def network_masks(seed: int, first: int = HELA.test_from, end: int = 1100) -> NDArray[np.int32]:
    """Every frame segmented by the lesson's U-Net, cells of some columns."""
    model = training_07.fit(*training_07.hela(slice(0, 10), slice(0, HELA.test_from)), seed)
    answers = training_07.answers(model, list(hela_tracks().images))
    found = map(training_07.find_objects, answers)
    return np.stack([within_columns(labels, first, end) for labels in found])


@cache
def linker(seed: int):
    """The learned linker for nuclei."""
    return learn_hela(seed)


@cache
def linked(masks_of_truth: bool, seed: int) -> Stage:
    """The movie with masks from the network or the truth, and the tracker's links."""
    masks = truth().masks if masks_of_truth else network_masks(seed)
    return stage(masks, truth(), hela_tracks().images, linker(seed))


def budget(task: str, method: str, seed: int) -> list[dict]:
    """Rows of one swap: tracking scores, and how far the counts of cells and divisions are off."""
    true, swaps = truth(), METHODS[method]
    result = tracked(linked("masks" in swaps, seed), swaps)
    scores = score_tracks(true, result)
    values = {name: scores[name] for name in SCORES} | counts(true, result)
    return rows(task, method, seed, values)


def counts(true: Part, found: Tracking) -> dict[str, float]:
    """Cells a frame in percent off (sign kept, and without), and numbers of divisions."""
    cells = [
        np.array([len(np.unique(frame)) - 1 for frame in movie.masks]) for movie in (true, found)
    ]
    off = 100 * (cells[1] - cells[0]) / cells[0]
    divide = [
        int((np.unique(movie.lineage[movie.lineage[:, 3] > 0, 3], return_counts=True)[1] > 1).sum())
        for movie in (true, found)
    ]
    return {
        "cells, % off": float(off.mean()),
        "cells, % off either way": float(np.abs(off).mean()),
        "divisions": float(divide[1]),
        "divisions by eye": float(divide[0]),
    }


@cache
def phase_network(seed: int) -> Callable[[NDArray], NDArray]:
    """Lesson 03's CNN, from crops of 48 pixels (n, y, x) to kinds 0, 1, 2."""
    import keras

    from course_utils.models.cnn import build_cnn
    from course_utils.models.training import balanced_batches, train

    data = hela_phases()
    seen = log_pictures(hela_nuclei(size=48).crops[data.rows("fit", "choose")])
    keras.utils.set_random_seed(seed)
    model = build_cnn(3, **lesson_03.NETWORK)
    members = data.rows("fit", "choose")
    how = (members, lesson_03.BATCH, seed)
    batches = balanced_batches(data.pictures, data.kind, *how, **lesson_03.CHANGES)
    train(model, batches, lesson_03.EPOCHS, label="")

    def kinds(crops: NDArray) -> NDArray[np.int64]:
        pictures = ((log_pictures(crops) - seen.mean()) / seen.std())[..., None]
        return model.predict(pictures, batch_size=256, verbose=0).argmax(axis=1)

    return kinds


def kinds_at(at: Stage, seed: int) -> NDArray[np.int64]:
    """Kind of each detection, by the CNN at its centre."""
    images, crops = hela_tracks().images, []
    for t in range(len(images)):
        here = at.cells.frame == t
        crops.append(cut_crops(images[t], at.cells.y[here], at.cells.x[here], 48))
    return phase_network(seed)(np.concatenate(crops))


def phases(task: str, method: str, seed: int) -> list[dict]:
    """Share of the cells found, by what they are by eye, and F1 of those called mitotic."""
    true = truth()
    at = linked(method == "masks", seed)
    by_eye, sure = eye_kinds(true)
    partner, said = at.partner, kinds_at(at, seed)
    found = partner >= 0
    values = {f"{n} found": float(found[sure & (by_eye == k)].mean()) for k, n in enumerate(KINDS)}
    right = (said[partner[found & sure & (by_eye > 0)]] > 0).sum()
    called = (np.delete(said, partner[found & ~sure]) > 0).sum()
    values["mitosis F1"] = float(2 * right / (called + (sure & (by_eye > 0)).sum()))
    return rows(task, method, seed, values)


def eye_kinds(part: Part) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Kind by eye of each true detection, and whether it is beyond doubt."""
    nuclei, kind, film = hela_nuclei(size=48), hela_phases().kind, hela_movie().masks
    keys = zip(nuclei.frame.tolist(), nuclei.label.tolist(), strict=True)
    row = {key: i for i, key in enumerate(keys)}
    at = []
    for t, frame in enumerate(part.masks):
        own, first = np.unique(frame, return_index=True)
        at += [row[t, int(film[t].flat[pixel])] for pixel in first[own > 0]]
    return kind[at], ~nuclei.doubtful[at]


def rows(task: str, method: str, seed: int, values: dict[str, float]) -> list[dict]:
    """Rows for the table of results."""
    common = dict(task=task, data="hela_movie", split="test columns 550-1099", method=method)
    common |= dict(seed=seed, role="stored" if method == "nothing" else "reference")
    return [{**common, "metric": name, "value": value} for name, value in values.items()]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One swap a job: (task, method, seed) -> function that gives its rows."""
    work = {(BUDGET, method): budget for method in METHODS}
    work |= {(PHASES, method): phases for method in ("nothing", "masks")}
    return {
        (task, method, seed): partial(one, task, method, seed)
        for seed in SEEDS
        for (task, method), one in work.items()
    }
