"""The course's commands: python -m course_utils doctor | shelf | run | apply | where | explain."""

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


def apply(arguments: argparse.Namespace) -> int:
    """Use what a lesson made on a folder of your own images; 1 if any image could not be done."""
    from course_utils.apply import segment_folder, weights_name
    from course_utils.models import stored

    words = vars(arguments)
    options = {name: words[name] for name in ("diameter", "pixel_size", "axes", "channel")}
    folders, model = (arguments.folder, arguments.out), weights_name("07_nuclei.keras")
    try:
        stored.load_network()
        done = segment_folder(*folders, stored.segment_nuclei, model, **options)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(done)
    return int(bool(done.errors))


def apply_words(sub: argparse.ArgumentParser) -> None:
    """The words after `apply`. Used in: 07."""
    tasks = sub.add_subparsers(title="tasks", metavar="", dest="task", required=True)
    task = tasks.add_parser("segment", help="nuclei: label images and a table (lesson 07)")
    task.add_argument("folder", type=Path, metavar="FOLDER", help="your images, or one image")
    task.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the results")
    task.add_argument("--diameter", type=float, metavar="PX", help="of a typical nucleus")
    task.add_argument(
        "--pixel-size", type=float, metavar="UM", help="in µm, if the files do not state it"
    )
    task.add_argument("--axes", help="such as tyx, if the files do not name them")
    task.add_argument("--channel", help="name or number from 0, if there are several")


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
    apply_words(command(apply, "use what a lesson made on your own images"))
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
