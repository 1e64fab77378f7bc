"""What a mesh is, as plain values: a procedural shape, a file, or something in one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .spec import Spec, Vector

UpAxis = Literal["Y", "Z"]


class ShapeAsset(Spec):
    """A procedural mesh from `core.shapes`, with all its proportions decided."""

    kind: Literal["shape"] = "shape"
    shape: str
    parameters: dict[str, float] = {}


class FileAsset(Spec):
    """A mesh from a file.

    Attributes:
        file: path as the recipe names it, with forward slashes; the job resolves it.
        object: name of one object in the file; None takes all meshes as one.
        unit_m: length of one file unit in metres; a factor where the format states its unit.
        up_axis: axis of the file that points up; None trusts the format.
    """

    kind: Literal["file"] = "file"
    file: str
    object: str | None = None
    unit_m: float = 1.0
    up_axis: UpAxis | None = None


class OpenAsset(Spec):
    """A mesh object of the .blend file that is open, with its modifiers applied.

    Its frame is the object's own origin with the world's axes, in metres.

    Attributes:
        is_collection: whether the name is that of a collection, all of whose meshes are one; its
            frame is the point by which instances of the collection hang.
    """

    kind: Literal["open"] = "open"
    object: str
    is_collection: bool = False


class Front3dMeshAsset(Spec):
    """A part of the building that a 3D-FRONT house holds itself, in the house's frame, z up.

    Attributes:
        file: the house, as the recipe names it.
        uid: the part's id in the file.
    """

    kind: Literal["front3d_mesh"] = "front3d_mesh"
    file: str
    uid: str


class Front3dModelAsset(Spec):
    """A furniture model of 3D-FRONT, turned from y up to z up.

    Attributes:
        stretch: factors along the axes of the file, whose second points up.
    """

    kind: Literal["front3d_model"] = "front3d_model"
    file: str
    stretch: Vector = (1.0, 1.0, 1.0)


class RoomAsset(Spec):
    """A mesh object of a room's file, in its own frame, with its scale and modifiers applied."""

    kind: Literal["room"] = "room"
    file: str
    object: str


StoredAsset = FileAsset | OpenAsset | Front3dMeshAsset | Front3dModelAsset | RoomAsset
Asset = Annotated[ShapeAsset | StoredAsset, Field(discriminator="kind")]


def texture_projection(asset: Asset) -> Literal["uv", "box"]:
    """Return how textures are laid on an asset: by its coordinates only where those are metres."""
    return "uv" if isinstance(asset, ShapeAsset) else "box"
