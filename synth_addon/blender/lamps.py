"""Builds lamps from specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import bpy
from mathutils import Matrix, Quaternion, Vector

from ..core.light_spec import LightKind, LightSpec

_LIGHT_TYPES: Mapping[LightKind, Literal["POINT", "AREA", "SUN", "SPOT"]] = {
    "point": "POINT",
    "area": "AREA",
    "sun": "SUN",
    "spot": "SPOT",
}


def new_lamp(name: str, kind: LightKind) -> bpy.types.Object:
    """Return a new lamp object with data of its own."""
    return bpy.data.objects.new(name, bpy.data.lights.new(name, _LIGHT_TYPES[kind]))


def set_lamp(lamp: bpy.types.Object, spec: LightSpec) -> None:
    """Make a lamp of the spec's kind what the spec says."""
    light = lamp.data
    assert isinstance(light, bpy.types.Light)
    light.energy = spec.energy
    light.color = spec.color
    if spec.kind == "area":
        light.size = max(spec.size_m, 1e-3)
    elif spec.kind == "sun":
        light.angle = spec.angle
    else:
        light.shadow_soft_size = spec.size_m
    if spec.kind == "spot":
        light.spot_size, light.spot_blend = spec.angle, spec.blend
    direction = Vector(spec.target) - Vector(spec.position)
    rotation = direction.to_track_quat("-Z", "Y") if direction.length else Quaternion()
    lamp.matrix_world = Matrix.Translation(spec.position) @ rotation.to_matrix().to_4x4()


def light_spec(lamp: bpy.types.Object) -> LightSpec:
    """Return the spec of a lamp object; an area lamp's sides become one of their mean length."""
    light = lamp.data
    assert isinstance(light, bpy.types.Light)
    kind = next(kind for kind, name in _LIGHT_TYPES.items() if name == light.type)
    place = lamp.matrix_world.translation
    target = place + lamp.matrix_world.to_3x3() @ Vector((0.0, 0.0, -1.0))
    size, angle = getattr(light, "shadow_soft_size", 0.0), 0.0
    if light.type == "AREA":
        long = light.shape in ("RECTANGLE", "ELLIPSE")
        size = (light.size * light.size_y) ** 0.5 if long else light.size
    elif light.type == "SUN":
        angle = light.angle
    elif light.type == "SPOT":
        angle = light.spot_size
    return LightSpec(
        kind=kind,
        position=(place.x, place.y, place.z),
        target=(target.x, target.y, target.z),
        energy=light.energy,
        color=(light.color.r, light.color.g, light.color.b),
        size_m=size,
        angle=angle,
        blend=light.spot_blend if light.type == "SPOT" else 0.15,
    )
