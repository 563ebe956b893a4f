"""The error phrasebook: what an error message says in plain words, and what to type.

The entries stand in `data/errors.toml`. Neither NumPy nor TensorFlow is imported here.
"""

import re
import sys
import textwrap
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from course_utils.concepts import glossary
from course_utils.files import read_toml, repository_root
from course_utils.lessons import notebook_paths

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
NUMBERS = re.compile(r"\[[][ 0-9.,e+-]{60,}\]")
SAID = re.compile(
    r"^(?:.*?:\d+: )?(?:[\w.]+\.)?(\w*(?:Error|Exception|Warning|Interrupt|Exit))(?::[ \t]|:?$)",
    re.M,
)
FRAME = re.compile(r'^ *(?:File "?(.+?)"?(?:, line |:)|(?:Cell|Input) In ?\[\d+\],? line:? ?)(\d+)')
ARROW = re.compile(r"^-+> *(\d+) ?(.*)")
LIBRARY = re.compile(
    r"site-packages|dist-packages|[/\\]lib[/\\]python|course_utils[/\\]|\.pyx|<frozen"
)
PACKAGE = re.compile(r"(?:site|dist)-packages[/\\]+(\w+)")
PRIVATE = re.compile(r"0x[0-9a-f]+|\S*[/\\]\S*[/\\]\S*|\{\{.*?\}\}")
ADVICE = """\
The last line says what was wrong; all the lines above say how Python got there. Go up to the \
last line that you wrote yourself, and print what goes into it: shapes, dtypes, None?"""


@dataclass(frozen=True)
class Entry:
    """One error of the phrasebook; `see` names anchors of the glossary and numbers of lessons."""

    name: str
    topic: str
    pattern: str
    example: str
    reading: str
    mend: str
    code: str
    see: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What `explain` says to one error; `entry` is None where the phrasebook does not have it.

    `said` is the sentence that counts, `place` the learner's own line, `query` what to search for.
    """

    entry: Entry | None
    said: str
    place: str = ""
    query: str = ""

    def __bool__(self) -> bool:
        return self.entry is not None

    def __str__(self) -> str:
        name, code, see = _parts(self.entry) if self.entry else ("not in the phrasebook", "", [])
        rows = {
            "it says": self.said,
            "your line": self.place,
            "reading": self.entry.reading if self.entry else ADVICE,
            "mend": self.entry.mend if self.entry else "",
            "search for": self.query,
        }
        lines = [name.upper(), *(_wrapped(label, text) for label, text in rows.items() if text)]
        lines += [textwrap.indent(code, " " * 16)] if code else []
        return "\n".join(lines + ([_wrapped("see", ", ".join(see))] if see else []))

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        said = f"~~~~text\n{self.said.replace('~~~~', '')}\n~~~~"
        place = f"Your line: `{self.place.replace('`', ' ')}`" if self.place else ""
        if self.entry is None:
            query = f"Search for: `{self.query.replace('`', ' ')}`" if self.query else ""
            return _paragraphs("**Not in the phrasebook.**", said, place, ADVICE, query)
        name, code, see = _parts(self.entry, links=True)
        reading = f"*What it says:* {_plain(self.entry.reading)}"
        mend = f"*What to do:* {_plain(self.entry.mend)}"
        code = f"```python\n{code}\n```"
        return _paragraphs(f"**{name}**", said, place, reading, mend, code, f"See {', '.join(see)}")


@dataclass(frozen=True)
class Listing:
    """What `explain` says to words: the entries that have them, or the whole table of contents."""

    words: str
    entries: tuple[Entry, ...]

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __str__(self) -> str:
        if not self.entries:
            topics = ", ".join(dict.fromkeys(entry.topic for entry in entries()))
            return f"nothing for {self.words!r}; try fewer words, or a topic: {topics}"
        rows = [f"  {entry.topic:10}{entry.name}" for entry in self.entries]
        head = f"{len(rows)} entries" + (f" for {self.words!r}" if self.words else "")
        return "\n".join([f"{head}; explain(name) shows one, explain(error) finds its own:", *rows])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        rows = [f"| {entry.topic} | {entry.name} |" for entry in self.entries]
        if not rows:
            return str(self)
        return "\n".join(["| topic | `explain(name)` |", "| --- | --- |", *rows])


def explain(error: BaseException | str | None = None) -> Reading | Listing:
    """Say what an error means and how to mend it.

    Args:
        error: an exception or a warning, the text of a traceback or of a message, or words to
            search for. Without it: the error that was shown last, if there was one.

    Returns:
        Reading: of an error, known or not; Listing: the entries that have all of the words.

    Raises:
        TypeError: error is something else.

    Used in: 06.
    """
    error = _last_error() if error is None else error
    if isinstance(error, BaseException):
        return _read(list(_chain(error)), "".join(traceback.format_exception(error)))
    if not isinstance(error, str):
        raise TypeError(f"explain takes an error, its text or words, not {type(error).__name__}")
    text = COLOUR.sub("", error)
    blocks = list(_blocks(text))
    found, named, length = _read(blocks or [text], text), _search(text), len(text.split())
    an_error = length > 6 or (blocks and length > 1)
    return found if found or (an_error and isinstance(named, Listing)) else named


@lru_cache
def entries() -> tuple[Entry, ...]:
    """All entries of `data/errors.toml`, in its order. Used in: 06."""
    rows = read_toml(repository_root() / "data" / "errors.toml")["error"]
    return tuple(
        Entry(**row | {"code": row["code"].strip(), "see": tuple(row["see"])}) for row in rows
    )


def matches(message: str) -> list[tuple[Entry, re.Match]]:
    """The entries whose pattern fits "TypeName: message", with what it found. Used in: 06."""
    text = NUMBERS.sub("[...]", " ".join(COLOUR.sub("", message).split()))
    found = ((entry, re.search(entry.pattern, text)) for entry in entries())
    return [(entry, match) for entry, match in found if match]


def _read(messages: list[str], text: str) -> Reading:
    """Look the messages up, the last error first; text is the whole traceback."""
    place = _own_line(text)
    for message in messages:
        if found := matches(message):
            entry, match = found[0]
            return Reading(entry, _sentence(match), place)
    said = " ".join(messages[0].split())
    return Reading(None, textwrap.shorten(said, 240, placeholder=" ..."), place, _query(said, text))


def _chain(error: BaseException | None) -> Iterator[str]:
    """ "TypeName: message" of an error, then of those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield COLOUR.sub("", f"{type(error).__name__}: {error}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _blocks(text: str) -> Iterator[str]:
    """The messages in the text of a traceback, the last one first."""
    end = len(text)
    for match in reversed(list(SAID.finditer(text))):
        yield text[match.start(1) : end].strip()
        end = match.start()


def _last_error() -> BaseException | str:
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None) or ""


def _own_line(text: str) -> str:
    """The last line of a traceback that is no library's, as "line 3: code"."""
    lines, place = text.splitlines(), ""
    for k, line in enumerate(lines):
        frame = FRAME.match(line)
        if frame and not LIBRARY.search(frame[1] or ""):
            below = lines[k + 1 : k + 12]
            arrows = (
                arrow[2] for arrow in map(ARROW.match, below) if arrow and arrow[1] == frame[2]
            )
            plain = below[0] if below and below[0].startswith("    ") else ""
            code = next(arrows, plain).strip()
            place = f"line {frame[2]}: {code}" if code else f"line {frame[2]}"
    return place


def _sentence(match: re.Match) -> str:
    """The sentence around what the pattern found, at most 240 characters of it."""
    text, start = match.string, match.start()
    near = match.end() - 1 if start == 0 and len(match[0]) > 120 else start
    ends = (text.rfind(mark, 0, near) + len(mark) for mark in (". ", "}} ") if mark in text[:near])
    start = max(ends, default=0)
    start = text.rfind(" ", 0, near - 30) + 1 if near - start > 200 else start
    end = text.find(" Arguments received by", match.end())
    return textwrap.shorten(text[start : None if end < 0 else end], 240, placeholder=" ...")


def _query(said: str, text: str) -> str:
    """Words for a search engine: the library, and the message without paths and addresses."""
    library = PACKAGE.findall(text)
    words = PRIVATE.sub(" ", said).replace('"', " ").split()
    return " ".join([*library[-1:], *words[:14]])


def _search(words: str) -> Reading | Listing:
    """The entry of that name, else the entries that have every one of the words."""
    wanted = words.strip().lower()
    ranked: list[tuple[int, Entry]] = []
    for entry in entries():
        if wanted == entry.name.lower():
            return Reading(entry, entry.example)
        fields = (
            f"{entry.topic} {entry.name}",
            f"{entry.example} {entry.reading} {entry.mend} {entry.code}",
        )
        held = [all(word in field.lower() for word in wanted.split()) for field in fields]
        ranked += [(held.index(True), entry)] if any(held) else []
    if len(ranked) == 1:
        return Reading(ranked[0][1], ranked[0][1].example)
    ranked.sort(key=lambda pair: pair[0])
    return Listing(words.strip(), tuple(entry for _, entry in ranked))


def _parts(entry: Entry, links: bool = False) -> tuple[str, str, list[str]]:
    """Name, code, and what to see: words of the glossary and lessons, as links if wanted."""
    lessons = {path.stem[:2]: path.stem for path in notebook_paths()}
    terms = {term.anchor: term.name for term in glossary()}
    see = []
    for key in entry.see:
        name = lessons.get(key) or terms.get(key, key)
        target = f"{name}.ipynb" if key in lessons else f"glossary.md#{key}"
        see.append(f"[{name}]({target})" if links else name)
    return entry.name, entry.code, see


def _wrapped(label: str, text: str) -> str:
    return textwrap.fill(
        f"{label:12}{text}", 100, subsequent_indent=" " * 12, break_on_hyphens=False
    )


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _plain(text: str) -> str:
    r"""Text whose * _ < $ \ stay what they are in Markdown."""
    return re.sub(r"([*_<>$\\\[\]])", r"\\\1", text)
