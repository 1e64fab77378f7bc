"""How many objects of which group a scene holds: pools, weights, counts by target, absences."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.errors import RecipeError
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.sampling.counts import sample_counts

fast = settings(deadline=None, max_examples=40)
SEEDS = st.integers(0, 2**63 - 1)
WEIGHTS = st.lists(st.floats(0.01, 100) | st.just(0.0), min_size=1, max_size=8)
CUP = {"shape": "cup"}


def recipe(objects: dict[str, Any], pools: dict[str, Any] | None = None, **parts: Any) -> Recipe:
    data = {"version": 1, "objects": {"cup": CUP, **objects}, "pools": pools or {}, **parts}
    return validate_recipe(data, "test")


def pooled(weights: list[float], **fields: Any) -> dict[str, Any]:
    return {
        f"part{i}": {"shape": "box", "role": "distractor", "pool": "parts", "weight": w, **fields}
        for i, w in enumerate(weights)
    }


def drawn(made: Recipe, scene: int = 0, attempt: int = 0) -> dict[str, int]:
    return sample_counts(made, scene, attempt)


# Pools


@fast
@given(SEEDS, WEIGHTS.filter(any), st.integers(0, 20))
def test_a_pool_draws_its_count_and_nothing_of_no_weight(
    seed: int, weights: list[float], count: int
) -> None:
    made = recipe(pooled(weights), {"parts": {"count": count}}, seed=seed)
    counts = drawn(made)
    assert counts["cup"] == 1
    assert sum(counts.values()) == 1 + count
    for i, weight in enumerate(weights):
        assert weight > 0 or counts[f"part{i}"] == 0


@fast
@given(SEEDS, WEIGHTS.filter(any), st.data())
def test_without_repetition_every_group_comes_once_at_most(
    seed: int, weights: list[float], data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, sum(weight > 0 for weight in weights)))
    made = recipe(pooled(weights), {"parts": {"count": count, "repeat": False}}, seed=seed)
    counts = drawn(made)
    assert max(counts.values()) <= 1
    assert sum(counts.values()) == 1 + count


@pytest.mark.parametrize("repeat", [True, False])
def test_weights_are_shares(repeat: bool) -> None:
    made = recipe(pooled([1, 3, 6]), {"parts": {"count": 1, "repeat": repeat}})
    total = Counter[str]()
    for scene in range(2000):
        total.update(drawn(made, scene))
    shares = [total[f"part{i}"] / 2000 for i in range(3)]
    assert shares == pytest.approx([0.1, 0.3, 0.6], abs=0.04)


@fast
@given(SEEDS, st.integers(0, 5))
def test_a_greater_count_keeps_the_earlier_draws(seed: int, count: int) -> None:
    few, many = (
        drawn(recipe(pooled([1, 2, 3]), {"parts": {"count": n}}, seed=seed))
        for n in (count, count + 1)
    )
    assert all(many[name] >= few[name] for name in few)


@fast
@given(SEEDS)
def test_a_pool_moves_no_count_and_no_other_pool(seed: int) -> None:
    free = {"can": {"shape": "can", "role": "distractor", "count": {"uniform": [0, 9]}}}
    rest = {"ball": {"shape": "sphere", "role": "distractor", "pool": "balls"}}
    one = recipe({**free, **pooled([1, 1])}, {"parts": {"count": 3}}, seed=seed)
    both = recipe(
        {**free, **pooled([1, 1]), **rest},
        {"balls": {"count": {"uniform": [0, 9]}}, "parts": {"count": 3}},
        seed=seed,
    )
    assert {name: count for name, count in drawn(both).items() if name != "ball"} == drawn(one)


def test_the_order_of_keys_changes_nothing() -> None:
    objects = pooled([1, 2, 3, 4])
    turned = dict(reversed(objects.items()))
    pools = {"parts": {"count": 3, "repeat": False}}
    for scene in range(20):
        assert drawn(recipe(objects, pools), scene) == drawn(recipe(turned, pools), scene)


def test_another_attempt_draws_anew() -> None:
    made = recipe(pooled([1] * 8), {"parts": {"count": 4, "repeat": False}})
    assert len({str(drawn(made, 0, attempt)) for attempt in range(10)}) > 3


# Counts by target


@fast
@given(SEEDS, st.integers(1, 5))
def test_a_count_per_target_is_drawn_for_each(seed: int, targets: int) -> None:
    hider = {"shape": "box", "role": "distractor", "count_per": "target", "count": 2}
    made = recipe({"cup": {**CUP, "count": targets}, "hider": hider}, seed=seed)
    assert drawn(made)["hider"] == 2 * targets


def test_a_hider_by_chance_for_each_target() -> None:
    chance = {"choice": {"values": [0, 1], "weights": [3, 1]}}
    hider = {"shape": "box", "role": "distractor", "count_per": "target", "count": chance}
    made = recipe({"cup": {**CUP, "count": 4}, "hider": hider})
    counts = [drawn(made, scene)["hider"] for scene in range(500)]
    assert set(counts) == {0, 1, 2, 3, 4}
    assert sum(counts) / 500 == pytest.approx(1, abs=0.15)


def test_targets_of_pools_are_counted_too() -> None:
    parts = {
        name: {"shape": "can", "pool": "parts", "category": "part"} for name in ("one", "other")
    }
    hider = {"shape": "box", "role": "distractor", "count_per": "target"}
    made = recipe({**parts, "hider": hider}, {"parts": {"count": 3}})
    assert drawn(made)["hider"] == 4


# Groups that are left out


OPTIONAL = {"file": "pan.obj", "optional": True}


def test_optional_groups_are_left_out_without_models() -> None:
    objects = {"pan": OPTIONAL}
    assert "pan" not in drawn(recipe(objects))
    assert drawn(recipe(objects, assets={"models": "models"}))["pan"] == 1


def test_classes_keep_their_ids_whatever_is_drawn() -> None:
    objects = {"pan": OPTIONAL, "can": {"shape": "can", "pool": "cans", "weight": 2}}
    names = [
        recipe(objects, {"cans": {}}, assets=assets).category_names
        for assets in ({}, {"models": "models"})
    ]
    assert names == [("cup", "pan", "can")] * 2


def test_a_pool_takes_what_is_left() -> None:
    objects = {
        "pan": {**OPTIONAL, "role": "distractor", "pool": "clutter"},
        "can": {"shape": "can", "role": "distractor", "pool": "clutter"},
    }
    made = recipe(objects, {"clutter": {"count": 2, "repeat": False}})
    assert drawn(made) == {"can": 1, "cup": 1}


def test_a_pool_of_nothing_but_absent_groups_draws_nothing() -> None:
    objects = {"pan": {**OPTIONAL, "role": "distractor", "pool": "clutter"}}
    assert drawn(recipe(objects, {"clutter": {"count": 5}})) == {"cup": 1}


# What does not go together


BOX = {"shape": "box", "role": "distractor"}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"objects": {"a": {**BOX, "pool": "p"}}}, "objects.a.pool: there is no such pool"),
        ({"objects": {"a": {**BOX, "weight": 2}}}, "objects.a.weight: only groups of a pool"),
        (
            {"objects": {"a": {**BOX, "pool": "p", "count": 3}}, "pools": {"p": {}}},
            "objects.a.count: its pool says how many",
        ),
        ({"objects": {"a": {**BOX, "weight": -1}}}, "objects.a.weight"),
        ({"pools": {"p": {}}}, "pools.p: no group of objects belongs to it"),
        ({"pools": {"a.b": {}}}, "pools"),
        (
            {"objects": {"a": {**BOX, "pool": "p", "weight": 0}}, "pools": {"p": {}}},
            "pools.p: all its groups have the weight 0",
        ),
        (
            {
                "objects": {"a": {**BOX, "pool": "p"}},
                "pools": {"p": {"count": {"uniform": [1, 2]}, "repeat": False}},
            },
            "pools.p.count: reaches to 2 without repetition, and 1 groups can be drawn",
        ),
        ({"objects": {"a": {"shape": "box", "count_per": "target"}}}, "number of targets"),
        (
            {
                "objects": {"a": {**BOX, "pool": "p", "count_per": "target"}},
                "pools": {"p": {}},
            },
            "a pool draws once for the scene",
        ),
        (
            {
                "objects": {
                    "cup": {**CUP, "count": 1000},
                    "a": {**BOX, "count": 1000, "count_per": "target"},
                }
            },
            "objects: up to 1001000 in a scene",
        ),
        ({"objects": {"cup": OPTIONAL}}, "camera.look_at: no scene holds a target"),
        (
            {
                "objects": {"cup": {**CUP, "pool": "p"}},
                "pools": {"p": {"count": 2}},
                "camera": {"min_targets": 3},
            },
            "camera.min_targets: no view can show so many: a scene holds at most 2 targets",
        ),
        ({"objects": {"a": {**BOX, "optional": True}}}, "optional belongs to a file"),
        ({"objects": {"a": {**BOX, "unit": "mm"}}}, "unit belongs to a file"),
        ({"objects": {"a": {**BOX, "up_axis": "Y"}}}, "up_axis belongs to a file"),
        ({"objects": {"a": {"open_object": "A", "object": "B"}}}, "object belongs to a file"),
        ({"objects": {"a": {**BOX, "open_object": "A"}}}, "needs exactly one of shape, file"),
        ({"objects": {"a": {"open_collection": "A", "file": "b.obj"}}}, "needs exactly one of"),
        ({"objects": {"a": {**BOX, "size_m": 0.1, "scale": 2}}}, "size_m and scale both"),
        ({"objects": {"a": {**BOX, "size_m": 0}}}, "objects.a.size_m"),
    ],
)
def test_contradictions_are_named(parts: dict[str, Any], said: str) -> None:
    objects = parts.pop("objects", {})
    with pytest.raises(RecipeError) as caught:
        recipe(objects, **parts)
    assert said in str(caught.value)
