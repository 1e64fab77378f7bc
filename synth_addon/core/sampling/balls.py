"""Spheres around settled objects: where they are, roughly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..mesh import TriangleMesh
from ..scene_spec import ObjectSpec, Pose
from ..transforms import Array, transform_points


@dataclass(frozen=True)
class Ball:
    """A settled object's bounding sphere: centre (3,) in the world frame, radius in metres."""

    center: Array
    radius: float


def bounding_balls(
    objects: Sequence[ObjectSpec], poses: Sequence[Pose], meshes: Mapping[str, TriangleMesh]
) -> tuple[Ball, ...]:
    """Return a sphere around each object, centred on its box."""
    return tuple(
        bounding_ball(spec, pose, meshes[spec.asset_key])
        for spec, pose in zip(objects, poses, strict=True)
    )


def bounding_ball(spec: ObjectSpec, pose: Pose, mesh: TriangleMesh) -> Ball:
    """Return the sphere around one object's box."""
    low, high = mesh.bounds
    center = transform_points(pose.matrix, [spec.scale * (low + high) / 2])[0]
    return Ball(center, spec.scale * float(np.linalg.norm(high - low)) / 2)
