"""Arrays to image files and back: the value each pixel takes in each format.

Bytes depend on the arrays and the library versions only; no metadata is written.
"""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import DatasetError, StorageError

# Measured on rendered-like frames of 640x512: run-length matching takes 21 ms for rgb and 7 ms
# for normals, level 6 takes 49 and 19 ms for files of the same size. Depth has few exact
# repeats; there plain level 1 makes files half as large in the same time.
_RUNS = {"compress_level": 1, "compress_type": Image.RLE}
_SMALL = {"compress_level": 1}
_FARTHEST_UNIT = 65535


def encode_rgb(rgb: NDArray[np.uint8]) -> bytes:
    """Encode (H, W, 3) uint8 as 8-bit RGB PNG."""
    return _png(rgb, _RUNS)


def encode_instances(ids: NDArray[np.uint16]) -> bytes:
    """Encode (H, W) uint16 instance ids as 16-bit PNG."""
    return _png(ids, _RUNS)


def encode_coverage(coverage: NDArray[np.float32]) -> bytes:
    """Encode (H, W) shares in 0..1 as 8-bit PNG; 255 is the whole pixel."""
    return _png(np.rint(coverage * np.float32(255)).astype(np.uint8), _RUNS)


def encode_depth_png(depth: NDArray[np.float32], scale: float) -> bytes:
    """Encode (H, W) metres as 16-bit PNG in units of `scale` metres.

    0 stands for background and for what is farther than 65535 units.
    """
    units = np.rint(depth / np.float32(scale))
    np.maximum(units, 1, out=units)
    units[~(units <= _FARTHEST_UNIT)] = 0
    return _png(units.astype(np.uint16), _SMALL)


def encode_normals_png(normals: NDArray[np.float32]) -> bytes:
    """Encode (H, W, 3) unit vectors as 8-bit RGB PNG: round((n + 1) / 2 * 255), background 0."""
    half = np.float32(127.5)
    values = np.rint(normals * half + half).astype(np.uint8)
    values[_is_zero(normals)] = 0
    return _png(values, _RUNS)


def encode_depth_exr(depth: NDArray[np.float32]) -> bytes:
    """Encode (H, W) metres as EXR with one float32 channel Z; background is inf."""
    return _exr({"Z": np.ascontiguousarray(depth, np.float32)})


def encode_normals_exr(normals: NDArray[np.float32]) -> bytes:
    """Encode (H, W, 3) unit vectors as EXR with half-float channels X, Y, Z; background is 0."""
    half = normals.astype(np.float16)
    return _exr({name: np.ascontiguousarray(half[..., i]) for i, name in enumerate("XYZ")})


def encode_nocs(coordinates: NDArray[np.float32]) -> bytes:
    """Encode (H, W, 3) coordinates in 0..1 as EXR with half-float channels X, Y, Z."""
    return encode_normals_exr(coordinates)


def encode_flow(flow: NDArray[np.float32]) -> bytes:
    """Encode (H, W, 2) pixels right and down as EXR with float32 channels U and V."""
    return _exr({n: np.ascontiguousarray(flow[..., i], np.float32) for i, n in enumerate("UV")})


def read_flow(path: Path) -> NDArray[np.float32]:
    """Read optical flow as (H, W, 2) float32 pixels right and down; NaN where unknown."""
    return _read_exr(path, "UV")


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Read an image as (H, W, 3) uint8.

    Raises:
        DatasetError: the file is missing, damaged or of another kind. So do all readers here.
    """
    return _read_png(path, "RGB").astype(np.uint8, copy=False)


def read_instances(path: Path) -> NDArray[np.uint16]:
    """Read an instance map as (H, W) uint16."""
    return _read_png(path, "I;16").astype(np.uint16, copy=False)


def read_coverage(path: Path) -> NDArray[np.float32]:
    """Read coverage as (H, W) float32 shares in 0..1."""
    return _read_png(path, "L").astype(np.float32) / np.float32(255)


def read_depth_png(path: Path, scale: float) -> NDArray[np.float32]:
    """Read depth as (H, W) float32 metres; inf for background and beyond the range."""
    units = _read_png(path, "I;16").astype(np.float32)
    return np.where(units > 0, units * np.float32(scale), np.float32(np.inf))


def read_normals_png(path: Path) -> NDArray[np.float32]:
    """Read normals as (H, W, 3) float32 unit vectors; zero for background."""
    values = _read_png(path, "RGB")
    normals = values.astype(np.float32) / np.float32(127.5) - np.float32(1)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    normals[_is_zero(values)] = 0
    return normals


def read_depth_exr(path: Path) -> NDArray[np.float32]:
    """Read depth as (H, W) float32 metres; inf for background."""
    return _read_exr(path, "Z")[..., 0]


def read_normals_exr(path: Path) -> NDArray[np.float32]:
    """Read normals as (H, W, 3) float32; zero for background."""
    return _read_exr(path, "XYZ")


def _is_zero(vectors: NDArray[Any]) -> NDArray[np.bool_]:
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    zero: NDArray[np.bool_] = (x == 0) & (y == 0) & (z == 0)
    return zero


def _png(pixels: NDArray[Any], options: dict[str, int]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", **options)
    return buffer.getvalue()


def _read_png(path: Path, mode: str) -> NDArray[Any]:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            image.load()
            found = image.mode
            pixels = np.asarray(image)
    except FileNotFoundError as error:
        raise DatasetError(_missing(path)) from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise DatasetError(_damaged(path, str(error))) from error
    if found != mode:
        raise DatasetError(_damaged(path, f"its pixels are {found}, not {mode}"))
    return pixels


def _exr(channels: dict[str, NDArray[Any]]) -> bytes:
    import OpenEXR  # only datasets that ask for EXR need the library

    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    # the library writes to named files only
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "channels.exr"
        try:
            OpenEXR.File(header, channels).write(str(path))
            return path.read_bytes()
        except (OSError, RuntimeError) as error:
            raise StorageError(
                f"{folder}: an EXR cannot be written ({error}). "
                "Free space for temporary files, then run the same command with --resume."
            ) from error


def _read_exr(path: Path, names: str) -> NDArray[np.float32]:
    import OpenEXR  # only datasets that hold EXR need the library

    if not path.is_file():
        raise DatasetError(_missing(path))
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = file.channels()
            planes = [np.asarray(channels[name].pixels, np.float32) for name in names]
            return np.stack(planes, axis=-1)
    except KeyError as error:
        raise DatasetError(_damaged(path, f"it has no channel {error}")) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise DatasetError(_damaged(path, str(error))) from error


def _missing(path: Path) -> str:
    return f"{path}: is missing. `synth validate` lists all that is missing or damaged."


def _damaged(path: Path, reason: str) -> str:
    return (
        f"{path}: cannot be read ({reason}). Remove its scene's line from journal.jsonl and run "
        "`synth generate` with --resume to make it again."
    )
