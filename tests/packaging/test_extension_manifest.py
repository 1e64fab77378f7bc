"""The extension's manifest and pins agree with what else the repository says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import synth_addon

ROOT = Path(__file__).parents[2]
# What Blender brings itself.
BROUGHT = {"numpy"}


def pins(name: str) -> dict[str, str]:
    """Return the version of each package, by normalised name, in one requirements file."""
    lines = (ROOT / "requirements" / name).read_text("utf-8").splitlines()
    return dict(_normalised(line).split("==") for line in lines if not line.startswith("#"))


def _normalised(requirement: str) -> str:
    return re.sub("[-_]+", "-", requirement).lower()


@pytest.fixture(scope="module")
def manifest() -> dict[str, object]:
    return tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_version_is_the_same_everywhere(manifest: dict, project: dict) -> None:
    attribute = project["tool"]["setuptools"]["dynamic"]["version"]["attr"]
    assert attribute == "synth_addon.__version__"
    assert manifest["version"] == synth_addon.__version__


def test_the_licence_is_the_same_everywhere(manifest: dict, project: dict) -> None:
    assert manifest["license"] == [f"SPDX:{project['project']['license']}"]


def test_the_manifest_is_as_blender_wants_it(manifest: dict) -> None:
    assert manifest["blender_version_min"] == "4.2.0"
    assert "blender" not in manifest["name"].lower()
    for text in (manifest["tagline"], *manifest["permissions"].values()):
        assert 0 < len(text) <= 64
        assert text[-1].isalnum()


def test_only_the_zips_name_wheels(manifest: dict) -> None:
    assert not {"wheels", "platforms", "blender_version_max"} & set(manifest)


@pytest.mark.parametrize("name", ["bpy-4.2.txt", "bpy-4.5.txt", "bpy-5.0.txt"])
def test_wheels_are_those_that_the_tests_run_with(name: str) -> None:
    assert pins("extension.txt").items() <= pins(name).items()


def test_all_that_the_package_needs_is_pinned(project: dict) -> None:
    needed = {
        _normalised(re.split("[<>=]", line)[0]) for line in project["project"]["dependencies"]
    }
    assert needed - BROUGHT <= set(pins("extension.txt"))
    assert not BROUGHT & set(pins("extension.txt"))
