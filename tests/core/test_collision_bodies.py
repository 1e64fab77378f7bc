"""Collision bodies are made once for each size of an object, and do not pile up."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from synth_addon.core.collision.bodies import BODIES_KEPT, BodyLibrary
from synth_addon.core.collision.decomposition import Decomposer
from synth_addon.core.scene_spec import BodySpec, FileAsset, ObjectSpec, Pose, ShapeAsset
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


def test_one_size_is_made_once(tmp_path: Path) -> None:
    library = BodyLibrary(Decomposer(tmp_path))
    first = library.body(block(1.0), MESH)
    library.forget_shapes_but(())
    assert library.body(block(1.0), MESH).parts is first.parts


def test_drawn_sizes_do_not_pile_up(tmp_path: Path) -> None:
    library = BodyLibrary(Decomposer(tmp_path))
    first = library.body(block(1.0), MESH)
    for scale in np.linspace(1.1, 2, BODIES_KEPT):
        library.body(block(float(scale)), MESH)
    again = library.body(block(1.0), MESH)
    assert again.parts is not first.parts
    assert np.array_equal(again.parts[0], first.parts[0])
