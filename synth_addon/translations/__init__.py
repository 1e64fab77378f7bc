"""The interface in other languages; English is what the code says.

Each language is a file of its own, which `make texts` keeps complete: context, text, translation.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy

Catalog = dict[str, dict[str, str]]
"""Translations by context and text."""
NAME = "synth"
FOLDER = Path(__file__).parent


def languages() -> dict[str, Path]:
    """Return the file of each language, by Blender's name for it."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.json"))}


def load_catalog(path: Path) -> Catalog:
    """Return what a language's file holds."""
    catalog: Catalog = json.loads(path.read_text("utf-8"))
    return catalog


def register() -> None:
    translations: Any = {
        language: {
            (context, text): translation
            for context, texts in load_catalog(path).items()
            for text, translation in texts.items()
        }
        for language, path in languages().items()
    }
    bpy.app.translations.register(NAME, translations)


def unregister() -> None:
    bpy.app.translations.unregister(NAME)
