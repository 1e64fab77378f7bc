"""Reads a camera's matrix and image size from the ``camera.json`` of a BOP dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..asset_roots import REMEDY, AssetRoot
from ..errors import Problem, RecipeError
from .problems import shown

_PATH = "camera.intrinsics_file"
_MATRIX_KEYS = ("fx", "fy", "cx", "cy")
_REPLACED = ("matrix", "focal_mm", "fov_deg", "shift_x", "shift_y", "pixel_aspect")
_LARGEST = 1e9
_FORM = 'Write {"cx": …, "cy": …, "fx": …, "fy": …, "height": …, "width": …}, as BOP does'


def with_intrinsics_file(data: Mapping[str, Any], root: AssetRoot, source: str) -> dict[str, Any]:
    """Return a recipe's data with the matrix and image size of ``camera.intrinsics_file`` in it.

    The file's name is left out, so that a recipe means the same wherever the file lies. BOP counts
    pixels from the first one's centre, a matrix in a recipe from the image's corner, so half a
    pixel is added to the principal point. ``depth_scale`` is not used.

    Args:
        root: what the file's name is relative to, and may reach.
        source: names the recipe in errors.

    Raises:
        RecipeError: the file cannot be used, or the recipe states something else.
    """
    camera = data.get("camera")
    if not isinstance(camera, Mapping) or not isinstance(camera.get("intrinsics_file"), str):
        return dict(data)
    path = root.folder / camera["intrinsics_file"]
    if not root.fence.admits(path):
        problem = Problem(_PATH, repr(camera["intrinsics_file"]), root.fence.refusal, REMEDY)
        raise RecipeError([problem], source)
    values = _read(path, source)
    size = {"width_px": values["width"], "height_px": values["height"]}
    stated = {key: value for key, value in camera.items() if key != "intrinsics_file"}
    _refuse_contradictions(stated, size, path, source)
    fx, fy, cx, cy = (float(values[key]) for key in _MATRIX_KEYS)
    matrix = [[fx, 0.0, cx + 0.5], [0.0, fy, cy + 0.5], [0.0, 0.0, 1.0]]
    return {**data, "camera": {**stated, **size, "matrix": matrix}}


def _read(path: Path, source: str) -> Mapping[str, Any]:
    """Return the file's values, of which those that are needed are numbers."""
    try:
        values = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _error(f"{path} cannot be read: {error.strerror}", "Mend the name", source) from error
    except (ValueError, RecursionError) as error:
        raise _error(f"{path} is not valid JSON: {error}", "Mend the file", source) from error
    if not isinstance(values, dict):
        raise _error(f"{path} holds {shown(values)}, not an object", _FORM, source)
    for key in _MATRIX_KEYS:
        if not _is_number(values.get(key)):
            raise _error(_unusable(path, values, key, "a number"), _FORM, source)
    for key in ("width", "height"):
        if not _is_number(values.get(key)) or values[key] != int(values[key]):
            raise _error(_unusable(path, values, key, "a whole number"), _FORM, source)
    return values | {key: int(values[key]) for key in ("width", "height")}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _unusable(path: Path, values: Mapping[str, Any], key: str, wanted: str) -> str:
    if key not in values:
        return f"{path} has no key {key!r}"
    return f"{path} has {shown(values[key])} as {key!r}, which is not {wanted}"


def _refuse_contradictions(
    camera: Mapping[str, Any], size: Mapping[str, int], path: Path, source: str
) -> None:
    problems = [
        Problem(f"camera.{key}", shown(camera[key]), f"is set by {path} too", "Remove it")
        for key in _REPLACED
        if camera.get(key) is not None
    ]
    problems += [
        Problem(f"camera.{key}", shown(camera[key]), f"{path} says {value}", "Remove it")
        for key, value in size.items()
        if camera.get(key, value) != value
    ]
    if problems:
        raise RecipeError(problems, source)


def _error(message: str, remedy: str, source: str) -> RecipeError:
    return RecipeError([Problem(_PATH, "", message, remedy)], source)
