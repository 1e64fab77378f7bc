"""How much of each target a camera sees, estimated by casting rays at what it would show alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..camera import Intrinsics, pixel_rays, project_world
from ..mesh_tree import MeshTrees
from ..placed_mesh import PlacedMesh
from ..scene_spec import ViewSpec
from ..scene_tree import SceneTree
from ..silhouettes import Rectangle, SilhouetteCaster
from ..transforms import Array

_RAYS_ACROSS = 40
"""Rays along the longer side of a target's box; 1 % of error in its visible share."""

Pixels = NDArray[np.int64]


@dataclass(frozen=True)
class Sight:
    """What a camera sees of one target.

    Attributes:
        in_image: whether any of it would be in the image if it were alone.
        share: visible part of its silhouette; what lies outside the image is not visible.
        pixels: about how many pixels show it; if any, at least one surely does.
    """

    in_image: bool
    share: float
    pixels: int


@dataclass(frozen=True)
class _Extent:
    """Where a thing's box can be seen: pixels on a canvas of 3 x 3 images, and depths in metres."""

    window: Rectangle
    nearest: float
    farthest: float


class SightLines:
    """Looks at the targets of one settled scene; glass hides like everything else.

    Args:
        parts: all that the scene shows.
        trees: keeps the meshes' trees.
    """

    def __init__(self, parts: Sequence[PlacedMesh], trees: MeshTrees) -> None:
        self._things = [part for part in parts if part.kind != "surface"]
        self._surfaces = SceneTree([part for part in parts if part.kind == "surface"])
        self._trees = trees
        self._caster = SilhouetteCaster(trees)

    def sights(self, view: ViewSpec, pose: Array, ids: Sequence[int]) -> Iterator[Sight]:
        """Yield what a camera sees of the objects with these instance ids, one after the other.

        Args:
            pose: ``world_from_camera`` (4, 4).
        """
        extents = [_extent(view, pose, thing.box) for thing in self._things]
        for thing, extent in zip(self._things, extents, strict=True):
            if thing.kind == "object" and thing.instance_id in ids:
                yield self._sight(view, pose, thing, extent, extents)

    def _sight(
        self,
        view: ViewSpec,
        pose: Array,
        target: PlacedMesh,
        extent: _Extent,
        extents: Sequence[_Extent],
    ) -> Sight:
        """Cast rays through every n-th pixel, in both directions, that shows the target alone."""
        lens, window = view.intrinsics, extent.window
        if not window.pixels:
            return Sight(False, 0.0, 0)
        step = _odd_step(window)
        rows, columns = self._silhouette(view, pose, target, window, step)
        inside = (columns >= 0) & (columns < lens.width) & (rows >= 0) & (rows < lens.height)
        if not inside.any():
            return Sight(False, 0.0, 0)
        rays = _Rays(view, pose, rows[inside], columns[inside])
        depth = self._depths(target, rays)
        visible = depth <= self._surfaces.cast(rays.origins, rays.directions, rays.reach)[0]
        for thing, other in zip(self._things, extents, strict=True):
            if thing is not target and other.nearest < extent.farthest:
                chosen = np.flatnonzero(visible & rays.within(other.window))
                if len(chosen):
                    visible[chosen] = depth[chosen] <= self._depths(thing, rays.chosen(chosen))
        hits = int(visible.sum())
        return Sight(True, hits / len(rows), hits * step**2)

    def _depths(self, thing: PlacedMesh, rays: _Rays) -> Array:
        """Return how far beyond the near plane rays meet a thing."""
        tree = self._trees.tree(thing.mesh)
        return tree.distances(thing.scale, thing.world_from_object, rays.origins, rays.directions)

    def _silhouette(
        self, view: ViewSpec, pose: Array, target: PlacedMesh, window: Rectangle, step: int
    ) -> tuple[Pixels, Pixels]:
        """Return the rows and columns (N,) of the pixels in a grid that show the target alone."""
        lens = view.intrinsics
        grid = Intrinsics(
            width=-(-(window.right - window.left) // step),
            height=-(-(window.bottom - window.top) // step),
            fx=lens.fx / step,
            fy=lens.fy / step,
            cx=(lens.cx - window.left) / step,
            cy=(lens.cy - window.top) / step,
        )
        alone = self._caster.silhouette(
            target.mesh,
            target.scale,
            target.world_from_object,
            grid,
            pose,
            view.clip_start,
            view.clip_end,
        )
        rows, columns = np.nonzero(alone.mask)
        middle = step // 2
        return (
            window.top + step * (rows + alone.origin[0]) + middle,
            window.left + step * (columns + alone.origin[1]) + middle,
        )


class _Rays:
    """Rays through pixels' centres from the near plane on; parameters are metres of depth.

    Args:
        rows, columns: (N,) of the pixels.
    """

    def __init__(self, view: ViewSpec, pose: Array, rows: Pixels, columns: Pixels) -> None:
        self._view, self._pose = view, pose
        self._rows, self._columns = rows, columns
        self.directions: Array = pixel_rays(view.intrinsics, columns, rows) @ pose[:3, :3].T
        self.origins: Array = pose[:3, 3] + view.clip_start * self.directions
        self.reach = view.clip_end - view.clip_start

    def within(self, window: Rectangle) -> NDArray[np.bool_]:
        """Return which rays (N,) go through a rectangle of pixels."""
        across = (self._columns >= window.left) & (self._columns < window.right)
        down = (self._rows >= window.top) & (self._rows < window.bottom)
        both: NDArray[np.bool_] = across & down
        return both

    def chosen(self, indices: Pixels) -> _Rays:
        """Return some of the rays."""
        return _Rays(self._view, self._pose, self._rows[indices], self._columns[indices])


def _extent(view: ViewSpec, pose: Array, box: Array) -> _Extent:
    """Return where a box's corners (8, 3) can be seen; the window is empty if nowhere."""
    lens = view.intrinsics
    canvas = Rectangle(-lens.width, -lens.height, 2 * lens.width, 2 * lens.height)
    pixels, depth = project_world(lens, pose, box)
    nearest, farthest = float(depth.min()), float(depth.max())
    if farthest < view.clip_start or nearest > view.clip_end:
        return _Extent(Rectangle(0, 0, 0, 0), nearest, farthest)
    if nearest < view.clip_start:
        return _Extent(canvas, nearest, farthest)
    left, top = np.floor(np.clip(pixels.min(axis=0), -1e9, 1e9))
    right, bottom = np.ceil(np.clip(pixels.max(axis=0), -1e9, 1e9))
    window = Rectangle(int(left), int(top), int(right), int(bottom)).within(canvas)
    return _Extent(window, nearest, farthest)


def _odd_step(window: Rectangle) -> int:
    """Return how many pixels apart rays are: odd, so that rays go through pixels' centres."""
    longest = max(window.right - window.left, window.bottom - window.top)
    return -(-longest // _RAYS_ACROSS) // 2 * 2 + 1
