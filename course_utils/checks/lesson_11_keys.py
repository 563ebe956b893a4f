"""Self-checks of lesson 11: a key that changes with whatever changes a result, and with no more."""

import hashlib
import json
from collections.abc import Callable
from dis import get_instructions
from types import CodeType

import numpy as np
from numpy.typing import NDArray

from course_utils.checks import Exercise

FIELD = (np.arange(2400).reshape(40, 60) % 251).astype(np.uint16)
HOW = dict(weights="a1f0", diameter=26, faint=0.15)


def with_one_more(image: NDArray) -> NDArray:
    """One pixel in the middle is brighter by one count."""
    changed = image.copy()
    changed[20, 30] += 1
    return changed


def exchanged(image: NDArray) -> NDArray:
    """Two pixels have changed places: sum, mean and histogram stay."""
    changed = image.copy()
    changed[20, 30], changed[20, 31] = image[20, 31], image[20, 30]
    return changed


TURNED = dict(reversed(HOW.items()))
BYTES = np.arange(1, 13, dtype=np.uint32).reshape(3, 4)
SAME_OR_NOT = [
    (FIELD, HOW, FIELD.copy(), dict(HOW)),
    (FIELD, HOW, FIELD, TURNED),
    (FIELD, HOW, np.asfortranarray(FIELD), HOW),
    (FIELD, HOW, with_one_more(FIELD), HOW),
    (FIELD, HOW, exchanged(FIELD), HOW),
    (FIELD, HOW, FIELD.reshape(60, 40), HOW),
    (BYTES, HOW, BYTES.view(np.float32), HOW),
    (FIELD, HOW, FIELD, HOW | dict(weights="b2e1")),
    (FIELD, HOW, FIELD, HOW | dict(diameter=27)),
    (BYTES, dict(channel="ab", model="c"), BYTES, dict(channel="a", model="bc")),
    (BYTES, dict(gap=11), BYTES, dict(gap1=1)),
    (BYTES, dict(model="a", channel="b"), BYTES, dict(model="b", channel="a")),
]


def key(image: NDArray, settings: dict) -> str:
    """Right answer of 11.2, one of many."""
    about = f"{image.dtype} {image.shape} {json.dumps(settings, sort_keys=True)}"
    return hashlib.sha256(about.encode() + image.tobytes()).hexdigest()


def sha(*parts: object) -> str:
    """Hash of the texts or bytes of some parts, one after the other."""
    whole = b"".join(p if isinstance(p, bytes) else str(p).encode() for p in parts)
    return hashlib.sha256(whole).hexdigest()


def looked_up(code: CodeType) -> set[str]:
    """Global names that some code asks for, also in its lambdas and generators; `__hash__` too."""
    steps = get_instructions(code)
    names = {s.argval for s in steps if s.opname == "LOAD_GLOBAL" or s.argval == "__hash__"}
    return names.union(*(looked_up(part) for part in code.co_consts if isinstance(part, CodeType)))


def salted(function: Callable, seen: tuple = ()) -> bool:
    """Whether Python's own `hash` is called, here or in a helper of the same notebook."""
    code, world = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    if code is None or function in seen:
        return False
    names = looked_up(code)
    helpers = [world[n] for n in names if getattr(world.get(n), "__globals__", None) is world]
    own = "__hash__" in names or ("hash" in names and "hash" not in world)
    return own or any(salted(helper, (*seen, function)) for helper in helpers)


def same_key(answer: Callable) -> Callable:
    """Whether two images with their settings get the same key, or why neither is a key."""
    python = salted(answer)

    def same(a: NDArray, how_a: dict, b: NDArray, how_b: dict) -> str | None:
        first, second = answer(a, how_a), answer(b, how_b)
        if first is None:
            return None
        if python or hasattr(first, "hexdigest"):
            return "salted" if python else "a hash object"
        return "the same key" if first == second else "two keys"

    return same


KEY = Exercise(
    right=key,
    ask=same_key,
    cases=SAME_OR_NOT,
    praise="A result is known by what it was made from: every pixel, every setting, and nothing "
    "that makes no difference.",
    mistakes=[
        (
            lambda i, s: str(hash(i.tobytes()) + hash(json.dumps(s, sort_keys=True))),
            "Python's own `hash` of text or bytes is salted: tomorrow, in another process, it is "
            "another number, and every image is done again. Take `hashlib`.",
        ),
        (
            lambda i, s: hashlib.sha256(i.tobytes()),
            "You return the hash object, and no two of them are equal. Its text is `.hexdigest()`.",
        ),
        (
            lambda i, s: sha(i.dtype, i.shape, i.strides, i.tobytes(), sorted(s.items())),
            "The same pixels in another memory order get another key: strides, pickle and "
            '`tobytes("A")` tell how an array lies in memory. `tobytes()` alone does not.',
        ),
        (
            lambda i, s: sha(i.dtype, i.shape, i.strides, i.tobytes(), s),
            "Two things: settings in another order give another key (sort them), and so do the "
            "same pixels in another memory order (`tobytes()` alone does not mind it).",
        ),
        (
            lambda i, s: f"{id(i)} {sorted(s.items())}",
            "`id` says where an image lies in memory, not what is in it: a copy gets another key.",
        ),
        (
            lambda i, s: sha(i.tobytes()),
            "The settings are not in your key: with other weights the old labels would be kept.",
        ),
        (
            lambda i, s: sha(i.dtype, i.shape, i.tobytes(), s.get("weights", s)),
            "Only some of the settings are in your key: another diameter keeps the old labels.",
        ),
        (
            (
                lambda i, s: sha(i.dtype, i.shape, i.tobytes(), s),
                lambda i, s: sha(i.dtype, i.shape, i.tobytes(), json.dumps(s)),
                lambda i, s: sha(i.tobytes(), i.shape, i.dtype, list(s.items())),
            ),
            "The order in which settings were written changes your key, and nothing else has "
            "changed: sort them.",
        ),
        (
            (
                lambda i, s: sha(i.tobytes(), s),
                lambda i, s: sha(i.tobytes(), json.dumps(s)),
            ),
            "Two things: settings in another order give another key (sort them), and the same "
            "bytes as 40 x 60 and as 60 x 40 pixels give one key.",
        ),
        (
            (
                lambda i, s: sha(i.tobytes(), json.dumps(s, sort_keys=True)),
                lambda i, s: sha(i.tobytes(), sorted(s.items())),
            ),
            "The same bytes can be 40 x 60 pixels or 60 x 40, whole numbers or fractions: shape "
            "and dtype belong into the key.",
        ),
        (
            lambda i, s: sha(i.shape, i.tobytes(), json.dumps(s, sort_keys=True)),
            "The same bytes read as whole numbers or as fractions are two images: dtype belongs "
            "into the key.",
        ),
        (
            lambda i, s: sha(i.dtype, i.tobytes(), json.dumps(s, sort_keys=True)),
            "The same bytes can be 40 x 60 pixels or 60 x 40: the shape belongs into the key.",
        ),
        (
            (
                lambda i, s: sha(i.dtype, i.shape, i, json.dumps(s, sort_keys=True)),
                lambda i, s: sha(i, json.dumps(s, sort_keys=True)),
                lambda i, s: f"{i} {sorted(s.items())}",
                lambda i, s: sha(i.dtype, i.shape, i, sorted(s.items())),
            ),
            "`str(image)` shows the corners of a large array and three dots for the rest: two "
            "images that differ in the middle get one key. `image.tobytes()` has every pixel.",
        ),
        (
            (
                lambda i, s: sha(i.dtype, i.shape, i.sum(), json.dumps(s, sort_keys=True)),
                lambda i, s: sha(i.dtype, i.shape, i.mean(), json.dumps(s, sort_keys=True)),
                lambda i, s: sha(i.shape, i.sum(), sorted(s.items())),
                lambda i, s: sha(i.sum(), sorted(s.items())),
            ),
            "Two pixels that change places leave sum and mean as they were. Take all bytes.",
        ),
        (
            lambda i, s: sha(
                i.dtype, i.shape, i.tobytes(), *(f"{k}{v}" for k, v in sorted(s.items()))
            ),
            "Names and values run into each other: gap = 11 and gap1 = 1 become one text. Keep "
            "them apart, as JSON does.",
        ),
        (
            lambda i, s: sha(i.dtype, i.shape, i.tobytes(), *(s[name] for name in sorted(s))),
            "Only values are in your key, glued together: say which setting has which value.",
        ),
        (
            (
                lambda i, s: sha(i.dtype, i.shape, i.tobytes(), sorted(map(str, s.values()))),
                lambda i, s: sha(i.dtype, i.shape, i.tobytes(), sorted(s)),
            ),
            "Values without their names, or names without their values, are not settings: which "
            "one is which?",
        ),
    ],
)
