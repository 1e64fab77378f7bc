"""Draws how many objects of each group a scene holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..distributions import draw_integer, weighted_index
from ..random_streams import random_stream
from ..recipe.objects import ObjectGroup
from ..recipe.pools import PoolRecipe, members
from ..recipe.recipe import Recipe


def sample_counts(recipe: Recipe, scene: int, attempt: int) -> dict[str, int]:
    """Return the number of objects of each group that is present, in the order of the names."""
    groups = dict(sorted(recipe.objects_present.items()))
    counts = dict.fromkeys(groups, 0)
    for name, group in groups.items():
        if group.pool is None and group.count_per == "scene":
            rng = random_stream(recipe.seed, scene, f"count of {name} attempt {attempt}")
            counts[name] = draw_integer(group.count, rng)
    for name, pool in sorted(recipe.pools.items()):
        rng = random_stream(recipe.seed, scene, f"pool {name} attempt {attempt}")
        for drawn in draw_from_pool(pool, members(groups, name), rng):
            counts[drawn] += 1
    targets = sum(counts[name] for name, group in groups.items() if group.role == "target")
    for name, group in groups.items():
        if group.count_per == "target":
            counts[name] = sum(
                draw_integer(
                    group.count,
                    random_stream(
                        recipe.seed, scene, f"count of {name} at target {number} attempt {attempt}"
                    ),
                )
                for number in range(targets)
            )
    return counts


def draw_from_pool(
    pool: PoolRecipe, candidates: Mapping[str, ObjectGroup], rng: np.random.Generator
) -> list[str]:
    """Draw groups with probabilities in proportion to their weights.

    Without repetition at most all candidates are drawn: optional groups may be away.
    """
    left = {name: group.weight for name, group in candidates.items()}
    drawn: list[str] = []
    for _ in range(draw_integer(pool.count, rng)):
        if not left:
            break
        name = list(left)[weighted_index(tuple(left.values()), rng)]
        drawn.append(name)
        if not pool.repeat:
            del left[name]
    return drawn
