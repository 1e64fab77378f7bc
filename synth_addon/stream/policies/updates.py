"""What a policy asks of a stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Updates(Protocol):
    """Anything whose recipe can be changed while frames are made from it."""

    def update(self, changes: Mapping[str, Any]) -> int:
        """Change the recipe and return its new version, greater than all before.

        Args:
            changes: JSON values by dotted path, such as ``objects.cup.weight``.

        Raises:
            SynthError: the changed recipe cannot be used; the one before stays.
        """
