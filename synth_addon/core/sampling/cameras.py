"""Chooses for each view the first draw of a camera that suits the settled scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from ..camera import look_off_axis
from ..directions import on_sphere
from ..errors import SceneError
from ..mesh import TriangleMesh
from ..mesh_tree import MeshTrees
from ..recipe.recipe import Recipe
from ..scene_spec import LensBlurSpec, Pose, SceneSpec, SettledView, ViewSpec
from ..transforms import Array, matrix_rows
from .balls import Ball, bounding_balls
from .view_checks import ViewChecks
from .views import sample_view


def choose_views(
    recipe: Recipe,
    spec: SceneSpec,
    poses: Sequence[Pose],
    meshes: Mapping[str, TriangleMesh],
    trees: MeshTrees | None = None,
) -> tuple[SettledView, ...]:
    """Return, for each view, the first draw that passes the checks of `CameraRecipe`.

    Args:
        poses: the objects' poses at rest.
        meshes: by asset key, as `Renderer.load` returned them.
        trees: keeps the meshes' trees.

    Raises:
        SceneError: no draw passed within `CameraRecipe.max_tries`; says which check failed how
            often.
    """
    balls = bounding_balls(spec.objects, poses, meshes)
    checks = ViewChecks(recipe.camera, spec, poses, meshes, trees or MeshTrees())
    return tuple(_choose_view(recipe, spec, balls, checks, first) for first in spec.views)


def interest_of(view: ViewSpec, balls: Sequence[Ball]) -> Array:
    """Return the point (3,) that a view is stated relative to, in the world frame.

    Args:
        balls: bounding spheres in the order of instance ids from 1.
    """
    center = np.asarray(view.center, float)
    return center + balls[view.anchor - 1].center if view.anchor else center


def world_from_camera(view: ViewSpec, interest: Array) -> Array:
    """Return the camera's pose (4, 4) for a point of interest (3,)."""
    eye = interest + on_sphere(view.radius, view.elevation, view.azimuth)
    target = interest + view.look_at_offset
    return look_off_axis(view.intrinsics, eye, target, view.off_center, view.roll)


def _choose_view(
    recipe: Recipe, spec: SceneSpec, balls: Sequence[Ball], checks: ViewChecks, first: ViewSpec
) -> SettledView:
    failures: Counter[str] = Counter()
    view = first
    for view_attempt in range(recipe.camera.max_tries):
        if view_attempt:
            view = sample_view(
                recipe, spec.objects, spec.scene, spec.attempt, first.view, view_attempt
            )
        interest = interest_of(view, balls)
        pose = world_from_camera(view, interest)
        failure = checks.failure(view, pose, interest)
        if failure is None:
            return _settled(recipe, spec, view, pose, interest)
        failures[failure] += 1
    counts = ", ".join(f"{name} {count} times" for name, count in failures.most_common())
    raise SceneError(
        f"scene {spec.scene} view {first.view}: no camera found in {recipe.camera.max_tries} tries "
        f"({counts}). Widen camera.radius_m or camera.elevation_deg, or loosen the named check"
    )


def _settled(
    recipe: Recipe, spec: SceneSpec, view: ViewSpec, pose: Array, interest: Array
) -> SettledView:
    return SettledView(
        view=view.view,
        frame=spec.scene * recipe.views_per_scene + view.view,
        intrinsics=view.intrinsics,
        world_from_camera=matrix_rows(pose),
        clip_start=view.clip_start,
        clip_end=view.clip_end,
        render_seed=view.render_seed,
        lens_blur=_focused(view, pose, interest),
        motion=view.motion,
    )


def _focused(view: ViewSpec, pose: Array, interest: Array) -> LensBlurSpec | None:
    """Focus on the point of interest where no distance is given."""
    if view.lens_blur is None or view.lens_blur.focus is not None:
        return view.lens_blur
    depth = float(pose[:3, 2] @ (interest - pose[:3, 3]))
    return view.lens_blur.model_copy(update={"focus": max(depth, view.clip_start)})
