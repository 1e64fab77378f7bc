"""Writes one scene of a BOP dataset; only its records are held, never its images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ....annotation import ObjectAnnotation
from ...placing import place_file
from ...source import ExportFrame, ExportSource
from .camera import camera_record
from .coco import SceneCoco
from .depth import place_depth
from .files import (
    DEPTH,
    MASK,
    MASK_VISIB,
    RGB,
    SCENE_CAMERA,
    SCENE_GT,
    SCENE_GT_COCO,
    SCENE_GT_INFO,
    image_name,
    mask_name,
    write_records,
)
from .masks import Mask, encode_mask_png, mask_of
from .truth import info_record, pose_record


class SceneWriter:
    """One scene while it is written.

    Attributes:
        poses: content of ``scene_gt.json``: for each image a list of its objects.
        infos: content of ``scene_gt_info.json``, in the same order.

    Args:
        folder: of the scene; it is made.
        obj_ids: by instance id, of all targets of the scene.
        coco: takes the scene's annotations.
    """

    def __init__(
        self, source: ExportSource, folder: Path, obj_ids: Mapping[int, int], coco: SceneCoco
    ) -> None:
        self._folder = folder
        self._hardlinks = source.hardlinks
        self._obj_ids = obj_ids
        self._cameras: dict[str, Any] = {}
        self._coco = coco
        self.poses: dict[str, list[dict[str, Any]]] = {}
        self.infos: dict[str, list[dict[str, Any]]] = {}
        for name in (RGB, DEPTH, MASK, MASK_VISIB):
            (folder / name).mkdir(parents=True)

    def add(self, frame: ExportFrame) -> None:
        """Write a frame's images and masks, and keep its records."""
        annotation = frame.annotation
        image, key = annotation.view, str(annotation.view)
        picture = self._folder / RGB / image_name(image)
        place_file(frame.image_file, picture, hardlink=self._hardlinks)
        depth = self._folder / DEPTH / image_name(image)
        depth_scale, valid = place_depth(frame, depth, hardlink=self._hardlinks)
        self._cameras[key] = camera_record(annotation, depth_scale)
        self._coco.add_image(image, annotation.width, annotation.height)
        self.poses[key], self.infos[key] = [], []
        for index, shown in enumerate(frame.objects):
            self._add_object(image, index, shown, valid)

    def finish(self) -> None:
        """Write the records."""
        write_records(self._folder / SCENE_CAMERA, self._cameras)
        write_records(self._folder / SCENE_GT, self.poses)
        write_records(self._folder / SCENE_GT_INFO, self.infos)
        write_records(self._folder / SCENE_GT_COCO, self._coco.record())

    def _add_object(self, image: int, index: int, shown: ObjectAnnotation, valid: Mask) -> None:
        full = mask_of(shown.amodal_mask, *valid.shape)
        visible = mask_of(shown.visible_mask, *valid.shape)
        name = mask_name(image, index)
        (self._folder / MASK / name).write_bytes(encode_mask_png(full))
        (self._folder / MASK_VISIB / name).write_bytes(encode_mask_png(visible))
        obj_id = self._obj_ids[shown.instance_id]
        info = info_record(shown, full, valid)
        self.poses[str(image)].append(pose_record(obj_id, shown))
        self.infos[str(image)].append(info)
        self._coco.add_object(image, obj_id, full, visible, info["visib_fract"])
