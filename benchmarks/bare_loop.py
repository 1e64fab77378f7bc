"""Renders scenes of a preset in one process and gives the frames to nobody.

    python benchmarks/bare_loop.py PRESET SECONDS PATH=VALUE...

Each scene is sampled, built and rendered, and its picture is read into memory: what any program
does that renders such scenes by itself, with no depth, no masks and no annotation. Writes frames a
second. `benchmarks/stream.py` runs it beside streams.
"""

from __future__ import annotations

import os
import sys
import time

import bpy

from synth_addon.blender.camera import place_camera
from synth_addon.blender.passes import read_display
from synth_addon.blender.ready_renderer import ready_renderer
from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.scene_spec import SettledView
from synth_addon.core.settling import settle_scene
from synth_addon.core.timing import PartTimes

_WARM = 3


def picture_of(renderer: BlenderRenderer, view: SettledView) -> None:
    """Render a picture and read it, through a file on the RAM disk as Blender asks for."""
    scene = renderer.builder.scene
    place_camera(scene, renderer.builder.camera, renderer.builder.lens, view)
    bpy.ops.render.render(scene=scene.name)
    assert read_display(scene, renderer.scratch.path).size


def main() -> None:
    preset, seconds, *overrides = sys.argv[1:]
    loaded = load_recipe(preset, overrides)
    catalog = catalog_assets(loaded)
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    renderer, catalog = ready_renderer(loaded.recipe, catalog, threads, lambda *_: None)
    times, scene, began, frames = PartTimes(), 0, 0.0, 0
    while scene <= _WARM or time.perf_counter() - began < float(seconds):
        if scene == _WARM:
            began, frames = time.perf_counter(), 0
        settled, _ = settle_scene(loaded.recipe, catalog, renderer, scene, times)
        renderer.build(settled)
        for view in settled.views:
            picture_of(renderer, view)
            frames += 1
        scene += 1
    rate = frames / (time.perf_counter() - began)
    sys.stdout.write(f"{rate}\n")
    sys.stdout.flush()
    os._exit(0)  # bpy 4.2 crashes in its exit handlers


if __name__ == "__main__":
    main()
