"""Every panel in every state, drawn on a layout that refuses what Blender would refuse."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from synth_addon.core.recipe.declarations import ROOT_SECTION
from synth_addon.panels import CLASSES
from synth_addon.panels.job import estimate
from synth_addon.properties.from_recipe import fill_settings
from synth_addon.properties.job import STATES, cost_key
from synth_addon.properties.sections import USE, declarations

from .conftest import select
from .recorder import Recorder

PANELS = [cls for cls in CLASSES if issubclass(cls, bpy.types.Panel)]
LISTED = {"sections", "section_list", "numbers"}


def drawn(context: Any = None) -> Recorder:
    """Draw all panels that show themselves."""
    context = context or bpy.context
    layout = Recorder()
    for cls in PANELS:
        if not cls.poll(context):
            continue
        panel = SimpleNamespace(layout=layout)
        if hasattr(cls, "draw_header"):
            cls.draw_header(panel, context)
        cls.draw(panel, context)
    return layout


def give_everything(group: Any, section: str) -> None:
    """Give all optional parameters and one entry to every list."""
    for field in declarations()[section].fields:
        if field.optional:
            setattr(group, USE + field.name, True)
        if field.kind in LISTED:
            entry = getattr(group, field.name).add()
            entry.name = "entry"
        if field.kind == "section":
            give_everything(getattr(group, field.name), field.section)
        elif field.kind in ("sections", "section_list"):
            give_everything(entry, field.section)


def parameters(path: str, section: str) -> list[tuple[str, str]]:
    """List where every parameter must be drawn, all being given."""
    found = []
    for field in declarations()[section].fields:
        here = f"{path}.{field.name}"
        match field.kind:
            case "constant":
                continue
            case "number" | "rotation":
                found.append((here, "kind"))
            case "weights":
                found += [(here, f"weight_{kind}") for kind in field.choices]
            case "section":
                found += parameters(here, field.section)
            case "sections" | "section_list":
                found.append((path, field.name))
                found += parameters(f"{here}[0]", field.section)
            case "numbers":
                found += [(path, field.name), (f"{here}[0]", "kind")]
            case _:
                found.append((path, field.name))
    return found


def test_every_parameter_is_drawn_exactly_once(scene: bpy.types.Scene) -> None:
    give_everything(scene.synth.recipe, ROOT_SECTION)
    counts = Counter(drawn().drawn)
    wanted = parameters("synth.recipe", ROOT_SECTION)
    assert len(wanted) == len(set(wanted))
    assert {place: counts[place] for place in wanted} == dict.fromkeys(wanted, 1)


def test_an_empty_file_is_drawn(scene: bpy.types.Scene) -> None:
    layout = drawn()
    assert "synth.generate" in layout.operators
    assert any("mark" in text for text in layout.labels)


@pytest.mark.parametrize("state", [name for name, _, _ in STATES])
def test_every_state_of_a_job_is_drawn(state: str) -> None:
    job = bpy.context.window_manager.synth
    job.state, job.done, job.total, job.seconds = state, 3, 10, 6.0
    job.message = "A sentence that says what went wrong, long enough for more than one line"
    layout = drawn()
    active = state in ("waiting", "starting", "running", "stopping")
    assert ("synth.cancel" in layout.operators) == active
    assert ("synth.generate" in layout.operators) != active
    if state == "running":
        assert "3 / 10, 2.0 s each, 14 s left" in layout.labels


def test_the_estimate_is_that_of_the_last_run_with_such_settings(scene: bpy.types.Scene) -> None:
    recipe, job = scene.synth.recipe, bpy.context.window_manager.synth
    recipe.scenes, recipe.views_per_scene = 1000, 4
    job.frame_seconds, job.frame_bytes, job.measured = 2.5, 250_000, cost_key(recipe, "CPU")
    assert estimate(recipe, job, "CPU") == ("4,000 frames", "About 2 h 47 min, 1 GB")
    recipe.render.samples = 99
    assert estimate(recipe, job, "CPU") == ("4,000 frames", "Time is known after a first run")


def test_a_preview_leaves_the_tab_to_its_own_panel(scene: bpy.types.Scene) -> None:
    scene["synth_preview_of"] = "Scene"
    assert set(drawn().operators) == {
        "synth.preview",
        "synth.render_preview",
        "synth.restore",
    }


def test_a_lost_object_is_shown_as_such(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(*meshes)
    bpy.ops.synth.mark(role="target")
    scene.collection.objects.unlink(meshes[1])
    rows = next(cls for cls in CLASSES if cls.__name__ == "SYNTH_UL_objects")
    red = {}
    for entry in scene.synth.recipe.objects:
        layout = Recorder()
        rows.draw_item(None, bpy.context, layout, None, entry, 0, None, "")
        red[entry.name] = layout.alerts == [True]
    assert red == {"Cup_001": False, "Ball": True, "Block": False}


@pytest.mark.parametrize("kind", ["constant", "uniform", "log_uniform", "normal", "choice"])
def test_a_distribution_shows_the_numbers_of_its_kind(scene: bpy.types.Scene, kind: str) -> None:
    scene.synth.recipe.camera.radius_m.kind = kind
    numbers = {name for path, name in drawn().drawn if path == "synth.recipe.camera.radius_m"}
    assert (
        numbers - {"kind"}
        == {
            "constant": {"constant"},
            "uniform": {"low", "high"},
            "log_uniform": {"low", "high"},
            "normal": {"mean", "std", "low", "high"},
            "choice": {"listed"},
        }[kind]
    )


def test_every_preset_is_drawn(scene: bpy.types.Scene) -> None:
    from synth_addon.core.recipe.loading import load_recipe
    from synth_addon.core.recipe.presets import preset_names

    for name in preset_names():
        fill_settings(scene, load_recipe(name).recipe.model_dump(mode="json"), name)
        drawn()


def test_a_right_click_offers_to_mark_and_leaves_with_the_extension() -> None:
    from synth_addon.panels import context_menu

    menus = [getattr(bpy.types, name) for name in context_menu._MENUS]
    drawers = [menu._dyn_ui_initialize() for menu in menus]
    assert all(context_menu.draw_entry in drawn for drawn in drawers)
    layout = Recorder()
    context_menu.SYNTH_MT_objects.draw(SimpleNamespace(layout=layout), bpy.context)
    assert layout.operators == [
        "synth.mark",
        "synth.assign_class",
        "synth.unmark",
        "synth.keypoints_from_empties",
        "synth.mark_collection",
    ]
    pie = Recorder()
    context_menu.SYNTH_MT_mark_pie.draw(SimpleNamespace(layout=pie), bpy.context)
    assert pie.operators == ["synth.mark", "synth.assign_class", "synth.unmark"]
    context_menu.remove_from_menus()
    assert not any(context_menu.draw_entry in drawn for drawn in drawers)
    context_menu.add_to_menus()


def test_a_missing_package_is_shown_with_the_way_to_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from synth_addon.core import installed_packages

    assert "synth.install_check" not in drawn().operators
    packages = {**installed_packages.PACKAGES, "lost-package": "lost_package"}
    monkeypatch.setattr(installed_packages, "PACKAGES", packages)
    installed_packages.missing_packages.cache_clear()
    layout = drawn()
    installed_packages.missing_packages.cache_clear()
    assert "Not installed: lost-package" in layout.labels
    assert "synth.install_check" in layout.operators
