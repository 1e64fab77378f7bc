"""Transforms: inverses, composition, quaternions and cameras that look where they should."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synth_addon.core.transforms import (
    BLENDER_FROM_OPENCV_CAMERA,
    Array,
    inverse_rigid,
    look_at,
    matrix_rows,
    multiply_quaternions,
    quaternion_about,
    rotation_from_quaternion,
    transform_from,
    transform_points,
)

LENGTHS = st.floats(-100, 100)
VECTORS = st.tuples(LENGTHS, LENGTHS, LENGTHS)
ANGLES = st.floats(-math.pi, math.pi)
AXES = VECTORS.filter(lambda axis: np.linalg.norm(axis) > 1e-3)
QUATERNIONS = st.builds(quaternion_about, AXES, ANGLES)
TRANSFORMS = st.builds(
    lambda quaternion, offset: transform_from(rotation_from_quaternion(quaternion), offset),
    QUATERNIONS,
    VECTORS,
)
fast = settings(deadline=None, max_examples=60)


def is_rotation(matrix: Array) -> bool:
    return np.allclose(matrix @ matrix.T, np.eye(3)) and np.linalg.det(matrix) > 0


@fast
@given(QUATERNIONS)
def test_quaternions_give_rotations(quaternion: Array) -> None:
    assert is_rotation(rotation_from_quaternion(quaternion))
    assert is_rotation(rotation_from_quaternion(3 * quaternion))


@fast
@given(AXES, ANGLES)
def test_turning_keeps_the_axis_and_turns_by_the_angle(axis, angle: float) -> None:
    rotation = rotation_from_quaternion(quaternion_about(axis, angle))
    assert np.allclose(rotation @ axis, axis)
    assert (np.trace(rotation) - 1) / 2 == pytest.approx(math.cos(angle), abs=1e-9)


def test_a_quarter_turn_about_z_sends_x_to_y() -> None:
    rotation = rotation_from_quaternion(quaternion_about([0, 0, 2], math.pi / 2))
    assert np.allclose(rotation @ [1, 0, 0], [0, 1, 0])


@fast
@given(QUATERNIONS, QUATERNIONS)
def test_products_of_quaternions_are_products_of_rotations(first: Array, second: Array) -> None:
    product = rotation_from_quaternion(multiply_quaternions(first, second))
    assert np.allclose(product, rotation_from_quaternion(first) @ rotation_from_quaternion(second))


@fast
@given(TRANSFORMS, st.lists(VECTORS, min_size=1, max_size=5))
def test_inverses_undo(transform: Array, points) -> None:
    moved = transform_points(transform, points)
    assert np.allclose(transform_points(inverse_rigid(transform), moved), points, atol=1e-9)
    assert np.allclose(inverse_rigid(transform) @ transform, np.eye(4), atol=1e-9)


@fast
@given(TRANSFORMS, TRANSFORMS, VECTORS)
def test_transforms_compose(b_from_a: Array, c_from_b: Array, point) -> None:
    in_steps = transform_points(c_from_b, transform_points(b_from_a, [point]))
    assert np.allclose(transform_points(c_from_b @ b_from_a, [point]), in_steps)


@fast
@given(VECTORS, VECTORS, ANGLES)
def test_cameras_see_what_they_look_at_on_their_axis(eye, target, roll: float) -> None:
    distance = math.dist(eye, target)
    assume(distance > 1e-3)
    world_from_camera = look_at(eye, target, roll)
    assert is_rotation(world_from_camera[:3, :3])
    assert np.allclose(world_from_camera[:3, 3], eye)
    seen = transform_points(inverse_rigid(world_from_camera), [target])[0]
    assert np.allclose(seen, [0, 0, distance], atol=1e-6)


@fast
@given(VECTORS, VECTORS)
def test_without_roll_up_in_the_world_is_up_in_the_picture(eye, target) -> None:
    assume(math.dist(eye[:2], target[:2]) > 1e-3)
    right, down, _ = look_at(eye, target)[:3, :3].T
    assert right[2] == pytest.approx(0, abs=1e-9)
    assert down[2] < 0


def test_positive_roll_turns_the_picture_clockwise() -> None:
    camera_from_world = inverse_rigid(look_at([0, -1, 0], [0, 0, 0], roll=math.radians(30)))
    right, down, _ = transform_points(camera_from_world, [[0, 0, 0.1]])[0]
    assert right > 0
    assert down < 0


@pytest.mark.parametrize("height", [5.0, -5.0])
def test_looking_straight_down_or_up_works(height: float) -> None:
    assert is_rotation(look_at([0, 0, height], [0, 0, 0])[:3, :3])


def test_looking_at_the_own_centre_is_refused() -> None:
    with pytest.raises(ValueError, match="own centre"):
        look_at([1, 2, 3], [1, 2, 3])


def test_blender_cameras_look_along_minus_z_with_y_up() -> None:
    assert is_rotation(BLENDER_FROM_OPENCV_CAMERA[:3, :3])
    assert np.allclose(BLENDER_FROM_OPENCV_CAMERA @ [0, 1, 1, 1], [0, -1, -1, 1])


def test_rows_are_plain_floats() -> None:
    rows = matrix_rows(np.arange(16).reshape(4, 4))
    assert rows[1] == (4.0, 5.0, 6.0, 7.0)
    assert all(type(value) is float for row in rows for value in row)
