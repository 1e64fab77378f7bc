"""BOP's scene-wise format, for 6D pose estimation.

https://github.com/thodan/bop_toolkit/blob/master/docs/bop_datasets_format.md, and the toolkit's
scripts: calc_gt_info.py, calc_gt_masks.py, calc_gt_coco.py and enumerate_test_targets.py.

Lengths are millimetres. Pixels count from the first pixel's centre, as in OpenCV: cx and cy are
half a pixel less than in the dataset. A scene's number is its index in the dataset, an image's
number is its view. Models keep the frame of their assets, which need not be centred.

Parts are named as BOP's folders: test, or test_ and a type, gets targets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from ....errors import DatasetError
from ...format import FormatOption, Options
from ...record import ExportRecord
from ...source import ExportFrame, ExportSource
from ...splits import Shares
from .camera import nominal_camera
from .check import export_faults
from .coco import SceneCoco
from .files import CAMERA, OBJ_IDS, scene_folder, write_records
from .models import write_models
from .objects import ObjectIds, number_objects, objects_record
from .scene import SceneWriter
from .targets import TargetLists

MAX_MODELS = "max_models"


class Bop:
    """See the module."""

    summary = "BOP scenes with models, masks and poses, for 6D pose estimation"
    options: Mapping[str, FormatOption] = {
        MAX_MODELS: FormatOption(1000, "refuse more models than this; each mesh and scale is one")
    }
    shares: Shares = {"train_pbr": 1.0}

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        _check_depth(source)
        ids = number_objects(source, int(options[MAX_MODELS]))
        write_records(folder / CAMERA, nominal_camera(source))
        write_records(folder / OBJ_IDS, objects_record(ids))
        write_models(source, ids, folder)
        with TargetLists(folder, source.part_names) as targets:
            for part in source.part_names:
                (folder / part).mkdir()
                for scene, frames in groupby(source.frames(part), _scene_of):
                    writer = _write_scene(source, folder / scene_folder(part, scene), ids, frames)
                    targets.add(part, scene, writer.poses, writer.infos)

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        yield from export_faults(folder, record)


def _check_depth(source: ExportSource) -> None:
    if source.dataset.info.outputs.depth == "off":
        raise DatasetError(
            f"{source.dataset.directory}: holds no depth, which BOP needs. "
            "Generate with outputs.depth set to png16 or exr"
        )


def _scene_of(frame: ExportFrame) -> int:
    return frame.annotation.scene


def _write_scene(
    source: ExportSource, folder: Path, ids: ObjectIds, frames: Iterator[ExportFrame]
) -> SceneWriter:
    writer: SceneWriter | None = None
    for frame in frames:
        if writer is None:
            by_instance = ids.by_instance(source.dataset.scene(_scene_of(frame)).spec.objects)
            coco = SceneCoco(item.obj_id for item in ids.objects)
            writer = SceneWriter(source, folder, by_instance, coco)
        writer.add(frame)
    assert writer is not None
    writer.finish()
    return writer


FORMAT = Bop()
