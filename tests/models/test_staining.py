"""Painting a stain: what the rules can, what the light allows, what the network must learn."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from course_utils.data.pairs import Pair, normalise_pair
from course_utils.metrics.images import pearson
from course_utils.models.staining import (
    allowed_turns,
    forest_stain,
    locate_nuclei,
    mean_stain,
    predict_stain,
    ridge_stain,
    stain_crops,
    stain_loss,
    train_stain,
    turned_source,
)
from course_utils.models.unet import build_unet


def field(seed=0, planes=1, shape=(96, 128), shadow=True):
    """Round nuclei; light from above shows their slope, light from everywhere their height."""
    rng = np.random.default_rng(seed)
    glow = np.zeros(shape)
    y, x = np.mgrid[8 : shape[0] - 8 : 24, 8 : shape[1] - 8 : 24]
    glow[y + rng.integers(0, 8, y.shape), x + rng.integers(0, 8, x.shape)] = 1
    glow = gaussian_filter(glow, 3) / gaussian_filter(np.eye(1, 40, 20)[0], 3).max() ** 2
    seen = np.gradient(glow, axis=0) if shadow else glow
    light = 100 + 40 * np.stack([seen] * planes) + rng.normal(0, 1, (planes, *shape))
    return normalise_pair(light, 500 * glow + rng.normal(0, 5, shape), f"field {seed}")


@pytest.mark.parametrize("fit", [ridge_stain, forest_stain])
def test_a_rule_works_on_a_field_it_has_not_seen_and_at_its_edges(fit):
    rule = fit([field(0), field(1)])
    pair = field(2)
    said = rule(pair.source)
    assert said.shape == pair.target.shape and said.dtype == np.float32
    assert pearson(pair.target, said) > 0.6
    assert pearson(pair.target[:6], said[:6]) > 0.2


def test_the_ridge_kernel_is_not_mirrored_when_it_is_applied():
    rng = np.random.default_rng(0)
    source = rng.standard_normal((2, 60, 70)).astype(np.float32)
    target = np.roll(source[0], (3, -2), (0, 1)) + 0.5 * np.roll(source[1], 1, 0)
    rule = ridge_stain([Pair(source, target)], size=9, strength=0.01)
    inside = (slice(6, -6),) * 2
    assert pearson(target[inside], rule(source)[inside]) > 0.98


def test_the_forest_gives_the_same_in_strips_as_in_one_piece(monkeypatch):
    rule, pair = forest_stain([field(0, planes=2)], largest=4.0), field(1, planes=2)
    whole = rule(pair.source)
    monkeypatch.setattr("course_utils.models.staining_rules.STRIP", 20)
    np.testing.assert_allclose(rule(pair.source)[:90], whole[:90], atol=0.02)


def test_the_mean_says_one_number_everywhere():
    pairs = [field(0), field(1)]
    said = mean_stain(pairs)(pairs[0].source)
    assert said.min() == said.max() == pytest.approx(np.mean([p.target for p in pairs]), rel=1e-5)


def test_light_from_above_may_be_mirrored_left_to_right_only():
    assert allowed_turns([field(seed) for seed in range(3)]) == (0, 4)


def test_light_from_everywhere_may_be_turned_and_mirrored_in_every_way():
    assert allowed_turns([field(seed, shadow=False) for seed in range(3)]) == tuple(range(8))


def test_light_that_tells_nothing_allows_no_turn_by_chance():
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((1, 96, 128)).astype(np.float32)
    assert 0 in allowed_turns([Pair(noise, field(0).target)])


def test_source_and_stain_of_a_crop_stay_in_one_place_whatever_is_drawn():
    pair = field(0)
    same = Pair(np.stack([pair.target, 2 * pair.target]), pair.target)
    x, y = next(stain_crops([same], size=32, batch=16, turns=range(8)))
    assert x.shape == (16, 32, 32, 2) and y.shape == (16, 32, 32, 3)
    for source, stain in zip(x[..., 0], y[..., 0], strict=True):
        assert pearson(stain, source) > 0.999


def test_the_nuclei_move_with_their_stain():
    _, y = next(stain_crops([field(0)], size=64, batch=8, turns=range(8)))
    for stain, inside, distance in np.moveaxis(y, -1, 1):
        assert pearson(stain, inside) > 0.5 and pearson(stain, distance) > 0.7


def test_batches_repeat_with_their_seed_and_differ_with_another():
    one, two, other = (next(stain_crops([field(0)], 32, 4, seed))[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_dark_crops_without_contrast_give_no_nan():
    flat = np.zeros((2, 8, 8, 3), np.float32)
    loss = np.asarray(stain_loss(flat, flat))
    assert loss.shape == (2, 8, 8) and np.isfinite(loss).all()


def test_a_pale_copy_loses_less_than_an_even_grey_and_a_true_one_least():
    _, true = next(stain_crops([field(0)], 64, 4))
    said = true.copy()
    said[..., 1] = np.where(true[..., 1] > 0.5, 9, -9)
    pale, grey = said.copy(), said.copy()
    pale[..., 0] *= 0.7
    grey[..., 0] = true[..., 0].mean()
    losses = [float(np.mean(stain_loss(true, one))) for one in (said, pale, grey)]
    assert losses[0] < 0.1 and losses[0] < losses[1] < losses[2]


def test_nuclei_of_the_real_stain_are_counted_and_a_blank_has_none():
    assert locate_nuclei(field(0).target).max() == 20
    assert locate_nuclei(np.full((40, 40), 0.2, np.float32)).max() == 0


def test_channels_that_the_network_has_not_learned_are_refused():
    model = build_unet(8, 3, channels=1, outputs=3)
    with pytest.raises(ValueError, match=r"takes 1 channels .* not \(3, 96, 128\)"):
        predict_stain(model, field(0, planes=3).source)


def test_a_high_image_in_strips_is_that_in_one_piece(monkeypatch):
    model, source = build_unet(8, 3, channels=1, outputs=3), field(1, shape=(480, 64)).source
    whole = predict_stain(model, source)
    monkeypatch.setattr("course_utils.models.staining.ROWS", 160)
    strips = predict_stain(model, source)
    assert strips.shape == whole.shape == (480, 64)
    np.testing.assert_allclose(strips, whole, atol=1e-4)


@pytest.mark.slow
def test_training_repeats_with_its_seed():
    pair, source = field(0), field(1).source
    said = [predict_stain(train_stain([pair], s, steps=20, label=""), source) for s in (0, 0, 1)]
    np.testing.assert_allclose(said[0], said[1], atol=1e-4)
    assert not np.allclose(said[0], said[2], atol=1e-2)


@pytest.mark.slow
def test_a_short_training_learns_many_planes_without_another_setting():
    pairs = [field(seed, planes=5) for seed in range(2)]
    model = train_stain(pairs, steps=60, label="")
    pair = field(9, planes=5)
    assert pearson(pair.target, predict_stain(model, pair.source)) > 0.85


def test_turning_a_source_turns_each_of_its_channels():
    source = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    np.testing.assert_array_equal(turned_source(source, 5)[1], np.rot90(source[1])[:, ::-1])
