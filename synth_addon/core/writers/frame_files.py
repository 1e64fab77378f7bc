"""All files of one frame as bytes, ready to be stored."""

from __future__ import annotations

from dataclasses import dataclass

from ..annotation import FrameAnnotation
from ..dataset.info import OutputOptions
from ..dataset.layout import frame_paths
from ..errors import RenderError
from ..rendered_frame import RenderedFrame
from ..scene_spec import canonical_json
from .images import (
    encode_coverage,
    encode_depth_exr,
    encode_depth_png,
    encode_instances,
    encode_normals_exr,
    encode_normals_png,
    encode_rgb,
)


@dataclass(frozen=True)
class EncodedFrame:
    """One frame's files: (path relative to the dataset, bytes) in the order of paths."""

    frame: int
    files: tuple[tuple[str, bytes], ...]


def encode_frame(
    frame: RenderedFrame, annotation: FrameAnnotation, options: OutputOptions
) -> EncodedFrame:
    """Encode one frame. Touches no file of the dataset, so any thread may do it at any time.

    Raises:
        RenderError: coverage is asked for and the renderer gave none.
        StorageError: an EXR is asked for and the folder of temporary files is full.
    """
    paths = frame_paths(annotation.frame, options)
    files = tuple(
        (path, _encoded(channel, frame, annotation, options)) for channel, path in paths.items()
    )
    return EncodedFrame(annotation.frame, files)


def _encoded(
    channel: str, frame: RenderedFrame, annotation: FrameAnnotation, options: OutputOptions
) -> bytes:
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
            return _encoded_coverage(frame)
        case _:
            return f"{canonical_json(annotation)}\n".encode()


def _encoded_coverage(frame: RenderedFrame) -> bytes:
    if frame.coverage is None:
        raise RenderError(
            "outputs.coverage is true, but this renderer measures no coverage. "
            "Set outputs.coverage to false, or choose another engine."
        )
    return encode_coverage(frame.coverage)
