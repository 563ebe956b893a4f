"""A stain out of transmitted light, painted by a network; and what it is measured against.

All take pairs of normalised images (`course_utils.data.pairs`) and give the normalised stain.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from course_utils.data.feeder import draw_centre
from course_utils.data.pairs import Pair
from course_utils.data.transforms import Augment, augment, turn
from course_utils.machine import quiet_import
from course_utils.metrics.images import pearson
from course_utils.models import classical
from course_utils.models.instances import targets
from course_utils.models.staining_rules import Image
from course_utils.models.staining_rules import Stain as Stain
from course_utils.models.staining_rules import forest_stain as forest_stain
from course_utils.models.staining_rules import mean_stain as mean_stain
from course_utils.models.staining_rules import ridge_stain as ridge_stain
from course_utils.models.unet import build_unet, instance_loss, predict_field, train_unet

with quiet_import():
    import keras

Batch = tuple[Image, Image]
CHANGED = Augment(gain=(0.8, 1.25), zoom=(0.87, 1.15), angle=8)
STEPS, RATE, SIZE, BATCH = 500, 0.012, 96, 8
MEMBERS, APART = 2, 100  # networks that are averaged, and how far their seeds lie apart
ROWS, MARGIN, MULTIPLE = 768, 128, 32  # rows of a prediction at a time, and what they see beyond
NUCLEI = classical.Watershed(smooth=1.0, level=1.3, hill=1.0, separation=5, rim=0.6, smallest=20)


def allowed_turns(pairs: Sequence[Pair], least: float = 0.8, seed: int = 0) -> tuple[int, ...]:
    """Orientations in which the light falls on the cells as it does in the pairs.

    Light from one side casts shadows to the other: turned, such an image is one that the
    microscope can not take. A small `ridge_stain` that was fitted to the pairs as they are is asked
    for the stain of the pairs turned and mirrored. Where it still knows, shadows lie alike.

    Args:
        pairs: of training.
        least: share of its correlation that the rule must keep.
        seed: of the rule.

    Returns:
        Numbers for `transforms.turn`, 0 among them: all eight in phase contrast, and in oblique
        light two, if it falls along an axis.

    Taught in: 09.
    """
    rule = ridge_stain(pairs, 9, each=1 + 20_000 // len(pairs), seed=seed)

    def kept(k: int) -> float:
        turned = [(turned_source(pair.source, k), turn(pair.target, k)) for pair in pairs]
        return float(np.mean([pearson(target, rule(source)) for source, target in turned]))

    straight = kept(0)
    return (0, *(k for k in range(1, 8) if kept(k) >= least * straight > 0))


def turned_source(source: Image, k: int) -> Image:
    """All channels (c, y, x) in one of eight orientations, as `transforms.turn`. Used in: 09."""
    return np.moveaxis(turn(np.moveaxis(source, 0, -1), k), -1, 0)


def stain_crops(
    pairs: Sequence[Pair],
    size: int = SIZE,
    batch: int = BATCH,
    seed: int = 0,
    turns: Sequence[int] = (0,),
    how: Augment = CHANGED,
    towards: float = 0.5,
) -> Iterator[Batch]:
    """Batches without end: crops of the source, and of what the network learns of the same place.

    That is the stain, and of the nuclei that `locate_nuclei` finds in it the inside and the
    relative distance, as in lesson 07.

    Args:
        pairs: of training; large fields are drawn from more often.
        size: side of the crops, pixels.
        batch: crops a batch.
        seed: the same seed gives the same batches.
        turns: orientations to draw from, as `allowed_turns` finds them.
        how: small changes beyond these: up to 8 degrees, 15 % of zoom, a quarter of contrast.
        towards: share of the crops laid around a bright pixel of the stain.

    Yields:
        Sources (batch, y, x, c) and stain, inside and distance (batch, y, x, 3).

    Raises:
        ValueError: a field is smaller than a crop.

    Used in: 09.
    """
    if any(min(pair.target.shape) < size for pair in pairs):
        raise ValueError(f"crops of {size} pixels do not fit into every field: make them smaller")
    rng = np.random.default_rng(seed)
    areas = np.array([pair.target.size for pair in pairs], float)
    fields = [np.moveaxis(pair.source, 0, -1) for pair in pairs]
    learned = [_learned(pair) for pair in pairs]
    bright = [pair.target > pair.target.mean() + pair.target.std() for pair in pairs]
    options = dict(how=how, rng=rng, axes="yxc", size=(size, size))
    while True:
        made = []
        for i in rng.choice(len(pairs), batch, p=areas / areas.sum()):
            centre = draw_centre(bright[i].shape, (size, size), rng, bright[i], towards)
            one = augment(fields[i], target=learned[i], centre=centre, **options)
            k = int(rng.choice(turns))
            made.append((turn(one.image, k), turn(one.target, k)))
        yield tuple(np.stack(part) for part in zip(*made, strict=True))


def stain_loss(true: keras.KerasTensor, said: keras.KerasTensor) -> keras.KerasTensor:
    """Squared error of the stain, what its correlation lacks to 1, and the errors of the nuclei.

    The squared error alone is small where a dull background is: most pixels are that. The
    correlation asks of each crop that bright be bright there.

    Args:
        true, said: shape (n, y, x, 3): stain, inside (true 0 or 1, said a logit), distance.

    Returns:
        One number a pixel, shape (n, y, x).

    Taught in: 09.
    """
    stain, painted = true[..., 0], said[..., 0]
    error = 10 * keras.ops.square(stain - painted) + correlation_lack(stain, painted)
    return error + 0.5 * instance_loss(true[..., 1:], said[..., 1:])


def correlation_lack(true: keras.KerasTensor, said: keras.KerasTensor) -> keras.KerasTensor:
    """What the correlation of each image with its truth lacks to 1, at every pixel of it.

    An even image has no correlation, and lacks all.

    Args:
        true, said: shape (n, y, x).

    Returns:
        Shape (n, 1, 1), from 0 to 2.

    Taught in: 09.
    """
    ops = keras.ops
    t, s = (one - ops.mean(one, (1, 2), keepdims=True) for one in (true, said))
    product, squares = (ops.sum(a * b, (1, 2), keepdims=True) for a, b in ((t, s), (t, t)))
    return 1 - product / ops.sqrt(squares * ops.sum(s * s, (1, 2), keepdims=True) + 0.01)


def train_stain(
    pairs: Sequence[Pair],
    seed: int = 0,
    steps: int = STEPS,
    rate: float = RATE,
    width: int = 16,
    depth: int = 3,
    members: int = MEMBERS,
    label: str = "training",
) -> keras.Model:
    """U-Nets that paint the stain, trained on crops of the pairs, and averaged.

    Two of 500 steps cost what one of 1,000 does, and on the wound's test columns are as good; they
    can disagree, which one cannot.

    Args:
        pairs: of training, all with the same channels.
        seed: of weights and crops; that of the next member is 100 higher.
        steps: batches for each member.
        rate: highest learning rate.
        width, depth: of each network.
        members: how many.
        label: of the progress bar; an empty one shows none.

    Returns:
        A network from (n, y, x, c) to (n, y, x, 3): stain, inside (a logit), distance, of which
        `predict_stain` gives the stain.

    Taught in: 09.
    """
    turns, networks = allowed_turns(pairs), []
    for member in range(members):
        own = seed + APART * member
        keras.utils.set_random_seed(own)
        networks.append(build_unet(width, depth, channels=len(pairs[0].source), outputs=3))
        crops = stain_crops(pairs, seed=own, turns=turns)
        train_unet(networks[-1], crops, steps, rate, stain_loss, label=label)
    return averaged(networks)


def averaged(networks: Sequence[keras.Model]) -> keras.Model:
    """One network that answers with the mean of several; it is saved as one file.

    Args:
        networks: that take and give the same shapes; one alone is returned as it is.

    Taught in: 09.
    """
    if len(networks) == 1:
        return networks[0]
    image = keras.Input(networks[0].input_shape[1:])
    return keras.Model(image, keras.layers.Average()([one(image) for one in networks]))


def predict_stain(model: keras.Model, source: Image) -> Image:
    """The stain that a network paints; a high image in strips, so that memory stays flat.

    Args:
        model: of `train_stain`.
        source: normalised, shape (c, y, x).

    Returns:
        Shape (y, x), float32.

    Raises:
        ValueError: the network was trained with another number of channels.

    Taught in: 09.
    """
    wanted = model.input_shape[-1]
    if source.ndim != 3 or len(source) != wanted:
        raise ValueError(f"the network takes {wanted} channels (c, y, x), not {source.shape}")
    field, height, parts = np.moveaxis(source, 0, -1), source.shape[1], []
    for top in range(0, height, ROWS):
        first, last = max(0, top - MARGIN), min(top + ROWS, height)
        said = predict_field(model, field[first : last + MARGIN], MULTIPLE)[..., 0]
        parts.append(said[top - first : last - first])
    return np.concatenate(parts)


def locate_nuclei(stain: Image, how: classical.Watershed = NUCLEI) -> NDArray[np.int32]:
    """Nuclei of a stain, be it real or painted: a threshold above Otsu's, then a watershed.

    A painted stain is pale where the network is not sure, and Otsu's own threshold would take all
    that for nuclei. Each nucleus ends where it has fallen to a share of its own brightness.

    Args:
        stain: normalised, shape (y, x).
        how: settings; the lengths fit nuclei of about 12 pixels.

    Returns:
        Labels from 1, shape (y, x), 0 is background; a constant image has none.

    Taught in: 09.
    """
    if stain.min() == stain.max():
        return np.zeros(stain.shape, np.int32)
    return classical.otsu_watershed(stain, how)


def _learned(pair: Pair) -> Image:
    """Stain, inside and distance, (y, x, 3)."""
    return np.concatenate([pair.target[..., None], targets(locate_nuclei(pair.target))], axis=-1)
