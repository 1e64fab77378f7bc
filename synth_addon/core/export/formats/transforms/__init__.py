"""``transforms.json`` with pictures, as instant-ngp, nerfstudio and Gaussian splatting read it.

https://docs.nerf.studio/quickstart/data_conventions.html and
https://github.com/NVlabs/instant-ngp/blob/master/docs/nerf_dataset_tips.md. A radiance field shows
one scene that stands still, so each scene has a folder of its own, ``PART/SCENE`` with the scene's
number in nine digits; with the option ``scene`` that scene alone is written, into the export's own
folder. In it are:

* ``transforms.json``: intrinsics, which stand in the frames where they differ, and for each frame
  ``file_path`` and ``transform_matrix``: camera to world in metres, camera axes as in OpenGL (x
  right, y up, z back), world z up. cx and cy count from the image's corner, because nerfstudio
  casts rays through pixel + 0.5 and instant-ngp divides them by width and height. There is no
  distortion. ``scale``, ``offset`` and ``aabb_scale`` are for instant-ngp alone: they put the scene
  into its cube and change no matrix.
* ``images/NAME.png``.
* ``depth/NAME.png``, with the option ``depth`` where the dataset holds it: 16 bit, millimetres
  along the optical axis as nerfstudio reads by default, 0 is background. ``depth_file_path`` names
  it for nerfstudio, ``depth_path`` and ``integer_depth_scale`` for instant-ngp.
* ``points.ply``, with the option ``points``: world points with colours, from which Gaussian
  splatting can start; ``ply_file_path`` names it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....errors import DatasetError, UsageError
from ....writers.images import encode_depth_png
from ...format import WHOLE, FormatOption, Options
from ...placing import place_file
from ...record import ExportRecord
from ...source import ExportFrame, ExportSource
from ...splits import Shares
from .camera import intrinsics_of, transform_matrix
from .check import scene_problems
from .cube import Extent
from .points import PointCloud

TRANSFORMS = "transforms.json"
POINTS = "points.ply"
DEPTH_SCALE_M = 0.001
_ALL_SCENES = -1
_LEFT_OUT = ""
"""Where scenes go that are not asked for; no part can have this name."""


class Transforms:
    """See the module."""

    summary = "transforms.json per scene, for instant-ngp, nerfstudio and Gaussian splatting"
    options: Mapping[str, FormatOption] = {
        "scene": FormatOption(_ALL_SCENES, "one scene alone, by its number; -1 is all"),
        "depth": FormatOption(True, "whether depth goes along where the dataset holds it"),
        "points": FormatOption(0, "points of a cloud to start from, per scene; 0 is none"),
    }
    shares: Shares = WHOLE

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        _check(source, options)
        scene = int(options["scene"])
        if scene != _ALL_SCENES:
            source = _only(source, scene)
        for part in source.part_names:
            frames = source.frames(part)
            for number, views in groupby(frames, lambda frame: frame.annotation.scene):
                place = folder if scene != _ALL_SCENES else folder / part / f"{number:09d}"
                _write_scene(source, place, views, options)

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        alone = record.options["scene"] != _ALL_SCENES
        for part, counts in record.counts.items():
            if alone:
                scenes = [folder] if counts.frames else []
            else:
                scenes = sorted(path for path in (folder / part).glob("*") if path.is_dir())
            frames = 0
            for place in scenes:
                where = f"{place.relative_to(folder) / TRANSFORMS}"
                content = json.loads((place / TRANSFORMS).read_text("utf-8"))
                frames += len(content["frames"])
                for problem in scene_problems(place, content):
                    yield f"{where}: {problem}"
            if len(scenes) != counts.scenes or frames != counts.frames:
                yield (
                    f"{part}: {len(scenes)} scenes with {frames} frames, "
                    f"the export has {counts.scenes} with {counts.frames}"
                )


def _check(source: ExportSource, options: Options) -> None:
    scene, points = options["scene"], int(options["points"])
    if scene != _ALL_SCENES and scene not in source.parts:
        raise UsageError(
            f"--option scene={scene}: the dataset has no finished scene of that number. "
            f"Use one of {min(source.parts)} to {max(source.parts)}, or -1 for all"
        )
    if points < 0:
        raise UsageError(f"--option points={points}: must be at least 0")
    if points and source.dataset.info.outputs.depth == "off":
        raise DatasetError(
            f"--option points={points}: the dataset holds no depth to take points from. Generate "
            "with outputs.depth switched on, or leave the option out"
        )


def _only(source: ExportSource, scene: int) -> ExportSource:
    """Return the source with all scenes but one left out, which counts into the same counts."""
    parts = {
        number: part if number == scene else _LEFT_OUT for number, part in source.parts.items()
    }
    return replace(source, parts=parts)


def _write_scene(
    source: ExportSource, place: Path, views: Iterator[ExportFrame], options: Options
) -> None:
    """Write the frames of one scene, one after the other."""
    info = source.dataset.info
    has_depth = info.outputs.depth != "off"
    cloud = PointCloud(int(options["points"]), info.views_per_scene)
    extent = Extent()
    intrinsics, frames = [], []
    for frame in views:
        depth = source.dataset.depth(frame.number) if has_depth else None
        files = _place(frame, place, depth if options["depth"] else None, source.hardlinks)
        frames.append(files | {"transform_matrix": transform_matrix(frame.annotation)})
        intrinsics.append(intrinsics_of(frame.annotation))
        extent.add(frame.annotation, depth)
        if depth is not None and cloud.wanted:
            cloud.add(frame.annotation, depth, source.dataset.image(frame.number))
    content: dict[str, Any] = {"camera_model": "OPENCV", "k1": 0.0, "k2": 0.0, "p1": 0.0, "p2": 0.0}
    # nerfstudio reads the intrinsics of a frame only where the file has none for all
    if all(own == intrinsics[0] for own in intrinsics):
        content |= intrinsics[0]
    else:
        frames = [own | frame for own, frame in zip(intrinsics, frames, strict=True)]
    content |= extent.cube()
    if has_depth and options["depth"]:
        content["integer_depth_scale"] = DEPTH_SCALE_M
    if cloud.wanted:
        (place / POINTS).write_bytes(cloud.ply())
        content["ply_file_path"] = POINTS
    content["frames"] = frames
    (place / TRANSFORMS).write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def _place(
    frame: ExportFrame, place: Path, depth: NDArray[np.float32] | None, hardlink: bool
) -> dict[str, Any]:
    """Put the files of a frame into the scene's folder, and return what the frame says of them."""
    picture = f"images/{frame.name}.png"
    place_file(frame.image_file, place / picture, hardlink=hardlink)
    if depth is None:
        return {"file_path": picture}
    path = f"depth/{frame.name}.png"
    (place / "depth").mkdir(exist_ok=True)
    (place / path).write_bytes(encode_depth_png(depth, DEPTH_SCALE_M))
    return {"file_path": picture, "depth_file_path": path, "depth_path": path}


FORMAT = Transforms()
