"""Networks with stored weights: the real ending of lesson 07's short training.

`tools/train_weights.py` made them; the cards beside them in `data/weights` say from what, how
long, how good they are and where they fail.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_utils.data.scaling import Scale, fit_percentiles, lift_dim
from course_utils.files import repository_root
from course_utils.machine import quiet_import
from course_utils.models.instances import Decoder, drop_small, find_objects

with quiet_import():
    import keras

from course_utils.models.tiles import segment_tiled
from course_utils.models.unet import predict_field

USUAL = 26.0
FITS = (0.6, 1.6)
TILE, MARGIN = 704, 96
SMALLEST = 4
VALLEY = 0.15


@lru_cache(maxsize=2)
def load_network(name: str = "nuclei") -> keras.Model:
    """A stored network, from (n, y, x, 1) of sides that 16 divides to (n, y, x, 2).

    Args:
        name: "nuclei" for nuclei of all sizes and microscopes, "hela" for the lesson's own network
            after six times its steps.

    Raises:
        FileNotFoundError: the weights are not where the course keeps them.

    Used in: 00, 07, 08, 11.
    """
    path = repository_root() / "data" / "weights" / f"07_{name}.keras"
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is missing: fetch the course again, or run tools/train_weights.py {name}"
        )
    return keras.models.load_model(path, compile=False, safe_mode=True)


def segment_nuclei(
    image: ArrayLike,
    diameter: float | None = None,
    faint: float = 0.15,
    progress: bool = False,
) -> NDArray[np.int32]:
    """Label the nuclei of a fluorescence image: bright nuclei on dark ground, any magnification.

    The network has seen nuclei of 8 to 45 pixels. The image (of a large one the middle) is
    segmented as it is; if the median nucleus found is much smaller or larger than the usual 26
    pixels, the image is zoomed so that it is, and segmented once more. Large images are done in
    tiles.

    Args:
        image: shape (y, x), any type of numbers.
        diameter: of a usual nucleus in pixels, if you know it: the image is zoomed by it, once.
        faint: objects are dropped whose median, above the ground, is less than this share of what
            is usual in the image. A glow of cell bodies or of what is out of focus goes with them,
            and so do the dimmest true nuclei: 0 keeps all.
        progress: show a bar over the tiles of a large image.

    Returns:
        Labels from 1, shape (y, x), int32; 0 is background.

    Raises:
        ValueError: the image is not (y, x), holds NaN, or the diameter is below 4 pixels.

    Used in: 00, 07, 08, 11.
    """
    image = np.asarray(image)
    if image.ndim != 2:
        raise ValueError(f"one channel of one plane is needed, shape (y, x), not {image.shape}")
    if diameter is not None and not diameter >= SMALLEST:
        raise ValueError(f"the diameter must be at least {SMALLEST} pixels, not {diameter:g}")
    light = own_light(image)
    zoom = None if diameter is None else USUAL / diameter
    if zoom is None:
        view = _middle(image.shape)
        cells = drop_faint(_zoomed(light(image[view]), 1.0), image[view], faint)
        zoom = fitting_zoom(cells)
        if zoom == 1 and cells.size == image.size:
            return cells
    return drop_faint(_in_tiles(image, light, zoom, progress), image, faint)


def own_light(image: NDArray) -> Callable[[NDArray], NDArray[np.float32]]:
    """What makes of a piece of the image what `normalise_arcsinh` makes of the whole.

    Raises ValueError like `fit_percentiles`. Used in: 07.
    """
    if image.size and image.min() == image.max():
        return lambda piece: np.zeros(piece.shape, np.float32)
    try:
        scale = fit_percentiles([image])
    except ValueError:
        if not (image.size and np.isfinite(image).all()):
            raise
        scale = Scale(float(image.min()), float(image.max()))  # few pixels differ from the ground
    return lambda piece: lift_dim(scale(piece))


def drop_faint(cells: NDArray[np.int32], image: NDArray, share: float) -> NDArray[np.int32]:
    """Labels without objects that are dim against the others of the image.

    Args:
        cells: labels, shape (y, x), int32; written over, which spares memory.
        image: shape (y, x).
        share: least median above the first percentile of the image, relative to that of the object
            in the middle when all are lined up by brightness and each takes room by its light.

    Used in: 07.
    """
    boxes = ndimage.find_objects(cells)
    if share <= 0 or not boxes:
        return cells
    inside = [cells[box] == label for label, box in enumerate(boxes, start=1)]
    ground = np.percentile(image[:: 1 + len(image) // 2048, :: 1 + len(image[0]) // 2048], 1)
    bright = np.array([np.median(image[b][here]) for b, here in zip(boxes, inside, strict=True)])
    bright = bright - ground
    order = np.argsort(bright)
    light = np.cumsum((bright * [here.sum() for here in inside])[order])
    usual = bright[order][np.searchsorted(light, light[-1] / 2)]
    kept = np.concatenate([[False], bright >= share * usual])
    numbers = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    for rows in (cells[start : start + TILE] for start in range(0, len(cells), TILE)):
        rows[:] = numbers[rows]
    return cells


def _in_tiles(image: NDArray, light: Callable, zoom: float, progress: bool) -> NDArray[np.int32]:
    """Objects of the zoomed image, in one piece if that is small enough."""
    if image.size * zoom**2 <= TILE**2:
        return _zoomed(light(image), zoom)
    tile, margin = 16 * int(TILE / zoom / 16), 8 * int(MARGIN / zoom / 8)

    def segment(piece: NDArray) -> NDArray[np.int32]:
        return _zoomed(light(piece), zoom)

    return segment_tiled(segment, image, tile, margin, progress=progress)


def fitting_zoom(cells: NDArray) -> float:
    """Magnification that gives the median object its usual size; 1 if it is near it already.

    Used in: 07.
    """
    zoom = USUAL / median_diameter(cells)
    return float(np.clip(zoom, 0.25, 4)) if not FITS[0] < zoom < FITS[1] and zoom > 0 else 1.0


def median_diameter(cells: NDArray) -> float:
    """Diameter in pixels of a disc as large as the median object; NaN without objects.

    Used in: 07.
    """
    areas = np.bincount(cells.ravel())[1:]
    return 2 * float(np.sqrt(np.median(areas[areas > 0]) / np.pi)) if areas.any() else np.nan


def _middle(shape: tuple[int, ...]) -> tuple[slice, slice]:
    starts = [max(0, (side - TILE) // 2) for side in shape]
    return tuple(slice(start, start + TILE) for start in starts)


def _zoomed(light: NDArray[np.float32], zoom: float) -> NDArray[np.int32]:
    """Objects of the zoomed image, at the size of the image."""
    from skimage.transform import resize

    if zoom == 1:
        return find_objects(predict_field(load_network(), light), Decoder(valley=VALLEY))
    size = tuple(max(16, round(side * zoom)) for side in light.shape)
    resized = resize(light, size, order=1, anti_aliasing=zoom < 1).astype(np.float32)
    answers = predict_field(load_network(), resized)
    back = resize(answers, (*light.shape, 2), order=1, anti_aliasing=False)
    how = Decoder(smooth=2.0 / zoom, valley=VALLEY, smallest=0)
    return drop_small(find_objects(back, how), max(5, round(60 / zoom**2)))
