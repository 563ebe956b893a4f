"""Cells with their numbers, links right and wrong, and what is measured along true links."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from course_utils.data.forest import forest_of
from course_utils.data.readers.records import TrackedMovie
from course_utils.metrics.tracking import Tracked
from course_utils.models.tracker_detections import detect
from course_utils.models.tracker_films import columns_of, within_columns
from course_utils.plots import SKY, VERMILION, show_image
from course_utils.widgets.lesson_07 import delete_cell, merge_cell, split_cell
from course_utils.widgets.lesson_08 import centres, tinted


def show_numbers(
    images: NDArray, masks: NDArray, frames: Sequence[int], pixel_size: float | None = None
) -> Figure:
    """The same cells in some frames, each with the number that its mask has there.

    Args:
        images, masks: shape (t, y, x).
        frames: which ones.
        pixel_size: µm a pixel.

    Used in: 08.
    """
    figure, axes = plt.subplots(1, len(frames), figsize=(4.6 * len(frames), 4.3))
    for k, (ax, t) in enumerate(zip(axes, frames, strict=True)):
        show_image(ax, tinted(images[t], masks[t]), f"frame {t}", None if k else pixel_size)
        for label, (y, x) in centres(masks[t]).items():
            ax.text(x, y, str(label), color="white", ha="center", va="center", fontsize="small")
    figure.suptitle("The same nuclei, other numbers")
    plt.show()
    return figure


def called_links(true: Tracked, found: Tracked, t: int) -> dict[str, NDArray]:
    """Links from frame t to the next: "right", "wrong" and "missed", rows of y, x, y, x.

    Args:
        true, found: two trackings of the same masks.
        t: the earlier frame.

    Used in: 08.
    """
    origins = [origin(movie, t) for movie in (true, found)]
    here, there = (centres(found.masks[k]) for k in (t, t + 1))
    old, new = (same_cells(found.masks[k], true.masks[k]) for k in (t, t + 1))
    links: dict[str, list] = {"right": [], "wrong": [], "missed": []}
    for cell, place in there.items():
        called, due = origins[1].get(cell), origins[0].get(new.get(cell, 0))
        right = called is not None and due is not None and old.get(called) == due
        if called is not None:
            links["right" if right else "wrong"].append((*here[called], *place))
        mother = next((c for c, name in old.items() if name == due), None) if due else None
        if mother is not None and not right:
            links["missed"].append((*here[mother], *place))
    return {name: np.array(rows).reshape(-1, 4) for name, rows in links.items()}


def origin(movie: Tracked, t: int) -> dict[int, int]:
    """Label in frame t + 1 -> the label in frame t that it was, or came from. Used in: 08."""
    before = set(np.unique(movie.masks[t]).tolist()) - {0}
    rows = {row[0]: row for row in movie.lineage.tolist()}
    after = set(np.unique(movie.masks[t + 1]).tolist()) - {0}
    kept = {track: track for track in after & before}
    born = {track: rows[track][3] for track in after - before}
    return kept | {track: mother for track, mother in born.items() if mother in before}


def same_cells(labels: NDArray, others: NDArray) -> dict[int, int]:
    """Label -> the label that the same pixels have in another image. Used in: 08."""
    inside = (labels > 0) & (others > 0)
    pairs = np.unique(np.stack([labels[inside], others[inside]]), axis=1)
    return dict(pairs.T.tolist())


def show_links(
    images: NDArray,
    true: Tracked,
    found: Mapping[str, Tracked],
    t: int,
    pad: int = 25,
    shift: Sequence[float] = (0, 0),
) -> Figure:
    """Frame t + 1 with each tracker's links as lines from where each cell was.

    Args:
        images: pictures, shape (t, y, x).
        true, found: trackings of the same masks.
        t: the earlier frame.
        pad: pixels of background around the cells.
        shift: of the stage, added to the places in frame t.

    Used in: 08.
    """
    figure, axes = plt.subplots(1, len(found), figsize=(4.6 * len(found), 4.6), squeeze=False)
    for ax, (name, movie) in zip(axes[0], found.items(), strict=True):
        show_image(ax, tinted(images[t + 1], 0 * movie.masks[t + 1]))
        links = called_links(true, movie, t)
        for kind, colour, style in (
            ("right", SKY, "-"),
            ("missed", "white", ":"),
            ("wrong", VERMILION, "--"),
        ):
            for y0, x0, y1, x1 in links[kind]:
                start = y0 + shift[0], x0 + shift[1]
                ax.plot((start[1], x1), (start[0], y1), style, color=colour, lw=2)
                ax.plot(x1, y1, "o", color=colour, ms=4)
        low, high = (
            np.argwhere(movie.masks[t + 1] > 0).min(0),
            np.argwhere(movie.masks[t + 1]).max(0),
        )
        ax.set(xlim=(low[1] - pad, high[1] + pad), ylim=(high[0] + pad, low[0] - pad))
        ax.set_title(f"{name}: {len(links['wrong'])} wrong, {len(links['missed'])} missed")
    plt.show()
    return figure


def steps_and_gaps(movie: Tracked, shifts: NDArray) -> tuple[NDArray, NDArray]:
    """How far cells go from frame to frame, and how far away their nearest neighbour is.

    Args:
        movie: masks and lineage.
        shifts: of the stage, pixels (t - 1, 2); taken off the steps.

    Returns two lists in pixels; divisions are left out of the first. Used in: 08.
    """
    cells, forest = detect(movie.masks), forest_of(movie.masks, movie.lineage)
    kept = forest.links[~forest.parent]
    ways = cells.place[kept[:, 1]] - cells.place[kept[:, 0]] - shifts[cells.frame[kept[:, 0]]]
    gaps = []
    for t in range(len(movie.masks)):
        here = cells.place[cells.frame == t]
        if len(here) > 1:
            gaps.append(cKDTree(here).query(here, k=2)[0][:, 1])
    return np.hypot(*ways.T), np.concatenate(gaps)


class Half(NamedTuple):
    """Some columns of a tracked movie; cells are its own from column `begin` on."""

    images: NDArray
    masks: NDArray
    lineage: NDArray
    begin: int


def part_of(movie: TrackedMovie, first: int, end: int, margin: int = 30) -> Half:
    """The cells whose centres lie in some columns, and the picture there, a little wider.

    Args:
        movie: images, masks and lineage.
        first, end: columns, half open.
        margin: columns added on both sides.

    Used in: 08.
    """
    part, left = columns_of(movie, first, end), max(first - margin, 0)
    seen = (slice(None), slice(None), slice(left, end + margin))
    return Half(movie.images[seen], part.masks[seen].copy(), part.lineage, first - left)


def tracks_of(movie: Tracked) -> dict[int, NDArray]:
    """Track -> frame, y, x, area of each of its detections, pixels, shape (n, 4).

    Used in: 08.
    """
    cells = detect(movie.masks)
    table = np.column_stack([cells.frame, cells.y, cells.x, cells.area])
    return {track: table[cells.label == track] for track in movie.lineage[:, 0].tolist()}


def centred_from(masks: NDArray, column: int) -> NDArray:
    """Masks without the objects whose centre lies left of a column, shape (t, y, x).

    Used in: 08.
    """
    return np.stack([within_columns(labels, column, labels.shape[1]) for labels in masks])


def spoil(masks: NDArray, kind: str, share: float, seed: int) -> NDArray:
    """Masks of which some are deleted, cut in two, or glued to the nearest one beside them.

    Args:
        masks: labels, shape (t, y, x).
        kind: "delete", "split" or "merge".
        share: of the objects of each frame.
        seed: which ones.

    Used in: 08.
    """
    act = {"delete": delete_cell, "split": split_cell, "merge": merge_cell}[kind]
    rng, spoiled = np.random.default_rng(seed), masks.copy()
    for frame in spoiled:
        labels = np.unique(frame)[1:]
        for label in labels[rng.random(len(labels)) < share].tolist():
            if not (frame == label).any():
                continue
            around = ndimage.find_objects((frame == label).astype(np.uint8))[0]
            box = tuple(slice(max(side.start - 40, 0), side.stop + 40) for side in around)
            changed = act(frame[box], label)
            new = changed == frame[box].max() + 1
            frame[box] = np.where(new, frame.max() + 1, changed)
    return spoiled
