"""Blender as the job's renderer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import bpy

from ..core.asset_roots import EVERYTHING, Fence
from ..core.collision.bodies import BodyLibrary, CollisionBody
from ..core.collision.cache import cache_folder
from ..core.collision.decomposition import Decomposer
from ..core.devices import Device, recorded_version
from ..core.errors import RenderError
from ..core.geometry_buffer import GeometryBuffer, GeometryTracer
from ..core.mesh import TriangleMesh
from ..core.rendered_frame import RenderedFrame
from ..core.room_content import RoomContent
from ..core.scene_spec import (
    MotionSpec,
    Pose,
    RenderSpec,
    SceneSpec,
    SettledScene,
    SettledView,
    StoredAsset,
    Vector,
    canonical_json,
)
from ..core.timing import PartTimes
from .allocator import map_large_blocks, return_free_memory
from .assets import AssetLibrary, LoadedAsset
from .camera import place_camera
from .devices import use_device
from .motion import moving, steps_of
from .passes import RawRender, cycles_frame, read_raw, traced_frame
from .physics import DropStage, Standing
from .render_settings import apply_settings
from .scene_builder import SceneBuilder
from .scratch import ScratchFolder
from .versions import blender_version


class BlenderRenderer:
    """Implements `core.renderer.Renderer` in the running Blender.

    Works in scenes of its own; the file that is open stays as it is.

    Attributes:
        builder: holds the Blender scene that is rendered.
        scratch: where passes are read back through.
        times: what setting up and reading back frames costs.

    Args:
        paths: where each file that a spec names lies.
        threads: render threads; 0 uses all cores.
        device: what Cycles renders on.
        fence: what the files may reach.

    Raises:
        UsageError: there is no such device.
    """

    def __init__(
        self,
        paths: Mapping[str, Path],
        threads: int = 0,
        device: Device = "CPU",
        fence: Fence = EVERYTHING,
    ) -> None:
        use_device(device)
        map_large_blocks()
        self.times = PartTimes()
        self._applied: RenderSpec | None = None
        self._built: SettledScene | None = None
        self._tracer: GeometryTracer | None = None
        self._beside = ThreadPoolExecutor(1, "tracing")
        self._threads = threads
        self._device = device
        self._library = AssetLibrary(paths, fence)
        self.builder = SceneBuilder(paths)
        self._stage = DropStage()
        self._bodies = BodyLibrary(Decomposer(cache_folder()))
        self.scratch = ScratchFolder()

    @property
    def version(self) -> str:
        """Blender's name and version, and the device if it is not the CPU."""
        return recorded_version(blender_version(), self._device)

    def preload(
        self, meshes: Iterable[StoredAsset], images: Iterable[str]
    ) -> Mapping[str, TriangleMesh]:
        """Read every file that scenes may use; see `Renderer.preload`."""
        assets = {canonical_json(asset): asset for asset in meshes}
        loaded = {key: self._library.load(key, asset) for key, asset in assets.items()}
        for name in images:
            self.builder.check_image(name)
        return {key: asset.triangles for key, asset in loaded.items()}

    def read_room(self, file: str) -> RoomContent:
        """Read a user's own file that is the room; see `Renderer.read_room`."""
        return self._library.read_room(file)

    def load(self, spec: SceneSpec) -> Mapping[str, TriangleMesh]:
        """Return the triangles of every asset in `spec`; see `Renderer.load`."""
        return_free_memory()
        return {key: asset.triangles for key, asset in self._assets(spec).items()}

    def has_read(self, spec: SceneSpec) -> bool:
        """Return whether all files of `spec` have been read; see `Renderer.has_read`."""
        return self._library.has_read(spec.assets)

    def get_ready_to_settle(self, spec: SceneSpec) -> None:
        """Make the collision bodies; see `Renderer.get_ready_to_settle`."""
        if spec.physics.enabled:
            self._colliding(spec, self._assets(spec))

    def settle(self, spec: SceneSpec) -> tuple[Pose, ...]:
        """Drop the objects with rigid bodies; see `Renderer.settle`."""
        if not spec.physics.enabled or not spec.objects:
            return tuple(item.pose for item in spec.objects)
        assets = self._assets(spec)
        bodies, standing = self._colliding(spec, assets)
        return self._stage.settle(spec, assets, bodies, standing)

    def get_ready_to_build(self, spec: SceneSpec) -> None:
        """Plan the materials; see `Renderer.get_ready_to_build`."""
        self.builder.plan(spec)

    def build(self, scene: SettledScene) -> None:
        """Replace the scene that is rendered; see `Renderer.build`."""
        things = scene.spec.things
        assets = [self._library.load(item.asset_key, item.asset) for item in things]
        self.builder.build(scene, assets)
        if scene.spec.render != self._applied:
            self._applied = None
            apply_settings(self.builder.scene, scene.spec.render, self._threads, self._device)
            self._applied = scene.spec.render
        self.builder.scene.render.use_persistent_data = True
        self._built, self._tracer = scene, None

    def render(self, view: SettledView) -> RenderedFrame:
        """Render one view; see `Renderer.render`."""
        return self.expose(view)()

    def expose(self, view: SettledView) -> Callable[[], RenderedFrame]:
        """Render one view; see `Renderer.expose`."""
        scene, motion = self.builder.scene, view.motion
        with self.times.part("sync"):
            place_camera(scene, self.builder.camera, self.builder.lens, view)
            scene.cycles.seed = view.render_seed
        traced = self._tracing(view)
        try:
            with moving(scene, self._steps(motion)) if motion else nullcontext():
                bpy.ops.render.render(scene=scene.name)
        except RuntimeError as error:
            reason = str(error).strip()
            raise RenderError(f"frame {view.frame}: Blender could not render: {reason}") from error
        with self.times.part("read"):
            layer = scene.view_layers[0]
            asked = layer.use_pass_cryptomatte_object or layer.use_pass_diffuse_color
            raw = read_raw(scene, self.scratch.path, with_passes=traced is None or asked)
        return partial(self._developed, raw, view, self.builder.names, traced)

    def clear(self) -> None:
        """Remove the scene built last; files stay loaded."""
        self.builder.clear()

    def close(self) -> None:
        """Remove the renderer's scenes, assets and files."""
        self._beside.shutdown()
        self.builder.close()
        self._stage.close()
        self._library.close()
        self.scratch.close()

    def _assets(self, spec: SceneSpec) -> dict[str, LoadedAsset]:
        return {key: self._library.load(key, asset) for key, asset in spec.assets.items()}

    def _colliding(
        self, spec: SceneSpec, assets: Mapping[str, LoadedAsset]
    ) -> tuple[list[CollisionBody], list[Standing]]:
        """Return what the objects of a spec collide with, and what its fixtures are to them."""
        meshes = {key: asset.triangles for key, asset in assets.items()}
        return (
            [self._bodies.body(item, meshes[item.asset_key]) for item in spec.objects],
            [self._bodies.standing(item, meshes[item.asset_key]) for item in spec.fixtures],
        )

    def _tracing(self, view: SettledView) -> Future[GeometryBuffer] | None:
        """Begin to trace what Blender's passes do not give, beside the render.

        Cycles' passes are those of pixels' centres only where nothing blurs the picture.
        """
        if self._built.spec.render.engine == "CYCLES" and not view.is_blurred:
            return None
        if self._tracer is None:
            assets = self._assets(self._built.spec)
            meshes = {key: asset.triangles for key, asset in assets.items()}
            self._tracer = GeometryTracer(self._built, meshes)
        return self._beside.submit(self._tracer.trace, view)

    def _developed(
        self,
        raw: RawRender,
        view: SettledView,
        names: Mapping[int, str],
        traced: Future[GeometryBuffer] | None,
    ) -> RenderedFrame:
        """Return the arrays of a render."""
        with self.times.part("decode"):
            if traced is None:
                return cycles_frame(raw, view, names)
            return traced_frame(raw, names, traced.result())

    def _steps(self, motion: MotionSpec) -> dict[bpy.types.Object, Vector]:
        objects = tuple(self.builder.scene.objects[name] for name in self.builder.names.values())
        return steps_of(motion, self.builder.camera, objects)
