"""A small exact renderer in plain numpy: the truth for annotations, and a stand-in for Blender.

Ids, depth and normals are those of `ray_casting` at pixel centres. Colours are Lambert's law
without shadows, textures, image environments or view transforms other than sRGB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from .camera import Intrinsics, pixel_rays
from .colors import srgb_bytes
from .errors import AssetError, RenderError
from .mesh import TriangleMesh
from .ray_casting import cast_box, cast_mesh_in_view
from .rendered_frame import RenderedFrame
from .room_content import RoomContent
from .scene_spec import (
    Asset,
    LightSpec,
    MaterialSpec,
    ObjectSpec,
    OpenAsset,
    Pose,
    SceneSpec,
    SettledScene,
    SettledView,
    ShapeAsset,
    StoredAsset,
    SurfaceSpec,
    canonical_json,
)
from .slab import surface_boxes
from .transforms import Array, inverse_rigid, rotation_from_quaternion, transform_points

Mask = NDArray[np.bool_]

_SPACE_M = 0.001
"""Between the boxes of objects on the floor."""


class ReferenceRenderer:
    """Implements `renderer.Renderer` for procedural shapes.

    Args:
        shape_mesh: makes the mesh of a shape, such as `shapes.mesh_of`.
        coverage_grid: n for coverage from n x n samples in the pixels where ids meet; other
            pixels count as wholly covered, so what slips between pixel centres goes unseen. None
            for frames without coverage.

    Raises:
        ValueError: `coverage_grid` is not positive.
    """

    def __init__(
        self,
        shape_mesh: Callable[[ShapeAsset], TriangleMesh],
        coverage_grid: int | None = None,
    ) -> None:
        if coverage_grid is not None and coverage_grid < 1:
            raise ValueError(f"coverage_grid must be positive, not {coverage_grid}")
        self._shape_mesh = shape_mesh
        self._coverage_grid = coverage_grid
        self._meshes: WeakValueDictionary[str, TriangleMesh] = WeakValueDictionary()
        self._stage: _Stage | None = None

    @property
    def version(self) -> str:
        """Name and version, as recorded in the dataset."""
        return "reference 1"

    def preload(
        self, meshes: Iterable[StoredAsset], images: Iterable[str]
    ) -> Mapping[str, TriangleMesh]:
        """Refuse stored meshes; images are not used.

        Raises:
            AssetError: there is a stored mesh.
        """
        return {canonical_json(asset): self._mesh_of(asset) for asset in meshes}

    def read_room(self, file: str) -> RoomContent:
        """Refuse a room's file.

        Raises:
            AssetError: always; only procedural shapes can be drawn.
        """
        raise self._refused(file)

    def load(self, spec: SceneSpec) -> Mapping[str, TriangleMesh]:
        """Return the mesh of every asset in `spec`, as `SceneSpec.assets` names them.

        Raises:
            AssetError: an asset is a file; only procedural shapes can be drawn.
        """
        meshes: dict[str, TriangleMesh] = {}
        for key, asset in spec.assets.items():
            mesh = self._meshes.get(key)
            meshes[key] = self._mesh_of(asset) if mesh is None else mesh
            self._meshes[key] = meshes[key]
        return meshes

    def has_read(self, spec: SceneSpec) -> bool:
        """There is nothing to read."""
        return True

    def get_ready_to_settle(self, spec: SceneSpec) -> None:
        """Settling is quick enough without."""

    def get_ready_to_build(self, spec: SceneSpec) -> None:
        """Building is quick enough without."""

    def _mesh_of(self, asset: Asset) -> TriangleMesh:
        if isinstance(asset, ShapeAsset):
            return self._shape_mesh(asset)
        source = asset.object if isinstance(asset, OpenAsset) else asset.file
        raise self._refused(source)

    @staticmethod
    def _refused(source: str) -> AssetError:
        return AssetError(
            f"The reference renderer takes only procedural shapes, so it cannot load "
            f"{source!r}. Choose another engine or replace the file by a shape."
        )

    def settle(self, spec: SceneSpec) -> tuple[Pose, ...]:
        """Return the objects' poses with their lowest vertices moved straight to the floor, z = 0.

        Rotation and y stay; what would meet earlier ones moves along x until it is free. Without
        physics the spec's poses are returned.
        """
        if not spec.physics.enabled:
            return tuple(item.pose for item in spec.objects)
        meshes = self.load(spec)
        boxes: list[Array] = []
        return tuple(_resting(item, meshes[item.asset_key], boxes) for item in spec.objects)

    def build(self, scene: SettledScene) -> None:
        """Make `scene` the one that `render` shows."""
        self._stage = _stage_from(scene, self.load(scene.spec))

    def expose(self, view: SettledView) -> Callable[[], RenderedFrame]:
        """Render one view; there is nothing left to do then."""
        frame = self.render(view)
        return lambda: frame

    def render(self, view: SettledView) -> RenderedFrame:
        """Render one view of the scene built last; normals are geometric and face the camera.

        Raises:
            RenderError: no scene was built.
        """
        if self._stage is None:
            raise RenderError("The reference renderer has no scene yet. Build one first.")
        camera = np.array(view.world_from_camera)
        seen = _look(self._stage, camera, view, view.intrinsics, None)
        shape = (view.intrinsics.height, view.intrinsics.width)
        ids = self._stage.ids[seen.owner].reshape(shape)
        coverage = None
        if self._coverage_grid is not None:
            coverage = _coverage(self._stage, camera, view, ids, self._coverage_grid)
        return RenderedFrame(
            rgb=srgb_bytes(_shade(self._stage, camera, seen)).reshape(*shape, 3),
            depth=seen.depth.astype(np.float32).reshape(shape),
            normals=seen.normals.astype(np.float32).reshape(*shape, 3),
            instance_ids=ids,
            coverage=coverage,
            background_ids=self._stage.background[seen.owner].reshape(shape),
            albedo=srgb_bytes(self._stage.colors[seen.owner]).reshape(*shape, 3),
        )

    def close(self) -> None:
        """Forget meshes and scene."""
        self._meshes.clear()
        self._stage = None


@dataclass(frozen=True, eq=False)
class _Stage:
    """A scene in world coordinates.

    Owners number the objects, then the fixtures, then the slabs, then nothing.
    """

    vertices: Array
    triangles: NDArray[np.int32]
    triangle_owner: NDArray[np.int64]
    slabs: tuple[tuple[Array, Array], ...]
    ids: NDArray[np.uint16]
    background: NDArray[np.uint16]
    colors: Array
    emission: Array
    lights: tuple[LightSpec, ...]
    ambient: Array
    exposure: float


@dataclass(frozen=True, eq=False)
class _Seen:
    """What M rays meet: depth, owner, camera-frame normals, and the camera-frame rays."""

    depth: Array
    owner: NDArray[np.int64]
    normals: Array
    rays: Array


def _resting(item: ObjectSpec, mesh: TriangleMesh, boxes: list[Array]) -> Pose:
    """Return a free place on the floor, and add the box (2, 3) there to those taken."""
    rotation = rotation_from_quaternion(item.pose.quaternion)
    points = item.scale * mesh.vertices @ rotation.T
    x, y, _ = item.pose.translation
    box = np.array([points.min(axis=0), points.max(axis=0)])
    place = np.array([x, y, -box[0, 2]])
    for other in sorted(boxes, key=lambda taken: float(taken[0, 0])):
        here = box + place
        if np.all((here[0] < other[1]) & (here[1] > other[0])):
            place[0] += other[1, 0] - here[0, 0] + _SPACE_M
    boxes.append(box + place)
    return Pose(translation=tuple(place.tolist()), quaternion=item.pose.quaternion)


def _stage_from(scene: SettledScene, meshes: Mapping[str, TriangleMesh]) -> _Stage:
    spec = scene.spec
    vertices, triangles, owners = [np.empty((0, 3))], [np.empty((0, 3), np.int32)], []
    count = 0
    poses = (*scene.poses, *(fixture.pose for fixture in spec.fixtures))
    for index, (item, pose) in enumerate(zip(spec.things, poses, strict=True)):
        mesh = meshes[item.asset_key]
        vertices.append(transform_points(pose.matrix, item.scale * mesh.vertices))
        triangles.append((mesh.triangles + count).astype(np.int32))
        owners.append(np.full(len(mesh.triangles), index, np.int64))
        count += len(mesh.vertices)
    materials = [item.material or MaterialSpec() for item in spec.things]
    slabs = [(surface, box) for surface in spec.surfaces for box in surface_boxes(surface)]
    materials += [surface.material for surface, _ in slabs]
    ambient = np.array(spec.environment.color) * spec.environment.strength
    return _Stage(
        np.concatenate(vertices),
        np.concatenate(triangles),
        np.concatenate([*owners, np.empty(0, np.int64)]),
        tuple((low + surface.center, high + surface.center) for surface, (low, high) in slabs),
        _owner_ids(spec, len(slabs)),
        _background_ids(spec, [surface for surface, _ in slabs]),
        np.array([*(material.base_color for material in materials), (0.0, 0.0, 0.0)]),
        np.array([*(material.emission_strength for material in materials), 0.0]),
        spec.lights,
        ambient,
        spec.render.exposure,
    )


def _owner_ids(spec: SceneSpec, slabs: int) -> NDArray[np.uint16]:
    others = len(spec.fixtures) + slabs + 1
    return np.array([*(item.instance_id for item in spec.objects), *[0] * others], np.uint16)


def _background_ids(spec: SceneSpec, slabs: Sequence[SurfaceSpec]) -> NDArray[np.uint16]:
    """Return what each owner is among fixtures and surfaces, from 1; a surface has many slabs."""
    first = len(spec.fixtures) + 1
    fixtures = range(1, first)
    surfaces = [first + spec.surfaces.index(surface) for surface in slabs]
    return np.array([*[0] * len(spec.objects), *fixtures, *surfaces, 0], np.uint16)


def _look(
    stage: _Stage, camera: Array, view: SettledView, intrinsics: Intrinsics, wanted: Mask | None
) -> _Seen:
    """Cast the pixels of `intrinsics`, or only the `wanted` ones, in row order."""
    near, far = view.clip_start, view.clip_end
    rows, columns = np.indices((intrinsics.height, intrinsics.width)).reshape(2, -1)
    chosen = slice(None) if wanted is None else np.flatnonzero(wanted)
    rays = pixel_rays(intrinsics, columns[chosen], rows[chosen])
    vertices = transform_points(inverse_rigid(camera), stage.vertices)
    hits = cast_mesh_in_view(intrinsics, vertices, stage.triangles, near, far, wanted)
    depth, normals = hits.distance[chosen], hits.normals[chosen]
    owner_or_nothing = np.append(stage.triangle_owner, len(stage.ids) - 1)
    owner = owner_or_nothing[hits.triangles[chosen]]
    first_slab = len(stage.ids) - 1 - len(stage.slabs)
    directions = rays @ camera[:3, :3].T
    for index, (low, high) in enumerate(stage.slabs, first_slab):
        slab = cast_box(camera[:3, 3], directions, low, high, near, far)
        nearer = slab.distance < depth
        depth[nearer] = slab.distance[nearer]
        normals[nearer] = slab.normals[nearer] @ camera[:3, :3]
        owner[nearer] = index
    away = np.einsum("ij,ij->i", normals, rays) > 0
    normals[away] *= -1
    return _Seen(depth, owner, normals, rays)


def _coverage(
    stage: _Stage, camera: Array, view: SettledView, ids: NDArray[np.uint16], grid: int
) -> NDArray[np.float32]:
    """Return the share of each pixel that shows the id at its centre."""
    edge = np.zeros(ids.shape, bool)
    across, down = ids[:, 1:] != ids[:, :-1], ids[1:] != ids[:-1]
    for part, differs in ((np.s_[:, 1:], across), (np.s_[:, :-1], across)):
        edge[part] |= differs
    for rows, differs in ((np.s_[1:], down), (np.s_[:-1], down)):
        edge[rows] |= differs
    fine = {name: value * grid for name, value in view.intrinsics.model_dump().items()}
    wanted = edge.repeat(grid, axis=0).repeat(grid, axis=1)
    seen = _look(stage, camera, view, Intrinsics(**fine), wanted)
    same = np.ones(wanted.shape, np.float32)
    centers = ids.repeat(grid, axis=0).repeat(grid, axis=1)
    same[wanted] = stage.ids[seen.owner] == centers[wanted]
    height, width = ids.shape
    share: NDArray[np.float32] = same.reshape(height, grid, width, grid).mean(axis=(1, 3))
    return share


def _shade(stage: _Stage, camera: Array, seen: _Seen) -> Array:
    """Return linear radiance (M, 3): Lambert's law, and the environment where nothing is hit."""
    radiance = np.broadcast_to(stage.ambient, seen.rays.shape).copy()
    hit = np.flatnonzero(np.isfinite(seen.depth))
    points = transform_points(camera, seen.rays[hit] * seen.depth[hit, None])
    normals = seen.normals[hit] @ camera[:3, :3].T
    arriving = np.broadcast_to(np.pi * stage.ambient, points.shape).copy()
    for light in stage.lights:
        arriving += _irradiance(light, points, normals)[:, None] * light.color
    arriving += np.pi * stage.emission[seen.owner[hit], None]
    radiance[hit] = stage.colors[seen.owner[hit]] * arriving / np.pi
    radiance *= 2.0**stage.exposure
    return radiance


def _irradiance(light: LightSpec, points: Array, normals: Array) -> Array:
    """Return W/m2 (M,) that `light` sends to surfaces, its shape shrunk to a point.

    A point or spot light of P watts has the intensity P / 4 pi, an area light P cos / pi.
    """
    axis = np.subtract(light.target, light.position)
    axis = axis / max(float(np.linalg.norm(axis)), 1e-9)
    if light.kind == "sun":
        sun: Array = np.maximum(normals @ -axis, 0.0) * light.energy
        return sun
    away = points - light.position
    squared = np.maximum(np.einsum("ij,ij->i", away, away), 1e-9)
    away = away / np.sqrt(squared)[:, None]
    facing = np.maximum(-np.einsum("ij,ij->i", away, normals), 0.0)
    along = away @ axis
    if light.kind == "area":
        intensity = light.energy / np.pi * np.maximum(along, 0.0)
    else:
        lit = 1.0 if light.kind == "point" else along >= np.cos(light.angle / 2)
        intensity = light.energy / (4 * np.pi) * lit
    received: Array = intensity * facing / squared
    return received
