"""What is declared of every parameter, as plain values that need no validation library.

`declare.py` reads it off the recipe's classes, ``make docs`` writes it to declarations.json, and a
test keeps the two equal. So Blender's panels come from the recipe's own declarations without the
time that its classes take to import.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal[
    "constant",
    "bool",
    "int",
    "float",
    "text",
    "texts",
    "enum",
    "vector",
    "number",
    "rotation",
    "weights",
    "numbers",
    "section",
    "sections",
    "section_list",
]
DECLARATIONS_FILE = Path(__file__).with_name("declarations.json")


@dataclass(frozen=True)
class Declaration:
    """One parameter.

    Attributes:
        name: its key in JSON.
        kind: what it holds: "number" is a distribution, "numbers" distributions by name,
            "weights" weights by name, "sections" sections by name, "texts" a list of texts.
        default: in JSON form; what a section's default states over the section's own defaults.
        required: whether there is no default.
        optional: whether it may be None.
        low, high: inclusive limits of what is a number; None for no limit.
        whole: whether a distribution's draws are whole numbers.
        choices: names that an enum or the keys of weights may have.
        shape: sizes of a vector along its axes.
        section: the section that it holds.
        names: what kind of thing in the open .blend file a text names, "object" or "collection".
    """

    name: str
    kind: Kind
    label: str
    help: str
    default: Any = None
    required: bool = False
    optional: bool = False
    unit: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False
    choices: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    section: str = ""
    names: str = ""


@dataclass(frozen=True)
class SectionDeclaration:
    """One section of the recipe.

    Attributes:
        help: one sentence.
        fields: its parameters, in order.
    """

    help: str
    fields: tuple[Declaration, ...]

    def field(self, name: str) -> Declaration:
        """Return the parameter of that name."""
        return next(field for field in self.fields if field.name == name)


Declarations = Mapping[str, SectionDeclaration]
ROOT_SECTION = "Recipe"


def load_declarations() -> Declarations:
    """Return every section by its name; the recipe itself is `ROOT_SECTION`."""
    stored = json.loads(DECLARATIONS_FILE.read_text("utf-8"))
    return {
        name: SectionDeclaration(
            section["help"], tuple(_declaration(field) for field in section["fields"])
        )
        for name, section in stored.items()
    }


def _declaration(stored: dict[str, Any]) -> Declaration:
    lists: dict[str, Any] = {
        key: tuple(stored[key]) for key in ("choices", "shape") if key in stored
    }
    return Declaration(**stored | lists)
