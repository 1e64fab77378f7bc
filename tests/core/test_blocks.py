"""Blocks, wells and super-shapes have the sizes and forms that their numbers say."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from synth_addon.core.scene_spec import ShapeAsset
from synth_addon.core.shapes.assembly import Solid, assembled
from synth_addon.core.shapes.block import block, leg, tray, welled_block
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.shapes.outline import circle_facing, rounded_rectangle

from .solids import Array, outside_hulls, winding_numbers


def extent(solid: Solid) -> Array:
    return np.asarray(np.ptp(solid.mesh.vertices, axis=0))


@pytest.mark.parametrize("edge", [0.0005, 0.003, 0.02, 5.0])
@pytest.mark.parametrize("crown", [0.0, 0.03])
def test_a_block_has_its_size_however_its_edges_are(edge: float, crown: float) -> None:
    solid = block(0.4, 0.3, 0.1, edge=edge, corner=0.05, crown=crown)
    assert_allclose(extent(solid), (0.4, 0.3, 0.1), rtol=1e-9)
    assert_allclose(solid.mesh.bounds[0], (-0.2, -0.15, 0.0), atol=1e-12)


def test_a_leg_leans_at_its_upper_end() -> None:
    mesh = leg(0.04, 0.06, 0.5, lean=(0.1, -0.2)).mesh
    top = mesh.vertices[mesh.vertices[:, 2] == 0.5]
    assert_allclose(top.mean(axis=0), (0.1, -0.2, 0.5), atol=1e-9)
    assert_allclose(np.ptp(top, axis=0), (0.06, 0.06, 0), atol=1e-9)


@pytest.mark.parametrize(
    "solid",
    [
        welled_block(0.2, 0.16, 0.1, radius=0.05, floor=0.03, corner=0.02),
        tray(0.2, 0.16, 0.1, rim=0.02, floor=0.03, corner=0.02),
    ],
)
def test_a_well_is_open_above_its_floor(solid: Solid) -> None:
    points = np.array([[0, 0, 0.035], [0.03, 0, 0.095], [0, 0, 0.025], [0.095, 0, 0.09]])
    inside = [False, False, True, True]
    assert list(winding_numbers(points, solid.mesh) > 0) == inside
    assert list(outside_hulls(points, solid.pieces) == 0) == inside


def test_a_circle_faces_the_outline_it_is_cut_into() -> None:
    outline = rounded_rectangle(0.2, 0.1, 0.01, between=3)
    inner = circle_facing(outline, 0.04)
    assert_allclose(np.hypot(*inner.T), 0.04)
    assert_allclose(np.cross(outline, inner), 0, atol=1e-12)


def test_turning_and_joining_take_the_pieces_along() -> None:
    one = block(0.1, 0.2, 0.3).turned("x", 90).at(z=1.0)
    both = assembled([one, block(0.1, 0.1, 0.1)])
    assert_allclose(extent(one), (0.1, 0.3, 0.2), rtol=1e-9)
    assert len(both.pieces) == 2
    assert_allclose(np.vstack(both.pieces), both.mesh.vertices)


def test_numbers_of_things_are_rounded() -> None:
    widths = [
        np.ptp(mesh_of(ShapeAsset(shape="connector", parameters={"poles": n})).vertices[:, 0])
        for n in (2.6, 3.0, 3.4)
    ]
    assert widths[0] == widths[1] == widths[2]


def supershape(**numbers: float) -> Array:
    return mesh_of(ShapeAsset(shape="supershape", parameters=numbers)).vertices


def test_a_supershape_without_lobes_is_a_ball() -> None:
    points = supershape(longitude_m=0, latitude_m=0, size_m=0.2)
    assert_allclose(np.linalg.norm(points, axis=1), 0.1, rtol=1e-6)


def test_a_supershape_has_as_many_lobes_as_its_symmetry() -> None:
    points = supershape(longitude_m=6, longitude_n1=1, latitude_m=0)
    belt = points[np.abs(points[:, 2]) < 1e-9]
    radii = np.hypot(*belt[:, :2].T)
    peaks = (radii > np.roll(radii, 1)) & (radii >= np.roll(radii, -1))
    assert np.count_nonzero(peaks) == 6


def test_spikes_of_a_supershape_are_no_needles() -> None:
    points = supershape(
        longitude_m=4, longitude_n1=0.1, longitude_n2=40, longitude_n3=40, latitude_m=0
    )
    belt = points[np.abs(points[:, 2]) < 1e-9]
    radii = np.hypot(*belt[:, :2].T)
    assert_allclose(radii.max() / radii.min(), 6, rtol=1e-6)
