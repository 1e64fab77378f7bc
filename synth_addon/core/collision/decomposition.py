"""Convex decomposition of any mesh with CoACD, kept in the user's cache folder.

Wei et al., "Approximate Convex Decomposition for 3D Meshes with Collision-Aware Concavity and Tree
Search", 2022. The search is seeded and its result does not hang on the number of threads, so a
mesh has the same parts on every run, whether they come from the cache or not.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from ..errors import AssetError
from ..mesh import TriangleMesh
from ..point_distances import snapped
from ..transforms import Array
from .cache import read_parts, write_parts

PARAMETERS: Mapping[str, Any] = MappingProxyType(
    {
        "threshold": 0.05,
        "max_convex_hull": 32,
        "preprocess_resolution": 30,
        "resolution": 1000,
        "mcts_nodes": 10,
        "mcts_iterations": 20,
        "seed": 1,
    }
)
"""Chosen so that a kitchen thing takes 1 to 25 s of one core; CoACD's own defaults take minutes."""
_REMESHED = 0.015
"""Distance from the true surface that remeshing may bring, as a share of the longest side."""
_MISSING = (
    "The package coacd, which splits hollow meshes into convex parts, is not installed. "
    "Install it (pip install coacd), or set collision_shape to convex_hull"
)


class Decomposer:
    """Decomposes meshes, each once.

    Args:
        folder: where parts are kept; see `cache_folder`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def parts(self, mesh: TriangleMesh, name: str) -> tuple[Array, ...]:
        """Return the convex parts of a mesh, each as points (N, 3) in its frame.

        Args:
            name: of the mesh, for messages.

        Raises:
            AssetError: coacd is not installed, or finds no parts.
            StorageError: the cache folder cannot be written.
        """
        path = self._path(mesh)
        parts = read_parts(path)
        if parts is None:
            parts = decompose(mesh, name)
            write_parts(path, parts)
        return parts

    def knows(self, mesh: TriangleMesh) -> bool:
        """Return whether the parts of a mesh lie in the cache."""
        return read_parts(self._path(mesh)) is not None

    def _path(self, mesh: TriangleMesh) -> Path:
        return self._folder / f"{_digest(mesh)}.npz"


def decompose(mesh: TriangleMesh, name: str) -> tuple[Array, ...]:
    """Return the convex parts of a mesh, each as points (N, 3) in its frame.

    Raises:
        AssetError: coacd is not installed, or finds no parts.
    """
    try:
        import coacd
    except ImportError as error:
        raise AssetError(f"{name!r}: {_MISSING}.") from error
    coacd.set_log_level("off")
    vertices, triangles = _welded(mesh)
    found = coacd.run_coacd(coacd.Mesh(vertices, triangles), **PARAMETERS)
    parts = tuple(np.asarray(points, float) for points, _ in found if len(points) > 3)
    if not parts:
        raise AssetError(
            f"{name!r} cannot be split into convex parts. Repair the mesh, or set "
            "collision_shape to convex_hull"
        )
    return tuple(_on_surface(part, mesh) for part in parts)


def _on_surface(part: Array, mesh: TriangleMesh) -> Array:
    """Return the corners of a part moved back to the surface, which remeshing has put out."""
    low, high = mesh.bounds
    reach = _REMESHED * float((high - low).max())
    return snapped(part, mesh.vertices[mesh.triangles], reach)


def _welded(mesh: TriangleMesh) -> tuple[Array, Array]:
    """Return vertices and triangles with equal vertices made one: seams are not holes."""
    vertices, numbers = np.unique(mesh.vertices, axis=0, return_inverse=True)
    triangles = numbers.reshape(-1)[mesh.triangles]
    a, b, c = triangles.T
    whole = (a != b) & (b != c) & (c != a)
    return vertices, triangles[whole].astype(np.int32)


def _digest(mesh: TriangleMesh) -> str:
    """Return what names a decomposition: geometry, parameters and the version that computes it."""
    digest = hashlib.sha256()
    digest.update(np.ascontiguousarray(mesh.vertices, "<f8").tobytes())
    digest.update(np.ascontiguousarray(mesh.triangles, "<i4").tobytes())
    settings = json.dumps([dict(PARAMETERS), _REMESHED, _coacd_version()], sort_keys=True)
    digest.update(settings.encode())
    return digest.hexdigest()


def _coacd_version() -> str:
    try:
        return importlib.metadata.version("coacd")
    except importlib.metadata.PackageNotFoundError:
        return "none"
