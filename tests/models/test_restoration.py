"""Dim light: the dial is right, the filters keep brightness, and noise teaches what truth does."""

import numpy as np
import pytest
from scipy import ndimage

keras = pytest.importorskip("keras")

from course_utils.models.restoration import (  # noqa: E402
    blurred_views,
    build_denoiser,
    denoise,
    expose,
    exposure_batches,
    gaussian_mean,
    load_denoiser,
    nuclear_light,
    perfect,
    similar_patches,
    stabilise,
    train_denoiser,
    undo_stabilise,
    wavelet_shrink,
    weighed_error,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def discs():
    grid = np.indices((112, 128))
    light = np.full((112, 128), 0.05, np.float32)
    for k, (y, x) in enumerate([(20, 25), (30, 90), (75, 40), (80, 100)]):
        light[np.hypot(grid[0] - y, grid[1] - x) < 11] = 0.7 + 0.3 * k
    return ndimage.gaussian_filter(light, 1.5)


def test_ground_and_nuclei_are_0_and_1_whatever_the_camera_adds(rng):
    image = np.full((60, 60), 300.0)
    image[20:40, 20:40] = 1100
    light = nuclear_light(32_768 + 3 * image)
    assert light[0, 0] == pytest.approx(0) and light[30, 30] == pytest.approx(1)


@pytest.mark.parametrize("image", [np.zeros((5, 5)), np.full((5, 5), np.nan)])
def test_an_image_without_light_is_no_nan(image):
    with pytest.raises(ValueError, match="NaN or infinite values, or is the same"):
        nuclear_light(image)


@pytest.mark.parametrize("photons", [5, 200])
def test_more_photons_make_less_noise_and_leave_the_mean(rng, photons):
    noisy = expose(np.full((300, 300), 0.5), photons, rng, read_noise=2)
    assert noisy.mean() == pytest.approx(0.5, abs=0.01)
    assert noisy.var() == pytest.approx((0.5 * photons + 4) / photons**2, rel=0.03)


def test_light_below_the_ground_sends_no_photons(rng):
    assert not expose(np.full((5, 5), -1.0), 5, rng, read_noise=0).any()


@pytest.mark.parametrize("photons, read", [(0, 1), (-5, 1), (np.inf, 1), (5, -1), (np.nan, 1)])
def test_impossible_exposures_are_refused(rng, photons, read):
    with pytest.raises(ValueError, match="photons must be above 0"):
        expose(np.ones((3, 3)), photons, rng, read)


def test_stabilised_noise_is_alike_in_dim_and_bright_places(rng):
    spreads = [
        stabilise(expose(np.full((200, 200), light), 20, rng), 20).std() for light in (0.2, 1, 5)
    ]
    np.testing.assert_allclose(spreads, 1, atol=0.05)


@pytest.mark.parametrize("light", [0.2, 0.5, 1.0, 3.0])
def test_dim_light_does_not_come_back_too_dark(rng, light):
    stable = stabilise(expose(np.full((500, 500), light), 10, rng), 10)
    assert undo_stabilise(stable.mean(), 10) == pytest.approx(light, abs=0.02)


@pytest.mark.parametrize("restore", [gaussian_mean, similar_patches, wavelet_shrink])
def test_a_filter_takes_noise_away_and_leaves_brightness(rng, discs, restore):
    if restore is wavelet_shrink:
        pytest.importorskip("pywt")
    noisy = expose(discs, 10, rng)
    said = restore(noisy, 10)
    assert said.dtype == np.float32 and said.shape == discs.shape
    assert np.square(said - discs).mean() < 0.4 * np.square(noisy - discs).mean()
    assert said.mean() == pytest.approx(discs.mean(), rel=0.05)


def test_views_are_the_exposure_and_its_blurs(discs):
    views = blurred_views(discs)
    np.testing.assert_array_equal(views[..., 0], discs)
    spreads = views.std(axis=(0, 1))
    assert (np.diff(spreads) < 0).all()


@pytest.mark.parametrize("noisy", [np.ones((3, 8, 8)), np.full((8, 8), np.nan)])
def test_views_of_what_is_no_exposure_are_refused(noisy):
    with pytest.raises(ValueError, match="shape \\(y, x\\) and no NaN"):
        blurred_views(noisy)


def test_noise2noise_answers_with_other_noise_than_it_asks_with(discs):
    views, answer = next(exposure_batches([discs], teacher=expose, photons=(5, 6)))
    asked, answered = views[..., 0], answer[..., 0]
    _, truth = next(exposure_batches([discs], teacher=perfect, photons=(5, 6)))
    errors = [(one - truth[..., 0]).ravel() for one in (asked, answered)]
    assert min(error.std() for error in errors) > 0.1
    assert abs(np.corrcoef(errors)[0, 1]) < 0.05


def test_the_perfect_teacher_answers_without_noise(discs):
    _, answer = next(exposure_batches([discs], photons=(5, 6)))
    assert set(np.unique(answer[..., 0])) <= set(np.unique(discs))


def test_answers_may_come_from_another_frame(discs):
    _, answer = next(exposure_batches([discs], [discs + 5]))
    assert answer[..., 0].min() > 5


def test_the_error_is_squared_and_weighed():
    true = np.array([[[[1.0, 3.0]]]], np.float32)
    said = np.array([[[[0.5]]]], np.float32)
    assert float(np.squeeze(weighed_error(true, said))) == pytest.approx(0.75)


def test_an_untrained_network_is_nearly_a_blur(rng, discs):
    keras.utils.set_random_seed(0)
    noisy = expose(discs, 5, rng)
    said = denoise(build_denoiser(), noisy)
    assert said.shape == discs.shape
    assert np.square(said - discs).mean() < np.square(noisy - discs).mean()


def test_missing_weights_say_how_to_get_them(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"train_restoration\.py restore"):
        load_denoiser(tmp_path / "none.keras")


@pytest.mark.slow
def test_noise_teaches_as_truth_does(discs):
    frames = [discs, discs[::-1].copy()]
    noisy = expose(discs, 5, np.random.default_rng(9))
    errors = []
    for teacher in (perfect, expose):
        model = train_denoiser(frames, teacher=teacher, photons=(4, 8), steps=120, label="")
        errors.append(np.square(denoise(model, noisy) - discs).mean())
    blurred = np.square(gaussian_mean(noisy, 5, 1.5) - discs).mean()
    assert max(errors) < blurred
