"""Moves objects apart before they are dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..mesh import TriangleMesh
from ..random_streams import random_stream
from ..recipe.recipe import Recipe
from ..scene_spec import ObjectSpec, Pose, SceneSpec, Vector
from ..transforms import Array, rotation_from_quaternion
from .balls import Ball, bounding_ball
from .objects import sample_start
from .spawn_region import SpawnRegion, spawn_regions

_REDRAWS = 20
_GAP_M = 0.002


def arrange(recipe: Recipe, spec: SceneSpec, meshes: Mapping[str, TriangleMesh]) -> SceneSpec:
    """Return `spec` with start poses at which no two objects' bounding spheres touch.

    A drawn x and y become the middle of the object, wherever its file has the origin, and a drawn
    height that of its lowest point above what it starts on. An object that overlaps earlier ones
    is drawn anew a few times, then raised until it is free; it is kept between the walls, or
    within the level area and the free height that it starts over.

    Raises:
        SceneError: the room holds nothing that objects are to be placed on.
    """
    placed: list[Ball] = []
    objects: list[ObjectSpec] = []
    regions = spawn_regions(recipe, spec, meshes)
    for item, region in zip(spec.objects, regions, strict=True):
        mesh = meshes[item.asset_key]
        rng = random_stream(spec.seed, spec.scene, f"arrange {item.instance_id} {spec.attempt}")
        pose = _grounded(item, mesh, item.pose.translation, region)
        for _ in range(_REDRAWS):
            if not _overlaps(bounding_ball(item, pose, mesh), placed):
                break
            pose = _grounded(item, mesh, sample_start(recipe.spawn, rng), region)
        pose = _raised(item, pose, mesh, placed)
        placed.append(bounding_ball(item, pose, mesh))
        objects.append(item.model_copy(update={"pose": pose}))
    return spec.model_copy(update={"objects": tuple(objects)})


def _grounded(item: ObjectSpec, mesh: TriangleMesh, start: Vector, region: SpawnRegion) -> Pose:
    """Return the pose whose box, along the region's axes, is at `start` or as near as fits."""
    rotated = item.scale * _rotated(mesh, item.pose) @ region.rotation
    low, high = rotated.min(axis=0), rotated.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    play = np.maximum(0.0, region.half - half[:2])
    headroom = max(_GAP_M, region.clearance - _GAP_M - 2 * half[2])
    place = np.array([*np.clip(start[:2], -play, play), min(start[2], headroom)])
    shift = place - (*middle[:2], low[2])
    x, y, z = (float(value) for value in region.origin + region.rotation @ shift)
    return Pose(translation=(x, y, z), quaternion=item.pose.quaternion)


def _rotated(mesh: TriangleMesh, pose: Pose) -> Array:
    return mesh.vertices @ rotation_from_quaternion(pose.quaternion).T


def _overlaps(ball: Ball, placed: Sequence[Ball]) -> bool:
    return any(
        np.linalg.norm(ball.center - other.center) < ball.radius + other.radius + _GAP_M
        for other in placed
    )


def _raised(item: ObjectSpec, pose: Pose, mesh: TriangleMesh, placed: Sequence[Ball]) -> Pose:
    """Raise an object to just above whatever it overlaps, as often as needed."""
    for _ in range(len(placed) + 1):
        ball = bounding_ball(item, pose, mesh)
        tops = [other.center[2] + other.radius for other in placed if _overlaps(ball, [other])]
        if not tops:
            break
        rise = max(tops) + ball.radius + 2 * _GAP_M - ball.center[2]
        x, y, z = pose.translation
        pose = Pose(translation=(x, y, z + float(rise)), quaternion=pose.quaternion)
    return pose
