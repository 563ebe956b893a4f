"""The glossary and the index of concepts: which lesson taught what, under which heading."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from course_utils.files import read_toml, repository_root
from course_utils.lessons import notebook_paths, read_notebook, source

LINK = re.compile(r"\]\(glossary\.md#([a-z0-9-]+)\)")
HEADING = re.compile(r"^#{1,4} +(.+)$")


@dataclass(frozen=True)
class Term:
    """A word of the glossary: its anchor, its other names and one sentence."""

    name: str
    definition: str
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The part of a link behind the #."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@dataclass(frozen=True)
class Place:
    """Where a term is linked first in a lesson."""

    lesson: str
    heading: str


@dataclass(frozen=True)
class Answer:
    """What `where` found; displayed as text, in a notebook with links."""

    term: Term
    places: tuple[Place, ...]

    def __str__(self) -> str:
        found = [f"  {place.lesson}: {place.heading}" for place in self.places]
        return "\n".join([f"{self.term.name}: {self.term.definition}", *found])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        found = [f"- [{p.lesson}]({p.lesson}.ipynb): {p.heading}" for p in self.places]
        return "\n".join([f"**{self.term.name}**: {self.term.definition}", "", *found])


def where(term: str) -> Answer:
    """Say what a term means and which lessons teach it.

    Args:
        term: a word of the glossary, one of its other names, or a part that only one word has.

    Returns:
        Answer: definition, lessons and headings.

    Raises:
        KeyError: the glossary does not have it; the message names the nearest words.

    Used in: 00.
    """
    wanted = term.strip().lower()
    for entry in glossary():
        if wanted in (name.lower() for name in (entry.name, entry.anchor, *entry.also)):
            return Answer(entry, places(entry.anchor))
    if len(holding := with_a_word(wanted)) == 1:
        return Answer(holding[0], places(holding[0].anchor))
    near = ", ".join(entry.name for entry in with_a_word(wanted[:4]))
    raise KeyError(f"the glossary has no {term!r}{f'; it has {near}' if near else ''}")


def with_a_word(start: str) -> list[Term]:
    """Terms in whose name a word begins so: "hing" is in hinge, not in vanishing. Used in: 00."""
    begins = re.compile(rf"\b{re.escape(start)}")
    return [entry for entry in glossary() if start and begins.search(entry.name.lower())]


@lru_cache
def glossary() -> tuple[Term, ...]:
    """All terms of `data/glossary.toml`, by name. Used in: 00."""
    rows = read_toml(repository_root() / "data" / "glossary.toml")["term"]
    terms = [Term(row["name"], row["definition"], tuple(row.get("also", ()))) for row in rows]
    return tuple(sorted(terms, key=lambda term: term.name.lower()))


def places(anchor: str) -> tuple[Place, ...]:
    """First place in each lesson where a term's anchor is linked. Used in: 00."""
    found = (first_link(path, anchor) for path in notebook_paths())
    return tuple(place for place in found if place)


def first_link(path: Path, anchor: str) -> Place | None:
    """The heading above the first link to an anchor in one lesson. Used in: 00."""
    heading = path.stem
    for cell in read_notebook(path)["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        for line in source(cell).splitlines():
            if match := HEADING.match(line):
                heading = match.group(1)
            if anchor in LINK.findall(line):
                return Place(path.stem, heading)
    return None


def glossary_page() -> str:
    """The text of `notebooks/glossary.md`. Used in: 00."""
    lines = [
        "# Glossary",
        "",
        "Made from `data/glossary.toml` by `make format`; edit it there.",
        "",
    ]
    for term in glossary():
        also = f" Also: {', '.join(term.also)}." if term.also else ""
        taught = ", ".join(
            f"[{p.lesson}]({p.lesson}.ipynb) ({p.heading})" for p in places(term.anchor)
        )
        lines += [f"## {term.name}", "", f"{term.definition}{also}", ""]
        lines += [f"Taught in: {taught}", ""] if taught else []
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    (repository_root() / "notebooks" / "glossary.md").write_text(glossary_page(), encoding="utf-8")
