"""Renders one frame of the dataset and shows it with its annotations."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy

from ..properties.settings import settings_of
from .frame_picture import show_picture
from .reporting import reports_errors
from .shown_preview import previewed_scene


class SYNTH_OT_render_preview(bpy.types.Operator):
    bl_idname = "synth.render_preview"
    bl_label = "Render Preview Frame"
    bl_description = "Render the first view of that scene as in the dataset, and show its labels"
    bl_options = {"REGISTER"}

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.dataset.reading import open_dataset
        from ..core.pictures.overlay import draw_frame

        source = previewed_scene() or context.scene
        index = settings_of(source).preview_scene
        context.window.cursor_set("WAIT")
        try:
            with tempfile.TemporaryDirectory(prefix="synth-frame-") as folder:
                _generate(source, index, Path(folder) / "frame")
                picture = draw_frame(open_dataset(Path(folder) / "frame"), index)
        finally:
            context.window.cursor_set("DEFAULT")
        show_picture(context, picture)
        return {"FINISHED"}


def _generate(source: bpy.types.Scene, index: int, output: Path) -> None:
    """Generate the first view of one scene index into a dataset of its own."""
    from contextlib import closing

    from ..blender.open_file import describe_open_file
    from ..blender.ready_renderer import ready_renderer
    from ..core.asset_catalog import catalog_assets
    from ..core.dataset.store import DatasetStore
    from ..core.describe import dataset_info
    from ..core.job import Job
    from ..properties.loading import load_scene_recipe

    loaded = load_scene_recipe(source, ["views_per_scene=1"])
    catalog = catalog_assets(loaded, describe_open_file(loaded.recipe))
    renderer, catalog = ready_renderer(loaded.recipe, catalog, 0, lambda *mesh: None)
    scenes = range(index, index + 1)
    with closing(renderer):
        info = dataset_info(loaded.recipe, catalog, renderer.version)
        with DatasetStore.create_or_resume(output, info, False, scenes) as store:
            Job(loaded.recipe, catalog, renderer, store).run(scenes)
            store.finish()
