"""Material rules and changes of files' own materials: what they reach, how often, and what not."""

from __future__ import annotations

from typing import Any

import pytest

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.errors import RecipeError
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import FileAsset, FixtureSpec, SceneSpec, ShapeAsset

FILE = FileAsset(file="pan.obj")
CATALOG = AssetCatalog({"pan": (FILE,)}, {}, (), {})
WOOD, BRICK = {"kinds": {"wood": 1}}, {"kinds": {"brick": 1}}


def recipe(*rules: dict[str, Any], **parts: Any) -> Recipe:
    objects = {
        "cup": {"shape": "cup", "category": "vessel", "count": 2},
        "bowl": {"shape": "bowl", "category": "vessel"},
        "box_a": {"shape": "box", "role": "distractor"},
        "box_b": {"shape": "box", "role": "distractor"},
        "pan": {"file": "pan.obj", "role": "distractor"},
    }
    furniture = {"desk": {"shape": "box", "category": "table"}}
    data = {
        "version": 1,
        "objects": objects,
        "room": {"furniture": furniture},
        "material_rules": list(rules),
        **parts,
    }
    return validate_recipe(data, "test")


def sampled(recipe: Recipe, scene: int = 0, attempt: int = 0) -> SceneSpec:
    return sample_scene(recipe, CATALOG, scene, attempt)


def patterned(spec: SceneSpec) -> dict[str, str]:
    """Return the pattern of each thing that has one, by its name."""
    things = [(f"{item.group} {item.instance_id}", item.material) for item in spec.objects]
    things += [(surface.name, surface.material) for surface in spec.surfaces]
    things += [(fixture.name, fixture.material) for fixture in spec.fixtures]
    return {
        name: material.procedural.kind
        for name, material in things
        if material is not None and material.procedural is not None
    }


def reached(**rule: Any) -> set[str]:
    spec = sampled(recipe({"material": WOOD, **rule}))
    return {name.rpartition(" ")[0] or name for name in patterned(spec)}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"objects": ["cup"]}, {"cup"}),
        ({"objects": ["box_*"]}, {"box_a", "box_b"}),
        ({"objects": ["pan"]}, {"pan"}),
        ({"categories": ["ves*"]}, {"cup", "bowl"}),
        ({"categories": ["vessel"], "objects": ["box_a"]}, {"cup", "bowl", "box_a"}),
        ({"surfaces": ["floor"]}, {"floor"}),
        ({"surfaces": ["walls"]}, {f"wall_{a}_{b}" for a in "xy" for b in ("min", "max")}),
        ({"surfaces": ["wall_x*", "ceiling"]}, {"wall_x_min", "wall_x_max", "ceiling"}),
        ({"surfaces": ["furniture"]}, {"desk"}),
        ({"surfaces": ["table"]}, {"desk"}),
        ({"surfaces": ["desk"]}, {"desk"}),
    ],
)
def test_what_a_rule_reaches(rule: dict[str, Any], expected: set[str]) -> None:
    assert any(isinstance(item, FixtureSpec) for item in sampled(recipe()).things)
    assert reached(**rule) == expected


def test_nothing_else_moves() -> None:
    plain, ruled = sampled(recipe()), sampled(recipe({"objects": ["cup"], "material": WOOD}))

    def rest(spec: SceneSpec) -> list[object]:
        others = [item for item in spec.objects if item.group != "cup"]
        return [others, spec.surfaces, spec.fixtures, spec.lights, spec.environment]

    assert rest(plain) == rest(ruled)
    assert [item.pose for item in plain.objects] == [item.pose for item in ruled.objects]


def test_later_rules_win() -> None:
    rules = {"objects": ["*"], "material": WOOD}, {"categories": ["vessel"], "material": BRICK}
    forward = patterned(sampled(recipe(*rules)))
    backward = patterned(sampled(recipe(*reversed(rules))))
    assert set(forward.values()) == {"wood", "brick"}
    assert set(backward.values()) == {"wood"}


def test_a_shared_draw_is_one_and_others_are_each_their_own() -> None:
    def looks(shared: bool) -> set[str]:
        rule = {"objects": ["cup", "bowl"], "shared": shared, "material": WOOD}
        objects = sampled(recipe(rule)).objects
        return {str(item.material) for item in objects if item.group in ("cup", "bowl")}

    assert len(looks(shared=True)) == 1
    assert len(looks(shared=False)) == 3


def test_a_shared_draw_survives_a_new_arrangement() -> None:
    rule = {"objects": ["cup"], "surfaces": ["floor"], "shared": True, "material": WOOD}
    first, second = (sampled(recipe(rule), attempt=attempt) for attempt in (0, 1))
    assert first.objects[-1].pose != second.objects[-1].pose
    materials = {str(s.material) for spec in (first, second) for s in spec.surfaces[:1]}
    cups = {str(i.material) for s in (first, second) for i in s.objects if i.group == "cup"}
    assert len(materials) == len(cups) == 1


@pytest.mark.parametrize(("shared", "possible"), [(True, {0, 2}), (False, {0, 1, 2})])
def test_probability_is_for_each_thing_or_for_the_scene(shared: bool, possible: set[int]) -> None:
    rule = {"objects": ["cup"], "probability": 0.3, "shared": shared, "material": WOOD}
    fixed = recipe(rule)
    counts = [len(patterned(sampled(fixed, scene))) for scene in range(300)]
    assert set(counts) == possible
    assert sum(counts) / 600 == pytest.approx(0.3, abs=0.08)


def test_a_rule_that_misses_leaves_the_one_before() -> None:
    rules = (
        {"objects": ["*"], "material": WOOD},
        {"objects": ["*"], "probability": 0, "material": BRICK},
    )
    assert set(patterned(sampled(recipe(*rules))).values()) == {"wood"}


TRUE = {"texture": "*", "displacement": "true"}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({}, "the rule names nothing"),
        ({"objects": ["cups"]}, 'material_rules.0.objects: matches nothing (found "cups")'),
        ({"categories": ["cup"]}, "material_rules.0.categories"),
        ({"surfaces": ["roof"]}, "Use one of ceiling, desk"),
        ({"surfaces": ["floor"], "probability": 2}, "at most 1"),
        ({"surfaces": ["floor"], "propability": 1}, "Did you mean probability?"),
        ({"objects": ["cup"], "material": TRUE}, "floor, walls and ceiling can stand"),
        ({"surfaces": ["furniture"], "material": TRUE}, "floor, walls and ceiling can stand"),
    ],
)
def test_impossible_rules_are_refused(rule: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=r"material_rules\.0") as caught:
        recipe({"material": WOOD, **rule})
    assert said in str(caught.value).replace("\n", " ")


def test_walls_that_are_not_there_match_nothing() -> None:
    rule = {"surfaces": ["walls"], "material": WOOD}
    with pytest.raises(RecipeError, match="matches nothing"):
        recipe(rule, room={"floor_only": True})


@pytest.mark.parametrize("room", [{"front3d": {}}, {"file": "room.glb"}])
def test_names_in_loaded_rooms_are_not_known_beforehand(room: dict[str, Any]) -> None:
    rule = {"surfaces": ["Sofa"], "material": WOOD}
    assert recipe(rule, room=room).material_rules[0].surfaces == ("Sofa",)
    with pytest.raises(RecipeError, match="moves a surface"):
        recipe({**rule, "material": TRUE}, room=room)


@pytest.mark.parametrize("where", ["objects.cup", "room.furniture.desk"])
def test_true_displacement_is_for_the_room_alone(where: str) -> None:
    parts: dict[str, Any] = {"objects": {"cup": {"shape": "cup", "material": TRUE}}}
    if "room" in where:
        parts = {"room": {"furniture": {"desk": {"shape": "box", "material": TRUE}}}}
    with pytest.raises(RecipeError) as caught:
        recipe(**parts)
    assert f"{where}.material.displacement: moves a surface" in str(caught.value)
    assert recipe(room={"floor": TRUE}).room.floor.displacement == "true"


# adjust


def adjusted(**ranges: Any) -> SceneSpec:
    pan = {"file": "pan.obj", "count": 3, "adjust": ranges}
    return sampled(recipe(objects={"pan": pan}))


def test_each_object_is_adjusted_by_itself() -> None:
    items = adjusted(hue_shift={"uniform": [-0.1, 0.1]}, texture_rotation_deg=180).objects
    shifts = {item.adjust.hue_shift for item in items if item.adjust is not None}
    assert len(shifts) == 3
    assert all(-0.1 <= shift <= 0.1 for shift in shifts)
    assert items[0].adjust is not None
    assert items[0].adjust.texture_rotation == pytest.approx(3.14159265)
    assert items[0].adjust.roughness is None
    assert items[0].material is None


def test_adjusting_moves_nothing_else() -> None:
    plain = sampled(recipe(objects={"pan": {"file": "pan.obj", "count": 3}}))
    changed = adjusted(hue_shift={"uniform": [-0.1, 0.1]})
    without = [item.model_copy(update={"adjust": None}) for item in changed.objects]
    assert without == list(plain.objects)


@pytest.mark.parametrize(
    "group",
    [{"shape": "cup", "adjust": {}}, {"file": "pan.obj", "material": {}, "adjust": {}}],
)
def test_there_must_be_something_to_adjust(group: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="adjust"):
        recipe(objects={"cup": group})


def test_shapes_without_a_rule_keep_a_material() -> None:
    for item in sampled(recipe()).objects:
        assert (item.material is None) == (not isinstance(item.asset, ShapeAsset))
