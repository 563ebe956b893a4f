"""How far the stage has moved between two frames, from their pictures or their masks."""

import numpy as np
from numpy.typing import NDArray


def shift_between(before: NDArray, after: NDArray, coarse: int = 2) -> NDArray[np.int64]:
    """The shift that lays one frame on the next: their plain cross-correlation is largest there.

    Phase-only correlation, which weighs all frequencies alike, answers zero on most time-lapse
    frames: dust and lamp stand still and are sharper than cells. Bright and dark bands across the
    picture would do the same here, so each row and column loses its mean.

    Args:
        before, after: pictures or masks of equal shape (y, x). Booleans are taken as masks.
        coarse: side of the squares of pixels that are averaged first; also the step of the answer.

    Returns:
        dy, dx in pixels: what lies at p before lies at p + shift after; (0, 0) on empty frames.

    Raises:
        ValueError: shapes differ, or a frame is no picture (y, x).

    Source: Lewis 1995, "Fast normalized cross-correlation". Taught in: 08.
    """
    from scipy.signal import fftconvolve
    from skimage.transform import downscale_local_mean

    if np.ndim(before) != 2 or np.shape(before) != np.shape(after):
        shapes = f"{np.shape(before)} and {np.shape(after)}"
        raise ValueError(f"before and after must be frames (y, x) of one shape, not {shapes}")
    small = [
        downscale_local_mean(np.asarray(f, np.float32), (coarse, coarse)) for f in (before, after)
    ]
    if np.asarray(before).dtype != bool:
        small = [f - f.mean(axis=0) - f.mean(axis=1, keepdims=True) + f.mean() for f in small]
    likeness = fftconvolve(small[1], small[0][::-1, ::-1])
    if np.ptp(likeness) <= 1e-6 * np.abs(likeness).max(initial=0):
        return np.zeros(2, np.int64)
    peak = np.unravel_index(likeness.argmax(), likeness.shape)
    return coarse * (np.array(peak) - np.array(small[0].shape) + 1)


def stage_shifts(frames: NDArray, coarse: int = 2) -> NDArray[np.int64]:
    """`shift_between` of all consecutive frames of a movie.

    Args:
        frames: pictures, or masks as booleans (`masks > 0`), shape (t, y, x).
        coarse: as in `shift_between`.

    Returns shifts from frame t to t + 1, shape (t - 1, 2). Used in: 08.
    """
    pairs = range(len(frames) - 1)
    shifts = [shift_between(frames[t], frames[t + 1], coarse) for t in pairs]
    return np.array(shifts, np.int64).reshape(-1, 2)
