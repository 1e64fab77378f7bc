"""Materials that are used again equal new ones, node by node."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import get_args

import bpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from synth_addon.blender import material_pool
from synth_addon.blender.images import ImageLibrary
from synth_addon.blender.material_pool import MaterialPool
from synth_addon.blender.materials import ON_UVS, material_plan
from synth_addon.blender.texture_coordinates import Placement
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.material_spec import MaterialSpec, ProceduralKind, TextureSpec
from synth_addon.core.random_streams import random_stream
from synth_addon.core.recipe.materials import MaterialRecipe
from synth_addon.core.sampling.materials import sample_material

KINDS = ("plain", *get_args(ProceduralKind))
MAPS = ("color", "normal", "roughness", "packed", "displacement")
PLAIN = {"BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"}
placements = st.builds(Placement, st.sampled_from(["uv", "box"]), st.sampled_from([1.0, 0.3]))


@st.composite
def drawn(draw: st.DrawFn) -> MaterialSpec:
    kind, scene = draw(st.sampled_from(KINDS)), draw(st.integers(0, 10**6))
    recipe = MaterialRecipe.model_validate({"kinds": {kind: 1}})
    rng = random_stream(3, scene, kind)
    spec = sample_material(recipe, AssetCatalog({}, {}, (), {}), rng, large=draw(st.booleans()))
    return spec.model_copy(update={"emission_strength": draw(st.sampled_from([0.0, 2.0]))})


@st.composite
def textured(draw: st.DrawFn) -> MaterialSpec:
    """Two sets of files, each of whose maps may be missing."""
    number = draw(st.sampled_from("ab"))
    maps = {name: f"{name} {number}.png" for name in MAPS if name == "color" or draw(st.booleans())}
    method = draw(st.sampled_from(["bump", "true"])) if "displacement" in maps else "off"
    rotation = draw(st.sampled_from([0.0, 1.0]))
    return MaterialSpec(texture=TextureSpec(**maps, displacement_method=method, rotation=rotation))


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageLibrary]:
    folder = tmp_path_factory.mktemp("maps")
    paths = {f"{name} {number}.png": Path() for name in MAPS for number in "ab"}
    for file in paths:
        Image.new("RGB", (4, 2 if "a" in file else 4)).save(folder / file)
        paths[file] = folder / file
    library = ImageLibrary(paths)
    yield library
    library.close()


def content(material: bpy.types.Material) -> object:
    """Return all that Cycles sees of a material; what a linked input would else be counts not."""
    tree = material.node_tree
    assert tree is not None
    nodes = [
        (node.bl_idname, node.name, plain_values(node), getattr(node, "image", None), inputs(node))
        for node in tree.nodes
    ]
    links = [
        (
            *(link.from_node.name, link.from_socket.identifier),
            *(link.to_node.name, link.to_socket.identifier),
        )
        for link in tree.links
    ]
    return nodes, sorted(links), tuple(material.diffuse_color), material.displacement_method


def inputs(node: bpy.types.Node) -> list[object]:
    return [
        (item.identifier, value if isinstance(value, float | int | str) else tuple(value))
        for item in node.inputs
        for value in [getattr(item, "default_value", 0)]
        if not item.is_linked
    ]


def plain_values(node: bpy.types.Node) -> list[object]:
    names = [item.identifier for item in node.bl_rna.properties if item.type in PLAIN]
    return [(name, str(getattr(node, name))) for name in names if not name.startswith("location")]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.one_of(drawn(), textured()), placements), min_size=2, max_size=6))
def test_a_used_material_becomes_as_a_new_one(
    images: ImageLibrary, wanted: list[tuple[MaterialSpec, Placement]]
) -> None:
    used, fresh = MaterialPool(images), MaterialPool(images)
    try:
        for spec, placement in wanted:
            material = used.material("same", spec, placement)
            used.release()
            assert content(material) == content(fresh.material("same", spec, placement))
    finally:
        used.close()
        fresh.close()


@pytest.mark.parametrize("kind", KINDS)
def test_materials_of_a_kind_take_turns(images: ImageLibrary, kind: str) -> None:
    pool = MaterialPool(images)
    recipe = MaterialRecipe.model_validate({"kinds": {kind: 1}})
    one, other = (
        sample_material(recipe, AssetCatalog({}, {}, (), {}), random_stream(0, scene, kind))
        for scene in (0, 1)
    )
    try:
        first = pool.material("first", one, ON_UVS)
        assert pool.material("second", other, ON_UVS) is not first
        pool.release()
        count = len(bpy.data.materials)
        assert pool.material("third", other, ON_UVS) == first
        assert len(bpy.data.materials) == count
    finally:
        pool.close()


def test_materials_are_planned_ahead(tmp_path: Path) -> None:
    """Another thread plans them, but where Blender must first be asked for an image's size."""
    Image.new("RGB", (6, 3)).save(tmp_path / "wide.png")
    images = ImageLibrary({"wide.png": tmp_path / "wide.png"})
    pool = MaterialPool(images)
    plain = MaterialSpec(roughness=0.123)
    photo = MaterialSpec(texture=TextureSpec(color="wide.png", size_m=0.123))
    wanted = [(plain, ON_UVS), (photo, ON_UVS)]
    try:
        material_plan.cache_clear()
        for planned in (1, 2):
            thread = Thread(target=pool.plan, args=(wanted,))
            thread.start()
            thread.join()
            assert material_plan.cache_info().misses == planned
            images.check("wide.png")
        pool.material("plain", plain, ON_UVS)
        pool.material("photo", photo, ON_UVS)
        assert material_plan.cache_info().misses == 2
        assert images.aspect("wide.png") == 2.0
    finally:
        pool.close()
        images.close()


def test_planning_needs_no_blender() -> None:
    code = """
import sys
sys.modules["bpy"] = None
from synth_addon.blender.materials import material_plan
from synth_addon.core.material_spec import MaterialSpec
assert material_plan(MaterialSpec()).nodes
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_few_materials_wait_and_none_stay(
    images: ImageLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material_pool, "MOST_IDLE", 3)
    before = len(bpy.data.materials)
    pool = MaterialPool(images)
    for number in range(5):
        pool.material(f"{number}", MaterialSpec(roughness=number / 10), ON_UVS)
    assert len(bpy.data.materials) == before + 5
    pool.release()
    assert len(bpy.data.materials) == before + 3
    pool.material("again", MaterialSpec(), ON_UVS)
    pool.close()
    assert len(bpy.data.materials) == before
