"""How often a class is shown, as changes of a recipe."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PoolWeight:
    """A group of objects that a pool draws by weight.

    Attributes:
        group: its name in the recipe's objects.
        weight: its weight where the class is shown as often as before.
    """

    group: str
    weight: float = 1.0

    def changes(self, factor: float) -> dict[str, Any]:
        """Return the changes that show the group `factor` times as often."""
        return {f"objects.{self.group}.weight": self.weight * factor}


@dataclass(frozen=True)
class MeanCount:
    """A group of objects with a count of its own.

    Attributes:
        group: its name in the recipe's objects.
        count: its mean count where the class is shown as often as before.
    """

    group: str
    count: float = 1.0

    def changes(self, factor: float) -> dict[str, Any]:
        """Return the changes that show the group `factor` times as often on average.

        A mean between two whole numbers becomes a choice of the two.
        """
        whole = math.floor(self.count * factor)
        rest = self.count * factor - whole
        choice = {"values": [whole, whole + 1], "weights": [1 - rest, rest]}
        return {f"objects.{self.group}.count": {"choice": choice} if rest else whole}


ClassShare = PoolWeight | MeanCount
