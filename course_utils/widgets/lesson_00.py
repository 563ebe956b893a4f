"""A slider through a film."""

import ipywidgets
import matplotlib.pyplot as plt

from course_utils.data.datasets import Movie
from course_utils.plots import show_image, with_outlines


def film_slider(movie: Movie) -> ipywidgets.VBox:
    """A slider through the frames of a movie, with the outlines of the labels.

    Args:
        movie: images and masks of shape (t, y, x).

    Returns:
        A box to display; `box.slider.value = 5` moves it.

    Used in: 00.
    """

    def draw(t: int) -> None:
        frame = movie.frame(t)
        count = len(set(frame.masks.ravel().tolist()) - {0})
        when = "" if movie.minutes_per_frame is None else f", {t * movie.minutes_per_frame:g} min"
        _, ax = plt.subplots(figsize=(9, 9 * frame.image.shape[0] / frame.image.shape[1] + 0.4))
        picture = with_outlines(frame.image, frame.masks)
        size = frame.pixel_size if isinstance(frame.pixel_size, float) else None
        show_image(ax, picture, f"frame {t}{when}: {count} objects", size, bar=50)
        plt.show()

    slider = ipywidgets.IntSlider(
        value=0, max=len(movie) - 1, description="frame", continuous_update=False
    )
    box = ipywidgets.VBox([slider, ipywidgets.interactive_output(draw, {"t": slider})])
    box.slider = slider
    return box
