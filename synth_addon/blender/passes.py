"""Reads a render's passes back as arrays, through uncompressed files on a RAM disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..core.colors import srgb_bytes
from ..core.exr import ExrPart, read_uncompressed
from ..core.geometry_buffer import GeometryBuffer
from ..core.rendered_frame import RenderedFrame
from ..core.scene_spec import SettledView
from ..core.transforms import Array
from .versions import albedo_passes, object_index_channel, set_image_format, square_pixels

Channels = Mapping[str, NDArray[np.float32]]
_CRYPTOMATTE_LAYERS = 3


@dataclass(frozen=True, eq=False)
class RawRender:
    """What Blender has written of one render; the rest is for whichever thread has time.

    Attributes:
        display: the picture as displayed, a TGA file.
        channels, manifest: as `read_passes` returns them, empty where not asked for.
    """

    display: bytes
    channels: Channels
    manifest: Mapping[str, str]


def read_raw(scene: bpy.types.Scene, folder: Path, *, with_passes: bool) -> RawRender:
    """Return what was just rendered.

    Args:
        folder: where intermediate files may be written; they are removed again.
    """
    channels, manifest = read_passes(scene, folder / "passes.exr") if with_passes else ({}, {})
    return RawRender(_display_file(scene, folder), channels, manifest)


def read_display(scene: bpy.types.Scene, folder: Path) -> NDArray[np.uint8]:
    """Return the picture (H, W, 3) that was just rendered, as displayed."""
    return _decoded(_display_file(scene, folder))


def cycles_frame(raw: RawRender, view: SettledView, names: Mapping[int, str]) -> RenderedFrame:
    """Return the arrays of a render by Cycles, with its passes.

    Args:
        names: what each instance is called in Blender; so cryptomatte knows it.
    """
    channels = raw.channels
    depth = channels["Depth.Z"]
    depth = np.where(depth < view.clip_end, depth, np.float32(np.inf))
    numbers = channels[object_index_channel()].astype(np.int32)
    base = max(names, default=0)
    ids = np.where(numbers > base, 0, numbers).astype(np.uint16)
    return RenderedFrame(
        rgb=_decoded(raw.display),
        depth=depth,
        normals=_camera_normals(channels, np.asarray(view.world_from_camera), depth),
        instance_ids=ids,
        coverage=_coverage(raw, names, ids),
        background_ids=np.maximum(numbers - base, 0).astype(np.uint16),
        albedo=_albedo(channels),
    )


def traced_frame(
    raw: RawRender, names: Mapping[int, str], geometry: GeometryBuffer
) -> RenderedFrame:
    """Return the picture of a render, and what was traced at its pixels' centres.

    Coverage is that of the picture, blurred as it is.

    Args:
        names: as for `cycles_frame`.
    """
    return RenderedFrame(
        rgb=_decoded(raw.display),
        depth=geometry.depth,
        normals=geometry.normals,
        instance_ids=geometry.instance_ids,
        coverage=_coverage(raw, names, geometry.instance_ids),
        background_ids=geometry.background_ids,
        albedo=_albedo(raw.channels),
    )


def _display_file(scene: bpy.types.Scene, folder: Path) -> bytes:
    path = folder / "display.tga"
    settings = scene.render.image_settings
    set_image_format(settings, "TARGA_RAW")
    settings.color_mode = "RGB"
    _save(scene, path)
    try:
        return path.read_bytes()
    finally:
        path.unlink()


def _decoded(display: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(display)) as image:
        return np.asarray(image.convert("RGB"))


def _save(scene: bpy.types.Scene, path: Path) -> None:
    bpy.data.images["Render Result"].save_render(str(path), scene=scene)


def read_passes(scene: bpy.types.Scene, path: Path) -> tuple[Channels, Mapping[str, str]]:
    """Return the passes of the last render, and cryptomatte's hash of each object by name.

    Args:
        path: a file to write and remove again.

    Returns:
        Channels (H, W) by pass and component, such as ``Combined.R``, in linear scene light.
    """
    settings = scene.render.image_settings
    set_image_format(settings, "OPEN_EXR_MULTILAYER")
    settings.exr_codec, settings.color_depth = "NONE", "32"
    with square_pixels(scene.render):
        _save(scene, path)
    try:
        parts = read_uncompressed(path)
    finally:
        path.unlink()
    channels = {
        name.split(".", 1)[1]: pixels
        for part in parts
        for name, pixels in part.channels.items()
        if "." in name
    }
    return channels, _cryptomatte_manifest(parts)


def _cryptomatte_manifest(parts: Iterable[ExrPart]) -> Mapping[str, str]:
    for part in parts:
        for key, value in part.attributes.items():
            if key.startswith("cryptomatte/") and key.endswith("/manifest"):
                manifest: dict[str, str] = json.loads(value)
                return manifest
    return {}


def _camera_normals(
    channels: Channels, world_from_camera: Array, depth: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Blender's normals are world-frame and averaged over the pixel: turn and normalise them.

    Axis by axis, because that takes a third of the time of a product of matrices.
    """
    x, y, z = (channels[f"Normal.{axis}"] for axis in "XYZ")
    length = np.maximum(np.sqrt(x * x + y * y + z * z), np.float32(1e-12))
    scale = np.where(np.isfinite(depth), 1 / length, np.float32(0))
    x, y, z = x * scale, y * scale, z * scale
    camera_from_world = world_from_camera[:3, :3].T.astype(np.float32)
    normals = np.empty((*depth.shape, 3), np.float32)
    for axis, (a, b, c) in enumerate(camera_from_world):
        normals[..., axis] = a * x + b * y + c * z
    return normals


def _albedo(channels: Channels) -> NDArray[np.uint8] | None:
    """Return the colour (H, W, 3) that surfaces reflect and let through, in sRGB."""
    kinds = albedo_passes()
    if f"{kinds[0]}.R" not in channels:
        return None
    planes = [sum(channels[f"{kind}.{c}"] for kind in kinds) for c in "RGB"]
    return srgb_bytes(np.stack(planes, axis=-1))


def _coverage(
    raw: RawRender, names: Mapping[int, str], ids: NDArray[np.uint16]
) -> NDArray[np.float32] | None:
    """Return each pixel's cryptomatte weight of the object that its centre shows, if asked for."""
    channels = raw.channels
    if "CryptoObject00.r" not in channels:
        return None
    hashes = np.zeros(int(ids.max()) + 1, dtype=np.uint32)
    for instance_id in np.unique(ids[ids > 0]):
        hashes[instance_id] = int(raw.manifest[names[int(instance_id)]], 16)
    wanted = hashes[ids]
    coverage = np.zeros(ids.shape, dtype=np.float32)
    for layer in range(_CRYPTOMATTE_LAYERS):
        for name, weight in (("r", "g"), ("b", "a")):
            found = np.ascontiguousarray(channels[f"CryptoObject{layer:02d}.{name}"])
            match = found.view(np.uint32) == wanted
            coverage += np.where(match, channels[f"CryptoObject{layer:02d}.{weight}"], 0)
    return np.where(ids > 0, np.clip(coverage, 0, 1), np.float32(0))
