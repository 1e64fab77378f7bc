"""The sample of cameras, against the sampling of datasets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from synth_addon.core.distributions import parse_distribution
from synth_addon.core.overlay_cloud import Cloud, cloud_fault, cloud_lines, cloud_points
from synth_addon.core.overlay_ranges import Range
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.sampling.cameras import world_from_camera
from synth_addon.core.sampling.views import sample_view

CENTER = (0.3, -0.2, 0.1)
CLOUD = Cloud(
    CENTER,
    Range("uniform", 0, np.float32(0.6), np.float32(1.2)),
    Range("uniform", 0, 15, 70),
    Range("constant", 40, 0, 360),
    "area",
    seed=7,
)


def test_the_cloud_is_where_a_dataset_with_this_centre_has_its_cameras() -> None:
    camera = {
        "look_at": "center",
        "center_m": CENTER,
        "radius_m": {"uniform": [0.6, 1.2]},
        "elevation_deg": {"uniform": [15, 70]},
        "azimuth_deg": 40,
        "elevation_by": "area",
    }
    objects = {"a": {"shape": "cube"}}
    data = {"version": 1, "seed": 7, "objects": objects, "camera": camera}
    recipe = validate_recipe(data, "test")
    for scene, point in enumerate(cloud_points(CLOUD, 5)):
        view = sample_view(recipe, (), scene, 0, 0)
        assert point == pytest.approx(world_from_camera(view, np.array(CENTER))[:3, 3])


def test_strokes_begin_at_the_cameras_and_point_at_what_they_look_at() -> None:
    starts, ends = cloud_lines(CLOUD).transpose(1, 0, 2).astype(float)
    assert starts == pytest.approx(cloud_points(CLOUD), abs=1e-6)
    way, left = ends - starts, CENTER - starts
    assert np.linalg.norm(way, axis=1) == pytest.approx(0.03 * 1.2, abs=1e-5)
    assert np.abs(np.cross(way, left)).max() < 1e-6 and np.all((way * left).sum(axis=1) > 0)


def test_ranges_that_are_no_camera_say_why_and_draw_nothing() -> None:
    wrong = replace(CLOUD, radius_m=Range("uniform", 0, 2, 1))
    assert cloud_fault(CLOUD) == ""
    assert cloud_fault(wrong).startswith("camera.radius_m: the range is reversed")
    assert cloud_lines(wrong).shape == (0, 2, 3)


@pytest.mark.parametrize(
    ("stated", "form"),
    [
        (Range("constant", 0.2, 1, 2), 0.2),
        (Range("uniform", 0, 1, 2), {"uniform": [1, 2]}),
        (Range("log_uniform", 0, 1, 2), {"log_uniform": [1, 2]}),
        (
            Range("normal", 0, 1, 2, 1.5, 0.5),
            {"normal": {"mean": 1.5, "std": 0.5, "min": 1, "max": 2}},
        ),
        (Range("choice", 0, 0, 0, listed="3, 1, 2"), {"choice": [3, 1, 2]}),
        (
            Range("choice", 0, 0, 0, listed="3: 0, 1: 2, 2: 1"),
            {"choice": {"values": [3, 1, 2], "weights": [0, 2, 1]}},
        ),
    ],
)
def test_a_range_is_the_distribution_that_it_states(stated: Range, form: Any) -> None:
    distribution = parse_distribution(form)
    assert parse_distribution(stated.to_json()) == distribution
    assert stated.limits() == distribution.support()


def test_limits_are_in_order_while_a_range_is_being_typed() -> None:
    assert Range("uniform", 0, 2, 1).limits() == (1, 2)
    assert Range("choice", 0, 1, 2, listed="3, x").limits() == (1, 2)
