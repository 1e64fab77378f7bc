"""Collision bodies are made once for each mesh, whatever the sizes of the objects that show it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from synth_addon.core.collision.bodies import BodyLibrary
from synth_addon.core.collision.decomposition import Decomposer
from synth_addon.core.scene_spec import (
    Asset,
    BodySpec,
    FileAsset,
    FixtureSpec,
    ObjectSpec,
    Pose,
    ShapeAsset,
)
from synth_addon.core.shapes.catalog import mesh_of

MESH = mesh_of(ShapeAsset(shape="cube"))


def block(scale: float) -> ObjectSpec:
    return ObjectSpec(
        instance_id=1,
        group="block",
        role="target",
        category_id=1,
        category="block",
        asset=FileAsset(file="block.obj"),
        scale=scale,
        pose=Pose(),
        material=None,
        body=BodySpec(collision_shape="convex_hull"),
    )


def test_all_sizes_share_the_parts_of_one_mesh(tmp_path: Path) -> None:
    library = BodyLibrary(Decomposer(tmp_path))
    first = library.body(block(1.0), MESH)
    for scale in np.linspace(0.5, 2, 10):
        assert library.body(block(float(scale)), MESH).parts is first.parts


def test_furniture_of_a_shape_stands_as_its_parts_and_a_file_as_its_mesh(tmp_path: Path) -> None:
    library = BodyLibrary(Decomposer(tmp_path))
    table = ShapeAsset(shape="table")
    parts = library.standing(piece(table), mesh_of(table))
    assert parts is not None and len(parts) > 4
    assert library.standing(piece(FileAsset(file="block.obj")), MESH) is None


def piece(asset: Asset) -> FixtureSpec:
    return FixtureSpec(name="piece 0", category="piece", asset=asset, pose=Pose())
