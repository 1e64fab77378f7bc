"""The second act of a drop: what has fallen is halted, and what is not yet at rest falls on.

On a level floor round things would roll for many seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..scene_spec import Pose, SceneSpec

_LINEAR, _ANGULAR = 0.9, 0.99
"""Shares of speed lost per second; what topples or falls still does so."""


def calmed(spec: SceneSpec, poses: Sequence[Pose]) -> SceneSpec:
    """Return the scene with its objects at `poses` and strongly damped."""
    objects = []
    for item, pose in zip(spec.objects, poses, strict=True):
        damping = {
            "linear_damping": max(_LINEAR, item.body.linear_damping),
            "angular_damping": max(_ANGULAR, item.body.angular_damping),
        }
        body = item.body.model_copy(update=damping)
        objects.append(item.model_copy(update={"pose": pose, "body": body}))
    return spec.model_copy(update={"objects": tuple(objects)})
