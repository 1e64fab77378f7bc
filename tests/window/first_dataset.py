"""A first dataset, as a person makes it: mark, preview, generate, cancel, resume, look."""

from __future__ import annotations

import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from driving import Script, Stage, play

# The estimate above takes two lines, which stand closer than rows of buttons.
GENERATE_ROW = 12.8
CANCEL_ROW = 13.8
CLASSES_ROW = 27.0
_ACTIVE = ("waiting", "starting", "running", "stopping")


def job() -> bpy.types.PropertyGroup:
    return bpy.context.window_manager.synth


def make_objects(stage: Stage) -> None:
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    adders = {
        "Mug": lambda: bpy.ops.mesh.primitive_cylinder_add(vertices=48),
        "Ball": lambda: bpy.ops.mesh.primitive_uv_sphere_add(),
        "Block": lambda: bpy.ops.mesh.primitive_cube_add(),
    }
    for number, (name, add) in enumerate(adders.items()):
        add()
        item = bpy.context.object
        item.name, item.scale, item.location = name, (0.05,) * 3, (0.2 * (number - 1), 0, 0.05)
        bpy.ops.object.transform_apply(location=False, rotation=False)
    stage.viewport.spaces.active.region_3d.view_distance = 1.4


def select(*names: str) -> None:
    for item in bpy.context.scene.objects:
        item.select_set(item.name in names)


def wait_for_job(states: tuple[str, ...]) -> Script:
    while job().state not in states:
        yield 0.25


def undo_around_a_preview(stage: Stage) -> Script:
    """Undo and redo after a preview, and while one is shown."""
    facts = stage.facts["undo"] = {"before": state()}
    stage.undo(bpy.ops.ed.undo)
    yield 0.5
    facts["undone"] = state()
    stage.undo(bpy.ops.ed.redo)
    yield 0.5
    facts["redone"] = state()
    stage.press(bpy.ops.synth.preview)
    yield 0.5
    stage.undo(bpy.ops.ed.undo)
    yield 0.5
    stage.undo(bpy.ops.ed.redo)
    yield 0.5
    if bpy.ops.synth.restore.poll():
        stage.press(bpy.ops.synth.restore)
    yield 0.5
    facts["redone_over_preview"] = state()


def state() -> list[object]:
    """Return what undo must bring back, and what a preview must not leave."""
    scenes = [scene.name for scene in bpy.data.scenes]
    recipe = bpy.data.scenes[0].synth.recipe
    return [scenes, sorted(bpy.data.objects.keys()), recipe.scenes, len(recipe.objects)]


def other_languages(stage: Stage) -> Script:
    """Look at the sidebar in each language that this Blender and the extension know."""
    view = bpy.context.preferences.view
    facts = stage.facts["languages"] = {}
    for language in ("de_DE", "zh_HANS"):
        if language in bpy.app.translations.locales:
            view.language = language
            yield 1.5
            stage.picture(f"language_{language}")
            text = bpy.app.translations.pgettext_iface("Generate Dataset", "Synth")
            facts[language] = text
    view.language = "en_US"


def script(stage: Stage) -> Script:
    make_objects(stage)
    yield from stage.sidebar()
    select("Mug")
    stage.press(bpy.ops.synth.mark, role="target")
    select("Ball", "Block")
    stage.press(bpy.ops.synth.mark, role="distractor")
    yield 1.5
    stage.picture("marked")

    settings = bpy.context.scene.synth
    recipe = settings.recipe
    bpy.ops.wm.save_as_mainfile(filepath=str(stage.folder / "scene.blend"))
    settings.output = "//dataset"
    recipe.scenes, recipe.views_per_scene = 2, 2
    recipe.camera.width_px, recipe.camera.height_px = 160, 120
    recipe.camera.radius_m.low, recipe.camera.radius_m.high = 0.4, 0.8
    recipe.render.samples, recipe.render.denoise = 4, "off"
    for entry in recipe.objects:
        entry.collision_shape = "convex_hull"
    yield 0.5
    stage.picture("ranges_set")
    settings.overlay.show = True
    yield 1.5
    stage.picture("viewport")
    settings.overlay.show = False
    settings.overlay.color_by = "role"
    yield 1.0
    stage.picture("colored")
    yield from stage.click_row(CLASSES_ROW)
    yield 0.5
    stage.picture("classes")
    settings.overlay.color_by = "none"
    bpy.ops.ed.undo_push(message="Set Ranges")

    before = sorted(item.name for item in bpy.data.objects)
    stage.press(bpy.ops.synth.preview)
    stage.viewport.spaces.active.region_3d.view_perspective = "CAMERA"
    yield 1.5
    stage.picture("preview")
    stage.press(bpy.ops.synth.restore)
    stage.viewport.spaces.active.region_3d.view_perspective = "PERSP"
    yield 0.7
    stage.facts["restored"] = sorted(item.name for item in bpy.data.objects) == before
    stage.picture("restored")

    yield from undo_around_a_preview(stage)
    settings = bpy.context.scene.synth
    recipe = settings.recipe

    yield from stage.click_row(GENERATE_ROW)
    stage.facts["started_by_click"] = job().state in _ACTIVE
    yield from wait_for_job(("done", "failed"))
    stage.facts["first"] = [job().state, job().done, job().message]
    yield 0.7
    stage.picture("done")

    settings.output = "//long"
    recipe.scenes = 200
    yield 0.5
    yield from stage.click_row(GENERATE_ROW)
    while job().done < 4 and job().state in _ACTIVE:
        yield 0.25
    yield 0.7
    stage.picture("running")
    yield from stage.click_row(CANCEL_ROW)
    yield from wait_for_job(("cancelled", "done", "failed"))
    stage.facts["cancelled"] = [job().state, job().done]
    yield 0.7
    stage.picture("cancelled")
    recipe.scenes = -(-(job().done + 2) // 2)
    yield 0.5
    yield from stage.click_row(CANCEL_ROW)  # there Resume stands now
    stage.facts["resumed_by_click"] = job().state in _ACTIVE
    yield from wait_for_job(("done", "failed"))
    stage.facts["resumed"] = job().state

    yield from other_languages(stage)

    settings.output = "//dataset"
    stage.press(bpy.ops.synth.inspect, step="first")
    yield 2.0
    stage.picture("inspector")
    stage.facts["inspected"] = [
        line.name for line in bpy.context.window_manager.synth_inspection.objects
    ]
    yield 0.1


play(script, 240)
