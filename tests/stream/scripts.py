"""Streams of scripts that tests write, in small pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

from synth_addon.stream import LaunchedStream, launch

from .conftest import children, is_running, wait_until

SIZE = ("--resolution", "32x24")
RENDERING = """
import bpy
from synth_addon.stream import script

scene = bpy.context.scene
scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
cube = bpy.data.objects["Cube"]
"""
"""What scripts begin with that render quickly and always the same."""


def written(folder: Path, text: str, *, renders: bool = True) -> Path:
    """Return a file with a script."""
    path = folder / "made.py"
    path.write_text((RENDERING if renders else "") + dedent(text))
    return path


@contextmanager
def streamed(
    script: Path, *, sized: bool = True, words: Sequence[str] = (), **options: Any
) -> Iterator[LaunchedStream]:
    """Launch a stream, and see that none of its processes is left."""
    before = set(children(os.getpid()))
    arguments = [*(SIZE if sized else ()), *words]
    with launch(script=script, arguments=arguments, **options) as stream:
        [broker] = set(children(os.getpid())) - before
        yield stream
        instances = children(broker) if is_running(broker) else []
    wait_until(lambda: not any(map(is_running, [broker, *instances])))
