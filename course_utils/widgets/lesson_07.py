"""The metric playground: spoil a right answer, and watch six scores."""

from collections.abc import Callable, Mapping

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import expand_labels, find_boundaries

from course_utils.metrics.segmentation import iou, score_objects
from course_utils.plots import BLUE, GREEN, ORANGE, PURPLE, SKY, YELLOW, show_image

Edit = Callable[[NDArray, int, int], NDArray]
TINTS = (BLUE, GREEN, YELLOW, PURPLE, SKY)


def six_scores(true: NDArray, predicted: NDArray) -> dict[str, float]:
    """Pixel accuracy, IoU of the foreground, and four scores of objects, each 0 to 1.

    Args:
        true, predicted: integer labels of one shape, 0 is background.

    Used in: 07.
    """
    objects = score_objects(true, predicted)
    return {
        "pixel accuracy": float(np.mean((true > 0) == (predicted > 0))),
        "IoU of the mask": iou(true > 0, predicted > 0),
        "F1 at 0.5": objects.f1,
        "mean AP": objects.mean_ap,
        "PQ": objects.pq,
        "SEG": objects.seg,
    }


def move_cell(labels: NDArray, cell: int, dy: int, dx: int) -> NDArray:
    """A copy in which one cell lies dy rows and dx columns further, on top of the others.

    What leaves the picture is lost. Used in: 07.
    """
    rows, columns = np.nonzero(labels == cell)
    rows, columns = rows + dy, columns + dx
    inside = (rows >= 0) & (rows < labels.shape[0]) & (columns >= 0) & (columns < labels.shape[1])
    moved = np.where(labels == cell, 0, labels)
    moved[rows[inside], columns[inside]] = cell
    return moved


def resize_cell(labels: NDArray, cell: int, by: int) -> NDArray:
    """A copy in which one cell has grown by pixels all around, or shrunk if `by` is negative.

    It grows over background only. Used in: 07.
    """
    mask = labels == cell
    if by >= 0:
        wide = expand_labels(mask.astype(np.uint8), by) > 0
        return np.where(wide & (labels == 0), cell, labels)
    kept = ndimage.distance_transform_edt(mask) > -by
    return np.where(mask & ~kept, 0, labels)


def split_cell(labels: NDArray, cell: int) -> NDArray:
    """A copy in which one cell is cut in two across its longer side. Used in: 07."""
    places = np.argwhere(labels == cell)
    if len(places) < 2:
        return labels.copy()
    centred = places - places.mean(axis=0)
    long_axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    half = places[centred @ long_axis > 0]
    cut = labels.copy()
    cut[tuple(half.T)] = labels.max() + 1
    return cut


def merge_cell(labels: NDArray, cell: int) -> NDArray:
    """A copy in which one cell and the one nearest to it carry one number. Used in: 07."""
    others = (labels > 0) & (labels != cell)
    if not others.any() or not (labels == cell).any():
        return labels.copy()
    away, nearest = ndimage.distance_transform_edt(~others, return_indices=True)
    away[labels != cell] = np.inf
    place = np.unravel_index(np.argmin(away), away.shape)
    neighbour = labels[tuple(axis[place] for axis in nearest)]
    return np.where(labels == neighbour, cell, labels)


def delete_cell(labels: NDArray, cell: int) -> NDArray:
    """A copy without one cell. Used in: 07."""
    return np.where(labels == cell, 0, labels)


ACTIONS: dict[str, Edit] = {
    "move right": lambda labels, cell, by: move_cell(labels, cell, 0, by),
    "move down": lambda labels, cell, by: move_cell(labels, cell, by, 0),
    "grow": lambda labels, cell, by: resize_cell(labels, cell, by),
    "shrink": lambda labels, cell, by: resize_cell(labels, cell, -by),
    "split": lambda labels, cell, by: split_cell(labels, cell),
    "merge with nearest": lambda labels, cell, by: merge_cell(labels, cell),
    "delete": lambda labels, cell, by: delete_cell(labels, cell),
}


def metric_playground(image: NDArray, true: NDArray) -> ipywidgets.VBox:
    """Choose a cell, do something to it, and see what the scores make of it.

    Args:
        image, true: picture and labels, shape (y, x).

    Returns:
        A box to display. `box.cell`, `box.action`, `box.by` are its controls, `box.do` and
        `box.again` its buttons (`box.do.click()` presses one), `box.labels` the spoiled labels.

    Used in: 07.
    """
    cells = [int(cell) for cell in np.unique(true[true > 0])]
    box = ipywidgets.VBox()
    box.cell = ipywidgets.Dropdown(options=cells, description="cell")
    box.action = ipywidgets.Dropdown(options=list(ACTIONS), description="action")
    box.by = ipywidgets.IntSlider(3, 1, 15, description="pixels")
    box.do = ipywidgets.Button(description="do it", button_style="primary")
    box.again = ipywidgets.Button(description="start over")
    box.output = ipywidgets.Output()

    def show(labels: NDArray, title: str) -> None:
        box.labels = labels
        present = [int(cell) for cell in np.unique(labels[labels > 0])]
        box.cell.options = present
        box.output.clear_output(wait=True)
        with box.output:
            draw_playground(image, true, labels, title)

    def act(_: object) -> None:
        cell, action = box.cell.value, box.action.value
        if cell is not None:
            show(ACTIONS[action](box.labels, cell, box.by.value), f"cell {cell}: {action}")

    box.do.on_click(act)
    box.again.on_click(lambda _: show(true.copy(), "as the labels have it"))
    show(true.copy(), "as the labels have it")
    controls = [box.cell, box.action, box.by, box.do, box.again]
    box.children = [ipywidgets.HBox(controls, layout={"flex_flow": "row wrap"}), box.output]
    return box


def draw_playground(image: NDArray, true: NDArray, labels: NDArray, title: str) -> Figure:
    """Left the cells with their numbers, right six scores as bars. Used in: 07."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), width_ratios=(1, 1.1))
    draw_cells(left, image, labels, true, title)
    for cell in np.unique(labels[labels > 0]):
        y, x = np.argwhere(labels == cell).mean(axis=0)
        left.text(x, y, str(cell), color="white", ha="center", va="center", fontsize="small")
    scores = six_scores(true, labels)
    right.barh(range(6), list(scores.values()), color=[SKY, SKY, BLUE, BLUE, BLUE, BLUE])
    for y, value in enumerate(scores.values()):
        right.text(value + 0.02, y, f"{value:.3f}", va="center")
    right.set_yticks(range(6), list(scores))
    right.set(xlim=(0, 1.18), ylim=(5.6, -0.6), xlabel="score", title="pixels above, cells below")
    plt.show()
    return figure


def draw_cells(
    ax: Axes, image: NDArray, labels: NDArray, true: NDArray | None = None, title: str = ""
) -> None:
    """The picture, its cells tinted by their number, rims orange; the true rims dashed white.

    Args:
        ax: where to draw.
        image, labels, true: shape (y, x).
        title: of the panel.

    Used in: 07.
    """
    low, high = np.percentile(image, (1, 99.5))
    grey = np.clip((image.astype(float) - low) / max(high - low, 1e-9), 0, 1) ** 0.6
    picture = np.repeat(0.8 * grey[..., None], 3, axis=-1)
    tint = np.array([to_rgb(colour) for colour in TINTS])[labels % len(TINTS)]
    picture[labels > 0] = (0.6 * picture + 0.4 * tint)[labels > 0]
    picture[find_boundaries(labels, mode="inner")] = to_rgb(ORANGE)
    show_image(ax, picture, title)
    for cell in np.unique(true[true > 0]) if true is not None else ():
        ax.contour(true == cell, [0.5], colors="white", linewidths=0.8, linestyles="dashed")


def show_edits(image: NDArray, true: NDArray, edits: Mapping[str, NDArray]) -> Figure:
    """The same cells spoiled in several ways, side by side.

    Args:
        image, true: picture and true labels, shape (y, x).
        edits: name -> spoiled labels.

    Used in: 07.
    """
    figure, axes = plt.subplots(1, len(edits), figsize=(2.3 * len(edits), 2.6))
    for ax, (name, labels) in zip(axes, edits.items(), strict=True):
        draw_cells(ax, image, labels, true, name)
    plt.show()
    return figure
