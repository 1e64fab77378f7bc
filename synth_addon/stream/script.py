"""What scripts of a stream import: ``synth stream cube.blend --script cube.py`` runs them.

    import bpy
    from synth_addon.stream import script

    cube = bpy.data.objects["Cube"]

    @script.pre_frame
    def turn(frame):
        cube.rotation_euler = frame.random.uniform(0, 3.14, 3)

    @script.post_frame
    def publish(frame):
        frame.publish(xy=frame.pixels_of(cube))

docs/scripting.md says it all. Needs nothing that Blender's own Python does not have.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import ScriptError
from .script_frame import Frame
from .script_hooks import CURRENT, CommandHook, FrameHook, Hooks

__all__ = ["Frame", "on_command", "parameters", "post_frame", "pre_frame", "render"]

_FrameHook = TypeVar("_FrameHook", bound=FrameHook)
_CommandHook = TypeVar("_CommandHook", bound=CommandHook)


def pre_frame(function: _FrameHook) -> _FrameHook:
    """Register a function that is called with each `Frame` before it is rendered."""
    _hooks().pre_frame.append(function)
    return function


def post_frame(function: _FrameHook) -> _FrameHook:
    """Register a function that is called with each `Frame` after it was rendered."""
    _hooks().post_frame.append(function)
    return function


def on_command(function: _CommandHook) -> _CommandHook:
    """Register the function that answers `Stream.command`, between frames.

    It is given what was sent and returns the reply; both may hold numpy arrays. What it raises is
    raised where the command was given, and the script goes on. A script that registers this alone
    renders nothing but what it asks `render` for.

    Raises:
        ScriptError: there is such a function already.
    """
    hooks = _hooks()
    if hooks.command is not None:
        raise ScriptError("@script.on_command stands twice. Let one function answer all commands")
    hooks.command = function
    return function


def parameters(**values: Any) -> SimpleNamespace:
    """Declare values that ``--set NAME=VALUE`` and `Stream.update` may change.

    Args:
        values: JSON's numbers, texts, truth values, lists and objects.

    Returns:
        their present values as attributes: changes come between frames.
    """
    hooks = _hooks()
    hooks.declare(values)
    return hooks.parameters


def render() -> NDArray[np.uint8]:
    """Render the scene as it is now and return the picture (height, width, 3), for commands."""
    return _hooks().stage.render()


def _hooks() -> Hooks:
    try:
        return CURRENT.get()
    except LookupError:
        raise ScriptError(
            "a script of a stream was started by itself. Run it with `synth stream --script FILE`"
        ) from None
