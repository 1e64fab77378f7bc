"""The errors a user can meet, each with the exit code of the command line.

Errors are raised where the fault is known and caught only at the edges: an operator reports
them, the command line prints them and exits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class SynthError(Exception):
    """Base of every error that a user can mend. Its text is a whole sentence for the user."""

    exit_code: ClassVar[int] = 1


class Fault(ValueError):
    """One value that cannot be used, before it is known where in a recipe it stands."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message}. {remedy}")


@dataclass(frozen=True)
class Problem:
    """One fault in a recipe: where it is, what stands there, and what to do.

    Attributes:
        path: dotted path in the recipe, such as ``camera.elevation_deg``; empty for the whole.
        value: what was found there, shortened for display.
        message: what is wrong, without the path.
        remedy: what the user can do about it.
    """

    path: str
    value: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = self.path or "recipe"
        found = f" (found {self.value})" if self.value else ""
        return f"{where}: {self.message}{found}. {self.remedy}"


class RecipeError(SynthError):
    """A recipe that cannot be used; carries every problem found, not just the first."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem], source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        head = f"{count} in {source}" if source else count
        super().__init__("\n".join([f"{head}:", *(f"  {problem}" for problem in self.problems)]))


class UsageError(SynthError):
    """A command-line argument that cannot be used."""

    exit_code = 2


class AssetError(SynthError):
    """A mesh, image or folder that a recipe names and that cannot be used."""

    exit_code = 2


class OutputError(SynthError):
    """An output folder that must not be written to, or cannot be."""

    exit_code = 2


class DatasetError(SynthError):
    """A dataset that cannot be read or breaks a promise."""

    exit_code = 1


class SceneError(SynthError):
    """A scene that could not be arranged within its bounded number of tries."""

    exit_code = 3


class RenderError(SynthError):
    """A renderer that cannot do what the recipe asks, or that failed."""

    exit_code = 3


class StorageError(SynthError):
    """Writing failed, usually because the disk is full. What is finished stays resumable."""

    exit_code = 4
