"""``synth export``: a dataset in the formats that training code reads."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from .console import Console
from .export_crew import crew_writes
from .exporting import tell_export
from .pool_run import add_backend_arguments

if TYPE_CHECKING:
    from ..core.export.filters import ExportFilter
    from ..core.export.format import Write
    from ..core.export.record import ExportRecord, OptionValue

HELP = "write a dataset in the formats that training code reads"
DESCRIPTION = """\
Write a dataset in one or more formats. With one format the folder is --output itself, with several
it is --output/FORMAT. Scenes are split as a whole, so views of one scene never go to two parts.
Nothing appears before all is written. `synth export --list` names formats and their options."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("directory", metavar="DATASET", type=Path, nargs="?", help="the dataset's folder")
    add("--list", action="store_true", help="list the formats with their options, and end")
    add("--format", "-f", action="append", default=[], metavar="NAME", help="may be repeated")
    add("--output", "-o", metavar="DIR", type=Path, help="new or empty folder outside DATASET")
    add("--split", metavar="PARTS", help="such as train=0.8,val=0.1,test=0.1, by scene")
    add(
        "--min-visible",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="leave out objects of which less than this share is seen, 0 to 1",
    )
    add(
        "--min-area",
        type=int,
        default=1,
        metavar="PIXELS",
        help="leave out objects with fewer visible pixels (default 1)",
    )
    add(
        "--class",
        dest="classes",
        action="append",
        default=[],
        metavar="NAME",
        help="keep this class alone; may be repeated",
    )
    add("--drop-empty", action="store_true", help="leave out frames without objects")
    add(
        "--images",
        choices=("hardlink", "copy"),
        default="hardlink",
        help="whether pictures share the dataset's bytes on disk where they can (default)",
    )
    add(
        "--option",
        action="append",
        default=[],
        metavar="[FORMAT.]NAME=VALUE",
        help="an option of a format; may be repeated",
    )
    add("--overwrite", action="store_true", help="replace an export that is there already")
    add_backend_arguments(parser)
    add("--json", action="store_true", help="write progress as JSON lines")


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the exports, or list the formats."""
    from ..core.errors import UsageError
    from ..core.export.registry import find_format

    if options.list:
        return _list_formats(console)
    missing = [name for name in ("directory", "format", "output") if not getattr(options, name)]
    if missing:
        named = {"directory": "DATASET", "format": "--format", "output": "--output"}
        raise UsageError(f"{named[missing[0]]} is missing. `synth export --help` shows all")
    formats = {name: find_format(name) for name in dict.fromkeys(options.format)}
    given = _options(options.option, list(formats))
    with crew_writes(options, formats) as writes:
        for name in formats:
            folder = options.output if len(formats) == 1 else options.output / name
            record = _export(options, name, folder, given[name], writes.get(name), console)
            tell_export(record, folder, console)
    return 0


def _export(
    options: argparse.Namespace,
    name: str,
    folder: Path,
    given: dict[str, OptionValue],
    write: Write | None,
    console: Console,
) -> ExportRecord:
    from ..core.export.job import export_dataset
    from ..core.export.registry import find_format
    from ..core.export.splits import parse_shares

    return export_dataset(
        options.directory,
        folder,
        name,
        find_format(name),
        options=given,
        shares=parse_shares(options.split) if options.split else None,
        filter=_filter(options),
        hardlinks=options.images == "hardlink",
        overwrite=options.overwrite,
        write=write,
        listener=lambda frame: console.event("frame", format=name, frame=frame),
    )


def _filter(options: argparse.Namespace) -> ExportFilter:
    from pydantic import ValidationError

    from ..core.errors import UsageError
    from ..core.export.filters import ExportFilter

    try:
        return ExportFilter(
            min_visible_fraction=options.min_visible,
            min_area=options.min_area,
            classes=tuple(options.classes),
            drop_empty=options.drop_empty,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        flag = {"min_visible_fraction": "--min-visible", "min_area": "--min-area"}
        named = flag.get(str(first["loc"][0]), str(first["loc"][0]))
        raise UsageError(f"{named} {first['input']}: {first['msg']}") from error


def _options(given: list[str], formats: list[str]) -> dict[str, dict[str, OptionValue]]:
    """Return the options of each format.

    Raises:
        UsageError: one does not read NAME=VALUE, or names a format that is not asked for.
    """
    from ..core.errors import UsageError

    found: dict[str, dict[str, OptionValue]] = {name: {} for name in formats}
    for text in given:
        path, equals, value = text.partition("=")
        format, dot, name = path.rpartition(".")
        if not equals or not name or (dot and format not in found):
            raise UsageError(f"--option {text}: write NAME=VALUE, or FORMAT.NAME=VALUE")
        for wanted in [format] if dot else formats:
            found[wanted][name] = _value(value)
    return found


def _value(text: str) -> OptionValue:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float | bool) else text


def _list_formats(console: Console) -> int:
    from ..core.errors import UsageError
    from ..core.export.registry import find_format, format_names

    for name in format_names():
        try:
            format = find_format(name)
        except UsageError as error:  # of another package; the others are listed nevertheless
            console.result(f"{name:12} {error}")
            continue
        console.result(f"{name:12} {format.summary}")
        for option, declared in format.options.items():
            choices = f" ({', '.join(map(str, declared.choices))})" if declared.choices else ""
            default = json.dumps(declared.default)
            console.result(f"{'':12}   {option}={default}{choices}  {declared.help}")
    return 0
