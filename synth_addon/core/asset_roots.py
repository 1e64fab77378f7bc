"""Where a recipe's files may lie: anywhere, or in one folder if the recipe is not trusted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import AssetError

REMEDY = "Give --folder, or leave out --untrusted"


@dataclass(frozen=True)
class Fence:
    """What a recipe may reach.

    Attributes:
        folder: the only folder, with symbolic links resolved; None for everything.
    """

    folder: Path | None = None

    @classmethod
    def around(cls, folder: Path) -> Fence:
        """Return the fence that lets a recipe reach one folder and what is below it."""
        return cls(Path(os.path.realpath(folder)))

    @property
    def refusal(self) -> str:
        """What is wrong with a path outside."""
        return f"lies outside {self.folder}, and the recipe is not trusted"

    def admits(self, path: Path) -> bool:
        """Return whether a path leads to the inside once symbolic links are resolved."""
        if self.folder is None:
            return True
        try:
            return Path(os.path.realpath(path)).is_relative_to(self.folder)
        except (OSError, ValueError):  # a text that is no path
            return False

    def check(self, where: str, named: str, path: Path) -> None:
        """Let a path pass that may be looked at.

        Args:
            where: the place in the recipe.
            named: what stands there.

        Raises:
            AssetError: the path leads outside.
        """
        if not self.admits(path):
            raise AssetError(f"{where}: {named!r} {self.refusal}. {REMEDY}")


EVERYTHING = Fence()
"""Of recipes that are trusted."""


@dataclass(frozen=True)
class AssetRoot:
    """A folder that names in a recipe start from, and what they may reach."""

    folder: Path
    fence: Fence = EVERYTHING

    def at(self, where: str, name: str) -> Path:
        """Return the path that a name stands for; nothing may be there.

        Raises:
            AssetError: it leads to where the recipe must not reach.
        """
        path = self.folder / name
        self.fence.check(where, name, path)
        return path
