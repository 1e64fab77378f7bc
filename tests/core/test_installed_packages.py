"""What is told of the packages that Synth needs."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from synth_addon.core import installed_packages as module
from synth_addon.core.installed_packages import PACKAGES, InstalledPackage, installed_packages

ROOT = Path(__file__).parents[2]


def test_the_packages_are_numpy_and_those_of_the_zips() -> None:
    pins = (ROOT / "requirements" / "extension.txt").read_text("utf-8")
    assert set(PACKAGES) == {"numpy", *re.findall(r"^([^#\s=]+)==", pins, re.MULTILINE)}


def test_each_package_has_a_version_and_a_place() -> None:
    found = installed_packages(importlib.import_module)
    assert [package.name for package in found] == list(PACKAGES)
    for package in found:
        assert package.fault == ""
        assert re.match(r"\d+\.\d", package.version)
        assert Path(package.place).is_file()


@pytest.mark.parametrize("error", [ImportError, OSError, ValueError, SystemError])
def test_what_cannot_be_imported_says_why(error: type[Exception]) -> None:
    def load(name: str) -> ModuleType:
        if name == "coacd":
            raise error("no such thing")
        return importlib.import_module(name)

    faults = {package.name: package.fault for package in installed_packages(load)}
    assert faults == dict.fromkeys(PACKAGES, "") | {"coacd": "no such thing"}


def test_a_package_without_a_version_is_none_the_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGES", {"no such package": "json"})
    (found,) = installed_packages(importlib.import_module)
    assert found == InstalledPackage(
        "no such package", "", importlib.import_module("json").__file__
    )
