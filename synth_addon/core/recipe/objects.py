"""What is in a scene: groups of targets and distractors, where they start and how they fall."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Literal

from pydantic import model_validator

from ..distributions import Constant, Distribution, plain
from ..errors import Fault, Problem
from ..scene_spec import CollisionShape, Role, UpAxis
from ..shapes.catalog import SHAPES
from ..shapes.declaration import Shape
from .adjust import AdjustRecipe
from .fields import Number, Orientation, Section, number, orientation, parameter
from .landmarks import KeypointRecipe, SymmetryRecipe
from .materials import MaterialRecipe
from .problems import Contradictions, shown

Unit = Literal["m", "cm", "mm"]
_SOURCES = ("shape", "file", "open_object", "open_collection")


class ObjectGroup(Section):
    """One kind of object; every scene draws how many of it there are."""

    role: Role = parameter(
        "target",
        label="Role",
        help="Targets are annotated for training, distractors only hide them",
    )
    category: str | None = parameter(
        None,
        label="Class",
        help="Class name of targets; without it the group's own name is used",
        min_length=1,
    )
    shape: str | None = parameter(
        None, label="Shape", help="Name of a procedural shape; give this or another source"
    )
    parameters: dict[str, Number] = parameter(
        {}, label="Shape Parameters", help="Ranges of the procedural shape's proportions"
    )
    file: str | None = parameter(
        None,
        label="File",
        help="Mesh file (.obj, .ply, .stl, .glb, .gltf, .fbx, .usd, .usda, .usdc, .usdz, .blend) "
        "or a pattern such as kitchen/*.gltf; relative to the assets.models folder, or to the "
        "recipe's own folder without one",
        min_length=1,
    )
    object: str | None = parameter(
        None,
        label="Object",
        help="Name of one object in the file; without it all meshes that are not hidden from "
        "render",
    )
    open_object: str | None = parameter(
        None,
        names="object",
        label="Open Object",
        help="Name of a mesh object in the .blend file that is open; its modifiers are applied",
        min_length=1,
    )
    open_collection: str | None = parameter(
        None,
        names="collection",
        label="Open Collection",
        help="Name of a collection in the .blend file that is open; every mesh object in it or in "
        "a collection below is one choice, hidden or not",
        min_length=1,
    )
    as_one: bool = parameter(
        False,
        label="As One",
        help="Take all meshes of the open collection as one object, where they are to each other",
    )
    unit: Unit = parameter(
        "m",
        label="Unit",
        help="Length that the numbers in the file count; for FBX and USD, which state one, a "
        "factor on that (Blender 4.2 takes binary USD to be in metres)",
    )
    up_axis: UpAxis | None = parameter(
        None,
        label="Up Axis",
        help="Axis of the file that points up; without it Y for glTF, what the file states for "
        "FBX and USD (Y then means that it states a wrong one), and Z for all others",
    )
    optional: bool = parameter(
        False,
        label="Optional",
        help="Leave this group out while assets.models is not set",
    )
    count: Number = number(
        1, low=0, high=1000, whole=True, label="Count", help="How many are in a scene"
    )
    count_per: Literal["scene", "target"] = parameter(
        "scene",
        label="Count Per",
        help="Draw the count once for the scene, or once for each target in it; for distractors",
    )
    pool: str | None = parameter(
        None, label="Pool", help="Name in pools; the pool then says how many there are"
    )
    weight: float = parameter(
        1.0,
        ge=0,
        le=1e6,
        label="Weight",
        help="How often its pool draws this group, against the weights of the others; 0 for never",
    )
    repeat_files: bool = parameter(
        True,
        label="Repeat Files",
        help="Whether a scene may hold the same file, or object of the collection, twice",
    )
    scale: Number = number(
        1, low=1e-4, high=1e4, label="Scale", help="Factor on the object's own size"
    )
    size_m: Number | None = number(
        None,
        low=1e-3,
        high=100,
        unit="m",
        label="Size",
        help="Longest side of the object's box before it is turned; without it, the object's own",
    )
    rotation: Orientation = orientation(
        "uniform", label="Rotation", help="Orientation before the drop"
    )
    material: MaterialRecipe | None = parameter(
        None, label="Material", help="Randomized material; without it the file's own is kept"
    )
    adjust: AdjustRecipe | None = parameter(
        None, label="Adjust", help="Changes of the file's own materials, where those are kept"
    )
    collision_shape: CollisionShape = parameter(
        "auto",
        label="Collision Shape",
        help="Body used while dropping; convex_parts keeps hollow things hollow, auto takes it "
        "for those and convex_hull for others",
    )
    mass_kg: Number = number(
        0.2, low=1e-3, high=1e4, unit="kg", label="Mass", help="Mass while dropping"
    )
    density_kg_m3: Number | None = number(
        None,
        low=1,
        high=25000,
        unit="kg/m3",
        label="Density",
        help="Mass per volume of the mesh while dropping, instead of mass_kg",
    )
    friction: Number = number(
        0.6, low=0, high=2, label="Friction", help="Grip on other objects while dropping"
    )
    restitution: Number = number(
        0.1, low=0, high=1, label="Bounciness", help="Share of speed kept when bouncing"
    )
    linear_damping: Number = number(
        0.04, low=0, high=1, label="Damping", help="Share of speed lost per second"
    )
    angular_damping: Number = number(
        0.2, low=0, high=1, label="Spin Damping", help="Share of turning speed lost per second"
    )

    keypoints: dict[str, KeypointRecipe] = parameter(
        {}, label="Keypoints", help="Named points that are annotated in every frame"
    )
    symmetries: tuple[SymmetryRecipe, ...] = parameter(
        (),
        label="Symmetries",
        help="Axes about which it looks the same turned, for the BOP format and pose errors",
    )

    @model_validator(mode="after")
    def _something_to_adjust(self) -> ObjectGroup:
        if self.adjust is not None and self.material is not None:
            raise Fault("material replaces what adjust would change", "Remove one of the two")
        if self.adjust is not None and self.shape is not None:
            raise Fault("a shape brings no material to adjust", "Give it a material instead")
        return self

    @model_validator(mode="after")
    def _one_source(self) -> ObjectGroup:
        given = [name for name in _SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise Fault(f"needs exactly one of {', '.join(_SOURCES)}", "Keep one of them")
        if self.parameters and self.shape is None:
            raise Fault(f"parameters belong to a shape, not to {given[0]}", "Remove parameters")
        if self.file is None:
            for name in ("object", "unit", "up_axis", "optional"):
                if getattr(self, name) != type(self).model_fields[name].default:
                    raise Fault(f"{name} belongs to a file, and there is none", f"Remove {name}")
        if self.as_one and self.open_collection is None:
            raise Fault("as_one belongs to open_collection", "Remove as_one, or name a collection")
        if self.size_m is not None and self.scale != Constant(1):
            raise Fault("size_m and scale both state the size", "Keep one of the two")
        return self

    @model_validator(mode="after")
    def _fit_for_its_role(self) -> ObjectGroup:
        if self.role == "distractor" and self.category is not None:
            raise Fault("a distractor has no class", "Remove category, or set role to target")
        if self.count_per == "target" and self.role == "target":
            remedy = 'Set count_per to "scene", or role to distractor'
            raise Fault("targets cannot be counted by the number of targets", remedy)
        if self.count_per == "target" and self.pool is not None:
            remedy = 'Remove pool, or set count_per to "scene"'
            raise Fault("a pool draws once for the scene", remedy)
        return self

    @model_validator(mode="after")
    def _possible_shape(self) -> ObjectGroup:
        if self.shape is not None:
            problems = list(shape_problems(self.shape, self.parameters))
            if problems:
                raise Contradictions(problems)
        return self


def shape_problems(name: str, given: Mapping[str, Distribution]) -> Iterator[Problem]:
    """Yield what is wrong with the name of a shape and the ranges of its parameters.

    Paths are relative to where the shape is named.
    """
    if name not in SHAPES:
        close = difflib.get_close_matches(name, SHAPES, n=1)
        remedy = f"Did you mean {close[0]}?" if close else f"Use one of {', '.join(SHAPES)}"
        yield Problem("shape", shown(name), "there is no such shape", remedy)
        return
    problems = [
        Problem(f"parameters.{key}", shown(distribution.to_json()), fault.message, fault.remedy)
        for key, distribution in given.items()
        if (fault := _parameter_fault(SHAPES[name], key, distribution)) is not None
    ]
    yield from problems or _misfit(name, tuple((key, *given[key].support()) for key in given))


def _parameter_fault(shape: Shape, key: str, distribution: Distribution) -> Fault | None:
    declared = shape.parameters.get(key)
    if declared is None:
        close = difflib.get_close_matches(key, shape.parameters, n=1)
        known = f"Did you mean {close[0]}?" if close else f"Use {', '.join(shape.parameters)}"
        return Fault(f"{shape.name} has no such parameter", known)
    least, greatest = distribution.support()
    if declared.low <= least and greatest <= declared.high:
        return None
    return Fault(
        f"values reach from {plain(least)} to {plain(greatest)}",
        f"Stay within {plain(declared.low)} to {plain(declared.high)} {declared.unit}".rstrip(),
    )


@lru_cache(maxsize=256)
def _misfit(name: str, ranges: tuple[tuple[str, float, float], ...]) -> tuple[Problem, ...]:
    """Return the fault of the shape that has the worst values of its ranges, if there is one.

    A shape's check promises that a fault anywhere in the ranges shows at a corner of them.
    """
    shape = SHAPES[name]
    if shape.check is None:
        return ()
    values: dict[str, tuple[float, ...]]
    values = {key: (declared.default,) for key, declared in shape.parameters.items()}
    values |= {key: tuple(dict.fromkeys((low, high))) for key, low, high in ranges}
    for corner in product(*values.values()):
        try:
            shape.check(**dict(zip(values, corner, strict=True)))
        except Fault as fault:
            found = shown(dict(zip(values, corner, strict=True)))
            return (Problem("parameters", found, fault.message, fault.remedy),)
    return ()
