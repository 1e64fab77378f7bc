"""Rooms of 3D-FRONT in Blender: read once, in place, and solid for what falls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy
import numpy as np
import pytest

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets, mesh_assets
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import FixtureSpec, SceneSpec, SettledScene
from synth_addon.core.transforms import transform_points
from tests.front3d_houses import write_data_set

from .scenes import PHYSICS, RENDER, at, thing, view_from


@dataclass(frozen=True)
class Setting:
    """A drawn living room and the renderer that has loaded it."""

    spec: SceneSpec
    catalog: AssetCatalog
    renderer: BlenderRenderer

    def fixture(self, category: str) -> FixtureSpec:
        return next(item for item in self.spec.fixtures if item.category == category)


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    folder = write_data_set(tmp_path_factory.mktemp("front3d"))
    data = {
        "version": 1,
        "objects": {"cube": {"shape": "cube"}},
        "room": {"front3d": {"room_type": "living"}},
    }
    recipe = LoadedRecipe(validate_recipe(data, "test"), folder)
    catalog = catalog_assets(recipe)
    drawn = sample_scene(recipe.recipe, catalog, 0)
    spec = drawn.model_copy(update={"objects": (), "render": RENDER, "lights": ()})
    renderer = BlenderRenderer(catalog.paths)
    renderer.preload(mesh_assets(catalog), catalog.images)
    yield Setting(spec, catalog, renderer)
    renderer.close()
    assert not [mesh for mesh in bpy.data.meshes if mesh.name.startswith("synth")]


def test_models_stand_upright_stretched_and_turned(living: Setting) -> None:
    meshes = living.renderer.load(living.spec)
    for category, low, high in (
        ("table", (-1.0, -0.3, 0.0), (0.2, 0.5, 0.75)),
        # 0.8 m x 1.5 wide along y after the quarter turn, 1 m x 1.2 high, its front towards +x
        ("cabinet", (1.3, -0.1, 0.0), (1.75, 1.1, 1.2)),
    ):
        fixture = living.fixture(category)
        points = transform_points(fixture.pose.matrix, meshes[fixture.asset_key].vertices)
        assert points.min(axis=0) == pytest.approx(low, abs=1e-5)
        assert points.max(axis=0) == pytest.approx(high, abs=1e-5)


def test_a_mirrored_model_keeps_its_outside_outside(living: Setting) -> None:
    table = living.fixture("table")
    mirrored = table.asset.model_copy(update={"stretch": (-1.0, 1.0, 1.0)})
    fixture = table.model_copy(update={"asset": mirrored})
    spec = living.spec.model_copy(update={"fixtures": (fixture,)})
    mesh = living.renderer.load(spec)[fixture.asset_key]
    a, b, c = np.moveaxis(mesh.vertices[mesh.triangles], 1, 0)
    assert np.einsum("ij,ij->", np.cross(a, b), c) / 6 == pytest.approx(
        1.2 * 0.05 * 0.8 + 4 * 0.06 * 0.06 * 0.7, rel=1e-4
    )


def test_a_view_shows_the_room_as_background(living: Setting) -> None:
    # from the middle of the room to the wall at y = 1.5, over the table
    view = view_from((0.5, 0.0, 1.5), (0.5, 1.5, 1.5))
    scene = SettledScene(spec=living.spec, poses=(), views=(view,))
    living.renderer.build(scene)
    frame = living.renderer.render(view)
    assert not frame.instance_ids.any()
    assert frame.depth[60, 80] == pytest.approx(1.5, abs=1e-4)
    colors = frame.rgb.reshape(-1, 3).astype(int)
    assert (colors[:, 2] - colors[:, 0]).max() > 20  # the paper's blue checks
    assert (colors[:, 0] - colors[:, 2]).max() > 20  # and its yellow ones


@pytest.mark.parametrize(("x", "y", "height"), [(-0.4, 0.1, 0.75), (0.8, -0.8, 0.0)])
def test_objects_come_to_rest_on_furniture_and_floor(
    living: Setting, x: float, y: float, height: float
) -> None:
    cube = thing(1, "cube", at(x, y, height + 0.2))
    physics = PHYSICS.model_copy(update={"enabled": True})
    spec = living.spec.model_copy(update={"objects": (cube,), "physics": physics})
    mesh = living.renderer.load(spec)[cube.asset_key]
    (pose,) = living.renderer.settle(spec)
    lowest = transform_points(pose.matrix, mesh.vertices)[:, 2].min()
    assert lowest == pytest.approx(height, abs=0.004)


def test_each_model_file_is_read_once(living: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("synth_addon.blender.assets.mesh_from_file", refuse)
    monkeypatch.setattr("synth_addon.blender.front3d.read_house", refuse)
    table = living.fixture("table")
    larger = table.asset.model_copy(update={"stretch": (2.0, 2.0, 2.0)})
    fixtures = (*living.spec.fixtures, table.model_copy(update={"asset": larger}))
    living.renderer.load(living.spec.model_copy(update={"fixtures": fixtures}))
