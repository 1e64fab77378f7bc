"""Every text of the interface is in every language's file, and nothing else is."""

from __future__ import annotations

import re
import string
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from synth_addon.core.recipe.declarations import ROOT_SECTION
from synth_addon.preferences import SYNTH_AP_preferences
from synth_addon.properties.job import STATES
from synth_addon.translations import languages, load_catalog, translating

from .recorder import Recorder
from .test_panels import drawn, give_everything

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from collect_texts import CONTEXT, DEFAULT, NO_WORDS, collected

LANGUAGES = sorted(languages())


def test_german_and_chinese_are_there() -> None:
    assert LANGUAGES == ["de_DE", "zh_HANS"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_complete_and_holds_nothing_else(language: str) -> None:
    catalog = load_catalog(languages()[language])
    found = {(context, text) for context, texts in catalog.items() for text in texts}
    wanted = collected()
    assert not wanted - found, "run `make texts`, then translate what is empty"
    assert not found - wanted, "run `make texts`"
    empty = [text for texts in catalog.values() for text, word in texts.items() if not word.strip()]
    assert not empty


def test_short_texts_have_a_context_of_their_own() -> None:
    """Under the common one Blender's meaning of a word would win, such as that of Normal."""
    texts = collected()
    assert {context for context, _ in texts} == {CONTEXT, DEFAULT}
    for word in ("Normal", "Floor", "Windows", "Generate Dataset", "Camera", "Classes"):
        assert (CONTEXT, word) in texts
        assert (DEFAULT, word) not in texts


def placeholders(text: str) -> list[str]:
    parsed = string.Formatter().parse(text)
    return sorted(f"{name}!{how}" for _, name, _, how in parsed if name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_what_is_put_in_and_what_is_code(language: str) -> None:
    code = re.compile(r"\b[a-z]+[._][a-z_.]+[a-z]\b|//|\*\.\w+")
    for texts in load_catalog(languages()[language]).values():
        for text, word in texts.items():
            assert placeholders(word) == placeholders(text), text
            assert set(code.findall(text)) <= set(code.findall(word)), text


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every text that the code asks a translation of."""
    asked: set[str] = set()

    def lookup(text: str, context: str) -> str:
        assert context == CONTEXT
        asked.add(text)
        return text

    stand_in = SimpleNamespace(pgettext_iface=lookup, pgettext_rpt=lookup)
    monkeypatch.setattr(translating, "_TRANSLATIONS", stand_in)
    return asked


def test_all_that_panels_draw_is_collected(scene: bpy.types.Scene, looked_up: set[str]) -> None:
    give_everything(scene.synth.recipe, ROOT_SECTION)
    job, texts = bpy.context.window_manager.synth, set()
    job.total, job.seconds, job.waiting = 10, 6.0, 2
    for (state, _, _), done in [(state, done) for state in STATES for done in (0, 3)]:
        job.state, job.done = state, done
        texts |= drawn().texts
    inspection = bpy.context.window_manager.synth_inspection
    inspection.dataset = "somewhere"
    texts |= drawn().texts
    scene["synth_preview_of"] = "Scene"
    texts |= drawn().texts
    layout: Any = Recorder()
    preferences = SimpleNamespace(layout=layout, bl_rna=SYNTH_AP_preferences.bl_rna)
    SYNTH_AP_preferences.draw(preferences, bpy.context)
    texts |= layout.texts
    assert len(texts) >= 5
    assert len(looked_up) > 100
    known = collected()
    assert not texts - known
    unknown = {(CONTEXT, text) for text in looked_up - NO_WORDS} - known
    assert not unknown


def test_values_are_put_into_a_translated_text(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {("{n} frames", CONTEXT): "{n} Bilder", ("Off", CONTEXT): "Aus"}
    german = SimpleNamespace(pgettext_iface=lambda text, context: words[text, context])
    monkeypatch.setattr(translating, "_TRANSLATIONS", german)
    assert translating.translated("{n} frames", n=3) == "3 Bilder"
    assert translating.translated("Off") == "Aus"
