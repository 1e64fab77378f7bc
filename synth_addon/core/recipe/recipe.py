"""The recipe: everything a user decides, as one validated, versioned, frozen value."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import field_validator, model_validator

from ..errors import Fault
from ..shapes.catalog import SHAPES
from .camera import CameraRecipe
from .fields import Section, parameter
from .lighting import EnvironmentRecipe, LightsRecipe
from .objects import ObjectGroup, PhysicsRecipe, RoomRecipe, SpawnRecipe
from .rendering import OutputsRecipe, RenderRecipe

CURRENT_VERSION = 1
GREATEST_INSTANCE_ID = 32767
"""Blender's greatest object pass index."""


class AssetFolders(Section):
    """Folders that file names in the recipe are relative to."""

    models: str | None = parameter(None, label="Models", help="Folder of mesh files")
    hdri: str | None = parameter(None, label="HDRIs", help="Folder of environment images")
    textures: str | None = parameter(None, label="Textures", help="Folder of texture sets")


class Recipe(Section):
    """Assets, ranges, render settings, outputs and seed of a dataset."""

    version: Literal[1] = parameter(label="Version", help="Version of the recipe format")
    name: str = parameter("untitled", label="Name", help="Short name", min_length=1, max_length=100)
    description: str = parameter("", label="Description", help="What the dataset is for")
    seed: int = parameter(0, ge=0, lt=2**63, label="Seed", help="Same seed, same dataset")
    scenes: int = parameter(
        10, ge=1, le=10**9, label="Scenes", help="How many arrangements to generate"
    )
    views_per_scene: int = parameter(
        4, ge=1, le=1000, label="Views per Scene", help="Cameras looking at each arrangement"
    )
    categories: tuple[str, ...] = parameter(
        (),
        label="Classes",
        help="Order of the classes; their ids start at 1. Without it, the order of the objects",
    )
    assets: AssetFolders = parameter(AssetFolders(), label="Asset Folders", help="Where files are")
    objects: dict[str, ObjectGroup] = parameter(
        label="Objects", help="Groups of targets and distractors by name", min_length=1
    )
    spawn: SpawnRecipe = parameter(SpawnRecipe(), label="Spawn", help="Where objects start")
    physics: PhysicsRecipe = parameter(PhysicsRecipe(), label="Physics", help="How objects fall")
    room: RoomRecipe = parameter(RoomRecipe(), label="Room", help="Floor, walls and ceiling")
    lights: LightsRecipe = parameter(LightsRecipe(), label="Lights", help="Lamps")
    environment: EnvironmentRecipe = parameter(
        EnvironmentRecipe(), label="Environment", help="Light from all around"
    )
    camera: CameraRecipe = parameter(CameraRecipe(), label="Camera", help="Views")
    render: RenderRecipe = parameter(RenderRecipe(), label="Render", help="Renderer settings")
    outputs: OutputsRecipe = parameter(OutputsRecipe(), label="Outputs", help="Files per frame")

    @field_validator("objects")
    @classmethod
    def _known_shapes(cls, groups: dict[str, ObjectGroup]) -> dict[str, ObjectGroup]:
        for name, group in groups.items():
            if not name or "." in name:
                raise Fault(f"group name {name!r}", "Give it a name without dots")
            _check_shape(name, group)
        return groups

    @model_validator(mode="after")
    def _consistent(self) -> Recipe:
        _check_categories(self)
        most = sum(group.count.support()[1] for group in self.objects.values())
        if most > GREATEST_INSTANCE_ID:
            raise Fault(f"up to {most:g} objects in a scene", f"Stay within {GREATEST_INSTANCE_ID}")
        if self.camera.min_targets > 0 and not self.category_names:
            raise Fault(
                "camera.min_targets asks for targets and no object group is one",
                "Set the role of a group to target, or camera.min_targets to 0",
            )
        if self.camera.look_at == "target" and not self.category_names:
            raise Fault("camera.look_at needs a target", 'Set camera.look_at to "object"')
        if self.physics.enabled and not self.room.enabled:
            raise Fault(
                "objects would fall for ever without a floor",
                "Set room.enabled to true, or physics.enabled to false",
            )
        return self

    @property
    def category_names(self) -> tuple[str, ...]:
        """Class names in the order of their ids, which start at 1."""
        return self.categories or tuple(
            dict.fromkeys(
                group.category or name
                for name, group in self.objects.items()
                if group.role == "target"
            )
        )

    def portable(self) -> dict[str, Any]:
        """Return the JSON form without what may differ between machines or runs.

        Leaves out asset folders and the number of scenes: neither changes any frame.
        """
        return self.model_dump(mode="json", exclude={"assets", "scenes"})


def _check_shape(name: str, group: ObjectGroup) -> None:
    if group.shape is None:
        return
    if group.shape not in SHAPES:
        raise Fault(
            f"{name}.shape names no shape: {group.shape!r}", f"Use one of {', '.join(SHAPES)}"
        )
    declared = SHAPES[group.shape].parameters
    for key, distribution in group.parameters.items():
        if key not in declared:
            raise Fault(
                f"{name}.parameters: {group.shape} has no {key!r}",
                f"Use one of {', '.join(declared)}" if declared else "Remove it",
            )
        least, greatest = distribution.support()
        if least < declared[key].low or greatest > declared[key].high:
            raise Fault(
                f"{name}.parameters.{key} reaches from {least:g} to {greatest:g}",
                f"Stay within {declared[key].low:g} to {declared[key].high:g}",
            )


def _check_categories(recipe: Recipe) -> None:
    if not recipe.categories:
        return
    if len(set(recipe.categories)) != len(recipe.categories):
        raise Fault("categories names a class twice", "Remove the repetition")
    used = {g.category or n for n, g in recipe.objects.items() if g.role == "target"}
    missing = sorted(used - set(recipe.categories))
    if missing:
        raise Fault(
            f"categories lacks {', '.join(missing)}, which objects use", "Add it to categories"
        )
