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

HOLLOW_M = 0.006
"""What is hollow by more than this must not fall as its hull: things would hover over it."""
_HOLLOW_SHARE = 0.1
_MOST_POINTS = 400
_PART_DIRECTIONS = 600


def collision_parts(
    asset: Asset, mesh: TriangleMesh, split: bool, decomposer: Decomposer
) -> tuple[Array, ...]:
    """Return the convex parts of an object, each as points (N, 3) in its mesh's frame, metres.

    Procedural shapes know their parts, other meshes are decomposed. Without `split`, and where a
    shape needs none, the one part is the hull.

    Raises:
        AssetError: the mesh must be decomposed and cannot be.
    """
    parts = None
    if split and isinstance(asset, ShapeAsset):
        parts = parts_of(asset)
    elif split and not isinstance(asset, ShapeAsset):
        parts = decomposer.parts(mesh, asset_name(asset))
    if parts is None:
        return (support_vertices(mesh.vertices),)
    return tuple(_thinned(part) for part in parts)


def must_split(shape: CollisionShape, depth: float) -> bool:
    """Return whether an object falls as several parts.

    Args:
        depth: `hollow_depth` of its mesh, times its scale.
    """
    return shape == "convex_parts" or (shape == "auto" and depth > HOLLOW_M)


def asset_name(asset: StoredAsset) -> str:
    """Return what messages call a mesh from a file or from the open .blend."""
    return asset.object if isinstance(asset, OpenAsset) else asset.file


def hollow_depth(mesh: TriangleMesh) -> float:
    """Return how far below the hull a tenth of the surface lies at least, metres.

    Measured from the middle of each triangle along its normal, so that a thin-walled tray is as
    deep as it is high, and dents or the rim of a can count for little.
    """
    hull = convex_hull(support_vertices(mesh.vertices))
    if hull is None:
        return 0.0
    points, directions, areas = _faces_of(mesh)
    corners, outward, _ = _faces_of(hull)
    to_plane = np.einsum("ij,ij->i", outward, corners) - points @ outward.T
    facing = directions @ outward.T
    leaving = facing > 1e-6
    depths = np.where(leaving, to_plane / np.where(leaving, facing, 1.0), np.inf).min(axis=1)
    order = np.argsort(-depths)
    covered = np.cumsum(areas[order])
    return max(0.0, float(depths[order][np.searchsorted(covered, _HOLLOW_SHARE * covered[-1])]))


def _faces_of(mesh: TriangleMesh) -> tuple[Array, Array, Array]:
    """Return middles (T, 3), unit normals (T, 3) and areas (T,) of a mesh's triangles."""
    a, b, c = mesh.vertices[mesh.triangles].transpose(1, 0, 2)
    normals = np.cross(b - a, c - a)
    doubled = np.linalg.norm(normals, axis=1)
    return (a + b + c) / 3, normals / np.maximum(doubled, 1e-300)[:, None], doubled / 2


def _thinned(part: Array) -> Array:
    """Return few enough points of a part for the solver to be fast."""
    return support_vertices(part, _PART_DIRECTIONS) if len(part) > _MOST_POINTS else part
