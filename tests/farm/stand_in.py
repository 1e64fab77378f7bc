"""Lets `synth` in any process draw with the reference renderer: `sitecustomize` of that process."""

from __future__ import annotations

import os
import sys
import time
import types
from collections.abc import Mapping
from pathlib import Path

from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.shapes.catalog import mesh_of

DELAY = "STAND_IN_DELAY_S"
"""Variable with the seconds that every frame takes longer."""
CRASH = "STAND_IN_CRASH_ON"
"""Variable with the scene that ends the process."""
HANG = "STAND_IN_HANG_ON"
"""Variable with the scene that never ends."""
STAGE = "STAND_IN_STAGE"
"""Variable with the stage at which these scenes do so: computing, settling, or else building."""
SIGNS = "STAND_IN_SIGNS"
"""Variable with a folder in which each process that draws leaves a file with its number."""
FILE_DELAY = "STAND_IN_FILE_DELAY_S"
"""Variable with the seconds that every file takes longer to go into a tar file."""


class StandIn(ReferenceRenderer):
    def __init__(self, paths: Mapping[str, Path], *settings: object) -> None:
        super().__init__(mesh_of)
        self._name = os.environ.get("STAND_IN_VERSION", "reference 1")

    @property
    def version(self) -> str:
        return self._name

    def get_ready_to_settle(self, spec):
        self._misbehave("computing", spec)
        super().get_ready_to_settle(spec)

    def settle(self, spec):
        self._misbehave("settling", spec)
        return super().settle(spec)

    def build(self, scene):
        self._misbehave("building", scene.spec)
        super().build(scene)

    @staticmethod
    def _misbehave(stage, spec):
        if stage != os.environ.get(STAGE, "building"):
            return
        if str(spec.scene) == os.environ.get(CRASH):
            os._exit(139)
        while str(spec.scene) == os.environ.get(HANG):
            time.sleep(1)

    def render(self, view):
        if SIGNS in os.environ:
            Path(os.environ[SIGNS], str(os.getpid())).touch()
        time.sleep(float(os.environ.get(DELAY, 0)))
        return super().render(view)


module = types.ModuleType("synth_addon.blender.renderer")
module.BlenderRenderer = StandIn
sys.modules["synth_addon.blender.renderer"] = module

if FILE_DELAY in os.environ:
    from synth_addon.core.export.formats import webdataset

    whole_bytes = webdataset.whole_bytes

    def slowly(path: Path) -> bytes:
        time.sleep(float(os.environ[FILE_DELAY]))
        return whole_bytes(path)

    webdataset.whole_bytes = slowly
