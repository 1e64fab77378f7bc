"""Finely divided slabs against the plain ones."""

from __future__ import annotations

import numpy as np
import pytest

from synth_addon.core.fine_slab import CELLS_PER_REPEAT, MOST_CELLS, fine_surface_mesh
from synth_addon.core.material_spec import MaterialSpec, TextureSpec
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.scene_spec import Opening, SurfaceSpec
from synth_addon.core.slab import surface_mesh

WINDOW = Opening(along=0.1, bottom=0.2, width=0.3, height=0.4)


def wall(size_m: float, openings: tuple[Opening, ...] = ()) -> SurfaceSpec:
    texture = TextureSpec(color="a", displacement="b", displacement_method="true", size_m=size_m)
    return SurfaceSpec(
        name="wall_y_min",
        center=(0, 0, 0),
        size=(1.5, 0.2, 1.0),
        material=MaterialSpec(texture=texture),
        openings=openings,
    )


def volume(mesh: TriangleMesh) -> float:
    a, b, c = mesh.vertices[mesh.triangles].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def areas(mesh: TriangleMesh) -> tuple[float, float]:
    """Return the area of the surface and of its texture coordinates."""
    a, b, c = mesh.vertices[mesh.triangles].transpose(1, 0, 2)
    assert mesh.uvs is not None
    first, second = (mesh.uvs[:, i] - mesh.uvs[:, 0] for i in (1, 2))
    flat = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    solid = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    return float(solid.sum() / 2), float(np.abs(flat).sum() / 2)


@pytest.mark.parametrize("openings", [(), (WINDOW,)])
def test_the_same_body_and_texture_coordinates(openings: tuple[Opening, ...]) -> None:
    surface = wall(2.0, openings)
    fine, plain = fine_surface_mesh(surface), surface_mesh(surface)
    assert volume(fine) == pytest.approx(volume(plain))
    assert areas(fine) == pytest.approx(areas(plain))
    assert fine.bounds[0] == pytest.approx(plain.bounds[0])
    assert fine.bounds[1] == pytest.approx(plain.bounds[1])


def test_cells_follow_the_texture_up_to_a_limit() -> None:
    mesh = fine_surface_mesh(wall(2.0))
    edges = np.linalg.norm(np.diff(mesh.vertices[mesh.triangles], axis=1), axis=2)
    assert edges.max() <= 2.0 / CELLS_PER_REPEAT * np.sqrt(2) + 1e-9
    most = 4 * (2 * MOST_CELLS**2 + MOST_CELLS**2)
    assert len(fine_surface_mesh(wall(0.01)).triangles) <= most
