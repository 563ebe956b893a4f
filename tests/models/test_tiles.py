"""Tiles: the same as in one piece, each object once, and what goes wrong without care."""

import warnings

import numpy as np
import pytest
from scipy import ndimage as ndi

from course_utils.models.tiles import predict_tiled, segment_tiled, spans

KERNEL = np.random.default_rng(0).normal(size=(9, 9))


def convolve(batch: np.ndarray) -> np.ndarray:
    """A layer of radius 4 with zeros around, as a network pads: (n, y, x, 1) to (n, y, x, 2)."""
    found = np.stack([ndi.convolve(one[..., 0], KERNEL, mode="constant") for one in batch])
    return np.stack([found, -found], axis=-1)


def pool(batch: np.ndarray) -> np.ndarray:
    """Max pooling by 8 and back: what a pixel gets depends on where the grid of 8 begins."""
    n, y, x, c = batch.shape
    small = batch.reshape(n, y // 8, 8, x // 8, 8, c).max(axis=(2, 4))
    return small.repeat(8, axis=1).repeat(8, axis=2)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).random(shape).astype(np.float32)


def discs(shape: tuple[int, int], every: int, radius: float) -> np.ndarray:
    """Discs on a slanted grid, so that centres fall everywhere on the borders of tiles."""
    y, x = np.indices(shape)
    x = x + y // every * 5
    return np.hypot(y % every - every / 2, x % every - every / 2) < radius


def whole_labels(image: np.ndarray) -> np.ndarray:
    return ndi.label(image)[0].astype(np.int32)


def same_objects(a: np.ndarray, b: np.ndarray) -> bool:
    """True if both have the same objects, whatever their numbers."""
    pairs = np.unique(np.stack([a.ravel(), b.ravel()]), axis=1)
    return pairs.shape[1] == len(np.unique(a)) == len(np.unique(b))


@pytest.mark.parametrize("size", [1, 63, 64, 65, 100, 127, 128, 129, 500])
def test_every_pixel_belongs_to_one_tile_with_its_margin(size):
    found = spans(size, tile=64, margin=16, multiple=8)
    assert [i for span in found for i in range(span.first, span.last)] == list(range(size))
    for span in found:
        assert span.start % 8 == 0
        assert span.first == 0 or span.first - span.start >= 16
        assert span.last == size or span.start + 64 - span.last >= 16


@pytest.mark.parametrize("shape", [(128, 160), (97, 131), (20, 200), (5, 3), (64, 64)])
def test_tiled_equals_untiled(shape):
    image = noise(*shape)
    whole = convolve(image[None, ..., None])[0]
    found = predict_tiled(convolve, image, 64, 8, batch=3, multiple=8, progress=False)
    assert found.shape == (*shape, 2) and found.dtype == np.float32
    inside = tuple(slice(None if size % 8 == 0 else -8) for size in shape)
    np.testing.assert_allclose(found[inside], whole[inside], atol=1e-4)


def test_a_margin_below_the_receptive_field_leaves_seams():
    image = noise(128, 128)
    whole = convolve(image[None, ..., None])[0]
    found = predict_tiled(convolve, image, 64, 2, 4, multiple=4, progress=False)
    assert np.abs(found - whole).max() > 0.1


def test_pooling_stays_on_the_grid_of_the_whole_image():
    image = noise(128, 160)
    whole = pool(image[None, ..., None])[0]
    found = predict_tiled(pool, image, 64, 16, multiple=8, progress=False)
    np.testing.assert_array_equal(found, whole)


def test_tiles_that_would_leave_the_grid_of_pooling_are_refused():
    """With margin 12 tiles start at 0, 40, 80; on 16, 32, 48 ... other pixels are pooled."""
    with pytest.raises(ValueError, match="tile - 2 \\* margin is 40, not a multiple of 16"):
        predict_tiled(pool, noise(128, 128), 64, 12, multiple=16)
    with pytest.raises(ValueError, match="margin below 32"):
        predict_tiled(pool, noise(128, 128), 64, 32)


def test_a_network_with_pooling_predicts_the_same_in_tiles():
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    layers = keras.layers
    net = keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(4),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.UpSampling2D(4),
            layers.Conv2D(2, 3, padding="same"),
        ]
    )
    image = noise(160, 128)
    whole = net(image[None, ..., None]).numpy()[0]
    found = predict_tiled(net.predict_on_batch, image, 64, 16, 2, multiple=4, progress=False)
    assert np.abs(whole).max() > 0.1
    np.testing.assert_allclose(found, whole, atol=1e-4)


def test_every_call_has_the_same_shape():
    """A last batch of fewer tiles would make TensorFlow build its graph again."""
    seen = set()

    def predict(batch):
        seen.add((batch.shape, batch.dtype.name))
        return batch

    predict_tiled(predict, noise(150, 70, 3), 64, 16, batch=5, progress=False)
    assert seen == {((5, 64, 64, 3), "float32")}


def test_an_image_on_disk_is_read_by_tiles_and_written_to_disk(tmp_path):
    image = np.lib.format.open_memmap(tmp_path / "image.npy", "w+", np.uint16, (200, 150))
    image[:] = np.arange(200 * 150).reshape(200, 150) % 251
    out = np.lib.format.open_memmap(tmp_path / "out.npy", "w+", np.float32, (200, 150, 1))
    assert predict_tiled(lambda batch: batch, image, 64, 16, progress=False, out=out) is out
    np.testing.assert_array_equal(out[..., 0], image)


def test_a_network_that_changes_the_size_is_refused():
    with pytest.raises(ValueError, match="must keep batch, y and x"):
        predict_tiled(lambda batch: batch[:, ::2, ::2], noise(64, 64), 64, 0)
    with pytest.raises(ValueError, match="not empty"):
        predict_tiled(pool, noise(0, 64))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(200, 230), (64, 64), (40, 300), (129, 65)])
def test_objects_are_the_same_in_tiles_and_counted_once(shape):
    image = discs(shape, every=12, radius=5.2)
    whole = whole_labels(image)
    found = segment_tiled(whole_labels, image, 64, 16, multiple=1, progress=False)
    assert found.dtype == np.int32 and found.max() == whole.max()
    assert same_objects(found, whole)


def test_an_object_whose_tiles_disagree_about_its_centre_is_neither_lost_nor_doubled():
    """Tiles start at 0 and 32, the border is 48. Each tile sees the disc a pixel to its own side
    (then both claim it) or to the other's (then neither would)."""
    image = np.zeros((64, 96), np.uint8)
    image[20:31, 43:54] = 1
    for side in (-1, 1):
        calls = iter([side, -side])

        def shifted(tile, calls=calls):
            return np.roll(whole_labels(tile), next(calls), axis=1)

        found = segment_tiled(shifted, image, 64, 16, progress=False)
        assert found.max() == 1 and (found > 0).sum() == 121


def test_a_cell_at_the_edge_of_a_small_image_is_not_lost_in_its_mirror_image():
    image = np.zeros((40, 40), bool)
    image[10:20, 34:] = True
    found = segment_tiled(whole_labels, image, 64, 16, progress=False)
    assert same_objects(found, whole_labels(image))


def test_an_object_larger_than_the_margin_is_named():
    image = np.zeros((64, 160), bool)
    image[10:20, 20:70] = True
    with pytest.warns(UserWarning, match=r"label 1 at y=14, x=\d+, measures .* margin is 16"):
        segment_tiled(whole_labels, image, 64, 16, progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        segment_tiled(whole_labels, image, 160, 64, progress=False)


def test_labels_are_checked_before_they_are_joined():
    image = noise(64, 64)
    for wrong in (image, np.zeros((10, 64), int), np.full((64, 64), -1)):
        with pytest.raises(ValueError, match="segment must give integer labels"):
            segment_tiled(lambda _, wrong=wrong: wrong, image, 64, 16, progress=False)


def test_more_objects_than_the_output_can_count_are_an_error_not_a_wrap_around():
    image = discs((200, 200), every=10, radius=4)
    with pytest.raises(ValueError, match="out holds uint8"):
        out = np.zeros((200, 200), np.uint8)
        segment_tiled(whole_labels, image, 64, 16, progress=False, out=out)
