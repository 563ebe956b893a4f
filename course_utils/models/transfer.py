"""Transfer learning on small sets of pictures: squares, frozen features, probes."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from skimage.feature import hog
from skimage.transform import resize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.data.transforms import turn
from course_utils.machine import quiet_import
from course_utils.models.pretrained import Backbone

with quiet_import():
    import keras

LAYERS = (
    "block_13_expand_relu",
    "block_14_add",
    "block_15_add",
    "block_16_project_BN",
    "out_relu",
)


def letterbox(picture: NDArray, size: int, detail: int | None = None) -> NDArray[np.float32]:
    """A picture on a square: scaled by one factor, the rest filled with its border's median.

    Args:
        picture: shape (y, x, 3), or (y, x), which gets three equal colours; any size.
        size: side of the square in pixels; the picture's longer side becomes this long.
        detail: first shrink the longer side to this many pixels, so that large pictures are no
            sharper than small ones.

    Returns:
        Shape (size, size, 3), in the picture's own values.

    Taught in: 04.
    """
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=-1)
    if detail:
        picture = letterbox(picture, detail)
    factor = size / max(picture.shape[:2])
    shape = [max(1, round(side * factor)) for side in picture.shape[:2]]
    small = resize(picture.astype(np.float32), shape, order=1, anti_aliasing=True)
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    square = np.tile(np.median(border, axis=0).astype(np.float32), (size, size, 1))
    y, x = (size - shape[0]) // 2, (size - shape[1]) // 2
    square[y : y + shape[0], x : x + shape[1]] = small
    return square


def all_ways(square: NDArray) -> NDArray:
    """The eight orientations of a square picture (y, x, c), shape (8, y, x, c). Used in: 04."""
    return np.stack([turn(square, k) for k in range(8)])


def raw_rows(squares: NDArray) -> NDArray[np.float32]:
    """Square pictures as rows of 32 x 32 grey values, shape (n, 1024). Used in: 04."""
    return np.stack([resize(s.mean(-1), (32, 32), anti_aliasing=True).ravel() for s in squares])


def hog_rows(squares: NDArray) -> NDArray[np.float64]:
    """Histograms of oriented gradients of square pictures: 9 directions in 8 x 8 places.

    What was state of the art before networks learned their features.
    Source: Dalal and Triggs 2005; `skimage.feature.hog`. Used in: 04.
    """
    grey = [resize(square.mean(-1), (64, 64), anti_aliasing=True) for square in squares]
    return np.stack([hog(g, pixels_per_cell=(8, 8), cells_per_block=(2, 2)) for g in grey])


def tap(network: "keras.Model", layers: Sequence[str] = LAYERS) -> "keras.Model":
    """A model that returns the mean of each feature map of the named layers. Taught in: 04."""
    found = [network.get_layer(name).output for name in layers]
    return keras.Model(network.input, [keras.layers.GlobalAveragePooling2D()(x) for x in found])


def features(
    body: Backbone, squares: Iterable[NDArray], layers: Sequence[str] = LAYERS
) -> dict[str, NDArray[np.float32]]:
    """Frozen features of square pictures, averaged over their eight orientations.

    Args:
        body: network without its top, of the pictures' size.
        squares: pictures (size, size, 3) of values 0 to 255, an array or made one by one.
        layers: names of the layers to listen to.

    Returns:
        Layer -> features of shape (n, channels).

    Taught in: 04.
    """
    eye = tap(body.model, layers)
    seen = [eye.predict_on_batch(body.prepare(all_ways(square))) for square in squares]
    if len(layers) == 1:
        return {layers[0]: np.mean(seen, axis=1)}
    means = [np.mean(ways, axis=1) for ways in zip(*seen, strict=True)]
    return dict(zip(layers, means, strict=True))


def grey_features(
    body: Backbone,
    crops: NDArray,
    scale: Callable[[NDArray], NDArray],
    layer: str = "out_relu",
    batch: int = 64,
) -> NDArray[np.float32]:
    """Frozen features of many grey crops, as they lie, batch by batch to spare memory.

    Args:
        body: network without its top, as large as the crops or a pixel larger.
        crops: shape (n, y, x), in any units.
        scale: brings one crop to values of 0 to 1; what lies outside is cut off.
        layer: whose feature maps are averaged.
        batch: crops at a time.

    Used in: 04.
    """
    eye, size = tap(body.model, [layer]), body.model.input_shape[1]
    inputs, found = np.zeros((batch, size, size, 3), np.float32), []
    for start in range(0, len(crops), batch):
        here = crops[start : start + batch]
        for i, crop in enumerate(here):
            grey = 255 * np.clip(scale(crop), 0, 1)
            inputs[i] = np.pad(grey, (0, size - len(crop)), mode="edge")[..., None]
        found.append(eye.predict_on_batch(body.prepare(inputs))[: len(here)])
    return np.concatenate(found)


def probe(price: float = 10.0) -> Pipeline:
    """A linear classifier on standardised features; `price` is 1/C of logistic regression.

    Taught in: 02. Used in: 04.
    """
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=1 / price, solver="newton-cg", max_iter=200)
    )


def folds(seed: int) -> StratifiedKFold:
    """Five parts with equal shares of each class, shuffled by a seed. Used in: 04."""
    return StratifiedKFold(5, shuffle=True, random_state=seed)


def choose_inside(
    choices: Mapping[str, NDArray], labels: NDArray, train: NDArray, repeats: int = 2
) -> str:
    """The features that do best in a cross-validation among the training pictures alone.

    Args:
        choices: name -> features of all pictures, shape (n, channels).
        labels: classes, shape (n,).
        train: row numbers of the training pictures; no other row is looked at.
        repeats: shuffles of the inner five parts.

    Taught in: 04.
    """

    def inner(x: NDArray) -> float:
        scores = [
            cross_val_score(probe(), x[train], labels[train], cv=folds(r)) for r in range(repeats)
        ]
        return float(np.mean(scores))

    return max(choices, key=lambda name: inner(choices[name]))


def draw_per_class(labels: NDArray, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Row numbers of n pictures of each class, drawn without replacement, sorted.

    Raises ValueError if a class has fewer. Taught in: 04.
    """
    drawn = [rng.choice(np.flatnonzero(labels == k), n, replace=False) for k in np.unique(labels)]
    return np.sort(np.concatenate(drawn))
