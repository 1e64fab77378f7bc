"""The device that Cycles renders on: what is refused, and what a dataset records of it.

The processor alone is certain to be there; other devices are played by a stand-in.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.devices import DEVICES, recorded_version

from .conftest import StandIn

Write = Callable[[Any], Path]
READY = "synth_addon.blender.ready_renderer"


class OnAnyDevice(StandIn):
    """Draws as always, and says that another device did."""

    def __init__(
        self, paths: Mapping[str, Path], threads: int = 0, device: Any = "CPU", *fence: object
    ) -> None:
        super().__init__(paths, threads)
        self._device = device

    @property
    def version(self) -> str:
        return recorded_version(super().version, self._device)


@pytest.fixture(autouse=True)
def _renderer_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test decide which renderer is made ready, whatever others have imported."""
    monkeypatch.setitem(sys.modules, READY, types.ModuleType(READY))
    del sys.modules[READY]


@pytest.fixture
def on_any_device(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("synth_addon.blender.renderer")
    module.BlenderRenderer = OnAnyDevice  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "synth_addon.blender.renderer", module)


@pytest.mark.parametrize("device", [name for name in DEVICES if name != "CPU"])
def test_a_device_that_is_not_there_is_refused(
    refused, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, device: str
) -> None:
    from synth_addon.blender import devices

    processor = {"CPU": ["Some Processor"]}
    monkeypatch.setattr(devices, "found_devices", lambda: processor)
    message = refused("generate", "cube", "--output", tmp_path / "out", "--device", device)
    assert f"--device {device}" in message
    assert "It finds CPU (Some Processor)" in message
    assert "driver" in message
    assert list(tmp_path.iterdir()) == []


def test_a_kind_that_does_not_exist_is_refused(refused, tmp_path: Path) -> None:
    message = refused("generate", "cube", "--output", tmp_path / "out", "--device", "GPU")
    assert all(device in message for device in DEVICES)


def test_the_processor_is_no_news_in_a_dataset(
    synth, on_any_device, least, write_recipe: Write, tmp_path: Path
) -> None:
    command = ("generate", write_recipe(least), "--scenes", 1, "--output")
    assert synth(*command, tmp_path / "one").code == 0
    assert synth(*command, tmp_path / "two", "--device", "CPU").code == 0
    one, two = (open_dataset(tmp_path / name).info for name in ("one", "two"))
    assert one == two


def test_a_dataset_is_not_resumed_on_another_device(
    synth, refused, on_any_device, least, write_recipe: Write, tmp_path: Path
) -> None:
    source, output = write_recipe(least), tmp_path / "out"
    command = ("generate", source, "--output", output, "--resume", "--scenes")
    assert synth(*command, 1, "--device", "OPTIX").code == 0
    assert open_dataset(output).info.renderer.endswith(", OPTIX")
    for device in ("CPU", "CUDA"):
        message = refused(*command, 2, "--device", device)
        assert "renderer is" in message
        assert "OPTIX" in message
    assert synth(*command, 2, "--device", "OPTIX").code == 0


def test_engines_other_than_cycles_need_no_device(
    synth, on_any_device, least, write_recipe: Write, tmp_path: Path
) -> None:
    source = write_recipe({**least, "render": {"engine": "WORKBENCH"}})
    ended = synth("generate", source, "--output", tmp_path / "out", "--device", "HIP")
    assert ended.code == 0
    assert "HIP" not in open_dataset(tmp_path / "out").info.renderer
