"""What Blender renders against ray-cast truth: masks, boxes, depth, normals, visibility, camera."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.annotation import box_of_mask
from synth_addon.core.camera import Intrinsics, pixel_rays, project_world
from synth_addon.core.ray_casting import cast_box, cast_sphere
from synth_addon.core.scene_spec import ObjectSpec, SettledScene, SettledView
from synth_addon.core.transforms import Array, inverse_rigid, transform_points

from .scenes import (
    GLASS,
    LENSES,
    PLAIN,
    TURNED,
    Shot,
    alone,
    at,
    canvas_of,
    scene_of,
    shoot,
    thing,
    view_from,
)

LARGE_PX = 400
LEAST_IOU = 0.995
BOX_PX = 1.0
REPROJECTION_PX = 0.05
DEPTH = 1e-3
FRACTION = 0.01
NORMAL_DEG = 0.1


def still_life() -> list[ObjectSpec]:
    """Objects that hide each other, of which some reach out of the image."""
    return [
        thing(1, "cup", at(0.0, 0.0, 0.06), scale=1.4),
        thing(2, "sphere", at(0.1, 0.12, 0.08), radius_m=0.08),
        thing(3, "box", at(-0.14, 0.05, 0.12, TURNED), width_m=0.12, depth_m=0.16, height_m=0.08),
        thing(4, "torus", at(0.05, -0.14, 0.05, TURNED), scale=1.5),
        thing(5, "bottle", at(-0.05, 0.2, 0.13)),
        thing(6, "can", at(0.22, -0.05, 0.05, TURNED)),
        thing(7, "cube", at(0.32, 0.22, 0.1), size_m=0.2),
    ]


def still_life_views(intrinsics: Intrinsics) -> list[SettledView]:
    return [
        view_from((0.1, -0.75, 0.45), (0.0, 0.05, 0.05), intrinsics=intrinsics),
        view_from((0.7, 0.3, 0.3), (0.0, 0.0, 0.1), roll=0.4, intrinsics=intrinsics, number=1),
        view_from((-0.3, -0.2, 0.9), (0.02, 0.0, 0.0), roll=-2, intrinsics=intrinsics, number=2),
    ]


@pytest.fixture(scope="module", params=list(LENSES))
def shots(renderer: BlenderRenderer, request: pytest.FixtureRequest) -> list[Shot]:
    views = still_life_views(LENSES[request.param])
    return shoot(renderer, scene_of(still_life(), views))


def masks_of(shot: Shot) -> Array:
    return np.array([shot.mask(item.instance_id) for item in shot.scene.spec.objects])


def iou(one: Array, other: Array) -> float:
    union = np.sum(one | other)
    return float(np.sum(one & other) / union) if union else 1.0


def ious(shot: Shot, least_px: int = LARGE_PX) -> list[float]:
    """Return the IoU of each mask with its truth, of objects with at least so many pixels."""
    ids = [item.instance_id for item in shot.scene.spec.objects]
    truths = [shot.truth.instance_ids == i for i in ids]
    return [
        iou(shot.mask(i), truth)
        for i, truth in zip(ids, truths, strict=True)
        if truth.sum() >= least_px
    ]


def box_errors(shot: Shot) -> list[float]:
    """Return the largest difference of any side of each visible object's box, in pixels."""
    errors = []
    for item in shot.scene.spec.objects:
        found = shot.found(item.instance_id).visible_box
        true = box_of_mask(shot.truth.instance_ids == item.instance_id)
        assert (found is None) == (true is None)
        if found is not None:
            errors.append(float(np.abs(np.subtract(sides(found), sides(true))).max()))
    return errors


def sides(box: Sequence[float]) -> tuple[float, float, float, float]:
    x, y, width, height = box
    return x, y, x + width, y + height


def depth_errors(shot: Shot) -> Array:
    """Return relative errors where both see the same object or room, and something at all."""
    both = np.isfinite(shot.frame.depth) & np.isfinite(shot.truth.depth)
    both &= shot.frame.instance_ids == shot.truth.instance_ids
    return np.abs(shot.frame.depth[both] / shot.truth.depth[both].astype(float) - 1)


def angles_deg(one: Array, other: Array) -> Array:
    """Return the angles between unit vectors (N, 3), exact for small ones."""
    chord = np.linalg.norm(one.astype(float) - other, axis=-1)
    return np.degrees(2 * np.arcsin(np.clip(chord / 2, 0, 1)))


def test_masks_are_disjoint(shots: list[Shot]) -> None:
    for shot in shots:
        assert masks_of(shot).sum(axis=0).max() == 1


def test_masks_are_those_of_ray_casting(shots: list[Shot]) -> None:
    found = [value for shot in shots for value in ious(shot)]
    wrong = sum(int(np.sum(s.frame.instance_ids != s.truth.instance_ids)) for s in shots)
    pixels = sum(shot.truth.instance_ids.size for shot in shots)
    print(f"\nIoU of {len(found)} masks: least {min(found):.5f}; {wrong} of {pixels} ids differ")
    assert len(found) >= 6
    assert min(found) >= LEAST_IOU


def test_boxes_are_those_of_ray_casting(shots: list[Shot]) -> None:
    errors = [error for shot in shots for error in box_errors(shot)]
    print(f"\nlargest error of {len(errors)} boxes: {max(errors)} px")
    assert max(errors) <= BOX_PX


def test_depth_is_that_of_ray_casting(shots: list[Shot]) -> None:
    errors = np.concatenate([depth_errors(shot) for shot in shots])
    spread = np.percentile(errors, [50, 99, 100])
    print("\nrelative depth error: median {:.1e}, 99 % {:.1e}, greatest {:.1e}".format(*spread))
    assert spread[0] <= DEPTH


def test_depth_is_infinite_where_nothing_is(shots: list[Shot]) -> None:
    for shot in shots:
        differing = np.isfinite(shot.frame.depth) != np.isfinite(shot.truth.depth)
        assert differing.mean() < 1e-3


@pytest.mark.parametrize("kind", ["flat", "smooth"])
def test_normals_are_those_of_ray_casting(shots: list[Shot], kind: str) -> None:
    ids = {"flat": (3, 7), "smooth": (2,)}[kind]
    errors = []
    for shot in shots:
        same = shot.frame.instance_ids == shot.truth.instance_ids
        chosen = same & np.isin(shot.truth.instance_ids, ids)
        expected = shot.truth.normals if kind == "flat" else sphere_normals(shot)
        errors.append(angles_deg(shot.frame.normals[chosen], expected[chosen]))
    spread = np.percentile(np.concatenate(errors), [50, 99, 100])
    print(f"\n{kind} normals: " + "median {:.2g}, 99 % {:.2g}, greatest {:.2g} deg".format(*spread))
    assert spread[0] <= {"flat": NORMAL_DEG, "smooth": 1.0}[kind]


def sphere_normals(shot: Shot) -> Array:
    """Return the true sphere's camera-frame normals (H, W, 3), which smooth shading imitates."""
    lens = shot.view.intrinsics
    rows, columns = np.indices((lens.height, lens.width)).reshape(2, -1)
    camera = inverse_rigid(shot.view.world_from_camera)
    center = transform_points(camera, [shot.scene.poses[1].translation])[0]
    hits = cast_sphere(np.zeros(3), pixel_rays(lens, columns, rows), center, 0.08)
    return hits.normals.reshape(lens.height, lens.width, 3)


def test_visible_fraction_is_that_of_rendering_alone(
    renderer: BlenderRenderer, shots: list[Shot]
) -> None:
    errors, truncated = [], 0
    for index, item in enumerate(shots[0].scene.spec.objects):
        canvases = [canvas_of(shot.view) for shot in shots]
        for shot, canvas in zip(
            shots, shoot(renderer, alone(shots[0].scene, index), *canvases), strict=True
        ):
            found = shot.found(item.instance_id)
            total = int(np.sum(canvas.frame.instance_ids == item.instance_id))
            visible = int(np.sum(shot.frame.instance_ids == item.instance_id))
            errors.append(abs(found.visible_fraction - visible / total))
            truncated += found.truncation_fraction > 0.01
    print(f"\nvisible fraction of {len(errors)} objects: off by at most {max(errors):.2g}")
    assert truncated
    assert max(errors) <= FRACTION


def test_amodal_mask_is_that_of_rendering_alone(
    renderer: BlenderRenderer, shots: list[Shot]
) -> None:
    for index, item in enumerate(shots[0].scene.spec.objects):
        views = [shot.view for shot in shots]
        for shot, single in zip(
            shots, shoot(renderer, alone(shots[0].scene, index), *views), strict=True
        ):
            found, true = shot.found(item.instance_id), single.found(item.instance_id)
            assert abs(found.amodal_pixels - true.visible_pixels) <= max(
                1, 0.002 * true.visible_pixels
            )


@pytest.mark.parametrize("lens", list(LENSES))
def test_blender_projects_as_the_core_does(renderer: BlenderRenderer, lens: str) -> None:
    """Read back from Blender's own camera: no formula of ours stands between."""
    intrinsics, points = LENSES[lens], np.random.default_rng(3).uniform(-0.3, 0.3, (200, 3))
    errors = []
    for view in still_life_views(intrinsics):
        shoot(renderer, scene_of([thing(1, "cube")]), view)
        scene = bpy.data.scenes["synth"]
        seen = [world_to_camera_view(scene, scene.camera, Vector(p)) for p in points]
        u = np.array([point.x for point in seen]) * intrinsics.width
        v = (1 - np.array([point.y for point in seen])) * intrinsics.height
        expected = project_world(intrinsics, view.world_from_camera, points)[0]
        errors.append(np.linalg.norm(np.column_stack([u, v]) - expected, axis=1))
    print(f"\n{lens}: Blender's projection is off by at most {np.max(errors):.1e} px")
    assert np.max(errors) <= REPROJECTION_PX


@pytest.mark.parametrize("lens", list(LENSES))
def test_rendered_corners_are_where_they_project(renderer: BlenderRenderer, lens: str) -> None:
    """Measure where a cube's nearest corner was rendered, without using the camera matrix.

    1 / depth of a plane is linear in pixel coordinates, so the three faces that meet in a corner
    give it as the common point of three planes fitted to pixels.
    """
    intrinsics = LENSES[lens]
    errors = []
    for eye in ((0.3, -0.25, 0.28), (0.2, 0.3, 0.33), (-0.35, 0.2, 0.25), (-0.25, -0.3, 0.3)):
        view = view_from(eye, (0.01, -0.02, 0.03), roll=eye[0], intrinsics=intrinsics)
        scene = scene_of([thing(1, "cube", size_m=0.2)], surfaces=())
        shot = shoot(renderer, scene, view)[0]
        corner = 0.1 * np.sign(eye)
        expected = project_world(intrinsics, view.world_from_camera, [corner])[0][0]
        errors.append(np.linalg.norm(measured_corner(shot, np.sign(eye)) - expected))
    print(f"\n{lens}: corners are off by at most {max(errors):.1e} px")
    assert max(errors) <= REPROJECTION_PX


def measured_corner(shot: Shot, outward: Array) -> Array:
    rotation = np.asarray(shot.view.world_from_camera)[:3, :3]
    world_normals = shot.frame.normals @ rotation.T
    planes = []
    for axis in range(3):
        rows, columns = np.nonzero(world_normals[..., axis] * outward[axis] > 0.99)
        assert len(rows) > 100
        pixels = np.column_stack([columns + 0.5, rows + 0.5, np.ones(len(rows))])
        nearness = 1 / shot.frame.depth[rows, columns].astype(float)
        planes.append(np.linalg.lstsq(pixels, nearness, rcond=None)[0])
    (a, b, c) = planes
    # a . p = b . p = c . p for p = (u, v, 1)
    differences = np.array([a - b, a - c])
    return np.linalg.solve(differences[:, :2], -differences[:, 2])


@pytest.mark.parametrize("lens", list(LENSES))
def test_principal_point_is_right_to_the_half_pixel(renderer: BlenderRenderer, lens: str) -> None:
    """A sphere on the optical axis is a circle or ellipse around (cx, cy)."""
    intrinsics = LENSES[lens]
    view = view_from((0.0, -1.0, 0.0), intrinsics=intrinsics)
    scene = scene_of([thing(1, "sphere", radius_m=0.22)], surfaces=())
    shot = shoot(renderer, scene, view)[0]
    rows, columns = np.nonzero(shot.mask(1))
    center = np.array([columns.mean(), rows.mean()]) + 0.5
    expected = np.array([intrinsics.cx, intrinsics.cy])
    radii = np.sqrt(4 * np.array([columns.var(), rows.var()]))
    tangent = 0.22 / np.sqrt(1 - 0.22**2)
    expected_radii = np.array([intrinsics.fx, intrinsics.fy]) * tangent
    print(f"\n{lens}: centre off by {np.abs(center - expected).max():.3f} px,", end=" ")
    print(f"radii by {np.abs(radii / expected_radii - 1).max():.2%}")
    assert np.abs(center - expected).max() <= 0.1
    assert np.abs(radii / expected_radii - 1).max() <= 0.01


def test_analytic_sphere_and_box(renderer: BlenderRenderer) -> None:
    """Against closed forms, which share no code with the meshes."""
    objects = [
        thing(1, "sphere", at(-0.15, 0, 0), radius_m=0.13),
        thing(2, "box", at(0.15, 0, 0), width_m=0.2, depth_m=0.3, height_m=0.25),
    ]
    view = view_from((0.3, -0.8, 0.4))
    shot = single(renderer, objects, view)
    rows, columns = np.indices((PLAIN.height, PLAIN.width)).reshape(2, -1)
    camera = np.asarray(view.world_from_camera)
    rays = pixel_rays(PLAIN, columns, rows) @ camera[:3, :3].T
    sphere = cast_sphere(camera[:3, 3], rays, (-0.15, 0, 0), 0.13)
    box = cast_box(camera[:3, 3], rays, (0.05, -0.15, -0.125), (0.25, 0.15, 0.125))
    nearest = np.minimum(sphere.distance, box.distance)
    for instance_id, hits in ((1, sphere), (2, box)):
        distance = hits.distance.reshape(PLAIN.height, PLAIN.width)
        truth = np.isfinite(distance) & (hits.distance == nearest).reshape(distance.shape)
        both = truth & shot.mask(instance_id)
        error = np.abs(shot.frame.depth[both] / distance[both] - 1)
        print(f"\nIoU {iou(shot.mask(instance_id), truth):.5f}, depth {np.median(error):.1e}")
        assert iou(shot.mask(instance_id), truth) >= LEAST_IOU
        assert np.median(error) <= DEPTH


def single(renderer: BlenderRenderer, objects: Sequence[ObjectSpec], view: SettledView) -> Shot:
    """Render objects without a floor."""
    return shoot(renderer, scene_of(objects, surfaces=()), view)[0]


FRONT = view_from((0, -1, 0.1), (0, 0, 0.1))


def test_outside_the_frame(renderer: BlenderRenderer) -> None:
    found = single(renderer, [thing(1, "cube", at(0.8, 0, 0.1))], FRONT).found(1)
    assert (found.visible_pixels, found.visible_fraction) == (0, 0)
    assert (found.visible_mask, found.visible_box, found.amodal_mask) == (None, None, None)
    assert found.amodal_box[0] > PLAIN.width
    assert found.truncation_fraction == 1


def test_behind_the_camera(renderer: BlenderRenderer) -> None:
    found = single(renderer, [thing(1, "cube", at(0, -2, 0.1))], FRONT).found(1)
    assert (found.visible_pixels, found.amodal_pixels, found.silhouette_pixels) == (0, 0, 0)
    assert (found.visible_box, found.amodal_box, found.amodal_mask) == (None, None, None)
    assert found.box_3d.corners_px == (None,) * 8


def test_partly_behind_the_camera(renderer: BlenderRenderer) -> None:
    plank = thing(1, "box", at(0.103, -1, -0.007), width_m=0.05, depth_m=1.5, height_m=0.05)
    shot = single(renderer, [plank], FRONT)
    assert shot.truth.instance_ids.any()
    assert iou(shot.mask(1), shot.truth.instance_ids == 1) >= LEAST_IOU
    assert None in shot.found(1).box_3d.corners_px


def test_one_pixel(renderer: BlenderRenderer) -> None:
    # At 10 m a pixel is 67 mm wide; the centre of pixel (80, 60) is half of that off the axis.
    pixel = 10 / PLAIN.fx
    speck = thing(1, "cube", at(0.5 * pixel, 9, 0.1 - 0.5 * pixel), size_m=0.8 * pixel)
    found = single(renderer, [speck], FRONT).found(1)
    assert found.visible_box == found.amodal_box == (80.0, 60.0, 1.0, 1.0)
    assert (found.visible_pixels, found.amodal_pixels, found.visible_fraction) == (1, 1, 1)


def test_smaller_than_a_pixel_between_centers(renderer: BlenderRenderer) -> None:
    pixel = 10 / PLAIN.fx
    speck = thing(1, "cube", at(0, 9, 0.1), size_m=0.8 * pixel)
    found = single(renderer, [speck], FRONT).found(1)
    assert (found.visible_pixels, found.visible_fraction, found.visible_box) == (0, 0, None)


def test_fully_hidden(renderer: BlenderRenderer) -> None:
    objects = [thing(1, "cube", at(0, 0.3, 0.1)), thing(2, "cube", at(0, 0, 0.1), size_m=0.3)]
    shot = single(renderer, objects, FRONT)
    found = shot.found(1)
    assert (found.visible_pixels, found.visible_fraction, found.visible_mask) == (0, 0, None)
    assert found.amodal_pixels > 100
    assert found.amodal_pixels == found.silhouette_pixels


def test_three_hundred_instances(renderer: BlenderRenderer) -> None:
    places = [(i % 20, i // 20) for i in range(300)]
    objects = [
        thing(i + 1, "cube", at(0.05 * x - 0.475, 0, 0.05 * z - 0.25), size_m=0.035)
        for i, (x, z) in enumerate(places)
    ]
    shot = single(renderer, objects, FRONT)
    shared = bpy.data.objects["synth.00001"].data
    assert shared == bpy.data.objects["synth.00300"].data
    assert set(np.unique(shot.truth.instance_ids)) >= set(range(1, 301))
    assert np.array_equal(shot.frame.instance_ids, shot.truth.instance_ids)


def test_greatest_instance_id(renderer: BlenderRenderer) -> None:
    shot = single(renderer, [thing(32767, "cube", at(0, 0, 0.1))], FRONT)
    assert iou(shot.mask(32767), shot.truth.instance_ids == 32767) >= LEAST_IOU


def test_glass_is_solid_in_every_channel(renderer: BlenderRenderer) -> None:
    objects = [
        thing(1, "cube", at(0, 0, 0.1), size_m=0.2, material=GLASS),
        thing(2, "sphere", at(0.05, 0.4, 0.1)),
    ]
    shot = single(renderer, objects, FRONT)
    assert min(ious(shot)) >= LEAST_IOU
    assert np.median(depth_errors(shot)) <= DEPTH
    assert shot.found(2).visible_fraction == 0
    chosen = shot.mask(1) & (shot.truth.instance_ids == 1)
    off = angles_deg(shot.frame.normals[chosen], shot.truth.normals[chosen])
    assert np.median(off) <= NORMAL_DEG


def test_larger_than_the_image(renderer: BlenderRenderer) -> None:
    shot = single(renderer, [thing(1, "cube", at(0, 0.6, 0.1), size_m=1.2)], FRONT)
    found = shot.found(1)
    assert found.visible_box == (0, 0, PLAIN.width, PLAIN.height)
    assert found.visible_pixels == PLAIN.width * PLAIN.height
    assert found.amodal_box[0] < 0
    assert found.amodal_box[2] > PLAIN.width
    face = (PLAIN.fx * 1.2) ** 2
    assert found.silhouette_pixels == pytest.approx(face, rel=FRACTION)


def test_interpenetrating_bodies(renderer: BlenderRenderer) -> None:
    objects = [
        thing(1, "cube", at(-0.05, 0, 0.1, TURNED), size_m=0.2),
        thing(2, "cube", at(0.06, -0.03, 0.12), size_m=0.18),
        thing(3, "sphere", at(0.0, -0.08, 0.0), radius_m=0.1),
    ]
    shot = single(renderer, objects, FRONT)
    print(f"\nIoU {min(ious(shot)):.5f}")
    assert min(ious(shot)) >= LEAST_IOU
    assert masks_of(shot).sum(axis=0).max() == 1


@pytest.mark.parametrize("start", [0.93, 1.0, 1.08])
def test_clip_start_cuts_an_object(renderer: BlenderRenderer, start: float) -> None:
    """The plane is perpendicular to the optical axis; behind it one sees the inside."""
    objects = [thing(1, "cube", at(0, 0, 0.1, TURNED), size_m=0.25)]
    view = view_from((0, -1, 0.1), (0, 0, 0.1), clip=(start, 100.0))
    shot = single(renderer, objects, view)
    uncut = single(renderer, objects, FRONT)
    assert not np.array_equal(uncut.truth.depth, shot.truth.depth)
    assert min(ious(shot)) >= LEAST_IOU
    assert np.median(depth_errors(shot)) <= DEPTH
    assert shot.frame.depth.min() >= start * (1 - 1e-5)
    assert shot.found(1).visible_fraction == pytest.approx(1, abs=FRACTION)


def test_clip_end_cuts_an_object(renderer: BlenderRenderer) -> None:
    view = view_from((0, -1, 0.1), (0, 0, 0.1), clip=(0.01, 1.02))
    cube = thing(1, "cube", at(0, 0, 0.1, TURNED), size_m=0.25, scale=1.1)
    shot = single(renderer, [cube], view)
    assert iou(shot.mask(1), shot.truth.instance_ids == 1) >= LEAST_IOU
    assert np.array_equal(np.isfinite(shot.frame.depth), np.isfinite(shot.truth.depth))


@pytest.mark.parametrize("engine_changes", [{"samples": 8}, {"samples": 4, "denoise": "fast"}])
def test_sampling_changes_no_annotation(
    renderer: BlenderRenderer, engine_changes: dict[str, object]
) -> None:
    view = still_life_views(PLAIN)[0]
    plain = scene_of(still_life())
    render = plain.spec.render.model_copy(update=engine_changes)
    fine = plain.model_copy(update={"spec": plain.spec.model_copy(update={"render": render})})
    one, many = shoot(renderer, plain, view)[0], shoot(renderer, fine, view)[0]
    assert np.array_equal(one.frame.instance_ids, many.frame.instance_ids)
    assert np.array_equal(one.frame.depth, many.frame.depth)
    flat = np.isin(many.truth.instance_ids, (3, 7))
    off = angles_deg(many.frame.normals[flat], many.truth.normals[flat])
    print(f"\nflat normals: median {np.median(off):.2g}, 99 % {np.percentile(off, 99):.2g} deg")
    assert np.median(off) <= NORMAL_DEG


def test_coverage_is_the_share_of_the_pixel(renderer: BlenderRenderer) -> None:
    """Whole within objects; on average half where the centre is just inside an edge."""
    scene = scene_of(still_life(), render=scene_of([]).spec.render.model_copy(
        update={"coverage": True, "samples": 64}
    ))  # fmt: skip
    shot = shoot(renderer, scene, still_life_views(PLAIN)[0])[0]
    coverage, ids = shot.frame.coverage, shot.frame.instance_ids
    assert np.all(coverage[ids == 0] == 0)
    same = np.ones_like(ids, bool)
    for rows, columns in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        same &= np.roll(ids, (rows, columns), (0, 1)) == ids
    inner = same & (ids > 0)
    assert coverage[inner].min() > 0.85
    assert coverage[inner].mean() > 0.999
    edge = coverage[~same & (ids > 0)]
    print(f"\ncoverage: mean inside {coverage[inner].mean():.4f}, at edges {edge.mean():.2f}")
    assert 0.6 < edge.mean() < 0.9


def test_scale_is_applied_everywhere(renderer: BlenderRenderer) -> None:
    shot = single(renderer, [thing(1, "cup", at(0, 0, 0.1, TURNED), scale=2.3)], FRONT)
    assert min(ious(shot)) >= LEAST_IOU


def test_scenes_replace_each_other(renderer: BlenderRenderer) -> None:
    scene: SettledScene = scene_of(still_life())
    view = still_life_views(PLAIN)[0]
    before = shoot(renderer, scene, view)[0]
    single(renderer, [thing(1, "cube", at(0, 0, 0.1))], FRONT)
    after = shoot(renderer, scene, view)[0]
    for channel in ("rgb", "depth", "normals", "instance_ids"):
        assert np.array_equal(getattr(before.frame, channel), getattr(after.frame, channel))
