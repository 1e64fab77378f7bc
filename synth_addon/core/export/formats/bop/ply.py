"""BOP's models: binary PLY files with vertex normals, as the toolkit's ``inout.load_ply`` reads.

Normals are the sum of the faces' normals, weighted by their angle at the vertex, as the format
demands.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....transforms import Array

_VERTEX = np.dtype([("place", "<f4", 3), ("normal", "<f4", 3)])
_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])
_HEADER = """\
ply
format binary_little_endian 1.0
element vertex {vertices}
property float x
property float y
property float z
property float nx
property float ny
property float nz
element face {faces}
property list uchar int vertex_indices
end_header
"""
_END = b"end_header\n"


def encode_ply(vertices: Array, triangles: NDArray[np.int32]) -> bytes:
    """Return a mesh of vertices (V, 3) and triangles (T, 3) as a PLY file."""
    points = np.empty(len(vertices), _VERTEX)
    points["place"], points["normal"] = vertices, vertex_normals(vertices, triangles)
    faces = np.empty(len(triangles), _FACE)
    faces["count"], faces["corners"] = 3, triangles
    header = _HEADER.format(vertices=len(points), faces=len(faces))
    return header.encode("ascii") + points.tobytes() + faces.tobytes()


def read_vertices(path: Path) -> Array:
    """Return the vertices (V, 3) of what `encode_ply` has written.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is damaged.
    """
    data = path.read_bytes()
    head, end, body = data.partition(_END)
    words = [line.split() for line in head.decode("ascii").splitlines()]
    vertices, faces = (int(line[2]) for line in words if line[:1] == ["element"])
    if (head + end).decode("ascii") != _HEADER.format(vertices=vertices, faces=faces):
        raise ValueError("its header is another one")
    if len(body) != vertices * _VERTEX.itemsize + faces * _FACE.itemsize:
        raise ValueError("its length is not what the header says")
    points = np.frombuffer(body, _VERTEX, vertices)
    corners = np.frombuffer(body, _FACE, faces, points.nbytes)["corners"]
    if faces and not (corners.min() >= 0 and corners.max() < vertices):
        raise ValueError("a face has a corner that is no vertex")
    return points["place"].astype(float)


def vertex_normals(vertices: Array, triangles: NDArray[np.int32]) -> Array:
    """Return unit normals (V, 3); up where faces tell nothing."""
    corners = vertices[triangles]
    sums = np.zeros((len(vertices), 3))
    for corner in range(3):
        one = corners[:, (corner + 1) % 3] - corners[:, corner]
        other = corners[:, (corner + 2) % 3] - corners[:, corner]
        across = np.cross(one, other)
        size = np.linalg.norm(across, axis=1)
        angle = np.arctan2(size, np.einsum("ij,ij->i", one, other))
        weight = np.divide(angle, size, out=np.zeros_like(size), where=size > 0)
        np.add.at(sums, triangles[:, corner], weight[:, None] * across)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    up = np.broadcast_to([0.0, 0.0, 1.0], sums.shape)
    normals: Array = np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), up)
    return normals
