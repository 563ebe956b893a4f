"""The labelling widget, and the small things that lesson 01 shows."""

import tempfile
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import scipy.io
import tifffile
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from course_utils.data.datasets import Nuclei, WoundHealing
from course_utils.plots import BLUE, show_crops, show_image

CHOICES = ("interphase", "dividing")


def labeller(nuclei: Nuclei, n: int = 20, seed: int = 0) -> ipywidgets.VBox:
    """Label nuclei with two buttons, half of them dividing; then kappa and the differences.

    Args:
        nuclei: with the course's labels.
        n: how many to label.
        seed: of the draw.

    Returns:
        A box to display; `box.choose("dividing")` answers as a click does, `box.answers` is the
        list of answers so far.

    Used in: 01.
    """
    rng = np.random.default_rng(seed)
    halves = [np.flatnonzero(nuclei.mitotic == kind) for kind in (False, True)]
    drawn = rng.permutation(np.concatenate([rng.choice(h, n // 2, replace=False) for h in halves]))
    screen, buttons = ipywidgets.Output(), [ipywidgets.Button(description=c) for c in CHOICES]
    box = ipywidgets.VBox([ipywidgets.HBox(buttons), screen])
    box.answers = []

    def choose(choice: str) -> None:
        if choice not in CHOICES:
            raise ValueError(f"choose one of {CHOICES}, not {choice!r}")
        if len(box.answers) < len(drawn):
            box.answers.append(choice)
            show()

    def show() -> None:
        screen.clear_output(wait=True)
        with screen:
            draw_progress(nuclei, drawn, box.answers)

    for button in buttons:
        button.on_click(lambda button: choose(button.description))
    box.choose = choose
    show()
    return box


def draw_progress(nuclei: Nuclei, drawn: NDArray, answers: list[str]) -> None:
    """The next nucleus to label, or after the last one what came out. Used in: 01."""
    if len(answers) < len(drawn):
        _, ax = plt.subplots(figsize=(3.2, 3.5))
        title = f"nucleus {len(answers) + 1} of {len(drawn)}"
        show_image(ax, nuclei.crops[drawn[len(answers)]], title, nuclei.pixel_size)
        plt.show()
        return
    truth = np.where(nuclei.mitotic[drawn], CHOICES[1], CHOICES[0])
    mine = np.array(answers)
    print(f"kappa with the course's labels: {cohen_kappa_score(mine, truth):.2f}")
    if (differ := np.flatnonzero(mine != truth)).size:
        names = [f"{nuclei.phase[i]}{' ?' * int(nuclei.doubtful[i])}" for i in drawn[differ]]
        show_crops(nuclei.crops[drawn[differ]], names, heading="the course says (? = doubtful)")


def plot_histogram(image: NDArray) -> Figure:
    """How often each count occurs, on a logarithmic scale.

    Args:
        image: counts, any shape.

    Used in: 01.
    """
    figure, ax = plt.subplots(figsize=(6.4, 2.6))
    ax.hist(np.ravel(image), bins=256, color=BLUE, log=True)
    ax.set(xlabel="counts", ylabel="pixels", title="Background, nuclei, and a wall at the limit")
    plt.show()
    return figure


def examples(wound: WoundHealing) -> Path:
    """A temporary folder with an old .mat file and a colleague's images and masks.

    Args:
        wound: the wound-healing movie, whose licence allows copies.

    Used in: 01.
    """
    folder = Path(tempfile.mkdtemp(prefix="course_"))
    scipy.io.savemat(folder / "old_experiment.mat", {"nuclei": wound.hoechst[0]})
    for kind, images in {"images": wound.hoechst, "masks": wound.nuclei}.items():
        (folder / "colleague" / kind).mkdir(parents=True)
        for t in range(3):
            tifffile.imwrite(folder / "colleague" / kind / f"field_{t}.tif", images[t])
    return folder
