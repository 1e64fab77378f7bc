"""What the commands share that write exports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .console import Console
from .wording import counted

if TYPE_CHECKING:
    from ..core.dataset.place import Place
    from ..core.export.format import ExportFormat
    from ..core.export.record import ExportRecord


def parse_exports(texts: Sequence[str], dataset: Place) -> list[tuple[str, ExportFormat, Path]]:
    """Read ``FORMAT=DIR`` of a command that makes a dataset, before anything is made.

    Raises:
        UsageError: one does not read so, or there is no such format.
        OutputError: a folder cannot be used.
    """
    from ..core.errors import UsageError
    from ..core.export.job import check_output
    from ..core.export.registry import find_format

    found = []
    for text in texts:
        name, equals, folder = text.partition("=")
        if not equals or not folder:
            raise UsageError(f"--export {text}: write FORMAT=DIR, such as yolo=cups_yolo")
        if not isinstance(dataset, Path):
            raise UsageError(
                f"--export {text}: {dataset} is no folder. "
                "Run `synth download`, then `synth export`"
            )
        check_output(dataset.resolve(), Path(folder).absolute(), overwrite=True)
        found.append((name, find_format(name), Path(folder)))
    return found


def write_exports(
    dataset: Place, exports: Sequence[tuple[str, ExportFormat, Path]], console: Console
) -> None:
    """Write exports of a dataset that was just made; those of an earlier run are replaced."""
    from ..core.export.job import export_dataset

    for name, format, folder in exports:
        assert isinstance(dataset, Path)  # parse_exports has made sure
        tell_export(export_dataset(dataset, folder, name, format, overwrite=True), folder, console)


def tell_export(record: ExportRecord, folder: Path, console: Console) -> None:
    """Say what an export holds, and what was left out."""
    for part, counts in record.counts.items():
        left_out = [
            counted(number, what)
            for number, what in (
                (counts.dropped_frames, "frame"),
                (counts.dropped_objects, "object"),
            )
            if number
        ]
        tail = f" ({' and '.join(left_out)} left out)" if left_out else ""
        frames, objects = counted(counts.frames, "frame"), counted(counts.objects, "object")
        scenes = counted(counts.scenes, "scene")
        console.write(f"{folder} {part}: {frames} of {scenes}, {objects}{tail}")
    console.event(
        "exported",
        format=record.format,
        output=str(folder),
        counts={part: counts.model_dump() for part, counts in record.counts.items()},
    )
