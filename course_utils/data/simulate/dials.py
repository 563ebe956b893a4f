"""The dials of the virtual microscope: what grows, and what looks at it. Plain numbers, checked."""

import math
from dataclasses import Field, dataclass, field, fields
from numbers import Integral, Real
from typing import ClassVar


def dial(default: float, low: float, high: float, unit: str = "") -> float:
    """A dataclass field whose value must lie between two limits; whole numbers stay whole."""
    return field(default=default, metadata={"low": low, "high": high, "unit": unit})


def check_dials(dials: object) -> None:
    """Raise ValueError, naming dial and mend, if a dial is no number or out of its limits."""
    name = type(dials).__name__
    for each in fields(dials):
        if each.name == "shape":
            _check_shape(name, dials.shape)
        else:
            _check_number(name, each, getattr(dials, each.name))


def _check_number(name: str, dial: Field, value: object) -> None:
    whole = isinstance(dial.default, int)
    low, high, unit = (dial.metadata[key] for key in ("low", "high", "unit"))
    is_number = isinstance(value, Integral if whole else Real) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        wanted = f"{kind} from {low:g} to {high:g} {unit}".rstrip()
        raise ValueError(f"{name}({dial.name}=...) must be {wanted}, not {value!r}")


def _check_shape(name: str, shape: object) -> None:
    sides = shape if isinstance(shape, tuple | list) else ()
    whole = [isinstance(side, Integral) and not isinstance(side, bool) for side in sides]
    if len(sides) != 2 or not all(whole) or min(sides) < 1:
        message = "must be two whole numbers of pixels, height and width, such as (512, 512)"
        raise ValueError(f"{name}(shape=...) {message}; not {shape!r}")


@dataclass(frozen=True)
class Microscope:
    """Optics, lamp and camera. Changing the camera's dials leaves the cells as they are.

    Lengths are in µm. `photons` is what one pixel catches from a nucleus of brightness 1;
    `background` is the light where no cell is, as a share of it. `haze` is the share of light
    spread widely around its source. `psf`, `psf_z` are the standard deviations of the blur within
    and across slices. `vignetting` is the share of light lost in the corners, `bleaching` the share
    of fluorescence lost each frame. The stage creeps by `drift` a frame in one direction, shaken by
    a third of it, and in a share `jumps` of the frames it leaps by `jump_length`. A culture reaches
    30 µm beyond the view: a stage that goes further sees empty dish.
    `lamp` is the photons a pixel of the transmitted light, which falls in from `light_angle`
    degrees (0 from the right, 90 from above); `relief` and `halo` are the strength of its slopes
    and of its bright fringes. Offset and read noise are in counts; a photon makes one count.

    Raises ValueError, naming the dial, if one is no number or outside its limits.

    Used in: 01.
    """

    pixel_size: float = dial(0.645, 0.01, 10, "µm")
    z_step: float = dial(1.0, 0.05, 20, "µm")
    psf: float = dial(0.5, 0, 20, "µm")
    psf_z: float = dial(1.5, 0, 50, "µm")
    haze: float = dial(0.12, 0, 0.9)
    photons: float = dial(700.0, 0.01, 50_000, "photons a pixel")
    background: float = dial(0.06, 0, 10)
    read_noise: float = dial(4.0, 0, 1000, "counts")
    offset: float = dial(250.0, 0, 10_000, "counts")
    vignetting: float = dial(0.05, 0, 0.95)
    bleaching: float = dial(0.0, 0, 0.9)
    drift: float = dial(0.0, 0, 1000, "µm a frame")
    jumps: float = dial(0.0, 0, 1)
    jump_length: float = dial(10.0, 0, 1000, "µm")
    lamp: float = dial(8000.0, 1, 60_000, "photons a pixel")
    relief: float = dial(1.0, 0, 10)
    halo: float = dial(0.3, 0, 10)
    light_angle: float = dial(150.0, -360, 360, "degrees")

    __post_init__ = check_dials


@dataclass(frozen=True)
class Culture:
    """Nuclei of a cell line. The defaults resemble the course's HeLa film.

    `cells` is about how many are in view at first; cells outside the view come in and go out.
    `shape` is the height and width in pixels; `depth` the number of slices, 1 for flat pictures.
    A share `dividing` of the first cells, and all their offspring, have a cycle of `cycle_hours`
    and are in mitosis, prometaphase to telophase, for `mitosis_minutes`; the others rest.
    `death_rate` is the chance of a cell to begin to die each hour; after 150 minutes it is gone.
    `speed` is the mean speed, kept in direction for about `persistence_minutes`. Two nuclei come no
    closer than `spacing` times the distance at which they touch: from 1.2 on they stand apart,
    below 0.9 they overlap. `size_spread` is the relative standard deviation of `diameter`,
    `elongation` is length by width. `texture` is the relative contrast of the chromatin, `grain`
    the size of its specks. A share `dim` of the cells hardly glows.

    Raises ValueError, naming the dial, if one is no number or outside its limits.

    Used in: 01.
    """

    cells: int = dial(60, 1, 20_000)
    shape: tuple[int, int] = field(default=(512, 512))
    depth: int = dial(1, 1, 1000, "slices")
    frames: int = dial(20, 1, 10_000)
    minutes_per_frame: float = dial(30.0, 0.1, 240, "minutes")
    diameter: float = dial(19.5, 2, 100, "µm")
    size_spread: float = dial(0.12, 0, 0.4)
    elongation: float = dial(1.35, 1, 3)
    cycle_hours: float = dial(20.0, 6, 1000, "hours")
    dividing: float = dial(1.0, 0, 1)
    mitosis_minutes: float = dial(95.0, 10, 240, "minutes")
    death_rate: float = dial(0.002, 0, 1, "an hour")
    speed: float = dial(4.3, 0, 1000, "µm an hour")
    persistence_minutes: float = dial(40.0, 1, 10_000, "minutes")
    spacing: float = dial(1.0, 0.3, 3)
    texture: float = dial(0.14, 0, 1)
    grain: float = dial(0.7, 0.2, 5, "µm")
    dim: float = dial(0.2, 0, 1)

    def __post_init__(self) -> None:
        check_dials(self)
        least = self.mitosis_minutes / 18
        if self.cycle_hours < least:
            message = f"must be at least {least:.1f} hours for its mitosis_minutes to find room"
            raise ValueError(f"Culture(cycle_hours=...) {message}, not {self.cycle_hours!r}")


@dataclass(frozen=True)
class Rods:
    """Rod-shaped bacteria such as E. coli that grow into touching colonies.

    `rods` stand in the middle of the view at first. A newborn is `length` long, grows to twice that
    in `doubling_minutes` and divides across its middle; `spread` is the relative standard deviation
    of both. `bend` is the typical angle between its two ends, in degrees. Centre lines of two rods
    come no closer than `spacing` times their `width`: below 1 they overlap.

    Raises ValueError, naming the dial, if one is no number or outside its limits.

    Used in: 08.
    """

    rods: int = dial(2, 1, 500)
    shape: tuple[int, int] = field(default=(512, 512))
    frames: int = dial(30, 1, 10_000)
    minutes_per_frame: float = dial(5.0, 0.1, 60, "minutes")
    width: float = dial(1.0, 0.2, 5, "µm")
    length: float = dial(3.0, 0.5, 50, "µm")
    doubling_minutes: float = dial(30.0, 5, 10_000, "minutes")
    spread: float = dial(0.12, 0, 0.3)
    bend: float = dial(6.0, 0, 60, "degrees")
    spacing: float = dial(0.95, 0.5, 1)
    depth: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_dials(self)
        if self.length < 1.5 * self.width:
            least = 1.5 * self.width
            raise ValueError(f"Rods(length=...) must be at least {least:g} µm, 1.5 times its width")


def check_view(shape: tuple[int, int], pixel_size: float, size: float) -> None:
    """Raise ValueError if the view, in pixels, is smaller than one cell of a size in µm."""
    across = min(shape) * pixel_size
    if across < size:
        least = math.ceil(size / pixel_size)
        raise ValueError(
            f"shape={tuple(shape)} is {across:.3g} µm across, less than one cell ({size:g} µm): "
            f"give at least {least} pixels a side, or a larger pixel_size"
        )


HELA_LIKE, E_COLI_LIKE = Culture(), Rods()
WIDEFIELD = Microscope()
PHASE_CONTRAST = Microscope(
    pixel_size=0.1, psf=0.1, lamp=9000.0, vignetting=0.05, halo=1.0, drift=0.3
)
