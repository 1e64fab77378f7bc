"""A scene with every choice made: plain values, savable as JSON, re-renderable alone.

Positions and sizes are metres in the world frame (z up), angles are radians, colours are linear
RGB, light energy is what Blender calls power: watts (irradiance in W/m2 for the sun).
"""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from pydantic import BaseModel

from .asset_spec import Asset as Asset
from .asset_spec import FileAsset as FileAsset
from .asset_spec import Front3dMeshAsset as Front3dMeshAsset
from .asset_spec import Front3dModelAsset as Front3dModelAsset
from .asset_spec import OpenAsset as OpenAsset
from .asset_spec import RoomAsset as RoomAsset
from .asset_spec import ShapeAsset as ShapeAsset
from .asset_spec import StoredAsset as StoredAsset
from .asset_spec import UpAxis as UpAxis
from .asset_spec import texture_projection as texture_projection
from .camera import Intrinsics
from .light_spec import EnvironmentSpec as EnvironmentSpec
from .light_spec import LightSpec as LightSpec
from .material_spec import AdjustSpec as AdjustSpec
from .material_spec import MaterialSpec as MaterialSpec
from .material_spec import ProceduralSpec as ProceduralSpec
from .material_spec import TextureSpec as TextureSpec
from .spec import Quaternion as Quaternion
from .spec import Spec as Spec
from .spec import Vector as Vector
from .transforms import Array, rotation_from_quaternion, transform_from

Matrix4 = tuple[
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
]
Role = Literal["target", "distractor"]
CollisionShape = Literal["auto", "convex_hull", "convex_parts", "box", "sphere", "mesh"]
Engine = Literal["CYCLES", "EEVEE", "WORKBENCH"]


class Pose(Spec):
    """Where an object is: ``world_from_object`` without its scale."""

    translation: Vector = (0.0, 0.0, 0.0)
    quaternion: Quaternion = (1.0, 0.0, 0.0, 0.0)

    @property
    def matrix(self) -> Array:
        """``world_from_object`` as a rigid 4x4 array."""
        return transform_from(rotation_from_quaternion(self.quaternion), self.translation)


class BodySpec(Spec):
    """How an object behaves while it is dropped.

    Attributes:
        mass_kg: meaningless where there is a density.
        density_kg_m3: mass per volume of the mesh, or of its hull where that is not closed.
        linear_damping, angular_damping: share of speed lost per second.
    """

    collision_shape: CollisionShape = "auto"
    mass_kg: float = 0.2
    density_kg_m3: float | None = None
    friction: float = 0.6
    restitution: float = 0.1
    linear_damping: float = 0.04
    angular_damping: float = 0.2


class KeypointSpec(Spec):
    """A named point of an object, in the object's own frame before its scale; metres."""

    name: str
    position: Vector


class ObjectSpec(Spec):
    """One object. Its instance id is its value in instance maps; 0 stays background.

    Attributes:
        group: key of the recipe's object group it was drawn from.
        category_id, category: class for training; None for distractors.
        scale: uniform factor on the asset's own size.
        size_m: longest side of the object's box, from which `scale` follows once the mesh is known.
        material: None keeps what the file brought.
        adjust: changes of what the file brought; without effect where `material` is given.
        keypoints: in the order of the recipe.
    """

    instance_id: int
    group: str
    role: Role
    category_id: int | None
    category: str | None
    asset: Asset
    scale: float
    size_m: float | None = None
    pose: Pose
    material: MaterialSpec | None
    adjust: AdjustSpec | None = None
    body: BodySpec
    keypoints: tuple[KeypointSpec, ...] = ()

    @property
    def asset_key(self) -> str:
        """The asset as canonical text: equal assets share one mesh."""
        return canonical_json(self.asset)


class Opening(Spec):
    """A rectangular hole in a wall.

    Attributes:
        along: centre along the wall's longer side, from the wall's centre; metres.
        bottom: lower edge above the wall's lower edge; metres.
        width, height: metres.
    """

    along: float
    bottom: float
    width: float
    height: float


class SurfaceSpec(Spec):
    """A fixed axis-aligned slab of the room, such as floor or wall; background in id maps.

    Attributes:
        openings: holes through a wall, from one end to the other, none above another. Light
            passes through; falling objects do not.
    """

    name: str
    center: Vector
    size: Vector
    material: MaterialSpec
    openings: tuple[Opening, ...] = ()


class FixtureSpec(Spec):
    """A thing that stays where it is, such as furniture; background in id maps.

    Attributes:
        category: what it is, such as ``table``; things can be placed on categories.
        scale: uniform factor on the asset's own size.
        size_m: longest side of the object's box, from which `scale` follows once the mesh is known.
        material: None keeps what the file brought.
    """

    name: str
    category: str | None
    asset: Asset
    pose: Pose
    scale: float = 1.0
    material: MaterialSpec | None = None

    @property
    def asset_key(self) -> str:
        """The asset as canonical text: equal assets share one mesh."""
        return canonical_json(self.asset)


class PhysicsSpec(Spec):
    """How the drop is computed and when it counts as settled.

    Attributes:
        steps_per_second: simulation frames per second, each with `substeps`.
        rest_speed: metres per second below which a body counts as slow.
        rest_seconds: how long all bodies must have been slow.
        max_seconds: simulated time at which the drop ends in any case.
        calm_after: simulated seconds after which all is halted once and then damped strongly.
        max_penetration: metres by which settled bodies may reach into each other or the room.
        max_gap: metres to the nearest thing at which a settled body counts as touching it.
    """

    enabled: bool
    gravity: float
    steps_per_second: int
    substeps: int
    rest_speed: float
    rest_seconds: float
    max_seconds: float
    calm_after: float = 0.8
    max_penetration: float = 0.002
    max_gap: float = 0.002


class RenderSpec(Spec):
    """Renderer settings; the names are Blender's where Blender has one.

    Attributes:
        cut_out: whether surfaces whose alpha is below one half are left out of all passes.
    """

    engine: Engine
    samples: int
    noise_threshold: float
    max_bounces: int
    diffuse_bounces: int
    glossy_bounces: int
    transmission_bounces: int
    light_tree: bool
    clamp_indirect: float
    denoise: Literal["off", "fast", "accurate"]
    view_transform: Literal["Standard", "AgX", "Filmic"]
    exposure: float
    coverage: bool = False
    albedo: bool = False
    cut_out: bool = False


class LensBlurSpec(Spec):
    """Depth of field of a thin lens.

    Attributes:
        f_stop: focal length over the aperture's diameter.
        sensor_width_mm: makes a focal length in pixels one in millimetres.
        blades: sides of the aperture; fewer than 3 make it round.
        focus: depth in metres along the optical axis that is sharp; None before the scene is
            settled, for that of the point of interest.
    """

    f_stop: float
    sensor_width_mm: float
    blades: int = 0
    focus: float | None = None


class MotionSpec(Spec):
    """How far things move while the shutter is open: metres in the world frame.

    Annotated poses are those of the middle of that time.

    Attributes:
        objects: one for each object of the scene, in its order.
    """

    camera: Vector
    objects: tuple[Vector, ...]


class ViewSpec(Spec):
    """One camera, stated relative to the point it looks at.

    Attributes:
        anchor: instance id of the object looked at; 0 means `center` itself.
        center: point of interest in the world frame when `anchor` is 0, otherwise an offset
            from the settled object's centre; metres.
        radius, elevation, azimuth: the camera centre on a sphere around the point of interest.
        look_at_offset: shift of the looked-at point away from the point of interest; metres.
        off_center: where the looked-at point lies right of and below the principal point, in
            halves of the image's width and height.
        roll: turn about the viewing axis.
        render_seed: seed of the renderer's own noise.
    """

    view: int
    intrinsics: Intrinsics
    anchor: int
    center: Vector
    radius: float
    elevation: float
    azimuth: float
    look_at_offset: Vector
    off_center: tuple[float, float] = (0.0, 0.0)
    roll: float
    clip_start: float
    clip_end: float
    render_seed: int
    lens_blur: LensBlurSpec | None = None
    motion: MotionSpec | None = None


class SceneSpec(Spec):
    """One scene index of a recipe, fully decided but not yet dropped.

    Attributes:
        attempt: how many earlier arrangements of this index were rejected.
        room_size: inner width, depth and height of a closed room that is centred on the origin
            and stands on the floor at height 0; None where there are no walls.
    """

    scene: int
    seed: int
    attempt: int
    recipe_hash: str
    objects: tuple[ObjectSpec, ...]
    surfaces: tuple[SurfaceSpec, ...]
    fixtures: tuple[FixtureSpec, ...] = ()
    room_size: Vector | None = None
    lights: tuple[LightSpec, ...]
    environment: EnvironmentSpec
    physics: PhysicsSpec
    render: RenderSpec
    views: tuple[ViewSpec, ...]

    @property
    def assets(self) -> dict[str, Asset]:
        """Every asset that the scene shows, by the `asset_key` of objects and fixtures."""
        return {item.asset_key: item.asset for item in self.things}

    @property
    def things(self) -> tuple[ObjectSpec | FixtureSpec, ...]:
        """All that has a mesh of its own: objects, then fixtures."""
        return (*self.objects, *self.fixtures)


class SettledView(Spec):
    """A view whose camera is final: ``world_from_camera`` with OpenCV axes."""

    view: int
    frame: int
    intrinsics: Intrinsics
    world_from_camera: Matrix4
    clip_start: float
    clip_end: float
    render_seed: int
    lens_blur: LensBlurSpec | None = None
    motion: MotionSpec | None = None

    @property
    def is_blurred(self) -> bool:
        """Whether a pixel of the picture shows more than what its centre's ray meets."""
        return self.lens_blur is not None or self.motion is not None


class SettledScene(Spec):
    """A scene after physics: `spec` with the objects' final poses and cameras.

    Saved beside the frames; holds all that is needed to render them again.
    """

    spec: SceneSpec
    poses: tuple[Pose, ...]
    views: tuple[SettledView, ...]


def canonical_json(value: BaseModel) -> str:
    """Return compact JSON with sorted keys: equal values give equal text."""
    return json.dumps(value.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))


def content_hash(value: BaseModel) -> str:
    """Return the SHA-256 of `canonical_json`, in hex."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
