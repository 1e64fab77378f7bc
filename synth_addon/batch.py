"""Entry for ``blender -b [file.blend] -P synth_addon/batch.py -- generate …``."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path


def _arguments() -> list[str]:
    """Return what stands after ``--`` on Blender's command line."""
    return sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else ["--help"]


def main() -> None:
    """Run the command and end Blender with its exit code."""
    package = Path(__file__).resolve().parent
    sys.path.insert(0, str(package.parent))  # Blender runs this file as a script, not as a module
    code = 1
    try:
        importlib.import_module(f"{package.name}.core.blas_threads").use_one_blas_thread()
        cli = importlib.import_module(f"{package.name}.cli")
        code = cli.run(_arguments())
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()  # Blender would print it too, and then end with 0
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
