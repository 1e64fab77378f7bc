"""All files of one frame as bytes, ready to be stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..annotation import FrameAnnotation
from ..dataset.info import DatasetInfo
from ..dataset.layout import frame_paths
from ..errors import RenderError
from ..flow import optical_flow
from ..nocs import object_coordinates
from ..rendered_frame import RenderedFrame
from ..scene_spec import SettledScene, SettledView, canonical_json
from ..semantics import semantic_map
from .images import (
    encode_coverage,
    encode_depth_exr,
    encode_depth_png,
    encode_flow,
    encode_instances,
    encode_nocs,
    encode_normals_exr,
    encode_normals_png,
    encode_rgb,
)

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True)
class EncodedFrame:
    """One frame's files: (path relative to the dataset, bytes) in the order of paths."""

    frame: int
    files: tuple[tuple[str, bytes], ...]


def encode_frame(
    frame: RenderedFrame, annotation: FrameAnnotation, scene: SettledScene, info: DatasetInfo
) -> EncodedFrame:
    """Encode one frame. Touches no file of the dataset, so any thread may do it at any time.

    Args:
        scene: that the frame shows.

    Raises:
        RenderError: a channel is asked for and the renderer gave none.
        StorageError: an EXR is asked for and the folder of temporary files is full.
    """
    paths = frame_paths(annotation.frame, info.outputs)
    encoder = _Encoder(frame, annotation, scene, info)
    files = tuple((path, encoder.encoded(channel)) for channel, path in paths.items())
    return EncodedFrame(annotation.frame, files)


@dataclass(frozen=True)
class _Encoder:
    frame: RenderedFrame
    annotation: FrameAnnotation
    scene: SettledScene
    info: DatasetInfo

    def encoded(self, channel: str) -> bytes:
        frame, options = self.frame, self.info.outputs
        match channel:
            case "images":
                return encode_rgb(frame.rgb)
            case "instances":
                return encode_instances(frame.instance_ids)
            case "depth" if options.depth == "exr":
                return encode_depth_exr(frame.depth)
            case "depth":
                return encode_depth_png(frame.depth, options.depth_scale)
            case "normals" if options.normals == "exr":
                return encode_normals_exr(frame.normals)
            case "normals":
                return encode_normals_png(frame.normals)
            case "coverage":
                return encode_coverage(_given(frame.coverage, channel))
            case "albedo":
                return encode_rgb(_given(frame.albedo, channel))
            case "semantic":
                _given(frame.background_ids, channel)
                classes = len(self.info.categories)
                return encode_instances(semantic_map(frame, self.scene.spec, classes))
            case "nocs":
                here = self._view(0)
                return encode_nocs(object_coordinates(frame, self.annotation, here.intrinsics))
            case "flow_forward" | "flow_backward":
                return self._flow(1 if channel == "flow_forward" else -1)
            case _:
                return f"{canonical_json(self.annotation)}\n".encode()

    def _view(self, step: int) -> SettledView:
        return self.scene.views[self.annotation.view + step]

    def _flow(self, step: int) -> bytes:
        """Encode the flow to a neighbouring view; without one, nothing is known of any pixel."""
        if not 0 <= self.annotation.view + step < len(self.scene.views):
            return encode_flow(np.full((*self.frame.depth.shape, 2), np.nan, np.float32))
        return encode_flow(optical_flow(self.frame.depth, self._view(0), self._view(step)))


def _given(pixels: NDArray[Kind] | None, channel: str) -> NDArray[Kind]:
    if pixels is None:
        raise RenderError(
            f"outputs.{channel} is true, but this renderer gives none. "
            f"Set outputs.{channel} to false, or choose another engine."
        )
    return pixels
