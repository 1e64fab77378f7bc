"""Where the files of a BOP dataset lie, and how its JSON is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CAMERA = "camera.json"
OBJ_IDS = "obj_ids.json"
MODELS = "models"
MODELS_INFO = "models/models_info.json"
LOCALIZATION_TARGETS = "test_targets_bop19.json"
DETECTION_TARGETS = "test_targets_bop24.json"

SCENE_CAMERA = "scene_camera.json"
SCENE_GT = "scene_gt.json"
SCENE_GT_INFO = "scene_gt_info.json"
SCENE_GT_COCO = "scene_gt_coco.json"
RGB, DEPTH, MASK, MASK_VISIB = "rgb", "depth", "mask", "mask_visib"

Records = Mapping[str, Any]


def scene_folder(part: str, scene: int) -> str:
    """Return the folder of a scene."""
    return f"{part}/{scene:06d}"


def image_name(image: int) -> str:
    """Return the name of a picture or depth image."""
    return f"{image:06d}.png"


def mask_name(image: int, index: int) -> str:
    """Return the name of the mask of an image's object, counted from 0 as in scene_gt.json."""
    return f"{image:06d}_{index:06d}.png"


def model_name(obj_id: int) -> str:
    """Return the path of a model."""
    return f"{MODELS}/obj_{obj_id:06d}.ply"


def is_test(part: str) -> bool:
    """Tell whether a part is one to test on, of whatever type."""
    return part == "test" or part.startswith("test_")


def write_records(path: Path, records: Records) -> None:
    """Write a JSON object with one key a line.

    Raises:
        OSError: the disk refuses.
    """
    lines = (f"  {json.dumps(key)}: {compact(value)}" for key, value in records.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def compact(value: Any) -> str:
    """Return a value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read_records(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON object.
    """
    records = json.loads(path.read_text("utf-8"))
    if not isinstance(records, dict):
        raise ValueError(f"{path.name} holds no object")
    return records
