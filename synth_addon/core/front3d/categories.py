"""One name for each kind of thing: the data set calls a chair by some twenty names."""

from __future__ import annotations

import re

_WORDS = (
    ("lamp", ("lamp", "lighting", "chandelier")),
    ("stool", ("stool",)),
    ("nightstand", ("nightstand", "night stand", "bedside")),
    ("wardrobe", ("wardrobe",)),
    ("tv_stand", ("tv stand", "tv-stand", "media unit")),
    ("cabinet", ("cabinet", "sideboard", "drawer chest", "wine cooler", "storage unit")),
    ("shelf", ("shelf", "bookcase")),
    ("desk", ("desk",)),
    ("table", ("table",)),
    ("sofa", ("sofa", "couch")),
    ("chair", ("chair",)),
    ("bed", ("bed",)),
    ("plant", ("plant",)),
)
"""Earlier rows win: a table lamp is a lamp, a bed end stool a stool."""

_PARTS = ("floor", "ceil", "wall", "door", "window")
_PART_NAMES = {"ceil": "ceiling"}
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def furniture_category(*names: str | None) -> str | None:
    """Return the category that the first telling of `names` states, such as ``chair``.

    Args:
        names: what the data set calls the thing, the most exact first.
    """
    given = [name.lower() for name in names if name]
    for name in given:
        for category, words in _WORDS:
            if any(word in name for word in words):
                return category
    return _slug(given[0]) if given else None


def part_category(kind: str) -> str | None:
    """Return the category of a part of the building, such as ``wall`` for ``WallInner``."""
    lower = kind.lower()
    for part in _PARTS:
        if part in lower:
            return _PART_NAMES.get(part, part)
    return _slug(lower)


def _slug(name: str) -> str | None:
    return _NOT_A_WORD.sub("_", name).strip("_") or None
