"""The scene of the open file as a user's script has made it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from ..core.camera import project_clip
from ..core.devices import Device
from ..core.errors import RenderError
from .devices import use_device
from .open_file import open_blend
from .passes import read_display
from .scratch import ScratchFolder


def open_for_script(file: str | None) -> None:
    """Open a .blend file; None for the open one, or else a cube, a camera and a lamp.

    Raises:
        UsageError: it cannot be opened.
    """
    if file is not None:
        open_blend(Path(file))
    elif not bpy.data.filepath:
        bpy.ops.wm.read_homefile(use_factory_startup=True)


class ScriptedScene:
    """Renders the active scene with its own camera, engine and settings.

    Args:
        threads: render threads; 0 uses all cores.
        device: what Cycles renders on; the scene's own setting if it is the CPU.
        size: of pictures, in place of the scene's own; None for that.
    """

    def __init__(self, threads: int, device: Device, size: tuple[int, int] | None) -> None:
        use_device(device)
        self._scratch = ScratchFolder()
        self._threads, self._device, self._size = threads, device, size

    def close(self) -> None:
        """Remove what lies on disk."""
        self._scratch.close()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of pictures."""
        render = bpy.context.scene.render
        if self._size is not None:
            return self._size
        percentage = render.resolution_percentage
        return render.resolution_x * percentage // 100, render.resolution_y * percentage // 100

    def render(self) -> NDArray[np.uint8]:
        """Return the picture (height, width, 3) of the scene as it is now.

        Raises:
            RenderError: it has no camera, or Blender cannot render it.
        """
        scene = bpy.context.scene
        self._prepare(scene)
        _camera_of(scene)
        try:
            bpy.ops.render.render(scene=scene.name)
        except RuntimeError as error:
            reason = str(error).strip().removeprefix("Error: ")
            raise RenderError(
                f"scene {scene.name!r}: Blender could not render: {reason}"
            ) from error
        return read_display(scene, self._scratch.path)

    def pixels_of(self, thing: bpy.types.Object | Sequence[Sequence[float]]) -> NDArray[np.float64]:
        """Return where the camera sees an object's corners, or points of the world, (N, 2).

        Raises:
            RenderError: there is no camera, or one that bends straight lines.
        """
        scene = bpy.context.scene
        bpy.context.view_layer.update()
        graph = bpy.context.evaluated_depsgraph_get()
        camera = _camera_of(scene).evaluated_get(graph)
        if camera.data.type == "PANO":
            raise RenderError(f"camera {camera.name!r}: panoramas have no corners to project")
        width, height = self.size
        lens = camera.calc_matrix_camera(
            graph,
            x=width,
            y=height,
            scale_x=scene.render.pixel_aspect_x,
            scale_y=scene.render.pixel_aspect_y,
        )
        clip_from_world = lens @ camera.matrix_world.normalized().inverted()
        return project_clip(_array(clip_from_world), _points(thing, graph), width, height)

    def _prepare(self, scene: bpy.types.Scene) -> None:
        render = scene.render
        render.threads_mode = "FIXED" if self._threads else "AUTO"
        if self._threads:
            render.threads = self._threads
        if self._size is not None:
            render.resolution_x, render.resolution_y = self._size
            render.resolution_percentage = 100
        if self._device != "CPU":
            scene.cycles.device = "GPU"


def _camera_of(scene: bpy.types.Scene) -> bpy.types.Object:
    if scene.camera is None:
        raise RenderError(
            f"scene {scene.name!r} has no camera. Add one, and make it bpy.context.scene.camera"
        )
    return scene.camera


def _points(
    thing: bpy.types.Object | Sequence[Sequence[float]], graph: bpy.types.Depsgraph
) -> NDArray[np.float64]:
    if not isinstance(thing, bpy.types.Object):
        return np.asarray([tuple(point) for point in thing], float)
    item = thing.evaluated_get(graph)
    corners = np.array([tuple(corner) for corner in item.bound_box])
    return np.column_stack([corners, np.ones(len(corners))]) @ _array(item.matrix_world).T[:, :3]


def _array(matrix: Matrix) -> NDArray[np.float64]:
    return np.array([tuple(row) for row in matrix])
