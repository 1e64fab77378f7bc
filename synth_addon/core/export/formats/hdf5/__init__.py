"""One HDF5 file per frame, with the keys that BlenderProc's ``write_hdf5`` makes.

https://github.com/DLR-RM/BlenderProc/blob/main/docs/tutorials/writer.md; keys, types and frames are
those of its renderer and writer in version 2.

* ``colors``: (H, W, 3) uint8.
* ``depth``: (H, W) float32 metres along the optical axis; background is 1e10, as in Blender's pass.
* ``normals``: (H, W, 3) float32, 0.5 n + 0.5 of the unit normal in Blender's camera axes: x right,
  y up, z towards the viewer. Background is 0.5.
* ``instance_segmaps``: (H, W), the instance id at the pixel's centre, also of objects that the
  export leaves out; 0 is background.
* ``category_id_segmaps``: (H, W), the class from 1; 0 is background and all that is left out.
  ``class_segmaps`` is another name of the same data, that of ``map_by="class"``.
  Both maps have the smallest unsigned type that holds their ids.
* ``instance_attribute_maps``: JSON text, a list of ``idx``, ``category_id`` and ``name`` of every
  id in the picture.
* ``campose``: JSON text, a list of one camera: ``cam2world_matrix`` in Blender's camera axes, and
  ``cam_K``, whose principal point counts from the first pixel's centre as in OpenCV.
* ``synth_annotation``: JSON text, the frame's record; BlenderProc has no such key.

Keys of channels that the dataset does not hold are missing. Arrays are compressed with gzip. Bytes
depend on the dataset and the version of h5py only.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....annotation import FrameAnnotation
from ....errors import UsageError
from ....transforms import BLENDER_FROM_OPENCV_CAMERA
from ...format import WHOLE, FormatOption, Options
from ...record import ExportRecord
from ...source import ExportFrame, ExportSource
from ...splits import Shares
from .check import file_problems

BACKGROUND_DEPTH_M = 1e10


class Hdf5:
    """See the module."""

    summary = "one HDF5 file per frame with BlenderProc's keys"
    options: Mapping[str, FormatOption] = {}
    shares: Shares = WHOLE

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        h5py = _h5py()
        for part in source.part_names:
            (folder / part).mkdir()
            for frame in source.frames(part):
                content = _encoded(h5py, _entries(frame, source))
                (folder / part / f"{frame.name}.hdf5").write_bytes(content)

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        h5py = _h5py()
        classes = len(record.categories)
        for part, counts in record.counts.items():
            found = sorted((folder / part).glob("*.hdf5"))
            for path in found:
                for problem in file_problems(h5py, path, classes):
                    yield f"{part}/{path.name}: {problem}"
            if len(found) != counts.frames:
                yield f"{part}: {len(found)} frames, the export has {counts.frames}"


def _h5py() -> Any:
    try:
        import h5py
    except ImportError as error:
        raise UsageError(
            f"--format hdf5: the package h5py cannot be loaded ({error}). Run `pip install h5py` "
            "for the Python that runs this command; the extension does not bring it"
        ) from error
    return h5py


def _entries(frame: ExportFrame, source: ExportSource) -> dict[str, NDArray[Any] | str]:
    """Return what one file holds, by key; text is JSON."""
    dataset, annotation = frame.dataset, frame.annotation
    ids = dataset.instances(frame.number)
    classes = {shown.instance_id: source.class_id(shown) for shown in frame.objects}
    entries: dict[str, NDArray[Any] | str] = {"colors": dataset.image(frame.number)}
    if dataset.info.outputs.depth != "off":
        depth = dataset.depth(frame.number)
        depth[~np.isfinite(depth)] = BACKGROUND_DEPTH_M
        entries["depth"] = depth
    if dataset.info.outputs.normals != "off":
        axes = BLENDER_FROM_OPENCV_CAMERA.diagonal()[:3].astype(np.float32)
        entries["normals"] = np.float32(0.5) * axes * dataset.normals(frame.number) + np.float32(
            0.5
        )
    entries["instance_segmaps"] = ids.astype(np.min_scalar_type(_highest_id(annotation)))
    entries["category_id_segmaps"] = _class_map(ids, classes, len(source.categories))
    entries["instance_attribute_maps"] = json.dumps(_attributes(ids, annotation, classes))
    entries["campose"] = json.dumps([_camera(annotation)])
    entries["synth_annotation"] = annotation.model_dump_json()
    return entries


def _highest_id(annotation: FrameAnnotation) -> int:
    return max((shown.instance_id for shown in annotation.objects), default=0)


def _class_map(
    ids: NDArray[np.uint16], classes: Mapping[int, int], highest: int
) -> NDArray[np.unsignedinteger[Any]]:
    table = np.zeros(int(ids.max()) + 1, np.min_scalar_type(highest))
    for instance, number in classes.items():
        if instance < len(table):
            table[instance] = number
    mapped: NDArray[np.unsignedinteger[Any]] = table[ids]
    return mapped


def _attributes(
    ids: NDArray[np.uint16], annotation: FrameAnnotation, classes: Mapping[int, int]
) -> list[dict[str, Any]]:
    """Return what is said of every id in the picture; BlenderProc calls the background World."""
    names = {
        shown.instance_id: f"{shown.group}.{shown.instance_id:03d}" for shown in annotation.objects
    }
    return [
        {"idx": number, "category_id": classes.get(number, 0), "name": names.get(number, "World")}
        for number in map(int, np.unique(ids))
    ]


def _camera(annotation: FrameAnnotation) -> dict[str, Any]:
    matrix = np.array(annotation.camera_matrix)
    matrix[:2, 2] -= 0.5
    world_from_camera = np.array(annotation.world_from_camera) @ BLENDER_FROM_OPENCV_CAMERA
    return {"cam2world_matrix": world_from_camera.tolist(), "cam_K": matrix.tolist()}


def _encoded(h5py: Any, entries: Mapping[str, NDArray[Any] | str]) -> bytes:
    # made in memory, because h5py answers a full disk with errors of several kinds
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=("earliest", "v108")) as file:
        for key, value in entries.items():
            if isinstance(value, str):
                file.create_dataset(key, data=np.bytes_(value, "utf-8"), track_times=False)
            else:
                file.create_dataset(key, data=value, compression="gzip", track_times=False)
        file["class_segmaps"] = file["category_id_segmaps"]
    return buffer.getvalue()


FORMAT = Hdf5()
