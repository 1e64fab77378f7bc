"""Pools: groups of which every scene draws some, by weight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..distributions import Constant
from ..errors import Problem
from .fields import Number, Section, number, parameter
from .objects import ObjectGroup
from .problems import shown


class PoolRecipe(Section):
    """A choice among object groups, made anew for every scene."""

    count: Number = number(
        1,
        low=0,
        high=1000,
        whole=True,
        label="Count",
        help="How many objects a scene draws from the groups of the pool",
    )
    repeat: bool = parameter(
        True, label="Repeat", help="Whether one group may be drawn more than once in a scene"
    )


def members(groups: Mapping[str, ObjectGroup], pool: str) -> dict[str, ObjectGroup]:
    """Return the groups that a pool may draw, in the order of their names."""
    return {
        name: group
        for name, group in sorted(groups.items())
        if group.pool == pool and group.weight > 0
    }


def most_of_group(
    name: str, groups: Mapping[str, ObjectGroup], pools: Mapping[str, PoolRecipe]
) -> int:
    """Return the greatest number of one group's objects in a scene."""
    group = groups[name]
    if group.pool is None:
        per = most_targets(groups, pools) if group.count_per == "target" else 1
        return per * round(group.count.support()[1])
    if group.weight == 0:
        return 0
    return _most_drawn(pools[group.pool], [name])


def most_targets(groups: Mapping[str, ObjectGroup], pools: Mapping[str, PoolRecipe]) -> int:
    """Return the greatest number of targets in a scene."""
    targets = {name: group for name, group in groups.items() if group.role == "target"}
    alone = sum(round(g.count.support()[1]) for g in targets.values() if g.pool is None)
    return alone + sum(_most_drawn(pool, members(targets, name)) for name, pool in pools.items())


def most_objects(groups: Mapping[str, ObjectGroup], pools: Mapping[str, PoolRecipe]) -> int:
    """Return the greatest number of objects in a scene."""
    alone = sum(most_of_group(n, groups, pools) for n, g in groups.items() if g.pool is None)
    return alone + sum(_most_drawn(pool, members(groups, name)) for name, pool in pools.items())


def _most_drawn(pool: PoolRecipe, candidates: Iterable[str]) -> int:
    available, greatest = len(list(candidates)), round(pool.count.support()[1])
    if not available:
        return 0
    return greatest if pool.repeat else min(greatest, available)


def pool_problems(
    groups: Mapping[str, ObjectGroup], pools: Mapping[str, PoolRecipe]
) -> Iterator[Problem]:
    """Yield what does not go together between pools and the groups that name them."""
    for name, group in groups.items():
        yield from _group_problems(f"objects.{name}", group, pools)
    for name, pool in pools.items():
        yield from _draw_problems(f"pools.{name}", name, pool, groups)


def _group_problems(
    where: str, group: ObjectGroup, pools: Mapping[str, PoolRecipe]
) -> Iterator[Problem]:
    if group.pool is None:
        if group.weight != 1:
            message = "only groups of a pool are weighed against each other"
            yield Problem(f"{where}.weight", shown(group.weight), message, "Remove it, or set pool")
        return
    if group.pool not in pools:
        known = f"Use one of {', '.join(pools)}" if pools else "Add it to pools"
        yield Problem(f"{where}.pool", shown(group.pool), "there is no such pool", known)
    if group.count != Constant(1):
        message = "its pool says how many there are"
        remedy = "Remove it, and set the pool's count"
        yield Problem(f"{where}.count", shown(group.count.to_json()), message, remedy)


def _draw_problems(
    where: str, name: str, pool: PoolRecipe, groups: Mapping[str, ObjectGroup]
) -> Iterator[Problem]:
    named = [group for group in groups.values() if group.pool == name]
    greatest = round(pool.count.support()[1])
    if not named:
        remedy = f"Set objects.NAME.pool to {shown(name)}, or remove the pool"
        yield Problem(where, "", "no group of objects belongs to it", remedy)
        return
    available = len(members(groups, name))
    if not available and greatest:
        message, remedy = "all its groups have the weight 0", "Raise objects.NAME.weight of one"
        yield Problem(where, "", message, remedy)
    elif not pool.repeat and greatest > available:
        message = f"reaches to {greatest} without repetition, and {available} groups can be drawn"
        remedy = "Lower it, add groups, or set repeat to true"
        yield Problem(f"{where}.count", shown(pool.count.to_json()), message, remedy)
