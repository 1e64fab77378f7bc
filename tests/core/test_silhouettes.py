"""Silhouettes against closed forms and the reference ray cast, inside and outside the image."""

from __future__ import annotations

import numpy as np
import pytest
from embreex.mesh_construction import TriangleMesh as EmbreeTriangles
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from synth_addon.core import mesh_tree, silhouettes
from synth_addon.core.camera import Intrinsics, pixel_rays
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.ray_casting import cast_mesh_in_view
from synth_addon.core.silhouettes import Silhouette, SilhouetteCaster
from synth_addon.core.transforms import (
    Array,
    inverse_rigid,
    rotation_from_quaternion,
    transform_from,
    transform_points,
)

INTRINSICS = Intrinsics(width=64, height=48, fx=60.0, fy=62.0, cx=32.0, cy=24.0)
CANVAS = INTRINSICS.model_copy(update={"width": 192, "height": 144, "cx": 96.0, "cy": 72.0})
HERE = np.eye(4)
SEEDS = st.integers(0, 2**32 - 1)


def cube(side: float = 1.0) -> TriangleMesh:
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    quads = [(0, 4, 6, 2), (1, 3, 7, 5), (0, 1, 5, 4), (2, 6, 7, 3), (0, 2, 3, 1), (4, 5, 7, 6)]
    triangles = [(a, b, c) for a, b, c, _ in quads] + [(a, c, d) for a, _, c, d in quads]
    return TriangleMesh((bits - 0.5) * side, np.array(triangles, np.int32))


def torus(major: float = 1.0, minor: float = 0.35, steps: int = 16) -> TriangleMesh:
    """Return a ring of 2 * steps * steps triangles: concave, with a hole."""
    turn = np.arange(steps) * 2 * np.pi / steps
    ring, tube = (a.ravel() for a in np.meshgrid(turn, turn, indexing="ij"))
    reach = major + minor * np.cos(tube)
    vertices = np.column_stack([reach * np.cos(ring), reach * np.sin(ring), minor * np.sin(tube)])
    i, j = (a.ravel() for a in np.meshgrid(np.arange(steps), np.arange(steps), indexing="ij"))
    a, b = i * steps + j, (i + 1) % steps * steps + j
    c, d = i * steps + (j + 1) % steps, (i + 1) % steps * steps + (j + 1) % steps
    triangles = np.concatenate([np.column_stack([a, b, d]), np.column_stack([a, d, c])])
    return TriangleMesh(vertices, triangles.astype(np.int32))


def at(x: float, y: float, z: float) -> Array:
    return transform_from(np.eye(3), [x, y, z])


def silhouette(
    mesh: TriangleMesh,
    pose: Array,
    scale: float = 1.0,
    clip: tuple[float, float] = (0.1, 100.0),
    intrinsics: Intrinsics = INTRINSICS,
) -> Silhouette:
    return SilhouetteCaster().silhouette(mesh, scale, pose, intrinsics, HERE, *clip)


def truth_on_canvas(
    mesh: TriangleMesh,
    pose: Array,
    scale: float = 1.0,
    clip: tuple[float, float] = (0.1, 100.0),
) -> NDArray[np.bool_]:
    """Return the reference silhouette (144, 192) on the canvas of three by three images."""
    vertices = transform_points(pose, scale * mesh.vertices)
    hits = cast_mesh_in_view(CANVAS, vertices, mesh.triangles, *clip)
    return np.isfinite(hits.distance).reshape(144, 192)


def box_of(canvas: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
    if not canvas.any():
        return None
    columns, rows = np.flatnonzero(canvas.any(axis=0)), np.flatnonzero(canvas.any(axis=1))
    return (
        columns[0] - 64.0,
        rows[0] - 48.0,
        columns[-1] - columns[0] + 1.0,
        rows[-1] - rows[0] + 1.0,
    )


def test_a_frontal_cube_is_a_rectangle() -> None:
    # Its front face lies at depth 2 and is 1 m wide: 30 x 31 pixels around the centre.
    seen = silhouette(cube(), at(0, 0, 2.5))
    expected = np.zeros((48, 64), bool)
    expected[9:39, 17:47] = True
    # The upper and lower edge run through pixel centres at 8.5 and 39.5, so these may be in or out.
    mask = seen.full_mask(48, 64)
    assert (mask[9:39] == expected[9:39]).all()
    assert not mask[:8].any() and not mask[40:].any()
    assert seen.box is not None
    assert seen.box[0] == 17.0 and seen.box[2] == 30.0
    assert seen.pixels_total == seen.pixels_in_image == np.count_nonzero(mask)


def sphere(steps: int = 48) -> TriangleMesh:
    """Return a finely divided unit sphere; its facets lie less than 0.005 inside."""
    turn, fall = np.arange(2 * steps) * np.pi / steps, np.linspace(0, np.pi, steps + 1)
    b, a = (grid.ravel() for grid in np.meshgrid(turn, fall))
    points = np.column_stack([np.sin(a) * np.cos(b), np.sin(a) * np.sin(b), np.cos(a)])
    i, j = (grid.ravel() for grid in np.indices((steps, 2 * steps)))
    p, q = i * 2 * steps + j, i * 2 * steps + (j + 1) % (2 * steps)
    below_p, below_q = p + 2 * steps, q + 2 * steps
    triangles = np.concatenate(
        [np.column_stack([p, below_p, q]), np.column_stack([q, below_p, below_q])]
    )
    return TriangleMesh(points, triangles.astype(np.int32))


@pytest.mark.parametrize("center", [(0.0, 0.0, 3.0), (1.2, -0.7, 3.0), (-2.0, 1.0, 2.4)])
def test_a_sphere_is_an_ellipse(center: tuple[float, float, float]) -> None:
    mask = silhouette(sphere(), at(*center)).full_mask(48, 64)
    rows, columns = np.indices((48, 64)).reshape(2, -1)
    rays = pixel_rays(INTRINSICS, columns, rows)
    along = ((rays @ center) ** 2 / (rays**2).sum(axis=1)).reshape(48, 64)
    outer = along >= np.dot(center, center) - 1.0
    inner = along >= np.dot(center, center) - 0.995**2
    assert (mask <= outer).all() and (mask >= inner).all()
    assert mask.any()


@settings(deadline=None)
@given(SEEDS, st.sampled_from(["cube", "torus"]))
def test_silhouettes_equal_the_reference_on_the_whole_canvas(seed: int, shape: str) -> None:
    random = np.random.default_rng(seed)
    mesh = cube() if shape == "cube" else torus()
    scale = 10 ** random.uniform(-1, 0.7)
    rotation = rotation_from_quaternion(random.normal(size=4))
    # Everything from well before the camera to well behind it.
    pose = transform_from(rotation, random.uniform([-4, -4, -3], [4, 4, 6]))
    clip = (random.uniform(0.01, 1.0), random.uniform(2.0, 8.0))
    seen = silhouette(mesh, pose, scale, clip)
    canvas = truth_on_canvas(mesh, pose, scale, clip)
    image = canvas[48:96, 64:128]
    mask = seen.full_mask(48, 64)
    # float32 may turn a pixel whose centre lies within 1e-6 of an edge.
    assert np.count_nonzero(mask != image) <= max(1, 0.001 * image.sum())
    assert seen.pixels_in_image == np.count_nonzero(mask)
    assert abs(seen.pixels_total - canvas.sum()) <= max(1, 0.001 * canvas.sum())
    expected = box_of(canvas)
    if seen.box is None or expected is None:
        assert canvas.sum() <= 1 and seen.pixels_total <= 1
    else:
        np.testing.assert_allclose(seen.box, expected, atol=1.0)


@settings(deadline=None, max_examples=40)
@given(SEEDS)
def test_a_sparse_outside_keeps_the_box_and_nearly_the_area(seed: int) -> None:
    random = np.random.default_rng(seed)
    mesh = torus()
    scale = random.uniform(1.0, 2.0)
    rotation = rotation_from_quaternion(random.normal(size=4))
    pose = transform_from(rotation, random.uniform([-3, -3, 2], [3, 3, 4]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(silhouettes, "OUTSIDE_RAYS", 600)
        sparse = silhouette(mesh, pose, scale)
    dense = silhouette(mesh, pose, scale)
    assert sparse.box == dense.box
    assert (sparse.mask == dense.mask).all()
    assert sparse.pixels_total == pytest.approx(dense.pixels_total, rel=0.05, abs=80)


@settings(deadline=None, max_examples=30)
@given(SEEDS)
@example(0)
def test_the_scene_may_lie_far_from_the_origin_and_be_tiny(seed: int) -> None:
    random = np.random.default_rng(seed)
    mesh = torus(1e-3, 4e-4)
    camera = transform_from(
        rotation_from_quaternion(random.normal(size=4)), random.uniform(-1e3, 1e3, 3)
    )
    inner = transform_from(
        rotation_from_quaternion(random.normal(size=4)),
        [*random.uniform(-1e-3, 1e-3, 2), 4e-3],
    )
    args = (INTRINSICS, camera, 1e-4, 1e5)
    seen = SilhouetteCaster().silhouette(mesh, 1.0, camera @ inner, *args)
    points = transform_points(inverse_rigid(camera) @ camera @ inner, mesh.vertices)
    hits = cast_mesh_in_view(INTRINSICS, points, mesh.triangles, 1e-4)
    image = np.isfinite(hits.distance).reshape(48, 64)
    assert np.count_nonzero(seen.full_mask(48, 64) != image) <= 1


def test_nothing_is_seen_behind_the_camera() -> None:
    seen = silhouette(cube(), at(0, 0, -3))
    assert (seen.pixels_in_image, seen.pixels_total, seen.box) == (0, 0.0, None)
    assert seen.mask.shape == (0, 0)
    assert not seen.full_mask(48, 64).any()


def test_a_room_around_the_camera_fills_the_canvas() -> None:
    seen = silhouette(cube(10.0), at(0, 0, 0))
    assert seen.mask.all() and seen.mask.shape == (48, 64)
    assert seen.pixels_total == 9 * 48 * 64
    assert seen.box == (-64.0, -48.0, 192.0, 144.0)


def test_a_plank_through_the_near_plane_is_cut_there() -> None:
    # A wall at x = 0.5 from behind the camera to depth 5: columns from 32 + 60 * 0.5 / 5 = 38.
    wall = TriangleMesh(
        np.array([[0.5, -9, -5], [0.5, 9, -5], [0.5, 9, 5], [0.5, -9, 5.0]]),
        np.array([[0, 1, 2], [0, 2, 3]], np.int32),
    )
    seen = silhouette(wall, HERE, clip=(1.0, 100.0))
    mask = seen.full_mask(48, 64)
    assert mask[:, 38:62].all() and not mask[:, :38].any()
    assert not mask[:, 62:].any(), "32 + 60 * 0.5 / 1: nearer than the near plane"


def test_what_lies_before_the_near_plane_hides_nothing() -> None:
    whole = silhouette(cube(), at(0, 0, 2.5))
    back_only = silhouette(cube(), at(0, 0, 2.5), clip=(2.75, 100.0))
    gone = silhouette(cube(), at(0, 0, 2.5), clip=(3.1, 100.0))
    beyond = silhouette(cube(), at(0, 0, 2.5), clip=(0.1, 1.9))
    front_only = silhouette(cube(), at(0, 0, 2.5), clip=(0.1, 2.2))
    assert 0 < back_only.pixels_in_image < whole.pixels_in_image
    assert back_only.box is not None and back_only.box[2] == 22.0, "60 / 2.75 = 21.8 columns"
    assert gone.box is None and beyond.box is None
    assert front_only.box == whole.box


def test_a_speck_is_one_pixel_or_none() -> None:
    on_center = silhouette(cube(1e-3), at(0.5 / 60, 0.5 / 62, 1.0))
    assert on_center.pixels_total == on_center.pixels_in_image == 1
    assert on_center.box == (32.0, 24.0, 1.0, 1.0)
    between = silhouette(cube(1e-3), at(0, 0, 1.0))
    assert between.box is None and between.pixels_total == 0.0


@pytest.mark.parametrize("side", [-2.4, 2.4])
def test_an_object_beside_the_image_counts_only_outside(side: float) -> None:
    seen = silhouette(cube(0.2), at(side, 0.0, 2.1))
    canvas = truth_on_canvas(cube(0.2), at(side, 0.0, 2.1))
    assert seen.pixels_in_image == 0
    assert seen.pixels_total == canvas.sum() > 20
    assert seen.box == box_of(canvas)
    assert seen.box is not None and (seen.box[0] < 0) == (side < 0)


def test_beyond_the_canvas_nothing_counts() -> None:
    seen = silhouette(cube(0.2), at(100.0, 0, 2.0))
    assert (seen.pixels_total, seen.box) == (0.0, None)


def test_trees_are_kept_as_long_as_their_meshes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[int] = []

    def counted(tree: object, vertices: Array, triangles: NDArray[np.int32]) -> object:
        built.append(len(triangles))
        return EmbreeTriangles(tree, vertices, triangles)

    monkeypatch.setattr(mesh_tree, "EmbreeTriangles", counted)
    caster = SilhouetteCaster()
    meshes = {"cube": cube(), "ring": torus(steps=8), "small": cube(0.5)}
    sizes = []
    for key in ("cube", "ring", "cube", "small", "cube", "ring"):
        args = (meshes[key], 1.0, at(0, 0, 4), INTRINSICS, HERE, 0.1, 100.0)
        sizes.append(caster.silhouette(*args).pixels_in_image)
        if key == "small":
            meshes["ring"] = torus(steps=8)
    assert built == [12, 128, 12, 128]
    assert sizes[0] == sizes[2] == sizes[4] and sizes[1] == sizes[5]


def test_an_empty_mesh_has_no_silhouette() -> None:
    empty = TriangleMesh(np.empty((0, 3)), np.empty((0, 3), np.int32))
    assert silhouette(empty, at(0, 0, 2)).box is None


def test_a_mesh_without_extent_has_no_silhouette() -> None:
    point = TriangleMesh(np.ones((3, 3)), np.array([[0, 1, 2]], np.int32))
    assert silhouette(point, at(0, 0, 2)).box is None


def test_a_flat_mesh_is_seen_from_both_sides() -> None:
    square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]])
    flat = TriangleMesh(square, np.array([[0, 1, 2], [0, 2, 3]], np.int32))
    turned = transform_from(np.diag([1.0, -1.0, -1.0]), [0, 0, 4])
    one, other = silhouette(flat, at(0, 0, 4)), silhouette(flat, turned)
    assert one.pixels_in_image == other.pixels_in_image > 800


def test_impossible_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="clip_start"):
        silhouette(cube(), at(0, 0, 2), clip=(0.0, 1.0))
    with pytest.raises(ValueError, match="scale"):
        silhouette(cube(), at(0, 0, 2), scale=0.0)
