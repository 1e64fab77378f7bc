"""Annotations of small scenes whose truth is known by construction."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from synth_addon.core.annotation import (
    FrameAnnotation,
    annotate,
    box_of_mask,
    decode_mask,
    encode_mask,
)
from synth_addon.core.camera import Intrinsics
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.scene_spec import (
    BodySpec,
    EnvironmentSpec,
    ObjectSpec,
    PhysicsSpec,
    Pose,
    RenderSpec,
    SceneSpec,
    SettledScene,
    SettledView,
    ShapeAsset,
    content_hash,
)
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.silhouettes import SilhouetteCaster
from synth_addon.core.transforms import look_at, matrix_rows, quaternion_about, transform_points

PHYSICS = PhysicsSpec(
    enabled=False, gravity=9.81, steps_per_second=60, substeps=4, rest_speed=0.01,
    rest_seconds=0.2, max_seconds=4.0,
)  # fmt: skip
RENDER = RenderSpec(
    engine="CYCLES", samples=1, noise_threshold=0.0, max_bounces=1, diffuse_bounces=1,
    glossy_bounces=1, transmission_bounces=1, light_tree=False, clamp_indirect=0.0,
    denoise="off", view_transform="Standard", exposure=0.0,
)  # fmt: skip
K = Intrinsics(width=80, height=60, fx=100, fy=100, cx=40, cy=30)
MASKS = arrays.arrays(bool, st.tuples(st.integers(1, 20), st.integers(1, 20)))
Result = tuple[FrameAnnotation, RenderedFrame]


def block(number: int, size: Sequence[float] = (1, 1, 1), scale: float = 1.0) -> ObjectSpec:
    parameters = dict(zip(("width_m", "depth_m", "height_m"), size, strict=True))
    return ObjectSpec(
        instance_id=number,
        group="box",
        role="target" if number % 2 else "distractor",
        category_id=1 if number % 2 else None,
        category="box" if number % 2 else None,
        asset=ShapeAsset(shape="box", parameters=parameters),
        scale=scale,
        pose=Pose(),
        material=None,
        body=BodySpec(),
    )


def annotated(*placed: tuple[ObjectSpec, Pose], intrinsics: Intrinsics = K) -> Result:
    """Render what a camera 10 m away on the -y side sees."""
    spec = SceneSpec(
        scene=3,
        seed=7,
        attempt=0,
        recipe_hash="abc",
        objects=tuple(item for item, _ in placed),
        surfaces=(),
        lights=(),
        environment=EnvironmentSpec(),
        physics=PHYSICS,
        render=RENDER,
        views=(),
    )
    view = SettledView(
        view=1,
        frame=7,
        intrinsics=intrinsics,
        world_from_camera=matrix_rows(look_at([0, -10, 0], [0, 0, 0])),
        clip_start=0.01,
        clip_end=100,
        render_seed=0,
    )
    scene = SettledScene(spec=spec, poses=tuple(pose for _, pose in placed), views=(view,))
    renderer = ReferenceRenderer(mesh_of)
    meshes = renderer.load(spec)
    renderer.build(scene)
    frame = renderer.render(view)
    return annotate(scene, view, frame, meshes, SilhouetteCaster()), frame


def at(x: float, y: float, z: float) -> Pose:
    return Pose(translation=(x, y, z))


# A box of 1 m whose front is 9.5 m away covers 100 / 9.5 = 10.5 pixels.


def test_a_lone_object_is_wholly_visible() -> None:
    annotation, frame = annotated((block(1), at(0, 0, 0)))
    (found,) = annotation.objects
    assert found.visible_box == found.amodal_box == (35, 25, 10, 10)
    assert found.visible_pixels == found.amodal_pixels == found.silhouette_pixels == 100
    assert (found.visible_fraction, found.truncation_fraction) == (1, 0)
    assert found.visible_mask == found.amodal_mask
    assert found.visible_mask is not None
    assert np.array_equal(decode_mask(found.visible_mask), frame.instance_ids == 1)


def test_an_occluded_object_keeps_its_amodal_truth() -> None:
    """The distractor in front, 7.5 m away and 1 m wide, hides the left half of the target."""
    annotation, frame = annotated((block(1), at(0, 0, 0)), (block(2), at(-0.5, -2, 0)))
    target, distractor = annotation.objects
    assert target.amodal_box == (35, 25, 10, 10)
    assert target.visible_box == (40, 25, 5, 10)
    assert target.visible_fraction == 0.5
    assert target.truncation_fraction == 0
    assert distractor.visible_fraction == 1
    assert (distractor.category_id, distractor.category) == (None, None)
    masks = [o.visible_mask for o in (target, distractor)]
    shown = [decode_mask(mask) for mask in masks if mask is not None]
    assert not np.any(shown[0] & shown[1])
    assert np.array_equal(shown[0] | shown[1], frame.instance_ids > 0)


def test_a_hidden_object_has_amodal_truth_alone() -> None:
    annotation, _ = annotated((block(1), at(0, 0, 0)), (block(2), at(0, -3, 0)))
    hidden = annotation.objects[0]
    assert (hidden.visible_pixels, hidden.visible_fraction) == (0, 0)
    assert hidden.visible_box is None and hidden.visible_mask is None
    assert hidden.amodal_box == (35, 25, 10, 10) and hidden.amodal_mask is not None


def test_a_cut_off_object_reaches_outside_the_image() -> None:
    """Half of it is beyond the right edge, which is seen 3.8 m from the middle at 9.5 m."""
    annotation, _ = annotated((block(1, (1, 0.002, 1)), at(4.0, 0, 0)))
    (found,) = annotation.objects
    assert found.visible_box == (75, 25, 5, 10)
    assert found.amodal_box == (75, 25, 10, 10)
    assert found.visible_fraction == found.truncation_fraction == pytest.approx(0.5)
    assert found.amodal_mask == found.visible_mask


@pytest.mark.parametrize("place", [at(0, -20, 0), at(0, -300, 0)])
def test_an_object_behind_the_camera_is_listed_without_pixels(place: Pose) -> None:
    annotation, _ = annotated((block(1), place))
    (found,) = annotation.objects
    assert found.silhouette_pixels == found.visible_pixels == 0
    assert found.visible_box is found.amodal_box is found.visible_mask is found.amodal_mask is None
    assert (found.visible_fraction, found.truncation_fraction) == (0, 0)
    assert found.box_3d.corners_px == (None,) * 8


def test_an_object_of_one_pixel_has_a_box_of_one_pixel() -> None:
    annotation, _ = annotated((block(1, (0.1, 0.1, 0.1)), at(0.05, 0, -0.05)))
    assert annotation.objects[0].visible_box == (40, 30, 1, 1)


def test_an_empty_scene_has_no_objects() -> None:
    annotation, _ = annotated()
    assert annotation.objects == ()


def test_poses_go_from_object_to_camera() -> None:
    turn = quaternion_about([0, 0, 1], math.pi / 2)
    pose = Pose(translation=(1.0, 2.0, 3.0), quaternion=tuple(turn.tolist()))
    annotation, _ = annotated((block(1, scale=2.0), pose))
    (found,) = annotation.objects
    assert np.allclose(found.world_from_object, pose.matrix)
    assert np.allclose(
        np.array(annotation.world_from_camera) @ found.camera_from_object, pose.matrix
    )
    assert np.allclose(np.array(found.camera_from_object)[:3, 3], [1, -3, 12])
    assert found.scale == 2
    assert np.linalg.det(np.array(found.camera_from_object)[:3, :3]) == pytest.approx(1)


def test_boxes_in_space_follow_the_object() -> None:
    pose = Pose(translation=(0.5, 0.0, 0.0), quaternion=(0.8, 0.0, 0.6, 0.0))
    annotation, _ = annotated((block(1, (1, 2, 3), scale=0.5), pose))
    box = annotation.objects[0].box_3d
    assert box.center == pytest.approx((0, 0, 0))
    assert box.size == pytest.approx((0.5, 1, 1.5))
    signs = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)]) * 2 - 1
    expected = transform_points(
        annotation.objects[0].camera_from_object, signs * np.array(box.size) / 2
    )
    assert np.allclose(box.corners_camera, expected)
    for corner, pixel in zip(box.corners_camera, box.corners_px, strict=True):
        assert pixel is not None
        assert pixel == pytest.approx(
            (100 * corner[0] / corner[2] + 40, 100 * corner[1] / corner[2] + 30)
        )


def test_corners_around_the_camera_are_told_apart() -> None:
    annotation, _ = annotated((block(1, (1, 8, 1)), at(0, -9, 0)))
    corners = annotation.objects[0].box_3d.corners_px
    assert [corner is None for corner in corners] == [True, True, False, False] * 2


def test_frames_say_where_they_come_from() -> None:
    intrinsics = K.model_copy(update={"fy": 90.0, "cx": 33.25})
    annotation, _ = annotated((block(1), at(0, 0, 0)), intrinsics=intrinsics)
    assert (annotation.frame, annotation.scene, annotation.view, annotation.seed) == (7, 3, 1, 7)
    assert (annotation.width, annotation.height) == (80, 60)
    assert annotation.camera_matrix == ((100, 0, 33.25), (0, 90, 30), (0, 0, 1))
    assert len(annotation.spec_hash) == len(content_hash(annotation)) == 64


def test_annotations_survive_json() -> None:
    annotation, _ = annotated((block(1), at(0, 0, 0)), (block(2), at(0, -20, 0)))
    assert FrameAnnotation.model_validate_json(annotation.model_dump_json()) == annotation


@settings(deadline=None, max_examples=60)
@given(MASKS)
def test_masks_survive_encoding(mask: np.ndarray) -> None:
    assert np.array_equal(decode_mask(encode_mask(mask)), mask)
    assert encode_mask(mask).size == mask.shape


@settings(deadline=None, max_examples=60)
@given(MASKS)
def test_boxes_are_tight(mask: np.ndarray) -> None:
    box = box_of_mask(mask)
    if box is None:
        assert not mask.any()
        return
    x, y, width, height = (int(value) for value in box)
    inside = mask[y : y + height, x : x + width]
    assert inside.sum() == mask.sum()
    assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()
