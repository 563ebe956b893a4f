"""From a scene to counts: blur, haze, uneven light, bleaching, photons, read noise, drift."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from course_utils.data.simulate.dials import Microscope
from course_utils.data.simulate.scene import Scene

Counts = NDArray[np.uint16]
HAZE = 5.0  # µm, standard deviation of the spread light
RIPPLE = 1.5  # µm, width of the bright fringe in transmitted light
WIDE = 6.0  # pixels; a blur from here on is done as three boxes


def stage_path(microscope: Microscope, frames: int, rng: Generator) -> NDArray:
    """Where the stage has carried the view's content, µm, shape (frames, 2), order y, x, from 0."""
    course = rng.uniform(0, 2 * np.pi)
    steps = microscope.drift * np.array([np.sin(course), np.cos(course)])
    steps = steps + microscope.drift / 3 * rng.normal(size=(frames, 2))
    leaps = microscope.jump_length * (rng.random(frames) < microscope.jumps)
    ways = rng.uniform(0, 2 * np.pi, frames)
    steps += np.column_stack([leaps * np.sin(ways), leaps * np.cos(ways)])
    steps[0] = 0
    return steps.cumsum(axis=0)


def fluorescence(scene: Scene, microscope: Microscope, t: int, rng: Generator) -> Counts:
    """Counts of the stain in frame t, shape (z, y, x)."""
    sharp = _blur(scene.light, scene, microscope.psf, microscope.psf_z)
    light = (1 - microscope.haze) * sharp
    if microscope.haze:
        light += microscope.haze * _blur(sharp, scene, HAZE, HAZE)
    light = light * (1 - microscope.bleaching) ** t + microscope.background
    return _expose(microscope.photons * light, microscope, rng)


def transmitted(scene: Scene, microscope: Microscope, t: int, rng: Generator) -> Counts:
    """Counts in oblique light in frame t, shape (z, y, x): slopes towards the lamp are bright."""
    height = _blur(scene.height, scene, max(microscope.psf, 0.4), 0)
    down, right = np.gradient(height, *scene.voxel[1:], axis=(1, 2))
    angle = np.deg2rad(microscope.light_angle)
    slope = down * np.sin(angle) - right * np.cos(angle)
    fringe = _blur(height, scene, RIPPLE, 0) - height
    light = 1 + 0.8 * microscope.relief * np.tanh(slope) + 0.3 * microscope.halo * fringe
    return _expose(microscope.lamp * np.maximum(light, 0.05), microscope, rng)


def phase_contrast(scene: Scene, microscope: Microscope, t: int, rng: Generator) -> Counts:
    """Counts in phase contrast in frame t, shape (z, y, x): dark bodies in a bright halo."""
    body = _blur(scene.height, scene, microscope.psf, 0)
    near, wide = (_blur(body, scene, width, 0) for width in (0.8, 3.0))
    light = 1 - 1.2 * body + microscope.halo * (0.9 * near + 0.3 * wide)
    return _expose(microscope.lamp * np.maximum(light, 0.05), microscope, rng)


def _blur(image: NDArray, scene: Scene, width: float, width_z: float) -> NDArray[np.float32]:
    """Gaussian blur of standard deviations in µm; a wide one in a faster way."""
    from scipy.ndimage import gaussian_filter, uniform_filter

    sigma = np.array([width_z, width, width]) / scene.voxel
    if scene.shape[0] == 1:
        sigma[0] = 0
    if sigma[sigma > 0].min(initial=np.inf) < WIDE:
        return gaussian_filter(image, sigma, mode="nearest", truncate=3)
    side = 1 + 2 * np.rint((np.sqrt(4 * sigma**2 + 1) - 1) / 2).astype(int)
    for _ in range(3):
        image = uniform_filter(image, side, mode="nearest")
    return image


def _expose(photons: NDArray, microscope: Microscope, rng: Generator) -> Counts:
    caught = rng.poisson(photons * _evenness(photons.shape[1:], microscope.vignetting))
    noise = microscope.read_noise * rng.standard_normal(caught.shape, dtype=np.float32)
    counts = np.rint(caught + noise + microscope.offset)
    return np.clip(counts, 0, 65_535).astype(np.uint16)


def _evenness(shape: tuple[int, int], vignetting: float) -> NDArray:
    y, x = (np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in shape)
    return 1 - vignetting * (y[:, None] ** 2 + x**2) / 2
