"""The guide for teachers says what cards, cells and phrasebook say today."""

import itertools
import re

import pytest
import timetable
from timetable import BREAK, GUIDE, LUNCH, PLANS, cards, clock, day, guide

from course_utils.lessons import notebook_paths, read_notebook, tags
from course_utils.phrasebook import entries

TEXT = GUIDE.read_text(encoding="utf-8")
TOY = {
    n: {"title": n, "file": f"{n}.ipynb", "minutes": m}
    for n, m in zip("abc", (90, 90, 60), strict=True)
}


def test_the_guide_is_made_from_the_lessons():
    assert guide(TEXT) == TEXT, "run: make format"


def test_a_day_has_no_gap_and_gives_each_lesson_its_minutes():
    rows = day(("a", "b", "c"), TOY)
    assert all(end == start for (_, end, _), (start, _, _) in itertools.pairwise(rows))
    lessons = {what[1]: end - start for start, end, what in rows if what.startswith("[")}
    assert lessons == {"a": 90, "b": 90, "c": 60}


def test_lunch_comes_once_and_before_it_is_late():
    rows = day(("a", "b", "c"), TOY)
    eaten = [(start, end - start) for start, end, what in rows if what == "lunch"]
    assert eaten == [(9 * 60 + 10 + 90 + BREAK + 90, LUNCH)]
    assert clock(eaten[0][0]) == "12:25"


@pytest.mark.parametrize("plan", PLANS, ids=[plan.name for plan in PLANS])
def test_a_workshop_ends_in_time_and_brings_what_its_lessons_presuppose(plan):
    known = cards()
    most = 180 if plan.name == "Three hours" else 8 * 60
    for lessons in plan.days:
        rows = day(lessons, known)
        assert rows[-1][1] - rows[0][0] <= most
    taught = [lesson for lessons in plan.days for lesson in lessons]
    for lesson in taught:
        assert set(known[lesson]["before"]) <= set(taught[: taught.index(lesson)])


def test_a_missing_lesson_is_said():
    known = {**TOY, "c": {**TOY["c"], "before": ["a", "b"]}}
    text = timetable.plan_text(timetable.Plan("Toy", (("c",),), "why"), known)
    assert "Presupposes lessons that are not in it: a, b." in text


def test_every_lesson_stands_in_the_term():
    term = TEXT.split("### A term")[1].split("<!-- /timetables -->")[0]
    assert all(path.name in term for path in notebook_paths())


def test_every_note_of_a_lesson_is_in_the_guide_under_a_heading():
    notes = TEXT.split("<!-- notes -->")[1].split("<!-- /notes -->")[0]
    cells = [cell for path in notebook_paths() for cell in read_notebook(path)["cells"]]
    written = re.findall(r"^- \*\S.*?\.\* \S", notes, re.MULTILINE)
    assert len(written) == sum("teacher" in tags(cell) for cell in cells)


def test_the_guide_names_the_errors_as_explain_takes_them():
    named = TEXT.split("<!-- errors -->")[1].split("<!-- /errors -->")[0]
    assert all(entry.name in named for entry in entries())


def test_a_lost_mark_is_named():
    with pytest.raises(ValueError, match="<!-- notes -->"):
        guide(TEXT.replace("<!-- notes -->", ""))


def test_links_of_the_pages_lead_somewhere():
    for page in GUIDE.parent.glob("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
