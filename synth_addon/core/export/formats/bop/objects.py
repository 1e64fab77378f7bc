"""Numbers the objects of a BOP dataset: which mesh in which size is which obj_id.

The rule: every recipe group of targets, mesh and scale that occurs together in any finished scene
of the dataset is one object. They are numbered from 1 in the order of the group's name, the
mesh's canonical JSON and the scale. So neither splits nor filters of frames change a number; only
leaving out classes does, or generating scenes with objects that are new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ....errors import UsageError
from ....scene_spec import Asset, ObjectSpec
from ...source import ExportSource

Key = tuple[str, str, float]
"""Group, asset key, scale."""


@dataclass(frozen=True)
class BopObject:
    """One object of the dataset.

    Attributes:
        scale: uniform factor on the asset's mesh, which the model includes.
        symmetries: the recipe's entries, axes in the asset's frame before the scale.
    """

    obj_id: int
    group: str
    category: str | None
    asset: Asset
    scale: float
    symmetries: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ObjectIds:
    """All objects, in the order of their numbers."""

    objects: tuple[BopObject, ...]
    numbers: Mapping[Key, int]

    def by_instance(self, specs: Iterable[ObjectSpec]) -> dict[int, int]:
        """Return the obj_id of each instance id of a scene that has one."""
        return {
            spec.instance_id: self.numbers[_key(spec)]
            for spec in specs
            if spec.role == "target" and _key(spec) in self.numbers
        }


def number_objects(source: ExportSource, limit: int) -> ObjectIds:
    """Number the targets of all finished scenes; see the module for the rule.

    Raises:
        UsageError: there are more objects than `limit`.
        DatasetError: the record of a scene is missing or damaged.
    """
    kept = {category.name for category in source.categories}
    found: dict[Key, ObjectSpec] = {}
    for scene in source.dataset.scene_numbers():
        for spec in source.dataset.scene(scene).spec.objects:
            if spec.role == "target" and spec.category in kept:
                found.setdefault(_key(spec), spec)
        if len(found) > limit:
            raise UsageError(_too_many(found, limit))
    groups: Any = source.dataset.info.recipe["objects"]
    objects = tuple(
        BopObject(
            obj_id=number,
            group=spec.group,
            category=spec.category,
            asset=spec.asset,
            scale=spec.scale,
            symmetries=tuple(groups[spec.group].get("symmetries", ())),
        )
        for number, (_, spec) in enumerate(sorted(found.items(), key=lambda item: item[0]), 1)
    )
    return ObjectIds(objects, {key: number for number, key in enumerate(sorted(found), 1)})


def objects_record(ids: ObjectIds) -> dict[str, Any]:
    """Return the content of ``obj_ids.json``: what each obj_id is in the dataset."""
    return {
        str(item.obj_id): {
            "group": item.group,
            "category": item.category,
            "asset": item.asset.model_dump(mode="json"),
            "scale": item.scale,
        }
        for item in ids.objects
    }


def _key(spec: ObjectSpec) -> Key:
    return spec.group, spec.asset_key, spec.scale


def _too_many(found: Iterable[Key], limit: int) -> str:
    group, count = Counter(key[0] for key in found).most_common(1)[0]
    return (
        f"--option max_models={limit}: the targets are more than {limit} models, because BOP needs "
        f"one for each mesh and scale ({count} are of objects.{group}). Generate with constant "
        "scale, size_m and shape parameters, or a few choices of them, leave out classes, or "
        "raise max_models"
    )
