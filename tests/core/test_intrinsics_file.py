"""Cameras from BOP's ``camera.json``: half a pixel, contradictions, and files that cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.errors import RecipeError
from synth_addon.core.recipe.loading import load_recipe, recipe_hash, validate_recipe
from synth_addon.core.recipe.recipe import Recipe

BOP = {
    "cx": 325.2611,
    "cy": 242.04899,
    "depth_scale": 1.0,
    "fx": 572.4114,
    "fy": 573.57043,
    "height": 480,
    "width": 640,
}


def load(folder: Path, content: Any, camera: dict[str, Any] | None = None) -> Recipe:
    """Load a recipe that lies beside a file with the given content."""
    (folder / "camera.json").write_text(
        content if isinstance(content, str) else json.dumps(content)
    )
    recipe = {
        "version": 1,
        "objects": {"cube": {"shape": "cube"}},
        "camera": {"intrinsics_file": "camera.json", **(camera or {})},
    }
    (folder / "recipe.json").write_text(json.dumps(recipe))
    return load_recipe(str(folder / "recipe.json")).recipe


def message(folder: Path, content: Any, camera: dict[str, Any] | None = None) -> str:
    with pytest.raises(RecipeError) as caught:
        load(folder, content, camera)
    assert all(problem.remedy for problem in caught.value.problems)
    return str(caught.value)


def test_matrix_and_size_are_those_of_the_file(tmp_path: Path) -> None:
    camera = load(tmp_path, BOP).camera
    assert camera.matrix == (
        (572.4114, 0.0, 325.2611 + 0.5),
        (0.0, 573.57043, 242.04899 + 0.5),
        (0.0, 0.0, 1.0),
    )
    assert (camera.width_px, camera.height_px) == (640, 480)


def test_the_recipe_means_the_same_wherever_the_file_lies(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = load(tmp_path / "one", BOP), load(tmp_path / "other", BOP)
    assert recipe_hash(one) == recipe_hash(other)
    assert "camera.json" not in json.dumps(one.portable())
    changed = load(tmp_path / "one", {**BOP, "fx": 573.0})
    assert recipe_hash(changed) != recipe_hash(other)


def test_equal_sizes_may_be_stated_twice(tmp_path: Path) -> None:
    assert load(tmp_path, BOP, {"width_px": 640, "height_px": 480}).camera.width_px == 640


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        ({"width_px": 320}, "camera.width_px"),
        ({"height_px": 320}, "camera.height_px"),
        ({"fov_deg": 50}, "camera.fov_deg"),
        ({"focal_mm": 50}, "camera.focal_mm"),
        ({"shift_x": 0.1}, "camera.shift_x"),
        ({"matrix": [[500, 0, 320], [0, 500, 240], [0, 0, 1]]}, "camera.matrix"),
    ],
)
def test_contradictions_name_both_places(tmp_path: Path, camera: dict[str, Any], said: str) -> None:
    found = message(tmp_path, BOP, camera)
    assert said in found
    assert "camera.json" in found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not valid JSON"),
        ("[]", "not an object"),
        ({}, "no key 'fx'"),
        ({**BOP, "cy": "1"}, "\"1\" as 'cy'"),
        ({**BOP, "cy": True}, "true as 'cy'"),
        ({key: BOP[key] for key in BOP if key != "height"}, "no key 'height'"),
        ({**BOP, "width": 640.5}, "640.5 as 'width', which is not a whole number"),
        ({**BOP, "fx": 1e999}, "as 'fx'"),
        (json.dumps({**BOP, "fx": 0}).replace(" 0,", " NaN,"), "as 'fx'"),
        (json.dumps(BOP).replace("640", "1" + 400 * "0"), "as 'width'"),
    ],
)
def test_unusable_files_are_named_with_the_key(tmp_path: Path, content: Any, said: str) -> None:
    found = message(tmp_path, content)
    assert "camera.intrinsics_file" in found
    assert "camera.json" in found
    assert said in found


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    found = message(tmp_path, BOP, {"intrinsics_file": "elsewhere/camera.json"})
    assert "elsewhere" in found
    assert "cannot be read" in found


def test_limits_hold_for_the_file_too(tmp_path: Path) -> None:
    assert "camera.matrix" in message(tmp_path, {**BOP, "fx": -572.0})


def test_a_file_that_nobody_read_is_not_ignored() -> None:
    data = {
        "version": 1,
        "objects": {"cube": {"shape": "cube"}},
        "camera": {"intrinsics_file": "camera.json"},
    }
    with pytest.raises(RecipeError, match=r"camera\.intrinsics_file"):
        validate_recipe(data, "test")
