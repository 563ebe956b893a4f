"""A model of lesson 09 over a folder: the painted stain, the nuclei in it, and a table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.apply import unit_name, write_labels
from course_utils.data.pairs import normalise_source
from course_utils.data.planes import image_sources
from course_utils.data.readers.channels import channel_number
from course_utils.data.readers.errors import fault
from course_utils.files import take_folder, writable, write_table, written_whole

TABLE = ("file", "frame", "nuclei", "mean_stain")
GUESS = (
    "a painted stain is a guess; on cells, light or focus that the model was not trained on it "
    "invents nuclei, so check it against a real stain first (lesson 09)"
)
Paint = Callable[[NDArray[np.float32]], NDArray[np.float32]]
Locate = Callable[[NDArray[np.float32]], NDArray[np.int32]]


@dataclass(frozen=True)
class Stained:
    """What a run over a folder gave: the table, counts, and what went wrong, by file."""

    table: Path
    images: int
    nuclei: int
    errors: dict[str, str]

    def __str__(self) -> str:
        lines = [f"{self.images} images, {self.nuclei} nuclei: {self.table}", f"to know: {GUESS}"]
        return "\n".join(
            lines + [f"not done: {name}: {text}" for name, text in self.errors.items()]
        )


def load_stain(path: str | Path) -> tuple[int, Paint]:
    """A model that a lesson saved with `model.save("my_stain.keras")`.

    Code that a file brings with it is not run.

    Args:
        path: the file.

    Returns:
        The number of channels it takes, and a function from a source (c, y, x) to a stain (y, x).

    Raises:
        ValueError: the file is missing, no Keras model, or a model of something else.

    Taught in: 09.
    """
    from course_utils.machine import quiet_import
    from course_utils.models.staining import predict_stain

    with quiet_import():
        import keras

    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        said = " ".join(str(error).split())[:150]
        raise ValueError(
            f"{path} is no model that can be loaded ({said}). "
            'Save yours in lesson 09: model.save("my_stain.keras").'
        ) from None
    shapes = model.input_shape, model.output_shape
    if [len(shape) for shape in shapes] != [4, 4] or shapes[1][-1] != 3:
        raise ValueError(
            f"{path} goes from {shapes[0]} to {shapes[1]}; a model that stains goes from "
            "(n, y, x, channels) to (n, y, x, 3). Give the one of lesson 09."
        )
    return shapes[0][-1], lambda source: predict_stain(model, source)


def stain_folder(
    place: str | Path,
    out: str | Path,
    model: tuple[int, Paint],
    locate: Locate,
    axes: str | None = None,
    channel: str | int | None = None,
    progress: bool = True,
) -> Stained:
    """Paint the stain of every image of a folder, and locate its nuclei.

    `out` gets `stain/NAME.tif` (float32, about 0 to 1), `labels/NAME.tif` and `stain.csv`, a row an
    image. Frames of a movie become `NAME_t000.tif` and so on. What fails is told at the end.

    Args:
        place: folder of any layout that `from_folder` opens, or one image.
        out: another folder; made if it is missing.
        model: of `load_stain`.
        locate: from a stain (y, x) to labels, such as `locate_nuclei`.
        axes: as for `from_folder`.
        channel: name or number from 0 of the transmitted light, for a model of one channel.
        progress: show a bar.

    Returns:
        Stained: `print` it; `errors` is empty if all went well.

    Raises:
        ReadError: nothing recognised in `place`.
        ValueError: `out` holds the images, or files of somebody else where results would go.
        OSError: `out` cannot be written.

    Taught in: 09.
    """
    from tqdm.auto import tqdm

    place, out = Path(place).expanduser(), Path(out).expanduser()
    found = image_sources(place, axes)
    take_folder(place, out, ("stain", "labels"))
    names = frozenset(name for name, _ in found)
    rows: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    for name, read in tqdm(found, "images", disable=not progress):
        try:
            for frame, source in sources(read(), model[0], channel):
                unit, stain = unit_name(name, frame, names), model[1](normalise_source(source))
                row = dict(file=name, frame="" if frame is None else frame)
                rows.append(row | _stained(out, unit, stain, locate))
        except Exception as error:
            errors[name] = writable(error)
    table = write_table(out / "stain.csv", TABLE, rows)
    return Stained(table, len(rows), sum(row["nuclei"] for row in rows), errors)


def sources(
    record: Any, count: int, channel: str | int | None = None
) -> Iterator[tuple[int | None, NDArray]]:
    """Frame number, None if there is no time, and the image (c, y, x), planes being channels.

    Args:
        record: as the readers give it.
        count: channels that the model takes.
        channel: name or number of one channel; its planes are taken.

    Raises:
        ReadError: no such channel, or another number of channels and planes than `count`.

    Used in: 09.
    """
    array, axes = _array(record), record.axes
    if channel is not None and "c" in axes:
        array = array.take(_number(record, channel), axis=axes.index("c"))
        axes = axes.replace("c", "")
    elif axes.endswith("c"):
        array, axes = np.moveaxis(array, -1, -3), f"{axes[:-3]}cyx"
    times = range(array.shape[0]) if axes[0] == "t" else [None]
    for t in times:
        image = np.asarray(array if t is None else array[t])
        image = image.reshape(-1, *image.shape[-2:])
        if len(image) != count:
            problem = f"has {len(image)} channels and planes, the model takes {count}"
            mend = "Give images like those it was trained on" + _choice(record, channel)
            raise fault(record.name, problem, mend)
        yield t, image


def _array(record: Any) -> Any:
    return record.images if hasattr(record, "images") else record.image


def _choice(record: Any, channel: str | int | None) -> str:
    names = getattr(record, "channels", ())
    return f", or name one channel of {', '.join(names)}" if names and channel is None else ""


def _number(record: Any, channel: str | int) -> int:
    names, count = getattr(record, "channels", ()), _array(record).shape[record.axes.index("c")]
    number = channel_number(names, count, channel)
    if number is not None:
        return number
    known = ", ".join(names) or f"0 to {count - 1}"
    raise fault(record.name, f"has no channel {channel}", f"Choose one of these: {known}")


def _stained(out: Path, unit: str, stain: NDArray, locate: Locate) -> dict[str, Any]:
    import tifffile

    labels = locate(stain)
    with written_whole(out / "stain" / f"{unit}.tif") as part:
        tifffile.imwrite(part, stain, ome=True, compression="zlib", metadata={"axes": "YX"})
    write_labels(out / "labels" / f"{unit}.tif", labels, None)
    count = len(np.unique(labels[labels > 0]))
    return dict(nuclei=count, mean_stain=round(float(stain.mean()), 4))
