"""Meshes as binary PLY files, as the BOP format and most viewers read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..dataset.faults import reading_errors
from ..errors import DatasetError
from ..mesh import TriangleMesh

_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])
_HEADER = """\
ply
format binary_little_endian 1.0
element vertex {vertices}
property float x
property float y
property float z
element face {faces}
property list uchar int vertex_indices
end_header
"""


def encode_model(mesh: TriangleMesh, factor: float = 1.0) -> bytes:
    """Return a mesh as a PLY file; its vertices times `factor`, in 32 bits."""
    faces = np.empty(len(mesh.triangles), _FACE)
    faces["count"], faces["corners"] = 3, mesh.triangles
    header = _HEADER.format(vertices=len(mesh.vertices), faces=len(faces))
    return header.encode() + (factor * mesh.vertices).astype("<f4").tobytes() + faces.tobytes()


def read_model(path: Path) -> TriangleMesh:
    """Read what `encode_model` has written.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    with reading_errors(path):
        data = path.read_bytes()
    head, end, body = data.partition(b"end_header\n")
    try:
        words = [line.split() for line in (head + end).decode("ascii").splitlines()]
        vertices, faces = (int(line[2]) for line in words if line[0] == "element")
        if (head + end).decode("ascii") != _HEADER.format(vertices=vertices, faces=faces):
            raise ValueError("another header")
        points = np.frombuffer(body, "<f4", 3 * vertices).reshape(-1, 3)
        corners = np.frombuffer(body, _FACE, faces, points.nbytes)["corners"]
        if len(body) != points.nbytes + faces * _FACE.itemsize:
            raise ValueError("its length is not what the header says")
    except (ValueError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: is damaged ({error}). Generate the dataset anew") from error
    return TriangleMesh(points.astype(float), corners.astype(np.int32))
