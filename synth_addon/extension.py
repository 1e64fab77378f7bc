"""What enabling the extension adds to Blender: the sidebar, and ``blender --command synth …``."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from . import operators, overlays, panels, preferences, properties, translations

COMMAND = "synth"
_PARTS = (translations, properties, preferences, operators, panels, overlays)


class _Registered:
    """Handles that Blender gave for what is registered."""

    commands: tuple[object, ...] = ()


def run_command(arguments: Sequence[str]) -> int:
    """Run ``synth`` with `arguments` inside Blender and return its exit code."""
    from .cli import run  # at first use: enabling must not cost time

    return run(arguments)


def register() -> None:
    """Register everything, in order."""
    for part in _PARTS:
        part.register()
    handle = bpy.utils.register_cli_command(COMMAND, run_command)  # type: ignore[func-returns-value]
    _Registered.commands = (handle,)


def unregister() -> None:
    """Unregister everything, in reverse order."""
    for handle in reversed(_Registered.commands):
        bpy.utils.unregister_cli_command(handle)
    _Registered.commands = ()
    for part in reversed(_PARTS):
        part.unregister()
