"""Object coordinates, optical flow, semantic maps and albedo, against truth found another way."""

from __future__ import annotations

import numpy as np
import pytest

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.camera import pixel_rays, project_world
from synth_addon.core.flow import optical_flow
from synth_addon.core.nocs import object_coordinates
from synth_addon.core.scene_spec import (
    FixtureSpec,
    MaterialSpec,
    ObjectSpec,
    SettledView,
    ShapeAsset,
    SurfaceSpec,
)
from synth_addon.core.semantics import STUFF, semantic_map
from synth_addon.core.transforms import Array, transform_points

from .scenes import FLOOR, GREY, PLAIN, RENDER, Shot, at, scene_of, shoot, thing, view_from

NOCS = 1e-3
FLOW_PX = 0.1
CLASSES = 3
CLAY = MaterialSpec(base_color=(0.5, 0.25, 0.1), roughness=1.0)
WALL = SurfaceSpec(name="wall_y_max", center=(0, 1.1, 1), size=(4, 0.2, 2), material=GREY)


def objects() -> list[ObjectSpec]:
    return [
        thing(1, "sphere", at(0.1, 0.12, 0.08), radius_m=0.08, category_id=2),
        thing(2, "cube", at(-0.14, 0.05, 0.1), size_m=0.2, category_id=3, material=CLAY),
        thing(3, "can", at(0.22, -0.05, 0.05), role="distractor", category_id=None, category=None),
    ]


def views() -> list[SettledView]:
    return [
        view_from((0.1, -0.75, 0.45), (0.0, 0.05, 0.05), intrinsics=PLAIN),
        view_from((0.3, -0.7, 0.5), (0.02, 0.0, 0.1), roll=0.2, intrinsics=PLAIN, number=1),
    ]


@pytest.fixture(scope="module")
def shots(renderer: BlenderRenderer) -> list[Shot]:
    box = ShapeAsset(shape="box", parameters={"width_m": 0.3, "depth_m": 0.2, "height_m": 0.4})
    cabinet = FixtureSpec(
        name="cabinet", category="cabinet", asset=box, pose=at(0.5, 0.5, 0.2), material=GREY
    )
    scene = scene_of(
        objects(),
        views(),
        surfaces=(FLOOR, WALL),
        fixtures=(cabinet,),
        render=RENDER.model_copy(update={"albedo": True, "samples": 4}),
    )
    return shoot(renderer, scene)


def coordinates_in_metres(shot: Shot, number: int) -> Array:
    """Return where pixels of an object lie on it, in its own frame, as the channel says."""
    found = object_coordinates(shot.frame, shot.annotation, shot.view.intrinsics)
    shown = shot.found(number)
    on_object = found[shot.frame.instance_ids == number].astype(float) - 0.5
    return on_object * np.linalg.norm(shown.box_3d.size) + shown.box_3d.center


def test_object_coordinates_lie_on_the_objects_surface(shots: list[Shot]) -> None:
    for shot in shots:
        ball = coordinates_in_metres(shot, 1)
        off = np.abs(np.linalg.norm(ball, axis=1) - 0.08) / (0.16 * 3**0.5)
        cube = np.abs(coordinates_in_metres(shot, 2))
        flat = np.abs(cube.max(axis=1) - 0.1) / (0.2 * 3**0.5)
        print(f"\nNOCS off the surface: sphere {np.median(off):.1e}, cube {flat.max():.1e}")
        assert len(ball) > 400
        assert len(cube) > 400
        assert np.median(off) <= NOCS  # the sphere is made of facets
        assert flat.max() <= NOCS


def test_object_coordinates_are_those_of_ray_casting(shots: list[Shot]) -> None:
    for shot in shots:
        found = object_coordinates(shot.frame, shot.annotation, shot.view.intrinsics)
        true = object_coordinates(shot.truth, shot.true_annotation, shot.view.intrinsics)
        same = (shot.frame.instance_ids == shot.truth.instance_ids) & (shot.frame.instance_ids > 0)
        assert np.abs(found[same] - true[same]).max() <= 3 * NOCS
        assert np.median(np.abs(found[same] - true[same])) <= NOCS
        assert not found[shot.frame.instance_ids == 0].any()


@pytest.mark.parametrize(("here", "there"), [(0, 1), (1, 0)])
def test_flow_leads_to_where_the_same_point_is_seen(
    shots: list[Shot], here: int, there: int
) -> None:
    shot, other = shots[here], shots[there]
    flow = optical_flow(shot.frame.depth, shot.view, other.view)
    rows, columns = np.nonzero(np.isfinite(shot.truth.depth))
    rays = pixel_rays(shot.view.intrinsics, columns, rows)
    in_camera = rays * shot.truth.depth[rows, columns, None]
    points = transform_points(np.asarray(shot.view.world_from_camera), in_camera)
    pixels, _ = project_world(other.view.intrinsics, other.view.world_from_camera, points)
    here_pixels = np.column_stack([columns, rows]) + 0.5
    error = np.linalg.norm(flow[rows, columns] + here_pixels - pixels, axis=1)
    print(f"\nflow: median error {np.nanmedian(error):.1e} px, moves {np.nanmedian(flow):.1f} px")
    assert np.nanmedian(error) <= FLOW_PX
    assert np.nanpercentile(error, 99) <= FLOW_PX


def test_flow_there_and_back_is_none(shots: list[Shot]) -> None:
    one, other = shots
    flow = optical_flow(one.frame.depth, one.view, other.view)
    back = optical_flow(other.frame.depth, other.view, one.view)
    rows, columns = np.nonzero(one.frame.instance_ids == 2)
    landed = np.floor(np.column_stack([columns, rows]) + 0.5 + flow[rows, columns]).astype(int)
    height, width = one.frame.depth.shape
    inside = np.all((landed >= 0) & (landed < (width, height)), axis=1)
    x, y = landed[inside].T
    seen = other.frame.instance_ids[y, x] == 2
    round_trip = flow[rows, columns][inside][seen] + back[y, x][seen]
    assert seen.sum() > 100
    assert np.median(np.linalg.norm(round_trip, axis=1)) < 1  # landing within a pixel


def test_what_is_infinitely_far_moves_as_the_camera_turns() -> None:
    sky = np.full((PLAIN.height, PLAIN.width), np.inf, np.float32)
    still, moved = view_from((0, -1, 0)), view_from((5, -1, 0), (5, 0, 0))
    assert np.abs(optical_flow(sky, still, moved)).max() < 1e-4
    behind = view_from((0, -1, 0), (0, -2, 0))
    assert np.isnan(optical_flow(sky, still, behind)).all()


def test_the_semantic_map_names_objects_and_what_is_around(shots: list[Shot]) -> None:
    stuff = {name: CLASSES + number for number, name in enumerate(STUFF, start=1)}
    for shot in shots:
        spec = shot.scene.spec
        found = semantic_map(shot.frame, spec, CLASSES)
        ids = shot.frame.instance_ids
        for number, value in ((1, 2), (2, 3), (3, stuff["distractor"])):
            assert np.all(found[ids == number] == value)
        true = semantic_map(shot.truth, spec, CLASSES)
        assert np.mean(found == true) >= 0.999
        for name in ("floor", "wall", "furniture"):
            assert np.sum(true == stuff[name]) > 100, name


def test_albedo_has_no_shadow(shots: list[Shot]) -> None:
    for shot in shots:
        assert shot.frame.albedo is not None
        clay = shot.frame.albedo[shot.frame.instance_ids == 2]
        lit = shot.frame.rgb[shot.frame.instance_ids == 2]
        assert np.ptp(lit[:, 0].astype(int)) > 30
        middle = np.median(clay, axis=0)
        # CLAY in sRGB; a little is reflected at its surface besides, more at flat angles
        assert np.abs(middle - (188, 137, 89)).max() <= 12
        spread = np.percentile(clay, 95, axis=0) - np.percentile(clay, 5, axis=0)
        assert spread.max() <= 12 < np.ptp(lit[:, 0].astype(int)) / 2


def test_traced_frames_know_what_is_around(renderer: BlenderRenderer) -> None:
    """Engines without passes, and blurred pictures, are annotated from the geometry."""
    workbench = RENDER.model_copy(update={"engine": "WORKBENCH"})
    scene = scene_of(objects(), views(), surfaces=(FLOOR, WALL), render=workbench)
    (shot, *_) = shoot(renderer, scene)
    found = semantic_map(shot.frame, shot.scene.spec, CLASSES)
    assert np.mean(found == semantic_map(shot.truth, shot.scene.spec, CLASSES)) >= 0.999
