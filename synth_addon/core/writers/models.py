"""Meshes of targets as the dataset keeps them: PLY files in metres, before any scale."""

from __future__ import annotations

from pathlib import Path

from ..dataset.faults import reading_errors
from ..errors import DatasetError
from ..mesh import TriangleMesh
from .ply import decode_ply, encode_ply


def encode_model(mesh: TriangleMesh) -> bytes:
    """Return a mesh as a PLY file."""
    return encode_ply(mesh.vertices, mesh.triangles)


def read_model(path: Path) -> TriangleMesh:
    """Read what `encode_model` has written.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    with reading_errors(path):
        data = path.read_bytes()
    try:
        return TriangleMesh(*decode_ply(data))
    except ValueError as error:
        raise DatasetError(f"{path}: is damaged ({error}). Generate the dataset anew") from error
