"""What .blend files of strangers bring: nothing runs, and nothing outside the fence is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import bpy
import pytest

from synth_addon.blender.fencing import check_open_blend
from synth_addon.blender.open_file import open_blend
from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.blender.versions import use_nodes
from synth_addon.core.asset_roots import Fence
from synth_addon.core.errors import AssetError
from synth_addon.core.scene_spec import FileAsset

from .blocks import only_block, write_blend, write_glb


class Stranger:
    """Loads files of a folder that they must not leave."""

    def __init__(self, folder: Path) -> None:
        self.inside, self.outside = folder / "inside", folder / "outside"
        self.inside.mkdir()
        self.outside.mkdir()
        self.file = self.inside / "block.blend"

    def save(self, change: Callable[[bpy.types.Object], None]) -> None:
        """Save a block that was changed."""
        with only_block() as item:
            change(item)
            bpy.data.libraries.write(str(self.file), {item}, path_remap="ABSOLUTE")

    def load(self, name: str = "block.blend", *, fence: Fence | None = None) -> None:
        paths = {name: self.inside / name}
        renderer = BlenderRenderer(paths, fence=fence or Fence.around(self.inside))
        try:
            renderer.preload([FileAsset(file=name)], [])
        finally:
            renderer.close()

    def refusal(self) -> str:
        """Return why the file is refused that is used where its author is trusted."""
        self.load(fence=Fence())
        blocks = set(bpy.data.objects)
        with pytest.raises(AssetError) as caught:
            self.load()
        assert set(bpy.data.objects) == blocks
        return str(caught.value)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    bpy.data.batch_remove(ids=list(bpy.data.libraries))  # which other tests left behind
    yield Stranger(tmp_path)
    bpy.data.batch_remove(ids=list(bpy.data.libraries))


@pytest.fixture
def scripts_allowed() -> Iterator[None]:
    """Let Blender run what files bring, as a user may have set it."""
    files = bpy.context.preferences.filepaths
    files.use_scripts_auto_execute = True
    yield
    files.use_scripts_auto_execute = False


def painted(item: bpy.types.Object, image: Path) -> None:
    material = bpy.data.materials.new("painted")
    node = use_nodes(material).nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.new("painting", 4, 4)
    node.image.source, node.image.filepath = "FILE", str(image)
    item.data.materials.append(material)


@pytest.mark.usefixtures("scripts_allowed")
def test_drivers_do_not_run(stranger: Stranger) -> None:
    trace = stranger.outside / "trace"

    def drive(item: bpy.types.Object) -> None:
        driver = item.driver_add("location", 0).driver
        driver.expression = f"__import__('pathlib').Path({str(trace)!r}).touch() or 0"

    stranger.save(drive)
    stranger.load(fence=Fence())
    trace.unlink()
    stranger.load()
    assert not trace.exists()


def test_images_outside_are_refused(stranger: Stranger) -> None:
    stranger.save(lambda item: painted(item, stranger.outside / "a.png"))
    assert f"{str(stranger.outside / 'a.png')!r} lies outside {stranger.inside}" in (
        stranger.refusal()
    )


def test_caches_outside_are_refused(stranger: Stranger) -> None:
    def cached(item: bpy.types.Object) -> None:
        item.modifiers.new("cache", "MESH_CACHE").filepath = str(stranger.outside / "a.mdd")

    stranger.save(cached)
    assert "a.mdd' lies outside" in stranger.refusal()


def test_libraries_outside_are_refused(stranger: Stranger) -> None:
    library = stranger.outside / "library.blend"
    write_blend(library)

    def linked(item: bpy.types.Object) -> None:
        with bpy.data.libraries.load(str(library), link=True) as (source, target):
            target.meshes = source.meshes
        item.data = target.meshes[0]

    stranger.save(linked)
    assert "library.blend' lies outside" in stranger.refusal()


@pytest.mark.skipif(
    not hasattr(bpy.types, "GeometryNodeImportSTL"), reason="this Blender has no such nodes"
)
def test_nodes_that_read_files_are_refused(stranger: Stranger) -> None:
    def scattered(item: bpy.types.Object) -> None:
        group = bpy.data.node_groups.new("reading", "GeometryNodeTree")
        group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
        group.nodes.new("GeometryNodeImportSTL")
        item.modifiers.new("nodes", "NODES").node_group = group
        item.modifiers[0].show_render = item.modifiers[0].show_viewport = False

    stranger.save(scattered)
    assert "may read any file" in stranger.refusal()


def test_what_lies_inside_is_used(stranger: Stranger) -> None:
    stranger.save(lambda item: painted(item, stranger.inside / "a.png"))
    write_glb(stranger.inside / "block.glb")
    stranger.load()
    stranger.load("block.glb")


def test_the_open_file_is_checked_too(stranger: Stranger) -> None:
    stranger.save(lambda item: painted(item, stranger.outside / "a.png"))
    open_blend(stranger.file)
    try:
        check_open_blend(Fence())
        check_open_blend(Fence.around(stranger.inside.parent))
        with pytest.raises(AssetError, match=r"^'block\.blend': "):
            check_open_blend(Fence.around(stranger.inside))
    finally:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
