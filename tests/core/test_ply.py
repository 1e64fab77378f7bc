"""PLY files: what is written comes back, and damage is noticed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.writers.ply import decode_ply, encode_ply


@given(st.integers(1, 40), st.integers(0, 60), st.booleans(), st.integers(0, 2**32 - 1))
def test_a_mesh_comes_back(vertices: int, faces: int, with_normals: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(vertices, 3)).astype(np.float32).astype(float)
    triangles = rng.integers(vertices, size=(faces, 3)).astype(np.int32)
    normals = rng.normal(size=(vertices, 3)) if with_normals else None
    data = encode_ply(points, triangles, normals)
    read, corners = decode_ply(data, with_normals=with_normals)
    assert np.array_equal(read, points)
    assert np.array_equal(corners, triangles)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data.replace(b"float x", b"float u"),
        lambda data: data[:-1] + b"\x7f",
        lambda data: b"",
    ],
)
def test_damage_is_noticed(damage) -> None:
    data = encode_ply(np.eye(3), np.array([[0, 1, 2]], np.int32))
    with pytest.raises(ValueError):
        decode_ply(damage(data))
