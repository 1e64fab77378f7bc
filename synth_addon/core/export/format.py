"""What a format is: something that writes frames into a folder, and can check such a folder.

A format of your own is an object with these members, named by an entry point of the group
``synth.formats`` in your own package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .record import ExportRecord, OptionValue
from .source import ExportSource
from .splits import Shares

Options = Mapping[str, OptionValue]
Write = Callable[[ExportSource, Path, Options], None]
"""Writes all parts into an empty folder, as a format's `write` does."""
WHOLE: Shares = {"all": 1.0}
"""Shares of formats that need no parts."""


@dataclass(frozen=True)
class FormatOption:
    """One choice that a format leaves to the user; its type is that of the default.

    Attributes:
        choices: all values that are possible, empty for any of the type.
    """

    default: OptionValue
    help: str
    choices: tuple[OptionValue, ...] = ()


class ExportFormat(Protocol):
    """One format.

    Attributes:
        summary: what it is and who reads it, in one line.
        options: by name.
        shares: how scenes are split where the user does not say.
    """

    @property
    def summary(self) -> str: ...

    @property
    def options(self) -> Mapping[str, FormatOption]: ...

    @property
    def shares(self) -> Shares: ...

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        """Write all parts into an empty folder, with the memory of a few frames.

        Raises:
            SynthError: the dataset lacks what the format needs, with the remedy.
            OSError: writing fails.
        """

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        """Yield one line for each promise that an exported folder breaks."""
