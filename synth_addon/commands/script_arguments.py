"""Arguments of streams whose frames a user's script makes."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..broker.script_source import ScriptSource

_MOST_SIDE = 65536


def add_script_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    add = parser.add_argument
    add(
        "--script",
        type=Path,
        metavar="FILE",
        help="run this Python file in each instance, and render the scene as it makes it; SOURCE "
        "is then a .blend file, or left out for a cube, a camera and a lamp",
    )
    add(
        "--resolution",
        type=resolution,
        metavar="WIDTHxHEIGHT",
        help="size of a script's pictures (default: the scene's own)",
    )


def resolution(text: str) -> tuple[int, int]:
    """Return the width and height that an argument states.

    Raises:
        argparse.ArgumentTypeError: it states none.
    """
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(0 < side <= _MOST_SIDE for side in size):
        raise argparse.ArgumentTypeError(f"{text!r} is no size. Write 640x480")
    return size


def script_words(options: argparse.Namespace) -> list[str]:
    """Return the arguments that instances are given besides."""
    words = ["--script", str(options.script.absolute())]
    if options.resolution is not None:
        width, height = options.resolution
        words += ["--resolution", f"{width}x{height}"]
    return words


def script_source(options: argparse.Namespace) -> ScriptSource:
    """Return what makes the stream's frames.

    Raises:
        UsageError: an argument does not go with scripts.
    """
    from ..broker.script_source import ScriptSource
    from ..core.errors import UsageError

    if options.untrusted:
        raise UsageError("--script may do whatever its user may. Leave out --untrusted to trust it")
    if options.source is not None and not options.source.endswith(".blend"):
        raise UsageError(
            f"{options.source}: --script needs a .blend file, or none. For a recipe, leave it out"
        )
    options.source = options.source or _open_blend()
    for name, plain, remedy in (
        ("record", None, "Scripts make no datasets"),
        ("folder", None, "A script names its own files"),
        ("channels", "image", "Publish what you need beside the image with frame.publish"),
    ):
        if getattr(options, name) != plain:
            raise UsageError(f"--{name} does not go with --script. {remedy}")
    for path in filter(None, (options.source, options.script)):
        if not Path(path).is_file():
            raise UsageError(f"{path}: there is no such file")
    if options.seed is not None and options.seed < 0:
        raise UsageError(f"--seed {options.seed}: must not be negative")
    return ScriptSource(options.script.name, options.seed or 0)


def _open_blend() -> str | None:
    """Return the file of the Blender that this runs in, where it has one."""
    bpy: Any = sys.modules.get("bpy")
    return (bpy.data.filepath or None) if bpy is not None else None


def given_parameters(options: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters that ``--set NAME=VALUE`` states.

    Raises:
        UsageError: one cannot be read.
    """
    from ..core.recipe.loading import apply_override

    data: dict[str, Any] = {}
    for override in options.set:
        apply_override(data, override)
    return data
