"""Pinhole maths: projecting and casting rays are inverse, and K means what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.camera import Intrinsics, pixel_rays, project, project_world
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.sampling.views import sample_view
from synth_addon.core.transforms import look_at

INTRINSICS = st.builds(
    Intrinsics,
    width=st.integers(8, 4000),
    height=st.integers(8, 4000),
    fx=st.floats(10, 1e4),
    fy=st.floats(10, 1e4),
    cx=st.floats(-1000, 5000),
    cy=st.floats(-1000, 5000),
)
fast = settings(deadline=None, max_examples=60)


def sampled(*overrides: str) -> Intrinsics:
    recipe = load_recipe("cube", [*overrides, "camera.look_at=center"]).recipe
    return sample_view(recipe, (), scene=0, attempt=0, view=0).intrinsics


@fast
@given(INTRINSICS, st.integers(-100, 5000), st.integers(-100, 5000), st.floats(1e-2, 1e3))
def test_rays_project_back_to_the_centres_of_their_pixels(
    intrinsics: Intrinsics, column: int, row: int, depth: float
) -> None:
    ray = pixel_rays(intrinsics, [column], [row])
    pixels, depths = project(intrinsics, depth * ray)
    assert np.allclose(pixels, [[column + 0.5, row + 0.5]], atol=1e-6)
    assert depths == pytest.approx([depth])


@fast
@given(INTRINSICS, st.floats(-5, 5), st.floats(-5, 5), st.floats(0.1, 10))
def test_projection_is_multiplication_by_k(
    intrinsics: Intrinsics, x: float, y: float, z: float
) -> None:
    homogeneous = intrinsics.matrix @ [x, y, z]
    pixels, _ = project(intrinsics, [[x, y, z]])
    assert np.allclose(pixels[0], homogeneous[:2] / z)


def test_points_behind_the_camera_have_no_pixels() -> None:
    intrinsics = Intrinsics(width=10, height=10, fx=10, fy=10, cx=5, cy=5)
    pixels, depth = project(intrinsics, [[0, 0, -1], [0, 0, 0], [0, 0, 1]])
    assert np.isnan(pixels[:2]).all()
    assert pixels[2].tolist() == [5, 5]
    assert depth.tolist() == [-1, 0, 1]


def test_what_is_looked_at_lands_on_the_principal_point() -> None:
    intrinsics = Intrinsics(width=640, height=480, fx=500, fy=400, cx=300.5, cy=250.25)
    pixels, depth = project_world(intrinsics, look_at([1, 2, 3], [0, 0.5, 0]), [[0, 0.5, 0]])
    assert pixels[0] == pytest.approx([300.5, 250.25])
    assert depth[0] == pytest.approx(math.dist([1, 2, 3], [0, 0.5, 0]))


def test_the_principal_point_is_the_middle_of_the_image() -> None:
    intrinsics = sampled("camera.width_px=641", "camera.height_px=480")
    assert (intrinsics.cx, intrinsics.cy) == (320.5, 240.0)


def test_the_field_of_view_spans_the_width() -> None:
    intrinsics = sampled("camera.fov_deg=60", "camera.width_px=800")
    left, right = pixel_rays(intrinsics, [-0.5, 799.5], [0, 0])[:, 0]
    assert math.degrees(math.atan(right) - math.atan(left)) == pytest.approx(60)


def test_the_focal_length_counts_in_sensor_widths() -> None:
    intrinsics = sampled("camera.focal_mm=18", "camera.sensor_width_mm=36", "camera.width_px=1000")
    assert (intrinsics.fx, intrinsics.fy) == (500, 500)


def test_tall_pixels_shorten_the_vertical_focal_length() -> None:
    intrinsics = sampled("camera.focal_mm=36", "camera.width_px=600", "camera.pixel_aspect=2")
    assert (intrinsics.fx, intrinsics.fy) == (600, 300)


def test_lens_shift_moves_the_principal_point_against_the_shift() -> None:
    intrinsics = sampled(
        "camera.width_px=600", "camera.height_px=400", "camera.shift_x=0.1", "camera.shift_y=0.2"
    )
    assert (intrinsics.cx, intrinsics.cy) == pytest.approx((240, 320))


def test_vertical_shift_counts_image_widths_also_with_tall_pixels() -> None:
    intrinsics = sampled(
        "camera.width_px=600", "camera.height_px=400", "camera.shift_y=0.1", "camera.pixel_aspect=2"
    )
    assert intrinsics.cy == pytest.approx(230)


def test_a_given_matrix_is_taken_as_it_is() -> None:
    intrinsics = sampled("camera.matrix=[[500,0,310.5],[0,510,222],[0,0,1]]", "camera.shift_x=1")
    assert intrinsics.matrix.tolist() == [[500, 0, 310.5], [0, 510, 222], [0, 0, 1]]
