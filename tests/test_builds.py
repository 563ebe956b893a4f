"""The course for learners gives no answer away, and the one for teachers has them all."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from builds import FENCE, build_student, build_teacher, copy_course, solutions, teacher_notebook

from course_utils.files import repository_root
from course_utils.lessons import notebook_paths, read_notebook, source, tags, write_notebook
from course_utils.run import execute

NAMES = [path.name for path in notebook_paths()]


@pytest.fixture(scope="module")
def student(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("builds") / "student"
    build_student(folder)
    return folder


@pytest.fixture(scope="module")
def teacher(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("builds") / "teacher"
    build_teacher(folder)
    return folder


def tagged(notebook: dict, tag: str) -> list[dict]:
    return [cell for cell in notebook["cells"] if tag in tags(cell)]


def answer_lines(original: dict) -> set[str]:
    """Lines of the solutions that stand nowhere else in their lesson."""
    told = {
        line.strip()
        for cell in original["cells"]
        if "solution" not in tags(cell)
        for line in source(cell).splitlines()
    }
    code = "\n".join(solutions(original).values())
    return {line.strip() for line in code.splitlines() if line.strip()} - told


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_solution_is_left_for_learners(name, student):
    original = read_notebook(repository_root() / "notebooks" / name)
    text = (student / "notebooks" / name).read_text(encoding="utf-8")
    written = read_notebook(student / "notebooks" / name)
    shown = {s.strip() for c in written["cells"] for s in source(c).splitlines()}
    assert len(answer_lines(original)) >= len(solutions(original))
    assert answer_lines(original) & shown == set()
    assert "<summary>Solution" not in text and "For the teacher" not in text


@pytest.mark.parametrize("name", NAMES)
def test_learners_keep_stubs_checks_and_hints(name, student):
    original = read_notebook(repository_root() / "notebooks" / name)
    written = read_notebook(student / "notebooks" / name)
    for tag in ("setup", "exercise", "check", "hint", "floor", "predict"):
        assert tagged(written, tag) == tagged(original, tag)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_for_learners_is_valid_stripped_and_small(name, student):
    path = student / "notebooks" / name
    nbformat.validate(nbformat.read(path, as_version=4))
    assert path.stat().st_size < 60 * 1024
    code = [cell for cell in read_notebook(path)["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_learners_get_neither_the_banks_of_answers_nor_the_guide(student):
    kept = {path.name for path in student.iterdir()}
    assert "tests" not in kept
    assert [path.name for path in (student / "tools").iterdir()] == ["compare_backends.py"]
    assert not (student / "docs" / "teaching.md").exists()
    assert {"Makefile", "course_utils", "data", "notebooks", "requirements.lock"} <= kept
    assert list(student.rglob("__pycache__")) == []


def test_the_readme_of_learners_names_nothing_that_they_do_not_have(student):
    text = (student / "README.md").read_text(encoding="utf-8")
    assert "make lab" in text and "## Cite" in text
    for word in ("make test", "make check", "pytest", "teaching.md", "tests/", "<!-- checkout"):
        assert word not in text
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        assert target.startswith("http") or (student / target).exists(), target


@pytest.mark.parametrize("name", NAMES)
def test_every_stub_of_the_teacher_passes_its_check(name, teacher):
    written = read_notebook(teacher / "notebooks" / name)
    names = {}
    exec(source(tagged(written, "setup")[0]), names)
    for stub, check in zip(tagged(written, "exercise"), tagged(written, "check"), strict=True):
        exec(source(stub), names)
        assert eval(source(check), names).state == "right", source(check)


def test_teachers_keep_notes_and_the_reasons_of_solutions(teacher):
    for name in NAMES:
        original = read_notebook(repository_root() / "notebooks" / name)
        written = read_notebook(teacher / "notebooks" / name)
        for tag in ("teacher", "solution"):
            assert tagged(written, tag) == tagged(original, tag)


def test_an_exercise_without_solution_stops_the_build():
    notebook = read_notebook(notebook_paths()[0])
    for cell in tagged(notebook, "solution"):
        cell["source"] = FENCE.sub("", source(cell))
    with pytest.raises(ValueError, match=r"00\.1 has no solution"):
        teacher_notebook(notebook)


def test_pictures_of_a_lesson_that_was_run_are_not_passed_on(tmp_path, monkeypatch):
    checkout = tmp_path / "checkout"
    (checkout / "notebooks").mkdir(parents=True)
    lesson = read_notebook(notebook_paths()[0])
    cell = next(each for each in lesson["cells"] if each["cell_type"] == "code")
    cell |= {"execution_count": 3, "outputs": [{"output_type": "stream", "text": "quokka"}]}
    write_notebook(checkout / "notebooks" / NAMES[0], lesson)
    monkeypatch.setattr("builds.repository_root", lambda: checkout)
    copy_course(tmp_path / "out", ["notebooks"], teacher_notebook)
    assert "quokka" not in (tmp_path / "out" / "notebooks" / NAMES[0]).read_text(encoding="utf-8")
    assert cell["execution_count"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES[:1])
def test_a_lesson_for_learners_runs_to_its_end(name, student, tmp_path):
    shutil.copytree(student / "notebooks", tmp_path / "notebooks")
    done = execute(tmp_path / "notebooks" / name)
    assert done.error is None
    checks = [cell for cell in done.notebook.cells if "check" in cell.metadata.get("tags", [])]
    said = "".join(output.data["text/plain"] for cell in checks for output in cell.outputs)
    assert re.fullmatch(r"(○ \d\d\.\d not tried yet.*)+", said.replace("\n", ""))
