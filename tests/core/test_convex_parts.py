"""The convex parts of a shape cover its solid and hardly reach beyond it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from synth_addon.core.errors import AssetError, Fault
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.scene_spec import ShapeAsset
from synth_addon.core.shapes.catalog import SHAPES, mesh_of, parts_of
from synth_addon.core.shapes.lathe import lathe
from synth_addon.core.shapes.pieces import revolved_pieces, tolerance_of

from .solids import Array, distances, outside_hulls, winding_numbers

DECOMPOSED = [name for name, shape in SHAPES.items() if shape.convex_parts is not None]
# What these have inside or under their foot is filled on purpose.
VESSELS = ("bottle", "bowl", "cup")
FILLED = {*VESSELS, "connector", "lamp_holder", "socket"}


def points_in(mesh: TriangleMesh, count: int = 100) -> Array:
    low, high = mesh.bounds
    points = np.random.default_rng(0).uniform(low, high, (4 * count, 3))
    return points[winding_numbers(points, mesh) > 0][:count]


def points_of(parts: tuple[Array, ...], count: int = 150) -> Array:
    """Return random points of the parts' hulls, from their rims as well as from within."""
    rng = np.random.default_rng(1)
    chosen = rng.integers(len(parts), size=count)
    corners = [parts[i][rng.integers(len(parts[i]), size=3)] for i in chosen]
    return np.einsum("pc,pcx->px", rng.dirichlet(np.ones(3), count), np.array(corners))


def excess(parts: tuple[Array, ...], mesh: TriangleMesh) -> Array:
    """Return by how much random points of the parts lie outside the mesh; 0 inside."""
    points = points_of(parts)
    outside = points[winding_numbers(points, mesh) <= 0]
    return distances(outside, mesh)


def assert_covered(parts: tuple[Array, ...], mesh: TriangleMesh) -> None:
    size = float(np.ptp(mesh.vertices, axis=0).max())
    assert outside_hulls(points_in(mesh), parts).max(initial=0.0) < 1e-4 * size
    low, high = np.vstack(parts).min(axis=0), np.vstack(parts).max(axis=0)
    np.testing.assert_allclose(np.stack([low, high]), np.stack(mesh.bounds), atol=1e-6 * size)


@pytest.mark.parametrize("name", DECOMPOSED)
def test_parts_cover_the_solid(name: str) -> None:
    asset = ShapeAsset(shape=name)
    assert_covered(parts_of(asset) or (), mesh_of(asset))


@pytest.mark.parametrize("name", [name for name in DECOMPOSED if name not in FILLED])
def test_parts_hardly_reach_beyond_the_solid(name: str) -> None:
    asset = ShapeAsset(shape=name)
    mesh = mesh_of(asset)
    assert excess(parts_of(asset) or (), mesh).max(initial=0.0) <= tolerance_of(mesh.vertices)


@pytest.mark.parametrize("name", DECOMPOSED)
@settings(max_examples=2, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(data=st.data())
def test_parts_of_any_parameters_cover_the_solid(name: str, data: st.DataObject) -> None:
    shape = SHAPES[name]
    values = {
        key: data.draw(st.floats(max(p.low, p.default / 2), min(p.high, 2 * p.default)), label=key)
        for key, p in shape.parameters.items()
    }
    try:
        mesh = shape.build(**values)
    except Fault:
        assume(False)
    asset = ShapeAsset(shape=name, parameters=values)
    parts = parts_of(asset) or ()
    assert_covered(parts, mesh)
    if name not in FILLED:
        assert excess(parts, mesh).max(initial=0.0) <= tolerance_of(mesh.vertices)


@pytest.mark.parametrize(
    ("name", "x"), [("cup", -0.016), ("bowl", 0.0), ("torus", 0.0), ("cup", 0.035)]
)
def test_parts_leave_the_hollow_open(name: str, x: float) -> None:
    """A point in the cup, in the bowl, in the ring and in the cup's handle is in no part."""
    point = np.array([[x, 0.0, 0.0]])
    assert outside_hulls(point, parts_of(ShapeAsset(shape=name)) or ())[0] > 2e-3


def test_corners_of_vessels_parts_lie_on_the_mesh_or_on_its_axis() -> None:
    for name in VESSELS:
        asset = ShapeAsset(shape=name)
        mesh = mesh_of(asset)
        corners = np.vstack(parts_of(asset) or ())[::13]
        across = np.linalg.norm(corners[:, :2] - mesh.vertices[0, :2], axis=1)
        assert np.minimum(across, distances(corners, mesh)).max() < 1e-8


def test_a_turned_profile_with_a_hole_and_a_waist_is_decomposed() -> None:
    profile = np.array(
        [(0.02, 0), (0.08, 0), (0.04, 0.05), (0.08, 0.1), (0.06, 0.12), (0.02, 0.12)]
    )
    mesh, parts = lathe(profile, closed=True), revolved_pieces(profile)
    assert_covered(parts, mesh)
    assert excess(parts, mesh).max(initial=0.0) <= tolerance_of(mesh.vertices)


def test_shapes_that_are_their_own_hull_have_no_parts() -> None:
    assert parts_of(ShapeAsset(shape="cube")) is None


def test_unusable_assets_have_no_parts() -> None:
    with pytest.raises(AssetError, match="There is no shape 'cupp'"):
        parts_of(ShapeAsset(shape="cupp"))
    with pytest.raises(AssetError, match=r"cup: wall_m 0\.03 is too thick"):
        parts_of(ShapeAsset(shape="cup", parameters={"wall_m": 0.03}))
