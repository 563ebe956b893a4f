"""Self-checks of lesson 09, third part: an exposure with few photons."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise, agree

RNG, OWN = np.random.default_rng(91), np.random.default_rng(92)


def arrive(mean: NDArray) -> NDArray:
    """Stands in for `rng.poisson`: a count near the mean, the same each time."""
    mean = np.asarray(mean, float)
    wobble = np.cos(37.0 * np.arange(mean.size)).reshape(mean.shape)
    return np.maximum(np.round(mean + np.sqrt(np.maximum(mean, 0)) * wobble), 0)


LIGHT = [
    (np.array([[0.0, 0.2, 1.0], [0.5, 2.1, 0.06]]), 20),
    (RNG.uniform(0, 1.5, (3, 4)), 5),
    (RNG.uniform(0, 1.5, (2, 5)), 200),
]
EXPOSED = [(*case, arrive) for case in LIGHT]


def expose(light: NDArray, photons: float, poisson: Callable) -> NDArray:
    """Right answer of 09.5."""
    return poisson(light * photons) / photons


def handed(answer: Callable) -> Callable:
    """The answer; "never called" where it does not draw with the `poisson` handed over."""

    def run(light: NDArray, photons: float, poisson: Callable) -> object:
        means = []

        def draw(mean: NDArray) -> NDArray:
            means.append(mean)
            return poisson(mean)

        found = answer(light, photons, draw)
        drawn = means or found is None or agree(found, light * photons, 1e-6)
        return found if drawn else "never called"

    return run


EXPOSE = Exercise(
    right=expose,
    ask=handed,
    cases=EXPOSED,
    praise="Twice the photons, √2 less noise: shot noise is what remains when all else is perfect.",
    mistakes=[
        (
            lambda light, photons, draw: draw(light * photons),
            "Those are photons. Divide by `photons`, so that bright and dim exposures have one "
            "scale.",
        ),
        (
            lambda light, photons, draw: draw(light),
            "You drew counts of the light itself, as if a nucleus sent *one* photon. How many "
            "does it send at this dial?",
        ),
        (
            lambda light, photons, draw: draw(light) / photons,
            "You drew counts of the light itself and divided then. Multiply *before* you draw: "
            "more photons, less noise.",
        ),
        (
            lambda light, photons, draw: draw(light) * photons,
            "Multiplied after the draw, noise grows with the photons. Multiply before, divide "
            "after.",
        ),
        (
            lambda light, photons, draw: draw(light / photons) * photons,
            "Multiplied and divided the other way round: your noise is largest where the dial "
            "says most light.",
        ),
        (
            (
                lambda light, photons, draw: light + draw(np.full(light.shape, photons)),
                lambda light, photons, draw: light + draw(np.full(light.shape, photons)) / photons,
                lambda light, photons, draw: light + draw(light * photons) / photons,
                lambda light, photons, draw: light + draw(light * photons),
            ),
            "You added noise to the picture. Shot noise is not added: the counted photons *are* "
            "the picture.",
        ),
        (
            lambda light, photons, draw: light * photons,
            "Nothing was drawn: those are the *expected* photons. `poisson` of them is what "
            "arrives.",
        ),
        (
            (
                lambda light, photons, draw: draw(light * photons) / draw(light * photons).max(),
                lambda light, photons, draw: (
                    draw(light / light.max() * photons) / draw(light / light.max() * photons).max()
                ),
                lambda light, photons, draw: draw(light / light.max() * photons) / photons,
            ),
            "You scaled by the brightest pixel. That is chance, and would change the unit of each "
            "picture: divide by `photons`.",
        ),
        (
            (
                lambda light, photons, draw: np.vectorize(draw)(light * photons) / photons,
                lambda light, photons, draw: (
                    np.array([draw(row) for row in light * photons]) / photons
                ),
            ),
            "You draw pixel by pixel, or row by row. Call `poisson` once: it takes the whole array "
            "of means.",
        ),
        (
            lambda light, photons, draw: OWN.poisson(light * photons) / photons,
            "You never called the `poisson` that is handed over. Draw with that one, not with "
            "NumPy's: only its counts can be compared.",
        ),
    ],
)
