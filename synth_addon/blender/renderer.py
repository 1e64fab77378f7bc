"""Blender as the job's renderer."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import bpy

from ..core.errors import RenderError
from ..core.mesh import TriangleMesh
from ..core.rendered_frame import RenderedFrame
from ..core.scene_spec import (
    FileAsset,
    Pose,
    SceneSpec,
    SettledScene,
    SettledView,
    canonical_json,
)
from .assets import AssetLibrary, LoadedAsset
from .materials import check_image
from .passes import read_frame
from .physics import settle
from .render_settings import apply_settings
from .scene_builder import SceneBuilder
from .surroundings import place_camera
from .versions import blender_version

_RAM_DISK = Path("/dev/shm")


class BlenderRenderer:
    """Implements `core.renderer.Renderer` in the running Blender.

    Works in scenes of its own; the file that is open stays as it is.

    Args:
        paths: where each file that a spec names lies.
        threads: render threads; 0 uses all cores.
    """

    def __init__(self, paths: Mapping[str, Path], threads: int = 0) -> None:
        self._paths = paths
        self._threads = threads
        self._library = AssetLibrary(paths)
        self._builder = SceneBuilder(paths)
        parent = _RAM_DISK if _RAM_DISK.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="synth-", dir=parent))

    @property
    def scene(self) -> bpy.types.Scene:
        """The Blender scene that is rendered."""
        return self._builder.scene

    @property
    def version(self) -> str:
        """Blender's name and version."""
        return blender_version()

    def preload(self, meshes: Iterable[FileAsset], images: Iterable[str]) -> None:
        """Read every file that scenes may use; see `Renderer.preload`."""
        for asset in meshes:
            self._library.load(canonical_json(asset), asset)
        for name in images:
            check_image(name, self._paths[name])

    def load(self, spec: SceneSpec) -> Mapping[str, TriangleMesh]:
        """Return the triangles of every asset in `spec`; see `Renderer.load`."""
        assets = self._assets(spec)
        self._builder.clear()  # its objects show the shapes that are about to go
        self._library.keep_shapes(set(assets))
        return {key: asset.triangles for key, asset in assets.items()}

    def settle(self, spec: SceneSpec) -> tuple[Pose, ...]:
        """Drop the objects with rigid bodies; see `Renderer.settle`."""
        return settle(spec, self._assets(spec))

    def build(self, scene: SettledScene) -> None:
        """Replace the scene that is rendered; see `Renderer.build`."""
        self._builder.build(scene, self._assets(scene.spec))
        apply_settings(self._builder.scene, scene.spec.render, self._threads)
        self._builder.scene.render.use_persistent_data = True

    def render(self, view: SettledView) -> RenderedFrame:
        """Render one view; see `Renderer.render`."""
        scene = self._builder.scene
        place_camera(scene, self._builder.camera, self._builder.lens, view)
        scene.cycles.seed = view.render_seed
        try:
            bpy.ops.render.render(scene=scene.name)
        except RuntimeError as error:
            reason = str(error).strip()
            raise RenderError(f"frame {view.frame}: Blender could not render: {reason}") from error
        return read_frame(scene, view, self.folder)

    def close(self) -> None:
        """Remove the renderer's scene and files."""
        self._builder.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _assets(self, spec: SceneSpec) -> dict[str, LoadedAsset]:
        return {
            item.asset_key: self._library.load(item.asset_key, item.asset) for item in spec.objects
        }
