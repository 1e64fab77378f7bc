"""What an export says about itself: the content of ``synth_export.json``."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ..dataset.faults import reading_errors
from ..dataset.info import Category
from ..errors import DatasetError
from ..spec import Spec
from .filters import ExportFilter
from .source import Counts

RECORD_FILE = "synth_export.json"
OptionValue = str | int | float | bool
RECORD_VERSION = 1


class ExportRecord(Spec):
    """How an export was made.

    Attributes:
        dataset: SHA-256 of what the dataset says of itself and of its journal's sorted lines.
        views_per_scene: of the dataset: a frame's number divided by it is its scene.
        shares: of the scenes, by part.
        counts: what each part holds, and what the filter left out.
        categories: the classes, numbered from 1 as in the dataset's order.
    """

    version: int = RECORD_VERSION
    synth_version: str
    format: str
    options: dict[str, OptionValue]
    dataset: str
    recipe_hash: str
    views_per_scene: int
    shares: dict[str, float]
    filter: ExportFilter
    counts: dict[str, Counts]
    categories: tuple[Category, ...]


def is_export(folder: Path) -> bool:
    """Tell whether a folder says that it is an export."""
    return (folder / RECORD_FILE).is_file()


def read_record(folder: Path) -> ExportRecord:
    """Read what an export says about itself.

    Raises:
        DatasetError: the file is missing, damaged or of a newer version.
    """
    path = folder / RECORD_FILE
    with reading_errors(path):
        text = path.read_bytes()
    try:
        record = ExportRecord.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DatasetError(f"{path}: {where} is damaged ({first['msg']}). Export again") from error
    if record.version != RECORD_VERSION:
        raise DatasetError(
            f"{path}: version is {record.version}, this Synth reads {RECORD_VERSION}. "
            "Use the Synth that made the export"
        )
    return record
