"""The released zip of the extension: what is in it, and that it works with nothing else at hand.

A fresh process sees Blender as a module, numpy and the standard library, as inside Blender, so
that everything else comes from the zip. The zip is that of Blender 4.2 to 5.0, whose Python `bpy`
has too.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import synth_addon

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PLATFORMS = {"linux": "linux-x64", "darwin": "macos-arm64"}
ALLOWED = re.compile(
    r"__init__\.py|README\.md|LICENSE|blender_manifest\.toml|presets/\w+\.json|wheels/\S+\.whl"
    r"|synth_addon/(?!tests?/)(?:(?!__pycache__/)\w+/)*\w+\.(?:py|json|css|html|js)"
)
BROUGHT = {"numpy"}
MODULES = (
    *("annotated_types", "coacd", "embreex.rtcore_scene", "markdown_it", "mdurl", "OpenEXR"),
    *("PIL.Image", "pycocotools.mask", "pydantic", "pydantic_core", "pygments", "rich.progress"),
    *("typing_extensions", "typing_inspection"),
)

_IN_BLENDER = """
import sys
sys.path.insert(0, sys.argv[1])
import importlib, json, os, time, types
import bpy, addon_utils

ADDON = "bl_ext.user_default.synth"
commands, seconds, left = {}, {}, []
ALL_KINDS = {"handler", "timer", "class", "entry", "operator", "property"}

def remember(name, function, register=bpy.utils.register_cli_command):
    commands[name] = function
    return register(name, function)

bpy.utils.register_cli_command = remember

def timed(step, call, **arguments):
    began = time.perf_counter()
    assert call(**arguments) == {"FINISHED"}, step
    seconds.setdefault(step, []).append(round(time.perf_counter() - began, 3))

def left_behind():
    "Name all that a disabled extension must not leave in Blender."
    handlers = [name for name in dir(bpy.app.handlers) if not name.startswith("_")]
    lists = {name: getattr(bpy.app.handlers, name) for name in handlers}
    lists = {name: found for name, found in lists.items() if isinstance(found, list)}
    for name, found in lists.items():
        yield from (f"handler {name}" for call in found if call.__module__.startswith(ADDON))
    modules = [module for name, module in sys.modules.items() if name.startswith(ADDON)]
    for call in (value for module in modules for value in vars(module).values()):
        if isinstance(call, types.FunctionType) and bpy.app.timers.is_registered(call):
            yield f"timer {call.__qualname__}"
    for name in dir(bpy.types):
        if name.startswith("SYNTH_"):
            yield f"class {name}"
        draw = getattr(getattr(bpy.types, name), "draw", None)
        drawers = getattr(draw, "_draw_funcs", ())
        yield from (f"entry in {name}" for each in drawers if each.__module__.startswith(ADDON))
    yield from (f"operator {name}" for name in dir(bpy.ops.synth))
    for owner in (bpy.types.Scene, bpy.types.WindowManager):
        yield from (f"property {name}" for name in dir(owner) if name.startswith("synth"))
    for manager in bpy.data.window_managers:
        for keymap in manager.keyconfigs.addon.keymaps if manager.keyconfigs.addon else ():
            yield from (item.idname for item in keymap.keymap_items if "synth" in item.idname)

def switch_off_and_on():
    bpy.context.scene.synth.overlay.show = True
    bpy.context.scene.synth.overlay.color_by = "class"
    sys.modules[f"{ADDON}.synth_addon.panels.classes"].match_soon()
    assert {thing.split()[0] for thing in left_behind()} == ALL_KINDS, set(left_behind())
    timed("disable", bpy.ops.preferences.addon_disable, module=ADDON)
    assert addon_utils.check(ADDON) == (False, False)
    left.extend(left_behind())
    commands.clear()
    timed("enable", bpy.ops.preferences.addon_enable, module=ADDON)
    assert addon_utils.check(ADDON)[1] and set(commands) == {"synth"}

install = bpy.ops.extensions.package_install_files
timed("install", install, filepath=sys.argv[2], repo="user_default", enable_on_install=True)
assert addon_utils.check(ADDON) == (True, True) and set(commands) == {"synth"}
for _ in range(3):
    switch_off_and_on()
places = {name: importlib.import_module(name).__file__ for name in sys.argv[3].split(",")}
code = commands["synth"](["generate", "cube", *sys.argv[4:]])
switch_off_and_on()
told = {"code": code, "places": places, "seconds": seconds, "left": left}
sys.stdout.write("\\n" + json.dumps(told) + "\\n")
sys.stdout.flush()
os._exit(0)  # bpy 4.2 crashes in its exit handlers
"""


@dataclass(frozen=True)
class Installed:
    """What a Blender with the zip has told and left.

    Attributes:
        resources: the folder of that user's Blender.
        dataset: what `synth generate` has made there.
        told: `code`, its exit code; `places`, where modules came from; `seconds` of each step;
            `left`, what was still there while it was disabled.
    """

    resources: Path
    dataset: Path
    told: dict[str, Any]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if sys.platform not in PLATFORMS:
        pytest.skip("the bare environment is made of symbolic links")
    folder = tmp_path_factory.mktemp("zip")
    return build_zip(folder)


def build_zip(folder: Path) -> Path:
    tool = ROOT / "tools" / "build_extension.py"
    command = [sys.executable, tool, PLATFORMS[sys.platform], "--output", folder]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (archive,) = folder.iterdir()  # nothing but the zip is left
    return archive


@pytest.fixture(scope="module")
def installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    (folder / "home").mkdir()
    settings = ["camera.width_px=64", "camera.height_px=48", "render.samples=1"]
    generate = ["--output", folder / "cubes", "--scenes", "1"]
    generate += [word for setting in settings for word in ("--set", setting)]
    command = [sys.executable, "-I", "-S", "-B", "-c", _IN_BLENDER]
    command += [bare_packages(folder / "packages"), archive, ",".join(MODULES), *generate]
    environment = {
        **os.environ,
        "BLENDER_USER_RESOURCES": str(folder / "resources"),
        "HOME": str(folder / "home"),
    }
    done = subprocess.run(
        [*map(str, command)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    return Installed(folder / "resources", folder / "cubes", told)


def bare_packages(folder: Path) -> Path:
    """Fill a folder with links to what a Blender brings."""
    folder.mkdir()
    for name in ("bpy", "numpy"):
        package = Path(importlib.util.find_spec(name).origin).parent
        for found in (package, package.with_name(f"{name}.libs")):
            if found.is_dir():
                (folder / found.name).symlink_to(found)
    return folder


def test_the_zip_holds_the_extension_and_nothing_else(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
    assert [name for name in names if not ALLOWED.fullmatch(name)] == []
    assert {"__init__.py", "synth_addon/extension.py", "presets/cup_room.json"} <= set(names)


def test_the_manifest_names_the_wheels_and_their_blender(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        manifest = tomllib.loads(opened.read("blender_manifest.toml").decode())
        wheels = {f"./{name}" for name in opened.namelist() if name.startswith("wheels/")}
    assert archive.name == f"synth_addon-{synth_addon.__version__}-{PLATFORMS[sys.platform]}.zip"
    assert manifest["version"] == synth_addon.__version__
    assert manifest["platforms"] == [PLATFORMS[sys.platform]]
    assert set(manifest["wheels"]) == wheels
    versions = manifest["blender_version_min"], manifest["blender_version_max"]
    assert versions == ("4.2.0", "5.1.0")


def test_the_wheels_need_nothing_that_is_not_there(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        wheels = [name for name in opened.namelist() if name.startswith("wheels/")]
        requirements = [need for name in wheels for need in needs(opened, name)]
    versions = dict(Path(name).name.split("-")[:2] for name in wheels)
    for need in requirements:
        name = need.name.replace("-", "_").lower()
        assert need.name in BROUGHT or need.specifier.contains(versions[name]), need


def needs(archive: zipfile.ZipFile, wheel: str) -> list[Requirement]:
    """Return what a wheel in a zip requires on this machine, without extras."""
    with archive.open(wheel) as file, zipfile.ZipFile(file) as opened:
        (name,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(opened.read(name))
    found = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    return [need for need in found if not need.marker or need.marker.evaluate({"extra": ""})]


def test_a_second_build_holds_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as first, zipfile.ZipFile(build_zip(tmp_path)) as second:
        assert first.testzip() is None
        assert checksums(first) == checksums(second)


def checksums(archive: zipfile.ZipFile) -> dict[str, int]:
    return {info.filename: info.CRC for info in archive.infolist()}


def test_it_can_be_disabled_and_enabled_again(installed: Installed) -> None:
    assert installed.told["left"] == []
    seconds = installed.told["seconds"]
    assert len(seconds["disable"]) == len(seconds["enable"]) == 4
    print("seconds:", seconds)  # for readers, who ask pytest with -rP; no time is asserted


def test_every_package_comes_from_the_zip(installed: Installed) -> None:
    wheels = installed.resources / "extensions" / ".local"
    assert set(installed.told["places"]) == set(MODULES)
    for place in installed.told["places"].values():
        assert Path(place).is_relative_to(wheels)


def test_the_command_makes_a_dataset(installed: Installed) -> None:
    assert installed.told["code"] == 0
    validate = [sys.executable, "-m", "synth_addon.cli", "validate", str(installed.dataset)]
    assert subprocess.run(validate, cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_nothing_is_written_beside_the_code(installed: Installed, archive: Path) -> None:
    folder = installed.resources / "extensions" / "user_default" / "synth"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(archive) as opened:
        assert files == set(opened.namelist())
