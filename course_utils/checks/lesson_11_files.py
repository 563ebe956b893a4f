"""Self-checks of lesson 11: one broken file among many costs one file."""

from collections.abc import Callable, Sequence

from course_utils.checks import Exercise


class NoLightError(Exception):
    """An error that some reader of files has invented for itself."""


BROKEN = {
    "b.tif": ValueError("no image"),
    "d.tif": OSError(28, "No space left on device"),
    "e.tif": ZeroDivisionError("an empty field"),
    "g.tif": NoLightError("the shutter was closed"),
}


def count(name: str) -> int:
    """Nuclei in a file: as many as its name has letters; four files are broken."""
    if name in BROKEN:
        raise BROKEN[name]
    return len(name)


def stopped_by_hand(name: str) -> int:
    """Somebody presses stop at the second file."""
    if name == "stop.tif":
        raise KeyboardInterrupt
    return len(name)


FOLDERS = [
    (count, ["a.tif", "b.tif", "cc.tif", "d.tif", "e.tif", "fff.tif", "g.tif"]),
    (count, ["a.tif", "dd.tif"]),
    (count, ["b.tif", "d.tif"]),
    (stopped_by_hand, ["a.tif", "stop.tif", "bb.tif"]),
]


def keep_on(function: Callable, names: Sequence[str]) -> tuple[list, list[str]]:
    """Right answer of 11.4."""
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except Exception as error:
            told.append(f"{name}: {error}")
    return results, told


def stoppable(answer: Callable) -> Callable:
    """The answer, with "stopped" where a press of stop reaches the caller, as it should.

    Nones among the results, which cannot be compared as numbers, become the text "None".
    """

    def run(function: Callable, names: Sequence[str]) -> object:
        try:
            found = answer(function, names)
        except KeyboardInterrupt:
            return "stopped"
        if not isinstance(found, tuple | list) or not len(found) or not isinstance(found[0], list):
            return found
        return [str(one) if one is None else one for one in found[0]], *found[1:]

    return run


def tried(function: Callable, names: Sequence[str]) -> tuple[list[str], list, list[str]]:
    """Names and results of files that went well, and what is told of the others."""
    results, told = keep_on(function, names)
    bad = {text.split(":")[0] for text in told}
    return [name for name in names if name not in bad], results, told


def swallowing(function: Callable, names: Sequence[str]) -> tuple[list, list[str]]:
    """Even a press of stop is an error like any other."""
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except BaseException as error:
            told.append(f"{name}: {error}")
    return results, told


def until_stopped(text: str) -> Callable:
    """A press of stop ends the loop, is told in some words or none, and goes no further."""

    def run(function: Callable, names: Sequence[str]) -> tuple[list, list[str]]:
        results, told = [], []
        for name in names:
            try:
                found, failed = keep_on(function, [name])
            except KeyboardInterrupt as error:
                told += [text.format(name=name, error=error)] if text else []
                break
            results, told = results + found, told + failed
        return results, told

    return run


def until_the_first(function: Callable, names: Sequence[str]) -> tuple[list, list[str]]:
    """Stops at the first broken file and tells it."""
    results = []
    try:
        for name in names:
            results.append(function(name))
    except Exception as error:
        return results, [f"{names[len(results)]}: {error}"]
    return results, []


def with_gaps(function: Callable, names: Sequence[str]) -> tuple[list, list[str]]:
    """None in the place of what failed."""
    good, results, told = tried(function, names)
    value = dict(zip(good, results, strict=True))
    return [value.get(name) for name in names], told


def told_as(text: Callable[[str, str], str]) -> Callable:
    """Carries on, and tells of errors in another form."""

    def run(function: Callable, names: Sequence[str]) -> tuple[list, list[str]]:
        results, told = keep_on(function, names)
        return results, [text(*line.split(": ", 1)) for line in told]

    return run


KEEP_ON = Exercise(
    right=keep_on,
    ask=stoppable,
    cases=FOLDERS,
    praise="One bad file costs one file, its name is told, and stop still stops.",
    mistakes=[
        (
            (
                swallowing,
                lambda f, names: tuple(
                    [x for x in part if x != "stop.tif: "] for part in swallowing(f, names)
                ),
            ),
            "Nobody can stop your program: a bare `except`, or `except BaseException`, catches the "
            "stop button too. `except Exception` lets it through.",
        ),
        (
            (until_stopped(""), until_stopped("{name}: {error}"), until_stopped("{name}")),
            "You catch the stop button and return what there is, as if all files were done. The "
            "press must reach the caller: leave `KeyboardInterrupt` alone.",
        ),
        (
            until_the_first,
            "After the first broken file nothing is done: `try` belongs *inside* the loop.",
        ),
        (
            lambda f, names: (keep_on(f, names)[0], []),
            "Broken files vanish without a word. Whoever counts 997 tables of 1,000 wants to know "
            "which three.",
        ),
        (
            (told_as(lambda name, text: text), told_as(lambda name, text: f"error: {text}")),
            "Which file was it? Put its name before the error.",
        ),
        (
            told_as(lambda name, text: name),
            "The name alone does not say what is wrong with the file: add the error's text.",
        ),
        (
            told_as(lambda name, text: f"{name}: {type(BROKEN[name]).__name__}"),
            'You tell the kind of the error; its text, f"{error}", says what was wrong.',
        ),
        (
            told_as(lambda name, text: f"{name}: {BROKEN[name].args[0]}"),
            "The first of `error.args` need not be the text: of a full disk it is the number 28. "
            '`str(error)` and f"{error}" give the whole.',
        ),
        (
            told_as(lambda name, text: f"{name}: {BROKEN[name]!r}"),
            '`repr` writes the error as code. For a reader: f"{name}: {error}".',
        ),
        (
            (
                told_as(lambda name, text: f"{name} {text}"),
                told_as(lambda name, text: f"{name}, {text}"),
                told_as(lambda name, text: f"{name} - {text}"),
                told_as(lambda name, text: f"{name}:{text}"),
                told_as(lambda name, text: f"{text}: {name}"),
            ),
            'Nearly: the form asked for is "name: error".',
        ),
        (
            with_gaps,
            "None stands where a file failed. Asked for are the results of those that went "
            "well, no others.",
        ),
        (
            lambda f, names: keep_on(f, names)[::-1],
            "The two lists are exchanged: first the results, then what is told.",
        ),
        (
            lambda f, names: keep_on(f, names)[0],
            "Return two lists: results, and what is told of broken files.",
        ),
    ],
)
