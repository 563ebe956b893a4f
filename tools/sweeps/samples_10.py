"""Stacks that lesson 10's methods are trained and tested on, with settings chosen on the former."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from course_utils.data import volumes
from course_utils.data.datasets import Frame
from course_utils.models.classical_3d import Watershed3D
from course_utils.models.instances import Decoder

SEEN, TESTED = (100, 101), (201, 202)
Stacks = list[Frame]


@dataclass(frozen=True)
class Sample:
    """Stacks to train and to test on, and settings chosen on the former."""

    parts: Callable[[], tuple[Stacks, Stacks]]
    data: str
    split: str
    classical: Watershed3D
    crop: tuple[int, int, int]
    margin: tuple[int, int, int]
    side: int
    steps: int
    flat: Decoder
    solid: Decoder
    smallest: int


def stack() -> tuple[Stacks, Stacks]:
    """The two parts of the nuclei stack."""
    seen, tested = volumes.stack_parts()
    return [seen], [tested]


def simulated(z_step: float) -> tuple[Stacks, Stacks]:
    """Stacks of the virtual microscope; the same nuclei at each distance of slices."""
    seen, tested = (
        [volumes.simulated_stack(seed, z_step) for seed in seeds] for seeds in (SEEN, TESTED)
    )
    return seen, tested


def made(z_step: float, slices: int, margin: int) -> Sample:
    """A sample of simulated stacks."""
    return Sample(
        partial(simulated, z_step),
        "simulated",
        "other seeds",
        Watershed3D(root=True, level=1.1),
        (slices, 64, 64),
        (margin, 16, 16),
        64,
        300,
        Decoder(valley=0.1, smooth=1.0, smallest=20),
        Decoder(valley=0.1, smooth=1.0, smallest=round(30 / z_step)),
        round(30 / z_step),
    )


SAMPLES = {
    "nuclei stack": Sample(
        stack,
        "nuclei_stack",
        "columns 186-255",
        Watershed3D(hill=1.5, separation=5.0),
        (32, 64, 64),
        (8, 16, 16),
        64,
        350,
        Decoder(valley=0.1, smooth=3.0, smallest=200),
        Decoder(valley=0.1, smooth=4.0, smallest=500),
        500,
    ),
    "CHO": Sample(
        volumes.cho_parts,
        "cho_movie",
        "columns 320-511",
        Watershed3D(root=True, hill=2.0, separation=7.0, smallest=50.0),
        (6, 96, 96),
        (0, 24, 24),
        96,
        300,
        Decoder(valley=0.1, smooth=5.0, smallest=200),
        Decoder(valley=0.1, smooth=5.0, smallest=1000),
        1000,
    ),
    "simulated, 0.5 µm": made(0.5, 32, 8),
    "simulated, 1 µm": made(1.0, 24, 4),
    "simulated, 2 µm": made(2.0, 12, 4),
    "simulated, 4 µm": made(4.0, 6, 0),
}
