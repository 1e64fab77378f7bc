"""A recipe that changes while it runs: all of a change is made, or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_addon.broker.recipe_versions import RecipeVersions
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.errors import RecipeError, SynthError
from synth_addon.core.recipe.loading import load_recipe, validate_recipe


def versions() -> RecipeVersions:
    return RecipeVersions(load_recipe("cube"), lambda new: AssetCatalog({}, {}, (), {}))


def test_changes_are_made_one_after_the_other() -> None:
    known = versions()
    before = known.recipe
    assert known.version == 0
    assert known.update({"lights.energy": {"uniform": [5, 9]}}) == 1
    assert known.update({"camera.focal_mm": 30, "description": "another"}) == 2
    assert known.recipe.description == "another"
    assert known.recipe.lights.energy != before.lights.energy
    assert known.recipe.seed == before.seed
    order = known.order()["update"]
    assert order["version"] == 2
    assert validate_recipe(order["recipe"], "the order") == known.recipe


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 9}, "seed"),
        ({"views_per_scene": 9}, "views_per_scene"),
        ({"camera.width_px": 9}, "camera.width_px"),
        ({"lights.energie": 9}, "energie"),
        ({"lights.energy": "bright"}, "lights.energy"),
        ({"lights.energy": {"uniform": [float("nan"), 1]}}, "lights.energy"),
        ({"description": {"a": 1}}, "description"),
        ({"description.more": 1}, "description"),
        ({"nothing.here": 1}, "nothing"),
        ({"": 1}, ""),
        ({".": 1}, ""),
        ({"version": 99}, "version"),
    ],
    ids=str,
)
def test_what_cannot_be_changed_is_told_and_nothing_is(changes: dict[str, Any], told: str) -> None:
    known = versions()
    before = known.recipe
    with pytest.raises(SynthError) as raised:
        known.update({"description": "changed", **changes})
    assert told in str(raised.value)
    assert known.recipe == before
    assert known.version == 0


def test_files_that_were_not_named_from_the_start_are_refused() -> None:
    catalogs = iter([("a.obj",), ("a.obj", "b.obj")])

    def catalog(new: object) -> AssetCatalog:
        return AssetCatalog({}, {}, (), {name: Path(name) for name in next(catalogs)})

    known = RecipeVersions(load_recipe("cube"), catalog)
    with pytest.raises(RecipeError, match=r"not started with \(found b\.obj\)"):
        known.update({"description": "x"})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
PATHS = (
    *("objects", "objects.cube", "objects.cube.count", "lights", "lights.energy", "camera"),
    *("camera.focal_mm", "room", "room.file", "assets", "assets.models", "physics", "render"),
    *("environment", "environment.kinds", "distractors", "description", "version", "", "."),
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(PATHS) | st.text(max_size=9), values, max_size=3))
def test_any_change_is_made_or_refused(changes: dict[str, Any]) -> None:
    known = versions()
    try:
        version = known.update(changes)
    except SynthError:
        assert known.version == 0
    else:
        assert version == known.version == 1
