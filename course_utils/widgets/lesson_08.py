"""The movie player: frames behind a slider, tracks in colour, with the way each cell has come."""

from collections.abc import Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import find_boundaries

from course_utils.metrics.tracking import Tracked
from course_utils.plots import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW, show_image
from course_utils.widgets.controls import with_controls

TINTS = np.array([to_rgb(c) for c in (BLUE, ORANGE, GREEN, YELLOW, PURPLE, SKY, VERMILION)])


def movie_player(
    images: NDArray, movies: Mapping[str, Tracked], pixel_size: float | None = None
) -> ipywidgets.VBox:
    """Walk through a tracked movie; choose whose tracks, and what the colours mean.

    Args:
        images: pictures, shape (t, y, x).
        movies: name -> masks and lineage; the first one is shown first.
        pixel_size: µm a pixel, for a scale bar.

    Returns:
        A box to display; `box.frame`, `box.tracks`, `box.colour`, `box.tail` are its controls:
        `box.frame.value = 3` moves one.

    Used in: 08.
    """
    controls = {
        "frame": ipywidgets.IntSlider(0, 0, len(images) - 1, description="frame"),
        "tracks": ipywidgets.Dropdown(options=list(movies), description="tracks"),
        "colour": ipywidgets.Dropdown(options=["track", "family"], description="colour by"),
        "tail": ipywidgets.BoundedIntText(5, min=0, max=len(images), description="tail"),
    }
    controls["frame"].continuous_update = False

    def draw(frame: int, tracks: str, colour: str, tail: int) -> None:
        movie = movies[tracks]
        numbers = families(movie.lineage) if colour == "family" else None
        shown = int(np.count_nonzero(np.unique(movie.masks[frame])))
        _, ax = plt.subplots(figsize=(8, 8 * images.shape[1] / images.shape[2] + 0.4))
        title = f"{tracks}, frame {frame}: {shown} cells, {divided_by(movie.lineage, frame)} "
        draw_tracks(ax, images[frame], movie, frame, tail, numbers, pixel_size)
        ax.set_title(f"{title}divisions so far")
        plt.show()

    return with_controls(controls, draw)


def draw_frames(
    images: NDArray,
    movie: Tracked,
    frames: Sequence[int],
    pixel_size: float | None = None,
    colour: str = "family",
    title: str = "",
) -> Figure:
    """Some frames of a tracked movie beside each other, wide ones two in a row.

    Args:
        images: pictures, shape (t, y, x).
        movie: masks and lineage.
        frames: which ones.
        pixel_size: µm a pixel.
        colour: "track" or "family".
        title: of the figure.

    Used in: 08.
    """
    wide = images.shape[2] > 2 * images.shape[1] and len(frames) > 2
    columns = 2 if wide else len(frames)
    rows = -(-len(frames) // columns)
    height = rows * (11 / columns * images.shape[1] / images.shape[2] + 0.3) + 0.4
    figure, axes = plt.subplots(rows, columns, figsize=(11, height), squeeze=False)
    for ax in axes.ravel()[len(frames) :]:
        ax.set_axis_off()
    numbers = families(movie.lineage) if colour == "family" else None
    for k, (ax, t) in enumerate(zip(axes.ravel(), frames, strict=False)):
        draw_tracks(ax, images[t], movie, t, 4, numbers, None if k else pixel_size)
        ax.set_title(f"frame {t}")
    figure.suptitle(title)
    plt.show()
    return figure


def draw_tracks(
    ax: Axes,
    image: NDArray,
    movie: Tracked,
    frame: int,
    tail: int = 5,
    numbers: Mapping[int, int] | None = None,
    pixel_size: float | None = None,
) -> None:
    """One frame: cells tinted by track or family, and a line along the last `tail` frames.

    Args:
        ax: where to draw.
        image: shape (y, x).
        movie: masks and lineage.
        frame: which one.
        tail: frames.
        numbers: track -> number of its colour; its own by default.
        pixel_size: µm a pixel.

    Used in: 08.
    """
    show_image(ax, tinted(image, movie.masks[frame], numbers), "", pixel_size)
    parts, inks = [], []
    alive = {t for t in np.unique(movie.masks[frame]).tolist() if t}
    begin = {row[0]: (row[1], row[3]) for row in movie.lineage.tolist()}
    places = {t: centres(movie.masks[t]) for t in range(max(frame - tail, 0), frame + 1)}
    for track in alive:
        line, who = [], track
        for t in range(frame, max(frame - tail, 0) - 1, -1):
            while who and begin[who][0] > t:
                who = begin[who][1]
            if who in places[t]:
                line.append(places[t][who][::-1])
        parts.append(line)
        inks.append(TINTS[(numbers or {}).get(track, track) % len(TINTS)])
    kept = [k for k, line in enumerate(parts) if len(line) > 1]
    lines = LineCollection([parts[k] for k in kept], colors=[inks[k] for k in kept], linewidths=1.5)
    ax.add_collection(lines, autolim=False)


def tinted(image: NDArray, masks: NDArray, numbers: Mapping[int, int] | None = None) -> NDArray:
    """The picture in grey, its cells in the colour of their number, with a rim.

    Args:
        image, masks: shape (y, x).
        numbers: label -> number of its colour; its own by default.

    Returns colours 0 to 1, shape (y, x, 3). Used in: 08.
    """
    low, high = np.percentile(image, (1, 99.7))
    grey = np.clip((image.astype(np.float32) - low) / max(high - low, 1e-9), 0, 1) ** 0.6
    picture = np.repeat(0.8 * grey[..., None], 3, axis=-1)
    lookup = np.arange(int(masks.max(initial=0)) + 1)
    for label, number in (numbers or {}).items():
        if label < len(lookup):
            lookup[label] = number
    tint = TINTS[lookup[masks] % len(TINTS)]
    cells, rim = masks > 0, find_boundaries(masks, mode="inner")
    picture[cells] = (0.65 * picture + 0.35 * tint)[cells]
    picture[rim] = tint[rim]
    return picture


def centres(masks: NDArray) -> dict[int, tuple[float, float]]:
    """Label -> y, x of its centre, pixels. Used in: 08."""
    labels = [label for label in np.unique(masks).tolist() if label]
    found = ndimage.center_of_mass(masks > 0, masks, labels)
    return dict(zip(labels, found, strict=True))


def families(lineage: NDArray) -> dict[int, int]:
    """Track -> the founder that it descends from. Used in: 08."""
    founder: dict[int, int] = {}
    for track, _, _, mother in sorted(lineage.tolist(), key=lambda row: row[1]):
        founder[track] = founder.get(mother, track)
    return founder


def divided_by(lineage: NDArray, frame: int) -> int:
    """How many mothers have two daughters by a frame. Used in: 08."""
    born = lineage[(lineage[:, 3] > 0) & (lineage[:, 1] <= frame), 3]
    return int((np.unique(born, return_counts=True)[1] > 1).sum())
