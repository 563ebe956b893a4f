"""Readers: what headers say of scale, time and values, in the words of Fiji, OME and PGM."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from course_utils.data.readers import ReadError, ReadWarning, read_image, read_mask

STACK = np.arange(5 * 8 * 9, dtype=np.uint16).reshape(5, 8, 9)
OME = '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"'


@pytest.fixture(autouse=True)
def no_warning_but_expected():
    with warnings.catch_warnings():
        warnings.simplefilter("error", ReadWarning)
        yield


def fiji(folder: Path, array: np.ndarray = STACK, per_unit: float = 2, **said) -> Path:
    """A TIFF as Fiji writes it, with `per_unit` pixels a unit in y and x."""
    path = folder / "fiji.tif"
    resolution = (per_unit, per_unit)
    tifffile.imwrite(path, array, imagej=True, resolution=resolution, metadata=said)
    return path


def ome_set(folder: Path, shapes: list[tuple[int, int]], compression: str | None) -> list[Path]:
    """An OME set of one image a file: image i is full of i + 1, has pixels of 0.5 / (i + 1) µm."""
    paths = [folder / f"pos{i}.ome.tif" for i in range(len(shapes))]
    for own, path in enumerate(paths):
        text = f'{OME} UUID="urn:uuid:{own}">'
        for i, (rows, columns) in enumerate(shapes):
            size = 0.5 / (i + 1)
            text += (
                f'<Image ID="Image:{i}"><Pixels ID="Pixels:{i}" DimensionOrder="XYCZT" '
                f'Type="uint8" SizeX="{columns}" SizeY="{rows}" SizeC="1" SizeZ="1" SizeT="1" '
                f'PhysicalSizeX="{size}" PhysicalSizeY="{size}">'
                f'<Channel ID="Channel:{i}:0" Name="dye {i}" SamplesPerPixel="1"/>'
                f'<TiffData IFD="0" PlaneCount="1"><UUID FileName="{paths[i].name}">'
                f"urn:uuid:{i}</UUID></TiffData></Pixels></Image>"
            )
        array = np.full(shapes[own], own + 1, np.uint8)
        text += "</OME>"
        tifffile.imwrite(path, array, description=text, metadata=None, compression=compression)
    return paths


def pgm(folder: Path, values: list[int], largest: int, kind: str = "P5") -> Path:
    path = folder / "a.pgm"
    width = len(values) // (3 if kind in ("P3", "P6") else 1)
    stored = np.array(values, ">u2" if largest > 255 else "u1").tobytes()
    if kind in ("P2", "P3"):
        stored = " ".join(map(str, values)).encode()
    path.write_bytes(f"{kind} {width} 1 {largest}\n".encode() + stored)
    return path


# -------------------------------------------------------------------------------------------- Fiji


@pytest.mark.parametrize(
    "every, unit, minutes", [(5, "min", 5), (0.5, "h", 30), (2, "hours", 120), (90, "sec", 1.5)]
)
def test_a_frame_interval_in_minutes_is_not_read_as_seconds(tmp_path, every, unit, minutes):
    path = fiji(tmp_path, axes="TYX", unit="um", finterval=every, tunit=unit)
    assert read_image(path).minutes_per_frame == pytest.approx(minutes)


def test_a_frame_interval_in_an_unknown_unit_is_left_out_aloud(tmp_path):
    path = fiji(tmp_path, axes="TYX", unit="um", finterval=5, tunit="moons")
    with pytest.warns(ReadWarning, match="frame interval of 5 moons, which is left out"):
        assert read_image(path).minutes_per_frame is None


def test_a_step_in_z_in_nanometres_is_not_read_in_the_unit_of_x(tmp_path):
    path = fiji(tmp_path, axes="ZYX", unit="um", zunit="nm", spacing=300)
    assert read_image(path).pixel_size == pytest.approx((0.3, 0.5, 0.5))


def test_a_pixels_height_in_nanometres_is_not_read_in_the_unit_of_x(tmp_path):
    path = fiji(tmp_path, STACK[0], per_unit=0.002, unit="nm", yunit="nm")
    assert read_image(path).pixel_size == pytest.approx(0.5)
    path = fiji(tmp_path, STACK[0], unit="um", yunit="mm")
    assert read_image(path).pixel_size == pytest.approx((500, 0.5))


def test_a_step_of_1_that_fiji_leaves_out_does_not_cost_the_pixel_size(tmp_path):
    with pytest.warns(ReadWarning, match="so 1 um is taken"):
        assert read_image(fiji(tmp_path, axes="ZYX", unit="um")).pixel_size == (1, 0.5, 0.5)
    assert read_image(fiji(tmp_path, axes="TYX", unit="um")).pixel_size == 0.5
    assert read_image(fiji(tmp_path, axes="ZYX")).pixel_size is None


@pytest.mark.parametrize(
    "unit, size",
    [("micrometers", 0.5), ("Micrometres", 0.5), ("nanometers", 5e-4), ("millimetres", 500)],
)
def test_a_unit_in_the_plural_is_a_unit(tmp_path, unit, size):
    assert read_image(fiji(tmp_path, STACK[0], unit=unit)).pixel_size == pytest.approx(size)


def test_an_unknown_unit_is_left_out_aloud_and_pixels_without_a_word(tmp_path):
    with pytest.warns(ReadWarning, match="states a pixel size in 'furlong', which is left out"):
        assert read_image(fiji(tmp_path, STACK[0], unit="furlong")).pixel_size is None
    for unit in ("pixel", "inch", "Pixels"):
        assert read_image(fiji(tmp_path, STACK[0], unit=unit)).pixel_size is None


@pytest.mark.parametrize("dpi", [300, 600, 1200])
def test_dots_per_centimetre_of_a_printer_are_no_pixel_size(tmp_path, dpi):
    plain, density = tmp_path / "plain.tif", (dpi / 2.54, dpi / 2.54)
    tifffile.imwrite(plain, STACK[0], resolution=density, resolutionunit="CENTIMETER")
    for path in (plain, fiji(tmp_path, STACK, density[0], axes="ZYX", unit="cm", spacing=0.03)):
        with pytest.warns(ReadWarning, match=r"meant for a printer and is left out") as heard:
            assert read_image(path, "yx" if path == plain else None).pixel_size is None
        assert len(heard) == 1


def test_the_72_dpi_of_a_screen_are_no_pixel_size_in_imagej(tmp_path):
    assert read_image(fiji(tmp_path, STACK[0], 28.35, unit="cm")).pixel_size is None
    assert read_image(fiji(tmp_path, STACK[0], 20_000, unit="cm")).pixel_size == 0.5


def test_signed_values_that_fiji_moved_by_32768_are_told(tmp_path):
    path = fiji(tmp_path, STACK[0], cf=0, c0=-32768, c1=1, vunit="Gray Value")
    with pytest.warns(ReadWarning, match="ImageJ shows -32768 . 1 x each value"):
        assert np.array_equal(read_image(path).image, STACK[0])
    assert read_image(fiji(tmp_path, STACK[0], cf=0, c0=0, c1=1)).image.max() == STACK[0].max()


# --------------------------------------------------------------------------------------------- OME


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("second", [(8, 9), (10, 12)])
def test_each_file_of_an_ome_set_has_its_own_values_scale_and_channel(
    tmp_path, compression, second
):
    for i, path in enumerate(ome_set(tmp_path, [(8, 9), second], compression)):
        told = "the first is read" if i == 0 else "part of a set of 2 images, number 2 is read"
        with pytest.warns(ReadWarning, match=told):
            found = read_image(path)
        assert (found.image == i + 1).all() and found.image.shape == [(8, 9), second][i]
        assert (found.pixel_size, found.channels) == (0.5 / (i + 1), (f"dye {i}",))


def test_a_renamed_ome_tiff_does_not_miss_its_old_self(tmp_path):
    (path,) = ome_set(tmp_path, [(8, 9)], None)
    found = read_image(path.rename(tmp_path / "renamed.ome.tif"))
    assert (found.image == 1).all() and found.pixel_size == 0.5


# --------------------------------------------------------------------------------------------- PGM


@pytest.mark.parametrize("kind", ["P2", "P5"])
@pytest.mark.parametrize("largest", [1, 3, 100, 254, 255, 256, 1023, 4095, 65_535])
def test_a_pgm_is_not_spread_up_to_white(tmp_path, kind, largest):
    values = list(range(largest + 1))
    assert read_image(pgm(tmp_path, values, largest, kind)).image.ravel().tolist() == values


def test_labels_in_a_pgm_stay_1_2_3(tmp_path):
    assert read_mask(pgm(tmp_path, [0, 1, 2, 3], 3)).tolist() == [[0, 1, 2, 3]]


def test_a_ppm_keeps_its_colours_or_is_refused(tmp_path):
    found = read_image(pgm(tmp_path, [0, 1, 2, 3, 2, 1], 3, "P6"))
    assert found.image.tolist() == [[[0, 1, 2], [3, 2, 1]]]
    with pytest.raises(ReadError, match="16 bits a colour, of which 8 would be lost"):
        read_image(pgm(tmp_path, [0, 1, 2], 4095, "P6"))


def test_a_pgm_of_pillows_own_comes_back_the_same(tmp_path):
    Image.fromarray(STACK[0]).save(tmp_path / "a.pgm")
    assert np.array_equal(read_image(tmp_path / "a.pgm").image, STACK[0])
