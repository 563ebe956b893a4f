"""Draw the picture of the README, from images whose licence allows it (wound healing, BSD-3)."""

import matplotlib.pyplot as plt
import numpy as np

from course_utils.data.datasets import wound_healing
from course_utils.files import repository_root
from course_utils.plots import show_image, with_outlines


def main() -> None:
    """Write `docs/first_look.png`."""
    movie, t = wound_healing(), 5
    stain = np.sqrt(movie.hoechst[t].astype(float))
    stain = np.minimum(stain, np.percentile(stain, 99.5))
    pictures = {
        "what the microscope sees: oblique light": movie.transmitted[t],
        "what a DNA stain shows": stain,
        "what a network can learn to draw: one outline a nucleus": with_outlines(
            stain, movie.nuclei[t]
        ),
    }
    figure, axes = plt.subplots(3, 1, figsize=(7.2, 8.6))
    for ax, (title, picture) in zip(axes, pictures.items(), strict=True):
        show_image(ax, picture, title, movie.pixel_size, bar=50)
    figure.savefig(repository_root() / "docs" / "first_look.png", dpi=80)


if __name__ == "__main__":
    main()
