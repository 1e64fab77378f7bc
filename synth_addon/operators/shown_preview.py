"""The preview that is shown: Blender scenes beside the user's own, which is not touched."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..properties.preview_mark import PREVIEW_MARK, is_preview

if TYPE_CHECKING:
    from ..blender.renderer import BlenderRenderer
    from ..core.asset_catalog import AssetCatalog
    from ..core.recipe.recipe import Recipe
    from ..core.scene_spec import SettledScene as Settled


@dataclass(frozen=True, eq=False)
class ShownPreview:
    """One scene of a dataset, built in Blender.

    Attributes:
        renderer: owns everything that was made for it.
        source: name of the user's scene.
    """

    renderer: BlenderRenderer
    source: str

    @classmethod
    def made(cls, source: bpy.types.Scene, index: int) -> ShownPreview:
        """Arrange, settle and build one scene index of a scene's settings.

        Raises:
            SynthError: the settings cannot be used, or the scene cannot be arranged; nothing is
                left in Blender then.
        """
        from ..core.settling import settle_scene
        from ..core.timing import PartTimes

        def settled(recipe: Recipe, catalog: AssetCatalog, renderer: BlenderRenderer) -> Settled:
            return settle_scene(recipe, catalog, renderer, index, PartTimes())[0]

        return cls._built(source, settled, 0)

    @classmethod
    def arranged(cls, source: bpy.types.Scene, scene: Settled, view: int) -> ShownPreview:
        """Build a settled scene of a dataset that was made with a scene's settings.

        Raises:
            SynthError: the settings no longer name what stands in it; nothing is left then.
        """
        return cls._built(source, lambda recipe, catalog, renderer: scene, view)

    @classmethod
    def _built(
        cls,
        source: bpy.types.Scene,
        settled: Callable[[Recipe, AssetCatalog, BlenderRenderer], Settled],
        view: int,
    ) -> ShownPreview:
        from ..blender.camera import place_camera
        from ..blender.open_file import describe_open_file
        from ..blender.ready_renderer import ready_renderer
        from ..core.asset_catalog import catalog_assets
        from ..properties.loading import load_scene_recipe

        loaded = load_scene_recipe(source)
        catalog = catalog_assets(loaded, describe_open_file(loaded.recipe))
        renderer, catalog = ready_renderer(loaded.recipe, catalog, 0, lambda *mesh: None)
        try:
            scene = settled(loaded.recipe, catalog, renderer)
            renderer.build(scene)
            builder = renderer.builder
            place_camera(builder.scene, builder.camera, builder.lens, scene.views[view])
            builder.scene[PREVIEW_MARK] = source.name
        except BaseException:
            renderer.close()
            raise
        return cls(renderer, source.name)


class _Shown:
    """The preview on screen, of which there is at most one."""

    preview: ShownPreview | None = None


def previewed_scene() -> bpy.types.Scene | None:
    """Return the user's scene whose preview is shown."""
    preview = _Shown.preview
    return None if preview is None else bpy.data.scenes.get(preview.source)


def show(preview: ShownPreview, window: bpy.types.Window) -> None:
    """Show a preview in the place of the user's scene, or of the preview before."""
    remove_preview()
    window.scene = preview.renderer.builder.scene
    _Shown.preview = preview


def remove_preview() -> None:
    """Show the user's scene again and remove all that the preview made."""
    preview, _Shown.preview = _Shown.preview, None
    if preview is None:
        return
    source: bpy.types.Scene | None = bpy.data.scenes.get(preview.source)
    for window in bpy.context.window_manager.windows:
        if source is not None and is_preview(window.scene):
            window.scene = source
    with suppress(ReferenceError):  # undo may have taken it away already
        preview.renderer.close()
