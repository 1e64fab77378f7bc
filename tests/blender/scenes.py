"""Hand-made scenes for the tests of this folder; physics off, poses given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.annotation import FrameAnnotation, ObjectAnnotation, annotate, decode_mask
from synth_addon.core.camera import Intrinsics
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
    SurfaceSpec,
)
from synth_addon.core.shapes.catalog import SHAPES, mesh_of
from synth_addon.core.silhouettes import SilhouetteCaster
from synth_addon.core.transforms import Array, look_at, matrix_rows

PLAIN = Intrinsics(width=160, height=120, fx=150.0, fy=150.0, cx=80.0, cy=60.0)
LENSES: Mapping[str, Intrinsics] = {
    "plain": PLAIN,
    "shifted": PLAIN.model_copy(update={"cx": 63.25, "cy": 71.6}),
    "tall pixels": PLAIN.model_copy(update={"fy": 100.0}),
    "wide pixels": PLAIN.model_copy(update={"fx": 110.0}),
    "camera matrix": PLAIN.model_copy(update={"fx": 171.3, "fy": 143.9, "cx": 90.37, "cy": 48.81}),
    "portrait": Intrinsics(width=90, height=160, fx=130.0, fy=141.0, cx=41.3, cy=88.8),
}
PHYSICS = PhysicsSpec(
    enabled=False,
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
    noise_threshold=0.0,
    max_bounces=2,
    diffuse_bounces=1,
    glossy_bounces=1,
    transmission_bounces=2,
    light_tree=True,
    clamp_indirect=10.0,
    denoise="off",
    view_transform="Standard",
    exposure=0.0,
)
GREY = MaterialSpec()
GLASS = MaterialSpec(transmission=1.0, roughness=0.0)
FLOOR = SurfaceSpec(name="floor", center=(0, 0, -0.1), size=(4, 4, 0.2), material=GREY)
LAMP = LightSpec(
    kind="point",
    position=(0.5, -1.0, 2.0),
    target=(0, 0, 0),
    energy=60.0,
    color=(1, 1, 1),
    size_m=0.1,
)
TURNED = (0.83, 0.25, -0.39, 0.31)


def thing(instance_id: int, shape: str, pose: Pose | None = None, **changes: Any) -> ObjectSpec:
    """Return an object; keywords that its shape has are the shape's parameters."""
    parameters = {key: changes.pop(key) for key in list(changes) if key in _parameters(shape)}
    values: dict[str, Any] = {
        "group": shape,
        "role": "target",
        "category_id": 1,
        "category": "thing",
        "scale": 1.0,
        "material": GREY,
        "body": BodySpec(),
        "asset": ShapeAsset(shape=shape, parameters=parameters),
    }
    return ObjectSpec(instance_id=instance_id, pose=pose or Pose(), **(values | changes))


def _parameters(shape: str) -> Collection[str]:
    return SHAPES[shape].parameters if shape in SHAPES else ()


def at(x: float, y: float, z: float, quaternion: Sequence[float] = (1, 0, 0, 0)) -> Pose:
    unit = np.asarray(quaternion, float) / np.linalg.norm(quaternion)
    return Pose(translation=(x, y, z), quaternion=tuple(unit.tolist()))


def view_from(
    eye: Sequence[float],
    target: Sequence[float] = (0, 0, 0),
    *,
    roll: float = 0.0,
    intrinsics: Intrinsics = PLAIN,
    clip: tuple[float, float] = (0.01, 100.0),
    number: int = 0,
) -> SettledView:
    return SettledView(
        view=number,
        frame=number,
        intrinsics=intrinsics,
        world_from_camera=matrix_rows(look_at(eye, target, roll)),
        clip_start=clip[0],
        clip_end=clip[1],
        render_seed=7 + number,
    )


def scene_of(
    objects: Sequence[ObjectSpec], views: Sequence[SettledView] = (), **changes: Any
) -> SettledScene:
    values: dict[str, Any] = {
        "surfaces": (FLOOR,),
        "lights": (LAMP,),
        "environment": EnvironmentSpec(color=(0.4, 0.4, 0.4)),
        "physics": PHYSICS,
        "render": RENDER,
    }
    spec = SceneSpec(
        scene=0,
        seed=1,
        attempt=0,
        recipe_hash="",
        objects=tuple(objects),
        views=(),
        **(values | changes),
    )
    return SettledScene(spec=spec, poses=tuple(item.pose for item in objects), views=tuple(views))


@dataclass(frozen=True, eq=False)
class Shot:
    """One view of one scene by Blender, and by the reference renderer as the truth."""

    scene: SettledScene
    view: SettledView
    frame: RenderedFrame
    truth: RenderedFrame
    meshes: Mapping[str, TriangleMesh]
    caster: SilhouetteCaster = field(default_factory=SilhouetteCaster)

    @cached_property
    def annotation(self) -> FrameAnnotation:
        return annotate(self.scene, self.view, self.frame, self.meshes, self.caster)

    @cached_property
    def true_annotation(self) -> FrameAnnotation:
        return annotate(self.scene, self.view, self.truth, self.meshes, self.caster)

    def found(self, instance_id: int) -> ObjectAnnotation:
        return next(o for o in self.annotation.objects if o.instance_id == instance_id)

    def mask(self, instance_id: int) -> Array:
        """Return the visible mask (H, W) as it is written to disk."""
        code = self.found(instance_id).visible_mask
        shape = self.frame.instance_ids.shape
        return decode_mask(code) if code is not None else np.zeros(shape, bool)


def shoot(renderer: BlenderRenderer, scene: SettledScene, *views: SettledView) -> list[Shot]:
    """Render the given views of a scene, or else the scene's own, by both renderers."""
    meshes = renderer.load(scene.spec)
    renderer.build(scene)
    reference = ReferenceRenderer(mesh_of)
    reference.build(scene)
    return [
        Shot(scene, view, renderer.render(view), reference.render(view), meshes)
        for view in views or scene.views
    ]


def alone(scene: SettledScene, index: int) -> SettledScene:
    """Return the scene with one object and nothing else."""
    spec = scene.spec.model_copy(update={"objects": (scene.spec.objects[index],), "surfaces": ()})
    return scene.model_copy(update={"spec": spec, "poses": (scene.poses[index],)})


def canvas_of(view: SettledView) -> SettledView:
    """Return the view with the image widened by one width and height to every side."""
    lens = view.intrinsics
    wide = Intrinsics(
        width=3 * lens.width,
        height=3 * lens.height,
        fx=lens.fx,
        fy=lens.fy,
        cx=lens.cx + lens.width,
        cy=lens.cy + lens.height,
    )
    return view.model_copy(update={"intrinsics": wide})
