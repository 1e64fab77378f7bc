"""What a policy had decided when a frame's recipe was made."""

from __future__ import annotations

from bisect import bisect_right
from typing import Generic, TypeVar

Decision = TypeVar("Decision")


class VersionLog(Generic[Decision]):
    """Keeps the latest decisions by the version that they made.

    Other policies may update the same stream in between, so a decision holds until the next one.

    Args:
        most: decisions that are kept.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._versions: list[int] = []
        self._decisions: list[Decision] = []

    def record(self, version: int, decision: Decision) -> None:
        """Keep a decision.

        Raises:
            ValueError: `version` is not greater than those before.
        """
        if self._versions and version <= self._versions[-1]:
            raise ValueError(f"version {version} does not come after {self._versions[-1]}")
        self._versions.append(version)
        self._decisions.append(decision)
        del self._versions[: -self._most], self._decisions[: -self._most]

    def of(self, version: int) -> Decision | None:
        """Return the decision that a frame of `version` was made under, or None if unknown."""
        place = bisect_right(self._versions, version)
        return self._decisions[place - 1] if place else None
