"""The published JSON Schema agrees with what recipes really may hold."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from synth_addon.core.errors import RecipeError
from synth_addon.core.recipe.loading import (
    PRESET_FOLDER,
    load_recipe,
    preset_names,
    validate_recipe,
)
from synth_addon.core.recipe.schema import recipe_schema

SCHEMA = recipe_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
PRESETS = {
    name: json.loads((PRESET_FOLDER / f"{name}.json").read_text()) for name in preset_names()
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("name", preset_names())
def test_presets_keep_it(name: str) -> None:
    VALIDATOR.validate(PRESETS[name])


@pytest.mark.parametrize("name", preset_names())
def test_presets_with_all_defaults_keep_it(name: str) -> None:
    VALIDATOR.validate(load_recipe(name).recipe.model_dump(mode="json"))


def parts_of(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    models = {"Recipe": schema, **schema["$defs"]}
    return [
        (f"{model}.{name}", part)
        for model, body in models.items()
        for name, part in body.get("properties", {}).items()
    ]


def test_defaults_keep_it() -> None:
    for name, part in parts_of(SCHEMA):
        if "default" in part:
            validator = Draft202012Validator({**part, "$defs": SCHEMA["$defs"]})
            assert validator.is_valid(part["default"]), name


def test_every_part_has_a_label_and_a_description() -> None:
    for name, part in parts_of(SCHEMA):
        assert part.get("title"), name
        assert part.get("description"), name
        assert not part["description"].endswith("."), name


def test_units_agree_with_names() -> None:
    suffixes = {"m": "_m", "mm": "_mm", "deg": "_deg", "px": "_px", "K": "_k", "kg": "_kg"}
    for name, part in parts_of(SCHEMA):
        unit = part.get("unit")
        if unit in suffixes and not name.endswith("depth_scale"):
            assert name.endswith(suffixes[unit]), name


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"unknown": 1},
        {"seed": -1},
        {"seed": 1.5},
        {"camera": {"fov_deg": {"uniform": [1]}}},
        {"camera": {"fov_deg": {"uniform": [1, 2], "choice": [1]}}},
        {"camera": {"fov_deg": "wide"}},
        {"camera": {"look_at": "nothing"}},
        {"objects": {"cube": {"shape": "cube", "rotation": "sideways"}}},
        {"objects": {"cube": {"shape": "cube", "rotation": {"tilt": 181}}}},
        {"objects": {"cube": {"shape": "cube", "colour": "red"}}},
        {"objects": {}},
    ],
)
def test_editors_can_tell_what_is_wrong(change: dict[str, Any]) -> None:
    data = {**PRESETS["cube"], **change}
    assert not VALIDATOR.is_valid(data)
    with pytest.raises(RecipeError):
        validate_recipe(data, "test")


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 200),
    st.floats(-10, 200),
    st.sampled_from(["", "upright", "uniform", "cube", "sphere", "hdri", "off", "exr", "CYCLES"]),
    st.lists(st.integers(0, 5), max_size=3),
    st.lists(st.floats(0, 90), min_size=2, max_size=2).map(lambda ends: {"uniform": ends}),
    st.lists(st.integers(1, 9), max_size=3).map(lambda values: {"choice": values}),
    st.floats(-10, 200).map(lambda angle: {"tilt": angle}),
)


def containers(value: Any) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else ()
    return [
        *([value] if isinstance(value, dict) else []),
        *(c for v in inner for c in containers(v)),
    ]


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(PRESETS)))
    # the filled-in form has every key, so that every part is reached
    data = copy.deepcopy(load_recipe(name).recipe.model_dump(mode="json"))
    for _ in range(draw(st.integers(1, 3))):
        part = draw(st.sampled_from([c for c in containers(data) if c]))
        part[draw(st.sampled_from(sorted(part)))] = draw(VALUES)
    return data


@settings(deadline=None, max_examples=150)
@given(mutants())
def test_whatever_loads_keeps_the_schema(data: dict[str, Any]) -> None:
    try:
        loaded = validate_recipe(data, "mutant")
    except RecipeError as error:
        assert all(problem.message and problem.remedy for problem in error.problems)
        return
    VALIDATOR.validate(data)
    VALIDATOR.validate(loaded.model_dump(mode="json"))
