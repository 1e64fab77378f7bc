"""What must hold for one scene of a BOP export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ....transforms import Array
from .check_images import ImageReader
from .check_models import is_rotation
from .check_object import Instance, instance_faults
from .coco import SceneCoco
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
    read_records,
)
from .masks import Mask


class SceneCheck:
    """Checks a scene.

    Attributes:
        frames, objects: how many it holds, once its faults have all been asked for.

    Args:
        folder: of the scene.
        where: names the scene.
        size: width and height of images.
        models: content of ``models_info.json``.
        vertices: returns those of a model by its obj_id.
    """

    def __init__(
        self,
        folder: Path,
        where: str,
        size: tuple[int, int],
        models: Mapping[str, Any],
        vertices: Callable[[int], Array],
    ) -> None:
        self._folder = folder
        self._where = where
        self._size = size
        self._models = models
        self._vertices = vertices
        self._images = ImageReader(folder, size)
        self._masks: set[str] = set()
        self.frames = self.objects = 0

    def faults(self) -> Iterator[str]:
        """Yield one line for each fault."""
        for fault in self._scene_faults():
            yield f"{self._where}: {fault}"

    def _scene_faults(self) -> Iterator[str]:
        try:
            names = (SCENE_CAMERA, SCENE_GT, SCENE_GT_INFO, SCENE_GT_COCO)
            cameras, poses, infos, coco = (read_records(self._folder / name) for name in names)
        except (OSError, ValueError) as error:
            yield f"its records cannot be read ({error})"
            return
        if not list(cameras) == list(poses) == list(infos):
            yield f"{SCENE_CAMERA}, {SCENE_GT} and {SCENE_GT_INFO} do not list the same images"
            return
        self.frames = len(poses)
        expected = SceneCoco(map(int, self._models))
        for image in poses:
            yield from self._image_faults(
                int(image), cameras[image], poses[image], infos[image], expected
            )
        yield from self._images.faults
        if not self._images.faults:
            for key, value in expected.record().items():
                if coco[key] != value:
                    yield f"{SCENE_GT_COCO}: its {key} are not what masks and poses make"
        yield from self._extra_files({image_name(int(image)) for image in poses})

    def _image_faults(
        self,
        image: int,
        camera: Mapping[str, Any],
        poses: list[Mapping[str, Any]],
        infos: list[Mapping[str, Any]],
        coco: SceneCoco,
    ) -> Iterator[str]:
        self._images.read(f"{RGB}/{image_name(image)}", "RGB")
        depth = self._images.read(f"{DEPTH}/{image_name(image)}", "I;16")
        yield from (f"image {image}: {fault}" for fault in _camera_faults(camera))
        coco.add_image(image, *self._size)
        if len(poses) != len(infos):
            yield f"image {image}: {SCENE_GT} and {SCENE_GT_INFO} do not list the same objects"
            return
        matrix = np.reshape(np.asarray(camera["cam_K"], float), (3, 3))
        taken = np.zeros((self._size[1], self._size[0]), bool)
        self.objects += len(poses)
        for index, (pose, info) in enumerate(zip(poses, infos, strict=True)):
            where = f"image {image}, object {index}"
            name = mask_name(image, index)
            self._masks.add(name)
            full, visible = (self._images.mask(f"{kind}/{name}") for kind in (MASK, MASK_VISIB))
            if str(pose["obj_id"]) not in self._models:
                yield f"{where}: there is no model {pose['obj_id']}"
                continue
            valid: Mask | None = None if depth is None else depth > 0
            vertices = self._vertices(pose["obj_id"])
            case = Instance(pose, info, matrix, self._size, vertices, full, visible, valid)
            yield from (f"{where}: {fault}" for fault in instance_faults(case))
            if full is None or visible is None:
                continue
            if (taken & visible).any():
                yield f"{where}: its visible mask overlaps another's"
            taken |= visible
            coco.add_object(image, pose["obj_id"], full, visible, info["visib_fract"])

    def _extra_files(self, images: set[str]) -> Iterator[str]:
        expected = {RGB: images, DEPTH: images, MASK: self._masks, MASK_VISIB: self._masks}
        for kind, names in expected.items():
            for path in sorted((self._folder / kind).iterdir()):
                if path.name not in names:
                    yield f"{kind}/{path.name} belongs to no object or image"


def _camera_faults(camera: Mapping[str, Any]) -> Iterator[str]:
    matrix = np.asarray(camera["cam_K"], float)
    if (
        matrix.shape != (9,)
        or matrix[[3, 6, 7]].any()
        or matrix[8] != 1
        or matrix[[0, 4]].min() <= 0
    ):
        yield "cam_K is no camera matrix"
    if not is_rotation(camera["cam_R_w2c"]) or np.shape(camera["cam_t_w2c"]) != (3,):
        yield "its camera's pose is not rigid"
    if not 0 < camera["depth_scale"] < np.inf:
        yield f"depth_scale is {camera['depth_scale']}"
