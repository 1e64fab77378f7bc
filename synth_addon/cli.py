"""The ``synth`` command: parses arguments, runs one command, turns errors into exit codes.

Everything heavy is imported by the command that needs it, so that help comes at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from . import __version__
from .commands import COMMANDS
from .commands.arguments import INTERRUPTED
from .commands.console import Console
from .core.blas_threads import use_one_blas_thread
from .core.errors import SynthError

READER_GONE = 141
"""What shells report of a program that a closed pipe ended."""

_EPILOG = """\
exit codes:
  0  done
  1  a dataset breaks a promise or cannot be read
  2  the recipe, an asset, an argument or the output folder cannot be used
  3  a scene could not be arranged, or the renderer failed
  4  writing failed, usually a full disk; free some space and add --resume
  130  interrupted; finished scenes are kept, add --resume to go on
  141  nobody reads the output any more, as after `| head`

examples:
  synth generate cup_room --output cups --frames 24
  synth generate recipe.json -o cups --seed 7 --set 'camera.elevation_deg={"uniform":[20,70]}'
  synth validate cups
  synth show cups -o contact_sheet.png
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="synth",
        description="Turn a recipe into annotated training data for computer vision.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"synth {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=command.HELP,
            description=command.DESCRIPTION,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(sub)
    return top


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; messages go to stdout, errors to stderr."""
    try:
        options = parser().parse_args(list(arguments))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    console = Console(json_lines=getattr(options, "json", False))
    try:
        return COMMANDS[options.command].run(options, console)
    except SynthError as error:
        console.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("synth: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the interpreter flushes it at exit
        return READER_GONE


def main() -> None:
    """Run the command line of this process and end it with the right exit code.

    Ends without the interpreter's own clean-up once Blender is loaded: some versions crash in
    their exit handlers, which would hide the exit code.
    """
    use_one_blas_thread()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no error
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    if "bpy" in sys.modules:
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
