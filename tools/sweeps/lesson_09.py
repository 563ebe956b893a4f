"""Staining of the wound's cells: every method on the test columns, recipes, score against steps."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from course_utils.data import datasets, splits
from course_utils.data.pairs import Pair, movie_pairs
from course_utils.data.transforms import Augment
from course_utils.metrics.images import count_error, pearson, ssim
from course_utils.metrics.segmentation import score_objects

SOURCES = (
    "course_utils/data/pairs.py",
    "course_utils/metrics/images.py",
    "course_utils/metrics/segmentation.py",
    "course_utils/models/instances.py",
    "course_utils/models/staining.py",
    "course_utils/models/staining_rules.py",
    "course_utils/models/unet.py",
)
SEEDS, TRIALS, SHORT, TESTED = range(5), range(3), 300, "test columns 384-575"
RULES = {"mean stain": "floor", "ridge 15 x 15": "baseline", "random forest": "baseline"}
FIT = slice(0, splits.WOUND.fit_until)
CHOOSE = slice(splits.WOUND.choose_from, splits.WOUND.test_from)
TRAIN, TEST = slice(0, splits.WOUND.test_from), slice(splits.WOUND.test_from, None)
Part = tuple[list[Pair], list[NDArray]]


def wound(part: slice) -> Part:
    """Pairs of all frames of some columns, and the masks of their nuclei."""
    film = datasets.wound_healing()
    light, glow = (movie[..., part] for movie in (film.transmitted, film.hoechst))
    return movie_pairs(light, glow, film.name), list(film.nuclei[..., part])


def scored(part: Part, said: list[NDArray], **common) -> list[dict]:
    """Rows of the image scores, mean of all frames, and of the nuclei, all frames together."""
    from course_utils.models.staining import locate_nuclei

    pairs, masks = part
    found = [locate_nuclei(one) for one in said]
    objects = score_objects(masks, found)
    counts = (sum(len(np.unique(one[one > 0])) for one in labels) for labels in (masks, found))
    both = [(pair.target, one) for pair, one in zip(pairs, said, strict=True)]
    named = {
        "Pearson": np.mean([pearson(*one) for one in both]),
        "SSIM": np.mean([ssim(*one, peak=1) for one in both]),
        "nuclei F1 at 0.5": objects.f1,
        "nuclei mean AP": objects.mean_ap,
        "count error": count_error(*counts),
    }
    common = dict(data="wound_healing", **common)
    return [{**common, "metric": metric, "value": value} for metric, value in named.items()]


def rule(task: str, method: str, seed: int) -> list[dict]:
    """A floor or a baseline on the test columns; the forest alone has seeds that count."""
    from course_utils.models import staining

    fit = {
        "mean stain": staining.mean_stain,
        "ridge 15 x 15": staining.ridge_stain,
        "random forest": partial(staining.forest_stain, seed=seed),
    }[method]
    stain, part = fit(wound(TRAIN)[0]), wound(TEST)
    common = dict(task=task, method=method, seed=seed, role=RULES[method], split=TESTED)
    return scored(part, [stain(pair.source) for pair in part[0]], **common)


def real(task: str, method: str, seed: int) -> list[dict]:
    """The real stain, its nuclei found in the same way."""
    part = wound(TEST)
    common = dict(task=task, method=method, seed=seed, role="reference", split=TESTED)
    return scored(part, [pair.target for pair in part[0]], **common)


def network(task: str, method: str, seed: int, **alone) -> list[dict]:
    """The lesson's pair of networks on the test columns, or `alone` one of some steps."""
    from course_utils.models.staining import predict_stain, train_stain

    model = train_stain(wound(TRAIN)[0], seed, **alone, label="")
    part = wound(TEST)
    said = [predict_stain(model, pair.source) for pair in part[0]]
    role = "stored" if alone else "ours"
    return scored(part, said, task=task, method=method, seed=seed, role=role, split=TESTED)


@dataclass(frozen=True)
class Recipe:
    """What one trial changes of `train_stain`: the others are one network of fewer steps."""

    steps: int = SHORT
    members: int = 1
    crops: tuple[tuple[str, object], ...] = ()
    lacking: float = 1.0
    nuclei: float = 0.5


TRIED = {
    "as it is": Recipe(),
    "squared error only": Recipe(lacking=0.0, nuclei=0.0),
    "stain only": Recipe(nuclei=0.0),
    "not mirrored": Recipe(crops=(("turns", (0,)),)),
    "all eight orientations": Recipe(crops=(("turns", tuple(range(8))),)),
    "no small changes": Recipe(crops=(("how", Augment()),)),
    "not towards nuclei": Recipe(crops=(("towards", 0.0),)),
    "1,000 steps": Recipe(steps=1000),
    "two networks": Recipe(members=2),
}


def loss(recipe: Recipe) -> Callable:
    """The parts of `stain_loss`, weighed otherwise."""
    import keras

    from course_utils.models.staining import correlation_lack
    from course_utils.models.unet import instance_loss

    def weighed(true, said):
        error = 10 * keras.ops.square(true[..., 0] - said[..., 0])
        lacks = recipe.lacking * correlation_lack(true[..., 0], said[..., 0])
        return error + lacks + recipe.nuclei * instance_loss(true[..., 1:], said[..., 1:])

    return weighed


def one_try(task: str, method: str, seed: int) -> list[dict]:
    """Fit on columns 0-271 with fewer steps, score on 288-383: where settings are chosen."""
    import keras

    from course_utils.models import staining
    from course_utils.models.unet import build_unet, train_unet

    recipe, pairs, part = TRIED[method], wound(FIT)[0], wound(CHOOSE)
    options = dict(turns=staining.allowed_turns(pairs)) | dict(recipe.crops)
    networks = []
    for own in range(seed, seed + staining.APART * recipe.members, staining.APART):
        keras.utils.set_random_seed(own)
        networks.append(build_unet(16, 3, channels=len(pairs[0].source), outputs=3))
        crops = staining.stain_crops(pairs, seed=own, **options)
        train_unet(networks[-1], crops, recipe.steps, staining.RATE, loss(recipe), label="")
    model = staining.averaged(networks)
    said = [staining.predict_stain(model, pair.source) for pair in part[0]]
    role = "ours" if method == "as it is" else "baseline"
    common = dict(task=task, method=method, seed=seed, role=role)
    return scored(part, said, split="choose columns 288-383", **common)


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One method with one seed a job: (task, method, seed) -> function that gives its rows."""
    task = "oblique light to Hoechst"
    found = {(task, method, 0): rule for method in RULES} | {(task, "real stain", 0): real}
    found |= {(task, "random forest", seed): rule for seed in SEEDS}
    found |= {(task, "U-Net", seed): network for seed in SEEDS}
    found |= {("recipes", method, seed): one_try for method in TRIED for seed in TRIALS}
    made = {key: partial(make, *key) for key, make in found.items()}
    for steps, seed in product((500, 1000), TRIALS):
        key = ("curve", f"one network, {steps:,} steps", seed)
        made[key] = partial(network, *key, members=1, steps=steps)
    return made
