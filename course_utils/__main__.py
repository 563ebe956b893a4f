"""The course's commands: python -m course_utils doctor | shelf | run | apply | where | explain."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path


def doctor(arguments: argparse.Namespace) -> int:
    """Look at Python, packages, memory, data; 1 if something must be mended first."""
    from course_utils.doctor import examine, report

    if arguments.room:
        from course_utils.room import examine_room, verdict

        findings = examine_room()
        print(verdict(findings))
    else:
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
    from course_utils.data.wheels import ShelfError

    tasks = {"segment": apply_segment, "track": apply_track, "stain": apply_stain}
    try:
        return tasks[arguments.task](arguments)
    except (ValueError, OSError, ShelfError) as error:
        print(error, file=sys.stderr)
        return 1


def apply_segment(arguments: argparse.Namespace) -> int:
    """Nuclei of every image: labels and a table. Used in: 07."""
    from course_utils.apply import segment_folder, weights_name
    from course_utils.models import stored

    words = vars(arguments)
    options = {name: words[name] for name in ("diameter", "pixel_size", "axes", "channel")}
    folders, model = (arguments.folder, arguments.out), weights_name("07_nuclei.keras")
    stored.load_network()
    with cluster(arguments.scheduler) as options["client"]:
        done = segment_folder(*folders, stored.segment_nuclei, model, **options)
    print(done)
    return int(bool(done.errors))


def cluster(address: str | None) -> AbstractContextManager:
    """A client of the scheduler that was named, None if none was. Used in: 11."""
    from course_utils.cluster import connect

    return nullcontext() if address is None else connect(address)


def apply_track(arguments: argparse.Namespace) -> int:
    """Tracks of every movie: a result folder, a table and a tree. Used in: 08."""
    from course_utils.apply_track import named_linker, track_folder

    def segment(image, diameter):
        from course_utils.models.stored import segment_nuclei

        return segment_nuclei(image, diameter)

    words = vars(arguments)
    names = ("diameter", "gap", "passes", "minutes", "axes", "channel")
    options = {name: words[name] for name in names}
    linker = named_linker(arguments.linker, arguments.reach)
    found = track_folder(arguments.folder, arguments.out, segment, linker, **options)
    print(*found, sep="\n")
    return int(any(done.error for done in found))


def apply_stain(arguments: argparse.Namespace) -> int:
    """The stain of every image, as a model of lesson 09 paints it. Used in: 09."""
    from course_utils.apply_stain import load_stain, stain_folder
    from course_utils.models.staining import locate_nuclei

    model = load_stain(arguments.model)
    options = dict(axes=arguments.axes, channel=arguments.channel)
    done = stain_folder(arguments.folder, arguments.out, model, locate_nuclei, **options)
    print(done)
    return int(bool(done.errors))


def apply_words(sub: argparse.ArgumentParser) -> None:
    """The words after `apply`. Used in: 07, 08, 09."""
    tasks = sub.add_subparsers(title="tasks", metavar="", dest="task", required=True)
    size = dict(type=float, metavar="PX", help="of a typical nucleus")
    task = tasks.add_parser("segment", help="nuclei: label images and a table (lesson 07)")
    common_words(task)
    task.add_argument("--diameter", **size)
    task.add_argument(
        "--pixel-size", type=float, metavar="UM", help="in µm, if the files do not state it"
    )
    where = "of a Dask cluster, such as tcp://10.0.0.5:8786"
    task.add_argument("--scheduler", metavar="ADDRESS", help=where)
    task = tasks.add_parser("track", help="a movie's cells: tracks and a lineage tree (lesson 08)")
    common_words(task)
    task.add_argument("--diameter", **size)
    names = "assignment, nearest, overlap, or a learned one: rods, nuclei"
    task.add_argument("--linker", default="assignment", help=names)
    task.add_argument("--reach", type=float, default=30.0, metavar="PX", help="longest step")
    task.add_argument("--gap", type=int, default=1, help="frames that a cell may be missed")
    task.add_argument("--passes", type=int, default=1, help="2 or 3 for crowds that grow")
    task.add_argument("--minutes", type=float, help="a frame, for a tree in hours")
    task = tasks.add_parser("stain", help="a stain out of transmitted light (lesson 09)")
    common_words(task)
    kept = "of lesson 09, as model.save wrote it"
    task.add_argument("--model", type=Path, required=True, metavar="FILE", help=kept)


def common_words(task: argparse.ArgumentParser) -> None:
    """What each task of `apply` is told. Used in: 07, 08."""
    task.add_argument("folder", type=Path, metavar="FOLDER", help="your images, or one image")
    task.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the results")
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

    sub = command(doctor, "is this computer ready for the course?")
    sub.add_argument("--room", action="store_true", help="before a class: strict, in one line")
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
