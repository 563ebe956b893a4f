"""Answers to the exercises of lesson 06: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

import hashlib
import json

import numpy as np
from scipy.stats import entropy
from sklearn.utils.class_weight import compute_class_weight

from course_utils.data.transforms import turn


def loss_with_a_loop(counts):
    total, second = sum(counts), 0.0
    for n in counts:
        if n > 0:
            second -= n / total * np.log(n / total)
    return np.log(len(counts)), second


def loss_without_zeros(counts):
    p = counts / counts.sum()
    return [
        np.log(counts.size),
        float(np.sum(np.where(p > 0, -p * np.log(np.maximum(p, 1e-300)), 0))),
    ]


def verdict_early_return(loss, val_loss):
    if np.isnan(loss).any() or np.isinf(loss).any():
        return "diverging"
    if loss[-1] > loss[0]:
        return "diverging"
    if loss[-1] > loss[0] * 0.95:
        return "not learning"
    if val_loss[-1] > min(val_loss) * 1.5:
        return "learned by heart"
    return "learning"


def verdict_chain(loss, val_loss):
    loss, val_loss = np.array(loss), np.array(val_loss)
    if not np.all(np.isfinite(loss)) or loss[-1] > loss[0]:
        answer = "diverging"
    elif loss[-1] / loss[0] > 0.95:
        answer = "not learning"
    elif val_loss[-1] / val_loss.min() > 1.5:
        answer = "learned by heart"
    else:
        answer = "learning"
    return answer


def verdict_with_select(loss, val_loss):
    bad = not all(np.isfinite(loss)) or loss[-1] > loss[0]
    cases = [bad, loss[-1] > 0.95 * loss[0], val_loss[-1] > 1.5 * np.nanmin([*val_loss, 1e9])]
    return str(np.select(cases, ["diverging", "not learning", "learned by heart"], "learning"))


def verdict_without_nan(loss, val_loss):
    if loss[-1] > loss[0]:
        return "diverging"
    if loss[-1] > 0.95 * loss[0]:
        return "not learning"
    return "learned by heart" if val_loss[-1] > 1.5 * min(val_loss) else "learning"


def verdict_of_the_end(loss, val_loss):
    if not (loss[-1] <= loss[0]):
        return "diverging"
    return verdict_without_nan(loss, val_loss)


def verdict_of_nan_alone(loss, val_loss):
    if np.isnan(loss).any() or loss[-1] > loss[0]:
        return "diverging"
    return verdict_without_nan(loss, val_loss)


def verdict_standing_still(loss, val_loss):
    if not np.isfinite(loss).all() or loss[-1] >= loss[0]:
        return "diverging"
    return verdict_without_nan(loss, val_loss)


def verdict_of_highest(loss, val_loss):
    if not np.isfinite(loss).all() or loss[-1] > loss[0]:
        return "diverging"
    if loss[-1] > 0.95 * max(loss):
        return "not learning"
    return "learned by heart" if val_loss[-1] > 1.5 * min(val_loss) else "learning"


def verdict_of_the_range(loss, val_loss):
    first = verdict_early_return(loss, [1.0])
    if first != "learning":
        return first
    return "learned by heart" if max(val_loss) > 1.5 * min(val_loss) else "learning"


def verdict_of_lowest_training(loss, val_loss):
    first = verdict_early_return(loss, [1.0])
    if first != "learning":
        return first
    return "learned by heart" if val_loss[-1] > 1.5 * min(loss) else "learning"


def verdict_in_another_order(loss, val_loss):
    if loss[-1] > 0.95 * loss[0]:
        return "not learning"
    return verdict_early_return(loss, val_loss)


def verdict_gap_first(loss, val_loss):
    if val_loss[-1] > 1.5 * min(val_loss):
        return "learned by heart"
    return verdict_early_return(loss, val_loss)


def verdict_against_training(loss, val_loss):
    first = verdict_early_return(loss, val_loss)
    if first in ("diverging", "not learning"):
        return first
    return "learned by heart" if val_loss[-1] > 1.5 * loss[-1] else "learning"


def verdict_of_first(loss, val_loss):
    first = verdict_early_return(loss, [1.0])
    if first != "learning":
        return first
    return "learned by heart" if val_loss[-1] > 1.5 * val_loss[0] else "learning"


def verdict_of_lowest(loss, val_loss):
    if not np.isfinite(loss).all() or min(loss) > loss[0]:
        return "diverging"
    if min(loss) > 0.95 * loss[0]:
        return "not learning"
    return "learned by heart" if val_loss[-1] > 1.5 * min(val_loss) else "learning"


def weights_with_a_loop(labels, classes):
    return [len(labels) / (classes * list(labels).count(k)) for k in range(classes)]


def weights_by_mean(labels, classes):
    return np.array([1 / (classes * np.mean(labels == k)) for k in range(classes)])


def copies_by_bytes(train, new):
    known = {np.ascontiguousarray(turn(old, k)).tobytes() for old in train for k in range(8)}
    return sum(np.ascontiguousarray(one).tobytes() in known for one in new)


def copies_by_broadcast(train, new):
    turned = np.array([turn(one, k) for one in new for k in range(8)])
    same = (turned[:, None] == train[None]).all(axis=(2, 3)).any(axis=1)
    return same.reshape(len(new), 8).any(axis=1).sum()


def copies_with_loops(train, new):
    count = 0
    for one in new:
        found = False
        for old in train:
            for k in range(8):
                if np.array_equal(turn(old, k), one):
                    found = True
        if found:
            count += 1
    return count


def copies_by_lists(train, new):
    known = train.tolist()
    return sum(any(turn(one, k).tolist() in known for k in range(8)) for one in new)


def copies_in(train, new, orientations):
    count = 0
    for one in new:
        count += any(np.array_equal(turn(one, k), old) for k in orientations for old in train)
    return count


def copies_by_flips(train, new):
    count = 0
    for one in new:
        turned = [one, one[::-1], one[:, ::-1], *(np.rot90(one, k) for k in (1, 2, 3))]
        count += any(np.array_equal(t, old) for t in turned for old in train)
    return count


def copies_of_pairs(train, new):
    count = 0
    for one in new:
        for old in train:
            if any(np.array_equal(turn(old, k), one) for k in range(8)):
                count += 1
    return count


def exact_copies(train, new):
    return sum(any((one == old).all() for old in train) for one in new)


def rotated_copies(train, new):
    return sum(
        any(np.array_equal(np.rot90(one, k), old) for old in train for k in range(4)) for one in new
    )


def size_in_steps(side, kernels, maps):
    for k in kernels:
        side = int((side - (k - 1)) / 2)
    return side**2 * maps


def size_of_an_array(side, kernels, maps):
    x = np.zeros((side, side))
    for k in kernels:
        x = x[k - 1 :, k - 1 :]
        rows, columns = x.shape
        x = x[: rows // 2 * 2 : 2, : columns // 2 * 2 : 2]
    return x.size * maps


def size_by_recursion(side, kernels, maps):
    if not kernels:
        return side * side * maps
    return size_by_recursion((side - kernels[0] + 1) // 2, kernels[1:], maps)


def size_rounded_up(side, kernels, maps):
    for k in kernels:
        side = int(np.ceil((side - k + 1) / 2))
    return side * side * maps


def size_of_whole_kernels(side, kernels, maps):
    for k in kernels:
        side = (side - k) // 2
    return side * side * maps


def size_in_halves(side, kernels, maps):
    for k in kernels:
        side = (side - k + 1) / 2
    return side * side * maps


def size_of_one_kernel(side, kernels, maps):
    for _ in kernels:
        side = (side - 2) // 2
    return side * side * maps


def size_without_pooling(side, kernels, maps):
    for k in kernels:
        side = side - k + 1
    return side * side * maps


def size_kernels_first(side, kernels, maps):
    for k in kernels:
        side -= k - 1
    for _ in kernels:
        side //= 2
    return side * side * maps


def fingerprint_in_steps(config):
    text = json.dumps(config, sort_keys=True)
    digits = hashlib.new("sha256", text.encode("utf-8")).hexdigest()
    return digits[0:12]


def fingerprint_by_update(config):
    h = hashlib.sha256()
    h.update(bytes(json.dumps(config, sort_keys=True), "utf-8"))
    return h.hexdigest()[:12]


def fingerprint_sorted_by_hand(config):
    def ordered(value):
        if isinstance(value, dict):
            return {key: ordered(value[key]) for key in sorted(value)}
        return value

    return hashlib.sha256(json.dumps(ordered(config)).encode()).digest().hex()[:12]


RIGHT = {
    "06.1": [
        loss_with_a_loop,
        loss_without_zeros,
        lambda counts: (np.log(len(counts)), entropy(counts)),
    ],
    "06.2": [verdict_early_return, verdict_chain, verdict_with_select],
    "06.3": [
        weights_with_a_loop,
        weights_by_mean,
        lambda y, c: compute_class_weight("balanced", classes=np.arange(c), y=y),
    ],
    "06.4": [copies_by_bytes, copies_by_broadcast, copies_with_loops, copies_by_lists],
    "06.5": [size_in_steps, size_of_an_array, size_by_recursion],
    "06.6": [fingerprint_in_steps, fingerprint_by_update, fingerprint_sorted_by_hand],
}

WRONG = {
    "06.1": [
        (lambda c: (np.log(len(c)), -np.sum(c / c.sum() * np.log(c / c.sum()))), "0 times ln 0"),
        (lambda c: (np.log2(len(c)), entropy(c, base=2)), "bits"),
        (lambda c: (np.log10(len(c)), entropy(c, base=10)), "log10"),
        (lambda c: (np.log(len(c)), -entropy(c)), "sign"),
        (lambda c: (np.log(np.count_nonzero(c)), entropy(c)), "does not occur in the counts"),
        (lambda c: (entropy(c), np.log(len(c))), "other order"),
        (lambda c: np.log(len(c)), "Return two"),
        (entropy, "ln C first"),
        (lambda c: (np.log(len(c)), -np.mean(np.log(c[c > 0] / c.sum()))), "Each class counts"),
        (lambda c: (np.log(len(c)), -np.log(max(c) / sum(c))), "most frequent class only"),
        (lambda c: (np.log(len(c)), np.log(sum(c))), "how many pictures"),
        (lambda c: (len(c), entropy(c)), "I expected"),
    ],
    "06.2": [
        (verdict_without_nan, "nan"),
        (verdict_of_the_end, "the end only"),
        (verdict_of_nan_alone, "`inf` slipped through"),
        (verdict_standing_still, "exactly where it began"),
        (verdict_of_highest, "*highest* training loss"),
        (verdict_of_the_range, "*highest* validation loss"),
        (verdict_in_another_order, "leaves 'diverging' nothing"),
        (verdict_of_lowest_training, "lowest *training* loss"),
        (verdict_gap_first, "order matters"),
        (verdict_against_training, "last training loss"),
        (verdict_of_first, "first validation loss"),
        (verdict_of_lowest, "lowest training loss"),
        (lambda a, b: "learning" if a[-1] < a[0] else "not learning", "Two verdicts"),
        (
            lambda a, b: verdict_early_return(a, b).replace("diverging", "not learning"),
            "worse than one that stands still",
        ),
        (lambda a, b: b[-1] > 1.5 * min(b), "I expected"),
    ],
    "06.3": [
        (lambda y, c: len(y) / np.bincount(y), "C times too large"),
        (lambda y, c: 1 / np.bincount(y), "above the line"),
        (lambda y, c: np.bincount(y) / len(y), "share of each class"),
        (lambda y, c: c * np.bincount(y) / len(y), "Upside down"),
        (lambda y, c: 1 - np.bincount(y) / len(y), "too little"),
        (lambda y, c: (1 / np.bincount(y)) / np.sum(1 / np.bincount(y)), "sum to one"),
        (lambda y, c: max(np.bincount(y)) / np.bincount(y), "every step longer"),
        (lambda y, c: (len(y) / (c * np.bincount(y)))[y], "each picture"),
        (lambda y, c: np.bincount(y), "counts"),
        (lambda y, c: len(y) / c * np.bincount(y), "you got"),
    ],
    "06.4": [
        (exact_copies, "Turned copies"),
        (rotated_copies, "mirrored copies are not"),
        (copies_of_pairs, "pairs"),
        (lambda train, new: copies_with_loops(new, train), "training pictures"),
        (lambda train, new: copies_by_bytes(train, new) / len(new), "share"),
        (lambda train, new: copies_by_bytes(train, new) > 0, "how many"),
        (lambda train, new: len(new) - copies_by_bytes(train, new), "clean"),
        (
            lambda train, new: sum(one.sum() in [old.sum() for old in train] for one in new),
            "sums of pixels",
        ),
        (lambda train, new: sum(one in train for one in new), "*any* pixel"),
        (
            lambda train, new: sum(any(turn(n, k) in train for k in range(8)) for n in new),
            "*any* pixel",
        ),
        (lambda train, new: copies_in(train, new, range(7)), "ends with 6"),
        (lambda train, new: copies_in(train, new, range(1, 8)), "k begins at 0"),
        (copies_by_flips, "along a diagonal"),
    ],
    "06.5": [
        (size_rounded_up, "rounded up"),
        (size_in_halves, "half a pixel"),
        (size_of_one_kernel, "always 3"),
        (size_of_whole_kernels, "k - 1"),
        (size_without_pooling, "poolings are missing"),
        (size_kernels_first, "one by one"),
        (lambda s, k, m: (s // 2 ** len(k)) ** 2 * m, "no padding"),
        (lambda s, k, m: size_by_recursion(s, k, 1), "one map"),
        (lambda s, k, m: int(np.sqrt(size_by_recursion(s, k, 1))), "the side"),
        (lambda s, k, m: int(np.sqrt(size_by_recursion(s, k, 1))) * m, "columns are missing"),
        (lambda s, k, m: s * s * m, "you got"),
    ],
    "06.6": [
        (lambda c: hashlib.sha256(json.dumps(c).encode()).hexdigest()[:12], "another order"),
        (lambda c: hashlib.sha256(str(c).encode()).hexdigest()[:12], "`str`"),
        (
            lambda c: hashlib.sha256(json.dumps({k: c[k] for k in sorted(c)}).encode()).hexdigest()[
                :12
            ],
            "every depth",
        ),
        (
            lambda c: hashlib.sha256(json.dumps(c, sort_keys=True).encode()).hexdigest(),
            "64 digits",
        ),
        (
            lambda c: hashlib.sha256(json.dumps(c, sort_keys=True).encode()).hexdigest()[-12:],
            "last twelve",
        ),
        (
            lambda c: hashlib.md5(json.dumps(c, sort_keys=True).encode()).hexdigest()[:12],
            "MD5",
        ),
        (lambda c: json.dumps(c, sort_keys=True), "That is the text"),
        (lambda c: hashlib.sha256(json.dumps(c, sort_keys=True)).hexdigest(), "TypeError"),
        (lambda c: str(hash(json.dumps(c, sort_keys=True)))[:12], "I expected"),
    ],
}
