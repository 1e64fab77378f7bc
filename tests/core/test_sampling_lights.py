"""Sampling lamps and panels: kinds, places, colours, and what a closed room does to them."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.colors import linear_from_hsv, linear_from_kelvin
from synth_addon.core.errors import RecipeError
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.scene_spec import LightSpec, SceneSpec, SurfaceSpec

NOTHING = AssetCatalog({}, {}, (), {})
OPEN: dict[str, Any] = {"floor_only": True}
SMALL: dict[str, Any] = {"width_m": 2, "depth_m": 3, "height_m": 2.2}
ANYWHERE = {axis: {"uniform": [-50, 50]} for axis in ("x_m", "y_m", "z_m")}
fast = settings(deadline=None, max_examples=40)
seeds = given(st.integers(0, 2**63 - 1))


def sampled(seed: int = 0, scene: int = 0, **parts: Any) -> SceneSpec:
    data = {"version": 1, "seed": seed, "objects": {"cube": {"shape": "cube"}}, **parts}
    return sample_scene(validate_recipe(data, "test"), NOTHING, scene)


def lamps(seed: int = 0, room: Any = OPEN, scene: int = 0, **lights: Any) -> tuple[LightSpec, ...]:
    return sampled(seed, scene, room=room, lights=lights).lights


@fast
@seeds
def test_lamps_stay_on_their_shell(seed: int) -> None:
    center = (1.0, -2.0, 3.0)
    ranges = {"count": 3, "center_m": center, "elevation_deg": {"uniform": [10, 80]}}
    for lamp in lamps(seed, **ranges):
        radius = math.dist(lamp.position, center)
        rise = lamp.position[2] - center[2]
        assert 1.2 - 1e-9 <= radius <= 1.8 + 1e-9
        assert 10 - 1e-6 <= math.degrees(math.asin(rise / radius)) <= 80 + 1e-6
        assert lamp.target == center
        assert 30 <= lamp.energy <= 120
        assert 0.2 <= lamp.size_m <= 0.8
        assert max(lamp.color) == pytest.approx(1)


@fast
@seeds
def test_lamps_stay_in_their_region(seed: int) -> None:
    region = {"x_m": {"uniform": [1, 2]}, "y_m": -3, "z_m": {"uniform": [4, 5]}}
    for lamp in lamps(seed, count=3, region=region):
        x, y, z = lamp.position
        assert 1 <= x <= 2
        assert y == -3
        assert 4 <= z <= 5


@fast
@seeds
def test_lamps_never_leave_a_closed_room(seed: int) -> None:
    kinds = {"point": 1, "area": 1, "spot": 1}
    for lamp in lamps(seed, SMALL, count=5, kind=kinds, region=ANYWHERE):
        reach = lamp.size_m / (2 if lamp.kind == "area" else 1)
        x, y, z = lamp.position
        assert abs(x) + reach < 1
        assert abs(y) + reach < 1.5
        assert reach < z < 2.2 - reach


def test_lamps_larger_than_the_room_hang_in_its_middle() -> None:
    assert lamps(0, SMALL, size_m=10)[0].position == (0, 0, 1.1)


def test_the_sun_is_left_where_it_is() -> None:
    shell = {"kind": "sun", "radius_m": 40, "elevation_deg": 60}
    assert lamps(0, SMALL, **shell) == lamps(0, OPEN, **shell)


@fast
@seeds
def test_lamps_are_raised_above_starting_objects(seed: int) -> None:
    inside = {"x_m": {"uniform": [-0.3, 0.3]}, "y_m": 0, "z_m": {"uniform": [0, 0.4]}}
    beside = {"x_m": 0.45, "y_m": 0, "z_m": 0.2}
    assert all(lamp.position[2] == 0.5 for lamp in lamps(seed, count=3, region=inside))
    assert lamps(seed, region=beside)[0].position == (0.45, 0, 0.2)


def test_kinds_come_by_weight() -> None:
    kinds = {"point": 3, "sun": 1, "spot": 0}
    drawn = Counter(lamp.kind for s in range(40) for lamp in lamps(s, count=10, kind=kinds))
    assert set(drawn) == {"point", "sun"}
    # 400 draws: four standard deviations of the share are 0.09
    assert 0.66 < drawn["point"] / 400 < 0.84


def test_kinds_change_nothing_else_of_a_lamp() -> None:
    point, mixed = lamps(3, kind="point"), lamps(3, kind={"point": 1, "area": 1})
    same = {"kind": "point", "angle": 0.0}
    assert mixed[0].model_copy(update=same) == point[0].model_copy(update=same)


def test_cones_and_suns_have_their_ranges() -> None:
    spots = lamps(1, count=20, kind="spot", spot_deg={"uniform": [20, 40]}, spot_blend=0.5)
    assert all(20 <= math.degrees(lamp.angle) <= 40 for lamp in spots)
    assert {lamp.blend for lamp in spots} == {0.5}
    suns = lamps(1, count=20, kind="sun", sun_angle_deg={"uniform": [1, 5]})
    assert all(1 <= math.degrees(lamp.angle) <= 5 for lamp in suns)
    assert lamps(1, kind="point", spot_deg=40)[0].angle == 0


def test_suns_of_a_mix_have_an_energy_of_their_own() -> None:
    for lamp in lamps(2, count=30, kind={"sun": 1, "area": 1}, energy=100, sun_energy=3):
        assert lamp.energy == (3 if lamp.kind == "sun" else 100)


def test_tints_lie_over_the_temperature() -> None:
    red = linear_from_hsv(0.0, 0.8, 1.0)
    lamp = lamps(0, temperature_k=3000, hue=0, saturation=0.8)[0]
    assert lamp.color == pytest.approx(np.multiply(red, linear_from_kelvin(3000)))
    assert lamps(0, temperature_k=3000)[0].color == linear_from_kelvin(3000)


def test_groups_do_not_disturb_each_other() -> None:
    def groups(**more: Any) -> tuple[LightSpec, ...]:
        return sampled(5, room=OPEN, lights={"count": 2}, more_lights=more).lights

    alone, desk, both = groups(), groups(desk={"count": 2}), groups(top={}, desk={"count": 2})
    assert desk[:2] == alone == both[:2]
    assert desk[2:] == both[2:4]
    assert len({lamp.position for lamp in both}) == 5


def test_the_order_of_groups_is_that_of_their_names() -> None:
    one = sampled(0, more_lights={"a": {}, "b": {"kind": "sun"}})
    other = sampled(0, more_lights={"b": {"kind": "sun"}, "a": {}})
    assert one == other


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lights": {"kind": "lantern"}}, "lights.kind: unknown kind 'lantern'"),
        ({"lights": {"kind": {"sun": 0}}}, "lights.kind: weights must not be negative, all 0"),
        ({"lights": {"kind": {"sun": -1, "spot": 2}}}, "lights.kind: weights must not be"),
        ({"lights": {"kind": {"sun": "often"}}}, "lights.kind: a weight must be a number"),
        ({"lights": {"kind": {}}}, "lights.kind: not a kind"),
        ({"lights": {"kind": 3}}, "lights.kind: not a kind"),
        ({"lights": {"spot_deg": 0}}, "lights.spot_deg: values reach from 0"),
        ({"lights": {"region": {"x_m": "left"}}}, "lights.region.x_m: a distribution must be"),
        ({"more_lights": {"a.b": {}}}, "more_lights: one is named 'a.b'"),
        ({"more_lights": {"desk": {"count": 0.5}}}, "more_lights.desk.count: limits and values"),
        ({"panels": {}, "room": OPEN}, "panels: panels hang under a ceiling"),
        (
            {"panels": {}, "room": {"front3d": {}}},
            "panels: panels hang under the ceiling of",
        ),
        ({"panels": {"count": -1}}, "panels.count: values reach from -1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        sampled(0, **change)
    assert message in str(caught.value)


# Panels


def panels(seed: int, room: Any = SMALL, **ranges: Any) -> list[SurfaceSpec]:
    spec = sampled(seed, room=room, panels=ranges)
    return [surface for surface in spec.surfaces if surface.name.startswith("panel_")]


@fast
@given(
    st.integers(0, 2**63 - 1),
    st.integers(1, 30),
    st.floats(0.1, 3),
    st.floats(0.1, 3),
    st.floats(0, 1),
)
def test_panels_fit_under_the_ceiling_without_overlap(
    seed: int, count: int, width: float, depth: float, jitter: float
) -> None:
    placed = panels(seed, count=count, width_m=width, depth_m=depth, jitter=jitter)
    assert len(placed) == count
    boxes = [(np.array(p.center), np.array(p.size) / 2) for p in placed]
    for center, half in boxes:
        assert np.all(np.abs(center[:2]) + half[:2] <= (1, 1.5))
        assert center[2] + half[2] == pytest.approx(2.2)
        assert half[0] <= width / 2
        assert half[1] <= depth / 2
    for (one, half), (other, _) in combinations(boxes, 2):
        assert np.any(np.abs(one - other)[:2] >= 2 * half[:2] - 1e-9)


def test_panels_keep_their_size_where_they_fit() -> None:
    placed = panels(0, {"width_m": 5, "depth_m": 5}, count=4, width_m=0.6, depth_m=1.2)
    assert {panel.size[:2] for panel in placed} == {(0.6, 1.2)}


def test_panels_are_alike_and_shine() -> None:
    placed = panels(1, count=3, strength=9, temperature_k=4000)
    assert [panel.material for panel in placed] == [placed[0].material] * 3
    assert placed[0].material.emission_strength == 9
    assert placed[0].material.base_color == linear_from_kelvin(4000)


def test_a_scene_may_draw_no_panels() -> None:
    assert panels(0, count=0) == []


def test_panels_disturb_nothing_else() -> None:
    plain, lit = sampled(4), sampled(4, panels={})
    rest = {"recipe_hash": "", "surfaces": ()}
    assert plain.model_copy(update=rest) == lit.model_copy(update=rest)
    assert lit.surfaces[: len(plain.surfaces)] == plain.surfaces
