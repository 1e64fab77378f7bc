"""From a scene index to a settled scene, attempt by attempt."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .asset_catalog import AssetCatalog
from .errors import SceneError
from .mesh import TriangleMesh
from .mesh_tree import MeshTrees
from .recipe.recipe import Recipe
from .renderer import Renderer
from .sampling.arrangement import arrange
from .sampling.cameras import choose_views
from .sampling.furniture import furnish
from .sampling.rest_checks import fault_at_rest
from .sampling.scene import sample_scene
from .sampling.sizes import with_sizes
from .scene_spec import SettledScene
from .timing import PartTimes

ARRANGEMENT_TRIES = 10

Settled = tuple[SettledScene, Mapping[str, TriangleMesh]]
"""A settled scene, and its meshes by asset key."""


@dataclass(frozen=True)
class Request:
    """What only the renderer's own thread may do.

    Attributes:
        part: where its time is counted.
        do: does it, and returns what the steps go on with.
    """

    part: str
    do: Callable[[], Any]


Steps = Generator[Request, Any, Settled]
"""Settles one scene; yields what the renderer's thread is to do, and is sent what that returned."""


def steps_to_settle(
    recipe: Recipe,
    catalog: AssetCatalog,
    renderer: Renderer,
    scene: int,
    times: PartTimes,
    trees: MeshTrees,
) -> Steps:
    """Sample, arrange and settle one scene index, and choose its cameras.

    A scene that comes to rest badly, or that no camera suits, is arranged anew.

    Args:
        trees: keeps the meshes' trees.

    Raises:
        SceneError: no arrangement was good within the bounded number of tries.
        AssetError: an asset cannot be used.
    """
    reasons: list[str] = []
    for attempt in range(ARRANGEMENT_TRIES):
        with times.part("sample"):
            spec = sample_scene(recipe, catalog, scene, attempt)
        if not renderer.has_read(spec):
            yield Request("load", partial(renderer.load, spec))
        with times.part("load"):
            meshes = renderer.load(spec)
        try:
            with times.part("sample"):
                spec = furnish(recipe, with_sizes(spec, meshes), meshes)
                spec = arrange(recipe, spec, meshes)
        except SceneError as error:
            reasons.append(str(error))
            continue
        with times.part("bodies"):
            renderer.get_ready_to_settle(spec)
        poses = yield Request("physics", partial(renderer.settle, spec))
        with times.part("rest"):
            fault = fault_at_rest(spec, poses, meshes, trees)
        if fault is not None:
            reasons.append(fault)
            continue
        try:
            with times.part("sample"):
                views = choose_views(recipe, spec, poses, meshes, trees)
        except SceneError as error:
            reasons.append(str(error))
            continue
        with times.part("plan"):
            renderer.get_ready_to_build(spec)
        return SettledScene(spec=spec, poses=poses, views=views), meshes
    raise SceneError(
        f"scene {scene}: none of {ARRANGEMENT_TRIES} arrangements was good; the last: {reasons[-1]}"
    )


def settle_scene(
    recipe: Recipe,
    catalog: AssetCatalog,
    renderer: Renderer,
    scene: int,
    times: PartTimes,
    trees: MeshTrees | None = None,
) -> Settled:
    """Do all steps of `steps_to_settle` in the renderer's own thread."""
    steps = steps_to_settle(recipe, catalog, renderer, scene, times, trees or MeshTrees())
    answer = None
    while True:
        try:
            request = steps.send(answer)
        except StopIteration as end:
            settled: Settled = end.value
            return settled
        with times.part(request.part):
            answer = request.do()
