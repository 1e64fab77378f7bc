"""What is set for a device. No card is needed, and so none is shown to work."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import bpy
import pytest

from synth_addon.blender import devices
from synth_addon.blender.render_settings import apply_settings
from synth_addon.blender.versions import blender_version
from synth_addon.core.errors import UsageError

from .scenes import RENDER


@pytest.fixture(autouse=True)
def _cycles_as_before() -> Iterator[None]:
    cycles = bpy.context.preferences.addons["cycles"].preferences
    before = cycles.compute_device_type
    yield
    cycles.compute_device_type = before


def test_the_processor_is_found() -> None:
    assert devices.found_devices()["CPU"]


def test_the_devices_of_one_kind_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "found_devices", lambda: {"CUDA": ["Some Card"]})
    devices.use_device("CUDA")
    cycles = bpy.context.preferences.addons["cycles"].preferences
    assert cycles.compute_device_type == "CUDA"
    assert {entry.type for entry in cycles.devices if entry.use} <= {"CUDA"}


def test_without_cycles_there_is_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    context = SimpleNamespace(preferences=SimpleNamespace(addons={}))
    monkeypatch.setattr(devices, "bpy", SimpleNamespace(context=context))
    devices.use_device("CPU")
    with pytest.raises(UsageError, match="Enable the add-on"):
        devices.use_device("CUDA")


@pytest.mark.parametrize(("device", "used"), [("CPU", "CPU"), ("CUDA", "GPU"), ("HIP", "GPU")])
def test_a_scene_says_whether_it_is_rendered_on_the_device(device: str, used: str) -> None:
    scene = bpy.data.scenes.new("of its own")
    try:
        apply_settings(scene, RENDER, 0, device)
        assert scene.cycles.device == used
    finally:
        bpy.data.scenes.remove(scene)


def test_the_version_of_the_processor_stays_as_it_was(renderer) -> None:
    assert renderer.version == blender_version()
