"""Blender's own builder of extensions, which the `bpy` wheel of this Python brings."""

from __future__ import annotations

import functools
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

PACKAGER = "addons_core/bl_pkg/cli/blender_ext.py"
TAGS = "modules/_bpy_internal/extensions/tags.py"


def build(source: Path, archive: Path) -> None:
    """Build the extension in `source`, by its manifest, into a zip."""
    _run("build", "--source-dir", source, "--output-filepath", archive, "--valid-tags", _tags())


def validate(archive: Path) -> None:
    """Raise `SystemExit` unless Blender finds nothing wrong with a zip."""
    _run("validate", archive, "--valid-tags", _tags())


def python_versions(wheels: list[str]) -> set[tuple[int, ...]]:
    """Return the Pythons on which Blender installs a zip with these wheels."""
    versions = _judge().python_versions_from_wheels(wheels)
    if isinstance(versions, str):
        raise SystemExit(f"extension: {versions}")
    return versions


def is_for_platform(wheel: str, platform: str) -> bool:
    """Tell whether Blender takes a wheel for one of its platforms."""
    judge = _judge()
    return judge.blender_platform_compatible_with_wheel_platform_from_filepath(platform, wheel)


def _run(command: str, *arguments: str | Path) -> None:
    words = [sys.executable, _scripts() / PACKAGER, command, *arguments]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"extension: Blender's {command} failed:\n{done.stdout}{done.stderr}")


@functools.cache
def _judge() -> ModuleType:
    """Return Blender's builder as a module: what installing asks is not among its commands."""
    spec = importlib.util.spec_from_file_location("blender_ext", _scripts() / PACKAGER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _tags() -> Path:
    """Return Blender's list of the tags that its extensions platform knows."""
    return _scripts() / TAGS


@functools.cache
def _scripts() -> Path:
    """Return the folder of Blender's Python scripts; `bpy` itself is not loaded."""
    spec = importlib.util.find_spec("bpy")
    if spec is None or spec.origin is None:
        raise SystemExit("extension: this Python has no bpy; run `make setup` and take .venv's")
    (scripts,) = Path(spec.origin).parent.glob("[0-9]*/scripts")
    return scripts
