"""Reads a BOP export back and names each promise that it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ...record import ExportRecord
from .check_models import model_faults
from .check_scene import SceneCheck
from .files import (
    CAMERA,
    DETECTION_TARGETS,
    LOCALIZATION_TARGETS,
    MODELS_INFO,
    SCENE_GT,
    SCENE_GT_INFO,
    is_test,
    model_name,
    read_records,
)
from .models import read_vertices
from .targets import Target, detection_targets, localization_targets, read_targets

_MODELS_AT_ONCE = 64


def export_faults(folder: Path, record: ExportRecord) -> Iterator[str]:
    """Yield one line for each fault of an export, with the memory of one scene.

    Raises:
        OSError: a file that all depend on cannot be read.
        ValueError, KeyError, TypeError: such a file is damaged.
    """
    camera = read_records(folder / CAMERA)
    infos = read_records(folder / MODELS_INFO)
    faulty = list(model_faults(folder, infos))
    yield from faulty
    if not faulty:  # without models, nothing can be said of poses
        for part in record.counts:
            yield from _part_faults(folder, part, record, camera, infos)
        yield from _target_faults(folder, [part for part in record.counts if is_test(part)])


def _part_faults(
    folder: Path,
    part: str,
    record: ExportRecord,
    camera: Mapping[str, Any],
    infos: Mapping[str, Any],
) -> Iterator[str]:
    @lru_cache(_MODELS_AT_ONCE)
    def vertices(obj_id: int) -> Any:
        return read_vertices(folder / model_name(obj_id))

    size = (int(camera["width"]), int(camera["height"]))
    scenes = frames = objects = 0
    for _, path in _scenes(folder, part):
        check = SceneCheck(path, f"{part}/{path.name}", size, infos, vertices)
        yield from check.faults()
        scenes, frames, objects = scenes + 1, frames + check.frames, objects + check.objects
    counts = record.counts[part]
    for name, found, expected in (
        ("scenes", scenes, counts.scenes),
        ("frames", frames, counts.frames),
        ("objects", objects, counts.objects),
    ):
        if found != expected:
            yield f"{part}: {found} {name}, the export has {expected}"


def _scenes(folder: Path, part: str) -> list[tuple[int, Path]]:
    """Return number and folder of all scenes of a part, ascending."""
    return sorted((int(path.name), path) for path in (folder / part).iterdir() if path.is_dir())


def _target_faults(folder: Path, parts: list[str]) -> Iterator[str]:
    if not parts:
        return
    lists = (
        (LOCALIZATION_TARGETS, _expected_localization(folder, parts)),
        (DETECTION_TARGETS, _expected_detection(folder, parts)),
    )
    for name, expected in lists:
        for found, wanted in zip_longest(read_targets(folder / name), expected):
            if found != wanted:
                yield f"{name}: has {found}, the scenes' ground truth makes {wanted}"
                break


def _expected_localization(folder: Path, parts: list[str]) -> Iterator[Target]:
    for part in parts:
        for scene, path in _scenes(folder, part):
            poses, infos = read_records(path / SCENE_GT), read_records(path / SCENE_GT_INFO)
            yield from localization_targets(scene, poses, infos)


def _expected_detection(folder: Path, parts: list[str]) -> Iterator[Target]:
    for part in parts:
        for scene, path in _scenes(folder, part):
            yield from detection_targets(scene, read_records(path / SCENE_GT))
