"""The task of the CNN lesson: three kinds of HeLa nuclei, as pictures, labels and parts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.measure import block_reduce

from course_utils.data.datasets import Movie, Nuclei, cut_crops, hela_movie, hela_nuclei
from course_utils.data.splits import drop_shared_cells, hela_part

KINDS = ("interphase", "early mitosis", "late mitosis")
DARK = 150  # counts of the camera without light, estimated: no pixel of the film is below 218
KIND_OF_PHASE = dict(interphase=0, prometaphase=1, metaphase=1, anaphase=2, telophase=2)


@dataclass(frozen=True, eq=False)
class Phases:
    """Pictures, what they show, and where they may be used.

    `pictures` is (n, 24, 24, 1), float32: logarithms of light, shifted and scaled so that those of
    the training part (`fit` and `choose`) have mean 0 and deviation 1. `kind` indexes `KINDS`:
    early is prometaphase and metaphase, late is anaphase and telophase. `part` is that of the
    course's split, `pixel_size` is µm a pixel of these pictures.
    """

    pictures: NDArray[np.float32]
    kind: NDArray[np.int64]
    phase: NDArray[np.str_]
    part: NDArray[np.str_]
    cell: NDArray[np.int64]
    pixel_size: float

    def rows(self, *parts: str) -> NDArray[np.int64]:
        """Row numbers of the pictures in the given parts. Used in: 03."""
        return np.flatnonzero(np.isin(self.part, parts))


def hela_phases(nuclei: Nuclei | None = None) -> Phases:
    """The HeLa nuclei as small pictures on a logarithmic scale, with their kind and part.

    Args:
        nuclei: crops of 48 pixels, `hela_nuclei(size=48)` by default.

    Raises:
        ValueError: the crops have another size.
        ShelfError: the film is missing or damaged.

    Used in: 03.
    """
    nuclei = hela_nuclei(size=48) if nuclei is None else nuclei
    if nuclei.crops.shape[1:] != (48, 48):
        raise ValueError(f"crops of 48 x 48 pixels are needed, not {nuclei.crops.shape[1:]}")
    part = drop_shared_cells(hela_part(nuclei.x, size=48), nuclei.cell)
    kind = np.array([KIND_OF_PHASE[name] for name in nuclei.phase])
    pictures = log_pictures(nuclei.crops)
    seen = pictures[np.isin(part, ("fit", "choose"))]
    pictures = ((pictures - seen.mean()) / seen.std())[..., None]
    return Phases(pictures, kind, nuclei.phase, part, nuclei.cell, 2 * nuclei.pixel_size)


def log_pictures(crops: NDArray) -> NDArray[np.float32]:
    """Logarithm to base 2 of the light in 2 x 2 pixels, so that a factor becomes a summand.

    Args:
        crops: counts, shape (n, y, x), all above `DARK`.

    Returns:
        Pictures of shape (n, y / 2, x / 2).

    Taught in: 03.
    """
    counts = block_reduce(crops.astype(np.float32), (1, 2, 2), np.mean)
    return np.log2(counts - DARK)


def nucleus_masks(
    nuclei: Nuclei, rows: NDArray[np.int64], film: Movie | None = None
) -> NDArray[np.bool_]:
    """Which pixels of the small pictures belong to the nucleus itself, (n, 24, 24).

    Args:
        nuclei: whose frame, label and place are known.
        rows: row numbers of the nuclei asked for.
        film: with the masks, `hela_movie()` by default.

    Used in: 03.
    """
    film = hela_movie() if film is None else film
    side = nuclei.crops.shape[1]
    masks = [
        cut_crops(film.masks[nuclei.frame[i]], nuclei.y[[i]], nuclei.x[[i]], side)[0]
        == nuclei.label[i]
        for i in rows
    ]
    return block_reduce(np.array(masks), (1, 2, 2), np.mean) >= 0.5
