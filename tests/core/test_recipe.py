"""Reading recipes: sources, overrides, migration, hashes, and problems that say where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.errors import RecipeError, UsageError
from synth_addon.core.recipe.loading import (
    load_recipe,
    recipe_hash,
    validate_recipe,
)
from synth_addon.core.recipe.migration import STEPS, Step, migrate
from synth_addon.core.recipe.presets import preset_names
from synth_addon.core.recipe.recipe import CURRENT_VERSION, Recipe

LEAST: Mapping[str, Any] = {"version": 1, "objects": {"cube": {"shape": "cube"}}}


def recipe(**parts: Any) -> Recipe:
    return validate_recipe({**LEAST, **parts}, "test")


def saved(folder: Path, data: Mapping[str, Any]) -> str:
    path = folder / "recipe.json"
    path.write_text(json.dumps(data))
    return str(path)


@pytest.mark.parametrize("name", preset_names())
def test_presets_load_and_survive_a_round_trip(name: str) -> None:
    loaded = load_recipe(name).recipe
    plain = loaded.model_dump(mode="json")
    assert validate_recipe(json.loads(json.dumps(plain)), name) == loaded
    assert loaded.name == name
    assert loaded.description


def test_recipes_load_from_a_path_and_remember_its_folder(tmp_path: Path) -> None:
    loaded = load_recipe(saved(tmp_path, LEAST))
    assert loaded.recipe == recipe()
    assert loaded.folder == tmp_path


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(LEAST).encode())
    assert load_recipe(str(path)).recipe == recipe()


def test_a_preset_nearly_named_is_suggested() -> None:
    with pytest.raises(UsageError, match="Did you mean cup_room"):
        load_recipe("cup_rom")


def test_recipes_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        recipe().seed = 5  # type: ignore[misc]


# Overrides


def test_overrides_reach_any_depth() -> None:
    loaded = load_recipe(
        "cube",
        [
            'camera.elevation_deg={"uniform":[20,70]}',
            "objects.cube.material.metallic=1",
            "objects.extra.shape=sphere",
            "objects.extra.role=distractor",
            "name=with = and spaces",
            " seed = 5",
        ],
    ).recipe
    assert loaded.camera.elevation_deg.support() == (20, 70)
    material = loaded.objects["cube"].material
    assert material is not None and material.metallic.support() == (1, 1)
    assert loaded.objects["extra"].shape == "sphere"
    assert loaded.name == "with = and spaces"
    assert loaded.seed == 5


def test_overrides_fill_parts_that_are_null(tmp_path: Path) -> None:
    data = {**LEAST, "objects": {"cube": {"shape": "cube", "material": None}}}
    loaded = load_recipe(saved(tmp_path, data), ["objects.cube.material.hue=0.5"]).recipe
    material = loaded.objects["cube"].material
    assert material is not None and material.hue.support() == (0.5, 0.5)


def test_later_overrides_win() -> None:
    assert load_recipe("cube", ["seed=1", "seed=2"]).recipe.seed == 2


def test_plain_text_needs_no_quotes() -> None:
    assert load_recipe("cube", ["name=a name"]).recipe.name == "a name"
    assert load_recipe("cube", ['name="a name"']).recipe.name == "a name"


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("seed", "not PATH=VALUE"),
        ("=5", "not PATH=VALUE"),
        ("camera..fov_deg=5", "not PATH=VALUE"),
        (".seed=5", "not PATH=VALUE"),
        ("", "not PATH=VALUE"),
        ("seed.part=5", "--set seed.part=5: seed is 0, which has no parts"),
        ("camera.fov_deg={uniform:[1,2]}", "single quotes"),
        ('camera={"fov_deg":1,"fov_deg":2}', "stands twice"),
        ('name="unfinished', "not valid JSON"),
        ("camera.center_m=[1,2", "not valid JSON"),
    ],
)
def test_overrides_that_cannot_be_read_are_explained(tmp_path: Path, override, said) -> None:
    source = saved(tmp_path, {**LEAST, "seed": 0})
    with pytest.raises(UsageError) as caught:
        load_recipe(source, [override])
    assert said.replace("--set seed.part=5", "--set seed.part") in str(caught.value)


# Migration


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    return {("label" if key == "title" else key): value for key, value in data.items()}


def doubled(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "size": 2 * data["size"]}


THREE_VERSIONS: Mapping[int, Step] = {1: renamed, 2: doubled}


def test_migration_takes_every_step_in_order() -> None:
    first = {"version": 1, "title": "a", "size": 1}
    assert migrate(first, "old", 3, THREE_VERSIONS) == {"version": 3, "label": "a", "size": 2}
    assert first == {"version": 1, "title": "a", "size": 1}


def test_migration_starts_where_a_recipe_stands() -> None:
    second = {"version": 2, "title": "kept", "size": 1}
    assert migrate(second, "old", 3, THREE_VERSIONS) == {"version": 3, "title": "kept", "size": 2}


def test_migration_leaves_current_recipes_alone() -> None:
    current = {"version": 3, "title": "kept", "size": 1}
    assert migrate(current, "new", 3, THREE_VERSIONS) == current


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, 'Write "version": 3 at the top'),
        ({"version": None}, "whole number (found null)"),
        ({"version": "1"}, 'whole number (found "1")'),
        ({"version": True}, "whole number (found true)"),
        ({"version": 1.0}, "whole number (found 1.0)"),
        ({"version": 4}, "versions up to 3 (found 4)"),
        ({"version": 0}, "no such version was ever published (found 0)"),
        ({"version": -1}, "no such version was ever published (found -1)"),
    ],
)
def test_unknown_versions_are_explained(data: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError) as caught:
        migrate(data, "some recipe", 3, THREE_VERSIONS)
    assert said in str(caught.value)
    assert "some recipe" in str(caught.value)


def test_there_is_a_step_from_every_published_version() -> None:
    assert sorted(STEPS) == list(range(1, CURRENT_VERSION))


def test_overrides_name_paths_of_the_current_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old recipe is brought up to date first."""

    def step(data: dict[str, Any]) -> dict[str, Any]:
        assert "seed" not in data
        return data

    def old(data: dict[str, Any], source: str, current: int) -> dict[str, Any]:
        return migrate(data, source, current, {0: step})

    monkeypatch.setattr("synth_addon.core.recipe.loading.migrate", old)
    assert load_recipe(saved(tmp_path, {**LEAST, "version": 0}), ["seed=7"]).recipe.seed == 7


# Hashes


def test_hashes_see_whatever_changes_a_frame() -> None:
    hashes = {
        recipe_hash(load_recipe("cube", [override]).recipe)
        for override in ("seed=1", "camera.fov_deg=51", "render.samples=17", "outputs.depth=exr")
    }
    assert len(hashes | {recipe_hash(load_recipe("cube").recipe)}) == 5


@pytest.mark.parametrize("override", ["scenes=77", "assets.models=elsewhere"])
def test_hashes_overlook_what_changes_no_frame(override: str) -> None:
    assert recipe_hash(load_recipe("cube", [override]).recipe) == recipe_hash(
        load_recipe("cube").recipe
    )


def test_hashes_do_not_depend_on_how_a_recipe_is_written() -> None:
    spelled = recipe(seed=0, camera={"fov_deg": 50.0, "shift_x": {"uniform": [0, 0.5]}})
    other = recipe(camera={"shift_x": {"uniform": [0.0, 0.5]}, "fov_deg": 50})
    assert recipe_hash(spelled) == recipe_hash(other)


def test_hashes_see_the_order_of_classes() -> None:
    """Without `categories` it is the order of the groups, which sorted keys would not show."""
    a, b = {"shape": "cube"}, {"shape": "sphere"}
    one, other = recipe(objects={"a": a, "b": b}), recipe(objects={"b": b, "a": a})
    assert one.category_names != other.category_names
    assert recipe_hash(one) != recipe_hash(other)


def test_portable_recipes_give_the_same_recipe_when_keys_are_sorted() -> None:
    written = recipe(objects={"b": {"shape": "cube"}, "a": {"shape": "sphere"}})
    text = json.dumps(written.portable(), sort_keys=True)
    read = validate_recipe(json.loads(text), "portable")
    assert recipe_hash(read) == recipe_hash(written)
    assert read.category_names == written.category_names == ("b", "a")


# Problems


def problems(data: Mapping[str, Any]) -> dict[str, str]:
    with pytest.raises(RecipeError) as caught:
        validate_recipe(dict(data), "test")
    assert all(problem.remedy for problem in caught.value.problems)
    return {problem.path: str(problem) for problem in caught.value.problems}


def test_all_problems_are_reported_at_once() -> None:
    found = problems(
        {
            "version": 1,
            "sede": 5,
            "scenes": 0,
            "objects": {
                "a": {"shape": "kube", "scale": -1},
                "b": {"shape": "cup", "parameters": {"heigth_m": 1, "wall_m": 5}},
            },
            "camera": {"fov_deg": {"uniform": [70, 20]}, "radius": 1},
        }
    )
    assert set(found) == {
        "sede",
        "scenes",
        "objects.a.scale",
        "objects.b.parameters.heigth_m",
        "objects.b.parameters.wall_m",
        "camera.fov_deg",
        "camera.radius",
    }
    assert "Did you mean seed?" in found["sede"]
    assert "Did you mean height_m?" in found["objects.b.parameters.heigth_m"]
    assert "70 is greater than 20" in found["camera.fov_deg"]
    assert '{"uniform": [70, 20]}' in found["camera.fov_deg"]
    assert "Did you mean radius_m?" in found["camera.radius"]


def test_all_contradictions_are_reported_at_once() -> None:
    found = problems(
        {
            **LEAST,
            "objects": {"cube": {"shape": "cube", "role": "distractor"}},
            "categories": ["cup", "cup"],
            "room": {"enabled": False},
        }
    )
    assert set(found) == {"camera.min_targets", "camera.look_at", "categories", "room.enabled"}


CONTRADICTIONS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "no source": ({"objects": {"a": {}}}, "objects.a"),
    "two sources": ({"objects": {"a": {"shape": "cube", "file": "a.obj"}}}, "objects.a"),
    "parameters of a file": (
        {"objects": {"a": {"file": "a.obj", "parameters": {"size_m": 1}}}},
        "objects.a",
    ),
    "object of a shape": ({"objects": {"a": {"shape": "cube", "object": "b"}}}, "objects.a"),
    "class of a distractor": (
        {"objects": {"a": {"shape": "cube", "role": "distractor", "category": "b"}}},
        "objects.a",
    ),
    "unknown shape": ({"objects": {"a": {"shape": "teapot"}}}, "objects.a.shape"),
    "parameter out of limits": (
        {"objects": {"a": {"shape": "cube", "parameters": {"size_m": 11}}}},
        "objects.a.parameters.size_m",
    ),
    "wall thicker than the cup": (
        {"objects": {"a": {"shape": "cup", "parameters": {"wall_m": 0.04}}}},
        "objects.a.parameters",
    ),
    "corner of ranges": (
        {
            "objects": {
                "a": {
                    "shape": "torus",
                    "parameters": {
                        "radius_m": {"uniform": [0.1, 0.3]},
                        "tube_radius_m": {"uniform": [0.05, 0.2]},
                    },
                }
            }
        },
        "objects.a.parameters",
    ),
    "group name with a dot": ({"objects": {"a.b": {"shape": "cube"}}}, "objects"),
    "group without a name": ({"objects": {"": {"shape": "cube"}}}, "objects"),
    "no groups": ({"objects": {}}, "objects"),
    "empty class": ({"objects": {"a": {"shape": "cube", "category": ""}}}, "objects.a.category"),
    "class missing in the order": ({"categories": ["cup"]}, "categories"),
    "class twice in the order": ({"categories": ["cube", "cube"]}, "categories"),
    "empty class in the order": ({"categories": ["cube", ""]}, "categories.1"),
    "too many objects": (
        {"objects": {f"g{i}": {"shape": "cube", "count": 1000} for i in range(33)}},
        "objects",
    ),
    "more targets asked for than there are": (
        {"camera": {"min_targets": 2}},
        "camera.min_targets",
    ),
    "targets that never appear": (
        {
            "objects": {"cube": {"shape": "cube", "count": 0}},
            "camera": {"min_targets": 0},
        },
        "camera.look_at",
    ),
    "classes without a target": (
        {
            "categories": ["cup"],
            "objects": {"a": {"shape": "cube", "role": "distractor"}},
            "camera": {"look_at": "center"},
        },
        "camera.min_targets",
    ),
    "drop without a floor": ({"room": {"enabled": False}}, "room.enabled"),
    "clip distances": (
        {"camera": {"clip_start_m": 5, "clip_end_m": 5}},
        "camera.clip_start_m",
    ),
    "skewed matrix": (
        {"camera": {"matrix": [[500, 1, 320], [0, 500, 240], [0, 0, 1]]}},
        "camera.matrix",
    ),
    "matrix and focal length": (
        {"camera": {"focal_mm": 50, "matrix": [[500, 0, 320], [0, 500, 240], [0, 0, 1]]}},
        "camera.matrix",
    ),
    "matrix wider than any lens": (
        {"camera": {"matrix": [[5, 0, 320], [0, 5, 240], [0, 0, 1]]}},
        "camera.matrix",
    ),
    "matrix with squeezed pixels": (
        {"camera": {"matrix": [[5000, 0, 320], [0, 400, 240], [0, 0, 1]]}},
        "camera.matrix",
    ),
    "principal point far away": (
        {"camera": {"matrix": [[500, 0, 32000], [0, 500, 240], [0, 0, 1]]}},
        "camera.matrix",
    ),
    "lens wider than Blender's": ({"camera": {"focal_mm": 1}}, "camera.focal_mm"),
    "environment without image": ({"environment": {"kind": "hdri"}}, "environment"),
    "image without environment": ({"environment": {"file": "sky.hdr"}}, "environment"),
    "fractional count": (
        {"objects": {"a": {"shape": "cube", "count": {"uniform": [0, 1.5]}}}},
        "objects.a.count",
    ),
    "one fractional choice": (
        {"objects": {"a": {"shape": "cube", "count": {"choice": [1, 1.5, 2]}}}},
        "objects.a.count",
    ),
}


@pytest.mark.parametrize(("parts", "path"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_impossible_combinations_are_named_at_their_place(
    parts: Mapping[str, Any], path: str
) -> None:
    assert list(problems({**LEAST, **parts})) == [path]


def test_values_just_beyond_a_limit_are_told_apart_from_it() -> None:
    message = problems({**LEAST, "camera": {"elevation_deg": 90.0000001}})["camera.elevation_deg"]
    assert "90.0000001" in message
    assert "-90 to 90 deg" in message


def test_counts_may_be_any_whole_distribution() -> None:
    for count in (3, {"uniform": [0, 4]}, {"choice": [1, 5]}, {"log_uniform": [1, 8]}):
        assert recipe(objects={"a": {"shape": "cube", "count": count}})
