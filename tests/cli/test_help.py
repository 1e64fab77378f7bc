"""Help: every command and option is explained, and nothing heavy is imported for it."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_addon import __version__, cli
from synth_addon.commands import COMMANDS

ROOT = Path(__file__).parents[2]


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


PARSERS = {parser.prog: parser for parser in parsers(cli.parser())}


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS)
def test_every_argument_has_help(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert all(choice.help for choice in action._choices_actions)
        else:
            assert action.help, action.option_strings or action.dest


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_prints_its_help(synth, name: str) -> None:
    ended = synth(name, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"usage: synth {name}")
    assert COMMANDS[name].DESCRIPTION.splitlines()[0] in ended.out


def test_the_general_help_names_commands_exit_codes_and_examples(synth) -> None:
    ended = synth("--help")
    assert ended.code == 0
    for name, command in COMMANDS.items():
        assert name in ended.out
        assert command.HELP in ended.out
    for code in ("0", "1", "2", "3", "4", "130"):
        assert f"\n  {code}  " in ended.out
    assert "synth generate cup_room --output cups" in ended.out


def test_the_version_is_the_packages(synth) -> None:
    assert synth("--version").out == f"synth {__version__}\n"


def test_help_texts_fit_eighty_columns(synth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for name in COMMANDS:
        assert max(map(len, synth(name, "--help").out.splitlines())) <= 100


IMPORTS = """
import json, sys
from synth_addon import cli
sys.stdout, out = open({null!r}, "w"), sys.stdout
code = cli.run({arguments!r})
wanted = ("bpy", "mathutils", "numpy", "pydantic", "OpenEXR", "rich", "embreex", "PIL")
json.dump([code, [name for name in wanted if name in sys.modules]], out)
"""


def imported_by(*arguments: str) -> set[str]:
    script = IMPORTS.format(null=os.devnull, arguments=list(arguments))
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True
    )
    code, modules = json.loads(ended.stdout)
    assert code in {0, 1}, ended.stderr
    return set(modules)


@pytest.mark.parametrize("arguments", [["--help"], ["generate", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert imported_by(*arguments) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["sample", "cup_room", "--scene", "731"],
        ["schema"],
        ["preset", "list"],
        ["preset", "show", "cube"],
        ["validate", "no-such-folder"],
        ["hash", "no-such-folder"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_only_rendering_needs_blender(arguments: list[str]) -> None:
    assert imported_by(*arguments) & {"bpy", "mathutils"} == set()


def test_sampling_imports_no_more_than_it_needs() -> None:
    assert imported_by("sample", "cup_room") == {"numpy", "pydantic"}
