"""One stored network on two frameworks: how far its answers differ, and how long each takes.

`make torch` builds the second environment, `.venv-torch`, and runs this. Each framework answers in
a process of its own, with the same weights file and the same pixels: this file is both sides, and
says so by its arguments. The process that answers has only NumPy, Keras and its framework.
"""

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "data" / "weights" / "07_nuclei.keras"
TORCH = ROOT / ".venv-torch"
BACKENDS = {"TensorFlow": "tensorflow", "PyTorch": "torch"}
REPEATS = 5


class Answer(NamedTuple):
    """What a network says of an image, (y, x, 2); seconds of the first call and of a later one."""

    answers: NDArray[np.float32]
    first: float
    later: float


def python_of(backend: str) -> str:
    """The Python that has a framework.

    Raises:
        FileNotFoundError: PyTorch's environment is not there.
    """
    if backend == "tensorflow":
        return sys.executable
    if not (TORCH / "ready").exists():
        raise FileNotFoundError(f"{TORCH} is missing or half made: run make torch")
    return str(TORCH / "bin" / "python")


def ask(backend: str, image: NDArray[np.float32]) -> Answer:
    """Let a framework answer in its own process.

    Args:
        backend: as Keras names it: tensorflow or torch.
        image: normalised, shape (y, x), sides that 16 divides.

    Raises:
        FileNotFoundError: the environment with the framework is missing.
        RuntimeError: the process failed; its last words are told.
    """
    python, environment = python_of(backend), os.environ | {"KERAS_BACKEND": backend}
    with tempfile.TemporaryDirectory() as folder:
        given, told = Path(folder) / "image.npy", Path(folder) / "answer.npz"
        np.save(given, image)
        words = [python, __file__, str(given), str(told)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"Keras on {backend} failed: {done.stderr.strip()[-500:]}")
        with np.load(told) as file:
            return Answer(file["answers"], float(file["first"]), float(file["later"]))


def answer(given: str, told: str) -> None:
    """The side that answers: read an image, write what the network says and how long it took."""
    import keras

    threads_of_torch()
    model = keras.saving.load_model(WEIGHTS, compile=False, safe_mode=True)
    say = partial(model.predict, np.load(given)[None, ..., None], verbose=0)
    seconds, answers = [], None
    for _ in range(1 + REPEATS):
        start = time.perf_counter()
        answers = say()[0]
        seconds.append(time.perf_counter() - start)
    np.savez(told, answers=answers, first=seconds[0], later=np.median(seconds[1:]))


def threads_of_torch() -> None:
    """As many threads as TensorFlow was given: PyTorch does not read its variable."""
    if os.environ.get("KERAS_BACKEND") == "torch":
        import torch

        torch.set_num_threads(int(os.environ.get("TF_NUM_INTRAOP_THREADS", "1")))


def real_image() -> NDArray[np.float32]:
    """A frame's test columns as the network sees them, the last row repeated up to a side of 704.

    Frame 14 of the HeLa film, columns 550-1093.
    """
    from course_utils.data.datasets import hela_movie
    from course_utils.data.scaling import normalise_arcsinh

    image = normalise_arcsinh(hela_movie().images[14][:, 550:1094])
    return np.pad(image, ((0, 4), (0, 0)), "edge")


def largest_difference(first: NDArray, second: NDArray) -> float:
    """Between two arrays of one shape, in the unit of their numbers.

    Raises:
        ValueError: shapes differ, or a number is not finite.
    """
    if first.shape != second.shape or not (np.isfinite(first) & np.isfinite(second)).all():
        raise ValueError(f"answers {first.shape} and {second.shape} cannot be compared")
    return float(np.abs(first.astype(float) - second).max())


def main() -> None:
    """Compare and print."""
    image = real_image()
    found = {name: ask(backend, image) for name, backend in BACKENDS.items()}
    for name, one in found.items():
        print(f"{name:<11}{one.first:6.2f} s the first time, then {one.later:.2f} s")
    both = [one.answers for one in found.values()]
    print(
        f"answers of {np.abs(both[0]).max():.1f} at most differ by {largest_difference(*both):.1e}"
    )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        answer(*sys.argv[1:])
    else:
        main()
