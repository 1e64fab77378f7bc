"""One panel for each part of the recipe, in the order of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy

from ..properties.sections import USE, declarations
from ..properties.settings import settings_of
from ..translations.translating import CONTEXT
from .fields import draw_fields
from .place import SidebarPanel

ACTIVE_OBJECT = "objects[]"


@dataclass(frozen=True)
class SectionPanel:
    """What one panel shows.

    Attributes:
        name: of the class, after ``SYNTH_PT_``.
        label: its heading.
        section: whose parameters it shows.
        path: where that section stands in the recipe; empty for the recipe itself, and
            `ACTIVE_OBJECT` for the entry that is active in the list of objects.
        leave_out: parameters that stand elsewhere.
        only: the parameters that it shows; empty for all.
        enabler: a parameter that is the tick in the heading; it is not drawn again.
        parent: name of the panel that it stands in.
    """

    name: str
    label: str
    section: str
    path: str = ""
    leave_out: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    enabler: str = ""
    parent: str = ""


_ROOM_PARTS = ("windows", "furniture", "front3d", "floor", "walls", "ceiling")
_SKIES = ("sky", "studio", "gradient", "backdrop")
_LENS = ("fov_deg", "focal_mm", "sensor_width_mm", "matrix", "intrinsics_file")
_LENS += ("shift_x", "shift_y", "pixel_aspect", "clip_start_m", "clip_end_m")
_CHECKS = ("min_targets", "min_visible", "min_distance_m", "max_tries")
_FOCUS = ("f_stop", "blades", "focus_m")
_SIZE = ("width_px", "height_px")

_SOURCE = ("open_object", "open_collection", "as_one", "shape", "parameters", "file", "object")
_SOURCE += ("unit", "up_axis", "optional")
_AMOUNT = ("count", "count_per", "pool", "weight", "repeat_files")
_BODY = ("collision_shape", "mass_kg", "density_kg_m3", "friction", "restitution")
_BODY += ("linear_damping", "angular_damping")


def _of_object(name: str, label: str, only: tuple[str, ...]) -> SectionPanel:
    return SectionPanel(name, label, "ObjectGroup", ACTIVE_OBJECT, only=only, parent="objects")


PANELS: Sequence[SectionPanel] = (
    SectionPanel("image", "Image", "CameraRecipe", "camera", only=_SIZE, parent="dataset"),
    SectionPanel("render", "Render", "RenderRecipe", "render", parent="dataset"),
    SectionPanel("outputs", "Outputs", "OutputsRecipe", "outputs", parent="dataset"),
    SectionPanel("assets", "Asset Folders", "AssetFolders", "assets", parent="dataset"),
    _of_object("object_source", "Source", _SOURCE),
    _of_object("object_amount", "Amount", _AMOUNT),
    _of_object("object_size", "Size & Rotation", ("scale", "size_m", "rotation")),
    _of_object("object_material", "Material", ("material", "adjust")),
    _of_object("object_body", "Body", _BODY),
    _of_object("object_landmarks", "Keypoints & Symmetries", ("keypoints", "symmetries")),
    SectionPanel("pools", "Pools", "Recipe", only=("pools",), parent="objects"),
    SectionPanel("spawn", "Pose", "SpawnRecipe", "spawn"),
    SectionPanel("physics", "Physics", "PhysicsRecipe", "physics", enabler="enabled"),
    SectionPanel("room", "Room", "RoomRecipe", "room", leave_out=_ROOM_PARTS, enabler="enabled"),
    SectionPanel("windows", "Windows", "WindowsRecipe", "room.windows", parent="room"),
    SectionPanel(
        "furniture", "Furniture", "RoomRecipe", "room", only=("furniture",), parent="room"
    ),
    SectionPanel("front3d", "3D-FRONT", "RoomRecipe", "room", only=("front3d",), parent="room"),
    SectionPanel("floor", "Floor", "MaterialRecipe", "room.floor", parent="room"),
    SectionPanel("walls", "Walls", "MaterialRecipe", "room.walls", parent="room"),
    SectionPanel("ceiling", "Ceiling", "MaterialRecipe", "room.ceiling", parent="room"),
    SectionPanel("materials", "Materials", "Recipe", only=("material_rules",)),
    SectionPanel("lights", "Lights", "LightsRecipe", "lights"),
    SectionPanel("more_lights", "More Lights", "Recipe", only=("more_lights",), parent="lights"),
    SectionPanel(
        "panels", "Ceiling Panels", "PanelsRecipe", "panels", enabler="use_panels", parent="lights"
    ),
    SectionPanel(
        "environment", "Environment", "EnvironmentRecipe", "environment", leave_out=_SKIES
    ),
    SectionPanel("sky", "Sky", "SkyRecipe", "environment.sky", parent="environment"),
    SectionPanel("studio", "Studio", "StudioRecipe", "environment.studio", parent="environment"),
    SectionPanel(
        "gradient", "Gradient", "GradientRecipe", "environment.gradient", parent="environment"
    ),
    SectionPanel(
        "backdrop", "Backdrop", "BackdropRecipe", "environment.backdrop", parent="environment"
    ),
    SectionPanel(
        "camera",
        "Camera",
        "CameraRecipe",
        "camera",
        leave_out=(*_SIZE, *_LENS, *_CHECKS, *_FOCUS, "motion_blur"),
    ),
    SectionPanel("lens", "Lens", "CameraRecipe", "camera", only=_LENS, parent="camera"),
    SectionPanel("focus", "Depth of Field", "CameraRecipe", "camera", only=_FOCUS, parent="camera"),
    SectionPanel(
        "motion_blur", "Motion Blur", "MotionBlurRecipe", "camera.motion_blur", parent="camera"
    ),
    SectionPanel("view_checks", "Checks", "CameraRecipe", "camera", only=_CHECKS, parent="camera"),
)


def section_panels() -> tuple[type[bpy.types.Panel], ...]:
    """Return the panels, parents before what stands in them."""
    return tuple(_panel(described) for described in PANELS)


def _panel(described: SectionPanel) -> type[bpy.types.Panel]:
    def draw(panel: bpy.types.Panel, context: bpy.types.Context) -> None:
        draw_section(panel.layout, described, context)

    def draw_header(panel: bpy.types.Panel, context: bpy.types.Context) -> None:
        owner, name = _enabler(described, context)
        panel.layout.prop(owner, name, text="")

    def poll(cls: Any, context: bpy.types.Context) -> bool:
        return SidebarPanel.poll(context) and _path(described, context) is not None

    name = f"SYNTH_PT_{described.name}"
    members: dict[str, Any] = {
        "bl_label": described.label,
        "bl_idname": name,
        "bl_translation_context": CONTEXT,
        "bl_options": {"DEFAULT_CLOSED"},
        "draw": draw,
        "poll": classmethod(poll),
    }
    if described.parent:
        members["bl_parent_id"] = f"SYNTH_PT_{described.parent}"
    if described.enabler:
        members["draw_header"] = draw_header
    return type(name, (SidebarPanel, bpy.types.Panel), members)


def draw_section(
    layout: bpy.types.UILayout, described: SectionPanel, context: bpy.types.Context
) -> None:
    """Draw what a panel shows; it is grey while its tick is off."""
    layout.use_property_split, layout.use_property_decorate = True, False
    if described.enabler:
        owner, name = _enabler(described, context)
        layout.active = getattr(owner, name)
    left_out = {*described.leave_out, described.enabler}
    fields = [field.name for field in declarations()[described.section].fields]
    shown = [f for f in fields if f not in left_out and (not described.only or f in described.only)]
    recipe, path = settings_of(context.scene).recipe, _path(described, context)
    group = recipe.path_resolve(path) if path else recipe
    draw_fields(layout, group, described.section, f"{path}." if path else "", shown)


def _path(described: SectionPanel, context: bpy.types.Context) -> str | None:
    """Return where a panel's section stands; None while no object is active in the list."""
    if described.path != ACTIVE_OBJECT:
        return described.path
    recipe = settings_of(context.scene).recipe
    active = recipe.objects_index
    return f"objects[{active}]" if 0 <= active < len(recipe.objects) else None


def _enabler(described: SectionPanel, context: bpy.types.Context) -> tuple[Any, str]:
    """Return what holds a panel's tick, and the tick's name."""
    recipe = settings_of(context.scene).recipe
    if described.enabler.startswith(USE):
        return recipe, described.enabler
    return recipe.path_resolve(described.path), described.enabler
