"""A bank of bad files and folders: each ends in its own message, none in a library's traceback.

A case is a maker, which writes the bad input into an empty folder and returns what to read, the
reader, and words of the message.
"""

import contextlib
import os
import struct
import traceback
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy.io import savemat

from course_utils.data import readers
from course_utils.data.readers import ReadError, ReadWarning, folders

GREY = np.arange(8 * 9, dtype=np.uint8).reshape(8, 9)
STACK = np.arange(5 * 8 * 9, dtype=np.uint16).reshape(5, 8, 9)
COLOUR = np.stack([GREY, GREY + 1, GREY + 2], axis=-1)
LABELS = np.repeat(np.array([[0, 1, 2]], np.uint16), 8, 0).repeat(3, 1)
BOMB = (
    '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;">'
    '<!ENTITY n "&m;&m;&m;&m;&m;&m;&m;&m;">]>'
)


def tif(folder: Path, array: Any, name: str = "a.tif", **options: Any) -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(folder / name, np.asarray(array), **options)
    return folder / name


def png(folder: Path, array: Any, name: str = "a.png", **options: Any) -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(array)).save(folder / name, **options)
    return folder / name


def put(folder: Path, name: str, content: str | bytes = "") -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return folder / name


def cut(path: Path, share: float = 0.6) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def raw_png(folder: Path, width: int, height: int, bits: int, kind: int, rows: bytes) -> Path:
    """A PNG written by hand, for what no library writes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return put(folder, "a.png", b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts))


def vast_tif(folder: Path) -> Path:
    """A file of 200 bytes that says it holds 100,000 x 100,000 pixels."""
    tags = [(256, 100_000), (257, 100_000), (258, 16), (259, 8), (262, 1), (273, 8), (278, 100_000)]
    tags += [(279, 10)]
    ifd = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", t, 4, 1, v) for t, v in tags)
    return put(folder, "a.tif", b"II*\0" + struct.pack("<I", 8) + ifd + bytes(4 + 100))


def ome(folder: Path, old: str, new: str, name: str = "a.ome.tif") -> Path:
    """An OME-TIFF (zyx, 5 x 8 x 9) in whose XML something was replaced."""
    whole = tif(folder, STACK, "whole.ome.tif", metadata={"axes": "ZYX", "PhysicalSizeX": 0.5})
    with tifffile.TiffFile(whole) as opened:
        text = opened.ome_metadata
    whole.unlink()
    assert old in text
    return tif(folder, STACK, name, description=text.replace(old, new).encode(), metadata=None)


def ome_part(folder: Path, name: str) -> Path:
    other = f'<TiffData IFD="0"><UUID FileName="{name}">urn:uuid:1</UUID></TiffData>'
    return ome(folder, '<TiffData IFD="0" PlaneCount="5"/>', other)


def pair(folder: Path, image: Any, mask: Any, **names: str) -> Path:
    png(folder, image, f"images/{names.get('image', 'a.png')}")
    png(folder, mask, f"masks/{names.get('mask', 'a.png')}")
    return folder


def pairs(folder: Path) -> Any:
    return readers.read_pairs(folder / "images", folder / "masks")


def dsb(folder: Path, *masks: Any) -> Path:
    png(folder, GREY, "id1/images/id1.png")
    for n, mask in enumerate(masks):
        png(folder, mask, f"id1/masks/{n}.png")
    return folder


def marked(*columns: int) -> np.ndarray:
    """A mask of 255 in some columns."""
    mask = np.zeros_like(GREY)
    mask[:, list(columns)] = 255
    return mask


BOX = {"name": "RBC", "xmin": "1", "ymin": "1", "xmax": "9", "ymax": "8"}


def voc(
    folder: Path, head: str = "", text: str | None = None, size: str = "8 9", **box: Any
) -> Path:
    """A VOC folder of one image (8 x 9) with one box, changed as told; None leaves a part out."""
    png(folder, COLOUR, "JPEGImages/a.png")
    box = {key: value for key, value in (BOX | box).items() if value is not None}
    name = f"<name>{box.pop('name')}</name>" if "name" in box else ""
    corners = "".join(f"<{key}>{value}</{key}>" for key, value in box.items() if key != "filename")
    height, width = size.split()
    put(
        folder,
        "Annotations/a.xml",
        text
        or f"{head}<annotation><filename>{box.get('filename', 'a.png')}</filename>"
        f"<size><width>{width}</width><height>{height}</height></size>"
        f"<object>{name}<bndbox>{corners}</bndbox></object></annotation>",
    )
    return folder


def ctc(folder: Path, table: str = "1 0 2 0\n2 1 2 0\n", frames: int = 3, **other: Any) -> Path:
    """Three frames: track 1 in all, track 2 in frames 1 and 2; `t1=array` replaces an image."""
    for t in range(frames):
        mask = LABELS.copy()
        mask[mask > (2 if t else 1)] = 0
        tif(folder, other.get(f"t{t}", GREY), f"01/t{t:03d}.tif")
        tif(folder, other.get(f"m{t}", mask), f"01_GT/TRA/man_track{t:03d}.tif")
    put(folder, "01_GT/TRA/man_track.txt", table)
    return folder


def without(folder: Path, name: str) -> Path:
    (folder / name).unlink()
    return folder


def also(folder: Path, *_: Any) -> Path:
    return folder


def mat(folder: Path, **arrays: Any) -> Path:
    savemat(folder / "a.mat", arrays)
    return folder / "a.mat"


def mat73(folder: Path, **arrays: Any) -> Path:
    with h5py.File(folder / "a.mat", "w", userblock_size=512) as file:
        for name, array in arrays.items():
            file.create_dataset(name, data=np.asarray(array).T)
            kind = {"float64": "double", "bool": "logical"}.get(str(array.dtype), str(array.dtype))
            file[name].attrs["MATLAB_class"] = np.bytes_(kind)
    return folder / "a.mat"


def many(folder: Path) -> Path:
    for n in range(1500):
        (folder / f"note{n}.txt").touch()
    return folder


image, mask, own = readers.read_image, readers.read_mask, readers.from_folder
movie, boxes, nuclei = readers.read_ctc, readers.read_voc, readers.read_dsb2018

Case = tuple[Callable[[Path], Any], Callable[[Any], Any], str]
BANK: dict[str, Case] = {
    # the file itself
    "file missing": (lambda f: f / "no" / "a.tif", image, "does not exist|{folder} does exist"),
    "folder for file": (lambda f: f, image, "is a folder, not a file|from_folder"),
    "zero bytes": (lambda f: put(f, "a.tif"), image, "a.tif is empty, it has 0 bytes"),
    "text named tif": (lambda f: put(f, "a.tif", "hello"), image, "named .tif|begins with 'hello'"),
    "noise named png": (
        lambda f: put(f, "a.png", bytes(range(200, 250))), image, "named .png|no whole picture"
    ),
    "cut PNG": (lambda f: cut(png(f, GREY)), image, "a.png is damaged|Export or copy it again"),
    "cut JPEG": (lambda f: cut(png(f, COLOUR, "a.jpg")), image, "a.jpg is damaged"),
    "cut TIFF": (lambda f: cut(tif(f, GREY), 0.9), image, "a.tif is cut off|bytes are there of"),
    "cut TIFF stack": (lambda f: cut(tif(f, STACK)), image, "a.tif is|cut off"),
    "cut TIFF, packed": (
        lambda f: cut(tif(f, np.tile(GREY, (9, 9)), compression="zlib"), 0.9), image, "is cut off"
    ),
    "TIFF with no pages": (
        lambda f: put(f, "a.tif", b"II*\0\x08\0\0\0" + bytes(6)), image, "a.tif is damaged"
    ),
    "vast PNG": (
        lambda f: raw_png(f, 60_000, 60_000, 8, 0, b""), image, "far too many pixels|tiles"
    ),
    "vast TIFF": (vast_tif, image, "100000 x 100000 values, 18.6 GB|cut it into parts"),
    # its pixels
    "NaN": (
        lambda f: tif(f, np.where(GREY == 23, np.nan, GREY)), image, "NaN values|first at (2, 5)"
    ),
    "infinity": (
        lambda f: tif(f, np.where(STACK == 100, np.inf, STACK), metadata={"axes": "ZYX"}),
        image,
        "infinite values|first at (1, 3, 1)",
    ),
    "complex": (lambda f: tif(f, GREY.astype(np.complex64)), image, "holds complex64"),
    "RGBA in use": (
        lambda f: png(f, np.dstack([COLOUR, GREY])), image, "transparent in 72 pixels (RGBA)"
    ),
    "RGB for grey": (
        lambda f: png(f, COLOUR), lambda p: image(p, grey=True), "is in colour|image[..., 1]"
    ),
    "CMYK JPEG": (
        lambda f: put(f, "x") and _cmyk(f / "a.jpg"), image, "colours of the kind CMYK|to RGB"
    ),
    "CMYK TIFF": (lambda f: _cmyk(f / "a.tif"), image, "colours for print (CMYK or Lab)"),
    "16-bit colours": (
        lambda f: raw_png(f, 1, 1, 16, 2, bytes(7)), image, "16 bits a colour, of which 8|TIFF"
    ),
    "animation": (
        lambda f: png(f, GREY, "a.gif", save_all=True, append_images=[Image.fromarray(GREY + 9)]),
        image,
        "holds 2 frames|TIFF stack",
    ),
    # its axes
    "axes unnamed": (
        lambda f: tif(f, STACK), image, "3 axes (5 x 8 x 9)|does not say which|axes='tyx'"
    ),
    "axes unnamed, 4": (
        lambda f: tif(f, STACK[None].repeat(2, 0)), image, "(2 x 5 x 8 x 9)|axes='tzyx'"
    ),
    "axes of a colour stack": (
        lambda f: tif(f, COLOUR[None].repeat(2, 0), photometric="rgb"), image, "axes='zyxc'"
    ),
    "too many axes": (
        lambda f: tif(f, STACK), lambda p: image(p, "tzyx"),
        "has 3 axes (5 x 8 x 9), 'tzyx' names 4",
    ),
    "too few axes": (lambda f: png(f, GREY), lambda p: image(p, "x"), "has 2 axes (8 x 9)"),
    "axes unheard of": (lambda f: tif(f, STACK), lambda p: image(p, "qyx"), "axes 'qyx'|Use each"),
    "axis twice": (lambda f: tif(f, STACK), lambda p: image(p, "yyx"), "axes 'yyx'|at most once"),
    "axes without x": (lambda f: tif(f, STACK), lambda p: image(p, "tzy"), "Name both y and x"),
    "three planes as colours": (
        lambda f: tif(f, STACK[:3], photometric="rgb", planarconfig="separate"), image,
        "3 axes (3 x 8 x 9)|axes='tyx'",
    ),
    "pixel size below 0": (
        lambda f: png(f, GREY), lambda p: image(p, pixel_size=-1), "the pixel size -1|in µm"
    ),
    "pixel size in words": (
        lambda f: mat(f, a=GREY), lambda p: readers.read_mat(p, pixel_size="1 um"), "size '1 um'"
    ),
    "pixel sizes too many": (
        lambda f: png(f, GREY).parent, lambda p: own(p, pixel_size=(1, 1, 1)),
        "has the axes y, x, its pixel size (1, 1, 1)",
    ),
    # OME-XML
    "OME broken": (
        lambda f: ome(f, "</Pixels>", "<Pixels>"), image,
        "OME-XML that is malformed (mismatched tag",
    ),
    "OME more planes": (
        lambda f: ome(f, 'SizeZ="5"', 'SizeZ="30"'), image, "has 5 planes, its OME-XML promises 30"
    ),
    "OME wider": (
        lambda f: ome(f, 'SizeX="9"', 'SizeX="20"'), image,
        "is 8 x 9 pixels, its OME-XML says 8 x 20",
    ),
    "OME size in words": (
        lambda f: ome(f, 'SizeZ="5"', 'SizeZ="many"'), image, "OME-XML whose SizeZ is 'many'"
    ),
    "OME without image": (
        lambda f: tif(f, STACK, description=b"<OME></OME>", metadata=None), image,
        "without an image",
    ),
    "OME bomb": (
        lambda f: ome(f, "<OME", BOMB + "<OME"), image, "document type or entities|for safety"
    ),
    "OME part lost": (
        lambda f: ome_part(f, "other.ome.tif"), image, "one part of a set, other.ome.tif of it is"
    ),
    "OME part elsewhere": (
        lambda f: ome_part(f, "../other.ome.tif"), image, "names parts in other folders"
    ),
    # masks
    "JPEG mask": (lambda f: png(f, GREY, "a.jpg"), mask, "mask saved as JPEG|Export it as PNG"),
    "JPEG mask named PNG": (
        lambda f: png(f, GREY, "a.png", format="JPEG"), mask, "mask saved as JPEG"
    ),
    "JPEG in TIFF mask": (
        lambda f: png(f, GREY, "a.tif", compression="jpeg"), mask, "mask saved as JPEG"
    ),
    "mask fractions": (lambda f: tif(f, GREY / 4), mask, "fractions, labels are whole|probability"),
    "mask negative": (lambda f: tif(f, GREY.astype(np.int16) - 3), mask, "the least is -3"),
    "mask NaN": (lambda f: tif(f, GREY * np.float32(np.nan)), mask, "NaN values"),
    "mask colours": (lambda f: png(f, COLOUR), mask, "mask in colours|16-bit TIFF or PNG"),
    "mask see-through": (lambda f: png(f, np.dstack([COLOUR * 0, GREY])), mask, "is transparent"),
    "mask huge labels": (lambda f: tif(f, GREY * 1e9), mask, "labels up to 7.1e+10"),
    "mask channels": (
        lambda f: tif(f, STACK, imagej=True, metadata={"axes": "CYX"}), mask, "mask with 5 channels"
    ),
    "mask text": (lambda f: put(f, "a.png", "1 1 2 2"), mask, "begins with '1 1 2 2'"),
    # pairs
    "pair sizes": (
        lambda f: pair(f, GREY, GREY[:4]), pairs, "is 4 x 9 (y, x), its image a.png is 8 x 9 (y, x)"
    ),
    "pair turned": (lambda f: pair(f, GREY, GREY.T), pairs, "the axes look swapped"),
    "pair stacks": (
        lambda f: [tif(f, STACK, "images/a.tif", metadata={"axes": "ZYX"}),
                   tif(f, STACK[:2], "masks/a.tif", metadata={"axes": "ZYX"})] and f,
        pairs,
        "is 2 x 8 x 9 (z, y, x), its image a.tif is 5 x 8 x 9",
    ),
    "mask missing": (
        lambda f: also(pair(f, GREY, LABELS), png(f, GREY, "images/b.png")), pairs,
        "has no mask for b.png|named like its image",
    ),
    "mask extra": (
        lambda f: also(pair(f, GREY, LABELS), png(f, GREY, "masks/b.png")), pairs,
        "masks without image: b.png",
    ),
    "one stem twice": (
        lambda f: also(pair(f, GREY, LABELS), tif(f, GREY, "images/a.tif")), pairs,
        "two files for 'a': a.png, a.tif differ only in their endings",
    ),
    "one name twice": (
        lambda f: also(pair(f, GREY, LABELS), png(f, GREY, "images/a_raw.png")), pairs,
        "two files for 'a'|but for words like _raw",
    ),
    "no masks at all": (
        lambda f: also(pair(f, GREY, LABELS), (f / "masks/a.png").unlink()), pairs, "holds no masks"
    ),
    "no masks beside": (lambda f: png(f, GREY).parent, readers.read_pairs, "holds no masks"),
    "images missing": (lambda f: f, pairs, "images does not exist|{folder} does exist"),
    # folders
    "folder missing": (lambda f: f / "none", own, "none does not exist"),
    "file for folder": (
        lambda f: png(f, GREY), own, "a.png is a file, not a folder|Give the folder"
    ),
    "folder empty": (lambda f: f, own, "is empty|the folder you mean"),
    "hidden files only": (
        lambda f: also(f, put(f, ".DS_Store", "x"), put(f, "Thumbs.db", "x"), put(f, "._a.tif",
        "x")),
        own,
        "is empty",
    ),
    "notes by the thousand": (many, own, "holds no picture, only 1,500 .txt|Pictures end in .tif"),
    "vendor's format": (lambda f: put(f, "a.czi", "x").parent, own, "1 .czi|Fiji (Bio-Formats)"),
    "train and test": (
        lambda f: also(f, pair(f / "train", GREY, LABELS), pair(f / "test", GREY, LABELS),
                       png(f, GREY, "train/images/b.png"), png(f, GREY, "train/masks/b.png"),
                       png(f, GREY, "test/images/b.png"), png(f, GREY, "test/masks/b.png")),
        own,
        "several sets: test, train|from_folder(",
    ),
    "two kinds of masks": (
        lambda f: also(pair(f, GREY, LABELS), png(f, GREY, "labels/a.png")), own,
        "several folders of images or masks: images, labels, masks|read_pairs",
    ),
    "one of many cut": (
        lambda f: also(f, png(f, GREY, "a.png"), cut(tif(f, GREY, "b.tif"), 0.9)), own,
        "b.tif is cut",
    ),
    # classes and channels
    "one class": (
        lambda f: png(f, GREY, "a/1.png").parents[1], readers.read_classes,
        "pictures in 1 of its folders",
    ),
    "stack in a class": (
        lambda f: also(f, png(f, GREY, "a/1.png"), tif(f, STACK,
        "b/1.tif", metadata={"axes": "ZYX"})),
        readers.read_classes,
        "1.tif has the axes zyx",
    ),
    "channel missing": (
        lambda f: also(f, *(png(f, GREY, f"{n}.png") for n in ("p_ch0", "p_ch1", "q_ch0"))), own,
        "lacks the channel ch1 of q",
    ),
    "channel sizes": (
        lambda f: also(f, png(f, GREY, "p_ch0.png"), png(f, GREY[:4], "p_ch1.png")), own,
        "p_ch1.png is (4, 9) (yx), the first channel (8, 9)",
    ),
    "channel in colour": (
        lambda f: also(f, png(f, GREY, "p_c1.png"), png(f, COLOUR, "p_c2.png")), own,
        "p_c2.png is in colour",
    ),
    "channels unnamed": (
        lambda f: also(f, png(f, GREY, "p.png"), png(f, GREY, "q.png")), readers.read_channels,
        "no sets of files that differ in their channel|field1_ch0.tif",
    ),
    # Data Science Bowl
    "DSB no tree": (lambda f: png(f, GREY).parent, nuclei, "is no DSB2018 tree|stage1_train"),
    "DSB no masks": (dsb, nuclei, "without masks/: id1|test part"),
    "DSB masks empty": (
        lambda f: also(dsb(f), (f / "id1/masks").mkdir()), nuclei, "masks has no mask|each nucleus"
    ),
    "DSB mask size": (
        lambda f: dsb(f, marked(1)[:4]), nuclei, "0.png is (4, 9) (y, x), its image is (8, 9)"
    ),
    "DSB mask values": (lambda f: dsb(f, LABELS), nuclei, "has 2 values|read_pairs"),
    "DSB two images": (
        lambda f: also(dsb(f, marked(1)), png(f, GREY, "id1/images/b.png")), nuclei, "has 2 images"
    ),
    # Pascal VOC
    "VOC malformed": (
        lambda f: voc(f, text="<annotation><object>"), boxes, "a.xml holds XML|line 1"
    ),
    "VOC bomb": (lambda f: voc(f, BOMB), boxes, "a.xml holds XML with a document type or entities"),
    "VOC outside entity": (
        lambda f: voc(f, f'<!DOCTYPE a [<!ENTITY s SYSTEM "{f.as_uri()}/s">]>', name="&s;"), boxes,
        "document type or entities",
    ),
    "VOC other XML": (
        lambda f: voc(f, text="<svg></svg>"), boxes, "XML of <svg>, not of <annotation>"
    ),
    "VOC no XML": (lambda f: png(f, GREY).parent, boxes, "has no XML file|Annotations/"),
    "VOC no image": (
        lambda f: also(voc(f), (f / "JPEGImages/a.png").rename(f / "JPEGImages/b.png")), boxes,
        "describes a.png, which is not there|b.png",
    ),
    "VOC image elsewhere": (
        lambda f: also(voc(f / "in", filename="../../s.png"), png(f, GREY, "s.png"),
                       (f / "in/JPEGImages/a.png").rename(f / "in/JPEGImages/b.png")),
        boxes,
        "describes s.png, which is not there",
    ),
    "VOC other size": (
        lambda f: voc(f, size="80 90"), boxes, "for an image of 80 x 90 (y, x), its image is 8 x 9"
    ),
    "VOC box outside": (
        lambda f: voc(f, xmax="12"), boxes, "object 1: its box (1, 1, 8, 12) reaches 3 pixels out"
    ),
    "VOC box reversed": (lambda f: voc(f, xmin="7", xmax="3"), boxes, "ends before it begins|Swap"),
    "VOC box in words": (lambda f: voc(f, ymin="top"), boxes, "object 1: its ymin is 'top'"),
    "VOC box NaN": (lambda f: voc(f, ymin="nan"), boxes, "object 1: its ymin is 'nan'"),
    "VOC corner missing": (lambda f: voc(f, xmax=None), boxes, "object 1: its xmax is missing"),
    "VOC class missing": (lambda f: voc(f, name=None), boxes, "has no name for object 1"),
    # Cell Tracking Challenge
    "CTC no sequence": (lambda f: f, movie, "has no folder 01|holds 01 and 01_GT"),
    "CTC other sequence": (ctc, lambda f: movie(f, "02"), "has no folder 02|It has 01"),
    "CTC unknown masks": (ctc, lambda f: movie(f, masks="GT"), "masks='GT' is not known|TRA, RES"),
    "CTC masks missing": (ctc, lambda f: movie(f, masks="RES"), "01_RES does not exist"),
    "CTC no table": (
        lambda f: without(ctc(f), "01_GT/TRA/man_track.txt"), movie, "man_track.txt does not exist"
    ),
    "CTC table empty": (lambda f: ctc(f, ""), movie, "man_track.txt is empty"),
    "CTC three columns": (lambda f: ctc(f, "1 0 2\n"), movie, "line 1 has 3 columns: '1 0 2'"),
    "CTC letters": (
        lambda f: ctc(f, "1 0 2 0\nB 1 2 0\n"), movie, "line 2 holds 'B 1 2 0'|begin end"
    ),
    "CTC fractions": (lambda f: ctc(f, "1 0 2.0 0\n"), movie, "line 1 holds '1 0 2.0 0'"),
    "CTC table no text": (
        lambda f: ctc(f, b"\xff\xfe\x00\x80"), movie, "man_track.txt is damaged|plain text"
    ),
    "CTC below zero": (lambda f: ctc(f, "1 -1 2 0\n"), movie, "line 1 has a number below"),
    "CTC ends first": (
        lambda f: ctc(f, "1 2 0 0\n"), movie, "track 1 begin at 2, after its end at 0"
    ),
    "CTC track twice": (lambda f: ctc(f, "1 0 2 0\n1 0 2 0\n"), movie, "names the tracks 1 twice"),
    "CTC track not seen": (
        lambda f: ctc(f, "1 0 2 0\n2 1 2 0\n3 0 2 0\n"), movie, "man_track.txt does not fit|track 3"
    ),
    "CTC id not listed": (
        lambda f: ctc(f, "1 0 2 0\n"), movie, "man_track.txt does not fit its masks|frame 1|mask 2"
    ),
    "CTC seen too early": (
        lambda f: ctc(f, "1 0 2 0\n2 2 2 0\n"), movie, "does not fit its masks|track 2|frame 1"
    ),
    "CTC ends too late": (
        lambda f: ctc(f, "1 0 9 0\n2 1 2 0\n"), movie, "does not fit its masks|track 1|0 to 9"
    ),
    "CTC parent lives on": (
        lambda f: ctc(f, "1 0 2 0\n2 1 2 1\n"), movie, "does not fit its masks|parent 1|must agree"
    ),
    "CTC parent unknown": (
        lambda f: ctc(f, "1 0 2 0\n2 1 2 7\n"), movie, "does not fit its masks|parent 7"
    ),
    "CTC gap": (
        lambda f: without(without(ctc(f), "01/t001.tif"), "01_GT/TRA/man_track001.tif"), movie,
        "lacks the frames 1 between",
    ),
    "CTC sizes": (
        lambda f: ctc(f, t1=GREY[:4]), movie, "t001.tif is uint8 (4, 9), others are uint8"
    ),
    "CTC types": (
        lambda f: ctc(f, t1=GREY.astype("u2")), movie, "t001.tif is uint16 (8, 9), others"
    ),
    "CTC mask size": (
        lambda f: ctc(f, m0=LABELS[:4], m1=LABELS[:4], m2=LABELS[:4]), movie,
        "man_track000.tif is uint16 (4, 9), others are uint16 (8, 9)",
    ),
    "CTC mask missing": (
        lambda f: without(ctc(f), "01_GT/TRA/man_track001.tif"), movie,
        "no mask for t001.tif|be it empty",
    ),
    "CTC mask extra": (
        lambda f: without(ctc(f), "01/t002.tif"), movie, "masks without image: man_track002.tif"
    ),
    "CTC number twice": (
        lambda f: also(ctc(f), tif(f, GREY, "01/t1.tif")), movie,
        "t1.tif, t001.tif have the same number",
    ),
    "CTC names": (
        lambda f: also(f, tif(f, GREY, "01/frame_a.tif"), ctc(f, frames=0)), movie,
        "no files t000.tif, t001.tif ... but frame_a.tif",
    ),
    "CTC frames outside": (
        ctc, lambda f: movie(f, frames=range(2, 5)), "has no image of frame 3, only 0 to 2"
    ),
    "CTC colours": (lambda f: ctc(f, t0=COLOUR), movie, "t000.tif has 8 x 9 x 3 values|is grey"),
    "CTC five axes": (
        lambda f: ctc(f, t0=np.stack([STACK, STACK])), movie, "t000.tif has 2 x 5 x 8 x 9|(z, y, x)"
    ),
    "CTC slices": (
        lambda f: also(ctc(f), tif(f, LABELS, "01_GT/SEG/man_seg_000_004.tif")),
        lambda f: movie(f, masks="SEG"),
        "single slices of a 3-D movie|masks='ST'",
    ),
    "CTC NaN": (
        lambda f: ctc(f, **{f"t{t}": GREY * np.float32(np.nan) for t in range(3)}), movie,
        "t000.tif has NaN",
    ),
    # MATLAB
    "mat no array": (
        lambda f: mat(f, note="hello", pixel=0.5), readers.read_mat, "has no image, only"
    ),
    "mat two arrays": (
        lambda f: mat(f, a=GREY, b=GREY), readers.read_mat,
        "several arrays: a (8 x 9), b (8 x 9)|name='a'",
    ),
    "mat other name": (
        lambda f: mat(f, a=GREY), lambda p: readers.read_mat(p, "z"),
        "no array 'z'|It has a (8 x 9)",
    ),
    "mat stack": (
        lambda f: mat(f, a=STACK), readers.read_mat,
        "variable a is 5 x 8 x 9|does not say|axes='yxz'",
    ),
    "mat cut": (lambda f: cut(mat(f, a=GREY)), readers.read_mat, "a.mat is damaged|Save it again"),
    "mat text": (lambda f: put(f, "a.mat", "1 2 3\n" * 40), readers.read_mat, "a.mat is damaged"),
    "mat complex": (lambda f: mat(f, a=GREY * 1j), readers.read_mat, "variable a holds complex128"),
    "mat NaN": (lambda f: mat(f, a=GREY * np.nan), readers.read_mat, "variable a has NaN"),
    "mat 7.3 cut": (lambda f: cut(mat73(f, a=GREY)), readers.read_mat, "a.mat is damaged|Save it"),
    "mat 7.3 two": (
        lambda f: mat73(f, a=GREY, b=STACK), readers.read_mat, "a (8 x 9), b (5 x 8 x 9)|name='a'"
    ),
    "mat 7.3 vast": (
        lambda f: _vast_mat(f / "a.mat"), readers.read_mat, "100000 x 100000 values, 9.3 GB"
    ),
    # numbers
    "uint8 too small": (
        lambda f: STACK * 2, lambda a: readers.to_uint(a, 8), "values from 0 to 718"
    ),
    "uint of negative": (
        lambda f: -1.0 * STACK, readers.to_uint, "values from -359.0 to -0.0, uint16"
    ),
    "uint of fractions": (
        lambda f: STACK / 7, readers.to_uint, "has fractions, which uint16 would"
    ),
    "uint of 12 bits": (
        lambda f: STACK, lambda a: readers.to_uint(a, 12), "bits must be 8, 16 or 32"
    ),
    "float of text": (lambda f: ["a", "b"], readers.to_float, "the image holds <U1"),
    "float of objects": (lambda f: [None, 1], readers.to_float, "the image holds object"),
    "float of 2**60": (lambda f: [2**60], readers.to_float, "which no float holds exactly"),
    "float of NaN": (lambda f: [[np.nan]], readers.to_float, "the image has NaN"),
    "labels -1": (lambda f: [[-1, 2]], readers.to_labels, "negative labels, the least is -1"),
}  # fmt: skip


Told = tuple[Callable[[Path], Any], Callable[[Any], Any], str, Callable[[Any], bool]]
TOLD: dict[str, Told] = {
    "foreground for objects": (
        lambda f: png(f, marked(1, 5)), mask, "one value (255) in 2 separate pieces|pieces=True",
        lambda m: np.unique(m).tolist() == [0, 255],
    ),
    "blurred foreground": (
        lambda f: png(f, np.pad(np.full((8, 8), 255, "u1"), ((0, 0), (0, 9))) + _fringe()), mask,
        "mostly 255, with 9 smaller values|blurred edges",
        lambda m: m.max() == 255,
    ),
    "palette mask": (
        lambda f: _palette(f / "a.png"), mask, "has a palette: the numbers of its entries",
        lambda m: np.unique(m).tolist() == [0, 1, 2],
    ),
    "palette TIFF": (
        lambda f: _palette(f / "a.tif"), mask, "a palette of colours; the values are read as",
        lambda m: np.unique(m).tolist() == [0, 1, 2],
    ),
    "white is 0": (
        lambda f: tif(f, GREY, photometric="miniswhite"), image, "calls its 0 white",
        lambda p: np.array_equal(p.image, GREY),
    ),
    "axes overruled": (
        lambda f: tif(f, STACK, imagej=True, metadata={"axes": "ZYX"}), lambda p: image(p, "tyx"),
        "says its axes are zyx; they are read as tyx",
        lambda p: p.axes == "tyx" and np.array_equal(p.image, STACK),
    ),
    "several sizes": (
        lambda f: _two_sizes(f / "a.tif"), image, "2 pages of several sizes, 1 of them",
        lambda p: np.array_equal(p.image, GREY),
    ),
    "OME-TIFF without OME": (
        lambda f: tif(f, GREY, "a.ome.tif", description="no xml", metadata=None), image,
        "named OME-TIFF and has no whole OME-XML",
        lambda p: p.pixel_size is None,
    ),
    "unit of the stars": (
        lambda f: ome(f, 'PhysicalSizeX="0.5"', 'PhysicalSizeX="1" PhysicalSizeXUnit="pc"'), image,
        "pixel size in x of 1 pc, which is left out",
        lambda p: p.pixel_size is None,
    ),
    "pixels of no size": (
        lambda f: ome(f, 'PhysicalSizeX="0.5"', 'PhysicalSizeX="0"'), image,
        "pixel size in x of 0 µm, which is left out",
        lambda p: p.pixel_size is None,
    ),
    "depth not stated": (
        lambda f: ome(f, 'PhysicalSizeX="0.5"', 'PhysicalSizeX="0.5" PhysicalSizeY="0.5"'), image,
        "some of its axes only (y 0.5, x 0.5 µm)",
        lambda p: p.pixel_size is None,
    ),
    "turned photo": (
        lambda f: _turned(f / "a.jpg"), image, "EXIF orientation", lambda p: p.image.shape == (8, 9)
    ),
    "DSB overlap": (
        lambda f: dsb(f, marked(1, 2), marked(2, 3)), nuclei,
        "1.png shares 8 pixels with masks before",
        lambda r: r[0].masks[0].tolist() == [0, 1, 1, 2, 0, 0, 0, 0, 0],
    ),
    "DSB swallowed": (
        lambda f: dsb(f, marked(1, 2), marked(2)), nuclei, "shares 8 pixels, all that it has, with",
        lambda r: r[0].masks.max() == 1,
    ),
    "DSB empty mask": (
        lambda f: dsb(f, marked(), marked(2)), nuclei, "0.png is empty, it marks no nucleus",
        lambda r: np.unique(r[0].masks).tolist() == [0, 1],
    ),
    "VOC box over the edge": (
        lambda f: voc(f, xmin="0"), boxes, "reaches one pixel out of the image and is cut",
        lambda r: r[0].boxes.tolist() == [[0, 0, 8, 9]],
    ),
    "VOC size unknown": (
        lambda f: voc(f, size="0 0"), boxes, "does not state the size of its image, which is 8 x 9",
        lambda r: len(r[0]) == 1,
    ),
    "CTC few frames": (
        lambda f: also(ctc(f), tif(f, LABELS, "01_GT/SEG/man_seg001.tif")),
        lambda f: movie(f, masks="SEG"),
        "masks for 1 of 3 frames",
        lambda m: m.frames == (1,) and len(m) == 1 and m.lineage.shape == (0, 4),
    ),
    "CTC depths called channels": (
        lambda f: [tif(f, STACK + t, f"01/t{t}.tif", imagej=True) for t in range(2)] and f,
        lambda f: readers.read_frames(f / "01"),
        "calls its 5 planes channels; they are read as depths",
        lambda p: p.axes == "tzyx" and np.array_equal(p.image, [STACK, STACK + 1]),
    ),
    "class without pictures": (
        lambda f: also(f, png(f, GREY, "a/1.png"), png(f, GREY, "b/1.png"), put(f, "c/1.txt", "x")),
        readers.read_classes,
        "folders without pictures, which are no classes: c",
        lambda r: r.class_names == ("a", "b") and r.labels.tolist() == [0, 1],
    ),
    "grey among colours": (
        lambda f: also(f, png(f, GREY, "a/1.png"), png(f, COLOUR, "b/1.png")), readers.read_classes,
        "1 grey pictures among 2",
        lambda r: r.images[0].shape == (8, 9, 3) and np.array_equal(r.images[0][..., 2], GREY),
    ),
    "mat colours": (
        lambda f: mat(f, a=COLOUR), readers.read_mat, "taken for a colour picture|axes='yxz'",
        lambda p: p.axes == "yxc" and np.array_equal(p.image, COLOUR),
    ),
}  # fmt: skip


def _fringe() -> np.ndarray:
    fringe = np.zeros((8, 17), np.uint8)
    fringe[0, 8:] = np.arange(9) * 20 + 20
    return fringe


def _palette(path: Path) -> Path:
    picture = Image.fromarray(LABELS.astype(np.uint8)).convert("P")
    picture.putpalette([0, 0, 0, 230, 159, 0, 86, 180, 233] + [0] * 759)
    picture.save(path)
    return path


def _two_sizes(path: Path) -> Path:
    with tifffile.TiffWriter(path) as writer:
        writer.write(GREY, metadata=None)
        writer.write(GREY[:4, :4], metadata=None)
    return path


def _turned(path: Path) -> Path:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GREY).save(path, exif=exif)
    return path


def _cmyk(path: Path) -> Path:
    Image.fromarray(np.zeros((8, 8, 4), np.uint8), "CMYK").save(path)
    return path


def _vast_mat(path: Path) -> Path:
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_dataset("a", shape=(100_000, 100_000), dtype="u1", chunks=(1000, 1000))
        file["a"].attrs["MATLAB_class"] = np.bytes_("uint8")
    return path


def message(case: str, folder: Path) -> str:
    make, read, _ = BANK[case]
    made = make(folder)
    with warnings.catch_warnings(), pytest.raises(ReadError) as caught:
        warnings.simplefilter("ignore")
        read(made)
    shown = "".join(traceback.format_exception(caught.value))
    assert "site-packages" not in shown, "the learner would see a library's inside"
    return str(caught.value)


@pytest.mark.parametrize("case", BANK)
def test_a_bad_input_ends_in_its_own_message(case, tmp_path):
    said = message(case, tmp_path)
    for words in BANK[case][2].split("|"):
        assert words.format(folder=tmp_path) in said
    assert said.endswith(".") and 40 < len(said) < 600 and "\n" not in said


def test_the_bank_is_large_and_its_messages_differ(tmp_path):
    assert len(BANK) >= 100
    words = [case[2] for case in BANK.values()]
    assert len(set(words)) > 0.95 * len(words)


@pytest.mark.parametrize("case", TOLD)
def test_what_a_reader_decides_is_told_and_its_values_are_right(case, tmp_path):
    make, read, words, right = TOLD[case]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        made = make(tmp_path)
        heard.clear()
        found = read(made)
    assert {each.category for each in heard} == {ReadWarning}
    said = " ".join(str(each.message) for each in heard)
    assert all(part in said for part in words.split("|")) and str(tmp_path) in said
    assert right(found)
    assert heard[0].filename == __file__, "the warning points at the learner's own line"


QUIET = {
    "opaque RGBA, all grey": (
        lambda f: png(f, np.dstack([GREY, GREY, GREY, GREY * 0 + 255])), image, GREY
    ),
    "two bits": (lambda f: raw_png(f, 4, 1, 2, 0, b"\0\x1b"), image, [[0, 1, 2, 3]]),
    "four bits": (lambda f: raw_png(f, 2, 1, 4, 0, b"\0\x1f"), image, [[1, 15]]),
    "one bit": (lambda f: png(f, GREY > 30), mask, GREY > 30),
    "one bit TIFF": (lambda f: png(f, GREY > 30, "a.tif"), mask, GREY > 30),
    "16 bits": (lambda f: png(f, STACK[4] * 99), image, STACK[4] * 99),
    "float mask of whole numbers": (lambda f: tif(f, LABELS / 1), mask, LABELS),
    "PNG named .tif": (lambda f: png(f, GREY, "a.tif", format="PNG"), image, GREY),
    "no ending": (lambda f: png(f, GREY, "a", format="PNG"), image, GREY),
    "LZW": (lambda f: png(f, STACK[4], "a.tif", compression="tiff_lzw"), image, STACK[4]),
    "one unnamed page": (lambda f: tif(f, STACK[:1]), image, STACK[0]),
    "big endian": (lambda f: tif(f, STACK[4], byteorder=">"), image, STACK[4]),
    "palette picture": (
        lambda f: _palette(f / "a.png"), lambda p: image(p).image[0, 3], [230, 159, 0]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", QUIET)
def test_an_odd_but_clear_file_is_read_right_without_a_word(case, tmp_path):
    make, read, expected = QUIET[case]
    path = make(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read(path)
    assert np.array_equal(getattr(found, "image", found), expected)


WHOLE = {
    "a.tif": lambda f: tif(f, STACK, metadata={"axes": "ZYX"}),
    "b.tif": lambda f: tif(f, STACK, "b.tif", metadata={"axes": "ZYX"}, compression="zlib"),
    "c.tif": lambda f: tif(f, STACK, "c.tif", imagej=True, metadata={"axes": "ZYX"}),
    "d.tif": lambda f: png(f, STACK[0], "d.tif", compression="tiff_lzw"),
    "a.ome.tif": lambda f: tif(f, STACK, "a.ome.tif", metadata={"axes": "ZYX"}),
    "a.png": lambda f: png(f, STACK[3]),
    "a.jpg": lambda f: png(f, GREY, "a.jpg"),
    "a.mat": lambda f: mat(f, a=GREY),
    "b.mat": lambda f: mat73(f, a=GREY).rename(f / "b.mat"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_cut_anywhere_is_refused_or_still_whole(name, tmp_path):
    whole = WHOLE[name](tmp_path)
    read = readers.read_mat if whole.suffix == ".mat" else image
    data, expected = whole.read_bytes(), read(whole).image
    part = tmp_path / f"part{whole.suffix}"
    refused = 0
    for length in range(0, len(data), max(1, len(data) // 40)):
        part.write_bytes(data[:length])
        try:
            assert np.array_equal(read(part).image, expected), f"{length} of {len(data)} bytes"
        except ReadError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("name", list(WHOLE)[:-1])
def test_a_flipped_byte_never_shows_a_librarys_inside(name, tmp_path):
    whole = WHOLE[name](tmp_path)
    read = readers.read_mat if whole.suffix == ".mat" else image
    data, rng = whole.read_bytes(), np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for place in rng.integers(0, min(len(data), 400), 60):
            damaged = bytearray(data)
            damaged[place] = rng.integers(256)
            whole.write_bytes(damaged)
            with contextlib.suppress(ReadError):
                read(whole)


@pytest.fixture
def nobody(tmp_path):
    """For root, which may read everything, become another user while the test runs."""
    if not hasattr(os, "geteuid"):
        pytest.skip("no Unix permissions here")
    root = os.geteuid() == 0
    if root:
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)

    @contextlib.contextmanager
    def become():
        if root:
            os.seteuid(65534)
        try:
            yield
        finally:
            if root:
                os.seteuid(0)

    return become


@pytest.mark.parametrize("read", [image, mask, readers.read_mat, readers.read_lineage])
def test_a_file_without_permission_says_so(read, tmp_path, nobody):
    path = tif(tmp_path, GREY)
    path.chmod(0)
    with (
        nobody(),
        pytest.raises(ReadError, match=r"a\.tif may not be read by this user.*permission"),
    ):
        read(path)


def test_a_folder_without_permission_says_so(tmp_path, nobody):
    png(tmp_path, GREY, "closed/a.png").parent.chmod(0)
    try:
        with nobody(), pytest.raises(ReadError, match="closed may not be read by this user"):
            own(tmp_path / "closed")
    finally:
        (tmp_path / "closed").chmod(0o755)


def test_a_movie_too_large_for_memory_names_both_ways_out(tmp_path, monkeypatch):
    ctc(tmp_path)
    monkeypatch.setattr(folders, "MOST_BYTES", 200)
    with pytest.raises(ReadError, match=r"3 x 8 x 9 values.*frames=range\(0, 20\).*lazy=True"):
        movie(tmp_path)
    assert movie(tmp_path, frames=range(1)).masks.shape == (1, 8, 9)
    assert movie(tmp_path, lazy=True).images.shape == (3, 8, 9)


@pytest.mark.parametrize(
    "read, names",
    [
        (pairs, "images/{}.png masks/{}.png"),
        (nuclei, "id{}/images/a.png id{}/masks/b.png"),
        (boxes, "JPEGImages/b{}.png"),
        (readers.read_classes, "one/{}.png two/{}.png"),
        (readers.read_channels, "p{}_ch0.png p{}_ch1.png"),
    ],
)
def test_images_that_exceed_memory_together_are_offered_one_by_one(
    read, names, tmp_path, monkeypatch
):
    if read is boxes:
        voc(tmp_path)
    for n in range(8):
        for name in names.split():
            png(tmp_path, GREY, name.format(n))
    monkeypatch.setattr(folders, "MOST_BYTES", 500)
    with pytest.raises(ReadError, match=r"more than the .* one by one: from_folder\("):
        read(tmp_path)


def test_an_entity_never_brings_in_another_file(tmp_path):
    put(tmp_path, "s", "secret")
    head = f'<!DOCTYPE a [<!ENTITY s SYSTEM "{(tmp_path / "s").as_uri()}">]>'
    with pytest.raises(ReadError) as caught:
        boxes(voc(tmp_path, head, name="&s;"))
    assert "secret" not in str(caught.value)
    sixteen = voc(tmp_path, text=f'<?xml version="1.0" encoding="UTF-16"?>{head}<annotation/>')
    xml = sixteen / "Annotations/a.xml"
    xml.write_bytes(xml.read_text().encode("utf-16"))
    with pytest.raises(ReadError, match="document type or entities"):
        boxes(sixteen)


def test_thousands_of_files_of_one_fault_are_told_once(tmp_path):
    for n in range(30):
        png(tmp_path, GREY, f"images/{n}.png")
        png(tmp_path, marked(n % 4, 6), f"masks/{n}.png")
    with pytest.warns(ReadWarning) as heard:
        pairs(tmp_path)
    assert len(heard) == 1 and "(29 more like it)" in str(heard[0].message)
