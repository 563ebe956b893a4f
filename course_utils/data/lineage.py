"""Who became whom: the Cell Tracking Challenge's table of tracks, and what is wrong with one."""

import numpy as np
from numpy.typing import NDArray


def lineage_faults(masks: NDArray[np.integer], lineage: NDArray[np.integer]) -> list[str]:
    """What makes masks and lineage contradict themselves or each other.

    A track is seen in every frame from its first to its last and in no other; a parent ends before
    its child begins. A cell that was out of sight goes on as a new track, with the old one as
    parent or none.

    Args:
        masks: track of each pixel, shape (t, y, x) or (t, z, y, x), 0 is background.
        lineage: a row a track, shape (n, 4): track, first frame, last frame, parent (0: none).

    Returns:
        One sentence a fault, naming track and frame; empty if all is well.

    Raises:
        ValueError: masks or lineage are no whole numbers or have another shape.

    Source: Ulman et al. 2017, doi 10.1038/nmeth.4473, and the challenge's "Naming and file content
    conventions". Used in: 08.
    """
    masks, lineage = np.asarray(masks), np.asarray(lineage)
    if masks.ndim not in (3, 4) or masks.dtype.kind not in "iu":
        kind = f"{masks.dtype} {masks.shape}"
        raise ValueError(f"masks must be whole numbers (t, y, x) or (t, z, y, x), not {kind}")
    if lineage.ndim != 2 or lineage.shape[1] != 4 or lineage.dtype.kind not in "iu":
        kind = f"{lineage.dtype} {lineage.shape}"
        raise ValueError(f"lineage must be whole numbers of shape (n, 4), not {kind}")
    tracks = {row[0]: row for row in lineage.tolist()}
    faults = _row_faults(lineage.tolist(), len(masks)) + _parent_faults(tracks)
    for t, labels in enumerate(masks):
        seen = set(np.unique(labels).tolist()) - {0}
        due = {track for track, first, last, _ in tracks.values() if first <= t <= last}
        faults += [f"frame {t}: track {track} has no mask" for track in sorted(due - seen)]
        faults += [_surplus(t, label, tracks) for label in sorted(seen - due)]
    return faults


def _surplus(t: int, label: int, tracks: dict[int, list[int]]) -> str:
    if label not in tracks:
        return f"frame {t}: mask {label} is no track of the lineage"
    _, first, last, _ = tracks[label]
    return f"frame {t}: track {label} has a mask, but its frames are {first} to {last}"


def _row_faults(rows: list[list[int]], frames: int) -> list[str]:
    faults, known = [], set()
    for track, first, last, _ in rows:
        if track < 1:
            faults.append(f"track {track}: numbers begin at 1")
        if track in known:
            faults.append(f"track {track} stands in more than one row")
        if not 0 <= first <= last < frames:
            film = f"the film's frames are 0 to {frames - 1}"
            faults.append(f"track {track} lasts from frame {first} to {last}, but {film}")
        known.add(track)
    return faults


def _parent_faults(tracks: dict[int, list[int]]) -> list[str]:
    faults = []
    for track, first, _, parent in tracks.values():
        if parent and parent not in tracks:
            faults.append(f"track {track}: its parent {parent} is no track of the lineage")
        elif parent and tracks[parent][2] >= first:
            end = f"its parent {parent} only ends in frame {tracks[parent][2]}"
            faults.append(f"track {track} begins in frame {first}, but {end}")
    return faults
