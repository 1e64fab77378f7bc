"""Drives the window of the Blender that this runs in, with real mouse clicks, and takes pictures.

A script is a generator that yields the seconds to wait; a timer steps it, so that Blender draws
and answers in between. It needs xdotool and scrot, and a window that fills its screen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy

Script = Iterator[float]
# Measured on a picture of Blender 4.3's sidebar, in heights of a button.
_ROW_UNITS, _HEADING_UNITS = 1.28, 0.94


class Stage:
    """The window, where pictures and facts for the test go.

    Args:
        folder: takes numbered pictures and facts.json.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = {}
        self._pictures = 0

    @property
    def window(self) -> bpy.types.Window:
        return bpy.context.window_manager.windows[0]

    @property
    def viewport(self) -> bpy.types.Area:
        return next(area for area in self.window.screen.areas if area.type == "VIEW_3D")

    def region(self, kind: str) -> bpy.types.Region:
        return next(region for region in self.viewport.regions if region.type == kind)

    def picture(self, name: str) -> None:
        """Keep what the screen shows."""
        self._pictures += 1
        path = self.folder / f"{self._pictures:02}_{name}.png"
        subprocess.run(["scrot", "--overwrite", str(path)], check=True)

    def press(self, operator: Callable[..., set[str]], **values: Any) -> None:
        """Run an operator as a button of the viewport would."""
        area, region = self.viewport, self.region("WINDOW")
        with bpy.context.temp_override(window=self.window, area=area, region=region):
            assert operator("INVOKE_DEFAULT", **values) == {"FINISHED"}

    def undo(self, operator: Callable[[], set[str]]) -> None:
        """Undo or redo as in this window."""
        with bpy.context.temp_override(window=self.window):
            assert operator() == {"FINISHED"}

    def sidebar(self) -> Script:
        """Open the tab of Synth."""
        self.viewport.spaces.active.show_region_ui = True
        yield 0.7  # tabs are known once they were drawn
        self.region("UI").active_panel_category = "Synth"
        self.viewport.tag_redraw()
        yield 0.7

    def click_row(self, number: float) -> Script:
        """Click the middle of a row, from 1, of the sidebar's first panel."""
        region = self.region("UI")
        unit = 20 * bpy.context.preferences.system.ui_scale
        x = region.x + region.width * 0.4
        y = region.y + region.height - unit * (_HEADING_UNITS + _ROW_UNITS * number)
        place = [str(round(x)), str(round(self.window.height - y))]
        yield from _xdotool("mousemove", *place)
        yield from _xdotool("click", "1")


def _xdotool(*words: str) -> Script:
    """Run xdotool beside Blender: what it sends arrives only while nothing blocks."""
    process = subprocess.Popen(["xdotool", *words])
    while process.poll() is None:
        yield 0.05
    assert process.returncode == 0, words
    yield 0.4


def play(script: Callable[[Stage], Script], seconds: float) -> None:
    """Step a script to its end and leave Blender: status 0, 3 for an error, 4 for no end."""
    bpy.context.preferences.view.show_splash = False
    stage = Stage(Path(sys.argv[sys.argv.index("--") + 1]))
    steps, end = script(stage), time.monotonic() + seconds

    def step() -> float:
        try:
            if time.monotonic() > end:
                raise TimeoutError("the script does not end")
            return float(next(steps))
        except StopIteration:
            (stage.folder / "facts.json").write_text(json.dumps(stage.facts, indent=1))
            os._exit(0)
        except BaseException:  # noqa: BLE001 - whatever it is, the test must hear of it
            traceback.print_exc()
            stage.picture("failed")
            sys.stderr.flush()
            os._exit(3)

    bpy.app.timers.register(step, first_interval=1.0, persistent=True)
