"""Collects all texts of the interface into the files of its translations.

    python tools/collect_texts.py          # or: make texts

Texts that are gone leave the files, new ones come in with an empty translation, which the tests
then demand. Collected are names and descriptions of everything that is registered, the literals
given to buttons, what is marked by `translated` and `reported`, and a few tables.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ADDON = ROOT / "synth_addon"
DEFAULT = "*"
CONTEXT = "Synth"
_MARKS = {"translated", "reported"}
NO_WORDS = {"", "X", "Y", "Z"}

Text = tuple[str, str]
"""Context and text."""


def collected() -> set[Text]:
    """Return all texts. The extension must be registered."""
    found = {*_of_classes(), *_of_code(), *_of_tables()}
    return {(context, text) for context, text in found if text not in NO_WORDS}


def _of_classes() -> Iterator[Text]:
    from synth_addon import operators, overlays, panels, preferences, properties

    shown = [cls for cls in properties.classes() if cls not in properties.UNSEEN]
    for cls in (*operators.CLASSES, *panels.CLASSES, *overlays.CLASSES, *shown):
        yield from _of_class(cls)
    yield from _of_class(preferences.SYNTH_AP_preferences)


def _of_class(cls: Any) -> Iterator[Text]:
    yield getattr(cls, "bl_translation_context", DEFAULT), getattr(cls, "bl_label", "")
    yield DEFAULT, getattr(cls, "bl_description", "")
    for shown in _own_properties(cls):
        yield shown.translation_context, shown.name
        yield DEFAULT, shown.description
        for item in shown.enum_items if shown.type == "ENUM" else ():
            yield shown.translation_context, item.name
            yield DEFAULT, item.description


def _own_properties(cls: Any) -> Iterator[Any]:
    """Yield the properties of a class that are seen and not Blender's own."""
    import bpy

    described = cls.bl_rna
    if issubclass(cls, bpy.types.Operator):
        group, name = cls.bl_idname.split(".")
        described = getattr(getattr(bpy.ops, group), name).get_rna_type()
    inherited = {_words(shown) for shown in described.base.properties} if described.base else set()
    for shown in described.properties:
        if _words(shown) not in inherited and not shown.is_hidden:
            yield shown


def _words(shown: Any) -> tuple[str, str, str]:
    return shown.identifier, shown.name, shown.description


def _of_code() -> Iterator[Text]:
    for path in sorted(ADDON.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield from _of_call(node)


def _of_call(call: ast.Call) -> Iterator[Text]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _MARKS and call.args:
        if isinstance(call.args[0], ast.Name) and call.args[0].id != "heading":
            raise ValueError(f"line {call.lineno}: {ast.unparse(call)} names no literal to collect")
        yield from ((CONTEXT, text) for text in _literals(call.args[0]))
    for word in call.keywords:
        if name.startswith("operator") and word.arg == "text":
            yield from ((CONTEXT, text) for text in _literals(word.value))


def _literals(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression can be: a literal, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _of_tables() -> Iterator[Text]:
    from synth_addon.core.label_reasons import REASONS
    from synth_addon.overlays.handles import HANDLES
    from synth_addon.preferences import DEVICE_ITEMS, GROUPS

    yield from ((CONTEXT, sentence) for sentence in REASONS)
    yield from ((CONTEXT, handle.label) for handle in HANDLES)
    yield from ((CONTEXT, group) for group in GROUPS)
    for _, name, description, _ in DEVICE_ITEMS.values():
        yield CONTEXT, name
        yield DEFAULT, description


def updated(catalog: dict[str, dict[str, str]], texts: set[Text]) -> dict[str, dict[str, str]]:
    """Return a language's catalog with exactly these texts, sorted."""
    made: dict[str, dict[str, str]] = {}
    for context, text in sorted(texts):
        made.setdefault(context, {})[text] = catalog.get(context, {}).get(text, "")
    return made


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from synth_addon import extension
    from synth_addon.translations import languages, load_catalog

    extension.register()
    texts = collected()
    extension.unregister()
    for language, path in languages().items():
        catalog = updated(load_catalog(path), texts)
        path.write_text(json.dumps(catalog, ensure_ascii=False, indent=1) + "\n", "utf-8")
        missing = sum(not word for words in catalog.values() for word in words.values())
        print(f"{language}: {len(texts)} texts, {missing} without translation")
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # Blender as a module may hang at exit
