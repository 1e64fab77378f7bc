"""A renderer for the tests of one file, and quiet for all: Blender tells of every step."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from synth_addon.blender.renderer import BlenderRenderer

from .blocks import Loader


@pytest.fixture(scope="module")
def renderer() -> Iterator[BlenderRenderer]:
    renderer = BlenderRenderer({})
    yield renderer
    renderer.close()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup() -> Iterator[None]:
    with _without_native_output():
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call() -> Iterator[None]:
    with _without_native_output():
        return (yield)


@contextmanager
def _without_native_output() -> Iterator[None]:
    """Drop what Blender writes past Python to standard output; pytest captures the rest."""
    if sys.stdout.fileno() == 1:  # nothing is captured: show all
        yield
        return
    saved, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        yield
    finally:
        ctypes.pythonapi.fflush(None) if hasattr(ctypes.pythonapi, "fflush") else None
        os.dup2(saved, 1)
        os.close(saved)
        os.close(null)


@pytest.fixture
def loader(tmp_path: Path) -> Iterator[Loader]:
    loader = Loader(tmp_path)
    yield loader
    loader.renderer.close()
