"""What scenes show beside the classes, to see whether two sets have anything in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.dataset.reading import Dataset
from synth_addon.core.material_spec import MaterialSpec
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import ObjectSpec, SceneSpec, ShapeAsset

PLAIN = "plain"
STREAMED = 100
"""Scenes that tell what a recipe makes: enough to meet every kind that is not very rare."""


@dataclass(frozen=True)
class Content:
    """Kinds of what scenes are made of."""

    materials: frozenset[str]
    environments: frozenset[str]
    distractors: frozenset[str]

    def shared_with(self, other: Content) -> frozenset[str]:
        """Return the kinds that both have."""
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return frozenset().union(*(mine & theirs for mine, theirs in pairs))


def content_of(specs: Iterable[SceneSpec]) -> Content:
    """Return what scenes are made of."""
    scenes = list(specs)
    return Content(
        materials=frozenset(_kind(made) for spec in scenes for made in _materials(spec)),
        environments=frozenset(spec.environment.kind for spec in scenes),
        distractors=frozenset(
            _shape(one) for spec in scenes for one in spec.objects if one.role == "distractor"
        ),
    )


def specs_of_dataset(dataset: Dataset) -> Iterator[SceneSpec]:
    """Yield the finished scenes of a dataset."""
    return (dataset.scene(number).spec for number in dataset.scene_numbers())


def specs_of_recipe(
    source: str, overrides: Sequence[str] = (), scenes: int = STREAMED
) -> Iterator[SceneSpec]:
    """Yield the first scenes that a recipe makes, before they are settled."""
    loaded = load_recipe(source, overrides)
    catalog = catalog_assets(loaded)
    return (sample_scene(loaded.recipe, catalog, scene) for scene in range(scenes))


def _materials(spec: SceneSpec) -> list[MaterialSpec]:
    found = [thing.material for thing in spec.things]
    found += [surface.material for surface in spec.surfaces]
    return [material for material in found if material is not None]


def _kind(material: MaterialSpec) -> str:
    return material.procedural.kind if material.procedural else PLAIN


def _shape(distractor: ObjectSpec) -> str:
    asset = distractor.asset
    return asset.shape if isinstance(asset, ShapeAsset) else distractor.group
