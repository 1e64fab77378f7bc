"""Distances and windings against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.point_geometry import distance_to_triangles, winding_number
from synth_addon.core.scene_spec import ShapeAsset
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.transforms import Array

fast = settings(deadline=None, max_examples=200)
coordinate = st.floats(-2, 2)
point = st.tuples(coordinate, coordinate, coordinate).map(np.array)
SIZE = (0.8, 1.0, 1.4)


def corners_of(mesh: TriangleMesh) -> Array:
    return mesh.vertices[mesh.triangles]


BOX = corners_of(
    mesh_of(
        ShapeAsset(
            shape="box",
            parameters={"width_m": SIZE[0], "depth_m": SIZE[1], "height_m": SIZE[2]},
        )
    )
)


@fast
@given(point)
def test_distance_to_a_box_is_that_of_the_closed_form(place: Array) -> None:
    beyond = np.abs(place) - np.array(SIZE) / 2
    outside = np.linalg.norm(np.maximum(beyond, 0))
    expected = outside if outside > 0 else -beyond.max()
    assert distance_to_triangles(BOX, place) == pytest.approx(expected, abs=1e-12)


@fast
@given(st.lists(point, min_size=3, max_size=3), point)
def test_no_point_of_a_triangle_is_nearer_than_its_distance(
    triangle: list[Array], place: Array
) -> None:
    distance = distance_to_triangles(np.array([triangle]), place)
    grid = np.linspace(0, 1, 41)
    u, v = (share.ravel() for share in np.meshgrid(grid, grid))
    u, v = u[u + v <= 1], v[u + v <= 1]
    a, b, c = triangle
    points = a + u[:, None] * (b - a) + v[:, None] * (c - a)
    nearest = np.linalg.norm(points - place, axis=1).min()
    longest = max(np.linalg.norm(b - a), np.linalg.norm(c - a))
    assert distance <= nearest + 1e-9
    assert nearest <= distance + longest / 20 + 1e-9


def test_nothing_is_infinitely_far() -> None:
    assert distance_to_triangles(np.empty((0, 3, 3)), np.zeros(3)) == np.inf


def test_triangles_without_area_count_as_their_sides() -> None:
    needle = np.array([[[0.0, 0, 0], [1, 0, 0], [1, 0, 0]]])
    assert distance_to_triangles(needle, np.array([0.5, 0, 2])) == 2


@fast
@given(point)
def test_a_box_winds_once_around_what_is_inside(place: Array) -> None:
    beyond = (np.abs(place) - np.array(SIZE) / 2).max()
    if abs(beyond) > 1e-6:
        assert winding_number(BOX, place) == pytest.approx(float(beyond < 0), abs=1e-9)


def test_the_hollow_of_a_cup_is_outside_and_its_bottom_inside() -> None:
    mesh = mesh_of(ShapeAsset(shape="cup"))
    low, high = mesh.bounds
    middle = np.array([0.0, 0.0, (low[2] + high[2]) / 2])
    assert winding_number(corners_of(mesh), middle) == pytest.approx(0, abs=1e-6)
    bottom = np.array([0.0, 0.0, low[2] + 0.004])
    assert winding_number(corners_of(mesh), bottom) == pytest.approx(1, abs=1e-6)


def test_a_room_seen_from_inside_encloses_nothing() -> None:
    assert winding_number(BOX[:, ::-1], np.zeros(3)) == pytest.approx(-1)
