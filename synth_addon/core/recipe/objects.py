"""What is in a scene: groups of targets and distractors, where they start and how they fall."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from ..errors import Fault
from ..scene_spec import CollisionShape, Role
from .fields import Number, Orientation, Section, number, orientation, parameter
from .materials import MaterialRecipe

Unit = Literal["m", "cm", "mm"]


class ObjectGroup(Section):
    """One kind of object; every scene draws how many of it there are."""

    role: Role = parameter(
        "target",
        label="Role",
        help="Targets are annotated for training, distractors only hide them",
    )
    category: str | None = parameter(
        None, label="Class", help="Class name of targets; without it the group's own name is used"
    )
    shape: str | None = parameter(
        None, label="Shape", help="Name of a procedural shape; give this or a file"
    )
    parameters: dict[str, Number] = parameter(
        {}, label="Shape Parameters", help="Ranges of the procedural shape's proportions"
    )
    file: str | None = parameter(
        None,
        label="File",
        help="Mesh file (.obj, .ply, .glb, .gltf, .blend) or a pattern such as kitchen/*.gltf; "
        "relative to the assets.models folder, or to the recipe's own folder without one",
    )
    object: str | None = parameter(
        None, label="Object", help="Name of one object in a .blend file; all meshes without it"
    )
    unit: Unit = parameter("m", label="Unit", help="Length unit of the mesh file")
    count: Number = number(
        1, low=0, high=1000, whole=True, label="Count", help="How many are in a scene"
    )
    scale: Number = number(
        1, low=1e-4, high=1e4, label="Scale", help="Factor on the object's own size"
    )
    rotation: Orientation = orientation(
        "uniform", label="Rotation", help="Orientation before the drop"
    )
    material: MaterialRecipe | None = parameter(
        None, label="Material", help="Randomized material; without it the file's own is kept"
    )
    collision_shape: CollisionShape = parameter(
        "convex_hull", label="Collision Shape", help="Body used while dropping"
    )
    mass_kg: Number = number(
        0.2, low=1e-3, high=1e4, unit="kg", label="Mass", help="Mass while dropping"
    )
    friction: Number = number(
        0.6, low=0, high=2, label="Friction", help="Grip on other objects while dropping"
    )
    restitution: Number = number(
        0.1, low=0, high=1, label="Bounciness", help="Share of speed kept when bouncing"
    )

    @model_validator(mode="after")
    def _one_source(self) -> ObjectGroup:
        if (self.shape is None) == (self.file is None):
            raise Fault("needs exactly one of shape and file", "Keep one of the two")
        if self.parameters and self.shape is None:
            raise Fault("parameters belong to a shape, not to a file", "Remove parameters")
        if self.object is not None and self.file is None:
            raise Fault("object names a part of a file, and there is no file", "Remove object")
        if self.role == "distractor" and self.category is not None:
            raise Fault("a distractor has no class", "Remove category, or set role to target")
        return self


class SpawnRecipe(Section):
    """The box in which objects start; they are moved apart, upward if need be."""

    x_m: Number = number(
        {"uniform": [-0.3, 0.3]}, low=-1e3, high=1e3, unit="m", label="X", help="Start position"
    )
    y_m: Number = number(
        {"uniform": [-0.3, 0.3]}, low=-1e3, high=1e3, unit="m", label="Y", help="Start position"
    )
    height_m: Number = number(
        {"uniform": [0.1, 0.4]},
        low=-1e3,
        high=1e3,
        unit="m",
        label="Height",
        help="Start height of the lowest point above the floor",
    )


class PhysicsRecipe(Section):
    """How objects fall and when they count as settled."""

    enabled: bool = parameter(True, label="Drop", help="Let objects fall and come to rest")
    gravity: float = parameter(
        9.81, ge=0.1, le=100, unit="m/s2", label="Gravity", help="Acceleration downward"
    )
    steps_per_second: int = parameter(
        60, ge=24, le=1000, label="Steps per Second", help="Simulated frames per second"
    )
    substeps: int = parameter(
        4, ge=1, le=100, label="Substeps", help="Solver steps in each simulated frame"
    )
    rest_speed: float = parameter(
        0.01, gt=0, le=10, unit="m/s", label="Rest Speed", help="Slower than this counts as still"
    )
    rest_seconds: float = parameter(
        0.2, gt=0, le=10, unit="s", label="Rest Time", help="How long all must be still"
    )
    max_seconds: float = parameter(
        4.0, gt=0, le=120, unit="s", label="Time Limit", help="The drop ends at this simulated time"
    )


def _painted(value: tuple[float, float], saturation: tuple[float, float]) -> MaterialRecipe:
    ranges = {"value": {"uniform": value}, "saturation": {"uniform": saturation}}
    return MaterialRecipe.model_validate(ranges)


class RoomRecipe(Section):
    """A closed box room with its floor at height 0, centred on the origin."""

    enabled: bool = parameter(True, label="Room", help="Build floor, walls and ceiling")
    floor_only: bool = parameter(
        False, label="Floor Only", help="Leave out walls and ceiling, so that the environment shows"
    )
    width_m: Number = number(4, low=0.1, high=1e3, unit="m", label="Width", help="Size along X")
    depth_m: Number = number(4, low=0.1, high=1e3, unit="m", label="Depth", help="Size along Y")
    height_m: Number = number(2.6, low=0.1, high=1e3, unit="m", label="Height", help="Size along Z")
    floor: MaterialRecipe = parameter(
        _painted(value=(0.2, 0.7), saturation=(0, 0.5)),
        label="Floor",
        help="Material of the floor",
    )
    walls: MaterialRecipe = parameter(
        _painted(value=(0.5, 0.85), saturation=(0, 0.3)),
        label="Walls",
        help="Material of the four walls",
    )
    ceiling: MaterialRecipe = parameter(
        _painted(value=(0.7, 0.9), saturation=(0, 0.05)),
        label="Ceiling",
        help="Material of the ceiling",
    )
