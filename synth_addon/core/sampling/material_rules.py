"""Applies the recipe's material rules to a drawn scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..asset_catalog import AssetCatalog
from ..material_spec import MaterialSpec
from ..random_streams import random_stream, stream_within
from ..recipe.material_rules import (
    ROOM_SURFACES,
    MaterialRule,
    furniture_names,
    is_matched,
    surface_names,
)
from ..recipe.recipe import Recipe
from ..scene_spec import FixtureSpec, ObjectSpec, SceneSpec, SurfaceSpec
from .materials import sample_material


@dataclass(frozen=True)
class _Rules:
    """The rules for one scene."""

    recipe: Recipe
    catalog: AssetCatalog
    scene: int

    def material(
        self, thing: str, matching: Sequence[int], kept: MaterialSpec | None, *, large: bool
    ) -> MaterialSpec | None:
        """Return the material of the last rule that applies, or `kept`.

        Args:
            thing: a name of its own in the scene, which the thing's draws come from.
            matching: numbers of the rules that name it.
        """
        for number in reversed(matching):
            rule = self.recipe.material_rules[number]
            rng = self._stream(number, rule, thing)
            if stream_within(rng, "chance").random() < rule.probability:
                return sample_material(rule.material, self.catalog, rng, large=large)
        return kept

    def _stream(self, number: int, rule: MaterialRule, thing: str) -> np.random.Generator:
        aspect = f"material rule {number}" + ("" if rule.shared else f" on {thing}")
        return random_stream(self.recipe.seed, self.scene, aspect)


def apply_material_rules(recipe: Recipe, catalog: AssetCatalog, spec: SceneSpec) -> SceneSpec:
    """Return `spec` with the materials that the rules give; later rules win."""
    if not recipe.material_rules:
        return spec
    rules = _Rules(recipe, catalog, spec.scene)
    return spec.model_copy(
        update={
            "objects": _on_objects(rules, spec.objects, spec.attempt),
            "surfaces": tuple(_on_surface(rules, surface) for surface in spec.surfaces),
            "fixtures": tuple(_on_fixture(rules, fixture) for fixture in spec.fixtures),
        }
    )


def _on_objects(
    rules: _Rules, objects: Sequence[ObjectSpec], attempt: int
) -> tuple[ObjectSpec, ...]:
    """Name each object by its place in its group, so that other groups move nothing."""
    seen: dict[str, int] = {}
    changed: list[ObjectSpec] = []
    for item in objects:
        number = seen[item.group] = seen.get(item.group, -1) + 1
        matching = [
            i
            for i, rule in enumerate(rules.recipe.material_rules)
            if is_matched(rule.objects, [item.group])
            or (item.category is not None and is_matched(rule.categories, [item.category]))
        ]
        thing = f"{item.group} {number} attempt {attempt}"
        material = rules.material(thing, matching, item.material, large=False)
        changed.append(item.model_copy(update={"material": material}))
    return tuple(changed)


def _on_surface(rules: _Rules, surface: SurfaceSpec) -> SurfaceSpec:
    if surface.name not in ROOM_SURFACES:
        return surface
    matching = _naming(rules, surface_names(surface.name))
    material = rules.material(surface.name, matching, surface.material, large=True)
    return surface.model_copy(update={"material": material})


def _on_fixture(rules: _Rules, fixture: FixtureSpec) -> FixtureSpec:
    matching = _naming(rules, furniture_names(fixture.name, fixture.category))
    material = rules.material(f"fixture {fixture.name}", matching, fixture.material, large=False)
    return fixture.model_copy(update={"material": material})


def _naming(rules: _Rules, names: Sequence[str]) -> list[int]:
    return [
        i for i, rule in enumerate(rules.recipe.material_rules) if is_matched(rule.surfaces, names)
    ]
