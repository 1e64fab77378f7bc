"""Lines of shells and boxes, and the handles on them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.overlay_geometry import Box, Shell, box_lines, middle, shell_lines
from synth_addon.core.overlay_handles import arrow_triangles, box_grips, shell_grips

CENTER = (0.5, -1.0, 2.0)
BOX = Box((-1.0, -2.0, 0.0), (1.0, 2.0, 3.0), (5.0, 6.0, 7.0), math.radians(30))


def limits(low: float, high: float) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(low, high), st.floats(low, high)).map(lambda p: (min(p), max(p)))


shells = st.builds(
    Shell,
    st.just(CENTER),
    limits(0.01, 10),
    limits(-math.pi / 2, math.pi / 2),
    limits(-math.pi, 2 * math.pi),
)


@given(shells)
def test_every_line_of_a_shell_is_inside_its_limits(shell: Shell) -> None:
    ends = shell_lines(shell).reshape(-1, 3).astype(float) - CENTER
    distance = np.linalg.norm(ends, axis=1)
    inner, outer = shell.radius
    assert distance.min() >= inner - 1e-5 and distance.max() <= outer + 1e-5
    height = np.sin(shell.elevation)
    assert np.all(ends[:, 2] >= distance * height[0] - 1e-4)
    assert np.all(ends[:, 2] <= distance * height[1] + 1e-4)


@given(shells)
def test_the_handles_of_a_shell_stand_at_its_limits(shell: Shell) -> None:
    for (path, limit), grip in shell_grips(shell).items():
        offset = np.subtract(grip.point, shell.center)
        distance = np.linalg.norm(offset)
        which = ("low", "high").index(limit)
        if path == "camera.radius_m":
            assert distance == pytest.approx(shell.radius[which])
        else:
            assert offset[2] == pytest.approx(distance * math.sin(shell.elevation[which]), abs=1e-6)
        assert np.linalg.norm(grip.direction) == pytest.approx(1)


def test_a_full_turn_is_drawn_without_ends() -> None:
    full = Shell(CENTER, (1, 2), (0, 1), (0, 2 * math.pi))
    half = Shell(CENTER, (1, 2), (0, 1), (0, math.pi))
    assert full.is_round and not half.is_round
    assert shell_lines(half).reshape(-1, 3)[:, 1].min() >= CENTER[1] - 1e-5
    assert shell_lines(full).reshape(-1, 3)[:, 1].min() == pytest.approx(CENTER[1] - 2, abs=0.01)


def test_a_shell_without_thickness_is_drawn_once() -> None:
    thick = Shell(CENTER, (1, 2), (0, 1), (0, 1))
    thin = Shell(CENTER, (2, 2), (0, 1), (0, 1))
    assert 0 < len(shell_lines(thin)) < len(shell_lines(thick))


def test_the_edges_of_a_box_have_its_sizes() -> None:
    edges = box_lines(BOX.corners())
    lengths = np.linalg.norm(edges[:, 1] - edges[:, 0], axis=1)
    assert sorted(lengths.round(4).tolist()) == [2.0] * 4 + [3.0] * 4 + [4.0] * 4
    assert middle(BOX.corners()) == pytest.approx((5.0, 6.0, 8.5))


def test_the_handles_of_a_box_stand_on_its_sides() -> None:
    for (path, limit), grip in box_grips(BOX).items():
        local = np.subtract(grip.point, BOX.origin)
        cos, sin = math.cos(-BOX.yaw), math.sin(-BOX.yaw)
        local = [cos * local[0] - sin * local[1], sin * local[0] + cos * local[1], local[2]]
        axis = ("spawn.x_m", "spawn.y_m", "spawn.height_m").index(path)
        expected = [0.0, 0.0, 1.5]
        expected[axis] = (BOX.low if limit == "low" else BOX.high)[axis]
        assert local == pytest.approx(expected)
        assert np.dot(grip.arrow, grip.direction) == pytest.approx(-1 if limit == "low" else 1)


points = st.tuples(*[st.floats(-5, 5)] * 3)


@given(st.sampled_from(sorted(box_grips(BOX))), st.floats(-3, 3), points)
def test_a_ray_through_a_moved_handle_says_how_far(
    name: tuple[str, str], moved: float, eye: tuple[float, float, float]
) -> None:
    grip = box_grips(BOX)[name]
    target = np.add(grip.point, np.multiply(grip.direction, moved))
    ray = target - eye
    away = np.linalg.norm(np.cross(ray, grip.direction))
    if away > 0.1 * np.linalg.norm(ray):
        assert grip.step(eye, ray) == pytest.approx(moved, abs=1e-6)


@given(st.floats(-1.2, 1.2))
def test_a_ray_turns_an_elevation_to_the_angle_it_passes(turn: float) -> None:
    shell = Shell(CENTER, (1.0, 2.0), (0.1, 0.6), (0.0, 0.0))
    grip = shell_grips(shell)["camera.elevation_deg", "high"]
    # seen along y, across the plane in which it turns, at the tangent of its circle
    passed = np.add(grip.point, np.multiply(grip.direction, 2.0 * math.tan(turn)))
    assert grip.step(np.add(passed, (0, -9, 0)), (0, 5, 0)) == pytest.approx(turn)


def test_a_ray_along_a_handle_moves_nothing() -> None:
    grip = box_grips(BOX)["spawn.height_m", "high"]
    assert grip.step((0, 0, 9), (0, 0, -1)) == 0.0


def test_the_arrow_is_closed_and_faces_outward() -> None:
    triangles = np.array(arrow_triangles()).reshape(-1, 3, 3)
    one, two, three = triangles.transpose(1, 0, 2)
    normals = np.cross(two - one, three - one)
    assert np.abs(normals.sum(axis=0)).max() < 1e-9
    volume = np.einsum("ij,ij->i", one, np.cross(two, three)).sum() / 6
    assert volume == pytest.approx(math.pi * 0.4**2 / 3, rel=0.05)
