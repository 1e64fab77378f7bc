"""The reference ray casts against closed forms, and the culled one against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from synth_addon.core import ray_casting
from synth_addon.core.camera import Intrinsics, pixel_rays
from synth_addon.core.ray_casting import (
    cast_box,
    cast_mesh,
    cast_mesh_in_view,
    cast_plane,
    cast_sphere,
)
from synth_addon.core.transforms import Array

INTRINSICS = Intrinsics(width=40, height=30, fx=35.0, fy=36.0, cx=20.0, cy=15.0)
ORIGIN = np.zeros(3)
SEEDS = st.integers(0, 2**32 - 1)


def all_rays(intrinsics: Intrinsics = INTRINSICS) -> Array:
    rows, columns = np.indices((intrinsics.height, intrinsics.width)).reshape(2, -1)
    return pixel_rays(intrinsics, columns, rows)


def box_triangles(low: Array, high: Array) -> tuple[Array, NDArray[np.int32]]:
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    quads = [(0, 4, 6, 2), (1, 3, 7, 5), (0, 1, 5, 4), (2, 6, 7, 3), (0, 2, 3, 1), (4, 5, 7, 6)]
    triangles = [(a, b, c) for a, b, c, _ in quads] + [(a, c, d) for a, _, c, d in quads]
    return np.where(bits == 1, high, low), np.array(triangles, np.int32)


def test_sphere_on_the_axis_is_hit_at_its_near_pole() -> None:
    hits = cast_sphere(ORIGIN, [[0, 0, 1.0], [0, 0, 2.0], [0, 0, -1.0]], [0, 0, 5.0], 2.0)
    assert hits.distance.tolist() == [3.0, 1.5, np.inf]
    assert hits.normals.tolist() == [[0, 0, -1], [0, 0, -1], [0, 0, 0]]


def test_sphere_from_inside_and_past_start_shows_its_far_side() -> None:
    inside = cast_sphere(ORIGIN, [[0, 0, 1.0]], [0, 0, 1.0], 2.0)
    cut = cast_sphere(ORIGIN, [[0, 0, 1.0]], [0, 0, 5.0], 2.0, start=3.5)
    assert (inside.distance[0], cut.distance[0]) == (3.0, 7.0)
    assert cut.normals.tolist() == [[0, 0, 1]]
    assert np.isinf(cast_sphere(ORIGIN, [[0, 0, 1.0]], [0, 0, 5.0], 2.0, 3.5, 6.9).distance[0])


@given(SEEDS)
def test_sphere_is_hit_inside_its_tangent_cone(seed: int) -> None:
    random = np.random.default_rng(seed)
    center = random.uniform([-2, -2, 4], [2, 2, 8])
    radius = random.uniform(0.1, 3)
    rays = all_rays()
    hits = cast_sphere(ORIGIN, rays, center, radius)
    # The silhouette of a sphere is the conic in which rays meet its tangent cone.
    along = (rays @ center) ** 2
    cone = (rays**2).sum(axis=1) * (center @ center - radius**2)
    clear = abs(along - cone) > 1e-9 * along
    hit = np.isfinite(hits.distance)
    assert (hit == (along > cone))[clear].all()
    points = rays[hit] * hits.distance[hit, None]
    np.testing.assert_allclose(np.linalg.norm(points - center, axis=1), radius, rtol=1e-12)
    np.testing.assert_allclose(hits.normals[hit] * radius + center, points, atol=1e-12)
    assert (np.einsum("ij,ij->i", hits.normals, rays) <= 1e-7).all()


def test_small_far_sphere_keeps_its_precision() -> None:
    hits = cast_sphere(ORIGIN, [[0, 0, 1.0]], [0, 0, 1e6], 1e-3)
    assert hits.distance[0] == pytest.approx(1e6 - 1e-3, abs=1e-9)


def test_plane_gives_depth_and_its_unit_normal() -> None:
    rays = [[0, 0, 1.0], [0, 1.0, 1.0], [0, -1.0, 1.0], [1.0, 0, 0]]
    hits = cast_plane(ORIGIN, rays, [0, 2.0, 0], [0, 3.0, 0])
    assert hits.distance.tolist() == [np.inf, 2.0, np.inf, np.inf]
    assert hits.normals[1].tolist() == [0, 1, 0]
    assert np.isinf(cast_plane(ORIGIN, rays, [0, 2.0, 0], [0, 1.0, 0], end=1.9).distance[1])


def test_box_faces_are_hit_from_outside_and_inside() -> None:
    low, high = np.array([-1.0, -1, 4]), np.array([1.0, 1, 6])
    outside = cast_box(ORIGIN, [[0, 0, 1.0], [0.2, 0, 1], [0.3, 0, 1]], low, high)
    assert outside.distance.tolist() == [4.0, 4.0, np.inf]
    assert outside.normals.tolist() == [[0, 0, -1], [0, 0, -1], [0, 0, 0]]
    inside = cast_box([0, 0, 5.0], [[0, 0, 1.0], [1.0, 0, 0], [0, -2.0, 0]], low, high)
    assert inside.distance.tolist() == [1.0, 1.0, 0.5]
    assert inside.normals.tolist() == [[0, 0, 1], [1, 0, 0], [0, -1, 0]]


def test_a_ray_within_a_face_meets_the_box_and_one_beside_it_does_not() -> None:
    low, high = np.zeros(3), np.ones(3)
    on_face = cast_box([[1, 0.5, -2], [0, 0.5, -2]], [[0, 0, 1.0], [-0.0, 0, 1.0]], low, high)
    assert on_face.distance.tolist() == [2.0, 2.0]
    beside = cast_box([[1.5, 0.5, -2], [-0.5, 0.5, -2]], [0, 0, 1.0], low, high)
    assert np.isinf(beside.distance).all()


@given(SEEDS, st.floats(0, 4), st.floats(4, 8))
def test_a_box_equals_its_twelve_triangles(seed: int, start: float, end: float) -> None:
    random = np.random.default_rng(seed)
    low = random.uniform(-2, 1, 3)
    high = low + random.uniform(0.1, 3, 3)
    source = random.uniform(-4, 4, (200, 3))
    rays = random.normal(size=(200, 3))
    box = cast_box(source, rays, low, high, start, end)
    mesh = cast_mesh(source, rays, *box_triangles(low, high), start, end)
    np.testing.assert_allclose(mesh.distance, box.distance, rtol=1e-9)
    np.testing.assert_allclose(mesh.normals, box.normals, atol=1e-9)


def soup(seed: int, count: int = 25) -> tuple[Array, NDArray[np.int32]]:
    """Return random triangles around the camera: before, behind and across the near plane."""
    random = np.random.default_rng(seed)
    centers = random.uniform([-3, -3, -2], [3, 3, 6], (count, 1, 3))
    corners = centers + random.normal(size=(count, 3, 3)) * random.choice([0.05, 0.5, 3])
    return corners.reshape(-1, 3), np.arange(3 * count, dtype=np.int32).reshape(-1, 3)


@settings(deadline=None)
@given(SEEDS, st.floats(0.01, 2), st.floats(2, 6))
def test_culled_cast_equals_brute_force(seed: int, start: float, end: float) -> None:
    vertices, triangles = soup(seed)
    view = cast_mesh_in_view(INTRINSICS, vertices, triangles, start, end)
    brute = cast_mesh(ORIGIN, all_rays(), vertices, triangles, start, end)
    np.testing.assert_allclose(view.distance, brute.distance, rtol=1e-9)
    assert (view.triangles == brute.triangles).all()
    np.testing.assert_allclose(view.normals, brute.normals, atol=1e-9)


def test_small_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    vertices, triangles = soup(5)
    whole = cast_mesh_in_view(INTRINSICS, vertices, triangles, 0.1)
    brute = cast_mesh(ORIGIN, all_rays(), vertices, triangles, 0.1)
    monkeypatch.setattr(ray_casting, "PAIRS_AT_ONCE", 7)
    assert (
        cast_mesh_in_view(INTRINSICS, vertices, triangles, 0.1).triangles == whole.triangles
    ).all()
    assert (
        cast_mesh(ORIGIN, all_rays(), vertices, triangles, 0.1).triangles == brute.triangles
    ).all()


def test_only_wanted_pixels_are_cast() -> None:
    vertices, triangles = soup(5)
    wanted = np.random.default_rng(0).random((30, 40)) < 0.3
    whole = cast_mesh_in_view(INTRINSICS, vertices, triangles, 0.1)
    part = cast_mesh_in_view(INTRINSICS, vertices, triangles, 0.1, wanted=wanted)
    assert (part.triangles == np.where(wanted.ravel(), whole.triangles, -1)).all()


def test_no_ray_slips_through_an_edge_that_runs_through_pixel_centres() -> None:
    square = Intrinsics(width=32, height=32, fx=16.0, fy=16.0, cx=16.0, cy=16.0)
    corner = 31 / 32
    vertices: Array = 3.0 * np.array(
        [[-corner, -corner, 1], [corner, -corner, 1], [corner, corner, 1], [-corner, corner, 1]]
    )
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    assert np.isfinite(cast_mesh_in_view(square, vertices, triangles, 0.1).distance).all()
    brute = cast_mesh(ORIGIN, all_rays(square), vertices, triangles)
    np.testing.assert_allclose(brute.distance, 3.0)


def test_what_lies_before_start_hides_nothing() -> None:
    low, high = np.array([-1.0, -1, 2]), np.array([1.0, 1, 4])
    vertices, triangles = box_triangles(low, high)
    center = INTRINSICS.width * 15 + 20
    for start, expected in ((0.1, 2.0), (2.5, 4.0), (4.5, np.inf)):
        hits = cast_mesh_in_view(INTRINSICS, vertices, triangles, start)
        assert hits.distance[center] == pytest.approx(expected)


def test_the_view_cast_needs_a_positive_start() -> None:
    with pytest.raises(ValueError, match="start must be positive"):
        cast_mesh_in_view(INTRINSICS, *soup(1), start=0.0)


def test_an_empty_mesh_is_never_hit() -> None:
    nothing = np.empty((0, 3)), np.empty((0, 3), np.int32)
    assert np.isinf(cast_mesh(ORIGIN, all_rays(), *nothing).distance).all()
    assert (cast_mesh_in_view(INTRINSICS, *nothing, start=0.1).triangles == -1).all()
