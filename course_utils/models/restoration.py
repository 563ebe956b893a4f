"""Restore images taken with little light: dialled shot noise, three filters, and a small U-Net.

Light is counted in the light of a usual nucleus: 1 is that much above the dark ground, so that
`photons` is how many a usual nucleus sends to a pixel.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, product
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils.data.feeder import Plan, numpy_batch
from course_utils.data.transforms import Augment
from course_utils.files import repository_root
from course_utils.machine import quiet_import

with quiet_import():
    import keras

from course_utils.models.unet import build_unet, predict_field, train_unet

Light = NDArray[np.float32]
Teacher = Callable[[Light, float, np.random.Generator], Light]
READ_NOISE = 1.0
LEVELS = (3.0, 300.0)  # photons
BLURS = (0.0, 1.0, 2.0, 4.0)  # deviations of Gaussians, pixels
STEPS, RATE, SIZE, BATCH = 600, 0.003, 96, 8
ANY_WAY = Augment(flips="yx", quarter_turns=True)


def nuclear_light(image: ArrayLike) -> Light:
    """The image in units of a usual nucleus: 0 is the dark ground, 1 the median nucleus.

    The ground is the first percentile, nuclei are what lies above Otsu's threshold.

    Args:
        image: fluorescence, shape (y, x), any type of numbers.

    Raises:
        ValueError: the image holds NaN or infinite values, or is the same everywhere.

    Used in: 09.
    """
    from skimage.filters import threshold_otsu

    image = np.asarray(image, np.float32)
    if not np.isfinite(image).all() or image.min() == image.max():
        raise ValueError("the image holds NaN or infinite values, or is the same everywhere")
    ground = np.percentile(image, 1)
    return (image - ground) / (np.median(image[image > threshold_otsu(image)]) - ground)


def expose(
    light: ArrayLike, photons: float, rng: np.random.Generator, read_noise: float = READ_NOISE
) -> Light:
    """One exposure: photons arrive by chance, the camera adds its own noise.

    Args:
        light: the truth, as of `nuclear_light`; what is below 0 sends nothing.
        photons: mean number that a usual nucleus sends to a pixel.
        rng: of the noise.
        read_noise: deviation of the camera's noise, electrons a pixel.

    Returns:
        Counts divided by `photons`, so the mean of many exposures is the light; float32.

    Raises:
        ValueError: photons are not positive or the read noise is below 0.

    Taught in: 09.
    """
    if not (0 < photons < np.inf and 0 <= read_noise < np.inf):
        raise ValueError(f"photons must be above 0, read noise from 0: {photons}, {read_noise}")
    arrived = rng.poisson(photons * np.maximum(light, 0, dtype=np.float64))
    return ((arrived + read_noise * rng.standard_normal(arrived.shape)) / photons).astype(
        np.float32
    )


def stabilise(noisy: ArrayLike, photons: float, read_noise: float = READ_NOISE) -> Light:
    """Anscombe's transform: noise of deviation 1 everywhere, in dark and bright places.

    Args:
        noisy: an exposure, as of `expose`.
        photons, read_noise: as there.

    Source: Anscombe 1948; with read noise Murtagh et al. 1995. Taught in: 09.
    """
    counts = np.asarray(noisy, np.float32) * np.float32(photons)
    return 2 * np.sqrt(np.maximum(counts + 3 / 8 + read_noise**2, 0), dtype=np.float32)


def undo_stabilise(stable: ArrayLike, photons: float, read_noise: float = READ_NOISE) -> Light:
    """Light of which `stabilise` gives these values on average; a square alone would be too dark.

    Source: Makitalo and Foi 2011, closed form of the exact unbiased inverse. Used in: 09.
    """
    d = np.maximum(np.asarray(stable, np.float32), 2 * np.sqrt(np.float32(3 / 8)))
    half = np.sqrt(3 / 2)
    counts = d**2 / 4 + half / (4 * d) - 11 / (8 * d**2) + 5 * half / (8 * d**3) - 1 / 8
    return (np.maximum(counts - read_noise**2, 0) / photons).astype(np.float32)


def gaussian_mean(noisy: Light, photons: float, sigma: float = 1.25) -> Light:
    """A blur of `sigma` pixels, to be chosen for each level of light. Taught in: 09."""
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(noisy, sigma)


def similar_patches(
    noisy: Light, photons: float, strength: float = 0.8, patch: int = 7, reach: int = 9
) -> Light:
    """Non-local means: each pixel the mean of those whose surroundings look alike.

    Args:
        noisy: an exposure of `READ_NOISE`, shape (y, x).
        photons: of that exposure.
        strength: differences of patches that count as noise, in deviations of it.
        patch, reach: side of the patches, and how far to look for them, pixels.

    Source: Buades et al. 2005; scikit-image. Taught in: 09.
    """
    from skimage.restoration import denoise_nl_means

    stable = stabilise(noisy, photons)
    settings = dict(h=strength, sigma=1.0, fast_mode=True)
    return undo_stabilise(denoise_nl_means(stable, patch, reach, **settings), photons)


def wavelet_shrink(noisy: Light, photons: float, shifts: int = 3, wavelet: str = "sym4") -> Light:
    """Waves of all sizes, the weak ones made weaker: BayesShrink, the mean over shifts.

    Args:
        noisy: an exposure of `READ_NOISE`, shape (y, x).
        photons: of that exposure.
        shifts: the grid of the wavelets is moved up to so many pixels down and right, and the
            results averaged; 0 leaves squares in sight.
        wavelet: name of the mother wavelet in PyWavelets.

    Raises:
        ImportError: PyWavelets is not installed.

    Source: Chang et al. 2000; Coifman and Donoho 1995 (shifts); scikit-image. Taught in: 09.
    """
    from skimage.restoration import denoise_wavelet

    settings = dict(sigma=1.0, method="BayesShrink", mode="soft", wavelet=wavelet)
    stable = stabilise(noisy, photons)
    moves = list(product(range(shifts + 1), repeat=2))
    moved = [denoise_wavelet(np.roll(stable, by, (0, 1)), **settings) for by in moves]
    back = [np.roll(one, (-y, -x), (0, 1)) for one, (y, x) in zip(moved, moves, strict=True)]
    return undo_stabilise(np.mean(back, axis=0), photons)


def blurred_views(noisy: ArrayLike) -> Light:
    """The exposure and its blurs of 1, 2 and 4 pixels as channels, (y, x, 4). Taught in: 09."""
    from scipy.ndimage import gaussian_filter

    noisy = np.asarray(noisy, np.float32)
    if noisy.ndim != 2 or not np.isfinite(noisy).all():
        raise ValueError(f"an exposure has shape (y, x) and no NaN, this one has {noisy.shape}")
    return np.stack([gaussian_filter(noisy, sigma) for sigma in BLURS], axis=-1)


def build_denoiser(width: int = 16, depth: int = 2) -> keras.Model:
    """A U-Net that says for each pixel how far to blur, and what to add to that.

    Its first outputs become weights (softmax) of the views, so that an untrained network is a
    blur; its last is the correction. No batch normalisation: brightness is to be restored.

    Args:
        width, depth: of the U-Net.

    Returns:
        A network from views (n, y, x, 4) to light (n, y, x, 1).

    Source: the weighting is ours; kernel prediction, Mildenhall et al. 2018, is its kin.
    Taught in: 09.
    """
    n = len(BLURS)
    views = keras.layers.Input((None, None, n))
    said = build_unet(width, depth, channels=n, outputs=n + 1, batch_norm=False)(views)
    share = keras.layers.Softmax()(said[..., :n])
    mixed = keras.ops.sum(share * views, axis=-1, keepdims=True)
    return keras.Model(views, mixed + said[..., n:])


def perfect(light: Light, photons: float, rng: np.random.Generator) -> Light:
    """The teacher who knows the truth: supervised training. Taught in: 09."""
    return light


def exposure_batches(
    frames: Sequence[Light],
    answers: Sequence[Light] | None = None,
    teacher: Teacher = perfect,
    photons: tuple[float, float] = LEVELS,
    seed: int = 0,
) -> Iterator[tuple[Light, Light]]:
    """Batches without end: views of an exposure, and what the network is to answer.

    Args:
        frames: light as of `nuclear_light`, shape (y, x).
        answers: frames that the teacher is given instead of the same ones, such as the next ones.
        teacher: what becomes of the answer; `perfect` leaves it, `expose` makes of it a second
            exposure with noise of its own (noise2noise).
        photons: least and largest level; each crop has its own, on a logarithmic scale.
        seed: the same seed gives the same batches.

    Yields:
        Views (n, y, x, 4), and the answer with the weight of its error, (n, y, x, 2).

    Source: Lehtinen et al. 2018 (noise2noise). Taught in: 09.
    """
    plan = Plan(frames, frames if answers is None else answers, BATCH, ANY_WAY, seed, size=SIZE)
    for number in count():
        rng = np.random.default_rng((seed, 2, number))
        levels = np.exp(rng.uniform(*np.log(photons), BATCH))
        crops = zip(*numpy_batch(plan, number), levels, strict=True)
        made = [_taught(seen[..., 0], wanted, p, teacher, rng) for seen, wanted, p in crops]
        yield tuple(np.stack(part) for part in zip(*made, strict=True))


def _taught(
    seen: Light, wanted: Light, photons: float, teacher: Teacher, rng: np.random.Generator
) -> tuple[Light, Light]:
    answer = teacher(wanted, photons, rng)
    weight = np.full_like(answer, np.sqrt(photons / 30))
    return blurred_views(expose(seen, photons, rng)), np.concatenate([answer, weight], axis=-1)


def weighed_error(true: keras.KerasTensor, said: keras.KerasTensor) -> keras.KerasTensor:
    """Squared error times a weight, which the last channel of `true` holds; (n, y, x).

    The square matters for noise2noise: its best answer to noisy answers is their mean, which is
    the truth. The weight keeps the darkest crops from outvoting all others. Taught in: 09.
    """
    return true[..., 1] * (true[..., 0] - said[..., 0]) ** 2


def train_denoiser(
    frames: Sequence[Light],
    answers: Sequence[Light] | None = None,
    teacher: Teacher = perfect,
    photons: tuple[float, float] = LEVELS,
    seed: int = 0,
    steps: int = STEPS,
    label: str = "training",
) -> keras.Model:
    """One network for all levels of light; it is not told the level, it sees it.

    Args:
        frames, answers, teacher, photons: as for `exposure_batches`.
        seed: of weights, crops and noise.
        steps: batches, a multiple of ten.
        label: of the progress bar; an empty one shows none.

    Returns:
        A network for `denoise`.

    Taught in: 09.
    """
    keras.utils.set_random_seed(seed)
    model = build_denoiser()
    batches = exposure_batches(frames, answers, teacher, photons, seed)
    train_unet(model, batches, steps, RATE, weighed_error, label=label)
    return model


def load_denoiser(path: Path | None = None) -> keras.Model:
    """The lesson's network after three times its steps; it saw HeLa columns 0-549.

    Raises FileNotFoundError if the weights are not there. Used in: 09.
    """
    path = path or repository_root() / "data" / "weights" / "09_restore.keras"
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is missing: fetch the course again, or run tools/train_restoration.py restore"
        )
    return keras.models.load_model(path, compile=False, safe_mode=True)


def denoise(model: keras.Model, noisy: ArrayLike) -> Light:
    """The light that a network sees behind an exposure.

    Args:
        model: of `train_denoiser`.
        noisy: in units of a usual nucleus, shape (y, x).

    Raises:
        ValueError: another shape, NaN or infinite values.

    Taught in: 09.
    """
    return predict_field(model, blurred_views(noisy))[..., 0]
