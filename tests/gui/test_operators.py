"""The buttons: what they change, what they refuse, and that they make what the command makes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest

from synth_addon.core.dataset.tree_hash import hash_dataset as tree_hash
from synth_addon.core.export.check import export_problems
from synth_addon.core.export.names import FORMAT_LABELS
from synth_addon.core.export.record import read_record
from synth_addon.core.export.registry import SHIPPED
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.operators.job_watch import close_jobs, show_jobs
from synth_addon.properties.to_recipe import recipe_data
from tests.small_disk import SmallDisk

from .conftest import select
from .file_state import file_state

_PATIENCE_S = 240


@pytest.fixture
def saved(scene: bpy.types.Scene, meshes: list[bpy.types.Object], tmp_path: Path) -> Path:
    """A saved file with a target and a distractor, small and quick to render."""
    select(meshes[0])
    bpy.ops.synth.mark(role="target")
    select(meshes[2])
    bpy.ops.synth.mark(role="distractor")
    recipe = scene.synth.recipe
    recipe.camera.width_px, recipe.camera.height_px = 64, 48
    recipe.scenes, recipe.views_per_scene, recipe.render.samples = 3, 1, 1
    recipe.render.denoise = "off"
    recipe.camera.radius_m.low, recipe.camera.radius_m.high = 0.2, 0.7
    recipe.objects[0].collision_shape = "convex_hull"
    scene.synth.output = "//made"
    file = tmp_path / "scene.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    return file


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the jobs advance, as Blender's timer would, until something is so."""
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "the job does not get there"
        show_jobs()
        time.sleep(0.02)


def job() -> bpy.types.PropertyGroup:
    return bpy.context.window_manager.synth


def ended() -> bool:
    return job().state in ("done", "failed", "cancelled")


@pytest.mark.slow
def test_button_command_and_library_make_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    assert bpy.ops.synth.generate() == {"FINISHED"}
    wait_until(ended)
    assert (job().state, job().done, job().message) == ("done", 3, "")
    by_button = tree_hash(tmp_path / "made")
    size = sum(
        path.stat().st_size
        for path in (tmp_path / "made").glob("*/000000/*")
        if "scenes" not in str(path)
    )
    assert job().frame_bytes == pytest.approx(size / 3)

    command = [sys.executable, "-m", "synth_addon.cli", "generate", str(saved)]
    subprocess.run([*command, "--output", str(tmp_path / "command")], check=True)
    assert tree_hash(tmp_path / "command") == by_button

    bpy.ops.synth.export_recipe(filepath=str(tmp_path / "exported.json"))
    assert by_library(tmp_path / "exported.json", tmp_path / "library") == by_button


def by_library(recipe: Path, output: Path) -> str:
    """Generate in this process, on the open file, and return the dataset's hash."""
    from synth_addon.blender.generate_dataset import generate_dataset

    frames = []
    generate_dataset(load_recipe(str(recipe)), output, threads=1, listener=frames.append)
    assert [done.frame for done in frames] == [0, 1, 2]
    return tree_hash(output)


@pytest.mark.slow
def test_a_cancelled_job_resumes_to_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    bpy.context.scene.synth.recipe.scenes = 30
    bpy.ops.synth.generate()
    wait_until(lambda: job().done >= 2)
    assert bpy.ops.synth.cancel() == {"FINISHED"}
    wait_until(ended)
    assert job().state == "cancelled"
    assert job().done < 30

    bpy.ops.synth.generate(resume=True)
    wait_until(ended)
    assert job().state == "done"
    resumed = tree_hash(tmp_path / "made")

    bpy.context.scene.synth.output = "//again"
    bpy.ops.synth.generate()
    wait_until(ended)
    assert tree_hash(tmp_path / "again") == resumed


@pytest.mark.slow
def test_jobs_wait_for_each_other_and_leave_no_copies(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(copies))
    bpy.ops.synth.generate()
    assert len(list(copies.iterdir())) == 1
    bpy.context.scene.synth.output = "//second"
    bpy.ops.synth.generate()
    assert job().waiting == 1
    wait_until(lambda: ended() and not job().waiting and job().output.endswith("second"))
    assert (tmp_path / "made" / "coco").is_dir()
    assert (tmp_path / "second" / "coco").is_dir()
    assert list(copies.iterdir()) == []


def worker_ids() -> list[int]:
    """Return the processes that this one has started."""
    listed = Path("/proc/self/task").glob("*/children")
    return [int(number) for path in listed for number in path.read_text().split()]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
def test_a_worker_that_dies_is_started_again_and_makes_the_same_bytes(
    saved: Path, tmp_path: Path
) -> None:
    bpy.context.scene.synth.recipe.scenes = 8
    bpy.ops.synth.generate()
    wait_until(lambda: job().done >= 1)
    (worker,) = worker_ids()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: "Started again, 1 of 2 times" in job().message or ended())
    wait_until(ended)
    assert job().state == "done"
    interrupted = tree_hash(tmp_path / "made")
    bpy.context.scene.synth.output = "//whole"
    bpy.ops.synth.generate()
    wait_until(ended)
    assert tree_hash(tmp_path / "whole") == interrupted


@pytest.mark.slow
def test_what_ends_with_the_extension_can_be_resumed(saved: Path, tmp_path: Path) -> None:
    bpy.context.scene.synth.recipe.scenes = 30
    bpy.ops.synth.generate()
    wait_until(lambda: job().done >= 1)
    close_jobs()
    show_jobs()
    assert job().state == "failed"
    assert "status -9" in job().message
    bpy.context.scene.synth.recipe.scenes = 3
    bpy.ops.synth.generate(resume=True)
    wait_until(ended)
    assert job().state == "done"


@pytest.mark.slow
def test_a_job_of_several_workers_makes_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    """The file that workers open is the copy that the button has saved."""
    bpy.ops.synth.generate()
    wait_until(ended)
    command = [sys.executable, "-m", "synth_addon.cli", "generate", str(saved), "--workers", "2"]
    subprocess.run([*command, "--output", str(tmp_path / "pool")], check=True)
    assert tree_hash(tmp_path / "pool") == tree_hash(tmp_path / "made")


@pytest.mark.slow
def test_a_dataset_is_written_in_the_formats_that_are_chosen(saved: Path, tmp_path: Path) -> None:
    bpy.context.scene.synth.formats = {"huggingface", "webdataset"}
    bpy.ops.synth.generate()
    wait_until(ended)
    assert (job().state, job().message) == ("done", "")
    for name in ("huggingface", "webdataset"):
        folder = tmp_path / f"made_{name}"
        assert list(export_problems(folder, read_record(folder))) == []
    assert bpy.ops.synth.open_report() == {"FINISHED"}
    assert "<html" in (tmp_path / "made" / "report.html").read_text("utf-8")
    bpy.context.scene.synth.formats = set()


def test_menus_name_the_formats_that_ship() -> None:
    assert list(FORMAT_LABELS) == list(SHIPPED)


@pytest.mark.slow
def test_the_last_finished_frame_is_shown(saved: Path, tmp_path: Path) -> None:
    bpy.ops.synth.generate()
    assert job().thumbnail == ""
    wait_until(ended)
    assert job().thumbnail == str(tmp_path / "made" / "images" / "000000" / "000000002.png")
    assert Path(job().thumbnail).is_file()


@pytest.mark.slow
def test_scripts_in_the_file_are_never_run(saved: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = bpy.data.texts.new("startup.py")
    script.write(f"open({str(trap)!r}, 'w').close()")
    script.use_module = True
    driver = bpy.data.objects["Ball"].driver_add("location", 0).driver
    driver.expression = f"len(open({str(trap)!r}, 'w').name)"
    bpy.ops.wm.save_as_mainfile(filepath=str(saved))
    trap.unlink(missing_ok=True)
    bpy.ops.synth.generate()
    wait_until(ended)
    assert job().state == "done"
    command = [sys.executable, "-m", "synth_addon.cli", "generate", str(saved)]
    subprocess.run([*command, "--output", str(tmp_path / "command")], check=True)
    assert not trap.exists()


@pytest.mark.slow
def test_a_full_disk_ends_the_job_and_resuming_completes_it(
    saved: Path, tmp_path: Path, mounted: SmallDisk
) -> None:
    scene = bpy.context.scene
    scene.synth.recipe.scenes = 12
    scene.synth.output = str(mounted.folder / "made")
    bpy.ops.synth.generate()
    wait_until(ended)
    assert job().state == "failed"
    assert "No space left" in job().message
    mounted.free()
    bpy.ops.synth.generate(resume=True)
    wait_until(ended)
    assert job().state == "done"

    scene.synth.output = "//roomy"
    bpy.ops.synth.generate()
    wait_until(ended)
    assert tree_hash(tmp_path / "roomy") == tree_hash(mounted.folder / "made")


def test_a_missing_package_is_reported(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "synth_addon.core.dataset.opening", None)
    assert "Check Installation" in refusal(bpy.ops.synth.generate)


@pytest.mark.slow
def test_the_worker_s_own_error_is_shown(saved: Path, tmp_path: Path) -> None:
    bpy.context.scene.synth.recipe.camera.min_distance_m = 900
    bpy.ops.synth.generate()
    wait_until(ended)
    assert job().state == "failed"
    assert "arrangements was good" in job().message


def refusal(call: Callable[[], object]) -> str:
    """Return what an operator reports when it refuses."""
    with pytest.raises(RuntimeError) as error:
        call()
    return str(error.value)


def test_refusals_say_what_to_do(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object], tmp_path: Path
) -> None:
    scene.synth.output = str(tmp_path / "out")
    assert "mark them as targets" in refusal(bpy.ops.synth.generate)
    assert "Select one or more mesh objects" in refusal(bpy.ops.synth.mark)
    assert "No selected object is marked" in refusal(bpy.ops.synth.unmark)
    select(meshes[0])
    bpy.ops.synth.mark(role="distractor")
    assert "Raise the count of a target" in refusal(bpy.ops.synth.generate)
    bpy.ops.synth.mark(role="target")
    scene.synth.output = "//beside"
    assert "never saved. Save it" in refusal(bpy.ops.synth.generate)
    assert "never saved. Save it" in refusal(bpy.ops.synth.copy_command)
    scene.synth.output = " "
    assert "names no folder" in refusal(bpy.ops.synth.generate)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("precious")
    scene.synth.output = str(tmp_path / "full")
    assert "full" in refusal(bpy.ops.synth.generate)
    assert "No job is running" in refusal(bpy.ops.synth.cancel)
    assert "No preview is shown" in refusal(bpy.ops.synth.restore)
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "thesis.txt"]


def test_marking_again_changes_the_role(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(*meshes)
    bpy.ops.synth.mark(role="target")
    select(meshes[1])
    bpy.ops.synth.mark(role="distractor")
    roles = {entry.name: entry.role for entry in scene.synth.recipe.objects}
    assert roles == {"Cup_001": "target", "Ball": "distractor", "Block": "target"}
    select(meshes[0], meshes[1])
    bpy.ops.synth.unmark()
    assert [entry.name for entry in scene.synth.recipe.objects] == ["Block"]


def test_lists_grow_and_shrink(scene: bpy.types.Scene) -> None:
    recipe = scene.synth.recipe
    for _ in range(2):
        bpy.ops.synth.add_entry(path="room.furniture")
    assert [entry.name for entry in recipe.room.furniture] == ["New", "New 2"]
    bpy.ops.synth.add_entry(path="room.furniture[1].parameters")
    assert len(recipe.room.furniture[1].parameters) == 1
    bpy.ops.synth.remove_entry(path="room.furniture")
    assert [entry.name for entry in recipe.room.furniture] == ["New"]


def test_a_preset_and_a_recipe_s_file_fill_the_settings(
    scene: bpy.types.Scene, tmp_path: Path
) -> None:
    bpy.ops.synth.load_preset(preset="cup_clutter")
    assert len(scene.synth.recipe.pools) == 2
    file = tmp_path / "recipe.json"
    data = {"version": 1, "objects": {"a": {"shape": "cup"}}, "assets": {"hdri": "skies"}}
    file.write_text(json.dumps(data))
    bpy.ops.synth.import_recipe(filepath=str(file))
    assert recipe_data(scene) == data | {"assets": {"hdri": str(tmp_path / "skies")}}
    file.write_text("{}")
    assert "version" in refusal(lambda: bpy.ops.synth.import_recipe(filepath=str(file)))


def test_preview_and_restore_leave_the_file_as_it_was(saved: Path) -> None:
    before = file_state()
    assert bpy.ops.synth.preview() == {"FINISHED"}
    assert "synth_preview_of" in bpy.context.window.scene
    assert bpy.ops.synth.preview(step="next") == {"FINISHED"}
    assert bpy.ops.synth.restore() == {"FINISHED"}
    bpy.context.scene.synth.preview_scene = 0
    assert file_state() == before


def test_a_preview_that_fails_leaves_the_file_as_it_was(saved: Path) -> None:
    bpy.context.scene.synth.recipe.camera.min_distance_m = 900
    before = file_state()
    assert "arrangements was good" in refusal(bpy.ops.synth.preview)
    assert file_state() == before


@pytest.mark.slow
def test_the_inspector_shows_frames_and_why_objects_have_labels(saved: Path) -> None:
    assert "made" in refusal(bpy.ops.synth.inspect)
    bpy.ops.synth.generate()
    wait_until(ended)
    shown = bpy.context.window_manager.synth_inspection
    for step, frame in (("first", 0), ("next", 1), ("last", 2), ("next", 0), ("previous", 2)):
        assert bpy.ops.synth.inspect(step=step) == {"FINISHED"}
        assert (shown.frame, shown.frames) == (frame, 3)
        lines = [line.name for line in shown.objects]
        assert [line.split(":")[0] for line in lines] == ["Block 1", "Cup_001 2"]
        assert "distractor" in lines[0] or "hidden" in lines[0] or "outside" in lines[0]
        assert "% seen" in lines[1]
    assert [i.name for i in bpy.data.images if i.name.startswith("Synth")] == ["Synth Frame"]
    assert tuple(bpy.data.images["Synth Frame"].size) > (64, 48)


@pytest.mark.slow
def test_the_arrangement_of_a_frame_is_that_of_the_dataset(saved: Path, tmp_path: Path) -> None:
    from synth_addon.core.dataset.reading import open_dataset

    bpy.ops.synth.generate()
    wait_until(ended)
    bpy.ops.synth.inspect(step="first")
    bpy.ops.synth.inspect(step="next")
    before = file_state()
    assert bpy.ops.synth.show_arrangement() == {"FINISHED"}
    built = bpy.context.window.scene
    annotation = open_dataset(tmp_path / "made").annotation(1)
    for item, name in zip(annotation.objects, ("synth.00001", "synth.00002"), strict=True):
        found = [list(row) for row in built.objects[name].matrix_world]
        expected = [pytest.approx(row, abs=1e-5) for row in item.world_from_object]
        assert found == expected
    bpy.ops.synth.restore()
    assert file_state() == before


@pytest.mark.slow
def test_files_beside_the_blend_file_are_found_by_the_worker(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    bpy.ops.wm.obj_export(filepath=str(tmp_path / "parts" / "nut.obj"))
    recipe = bpy.context.scene.synth.recipe
    entry = recipe.objects.add()
    entry.name, entry.role, entry.use_file, entry.file = "nut", "distractor", True, "parts/*.obj"
    entry.collision_shape = "convex_hull"
    recipe.scenes = 1
    bpy.ops.synth.generate()
    wait_until(ended)
    assert (job().state, job().message) == ("done", "")


def test_one_class_for_all_selected_targets(
    scene: bpy.types.Scene, meshes: list[bpy.types.Object]
) -> None:
    select(meshes[0], meshes[1])
    bpy.ops.synth.mark(role="target")
    select(meshes[2])
    bpy.ops.synth.mark(role="distractor")
    assert "marked as a target" in refusal(bpy.ops.synth.assign_class)
    select(*meshes)
    bpy.ops.synth.assign_class(category=" vessel ")
    classes = {e.name: (e.use_category, e.category) for e in scene.synth.recipe.objects}
    given = (True, "vessel")
    assert classes == {"Cup_001": given, "Ball": given, "Block": (False, "")}


def test_a_rendered_preview_is_the_frame_of_the_dataset(saved: Path, tmp_path: Path) -> None:
    from synth_addon.core.dataset.reading import open_dataset
    from synth_addon.core.pictures.overlay import draw_frame

    bpy.context.scene.synth.preview_scene = 1
    before = set(bpy.data.scenes.keys())
    assert bpy.ops.synth.render_preview() == {"FINISHED"}
    assert set(bpy.data.scenes.keys()) == before
    shown = bpy.data.images["Synth Frame"]
    bpy.ops.synth.export_recipe(filepath=str(tmp_path / "exported.json"))
    by_library(tmp_path / "exported.json", tmp_path / "library")
    expected = draw_frame(open_dataset(tmp_path / "library"), 1)
    assert tuple(shown.size) == expected.size
    rows = np.asarray(expected.convert("RGBA"), np.float32)[::-1] / 255
    assert np.allclose(np.array(shown.pixels).reshape(rows.shape), rows, atol=1 / 255)
