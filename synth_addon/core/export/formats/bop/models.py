"""The models of a BOP dataset, in millimetres with their scale, and what ``models_info.json`` says.

Box and diameter are as in the toolkit's calc_model_info.py: those of the vertices.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ....mesh import TriangleMesh
from ....transforms import Array
from ....writers.ply import decode_ply, encode_ply
from ...source import ExportSource
from .files import MODELS, MODELS_INFO, model_name, write_records
from .normals import vertex_normals
from .objects import BopObject, ObjectIds
from .symmetries import symmetry_records


def write_models(source: ExportSource, ids: ObjectIds, folder: Path) -> None:
    """Write all models and what is known of them, one at a time.

    Raises:
        DatasetError: a mesh is not in the dataset, or has too many symmetries.
        OSError: the disk refuses.
    """
    (folder / MODELS).mkdir()
    infos: dict[str, Any] = {}
    for item in ids.objects:
        mesh = source.dataset.model(item.asset)
        millimetres = 1000 * item.scale * mesh.vertices
        path = folder / model_name(item.obj_id)
        normals = vertex_normals(millimetres, mesh.triangles)
        path.write_bytes(encode_ply(millimetres, mesh.triangles, normals))
        infos[str(item.obj_id)] = model_info(item, mesh)
    write_records(folder / MODELS_INFO, infos)


def read_vertices(path: Path) -> Array:
    """Return the vertices (V, 3) of a model, in millimetres.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is damaged.
    """
    return decode_ply(path.read_bytes(), with_normals=True)[0]


def model_info(item: BopObject, mesh: TriangleMesh) -> dict[str, Any]:
    """Return an entry of ``models_info.json``."""
    factor = 1000 * item.scale
    low, high = (factor * corner for corner in mesh.bounds)
    diameter = factor * mesh.diameter
    return {
        "diameter": diameter,
        **_named("min", low),
        **_named("size", high - low),
        **symmetry_records(item.symmetries, item.scale, diameter, item.group),
    }


def _named(prefix: str, values: Array) -> dict[str, float]:
    return {f"{prefix}_{axis}": float(value) for axis, value in zip("xyz", values, strict=True)}
