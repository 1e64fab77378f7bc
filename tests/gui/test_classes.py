"""The class manager: names, order, colours, and what they do to the recipe."""

from __future__ import annotations

from typing import Any

import bpy
import pytest

from synth_addon.overlays.tints import ROLE_COLORS, tints
from synth_addon.panels import CLASSES
from synth_addon.panels.classes import SYNTH_UL_classes
from synth_addon.properties.classes import class_colors, class_names, match_classes
from synth_addon.properties.loading import load_scene_recipe
from synth_addon.properties.overlay import has_tints

from .conftest import select
from .recorder import Recorder


@pytest.fixture
def marked(scene: bpy.types.Scene, meshes: list[bpy.types.Object]) -> bpy.types.Scene:
    """The three meshes as targets, each its own class."""
    select(*meshes)
    bpy.ops.synth.mark(role="target")
    return scene


def listed(scene: bpy.types.Scene) -> list[str]:
    return [item.name for item in scene.synth.classes]


def activate(scene: bpy.types.Scene, name: str) -> None:
    scene.synth.classes_index = listed(scene).index(name)


def ids(scene: bpy.types.Scene) -> tuple[str, ...]:
    """Return what the dataset would call its classes, in the order of their ids."""
    return load_scene_recipe(scene).recipe.category_names


def test_the_list_is_the_datasets_classes_in_the_order_of_their_ids(
    marked: bpy.types.Scene,
) -> None:
    assert listed(marked) == ["Cup_001", "Ball", "Block"] == list(ids(marked))
    marked.synth.recipe.objects["Ball"].role = "distractor"
    match_classes(marked)
    assert listed(marked) == ["Cup_001", "Block"] == list(ids(marked))


def test_a_renamed_class_takes_its_objects_along(marked: bpy.types.Scene) -> None:
    marked.synth.classes["Cup_001"].label = "mug"
    assert listed(marked) == ["mug", "Ball", "Block"] == list(ids(marked))
    assert marked.synth.recipe.objects["Cup_001"].category == "mug"


def test_two_classes_become_one_by_renaming(marked: bpy.types.Scene) -> None:
    bpy.ops.synth.add_class(category="spare")
    marked.synth.classes["Ball"].label = "Block"
    assert listed(marked) == ["Cup_001", "Block", "spare"] == list(ids(marked))


def test_an_added_class_has_an_id_without_objects(marked: bpy.types.Scene) -> None:
    bpy.ops.synth.add_class(category="person")
    assert ids(marked) == ("Cup_001", "Ball", "Block", "person")
    bpy.ops.mesh.primitive_cone_add()
    bpy.ops.synth.mark(role="target")
    assert ids(marked)[-2:] == ("person", "Cone")


def test_moving_changes_ids_and_keeps_colors(marked: bpy.types.Scene) -> None:
    marked.synth.classes["Block"].color = (1, 0, 0)
    activate(marked, "Block")
    bpy.ops.synth.move_class(direction="up")
    bpy.ops.synth.move_class(direction="up")
    bpy.ops.synth.move_class(direction="up")
    assert ids(marked) == ("Block", "Cup_001", "Ball")
    assert class_colors(marked)["Block"] == (1, 0, 0)
    bpy.ops.synth.move_class(direction="down")
    assert ids(marked) == ("Cup_001", "Block", "Ball")


def test_a_class_with_objects_is_not_removed(
    marked: bpy.types.Scene, capfd: pytest.CaptureFixture[str]
) -> None:
    activate(marked, "Ball")
    assert bpy.ops.synth.remove_class() == {"CANCELLED"}
    bpy.ops.synth.add_class(category="spare")
    assert bpy.ops.synth.remove_class() == {"FINISHED"}
    assert ids(marked) == ("Cup_001", "Ball", "Block")
    assert "another class first" in capfd.readouterr().out


def test_all_objects_of_a_class_are_selected(
    marked: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    marked.synth.classes["Ball"].label = "Block"
    select(meshes[0])
    bpy.ops.synth.select_class(category="Block")
    assert {item.name for item in bpy.context.selected_objects} == {"Ball", "Block"}


def test_names_with_commas_cannot_break_the_list(marked: bpy.types.Scene) -> None:
    bpy.ops.synth.add_class(category="a, b")
    marked.synth.classes["Ball"].label = "c,d"
    assert listed(marked) == ["Cup_001", "c d", "Block", "a  b"] == list(ids(marked))


def test_a_row_shows_color_name_and_id(marked: bpy.types.Scene) -> None:
    layout: Any = Recorder()
    row = marked.synth.classes[1]
    SYNTH_UL_classes.draw_item(None, bpy.context, layout, None, row, 0, None, "", 1)
    assert [name for _, name in layout.drawn] == ["color", "label"]
    assert layout.labels == ["2"]


def test_drawing_a_stale_list_brings_it_up_to_date_later(marked: bpy.types.Scene) -> None:
    from synth_addon.panels import classes as panel

    marked.synth.recipe.objects["Ball"].name = "Sphere"
    assert listed(marked) != list(class_names(marked))
    panels = {cls.__name__: cls for cls in CLASSES}
    drawn = type("Drawn", (), {"layout": Recorder()})()
    drawn._draw_active = lambda *_: None
    panels["SYNTH_PT_classes"].draw(drawn, bpy.context)
    assert bpy.app.timers.is_registered(panel._match)
    panel.forget_match()
    panel._match()
    assert listed(marked) == list(class_names(marked))


def test_objects_are_tinted_by_role_or_class(marked: bpy.types.Scene) -> None:
    assert not has_tints(marked)
    overlay = marked.synth.overlay
    overlay.color_by = "role"
    assert has_tints(marked)
    assert {color for _, color in tints(marked)} == {ROLE_COLORS["target"]}
    overlay.color_by = "class"
    marked.synth.classes["Ball"].color = (0, 1, 0)
    colors = {item.name: color for item, color in tints(marked)}
    assert colors["Ball"] == (0, 1, 0)
    assert len(set(colors.values())) == 3
    overlay.color_by = "none"
    assert not has_tints(marked)


def test_a_collection_is_marked_by_one_click(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    cups = bpy.data.collections.new("Cups")
    scene.collection.children.link(cups)
    cups.objects.link(meshes[0])
    bpy.context.view_layer.active_layer_collection = (
        bpy.context.view_layer.layer_collection.children["Cups"]
    )
    bpy.ops.synth.mark_collection(role="target")
    bpy.ops.synth.mark_collection(role="distractor")
    (entry,) = scene.synth.recipe.objects
    assert (entry.name, entry.role, entry.open_collection) == ("Cups", "distractor", cups)
    bpy.ops.synth.mark_collection(role="surface")
    assert meshes[0]["synth_surface"]
    bpy.ops.synth.mark_collection(role="target")
    assert "synth_surface" not in meshes[0]
    assert ids(scene) == ("Cups",)


def test_empties_become_keypoints(marked: bpy.types.Scene, meshes: list[bpy.types.Object]) -> None:
    cup = meshes[0]
    cup.location, cup.rotation_euler = (1, 2, 3), (0, 0, 0.5)
    for name, place in (("rim.L", (1.05, 2, 3.1)), ("base", (1, 2, 2.9))):
        empty = bpy.data.objects.new(name, None)
        marked.collection.objects.link(empty)
        bpy.context.view_layer.update()
        empty.parent = cup
        empty.matrix_parent_inverse = cup.matrix_world.inverted()
        empty.location = place
    bpy.context.view_layer.update()
    select(cup)
    assert bpy.ops.synth.keypoints_from_empties() == {"FINISHED"}
    bpy.ops.synth.keypoints_from_empties()  # again: nothing comes twice
    stated = load_scene_recipe(marked).recipe.objects["Cup_001"].keypoints
    assert {name: point.position_m for name, point in stated.items()} == {
        "base": pytest.approx((0, 0, -0.1), abs=1e-6),
        "rim_L": pytest.approx((0.05, 0, 0.1), abs=1e-6),
    }
    select(meshes[1])
    assert bpy.ops.synth.keypoints_from_empties() == {"CANCELLED"}
