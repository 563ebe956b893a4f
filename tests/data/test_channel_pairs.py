"""Aligned channels become pairs, whatever way they were stored; what does not fit is refused."""

import numpy as np
import pytest
import tifffile

from course_utils.data.readers import ReadError, ReadWarning, read_channel_pair

RNG = np.random.default_rng(0)
PLANES = RNG.integers(100, 4000, (13, 20, 24), np.uint16)
STAIN = RNG.integers(100, 4000, (20, 24), np.uint16)


def write(folder, **images):
    for name, image in images.items():
        path = folder / f"{name.replace('__', '/')}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        tifffile.imwrite(path, image)
    return folder


def ome(path, image, names, axes="CYX"):
    tifffile.imwrite(path, image, ome=True, metadata={"axes": axes, "Channel": {"Name": names}})
    return path


def numbered(planes):
    return {f"phase_{n}": plane for n, plane in enumerate(planes, start=1)}


def test_thirteen_numbered_planes_keep_their_counting_order(tmp_path):
    steps = (
        np.arange(13)[:, None, None] + np.indices((20, 24)).sum(0) * np.arange(1, 14)[:, None, None]
    )
    (pair,) = read_channel_pair(
        write(tmp_path, **numbered(steps.astype(np.uint16)), dapi=STAIN), "phase", "dapi"
    )
    (stack,) = read_channel_pair(
        ome(
            tmp_path / "one.ome.tif",
            np.stack([*steps.astype(np.uint16), STAIN]),
            [*map(str, range(13)), "DAPI"],
        ),
        [str(n) for n in range(13)],
        "dapi",
    )
    assert pair.source.shape == (13, 20, 24) and pair.target.shape == (20, 24)
    np.testing.assert_array_equal(pair.source, stack.source)
    np.testing.assert_array_equal(pair.target, stack.target)


def test_fields_are_told_apart_by_the_rest_of_their_names(tmp_path):
    write(tmp_path, a_phase=PLANES[0], a_dapi=STAIN, b_phase=PLANES[1], b_dapi=STAIN, b_gfp=STAIN)
    pairs = read_channel_pair(tmp_path, "phase", "DAPI")
    assert [pair.name for pair in pairs] == ["a", "b"]
    assert {pair.source.shape for pair in pairs} == {(1, 20, 24)}


def test_numbers_on_both_sides_count_fields_and_not_planes(tmp_path):
    write(tmp_path, phase_01=PLANES[0], dapi_01=STAIN, phase_02=PLANES[1], dapi_02=STAIN)
    pairs = read_channel_pair(tmp_path, "phase", "dapi")
    assert [pair.source.shape for pair in pairs] == [(1, 20, 24)] * 2


def test_channel_c1_does_not_swallow_c10(tmp_path):
    write(tmp_path, c1=PLANES[0], c10=PLANES[1], c2=STAIN)
    (pair,) = read_channel_pair(tmp_path, "c1", "c2")
    assert len(pair.source) == 1


def test_a_folder_a_channel_pairs_like_names_or_takes_many_planes(tmp_path):
    write(tmp_path / "fields", phase__1=PLANES[0], phase__2=PLANES[1], dapi__1=STAIN, dapi__2=STAIN)
    assert len(read_channel_pair(tmp_path / "fields", "phase", "dapi")) == 2
    write(tmp_path / "planes", phase__1=PLANES[0], phase__2=PLANES[1], dapi__stain=STAIN)
    (pair,) = read_channel_pair(tmp_path / "planes", "phase", "dapi")
    assert len(pair.source) == 2


def test_depth_of_the_source_becomes_channels_and_of_the_stain_its_brightest(tmp_path):
    glow = np.stack([STAIN, STAIN // 2])
    path = ome(tmp_path / "a.ome.tif", np.stack([PLANES[:2], glow]), ["bf", "dapi"], "CZYX")
    with pytest.warns(ReadWarning, match="2 planes of the stain"):
        (pair,) = read_channel_pair(path, "bf", "dapi")
    (flat,) = read_channel_pair(
        ome(tmp_path / "b.ome.tif", np.stack([*PLANES[:2], STAIN]), ["0", "1", "dapi"]),
        ["0", "1"],
        "dapi",
    )
    np.testing.assert_array_equal(pair.source, flat.source)
    np.testing.assert_array_equal(pair.target, flat.target)


def test_a_movie_gives_a_pair_a_frame_and_a_folder_of_images_one_each(tmp_path):
    film = np.stack([PLANES[:3], PLANES[3:6]], axis=1)
    ome(tmp_path / "a.ome.tif", film, ["bf", "dapi"], "TCYX")
    ome(tmp_path / "b.ome.tif", film[:1], ["bf", "dapi"], "TCYX")
    names = [pair.name for pair in read_channel_pair(tmp_path, "bf", "dapi")]
    assert names == ["a, frame 0", "a, frame 1", "a, frame 2", "b"]


def bad_sizes(folder):
    return write(folder, phase=PLANES[0], dapi=STAIN[:, :-1])


def bad_half(folder):
    return write(folder, a_phase=PLANES[0], a_dapi=STAIN, b_phase=PLANES[1])


def bad_nan(folder):
    return write(folder, phase=np.full((20, 24), np.nan, np.float32), dapi=STAIN)


def bad_dark(folder):
    return write(folder, phase=PLANES[0], dapi=np.full((20, 24), 7, np.uint16))


def bad_name(folder):
    return write(folder, phase=PLANES[0], hoechst=STAIN)


def bad_name_inside(folder):
    return ome(folder / "a.ome.tif", PLANES[:2], ["bf", "GFP"])


def bad_grey(folder):
    return write(folder, plain=STAIN) / "plain.tif"


def bad_folders(folder):
    return write(folder, phase__a=PLANES[0], gfp__a=STAIN)


CASES = {
    bad_sizes: r"dapi.tif is 20 x 23, phase.tif is 20 x 24",
    bad_half: r"has not both phase and dapi of b",
    bad_nan: "NaN",
    bad_dark: "right channel",
    bad_name: "no channels phase, dapi: there are hoechst, phase",
    bad_name_inside: "no channels phase: there are bf, GFP",
    bad_grey: "has no channels, its axes are yx",
    bad_folders: "no channels dapi: there are gfp, phase",
}


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_what_does_not_fit_is_refused_with_what_is_there(make, tmp_path):
    with pytest.raises(ReadError, match=CASES[make]):
        read_channel_pair(make(tmp_path), "phase", "dapi")


def test_one_channel_cannot_teach_itself(tmp_path):
    with pytest.raises(ReadError, match="two different channels"):
        read_channel_pair(write(tmp_path, dapi=STAIN), "dapi", "dapi")
