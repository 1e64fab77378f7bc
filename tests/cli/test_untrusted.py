"""Recipes of strangers: with --untrusted no path of theirs leads out of their own folder."""

from __future__ import annotations

import json
import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from synth_addon.cli import parser
from synth_addon.commands.pool_run import worker_command
from synth_addon.core.asset_roots import Fence
from synth_addon.core.dataset.place import place_of
from tests.front3d_houses import write_data_set

CUBE = "".join(f"v {x} {y} {z}\n" for x in (0, 1) for y in (0, 1) for z in (0, 1)) + (
    "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n"
)
CAMERA = {"cx": 16, "cy": 12, "fx": 40, "fy": 40, "width": 32, "height": 24}

Parts = Callable[[str], dict[str, Any]]
Refused = Callable[..., str]


def write_assets(folder: Path) -> Path:
    """Write one asset of each kind, and return their folder."""
    folder.mkdir(parents=True)
    (folder / "cube.obj").write_text(CUBE)
    (folder / "room.glb").write_bytes(glb({}))
    (folder / "sky.hdr").write_bytes(b"#?RADIANCE\n")
    (folder / "wood").mkdir()
    for image in (folder / "photo.png", folder / "wood" / "wood_Color.png"):
        Image.new("RGB", (4, 4)).save(image)
    (folder / "camera.json").write_text(json.dumps(CAMERA))
    write_data_set(folder / "houses")
    return folder


def glb(document: object) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text), len(text), b"JSON") + text


def group(**values: Any) -> dict[str, Any]:
    return {"objects": {"thing": {"shape": "cube", **values}}}


def front3d(**folders: str) -> Parts:
    return lambda name: {"room": {"front3d": {key: name + end for key, end in folders.items()}}}


def environment(**values: Any) -> dict[str, Any]:
    return {"environment": values, "room": {"enabled": False}, "physics": {"enabled": False}}


FIELDS: Mapping[str, tuple[str, Parts]] = {
    "objects.thing.file": ("cube.obj", lambda name: {"objects": {"thing": {"file": name}}}),
    "objects.thing.material.texture": ("wood", lambda name: group(material={"texture": name})),
    "objects.thing.material.photo": ("photo.png", lambda name: group(material=photo(name))),
    "room.floor.texture": ("wood", lambda name: {"room": {"floor": {"texture": name}}}),
    "room.furniture.seat.file": (
        "cube.obj",
        lambda name: {"room": {"furniture": {"seat": {"file": name}}}},
    ),
    "material_rules.0.material.photo": (
        "photo.png",
        lambda name: {"material_rules": [{"objects": ["thing"], "material": photo(name)}]},
    ),
    "room.file": ("room.glb", lambda name: {"room": {"file": name}}),
    "room.front3d.scenes": (
        "houses",
        front3d(scenes="/3D-FRONT/*.json", models="/3D-FUTURE-model", textures="/3D-FRONT-texture"),
    ),
    "environment.file": (
        "sky.hdr",
        lambda name: environment(kind="hdri", file=name),
    ),
    "environment.backdrop.file": (
        "photo.png",
        lambda name: environment(hide_from_camera=True, backdrop={"kind": "photo", "file": name}),
    ),
    "camera.intrinsics_file": ("camera.json", lambda name: {"camera": {"intrinsics_file": name}}),
}
"""By path in the recipe: the asset that it takes, and the recipe's parts that name it."""


def photo(name: str) -> dict[str, Any]:
    return {"kinds": {"photo": 1}, "photo": name}


class Stranger:
    """A recipe's folder, with files outside of it that it may try to reach."""

    def __init__(self, folder: Path) -> None:
        self.inside = write_assets(folder / "inside")
        self.outside = write_assets(folder / "outside")
        (self.inside / "link").symlink_to(self.outside)

    def recipe(self, **parts: Any) -> Path:
        path = self.inside / "recipe.json"
        path.write_text(json.dumps({"version": 1, **group(material={}), **parts}))
        return path


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path)


@pytest.fixture
def kept_in(synth, refused: Refused) -> Callable[..., str]:
    """Return the function that demands that a recipe works, but not as one of a stranger."""

    def check(recipe: Path, *arguments: object) -> str:
        assert synth("sample", recipe, *arguments).code == 0
        message = refused("sample", recipe, "--untrusted", *arguments)
        assert "and the recipe is not trusted" in message
        assert "--untrusted" in message
        return message

    return check


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("way", ["../outside/", "{outside}/", "link/", "link/../outside/"])
def test_no_field_leads_out(stranger: Stranger, kept_in, field: str, way: str) -> None:
    asset, parts = FIELDS[field]
    name = way.format(outside=stranger.outside) + asset
    message = kept_in(stranger.recipe(**parts(name)))
    assert f"{field.removesuffix('.scenes')}" in message
    assert asset in message
    assert f"lies outside {stranger.inside}, " in message


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("way", ["", "{inside}/", "../inside/"])
def test_what_lies_inside_is_used(stranger: Stranger, synth, field: str, way: str) -> None:
    asset, parts = FIELDS[field]
    recipe = stranger.recipe(**parts(way.format(inside=stranger.inside) + asset))
    ended = synth("sample", recipe, "--untrusted")
    assert ended.code == 0, ended.err
    assert ended == synth("sample", recipe)


@pytest.mark.parametrize("field", FIELDS)
def test_files_that_are_links_are_no_way_out(stranger: Stranger, kept_in, field: str) -> None:
    asset, parts = FIELDS[field]
    here = stranger.inside / asset
    shutil.rmtree(here) if here.is_dir() else here.unlink()
    here.symlink_to(stranger.outside / asset)
    assert field.removesuffix(".scenes") in kept_in(stranger.recipe(**parts(asset)))


@pytest.mark.parametrize("asset", ["cube.obj", "no_such.obj", "no_such_folder/cube.obj"])
@pytest.mark.parametrize("way", ["../outside/{}", "link/{}", "link/*/{}", "*/{}"])
def test_nothing_is_told_of_what_lies_outside(
    stranger: Stranger, refused: Refused, asset: str, way: str
) -> None:
    recipe = stranger.recipe(objects={"thing": {"file": way.format(asset)}})
    message = refused("sample", recipe, "--untrusted")
    assert "lies outside" in message
    assert message.replace(asset, "…") == refused(
        "sample", stranger.recipe(objects={"thing": {"file": way.format("…")}}), "--untrusted"
    )


@pytest.mark.parametrize("pattern", ["*/cube.obj", "li*/c*.obj", "../out*/*.obj", "{}/*.obj"])
def test_patterns_match_nothing_outside(stranger: Stranger, kept_in, pattern: str) -> None:
    name = pattern.format(stranger.outside)
    message = kept_in(stranger.recipe(objects={"thing": {"file": name}}))
    assert message.startswith("synth: objects.thing.file: ")


def test_patterns_inside_match(stranger: Stranger, synth) -> None:
    (stranger.inside / "link").unlink()
    for pattern in ("*.obj", "**/*.obj", f"{stranger.inside}/c*.obj", "houses/../c*.obj"):
        recipe = stranger.recipe(objects={"thing": {"file": pattern}})
        assert synth("sample", recipe, "--untrusted") == synth("sample", recipe)


@pytest.mark.parametrize("way", ["{outside}", "~/outside", "../outside", "link"])
@pytest.mark.parametrize("kind", ["models", "hdri", "textures", "photos", "front3d"])
def test_asset_folders_lead_nowhere_else(
    stranger: Stranger, kept_in, monkeypatch: pytest.MonkeyPatch, kind: str, way: str
) -> None:
    monkeypatch.setenv("HOME", str(stranger.inside.parent))
    monkeypatch.setenv("USERPROFILE", str(stranger.inside.parent))
    monkeypatch.chdir(stranger.inside)
    field = {
        "models": "objects.thing.file",
        "hdri": "environment.file",
        "textures": "room.floor.texture",
        "photos": "objects.thing.material.photo",
        "front3d": "room.front3d.scenes",
    }[kind]
    asset, parts = FIELDS[field]
    folder = way.format(outside=stranger.outside)
    message = kept_in(stranger.recipe(**parts(asset), assets={kind: folder}))
    assert message.startswith(f"synth: assets.{kind}: {folder!r} lies outside {stranger.inside}")


def test_overrides_are_part_of_the_recipe(stranger: Stranger, kept_in, synth) -> None:
    recipe = stranger.recipe(objects={"thing": {"file": "cube.obj"}})
    override = f"assets.models={stranger.outside}"
    assert override.partition("=")[2] in kept_in(recipe, "--set", override)
    both = ("--untrusted", "--folder", stranger.inside.parent)
    for more in ((), ("--set", "objects.thing.file=outside/cube.obj")):
        folder = () if more else ("--set", "objects.thing.file=inside/cube.obj")
        assert synth("sample", recipe, *both, *more, *folder).code == 0


def test_houses_name_no_models_outside(stranger: Stranger, refused: Refused) -> None:
    for folders in ({"models": "../../outside"}, {"textures": "../link"}):
        room = {"front3d": {"scenes": "3D-FRONT/*.json", **folders}}
        recipe = stranger.recipe(room=room, assets={"front3d": str(stranger.inside / "houses")})
        assert "room.front3d: " in refused("sample", recipe, "--untrusted")


# Files that mesh files name

OUTSIDE = ["../outside/{}", "{outside}/{}", "link/{}", "deep/../{}"]


@pytest.fixture
def named(stranger: Stranger, refused: Refused, synth) -> Callable[[str, str], None]:
    """Return the function that demands that an object's or a room's file is refused."""

    def check(file: str, name: str) -> None:
        fields: list[dict[str, Any]] = [
            {"objects": {"thing": {"file": file}}},
            {"objects": {"thing": {"file": file, "material": {}}}},
        ]
        if not file.endswith(".obj"):
            fields.append({"room": {"file": file}})
        for parts in fields:
            message = refused("sample", stranger.recipe(**parts), "--untrusted")
            assert f"{name!r} lies outside {stranger.inside}, " in message

    deep = stranger.outside / "deep"
    deep.mkdir()
    (stranger.inside / "deep").symlink_to(deep)
    return check


@pytest.mark.parametrize("way", OUTSIDE)
@pytest.mark.parametrize("line", ["mtllib {}", "\t mtllib  {} \r", '\x01mtllib "{}"'])
def test_material_libraries(stranger: Stranger, named, way: str, line: str) -> None:
    name = way.format("a.mtl", outside=stranger.outside)
    (stranger.inside / "cube.obj").write_text(f"{line.format(name)}\n{CUBE}")
    named("cube.obj", name)


@pytest.mark.parametrize(
    "continued", ["mtllib a\\\n/../../outside/a.mtl", "mtllib \\ \n../outside/a.mtl"]
)
def test_continued_lines(stranger: Stranger, refused: Refused, continued: str) -> None:
    (stranger.inside / "cube.obj").write_text(f"{continued}\n{CUBE}")
    recipe = stranger.recipe(objects={"thing": {"file": "cube.obj"}})
    assert "lies outside" in refused("sample", recipe, "--untrusted")


@pytest.mark.parametrize("way", OUTSIDE)
@pytest.mark.parametrize(
    "line", ["map_Kd {}", "bump -bm 0.5 {}", "\tMAP_d -unheard of {}", "norm {}"]
)
def test_textures_of_material_libraries(stranger: Stranger, named, way: str, line: str) -> None:
    name = way.format("photo.png", outside=stranger.outside)
    (stranger.inside / "cube.mtl").write_text(f"newmtl a\n{line.format(name)}\n")
    named("cube.obj", name)  # it uses the library of its name unasked


def test_a_library_of_the_same_name_is_no_way_out(stranger: Stranger, named) -> None:
    (stranger.inside / "cube.mtl").symlink_to(stranger.outside / "cube.mtl")
    named("cube.obj", "cube.mtl")


@pytest.mark.parametrize("way", OUTSIDE)
@pytest.mark.parametrize("part", ["buffers", "images", "extensions"])
@pytest.mark.parametrize("suffix", [".gltf", ".glb"])
def test_buffers_and_images_of_gltf(
    stranger: Stranger, named, way: str, part: str, suffix: str
) -> None:
    name = way.format("photo.png", outside=stranger.outside)
    document = {"asset": {"version": "2.0"}, part: [{"uri": "a.bin"}, {"uri": name}]}
    text = json.dumps(document).encode()
    (stranger.inside / "a.bin").write_bytes(b"a")
    (stranger.inside / f"a{suffix}").write_bytes(text if suffix == ".gltf" else glb(document))
    named(f"a{suffix}", name)


@pytest.mark.parametrize("uri", ["%2e%2e/outside/photo.png", "data:/../../outside/photo.png"])
def test_disguised_addresses_of_gltf(stranger: Stranger, refused: Refused, uri: str) -> None:
    (stranger.inside / "a.gltf").write_text(json.dumps({"images": [{"uri": uri}]}))
    recipe = stranger.recipe(objects={"thing": {"file": "a.gltf"}})
    assert "lies outside" in refused("sample", recipe, "--untrusted")


def test_a_link_does_not_hide_a_way_out_from_importers(
    stranger: Stranger, refused: Refused
) -> None:
    """Blender's importer of glTF shortens a/../b without looking at links."""
    (stranger.inside / "1" / "2").mkdir(parents=True)
    (stranger.inside / "short").symlink_to(stranger.inside / "1" / "2")
    uri = "short/../../outside/photo.png"
    (stranger.inside / "a.gltf").write_text(json.dumps({"images": [{"uri": uri}]}))
    recipe = stranger.recipe(objects={"thing": {"file": "a.gltf"}})
    assert "lies outside" in refused("sample", recipe, "--untrusted")


@pytest.mark.parametrize("text", [b"{", b"[" * 100_000, b"glTF", b"\xff\xfe{"])
def test_damaged_gltf_is_refused(stranger: Stranger, refused: Refused, text: bytes) -> None:
    (stranger.inside / "a.gltf").write_bytes(text)
    recipe = stranger.recipe(objects={"thing": {"file": "a.gltf"}})
    assert "'a.gltf' is damaged" in refused("sample", recipe, "--untrusted")


@pytest.mark.parametrize("suffix", [".fbx", ".usd", ".usda", ".usdc", ".usdz"])
def test_types_that_hide_what_they_name(stranger: Stranger, kept_in, suffix: str) -> None:
    (stranger.inside / f"a{suffix}").write_bytes(b"content")
    message = kept_in(stranger.recipe(objects={"thing": {"file": f"a{suffix}"}}))
    assert "Convert it" in message


def test_files_beside_a_mesh_are_used(stranger: Stranger, synth) -> None:
    (stranger.inside / "cube.obj").write_text(f"# ../outside\nmtllib looks/a.mtl\n{CUBE}")
    (stranger.inside / "looks").mkdir()
    (stranger.inside / "looks" / "a.mtl").write_text("# /home\nmap_Kd ../photo.png\n")
    document = {"buffers": [{"uri": "data:;base64,AA=="}], "images": [{"uri": "wood/../photo.png"}]}
    (stranger.inside / "a.gltf").write_text(json.dumps(document))
    for file in ("cube.obj", "a.gltf"):
        recipe = stranger.recipe(objects={"thing": {"file": file}})
        ended = synth("sample", recipe, "--untrusted")
        assert ended.code == 0, ended.err
        assert ended == synth("sample", recipe)


# The flag goes along


def test_presets_can_be_untrusted(synth) -> None:
    assert synth("sample", "cube", "--untrusted").code == 0


def test_workers_do_not_trust_either(stranger: Stranger) -> None:
    words = ["generate", str(stranger.recipe()), "-o", str(stranger.inside / "out")]
    output = place_of(str(stranger.inside / "out"))
    trusting = worker_command(parser().parse_args(words), 1, output)
    distrusting = worker_command(parser().parse_args([*words, "--untrusted"]), 1, output)
    assert "--untrusted" not in trusting
    assert [word for word in distrusting if word != "--untrusted"] == trusting
    parser().parse_args(distrusting[distrusting.index("work") :])


def test_resumed_runs_do_not_trust_either(
    stranger: Stranger, synth, refused: Refused, without_blender, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = without_blender.settle

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    recipe, output = stranger.recipe(camera={"width_px": 32, "height_px": 24}), "out"
    monkeypatch.chdir(stranger.inside.parent)
    monkeypatch.setattr(without_blender, "settle", interrupted)
    ended = synth("generate", recipe, "-o", output, "--scenes", 1, "--untrusted")
    assert ended.code == 130
    assert " --untrusted " in ended.err + ended.out
    assert "--untrusted" in json.loads(Path(output, ".run.json").read_text())["arguments"]
    monkeypatch.setattr(without_blender, "settle", settle)
    stranger.recipe(objects={"thing": {"file": "link/cube.obj"}})
    assert "lies outside" in refused("resume", output)


# The fence itself

NAMES = ("a", "b", "c")


@given(
    links=st.dictionaries(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.lists(st.sampled_from([*NAMES, "..", "root", "other"]), min_size=1, max_size=4),
        max_size=4,
    ),
    parts=st.lists(st.sampled_from([*NAMES, "..", ".", "root", "other"]), max_size=8),
    absolute=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_a_path_is_admitted_if_it_leads_inside(
    links: dict[tuple[str, str], list[str]], parts: list[str], absolute: bool
) -> None:
    with tempfile.TemporaryDirectory() as top:
        root = Path(top, "root")
        for folder in (root, Path(top, "other")):
            for name in NAMES:
                (folder / name).mkdir(parents=True)
        for place, target in links.items():
            link = root.joinpath(*place)
            link.symlink_to(os.path.join(top, *target) if absolute else os.path.join(*target))
        path = root.joinpath(*parts)
        fence = Fence.around(root)
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):  # nothing there, or links in a ring
            return
        is_inside = os.path.commonpath([real, root.resolve()]) == str(root.resolve())
        assert fence.admits(path) == is_inside
        assert Fence().admits(path)


@pytest.mark.parametrize("text", ["\0", "\ud800", "a" * 5000, "/" * 3, "loop", "loop/../../x"])
def test_texts_that_are_no_paths_do_no_harm(tmp_path: Path, text: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    admitted = Fence.around(tmp_path).admits(tmp_path / text)
    assert admitted == (text in {"a" * 5000, "loop"})
