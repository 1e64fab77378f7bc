"""The commands of ``synth``, one module each."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Protocol

from . import (
    download,
    export,
    generate,
    hash,
    keys,
    merge,
    openjd,
    plan,
    preset,
    report,
    resume,
    sample,
    schema,
    show,
    status,
    stream,
    subset,
    validate,
    work,
)
from .console import Console


class Command(Protocol):
    """What a command's module offers."""

    HELP: str
    DESCRIPTION: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace, console: Console) -> int: ...


COMMANDS: Mapping[str, Command] = {
    "generate": generate,
    "status": status,
    "resume": resume,
    "openjd": openjd,
    "stream": stream,
    "keys": keys,
    "preset": preset,
    "sample": sample,
    "schema": schema,
    "validate": validate,
    "hash": hash,
    "show": show,
    "report": report,
    "export": export,
    "merge": merge,
    "download": download,
    "subset": subset,
    "plan": plan,
    "work": work,
}
