"""Every procedural shape is a closed, centred solid of the size that its parameters state."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from synth_addon.core.errors import AssetError, Fault
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.scene_spec import ShapeAsset
from synth_addon.core.shapes.catalog import SHAPES, mesh_of
from synth_addon.core.shapes.declaration import Shape
from synth_addon.core.shapes.lathe import lathe
from synth_addon.core.shapes.profile import inset, rounded

NAMES = list(SHAPES)
HOLLOW = ["cup", "bowl", "bottle"]


def signed_volume(mesh: TriangleMesh) -> float:
    corners = mesh.vertices[mesh.triangles]
    return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6)


def shells(mesh: TriangleMesh) -> list[TriangleMesh]:
    """Return the connected parts, found by spreading the least vertex number over edges."""
    labels = np.arange(len(mesh.vertices))
    while True:
        least = labels[mesh.triangles].min(axis=1)
        spread = labels.copy()
        np.minimum.at(spread, mesh.triangles.ravel(), np.repeat(least, 3))
        spread = spread[spread]
        if np.array_equal(spread, labels):
            break
        labels = spread
    owner = labels[mesh.triangles[:, 0]]
    return [replace(mesh, triangles=mesh.triangles[owner == i]) for i in np.unique(owner)]


def edge_codes(mesh: TriangleMesh) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return one number for each directed edge, and for each reversed one."""
    start = mesh.triangles.astype(np.int64).ravel()
    stop = np.roll(mesh.triangles, -1, axis=1).astype(np.int64).ravel()
    count = len(mesh.vertices)
    return start * count + stop, stop * count + start


def signed_uv_areas(mesh: TriangleMesh) -> NDArray[np.float64]:
    assert mesh.uvs is not None
    first, second = (mesh.uvs[:, i] - mesh.uvs[:, 0] for i in (1, 2))
    return np.asarray(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])


def areas(mesh: TriangleMesh) -> NDArray[np.float64]:
    corners = mesh.vertices[mesh.triangles]
    sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.asarray(np.linalg.norm(sides, axis=1) / 2)


def assert_sound(mesh: TriangleMesh) -> None:
    """Closed, outward, centred, nothing degenerate, every vertex used, uvs unmirrored."""
    forward, backward = edge_codes(mesh)
    assert len(np.unique(forward)) == len(forward)
    assert np.array_equal(np.sort(forward), np.sort(backward))
    assert len(np.unique(mesh.triangles)) == len(mesh.vertices)
    extent = float(np.ptp(mesh.vertices, axis=0).max())
    assert areas(mesh).min() > 1e-12 * extent**2
    assert all(signed_volume(shell) > 0 for shell in shells(mesh))
    low, high = mesh.bounds
    assert_allclose(low + high, 0, atol=1e-12)
    assert mesh.triangles.dtype == np.int32 and mesh.vertices.dtype == np.float64
    assert mesh.uvs is not None and mesh.uvs.shape == (len(mesh.triangles), 3, 2)
    assert signed_uv_areas(mesh).min() > 0


def expected_size(name: str, p: dict[str, float]) -> tuple[float, float, float]:
    if name == "cube":
        return p["size_m"], p["size_m"], p["size_m"]
    if name == "book":
        return p["width_m"], p["height_m"], p["thickness_m"]
    if name == "connector":
        return (round(p["poles"]) + 0.6) * p["pitch_m"], p["depth_m"], p["height_m"]
    if name == "plug":
        return 2 * p["radius_m"], 2 * p["radius_m"], p["body_m"] + p["pin_m"]
    if name == "fuse":
        return p["length_m"], 2.6 * p["radius_m"], p["base_m"] + 2.5 * p["radius_m"]
    if name == "socket":
        return p["size_m"], p["size_m"], p["height_m"]
    if name == "desk_lamp":
        across = 2 * max(p["shade_radius_m"], p["base_radius_m"])
        return across, across, p["height_m"]
    if "depth_m" in p:
        return p["width_m"], p["depth_m"], p["height_m"]
    if name == "torus":
        across = 2 * (p["radius_m"] + p["tube_radius_m"])
        return across, across, 2 * p["tube_radius_m"]
    if name == "cup":
        across = 2 * max(p["top_radius_m"], p["bottom_radius_m"])
        handle = p["handle_size_m"] if p["handle_size_m"] >= 1e-3 else 0.0
        return across + handle, across, p["height_m"]
    radius = p["radius_m"]
    if name == "bottle":
        radius = max(radius, p["neck_radius_m"] + 0.6 * p["wall_m"])
    return 2 * radius, 2 * radius, 2 * radius if name == "sphere" else p["height_m"]


def assert_size(mesh: TriangleMesh, name: str, values: dict[str, float]) -> None:
    size = np.ptp(mesh.vertices, axis=0)
    if name == "supershape":
        assert_allclose(size.max(), values["size_m"], rtol=1e-9)
    else:
        assert_allclose(size, expected_size(name, values), rtol=1e-9)


def defaults_of(shape: Shape) -> dict[str, float]:
    return {name: declared.default for name, declared in shape.parameters.items()}


def assert_sound_or_fault(shape: Shape, values: dict[str, float]) -> None:
    try:
        mesh = shape.build(**values)
    except Fault as fault:
        assert any(name in fault.message for name in shape.parameters)
        assert any(name in fault.remedy for name in shape.parameters)
        return
    assert_sound(mesh)
    assert_size(mesh, shape.name, values)


@pytest.mark.parametrize("name", NAMES)
def test_default_mesh_is_a_sound_solid_of_the_declared_size(name: str) -> None:
    mesh = mesh_of(ShapeAsset(shape=name))
    assert_sound(mesh)
    assert_size(mesh, name, defaults_of(SHAPES[name]))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_any_parameters_give_a_sound_solid_or_a_named_fault(name: str, data: st.DataObject) -> None:
    shape = SHAPES[name]
    values = {
        key: data.draw(st.floats(max(p.low, p.default / 3), min(p.high, 3 * p.default)), label=key)
        for key, p in shape.parameters.items()
    }
    assert_sound_or_fault(shape, values)


@pytest.mark.parametrize("name", NAMES)
def test_limits_give_a_sound_solid_or_a_named_fault(name: str) -> None:
    shape = SHAPES[name]
    limits = [(p.low, p.default, p.high) for p in shape.parameters.values()]
    stride = 1 + 3 ** len(limits) // 150
    stride += stride % 3 == 0
    for values in itertools.islice(itertools.product(*limits), 0, None, stride):
        assert_sound_or_fault(shape, dict(zip(shape.parameters, values, strict=True)))


def ranges_of(shape: Shape, data: st.DataObject) -> dict[str, tuple[float, float]]:
    """Return a range for each parameter, narrow more often than wide."""
    ranges = {}
    for key, p in shape.parameters.items():
        middle = data.draw(st.floats(max(p.low, p.default / 3), min(p.high, 3 * p.default)))
        spread = 1 + data.draw(st.sampled_from([0.0, 0.02, 0.2, 1.0]))
        ranges[key] = (max(p.low, middle / spread), min(p.high, middle * spread))
    return ranges


@pytest.mark.parametrize("name", [name for name in NAMES if SHAPES[name].check is not None])
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_ranges_whose_corners_fit_hold_no_fault(name: str, data: st.DataObject) -> None:
    """A recipe that passes validation never fails in the middle of a job."""
    shape = SHAPES[name]
    assert shape.check is not None
    ranges = ranges_of(shape, data)
    try:
        for corner in itertools.product(*ranges.values()):
            shape.check(**dict(zip(ranges, corner, strict=True)))
    except Fault:
        assume(False)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    for _ in range(20):
        shape.check(**{key: rng.uniform(*limits) for key, limits in ranges.items()})


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_shape_is_built_exactly_when_its_check_passes(name: str, data: st.DataObject) -> None:
    shape = SHAPES[name]
    values = {
        key: data.draw(st.floats(max(p.low, p.default / 5), min(p.high, 5 * p.default)))
        for key, p in shape.parameters.items()
    }
    check = shape.check or (lambda **_: None)
    try:
        check(**values)
    except Fault:
        with pytest.raises(Fault):
            shape.build(**values)
    else:
        shape.build(**values)


@pytest.mark.parametrize("name", NAMES)
def test_declarations_are_complete(name: str) -> None:
    shape = SHAPES[name]
    assert shape.name == name
    for key, declared in shape.parameters.items():
        assert not declared.unit or key.endswith(f"_{declared.unit}")
        assert declared.low <= declared.default <= declared.high
        assert declared.label and declared.help and not declared.help.endswith(".")


def test_round_solids_approach_their_volumes() -> None:
    pi = np.pi
    exact = {
        "sphere": 4 / 3 * pi * 0.05**3,
        "cylinder": pi * 0.04**2 * 0.1,
        "cone": pi * 0.05**2 * 0.1 / 3,
        "torus": 2 * pi**2 * 0.05 * 0.015**2,
    }
    for name, volume in exact.items():
        assert_allclose(signed_volume(mesh_of(ShapeAsset(shape=name))), volume, rtol=0.01)


@pytest.mark.parametrize("name", HOLLOW)
def test_vessels_are_hollow(name: str) -> None:
    mesh = mesh_of(ShapeAsset(shape=name))
    body = shells(mesh)[0]
    used = body.vertices[np.unique(body.triangles)]
    radius, height = np.hypot(*(used - used.mean(axis=0))[:, :2].T).max(), np.ptp(used[:, 2])
    assert 0 < signed_volume(body) < 0.4 * np.pi * radius**2 * height


@pytest.mark.parametrize("handle", [0.002, 0.012, 0.032, 0.06, 0.2])
@pytest.mark.parametrize("radii", [(0.042, 0.034), (0.035, 0.045), (0.09, 0.03)])
def test_handle_ends_stay_inside_the_wall(handle: float, radii: tuple[float, float]) -> None:
    top, bottom = radii
    parameters = {"top_radius_m": top, "bottom_radius_m": bottom, "handle_size_m": handle}
    mesh = mesh_of(ShapeAsset(shape="cup", parameters=parameters))
    body, grip = shells(mesh)
    axis = mesh.vertices[body.triangles[0, 0], :2]
    points = mesh.vertices[np.unique(grip.triangles)]
    wall, height = 0.0035, 0.09
    skin = mesh.vertices[np.unique(body.triangles)]
    section = skin[(np.abs(skin[:, 1]) < 1e-12) & (skin[:, 0] > axis[0])]
    side = section[np.flatnonzero(section[:, 2] < 1e-12 - height / 2)[-1] :]
    side = side[: np.argmax(side[:, 2]) + 1]
    outer = np.interp(points[:, 2], side[:, 2], side[:, 0] - axis[0])
    depth = outer - np.hypot(*(points[:, :2] - axis).T)
    assert 0.4 * wall < depth.max() < 0.8 * wall
    assert points[:, 2].max() < height / 2 and points[:, 2].min() > -height / 2


def test_cup_without_handle_is_one_shell() -> None:
    assert len(shells(mesh_of(ShapeAsset(shape="cup")))) == 2
    plain = mesh_of(ShapeAsset(shape="cup", parameters={"handle_size_m": 0}))
    assert len(shells(plain)) == 1


@pytest.mark.parametrize(
    ("asset", "text"),
    [
        (ShapeAsset(shape="cupp"), "Did you mean 'cup'?"),
        (ShapeAsset(shape="zzz"), "Use one of cube, box"),
        (ShapeAsset(shape="cup", parameters={"hight_m": 1}), "Did you mean 'height_m'?"),
        (ShapeAsset(shape="cup", parameters={"height_m": 99}), "Stay within 0.02 to 1"),
        (ShapeAsset(shape="cup", parameters={"height_m": float("nan")}), "Stay within"),
        (ShapeAsset(shape="cup", parameters={"wall_m": 0.03}), "cup: wall_m 0.03 is too thick"),
        (ShapeAsset(shape="torus", parameters={"tube_radius_m": 0.05}), "Set tube_radius_m below"),
        (ShapeAsset(shape="bottle", parameters={"neck_radius_m": 0.034}), "at most 0.028"),
        (ShapeAsset(shape="bottle", parameters={"neck_height_m": 0.2}), "Lower neck_height_m"),
        (ShapeAsset(shape="bowl", parameters={"foot_radius_m": 0.074}), "foot_radius_m"),
    ],
)
def test_unusable_assets_say_what_to_do(asset: ShapeAsset, text: str) -> None:
    with pytest.raises(AssetError) as caught:
        mesh_of(asset)
    assert text in str(caught.value)


def test_catalog_and_parameters_are_read_only() -> None:
    with pytest.raises(TypeError):
        SHAPES["cup"] = SHAPES["box"]  # type: ignore[index]
    with pytest.raises(TypeError):
        SHAPES["cup"].parameters["x_m"] = SHAPES["box"].parameters["width_m"]  # type: ignore[index]


@pytest.mark.parametrize("closed", [False, True])
def test_lathe_refuses_profiles_that_would_stay_open(closed: bool) -> None:
    ends_off_axis = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)])
    with pytest.raises(ValueError, match="lie on the axis"):
        lathe(ends_off_axis, closed=closed)


def test_rounded_corner_is_an_arc_and_overlapping_cuts_share_a_side() -> None:
    line = rounded([(0, 0, 0), (2, 0, 0.5), (2, 2, 0)])
    arc = line[1:-1]
    assert_allclose(np.hypot(*(arc - [1.5, 0.5]).T), 0.5)
    assert_allclose(arc[[0, -1]], [(1.5, 0), (2, 0.5)])
    rim = rounded([(4, 0, 0), (4, 4, 9), (3, 4, 9), (3, 0, 0)])
    assert_allclose(np.hypot(*(rim[1:-1] - [3.5, 3.5]).T), 0.5)


def test_inset_moves_every_side_by_the_same_distance() -> None:
    moved = inset([(3, 0), (3, 2), (2, 3), (2, 5)], 0.1)
    assert_allclose([moved[0], moved[-1]], [(2.9, 0), (1.9, 5)])
    assert_allclose(sum(moved[1]), 5 - 0.1 * np.sqrt(2))
