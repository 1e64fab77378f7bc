"""Builds the zips of the extension with Blender's own builder, and checks what is in them.

    python tools/build_extension.py                 # or: make extension
    python tools/build_extension.py linux-x64 --output build/extension

For each zip the extension's files and its wheels are copied beside a manifest that names them.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import blender_packager
from extension_wheels import TARGETS, Target, download_wheels

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = "blender_manifest.toml"
LOOSE_FILES = ("__init__.py", "README.md", "LICENSE", MANIFEST)
PACKAGE_SUFFIXES = frozenset({".css", ".html", ".js", ".json", ".py"})
VERSION_MIN = re.compile(r"^blender_version_min = .*$", re.MULTILINE)


def extension_files() -> list[str]:
    """Return the files of the checkout that belong in every zip, relative to its root."""
    package = (path for path in (ROOT / "synth_addon").rglob("*") if path.is_file())
    code = [path for path in package if "__pycache__" not in path.parts]
    strange = [str(path.relative_to(ROOT)) for path in code if path.suffix not in PACKAGE_SUFFIXES]
    if strange:
        raise SystemExit(
            f"extension: {strange} have suffixes that are not known: remove them, or add their "
            "suffix to PACKAGE_SUFFIXES in tools/build_extension.py"
        )
    found = [*code, *(ROOT / "presets").glob("*.json"), *(ROOT / name for name in LOOSE_FILES)]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def manifest_for(target: Target, wheels: Iterable[str]) -> str:
    """Return the root's manifest, filled in for one zip."""
    generation = target.generation
    lines = [f"blender_version_min = {json.dumps(generation.blender_min)}"]
    if generation.blender_max:
        lines.append(f"blender_version_max = {json.dumps(generation.blender_max)}")
    lines.append(f"platforms = {json.dumps([target.platform])}")
    lines.append(f"wheels = {json.dumps([f'./wheels/{name}' for name in wheels], indent=2)}")
    text, count = VERSION_MIN.subn("\n".join(lines), (ROOT / MANIFEST).read_text("utf-8"))
    if count != 1:
        raise SystemExit(f"extension: {MANIFEST} needs one line `blender_version_min = …`")
    return text


def stage(target: Target, folder: Path) -> list[str]:
    """Copy all that one zip holds into `folder` and return the files, relative to it."""
    files = extension_files()
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / "wheels").mkdir()
    wheels = download_wheels(target, folder / "wheels")
    (folder / MANIFEST).write_text(manifest_for(target, wheels), "utf-8", newline="\n")
    return sorted([*files, *(f"wheels/{name}" for name in wheels)])


def check_contents(archive: Path, expected: Iterable[str]) -> None:
    """Raise `SystemExit` unless a zip holds exactly the files that it should."""
    with zipfile.ZipFile(archive) as opened:
        found = opened.namelist()
    missing, strange = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    if missing or strange or len(found) != len(set(found)):
        raise SystemExit(f"extension: {archive.name} lacks {missing} and should not hold {strange}")


def build(target: Target, output: Path) -> Path:
    """Build, validate and check one zip, and return it."""
    version = tomllib.loads((ROOT / MANIFEST).read_text("utf-8"))["version"]
    archive = output / f"synth_addon-{version}-{target.name}.zip"
    archive.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="staging-", dir=output) as folder:
        expected = stage(target, Path(folder))
        built = Path(folder) / archive.name
        blender_packager.build(Path(folder), built)
        blender_packager.validate(built)
        check_contents(built, expected)
        built.replace(archive)
    return archive


def main() -> None:
    """Build the zips that the command line names, or all."""
    parser = argparse.ArgumentParser(description="Build the zips of the extension.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "extension")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(TARGETS)):
        parser.error(f"no such zips: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.names or TARGETS:
        archive = build(TARGETS[name], options.output)
        sys.stdout.write(f"{archive}: {archive.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
