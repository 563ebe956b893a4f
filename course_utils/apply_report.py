"""The page that one looks at after a run over a folder: every image with what was found in it."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from course_utils.files import written_whole

SIDE = 480
STYLE = """
body { font-family: sans-serif; margin: 2em; color: #222; }
ul { padding-left: 1.2em; }
main { display: flex; flex-wrap: wrap; gap: 1em; }
figure { margin: 0; width: 240px; }
img { width: 240px; background: #000; }
figcaption { font-size: 0.85em; overflow-wrap: anywhere; }
"""


def write_overview(path: Path, image: NDArray, labels: NDArray[np.integer]) -> None:
    """A small PNG of an image with the outline of each object, whole or not at all.

    Args:
        path: the file.
        image: shape (y, x); every second, third ... pixel is shown if a side exceeds 480.
        labels: shape (y, x), 0 is background.

    Used in: 11.
    """
    import imageio.v3 as iio

    from course_utils.plots import with_outlines

    step = -(-max(image.shape) // SIDE)
    picture = with_outlines(image[::step, ::step], labels[::step, ::step])
    with written_whole(path) as part:
        iio.imwrite(part, np.uint8(255 * picture), extension=".png")


def write_report(
    path: Path, objects: Mapping[str, int], errors: Mapping[str, str], told: Sequence[str] = ()
) -> Path:
    """A page of the pictures in `report/`, with the number of objects and what went wrong.

    Args:
        path: of the page, beside the folders `report` and `labels`.
        objects: number of them, by name of the image.
        errors: what stopped a file, by its name.
        told: warnings.

    Returns:
        The path.

    Used in: 11.
    """
    counts = np.array(list(objects.values()) or [0])
    title = f"{len(objects):,} images, {counts.sum():,} objects"
    spread = (
        f"{np.median(counts):.0f} objects in the middle image, {counts.min()} to {counts.max()}"
    )
    page = [f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>"]
    page += [f"<style>{STYLE}</style><h1>{title}</h1><p>{spread}.</p>"]
    page += _list(f"Not done: {len(errors)}", [f"{name}: {text}" for name, text in errors.items()])
    page += _list("To know", told)
    page += ["<main>", *(_figure(name, n) for name, n in objects.items()), "</main></html>"]
    with written_whole(path) as part:
        part.write_text("\n".join(page), encoding="utf-8")
    return path


def _list(heading: str, texts: Sequence[str]) -> list[str]:
    lines = [f"<li>{escape(text)}</li>" for text in texts]
    return [f"<h2>{heading}</h2><ul>", *lines, "</ul>"] if texts else []


def _figure(name: str, objects: int) -> str:
    picture, labels = (quote(f"{folder}/{name}") for folder in ("report", "labels"))
    seen, many = escape(name, quote=True), f"{objects} object{'s' * (objects != 1)}"
    return (
        f'<figure><a href="{labels}.tif"><img loading="lazy" src="{picture}.png" '
        f'alt="{seen} with outlines of {many}"></a>'
        f"<figcaption>{seen}: {many}</figcaption></figure>"
    )
