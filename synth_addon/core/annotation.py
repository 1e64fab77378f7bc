"""Annotations of one frame, derived from the settled scene and the rendered arrays.

Definitions (also in docs/dataset.md), all without blur by lens or motion:

* The *visible mask* of an object is the set of pixels whose centre shows it, as the instance map
  says. Masks of one frame are therefore disjoint.
* The *silhouette* is what would be visible if the object were alone; the *amodal mask* is the part
  of it inside the image.
* ``visible_fraction`` is visible pixels over silhouette pixels, inside and outside the image, as
  BOP's ``visib_fract``; ``truncation_fraction`` is the share of the silhouette outside the image.
* Boxes are ``[x, y, width, height]`` in continuous pixels with the origin at the image's
  top-left corner, tight around the pixels of the mask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from .camera import project
from .mesh import TriangleMesh
from .rendered_frame import RenderedFrame
from .run_lengths import window_counts
from .scene_spec import (
    Matrix4,
    ObjectSpec,
    Pose,
    Role,
    SettledScene,
    SettledView,
    Spec,
    content_hash,
)
from .silhouettes import Silhouette, SilhouetteCaster
from .transforms import Array, inverse_rigid, transform_points

Box = tuple[float, float, float, float]
KeypointState = Literal["visible", "hidden", "outside"]
Matrix3 = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

_KEYPOINT_DEPTH_M = 1e-3
"""A keypoint may lie this far behind the surface and still count as seen."""


class Rle(Spec):
    """A mask as COCO's compressed run-length code.

    Attributes:
        size: (height, width).
        counts: COCO's ASCII form of the column-major runs.
    """

    size: tuple[int, int]
    counts: str


class Box3D(Spec):
    """The axis-aligned box around an object's vertices in its own frame, scale included.

    Attributes:
        center, size: metres, object frame.
        corners_camera: the 8 corners in the camera frame; corner i takes the upper x, y, z by
            bits 0, 1, 2 of i.
        corners_px: their projections; None for corners behind the camera.
    """

    center: tuple[float, float, float]
    size: tuple[float, float, float]
    corners_camera: tuple[tuple[float, float, float], ...]
    corners_px: tuple[tuple[float, float] | None, ...]


class KeypointAnnotation(Spec):
    """One named point of an object in one frame.

    Attributes:
        position_camera: metres, camera frame.
        position_px: its projection, also outside the image; None behind the camera.
        state: ``visible``, ``hidden`` behind any surface, also the object's own, or ``outside``
            the image or behind the camera.
    """

    name: str
    position_camera: tuple[float, float, float]
    position_px: tuple[float, float] | None
    state: KeypointState


class ObjectAnnotation(Spec):
    """Everything known about one object in one frame; see the module for the definitions.

    Attributes:
        visible_box, visible_mask: None when no pixel shows the object.
        amodal_box: may reach outside the image; None when the object is wholly outside the
            three-by-three-images canvas around it or behind the camera.
        amodal_mask: None when no part of the silhouette is inside the image.
        camera_from_object, world_from_object: rigid, without scale.
        diameter: greatest distance of two of its points in metres, scale included.
    """

    instance_id: int
    group: str
    role: Role
    category_id: int | None
    category: str | None
    visible_pixels: int
    amodal_pixels: int
    silhouette_pixels: float
    visible_fraction: float
    truncation_fraction: float
    visible_box: Box | None
    amodal_box: Box | None
    visible_mask: Rle | None
    amodal_mask: Rle | None
    scale: float
    camera_from_object: Matrix4
    world_from_object: Matrix4
    box_3d: Box3D
    diameter: float
    keypoints: tuple[KeypointAnnotation, ...] = ()


class FrameAnnotation(Spec):
    """One frame's annotations; the content of ``frames/*.json``."""

    frame: int
    scene: int
    view: int
    seed: int
    spec_hash: str
    width: int
    height: int
    camera_matrix: Matrix3
    world_from_camera: Matrix4
    objects: tuple[ObjectAnnotation, ...]


def annotate(
    scene: SettledScene,
    view: SettledView,
    frame: RenderedFrame,
    meshes: Mapping[str, TriangleMesh],
    caster: SilhouetteCaster,
) -> FrameAnnotation:
    """Derive every annotation of one rendered view.

    Args:
        meshes: by asset key, as `Renderer.load` returned them.
        caster: keeps one ray-casting tree per mesh across frames.
    """
    visible = _visible_windows(frame.instance_ids)
    objects = tuple(
        _annotate_object(spec, pose, view, frame, visible, meshes[spec.asset_key], caster)
        for spec, pose in zip(scene.spec.objects, scene.poses, strict=True)
    )
    return FrameAnnotation(
        frame=view.frame,
        scene=scene.spec.scene,
        view=view.view,
        seed=scene.spec.seed,
        spec_hash=content_hash(scene.spec),
        width=view.intrinsics.width,
        height=view.intrinsics.height,
        camera_matrix=_rows(view.intrinsics.matrix),
        world_from_camera=view.world_from_camera,
        objects=objects,
    )


def encode_mask(mask: NDArray[np.bool_]) -> Rle:
    """Encode a boolean mask (H, W) in COCO's compressed run-length code."""
    code = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return Rle(size=(mask.shape[0], mask.shape[1]), counts=code["counts"].decode("ascii"))


def decode_mask(rle: Rle) -> NDArray[np.bool_]:
    """Return the boolean mask (H, W) of a run-length code."""
    code = {"size": list(rle.size), "counts": rle.counts.encode("ascii")}
    return np.asarray(coco_mask.decode(code), dtype=bool)


def box_of_mask(mask: NDArray[np.bool_]) -> Box | None:
    """Return the tight box [x, y, w, h] around the true pixels of a mask (H, W), or None."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    width, height = columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
    return float(columns[0]), float(rows[0]), float(width), float(height)


def _visible_windows(ids: NDArray[np.uint16]) -> dict[int, tuple[int, Box]]:
    """Return pixel count and tight box of every instance id in the map, in one pass over it."""
    rows, columns = np.nonzero(ids)
    values = ids[rows, columns]
    size = int(ids.max()) + 1
    counts = np.bincount(values, minlength=size)
    low, high = np.full((size, 2), np.iinfo(np.int64).max), np.full((size, 2), -1)
    for axis, positions in enumerate((columns, rows)):
        np.minimum.at(low[:, axis], values, positions)
        np.maximum.at(high[:, axis], values, positions)
    extent = high - low + 1
    return {int(i): (int(counts[i]), _box(low[i], extent[i])) for i in np.flatnonzero(counts)}


def _box(corner: NDArray[np.int64], extent: NDArray[np.int64]) -> Box:
    return float(corner[0]), float(corner[1]), float(extent[0]), float(extent[1])


def _annotate_object(
    spec: ObjectSpec,
    pose: Pose,
    view: SettledView,
    frame: RenderedFrame,
    visible: Mapping[int, tuple[int, Box]],
    mesh: TriangleMesh,
    caster: SilhouetteCaster,
) -> ObjectAnnotation:
    silhouette = caster.silhouette(
        mesh,
        spec.scale,
        pose.matrix,
        view.intrinsics,
        np.asarray(view.world_from_camera),
        view.clip_start,
        view.clip_end,
    )
    visible_pixels, visible_box = visible.get(spec.instance_id, (0, None))
    camera_from_object = inverse_rigid(view.world_from_camera) @ pose.matrix
    return ObjectAnnotation(
        instance_id=spec.instance_id,
        group=spec.group,
        role=spec.role,
        category_id=spec.category_id,
        category=spec.category,
        visible_pixels=visible_pixels,
        amodal_pixels=silhouette.pixels_in_image,
        silhouette_pixels=silhouette.pixels_total,
        visible_fraction=_share(visible_pixels, silhouette.pixels_total),
        truncation_fraction=_share(
            silhouette.pixels_total - silhouette.pixels_in_image, silhouette.pixels_total
        ),
        visible_box=visible_box,
        amodal_box=silhouette.box,
        visible_mask=_visible_rle(frame.instance_ids, spec.instance_id, visible_box),
        amodal_mask=_amodal_rle(silhouette, frame.instance_ids.shape),
        scale=spec.scale,
        camera_from_object=_rows(camera_from_object),
        world_from_object=_rows(pose.matrix),
        box_3d=_box_3d(mesh, spec.scale, camera_from_object, view),
        diameter=spec.scale * mesh.diameter,
        keypoints=_keypoints(spec, camera_from_object, view, frame.depth),
    )


def _keypoints(
    spec: ObjectSpec, camera_from_object: Array, view: SettledView, depth: NDArray[np.float32]
) -> tuple[KeypointAnnotation, ...]:
    if not spec.keypoints:
        return ()
    points = spec.scale * np.array([point.position for point in spec.keypoints])
    in_camera = transform_points(camera_from_object, points)
    pixels, along = project(view.intrinsics, in_camera)
    return tuple(
        KeypointAnnotation(
            name=point.name,
            position_camera=_triple(position),
            position_px=(float(u), float(v)) if z > 0 else None,
            state=_state(float(u), float(v), float(z), depth),
        )
        for point, position, (u, v), z in zip(spec.keypoints, in_camera, pixels, along, strict=True)
    )


def _state(u: float, v: float, along: float, depth: NDArray[np.float32]) -> KeypointState:
    """Tell whether a point is seen: whether nothing around its pixel is clearly nearer.

    The farthest of nine pixels counts, because depth belongs to pixels' centres, and a surface
    seen at a flat angle changes much from one to the next.
    """
    height, width = depth.shape
    if not (along > 0 and 0 <= u < width and 0 <= v < height):
        return "outside"
    row, column = int(v), int(u)
    around = depth[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
    return "visible" if along <= float(around.max()) + _KEYPOINT_DEPTH_M else "hidden"


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole > 0 else 0.0


def _amodal_rle(silhouette: Silhouette, shape: Sequence[int]) -> Rle | None:
    if not silhouette.pixels_in_image:
        return None
    height, width = shape
    counts = window_counts(silhouette.mask, silhouette.origin, height, width)
    return Rle(size=(height, width), counts=counts)


def _visible_rle(ids: NDArray[np.uint16], instance_id: int, box: Box | None) -> Rle | None:
    if box is None:
        return None
    left, top, width, height = map(int, box)
    window = ids[top : top + height, left : left + width] == instance_id
    counts = window_counts(window, (top, left), *ids.shape)
    return Rle(size=ids.shape, counts=counts)


def _box_3d(
    mesh: TriangleMesh, scale: float, camera_from_object: Array, view: SettledView
) -> Box3D:
    low, high = (scale * corner for corner in mesh.bounds)
    corners = transform_points(camera_from_object, scale * mesh.box_corners)
    pixels, depth = project(view.intrinsics, corners)
    return Box3D(
        center=_triple((low + high) / 2),
        size=_triple(high - low),
        corners_camera=tuple(_triple(corner) for corner in corners),
        corners_px=tuple(
            (float(u), float(v)) if z > 0 else None for (u, v), z in zip(pixels, depth, strict=True)
        ),
    )


def _triple(values: Array) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _rows(matrix: Array) -> tuple[tuple[float, ...], ...]:  # narrowed by the models' validation
    return tuple(tuple(float(value) for value in row) for row in matrix)
