"""Which convex parts stand for an object in the drop."""

from __future__ import annotations

import numpy as np

from ..convex_hull import convex_hull
from ..mesh import TriangleMesh
from ..scene_spec import Asset, CollisionShape, OpenAsset, ShapeAsset, StoredAsset
from ..shapes.catalog import parts_of
from ..support import support_vertices
from ..transforms import Array
from .decomposition import Decomposer

HOLLOW_M = 0.01
"""A mesh with vertices deeper below its hull is hollow: things would hover over what it lacks."""
_MOST_POINTS = 400
_PART_DIRECTIONS = 600


def collision_parts(
    asset: Asset, mesh: TriangleMesh, scale: float, shape: CollisionShape, decomposer: Decomposer
) -> tuple[Array, ...]:
    """Return the convex parts of an object, each as points (N, 3) in its mesh's frame, metres.

    One part is the object's hull. Procedural shapes know their parts; of other meshes, hollow ones
    are decomposed. Box and sphere are laid around the hull by the physics engine.

    Args:
        scale: factor on the mesh; what is hollow hangs on the object's true size.

    Raises:
        AssetError: the mesh must be decomposed and cannot be.
    """
    if isinstance(asset, ShapeAsset):
        parts = parts_of(asset) if shape in ("auto", "convex_parts") else None
    elif needs_decomposition(mesh, scale, shape):
        parts = decomposer.parts(mesh, asset_name(asset))
    else:
        parts = None
    if parts is None:
        return (support_vertices(mesh.vertices),)
    return tuple(_thinned(part) for part in parts)


def needs_decomposition(mesh: TriangleMesh, scale: float, shape: CollisionShape) -> bool:
    """Return whether a mesh that is not procedural falls as the parts of its decomposition."""
    return shape == "convex_parts" or (shape == "auto" and scale * hollow_depth(mesh) > HOLLOW_M)


def asset_name(asset: StoredAsset) -> str:
    """Return what messages call a mesh from a file or from the open .blend."""
    return asset.object if isinstance(asset, OpenAsset) else asset.file


def hollow_depth(mesh: TriangleMesh) -> float:
    """Return how deep the deepest vertex lies below the hull, metres."""
    hull = convex_hull(support_vertices(mesh.vertices))
    if hull is None:
        return 0.0
    a, b, c = hull.vertices[hull.triangles].transpose(1, 0, 2)
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    below = np.einsum("ij,ij->i", normals, a) - mesh.vertices @ normals.T
    return float(below.min(axis=1).max())


def _thinned(part: Array) -> Array:
    """Return few enough points of a part for the solver to be fast."""
    return support_vertices(part, _PART_DIRECTIONS) if len(part) > _MOST_POINTS else part
