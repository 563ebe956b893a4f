"""One error and one warning for all readers: each names the file, the problem and the mend."""

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = __name__.rpartition(".")[0]
EXPORT_AGAIN = "Export or copy it again from its source"


class ReadError(ValueError):
    """A file or folder cannot be read as asked; the message says what is wrong and how to mend it.

    Used in: 01.
    """


class ReadWarning(UserWarning):
    """Something was read, and the reader had to decide what it means; look before you believe it.

    Used in: 01.
    """

    problem = ""


def fault(path: object, problem: str, mend: str) -> ReadError:
    """A ReadError of two sentences: what is wrong with a file, and how to mend it. Used in: 01."""
    return ReadError(f"{path} {problem.rstrip('.')}. {mend.rstrip('.')}.")


def tell(path: object, text: str) -> None:
    """Warn about a file, at the learner's own line of code. Used in: 01."""
    warning = ReadWarning(f"{path} {text.rstrip('.')}.")
    warning.problem = text
    warnings.warn(warning, stacklevel=_levels_to_caller())


@contextmanager
def summed() -> Iterator[None]:
    """Tell each kind of warning once, with the number of files that it was about.

    As a decorator or in a with statement. Used in: 01.
    """
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield
    kinds: dict[str, list[Warning]] = {}
    for each in heard:
        if isinstance(each.message, ReadWarning):
            kind = re.sub(r"[\d.,]+", "#", each.message.problem)
            kinds.setdefault(kind, []).append(each.message)
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
    for first, *more in kinds.values():
        count = len({str(each) for each in more} - {str(first)})
        also = f" ({count} more like it)" if count else ""
        told = ReadWarning(f"{first}{also}")
        told.problem = first.problem
        warnings.warn(told, stacklevel=_levels_to_caller())


@contextmanager
def careful(path: Path, mend: str = EXPORT_AGAIN) -> Iterator[None]:
    """Turn whatever a library raises on a damaged file into a ReadError that names the file.

    Readers of images raise nearly any type: struct.error, SyntaxError, KeyError, zlib.error ...
    Used in: 01.
    """
    try:
        yield
    except (ReadError, ReadWarning):
        raise
    except FileNotFoundError:
        raise missing(path) from None
    except PermissionError:
        raise forbidden(path) from None
    except MemoryError:
        raise fault(path, "does not fit into memory", "Read a part of it") from None
    except Exception as error:
        said = " ".join(str(error).split())[:150] or type(error).__name__
        raise fault(path, f"is damaged or of an unknown kind ({said})", mend) from None


def missing(path: Path) -> ReadError:
    """The ReadError for a path that is not there, with the nearest that is. Used in: 01."""
    nearest = next(
        (folder for folder in path.absolute().parents if folder.exists()), Path(path.anchor)
    )
    return fault(path, "does not exist", f"Check the spelling; {nearest} does exist")


def forbidden(path: Path) -> ReadError:
    """The ReadError for a path that this user may not read. Used in: 01."""
    return fault(
        path,
        "may not be read by this user",
        "Give yourself permission to read it, or copy it into a folder of your own",
    )


def some(names: list[str], most: int = 3) -> str:
    """The first few of many names, and how many more there are. Used in: 01."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _levels_to_caller() -> int:
    level, frame = 2, sys._getframe(2)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith((PACKAGE, "contextlib")):
        level, frame = level + 1, frame.f_back
    return level
