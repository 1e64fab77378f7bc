"""A leaf that an alpha map cuts out of a plane: solid in all channels, or cut out, by choice."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np
import pytest

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.blender.versions import use_nodes
from synth_addon.core.annotation import annotate
from synth_addon.core.camera import pixel_rays
from synth_addon.core.scene_spec import OpenAsset
from synth_addon.core.silhouettes import SilhouetteCaster
from synth_addon.core.transforms import Array, transform_points

from .scenes import PLAIN, RENDER, at, scene_of, thing, view_from

RADIUS = 0.15
SIDE = 0.4


@pytest.fixture
def leaf() -> Iterator[str]:
    """A plane of `SIDE` in the open file whose material is opaque within `RADIUS` alone."""
    mesh = bpy.data.meshes.new("leaf")
    half = SIDE / 2
    corners = [(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    material = bpy.data.materials.new("leaf")
    tree = use_nodes(material)
    nodes, links = tree.nodes, tree.links
    place, length = nodes.new("ShaderNodeNewGeometry"), nodes.new("ShaderNodeVectorMath")
    inside = nodes.new("ShaderNodeMath")
    length.operation, inside.operation = "LENGTH", "LESS_THAN"
    inside.inputs[1].default_value = RADIUS
    flat = nodes.new("ShaderNodeVectorMath")
    flat.operation = "MULTIPLY"
    flat.inputs[1].default_value = (1, 1, 0)
    links.new(place.outputs["Position"], flat.inputs[0])
    links.new(flat.outputs[0], length.inputs[0])
    links.new(length.outputs["Value"], inside.inputs[0])
    links.new(inside.outputs[0], nodes["Principled BSDF"].inputs["Alpha"])
    mesh.materials.append(material)
    item = bpy.data.objects.new("leaf", mesh)
    bpy.context.scene.collection.objects.link(item)
    yield item.name
    bpy.data.objects.remove(item)
    bpy.data.meshes.remove(mesh)
    bpy.data.materials.remove(material)


def analytic(view: object, reach: object) -> Array:
    """Return which pixels' rays meet the plane where `reach` says so of the points (N, 3)."""
    rows, columns = (index.ravel() for index in np.indices((PLAIN.height, PLAIN.width)))
    pose = np.asarray(view.world_from_camera)
    rays = pixel_rays(PLAIN, columns, rows) @ pose[:3, :3].T
    steps = (0.1 - pose[2, 3]) / rays[:, 2]
    points = transform_points(np.eye(4), pose[:3, 3] + steps[:, None] * rays)
    return (reach(points) & (steps > 0)).reshape(PLAIN.height, PLAIN.width)


@pytest.mark.parametrize("cut_out", [False, True])
def test_the_choice_decides_masks_and_depth(leaf: str, cut_out: bool) -> None:
    renderer = BlenderRenderer({})
    asset = OpenAsset(object=leaf)
    renderer.preload([asset], ())
    item = thing(1, "leaf", at(0, 0, 0.1), asset=asset, material=None)
    view = view_from((0, -0.5, 0.7), (0, 0, 0.1), intrinsics=PLAIN)
    render = RENDER.model_copy(update={"cut_out": cut_out})
    scene = scene_of([item], [view], render=render)
    meshes = renderer.load(scene.spec)
    renderer.build(scene)
    frame = renderer.render(view)
    renderer.close()

    whole = analytic(view, lambda points: np.abs(points[:, :2]).max(axis=1) <= SIDE / 2)
    round_leaf = analytic(view, lambda points: np.linalg.norm(points[:, :2], axis=1) < RADIUS)
    truth = round_leaf if cut_out else whole
    mask = frame.instance_ids == 1
    assert truth.sum() > 400
    assert np.sum(mask & truth) / np.sum(mask | truth) >= 0.995
    hole = whole & ~round_leaf & ~mask
    assert hole.any() == cut_out
    assert np.isfinite(frame.depth[hole]).all()  # the floor is seen through it
    (shown,) = annotate(scene, view, frame, meshes, SilhouetteCaster()).objects
    # amodal masks are those of the mesh, which knows no alpha
    assert shown.amodal_pixels == pytest.approx(whole.sum(), rel=0.01)
    assert shown.visible_fraction == pytest.approx(truth.sum() / whole.sum(), abs=0.01)
