"""What every notebook keeps to, read from the file without running it."""

import json
import re
import statistics
from pathlib import Path

import nbformat
import pytest
from sweeps import module_hash, row_key, sweeps

from course_utils.checks import lesson_exercises
from course_utils.concepts import LINK, glossary, glossary_page
from course_utils.lessons import (
    CARD_KEYS,
    card,
    code_hash,
    lesson_table,
    notebook_paths,
    read_notebook,
    source,
    tags,
)
from course_utils.results import results_file, stored_rows

LESSONS = notebook_paths()
TAGS = set("setup exercise check predict widget move floor hint solution teacher".split())
SECONDS = {"00": 45, "01": 90, "02": 45, "03": 90, "04": 90, "05": 90}


@pytest.fixture(params=LESSONS, ids=[path.stem for path in LESSONS])
def path(request) -> Path:
    return request.param


@pytest.fixture
def lesson(path) -> str:
    return path.name[:2]


@pytest.fixture
def notebook(path) -> dict:
    return read_notebook(path)


def cells(notebook, kind=None, tag=None):
    found = [c for c in notebook["cells"] if kind is None or c["cell_type"] == kind]
    return [c for c in found if tag is None or tag in tags(c)]


def code_lines(cell):
    lines = [line.strip() for line in source(cell).splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def words(text):
    return len(text.split())


def test_it_is_a_valid_notebook_with_distinct_cell_ids(path):
    nbformat.validate(nbformat.read(path, as_version=4))


def test_it_is_stripped_and_small(path, notebook):
    assert path.stat().st_size < 60 * 1024
    for cell in cells(notebook, "code"):
        assert cell["outputs"] == [] and cell["execution_count"] is None


def test_only_known_tags_are_used(notebook):
    assert {tag for cell in notebook["cells"] for tag in tags(cell)} <= TAGS


def test_the_card_is_the_first_cell_and_says_what_the_metadata_say(lesson, notebook):
    course = notebook["metadata"]["course"]
    assert set(CARD_KEYS) <= set(course)
    assert source(notebook["cells"][0]) == card(lesson, course)


def test_the_card_says_what_was_measured_last(lesson, notebook):
    course = notebook["metadata"]["course"]
    for key in ("seconds", "peak_mb"):
        rows = stored_rows(lesson, task="whole lesson", metric=key)
        assert [round(row["value"]) for row in rows] == [course[key]]


def test_seconds_and_memory_keep_to_the_design(lesson, notebook):
    course = notebook["metadata"]["course"]
    assert course["seconds"] <= SECONDS.get(lesson, 130)
    assert course["peak_mb"] <= 1536


def test_stored_results_were_measured_with_this_code(lesson, notebook):
    assert results_file(lesson).exists(), f"run: make measure NB={lesson}"
    measured = {row["code_hash"] for row in stored_rows(lesson)}
    present = {code_hash(notebook), *map(module_hash, sweeps(lesson))}
    assert measured == present, f"the code has changed; run: make measure NB={lesson}"


def test_every_job_of_a_sweep_is_stored(lesson):
    for module in sweeps(lesson):
        mark = module_hash(module)
        done = {row_key(row) for row in stored_rows(lesson) if row["code_hash"] == mark}
        assert set(module.jobs()) == done, f"run: make measure NB={lesson}"


def test_code_cells_are_short(notebook):
    lengths = sorted(len(code_lines(cell)) for cell in cells(notebook, "code"))
    assert statistics.median(lengths) <= 5
    assert lengths[int(0.9 * (len(lengths) - 1))] <= 12
    assert lengths[-1] <= 25


def test_prose_comes_first(lesson, notebook):
    prose = [words(source(cell)) for cell in cells(notebook, "markdown")]
    code = sum(words(" ".join(code_lines(cell))) for cell in cells(notebook, "code"))
    share = sum(prose) / (sum(prose) + code)
    most = 0.90 if lesson == "00" else 0.76  # lesson 00 has little to program
    assert 0.64 <= share <= most, f"{share:.0%} of the words are prose"
    assert 40 <= statistics.mean(prose) <= 70, f"{statistics.mean(prose):.0f} words a cell"


def test_the_first_code_cell_imports_and_sets_the_seed(notebook):
    first, *others = cells(notebook, "code")
    assert "setup" in tags(first) and "SEED = 0" in source(first).splitlines()
    random = re.compile(r"np\.random\.(?!default_rng\()|default_rng\(\)|RandomState")
    assert not any(random.search(source(cell)) for cell in others)


def test_a_training_with_keras_sets_its_seed(notebook):
    code = "\n".join(source(cell) for cell in cells(notebook, "code"))
    if ".fit(" in code and "keras" in code:
        assert "set_random_seed(SEED" in code


def test_a_lesson_has_a_prediction_a_widget_that_is_moved_and_notes_for_the_teacher(notebook):
    assert cells(notebook, "code", "predict")
    assert cells(notebook, "code", "widget") and cells(notebook, "code", "move")
    assert len(cells(notebook, "markdown", "teacher")) >= 3


def test_a_trained_model_has_a_floor(lesson, notebook):
    if lesson not in ("00", "01"):
        code = "".join(source(cell) for cell in cells(notebook, "code", "floor"))
        assert "scoreboard(" in code and "at_least=" in code


def test_every_exercise_has_stub_check_hint_and_solution_in_this_order(lesson, notebook):
    found = {}
    for cell in notebook["cells"]:
        if number := cell["metadata"].get("course", {}).get("exercise"):
            found.setdefault(number, []).append(tags(cell)[0])
    assert sorted(found) == sorted(lesson_exercises(lesson))
    assert all(v == ["exercise", "check", "hint", "solution"] for v in found.values()), found
    assert len(found) >= (1 if lesson == "00" else 4)


def test_every_stub_is_unsolved_and_its_check_names_it(notebook):
    for stub in cells(notebook, "code", "exercise"):
        number = stub["metadata"]["course"]["exercise"]
        assert re.search(r"^\s*(\w+ = )?\.\.\.$", source(stub), re.M)
    for cell in cells(notebook, "code", "check"):
        number = cell["metadata"]["course"]["exercise"]
        assert source(cell).startswith(f'check("{number}", ')


def test_hints_and_solutions_are_folded_away(notebook):
    for cell in cells(notebook, "markdown", "hint") + cells(notebook, "markdown", "solution"):
        assert source(cell).startswith("<details><summary>")
        assert source(cell).rstrip().endswith("</details>")
    assert all("```python" in source(c) for c in cells(notebook, "markdown", "solution"))


def test_every_heading_is_followed_by_text_and_the_lesson_ends_in_a_recap(notebook):
    headings = [
        line
        for cell in cells(notebook, "markdown")
        for line in source(cell).splitlines()
        if line.startswith("## ")
    ]
    assert any("Recap" in heading for heading in headings)


def test_links_lead_somewhere(path, notebook):
    anchors = {term.anchor for term in glossary()}
    for cell in cells(notebook, "markdown"):
        assert set(LINK.findall(source(cell))) <= anchors, source(cell)[:60]
        for target in re.findall(r"\]\(([^)#\s]+)", source(cell)):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), target


def test_concepts_of_the_card_are_linked_to_the_glossary(notebook):
    linked = {a for c in cells(notebook, "markdown") for a in LINK.findall(source(c))}
    anchor = {name: term.anchor for term in glossary() for name in (term.name, *term.also)}
    for concept in notebook["metadata"]["course"]["concepts"]:
        assert anchor[concept] in linked, f"{concept} is never linked"


def test_pictures_have_alt_text(notebook):
    for cell in cells(notebook, "markdown"):
        assert not re.search(r"!\[\s*\]\(", source(cell))
        assert all("alt=" in tag for tag in re.findall(r"<img[^>]*>", source(cell)))


def test_nothing_is_fetched_and_no_path_of_a_machine_is_named(notebook):
    code = "\n".join(source(cell) for cell in cells(notebook, "code"))
    assert not re.search(
        r"https?://|urlretrieve|wget|curl |/home/|/Users/|!pip|%pip|KerasLayer", code
    )


def test_the_glossary_page_is_made_from_its_source():
    page = LESSONS[0].parent / "glossary.md"
    assert page.read_text(encoding="utf-8") == glossary_page(), "run: make format"


def test_lessons_say_which_lessons_come_before():
    numbers = [path.name[:2] for path in LESSONS]
    for path in LESSONS:
        before = read_notebook(path)["metadata"]["course"]["before"]
        assert all(b in numbers and b < path.name[:2] for b in before)


def test_the_readme_lists_the_lessons_with_what_they_cost():
    readme = (LESSONS[0].parents[1] / "README.md").read_text(encoding="utf-8")
    assert lesson_table() in readme, "run: make measure"


def test_results_have_the_columns_of_the_design():
    from course_utils.results import COLUMNS, ROLES

    for path in LESSONS:
        text = results_file(path.name[:2]).read_text(encoding="utf-8")
        assert text.splitlines()[0] == ",".join(COLUMNS)
        assert {row["role"] for row in stored_rows(path.name[:2])} <= set(ROLES)


def test_notebook_files_are_written_as_jupyter_writes_them(path):
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"
