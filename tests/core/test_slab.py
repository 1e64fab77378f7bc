"""A wall's mesh is the wall without its windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.sampling.room import sample_room
from synth_addon.core.scene_spec import MaterialSpec, Opening, SurfaceSpec
from synth_addon.core.slab import surface_boxes, surface_mesh

NOTHING = AssetCatalog({}, {}, (), {})


def wall(size: tuple[float, float, float], *openings: Opening) -> SurfaceSpec:
    return SurfaceSpec(
        name="wall", center=(0, 0, 0), size=size, material=MaterialSpec(), openings=openings
    )


def volume(surface: SurfaceSpec) -> float:
    mesh = surface_mesh(surface)
    a, b, c = np.moveaxis(mesh.vertices[mesh.triangles], 1, 0)
    return float(np.einsum("ij,ij->", np.cross(a, b), c) / 6)


def test_a_wall_without_windows_is_one_box() -> None:
    assert len(surface_boxes(wall((4, 0.2, 2.5)))) == 1
    assert volume(wall((4, 0.2, 2.5))) == pytest.approx(2.0)


@pytest.mark.parametrize("size", [(4, 0.2, 2.5), (0.2, 4, 2.5)])
def test_windows_are_cut_out_along_the_longer_side(size: tuple[float, float, float]) -> None:
    left = Opening(along=-1, bottom=0.8, width=1, height=1.2)
    right = Opening(along=1, bottom=0.8, width=1, height=1.2)
    surface = wall(size, left, right)
    assert volume(surface) == pytest.approx(2.0 - 2 * 0.2 * 1.2)
    axis = int(size[1] > size[0])
    inside = np.zeros(3)
    inside[axis], inside[2] = -1, 0.8 + 0.6 - 1.25
    for low, high in surface_boxes(surface):
        assert not np.all((low < inside) & (inside < high))


@settings(deadline=None, max_examples=60)
@given(scene=st.integers(0, 10**6), count=st.integers(1, 12), height=st.floats(1.0, 3.5))
def test_drawn_windows_stay_within_their_walls_and_apart(
    scene: int, count: int, height: float
) -> None:
    recipe = validate_recipe(
        {
            "version": 1,
            "objects": {"cube": {"shape": "cube"}},
            "room": {
                "width_m": {"uniform": [1, 5]},
                "height_m": height,
                "windows": {"count": count},
            },
        },
        "test",
    )
    room = sample_room(recipe, NOTHING, scene)
    assert sum(len(surface.openings) for surface in room.surfaces) <= count
    for surface in room.surfaces:
        half = max(surface.size[:2]) / 2
        edges = [-half]
        for opening in surface.openings:
            assert opening.bottom + opening.height < surface.size[2]
            edges += [opening.along - opening.width / 2, opening.along + opening.width / 2]
        assert np.all(np.diff([*edges, half]) > 0)


def test_many_windows_reach_every_wall() -> None:
    recipe = validate_recipe(
        {
            "version": 1,
            "objects": {"cube": {"shape": "cube", "count": 0}},
            "camera": {"min_targets": 0, "look_at": "center"},
            "room": {"windows": {"count": 20}},
        },
        "test",
    )
    room = sample_room(recipe, NOTHING, 0)
    assert {s.name for s in room.surfaces if s.openings} == {
        "wall_x_min",
        "wall_x_max",
        "wall_y_min",
        "wall_y_max",
    }
