"""The recipe: everything a user decides, as one validated, versioned, frozen value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from ..errors import Fault, Problem
from .camera import CameraRecipe
from .environment import EnvironmentRecipe
from .fields import Section, parameter
from .lighting import LightsRecipe, PanelsRecipe
from .material_rules import MaterialRule, rule_problems
from .objects import ObjectGroup
from .physics import PhysicsRecipe, SpawnRecipe
from .pools import PoolRecipe, most_objects, most_targets, pool_problems
from .problems import Contradictions, shown
from .rendering import OutputsRecipe, RenderRecipe
from .room import RoomRecipe

CURRENT_VERSION = 1
MOST_SCENES = 10**7
"""A job lists its scenes in memory; this many are hundreds of years of rendering."""
GREATEST_INSTANCE_ID = 32767
"""Blender's greatest object pass index."""


ClassName = Annotated[str, Field(min_length=1)]


def _folder(label: str, help: str) -> Any:
    return parameter(None, label=label, help=help, names="folder", min_length=1)


class AssetFolders(Section):
    """Folders that file names in the recipe are relative to."""

    models: str | None = _folder("Models", "Folder of mesh files")
    hdri: str | None = _folder("HDRIs", "Folder of environment images")
    textures: str | None = _folder("Textures", "Folder of texture sets")
    photos: str | None = _folder("Photos", "Folder of photos")
    front3d: str | None = _folder("3D-FRONT", "Folder of the 3D-FRONT data set")


class Recipe(Section):
    """Assets, ranges, render settings, outputs and seed of a dataset."""

    version: Literal[1] = parameter(label="Version", help="Version of the recipe format")
    name: str = parameter("untitled", label="Name", help="Short name", min_length=1, max_length=100)
    description: str = parameter("", label="Description", help="What the dataset is for")
    seed: int = parameter(0, ge=0, lt=2**63, label="Seed", help="Same seed, same dataset")
    scenes: int = parameter(
        10, ge=1, le=MOST_SCENES, label="Scenes", help="How many arrangements to generate"
    )
    views_per_scene: int = parameter(
        4, ge=1, le=1000, label="Views per Scene", help="Cameras looking at each arrangement"
    )
    categories: tuple[ClassName, ...] = parameter(
        (),
        label="Classes",
        help="Order of the classes; their ids start at 1. Without it, the order of the objects",
    )
    assets: AssetFolders = parameter(AssetFolders(), label="Asset Folders", help="Where files are")
    objects: dict[str, ObjectGroup] = parameter(
        label="Objects", help="Groups of targets and distractors by name", min_length=1
    )
    pools: dict[str, PoolRecipe] = parameter(
        {}, label="Pools", help="Choices among object groups by name, made for every scene"
    )
    spawn: SpawnRecipe = parameter(SpawnRecipe(), label="Spawn", help="Where objects start")
    physics: PhysicsRecipe = parameter(PhysicsRecipe(), label="Physics", help="How objects fall")
    room: RoomRecipe = parameter(RoomRecipe(), label="Room", help="Floor, walls and ceiling")
    material_rules: tuple[MaterialRule, ...] = parameter(
        (),
        label="Material Rules",
        help="Materials by chance for objects, classes and surfaces; applied in order, later win",
    )
    lights: LightsRecipe = parameter(LightsRecipe(), label="Lights", help="Lamps")
    more_lights: dict[str, LightsRecipe] = parameter(
        {}, label="More Lights", help="Further groups of lamps by name; none disturbs another"
    )
    panels: PanelsRecipe | None = parameter(
        None, label="Panels", help="Luminous panels under the ceiling of a closed room"
    )
    environment: EnvironmentRecipe = parameter(
        EnvironmentRecipe(), label="Environment", help="Light from all around"
    )
    camera: CameraRecipe = parameter(CameraRecipe(), label="Camera", help="Views")
    render: RenderRecipe = parameter(RenderRecipe(), label="Render", help="Renderer settings")
    outputs: OutputsRecipe = parameter(OutputsRecipe(), label="Outputs", help="Files per frame")

    @field_validator("objects", "pools", "more_lights")
    @classmethod
    def _named_without_dots(cls, named: dict[str, Section]) -> dict[str, Section]:
        for name in named:
            if not name or "." in name:
                raise Fault(
                    f"one is named {name!r}", "Give it a name, without dots; paths use them"
                )
        return named

    @model_validator(mode="after")
    def _consistent(self) -> Recipe:
        unpooled = [*pool_problems(self.objects, self.pools)]
        problems = [*_category_problems(self), *_surface_problems(self), *_blur_problems(self)]
        problems += [*unpooled, *rule_problems(self), *_panel_problems(self)]
        if not unpooled:  # what scenes hold cannot be counted otherwise
            problems += _count_problems(self)
        problems += _channel_problems(self)
        if self.drops and not self.room.enabled:
            message = "objects would fall for ever without a floor"
            remedy = "Set room.enabled to true, or physics.enabled to false"
            problems.append(Problem("room.enabled", "false", message, remedy))
        if problems:
            raise Contradictions(problems)
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

    @property
    def objects_present(self) -> dict[str, ObjectGroup]:
        """Groups that scenes may hold: optional ones only with a folder of models."""
        with_models = self.assets.models is not None
        return {
            name: group for name, group in self.objects.items() if with_models or not group.optional
        }

    @property
    def drops(self) -> bool:
        """Whether objects fall."""
        return self.physics.enabled and self.spawn.mode == "drop"

    def portable(self) -> dict[str, Any]:
        """Return the JSON form without what may differ between machines or runs.

        Leaves out asset folders and the number of scenes: neither changes any frame. Always names
        the classes, whose ids would otherwise hang on the order of keys in a JSON object.
        """
        plain = self.model_dump(mode="json", exclude={"assets", "scenes"})
        return plain | {"categories": list(self.category_names)}


def _panel_problems(recipe: Recipe) -> Iterator[Problem]:
    room = recipe.room
    if recipe.panels is None:
        return
    if not room.enabled or room.floor_only:
        message = "panels hang under a ceiling, and there is none"
        remedy = "Remove panels, or set room.enabled to true and room.floor_only to false"
        yield Problem("panels", "", message, remedy)
    elif room.is_from_files:
        message = "panels hang under the ceiling of the box room, and files bring another room"
        yield Problem("panels", "", message, "Remove panels, or what names the room's files")


def _count_problems(recipe: Recipe) -> Iterator[Problem]:
    objects = most_objects(recipe.objects_present, recipe.pools)
    if objects > GREATEST_INSTANCE_ID:
        message, remedy = f"up to {objects} in a scene", f"Stay within {GREATEST_INSTANCE_ID}"
        yield Problem("objects", "", message, remedy)
    targets = most_targets(recipe.objects_present, recipe.pools)
    camera = recipe.camera
    if targets < camera.min_targets:
        message = f"no view can show so many: a scene holds at most {targets} targets"
        remedy = "Raise the count of a target, set a role to target, or lower camera.min_targets"
        yield Problem("camera.min_targets", shown(camera.min_targets), message, remedy)
    if camera.look_at == "target" and not targets:
        message, remedy = "no scene holds a target", 'Set it to "object" or "center"'
        yield Problem("camera.look_at", shown(camera.look_at), message, remedy)


def _surface_problems(recipe: Recipe) -> Iterator[Problem]:
    room = recipe.room
    if room.is_from_files:
        return  # what it offers is known when the files are
    offered = {f.category or name for name, f in room.furniture.items()} if room.enabled else set()
    missing = sorted(set(recipe.spawn.on) - offered)
    if missing:
        message = f"the room has no furniture called {', '.join(missing)}"
        remedy = f"Use {', '.join(sorted(offered))}" if offered else "Add it to room.furniture"
        yield Problem("spawn.on", shown(recipe.spawn.on), message, remedy)


def _blur_problems(recipe: Recipe) -> Iterator[Problem]:
    if recipe.render.engine != "WORKBENCH":
        return
    message, remedy = "WORKBENCH makes no blur", "Choose another render.engine, or remove the blur"
    f_stop, shutter = recipe.camera.f_stop, recipe.camera.motion_blur.shutter
    if f_stop is not None:
        yield Problem("camera.f_stop", shown(f_stop.to_json()), message, remedy)
    if shutter.support()[1] > 0:
        yield Problem("camera.motion_blur.shutter", shown(shutter.to_json()), message, remedy)


def _channel_problems(recipe: Recipe) -> Iterator[Problem]:
    engine, outputs = recipe.render.engine, recipe.outputs
    if engine == "CYCLES":
        return
    for path, value, off in (
        ("coverage", outputs.coverage, False),
        ("albedo", outputs.albedo, False),
        ("transparent", outputs.transparent, "solid"),
    ):
        if value != off:
            yield Problem(
                f"outputs.{path}",
                shown(value),
                f"is known to Cycles alone, not to {engine}",
                f'Set outputs.{path} to {shown(off)}, or render.engine to "CYCLES"',
            )


def _category_problems(recipe: Recipe) -> Iterator[Problem]:
    given = recipe.categories
    repeated = sorted({name for name in given if given.count(name) > 1})
    if repeated:
        message = f"names {', '.join(repeated)} more than once"
        yield Problem("categories", shown(given), message, "Remove the repetition")
    used = {g.category or n for n, g in recipe.objects.items() if g.role == "target"}
    missing = sorted(used - set(given)) if given else []
    if missing:
        message = f"lacks {', '.join(missing)}, which objects use"
        yield Problem("categories", shown(given), message, "Add it to categories")
