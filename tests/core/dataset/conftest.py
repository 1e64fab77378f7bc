"""A small dataset of three boxes, drawn by the reference renderer and annotated for real."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth_addon.core.annotation import FrameAnnotation, annotate
from synth_addon.core.camera import Intrinsics
from synth_addon.core.dataset.info import Category, DatasetInfo, OutputOptions
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.scene_spec import (
    BodySpec,
    EnvironmentSpec,
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
)
from synth_addon.core.silhouettes import SilhouetteCaster
from synth_addon.core.transforms import look_at

WIDTH, HEIGHT = 48, 32
VIEWS = 2
Frames = tuple[tuple[RenderedFrame, FrameAnnotation], ...]

_PHYSICS = PhysicsSpec(
    enabled=False, gravity=9.81, steps_per_second=60, substeps=4, rest_speed=0.01,
    rest_seconds=0.5, max_seconds=5.0,
)  # fmt: skip
_RENDER = RenderSpec(
    engine="CYCLES", samples=1, noise_threshold=0.0, max_bounces=1, diffuse_bounces=1,
    glossy_bounces=1, transmission_bounces=1, light_tree=False, clamp_indirect=0.0,
    denoise="off", view_transform="Standard", exposure=0.0,
)  # fmt: skip


def _cube(_: ShapeAsset) -> TriangleMesh:
    corners = [[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [part for a, b, c, d in sides for part in ((a, b, c), (a, c, d))]
    return TriangleMesh(np.array(corners), np.array(triangles, np.int32))


def _object(number: int) -> ObjectSpec:
    category = {1: "cup", 2: "plate"}.get(number)
    return ObjectSpec(
        instance_id=number,
        group=category or "clutter",
        role="target" if category else "distractor",
        category_id=number if category else None,
        category=category,
        asset=ShapeAsset(shape="cube"),
        scale=0.5 if number < 3 else 0.3,
        pose=Pose(),
        material=MaterialSpec(),
        body=BodySpec(),
    )


def _spec(scene: int) -> SceneSpec:
    light = LightSpec(
        kind="point", position=(1.0, -1.0, 3.0), target=(0.0, 0.0, 0.0), energy=100.0,
        color=(1.0, 1.0, 1.0), size_m=0.1,
    )  # fmt: skip
    return SceneSpec(
        scene=scene,
        seed=7,
        attempt=0,
        recipe_hash="abc",
        objects=tuple(_object(number) for number in (1, 2, 3)),
        surfaces=(),
        lights=(light,),
        environment=EnvironmentSpec(),
        physics=_PHYSICS,
        render=_RENDER,
        views=(),
    )


def _poses(scene: int) -> tuple[Pose, ...]:
    if scene == 2:  # a scene whose frames are empty
        return tuple(Pose(translation=(0.0, -50.0 - i, 0.0)) for i in range(3))
    turn = 0.3 * scene
    return (
        Pose(translation=(-0.3, 0.0, 0.0), quaternion=(np.cos(turn), 0.0, 0.0, np.sin(turn))),
        Pose(translation=(0.25, 0.4, 0.1)),
        Pose(translation=(0.1, -0.5, 0.0)),
    )


def _view(scene: int, view: int, views: int) -> SettledView:
    eye = (0.4 * view, -2.5, 1.0 + 0.1 * scene)
    return SettledView(
        view=view,
        frame=scene * views + view,
        intrinsics=Intrinsics(width=WIDTH, height=HEIGHT, fx=50.0, fy=50.0, cx=24.0, cy=16.0),
        world_from_camera=tuple(tuple(row) for row in look_at(eye, (0.0, 0.0, 0.0)).tolist()),
        clip_start=0.01,
        clip_end=1000.0,
        render_seed=scene,
    )


@lru_cache(maxsize=64)
def _rendered(scene: int, views: int) -> tuple[SettledScene, Frames]:
    settled = SettledScene(
        spec=_spec(scene),
        poses=_poses(scene),
        views=tuple(_view(scene, view, views) for view in range(views)),
    )
    renderer, caster = ReferenceRenderer(_cube, coverage_grid=2), SilhouetteCaster()
    meshes = renderer.load(settled.spec)
    renderer.build(settled)
    frames = []
    for view in settled.views:
        frame = renderer.render(view)
        frames.append((frame, annotate(settled, view, frame, meshes, caster)))
    return settled, tuple(frames)


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch) -> None:
    """Skip fsync: it guards against power cuts, which no test can make."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="session")
def rendered() -> Callable[..., tuple[SettledScene, Frames]]:
    """Return the function that makes scene n: 3 boxes, two of them targets; scene 2 is empty."""

    def make(scene: int, views: int = VIEWS) -> tuple[SettledScene, Frames]:
        return _rendered(scene, views)

    return make


@pytest.fixture(scope="session")
def make_info() -> Callable[..., DatasetInfo]:
    """Return the function that makes a DatasetInfo with some values replaced."""

    def make(**values: Any) -> DatasetInfo:
        usual = {
            "synth_version": "0.1.0",
            "renderer": "reference 1",
            "recipe": {"camera": {"fov_deg": 50.0}, "lights": [1, 2], "seed": 7},
            "recipe_hash": "abc",
            "categories": (Category(id=1, name="cup"), Category(id=2, name="plate")),
            "width": WIDTH,
            "height": HEIGHT,
            "views_per_scene": VIEWS,
            "outputs": OutputOptions(coverage=True),
        }
        return DatasetInfo(**(usual | values))

    return make


@pytest.fixture
def fill(rendered, make_info) -> Callable[..., Path]:
    """Return the function that writes the given scenes in that order and finishes."""

    def make(
        directory: Path, scenes: list[int], resume: bool = False, finish: bool = True, **values: Any
    ) -> Path:
        info = make_info(**values)
        with DatasetStore.create_or_resume(directory, info, resume, scenes) as store:
            for scene in store.pending(scenes):
                store.write_scene(*rendered(scene))
            if finish:
                store.finish()
        return directory

    return make


@pytest.fixture
def edit_json() -> Callable[..., None]:
    """Return the function that changes one JSON file in place through a function."""

    def edit(path: Path, change: Callable[[Any], None]) -> None:
        value = json.loads(path.read_text())
        change(value)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        path.write_text(f"{text}\n")

    return edit
