"""Large images in tiles of one size: predictions joined without seams, objects counted once.

Nothing here knows TensorFlow: the network comes as a function. Each new input shape would make
TensorFlow build its graph again and keep the old one, so every call has the same shape.
"""

import warnings
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SLACK = 2


class Span(NamedTuple):
    """Rows (or columns) of a tile, `start` to `start + tile`, and those that it answers for."""

    start: int
    first: int
    last: int


class Tile(NamedTuple):
    """A tile of an image by its rows and its columns."""

    y: Span
    x: Span


def spans(size: int, tile: int, margin: int, multiple: int = 1) -> list[Span]:
    """Cover an axis with tiles that overlap by at least twice the margin.

    Tiles begin at multiples of `multiple` and stay inside the axis, so that the ends of the image
    look to the network as they do in the whole image; only the last may stand out by less than
    `multiple`. What a tile answers for lies `margin` or more from its ends, those of the axis
    excepted, and each pixel belongs to one tile.

    Args:
        size: pixels of the axis.
        tile: pixels of a tile, a multiple of `multiple`.
        margin: pixels at each end of a tile that may be wrong, less than half a tile.
        multiple: product of the strides of the network (16 for four poolings by 2): from another
            start, max pooling groups other pixels and the answers differ.

    Raises:
        ValueError: sizes that do not fit together; the message names one that does.

    Used in: 07.
    """
    _check_sizes(tile, margin, multiple)
    if size <= tile:
        return [Span(0, 0, size)]
    final = -(-(size - tile) // multiple) * multiple
    starts = [*range(0, final, tile - 2 * margin), final]
    borders = [0, *(start + margin for start in starts[1:]), size]
    return list(map(Span, starts, borders[:-1], borders[1:]))


def predict_tiled(
    predict: Callable[[NDArray[np.float32]], Any],
    image: Any,
    tile: int = 256,
    margin: int = 32,
    batch: int = 4,
    multiple: int = 16,
    progress: bool = True,
    out: Any = None,
) -> Any:
    """Predict each pixel of an image of any size, tile by tile.

    The result is that of the whole image at once (to 1e-4), if `margin` is at least half the
    receptive field and `predict` treats all tiles alike: scale the image with numbers of the whole
    image, never tile by tile.

    Args:
        predict: from (batch, tile, tile, c) float32, always of this shape, to (batch, tile, tile,
            k), such as `model.predict_on_batch`.
        image: (y, x) or (y, x, c); anything with a shape that can be sliced, such as a memory map.
        tile, margin, multiple: as in `spans`.
        batch: tiles a call.
        progress: show a bar.
        out: array (y, x, k) to write into, such as a memory map; made if left out.

    Returns:
        `out`, float32 (y, x, k) if it was made here.

    Raises:
        ValueError: sizes that do not fit together, or an answer of another shape.

    Source: Ronneberger et al. 2015, figure 2. Taught in: 07.
    """
    tiles = _grid(image, tile, margin, multiple)
    with _bar(len(tiles), progress) as bar:
        for some in (tiles[i : i + batch] for i in range(0, len(tiles), batch)):
            pieces = _filled([_piece(image, one, tile) for one in some], batch)
            answer = np.asarray(predict(pieces))
            _check_answer(answer, pieces)
            if out is None:
                out = np.empty((*image.shape[:2], answer.shape[-1]), np.float32)
            for one, found in zip(some, answer, strict=False):
                out[_kept(one)] = found[_kept_in_tile(one)]
            bar.update(len(some))
    return out


def segment_tiled(
    segment: Callable[[NDArray], NDArray],
    image: Any,
    tile: int = 512,
    margin: int = 64,
    multiple: int = 16,
    progress: bool = True,
    out: Any = None,
) -> Any:
    """Segment an image of any size tile by tile; each object is found once and whole.

    An object is taken from the tile that answers for its centre of mass. Where two tiles disagree
    about a centre on their border, an object is dropped if one taken before covers more than half
    of it. Only the labels grow with the image.

    Args:
        segment: from (tile, tile[, c]), always of this shape, to integer labels (tile, tile).
        image: (y, x) or (y, x, c); anything with a shape that can be sliced, such as a memory map.
        tile, multiple: as in `spans`.
        margin: more than the largest object measures, in pixels.
        progress: show a bar.
        out: integer array (y, x) of zeros to write into, such as a memory map.

    Returns:
        `out`, int32 (y, x) if it was made here; labels count from 1 without gaps.

    Raises:
        ValueError: sizes that do not fit together, or labels of another shape or kind.

    Warns:
        UserWarning: an object reached the end of a tile, and is cut there.

    Taught in: 07.
    """
    tiles = _grid(image, tile, margin, multiple)
    out = np.zeros(image.shape[:2], np.int32) if out is None else out
    count, cut = 0, []
    with _bar(len(tiles), progress) as bar:
        for one in tiles:
            labels = np.asarray(segment(_piece(image, one, tile)))
            _check_labels(labels, tile)
            found, count = _taken(labels, one, out, count)
            cut += _cut(found, one, image.shape)
            bar.update()
    _warn_of_cut(cut, margin)
    return out


def _check_sizes(tile: int, margin: int, multiple: int) -> None:
    if margin < 0 or tile <= 2 * margin:
        raise ValueError(
            f"a tile of {tile} pixels with a margin of {margin} keeps nothing: "
            f"choose margin below {tile // 2} or a larger tile"
        )
    for name, value in (("tile", tile), ("tile - 2 * margin", tile - 2 * margin)):
        if value % multiple:
            raise ValueError(
                f"{name} is {value}, not a multiple of {multiple}: max pooling would group other "
                f"pixels in each tile. Take tile and margin as multiples of {multiple}"
            )


def _grid(image: Any, tile: int, margin: int, multiple: int) -> list[Tile]:
    if len(image.shape) not in (2, 3) or not all(image.shape):
        raise ValueError(f"image must be (y, x) or (y, x, c) and not empty, got {image.shape}")
    ways = (spans(size, tile, margin, multiple) for size in image.shape[:2])
    return [Tile(*both) for both in product(*ways)]


def _piece(image: Any, one: Tile, tile: int) -> NDArray:
    inside = np.asarray(image[tuple(slice(span.start, span.start + tile) for span in one)])
    missing = [(0, tile - size) for size in inside.shape[:2]] + [(0, 0)] * (inside.ndim - 2)
    return np.pad(inside, missing, mode="symmetric") if np.any(missing) else inside


def _filled(pieces: Sequence[NDArray], batch: int) -> NDArray[np.float32]:
    shape = pieces[0].shape if pieces[0].ndim == 3 else (*pieces[0].shape, 1)
    filled = np.zeros((batch, *shape), np.float32)
    for place, piece in zip(filled, pieces, strict=False):
        place[:] = piece.reshape(shape)
    return filled


def _check_answer(answer: NDArray, pieces: NDArray) -> None:
    if answer.ndim != 4 or answer.shape[:3] != pieces.shape[:3]:
        raise ValueError(
            f"predict made {answer.shape} of {pieces.shape}; it must keep batch, y and x, "
            "and put its classes last"
        )


def _check_labels(labels: NDArray, tile: int) -> None:
    if labels.shape != (tile, tile) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"segment must give integer labels from 0 of shape ({tile}, {tile}), "
            f"got {labels.dtype} {labels.shape} from {labels.min()}"
        )


def _kept(one: Tile) -> tuple[slice, ...]:
    return tuple(slice(span.first, span.last) for span in one)


def _kept_in_tile(one: Tile) -> tuple[slice, ...]:
    return tuple(slice(span.first - span.start, span.last - span.start) for span in one)


def _taken(labels: NDArray, one: Tile, out: Any, count: int) -> tuple[NDArray[np.int32], int]:
    """Write a tile's own objects; return them with their final labels, and the last of these."""
    place = tuple(slice(span.start, span.start + len(labels)) for span in one)
    already = np.asarray(out[place])
    labels = labels[: already.shape[0], : already.shape[1]]
    at = np.nonzero(labels)
    ids = labels[at].astype(np.int64)
    area = np.bincount(ids, minlength=1)
    own = (area > 0) & (area >= 2 * np.bincount(ids, already[at] > 0, len(area)))
    for span, position in zip(one, at, strict=True):
        total = np.bincount(ids, position + span.start, len(area))
        own &= (total >= (span.first - SLACK) * area) & (total < (span.last + SLACK) * area)
    number = np.zeros(len(area), np.int32)
    last = count + np.count_nonzero(own)
    if last > np.iinfo(already.dtype).max:
        raise ValueError(f"out holds {already.dtype}, too small for {last} objects: make it int32")
    number[own] = np.arange(count + 1, last + 1)
    found = number[labels]
    out[place] = np.where(already == 0, found, already)
    return found, last


def _cut(found: NDArray[np.int32], one: Tile, shape: Sequence[int]) -> list[tuple]:
    """Size, place and label of the objects that reach an end of the tile inside the image."""
    ends = []
    for axis, span in enumerate(one):
        rows = np.moveaxis(found, axis, 0)
        ends += [rows[0]] if span.start > 0 else []
        ends += [rows[-1]] if span.start + len(rows) < shape[axis] else []
    reached = np.unique(np.concatenate(ends)) if ends else []
    return [_described(found == label, one, int(label)) for label in reached if label]


def _described(mask: NDArray[np.bool_], one: Tile, label: int) -> tuple:
    y, x = np.nonzero(mask)
    size = max(np.ptp(y), np.ptp(x)) + 1
    return int(size), (round(one.y.start + y.mean()), round(one.x.start + x.mean())), label


def _warn_of_cut(cut: list[tuple], margin: int) -> None:
    if cut:
        size, (y, x), label = max(cut)
        warnings.warn(
            f"{len(cut)} objects reach the end of their tile and are cut there; the largest, label "
            f"{label} at y={y}, x={x}, measures {size} pixels or more and margin is {margin}: "
            "choose a margin above the largest object, and a larger tile",
            stacklevel=3,
        )


def _bar(total: int, progress: bool) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=total, disable=not progress, desc="tiles", unit="tile", mininterval=0.3)
