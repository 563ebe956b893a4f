"""A small virtual microscope with exact ground truth, for experiments that need truth or a dial.

`simulate` films nuclei, `simulate_rods` bacteria. Their dials are plain numbers:

>>> from course_utils.data.simulate import Culture, Microscope, simulate
>>> film = simulate(Culture(cells=12, shape=(128, 128), frames=3), Microscope(photons=100), seed=1)
>>> film.images["nuclei"].shape, film.masks.dtype.name, film.lineage.shape[1]
((3, 128, 128), 'uint16', 4)
"""

from course_utils.data.simulate.dials import (
    E_COLI_LIKE,
    HELA_LIKE,
    PHASE_CONTRAST,
    WIDEFIELD,
    Culture,
    Microscope,
    Rods,
)
from course_utils.data.simulate.film import Simulation, simulate, simulate_rods

__all__ = [
    "E_COLI_LIKE",
    "HELA_LIKE",
    "PHASE_CONTRAST",
    "WIDEFIELD",
    "Culture",
    "Microscope",
    "Rods",
    "Simulation",
    "simulate",
    "simulate_rods",
]
