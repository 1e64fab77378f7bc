"""What each pixel becomes in each format, and that damaged files are named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from synth_addon.core.errors import DatasetError
from synth_addon.core.writers import images

RNG = np.random.default_rng(0)


@pytest.fixture
def stored(tmp_path):
    def store(data):
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return store


def test_rgb_and_instances_are_exact(stored):
    rgb = RNG.integers(0, 256, (7, 9, 3)).astype(np.uint8)
    ids = RNG.integers(0, 65536, (7, 9)).astype(np.uint16)
    assert np.array_equal(images.read_rgb(stored(images.encode_rgb(rgb))), rgb)
    back = images.read_instances(stored(images.encode_instances(ids)))
    assert back.dtype == np.uint16 and np.array_equal(back, ids)


def test_depth_png_rounds_to_its_scale(stored):
    depth = np.array([[0.00001, 1.00004, 6.5535, 6.5537, np.inf, 2.0]], np.float32)
    path = stored(images.encode_depth_png(depth, 0.0001))
    with Image.open(path) as image:
        assert np.asarray(image).tolist() == [[1, 10000, 65535, 0, 0, 20000]]
    back = images.read_depth_png(path, 0.0001)
    assert back.dtype == np.float32
    assert np.allclose(back, [[0.0001, 1.0, 6.5535, np.inf, np.inf, 2.0]], rtol=1e-6)


def test_depth_png_error_is_half_a_unit(stored):
    depth = RNG.uniform(0.01, 60, (50, 60)).astype(np.float32)
    back = images.read_depth_png(stored(images.encode_depth_png(depth, 0.001)), 0.001)
    assert np.abs(back - depth).max() <= 0.000505


def test_depth_exr_is_exact(stored, tmp_path):
    depth = np.array([[0.1, 1e5, np.inf], [1, 2, 3]], np.float32)
    data = images.encode_depth_exr(depth)
    assert np.array_equal(images.read_depth_exr(stored(data)), depth)
    assert images.encode_depth_exr(depth) == data
    assert str(tmp_path).encode() not in data and b"capDate" not in data


def test_normals(stored):
    normals = RNG.normal(size=(20, 30, 3))
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    normals[0] = 0
    normals = normals.astype(np.float32)
    path = stored(images.encode_normals_png(normals))
    assert not images.read_rgb(path)[0].any()
    back = images.read_normals_png(path)
    assert back.dtype == np.float32 and not back[0].any()
    assert (back[1:] * normals[1:]).sum(axis=2).min() > np.cos(np.radians(0.5))
    path = stored(images.encode_normals_exr(normals))
    assert np.abs(images.read_normals_exr(path) - normals).max() < 5e-4


def test_normal_values_are_as_documented(stored):
    axes = np.array([[[1, 0, 0], [-1, 0, 0], [0, 0, -1]]], np.float32)
    values = images.read_rgb(stored(images.encode_normals_png(axes)))
    assert values.tolist() == [[[255, 128, 128], [0, 128, 128], [128, 128, 0]]]


def test_coverage(stored):
    coverage = np.array([[0, 0.5, 1]], np.float32)
    back = images.read_coverage(stored(images.encode_coverage(coverage)))
    assert np.abs(back - coverage).max() <= 0.51 / 255


def test_bytes_do_not_depend_on_memory_layout():
    rgb = RNG.integers(0, 256, (7, 9, 3)).astype(np.uint8)
    assert images.encode_rgb(np.asfortranarray(rgb)) == images.encode_rgb(rgb)
    assert images.encode_rgb(rgb[::-1][::-1]) == images.encode_rgb(rgb)


def test_wrong_kind_of_png_is_named(stored):
    path = stored(images.encode_rgb(np.zeros((4, 4, 3), np.uint8)))
    with pytest.raises(DatasetError, match="RGB"):
        images.read_instances(path)


@pytest.mark.parametrize("suffix", [".png", ".exr"])
def test_missing_file_is_named(tmp_path, suffix):
    read = images.read_rgb if suffix == ".png" else images.read_depth_exr
    with pytest.raises(DatasetError, match=f"gone{suffix}: is missing"):
        read(tmp_path / f"gone{suffix}")


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.95])
def test_truncated_exr_is_named(stored, share):
    data = images.encode_depth_exr(RNG.uniform(size=(64, 64)).astype(np.float32))
    path = stored(data[: int(share * len(data))])
    with pytest.raises(DatasetError, match=r"cannot be read.*--resume"):
        images.read_depth_exr(path)


PIXELS = RNG.integers(0, 256, (20, 20, 3)).astype(np.uint8)
PNG = images.encode_rgb(PIXELS)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(PNG) - 1), st.integers(0, 255), st.booleans())
def test_damaged_png_is_read_or_named(tmp_path_factory, position, value, cut):
    damaged = bytearray(PNG)
    damaged[position] = value
    path = tmp_path_factory.mktemp("png") / "x.png"
    path.write_bytes(damaged[:position] if cut else damaged)
    try:
        found = images.read_rgb(path)
    except DatasetError as error:
        assert "x.png" in str(error)
    else:
        # the last bytes carry sums and an end mark, no pixels
        assert not cut or np.array_equal(found, PIXELS)
