"""Write the timetables and notes of docs/teaching.md between its marks: run by `make format`.

Times come from the lessons' cards, questions from their cells for the teacher, errors from the
phrasebook. The prose around the marks is written by hand.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from course_utils.files import repository_root
from course_utils.lessons import notebook_paths, read_notebook, source, tags
from course_utils.phrasebook import entries

GUIDE = repository_root() / "docs" / "teaching.md"
START, BREAK, LUNCH, HUNGRY = 9 * 60, 15, 60, 13 * 60
WELCOME, CLOSING = 10, 20
HEADING = re.compile(r"^#{1,4} +(.+)$", re.MULTILINE)
NOTE = "> **For the teacher.** "


@dataclass(frozen=True)
class Plan:
    """A workshop: its name, the lessons of each day, and why these."""

    name: str
    days: tuple[tuple[str, ...], ...]
    reason: str


PLANS = (
    Plan(
        "Three hours",
        (("00", "01"),),
        "Images before models: whoever has seen a leak proven does not forget it. No network is "
        "trained; the outlook is section 6 of lesson 00.",
    ),
    Plan(
        "One day",
        (("00", "01", "02", "03"),),
        "From pixels to a network that finds dividing cells, each step beside the simpler one.",
    ),
    Plan(
        "Two days",
        (("00", "01", "02", "03"), ("05", "06", "07", "08")),
        "The second day measures, breaks, segments and tracks. Lesson 04 is left for home.",
    ),
)
TERM = (
    "One lesson a week in a double hour of 90 minutes; exercises that are left go home. The week "
    "after the last lesson belongs to the learners' own images."
)


def cards() -> dict[str, dict]:
    """Number of each lesson -> what its card says, with the file's name."""
    return {
        path.name[:2]: read_notebook(path)["metadata"]["course"] | {"file": path.name}
        for path in notebook_paths()
    }


def clock(minute: int) -> str:
    """Minutes since midnight as 09:05."""
    return f"{minute // 60:02}:{minute % 60:02}"


def day(lessons: tuple[str, ...], known: dict[str, dict]) -> list[tuple[int, int, str]]:
    """Start, end and name of everything on one day, in minutes since midnight.

    Between two lessons lies a break, or lunch if the next one would end past 13:00.
    """
    rows, now, eaten = [(START, START + WELCOME, "welcome")], START + WELCOME, False
    for k, lesson in enumerate(lessons):
        name = f"[{lesson} {known[lesson]['title']}](../notebooks/{known[lesson]['file']})"
        rows.append((now, now := now + known[lesson]["minutes"], name))
        if k + 1 < len(lessons):
            lunch = not eaten and now + BREAK + known[lessons[k + 1]]["minutes"] > HUNGRY
            eaten |= lunch
            minutes, pause = (LUNCH, "lunch") if lunch else (BREAK, "break")
            rows.append((now, now := now + minutes, pause))
    return [*rows, (now, now + CLOSING, "questions, and what was hard")]


def plan_text(plan: Plan, known: dict[str, dict]) -> str:
    """One workshop: its reason, a table a day, and what it presupposes but leaves out."""
    lines = [f"### {plan.name}", "", plan.reason]
    taught = {lesson for lessons in plan.days for lesson in lessons}
    missing = sorted({b for lesson in taught for b in known[lesson]["before"]} - taught)
    if missing:
        lines += ["", f"Presupposes lessons that are not in it: {', '.join(missing)}."]
    for number, lessons in enumerate(plan.days, 1):
        head = f"day {number}" if len(plan.days) > 1 else "time"
        lines += ["", f"| {head} | |", "| --- | --- |"]
        lines += [f"| {clock(a)}-{clock(b)} | {what} |" for a, b, what in day(lessons, known)]
    return "\n".join(lines)


def term(known: dict[str, dict]) -> str:
    """One lesson a week, with what it presupposes and costs."""
    lines = ["### A term", "", TERM, ""]
    lines += ["| week | lesson | minutes | before | machine |", "| --- " * 5 + "|"]
    for week, (lesson, card) in enumerate(known.items(), 1):
        name = f"[{lesson} {card['title']}](../notebooks/{card['file']})"
        before = ", ".join(card["before"]) or "nothing"
        machine = f"{card['seconds']} s, {card['peak_mb']:,} MB"
        lines.append(f"| {week} | {name} | {card['minutes']} | {before} | {machine} |")
    lines.append(f"| {len(known) + 1} | your own images | 90 | all | |")
    return "\n".join(lines)


def timetables() -> str:
    """All workshops and the term."""
    known = cards()
    return "\n\n".join([*(plan_text(plan, known) for plan in PLANS), term(known)])


def teacher_notes() -> str:
    """Of every lesson the notes for the teacher, each under the heading it follows."""
    lines = []
    for path in notebook_paths():
        notebook, heading = read_notebook(path), ""
        title = notebook["metadata"]["course"]["title"]
        lines += [f"### [{path.name[:2]} {title}](../notebooks/{path.name})", ""]
        for cell in notebook["cells"]:
            if "teacher" in tags(cell):
                lines.append(f"- *{heading}.* {source(cell).removeprefix(NOTE).strip()}")
            elif cell["cell_type"] == "markdown" and (found := HEADING.findall(source(cell))):
                heading = found[-1].rstrip("?.!")
        lines.append("")
    return "\n".join(lines).strip()


def errors() -> str:
    """What the phrasebook answers, by topic; names as `explain` takes them."""
    topics: dict[str, list[str]] = {}
    for entry in entries():
        topics.setdefault(entry.topic, []).append(entry.name)
    lines = ['| topic | `explain("...")` knows |', "| --- | --- |"]
    return "\n".join([*lines, *(f"| {k} | {'; '.join(v)} |" for k, v in topics.items())])


BLOCKS = {"timetables": timetables, "notes": teacher_notes, "errors": errors}


def guide(text: str) -> str:
    """The guide with what stands between its marks made anew.

    Raises:
        ValueError: a pair of marks is missing.
    """
    for name, write in BLOCKS.items():
        marks = (f"<!-- {name} -->", f"<!-- /{name} -->")
        if any(text.count(mark) != 1 for mark in marks):
            raise ValueError(f"{GUIDE.name} needs {marks[0]} and {marks[1]} once each")
        before, rest = text.split(marks[0])
        text = f"{before}{marks[0]}\n{write()}\n{marks[1]}{rest.split(marks[1])[1]}"
    return text


def main(path: Path = GUIDE) -> None:
    """Renew the guide in place."""
    path.write_text(guide(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
