"""Finds the places where objects start, or stay: apart from each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import SceneError
from ..mesh import TriangleMesh
from ..random_streams import random_stream
from ..recipe.recipe import Recipe
from ..scene_spec import ObjectSpec, Pose, SceneSpec, Vector
from ..transforms import Array, rotation_from_quaternion
from .extents import Extent, extent_of
from .objects import sample_start
from .spawn_region import SpawnRegion, spawn_regions

_REDRAWS = 20
_TRIES = 300
"""Draws of a place where objects may not be raised out of each other's way."""
_GAP_M = 0.002
_ROOMIER = "Widen spawn.x_m and spawn.y_m, or lower the objects' counts"


def arrange(recipe: Recipe, spec: SceneSpec, meshes: Mapping[str, TriangleMesh]) -> SceneSpec:
    """Return `spec` with start poses at which no two objects touch.

    A drawn x and y become the middle of the object, wherever its file has the origin, and a drawn
    height that of its lowest point above what it starts on. What is dropped and overlaps earlier
    objects is drawn anew a few times, then raised until it is free. What is scattered lies on the
    surface, and no object over another; what floats is free on all sides. All are kept between
    the walls, or within the level area and the free height that they start over.

    Raises:
        SceneError: the room holds nothing that objects are to be placed on, or there is no room
            for all that are scattered or float.
    """
    placed: list[Extent] = []
    objects: list[ObjectSpec] = []
    regions = spawn_regions(recipe, spec, meshes)
    for item, region in zip(spec.objects, regions, strict=True):
        mesh = meshes[item.asset_key]
        rng = random_stream(spec.seed, spec.scene, f"arrange {item.instance_id} {spec.attempt}")
        standing = extent_of(item, Pose(quaternion=item.pose.quaternion), mesh)
        pose = _place(recipe, item, mesh, region, standing, placed, rng)
        placed.append(standing.moved(np.asarray(pose.translation)))
        objects.append(item.model_copy(update={"pose": pose}))
    return spec.model_copy(update={"objects": tuple(objects)})


def _place(
    recipe: Recipe,
    item: ObjectSpec,
    mesh: TriangleMesh,
    region: SpawnRegion,
    standing: Extent,
    placed: Sequence[Extent],
    rng: np.random.Generator,
) -> Pose:
    """Return the first of some drawn places that is free, or a way out where there is one.

    Args:
        standing: of the object at the origin, turned as it starts.
    """
    mode = recipe.spawn.mode
    start = item.pose.translation
    box = _turned_box(item, mesh, region)
    for _ in range(1 + (_REDRAWS if mode == "drop" else _TRIES)):
        pose = _grounded(item, box, (*start[:2], 0.0) if mode == "scatter" else start, region)
        extent = standing.moved(np.asarray(pose.translation))
        if all(extent.is_apart(other, _GAP_M, in_plan=mode == "scatter") for other in placed):
            return pose
        start = sample_start(recipe.spawn, rng)
    if mode == "drop":
        return _raised(pose, standing, placed)
    raise SceneError(
        f"object {item.instance_id} ({item.group}) finds no free place in {_TRIES} draws. "
        f"{_ROOMIER}"
    )


def _turned_box(item: ObjectSpec, mesh: TriangleMesh, region: SpawnRegion) -> tuple[Array, Array]:
    """Return the lower and upper corner of the box around an object along the region's axes."""
    rotated = item.scale * _rotated(mesh, item.pose) @ region.rotation
    return rotated.min(axis=0), rotated.max(axis=0)


def _grounded(
    item: ObjectSpec, box: tuple[Array, Array], start: Vector, region: SpawnRegion
) -> Pose:
    """Return the pose whose box, along the region's axes, is at `start` or as near as fits."""
    low, high = box
    middle, half = (low + high) / 2, (high - low) / 2
    play = np.maximum(0.0, region.half - half[:2])
    headroom = max(_GAP_M, region.clearance - _GAP_M - 2 * half[2])
    place = np.array([*np.clip(start[:2], -play, play), min(start[2], headroom)])
    shift = place - (*middle[:2], low[2])
    x, y, z = (float(value) for value in region.origin + region.rotation @ shift)
    return Pose(translation=(x, y, z), quaternion=item.pose.quaternion)


def _rotated(mesh: TriangleMesh, pose: Pose) -> Array:
    return mesh.vertices @ rotation_from_quaternion(pose.quaternion).T


def _raised(pose: Pose, standing: Extent, placed: Sequence[Extent]) -> Pose:
    """Raise an object to just above whatever it overlaps, as often as needed."""
    for _ in range(len(placed) + 1):
        extent = standing.moved(np.asarray(pose.translation))
        tops = [other.top for other in placed if not extent.is_apart(other, _GAP_M)]
        if not tops:
            break
        x, y, z = pose.translation
        rise = max(tops) + 2 * _GAP_M - extent.bottom
        pose = Pose(translation=(x, y, z + rise), quaternion=pose.quaternion)
    return pose
