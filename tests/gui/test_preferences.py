"""The preferences: what follows from them, how they are drawn, and the two buttons among them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from synth_addon.core.collision.cache import CACHE_VARIABLE, cache_folder
from synth_addon.core.installed_packages import PACKAGES
from synth_addon.farm import worker_process
from synth_addon.farm.job_queue import QueuedJob
from synth_addon.operators import generate as generate_module
from synth_addon.operators import install_check
from synth_addon.preferences import (
    ADDON,
    ASSETS,
    DEFAULT_OUTPUT,
    Preferences,
    SYNTH_AP_preferences,
    preferences,
)

from .conftest import select
from .recorder import Recorder


@pytest.fixture
def stated() -> Iterator[Any]:
    """The preferences of an add-on that is enabled, as they are at first."""
    entry = bpy.context.preferences.addons.new()
    entry.module = ADDON
    yield entry.preferences
    entry.preferences.cache = ""
    bpy.context.preferences.addons.remove(entry)


@pytest.fixture
def cache(stated: Any, tmp_path: Path) -> Path:
    """A cache of 13 bytes beside a file of the user's."""
    stated.cache = str(tmp_path / "cache")
    folder = tmp_path / "cache" / "convex_parts"
    folder.mkdir(parents=True)
    (folder / "0a1b.npz").write_bytes(b"ten bytes.")
    (folder / ".tmp-x1").write_bytes(b"...")
    (folder / "thesis.txt").write_text("years of work")
    return folder


def new_file() -> bpy.types.Scene:
    """Begin a new file, as File > New does; preferences stay."""
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    return bpy.context.scene


def test_without_an_enabled_add_on_the_defaults_hold() -> None:
    assert ADDON not in bpy.context.preferences.addons
    assert preferences() == Preferences()
    assert preferences().worker_arguments() == []
    assert new_file().synth.output == DEFAULT_OUTPUT


def test_an_add_on_begins_with_the_defaults(stated: Any) -> None:
    assert preferences() == Preferences()
    assert CACHE_VARIABLE not in os.environ


def test_new_files_take_their_output_from_the_preferences(stated: Any, tmp_path: Path) -> None:
    stated.output = str(tmp_path / "datasets")
    assert new_file().synth.output == str(tmp_path / "datasets")


def test_files_that_were_saved_keep_their_output(
    stated: Any, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    file = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    stated.output = str(tmp_path / "datasets")
    bpy.ops.wm.open_mainfile(filepath=file, load_ui=False)
    assert bpy.context.scene.synth.output == DEFAULT_OUTPUT


def test_a_preset_takes_the_folders_that_it_does_not_name(
    stated: Any, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    stated.hdri, stated.photos = str(tmp_path / "skies"), str(tmp_path / "photos")
    bpy.ops.synth.load_preset(preset="cup_hdri")
    assets = scene.synth.recipe.assets
    assert (assets.use_hdri, assets.hdri) == (True, str(tmp_path / "skies"))
    assert (assets.use_photos, assets.photos) == (True, str(tmp_path / "photos"))
    assert not assets.use_models
    assert not assets.use_textures


def test_folders_chosen_beside_a_file_stay_where_they_are(
    stated: Any, scene: bpy.types.Scene, tmp_path: Path
) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    stated.models, stated.cache, stated.output = "//models", "//cache", "//made"
    assert stated.models == str(tmp_path / "models")
    assert stated.cache == str(tmp_path / "cache")
    assert stated.output == "//made"


def test_jobs_are_told_of_threads_device_and_cache(
    stated: Any,
    scene: bpy.types.Scene,
    meshes: list[bpy.types.Object],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    jobs: list[QueuedJob] = []
    commands: list[list[str]] = []
    monkeypatch.setattr(generate_module, "add_job", jobs.append)
    monkeypatch.setattr(
        worker_process, "WorkerProcess", lambda command, environment: commands.append(command)
    )
    select(meshes[0])
    bpy.ops.synth.mark(role="target")
    scene.synth.output = str(tmp_path / "made")
    bpy.ops.synth.generate()
    stated.threads, stated.device, stated.workers = 3, "CUDA", 2
    bpy.ops.synth.generate()
    for job in jobs:
        job.start(False)
        job.discard()
    jobs[0].start(True)
    plain, told, again = commands
    assert again == [*plain, "--resume"]
    assert {"--threads", "--device", "--workers"}.isdisjoint(plain)
    assert told[told.index("--workers") + 1] == "2"
    assert told[told.index("--threads") + 1] == "3"
    assert told[told.index("--device") + 1] == "CUDA"


def test_workers_inherit_where_the_cache_is(cache: Path) -> None:
    import subprocess
    import sys

    code = "from synth_addon.core.collision.cache import cache_folder; print(cache_folder())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(cache)


def test_without_a_cache_folder_the_environment_s_holds(stated: Any, tmp_path: Path) -> None:
    before = cache_folder()
    stated.cache = str(tmp_path)
    assert cache_folder() == tmp_path / "convex_parts"
    stated.cache = ""
    assert cache_folder() == before


def test_only_devices_that_blender_knows_are_offered(stated: Any) -> None:
    with pytest.raises(TypeError, match="CPU"):
        stated.device = "ABACUS"
    assert stated.device == "CPU"


def drawn(stated: Any) -> Recorder:
    """Draw the preferences."""
    layout = Recorder()
    SYNTH_AP_preferences.draw(SimpleNamespace(layout=layout, bl_rna=stated.bl_rna), bpy.context)
    return layout


def test_every_preference_is_drawn_once(stated: Any, cache: Path) -> None:
    layout = drawn(stated)
    names = [name for _, name in layout.drawn]
    assert sorted(names) == sorted(["output", *ASSETS, "device", "workers", "threads", "cache"])
    assert layout.operators == ["synth.clear_cache", "synth.install_check"]
    assert f"0.0 MB in {cache}" in layout.labels


def lines() -> dict[str, Any]:
    """The lines of the last check by name."""
    return {line.name: line for line in bpy.context.window_manager.synth_install_report}


def test_the_check_finds_what_is_there(stated: Any, cache: Path) -> None:
    before = sorted(cache.iterdir())
    assert bpy.ops.synth.install_check() == {"FINISHED"}
    assert bpy.ops.synth.install_check() == {"FINISHED"}
    programs = {"Blender", "Python", "OpenImageDenoise", "Devices", "Cache"}
    assert set(lines()) == programs | set(PACKAGES)
    assert len(bpy.context.window_manager.synth_install_report) == len(lines())
    assert lines()["Blender"].found == bpy.app.version_string
    assert "CPU: " in lines()["Devices"].found
    assert str(cache) in lines()["Cache"].found
    assert [line.name for line in lines().values() if line.remedy] == []
    assert sorted(cache.iterdir()) == before
    assert any(label.startswith("numpy: ") for label in drawn(stated).labels)
    assert lines()["numpy"].found.endswith("__init__.py")


def test_the_check_says_what_to_do_about_what_is_missing(
    stated: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synth_addon.blender import devices

    def load(name: str) -> Any:
        raise ImportError(f"{name} is for another Python")

    (tmp_path / "file").write_text("")
    stated.cache, stated.device = str(tmp_path / "file"), "CUDA"
    monkeypatch.setattr(devices, "found_devices", lambda: {"CPU": ["Some Processor"]})
    monkeypatch.setattr(install_check, "importlib", SimpleNamespace(import_module=load))
    assert bpy.ops.synth.install_check() == {"FINISHED"}
    faults = {name: line for name, line in lines().items() if line.remedy}
    assert set(faults) == {*PACKAGES, "Devices", "Cache"}
    assert "is for another Python" in faults["coacd"].found
    assert "Install the extension's zip" in faults["coacd"].remedy
    assert "another Device than CUDA" in faults["Devices"].remedy
    assert "Allow writing" in faults["Cache"].remedy
    assert any("Allow writing" in label for label in drawn(stated).labels)


def test_clearing_the_cache_removes_what_synth_made(cache: Path) -> None:
    assert bpy.ops.synth.clear_cache() == {"FINISHED"}
    assert [path.name for path in cache.iterdir()] == ["thesis.txt"]


def test_the_cache_is_not_cleared_under_a_job(cache: Path) -> None:
    job = bpy.context.window_manager.synth
    job.state = "running"
    with pytest.raises(RuntimeError, match="A job is running"):
        bpy.ops.synth.clear_cache()
    job.state = "none"
    assert len(list(cache.iterdir())) == 3
