"""From one type of number to another without wrapping round, cutting off or guessing."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.data.readers.errors import fault, tell

SCALE_FIRST = "Subtract or divide by numbers that you choose and write down, then convert"


def to_float(image: ArrayLike, name: str = "the image") -> NDArray[np.floating]:
    """The same values as float32, or as float64 where float32 would round whole numbers.

    Nothing is rescaled: 4095 stays 4095.

    Args:
        image: numbers of any real type and shape.
        name: what to call it in messages.

    Raises:
        ReadError: complex numbers, text or objects, NaN, infinity, whole numbers above 2**53.

    Used in: 01.
    """
    array = check_values(np.asarray(image), name)
    if array.dtype.kind == "f":
        precise = array.dtype if array.dtype.itemsize >= 4 else np.dtype(np.float32)
        return array.astype(precise.newbyteorder("="), copy=False)
    largest = _largest(array) if array.dtype.itemsize >= 4 and array.size else 0
    if largest > 2**53:
        raise fault(name, f"has numbers up to {largest}, which no float holds exactly", SCALE_FIRST)
    return array.astype(np.float32 if largest <= 2**24 else np.float64)


def to_uint(
    image: ArrayLike, bits: int = 16, name: str = "the image"
) -> NDArray[np.unsignedinteger]:
    """The same values as uint8 or uint16, or an error that says which values do not fit.

    Args:
        image: numbers of any real type and shape.
        bits: 8, 16 or 32.
        name: what to call it in messages.

    Raises:
        ReadError: a value is negative, a fraction, or too large; or as for `to_float`.

    Used in: 01.
    """
    if bits not in (8, 16, 32):
        raise fault("bits", f"must be 8, 16 or 32, not {bits}", "Choose one of these")
    array = check_values(np.asarray(image), name)
    most = 2**bits - 1
    if array.size and (array.min() < 0 or array.max() > most):
        said = f"has values from {array.min()} to {array.max()}, uint{bits} holds 0 to {most}"
        raise fault(name, said, SCALE_FIRST)
    if has_fractions(array):
        mend = "Keep it as it is with to_float, or multiply and round it yourself"
        raise fault(name, f"has fractions, which uint{bits} would cut off", mend)
    return array.astype(f"uint{bits}")


def to_labels(mask: ArrayLike, name: str = "the mask") -> NDArray:
    """A mask as labels, uint16 or, beyond 65,535, uint32; 0 is background.

    Args:
        mask: whole numbers of any real type and shape.
        name: what to call it in messages.

    Raises:
        ReadError: fractions, negative numbers, NaN, or numbers beyond 4,294,967,295.

    Used in: 01.
    """
    array = check_values(np.asarray(mask), name)
    if has_fractions(array):
        mend = "Export the labels themselves, not a probability or a resized picture of them"
        raise fault(name, "has fractions, labels are whole numbers", mend)
    least, most = (array.min(), array.max()) if array.size else (0, 0)
    if least < 0:
        mend = "Make the background 0 and number the objects from 1"
        raise fault(name, f"has negative labels, the least is {least:g}", mend)
    if most >= 2**32:
        raise fault(name, f"has labels up to {most:g}", "Number the objects from 1")
    return array.astype(np.uint16 if most < 2**16 else np.uint32, copy=False)


def number_pieces(labels: NDArray, name: str = "the mask") -> NDArray:
    """Number the connected pieces of each label from 1; touching objects of one label stay one.

    Args:
        labels: shape (y, x) or (z, y, x); pieces that share an edge or a corner are connected.
        name: what to call it in messages.

    Used in: 01.
    """
    from skimage.measure import label

    _tell_background(labels, name)
    numbered = label(labels, background=0)
    return numbered.astype(np.uint16 if numbered.max(initial=0) < 2**16 else np.uint32)


def ids_in(labels: NDArray[np.unsignedinteger]) -> NDArray[np.int64]:
    """The labels that occur, in order and without 0. Used in: 08."""
    if labels.dtype.itemsize > 2:
        return np.setdiff1d(labels, [0]).astype(np.int64)
    return np.flatnonzero(np.bincount(labels.ravel(), minlength=1)[1:]) + 1


def drop_alpha(image: NDArray, name: str) -> NDArray:
    """An image (y, x, 2 or 4) without its transparency, which must be used nowhere. Used in: 01."""
    if image.shape[-1] not in (2, 4):
        return image
    opaque = 1 if image.dtype.kind == "f" else np.iinfo(image.dtype).max
    see_through = int((image[..., -1] != opaque).sum())
    if see_through:
        raise fault(
            name,
            f"is transparent in {see_through:,} pixels (RGBA), whose values nobody can know",
            "Save it without transparency (alpha channel)",
        )
    return image[..., :-1]


def grey_if_equal(image: NDArray) -> NDArray:
    """An image (..., 1 or 3) without its last axis if all along it is equal. Used in: 01."""
    first = image[..., :1]
    return image[..., 0] if np.array_equal(image, np.broadcast_to(first, image.shape)) else image


def check_values(array: NDArray, name: str) -> NDArray:
    """Refuse what is no real number: complex, text, objects, NaN, infinity. Used in: 01."""
    if array.dtype.kind not in "biuf":
        problem = f"holds {array.dtype} instead of whole or decimal numbers"
        raise fault(name, problem, "Convert it to numbers where it was made")
    if array.dtype.kind == "f":
        _check_finite(array, name)
    return array


def has_fractions(array: NDArray) -> bool:
    """Whether a float array has a value that is not whole. Used in: 01."""
    return array.dtype.kind == "f" and not np.array_equal(array, np.trunc(array))


def _check_finite(array: NDArray, name: str) -> None:
    for t, part in enumerate(array if array.ndim > 2 else array[None]):
        bad = ~np.isfinite(part)
        if bad.any():
            place = tuple(int(i) for i in np.argwhere(bad)[0])
            place = (t, *place) if array.ndim > 2 else place
            what = "NaN" if np.isnan(array[place]) else "infinite"
            problem = f"has {what} values, the first at {place}, {int(bad.sum())} in that plane"
            raise fault(
                name, problem, "Fill them with a number, such as 0, where the image was made"
            )


def _largest(array: NDArray) -> int:
    return max(abs(int(array.min())), abs(int(array.max())))


def like_pieces(where: NDArray[np.bool_]) -> int:
    """How many connected pieces have at least a quarter of the largest one's pixels. Used in: 07.

    Args:
        where: shape (y, x), or with more axes before.
    """
    from scipy.ndimage import label

    sizes = np.bincount(label(where, np.ones((3,) * where.ndim))[0].ravel())[1:]
    return int((4 * sizes >= sizes.max(initial=0)).sum())


def explain_foreground(labels: NDArray, name: str) -> None:
    """Warn if a mask seems to mark foreground instead of numbering objects. Used in: 01."""
    from scipy.ndimage import label

    inside = ids_in(labels)
    if _tell_background(labels, name):
        return
    if len(inside) == 1 and (count := label(labels)[1]) > 1:
        tell(
            name,
            f"has one value ({inside[0]}) in {count} separate pieces: it seems to mark "
            "foreground, not to number objects. If each piece is an object, read it with "
            "pieces=True; touching objects then count as one",
        )
    elif 1 < len(inside) <= 8 and (count := _pieces(labels, inside)) > 2 * len(inside):
        values = ", ".join(map(str, inside))
        tell(
            name,
            f"has {len(inside)} values ({values}) in {count} separate pieces: it seems to mark "
            "classes, such as inside and border, not to number objects. Keep the value of the "
            "inside, as in mask == 1, save it as a mask of its own and read that with pieces=True",
        )
    elif len(inside) > 2 and inside[-1] == 255 and 2 * (labels == 255).sum() > (labels > 0).sum():
        tell(
            name,
            f"is mostly 255, with {len(inside) - 1} smaller values: it looks like foreground with "
            "blurred edges, not like numbered objects",
        )


def _tell_background(labels: NDArray, name: str) -> bool:
    sides = [labels[..., :1, :], labels[..., -1:, :], labels[..., :1], labels[..., -1:]]
    values, counts = np.unique(np.concatenate([side.ravel() for side in sides]), return_counts=True)
    most = values[counts.argmax()] if labels.size else 0
    around = all((side == most).any() for side in sides) and 2 * counts.max() > counts.sum()
    if not (most and around and like_pieces(labels == most) < like_pieces(labels != most)):
        return False
    tell(
        name,
        f"has the value {most} along most of its border: it seems to be the background, and is "
        "read as an object. Give the background the value 0 (invert the mask, or set mask == "
        f"{most} to 0) and save it again; if the objects share a value, read it with pieces=True",
    )
    return True


def _pieces(labels: NDArray, ids: NDArray[np.int64]) -> int:
    # a cell that moves is one piece a frame, a cell that branches is one piece in depth
    planes = labels.reshape(-1, *labels.shape[-2:])
    fullest = max(sum(like_pieces(plane == i) for i in ids) for plane in planes)
    if labels.ndim == 2:
        return fullest
    return min(fullest, sum(like_pieces(labels == i) for i in ids))
