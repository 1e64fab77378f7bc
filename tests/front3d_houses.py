"""Writes a small data set in the layout of 3D-FRONT: one house, two rooms, three models.

The living room is 4 m by 3 m, its floor 0.25 m above the house's zero and off its middle; a table
and, turned by a quarter, a stretched cabinet stand in it, and a lamp hangs. The bedroom has a bed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

FLOOR_Y = 0.25
HEIGHT = 2.6
LIVING = ((1.0, 2.0), (5.0, 5.0))
BEDROOM = ((5.0, 2.0), (8.0, 6.0))
QUARTER_TURN = (0.0, float(np.sqrt(0.5)), 0.0, float(np.sqrt(0.5)))
"""About y, (x, y, z, w)."""

Box = tuple[tuple[float, float, float], tuple[float, float, float]]

MODELS: Mapping[str, Sequence[Box]] = {
    "model-table": [
        ((-0.6, 0.70, -0.4), (0.6, 0.75, 0.4)),
        ((-0.58, 0.0, -0.38), (-0.52, 0.7, -0.32)),
        ((0.52, 0.0, -0.38), (0.58, 0.7, -0.32)),
        ((-0.58, 0.0, 0.32), (-0.52, 0.7, 0.38)),
        ((0.52, 0.0, 0.32), (0.58, 0.7, 0.38)),
    ],
    "model-cabinet": [((-0.4, 0.0, -0.2), (0.4, 1.0, 0.2)), ((-0.1, 0.4, 0.2), (0.1, 0.5, 0.25))],
    "model-lamp": [((-0.2, 0.0, -0.2), (0.2, 0.15, 0.2))],
}
FURNITURE: Sequence[dict[str, Any]] = (
    {"uid": "1/model", "jid": "model-table", "category": "Dining Table", "valid": True},
    {"uid": "2/model", "jid": "model-cabinet", "category": None, "title": "cabinet/sideboard"},
    {"uid": "3/model", "jid": "model-lamp", "category": "Pendant Lamp", "valid": True},
    {"uid": "4/model", "jid": "model-absent", "category": "King-size Bed", "valid": True},
    {"uid": "5/model", "jid": "model-disowned", "category": "Stool", "valid": False},
)
MATERIALS: Sequence[dict[str, Any]] = (
    {
        "uid": "paper",
        "jid": "texture-paper",
        "texture": "https://example.org/texture-paper/wallfloor_mini.jpg",
        "color": [255, 255, 255, 255],
        "UVTransform": [0.5, 0, 0, 0, 0.5, 0, 0, 0, 1],
    },
    {"uid": "planks", "jid": "", "texture": "", "color": [150, 90, 40, 255]},
    {"uid": "gone", "jid": "texture-gone", "texture": "https://example.org/x", "color": None},
)


def write_data_set(folder: Path, **changes: Any) -> Path:
    """Write the data set, with the house's top-level parts changed, and return its folder."""
    (folder / "3D-FRONT").mkdir(parents=True, exist_ok=True)
    (folder / "3D-FRONT" / "house.json").write_text(json.dumps(house() | changes))
    for jid, boxes in MODELS.items():
        _write_model(folder / "3D-FUTURE-model" / jid, boxes)
    _write_image(folder / "3D-FRONT-texture" / "texture-paper", (210, 190, 140), (140, 170, 200))
    return folder


def house() -> dict[str, Any]:
    """Return the house as the file states it."""
    living = [*_shell("living", LIVING, "planks"), *_shell("bed", BEDROOM, "gone")]
    return {
        "uid": "house",
        "furniture": list(FURNITURE),
        "material": list(MATERIALS),
        "mesh": living,
        "scene": {
            "ref": "house",
            "room": [
                _room(
                    "LivingRoom",
                    "living",
                    {"ref": "1/model", "pos": [2.6, FLOOR_Y, 3.4]},
                    {
                        "ref": "2/model",
                        "pos": [4.5, FLOOR_Y, 3.0],
                        "rot": list(QUARTER_TURN),
                        "scale": [1.5, 1.2, 1.0],
                    },
                    {"ref": "3/model", "pos": [3.0, FLOOR_Y + 2.3, 3.5]},
                    {"ref": "5/model", "pos": [1.5, FLOOR_Y, 2.5]},
                ),
                _room(
                    "MasterBedroom",
                    "bed",
                    {"ref": "4/model", "pos": [6, FLOOR_Y, 4]},
                    {"ref": "1/model", "pos": [7, FLOOR_Y, 5]},
                ),
                {"type": "Balcony", "instanceid": "Balcony-3", "children": []},
            ],
        },
    }


def _room(kind: str, shell: str, *furniture: dict[str, Any]) -> dict[str, Any]:
    parts = [{"ref": f"{shell}-{part}"} for part in ("floor", "ceiling", *map(str, range(4)))]
    plain = {"pos": [0, 0, 0], "rot": [0, 0, 0, 1], "scale": [1, 1, 1]}
    children = [
        {**plain, **child, "instanceid": f"instance/{number}"}
        for number, child in enumerate([*parts, *furniture])
    ]
    return {"type": kind, "instanceid": f"{kind}-1", "children": children}


def _shell(name: str, plan: Sequence[Sequence[float]], floor: str) -> list[dict[str, Any]]:
    """Return floor, ceiling and four walls of a rectangle of the xz plane, y up."""
    (x0, z0), (x1, z1) = plan
    low, high = FLOOR_Y, FLOOR_Y + HEIGHT
    corners = [(x0, z0), (x1, z0), (x1, z1), (x0, z1)]
    level = {y: [(x, y, z) for x, z in corners] for y in (low, high)}
    parts = [
        _quad(f"{name}-floor", "Floor", floor, level[low][::-1]),
        _quad(f"{name}-ceiling", "Ceiling", "missing", level[high]),
    ]
    for side in range(4):
        (ax, az), (bx, bz) = corners[side], corners[(side + 1) % 4]
        points = [(ax, low, az), (bx, low, bz), (bx, high, bz), (ax, high, az)]
        parts.append(_quad(f"{name}-{side}", "WallInner", "paper", points[::-1]))
    return parts


def _quad(uid: str, kind: str, material: str, corners: Sequence[Sequence[float]]) -> dict[str, Any]:
    points = np.array(corners, float)
    along = np.linalg.norm(points[1] - points[0])
    across = np.linalg.norm(points[2] - points[1])
    return {
        "uid": uid,
        "type": kind,
        "material": material,
        "xyz": points.ravel().tolist(),
        "normal": [0.0, 1.0, 0.0] * 4,
        "uv": [0, 0, along, 0, along, across, 0, across],
        "faces": [0, 1, 2, 0, 2, 3],
    }


_SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))


def _write_model(folder: Path, boxes: Sequence[Box]) -> None:
    lines = ["mtllib model.mtl", "usemtl skin", "vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1"]
    for number, box in enumerate(boxes):
        for corner in range(8):
            lines.append("v " + " ".join(str(box[corner >> axis & 1][axis]) for axis in range(3)))
        for side in _SIDES:
            corners = enumerate(side[::-1], start=1)
            lines.append("f " + " ".join(f"{8 * number + v + 1}/{uv}" for uv, v in corners))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "raw_model.obj").write_text("\n".join(lines) + "\n")
    (folder / "model.mtl").write_text("newmtl skin\nKd 1 1 1\nmap_Kd ./texture.png\n")
    _write_image(folder, (170, 110, 60), (120, 70, 30))


def _write_image(folder: Path, one: Sequence[int], other: Sequence[int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    checks = (np.indices((32, 32)) // 8).sum(axis=0) % 2
    pixels = np.where(checks[..., None] == 0, one, other).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "texture.png")
