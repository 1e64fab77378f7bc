"""What is to be drawn of a scene, as plain values that tell when something has changed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

from ..properties.roles import role_name
from ..properties.settings import settings_of

if TYPE_CHECKING:
    from ..core.overlay_cloud import Cloud
    from ..core.overlay_geometry import Box, Point, Shell
    from ..core.overlay_ranges import Limits, Range

Corners = tuple["Point", ...]


@dataclass(frozen=True)
class Figure:
    """One thing to draw.

    Attributes:
        kind: the word after ``show_`` in the name of its tick.
        shape: what it is; equal shapes are drawn equally.
    """

    kind: str
    shape: Shell | Box | Corners | Cloud


@dataclass(frozen=True)
class Label:
    """A text beside an object.

    Attributes:
        text: class, or name of the entry, and role.
        role: of the entry.
        point: (3,) in the world frame, at the middle of the box's top or bottom.
        is_below: whether it stands under its point, so that things on a surface keep theirs.
    """

    text: str
    role: str
    point: Point
    is_below: bool


def figures(scene: bpy.types.Scene) -> tuple[Figure, ...]:
    """Return what the ticks of a scene's overlay ask for."""
    overlay = settings_of(scene).overlay
    found: list[Figure] = []
    if overlay.show_surfaces:
        found += [Figure("surfaces", corners) for corners in surface_boxes(scene)]
    if overlay.show_spawn:
        found += [Figure("spawn", box) for box in spawn_boxes(scene)]
    if overlay.show_lights:
        found += [Figure("lights", place) for place in light_places(scene)]
    if overlay.show_camera:
        found.append(Figure("camera", camera_shell(scene)))
    if overlay.show_cloud:
        found.append(Figure("cloud", camera_cloud(scene)))
    return tuple(found)


def camera_shell(scene: bpy.types.Scene) -> Shell:
    """Return where cameras can be."""
    camera = settings_of(scene).recipe.camera
    return _shell(looked_at(scene), camera)


def camera_cloud(scene: bpy.types.Scene) -> Cloud:
    """Return what decides where cameras are."""
    from ..core.overlay_cloud import Cloud

    recipe = settings_of(scene).recipe
    camera = recipe.camera
    return Cloud(
        center=looked_at(scene),
        radius_m=_range(camera.radius_m),
        elevation_deg=_range(camera.elevation_deg),
        azimuth_deg=_range(camera.azimuth_deg),
        elevation_by=camera.elevation_by,
        seed=recipe.seed,
    )


def looked_at(scene: bpy.types.Scene) -> Point:
    """Return the middle of what cameras look at.

    Objects that are not in the scene yet will lie somewhere under the box in which they start.
    """
    from ..core.overlay_geometry import middle

    camera = settings_of(scene).recipe.camera
    if camera.look_at == "center":
        return tuple(camera.center_m)
    roles = ("target",) if camera.look_at == "target" else ("target", "distractor")
    points = [p for e, item in marked(scene) if e.role in roles for p in _corners(item)]
    if points:
        return middle(points)
    boxes = spawn_boxes(scene)
    if not boxes:
        return 0.0, 0.0, 0.0
    x, y, _ = middle(boxes[0].corners())
    return x, y, boxes[0].origin[2]


def spawn_boxes(scene: bpy.types.Scene) -> tuple[Box, ...]:
    """Return the boxes in which objects start: over the origin, or over marked surfaces.

    Nothing is known of furniture that every scene places anew; there is no box then.
    """
    from ..core.overlay_geometry import Box, middle

    spawn = settings_of(scene).recipe.spawn
    limits = [_range(held).limits() for held in (spawn.x_m, spawn.y_m, spawn.height_m)]
    low, high = (tuple(pair[end] for pair in limits) for end in (0, 1))
    if not spawn.on.strip():
        return (Box(low, high),)
    boxes = []
    for entry, item in marked(scene):
        if entry.role == "surface":
            corners = _corners(item)
            x, y, _ = middle(corners)
            top = max(corner[2] for corner in corners)
            boxes.append(Box(low, high, (x, y, top), item.matrix_world.to_euler().z))
    return tuple(boxes)


def light_places(scene: bpy.types.Scene) -> tuple[Shell | Box, ...]:
    """Return where lamps can be, a place for each group that has any."""
    from ..core.overlay_geometry import Box

    recipe = settings_of(scene).recipe
    places = []
    for lights in (recipe.lights, *recipe.more_lights):
        if _range(lights.count).limits()[1] <= 0:
            continue
        if lights.use_region:
            region = lights.region
            limits = [_range(held).limits() for held in (region.x_m, region.y_m, region.z_m)]
            places.append(Box(*(tuple(pair[end] for pair in limits) for end in (0, 1))))
        else:
            places.append(_shell(tuple(lights.center_m), lights))
    return tuple(dict.fromkeys(places))


def surface_boxes(scene: bpy.types.Scene) -> tuple[Corners, ...]:
    """Return the corners of each marked surface's box, along its own axes."""
    return tuple(_corners(item) for entry, item in marked(scene) if entry.role == "surface")


def labels(scene: bpy.types.Scene) -> tuple[Label, ...]:
    """Return a label over each marked object, or under it if it is a surface."""
    from ..core.overlay_geometry import middle

    found = []
    for entry, item in marked(scene):
        is_named = entry.role == "target" and entry.use_category and entry.category
        name = entry.category if is_named else entry.name
        corners = _corners(item)
        x, y, _ = middle(corners)
        is_below = entry.role == "surface"
        z = (min if is_below else max)(corner[2] for corner in corners)
        found.append(Label(f"{name} ({role_name(entry.role)})", entry.role, (x, y, z), is_below))
    return tuple(found)


def marked(scene: bpy.types.Scene) -> Iterator[tuple[Any, bpy.types.Object]]:
    """Yield (entry, object) of the visible objects that the entries of a scene mark."""
    for entry in settings_of(scene).recipe.objects:
        if entry.use_open_object:
            items = [entry.open_object] if entry.open_object else []
        elif entry.use_open_collection and entry.open_collection:
            items = [item for item in entry.open_collection.all_objects if item.type == "MESH"]
        else:
            items = []
        yield from ((entry, item) for item in items if item.visible_get())


def _shell(center: Point, held: Any) -> Shell:
    from ..core.overlay_geometry import Shell

    return Shell(
        center,
        _range(held.radius_m).limits(),
        _angles(_range(held.elevation_deg).limits()),
        _angles(_range(held.azimuth_deg).limits()),
    )


def _angles(limits: Limits) -> Limits:
    return math.radians(limits[0]), math.radians(limits[1])


def _range(held: Any) -> Range:
    from ..core.overlay_ranges import Range

    low, high = held.low, held.high
    return Range(held.kind, held.constant, low, high, held.mean, held.std, held.listed)


def _corners(item: bpy.types.Object) -> Corners:
    return tuple(tuple(item.matrix_world @ _vector(corner)) for corner in item.bound_box)


def _vector(values: Any) -> Any:
    from mathutils import Vector

    return Vector(values)
