"""The reference renderer's ids, depth, normals, colours and coverage against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from synth_addon.core.camera import Intrinsics, pixel_rays
from synth_addon.core.errors import AssetError, RenderError
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.ray_casting import cast_box, cast_mesh_in_view, cast_plane
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.renderer import Renderer
from synth_addon.core.scene_spec import (
    BodySpec,
    EnvironmentSpec,
    FileAsset,
    LightSpec,
    MaterialSpec,
    ObjectSpec,
    PhysicsSpec,
    Pose,
    RenderSpec,
    SceneSpec,
    SettledScene,
    SettledView,
    ShapeAsset,
    SurfaceSpec,
)
from synth_addon.core.silhouettes import SilhouetteCaster
from synth_addon.core.transforms import Array, look_at, transform_points

INTRINSICS = Intrinsics(width=64, height=48, fx=60.0, fy=60.0, cx=32.0, cy=24.0)
ABOVE = look_at((0, -1e-9, 2), (0, 0, 0))
RED = MaterialSpec(base_color=(0.5, 0.1, 0.0))
FLOOR = SurfaceSpec(name="floor", center=(0, 0, -0.1), size=(20, 20, 0.2), material=MaterialSpec())
PHYSICS = PhysicsSpec(
    enabled=True,
    gravity=9.81,
    steps_per_second=60,
    substeps=4,
    rest_speed=0.01,
    rest_seconds=0.2,
    max_seconds=4.0,
)
RENDER = RenderSpec(
    engine="CYCLES",
    samples=1,
    noise_threshold=0.1,
    max_bounces=1,
    diffuse_bounces=1,
    glossy_bounces=1,
    transmission_bounces=1,
    light_tree=True,
    clamp_indirect=0.0,
    denoise="off",
    view_transform="Standard",
    exposure=0.0,
)


def block_mesh(asset: ShapeAsset) -> TriangleMesh:
    """Return a box with sides x, y, z (1 m unless the parameters say otherwise)."""
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    size = np.array([asset.parameters.get(axis, 1.0) for axis in "xyz"])
    quads = [(0, 4, 6, 2), (1, 3, 7, 5), (0, 1, 5, 4), (2, 6, 7, 3), (0, 2, 3, 1), (4, 5, 7, 6)]
    triangles = [(a, b, c) for a, b, c, _ in quads] + [(a, c, d) for a, _, c, d in quads]
    return TriangleMesh((bits - 0.5) * size, np.array(triangles, np.int32))


def block(instance_id: int, pose: Pose | None = None, **changes: Any) -> ObjectSpec:
    values: dict[str, Any] = {
        "group": "blocks",
        "role": "target",
        "category_id": 1,
        "category": "block",
        "asset": ShapeAsset(shape="block"),
        "scale": 1.0,
        "material": RED,
        "body": BodySpec(),
    }
    return ObjectSpec(instance_id=instance_id, pose=pose or Pose(), **(values | changes))


def scene_of(*objects: ObjectSpec, **changes: Any) -> SceneSpec:
    values: dict[str, Any] = {
        "surfaces": (),
        "lights": (),
        "environment": EnvironmentSpec(color=(0.0, 0.0, 0.0), strength=1.0),
        "physics": PHYSICS,
        "render": RENDER,
    }
    return SceneSpec(
        scene=0,
        seed=1,
        attempt=0,
        recipe_hash="",
        objects=objects,
        views=(),
        **(values | changes),
    )


def view_from(camera: Array, clip: tuple[float, float] = (0.1, 100.0)) -> SettledView:
    return SettledView(
        view=0,
        frame=0,
        intrinsics=INTRINSICS,
        world_from_camera=tuple(tuple(row) for row in camera.tolist()),
        clip_start=clip[0],
        clip_end=clip[1],
        render_seed=0,
    )


def render(
    spec: SceneSpec,
    camera: Array = ABOVE,
    clip: tuple[float, float] = (0.1, 100.0),
    coverage_grid: int | None = None,
) -> RenderedFrame:
    """Render `spec` with its objects where the spec puts them."""
    renderer: Renderer = ReferenceRenderer(block_mesh, coverage_grid)
    poses = tuple(item.pose for item in spec.objects)
    renderer.build(SettledScene(spec=spec, poses=poses, views=()))
    return renderer.render(view_from(camera, clip))


def world_rays(camera: Array) -> Array:
    rows, columns = np.indices((48, 64)).reshape(2, -1)
    return pixel_rays(INTRINSICS, columns, rows) @ camera[:3, :3].T


def test_an_empty_scene_is_background() -> None:
    frame = render(scene_of(environment=EnvironmentSpec(color=(1.0, 0.0, 0.25), strength=2.0)))
    assert (frame.rgb == [255, 0, 188]).all(), "linear 0.5 is 188 in sRGB"
    assert np.isinf(frame.depth).all() and not frame.normals.any()
    assert not frame.instance_ids.any() and frame.coverage is None
    shapes = (frame.rgb.shape, frame.depth.shape, frame.normals.shape, frame.instance_ids.shape)
    assert shapes == ((48, 64, 3), (48, 64), (48, 64, 3), (48, 64))
    kinds = [frame.rgb.dtype, frame.depth.dtype, frame.normals.dtype, frame.instance_ids.dtype]
    assert kinds == [np.uint8, np.float32, np.float32, np.uint16]


def test_the_floor_is_background_with_depth_and_normals() -> None:
    camera = look_at((0, -1, 1), (0, 0, 0.2))
    frame = render(scene_of(surfaces=(FLOOR,)), camera)
    plane = cast_plane(camera[:3, 3], world_rays(camera), [0, 0, 0], [0, 0, 1.0])
    on_floor = np.abs(camera[:3, 3] + world_rays(camera) * plane.distance[:, None])[:, :2] < 9.9
    seen = on_floor.all(axis=1).reshape(48, 64)
    assert seen.sum() > 1000 and not frame.instance_ids.any()
    np.testing.assert_allclose(frame.depth[seen], plane.distance.reshape(48, 64)[seen], rtol=1e-6)
    up = camera[:3, :3].T @ [0, 0, 1.0]
    np.testing.assert_allclose(frame.normals[seen], np.broadcast_to(up, (seen.sum(), 3)), atol=1e-6)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_nearest_object_is_seen(seed: int) -> None:
    random = np.random.default_rng(seed)
    centers = random.uniform(-0.7, 0.7, (3, 3))
    objects = [
        block(10 * (index + 1), Pose(translation=tuple(center)), scale=0.5)
        for index, center in enumerate(centers)
    ]
    camera = look_at(random.normal((0, 0, 3)), (0, 0, 0), random.uniform(-3, 3))
    frame = render(scene_of(*objects), camera)
    depths = [
        cast_box(camera[:3, 3], world_rays(camera), center - 0.25, center + 0.25, 0.1).distance
        for center in centers
    ]
    nearest = np.min(depths, axis=0)
    ids = np.where(np.isfinite(nearest), 10 * (np.argmin(depths, axis=0) + 1), 0)
    expected = nearest.reshape(48, 64)
    # A ray that grazes an edge may go either way.
    clear = np.isfinite(frame.depth) == np.isfinite(expected)
    assert np.count_nonzero(~clear) <= 1
    np.testing.assert_allclose(frame.depth[clear], expected[clear], rtol=1e-5)
    assert np.count_nonzero(frame.instance_ids != ids.reshape(48, 64)) <= 1


def test_normals_are_unit_and_face_the_camera() -> None:
    pose = Pose(quaternion=(0.9, 0.3, -0.2, 0.1))
    for clip_start in (0.1, 2.0):  # The second looks at the block's inside.
        frame = render(scene_of(block(1, pose)), clip=(clip_start, 100.0))
        hit = np.isfinite(frame.depth)
        assert hit.sum() > 300
        np.testing.assert_allclose(np.linalg.norm(frame.normals[hit], axis=1), 1, rtol=1e-6)
        rays = pixel_rays(INTRINSICS, *np.indices((48, 64))[::-1].reshape(2, -1)).reshape(48, 64, 3)
        assert (np.einsum("ijk,ijk->ij", frame.normals, rays)[hit] < 0).all()
        assert not frame.normals[~hit].any()


def test_clip_distances_lie_along_the_axis() -> None:
    spec = scene_of(block(1, Pose(translation=(0, 0, 0.5))), surfaces=(FLOOR,))
    whole = render(spec)
    assert set(np.unique(whole.depth)) == {np.float32(1.0), np.float32(2.0)}
    opened = render(spec, clip=(1.5, 100.0))
    assert opened.depth.min() > 1.5 and (opened.instance_ids == 1).any()
    no_floor = render(spec, clip=(0.1, 1.9))
    assert np.isinf(no_floor.depth[whole.instance_ids == 0]).all()
    assert (no_floor.instance_ids == whole.instance_ids).all()


def test_sunlight_follows_lambert() -> None:
    sun = LightSpec(
        kind="sun",
        position=(0, 0, 5),
        target=(0, np.tan(np.pi / 3) * 5, 0),
        energy=2 * np.pi,
        color=(1.0, 0.5, 0.0),
        size_m=0.1,
    )
    white = FLOOR.model_copy(update={"material": MaterialSpec(base_color=(0.5, 1.0, 1.0))})
    # At 60 degrees, 2 pi W/m2 leave the radiance of the colour itself.
    frame = render(scene_of(surfaces=(white,), lights=(sun,)))
    assert (frame.rgb == [188, 188, 0]).all()
    bright = RENDER.model_copy(update={"exposure": 1.0})
    assert (
        render(scene_of(surfaces=(white,), lights=(sun,), render=bright)).rgb[..., 0] > 250
    ).all()


# Radiance 0.8 / pi of 6 W/m2 over 4 pi, or over pi for the area light, in sRGB.
@pytest.mark.parametrize(("kind", "level"), [("point", 98), ("spot", 98), ("area", 185)])
def test_lamps_fade_with_the_squared_distance(kind: str, level: int) -> None:
    def center_of(height: float, energy: float) -> NDArray[np.uint8]:
        lamp = LightSpec.model_validate(
            {
                "kind": kind,
                "position": (0, 0, height),
                "target": (0, 0, 0),
                "energy": energy,
                "color": (1, 1, 1),
                "size_m": 0.1,
                "angle": 0.2,
            }
        )
        return render(scene_of(surfaces=(FLOOR,), lights=(lamp,))).rgb

    near, far = center_of(1.0, 6.0), center_of(2.0, 24.0)
    assert abs(int(near[24, 32, 0]) - level) <= 1
    assert abs(int(far[24, 32, 0]) - level) <= 1
    assert near[0, 0, 0] < near[24, 32, 0]
    if kind == "spot":
        assert not near[0, 0].any(), "outside the cone"


def test_a_spot_lights_its_cone_and_an_area_light_its_front() -> None:
    values: dict[str, Any] = {"energy": 50.0, "color": (1, 1, 1), "size_m": 0.1}
    spot = LightSpec(
        kind="spot", position=(0, 0, 1), target=(0, 0, 0), angle=2 * np.arctan(0.2), **values
    )
    rgb = render(scene_of(surfaces=(FLOOR,), lights=(spot,))).rgb
    # A circle with a radius of 0.2 m on the floor, 60 / 2 * 0.2 = 6 pixels from 2 m above.
    assert np.flatnonzero(rgb[23, :, 0]).tolist() == list(range(26, 38))
    upward = LightSpec(kind="area", position=(0, 0, 1), target=(0, 0, 2), **values)
    assert not render(scene_of(surfaces=(FLOOR,), lights=(upward,))).rgb.any()


def test_glow_and_the_missing_material_have_colours() -> None:
    glowing = MaterialSpec(base_color=(1.0, 0.0, 0.0), emission_strength=1.0)
    dark = render(scene_of(block(1, material=glowing)))
    assert (dark.rgb[24, 32] == [255, 0, 0]).all()
    lit = EnvironmentSpec(color=(1, 1, 1), strength=1.0)
    plain = render(scene_of(block(1, material=None), environment=lit))
    assert len(set(plain.rgb[24, 32].tolist())) == 1 and plain.rgb[24, 32, 0] < 255


def test_coverage_is_the_share_of_the_id_at_the_centre() -> None:
    # From 2 m, the 0.21 m wide block of no height spans 60 * 0.21 / 2 = 6.3 columns: 28.85..35.15.
    asset = ShapeAsset(shape="block", parameters={"x": 0.21, "y": 0.4, "z": 1e-6})
    spec = scene_of(block(7, asset=asset), surfaces=(FLOOR,))
    frame = render(spec, coverage_grid=20)
    assert frame.coverage is not None and frame.coverage.dtype == np.float32
    row = frame.coverage[24]
    assert (frame.instance_ids[24, 27:37] == [0, 0, *[7] * 6, 0, 0]).all()
    expected = [1, 1 - 0.15, *[1] * 6, 1 - 0.15, 1]
    np.testing.assert_allclose(row[27:37], expected, atol=0.051)
    assert (np.delete(row, [28, 29, 34, 35]) == 1).all()
    single = render(spec, coverage_grid=1).coverage
    assert single is not None and (single == 1).all()


def test_the_same_scene_gives_the_same_bytes() -> None:
    spec = scene_of(block(1), surfaces=(FLOOR,))
    one, other = render(spec, coverage_grid=3), render(spec, coverage_grid=3)
    for name in ("rgb", "depth", "normals", "instance_ids", "coverage"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_an_object_alone_fills_its_silhouette(seed: int) -> None:
    random = np.random.default_rng(seed)
    pose = Pose(
        translation=tuple(random.uniform(-1, 1, 3)), quaternion=tuple(random.normal(size=4))
    )
    item = block(3, pose, scale=random.uniform(0.1, 2.0))
    camera = look_at(random.normal(size=3) * 2, random.normal(size=3), random.uniform(-3, 3))
    ids = render(scene_of(item, surfaces=()), camera, (0.05, 4.0)).instance_ids
    mask = (
        SilhouetteCaster()
        .silhouette(
            block_mesh(ShapeAsset(shape="block")),
            item.scale,
            pose.matrix,
            INTRINSICS,
            camera,
            0.05,
            4.0,
        )
        .full_mask(48, 64)
    )
    assert np.count_nonzero(mask != (ids == 3)) <= max(1, 0.001 * mask.sum())


def test_resting_objects_touch_the_floor_beside_each_other() -> None:
    random = np.random.default_rng(4)
    items = [
        block(
            index + 1,
            Pose(translation=(0.3, -0.2, height), quaternion=tuple(random.normal(size=4))),
            scale=0.4,
        )
        for index, height in enumerate([2.0, -1.0, 0.0])
    ]
    poses = ReferenceRenderer(block_mesh).settle(scene_of(*items))
    assert poses[0].translation[0] == 0.3
    end = -np.inf
    for item, pose in zip(items, poses, strict=True):
        assert isinstance(item.asset, ShapeAsset)
        vertices = transform_points(pose.matrix, 0.4 * block_mesh(item.asset).vertices)
        assert vertices[:, 2].min() == pytest.approx(0.0, abs=1e-12)
        assert pose.translation[1] == -0.2
        assert vertices[:, 0].min() > end
        end = vertices[:, 0].max()
        assert pose.quaternion == item.pose.quaternion


def test_without_physics_objects_stay_where_they_are() -> None:
    item = block(1, Pose(translation=(0, 0, 5)))
    still = PHYSICS.model_copy(update={"enabled": False})
    poses = ReferenceRenderer(block_mesh).settle(scene_of(item, physics=still))
    assert poses == (item.pose,)


def test_meshes_are_made_once_as_long_as_anyone_holds_them() -> None:
    made: list[float] = []

    def counted(asset: ShapeAsset) -> TriangleMesh:
        made.append(asset.parameters["x"])
        return block_mesh(asset)

    def wide(x: float) -> ObjectSpec:
        return block(1, asset=ShapeAsset(shape="block", parameters={"x": x}))

    renderer = ReferenceRenderer(counted)
    held = renderer.load(scene_of(wide(1), wide(2), wide(1)))
    assert sorted(held) == sorted({wide(1).asset_key, wide(2).asset_key})
    renderer.load(scene_of(wide(2)))
    assert made == [1, 2]
    del held
    renderer.load(scene_of(wide(2)))
    assert made == [1, 2, 2]


def test_files_are_refused_by_name() -> None:
    item = block(1, asset=FileAsset(file="cups/cup.obj"))
    with pytest.raises(AssetError, match=r"only procedural shapes.*cups/cup\.obj"):
        ReferenceRenderer(block_mesh).load(scene_of(item))


def test_a_scene_must_be_built_first() -> None:
    with pytest.raises(RenderError, match="Build one first"):
        ReferenceRenderer(block_mesh).render(view_from(ABOVE))
    with pytest.raises(ValueError, match="coverage_grid"):
        ReferenceRenderer(block_mesh, coverage_grid=0)


def test_instance_ids_match_the_ray_cast_of_one_mesh() -> None:
    item = block(500, Pose(quaternion=(0.8, 0.1, 0.5, -0.3)))
    frame = render(scene_of(item))
    mesh = block_mesh(ShapeAsset(shape="block"))
    points = transform_points(np.linalg.inv(ABOVE) @ item.pose.matrix, mesh.vertices)
    hits = cast_mesh_in_view(INTRINSICS, points, mesh.triangles, 0.1)
    assert ((frame.instance_ids == 500).ravel() == (hits.triangles >= 0)).all()
