"""The job loop with the reference renderer: whole datasets, retries, errors and order."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from synth_addon.core import job as job_module
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.dataset.validate import validate_dataset
from synth_addon.core.describe import dataset_info
from synth_addon.core.errors import RenderError, SceneError, StorageError
from synth_addon.core.job import FrameDone, Job
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.rendered_frame import RenderedFrame
from synth_addon.core.scene_spec import Pose, SceneSpec, SettledView
from synth_addon.core.settling import ARRANGEMENT_TRIES, settle_scene
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.timing import PartTimes

NOTHING = AssetCatalog({}, {}, (), {})
VIEWS = 2


def recipe(**parts: Any) -> Recipe:
    return validate_recipe(
        {
            "version": 1,
            "views_per_scene": VIEWS,
            "categories": ["block", "brick"],
            "objects": {
                "brick": {"shape": "box", "count": {"uniform": [1, 2]}, "material": {}},
                "block": {"shape": "cube", "count": {"uniform": [1, 2]}, "material": {}},
                "other": {"shape": "cube", "role": "distractor", "count": 2, "material": {}},
            },
            "camera": {"width_px": 64, "height_px": 48},
            **parts,
        },
        "test",
    )


class Unsettled(ReferenceRenderer):
    """Sinks everything on the first tries of each scene; counts the tries."""

    def __init__(self, bad_tries: int) -> None:
        super().__init__(mesh_of)
        self.attempts: list[int] = []
        self._bad_tries = bad_tries

    def settle(self, spec: SceneSpec) -> tuple[Pose, ...]:
        self.attempts.append(spec.attempt)
        poses = super().settle(spec)
        if spec.attempt >= self._bad_tries:
            return poses
        return tuple(Pose(translation=(0.0, 0.0, -5.0)) for _ in poses)


class Failing(ReferenceRenderer):
    """Cannot render one frame."""

    def __init__(self, frame: int) -> None:
        super().__init__(mesh_of)
        self._frame = frame

    def render(self, view: SettledView) -> RenderedFrame:
        if view.frame == self._frame:
            raise RenderError(f"frame {view.frame}: broken")
        return super().render(view)


def generate(
    directory: Path,
    scenes: Sequence[int],
    made: Recipe | None = None,
    renderer: ReferenceRenderer | None = None,
    listener: Callable[[FrameDone], None] = lambda done: None,
) -> Job:
    made, renderer = made or recipe(), renderer or ReferenceRenderer(mesh_of)
    info = dataset_info(made, NOTHING, renderer.version)
    with DatasetStore.create_or_resume(directory, info, True, scenes) as store:
        job = Job(made, NOTHING, renderer, store, listener)
        job.run(store.pending(scenes))
        store.finish()
    return job


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("job") / "whole"
    generate(directory, range(4))
    return directory


def quietly(work: Callable[..., Any], *arguments: Any) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return work(*arguments)


# Whole datasets


def test_a_dataset_keeps_every_promise(whole: Path) -> None:
    assert validate_dataset(whole) == []
    assert open_dataset(whole).frame_numbers() == list(range(4 * VIEWS))


def test_frames_hold_what_the_scene_holds(whole: Path) -> None:
    dataset = open_dataset(whole)
    for annotation in dataset.annotations():
        scene = dataset.scene(annotation.scene)
        assert [o.instance_id for o in annotation.objects] == [
            item.instance_id for item in scene.spec.objects
        ]
        ids = dataset.instances(annotation.frame)
        for shown in annotation.objects:
            assert shown.visible_pixels == np.count_nonzero(ids == shown.instance_id)


def test_targets_are_in_frame_and_rest_on_the_floor(whole: Path) -> None:
    dataset = open_dataset(whole)
    for annotation in dataset.annotations():
        targets = [shown for shown in annotation.objects if shown.role == "target"]
        assert any(shown.amodal_pixels for shown in targets)
    for number in range(4):
        settled = dataset.scene(number)
        for item, pose in zip(settled.spec.objects, settled.poses, strict=True):
            mesh = mesh_of(item.asset)
            lowest = (mesh.vertices @ pose.matrix[:3, :3].T + pose.translation)[:, 2].min()
            assert lowest == pytest.approx(0, abs=1e-9)


def test_ground_truth_as_detections_is_perfect(whole: Path) -> None:
    coco = quietly(COCO, str(whole / "coco" / "instances.json"))
    assert coco.cats == {1: {"id": 1, "name": "block"}, 2: {"id": 2, "name": "brick"}}
    assert len(coco.imgs) == 4 * VIEWS
    detections = [
        {**{k: truth[k] for k in ("image_id", "category_id", "bbox", "segmentation")}, "score": 0.9}
        for truth in coco.dataset["annotations"]
    ]
    found = quietly(coco.loadRes, detections)
    for kind in ("bbox", "segm"):
        evaluation = COCOeval(coco, found, kind)
        for step in (evaluation.evaluate, evaluation.accumulate, evaluation.summarize):
            quietly(step)
        assert evaluation.stats[0] == 1.0


@pytest.mark.parametrize("parts", [[[3, 1], [0, 2]], [[2], [3], [1], [0]], [[0, 1, 2], [2, 3]]])
def test_scenes_may_come_in_any_order_and_in_parts(
    whole: Path, tmp_path: Path, parts: list[list[int]]
) -> None:
    for scenes in parts:
        generate(tmp_path / "parts", scenes)
    assert hash_dataset(tmp_path / "parts") == hash_dataset(whole)


def test_one_scene_alone_equals_that_of_the_whole(whole: Path, tmp_path: Path) -> None:
    generate(tmp_path / "alone", [3])
    alone, all_four = open_dataset(tmp_path / "alone"), open_dataset(whole)
    assert alone.scene(3) == all_four.scene(3)
    for frame in (3 * VIEWS, 3 * VIEWS + 1):
        assert alone.annotation(frame) == all_four.annotation(frame)
        assert np.array_equal(alone.image(frame), all_four.image(frame))
        assert np.array_equal(alone.depth(frame), all_four.depth(frame))


@pytest.mark.parametrize(
    "outputs",
    [
        {"depth": "off", "normals": "off"},
        {"depth": "exr", "normals": "exr"},
        {"depth_scale": 0.001},
    ],
)
def test_outputs_are_what_the_recipe_asks_for(tmp_path: Path, outputs: dict[str, Any]) -> None:
    generate(tmp_path / "dataset", [0], recipe(outputs=outputs))
    assert validate_dataset(tmp_path / "dataset") == []
    folders = {path.name for path in (tmp_path / "dataset").iterdir()}
    assert ("depth" in folders) == (outputs.get("depth") != "off")
    assert ("normals" in folders) == (outputs.get("normals") != "off")


def test_coverage_is_written_where_the_renderer_measures_it(tmp_path: Path) -> None:
    renderer = ReferenceRenderer(mesh_of, coverage_grid=2)
    generate(tmp_path / "dataset", [0], recipe(outputs={"coverage": True}), renderer)
    assert validate_dataset(tmp_path / "dataset") == []


def test_coverage_from_a_renderer_without_it_is_explained(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"outputs\.coverage"):
        generate(tmp_path / "dataset", [0], recipe(outputs={"coverage": True}))


def test_nothing_to_do_is_no_error(whole: Path) -> None:
    before = hash_dataset(whole)
    generate(whole, range(4))
    assert hash_dataset(whole) == before


def test_a_scene_of_many_views_is_written_whole(tmp_path: Path) -> None:
    """More views than may wait for the writer at once."""
    generate(tmp_path / "dataset", [1], recipe(views_per_scene=9))
    assert open_dataset(tmp_path / "dataset").frame_numbers() == list(range(9, 18))
    assert validate_dataset(tmp_path / "dataset") == []


# What the job tells


def test_listeners_hear_of_every_frame_in_order_in_the_calling_thread(tmp_path: Path) -> None:
    heard: list[FrameDone] = []
    threads = set()

    def listener(done: FrameDone) -> None:
        heard.append(done)
        threads.add(threading.current_thread())

    generate(tmp_path / "dataset", [2, 0], listener=listener)
    assert [(done.frame, done.scene) for done in heard] == [(4, 2), (5, 2), (0, 0), (1, 0)]
    assert threads == {threading.main_thread()}


def test_times_of_all_parts_are_added_up(tmp_path: Path) -> None:
    parts = generate(tmp_path / "dataset", [0, 1]).times.parts
    assert parts["render"].calls == parts["annotate"].calls == parts["encode"].calls == 2 * VIEWS
    assert parts["write"].calls == parts["build"].calls == parts["physics"].calls == 2
    assert all(part.wall >= 0 and part.cpu >= 0 for part in parts.values())


# What can go wrong


def test_bad_arrangements_are_drawn_anew(tmp_path: Path) -> None:
    renderer = Unsettled(bad_tries=2)
    generate(tmp_path / "dataset", [0, 1], renderer=renderer)
    assert renderer.attempts == [0, 1, 2, 0, 1, 2]
    assert validate_dataset(tmp_path / "dataset") == []
    assert open_dataset(tmp_path / "dataset").scene(1).spec.attempt == 2


def test_scenes_that_never_come_to_rest_are_given_up(tmp_path: Path) -> None:
    renderer = Unsettled(bad_tries=10**6)
    with pytest.raises(SceneError) as caught:
        generate(tmp_path / "dataset", [5], renderer=renderer)
    assert renderer.attempts == list(range(ARRANGEMENT_TRIES))
    assert "scene 5" in str(caught.value)
    assert "sank into the floor" in str(caught.value)
    assert "spawn.height_m" in str(caught.value)


def test_scenes_that_no_camera_suits_are_given_up_with_the_reason() -> None:
    made = recipe(camera={"radius_m": 900, "max_tries": 3})
    with pytest.raises(SceneError) as caught:
        settle_scene(made, NOTHING, ReferenceRenderer(mesh_of), 0, PartTimes())
    assert "outside the room 3 times" in str(caught.value)
    assert "camera.radius_m" in str(caught.value)


def test_a_scene_that_no_camera_suits_is_arranged_anew() -> None:
    """With few tries some arrangements have to be given up."""
    made = recipe(camera={"radius_m": {"uniform": [0.5, 4]}, "max_tries": 1})
    attempts = [
        settle_scene(made, NOTHING, ReferenceRenderer(mesh_of), scene, PartTimes())[0].spec.attempt
        for scene in range(8)
    ]
    assert max(attempts) > 0


def test_a_failing_render_leaves_finished_scenes(tmp_path: Path) -> None:
    directory = tmp_path / "dataset"
    with pytest.raises(RenderError, match="frame 5"):
        generate(directory, range(4), renderer=Failing(frame=5))
    assert open_dataset(directory).scene_numbers() == [0, 1]


def test_what_failed_can_be_resumed(whole: Path, tmp_path: Path) -> None:
    directory = tmp_path / "dataset"
    for frame in (1, 4, 7):
        with pytest.raises(RenderError):
            generate(directory, range(4), renderer=Failing(frame))
    generate(directory, range(4))
    assert hash_dataset(directory) == hash_dataset(whole)


def test_errors_of_writing_surface_and_stop_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: DatasetStore, scene: Any, frames: Any, meshes: Any) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(DatasetStore, "commit_scene", full)
    heard: list[FrameDone] = []
    with pytest.raises(StorageError, match="full"):
        generate(tmp_path / "dataset", range(100), listener=heard.append)
    assert len(heard) < 100 * VIEWS


def test_errors_of_annotating_surface(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(job_module, "annotate", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        generate(tmp_path / "dataset", [0])
    assert open_dataset(tmp_path / "dataset").scene_numbers() == []


def test_an_interruption_keeps_what_is_finished(whole: Path, tmp_path: Path) -> None:
    def interrupt(done: FrameDone) -> None:
        if done.frame == 5:
            raise KeyboardInterrupt

    directory = tmp_path / "dataset"
    with pytest.raises(KeyboardInterrupt):
        generate(directory, range(4), listener=interrupt)
    assert open_dataset(directory).scene_numbers() == [0, 1]
    generate(directory, range(4))
    assert hash_dataset(directory) == hash_dataset(whole)
