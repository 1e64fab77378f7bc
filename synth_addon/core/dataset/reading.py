"""Read a dataset back: finished scenes only, whether or not the run that made it ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from ..annotation import FrameAnnotation
from ..errors import DatasetError
from ..mesh import TriangleMesh
from ..scene_spec import Asset, SettledScene, ShapeAsset, Spec
from ..shapes.catalog import mesh_of
from ..writers.images import (
    read_coverage,
    read_depth_exr,
    read_depth_png,
    read_flow,
    read_instances,
    read_normals_exr,
    read_normals_png,
    read_rgb,
)
from ..writers.models import read_model
from .faults import reading_errors
from .info import DatasetInfo, read_info
from .journal_index import JournalIndex, read_entry, read_index
from .journal_lines import JournalEntry
from .layout import JOURNAL_FILE, frame_paths, model_path, scene_path

Record = TypeVar("Record", bound=Spec)


class Dataset:
    """A dataset opened for reading.

    Every method that takes a frame number raises DatasetError where the file is missing or
    damaged, the channel was not written, or no finished scene holds that frame.
    """

    def __init__(self, directory: Path, info: DatasetInfo, index: JournalIndex) -> None:
        self.directory = directory
        self.info = info
        self._index = index

    @property
    def finished(self) -> NDArray[np.int64]:
        """The indices of all finished scenes, ascending, (N) int64."""
        return self._index.scenes

    def scene_numbers(self) -> list[int]:
        """Return the indices of all finished scenes, ascending."""
        return [int(scene) for scene in self._index.scenes]

    def __contains__(self, scene: int) -> bool:
        """Tell whether a scene is finished."""
        return self._index.place(scene) is not None

    def __len__(self) -> int:
        """Return how many scenes are finished."""
        return len(self._index)

    def frame_numbers(self, first: int = 0, end: int | None = None) -> list[int]:
        """Return the numbers of all frames of finished scenes, ascending.

        Args:
            first, end: leave out lower numbers, and those from `end` on.
        """
        views, scenes = self.info.views_per_scene, self._index.scenes
        start = int(np.searchsorted(scenes, first // views))
        stop = len(scenes) if end is None else int(np.searchsorted(scenes, -(-end // views)))
        return [
            frame
            for place in range(start, stop)
            for frame in self._index.frame_range(place)
            if first <= frame and (end is None or frame < end)
        ]

    def annotations(self) -> Iterator[FrameAnnotation]:
        """Yield the annotations of all frames in the order of their numbers, one at a time."""
        for place in range(len(self._index)):
            for frame in self._index.frame_range(place):
                yield self.annotation(frame)

    def annotation(self, frame: int) -> FrameAnnotation:
        """Return one frame's annotations."""
        return read_record(self._path(frame, "frames"), FrameAnnotation)

    def scene(self, scene: int) -> SettledScene:
        """Return one finished scene as it was rendered.

        Raises:
            DatasetError: the scene is not finished, or its record is missing or damaged.
        """
        if scene not in self:
            raise DatasetError(f"{self.directory}: has no finished scene {scene}. {self._held()}")
        return read_record(self.directory / scene_path(scene), SettledScene)

    def entry(self, scene: int) -> JournalEntry:
        """Return what the journal says of a finished scene.

        Raises:
            DatasetError: the scene is not finished, or its line is damaged.
        """
        place = self._index.place(scene)
        if place is None:
            raise DatasetError(f"{self.directory}: has no finished scene {scene}. {self._held()}")
        return read_entry(self.directory / JOURNAL_FILE, self._index, place)

    def model(self, asset: Asset) -> TriangleMesh:
        """Return the mesh of an asset of this dataset, in its own frame before any scale.

        Raises:
            DatasetError: it is not procedural, and its file is missing or was not written.
        """
        if isinstance(asset, ShapeAsset):
            return mesh_of(asset)
        path = self.directory / model_path(asset)
        if not path.is_file():
            raise DatasetError(
                f"{path}: the mesh is not there. Generate with outputs.models switched on"
            )
        return read_model(path)

    def image(self, frame: int) -> NDArray[np.uint8]:
        """Return the picture, (H, W, 3) uint8."""
        return read_rgb(self._path(frame, "images"))

    def instances(self, frame: int) -> NDArray[np.uint16]:
        """Return the instance ids, (H, W) uint16; 0 is background."""
        return read_instances(self._path(frame, "instances"))

    def depth(self, frame: int) -> NDArray[np.float32]:
        """Return metres along the optical axis, (H, W) float32; inf is background.

        16-bit files hold no depth beyond 65535 x `depth_scale`; such pixels are inf too.
        """
        path = self._path(frame, "depth")
        outputs = self.info.outputs
        if outputs.depth == "exr":
            return read_depth_exr(path)
        return read_depth_png(path, outputs.depth_scale)

    def normals(self, frame: int) -> NDArray[np.float32]:
        """Return unit normals in the camera frame, (H, W, 3) float32; zero is background."""
        path = self._path(frame, "normals")
        return read_normals_exr(path) if path.suffix == ".exr" else read_normals_png(path)

    def coverage(self, frame: int) -> NDArray[np.float32]:
        """Return the share of each pixel that its object covers, (H, W) float32."""
        return read_coverage(self._path(frame, "coverage"))

    def nocs(self, frame: int) -> NDArray[np.float32]:
        """Return normalised object coordinates, (H, W, 3) float32 in 0..1; zero is background."""
        return read_normals_exr(self._path(frame, "nocs"))

    def semantic(self, frame: int) -> NDArray[np.uint16]:
        """Return the class of each pixel, (H, W) uint16; `info.semantic_classes` names them."""
        return read_instances(self._path(frame, "semantic"))

    def albedo(self, frame: int) -> NDArray[np.uint8]:
        """Return the surfaces' own colour, (H, W, 3) uint8 sRGB."""
        return read_rgb(self._path(frame, "albedo"))

    def flow(self, frame: int, *, forward: bool) -> NDArray[np.float32]:
        """Return how pixels move to the next (or previous) view, (H, W, 2) right and down.

        NaN where nothing is known: in the last (or first) view, and behind the other camera.
        """
        return read_flow(self._path(frame, "flow_forward" if forward else "flow_backward"))

    def _path(self, frame: int, channel: str) -> Path:
        place = self._index.place(frame // self.info.views_per_scene)
        if place is None or frame not in self._index.frame_range(place):
            raise DatasetError(f"{self.directory}: has no finished frame {frame}. {self._held()}")
        path = frame_paths(frame, self.info.outputs).get(channel)
        if path is None:
            raise DatasetError(
                f"{self.directory}: holds no {channel}. "
                f"Generate with outputs.{channel.partition('_')[0]} switched on."
            )
        return self.directory / path

    def _held(self) -> str:
        if not len(self):
            return "It holds none yet."
        first, last = self._index.scenes[[0, -1]]
        return f"It holds {len(self)} scenes from {first} to {last}."


def open_dataset(directory: Path) -> Dataset:
    """Open a dataset folder for reading.

    Raises:
        DatasetError: it is no dataset, or its description or journal is damaged.
    """
    return Dataset(directory, read_info(directory), read_index(directory / JOURNAL_FILE))


def read_record(path: Path, kind: type[Record]) -> Record:
    """Read one JSON record.

    Raises:
        DatasetError: the file is missing or does not hold such a record.
    """
    with reading_errors(path):
        text = path.read_bytes()
    return record_from_json(text, kind, str(path))


def record_from_json(text: bytes, kind: type[Record], where: str) -> Record:
    """Return the record that a file holds.

    Args:
        where: it was read from.

    Raises:
        DatasetError: it does not hold such a record.
    """
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        part = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DatasetError(
            f"{where}: {part} is damaged ({first['msg']}). Remove its scene's line from "
            "journal.jsonl and run `synth generate` with --resume to make it again."
        ) from error
