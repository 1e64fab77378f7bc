"""Which files a recipe's asset names stand for: patterns listed, names resolved, all checked.

Files keep the name that the recipe's pattern gives them, with forward slashes, so that scene specs
and datasets are the same wherever the assets lie.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .asset_files import matching_files, root_folder
from .asset_roots import EVERYTHING, Fence
from .environment_catalog import catalog_hdris, catalog_photos
from .errors import AssetError
from .front3d.catalog import HOUSE_SUFFIX, HouseCatalog, catalog_front3d
from .furnished_room import FurnishedRoom
from .material_catalog import catalog_materials
from .mesh_catalog import MESH_SUFFIXES, catalog_meshes, catalog_side_files
from .notices import Notice
from .open_file import OpenFile
from .open_room import open_room
from .recipe.loading import LoadedRecipe
from .scene_spec import ShapeAsset, StoredAsset, TextureSpec

ROOM_SUFFIXES = (".blend", ".glb", ".gltf", ".usd", ".usda", ".usdc", ".usdz")


@dataclass(frozen=True)
class AssetCatalog:
    """Every file that the scenes of a recipe may use.

    Attributes:
        meshes: what each object group chooses from that is not drawn as a shape.
        textures: texture sets by the pattern that names them; sizes are the spec's default.
        hdris: environment images; none where recipes may do without.
        paths: where each named file lies.
        side_files: where the files lie that mesh files draw on.
        open_objects: digests of the objects of the open file that scenes may use, by name.
        photos: backdrops; none where recipes may do without.
        material_photos: images for materials by the pattern that names them.
        folders: names of the asset folders that the recipe sets.
        houses: rooms of the 3D-FRONT data set.
        room_file: the user's own file that is the room.
        fence: what the files may reach.
        room: what that file holds, once a renderer has read it, or a collection of the open file.
    """

    meshes: Mapping[str, tuple[StoredAsset, ...]]
    textures: Mapping[str, tuple[TextureSpec, ...]]
    hdris: tuple[str, ...]
    paths: Mapping[str, Path]
    side_files: Mapping[str, Path] = field(default_factory=dict)
    open_objects: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[str, ...] = ()
    material_photos: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    houses: HouseCatalog | None = None
    room_file: str | None = None
    fence: Fence = EVERYTHING
    room: FurnishedRoom | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the user should know about the files."""
        return self.houses.notices if self.houses else ()

    @property
    def images(self) -> tuple[str, ...]:
        """The names of all texture and environment files."""
        others = (*MESH_SUFFIXES, HOUSE_SUFFIX)
        return tuple(name for name in self.paths if not name.lower().endswith(others))

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of all content that frames depend on, by the name of its source."""
        files = {**self.side_files, **self.paths}
        digests = {
            name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()
        }
        opened = {f"open object {name}": digest for name, digest in self.open_objects.items()}
        return dict(sorted({**digests, **opened}.items()))


def catalog_assets(loaded: LoadedRecipe, open_file: OpenFile | None = None) -> AssetCatalog:
    """List the files and open objects that a recipe names.

    Args:
        open_file: what the .blend file offers that is open; None outside of Blender.

    Raises:
        AssetError: a folder or file is missing, a pattern matches nothing, a file's type is not
            supported, or the open file lacks something.
    """
    paths: dict[str, Path] = {}
    meshes = catalog_meshes(loaded, open_file, paths)
    sides = catalog_side_files(loaded.recipe, meshes, paths)
    materials = catalog_materials(loaded, paths)
    hdris, photos = catalog_hdris(loaded, paths), catalog_photos(loaded, paths)
    opened = open_file.digests if open_file is not None else {}
    return AssetCatalog(
        meshes=meshes,
        textures=materials.textures,
        hdris=hdris,
        paths=paths,
        side_files=sides,
        open_objects=opened,
        photos=photos,
        material_photos=materials.photos,
        folders=materials.folders,
        houses=catalog_front3d(loaded, paths),
        room_file=_room_file(loaded, paths),
        fence=loaded.fence,
        room=open_room(loaded.recipe, open_file),
    )


def _room_file(loaded: LoadedRecipe, paths: dict[str, Path]) -> str | None:
    room = loaded.recipe.room
    if not room.enabled or room.file is None:
        return None
    root = root_folder(loaded, "models")
    files = matching_files("room.file", room.file, root, ROOM_SUFFIXES, paths)
    if len(files) > 1:
        raise AssetError(f"room.file: {room.file!r} matches {len(files)} files. Name one")
    return files[0]


def mesh_assets(catalog: AssetCatalog) -> list[StoredAsset]:
    """Return every mesh that scenes may draw, each once."""
    drawn = [asset for choices in catalog.meshes.values() for asset in choices]
    houses = catalog.houses.rooms.values() if catalog.houses else ()
    rooms = [room for offered in houses for room in offered]
    placed = [
        fixture.asset
        for room in [*rooms, *([catalog.room] if catalog.room else [])]
        for fixture in room.fixtures
        if not isinstance(fixture.asset, ShapeAsset)
    ]
    return list(dict.fromkeys([*drawn, *placed]))
