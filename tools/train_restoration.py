"""Train the stored weights of lesson 09: `stain` five networks, `restore` one; minutes on one core.

The five paint Hoechst from oblique light and saw columns 0-271 of the wound, so that 288-383 are
left to compare their disagreement with real errors. The one restores dim exposures and saw HeLa
frames 0-9, columns 0-549. Test columns are never seen.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from course_utils.data import datasets, splits
from course_utils.data.pairs import columns, movie_pairs
from course_utils.files import repository_root
from course_utils.machine import quiet_import

WEIGHTS = repository_root() / "data" / "weights"
MEMBERS, DEPTH = 5, 2
RESTORE_STEPS = 1800


def stain(out: Path) -> None:
    """One network a seed, all of them from the same pairs."""
    from course_utils.models.staining import train_stain

    film, seen = datasets.wound_healing(), slice(0, splits.WOUND.fit_until)
    pairs = [columns(pair, seen) for pair in movie_pairs(film.transmitted, film.hoechst)]
    for seed in range(MEMBERS):
        model = train_stain(pairs, seed, depth=DEPTH, members=1, label="")
        store(model, out / f"09_stain_{seed}.keras")


def restore(out: Path) -> None:
    """The lesson's denoiser after three times its steps, with clean frames as its teacher."""
    from course_utils.models.restoration import nuclear_light, train_denoiser

    film, seen = datasets.hela_movie(), splits.HELA.test_from
    frames = [nuclear_light(image)[:, :seen] for image in film.images[:10]]
    store(train_denoiser(frames, steps=RESTORE_STEPS, label=""), out / "09_restore.keras")


def store(model, path: Path) -> None:
    """Write a network without its optimiser."""
    import keras

    keras.Model(model.inputs, model.outputs).save(path)
    print(f"{path.name}: {model.count_params():,} numbers, {path.stat().st_size:,} bytes")


NETS: dict[str, Callable[[Path], None]] = {"stain": stain, "restore": restore}


def main() -> None:
    """Read the command line, train, store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("net", choices=NETS)
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder; that of the course")
    arguments = parser.parse_args()
    start = time.perf_counter()
    with quiet_import():
        NETS[arguments.net](arguments.out)
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
