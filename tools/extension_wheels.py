"""Which zips of the extension there are, and which wheels are in each."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import blender_packager

PINS = Path(__file__).resolve().parents[1] / "requirements" / "extension.txt"

# Blender's platforms, and the newest system of each that a wheel may ask for. Blender itself needs
# glibc 2.28. pip looks for older macOS by itself, for older glibc it does not.
PLATFORMS = {
    "linux-x64": (
        "manylinux_2_28_x86_64",
        "manylinux_2_27_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
    ),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_13_0_arm64",),
}


@dataclass(frozen=True)
class Generation:
    """Versions of Blender that share a Python.

    Attributes:
        python: version of that Python.
        blender_min: the first version of Blender.
        blender_max: the first version that is too new, if there is one.
        suffix: what tells the zip's name from those of the others.
    """

    python: tuple[int, int]
    blender_min: str
    blender_max: str | None
    suffix: str


GENERATIONS = (
    Generation((3, 11), "4.2.0", "5.1.0", ""),
    Generation((3, 13), "5.1.0", None, "-blender5.1"),
)


@dataclass(frozen=True)
class Target:
    """One zip."""

    platform: str
    generation: Generation

    @property
    def name(self) -> str:
        """The end of the zip's name."""
        return self.platform + self.generation.suffix


TARGETS = {
    target.name: target
    for generation in GENERATIONS
    for target in (Target(platform, generation) for platform in PLATFORMS)
}


def download_wheels(target: Target, folder: Path) -> list[str]:
    """Fill `folder` with one wheel for each pin and return their names, sorted."""
    digits = "{}{}".format(*target.generation.python)
    tags = [("--platform", name) for name in PLATFORMS[target.platform]]
    tags += [("--abi", abi) for abi in (f"cp{digits}", "abi3", "none")]
    options = ["--implementation", "cp", "--python-version", digits, *sum(tags, ())]
    options += ["--only-binary", ":all:", "--no-deps", "--requirement", PINS, "--dest", folder]
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check"]
    if subprocess.run([*map(str, pip + options)], check=False).returncode:
        raise SystemExit(f"extension: pip has not got all wheels for {target.name}")
    return check_wheels(target, sorted(path.name for path in folder.iterdir()))


def check_wheels(target: Target, names: list[str]) -> list[str]:
    """Return `names`; raise `SystemExit` unless they are the pins, for that Blender alone."""
    found = sorted(_release(*name.split("-")[:2]) for name in names)
    if found != pinned_releases():
        raise SystemExit(f"extension: {target.name} has {found} instead of {pinned_releases()}")
    strange = [
        name for name in names if not blender_packager.is_for_platform(name, target.platform)
    ]
    if strange:
        raise SystemExit(f"extension: not for {target.name}: {strange}")
    versions = blender_packager.python_versions(names)
    if versions != {target.generation.python}:
        raise SystemExit(f"extension: Blender would install {target.name} on Python {versions}")
    return names


def pinned_releases() -> list[str]:
    """Return `name==version` of each pin, as wheels' file names spell it."""
    lines = PINS.read_text("utf-8").splitlines()
    return sorted(_release(*line.split("==")) for line in lines if "==" in line)


def _release(name: str, version: str) -> str:
    return f"{re.sub('[-_.]+', '_', name).lower()}=={version}"
