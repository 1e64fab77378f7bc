"""Bad rests are told: sunk, overlapping, hovering, out of the room."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.sampling.rest_checks import fault_at_rest
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import FixtureSpec, Pose, SceneSpec, ShapeAsset
from synth_addon.core.shapes.catalog import mesh_of

NOTHING = AssetCatalog({}, {}, (), {})
LYING = (np.sqrt(0.5), 0.0, np.sqrt(0.5), 0.0)


def spec_of(*shapes: str, fixtures: tuple[FixtureSpec, ...] = (), **parts: Any) -> SceneSpec:
    objects = {f"{i} {shape}": {"shape": shape} for i, shape in enumerate(shapes)}
    recipe = validate_recipe({"version": 1, "objects": objects, **parts}, "test")
    spec = sample_scene(recipe, NOTHING, 0)
    return spec.model_copy(update={"fixtures": fixtures})


def fault(spec: SceneSpec, *places: tuple[float, float, float] | Pose) -> str | None:
    meshes = {key: mesh_of(asset) for key, asset in spec.assets.items()}
    poses = [p if isinstance(p, Pose) else Pose(translation=p) for p in places]
    return fault_at_rest(spec, poses, meshes)


@pytest.mark.parametrize("place", [(0, 0, 0.05), (1.9, -1.9, 0.05), (0, 0, 0.0515), (0, 0, 0.0485)])
def test_what_lies_on_the_floor_is_fine(place: tuple[float, float, float]) -> None:
    assert fault(spec_of("box"), place) is None


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((0, 0, 0.045), "object 1 (0 box) sank into the floor"),
        ((9, 0, 0.05), "object 1 (0 box) left the room"),
        ((1.955, 0, 0.05), "object 1 (0 box) left the room"),
        ((0, -9, 0.05), "object 1 (0 box) left the room"),
        ((0, 0, 2.9), "object 1 (0 box) left the room"),
        ((0, 0, float("nan")), "object 1 (0 box) has no finite pose"),
    ],
)
def test_bad_rests_are_told_with_a_remedy(place: tuple[float, float, float], said: str) -> None:
    found = fault(spec_of("box"), place)
    assert found is not None
    assert found.startswith(said)
    assert "spawn." in found


def test_on_a_bare_floor_nothing_may_fall_off() -> None:
    bare = spec_of("box", room={"floor_only": True})
    assert fault(bare, (1.9, 1.9, 0.05)) is None
    assert "left the room" in (fault(bare, (2.5, 0, 0.05)) or "")


def test_what_touches_nothing_hovers() -> None:
    assert "object 1 (0 box) hovers" in (fault(spec_of("box"), (0, 0, 0.053)) or "")


def test_a_wall_carries_too() -> None:
    assert fault(spec_of("box"), (1.95, 0, 0.5)) is None


def test_what_lies_on_another_object_does_not_hover() -> None:
    spec = spec_of("box", "box")
    assert fault(spec, (0, 0, 0.05), (0, 0, 0.1505)) is None
    assert "object 2 (1 box) hovers" in (fault(spec, (0, 0, 0.05), (0, 0, 0.16)) or "")


def test_boxes_that_meet_are_no_contact() -> None:
    """A small ball within a ring's box, but in its hole, touches nothing."""
    ring = {"radius_m": 0.1, "tube_radius_m": 0.01}
    objects = {
        "ball": {"shape": "sphere", "parameters": {"radius_m": 0.01}},
        "ring": {"shape": "torus", "parameters": ring},
    }
    spec = spec_of("box", objects=objects)
    upright_ring = Pose(translation=(0, 0, 0.11), quaternion=LYING)
    assert "(ball) hovers" in (fault(spec, (0, 0, 0.11), upright_ring) or "")
    assert fault(spec, (0, 0, 0.01), (0.5, 0, 0.01)) is None


@pytest.mark.parametrize(("overlap", "fine"), [(0.0015, True), (0.003, False)])
def test_objects_must_not_overlap(overlap: float, fine: bool) -> None:
    found = fault(spec_of("box", "box"), (0, 0, 0.05), (0.03, 0.02, 0.15 - overlap))
    assert (found is None) == fine
    if not fine:
        assert found is not None
        assert found.startswith("object 1 (0 box) and object 2 (1 box) overlap by 3.0 mm")


def test_the_tolerances_are_the_recipes() -> None:
    loose = spec_of("box", "box", physics={"max_penetration_m": 0.01, "max_gap_m": 0.05})
    assert fault(loose, (0, 0, 0.05), (0, 0, 0.145)) is None
    assert fault(loose, (0, 0, 0.05), (1, 0, 0.095)) is None


def test_fixtures_carry_and_must_not_be_entered() -> None:
    table = FixtureSpec(
        name="table 0", category="table", asset=ShapeAsset(shape="box"), pose=Pose()
    )
    spec = spec_of("cube", fixtures=(table,))
    assert fault(spec, (0, 0, 0.1)) is None
    assert "object 1 (0 cube) and table 0 overlap" in (fault(spec, (0, 0, 0.09)) or "")


def test_things_in_a_bowl_are_not_in_its_walls() -> None:
    objects = {
        "ball": {"shape": "sphere", "parameters": {"radius_m": 0.01}},
        "bowl": {"shape": "bowl"},
    }
    spec = spec_of("box", objects=objects)
    low, _ = mesh_of(spec.objects[1].asset).bounds  # type: ignore[arg-type]
    on_floor = -float(low[2])
    inside = fault(spec, (0, 0, on_floor + 0.01), (0, 0, on_floor))
    assert inside is None or "hovers" in inside


def test_without_a_drop_any_place_is_meant() -> None:
    assert fault(spec_of("box", physics={"enabled": False}), (0, 0, -1)) is None
