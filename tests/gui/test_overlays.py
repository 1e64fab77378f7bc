"""What the viewport shows: when it is registered, when it is made anew, and what is dragged."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from synth_addon import overlays
from synth_addon.core.overlay_geometry import Box
from synth_addon.overlays import drawing, figures, handles
from synth_addon.overlays.gizmos import SYNTH_GGT_ranges, SYNTH_GT_handle
from synth_addon.overlays.handlers import is_drawing, match_scenes
from synth_addon.overlays.handles import HANDLES, Handle
from synth_addon.overlays.tints import ROLE_COLORS

from .conftest import select

KINDS = {"camera", "cloud", "spawn", "lights", "surfaces", "labels"}
EACH = pytest.mark.parametrize("handle", HANDLES, ids=lambda h: f"{h.path} {h.limit}")


@pytest.fixture
def shown(scene: bpy.types.Scene) -> bpy.types.Scene:
    """The scene with its overlay on."""
    scene.synth.overlay.show = True
    return scene


@pytest.fixture
def placed(meshes: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """A target at x = 1 of class Mug, a distractor at x = 2, a surface at x = 4."""
    for item, role, x in zip(meshes, ("target", "distractor", "surface"), (1, 2, 4), strict=True):
        item.location = (x, 0, 0)
        select(item)
        bpy.ops.synth.mark(role=role)
    bpy.context.view_layer.update()
    entry = bpy.context.scene.synth.recipe.objects[0]
    entry.use_category, entry.category = True, "Mug"
    return meshes


def kinds(scene: bpy.types.Scene) -> set[str]:
    return {figure.kind for figure in figures.figures(scene)}


def test_nothing_is_registered_until_the_overlay_is_on(scene: bpy.types.Scene) -> None:
    assert not is_drawing()
    scene.synth.overlay.show = True
    assert is_drawing()
    scene.synth.overlay.show = False
    assert not is_drawing()


def test_the_drawing_stays_while_any_scene_wants_it(shown: bpy.types.Scene) -> None:
    other = bpy.data.scenes.new("Other")
    other.synth.overlay.show = True
    shown.synth.overlay.show = False
    assert is_drawing()
    bpy.data.scenes.remove(other)
    match_scenes()
    assert not is_drawing()


def test_a_new_file_ends_the_drawing_and_a_saved_one_brings_it_back(
    shown: bpy.types.Scene, tmp_path: Path
) -> None:
    file = str(tmp_path / "shown.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert not is_drawing()
    bpy.ops.wm.open_mainfile(filepath=file)
    assert is_drawing() and bpy.context.scene.synth.overlay.show


def test_undo_and_redo_take_the_drawing_along(scene: bpy.types.Scene) -> None:
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="off")
    scene.synth.overlay.show = True
    bpy.ops.ed.undo_push(message="on")
    bpy.ops.ed.undo()
    assert not is_drawing()
    bpy.ops.ed.redo()
    assert is_drawing()


def test_unregistering_leaves_nothing_and_registering_takes_up_again(
    shown: bpy.types.Scene,
) -> None:
    lists = [getattr(bpy.app.handlers, f"{e}_post") for e in ("load", "undo", "redo")]
    before = [len(found) for found in lists]
    overlays.unregister()
    try:
        assert not is_drawing()
        assert [len(found) for found in lists] == [count - 1 for count in before]
        assert not bpy.app.timers.is_registered(match_scenes)
        shown.synth.overlay.show = False
        shown.synth.overlay.show = True
        assert not is_drawing()
    finally:
        overlays.register()
    assert bpy.app.timers.is_registered(match_scenes)
    match_scenes()
    assert is_drawing()


def test_a_preview_shows_nothing(shown: bpy.types.Scene) -> None:
    shown["synth_preview_of"] = "Scene"
    match_scenes()
    assert not is_drawing()
    assert not SYNTH_GGT_ranges.poll(bpy.context)


def test_shapes_are_made_anew_only_when_their_own_values_change(
    shown: bpy.types.Scene, placed: list[bpy.types.Object]
) -> None:
    drawing.forget_batches()

    def made(change: Callable[[], Any]) -> int:
        change()
        bpy.context.view_layer.update()
        before = drawing.lines_of.cache_info().misses
        for figure in figures.figures(shown):
            drawing.lines_of(figure)
        return drawing.lines_of.cache_info().misses - before

    recipe = shown.synth.recipe
    assert made(lambda: None) == 5
    assert made(lambda: None) == 0
    assert made(lambda: setattr(recipe.render, "samples", 7)) == 0
    assert made(lambda: setattr(recipe.spawn.x_m, "high", 0.5)) == 1
    assert made(lambda: setattr(recipe.lights.radius_m, "high", 3)) == 1
    assert made(lambda: setattr(recipe.camera.radius_m, "high", 3)) == 2  # shell and cloud
    assert made(lambda: setattr(recipe, "seed", 3)) == 1  # the cloud
    assert made(lambda: setattr(placed[2].location, "y", 1)) == 1  # the surface
    assert made(lambda: setattr(placed[0].location, "y", 1)) == 2  # what cameras look at
    assert made(lambda: setattr(placed[0].location, "y", 0)) == 0  # as it was before


@pytest.mark.parametrize("kind", sorted(KINDS - {"labels"}))
def test_each_kind_has_its_tick(
    shown: bpy.types.Scene, placed: list[bpy.types.Object], kind: str
) -> None:
    assert kinds(shown) == KINDS - {"labels"}
    setattr(shown.synth.overlay, f"show_{kind}", False)
    assert kinds(shown) == KINDS - {"labels", kind}


def test_cameras_are_around_what_they_look_at(
    shown: bpy.types.Scene, placed: list[bpy.types.Object]
) -> None:
    camera = shown.synth.recipe.camera
    for look_at, x in (("target", 1), ("object", 1.5), ("center", 9)):
        camera.look_at, camera.center_m = look_at, (9, 0, 0)
        assert figures.camera_shell(shown).center == pytest.approx((x, 0, 0), abs=1e-3)


def test_without_marked_targets_cameras_are_around_the_start_box(shown: bpy.types.Scene) -> None:
    shown.synth.recipe.spawn.x_m.low, shown.synth.recipe.spawn.x_m.high = 1, 3
    assert figures.looked_at(shown) == pytest.approx((2, 0, 0))


def test_objects_that_start_on_surfaces_have_a_box_over_each(
    shown: bpy.types.Scene, placed: list[bpy.types.Object]
) -> None:
    shown.synth.recipe.spawn.on = "block"
    (box,) = figures.spawn_boxes(shown)
    assert box.origin == pytest.approx((4, 0, 0.04))
    shown.synth.recipe.objects[2].role = "ignore"
    assert figures.spawn_boxes(shown) == ()
    assert set(handles.handle_grips(shown)) == {h.grip for h in HANDLES if h.kind == "camera"}


def test_lamps_are_on_shells_or_in_regions_group_by_group(shown: bpy.types.Scene) -> None:
    recipe = shown.synth.recipe
    more = recipe.more_lights.add()
    more.use_region = True
    shell, box = figures.light_places(shown)
    assert shell.elevation == pytest.approx((math.radians(40), math.radians(90)))
    assert isinstance(box, Box) and box.high == pytest.approx((1, 1, 2.4))
    recipe.lights.count.constant = 0
    assert figures.light_places(shown) == (box,)


def test_labels_say_class_or_name_and_role(
    shown: bpy.types.Scene, placed: list[bpy.types.Object]
) -> None:
    texts = [label.text for label in figures.labels(shown)]
    assert texts == ["Mug (Target)", "Ball (Distractor)", "Block (Surface)"]
    assert {label.role for label in figures.labels(shown)} <= set(ROLE_COLORS)
    placed[1].hide_set(True)
    bpy.data.objects.remove(placed[0])
    assert [label.text for label in figures.labels(shown)] == ["Block (Surface)"]


def test_a_collections_objects_are_labelled_each(
    shown: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    entry = shown.synth.recipe.objects.add()
    entry.name, entry.use_open_collection = "parts", True
    entry.open_collection = made = bpy.data.collections.new("Parts")
    shown.collection.children.link(made)
    for item in meshes[:2]:
        made.objects.link(item)
    assert [label.text for label in figures.labels(shown)] == ["parts (Target)"] * 2


@EACH
def test_a_handle_sets_what_it_reads(scene: bpy.types.Scene, handle: Handle) -> None:
    held = scene.synth.recipe.path_resolve(handle.path)
    away = -0.05 if handle.limit == "low" else 0.05
    wanted = handles.handle_value(scene, handle) + away
    handles.set_handle_value(scene, handle, wanted)
    assert handles.handle_value(scene, handle) == pytest.approx(wanted)
    assert getattr(held, handle.limit) == pytest.approx(wanted)


@EACH
def test_a_handle_stops_at_the_other_limit(scene: bpy.types.Scene, handle: Handle) -> None:
    held = scene.synth.recipe.path_resolve(handle.path)
    other = held.high if handle.limit == "low" else held.low
    handles.set_handle_value(scene, handle, 80 if handle.limit == "low" else -80)
    assert handles.handle_value(scene, handle) == pytest.approx(other)


@EACH
def test_a_handle_moves_its_grip_by_what_it_is_dragged(
    shown: bpy.types.Scene, handle: Handle
) -> None:
    before = handles.handle_grips(shown)[handle.grip]
    step = -0.02 if handle.limit == "low" else 0.02
    value = handles.handle_value(shown, handle)
    moved = handles.dragged_value(value, handle, step, snaps=False)
    handles.set_handle_value(shown, handle, moved)
    after = handles.handle_grips(shown)[handle.grip]
    way = step * (before.arm or 1.0)
    expected = [p + way * d for p, d in zip(before.point, before.direction, strict=True)]
    assert after.point == pytest.approx(expected, abs=1e-3)


@EACH
def test_a_handle_belongs_to_limits_that_are_drawn(shown: bpy.types.Scene, handle: Handle) -> None:
    held = shown.synth.recipe.path_resolve(handle.path)
    usable = {}
    for kind in ("uniform", "normal", "constant", "choice"):
        held.kind = kind
        usable[kind] = handles.is_usable(shown, handle)
    is_high = handle.limit == "high"
    assert usable == {"uniform": True, "normal": True, "constant": is_high, "choice": False}
    held.kind = "uniform"
    setattr(shown.synth.overlay, f"show_{handle.kind}", False)
    assert not handles.is_usable(shown, handle)


def test_a_constant_is_dragged_by_its_one_handle(scene: bpy.types.Scene) -> None:
    handle = next(h for h in HANDLES if h.grip == ("camera.radius_m", "high"))
    held = scene.synth.recipe.camera.radius_m
    held.kind, held.constant = "constant", 2
    handles.set_handle_value(scene, handle, 0.25)
    assert (held.constant, handles.handle_value(scene, handle)) == (0.25, 0.25)


def test_snapping_rounds() -> None:
    by_grip = {h.grip: h for h in HANDLES}
    length, angle = by_grip["spawn.x_m", "low"], by_grip["camera.elevation_deg", "low"]
    assert handles.dragged_value(1.0, length, 0.23, snaps=True) == pytest.approx(1.2)
    assert handles.dragged_value(15, angle, math.radians(8), snaps=True) == pytest.approx(25)


def test_handles_are_shown_while_overlay_and_kind_are_on(scene: bpy.types.Scene) -> None:
    overlay = scene.synth.overlay
    context: Any = SimpleNamespace(scene=scene)
    assert not SYNTH_GGT_ranges.poll(context)
    overlay.show = True
    assert SYNTH_GGT_ranges.poll(context)
    overlay.show_spawn = False
    assert SYNTH_GGT_ranges.poll(context)
    overlay.show_camera = False
    assert not SYNTH_GGT_ranges.poll(context)


class Pressed(SimpleNamespace):
    """Stands in for a gizmo that is dragged, which Blender makes in a window alone."""

    leave = SYNTH_GT_handle.exit


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_a_drag_is_undone_in_one_step_or_cancelled(
    shown: bpy.types.Scene, is_cancelled: bool
) -> None:
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="before")
    handle = next(h for h in HANDLES if h.grip == ("camera.radius_m", "high"))
    area = SimpleNamespace(header_text_set=lambda text: None)
    gizmo = Pressed(handle=handle, before=handles.handle_value(shown, handle))
    for value in (1.5, 1.75, 2.0):
        handles.set_handle_value(shown, handle, value)
    gizmo.leave(SimpleNamespace(scene=shown, area=area), is_cancelled)
    assert handles.handle_value(shown, handle) == pytest.approx(1.2 if is_cancelled else 2.0)
    if not is_cancelled:
        bpy.ops.ed.undo()
        assert handles.handle_value(bpy.context.scene, handle) == pytest.approx(1.2)
