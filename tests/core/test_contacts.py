"""Distances and depths between bodies, against what geometry says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.contacts import DEEPEST_M, Body, Solid, gap, penetration
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.point_distances import nearest_distances, pair_distances, snapped
from synth_addon.core.scene_spec import Pose, ShapeAsset
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.surface_points import SurfacePoints
from synth_addon.core.transforms import Array, rotation_from_quaternion

fast = settings(deadline=None, max_examples=40)
coordinate = st.floats(-1, 1)
point = st.tuples(coordinate, coordinate, coordinate)
turn = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1)
BALL = Solid(mesh_of(ShapeAsset(shape="sphere", parameters={"radius_m": 0.03})), 1.0)
CUBE = Solid(mesh_of(ShapeAsset(shape="cube", parameters={"size_m": 0.1})), 1.0)
CUP = Solid(mesh_of(ShapeAsset(shape="cup")), 1.0)
SAGGING_M = 2e-4
"""How far the flat faces of the ball stay within its sphere."""


def unit(q: tuple[float, ...]) -> tuple[float, float, float, float]:
    w, x, y, z = np.asarray(q) / np.linalg.norm(q)
    return float(w), float(x), float(y), float(z)


def placed(solid: Solid, place: Array, quaternion: tuple[float, ...] = (1, 0, 0, 0)) -> Body:
    x, y, z = (float(v) for v in place)
    return Body(solid, Pose(translation=(x, y, z), quaternion=unit(quaternion)))


@fast
@given(point, st.tuples(point, point, point))
def test_distance_to_a_triangle_is_that_to_its_nearest_point(
    where: tuple[float, float, float], corners: tuple[tuple[float, float, float], ...]
) -> None:
    triangle = np.array(corners)
    found = pair_distances(np.array([where]), triangle[None])[0]
    steps = np.linspace(0, 1, 80)
    u, v = (grid.ravel() for grid in np.meshgrid(steps, steps))
    inside = u + v <= 1 + 1e-12
    weights = np.column_stack([1 - u - v, u, v])[inside]
    sampled = np.linalg.norm(weights @ triangle - where, axis=1).min()
    longest = np.linalg.norm(triangle - np.roll(triangle, 1, axis=0), axis=1).max()
    assert found <= sampled + 1e-9
    assert found >= sampled - longest / 79


def test_beyond_their_reach_points_have_no_nearest_triangle() -> None:
    triangle = np.array([[[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]])
    points = np.array([[0.2, 0.2, 0.5], [0.2, 0.2, -0.1], [5, 0, 0]])
    assert nearest_distances(points, triangle, 0.3).tolist() == [np.inf, 0.1, np.inf]
    assert nearest_distances(points, triangle, [1.0, 0.05, 4.5]) == pytest.approx([0.5, np.inf, 4])
    assert nearest_distances(points[:0], triangle, 1.0).shape == (0,)
    assert np.isinf(nearest_distances(points, triangle[:0], 1.0)).all()


def test_what_is_near_a_surface_is_moved_to_it() -> None:
    triangle = np.array([[[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]])
    points = np.array([[0.2, 0.2, 0.05], [-0.03, 0.4, 0.0], [0.2, 0.2, 0.5], [1.02, -0.01, 0]])
    expected = [[0.2, 0.2, 0], [0, 0.4, 0], [0.2, 0.2, 0.5], [1, 0, 0]]
    assert snapped(points, triangle, 0.1) == pytest.approx(np.array(expected), abs=1e-12)


@fast
@given(point.filter(lambda p: np.linalg.norm(p) > 0.1), turn, st.floats(-0.015, 0.0019))
def test_balls_at_a_known_distance(
    direction: tuple[float, float, float], turned: tuple[float, ...], distance: float
) -> None:
    away = np.asarray(direction) / np.linalg.norm(direction)
    one, other = placed(BALL, np.zeros(3)), placed(BALL, away * (0.06 + distance), turned)
    if distance > 1e-9:
        assert penetration(one, other) == 0
        found = gap(one, other, 0.003)
        assert distance <= found + 1e-9
        assert found <= distance + 2 * SAGGING_M + 1e-4
    else:
        depth = penetration(one, other)
        assert -distance - 2 * SAGGING_M - 2e-4 <= depth <= -distance + 1e-9


@fast
@given(turn, coordinate, coordinate, st.floats(-0.015, 0.0019))
def test_cubes_at_a_known_distance(
    turned: tuple[float, ...], u: float, v: float, distance: float
) -> None:
    """Face to face, both turned alike; the offset leaves at least a fifth of the faces opposite."""
    rotation = rotation_from_quaternion(unit(turned))
    offset = rotation @ [0.1 + distance, 0.06 * u, 0.06 * v]
    one, other = placed(CUBE, np.zeros(3), turned), placed(CUBE, offset, turned)
    if distance > 1e-6:
        assert gap(one, other, 0.003) == pytest.approx(distance, abs=1e-6)
        assert penetration(one, other) == 0
    elif distance < -1e-6:
        assert penetration(one, other) == pytest.approx(-distance, abs=1e-6)
    assert penetration(one, other) == pytest.approx(penetration(other, one))
    assert gap(one, other, 0.003) == pytest.approx(gap(other, one, 0.003))


def test_crossed_edges_are_found() -> None:
    """The edges of two cubes, turned by 45 degrees, meet in a point between all vertices."""
    half = np.sqrt(0.5) * 0.1
    eighth = np.radians(45) / 2
    one = placed(CUBE, np.zeros(3), (np.cos(eighth), np.sin(eighth), 0, 0))
    turned = (np.cos(eighth), 0, np.sin(eighth), 0)
    assert gap(one, placed(CUBE, np.array([0, 0, 2 * half + 0.001]), turned), 0.004) < 0.0035
    assert penetration(one, placed(CUBE, np.array([0, 0, 2 * half - 0.005]), turned)) > 0.001


def test_deep_penetrations_are_cut() -> None:
    assert penetration(placed(CUBE, np.zeros(3)), placed(CUBE, np.zeros(3) + 0.03)) == DEEPEST_M


def test_a_ball_in_a_cup_is_not_in_its_wall() -> None:
    small = Solid(mesh_of(ShapeAsset(shape="sphere", parameters={"radius_m": 0.01})), 1.0)
    inside = placed(small, np.array([-0.016, 0, 0]))
    assert penetration(placed(CUP, np.zeros(3)), inside) == 0
    assert CUP.holds(np.array([[-0.016, 0.0, 0.0]])).tolist() == [False]


def test_an_open_mesh_has_no_inside() -> None:
    mesh = mesh_of(ShapeAsset(shape="cube", parameters={"size_m": 0.1}))
    lidless = Solid(TriangleMesh(mesh.vertices, mesh.triangles[:-2]), 1.0)
    assert not lidless.is_closed
    assert not lidless.holds(np.zeros((1, 3))).any()
    assert CUBE.is_closed


def test_scale_counts() -> None:
    large = Solid(mesh_of(ShapeAsset(shape="cube", parameters={"size_m": 0.1})), 2.0)
    assert gap(placed(large, np.zeros(3)), placed(CUBE, np.array([0.151, 0, 0])), 0.01) == (
        pytest.approx(0.001, abs=1e-9)
    )


@pytest.mark.parametrize("shape", ["cube", "cup", "cone", "bottle"])
def test_no_spot_of_a_surface_is_far_from_its_points(shape: str) -> None:
    mesh = mesh_of(ShapeAsset(shape=shape))
    between = SurfacePoints(mesh.vertices, mesh.triangles, 0.004).between(
        np.ones(len(mesh.triangles), bool)
    )
    points = np.concatenate([mesh.vertices, between])
    rng = np.random.default_rng(0)
    chosen = mesh.triangles[rng.integers(len(mesh.triangles), size=300)]
    weights = rng.dirichlet((1, 1, 1), size=300)
    spots = np.einsum("nk,nkd->nd", weights, mesh.vertices[chosen])
    farthest = max(np.linalg.norm(points - spot, axis=1).min() for spot in spots)
    assert farthest <= 0.004
    assert len(points) < 50_000
