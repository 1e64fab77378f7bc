"""Draws one scene index of a recipe."""

from __future__ import annotations

from ..asset_catalog import AssetCatalog
from ..recipe.loading import recipe_hash
from ..recipe.recipe import Recipe
from ..scene_spec import RenderSpec, SceneSpec
from .environment import sample_environment, sky_lamps
from .furniture import sample_furniture
from .lights import sample_lights
from .material_rules import apply_material_rules
from .objects import sample_objects
from .panels import sample_panels
from .room import sample_room
from .views import sample_view


def sample_scene(recipe: Recipe, catalog: AssetCatalog, scene: int, attempt: int = 0) -> SceneSpec:
    """Draw everything about a scene that does not depend on where objects come to rest.

    Args:
        scene: scene index from 0; may lie beyond `Recipe.scenes`.
        attempt: 0, or how many earlier arrangements of this index were rejected. Objects and
            views change with it, and rooms from files; else room, lights and environment stay.
    """
    objects = sample_objects(recipe, catalog, scene, attempt)
    room = sample_room(recipe, catalog, scene, attempt)
    has_windows = any(surface.openings for surface in room.surfaces)
    environment = sample_environment(recipe, catalog, scene, through_windows=has_windows)
    spec = SceneSpec(
        scene=scene,
        seed=recipe.seed,
        attempt=attempt,
        recipe_hash=recipe_hash(recipe),
        objects=objects,
        fixtures=(*room.fixtures, *sample_furniture(recipe, catalog, scene)),
        surfaces=room.surfaces + sample_panels(recipe, scene, room.size),
        room_size=room.size,
        lights=(
            *room.lights,
            *sample_lights(recipe, scene, room.size),
            *sky_lamps(recipe, environment),
        ),
        environment=environment,
        physics=recipe.physics.to_spec(drop=recipe.drops),
        render=RenderSpec.model_validate(
            recipe.render.model_dump()
            | {"coverage": recipe.outputs.coverage, "albedo": recipe.outputs.albedo}
            | {"cut_out": recipe.outputs.transparent == "cut_out"}
        ),
        views=tuple(
            sample_view(recipe, objects, scene, attempt, view)
            for view in range(recipe.views_per_scene)
        ),
    )
    return apply_material_rules(recipe, catalog, spec)
