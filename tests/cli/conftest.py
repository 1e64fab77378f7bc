"""Runs the command line in this process; stands the reference renderer in for Blender."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from synth_addon import cli
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.shapes.catalog import mesh_of
from tests.small_disk import mounted  # noqa: F401 - a fixture

LEAST: Mapping[str, Any] = {
    "version": 1,
    "name": "least",
    "scenes": 3,
    "views_per_scene": 2,
    "objects": {"cube": {"shape": "cube", "material": {}}},
    "camera": {"width_px": 32, "height_px": 24},
}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, name: str) -> list[dict[str, Any]]:
        """The events of one name."""
        return [event for event in self.events if event["event"] == name]


Synth = Callable[..., Ended]


@pytest.fixture
def synth(capfd: pytest.CaptureFixture[str]) -> Synth:
    """Return the function that runs one command in this process."""

    def run(*arguments: object) -> Ended:
        capfd.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return run


@pytest.fixture
def refused(synth: Synth) -> Callable[..., str]:
    """Return the function that demands exit code 2 and a message, and returns the message."""

    def run(*arguments: object) -> str:
        ended = synth(*arguments)
        assert ended.code == 2, ended
        assert ended.out == "" or "--json" in arguments
        assert "Traceback" not in ended.err
        start = ended.err.find("synth: ")  # what Blender itself prints comes first
        assert start >= 0 or ended.err.startswith("usage: ")
        return ended.err[max(start, 0) :]

    return run


@pytest.fixture
def least() -> dict[str, Any]:
    """Return a small valid recipe that may be changed."""
    copy: dict[str, Any] = json.loads(json.dumps(LEAST))
    return copy


@pytest.fixture
def write_recipe(tmp_path: Path) -> Callable[[Any], Path]:
    """Return the function that saves a recipe, as data or as raw text or bytes."""

    def write(content: Any) -> Path:
        path = tmp_path / "recipe.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


class StandIn(ReferenceRenderer):
    """The reference renderer in the place of Blender's."""

    def __init__(
        self, paths: Mapping[str, Path], threads: int = 0, device: str = "CPU", *fence: object
    ) -> None:
        super().__init__(mesh_of)


@pytest.fixture
def without_blender(monkeypatch: pytest.MonkeyPatch) -> type[StandIn]:
    """Let `synth generate` draw with the reference renderer."""
    module = types.ModuleType("synth_addon.blender.renderer")
    module.BlenderRenderer = StandIn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "synth_addon.blender.renderer", module)
    # what was imported with the real one is imported anew, here and again after the test
    for user in ("ready_renderer", "generate_dataset"):
        name = f"synth_addon.blender.{user}"
        monkeypatch.setitem(sys.modules, name, module)
        del sys.modules[name]
    return StandIn


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return all that a folder holds: the bytes of its files, None for its folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes | None]]:
    """Return the function that tells all that a folder holds."""
    return tree
