"""Divides a dataset into parts for training and testing, by scene.

Views of one scene show the same arrangement, so they never go to different parts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import accumulate

from ..errors import UsageError

Shares = Mapping[str, float]
"""Share of the scenes by the part's name, in the order in which parts are named."""


def parse_shares(text: str) -> Shares:
    """Read ``train=0.8,val=0.1,test=0.1``.

    Raises:
        UsageError: it does not read so, or the shares do not add up to 1.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        try:
            shares[_checked_name(name.strip(), shares)] = float(share)
        except ValueError as error:
            raise UsageError(
                f"--split {text}: {part!r} is no part. Write parts such as train=0.8,val=0.2"
            ) from error
    if any(not 0 < share <= 1 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
        raise UsageError(f"--split {text}: shares must be above 0 and add up to 1")
    return shares


def _checked_name(name: str, taken: Mapping[str, float]) -> str:
    if not name.isidentifier() or not name.isascii() or name in taken:
        raise ValueError
    return name


def split_scenes(scenes: Sequence[int], shares: Shares, seed: int) -> dict[int, str]:
    """Return the part of every scene.

    Scenes are put into an order that only their numbers and the seed decide, and cut where the
    shares say. Every part gets at least one scene where there are enough.

    Args:
        seed: of the recipe.

    Raises:
        UsageError: there are more parts than scenes.
    """
    if len(scenes) < len(shares):
        raise UsageError(
            f"{len(scenes)} finished scenes cannot be split into {len(shares)} parts. "
            "Generate more scenes, or name fewer parts"
        )
    order = sorted(scenes, key=lambda scene: hashlib.sha256(f"{seed}/{scene}".encode()).digest())
    ends = _ends(len(order), list(shares.values()))
    parts: dict[int, str] = {}
    for name, start, end in zip(shares, [0, *ends], ends, strict=False):
        parts.update(dict.fromkeys(order[start:end], name))
    return parts


def _ends(count: int, shares: Sequence[float]) -> list[int]:
    """Return where each part ends, such that none is empty."""
    ends = [round(count * share) for share in accumulate(shares)]
    ends[-1] = count
    for number in range(len(ends)):
        ends[number] = max(ends[number], number + 1)
    for number in reversed(range(len(ends) - 1)):
        ends[number] = min(ends[number], ends[number + 1] - 1)
    return ends
