"""The page of results says what is stored, no less and no more."""

import results_page
from results_page import compared, number, page, scores, spread

from course_utils.lessons import notebook_paths
from course_utils.results import published, stored_rows

PAGE = results_page.PAGE.read_text(encoding="utf-8")


def test_the_page_is_made_from_what_is_stored():
    assert page() == PAGE, "run: make format"


def test_mean_range_and_number_of_runs_are_told():
    assert spread([0.5, 0.7, 0.9]) == "0.700 (0.500 to 0.900, 3 runs)"
    assert spread([0.5, 0.5]) == "0.500"


def test_large_numbers_lose_decimals_and_small_ones_do_not():
    assert [number(x) for x in (-0.03, 0.5, 12.345, 5374.2)] == [
        "-0.030",
        "0.500",
        "12.35",
        "5,374",
    ]


def test_a_score_without_anything_simpler_is_no_comparison():
    real, made = ("t", "m", "hela_movie", ""), ("t", "m", "simulated", "")
    assert not compared(real, [("stored", "a"), ("stored", "b")])
    assert compared(real, [("ours", "a"), ("floor", "b")])
    assert compared(real, [("stored", "a"), ("reference", "b")])
    assert not compared(made, [("stored", "a"), ("reference", "b")])


def test_every_method_of_a_board_stands_in_the_table():
    for path in notebook_paths():
        rows = stored_rows(path.name[:2], role="ours")
        ours = {(row["task"], row["method"]) for row in rows}
        for task, method in ours:
            line = [part for part in PAGE.splitlines() if f"| **{task}**<br>" in part]
            assert any(method in part for part in line), (task, method)


def test_a_score_stands_in_one_table_only():
    first, rest = PAGE.split("## All other stored runs")
    lessons = [path.name[:2] for path in notebook_paths()]
    total = sum(len(scores(lesson)) for lesson in lessons)
    in_first = sum(
        line.startswith(tuple(f"| {n} | **" for n in lessons)) for line in first.splitlines()
    )
    in_rest = sum(line.startswith("| ") for line in rest.splitlines())
    tables = rest.count("<details>")
    assert in_first + in_rest - 2 * tables == total


def test_each_published_value_has_its_source_and_why_it_differs():
    for path in notebook_paths():
        for row in published(path.name[:2]):
            line = next(line for line in PAGE.splitlines() if row["source"] in line)
            assert row["why_different"] in line and f"{row['value']:g}" in line
