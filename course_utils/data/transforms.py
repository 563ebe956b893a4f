"""Changes of pictures that leave their label true."""

import numpy as np
from numpy.typing import NDArray


def turn(picture: NDArray, k: int) -> NDArray:
    """One of the eight orientations of a square picture, without any interpolation.

    Args:
        picture: shape (y, x, ...).
        k: 0 to 3 are quarter turns counter-clockwise, 4 to 7 the same, then mirrored left to right.

    Returns:
        A view of shape (y, x, ...), or (x, y, ...) for odd k.

    Raises:
        ValueError: k is not from 0 to 7.

    Used in: 02.
    """
    if not 0 <= k <= 7:
        raise ValueError(f"a picture has eight orientations, 0 to 7; got {k}")
    turned = np.rot90(picture, k % 4)
    return turned[:, ::-1] if k >= 4 else turned
