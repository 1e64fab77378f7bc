"""Amodal truth: what one object would show if nothing stood in front of it.

Each object is ray cast alone with Embree, in its own frame, so that one tree per mesh serves all
its instances. Silhouettes are defined at pixel centres, as instance maps are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .camera import Intrinsics, pixel_rays, project
from .mesh import TriangleMesh
from .mesh_tree import MeshTree, MeshTrees
from .transforms import Array, inverse_rigid

RAYS_AT_ONCE = 1 << 17
OUTSIDE_RAYS = 200_000
"""Above this many pixels outside the image, only every n-th in both directions is cast."""
REFINING_RAYS = 20_000
"""How many rays may look for each edge of a box beyond what the sparse rays found."""


@dataclass(frozen=True)
class Rectangle:
    """Pixels with left <= column < right and top <= row < bottom."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def pixels(self) -> int:
        """How many pixels it holds; 0 when it is empty."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)

    def within(self, other: Rectangle) -> Rectangle:
        """Return the common part of two rectangles."""
        return Rectangle(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def around(self, other: Rectangle) -> Rectangle:
        """Return the smallest rectangle that holds both."""
        return Rectangle(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, eq=False)
class Silhouette:
    """Where one object alone would be seen.

    Attributes:
        mask: (h, w) bool, the silhouette within a window of the image; (0, 0) when none of it
            can be in the image.
        origin: row and column of the window's first pixel in the image.
        pixels_in_image: how many pixels `mask` holds.
        pixels_total: size of the silhouette in pixels on a canvas that reaches one image width or
            height beyond the image on every side, as in the BOP toolkit; see `SilhouetteCaster`
            for when it is an estimate.
        box: x, y, width, height of the silhouette on that canvas, in continuous pixels: x is the
            left side of its first column; None when it is empty.
    """

    mask: NDArray[np.bool_]
    origin: tuple[int, int]
    pixels_in_image: int
    pixels_total: float
    box: tuple[float, float, float, float] | None

    def full_mask(self, height: int, width: int) -> NDArray[np.bool_]:
        """Return the mask (height, width) of the whole image."""
        full = np.zeros((height, width), bool)
        row, column = self.origin
        rows, columns = self.mask.shape
        full[row : row + rows, column : column + columns] = self.mask
        return full


class SilhouetteCaster:
    """Casts silhouettes, with one tree for each mesh.

    A silhouette's part outside the image is cast sparsely when it is large: one ray then stands
    for the square of pixels around it, and `Silhouette.pixels_total` is an estimate. The box is
    still looked for pixel by pixel along its edges, so it is exact unless something thinner than
    that square sticks out far.

    Args:
        trees: where trees are kept; None for a place of its own.
    """

    def __init__(self, trees: MeshTrees | None = None) -> None:
        self._trees = MeshTrees() if trees is None else trees

    def silhouette(
        self,
        mesh: TriangleMesh,
        scale: float,
        world_from_object: ArrayLike,
        intrinsics: Intrinsics,
        world_from_camera: ArrayLike,
        clip_start: float,
        clip_end: float,
    ) -> Silhouette:
        """Return the silhouette of one object.

        Args:
            mesh: in the object's frame, metres.
            scale: uniform factor on the mesh.
            world_from_object: rigid 4x4 transform.
            world_from_camera: rigid 4x4 transform, OpenCV axes.
            clip_start, clip_end: only surfaces at these depths in metres are seen; nearer ones
                hide nothing.

        Raises:
            ValueError: not 0 < clip_start < clip_end, or scale not positive.
        """
        if not 0 < clip_start < clip_end:
            raise ValueError(f"clip_start {clip_start} must lie between 0 and clip_end {clip_end}")
        if scale <= 0:
            raise ValueError(f"scale must be positive, not {scale}")
        camera_from_object = inverse_rigid(world_from_camera) @ np.asarray(world_from_object, float)
        probe = _Probe(
            self._trees.tree(mesh),
            scale,
            camera_from_object,
            intrinsics,
            clip_start,
            clip_end,
        )
        return _silhouette_of(probe, intrinsics.width, intrinsics.height)


class _Probe:
    """One object before one camera: where its pixels can be, and which of them see it."""

    def __init__(
        self,
        solid: MeshTree,
        scale: float,
        camera_from_object: Array,
        intrinsics: Intrinsics,
        near: float,
        far: float,
    ) -> None:
        self._solid = solid
        self._intrinsics = intrinsics
        self._rotation = camera_from_object[:3, :3]
        self._translation = camera_from_object[:3, 3]
        self._scale = scale
        self._near, self._far = near, far
        self.points = self._visible_points()

    def _visible_points(self) -> Array:
        """Return the corners (K, 3), camera frame, of all triangles cut to the clip range."""
        solid = self._solid
        if not len(solid.triangles):
            return np.empty((0, 3))
        points: Array = self._scale * solid.vertices @ self._rotation.T + self._translation
        depth = points[:, 2]
        self._first, self._last = float(depth.min()), float(depth.max())
        if self._first >= self._near and self._last <= self._far:
            return points
        parts = [points[(depth >= self._near) & (depth <= self._far)]]
        begin = points[solid.triangles]
        end = np.roll(begin, -1, axis=1)
        for plane in (self._near, self._far):
            cut = (begin[..., 2] < plane) != (end[..., 2] < plane)
            one, other = begin[cut], end[cut]
            share = (plane - one[:, 2]) / (other[:, 2] - one[:, 2])
            parts.append(one + share[:, None] * (other - one))
        return np.concatenate(parts)

    def window(self) -> Rectangle:
        """Return the pixels, in the image or not, whose centres can see the object."""
        if not len(self.points):
            return Rectangle(0, 0, 0, 0)
        pixels = project(self._intrinsics, self.points)[0]
        # Beyond the canvas the numbers may be too large for an int.
        far = 10.0 * (self._intrinsics.width + self._intrinsics.height)
        left, top = np.ceil(np.clip(pixels.min(axis=0), -far, far) - 0.5 - 1e-6)
        right, bottom = np.floor(np.clip(pixels.max(axis=0), -far, far) + 0.5 + 1e-6)
        return Rectangle(int(left), int(top), int(right), int(bottom))

    def cast(self, columns: Array, rows: Array) -> NDArray[np.bool_]:
        """Return which rays through the centres of rows x columns (R, C) hit the object."""
        hits = np.empty((len(rows), len(columns)), bool)
        x = pixel_rays(self._intrinsics, columns, np.zeros(len(columns)))[:, 0]
        y = pixel_rays(self._intrinsics, np.zeros(len(rows)), rows)[:, 1]
        step = max(1, RAYS_AT_ONCE // max(1, len(columns)))
        for begin in range(0, len(rows), step):
            hits[begin : begin + step] = self._cast_block(x, y[begin : begin + step])
        return hits

    def _cast_block(self, x: Array, y: Array) -> NDArray[np.bool_]:
        """Cast rays (x, y, 1) of the camera frame in the cube of the object's tree.

        A ray starts at the object's nearest depth instead of at the camera, for float32's sake,
        or at the near plane, so that what lies before that plane hides nothing.
        """
        solid, rotation = self._solid, self._rotation
        unit = self._scale * solid.half
        margin = 1e-3 * unit
        begin = max(self._near, self._first - margin)
        end = min(self._far, self._last + margin)
        directions = (
            x[None, :, None] * rotation[0] + y[:, None, None] * rotation[1] + rotation[2]
        ).reshape(-1, 3)
        camera = -self._translation @ rotation / unit - solid.middle / solid.half
        origins = directions * (begin / unit) + camera
        lengths = np.full(len(directions), (end - begin) / unit, np.float32)
        found = solid.tree.run(
            origins.astype(np.float32), directions.astype(np.float32), lengths, query="OCCLUDED"
        )
        hits: NDArray[np.bool_] = (found >= 0).reshape(len(y), len(x))
        return hits


@dataclass(frozen=True, eq=False)
class _Sample:
    """A rectangle's hits: one per pixel, or one per square of `stride` pixels' side."""

    hits: NDArray[np.bool_]
    pixels: float
    extent: Rectangle | None


_NOTHING = _Sample(np.zeros((0, 0), bool), 0.0, None)


def _silhouette_of(probe: _Probe, width: int, height: int) -> Silhouette:
    window = probe.window().within(Rectangle(-width, -height, 2 * width, 2 * height))
    inside = window.within(Rectangle(0, 0, width, height))
    seen = _sample(probe, inside, 1)
    total, extent = seen.pixels, seen.extent
    if window.pixels > inside.pixels:
        stride = math.ceil(math.sqrt((window.pixels - inside.pixels) / OUTSIDE_RAYS))
        for region in _surroundings(width, height):
            sample = _sample(probe, window.within(region), stride)
            total += sample.pixels
            extent = _joined(extent, sample.extent)
        if extent and stride > 1:
            extent = _refined(probe, window, extent, stride)
    origin = (inside.top, inside.left) if inside.pixels else (0, 0)
    return Silhouette(seen.hits, origin, int(seen.pixels), total, _box_from(extent))


def _surroundings(width: int, height: int) -> tuple[Rectangle, ...]:
    """Return what the canvas holds above, below, left and right of the image."""
    return (
        Rectangle(-width, -height, 2 * width, 0),
        Rectangle(-width, height, 2 * width, 2 * height),
        Rectangle(-width, 0, 0, height),
        Rectangle(width, 0, 2 * width, height),
    )


def _sample(probe: _Probe, region: Rectangle, stride: int) -> _Sample:
    """Cast `region` through the middles of squares of `stride` pixels, cut at its borders."""
    if not region.pixels:
        return _NOTHING
    columns = np.append(np.arange(region.left, region.right, stride), region.right)
    rows = np.append(np.arange(region.top, region.bottom, stride), region.bottom)
    hits = probe.cast((columns[:-1] + columns[1:] - 1) / 2, (rows[:-1] + rows[1:] - 1) / 2)
    hit_columns, hit_rows = np.flatnonzero(hits.any(axis=0)), np.flatnonzero(hits.any(axis=1))
    if not len(hit_rows):
        return _Sample(hits, 0.0, None)
    extent = Rectangle(
        int(columns[hit_columns[0]]),
        int(rows[hit_rows[0]]),
        int(columns[hit_columns[-1] + 1]),
        int(rows[hit_rows[-1] + 1]),
    )
    return _Sample(hits, float(np.diff(rows) @ hits @ np.diff(columns)), extent)


def _joined(one: Rectangle | None, other: Rectangle | None) -> Rectangle | None:
    if one is None or other is None:
        return one or other
    return one.around(other)


def _refined(probe: _Probe, window: Rectangle, coarse: Rectangle, stride: int) -> Rectangle:
    """Return `coarse` with its sides where the pixel-by-pixel silhouette ends."""
    in_columns = max(2 * stride, REFINING_RAYS // (window.bottom - window.top))
    in_rows = max(2 * stride, REFINING_RAYS // (window.right - window.left))
    depth, box = 2 * stride, coarse
    left = replace(window, left=box.left - in_columns, right=box.left + depth)
    right = replace(window, left=box.right - depth, right=box.right + in_columns)
    top = replace(window, top=box.top - in_rows, bottom=box.top + depth)
    bottom = replace(window, top=box.bottom - depth, bottom=box.bottom + in_rows)
    found = [_sample(probe, strip.within(window), 1).extent for strip in (left, top, right, bottom)]
    return Rectangle(
        found[0].left if found[0] else box.left,
        found[1].top if found[1] else box.top,
        found[2].right if found[2] else box.right,
        found[3].bottom if found[3] else box.bottom,
    )


def _box_from(extent: Rectangle | None) -> tuple[float, float, float, float] | None:
    if extent is None:
        return None
    width, height = extent.right - extent.left, extent.bottom - extent.top
    return float(extent.left), float(extent.top), float(width), float(height)
