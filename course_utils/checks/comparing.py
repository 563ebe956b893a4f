"""How an answer is compared with the right one, and how a difference is told to a learner."""

from collections.abc import Iterator, Sequence

import numpy as np

Case = tuple


class Wrong(Exception):
    """Raised inside a check; its text is what the learner reads."""


def agree(got: object, right: object, tolerance: float) -> bool:
    """True if two answers (numbers, arrays, strings or tuples of them) are equal. Used in: 00."""
    if isinstance(right, tuple):
        row = entries(got)
        matching = row is not None and len(row) == len(right)
        return matching and all(agree(a, b, tolerance) for a, b in zip(row, right, strict=True))
    a, b = as_array(got), as_array(right)
    if a is None or a.shape != b.shape:
        return False
    if a.dtype.kind in "biuf" and b.dtype.kind in "biuf":
        return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))
    return a.dtype.kind == b.dtype.kind and bool(np.all(a == b))


def entries(got: object) -> list | None:
    """What `a, b = got` would unpack: a tuple's, a list's or an array's entries. Used in: 00."""
    if isinstance(got, tuple | list):
        return list(got)
    return list(np.asarray(got)) if getattr(got, "shape", ()) else None


def as_array(value: object) -> np.ndarray | None:
    """The value as an array of numbers or strings, None if it is neither. Used in: 00."""
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return None if array.dtype == object else array


def same_input(after: object, before: object) -> bool:
    """True if an argument is as it was before the call. Used in: 00."""
    if callable(before):
        return True
    if isinstance(before, dict):
        return after == before
    if isinstance(before, list | tuple):
        pairs = zip(after, before, strict=True)
        return len(after) == len(before) and all(same_input(a, b) for a, b in pairs)
    return agree(after, before, 1e-9)


def explain_difference(case: Case, got: object, right: object, tolerance: float) -> None:
    """Raise Wrong with type, shape or first differing value of one case. Used in: 00."""
    if agree(got, right, tolerance):
        return
    if isinstance(got, dict):
        raise Wrong("You return a dictionary. Asked for are values, in their order.")
    if isinstance(got, set):
        raise Wrong("You return a set, and a set has no order: `sorted(...)` makes a list of it.")
    if isinstance(got, Iterator):
        raise Wrong("You return something that gives its values one by one: `list(...)` collects.")
    if isinstance(right, tuple):
        explain_entry(case, got, right, tolerance)
    a, b = as_array(got), as_array(right)
    if a is None or (a.dtype.kind != b.dtype.kind and "U" in a.dtype.kind + b.dtype.kind):
        raise Wrong(f"I expected {describe((right,))}, and got {describe((got,))}.")
    if a.shape != b.shape:
        raise Wrong(f"Shape {b.shape} is right for {describe(case)}; yours has {a.shape}.")
    raise Wrong(first_difference(a, b, case))


def explain_entry(case: Case, got: object, right: tuple, tolerance: float) -> None:
    """Raise Wrong with the first entry that differs, or with all of them if they are few numbers.

    Used in: 00.
    """
    row = entries(got)
    small = all(np.ndim(entry) == 0 for entry in right)
    if small or row is None or len(row) != len(right):
        raise Wrong(f"For {describe(case)} I expected {describe(right)}; I got {describe((got,))}.")
    for number, (a, b) in enumerate(zip(row, right, strict=True), start=1):
        try:
            explain_difference(case, a, b, tolerance)
        except Wrong as wrong:
            raise Wrong(f"Of the {len(right)} that you return, number {number}: {wrong}") from None


def first_difference(a: np.ndarray, b: np.ndarray, case: Case) -> str:
    """Name the entry that is furthest off, with both values. Used in: 00."""
    if a.dtype.kind not in "biuf":
        return f"I expected {b.tolist()} for {describe(case)}, and got {a.tolist()}."
    off = np.abs(np.nan_to_num(a.astype(float), nan=np.inf) - b.astype(float))
    at = np.unravel_index(int(np.argmax(off)), off.shape) if off.shape else ()
    place = f" at position {tuple(map(int, at))}" if at else ""
    digits = next((n for n in (6, 9, 12) if f"{a[at]:.{n}g}" != f"{b[at]:.{n}g}"), 17)
    shown = f"you got {a[at]:.{digits}g} where {b[at]:.{digits}g} is right"
    return f"For {describe(case)}{place}: {shown}."


def describe(values: Sequence) -> str:
    """Arguments in a few words: small arrays in full, large ones by shape. Used in: 00."""

    def one(value: object) -> str:
        if callable(value):
            return getattr(value, "__name__", "a function")
        if isinstance(value, tuple):
            return f"({', '.join(map(one, value))})"
        array = as_array(value)
        if isinstance(value, list) and array is not None and array.size > 12:
            return f"a list of {len(value)}"
        if array is not None and (array.size > 12 or (array.ndim > 1 and not array.size)):
            return f"an array of shape {array.shape}"
        return repr(value.tolist() if isinstance(value, np.ndarray | np.generic) else value)

    return ", ".join(one(value) for value in values)


def reading(error: Exception) -> str:
    """What the two most usual errors of array code mean, or nothing. Used in: 00."""
    text = str(error)
    if "broadcast" in text:
        return (
            "\nTwo arrays do not line up. A number per row needs the shape (rows, 1): "
            "`keepdims=True` or `[:, None]` gives it. "
            "In a loop: does the last window stick out of the picture? "
            "Are height and width exchanged, or taken for equal? Over which axis does a mean run?"
        )
    if "inhomogeneous" in text:
        return "\nAn array needs rows of one length: some row holds more than the others, or less."
    if "truth value of an array" in text:
        return "\n`and`, `or` and `if` want one True or False. For arrays write `&`, `|`, np.where."
    return ""
