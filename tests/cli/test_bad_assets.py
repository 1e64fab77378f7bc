"""Missing and broken files: exit code 2 before the output folder is made, with name and remedy."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from synth_addon.core.mesh_catalog import MESH_SUFFIXES

ROOT = Path(__file__).parents[2]

CUBE = "".join(f"v {x} {y} {z}\n" for x in (0, 1) for y in (0, 1) for z in (0, 1)) + (
    "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n"
)
NOISE = bytes(np.random.Generator(np.random.PCG64(5)).integers(0, 256, 4000, dtype=np.uint8))


def ply(vertices: int, faces: int, body: str) -> bytes:
    return (
        f"ply\nformat ascii 1.0\nelement vertex {vertices}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {faces}\nproperty list uchar int vertex_indices\n"
        f"end_header\n{body}"
    ).encode()


def glb(document: dict[str, Any]) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 20 + len(text))
    return head + struct.pack("<I4s", len(text), b"JSON") + text


EMPTY_SCENE = {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": []}]}

BROKEN_MESHES: dict[str, bytes] = {
    "garbage.obj": NOISE,
    "words.obj": b"This is not a mesh.\nIt is a letter.\n",
    "no_faces.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\n",
    "no_size.obj": b"v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n",
    "garbage.ply": NOISE,
    "head_only.ply": b"ply\nformat ascii 1.0\n",
    "cut_off.ply": ply(8, 6, "0 0 0\n1 0 0\n"),
    "points.ply": ply(3, 0, "0 0 0\n1 0 0\n0 1 0\n"),
    "garbage.glb": NOISE,
    "head_only.glb": b"glTF\x02\0\0\0",
    "empty_scene.glb": glb(EMPTY_SCENE),
    "garbage.gltf": NOISE,
    "no_json.gltf": b"{",
    "other_json.gltf": b"[1, 2]",
    "lost_buffer.gltf": json.dumps(
        {
            "asset": {"version": "2.0"},
            "buffers": [{"uri": "lost.bin", "byteLength": 36}],
            "bufferViews": [{"buffer": 0, "byteLength": 36}],
            "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
            "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
            "nodes": [{"mesh": 0}],
            "scenes": [{"nodes": [0]}],
            "scene": 0,
        }
    ).encode(),
    "garbage.blend": NOISE,
    "head_only.blend": b"BLENDER-v405",
}
BROKEN_MESHES |= {
    "garbage.stl": NOISE,
    "words.stl": b"solid of words\n",
    "garbage.fbx": NOISE,
    "head_only.fbx": b"Kaydara FBX Binary  \0\x1a\0\xe8\x1c\0\0",
    "garbage.usd": NOISE,
    "head_only.usda": b"#usda 1.0\n",
    "head_only.usdc": b"PXR-USDC\0\x08\0\0",
    "garbage.usdz": NOISE,
}
BROKEN_IMAGES: dict[str, bytes] = {
    "garbage": NOISE,
    "words": b"not an image",
    "cut off": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
}
BROKEN_SKIES: dict[str, bytes] = {
    "garbage.hdr": NOISE,
    "garbage.exr": NOISE,
    "head_only.hdr": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 4 +X 8\n",
    "head_only.exr": b"\x76\x2f\x31\x01\x02\0\0\0",
}


@pytest.fixture
def unusable(
    tmp_path: Path, least: dict[str, Any], write_recipe: Callable, refused: Callable[..., str]
) -> Callable[..., str]:
    """Return the function that demands a refusal of a recipe with some parts, nothing written."""

    def run(**parts: Any) -> str:
        source, output = write_recipe({**least, **parts}), tmp_path / "out"
        message = refused("generate", source, "--output", output)
        assert not output.exists()
        return message

    return run


def from_file(name: str) -> dict[str, Any]:
    return {"objects": {"thing": {"file": name}}}


def textured(folder: str) -> dict[str, Any]:
    return {"objects": {"thing": {"shape": "cube", "material": {"texture": folder}}}}


def under_sky(name: str) -> dict[str, Any]:
    return {"environment": {"kind": "hdri", "file": name}}


# Found by looking at names and sizes, without Blender


@pytest.mark.parametrize("suffix", MESH_SUFFIXES)
def test_mesh_files_without_content_are_refused(unusable, tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"empty{suffix}").touch()
    message = unusable(**from_file(f"empty{suffix}"))
    assert f"objects.thing.file: 'empty{suffix}' is empty" in message


@pytest.mark.parametrize("suffix", [".hdr", ".exr"])
def test_skies_without_content_are_refused(unusable, tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"sky{suffix}").touch()
    assert f"environment.file: 'sky{suffix}' is empty" in unusable(**under_sky(f"sky{suffix}"))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (from_file("missing.obj"), "objects.thing.file: 'missing.obj'"),
        (from_file("nowhere/*.obj"), "objects.thing.file: 'nowhere/*.obj'"),
        (from_file("folder"), "objects.thing.file: 'folder'"),
        (from_file(""), "objects.thing.file"),
        (under_sky("missing.hdr"), "environment.file: 'missing.hdr'"),
        (textured("missing"), "objects.thing.material.texture: 'missing'"),
        (textured("folder"), "objects.thing.material.texture: 'folder' has no colour map"),
        ({"room": {"walls": {"texture": "missing"}}}, "room.walls.texture: 'missing'"),
        ({"assets": {"models": "nowhere"}}, "assets.models: no such folder: 'nowhere'"),
        ({"assets": {"textures": "nowhere"}, **textured("a")}, "assets.textures: no such folder"),
        ({"assets": {"hdri": "nowhere"}, **under_sky("a.hdr")}, "assets.hdri: no such folder"),
        ({"assets": {"models": "recipe.json"}, **from_file("a.obj")}, "assets.models"),
    ],
)
def test_missing_files_and_folders_are_refused(
    unusable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: dict[str, Any], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.txt").write_text("nothing to see")
    assert said in unusable(**parts)


# Found by reading them in Blender


@pytest.mark.blender
@pytest.mark.parametrize(("name", "content"), BROKEN_MESHES.items(), ids=BROKEN_MESHES)
def test_broken_meshes_are_refused(unusable, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert repr(name) in unusable(**from_file(name))


@pytest.mark.blender
def test_vertices_that_are_not_finite_are_refused(unusable, tmp_path: Path) -> None:
    """Only Blender's own files can hold them: its importers put 0 in their place."""
    import bpy

    data = bpy.data.meshes.new("broken")
    data.from_pydata([(float("nan"), 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    item = bpy.data.objects.new("broken", data)
    bpy.data.libraries.write(str(tmp_path / "broken.blend"), {item})
    bpy.data.batch_remove(ids=[item, data])
    assert "'broken.blend' has vertices that are not finite" in unusable(
        **from_file("broken.blend")
    )


@pytest.mark.blender
@pytest.mark.parametrize(
    ("group", "said"),
    [
        ({"scale": 9}, "'cube.obj' is 9 m long, more than the room's longest side of 4 m"),
        ({"unit": "mm", "scale": 0.05}, "'cube.obj' is 5e-05 m long, less than 0.1 mm"),
    ],
)
def test_meshes_out_of_scale_are_refused(
    unusable, tmp_path: Path, group: dict[str, Any], said: str
) -> None:
    (tmp_path / "cube.obj").write_text(CUBE)
    message = unusable(objects={"thing": {"file": "cube.obj", **group}})
    assert said in message
    assert "objects.thing.size_m" in message


@pytest.mark.blender
def test_a_changed_texture_of_a_mesh_ends_the_resuming(
    synth, least: dict[str, Any], write_recipe: Callable, tmp_path: Path
) -> None:
    (tmp_path / "cube.obj").write_text("mtllib cube.mtl\nusemtl wood\n" + CUBE)
    (tmp_path / "cube.mtl").write_text("newmtl wood\nmap_Kd wood.png\n")
    Image.new("RGB", (4, 4)).save(tmp_path / "wood.png")
    thing = {"file": "cube.obj", "size_m": 0.2}
    quick = {"samples": 1, "denoise": "off"}
    source = write_recipe({**least, "objects": {"thing": thing}, "render": quick})
    words = ("generate", source, "--output", tmp_path / "out", "--scenes", 1, "--resume")
    assert synth(*words).code == 0
    assert synth(*words).code == 0
    Image.new("RGB", (4, 4), "red").save(tmp_path / "wood.png")
    ended = synth(*words)
    assert ended.code == 2
    assert "wood.png" in ended.err


@pytest.mark.blender
def test_one_broken_mesh_among_many_is_found(unusable, tmp_path: Path) -> None:
    """Scene 0 might not draw it, but it is found all the same."""
    (tmp_path / "models").mkdir()
    for name in "abcdefgh":
        (tmp_path / "models" / f"{name}.obj").write_text(CUBE)
    (tmp_path / "models" / "g.obj").write_bytes(BROKEN_MESHES["no_faces.obj"])
    assert "'models/g.obj'" in unusable(**from_file("models/*.obj"))


@pytest.mark.blender
def test_an_object_that_a_file_lacks_is_told(unusable, tmp_path: Path) -> None:
    (tmp_path / "cube.obj").write_text("o Corner\n" + CUBE)
    message = unusable(objects={"thing": {"file": "cube.obj", "object": "Edge"}})
    assert "'Edge'" in message and "Corner" in message


@pytest.mark.blender
@pytest.mark.parametrize("content", BROKEN_IMAGES.values(), ids=BROKEN_IMAGES)
@pytest.mark.parametrize("role", ["Color.png", "Roughness.jpg"])
def test_broken_textures_are_refused(unusable, tmp_path: Path, role: str, content: bytes) -> None:
    (tmp_path / "Wood").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "Wood" / "Wood_1K_Color.png")
    (tmp_path / "Wood" / f"Wood_1K_{role}").write_bytes(content)
    assert f"'Wood/Wood_1K_{role}'" in unusable(**textured("Wood"))


@pytest.mark.blender
@pytest.mark.parametrize(("name", "content"), BROKEN_SKIES.items(), ids=BROKEN_SKIES)
def test_broken_skies_are_refused(unusable, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert repr(name) in unusable(**under_sky(name))


@pytest.mark.blender
@pytest.mark.parametrize("name", ["no_faces.obj", "garbage.glb", "garbage.blend"])
def test_the_command_itself_ends_with_two(
    least: dict[str, Any], write_recipe: Callable, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(BROKEN_MESHES[name])
    source = write_recipe({**least, **from_file(name)})
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "synth_addon.cli", "generate", str(source)),
            *("--output", str(tmp_path / "out"), "--json"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONFAULTHANDLER": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == 2, ended
    assert not (tmp_path / "out").exists()
    assert "Traceback" not in ended.stderr
    (event,) = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (event["event"], event["kind"]) == ("error", "AssetError")
    assert repr(name) in event["message"]
