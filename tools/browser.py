"""Open a lesson in JupyterLab as a learner does: run all, move the widget, look for errors.

Needs `pip install playwright` and a Chromium (`apt install chromium`); neither is part of the
course's environment. Screenshots go to `executed/browser/`, to be looked at.

    python tools/browser.py 02
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_utils.files import repository_root
from course_utils.run import find_notebooks

TOKEN = "browser-test"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# JupyterLab keeps only the cells in sight: go to the one tagged `widget`.
SHOW_WIDGET = """
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const tagged = cell => (cell.model.metadata.tags || []).includes('widget');
    notebook.scrollToItem(notebook.widgets.findIndex(tagged), 'center');
"""


@contextmanager
def jupyterlab(root: Path):
    """A JupyterLab server on a free port; gives its address and stops it in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--LabApp.expose_app_in_browser=True"]
    command += [
        f"--port={port}",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={root}",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    """Return when the server answers; RuntimeError after a minute."""
    for _ in range(120):
        try:
            urllib.request.urlopen(address, timeout=1)
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"no answer from {address.split('?')[0]} in a minute")


def run_all(page, address: str, notebook: Path) -> None:
    """Open a notebook with a kernel of its own and run all cells to the end."""
    page.goto(f"{address}/lab/tree/notebooks/{notebook.name}?reset&token={TOKEN}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=60_000)
    run = "window.jupyterapp.commands.execute('notebook:run-all-cells')"
    page.evaluate(f"() => {run}.then(() => null)")


def errors(page) -> list[str]:
    """First lines of all error outputs that stand in the notebook's model."""
    return page.evaluate(
        """() => {
          const shell = window.jupyterapp.shell;
          const cells = shell.currentWidget.content.model.sharedModel.cells;
          return cells.flatMap(c => (c.outputs || []))
            .filter(o => o.output_type === 'error').map(o => o.ename + ': ' + o.evalue);
        }"""
    )


def move_widget(page, folder: Path, name: str) -> bool:
    """Move the first slider, press the first button or tick the first box; True if it shows."""
    page.evaluate(f"() => {{ {SHOW_WIDGET} }}")
    box = page.locator(".jp-OutputArea .widget-vbox").first
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(1_500)
    before = box.screenshot(path=folder / f"{name}_before.png")
    sliders = box.locator(".noUi-handle")
    if sliders.count():
        sliders.first.focus()
        for _ in range(4):
            page.keyboard.press("ArrowLeft")
    else:
        box.locator("button, input[type=checkbox]").first.click()
    page.wait_for_timeout(8_000)
    return before != box.screenshot(path=folder / f"{name}_after.png")


def look(notebook: Path, address: str, folder: Path) -> list[str]:
    """Work through one lesson in the browser; what went wrong, in words."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        run_all(page, address, notebook)
        faults = errors(page)
        page.screenshot(path=folder / f"{notebook.stem}.png")
        if not move_widget(page, folder, notebook.stem):
            faults.append("the widget is moved, but its figure does not change")
        browser.close()
    return faults


def main() -> int:
    """Look at the lessons named on the command line, or at all; status 1 if one has a fault."""
    folder = repository_root() / "executed" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    # JupyterLab saves what it shows by itself: outputs must not get into the course's notebooks.
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(repository_root() / "notebooks", Path(copy) / "notebooks")
        found = sum(map(len, looked_at(Path(copy), folder)))
    return 1 if found else 0


def looked_at(root: Path, folder: Path) -> Iterator[list[str]]:
    """The faults of each lesson named on the command line, told as they are found."""
    with jupyterlab(root) as address:
        for notebook in find_notebooks(sys.argv[1:]):
            faults = look(notebook, address, folder)
            print(notebook.stem, "; ".join(faults) or "ran without an error, its widget moves")
            yield faults


if __name__ == "__main__":
    raise SystemExit(main())
