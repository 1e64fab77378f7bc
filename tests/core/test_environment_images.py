"""Pictures of studios and gradients: sound everywhere, and bright where they should be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_addon.core.directions import on_sphere
from synth_addon.core.environment_images import (
    environment_image,
    gradient_image,
    pixel_directions,
    studio_image,
)
from synth_addon.core.light_spec import EnvironmentSpec, GradientSpec, SoftBoxSpec, StudioSpec
from synth_addon.core.sky import sky_exposure

fast = settings(deadline=None, max_examples=40)
ANGLES = st.floats(math.radians(5), math.radians(150))
BOXES = st.builds(
    SoftBoxSpec,
    elevation=st.floats(-math.pi / 2, math.pi / 2),
    azimuth=st.floats(-7, 14),
    width=ANGLES,
    height=ANGLES,
    radiance=st.tuples(*[st.floats(0, 100)] * 3),
    softness=st.floats(0.05, 1),
)
COLORS = st.tuples(*[st.floats(0, 1)] * 3)


def box(**changes: Any) -> SoftBoxSpec:
    values: dict[str, Any] = {
        "elevation": 0.4,
        "azimuth": 1.0,
        "width": 0.6,
        "height": 0.3,
        "radiance": (5, 4, 3),
        "softness": 0.2,
    }
    return SoftBoxSpec(**(values | changes))


def nearest(direction: Any) -> tuple[int, int]:
    """Return row and column of the pixel that shows a direction."""
    row, column = np.unravel_index(np.argmax(pixel_directions() @ direction), (128, 256))
    return int(row), int(column)


def test_pixels_show_the_directions_that_blender_gives_them() -> None:
    directions = pixel_directions()
    assert np.linalg.norm(directions, axis=-1) == pytest.approx(1)
    assert directions[0, 0, 2] > 0.99
    assert nearest((1, 0, 0))[1] in {127, 128}
    assert nearest((0, -1, 0))[1] in {191, 192}


@fast
@given(st.lists(BOXES, max_size=4), COLORS)
def test_studios_are_sound(boxes: list[SoftBoxSpec], surround: tuple[float, float, float]) -> None:
    image = studio_image(StudioSpec(surround=surround, boxes=tuple(boxes)))
    brightest = np.add(surround, np.sum([b.radiance for b in boxes], axis=0))
    assert image.shape == (128, 256, 3)
    assert image.dtype == np.float32
    assert np.isfinite(image).all()
    assert np.all(image >= np.float32(surround))
    assert np.all(image <= brightest * (1 + 1e-5))


@fast
@given(COLORS, COLORS, st.floats(0, math.pi))
def test_gradients_are_sound(low: Any, high: Any, tilt: float) -> None:
    image = gradient_image(GradientSpec(low=low, high=high, tilt=tilt))
    assert image.dtype == np.float32
    assert np.all(image >= np.minimum(low, high) - 1e-6)
    assert np.all(image <= np.maximum(low, high) + 1e-6)


@fast
@given(st.floats(-math.pi, math.pi), ANGLES)
def test_boxes_are_the_same_where_both_ends_meet(azimuth: float, width: float) -> None:
    """Half a turn is 128 columns, so a box on the seam can be compared with one in the middle."""
    front, back = (
        studio_image(StudioSpec(surround=(0, 0, 0), boxes=(box(azimuth=a, width=width),)))
        for a in (azimuth, azimuth + math.pi)
    )
    assert np.roll(front, 128, axis=1) == pytest.approx(back, abs=1e-3)


def test_boxes_are_where_they_are_said_to_be() -> None:
    for azimuth in (0.0, 1.5, 3.1, -2.0):
        image = studio_image(StudioSpec(surround=(0, 0, 0), boxes=(box(azimuth=azimuth),)))
        assert image[nearest(on_sphere(1, 0.4, azimuth))] == pytest.approx((5, 4, 3), rel=1e-4)
        assert not image[nearest(on_sphere(1, -0.4, azimuth))].any()
        assert not image[nearest(on_sphere(1, 0.4, azimuth + 0.4))].any()
        assert not image[nearest(on_sphere(1, 0.4 + 0.2, azimuth))].any()
        assert image[nearest(on_sphere(1, 0.4, azimuth + 0.15))].any()


def test_boxes_behind_do_not_shine_through() -> None:
    wide = box(elevation=0.0, azimuth=0.0, width=math.radians(150), height=math.radians(150))
    image = studio_image(StudioSpec(surround=(0, 0, 0), boxes=(wide,)))
    assert not image[pixel_directions()[..., 0] <= 0].any()


def test_gradients_go_along_their_axis() -> None:
    image = gradient_image(GradientSpec(low=(0, 0, 0), high=(1, 0.5, 0), tilt=math.pi / 2))
    assert image[nearest((1, 0, 0))] == pytest.approx((1, 0.5, 0), abs=1e-3)
    assert image[nearest((-1, 0, 0))] == pytest.approx((0, 0, 0), abs=1e-3)
    assert image[nearest((0, 1, 0))] == pytest.approx((0.5, 0.25, 0), abs=0.02)


def test_pictures_belong_to_two_kinds() -> None:
    gradient = GradientSpec(low=(0, 0, 0), high=(1, 1, 1), tilt=0)
    assert environment_image(EnvironmentSpec()) is None
    image = environment_image(EnvironmentSpec(kind="gradient", gradient=gradient))
    assert image is not None
    assert np.array_equal(image, gradient_image(gradient))


@given(st.floats(0, math.pi / 2))
def test_skies_are_exposed_for_their_sun(elevation: float) -> None:
    exposure = sky_exposure(elevation)
    assert 0 < exposure.factor < 4
    assert 0.15 < exposure.white_ground < 2.0
