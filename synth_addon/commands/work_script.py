"""One instance of a stream that a script makes: `synth work --script`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from typing import TYPE_CHECKING

from .console import Console
from .printed_lines import PrintedLines
from .script_arguments import given_parameters

if TYPE_CHECKING:
    from ..blender.scripted_scene import ScriptedScene
    from ..farm.orders import Orders


def run_scripted(
    options: argparse.Namespace, console: Console, orders: Orders, hello: Callable[..., None]
) -> None:
    """Run the script, and do what is ordered until there is to be no more.

    Args:
        hello: tells what this worker is.

    Raises:
        RenderError: a frame cannot be rendered.
        ScriptError: the script has raised.
        UsageError: a file cannot be read, or the script has no such parameter.
    """
    from ..broker.frame_publisher import FramePublisher
    from ..broker.scripted_instance import ScriptedInstance
    from ..core.native_threads import few_native_threads
    from ..farm.parent import end_with_parent
    from ..stream.frame_layout import frame_layout
    from ..stream.script_run import run_script

    end_with_parent()
    with few_native_threads(options.threads):
        scene = _opened(options)
    with (
        closing(scene),
        redirect_stdout(PrintedLines(lambda text: console.event("print", text=text))),
    ):
        hooks = run_script(options.script, scene, given_parameters(options))
        width, height = scene.size
        layout = frame_layout({"image": ("uint8", (height, width, 3))})
        publisher = FramePublisher(layout, console.event)
        instance = ScriptedInstance(hooks, publisher, options.seed or 0, console.event)
        orders.other, orders.scene = instance.take, instance.take_scene
        hello(None, layout=layout.to_json(), script=hooks.to_json())
        instance.run(lambda: orders.is_stopped)


def _opened(options: argparse.Namespace) -> ScriptedScene:
    from ..blender.scripted_scene import ScriptedScene, open_for_script

    open_for_script(options.source)
    return ScriptedScene(options.threads, options.device or "CPU", options.resolution)
