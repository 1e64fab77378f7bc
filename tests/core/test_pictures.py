"""What is drawn over frames, and where."""

import itertools
import os
import random

import numpy as np
import pytest
from PIL import Image

from synth_addon.core.annotation import Box3D, FrameAnnotation, ObjectAnnotation, encode_mask
from synth_addon.core.camera import Intrinsics
from synth_addon.core.dataset.info import Category, DatasetInfo
from synth_addon.core.dataset.layout import frame_paths
from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.errors import DatasetError
from synth_addon.core.pictures import contact_sheet as sheets
from synth_addon.core.pictures.contact_sheet import contact_sheet, spread_evenly
from synth_addon.core.pictures.lettering import fitted, text_width
from synth_addon.core.pictures.overlay import TINT_SHARE, draw_frame, picture_style
from synth_addon.core.pictures.palette import class_color, contrast, ink_on
from synth_addon.core.pictures.strokes import draw_segments, inner_contour
from synth_addon.core.pictures.tag_layout import Rectangle, place_tags
from synth_addon.core.pictures.terminal import ansi_picture
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.scene_spec import (
    EnvironmentSpec,
    PhysicsSpec,
    RenderSpec,
    SceneSpec,
    SettledScene,
    SettledView,
)

WIDTH, HEIGHT, FACTOR = 160, 120, 4
EYE = tuple(tuple(float(i == j) for j in range(4)) for i in range(4))
GREY = (90, 100, 110)
NAMES = ("cup", "plate")

_PHYSICS = PhysicsSpec(
    enabled=False, gravity=9.81, steps_per_second=60, substeps=4, rest_speed=0.01,
    rest_seconds=0.5, max_seconds=5.0,
)  # fmt: skip
_RENDER = RenderSpec(
    engine="CYCLES", samples=1, noise_threshold=0.0, max_bounces=1, diffuse_bounces=1,
    glossy_bounces=1, transmission_bounces=1, light_tree=False, clamp_indirect=0.0,
    denoise="off", view_transform="Standard", exposure=0.0,
)  # fmt: skip


def _object(number, box, category=1, amodal=None, corners=None):
    """Return an object whose mask fills `box`; a `category` of None makes it a distractor."""
    x, y, width, height = box or (0, 0, 0, 0)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y : y + height, x : x + width] = True
    seen = int(mask.sum())
    return ObjectAnnotation(
        instance_id=number, group="things", role="target" if category else "distractor",
        category_id=category, category=NAMES[category - 1] if category else None,
        visible_pixels=seen, amodal_pixels=seen, silhouette_pixels=seen, visible_fraction=0.87,
        truncation_fraction=0.0, visible_box=box, amodal_box=amodal or box,
        visible_mask=encode_mask(mask) if box else None,
        amodal_mask=encode_mask(mask | True) if amodal else None,
        scale=1.0, camera_from_object=EYE, world_from_object=EYE,
        diameter=1.0,
        box_3d=Box3D(
            center=(0, 0, 0), size=(1, 1, 1), corners_camera=((0, 0, 0),) * 8,
            corners_px=corners or (None,) * 8,
        ),
    )  # fmt: skip


def _frame(number, objects):
    rgb = np.broadcast_to(np.array(GREY, np.uint8), (HEIGHT, WIDTH, 3))
    flat = np.zeros((HEIGHT, WIDTH), np.float32)
    rendered = RenderedFrame(
        rgb=np.ascontiguousarray(rgb), depth=flat + np.inf, normals=np.zeros((HEIGHT, WIDTH, 3)),
        instance_ids=flat.astype(np.uint16),
    )  # fmt: skip
    annotation = FrameAnnotation(
        frame=number, scene=number, view=0, seed=7, spec_hash="abc", width=WIDTH, height=HEIGHT,
        camera_matrix=((1, 0, 0), (0, 1, 0), (0, 0, 1)), world_from_camera=EYE,
        objects=tuple(objects),
    )  # fmt: skip
    return rendered, annotation


def _scene(number):
    spec = SceneSpec(
        scene=number, seed=7, attempt=0, recipe_hash="abc", objects=(), surfaces=(), lights=(),
        environment=EnvironmentSpec(), physics=_PHYSICS, render=_RENDER, views=(),
    )  # fmt: skip
    view = SettledView(
        view=0, frame=number, world_from_camera=EYE, clip_start=0.1, clip_end=10.0, render_seed=0,
        intrinsics=Intrinsics(width=WIDTH, height=HEIGHT, fx=50, fy=50, cx=80, cy=60),
    )  # fmt: skip
    return SettledScene(spec=spec, poses=(), views=(view,))


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    """Return the function that stores a dataset of one frame for each list of objects."""
    monkeypatch.setattr(os, "fsync", lambda _: None)

    def make(*frames, name="kitchen", categories=NAMES):
        info = DatasetInfo(
            synth_version="0", renderer="none", recipe={"name": name}, recipe_hash="abc",
            categories=tuple(Category(id=i + 1, name=n) for i, n in enumerate(categories)),
            width=WIDTH, height=HEIGHT, views_per_scene=1,
        )  # fmt: skip
        folder, scenes = tmp_path / "dataset", range(len(frames))
        with DatasetStore.create_or_resume(folder, info, False, scenes) as store:
            for number, objects in enumerate(frames):
                store.write_scene(_scene(number), [_frame(number, objects)])
            store.finish()
        return open_dataset(folder)

    return make


def _drawn(picture):
    """Return the picture without its caption, (H, W, 3)."""
    return np.asarray(picture)[: HEIGHT * FACTOR]


def _is_changed(picture):
    return (_drawn(picture) != np.array(GREY)).any(axis=2)


def test_masks_are_tinted_and_the_rest_is_left(dataset):
    picture = draw_frame(dataset([_object(1, (60, 50, 40, 30))]), 0)
    inside = _drawn(picture)[55 * FACTOR : 75 * FACTOR, 65 * FACTOR : 95 * FACTOR]
    mixed = (1 - TINT_SHARE) * np.array(GREY) + TINT_SHARE * np.array(class_color(1))
    assert (np.abs(inside - mixed) <= 0.5).all()
    changed = _is_changed(picture)
    around = np.zeros_like(changed)
    around[40 * FACTOR : 82 * FACTOR, 58 * FACTOR : 102 * FACTOR] = True  # the tag stands above
    assert not (changed & ~around).any()


def test_small_frames_are_enlarged_and_large_ones_kept():
    assert picture_style((160, 120)).size == (640, 480)
    assert picture_style((640, 480)).size == (640, 480)
    assert picture_style((3840, 2160)).size == (3840, 2160)
    assert picture_style((320, 240), 480).size == (480, 360)
    assert picture_style((3840, 2160)).letters > 4 * picture_style((640, 480)).letters


def test_the_caption_stands_below_the_picture(dataset):
    data = dataset([])
    picture = draw_frame(data, 0)
    assert picture.mode == "RGB" and picture.width == WIDTH * FACTOR
    assert HEIGHT * FACTOR < picture.height < 1.1 * HEIGHT * FACTOR
    assert not _is_changed(picture).any()
    assert np.asarray(picture)[HEIGHT * FACTOR :].max() > 120  # its letters
    assert draw_frame(data, 0, width=480).width == 480


def test_boxes_are_solid_and_dashed(dataset):
    box, amodal = (60, 60, 20, 20), (60.0, 60.0, 50.0, 20.0)
    data = dataset([_object(1, box)], [_object(1, box, amodal=amodal)])
    alike, other = (_drawn(draw_frame(data, frame)) for frame in (0, 1))
    assert (alike[60 * FACTOR : 80 * FACTOR, 60 * FACTOR - 1] == class_color(1)).all()
    assert (alike[70 * FACTOR, 82 * FACTOR :] == GREY).all()
    dashes = (other[60 * FACTOR : 80 * FACTOR, 110 * FACTOR] == class_color(1)).all(axis=1)
    assert 0.3 < dashes.mean() < 0.7


def test_the_3d_box_is_drawn_as_far_as_it_is_in_front(dataset):
    corners = [(10.0 + 30 * (i & 1), 90.0 - 30 * (i >> 1 & 1)) for i in range(8)]
    corners[7] = None
    corners[0] = (-1e7, 90.0)  # almost in the camera's plane
    picture = draw_frame(dataset([_object(1, (100, 10, 9, 9), corners=tuple(corners))]), 0)
    assert _is_changed(picture)[90 * FACTOR, : 39 * FACTOR].all()
    assert not _is_changed(picture)[95 * FACTOR :].any()


def test_distractors_have_a_contour_only(dataset):
    changed = _is_changed(draw_frame(dataset([_object(1, (60, 60, 20, 20), None)]), 0))
    expected = np.zeros_like(changed)
    expected[60 * FACTOR : 80 * FACTOR, 60 * FACTOR : 80 * FACTOR] = True
    expected[60 * FACTOR + 1 : 80 * FACTOR - 1, 60 * FACTOR + 1 : 80 * FACTOR - 1] = False
    assert np.array_equal(changed, expected)


def test_a_hidden_target_has_its_amodal_box_and_one_out_of_sight_nothing(dataset):
    hidden = _object(1, None, amodal=(60.0, 60.0, 20.0, 20.0))
    changed = _is_changed(draw_frame(dataset([hidden, _object(2, None)]), 0))
    assert changed[60 * FACTOR : 80 * FACTOR, 60 * FACTOR - 1].all()
    assert not changed[62 * FACTOR : 78 * FACTOR, 62 * FACTOR : 78 * FACTOR].any()


@pytest.mark.parametrize("box", [(0, 0, 5, 5), (155, 115, 5, 5), (0, 0, 160, 120), (150, 0, 10, 3)])
def test_tags_stay_inside(dataset, box):
    picture = draw_frame(dataset([_object(1, box)]), 0)
    style = picture_style((WIDTH, HEIGHT))
    full = (_drawn(picture) == class_color(1)).all(axis=2).sum()
    tag = text_width("cup 87 %", style.letters) * 1.4 * style.letters
    assert full > 0.6 * tag  # the rest are letters


def test_tags_do_not_cover_each_other():
    draw = random.Random(3)
    boxes = []
    for _ in range(40):
        left, top = draw.randrange(600), draw.randrange(440)
        boxes.append(Rectangle(left, top, left + 40, top + 40))
    places = place_tags(boxes, [70] * len(boxes), 16, (640, 480))
    assert all(p == p.clipped(640, 480) and p.right - p.left == 70 for p in places)
    assert all(a.overlap(b) == 0 for a, b in itertools.combinations(places, 2))


def test_texts_are_cut_to_fit():
    assert fitted("cup", 13, 100) == "cup"
    assert fitted("an unusually long name", 13, 3) == ""
    cut = fitted("an unusually long name", 13, 60)
    assert cut.endswith("…") and text_width(cut, 13) <= 60


def test_colors_tell_classes_apart_and_carry_text():
    colors = [class_color(number) for number in range(1, 13)]
    assert len(set(colors)) == len(colors)
    assert class_color(13) == class_color(1)
    assert all(contrast(ink_on(color), color) > 4.5 for color in colors)
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)


def test_the_contour_follows_the_mask_and_the_pictures_edge():
    mask = np.zeros((6, 8), bool)
    mask[0:5, 2:7] = True
    expected = mask.copy()
    expected[1:4, 3:6] = False
    assert np.array_equal(inner_contour(mask, 1), expected)
    assert not inner_contour(np.zeros((4, 4), bool), 2).any()


def test_segments_outside_draw_nothing():
    picture = Image.new("RGB", (20, 10))
    draw_segments(picture, [((-9.0, -9.0), (40.0, -9.0)), ((30.0, 0.0), (30.0, 5.0))], GREY, 1, 1)
    draw_segments(picture, [], GREY, 1, 1)
    assert not np.asarray(picture).any()
    draw_segments(picture, [((-1e9, 5.5), (1e9, 5.5))], GREY, 1, 1)
    assert (np.asarray(picture)[5] == GREY).all()


def test_numbers_are_spread_evenly():
    assert spread_evenly(range(10), 4) == [0, 3, 6, 9]
    assert spread_evenly([5, 7, 9], 24) == [5, 7, 9]
    assert spread_evenly([5, 7, 9], 1) == [5]
    assert spread_evenly([], 3) == []
    for count, limit in itertools.product(range(1, 40), range(1, 40)):
        chosen = spread_evenly(range(count), limit)
        assert len(set(chosen)) == len(chosen) == min(count, limit)
        assert chosen == sorted(chosen)


def test_a_sheet_holds_the_chosen_frames(dataset, monkeypatch):
    data = dataset(*([_object(1, (60, 60, 20, 20), 1 + n % 2)] for n in range(7)))
    drawn = []

    def record(dataset, frame, width):
        drawn.append(frame)
        return draw_frame(dataset, frame, width)

    monkeypatch.setattr(sheets, "draw_frame", record)
    sheet = contact_sheet(data, data.frame_numbers(), limit=4, columns=3)
    assert drawn == [0, 2, 4, 6]
    assert 3 * 480 < sheet.width < 3.2 * 480
    thumbnail = draw_frame(data, 6, 480)
    pixels = np.asarray(sheet)
    last = pixels[-thumbnail.height - 16 : -16, 16:496]
    assert np.array_equal(last, np.asarray(thumbnail))
    header = pixels[: -2 * (thumbnail.height + 16)].reshape(-1, 3)
    assert all((header == class_color(number)).all(axis=1).any() for number in (1, 2))


def test_a_sheet_of_nothing_or_of_many_classes_is_fine(dataset):
    data = dataset([], name="n" * 300, categories=[f"a class numbered {i}" for i in range(40)])
    empty = contact_sheet(data, [], limit=4, columns=4)
    assert empty.height < contact_sheet(data, [0], limit=4, columns=4).height
    assert empty.height > 300  # rows of the legend


def test_a_truncated_image_is_named(dataset):
    data = dataset([])
    path = data.directory / frame_paths(0, data.info.outputs)["images"]
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(DatasetError, match=path.name):
        draw_frame(data, 0)
    with pytest.raises(DatasetError, match=path.name):
        contact_sheet(data, [0], 1, 1)


def test_an_image_or_mask_of_another_size_is_told(dataset):
    data = dataset([_object(1, (60, 60, 20, 20))])
    paths = {key: data.directory / path for key, path in frame_paths(0, data.info.outputs).items()}
    text = paths["frames"].read_text()
    paths["frames"].write_text(text.replace(f'"size":[{HEIGHT},{WIDTH}]', '"size":[4,4]'))
    with pytest.raises(DatasetError, match=r"frame 0 .*a mask is 4 x 4"):
        draw_frame(data, 0)
    counts = data.annotation(0).objects[0].visible_mask.counts
    paths["frames"].write_text(text.replace(counts, "ab"))
    with pytest.raises(DatasetError, match="cannot be decoded"):
        draw_frame(data, 0)
    paths["frames"].write_text(text)
    Image.new("RGB", (9, 8)).save(paths["images"])
    with pytest.raises(DatasetError, match="its image is 9 x 8"):
        draw_frame(data, 0)


def test_a_terminal_shows_two_pixels_a_letter() -> None:
    picture = Image.new("RGB", (4, 4), (255, 0, 0))
    picture.paste((0, 0, 255), (0, 2, 4, 4))
    lines = ansi_picture(picture, 2).splitlines()
    assert len(lines) == 1
    assert lines[0].count("▀") == 2
    assert "38;2;255;0;0m" in lines[0]
    assert "48;2;0;0;255m" in lines[0]
    assert len(ansi_picture(picture, 8).splitlines()) == 4
