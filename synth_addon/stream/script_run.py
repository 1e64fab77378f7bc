"""Runs a user's script, which registers what it wants to be called for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from ..core.errors import UsageError
from .script_faults import ScriptFaults
from .script_frame import Stage
from .script_hooks import CURRENT, Hooks

_MODULE = "synth_script"


def run_script(path: Path, stage: Stage, given: Mapping[str, Any]) -> Hooks:
    """Run a script in this process and return what it has registered.

    As with ``python FILE``, it may import modules that lie beside it.

    Args:
        given: values of its parameters, by name.

    Raises:
        ScriptError: it has raised, or registers nothing.
        UsageError: it cannot be read, or has no such parameter.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--script {path}: cannot be read: {error.strerror}") from error
    hooks = Hooks(path, stage, given)
    CURRENT.set(hooks)
    module = ModuleType(_MODULE)
    module.__file__ = str(path)
    sys.modules[_MODULE] = module  # dataclasses look themselves up there
    sys.path.insert(0, str(path.parent))
    with ScriptFaults(path, "the script"):
        exec(compile(source, path, "exec"), module.__dict__)
    hooks.check()
    return hooks
