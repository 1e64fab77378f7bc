"""Texts that are put together, in the language of Blender's interface.

Blender translates by itself what stands in labels, names and descriptions. What is made of parts
is translated here before its values are put in.
"""

from __future__ import annotations

from typing import Any

import bpy

CONTEXT = "Synth"
"""Context of all short texts: under the common one, Blender's own meaning of a word would win."""
_TRANSLATIONS: Any = bpy.app.translations


def translated(text: str, **values: object) -> str:
    """Return a text of the interface in its language, with `values` put into its braces."""
    return _filled(_TRANSLATIONS.pgettext_iface(text, CONTEXT), values)


def reported(text: str, **values: object) -> str:
    """Return a message in the language of Blender's reports, with `values` put into its braces."""
    return _filled(_TRANSLATIONS.pgettext_rpt(text, CONTEXT), values)


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text
