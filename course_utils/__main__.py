"""The course's commands: python -m course_utils doctor | shelf | run | where | explain."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def doctor(_: argparse.Namespace) -> int:
    """Look at Python, packages, memory, data; 1 if something must be mended first."""
    from course_utils.doctor import examine, report

    findings = examine()
    print(report(findings))
    return int(any(finding.state == "fail" for finding in findings))


def shelf(arguments: argparse.Namespace) -> int:
    """Fetch the real images and weights that are not there yet, then say what is there."""
    from course_utils.data import shelf as images

    try:
        images.fetch()
    except images.ShelfError as error:
        print(error, file=sys.stderr)
        return 1
    print(shelf_table(images.status(), brief=arguments.quiet))
    return 0


def shelf_table(items: Sequence, brief: bool = False) -> str:
    """One line an item, or one line for all of them. Used in: 00."""
    total = f"shelf: {len(items)} packages ready, {sum(item.bytes for item in items) / 1e6:.0f} MB"
    if brief and all(item.state == "ready" for item in items):
        return total
    rows = [
        f"{item.state:<8} {item.bytes / 1e6:7.1f} MB  {item.name:<24} {item.file}" for item in items
    ]
    return "\n".join(rows)


def run(arguments: argparse.Namespace) -> int:
    """Run lessons from top to bottom; 1 if any stops with an error."""
    from course_utils.run import run_lessons

    try:
        failed = run_lessons(arguments.lesson, arguments.out, arguments.seed, arguments.speed)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return int(failed > 0)


def where(arguments: argparse.Namespace) -> int:
    """Say what a term means and which lessons teach it; 1 if the glossary does not have it."""
    import course_utils

    try:
        print(course_utils.where(" ".join(arguments.term)))
    except KeyError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    return 0


def explain(arguments: argparse.Namespace) -> int:
    """Say what an error means and how to mend it; 1 if the phrasebook does not have it."""
    from course_utils import phrasebook

    text = " ".join(arguments.error)
    found = phrasebook.explain(sys.stdin.read() if text == "-" else text)
    print(found)
    return int(not found)


def parser() -> argparse.ArgumentParser:
    """The commands and their words. Used in: 00."""
    top = argparse.ArgumentParser(prog="python -m course_utils", description=__doc__)
    commands = top.add_subparsers(title="commands", metavar="", required=True)

    def command(function, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(function.__name__, help=text, description=function.__doc__)
        sub.set_defaults(function=function)
        return sub

    command(doctor, "is this computer ready for the course?")
    sub = command(shelf, "fetch the real images and weights (once)")
    sub.add_argument("--quiet", action="store_true", help="one line if all is there")
    sub = command(run, "run lessons from top to bottom, without a browser")
    sub.add_argument("lesson", nargs="*", help="number, name or path; all if none is named")
    sub.add_argument("--out", type=Path, default=Path("executed"), help="folder for the results")
    sub.add_argument("--seed", type=int, help="instead of the SEED = 0 of the lessons")
    sub.add_argument("--speed", choices=["quick", "full"], help="how long the lessons train")
    sub = command(where, "which lesson teaches a term, and what it means")
    sub.add_argument("term", nargs="+", help="a word or words, e.g. watershed")
    sub = command(explain, "what an error means and how to mend it")
    sub.add_argument("error", nargs="*", help="its last line, words such as shape, or - for stdin")
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. Used in: 00."""
    arguments = parser().parse_args(words)
    return arguments.function(arguments)


if __name__ == "__main__":
    sys.exit(main())
