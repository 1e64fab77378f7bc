"""How dropped objects come to rest: on something, not in it, in the room, always the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.scene_spec import (
    BodySpec,
    FileAsset,
    FixtureSpec,
    ObjectSpec,
    Pose,
    SceneSpec,
    ShapeAsset,
    SurfaceSpec,
)
from synth_addon.core.settling import settle_scene
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.timing import PartTimes
from synth_addon.core.transforms import Array, transform_points

from .scenes import FLOOR, GREY, PHYSICS, TURNED, at, scene_of, thing

GAP_M = 0.001
SUNK_M = 0.001
SPACING_M = 0.003
"""Between the points of an edge at which distances are measured."""
PHYSICS_ON = PHYSICS.model_copy(update={"enabled": True})
SHAPES = ("box", "sphere", "cup", "can", "bowl", "bottle", "cone", "torus")
CONVEX = ("box", "sphere", "can", "cone")


@dataclass(frozen=True, eq=False)
class Resting:
    """One settled object in the world."""

    spec: ObjectSpec
    pose: Pose
    mesh: TriangleMesh

    @cached_property
    def vertices(self) -> Array:
        return transform_points(self.pose.matrix, self.spec.scale * self.mesh.vertices)

    @cached_property
    def tree(self) -> BVHTree:
        return BVHTree.FromPolygons(self.vertices.tolist(), self.mesh.triangles.tolist())

    @cached_property
    def points(self) -> Array:
        """Points (N, 3) on all edges, vertices included."""
        pairs = np.concatenate([self.mesh.triangles[:, [i, (i + 1) % 3]] for i in range(3)])
        begin, end = self.vertices[np.unique(np.sort(pairs, axis=1), axis=0)].transpose(1, 0, 2)
        steps = np.ceil(np.linalg.norm(end - begin, axis=1) / SPACING_M).astype(int)
        parts = [self.vertices]
        for count in np.unique(steps[steps > 1]):
            share = (np.arange(1, count) / count)[:, None, None]
            chosen = steps == count
            parts.append((begin[chosen] + share * (end - begin)[chosen]).reshape(-1, 3))
        return np.concatenate(parts)

    def distances(self, points: Array) -> Array:
        """Return the signed distances (N,) of points to the surface, negative within."""
        found = []
        for point in map(Vector, points):
            near, normal, _, distance = self.tree.find_nearest(point)
            # Nearest to an edge, one face's normal may mislead: count what a ray leaves, too.
            inside = (point - near).dot(normal) < 0 and self._crossings(point) % 2 == 1
            found.append(-distance if inside else distance)
        return np.array(found)

    def _crossings(self, point: Vector) -> int:
        direction, count = Vector((0.371, 0.529, 0.763)).normalized(), 0
        while (hit := self.tree.ray_cast(point, direction)[0]) is not None:
            point, count = hit + 1e-6 * direction, count + 1
        return count

    @property
    def above_floor(self) -> float:
        return float(self.vertices[:, 2].min())


def near(one: Resting, other: Resting) -> bool:
    low = np.maximum(one.vertices.min(axis=0), other.vertices.min(axis=0))
    high = np.minimum(one.vertices.max(axis=0), other.vertices.max(axis=0))
    return bool(np.all(low < high + 2 * GAP_M))


def between(one: Resting, other: Resting) -> Array:
    """Return signed distances between two objects, measured near where their boxes meet."""
    low = np.maximum(one.vertices.min(axis=0), other.vertices.min(axis=0)) - 2 * SPACING_M
    high = np.minimum(one.vertices.max(axis=0), other.vertices.max(axis=0)) + 2 * SPACING_M
    parts = []
    for mine, theirs in ((one, other), (other, one)):
        points = mine.points[np.all((mine.points > low) & (mine.points < high), axis=1)]
        parts.append(theirs.distances(points))
    return np.concatenate([*parts, [np.inf]])


def gaps_and_sinking(resting: Sequence[Resting]) -> tuple[Array, float]:
    """Return each object's distance to what is nearest, and the deepest penetration, in metres."""
    nearest = np.array([abs(item.above_floor) for item in resting])
    deepest = max(-item.above_floor for item in resting)
    for i, one in enumerate(resting):
        for j, other in enumerate(resting[:i]):
            if near(one, other):
                signed = between(one, other)
                nearest[[i, j]] = np.minimum(nearest[[i, j]], np.abs(signed).min())
                deepest = max(deepest, -float(signed.min()))
    return nearest, float(deepest)


def drop(
    renderer: BlenderRenderer, objects: Sequence[ObjectSpec], *walls: SurfaceSpec
) -> list[Resting]:
    spec = drop_spec(objects, *walls)
    meshes = renderer.load(spec)
    poses = renderer.settle(spec)
    return [
        Resting(item, pose, meshes[item.asset_key])
        for item, pose in zip(objects, poses, strict=True)
    ]


def drop_spec(objects: Sequence[ObjectSpec], *walls: SurfaceSpec) -> SceneSpec:
    return scene_of(objects, surfaces=(FLOOR, *walls), physics=PHYSICS_ON).spec


def turned(seed: int) -> tuple[float, ...]:
    return tuple(np.random.default_rng(seed).normal(size=4).tolist())


def apart(shape: str, count: int = 6) -> list[ObjectSpec]:
    """Return objects that fall beside each other, each turned in its own way."""
    return [
        thing(i + 1, shape, at(0.4 * i - 1.0, 0, 0.25, turned(i)), scale=0.6 + 0.2 * i)
        for i in range(count)
    ]


def heap(shapes: Sequence[str], count: int = 8) -> list[ObjectSpec]:
    """Return objects that fall onto each other."""
    return [
        thing(
            i + 1, shapes[i % len(shapes)], at(0.02 * (i % 3), 0.015 * i, 0.2 + 0.2 * i, turned(i))
        )
        for i in range(count)
    ]


def square_room(side: float) -> list[SurfaceSpec]:
    half, thick = side / 2, 0.2
    out = half + thick / 2
    return [
        SurfaceSpec(name=f"wall {i}", center=center, size=size, material=GREY)
        for i, (center, size) in enumerate(
            [
                ((out, 0, 1.5), (thick, side, 3)),
                ((-out, 0, 1.5), (thick, side, 3)),
                ((0, out, 1.5), (side + 2 * thick, thick, 3)),
                ((0, -out, 1.5), (side + 2 * thick, thick, 3)),
            ]
        )
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_single_objects_rest_on_the_floor(renderer: BlenderRenderer, shape: str) -> None:
    heights = np.array([item.above_floor for item in drop(renderer, apart(shape))])
    print(f"\n{shape}: lowest points from {heights.min():.2e} to {heights.max():.2e} m")
    assert heights.max() <= GAP_M
    assert heights.min() >= -SUNK_M


@pytest.mark.parametrize("shape", CONVEX)
def test_heaps_touch_and_do_not_sink(renderer: BlenderRenderer, shape: str) -> None:
    gaps, sunk = gaps_and_sinking(drop(renderer, heap([shape]), *square_room(1.0)))
    print(f"\nheap of {shape}: largest gap {gaps.max():.2e} m, deepest {sunk:.2e} m")
    assert gaps.max() <= GAP_M
    assert sunk <= SUNK_M


def test_mixed_heap_touches_and_does_not_sink(renderer: BlenderRenderer) -> None:
    gaps, sunk = gaps_and_sinking(drop(renderer, heap(CONVEX, 12), *square_room(1.0)))
    print(f"\nmixed heap: largest gap {gaps.max():.2e} m, deepest {sunk:.2e} m")
    assert gaps.max() <= GAP_M
    assert sunk <= SUNK_M


def test_cup_room_rests(renderer: BlenderRenderer) -> None:
    """Cups and bowls fall as convex parts, which may fill their curves by a millimetre."""
    loaded = load_recipe("cup_room")
    catalog = catalog_assets(loaded)
    gaps, sunk = [], []
    for scene in range(12):
        settled, meshes = settle_scene(loaded.recipe, catalog, renderer, scene, PartTimes())
        resting = [
            Resting(item, pose, meshes[item.asset_key])
            for item, pose in zip(settled.spec.objects, settled.poses, strict=True)
        ]
        nearest, deepest = gaps_and_sinking(resting)
        gaps.extend(nearest)
        sunk.append(deepest)
    print(f"\ncup_room: {len(gaps)} objects, largest gap {max(gaps):.2e} m,", end=" ")
    print(f"{np.mean(np.array(gaps) > GAP_M):.0%} above 1 mm, deepest {max(sunk):.2e} m")
    assert max(gaps) <= loaded.recipe.physics.max_gap_m
    assert max(sunk) <= loaded.recipe.physics.max_penetration_m


def test_nothing_leaves_the_room(renderer: BlenderRenderer) -> None:
    objects = [
        thing(i + 1, SHAPES[i % len(SHAPES)], at(0.1 * (i % 3 - 1), 0, 0.2 + 0.2 * i, turned(i)))
        for i in range(20)
    ]
    resting = drop(renderer, objects, *square_room(0.6))
    reach = max(float(np.abs(item.vertices[:, :2]).max()) for item in resting)
    print(f"\nfarthest point {reach:.4f} m from the middle of a room with walls at 0.3 m")
    assert reach <= 0.3 + SUNK_M
    assert min(item.above_floor for item in resting) >= -SUNK_M


def test_what_falls_into_a_cup_stays_in_it(renderer: BlenderRenderer) -> None:
    cup, ball = drop(
        renderer,
        [
            thing(1, "cup", at(0, 0, 0.05), handle_size_m=0.0),
            thing(2, "sphere", at(0.005, 0, 0.2), radius_m=0.012),
        ],
    )
    print(f"\nball {ball.above_floor:.4f} m above the floor")
    assert ball.above_floor < 0.015
    assert np.linalg.norm(ball.pose.translation[:2]) < 0.03
    gaps, sunk = gaps_and_sinking([cup, ball])
    assert gaps.max() <= 2 * GAP_M
    assert sunk <= SUNK_M


def test_a_ring_falls_over_a_peg(renderer: BlenderRenderer) -> None:
    peg, ring = drop(
        renderer,
        [
            thing(1, "cylinder", at(0, 0, 0.06), radius_m=0.012, height_m=0.12),
            thing(2, "torus", at(0.003, 0, 0.2), radius_m=0.04, tube_radius_m=0.008),
        ],
    )
    print(f"\nring {ring.above_floor:.4f} m above the floor")
    assert abs(ring.above_floor) <= GAP_M
    assert abs(peg.above_floor) <= GAP_M
    assert np.linalg.norm(np.subtract(ring.pose.translation, peg.pose.translation)[:2]) < 0.03


def test_what_falls_into_a_fixture_stays_in_it(renderer: BlenderRenderer) -> None:
    """A fixture collides with its true mesh, at its own scale and turn."""
    tub = FixtureSpec(
        name="tub", category=None, asset=ShapeAsset(shape="bowl"), pose=at(1, 0, 0.1), scale=2.0
    )
    objects = [thing(1, "sphere", at(1.02, 0.01, 0.4), radius_m=0.02)]
    spec = scene_of(objects, fixtures=(tub,), physics=PHYSICS_ON).spec
    meshes = renderer.load(spec)
    poses = renderer.settle(spec)
    ball = Resting(objects[0], poses[0], meshes[objects[0].asset_key])
    bowl = Resting(
        thing(2, "bowl", tub.pose, scale=2.0, asset=tub.asset), tub.pose, meshes[tub.asset_key]
    )
    print(f"\nball {ball.above_floor:.4f} m above the floor")
    assert np.linalg.norm(np.subtract(ball.pose.translation, tub.pose.translation)[:2]) < 0.05
    signed = between(ball, bowl)
    assert np.abs(signed).min() <= GAP_M
    assert signed.min() >= -SUNK_M


def test_a_hollow_file_stays_hollow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four walls and a bottom, as a file: decomposed, and what falls into it stays in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "tray.obj").write_text(tray_file())
    asset = FileAsset(file="tray.obj")
    renderer = BlenderRenderer({"tray.obj": tmp_path / "tray.obj"})
    try:
        tray, dice = drop(
            renderer,
            [
                thing(1, "tray", at(0, 0, 0.01), asset=asset),
                thing(2, "cube", at(0.02, 0.01, 0.15), size_m=0.02),
            ],
        )
    finally:
        renderer.close()
    print(f"\ndice {dice.above_floor:.4f} m above the floor")
    assert abs(tray.above_floor) <= GAP_M
    assert dice.above_floor == pytest.approx(0.01, abs=2 * GAP_M)
    assert list((tmp_path / "synth" / "convex_parts").iterdir())


def tray_file() -> str:
    """Return a Wavefront file of a tray 0.2 m wide and 0.06 m high, of walls 0.01 m thick."""
    slabs = [
        ((0, 0, 0.005), (0.2, 0.2, 0.01)),
        ((-0.095, 0, 0.035), (0.01, 0.2, 0.05)),
        ((0.095, 0, 0.035), (0.01, 0.2, 0.05)),
        ((0, -0.095, 0.035), (0.18, 0.01, 0.05)),
        ((0, 0.095, 0.035), (0.18, 0.01, 0.05)),
    ]
    lines, count = [], 1
    for center, size in slabs:
        box = mesh_of(
            ShapeAsset(
                shape="box",
                parameters=dict(zip(("width_m", "depth_m", "height_m"), size, strict=True)),
            )
        )
        lines += [f"v {x} {y} {z}" for x, y, z in (box.vertices + center).tolist()]
        lines += [f"f {a} {b} {c}" for a, b, c in (box.triangles + count).tolist()]
        count += len(box.vertices)
    return "\n".join(lines)


def test_a_closed_hull_keeps_things_out(renderer: BlenderRenderer) -> None:
    """What the test of the cup would see if parts were ignored."""
    hull = BodySpec(collision_shape="convex_hull")
    _, ball = drop(
        renderer,
        [
            thing(1, "cup", at(0, 0, 0.05), handle_size_m=0.0, body=hull),
            thing(2, "sphere", at(0.005, 0, 0.2), radius_m=0.012),
        ],
    )
    assert ball.above_floor > 0.05 or np.linalg.norm(ball.pose.translation[:2]) > 0.04


@pytest.mark.parametrize(
    "collision_shape", ["auto", "convex_hull", "convex_parts", "box", "sphere", "mesh"]
)
def test_collision_shapes(renderer: BlenderRenderer, collision_shape: str) -> None:
    body = BodySpec(collision_shape=collision_shape)
    shape = "sphere" if collision_shape == "sphere" else "box"
    item = drop(renderer, [thing(1, shape, at(0, 0, 0.2, TURNED), body=body)])[0]
    print(f"\n{collision_shape}: lowest point at {item.above_floor:.2e} m")
    assert abs(item.above_floor) <= GAP_M


def test_scale_counts(renderer: BlenderRenderer) -> None:
    small, large = drop(
        renderer,
        [thing(1, "box", at(0, 0, 0.3), scale=0.3), thing(2, "box", at(1, 0, 0.3), scale=3)],
    )
    assert small.pose.translation[2] == pytest.approx(0.015, abs=GAP_M)
    assert large.pose.translation[2] == pytest.approx(0.15, abs=GAP_M)


def test_the_same_drop_ends_the_same(renderer: BlenderRenderer) -> None:
    spec = drop_spec(heap(SHAPES, 10))
    renderer.load(spec)
    first = renderer.settle(spec)
    assert renderer.settle(spec) == first
    drop(renderer, heap(CONVEX[::-1], 5))
    renderer.load(spec)
    assert renderer.settle(spec) == first
    other = BlenderRenderer({})
    try:
        other.load(spec)
        assert other.settle(spec) == first
    finally:
        other.close()


def test_without_physics_nothing_moves(renderer: BlenderRenderer) -> None:
    objects = heap(SHAPES, 3)
    spec = scene_of(objects).spec
    renderer.load(spec)
    assert renderer.settle(spec) == tuple(item.pose for item in objects)


def test_no_objects_to_drop(renderer: BlenderRenderer) -> None:
    assert renderer.settle(drop_spec([])) == ()
