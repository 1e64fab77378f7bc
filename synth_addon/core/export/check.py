"""Checks an exported folder against what it says about itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..dataset.faults import reason_of
from ..errors import DatasetError
from .leaks import leak_problems
from .record import ExportRecord
from .registry import find_format


def export_problems(folder: Path, record: ExportRecord) -> Iterator[str]:
    """Yield one line for each promise that an export breaks.

    Raises:
        UsageError: its format is unknown here.
    """
    format = find_format(record.format)
    try:
        yield from format.problems(folder, record)
        yield from leak_problems(folder, record)
    except DatasetError as error:
        yield str(error)
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        yield f"{folder}: cannot be read ({reason})"
    except (ValueError, KeyError, TypeError, IndexError) as error:
        yield f"{folder}: a file is damaged ({type(error).__name__}: {error})"
