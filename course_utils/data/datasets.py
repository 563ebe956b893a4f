"""The course's named real images, as arrays with their axes and pixel size.

Pixel sizes are in µm: one number if all spatial axes are alike, else one an axis in the order of
`axes`; None where nobody stated it.
"""

import io
import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data.labels import PHASES, read_phases
from course_utils.data.shelf import describe, members, read_all, read_bytes, repository_root
from course_utils.data.splits import first_pixel, link_cells

HELA_OFFSET = 32_768
PixelSize = float | tuple[float, ...] | None


def _summary(record: object) -> str:
    shown = []
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, np.ndarray):
            value = f"{value.dtype} {value.shape}"
        elif isinstance(value, tuple | list) and len(value) > 6:
            value = f"{len(value)} of them"
        shown.append(f"{field.name}={value}")
    return f"{type(record).__name__}({', '.join(shown)})"


@dataclass(frozen=True, eq=False, repr=False)
class Frame:
    """One image with the labels of its objects, both in the order of `axes`; 0 is background."""

    image: NDArray
    masks: NDArray
    pixel_size: PixelSize
    axes: str
    name: str

    __repr__ = _summary


@dataclass(frozen=True, eq=False, repr=False)
class Movie:
    """Images and labels, time first. Ids are per frame unless the data card says otherwise."""

    images: NDArray
    masks: NDArray
    pixel_size: PixelSize
    axes: str
    minutes_per_frame: float | None
    name: str

    __repr__ = _summary

    def __len__(self) -> int:
        return len(self.images)

    def frame(self, t: int) -> Frame:
        """Frame t with its labels; negative t counts from the end."""
        name = f"{self.name}, frame {range(len(self))[t]}"
        return Frame(self.images[t], self.masks[t], self.pixel_size, self.axes[1:], name)


@dataclass(frozen=True, eq=False, repr=False)
class WoundHealing:
    """Four aligned movies of one field, each (t, y, x): two channels, two kinds of labels."""

    hoechst: NDArray[np.uint16]
    transmitted: NDArray[np.uint16]
    nuclei: NDArray[np.uint16]
    cells: NDArray[np.uint16]
    pixel_size: float
    axes: str
    minutes_per_frame: float | None
    name: str

    __repr__ = _summary

    def __len__(self) -> int:
        return len(self.hoechst)


@dataclass(frozen=True, eq=False, repr=False)
class Plankton:
    """Pictures of different sizes, (y, x, 3) uint8; `labels` index `class_names`."""

    images: list[NDArray[np.uint8]]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    files: tuple[str, ...]

    __repr__ = _summary

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False, repr=False)
class Nuclei:
    """One row a nucleus: its crop, its phase, where it stood, and which cell it was.

    `cell` is for resampling: nuclei of one cell in several frames are no independent samples.
    """

    crops: NDArray[np.uint16]
    phase: NDArray[np.str_]
    mitotic: NDArray[np.bool_]
    frame: NDArray[np.int64]
    label: NDArray[np.int64]
    y: NDArray[np.float64]
    x: NDArray[np.float64]
    cell: NDArray[np.int64]
    doubtful: NDArray[np.bool_]
    pixel_size: PixelSize

    __repr__ = _summary

    def __len__(self) -> int:
        return len(self.crops)


def hela_movie() -> Movie:
    """HeLa nuclei (H2B-GFP), (20, 700, 1100) uint16, camera offset of 32,768 subtracted.

    Fluo-N2DL-HeLa of the Cell Tracking Challenge; 30 minutes a frame, 0.645 µm a pixel.
    Raises ShelfError if the wheel is missing or damaged.

    Used in: 00, 01, 02, 03, 04, 05, 06, 07, 08, 11.
    """
    movie = _movie("hela_movie")
    np.subtract(movie.images, HELA_OFFSET, out=movie.images)
    return movie


def bacteria_movie() -> Movie:
    """E. coli in phase contrast, (20, 727, 1026) uint16, 128 detections with ids of their own.

    Pixel size and frame interval are not stated. Raises ShelfError like `hela_movie`. Used in: 08.
    """
    return _movie("bacteria_movie")


def cho_movie() -> Movie:
    """CHO nuclei in 3-D, (20, 5, 443, 512) uint8, axes tzyx, 9.5 minutes a frame.

    Fluo-N3DH-CHO of the Cell Tracking Challenge; a voxel is 1 x 0.202 x 0.202 µm.
    Raises ShelfError like `hela_movie`. Used in: 10.
    """
    return _movie("cho_movie")


def wound_healing() -> WoundHealing:
    """Closing scratch assay, (10, 210, 576) uint16: Hoechst, oblique light, nuclei, whole cells.

    0.619 µm a pixel; nuclear and cell ids are per frame and do not match each other.
    Raises ShelfError like `hela_movie`. Used in: 01, 07, 09.
    """
    item = describe("wound_healing")
    channels = _tiff(item.name, "all")
    return WoundHealing(*channels, item.pixel_size, "tyx", item.minutes_per_frame, item.name)


def plankton() -> Plankton:
    """105 pictures of single-celled organisms in 6 classes, all made RGB, file order by class.

    Raises ShelfError like `hela_movie`. Used in: 04.
    """
    import imageio.v3 as imageio

    found = read_all("plankton")
    files = members("plankton")
    images = [imageio.imread(found[path], extension=".jpg", mode="RGB") for path in files]
    folders = [path.split("/")[-2] for path in files]
    class_names, labels = np.unique(folders, return_inverse=True)
    names = tuple(path.split("/")[-1] for path in files)
    return Plankton(images, labels.astype(np.int64), tuple(class_names.tolist()), names)


def nuclei_stack(fill_holes: bool = True) -> Frame:
    """Nuclei in 3-D, (60, 256, 256) uint16, axes zyx, a voxel is 0.29 x 0.26 x 0.26 µm.

    `fill_holes` fills what thresholding left open in the labels, slice by slice.
    Raises ShelfError like `hela_movie`. Used in: 10.
    """
    stack = _frame("nuclei_stack")
    if fill_holes:
        for labels in stack.masks:
            _fill_holes(labels)
    return stack


def tissue_nuclei() -> Frame:
    """Nuclei of the 2018 Data Science Bowl, (512, 512) uint16, 125 drawn by hand: test only.

    Pixel size is not stated. Raises ShelfError like `hela_movie`. Used in: 07.
    """
    return _frame("tissue_nuclei")


def imagenet_class_names() -> list[str]:
    """Names of the 1000 ImageNet classes in the order of the outputs, the first synonym of each.

    Raises ShelfError like `hela_movie`. Used in: 04.
    """
    synonyms = json.loads(read_bytes("imagenet_class_names"))
    return [synonyms[str(i)].split(",")[0] for i in range(len(synonyms))]


def hela_nuclei(size: int = 48, table: Path | None = None, movie: Movie | None = None) -> Nuclei:
    """Crops of all labelled HeLa nuclei with their phase, sorted by frame and label.

    Args:
        size: side of the square crops in pixels, around the rounded centroid; what lies outside
            the image is the frame's 5th percentile.
        table: file of labels; `data/labels/hela_phases.csv` by default.
        movie: `hela_movie()` if it is loaded already.

    Returns:
        Nuclei: crops (n, size, size) in native intensities, and one value a nucleus of the rest.

    Raises:
        ShelfError: the wheel is missing or damaged.
        FileNotFoundError, ValueError: the table is missing or a line of it is wrong.

    Used in: 02, 03, 04, 05, 06.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1 pixel, not {size}")
    rows = read_phases(table or repository_root() / "data" / "labels" / "hela_phases.csv")
    movie = hela_movie() if movie is None else movie
    column = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    _check_labels(column["frame"], column["label"], movie)
    crops = np.empty((len(rows), size, size), movie.images.dtype)
    for t in np.unique(column["frame"]):
        here = column["frame"] == t
        crops[here] = cut_crops(movie.images[t], column["y"][here], column["x"][here], size)
    cell = link_cells(column["frame"], column["y"], column["x"])
    mitotic = column["phase"] != PHASES[0]
    return Nuclei(crops, mitotic=mitotic, cell=cell, pixel_size=movie.pixel_size, **column)


def cut_crops(image: NDArray, y: NDArray, x: NDArray, size: int) -> NDArray:
    """Square crops around rounded centres, padded with the image's 5th percentile.

    Args:
        image: shape (y, x).
        y, x: centres inside the image, shape (n,).
        size: side in pixels; an even crop has one more pixel before its centre than after.

    Returns crops of shape (n, size, size) in the image's type. Used in: 02.
    """
    background = np.percentile(image, 5).astype(image.dtype)
    padded = np.pad(image, size, constant_values=background)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    return windows[first_pixel(y, size) + size, first_pixel(x, size) + size]


def _movie(name: str) -> Movie:
    item = describe(name)
    images, masks = _tiff(name, "images"), _tiff(name, "masks")
    return Movie(images, masks, item.pixel_size, item.axes, item.minutes_per_frame, name)


def _frame(name: str) -> Frame:
    item = describe(name)
    masks = _tiff(name, "masks").astype(np.uint16)
    return Frame(_tiff(name, "images"), masks, item.pixel_size, item.axes, name)


def _tiff(name: str, role: str) -> NDArray:
    import tifffile

    shape = next(member.shape for member in describe(name).members if member.role == role)
    return tifffile.imread(io.BytesIO(read_bytes(name, role))).reshape(shape)


def _fill_holes(labels: NDArray) -> None:
    from scipy.ndimage import binary_fill_holes, find_objects

    for label, box in enumerate(find_objects(labels), start=1):
        if box is not None:
            inside = labels[box]
            inside[binary_fill_holes(inside == label) & (inside == 0)] = label


def _check_labels(frame: NDArray, label: NDArray, movie: Movie) -> None:
    if frame.min() < 0 or frame.max() >= len(movie):
        raise ValueError(f"the labels name frame {frame.max()}, {movie.name} has {len(movie)}")
    for t in np.unique(frame):
        unknown = label[frame == t][~np.isin(label[frame == t], movie.masks[t])]
        if unknown.size:
            raise ValueError(f"{movie.name} has no mask {unknown[0]} in frame {t}")
