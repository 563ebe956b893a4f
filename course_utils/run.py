"""Run lessons from top to bottom without a browser: how long, how much memory, which error."""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbclient.output_widget import OutputWidget
from nbformat import NotebookNode

from course_utils.machine import lesson_environment, memory_limit_mb, peak_memory_mb, watching

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
CELL_SECONDS = 600
SEED_LINE = re.compile(r"^SEED = 0\b", re.MULTILINE)
COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*m")
FAILURES = (CellExecutionError, CellTimeoutError, RuntimeError)


@dataclass(frozen=True)
class Execution:
    """One run of a notebook, to its end or to its first error.

    `seconds` counts from the start of the kernel, `peak_mb` is the high-water mark of the
    kernel with its children in MB of 2**20 bytes, `error` names the cell, or is None.
    """

    notebook: NotebookNode
    seconds: float
    peak_mb: float
    error: str | None = None


def execute(
    path: Path | str,
    seed: int | None = None,
    speed: str | None = None,
    env: Mapping[str, str] | None = None,
    on_cell: Callable[[], None] = lambda: None,
) -> Execution:
    """Run one notebook in a kernel of its own, in the notebook's folder.

    Args:
        path: the notebook; the file is not changed.
        seed: stands in for the 0 of the line `SEED = 0` in the cell tagged `setup`.
        speed: `quick` or `full`, given to the lesson as COURSE_SPEED. A cell may take 600 s,
            with `full` any time.
        env: further variables for the kernel.
        on_cell: called after each code cell, for a progress bar.

    Returns:
        Execution: the notebook with its outputs, seconds, peak memory and the first error.

    Raises:
        FileNotFoundError: there is no such notebook.
        ValueError: a seed is given and the notebook has no line for it.

    Used in: 00.
    """
    path = Path(path)
    notebook = nbformat.read(path, as_version=4)
    if seed is not None:
        replace_seed(notebook, seed, path)
    client = _client(notebook, path.resolve().parent, None if speed == "full" else CELL_SECONDS)
    start = time.perf_counter()
    with _watched_memory(client, on_cell) as peak:
        error = _first_error(client, _environment(speed, env), peak)
    return Execution(notebook, time.perf_counter() - start, max(peak), error)


def replace_seed(notebook: NotebookNode, seed: int, path: Path) -> None:
    """Write another number into the line `SEED = 0` of the cell tagged `setup`, in place.

    Raises:
        ValueError: no cell tagged `setup` has that line.

    Used in: 00.
    """
    for cell in notebook.cells:
        if "setup" in cell.metadata.get("tags", []) and SEED_LINE.search(cell.source):
            cell.source = SEED_LINE.sub(f"SEED = {seed}", cell.source, count=1)
            return
    raise ValueError(
        f"{path}: no cell tagged 'setup' has a line 'SEED = 0', so seed {seed} has no place. "
        "Add the line, or run it without a seed."
    )


def find_notebooks(wanted: Sequence[str] = (), folder: Path = NOTEBOOKS) -> list[Path]:
    """Lessons by number ('02'), name or path; all of them, in their order, if none is named.

    Raises:
        FileNotFoundError: a name fits no notebook; the message lists those that there are.

    Used in: 00.
    """
    lessons = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    found = []
    for name in wanted:
        fits = [Path(name)] if Path(name).is_file() else _lessons_named(name, lessons)
        if not fits:
            names = ", ".join(path.stem for path in lessons) or "none at all"
            raise FileNotFoundError(f"no notebook {name!r} in {folder}; there are: {names}")
        found += fits
    return found if wanted else lessons


def save(execution: Execution, name: str, folder: Path) -> None:
    """Write `name.ipynb` with all outputs and `name.html`, a page for any browser.

    Used in: 00.
    """
    from nbconvert import HTMLExporter

    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(execution.notebook, folder / f"{name}.ipynb")
    page, _ = HTMLExporter().from_notebook_node(
        execution.notebook, resources={"metadata": {"name": name}}
    )
    (folder / f"{name}.html").write_text(page, encoding="utf-8")


def run_lessons(
    wanted: Sequence[str] = (),
    out: Path = Path("executed"),
    seed: int | None = None,
    speed: str | None = None,
) -> int:
    """Run lessons one after the other, save each with its page, and print what it took.

    Returns:
        The number of lessons that stopped with an error.

    Used in: 00.
    """
    runs = [_run_with_bar(path, out, seed, speed) for path in find_notebooks(wanted)]
    failed = sum(run.error is not None for run in runs)
    seconds = sum(run.seconds for run in runs)
    peak = max((run.peak_mb for run in runs), default=0)
    print(f"{len(runs) - failed} of {len(runs)} lessons ran, {seconds:.0f} s, peak {peak:.0f} MB")
    print(f"pages: {out}")
    return failed if runs else 1


def _lessons_named(name: str, lessons: Sequence[Path]) -> list[Path]:
    return [path for path in lessons if name in (path.stem, path.name, path.stem.split("_")[0])]


def _run_with_bar(path: Path, out: Path, seed: int | None, speed: str | None) -> Execution:
    from tqdm import tqdm

    cells = sum(_is_code(cell) for cell in nbformat.read(path, as_version=4).cells)
    with tqdm(total=cells, desc=path.stem, unit="cell", leave=False, disable=None) as bar:
        run = execute(path, seed, speed, on_cell=bar.update)
    save(run, path.stem, out)
    state = "error" if run.error else "ok"
    print(f"{path.stem:<32} {run.seconds:6.0f} s {run.peak_mb:6.0f} MB  {state}", flush=True)
    if run.error:
        print("    " + run.error.replace("\n", "\n    "), flush=True)
    return run


def _is_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


class _Listener(OutputWidget):
    """An output widget that tells the kernel nothing back.

    The original's answer can swallow the wake-up of the kernel's next reply, and the run then
    waits for ever: about one run in three with two runs at once (jupyter/nbclient#312).
    """

    def sync_state(self) -> None:
        """Keep silent."""


def _client(notebook: NotebookNode, folder: Path, timeout: int | None) -> NotebookClient:
    """A client whose kernel runs with this very Python, whatever else is called `python3`."""
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.widget_registry = {"@jupyter-widgets/output": {"OutputModel": _Listener}}
    client.create_kernel_manager().kernel_spec.argv[0] = "python"
    return client


def _environment(speed: str | None, env: Mapping[str, str] | None) -> dict[str, str]:
    chosen = {"COURSE_SPEED": speed} if speed else {}
    return {**os.environ, **lesson_environment(), **chosen, **(env or {})}


@contextmanager
def _watched_memory(client: NotebookClient, on_cell: Callable[[], None]) -> Iterator[list[float]]:
    """Note the family's memory after each cell, and twice a second for its short-lived children."""
    seen = [0.0]

    def look() -> None:
        pid = getattr(getattr(client.km, "provisioner", None), "pid", None)
        seen[0] = max(seen[0], peak_memory_mb(pid) if pid else 0.0)

    def after_cell(**_: object) -> None:
        look()
        on_cell()

    client.on_cell_executed = after_cell
    with watching(look, 0.5):
        yield seen


def _first_error(
    client: NotebookClient, env: Mapping[str, str], peak: Sequence[float]
) -> str | None:
    running = [0]
    client.on_cell_start = lambda cell, cell_index: running.__setitem__(0, cell_index)
    try:
        client.execute(env=dict(env), stdout=DEVNULL, stderr=DEVNULL)
    except FAILURES as error:
        cell = client.nb.cells[running[0]]
        first_line = cell.source.strip().partition("\n")[0]
        where = f"cell {running[0] + 1} of {len(client.nb.cells)}, `{first_line}`"
        return f"{where}:\n{_reason(error, max(peak))}"
    return None


def _reason(error: Exception, peak_mb: float) -> str:
    """The last lines of a traceback, or what a silent end means."""
    if isinstance(error, CellExecutionError):
        lines = COLOUR_CODES.sub("", error.traceback).strip().splitlines()
        return "\n".join(lines[-6:])
    if isinstance(error, CellTimeoutError):
        return f"it took more than {CELL_SECONDS} s"
    return (
        f"the kernel died after {peak_mb:.0f} MB of {memory_limit_mb():.0f} MB; "
        "the system ends a process that asks for more memory than there is"
    )
