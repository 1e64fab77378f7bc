"""Numbers that went through 32 bits, as Blender's properties do."""

from __future__ import annotations

import struct

_ENOUGH_DIGITS = 9


def shortest_decimal(value: float) -> float:
    """Return the number of fewest digits that 32 bits hold as `value`.

    Blender gives 0.2 back as 0.20000000298; this is 0.2 again, so that what was typed, and not
    what was stored, decides what a recipe draws.
    """
    stored = struct.pack("f", value)
    for digits in range(1, _ENOUGH_DIGITS + 1):
        text = f"{value:.{digits}g}"
        if struct.pack("f", float(text)) == stored:
            return float(text)
    return value
