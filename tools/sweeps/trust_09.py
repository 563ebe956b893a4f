"""When not to trust a painted stain: warnings measured on held-out, blurred and foreign images."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_utils.data import datasets
from course_utils.data.pairs import Pair, columns
from course_utils.metrics.classification import bootstrap_interval, roc_auc
from course_utils.metrics.images import pearson
from course_utils.metrics.matching import match_objects
from course_utils.models.staining import locate_nuclei
from course_utils.models.trust import (
    Opinion,
    ask_members,
    ask_moved,
    calibrate_error,
    choose_limit,
    error_curve,
    load_members,
    score_warnings,
    trust_mask,
)
from course_utils.models.usual import TILE, learn_usual, over_pixels
from sweeps.fields_09 import (
    BLURS,
    CHOOSE,
    FIT,
    FOREIGN,
    TEST,
    blur_of,
    bodies,
    large,
    share_of_cells,
    tested,
    units,
    wound,
)

SOURCES = (
    "course_utils/data/pairs.py",
    "course_utils/metrics/images.py",
    "course_utils/models/staining.py",
    "course_utils/models/trust.py",
    "course_utils/models/unet.py",
    "course_utils/models/usual.py",
    "tools/sweeps/fields_09.py",
)
BINS, MARGIN = 10, 32


class Doubt(NamedTuple):
    """A rule: what is said of a source, the error to expect of it, and the limit chosen."""

    ask: Callable[[NDArray], Opinion]
    size: Callable[[Opinion], NDArray]
    expected: Callable[[NDArray], NDArray]
    limit: float


@lru_cache(maxsize=1)
def members() -> list:
    """The five stored networks."""
    return load_members()


def seen_with_margin(ask: Callable, pairs: list[Pair], part: slice) -> list[Opinion]:
    """Opinions on columns that the network sees with what lies left of them."""
    first = max(0, part.start - MARGIN)
    wide = [ask(pair.source[..., first : part.stop]) for pair in pairs]
    cut = np.s_[:, part.start - first :]
    return [Opinion(one.mean[cut], one.deviation[cut]) for one in wide]


def disagreement(opinion: Opinion) -> NDArray:
    """The deviation of the members."""
    return opinion.deviation


def brightness(opinion: Opinion) -> NDArray:
    """The floor: bright paint may be wrong, dark paint is not."""
    return np.abs(opinion.mean - units()[0])


RULES: dict[str, tuple[Callable, Callable[[Opinion], NDArray], str]] = {
    "how bright it paints": (lambda source: ask_members(members(), source), brightness, "floor"),
    "one network, moved": (
        lambda source: ask_moved(members()[0], source),
        disagreement,
        "baseline",
    ),
    "ensemble of 5": (lambda source: ask_members(members(), source), disagreement, "ours"),
}


@lru_cache(maxsize=4)
def doubt(method: str) -> Doubt:
    """The rule, its curve and its limit, all from the columns that are there to choose by."""
    ask, size, _ = RULES[method]
    opinions = seen_with_margin(ask, wound(), CHOOSE)
    error = errors(opinions, [columns(pair, CHOOSE) for pair in wound()])
    sizes = np.stack([size(one) for one in opinions])
    expected = calibrate_error(sizes, error)
    return Doubt(ask, size, expected, choose_limit(expected(sizes), error, large()))


def errors(opinions: list[Opinion], pairs: list[Pair]) -> NDArray:
    """Absolute errors of the mean stain, all frames."""
    return np.stack([np.abs(o.mean - p.target) for o, p in zip(opinions, pairs, strict=True)])


def answers(task: str, ask: Callable) -> list[Opinion]:
    """Opinions on the pairs of a task."""
    if task in FOREIGN:
        return [ask(pair.source) for pair in tested(task)]
    return seen_with_margin(ask, wound(blur_of(task)), TEST)


def warnings(task: str, method: str, seed: int) -> list[dict]:
    """How well a rule finds the large errors of a task, and how far its promise goes astray."""
    pairs, rule = tested(task), doubt(method)
    opinions = answers(task, rule.ask)
    error = errors(opinions, pairs)
    sizes = np.stack([rule.size(one) for one in opinions])
    expected = rule.expected(sizes)
    trusted = trust_mask(expected, rule.limit)
    values = scores("", trusted, error, expected, sizes)
    values |= {"stain": correlation(opinions, pairs), "nuclei a field": counted(opinions)}
    if method == "ensemble of 5":
        usual = np.stack([usual_pixels(pair.source) for pair in pairs])
        values |= scores(", with the input check", trusted & usual, error)
        curve = error_curve(expected, error, BINS)
        for k, pair in enumerate(zip(curve.promised, curve.found, strict=True)):
            values |= dict(zip((f"promised, bin {k}", f"found, bin {k}"), pair, strict=True))
    if task == "held-out columns":
        bright = np.stack([bodies(pair.source) for pair in pairs])
        values |= scores(", bright bodies", trusted[bright], error[bright])
    return rows(task, method, seed, RULES[method][2], values)


def scores(
    where: str, trusted: NDArray, error: NDArray, expected=None, sizes=None
) -> dict[str, float]:
    """Precision and recall of the warnings, NaN left out, with what was promised and found."""
    found = score_warnings(trusted, error, large())
    values = {f"{name}{where}": value for name, value in vars(found).items()}
    values[f"error{where}"] = float(error.mean())
    if expected is not None:
        wrong = error.ravel() > large()
        values["promised error"] = float(expected.mean())
        values["AUC"] = roc_auc(wrong, sizes.ravel()) if wrong.any() else np.nan
    return {name: value for name, value in values.items() if np.isfinite(value)}


def correlation(opinions: list[Opinion], pairs: list[Pair]) -> float:
    """Mean Pearson correlation; 0 where there is no stain to paint."""
    both = [(p.target, o.mean) for o, p in zip(opinions, pairs, strict=True)]
    return float(np.mean([pearson(*pair) if np.ptp(pair[0]) else 0.0 for pair in both]))


def counted(opinions: list[Opinion]) -> float:
    """Painted nuclei a field that are as high as half a usual one."""
    ground = units()[0]
    return float(np.mean([len(heights(o.mean, ground + large())) for o in opinions]))


def heights(stain: NDArray, least: float) -> list[int]:
    """Labels of painted nuclei whose median reaches `least`."""
    found = locate_nuclei(stain)
    labels = range(1, int(found.max()) + 1)
    tops = ndimage.median(stain, found, labels) if found.max() else []
    return [label for label, top in zip(labels, tops, strict=True) if top >= least]


@lru_cache(maxsize=1)
def input_check() -> Callable[[NDArray], NDArray]:
    """The check of the input, from the fitted columns."""
    return learn_usual([pair.source[..., FIT] for pair in wound()])


def usual_pixels(source: NDArray) -> NDArray[np.bool_]:
    """Pixels of tiles that look like those of the training."""
    return over_pixels(input_check()(source), source.shape[1:]) <= 1


def foreign_tiles(task: str, method: str, seed: int) -> list[dict]:
    """Whether the input check tells tiles of a task from those of the held-out columns."""
    distance = input_check()
    usual = np.concatenate([distance(p.source).ravel() for p in tested("held-out columns")])
    there = np.concatenate([distance(pair.source).ravel() for pair in tested(task)])
    values = {"tiles warned of": float((there > 1).mean())}
    if task == "bacteria":
        masks = datasets.bacteria_movie().masks[4::4]
        held = np.concatenate([share_of_cells(mask) for mask in masks]) > 0.05
        values |= {"tiles with cells warned of": float((there[held] > 1).mean())}
        there = there[held]
    if task != "held-out columns":
        is_foreign = np.repeat([0, 1], [len(usual), len(there)])
        values["AUC of tiles"] = roc_auc(is_foreign, np.concatenate([usual, there]))
    return rows(task, method, seed, "stored", values)


def objects(task: str, method: str, seed: int) -> list[dict]:
    """Whether doubt inside an object tells inventions from hits, and misses from hits."""
    ask, size, role = RULES[method]
    opinions = answers(task, ask)
    sides = {"inventions": [], "misses": []}
    for opinion, true in zip(opinions, datasets.wound_healing().nuclei[..., TEST], strict=True):
        painted, inside = locate_nuclei(opinion.mean), size(opinion)
        found = match_objects(true, painted)
        sides["inventions"] += judged(painted, found.invented, inside)
        sides["misses"] += judged(true, found.missed, inside)
    values = {}
    for name, cases in sides.items():
        wrong, score, place = map(np.array, zip(*cases, strict=True))
        low, high = bootstrap_interval(one_auc, wrong, score, place, repeats=500)
        values |= {f"{name}": wrong.sum(), f"AUC of {name}": roc_auc(wrong, score)}
        values |= {f"AUC of {name}, low": low, f"AUC of {name}, high": high}
    return rows(task, method, seed, role, values)


def one_auc(wrong: NDArray, score: NDArray) -> float:
    """The AUC of a bootstrap sample; one half where a class is missing."""
    return roc_auc(wrong, score) if 0 < wrong.sum() < len(wrong) else 0.5


def judged(labels: NDArray, wrong: NDArray, doubts: NDArray) -> list[tuple[int, float, int]]:
    """For each object: is it wrong, the mean doubt inside, and the square of the field it is in.

    Nuclei move little from frame to frame, so that those of one square are resampled together.
    """
    there = np.unique(labels[labels > 0])
    inside = ndimage.mean(doubts, labels, there)
    centres = ndimage.center_of_mass(labels > 0, labels, there)
    squares = [int(y // TILE * 100 + x // TILE) for y, x in centres]
    return list(zip(np.isin(there, wrong).astype(int), inside, squares, strict=True))


def rows(task: str, method: str, seed: int, role: str, values: dict[str, float]) -> list[dict]:
    """One row a value."""
    data = {"bacteria": "bacteria_movie", "virtual nuclei": "simulate"}.get(task, "wound_healing")
    split = "whole fields" if task in FOREIGN else "test columns 384-575"
    common = dict(task=task, data=data, split=split, method=method, role=role, seed=seed)
    return [{**common, "metric": name, "value": float(value)} for name, value in values.items()]


def jobs() -> dict[tuple[str, str, int], Callable[[], list[dict]]]:
    """One rule on one task a job: (task, method, seed) -> function that gives its rows."""
    tasks = ("held-out columns", *(f"blur {sigma:g} pixels" for sigma in BLURS), *FOREIGN)
    found = {(task, method, 0): warnings for task in tasks for method in RULES}
    found |= {(task, "input check", 0): foreign_tiles for task in tasks}
    made = {key: partial(make, *key) for key, make in found.items()}
    for method in RULES:
        key = ("objects", method, 0)
        made[key] = partial(objects, *key)
    return made
