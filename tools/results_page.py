"""Write docs/results.md from data/results and data/published.toml: run by `make format`."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import mean

from course_utils.files import repository_root
from course_utils.lessons import notebook_paths, read_notebook
from course_utils.results import published, stored_rows

PAGE = repository_root() / "docs" / "results.md"
Score = tuple[str, str, str, str]  # task, metric, data, split
COLUMNS = (("floor",), ("baseline", "reference"), ("ours", "stored"))
HEAD = """\
# Results

Made from `data/results/*.csv` and `data/published.toml` by `make format`; do not edit.

A number is the mean over the stored runs of a method, with the lowest and the highest of them \
and how many they were; where all runs agree in what is shown, it stands alone. The *floor* is \
what an answer without looking would score, the *baseline* is a simple rule, a simpler model or \
somebody else's program. Methods in italics come from long runs that the lesson does not repeat. \
`make measure NB=NN` repeats all runs of a lesson. Published values are context, not targets: \
the notes below say what keeps them from being comparable.
"""


def cell(text: str) -> str:
    """Text that a Markdown table can hold."""
    return text.replace("|", "\\|").replace("\n", " ")


def number(value: float) -> str:
    """Three decimals for scores, fewer for what is larger."""
    return (
        f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}" if value >= 10 else f"{value:.3f}"
    )


def spread(values: list[float]) -> str:
    """Mean, range and number of runs; one number where all are equal."""
    low, high = number(min(values)), number(max(values))
    if low == high:
        return low
    return f"{number(mean(values))} ({low} to {high}, {len(values)} runs)"


def scores(lesson: str) -> dict[Score, dict[tuple[str, str], list[float]]]:
    """Stored values of a lesson: what was scored -> (role, method) -> values."""
    found: dict = defaultdict(lambda: defaultdict(list))
    for row in stored_rows(lesson):
        if row["task"] != "whole lesson":
            score = (row["task"], row["metric"], row["data"], row["split"])
            found[score][row["role"], row["method"]].append(row["value"])
    return found


def compared(score: Score, methods: Iterable[tuple[str, str]]) -> bool:
    """Whether something of the course stands beside something simpler, or another's on real data.

    Other people's programs on simulated data are left to the tables of sweeps.
    """
    roles = {role for role, _ in methods}
    beside = {"floor", "baseline"} | ({"reference"} if score[2] != "simulated" else set())
    return bool(roles & {"ours", "stored"}) and bool(roles & beside)


def named(role: str, method: str) -> str:
    """Name of a method, in italics where it comes from a long run."""
    return f"*{cell(method)}*" if role == "stored" else cell(method)


def main_row(lesson: str, score: Score, methods: dict, notes: str) -> str:
    """One score as a row of the table."""
    task, metric, data, split = score
    place = ", ".join(part for part in (data, split) if part)
    row = [lesson, f"**{cell(task)}**<br>{cell(place)}", cell(metric)]
    for roles in COLUMNS:
        lines = [
            f"{named(role, method)} {spread(values)}"
            for role in roles
            for (its, method), values in methods.items()
            if its == role
        ]
        row.append("<br>".join(lines))
    return f"| {' | '.join([*row, notes])} |"


def main_table() -> str:
    """Every score for which something simpler was measured, beside the published values."""
    lines = ["| | scored | metric | floor | baseline | lesson | published |"]
    lines += ["| --- " * 7 + "|"]
    noted = 0
    for path in notebook_paths():
        lesson = path.name[:2]
        rows = published(lesson)
        marks = [f"{row['metric']} {row['value']:g} [{noted + k}]" for k, row in enumerate(rows, 1)]
        noted += len(rows)
        notes = "<br>".join(map(cell, marks))
        for score, methods in scores(lesson).items():
            if compared(score, methods):
                lines.append(main_row(lesson, score, methods, notes))
                notes = ""
    return "\n".join(lines)


def notes() -> str:
    """What the published values are, and why ours differ."""
    rows = [row for path in notebook_paths() for row in published(path.name[:2])]
    lines = []
    for k, row in enumerate(rows, 1):
        link = f" [doi:{row['doi']}](https://doi.org/{row['doi']})" if row["doi"] else ""
        value = f"{row['metric']} {row['value']:g}"
        lines.append(
            f"{k}. Lesson {row['lesson']}, {row['task']}: {value}. {row['source']}.{link} "
            f"*{row['why_different']}*"
        )
    return "\n".join(lines)


def cost_table() -> str:
    """Seconds and memory of each lesson, as its card has them."""
    lines = ["| lesson | runs in | memory |", "| --- | --- | --- |"]
    for path in notebook_paths():
        card = read_notebook(path)["metadata"]["course"]
        name = f"[{path.name[:2]} {card['title']}](../notebooks/{path.name})"
        lines.append(f"| {name} | {card['seconds']} s | {card['peak_mb']:,} MB |")
    return "\n".join(lines)


def other_table(lesson: str) -> str:
    """The stored runs of a lesson that the first table leaves out: sweeps, searches, costs."""
    lines = ["| task | on | metric | methods | lowest mean | highest mean |", "| --- " * 6 + "|"]
    for score, methods in scores(lesson).items():
        if compared(score, methods):
            continue
        task, metric, data, split = score
        means = sorted((mean(values), method) for (_, method), values in methods.items())
        ends = [f"{cell(method)} {number(value)}" for value, method in (means[0], means[-1])]
        place = cell(", ".join(part for part in (data, split) if part))
        ends = ends if len(means) > 1 else [ends[0], ""]
        lines.append(f"| {' | '.join([cell(task), place, cell(metric), str(len(means)), *ends])} |")
    return "\n".join(lines) if len(lines) > 2 else ""


def other_tables() -> str:
    """The tables of all lessons that have one, folded."""
    parts = []
    for path in notebook_paths():
        if table := other_table(path.name[:2]):
            title = read_notebook(path)["metadata"]["course"]["title"]
            summary = f"<summary>{path.name[:2]} {title}</summary>"
            parts.append(f"<details>{summary}\n\n{table}\n\n</details>")
    return "\n\n".join(parts)


def page() -> str:
    """The text of docs/results.md."""
    parts = [
        HEAD,
        "## Scores\n",
        main_table(),
        "\n## Published values\n",
        notes(),
        "\n## What a lesson costs\n\nOn two cores, from the start of the kernel; peak memory.\n",
        cost_table(),
        "\n## All other stored runs\n\nSweeps, searches, speeds; all rows are in `data/results`.\n",
        other_tables(),
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
