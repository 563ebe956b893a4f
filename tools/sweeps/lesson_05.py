"""Lesson 05: leaking folds, capacity, batch size and learning rate, grid against random search.

Everything happens left of column 550; the test part is never read. `svm`, `fit_cnn` and `BOXES`
are those of the notebook, and a test holds them equal.
"""

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import loguniform
from skimage.measure import block_reduce
from sklearn.decomposition import PCA
from sklearn.metrics import average_precision_score
from sklearn.model_selection import (
    ParameterSampler,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from course_utils.data.datasets import hela_nuclei
from course_utils.data.labels import hela_fates
from course_utils.data.splits import drop_shared_cells, hela_part
from course_utils.machine import quiet_import
from course_utils.models.cnn import build_cnn

with quiet_import():
    import keras

Rows = list[dict]
SOURCES = ("course_utils/models/cnn.py", "course_utils/data/splits.py")
WIDTHS, SETTINGS = (1, 2, 4, 8, 16, 32), 27
BATCHES, RATES = (8, 32, 128, 512), (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
BOXES = {
    "svc__C": loguniform(0.1, 1000),
    "svc__gamma": loguniform(1e-6, 0.1),
    "pca__n_components": np.geomspace(4, 160, 30).astype(int).tolist(),
}


class OpenNuclei(NamedTuple):
    """What may be looked at before the end: one entry a nucleus left of column 550."""

    pictures: NDArray[np.float32]
    y: NDArray[np.int64]
    fate: NDArray[np.int64]
    cell: NDArray[np.int64]
    part: NDArray[np.str_]


@cache
def open_nuclei() -> OpenNuclei:
    """The nuclei of `fit` and `choose`, as the notebook prepares them."""
    nuclei = hela_nuclei(size=48)
    part = drop_shared_cells(hela_part(nuclei.x, size=48), nuclei.cell)
    pictures = (block_reduce(nuclei.crops, (1, 2, 2), np.mean).astype(np.float32) - 450) / 300
    columns = (pictures, nuclei.mitotic.astype(int), hela_fates(nuclei), nuclei.cell, part)
    left = np.isin(part, ("fit", "choose"))
    return OpenNuclei(*(column[left] for column in columns))


def svm(C=10.0, gamma=1e-3, components=40):
    """A support vector machine on the main components of the pictures."""
    return make_pipeline(PCA(components, random_state=0), SVC(C=C, gamma=gamma))


def fit_cnn(images, y, part, optimizer, seed, batch=32, epochs=8, callbacks=(), **kwargs):
    """A CNN trained on `fit` and watched on `choose`; also its losses after each epoch."""
    keras.utils.set_random_seed(seed)
    model = build_cnn(2, 24, **kwargs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss)
    seen, unseen = ((images[part == name], y[part == name]) for name in ("fit", "choose"))
    options = dict(validation_data=unseen, callbacks=list(callbacks), verbose=0)
    history = model.fit(*seen, batch, epochs, **options)
    return model, history.history


def folds_job(kind: str, how: str, seed: int) -> Rows:
    """Average precision of out-of-fold scores, folds drawn by picture or by cell."""
    nuclei = open_nuclei()
    y = nuclei.y if kind == "mitotic or not" else nuclei.fate
    at = np.flatnonzero(y >= 0)
    folds = StratifiedKFold if how == "plain" else StratifiedGroupKFold
    groups = None if how == "plain" else nuclei.cell[at]
    X, cut = nuclei.pictures[at].reshape(len(at), -1), folds(5, shuffle=True, random_state=seed)
    score = cross_val_predict(svm(), X, y[at], groups=groups, cv=cut, method="decision_function")
    ap = average_precision_score(y[at], score)
    return [{"method": f"{kind}, {how}", "metric": "average precision", "value": ap}]


def scores_of(model: keras.Model, history: dict) -> Rows:
    """Losses at the end and at their lowest, and average precision, of a trained CNN."""
    nuclei = open_nuclei()
    rows = [
        {"metric": "fit loss", "value": history["loss"][-1]},
        {"metric": "choose loss", "value": np.nan_to_num(history["val_loss"][-1], nan=99)},
        {"metric": "lowest choose loss", "value": np.nanmin([*history["val_loss"], 99])},
        {"metric": "best epoch", "value": 1 + np.argmin(history["val_loss"])},
    ]
    for name in ("fit", "choose"):
        here = nuclei.part == name
        s = model.predict(nuclei.pictures[here][..., None], verbose=0, batch_size=512)
        ap = average_precision_score(nuclei.y[here], np.nan_to_num(s[:, 1] - s[:, 0]))
        rows.append({"metric": f"{name} average precision", "value": ap})
    keras.backend.clear_session()
    return rows


def width_job(width: int, seed: int) -> Rows:
    """A CNN of one width, trained for 30 epochs."""
    nuclei, adam = open_nuclei(), keras.optimizers.Adam(0.003)
    images = nuclei.pictures[..., None]
    trained = fit_cnn(
        images, nuclei.y, nuclei.part, adam, seed, epochs=30, width=width, batch_norm=False
    )
    return [{"method": f"width {width}", **row} for row in scores_of(*trained)]


def rate_job(batch: int, rate: float, seed: int) -> Rows:
    """A CNN trained for 6 epochs with one batch size and one learning rate."""
    nuclei, sgd = open_nuclei(), keras.optimizers.SGD(rate, momentum=0.9)
    images = nuclei.pictures[..., None]
    trained = fit_cnn(images, nuclei.y, nuclei.part, sgd, seed, batch, 6, width=8)
    return [{"method": f"batch {batch}, rate {rate:g}", **row} for row in scores_of(*trained)]


def settings_of(method: str, seed: int) -> list[dict]:
    """27 settings: drawn at random, or a grid of 3 x 3 x 3 laid at a random place."""
    rng = np.random.default_rng(seed)
    if method == "random":
        return list(ParameterSampler(BOXES, SETTINGS, random_state=seed))
    marks = [marks_of(box, (np.arange(3) + rng.random()) / 3) for box in BOXES.values()]
    grid = [dict(zip(BOXES, marks_at, strict=True)) for marks_at in product(*marks)]
    return [grid[i] for i in rng.permutation(SETTINGS)]


def marks_of(box: object, shares: NDArray) -> list:
    """Values of a box, a list or a distribution, below which the given shares of it lie."""
    if isinstance(box, list):
        return [box[int(share * len(box))] for share in shares]
    return box.ppf(shares).tolist()


def best_setting(settings: list[dict], rows: NDArray, seed: int, k: int) -> tuple[list, dict]:
    """Mean average precision of each setting in k folds by cell, and the setting that won."""
    nuclei = open_nuclei()
    X, y, cell = nuclei.pictures[rows].reshape(len(rows), -1), nuclei.y[rows], nuclei.cell[rows]
    cut = StratifiedGroupKFold(k, shuffle=True, random_state=seed)
    options = dict(groups=cell, cv=cut, scoring="average_precision")
    scores = [cross_val_score(svm().set_params(**one), X, y, **options).mean() for one in settings]
    return scores, settings[int(np.argmax(scores))]


def search_job(method: str, seed: int) -> Rows:
    """Best mean average precision after 1, 2, ... 27 settings."""
    scores, _ = best_setting(settings_of(method, seed), np.arange(len(open_nuclei().y)), 0, 5)
    best = np.maximum.accumulate(scores)
    return [
        {"method": method, "metric": f"best of {i:02}", "value": value}
        for i, value in enumerate(best, 1)
    ]


def nested_job(seed: int) -> Rows:
    """What a search promises, and what its winners do on cells that it never saw."""
    nuclei, promised, kept = open_nuclei(), [], []
    X = nuclei.pictures.reshape(len(nuclei.y), -1)
    outer = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    for inside, outside in outer.split(X, nuclei.y, nuclei.cell):
        scores, setting = best_setting(settings_of("random", seed), inside, seed, 4)
        model = svm().set_params(**setting).fit(X[inside], nuclei.y[inside])
        said = model.decision_function(X[outside])
        promised.append(max(scores))
        kept.append(average_precision_score(nuclei.y[outside], said))
    names = {"promised by the search": promised, "kept on cells it never saw": kept}
    return [{"method": "nested", "metric": k, "value": np.mean(v)} for k, v in names.items()]


def task_jobs(task: str, ways: dict[str, Callable[[int], Rows]], seeds: int) -> dict:
    """A job for each method and seed of one task, whose rows get what they have in common."""
    common = dict(task=task, data="hela_movie", split="columns 0-549", role="stored")

    def job(method: str, seed: int) -> Rows:
        return [{**common, "seed": seed, **row} for row in ways[method](seed)]

    keys = product(ways, range(seeds))
    return {(task, m, seed): lambda m=m, seed=seed: job(m, seed) for m, seed in keys}


def jobs() -> dict[tuple[str, str, int], Callable[[], Rows]]:
    """All long runs of the lesson."""
    kinds = product(("mitotic or not", "divides later"), ("plain", "by cell"))
    rates = product(BATCHES, RATES)
    folds = {f"{k}, {how}": lambda s, k=k, how=how: folds_job(k, how, s) for k, how in kinds}
    widths = {f"width {w}": lambda s, w=w: width_job(w, s) for w in WIDTHS}
    grid = {f"batch {b}, rate {r:g}": lambda s, b=b, r=r: rate_job(b, r, s) for b, r in rates}
    searches = {m: lambda s, m=m: search_job(m, s) for m in ("grid", "random")}
    return {
        **task_jobs("folds", folds, 5),
        **task_jobs("capacity", widths, 5),
        **task_jobs("batch size and learning rate", grid, 3),
        **task_jobs("search", searches, 10),
        **task_jobs("nested search", {"nested": nested_job}, 5),
    }
