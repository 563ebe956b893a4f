"""Dim exposures of HeLa nuclei restored: fidelity, and what is left of the biology."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from course_utils.data import datasets, splits
from course_utils.data.labels import PHASES, read_phases
from course_utils.files import repository_root
from course_utils.metrics.images import psnr, ssim
from course_utils.metrics.matching import match_objects
from course_utils.metrics.segmentation import score_objects
from course_utils.models import classical, restoration
from course_utils.models.restoration import denoise, expose, nuclear_light, train_denoiser
from course_utils.models.stored import segment_nuclei

SOURCES = (
    "course_utils/metrics/images.py",
    "course_utils/metrics/segmentation.py",
    "course_utils/models/classical.py",
    "course_utils/models/instances.py",
    "course_utils/models/restoration.py",
    "course_utils/models/stored.py",
    "course_utils/models/unet.py",
)
SEEDS = range(3)
PHOTONS = (5, 10, 20, 50, 200)
SEEN, TESTED = range(10), (14, 16, 19)
CHOSEN_ON = (1, 5, 9)
SIGMAS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5)
STRENGTHS, PATCHES = (0.6, 0.8, 1.0), (5, 7)
NUCLEUS = 1.0  # peak of PSNR and SSIM: the light of a usual nucleus
EMPTY = 0.04  # light of the ground between nuclei
Restore = Callable[[NDArray], NDArray]


@lru_cache(maxsize=1)
def frames() -> list[NDArray[np.float32]]:
    """All frames of the film, whole, in units of a usual nucleus."""
    return [nuclear_light(image) for image in datasets.hela_movie().images]


def tested() -> list[NDArray[np.float32]]:
    """The truth: test frames right of column 550, which hold little noise of their own."""
    return [frames()[t][:, splits.HELA.test_from :] for t in TESTED]


def masks() -> list[NDArray]:
    """Labels of the nuclei of the tested part."""
    film = datasets.hela_movie()
    return [film.masks[t][:, splits.HELA.test_from :] for t in TESTED]


def best(restore: Callable, settings: list[dict], photons: int) -> Restore:
    """The filter with the setting of the highest PSNR on columns 400-549 of three seen frames."""
    choose = slice(splits.HELA.choose_from, splits.HELA.test_from)
    truth = [frames()[t][:, choose] for t in CHOSEN_ON]
    rng = np.random.default_rng(photons)
    noisy = [expose(light, photons, rng) for light in truth]

    def fidelity(setting: dict) -> float:
        pairs = zip(truth, noisy, strict=True)
        return float(np.mean([psnr(t, restore(n, photons, **setting), NUCLEUS) for t, n in pairs]))

    return partial(restore, photons=photons, **max(settings, key=fidelity))


def untouched(seed: int) -> dict[int, Restore]:
    """The exposure itself."""
    return {photons: lambda noisy: noisy for photons in PHOTONS}


def gaussian(seed: int) -> dict[int, Restore]:
    """A blur, its width chosen for each level."""
    settings = [dict(sigma=sigma) for sigma in SIGMAS]
    return {p: best(restoration.gaussian_mean, settings, p) for p in PHOTONS}


def patches(seed: int) -> dict[int, Restore]:
    """Non-local means, strength and patch chosen for each level."""
    settings = [dict(strength=h, patch=side) for h in STRENGTHS for side in PATCHES]
    return {p: best(restoration.similar_patches, settings, p) for p in PHOTONS}


def wavelets(seed: int) -> dict[int, Restore]:
    """BayesShrink has nothing to choose."""
    return {p: partial(restoration.wavelet_shrink, photons=p) for p in PHOTONS}


def network(seed: int, teacher: Callable = restoration.perfect, later: int = 0):
    """One network for all levels; `later` gives it another frame's exposure as the answer."""
    seen = [frames()[t][:, : splits.HELA.test_from] for t in SEEN]
    answers = seen[later:] if later else None
    seen = seen[: len(seen) - later]
    model = train_denoiser(seen, answers, teacher, seed=seed, label="")
    return {photons: partial(denoise, model) for photons in PHOTONS}


def stored(seed: int) -> dict[int, Restore]:
    """The stored network, three times the steps."""
    model = restoration.load_denoiser()
    return {photons: partial(denoise, model) for photons in PHOTONS}


METHODS: dict[str, tuple[Callable[[int], dict[int, Restore]], str]] = {
    "as it comes": (untouched, "floor"),
    "Gaussian": (gaussian, "baseline"),
    "NLM": (patches, "baseline"),
    "wavelets": (wavelets, "baseline"),
    "U-Net": (network, "ours"),
    "U-Net, noise2noise": (partial(network, teacher=expose), "ours"),
    "U-Net, next frame": (partial(network, teacher=expose, later=1), "stored"),
    "U-Net, stored": (stored, "stored"),
}


def restored(task: str, method: str, seed: int) -> list[dict]:
    """PSNR and SSIM, nuclei found, plates kept and cells invented, at each level."""
    make, role = METHODS[method]
    values = {}
    for photons, restore in make(seed).items():
        rng = np.random.default_rng((seed, photons))
        said = [restore(expose(light, photons, rng)) for light in tested()]
        empty = restore(expose(np.full((700, 550), EMPTY, np.float32), photons, rng))
        scores = fidelity(said) | biology(said) | inventions(empty)
        values |= {f"{name}, {photons} photons": value for name, value in scores.items()}
    return rows(task, method, seed, role, values)


def clean(task: str, method: str, seed: int) -> list[dict]:
    """The biology of the truth itself, segmented alike."""
    return rows(task, method, seed, "reference", biology(tested()))


def rows(task: str, method: str, seed: int, role: str, values: dict[str, float]) -> list[dict]:
    """One row a value."""
    split = "frames 14, 16, 19, columns 550-1099"
    common = dict(task=task, data="hela_movie", split=split, method=method, role=role, seed=seed)
    return [{**common, "metric": name, "value": value} for name, value in values.items()]


def fidelity(said: list[NDArray]) -> dict[str, float]:
    """Mean PSNR and SSIM over the frames."""
    pairs = list(zip(tested(), said, strict=True))
    return {
        "PSNR": float(np.mean([psnr(*pair, NUCLEUS) for pair in pairs])),
        "SSIM": float(np.mean([ssim(*pair, NUCLEUS) for pair in pairs])),
    }


def biology(said: list[NDArray]) -> dict[str, float]:
    """F1 of the nuclei, share of the mitotic ones that are found, and the light they keep."""
    found = [segment_nuclei(light) for light in said]
    pairs = zip(masks(), found, strict=True)
    matched = [match_objects(*pair).true_labels.tolist() for pair in pairs]
    plates = [(k, label) for k, t in enumerate(TESTED) for label in mitotic(t)]
    kept = [
        np.percentile(said[k][here], 90) / np.percentile(tested()[k][here], 90)
        for k, here in ((k, masks()[k] == label) for k, label in plates)
    ]
    return {
        "F1 at 0.5": score_objects(masks(), found).f1,
        "F1 of the watershed": score_objects(masks(), list(map(watershed, said))).f1,
        "mitotic nuclei found": float(np.mean([label in matched[k] for k, label in plates])),
        "light of mitotic nuclei": float(np.median(kept)),
    }


def watershed(light: NDArray) -> NDArray:
    """Lesson 07's tuned rule, which has never seen noise."""
    return classical.otsu_watershed(light, classical.TUNED)


def mitotic(t: int) -> list[int]:
    """Labels of frame t that are mitotic and lie in the tested columns whole enough to count."""
    table = read_phases(repository_root() / "data" / "labels" / "hela_phases.csv")
    here = [row for row in table if row["frame"] == t and row["phase"] != PHASES[0]]
    return [row["label"] for row in here if row["x"] >= splits.HELA.test_from + 24]


def inventions(empty: NDArray) -> dict[str, float]:
    """What is made of an exposure without any cell."""
    return {
        "nuclei on an empty field": float(segment_nuclei(empty).max()),
        "watershed nuclei on an empty field": float(len(np.unique(watershed(empty))) - 1),
        "brightest spot of an empty field": float(empty.max()),
    }


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One method and seed a job: (task, method, seed) -> function that gives its rows."""
    found = {("restoration", name, seed): restored for name in METHODS for seed in SEEDS}
    found[("restoration", "clean frames", 0)] = clean
    return {key: partial(make, *key) for key, make in found.items()}
