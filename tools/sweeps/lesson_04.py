"""Lesson 04: accuracy by layer, learning curves from 2 to 12 pictures a class, the whole network.

The functions are those of `course_utils.models.transfer`, which the notebook spells out.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from course_utils.data.datasets import plankton
from course_utils.metrics.classification import mean_recall
from course_utils.models import transfer, tuning
from course_utils.models.pretrained import backbone

Rows = list[dict]
SOURCES = tuple(f"course_utils/models/{name}.py" for name in ("transfer", "tuning", "pretrained"))
SIZES, SEEDS, NUMBERS = (97, 225), range(5), (2, 4, 8, 12)
CUT, INNER = "block_13_project_BN", "block_14_add"
STEPS, RATE = 40, 1e-4
CHEAP, DEAR = 10, 2


@cache
def labels() -> NDArray[np.int64]:
    """Class of each picture."""
    return plankton().labels


@cache
def squares(size: int) -> NDArray[np.float32]:
    """All pictures on squares of one size."""
    return np.stack([transfer.letterbox(image, size) for image in plankton().images])


@cache
def frozen() -> dict[str, NDArray]:
    """ImageNet features by "layer size"; "layer both" joins the two sizes."""
    found: dict[str, NDArray] = {}
    for size in SIZES:
        read = transfer.features(backbone(size=size), squares(size))
        found |= {f"{layer} {size}": x for layer, x in read.items()}
    for layer in transfer.LAYERS:
        found[f"{layer} both"] = np.hstack([found[f"{layer} {size}"] for size in SIZES])
    return found


def random_rows(seed: int) -> NDArray:
    """Last features of a network with random weights."""
    transfer.keras.utils.set_random_seed(seed)
    body = backbone(size=97, weights=None)
    return transfer.features(body, squares(97), ["out_relu"])["out_relu"]


def row(key: tuple[str, str, int], split: str, metric: str, value: float) -> dict:
    """One line of the results."""
    task, method, seed = key
    common = dict(task=task, method=method, seed=seed, role="stored", data="plankton")
    return common | dict(split=split, metric=metric, value=value)


def by_layer(layer: str, seed: int) -> Rows:
    """Accuracy of a probe on one layer, by size of the input, over five folds."""
    y, key = labels(), ("layer by layer", layer, seed)
    found = {size: frozen()[f"{layer} {size}"] for size in (*SIZES, "both")}
    said = {
        size: cross_val_predict(transfer.probe(), x, y, cv=transfer.folds(seed))
        for size, x in found.items()
    }
    return [row(key, f"input {size}", "accuracy", np.mean(s == y)) for size, s in said.items()]


def curve(method: str, seed: int) -> Rows:
    """Balanced accuracy on all pictures that were not drawn, pooled over several draws."""
    y, key, rows = labels(), ("pictures a class", method, seed), []
    answer = METHODS[method](seed)
    for n in NUMBERS:
        rng, true, said = np.random.default_rng([seed, n]), [], []
        for _ in range(DEAR if answer is tuned else CHEAP):
            train = transfer.draw_per_class(y, n, rng)
            test = np.setdiff1d(np.arange(len(y)), train)
            true.append(y[test])
            said.append(answer(train, test))
        value = mean_recall(np.concatenate(true), np.concatenate(said))
        rows.append(row(key, f"{n} a class", "balanced accuracy", value))
    return rows


def with_rows(x: NDArray, model: Callable = transfer.probe) -> Callable:
    """Answers of a scikit-learn model on rows of features."""
    return lambda train, test: model().fit(x[train], labels()[train]).predict(x[test])


def hog_svm() -> object:
    """The support vector machine that reads HOG features."""
    return make_pipeline(StandardScaler(), SVC(C=10))


@cache
def tuner() -> tuple:
    """The upper part with a head, its first weights, and the inputs that it is fed with."""
    body = backbone(size=97)
    bottom, upper = tuning.cut(body.model, CUT)
    inputs = tuning.activations(body, bottom, squares(97))
    model = tuning.add_head(upper, 6)
    return model, model.get_weights(), inputs


def tuned(train: NDArray, test: NDArray) -> NDArray:
    """Answers after fine-tuning from block 14 up, started from the frozen probe."""
    model, weights, inputs = tuner()
    y, last = labels(), frozen()["out_relu 97"]
    transfer.keras.utils.set_random_seed(int(train.sum()))
    tuning.start_over(model, weights, RATE)
    model.get_layer("head").set_weights(tuning.head_weights(last[train], y[train]))
    tuning.fine_tune(model, inputs[train], y[train], STEPS, seed=int(train.sum()))
    return tuning.mean_over_ways(model, inputs[test]).argmax(axis=1)


METHODS: dict[str, Callable[[int], Callable]] = {
    "raw pixels": lambda seed: with_rows(transfer.raw_rows(squares(97))),
    "HOG + SVM": lambda seed: with_rows(transfer.hog_rows(squares(97)), hog_svm),
    "random weights": lambda seed: with_rows(random_rows(seed)),
    "ImageNet, frozen": lambda seed: with_rows(frozen()[f"{INNER} both"]),
    "ImageNet, fine-tuned": lambda seed: tuned,
}


def whole_network(method: str, seed: int) -> Rows:
    """Accuracy over five folds when every layer is trained."""
    keras, y = transfer.keras, labels()
    keras.utils.set_random_seed(seed)
    pretrained = method == "from ImageNet"
    body = backbone(size=97, weights="imagenet" if pretrained else None)
    ways = np.stack([body.prepare(transfer.all_ways(square)) for square in squares(97)])
    steps, rate = (2 * STEPS, RATE) if pretrained else (4 * STEPS, 10 * RATE)
    model = tuning.add_head(body.model, 6)
    if not pretrained:
        thaw(model)
    weights, said = model.get_weights(), np.empty_like(y)
    for train, test in transfer.folds(seed).split(y, y):
        tuning.start_over(model, weights, rate)
        if pretrained:
            last = frozen()["out_relu 97"][train]
            model.get_layer("head").set_weights(tuning.head_weights(last, y[train]))
        tuning.fine_tune(model, ways[train], y[train], steps, seed, batch=6)
        said[test] = tuning.mean_over_ways(model, ways[test]).argmax(axis=1)
    return [row(("whole network", method, seed), "5 folds", "accuracy", np.mean(said == y))]


def thaw(model: object) -> None:
    """Let batch normalisation learn too: without it random weights do not train."""
    for layer in model.layers:
        layer.trainable = True
        if isinstance(layer, transfer.keras.layers.BatchNormalization):
            layer.momentum = 0.9
    model.compile(transfer.keras.optimizers.Adam(), model.loss)


def jobs() -> dict[tuple[str, str, int], Callable[[], Rows]]:
    """All stored runs of the lesson."""
    found: dict[tuple[str, str, int], Callable[[], Rows]] = {}
    for seed in SEEDS:
        for layer in transfer.LAYERS:
            found["layer by layer", layer, seed] = lambda x=layer, s=seed: by_layer(x, s)
        for method in METHODS:
            found["pictures a class", method, seed] = lambda m=method, s=seed: curve(m, s)
    for name, seed in (("from ImageNet", 0), ("from ImageNet", 1), ("from random weights", 0)):
        found["whole network", name, seed] = lambda n=name, s=seed: whole_network(n, s)
    return found
