"""Train the stored weights of lesson 07: `nuclei` 25 minutes, `hela` 6 minutes on one core.

Trained on what the course may train on: HeLa columns 0-549, wound healing columns 0-383, and the
virtual microscope. Test columns, the tissue field and public samples are never seen.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data import datasets, splits
from course_utils.data.feeder import Plan, numpy_batch
from course_utils.data.scaling import normalise_arcsinh
from course_utils.data.simulate import Culture, Microscope, simulate
from course_utils.data.transforms import Augment
from course_utils.files import repository_root
from course_utils.machine import quiet_import
from course_utils.models.instances import targets

SIDE, SIMULATED = 128, 80
WEIGHTS = repository_root() / "data" / "weights"
Fields = list[tuple[NDArray[np.float32], NDArray[np.int32]]]
Batch = tuple[NDArray[np.float32], NDArray[np.float32]]


def field(image: NDArray, mask: NDArray) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """One image, normalised, and its labels."""
    return normalise_arcsinh(image), mask.astype(np.int32)


def real_fields() -> tuple[Fields, Fields]:
    """Training columns of the HeLa film and of the wound's Hoechst channel."""
    film, wound = datasets.hela_movie(), datasets.wound_healing()
    seen, left = splits.HELA.test_from, splits.WOUND.test_from
    hela = [field(i[:, :seen], m[:, :seen]) for i, m in zip(film.images, film.masks, strict=True)]
    pairs = zip(wound.hoechst, wound.nuclei, strict=True)
    return hela, [field(i[:, :left], m[:, :left]) for i, m in pairs]


def simulated_fields(n: int, seed: int) -> Fields:
    """Cultures and microscopes of all kinds: size, crowding, texture, haze, light, noise."""
    rng = np.random.default_rng(seed)
    found = []
    for k in range(n):
        u = rng.random(12)
        culture = Culture(
            cells=int(20 + 90 * u[0] ** 2),
            shape=(256, 256),
            frames=1,
            diameter=10 + 14 * u[1],
            size_spread=0.08 + 0.2 * u[2],
            elongation=1 + 0.9 * u[3],
            spacing=0.72 + 0.4 * u[4],
            texture=0.05 + 0.3 * u[5],
            grain=0.4 + 1.2 * u[6],
            dim=0.4 * u[7],
        )
        microscope = Microscope(
            psf=0.3 + 0.9 * u[8],
            haze=0.05 + 0.3 * u[9],
            photons=float(10 ** (1.7 + 1.6 * u[10])),
            background=0.02 + 0.4 * u[11] ** 2,
            vignetting=0.3 * rng.random(),
        )
        film = simulate(culture, microscope, seed=seed * 1000 + k).movie("nuclei")
        found.append(field(film.images[0], film.masks[0]))
    return found


def all_kinds() -> Iterator[Batch]:
    """Four crops of HeLa, two of the wound, two simulated: all sizes, lights and noises."""
    hela, wound = real_fields()
    plans = [
        plan(hela, 4, (0.3, 1.6)),
        plan(wound, 2, (0.6, 2.5)),
        plan(simulated_fields(SIMULATED, seed=7), 2, (0.4, 2.0)),
    ]
    for number in count():
        parts = [numpy_batch(one, number) for one in plans]
        yield tuple(np.concatenate(side) for side in zip(*parts, strict=True))


def lessons_own() -> Iterator[Batch]:
    """The batches of the lesson: HeLa frames 0-9, columns 0-549, as they are."""
    from sweeps.training_07 import Recipe, batches, hela

    return batches(*hela(slice(0, 10), slice(0, splits.HELA.test_from)), Recipe(), seed=0)


def plan(fields: Fields, n: int, zoom: tuple[float, float]) -> Plan:
    """Crops of one source at magnifications that end at nuclei of 8 to 45 pixels."""
    images, masks = map(list, zip(*fields, strict=True))
    how = Augment(
        flips="yx",
        quarter_turns=True,
        zoom=zoom,
        blur=1.2,
        gamma=(0.5, 1.8),
        gain=(0.6, 1.5),
        offset=0.1,
        noise=0.08,
    )
    options = dict(size=SIDE, make_target=targets, towards_objects=0.7)
    return Plan(images, masks, n, how, seed=3, **options)


NETS: dict[str, tuple[Callable[[], Iterator[Batch]], int, int]] = {
    "nuclei": (all_kinds, 3, 8000),
    "hela": (lessons_own, 2, 5100),
}


def main() -> None:
    """Read the command line, train, store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("net", choices=NETS)
    parser.add_argument("--out", type=Path, help="file; that of the course if left out")
    arguments = parser.parse_args()
    with quiet_import():
        import keras

        from course_utils.models.unet import build_unet, falling_rate, train_unet

    batches, depth, steps = NETS[arguments.net]
    keras.utils.set_random_seed(0)
    model = build_unet(width=16, depth=depth)
    averaging = keras.optimizers.Adam(falling_rate(0.01, steps), use_ema=True, ema_momentum=0.98)
    start = time.perf_counter()
    losses = train_unet(model, batches(), steps, rounds=20, optimizer=averaging)
    print(f"loss {losses[-1]:.4f} after {time.perf_counter() - start:.0f} s")
    WEIGHTS.mkdir(exist_ok=True)
    out = arguments.out or WEIGHTS / f"07_{arguments.net}.keras"
    keras.Model(model.inputs, model.outputs).save(out)


if __name__ == "__main__":
    main()
