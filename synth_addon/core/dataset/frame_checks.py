"""What must hold for one frame: its images, its record, its scene and its objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..annotation import FrameAnnotation
from ..errors import DatasetError
from ..scene_spec import SettledScene, content_hash
from .object_checks import (
    Shown,
    check_object,
    intrinsics_of,
    is_rigid,
    visible_mask_of,
)
from .reading import Dataset

Channel = Callable[[int], NDArray[Any]]


def check_frame(dataset: Dataset, frame: int, scene: SettledScene | None) -> Iterator[str]:
    """Yield one line for each promise that a frame breaks, naming frame and object.

    Args:
        scene: the frame's scene, or None where its record cannot be read.
    """
    images: dict[str, NDArray[Any]] = {}
    for name, channel in _channels(dataset).items():
        try:
            images[name] = channel(frame)
        except DatasetError as error:
            yield f"frame {frame}: {error}"
    for name, pixels in images.items():
        yield from _check_size(dataset, frame, name, pixels)
    try:
        annotation = dataset.annotation(frame)
    except DatasetError as error:
        yield f"frame {frame}: {error}"
        return
    shape = (dataset.info.height, dataset.info.width)
    usable = {name: pixels for name, pixels in images.items() if pixels.shape[:2] == shape}
    for problem in (
        *_check_record(dataset, frame, annotation),
        *(_check_scene(annotation, scene) if scene is not None else ()),
        *_check_ids(annotation, usable.get("instances")),
    ):
        yield f"frame {frame}: {problem}"
    if (annotation.height, annotation.width) == shape:
        yield from _check_disjoint(annotation)
        yield from _check_objects(dataset, annotation, usable)


def _channels(dataset: Dataset) -> dict[str, Channel]:
    outputs = dataset.info.outputs
    channels: dict[str, Channel] = {"images": dataset.image, "instances": dataset.instances}
    if outputs.depth != "off":
        channels["depth"] = dataset.depth
    if outputs.normals != "off":
        channels["normals"] = dataset.normals
    for name in ("coverage", "nocs", "semantic", "albedo"):
        if getattr(outputs, name):
            channels[name] = getattr(dataset, name)
    if outputs.flow:
        channels["flow_forward"] = partial(dataset.flow, forward=True)
        channels["flow_backward"] = partial(dataset.flow, forward=False)
    return channels


def _check_size(dataset: Dataset, frame: int, name: str, pixels: NDArray[Any]) -> Iterator[str]:
    height, width = pixels.shape[:2]
    expected = (dataset.info.width, dataset.info.height)
    if (width, height) != expected:
        yield f"frame {frame}: {name} is {width}x{height}, not {expected[0]}x{expected[1]}"


def _check_record(dataset: Dataset, frame: int, annotation: FrameAnnotation) -> Iterator[str]:
    info = dataset.info
    for name, found, expected in (
        ("frame", annotation.frame, frame),
        ("scene", annotation.scene, frame // info.views_per_scene),
        ("view", annotation.view, frame % info.views_per_scene),
        ("width", annotation.width, info.width),
        ("height", annotation.height, info.height),
    ):
        if found != expected:
            yield f"{name} is {found}, not {expected}"
    if not is_rigid(np.asarray(annotation.world_from_camera)):
        yield "world_from_camera is no rigid transform"


def _check_scene(annotation: FrameAnnotation, scene: SettledScene) -> Iterator[str]:
    if annotation.spec_hash != content_hash(scene.spec):
        yield f"spec_hash is not that of scene {scene.spec.scene}"
    if annotation.seed != scene.spec.seed:
        yield f"seed is {annotation.seed}, its scene's is {scene.spec.seed}"
    view = next((view for view in scene.views if view.frame == annotation.frame), None)
    if view is None:
        yield f"scene {scene.spec.scene} has no view for it"
    else:
        if view.world_from_camera != annotation.world_from_camera:
            yield "world_from_camera is not its scene's"
        if view.intrinsics != intrinsics_of(annotation):
            yield "camera_matrix is not its scene's"
    placed = {
        (spec.instance_id, spec.role, spec.category_id): pose.matrix
        for spec, pose in zip(scene.spec.objects, scene.poses, strict=False)
    }
    for shown in annotation.objects:
        pose = placed.pop((shown.instance_id, shown.role, shown.category_id), None)
        if pose is None:
            yield f"object {shown.instance_id}: is not in its scene with that role and category"
        elif not np.array_equal(pose, np.asarray(shown.world_from_object)):
            yield f"object {shown.instance_id}: world_from_object is not its scene's pose"
    for number, _, _ in placed:
        yield f"object {number}: is in the scene but not in the record"


def _check_ids(annotation: FrameAnnotation, instances: NDArray[np.uint16] | None) -> Iterator[str]:
    listed = [shown.instance_id for shown in annotation.objects]
    for number in sorted({number for number in listed if listed.count(number) > 1}):
        yield f"object {number}: instance_id is listed more than once"
    if instances is not None:
        for number in np.unique(instances):
            if number and int(number) not in listed:
                yield f"object {number}: is in the instance map but not in the record"


def _check_disjoint(annotation: FrameAnnotation) -> Iterator[str]:
    shape = (annotation.height, annotation.width)
    masks = {
        index: mask
        for index, shown in enumerate(annotation.objects)
        if (mask := visible_mask_of(shown, shape)) is not None
    }
    covered = np.zeros(shape, np.int32)
    for mask in masks.values():
        covered += mask
    if not (covered > 1).any():
        return
    for one, other in combinations(masks, 2):
        shared = int((masks[one] & masks[other]).sum())
        if shared:
            first, second = (annotation.objects[index].instance_id for index in (one, other))
            yield (
                f"frame {annotation.frame}: object {first}: visible_mask shares {shared} pixels "
                f"with object {second}"
            )


def _check_objects(
    dataset: Dataset, annotation: FrameAnnotation, images: dict[str, NDArray[Any]]
) -> Iterator[str]:
    outputs = dataset.info.outputs
    for shown in annotation.objects:
        case = Shown(
            shown=shown,
            frame=annotation,
            info=dataset.info,
            instances=images.get("instances"),
            depth=images.get("depth"),
            depth_range=65535 * outputs.depth_scale if outputs.depth == "png16" else np.inf,
        )
        for problem in check_object(case):
            yield f"frame {annotation.frame}: object {shown.instance_id}: {problem}"
