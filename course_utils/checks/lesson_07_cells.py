"""Self-checks of lesson 07, second half: distances to a cell's own edge, and hills made cells."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import watershed

from course_utils.checks import Exercise


def label_image(*boxes: tuple[int, int, int, int, int]) -> NDArray[np.uint16]:
    """Labels of 12 x 16 with rectangles (label, top, left, bottom, right)."""
    masks = np.zeros((12, 16), np.uint16)
    for label, top, left, bottom, right in boxes:
        masks[top:bottom, left:right] = label
    return masks


LABELS = [
    (label_image((1, 2, 2, 9, 7), (2, 2, 7, 9, 13)),),
    (label_image((3, 1, 1, 6, 6), (7, 6, 1, 11, 8), (4, 3, 9, 10, 15)),),
    (label_image((2, 0, 0, 7, 8), (5, 5, 10, 12, 16)),),
    (label_image(),),
    (np.where(np.hypot(*(np.mgrid[:12, :16] - np.array([6, 8])[:, None, None])) < 5, 9, 0),),
]


def hill(y: float, x: float, width: float, height: float = 1.0) -> NDArray[np.float64]:
    """A round hill in a map of 24 x 40."""
    rows, columns = np.mgrid[:24, :40]
    return height * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * width**2))


PAIR = np.maximum(hill(11, 10, 4), hill(12, 18, 4, 0.9))
THREE = np.maximum(PAIR, np.maximum(hill(6, 33, 3, 0.8), hill(19, 33, 2, 0.4)))
STEEP = 3 * np.maximum(hill(11, 10, 5), hill(12, 20, 2.2, 0.9))
HILLS = [(PAIR, PAIR > 0.15, 0.7), (THREE, THREE > 0.2, 0.6), (0 * PAIR, PAIR > 2, 0.5)]
HILLS += [(STEEP, STEEP > 0.4, 1.5)]


def or_nothing(answer: Callable) -> Callable:
    """The answer, with a word where it gives nothing, or stops, for a picture without cells."""

    def respond(masks: NDArray) -> object:
        try:
            distance = answer(masks)
        except Exception:
            if masks.any():
                raise
            return "nothing"
        return "nothing" if distance is None and not masks.any() else distance

    return respond


def edge_distance(masks: NDArray) -> NDArray[np.float64]:
    """Right answer of 07.4."""
    distance = np.zeros(masks.shape)
    for label in np.unique(masks[masks > 0]):
        distance += inner_distance(masks == label)
    return distance


def inner_distance(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance of each True to the nearest False; 0 where there is no False."""
    return ndimage.distance_transform_edt(mask) if not mask.all() else np.zeros(mask.shape)


def for_each(distance: object, labels: object = None) -> object:
    """A mistaken 07.4 that sums something else over the labels."""

    def answer(masks: NDArray) -> NDArray[np.float64]:
        chosen = np.unique(masks[masks > 0]) if labels is None else labels(masks)
        return sum((distance(masks == label, label) for label in chosen), np.zeros(masks.shape))

    return answer


def to_one(mask: NDArray[np.bool_], label: int) -> NDArray[np.float64]:
    """Distance as a share of the largest."""
    distance = inner_distance(mask)
    return distance / max(distance.max(), 1e-9)


def last_only(masks: NDArray) -> NDArray[np.float64]:
    """The distance of the last label alone."""
    labels = np.unique(masks[masks > 0])
    return inner_distance(masks == labels[-1]) if len(labels) else np.zeros(masks.shape)


def first_only(masks: NDArray) -> NDArray[np.float64] | None:
    """The distance of the first label alone, nothing without labels."""
    for label in np.unique(masks[masks > 0]):
        return inner_distance(masks == label)


def where_cells_are(masks: NDArray, empty: object) -> object:
    """As `edge_distance`, with something else for a picture without cells."""
    return edge_distance(masks) if masks.any() else empty


def with_border(mask: NDArray[np.bool_], label: int) -> NDArray[np.float64]:
    """Distance where the edge of the picture is an edge of the cell."""
    return inner_distance(np.pad(mask, 1))[1:-1, 1:-1]


def to_cells(hills: NDArray, inside: NDArray, level: float) -> NDArray:
    """Right answer of 07.5."""
    return watershed(-hills, ndimage.label(hills > level)[0], mask=inside)


def seeds(hills: NDArray, level: float) -> NDArray:
    """Connected summits, numbered."""
    return ndimage.label(hills > level)[0]


DISTANCE = Exercise(
    right=edge_distance,
    cases=LABELS,
    ask=or_nothing,
    praise="Two cells that touch are now two hills with a pass between them. Counting cells has "
    "become counting summits.",
    mistakes=[
        (
            (lambda m: where_cells_are(m, 0), lambda m: where_cells_are(m, None)),
            "Right, but for a picture without cells: the `sum` of nothing is 0, no picture, and "
            "its `max` an error. Begin with `np.zeros(masks.shape)`.",
        ),
        (
            (first_only, lambda m: first_only(m) if m.any() else edge_distance(m)),
            "Only the first cell has a hill. Does `return` stand inside the loop?",
        ),
        (
            lambda m: np.trunc(edge_distance(m)),
            "Your distances have lost their decimals: `np.zeros_like(masks)` holds whole numbers, "
            "as the labels are. `np.zeros(masks.shape)` holds decimals.",
        ),
        (
            for_each(lambda mask, label: ndimage.distance_transform_edt(mask), np.unique),
            "The background has distances, too: 0 is no cell. Leave it out, "
            "`np.unique(masks[masks > 0])`.",
        ),
        (
            (lambda m: inner_distance(m > 0), lambda m: ndimage.distance_transform_edt(m)),
            "Cells that touch have become *one* hill: you asked for the distance to the "
            "background. Each cell needs the distance to whatever is not *this* cell.",
        ),
        (
            (
                lambda m: ndimage.distance_transform_edt(m == 0),
                for_each(lambda mask, label: inner_distance(~mask)),
            ),
            "Your numbers grow *outside* the cells. `distance_transform_edt` measures from each "
            "True to the nearest False: what must be True here?",
        ),
        (
            for_each(to_one),
            "You scaled each cell to a height of 1. A useful target too, but asked for is the "
            "distance in pixels.",
        ),
        (
            for_each(lambda mask, label: label * inner_distance(mask)),
            "Your hills are multiplied by the number of the cell. A cell's number says nothing "
            "about its size: use `masks == label`, True or False.",
        ),
        (
            last_only,
            "Only the last cell has a hill: inside the loop each one replaces the one before. "
            "Add them up, or write into the pixels of this cell alone.",
        ),
        (
            (
                for_each(lambda m, k: inner_distance(m), lambda m: range(1, len(np.unique(m)))),
                for_each(lambda m, k: inner_distance(m), lambda m: range(1, int(m.max()))),
                for_each(lambda m, k: inner_distance(m), lambda m: np.unique(m[m > 0])[:-1]),
                for_each(lambda m, k: inner_distance(m), lambda m: np.unique(m[m > 0])[1:]),
            ),
            "A cell is missing. Numbers of cells may have gaps (3, 4, 7), and `range` leaves out "
            "its end: `np.unique(masks)` says which there are.",
        ),
        (
            for_each(with_border),
            "You count the edge of the picture as an edge of the cell. The cell goes on beyond "
            "it: only pixels that we see and that are not this cell count.",
        ),
        (
            for_each(lambda mask, label: np.maximum(inner_distance(mask) - 1, 0)),
            "One pixel too little. A pixel of the cell whose neighbour is not of it has distance "
            "1: nothing to take away.",
        ),
        (
            for_each(lambda mask, label: inner_distance(mask) ** 2),
            "These are squared distances: take the root.",
        ),
        (
            (
                for_each(lambda m, k: ndimage.distance_transform_cdt(m)),
                for_each(lambda m, k: ndimage.distance_transform_cdt(m, metric="taxicab")),
            ),
            "You count steps from pixel to pixel. Asked for is the straight line: `edt`, the "
            "Euclidean one.",
        ),
    ],
)

TO_CELLS = Exercise(
    right=to_cells,
    cases=HILLS,
    praise="The network says where the hills are, the watershed only shares out the valleys.",
    mistakes=[
        (
            lambda h, i, level: watershed(h, seeds(h, level), mask=i),
            "Water floods from low to high, and your seeds stand on summits. Turn the landscape "
            "upside down first.",
        ),
        (
            (
                lambda h, i, level: watershed(-h, seeds(h, level)),
                lambda h, i, level: watershed(h, seeds(h, level)),
            ),
            "Your cells fill the whole picture. `mask=` says where water may go.",
        ),
        (
            lambda h, i, level: seeds(h, level),
            "These are only the seeds. They have to grow: flood from them, as far as `inside` "
            "reaches.",
        ),
        (
            (
                lambda h, i, level: ndimage.label(i)[0],
                lambda h, i, level: watershed(-h, ndimage.label(i)[0], mask=i),
            ),
            "One number for each connected piece of `inside`: cells that touch share one. The "
            "seeds come from `hills`.",
        ),
        (
            (
                lambda h, i, level: watershed(-h, (h > level).astype(int), mask=i),
                lambda h, i, level: watershed(-h, h > level, mask=i),
            ),
            "All cells have the number 1: somewhere True and False took the place of numbers. "
            "Each connected summit needs a number of its own, `ndimage.label` gives it.",
        ),
        (
            lambda h, i, level: watershed(-h, mask=i),
            "You let the watershed choose its own seeds, and `level` is not used: every little "
            "summit becomes a cell.",
        ),
        (
            lambda h, i, level: to_cells(h, i, level * h.max()),
            "You took `level` for a share of the highest summit. It is a height itself: "
            "`hills > level`.",
        ),
        (
            lambda h, i, level: watershed(0 * h, seeds(h, level), mask=i),
            "You flood flat land: `inside` has no valleys. The seeds meet half-way, wherever "
            "the pass between them is. Water runs over `hills`, upside down.",
        ),
        (
            lambda h, i, level: watershed(
                -ndimage.distance_transform_edt(i), seeds(h, level), mask=i
            ),
            "You flood hills made from the mask, as section 4 did. `hills` is handed over, and "
            "knows where the passes are.",
        ),
        (
            lambda h, i, level: to_cells(h, i, 0.5),
            "Your level is always 0.5. Use the one that is handed over.",
        ),
    ],
)

CELLS = {"07.4": DISTANCE, "07.5": TO_CELLS}
