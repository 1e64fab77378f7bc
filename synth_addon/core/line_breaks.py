"""Breaks sentences into lines of a width that letters of all scripts share."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

# Chinese, Japanese and Korean letters may end a line each; others hold together up to a space.
_PIECES = re.compile(
    r"\s+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uf900-\uffef]+"
)


def broken_lines(text: str, columns: int) -> list[str]:
    """Return a text as lines of at most `columns`; a longer word has a line of its own.

    A wide letter, as of Chinese, takes two columns.
    """
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and shown_width(lines[-1] + piece.rstrip()) > columns:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        if lines[-1] or not piece.isspace():
            lines[-1] += " " if piece.isspace() else piece
    return [line.rstrip() for line in lines if line.strip()]


def shown_width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
