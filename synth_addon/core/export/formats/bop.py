"""Not written yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ..format import WHOLE, FormatOption, Options
from ..record import ExportRecord
from ..source import ExportSource
from ..splits import Shares


class Unwritten:
    """See the module."""

    summary = ""
    options: Mapping[str, FormatOption] = {}
    shares: Shares = WHOLE

    def write(self, source: ExportSource, folder: Path, options: Options) -> None:
        raise NotImplementedError

    def problems(self, folder: Path, record: ExportRecord) -> Iterator[str]:
        raise NotImplementedError


FORMAT = Unwritten()
