"""Where each file of a dataset lies; all paths are relative, with forward slashes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..scene_spec import SceneSpec, ShapeAsset, StoredAsset, content_hash
from .info import OutputOptions

FILES_PER_FOLDER = 1000
INFO_FILE = "dataset.json"
JOURNAL_FILE = "journal.jsonl"
COCO_FILE = "coco/instances.json"
LOCK_FILE = ".lock"
TEMPORARY_PREFIX = ".tmp-"
_EXTRA = {"coverage": ".png", "nocs": ".exr", "semantic": ".png", "albedo": ".png"}
"""Channels that are written where their option is on, and their files' suffix."""
FLOW_FOLDERS = ("flow_forward", "flow_backward")
FRAME_FOLDERS = (
    *("images", "depth", "normals", "instances", "frames"),
    *_EXTRA,
    *FLOW_FOLDERS,
)
SCENE_FOLDER = "scenes"
MODEL_FOLDER = "models"
FOLDERS = (*FRAME_FOLDERS, SCENE_FOLDER, MODEL_FOLDER, "coco")

_MODEL = re.compile(rf"{MODEL_FOLDER}/[0-9a-f]{{32}}\.ply")
_BLOCK = re.compile(r"([a-z_]+)/(\d{6,})")
_NUMBERED = re.compile(r"([a-z_]+)/(\d{6,})/(\d{9,})(\.[a-z]+)")


@dataclass(frozen=True)
class Owner:
    """The frame or scene that a file belongs to."""

    kind: Literal["frame", "scene"]
    number: int

    def scene(self, views_per_scene: int) -> int:
        """Return the scene index."""
        return self.number if self.kind == "scene" else self.number // views_per_scene


def numbered_path(folder: str, number: int, suffix: str) -> str:
    """Return the path of one frame's or scene's file, such as images/000012/000012345.png."""
    return f"{folder}/{number // FILES_PER_FOLDER:06d}/{number:09d}{suffix}"


def image_path(frame: int) -> str:
    """Return the path of a frame's image."""
    return numbered_path("images", frame, ".png")


def scene_path(scene: int) -> str:
    """Return the path of a settled scene's record."""
    return numbered_path(SCENE_FOLDER, scene, ".json")


def model_path(asset: StoredAsset) -> str:
    """Return the path of the mesh of an asset that is no procedural shape."""
    return f"{MODEL_FOLDER}/{content_hash(asset)[:32]}.ply"


def model_paths(scene: SceneSpec, options: OutputOptions) -> dict[str, StoredAsset]:
    """Return the meshes of a scene's targets that are kept, by their paths."""
    if not options.models:
        return {}
    targets = (item.asset for item in scene.objects if item.role == "target")
    return {model_path(a): a for a in targets if not isinstance(a, ShapeAsset)}


def frame_paths(frame: int, options: OutputOptions) -> dict[str, str]:
    """Return the path of each channel that `options` asks for, by the channel's folder."""
    suffixes = {"images": ".png", "instances": ".png", "frames": ".json"}
    if options.depth != "off":
        suffixes["depth"] = ".exr" if options.depth == "exr" else ".png"
    if options.normals != "off":
        suffixes["normals"] = ".exr" if options.normals == "exr" else ".png"
    suffixes |= {name: suffix for name, suffix in _EXTRA.items() if getattr(options, name)}
    if options.flow:
        suffixes |= dict.fromkeys(FLOW_FOLDERS, ".exr")
    return {folder: numbered_path(folder, frame, suffixes[folder]) for folder in sorted(suffixes)}


def scene_files(scene: int, frames: range, options: OutputOptions) -> set[str]:
    """Return the paths of all files that one finished scene consists of."""
    paths = {path for frame in frames for path in frame_paths(frame, options).values()}
    return paths | {scene_path(scene)}


def owner_of(path: str) -> Owner | None:
    """Return whose file a path is; None where the layout has no such place."""
    match = _NUMBERED.fullmatch(path)
    if match is None or match[1] not in FOLDERS or match[1] == "coco":
        return None
    number = int(match[3])
    if numbered_path(match[1], number, match[4]) != path:
        return None
    return Owner("scene" if match[1] == SCENE_FOLDER else "frame", number)


def is_model(path: str) -> bool:
    """Tell whether a path is that of a mesh; meshes belong to all scenes that show them."""
    return _MODEL.fullmatch(path) is not None


def is_temporary(name: str) -> bool:
    """Tell whether a file name is one that only an interrupted run leaves behind."""
    return name.startswith(TEMPORARY_PREFIX)


def scenes_in_folder(folder: str, views_per_scene: int) -> range | None:
    """Return the scenes whose files a folder such as images/000012 may hold; None for others."""
    match = _BLOCK.fullmatch(folder)
    if match is None or match[1] not in (*FRAME_FOLDERS, SCENE_FOLDER):
        return None
    first = int(match[2]) * FILES_PER_FOLDER
    last = first + FILES_PER_FOLDER - 1
    views = 1 if match[1] == SCENE_FOLDER else views_per_scene
    return range(first // views, last // views + 1)


def walk_format_folders(
    directory: Path, skipped: Callable[[str], bool] = lambda folder: False
) -> Iterator[str]:
    """Yield the path of every file in the format's folders, in sorted order of path parts.

    Args:
        skipped: tells whether a folder, named by its path, is left out with all that it holds.
    """
    for folder in sorted(FOLDERS):
        if (directory / folder).is_dir():
            yield from _walk(directory, folder, skipped)


def _walk(directory: Path, folder: str, skipped: Callable[[str], bool]) -> Iterator[str]:
    with os.scandir(directory / folder) as entries:
        found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in found:
        path = f"{folder}/{name}"
        if not is_folder:
            yield path
        elif not skipped(path):
            yield from _walk(directory, path, skipped)
