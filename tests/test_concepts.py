"""The glossary and the index of concepts."""

import json

import pytest

from course_utils import concepts, where
from course_utils.concepts import Term, first_link, glossary
from course_utils.lessons import notebook_paths, read_notebook, source


def test_where_finds_a_term_by_any_of_its_names():
    assert where("Softmax").term.name == "softmax"
    assert where("SGD").term.name == "stochastic gradient descent"
    assert where("l2-regularisation").term.name == "L2 regularisation"
    assert where("hinge").term.name == "hinge loss"


def test_where_answers_with_lesson_and_heading():
    place = where("softmax").places[0]
    assert place.lesson == "02_linear_classifier"
    assert place.heading == "From scores to probabilities"


def test_an_unknown_word_names_the_nearest():
    with pytest.raises(KeyError, match="softmax"):
        where("softmin")
    with pytest.raises(KeyError, match="zebrafish"):
        where("zebrafish")


def test_a_part_is_looked_for_where_words_begin():
    assert where("hinge").term.name == "hinge loss"
    assert "vanishing gradient" not in [term.name for term in concepts.with_a_word("hing")]
    assert concepts.with_a_word("") == []


def test_the_heading_is_the_one_above_the_link(tmp_path):
    text = "## First\n\nsee [x](glossary.md#other)\n\n## Second\n\n[softmax](glossary.md#softmax)"
    path = tmp_path / "01_toy.ipynb"
    cells = [{"cell_type": "code", "source": "# ## No heading", "metadata": {}}]
    cells += [{"cell_type": "markdown", "source": text, "metadata": {}}]
    path.write_text(json.dumps({"cells": cells}))
    assert first_link(path, "softmax").heading == "Second"
    assert first_link(path, "gradient") is None


def test_names_and_anchors_are_distinct():
    names = [name.lower() for term in glossary() for name in (term.name, *term.also)]
    assert len(names) == len(set(names))
    assert Term("L2 regularisation", "").anchor == "l2-regularisation"


def test_every_term_is_one_sentence():
    for term in glossary():
        assert term.definition.endswith(".") and term.definition.count(". ") == 0, term.name


def test_every_linked_term_is_defined_and_the_page_links_back():
    page = concepts.glossary_page()
    for path in notebook_paths():
        for cell in read_notebook(path)["cells"]:
            for anchor in concepts.LINK.findall(source(cell)):
                place = first_link(path, anchor)
                assert f"[{path.stem}]({path.stem}.ipynb) ({place.heading})" in page


def test_every_term_is_linked_from_a_lesson_and_listed_with_it():
    page = concepts.glossary_page()
    for term in glossary():
        places = where(term.name).places
        assert places, f"no lesson links {term.name!r}: link it where it is taught, or take it out"
        section = page.split(f"\n## {term.name}\n")[1].split("\n## ")[0]
        for place in places:
            assert f"({place.lesson}.ipynb)" in section


def test_where_finds_every_term_by_each_of_its_names():
    for term in glossary():
        for name in (term.name, term.anchor, term.name.upper(), *term.also):
            assert where(name).term == term


def test_lessons_in_the_page_exist():
    stems = {path.stem for path in notebook_paths()}
    for term in glossary():
        assert {place.lesson for place in where(term.name).places} <= stems


ASKED_FOR = (
    "overfitting,underfitting,transfer learning,epochs,batch size,cross-validation,"
    "precision,recall,F1,Jaccard index"
)


@pytest.mark.parametrize("word", ASKED_FOR.split(","))
def test_the_words_that_the_course_was_asked_to_define_are_taught(word):
    assert where(word).places
