"""The documents keep up with the code: commands parse, links lead somewhere, tables are new."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from synth_addon.cli import parser
from synth_addon.commands.arguments import recipe_from
from synth_addon.commands.console import Console
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.recipe.presets import preset_names

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# `synth …` at the start of a line, with or without a path before it, or after batch.py's `--`
COMMAND = re.compile(r"^(?:\S*[/\\])?synth (?P<direct>.*)$|batch\.py -- (?P<batch>.*)$")
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block of a document."""

    document: Path
    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The block's lines, continued ones joined."""
        return self.text.replace("\\\n", " ").splitlines()


def blocks() -> Iterator[Block]:
    for document in DOCUMENTS:
        for match in BLOCK.finditer(document.read_text("utf-8")):
            yield Block(document, match[1], match[2])


def commands() -> Iterator[tuple[str, str]]:
    """Yield (document, arguments) of every `synth` command in a shell's block."""
    for block in blocks():
        if block.language in {"sh", "powershell"}:
            for line in block.lines:
                if match := COMMAND.search(line):
                    yield block.document.name, match["direct"] or match["batch"]


def split(arguments: str) -> list[str]:
    return shlex.split(arguments.replace("\\", "/"), comments=True)


@pytest.mark.parametrize(("document", "arguments"), list(commands()))
def test_commands_parse(document: str, arguments: str) -> None:
    options = parser().parse_args(split(arguments))
    if getattr(options, "source", None) in preset_names():
        recipe_from(options, Console())


def test_commands_are_found() -> None:
    in_readme = [split(arguments)[0] for name, arguments in commands() if name == "README.md"]
    wanted = {"generate", "preset", "sample", "validate", "hash", "show", "export", "report"}
    wanted |= {"merge", "subset", "status", "resume", "openjd", "plan", "download"}
    assert set(in_readme) == wanted


@pytest.mark.parametrize("block", list(blocks()), ids=lambda block: block.document.name)
def test_blocks_are_what_they_say(block: Block) -> None:
    if block.language == "python":
        ast.parse(block.text)
    if block.language == "json":
        data = json.loads(block.text)
        if "version" in data:
            validate_recipe(data, block.document.name)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    text = BLOCK.sub("", document.read_text("utf-8"))
    broken = [
        match["target"] for match in LINK.finditer(text) if not leads(match["target"], document)
    ]
    assert not broken


def leads(target: str, document: Path) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    name, _, anchor = target.partition("#")
    path = (document.parent / name).resolve() if name else document
    if not path.exists() or ROOT not in [path, *path.parents]:
        return False
    return not anchor or anchor in anchors(path)


def anchors(document: Path) -> set[str]:
    """Return GitHub's names of a document's headings."""
    text = BLOCK.sub("", document.read_text("utf-8"))
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("target", ["no_such_file.md", "README.md#no-such-heading", "#nothing"])
def test_broken_links_are_seen(target: str) -> None:
    assert not leads(target, ROOT / "README.md")


@pytest.fixture(scope="module")
def make_reference() -> ModuleType:
    path = ROOT / "tools" / "make_reference.py"
    spec = importlib.util.spec_from_file_location("make_reference", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_up_to_date(make_reference: ModuleType) -> None:
    committed = (ROOT / "docs" / "recipe.md").read_text("utf-8")
    assert committed == make_reference.with_reference(committed), "run `make docs`"


def test_the_reference_shows_every_section(make_reference: ModuleType) -> None:
    shown = {model for _, model in make_reference.SECTIONS}
    assert shown == set(_sections(make_reference.Section))


def _sections(base: type) -> Iterator[type]:
    for model in base.__subclasses__():
        if model.__module__.startswith("synth_addon"):
            yield model
            yield from _sections(model)
