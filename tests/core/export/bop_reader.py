"""Reads BOP datasets, written from the format's documentation alone.

https://github.com/thodan/bop_toolkit/blob/master/docs/bop_datasets_format.md
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

_TYPES = {"float": "<f4", "double": "<f8", "int": "<i4", "uint": "<u4", "uchar": "u1"}


@dataclass(frozen=True, eq=False)
class Model:
    """Vertices (V, 3) in mm, unit normals (V, 3), faces (T, 3)."""

    vertices: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    info: dict


@dataclass(frozen=True, eq=False)
class Instance:
    """One object in one image; masks are (H, W) bool, translation is in mm."""

    obj_id: int
    rotation: np.ndarray
    translation: np.ndarray
    info: dict
    mask: np.ndarray
    mask_visib: np.ndarray

    def camera_points(self, model: Model) -> np.ndarray:
        return model.vertices @ self.rotation.T + self.translation


@dataclass(frozen=True, eq=False)
class View:
    """One image: K, depth in mm (0 is none), and the camera's pose."""

    image: int
    K: np.ndarray
    rotation_w2c: np.ndarray
    translation_w2c: np.ndarray
    rgb: np.ndarray
    depth: np.ndarray
    instances: list[Instance]


def project(K: np.ndarray, points: np.ndarray) -> np.ndarray:
    """s * [u, v, 1] = K * p."""
    homogeneous = points @ K.T
    return homogeneous[:, :2] / homogeneous[:, 2:]


def read_json(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def read_models(root: Path) -> dict[int, Model]:
    infos = read_json(root / "models" / "models_info.json")
    return {
        int(number): Model(*read_ply(root / "models" / f"obj_{int(number):06d}.ply"), info)
        for number, info in infos.items()
    }


def read_ply(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with path.open("rb") as file:
        assert file.readline().strip() == b"ply"
        assert file.readline().split()[1] == b"binary_little_endian"
        sizes: dict[str, int] = {}
        properties: dict[str, list[list[str]]] = {}
        while (words := file.readline().decode("ascii").split()) != ["end_header"]:
            if words[0] == "element":
                element = words[1]
                sizes[element], properties[element] = int(words[2]), []
            elif words[0] == "property":
                properties[element].append(words[1:])
        kind = np.dtype([(name, _TYPES[type_]) for type_, name in properties["vertex"]])
        points = np.frombuffer(file.read(kind.itemsize * sizes["vertex"]), kind)
        ((_, count, index, name),) = properties["face"]
        assert name in ("vertex_indices", "vertex_index")
        face = np.dtype([("count", _TYPES[count]), ("corners", _TYPES[index], 3)])
        faces = np.frombuffer(file.read(face.itemsize * sizes["face"]), face)
        assert (faces["count"] == 3).all()
        assert file.read() == b""
    vertices = np.stack([points[axis] for axis in "xyz"], axis=1).astype(float)
    normals = np.stack([points[f"n{axis}"] for axis in "xyz"], axis=1).astype(float)
    return vertices, normals, faces["corners"]


def scene_numbers(root: Path, part: str) -> list[int]:
    return sorted(int(path.name) for path in (root / part).iterdir())


def read_scene(root: Path, part: str, scene: int) -> list[View]:
    folder = root / part / f"{scene:06d}"
    cameras = read_json(folder / "scene_camera.json")
    poses = read_json(folder / "scene_gt.json")
    infos = read_json(folder / "scene_gt_info.json")
    assert cameras.keys() == poses.keys() == infos.keys()
    return [
        _view(folder, int(image), cameras[image], poses[image], infos[image]) for image in cameras
    ]


def _view(folder: Path, image: int, camera: dict, poses: list, infos: list) -> View:
    name = f"{image:06d}.png"
    units = _pixels(folder / "depth" / name)
    assert units.dtype == np.uint16
    return View(
        image=image,
        K=np.reshape(camera["cam_K"], (3, 3)),
        rotation_w2c=np.reshape(camera["cam_R_w2c"], (3, 3)),
        translation_w2c=np.asarray(camera["cam_t_w2c"]),
        rgb=_pixels(folder / "rgb" / name),
        depth=units * camera["depth_scale"],
        instances=[
            Instance(
                obj_id=pose["obj_id"],
                rotation=np.reshape(pose["cam_R_m2c"], (3, 3)),
                translation=np.asarray(pose["cam_t_m2c"]),
                info=info,
                mask=_mask(folder / "mask" / f"{image:06d}_{index:06d}.png"),
                mask_visib=_mask(folder / "mask_visib" / f"{image:06d}_{index:06d}.png"),
            )
            for index, (pose, info) in enumerate(zip(poses, infos, strict=True))
        ],
    )


def _mask(path: Path) -> np.ndarray:
    pixels = _pixels(path)
    assert pixels.dtype == np.uint8
    assert set(np.unique(pixels)) <= {0, 255}
    return pixels == 255


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def symmetry_transforms(info: dict, steps: int) -> list[np.ndarray]:
    """All symmetries (4, 4) that models_info.json means, continuous ones in some steps.

    As the toolkit combines them: a discrete one, or none, then a turn about a continuous axis.
    """
    discrete = [np.eye(4), *(np.reshape(t, (4, 4)) for t in info.get("symmetries_discrete", []))]
    turns = []
    for entry in info.get("symmetries_continuous", []):
        x, y, z = entry["axis"]
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        for angle in 2 * np.pi * np.arange(steps) / steps:
            turn = np.eye(4)
            turn[:3, :3] += np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
            turn[:3, 3] = entry["offset"] - turn[:3, :3] @ entry["offset"]
            turns.append(turn)
    return [turn @ element for element in discrete for turn in turns or [np.eye(4)]]


def rasterize(K: np.ndarray, points: np.ndarray, faces: np.ndarray, window: tuple) -> np.ndarray:
    """Depth (rows, columns) of triangles in mm at pixels of whole coordinates; inf is nothing.

    Args:
        points: (V, 3), camera frame, mm.
        window: left, top, right, bottom of the pixels; the last two are not in it.
    """
    left, top, right, bottom = window
    depth = np.full((bottom - top, right - left), np.inf)
    for corners in points[faces]:
        if (corners[:, 2] <= 0).all():
            continue
        low, high = np.array([left, top]), np.array([right, bottom]) - 1
        if (corners[:, 2] > 0).all():
            pixels = project(K, corners)
            low = np.maximum(low, np.ceil(pixels.min(axis=0) - 1e-9).astype(int))
            high = np.minimum(high, np.floor(pixels.max(axis=0) + 1e-9).astype(int))
            if (low > high).any():
                continue
        x, y = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
        rays = np.stack([(x - K[0, 2]) / K[0, 0], (y - K[1, 2]) / K[1, 1], np.ones(x.shape)], -1)
        found = _meet(rays, corners)
        part = depth[low[1] - top : high[1] + 1 - top, low[0] - left : high[0] + 1 - left]
        np.minimum(part, found, out=part)
    return depth


def _meet(rays: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Ray parameters at which rays (h, w, 3) from the origin meet a triangle; inf for never."""
    inverse = np.linalg.det(corners)
    if inverse == 0:
        return np.full(rays.shape[:2], np.inf)
    weights = rays @ np.linalg.inv(corners)  # ray = sum of weights x corners
    inside = (weights >= -1e-9).all(axis=-1)
    total = weights.sum(axis=-1)
    return np.where(inside & (total > 0), 1 / np.where(total > 0, total, 1), np.inf)
