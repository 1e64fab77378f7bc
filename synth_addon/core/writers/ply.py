"""Binary PLY files of triangles, with or without vertex normals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..transforms import Array

_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])
_END = b"end_header\n"


def encode_ply(
    vertices: Array, triangles: NDArray[np.int32], normals: Array | None = None
) -> bytes:
    """Return a mesh as a PLY file; numbers of vertices have 32 bits.

    Args:
        vertices, normals: (V, 3).
        triangles: (T, 3).
    """
    columns = [vertices] if normals is None else [vertices, normals]
    faces = np.empty(len(triangles), _FACE)
    faces["count"], faces["corners"] = 3, triangles
    header = _header(len(vertices), len(faces), with_normals=normals is not None)
    return header + np.hstack(columns).astype("<f4").tobytes() + faces.tobytes()


def decode_ply(data: bytes, *, with_normals: bool = False) -> tuple[Array, NDArray[np.int32]]:
    """Return vertices (V, 3) and triangles (T, 3) of what `encode_ply` has written.

    Raises:
        ValueError: it is damaged, or no such file.
    """
    head, end, body = data.partition(_END)
    words = [line.split() for line in head.decode("ascii").splitlines()]
    vertices, faces = (int(line[2]) for line in words if line[:1] == ["element"])
    if head + end != _header(vertices, faces, with_normals=with_normals):
        raise ValueError("its header is another one")
    numbers = 6 if with_normals else 3
    if len(body) != 4 * numbers * vertices + faces * _FACE.itemsize:
        raise ValueError("its length is not what the header says")
    points = np.frombuffer(body, "<f4", numbers * vertices).reshape(-1, numbers)
    corners = np.frombuffer(body, _FACE, faces, points.nbytes)["corners"]
    if faces and not (corners.min() >= 0 and corners.max() < vertices):
        raise ValueError("a face has a corner that is no vertex")
    return points[:, :3].astype(float), corners.astype(np.int32)


def _header(vertices: int, faces: int, *, with_normals: bool) -> bytes:
    names = ["x", "y", "z", *(("nx", "ny", "nz") if with_normals else ())]
    lines = ["ply", "format binary_little_endian 1.0", f"element vertex {vertices}"]
    lines += [f"property float {name}" for name in names]
    lines += [f"element face {faces}", "property list uchar int vertex_indices"]
    return "".join(f"{line}\n" for line in lines).encode() + _END
