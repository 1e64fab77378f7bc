"""Uncompressed EXR files are read exactly as the OpenEXR library reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from synth_addon.core.exr import read_uncompressed

RNG = np.random.default_rng(0)
FLOATS = {
    "Layer.Depth.Z": RNG.normal(size=(5, 7)).astype(np.float32),
    "Layer.A": RNG.normal(size=(5, 7)).astype(np.float32),
}
MIXED = {"half": RNG.normal(size=(5, 7)).astype(np.float16), "uint": np.arange(35, dtype=np.uint32)}
MIXED["uint"] = MIXED["uint"].reshape(5, 7)


def header(compression: OpenEXR.Compression = OpenEXR.NO_COMPRESSION) -> dict[str, object]:
    return {"compression": compression, "type": OpenEXR.scanlineimage, "note": "hello"}


def write(path: Path, *parts: dict[str, np.ndarray], **options: OpenEXR.Compression) -> Path:
    named = [
        OpenEXR.Part({**header(**options)}, dict(part), name=f"part {i}")
        for i, part in enumerate(parts)
    ]
    OpenEXR.File(named).write(str(path))
    return path


@pytest.mark.parametrize("parts", [(FLOATS,), (MIXED,), (FLOATS, MIXED)])
def test_every_channel_of_every_part_is_read_exactly(
    tmp_path: Path, parts: tuple[dict[str, np.ndarray], ...]
) -> None:
    read = read_uncompressed(write(tmp_path / "a.exr", *parts))
    assert len(read) == len(parts)
    for part, written in zip(read, parts, strict=True):
        assert set(part.channels) == set(written)
        for name, pixels in written.items():
            assert part.channels[name].dtype == pixels.dtype
            np.testing.assert_array_equal(part.channels[name], pixels)
        assert part.attributes["note"] == b"hello"


def test_a_compressed_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", FLOATS, compression=OpenEXR.ZIP_COMPRESSION)
    with pytest.raises(ValueError, match="compressed"):
        read_uncompressed(path)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.exr").write_bytes(b"no picture at all")
    with pytest.raises(ValueError, match=r"a\.exr: not a scan-line OpenEXR file"):
        read_uncompressed(tmp_path / "a.exr")
