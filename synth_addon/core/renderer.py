"""The interface that the job asks of anything that renders: Blender or the reference renderer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from .mesh import TriangleMesh
from .rendered_frame import RenderedFrame
from .room_content import RoomContent
from .scene_spec import Pose, SceneSpec, SettledScene, SettledView, StoredAsset


class Renderer(Protocol):
    """Loads assets, settles objects and renders views. Decides nothing.

    All methods are for one thread, but for those that say otherwise.
    """

    @property
    def version(self) -> str:
        """Name and version, as recorded in the dataset; other versions may give other pixels."""

    def preload(
        self, meshes: Iterable[StoredAsset], images: Iterable[str]
    ) -> Mapping[str, TriangleMesh]:
        """Read every file that scenes may use, so that a bad one is found before any work is done.

        Args:
            images: texture and environment files, as specs name them.

        Returns:
            the meshes by the canonical JSON of their asset, as `load` returns them.

        Raises:
            AssetError: a file is missing, unreadable or holds nothing usable.
        """

    def read_room(self, file: str) -> RoomContent:
        """Read a user's own file that is the room; its meshes are then loaded.

        Args:
            file: as the recipe names it.

        Raises:
            AssetError: the file cannot be read or holds no usable mesh.
        """

    def load(self, spec: SceneSpec) -> Mapping[str, TriangleMesh]:
        """Return the mesh of every asset in `spec`, as `SceneSpec.assets` names them.

        Meshes are in the object's own frame and in metres, before `ObjectSpec.scale`. What is read
        from a file is kept; a shape is the same object as long as anyone holds it.

        Another thread may call this, beside everything else, once `has_read` is true.

        Raises:
            AssetError: a file is missing, unreadable or holds no usable mesh.
        """

    def has_read(self, spec: SceneSpec) -> bool:
        """Return whether all files that `spec` names have been read; any thread may ask."""

    def get_ready_to_settle(self, spec: SceneSpec) -> None:
        """Compute what `settle` needs of loaded meshes; any thread may call this.

        Raises:
            AssetError: a mesh has no collision body.
        """

    def settle(self, spec: SceneSpec) -> tuple[Pose, ...]:
        """Drop the objects of `spec` and return their poses at rest, in the spec's order."""

    def get_ready_to_build(self, spec: SceneSpec) -> None:
        """Compute what `build` will need of `spec`; any thread may call this, or no one."""

    def build(self, scene: SettledScene) -> None:
        """Make `scene` the one that `render` shows, replacing the one before."""

    def render(self, view: SettledView) -> RenderedFrame:
        """Render one view of the scene built last.

        Raises:
            RenderError: the renderer failed or lacks what the spec asks for.
        """

    def expose(self, view: SettledView) -> Callable[[], RenderedFrame]:
        """Render one view as `render` does, but return what makes the frame of it.

        Another thread may call that, once, while the renderer goes on.

        Raises:
            RenderError: as for `render`.
        """

    def close(self) -> None:
        """Release files and memory."""
