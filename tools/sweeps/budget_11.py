"""What each stage costs on the HeLa movie: masks, links and divisions swapped for the truth.

The lesson's own models: U-Net of lesson 07 (frames 0-9), linker of 08 and CNN of 03, all from
columns below 550; everything is scored on the cells of columns 550-1099, all 20 frames. A seed is
one training of each. The reference masks leave out dim nuclei and those that the film's edge cuts:
a network that finds them is marked down for it.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils.data.datasets import cut_crops, hela_movie, hela_nuclei
from course_utils.data.forest import Forest, forest_of
from course_utils.data.lineages import hela_tracks
from course_utils.data.splits import HELA
from course_utils.metrics.tracking import Pairing, pair_detections, score_tracks
from course_utils.models.linking import Links
from course_utils.models.phases import KINDS, hela_phases, log_pictures
from course_utils.models.tracker import Tracking, link, track
from course_utils.models.tracker_detections import Detections, detect
from course_utils.models.tracker_films import Part, columns_of, learn_hela, within_columns
from sweeps import lesson_03, lesson_08, training_07

SOURCES = (
    *lesson_08.SOURCES,
    "course_utils/models/unet.py",
    "course_utils/models/instances.py",
    "course_utils/models/cnn.py",
    "course_utils/models/phases.py",
    "tools/sweeps/lesson_03.py",
    "tools/sweeps/training_07.py",
)
BUDGET, PHASES = "error budget", "error budget, phases"
SEEDS, PASSES = range(5), 3
SCORES = ("SEG", "DET", "TRA", "link F1", "division F1, 1 frame", "CHOTA")
SWAPS = {
    "nothing": (),
    "masks": ("masks",),
    "links": ("links",),
    "divisions": ("divisions",),
    "masks, links": ("masks", "links"),
    "masks, divisions": ("masks", "divisions"),
    "links, divisions": ("links", "divisions"),
}


class Stage(NamedTuple):
    """Masks (t, y, x), their detections, and the true cells that these stand for."""

    masks: NDArray
    cells: Detections
    true: Forest
    pairing: Pairing


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


def stage(masks: NDArray, true: Part) -> Stage:
    """Masks whose objects are paired with the true cells."""
    cells, forest = detect(masks, hela_tracks().images), forest_of(true.masks, true.lineage)
    none = np.empty((0, 2), np.int64)
    found = Forest(cells.frame, cells.label, none, np.empty(0, bool), np.empty((0, 4), np.int64))
    return Stage(masks, cells, forest, pair_detections(true.masks, masks, forest, found))


def true_links(at: Stage) -> Links:
    """Links of the truth between detections that each stand for one true cell."""
    links = at.true.links
    near = at.true.frame[links[:, 1]] == at.true.frame[links[:, 0]] + 1
    rows = at.pairing.only[links[near]]
    return rows[(rows >= 0).all(axis=1)]


def swapped(links: Links, true: Links, swaps: tuple[str, ...]) -> Links:
    """Links within cells, and those of divisions, each from the tracker or from the truth."""
    ends = {
        "links": true if "links" in swaps else links,
        "divisions": true if "divisions" in swaps else links,
    }
    families = of_divisions(ends["divisions"])
    busy = [np.isin(ends["links"][:, k], families[:, k]) for k in (0, 1)]
    single = ends["links"][~(busy[0] | busy[1])]
    return np.concatenate([first_only(single), families])


def of_divisions(links: Links) -> Links:
    """Those of cells that have two followers."""
    return links[np.bincount(links[:, 0], minlength=1)[links[:, 0]] > 1] if len(links) else links


def first_only(links: Links) -> Links:
    """One link a cell: where divisions come from elsewhere, no other cell may have two."""
    return links[np.unique(links[:, 0], return_index=True)[1]]


def tracked(at: Stage, links: Links) -> Tracking:
    """The movie with links given as rows of its detections."""
    still = np.zeros((len(at.masks) - 1, 2))
    starts = np.searchsorted(at.cells.frame, np.arange(len(at.masks)))
    earlier = at.cells.frame[links[:, 0]]
    each = iter([links[earlier == t] - starts[t : t + 2] for t in range(len(still))])
    return track(at.masks, lambda step: next(each), shifts=still)


def budget(task: str, method: str, seed: int) -> list[dict]:
    """Rows of one swap: tracking scores, and how far the counts of cells and divisions are off."""
    true, swaps = truth(), SWAPS[method]
    at = stage(true.masks if "masks" in swaps else network_masks(seed), true)
    still = np.zeros((len(true.masks) - 1, 2))
    found = link(at.cells, linker(seed), still, at.masks, PASSES)
    result = tracked(at, swapped(found, true_links(at), swaps))
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
    at = stage(true.masks if method == "masks" else network_masks(seed), true)
    by_eye, sure = eye_kinds(true)
    partner, said = at.pairing.only, kinds_at(at, seed)
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
    common |= dict(seed=seed, role="reference" if "masks" in method else "stored")
    return [{**common, "metric": name, "value": value} for name, value in values.items()]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One swap a job: (task, method, seed) -> function that gives its rows."""
    work = {(BUDGET, method): budget for method in SWAPS}
    work |= {(PHASES, method): phases for method in ("nothing", "masks")}
    return {
        (task, method, seed): partial(one, task, method, seed)
        for seed in SEEDS
        for (task, method), one in work.items()
    }
