"""Solids that are put together from parts, each a closed mesh that knows its convex pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..mesh import TriangleMesh
from ..transforms import Array
from .declaration import Shape, ShapeParameter
from .lathe import SEGMENTS, lathe
from .pieces import Pieces, moved, revolved_pieces


@dataclass(frozen=True, eq=False)
class Solid:
    """A mesh of one or more closed shells and the convex pieces that stand for it.

    Attributes:
        mesh: with uvs.
        pieces: points (N, 3) of each piece, in the mesh's frame.
    """

    mesh: TriangleMesh
    pieces: Pieces

    def at(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
        """Return the solid moved by so many metres."""
        offset = np.array([x, y, z])
        mesh = replace(self.mesh, vertices=self.mesh.vertices + offset)
        return Solid(mesh, moved(self.pieces, offset))

    def turned(self, axis: str, degrees: float) -> Solid:
        """Return the solid turned about the axis x, y or z through its origin."""
        rotation = _rotation("xyz".index(axis), np.radians(degrees))
        mesh = replace(self.mesh, vertices=self.mesh.vertices @ rotation.T)
        return Solid(mesh, tuple(piece @ rotation.T for piece in self.pieces))


def convex(mesh: TriangleMesh) -> Solid:
    """Return the solid of a mesh that stands for itself."""
    return Solid(mesh, (mesh.vertices,))


def lathed(
    profile: Iterable[tuple[float, float]] | Array,
    *,
    closed: bool = False,
    segments: int = SEGMENTS,
) -> Solid:
    """Return a solid of revolution; see `lathe`."""
    line = np.array(list(profile), dtype=np.float64)
    mesh = lathe(line, closed=closed, segments=segments)
    return Solid(mesh, revolved_pieces(line, segments=segments))


def assembled(solids: Iterable[Solid]) -> Solid:
    """Return all solids as one; their surfaces stay separate shells.

    It is shaded smoothly, for renderers keep edges sharp that are as sharp as a box's.
    """
    parts = list(solids)
    counts = np.cumsum([0, *(len(part.mesh.vertices) for part in parts)])
    mesh = TriangleMesh(
        vertices=np.concatenate([part.mesh.vertices for part in parts]),
        triangles=np.concatenate(
            [part.mesh.triangles + np.int32(n) for part, n in zip(parts, counts, strict=False)]
        ),
        uvs=np.concatenate([_uvs(part.mesh) for part in parts]),
        smooth=True,
    )
    return Solid(mesh, tuple(piece for part in parts for piece in part.pieces))


def assembled_shape(
    *,
    name: str,
    label: str,
    help: str,
    parameters: Mapping[str, ShapeParameter],
    assemble: Callable[..., Iterable[Solid]],
    check: Callable[..., None] | None = None,
) -> Shape:
    """Declare a shape that is assembled from solids and then centred on its own box.

    Args:
        assemble: takes every parameter by keyword; raises no `Fault` that `check` does not.
        check: as in `Shape`.
    """

    def build(**values: float) -> TriangleMesh:
        return whole(**values).mesh

    def convex_parts(**values: float) -> Pieces:
        return whole(**values).pieces

    def whole(**values: float) -> Solid:
        if check is not None:
            check(**values)
        solid = assembled(assemble(**values))
        low, high = solid.mesh.bounds
        return solid.at(*(-(low + high) / 2))

    return Shape(name, label, help, parameters, build, check, convex_parts)


def _uvs(mesh: TriangleMesh) -> Array:
    if mesh.uvs is None:
        raise ValueError("all meshes need uvs")
    return mesh.uvs


def _rotation(axis: int, angle: float) -> Array:
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix
