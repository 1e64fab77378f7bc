"""Loads each asset once: its render mesh, its triangles for annotation and the drop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

import bpy
import numpy as np

from ..core.asset_roots import EVERYTHING, Fence
from ..core.errors import AssetError
from ..core.mesh import TriangleMesh
from ..core.room_content import RoomContent
from ..core.scene_spec import (
    Asset,
    FileAsset,
    Front3dMeshAsset,
    Front3dModelAsset,
    OpenAsset,
    RoomAsset,
    ShapeAsset,
    StoredAsset,
    canonical_json,
)
from ..core.shapes.catalog import mesh_of
from .datablocks import Datablocks
from .front3d import HouseReader, upright_model
from .mesh_reading import mesh_from_file
from .meshes import blender_mesh, triangle_mesh
from .open_file import mesh_from_open_collection, mesh_from_open_object
from .room_file import read_room_file


@dataclass(frozen=True, eq=False)
class LoadedAsset:
    """One asset in Blender.

    Attributes:
        triangles: what annotations are computed from.
        mesh: shared by all objects that show it; None for procedural shapes, whose meshes are made
            where they are shown: each scene brings others.
    """

    triangles: TriangleMesh
    mesh: bpy.types.Mesh | None = None

    def new_mesh(self) -> bpy.types.Mesh:
        """Return a mesh of the caller's own."""
        if self.mesh is None:
            return blender_mesh("synth shape", self.triangles)
        return self.mesh.copy()


class AssetLibrary:
    """The assets of a job.

    Args:
        paths: where each file that a spec names lies.
        fence: what the files may reach.
    """

    def __init__(self, paths: Mapping[str, Path], fence: Fence = EVERYTHING) -> None:
        self._paths = paths
        self._fence = fence
        self._stored: dict[str, LoadedAsset] = {}
        self._shapes: WeakValueDictionary[str, TriangleMesh] = WeakValueDictionary()
        self._brought = Datablocks()
        self._houses = HouseReader(paths)

    def load(self, key: str, asset: Asset) -> LoadedAsset:
        """Return an asset, reading its file at first use.

        Any thread may ask for procedural shapes and for what has been read.

        Raises:
            AssetError: the file cannot be read or holds no usable mesh.
        """
        if isinstance(asset, ShapeAsset):
            shape = self._shapes.get(key)
            if shape is None:
                shape = self._shapes.setdefault(key, mesh_of(asset).in_single_precision)
            return LoadedAsset(shape)
        if key not in self._stored:
            self._stored[key] = self._read(asset)
        return self._stored[key]

    def has_read(self, assets: Mapping[str, Asset]) -> bool:
        """Return whether the files of all assets have been read; any thread may ask."""
        return all(
            key in self._stored or isinstance(asset, ShapeAsset) for key, asset in assets.items()
        )

    def close(self) -> None:
        """Remove all meshes, and the materials and images that came with them."""
        self._stored.clear()
        self._brought.remove_all()

    def read_room(self, file: str) -> RoomContent:
        """Load every mesh of a room's file, and return what it holds.

        Raises:
            AssetError: the file cannot be read or holds no usable mesh.
        """
        with _owning_what_comes(self._brought):
            room = read_room_file(file, self._paths[file], self._fence)
            for name, mesh in room.meshes.items():
                loaded = _loaded(mesh)
                _check_usable(loaded.triangles, f"{file} {name}")
                self._stored[canonical_json(RoomAsset(file=file, object=name))] = loaded
        return room.content

    def _read(self, asset: StoredAsset) -> LoadedAsset:
        model = None
        if isinstance(asset, Front3dModelAsset):  # one reading for all that stretch it
            file = FileAsset(file=asset.file)
            model = self.load(canonical_json(file), file).mesh
        if isinstance(asset, RoomAsset):  # the file brings all of its meshes at once
            self.read_room(asset.file)
            return self._stored[canonical_json(asset)]
        with _owning_what_comes(self._brought):
            source, data = self._mesh_of(asset, model)
            loaded = _loaded(data)
            _check_usable(loaded.triangles, source)
            return loaded

    def _mesh_of(
        self, asset: StoredAsset, model: bpy.types.Mesh | None
    ) -> tuple[str, bpy.types.Mesh]:
        """Return the name of what holds an asset, and a new mesh."""
        if isinstance(asset, OpenAsset):
            read = mesh_from_open_collection if asset.is_collection else mesh_from_open_object
            return asset.object, read(asset.object)
        if isinstance(asset, Front3dMeshAsset):
            return asset.file, blender_mesh(f"synth {asset.uid}", self._houses.part(asset))
        if isinstance(asset, Front3dModelAsset):
            assert model is not None
            return asset.file, upright_model(model, asset)
        return asset.file, mesh_from_file(self._paths[asset.file], asset, self._fence)


def _loaded(data: bpy.types.Mesh) -> LoadedAsset:
    return LoadedAsset(triangle_mesh(data), data)


@contextmanager
def _owning_what_comes(blocks: Datablocks) -> Iterator[None]:
    """Give `blocks` charge of all that appears in Blender: a file may bring anything."""
    before = set(bpy.data.user_map())
    try:
        yield
    finally:
        for block in set(bpy.data.user_map()) - before:
            blocks.own(block)


def _check_usable(mesh: TriangleMesh, source: str) -> None:
    if not len(mesh.triangles):
        raise AssetError(f"{source!r} has no faces. Give it faces, or choose another")
    if not np.isfinite(mesh.vertices).all():
        raise AssetError(f"{source!r} has vertices that are not finite. Repair the mesh")
    low, high = mesh.bounds
    if not np.any(high > low):
        raise AssetError(f"{source!r} has no size. Repair the mesh")
