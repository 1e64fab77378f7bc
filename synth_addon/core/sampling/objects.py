"""Draws which objects a scene holds, how they look and where they start."""

from __future__ import annotations

import numpy as np

from ..asset_catalog import AssetCatalog
from ..random_streams import random_stream, stream_within
from ..recipe.objects import ObjectGroup
from ..recipe.physics import SpawnRecipe
from ..recipe.recipe import Recipe
from ..scene_spec import (
    AdjustSpec,
    Asset,
    BodySpec,
    KeypointSpec,
    MaterialSpec,
    ObjectSpec,
    Pose,
    Quaternion,
    ShapeAsset,
    StoredAsset,
)
from ..shapes.catalog import SHAPES
from ..transforms import Array
from .adjust import sample_adjust
from .counts import sample_counts
from .materials import sample_material


def sample_objects(
    recipe: Recipe, catalog: AssetCatalog, scene: int, attempt: int
) -> tuple[ObjectSpec, ...]:
    """Draw all objects of a scene, numbered from 1 in the order of their groups' names.

    The order of keys in a JSON object means nothing, so frames must not hang on it.
    """
    ids = {name: i for i, name in enumerate(recipe.category_names, start=1)}
    objects: list[ObjectSpec] = []
    for name, count in sample_counts(recipe, scene, attempt).items():
        group = recipe.objects[name]
        category = (group.category or name) if group.role == "target" else None
        order = random_stream(recipe.seed, scene, f"files of {name} attempt {attempt}")
        choices = _choices(group, catalog.meshes.get(name, ()), order)
        for number in range(count):
            aspect = f"{name} {number} attempt {attempt}"
            looks = random_stream(recipe.seed, scene, f"looks of {aspect}")
            start = random_stream(recipe.seed, scene, f"start of {aspect}")
            objects.append(
                ObjectSpec(
                    instance_id=len(objects) + 1,
                    group=name,
                    role=group.role,
                    category_id=ids[category] if category else None,
                    category=category,
                    asset=_sample_asset(group, choices, number, looks),
                    scale=group.scale.draw(looks),
                    size_m=_sample_size(recipe, scene, name, aspect),
                    material=_sample_material(group, catalog, looks),
                    adjust=_sample_adjust(group, looks),
                    body=_sample_body(
                        group, start, random_stream(recipe.seed, scene, f"body of {aspect}")
                    ),
                    pose=_sample_pose(group, recipe.spawn, start),
                    keypoints=tuple(
                        KeypointSpec(name=point, position=stated.position_m)
                        for point, stated in sorted(group.keypoints.items())
                    ),
                )
            )
    return tuple(objects)


def _choices(
    group: ObjectGroup, meshes: tuple[StoredAsset, ...], rng: np.random.Generator
) -> tuple[StoredAsset, ...]:
    """Return the meshes in the order in which they are taken where none may come twice."""
    if group.repeat_files:
        return meshes
    return tuple(meshes[int(index)] for index in rng.permutation(len(meshes)))


def _sample_asset(
    group: ObjectGroup, choices: tuple[StoredAsset, ...], number: int, rng: np.random.Generator
) -> Asset:
    if group.shape is not None:
        declared = SHAPES[group.shape].parameters
        parameters = {
            key: group.parameters[key].draw(rng) if key in group.parameters else p.default
            for key, p in declared.items()
        }
        return ShapeAsset(shape=group.shape, parameters=parameters)
    if not group.repeat_files:
        return choices[number]
    return choices[int(rng.integers(len(choices)))]


def _sample_size(recipe: Recipe, scene: int, name: str, aspect: str) -> float | None:
    size = recipe.objects[name].size_m
    if size is None:
        return None
    return size.draw(random_stream(recipe.seed, scene, f"size of {aspect}"))


def _sample_material(
    group: ObjectGroup, catalog: AssetCatalog, rng: np.random.Generator
) -> MaterialSpec | None:
    if group.material is not None:
        return sample_material(group.material, catalog, rng)
    return MaterialSpec() if group.shape is not None else None


def _sample_adjust(group: ObjectGroup, looks: np.random.Generator) -> AdjustSpec | None:
    if group.adjust is None:
        return None
    return sample_adjust(group.adjust, stream_within(looks, "adjust"))


def _sample_body(
    group: ObjectGroup, rng: np.random.Generator, more: np.random.Generator
) -> BodySpec:
    return BodySpec(
        collision_shape=group.collision_shape,
        mass_kg=group.mass_kg.draw(rng),
        friction=group.friction.draw(rng),
        restitution=group.restitution.draw(rng),
        density_kg_m3=None if group.density_kg_m3 is None else group.density_kg_m3.draw(more),
        linear_damping=group.linear_damping.draw(more),
        angular_damping=group.angular_damping.draw(more),
    )


def _sample_pose(group: ObjectGroup, spawn: SpawnRecipe, rng: np.random.Generator) -> Pose:
    quaternion = group.rotation.draw(rng)
    return Pose(translation=sample_start(spawn, rng), quaternion=_four(quaternion))


def sample_start(spawn: SpawnRecipe, rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a start position: x, y of the origin and height of the lowest point; metres."""
    return spawn.x_m.draw(rng), spawn.y_m.draw(rng), spawn.height_m.draw(rng)


def _four(quaternion: Array) -> Quaternion:
    w, x, y, z = (float(value) for value in quaternion)
    return w, x, y, z
