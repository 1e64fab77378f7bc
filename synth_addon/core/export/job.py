"""Writes one export, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ... import __version__
from ..dataset.faults import reason_of
from ..dataset.journal_index import read_index, read_lines
from ..dataset.layout import INFO_FILE, JOURNAL_FILE
from ..dataset.reading import Dataset, open_dataset
from ..errors import DatasetError, OutputError, StorageError, UsageError
from .filters import ExportFilter
from .format import ExportFormat, Options, Write
from .record import RECORD_FILE, ExportRecord, OptionValue, is_export
from .source import ExportSource
from .splits import Shares, split_scenes

_UNFINISHED = ".unfinished"


def export_dataset(
    directory: Path,
    output: Path,
    name: str,
    format: ExportFormat,
    *,
    options: Options | None = None,
    shares: Shares | None = None,
    filter: ExportFilter | None = None,
    hardlinks: bool = True,
    overwrite: bool = False,
    write: Write | None = None,
    listener: Callable[[int], None] = lambda frame: None,
) -> ExportRecord:
    """Write a dataset into a folder in a format.

    All is written into a folder beside `output`, which takes its name at the end. What an export
    that was killed has left there goes when the next begins.

    Args:
        name: of the format.
        options: of the format; those that are not given have their defaults.
        shares: of scenes for each part; without them the format's own.
        overwrite: whether an export that is there already is replaced.
        write: what writes in place of the format's own `write`, such as many processes.
        listener: told of each frame.

    Raises:
        DatasetError: the dataset has no frames, or is damaged.
        UsageError: an option is unknown or has no such value.
        OutputError: the output folder cannot be used.
        StorageError: the disk is full or refuses.
    """
    dataset = open_dataset(directory)
    if not dataset.scene_numbers():
        raise DatasetError(f"{directory}: has no finished scene yet. Generate some first")
    chosen = _with_defaults(format, options or {})
    shares = shares or format.shares
    check_output(directory.resolve(), output.absolute(), overwrite=overwrite)
    source = ExportSource(
        dataset,
        split_scenes(dataset.scene_numbers(), shares, _seed(dataset)),
        shares,
        filter or ExportFilter(),
        hardlinks,
        listener,
    )
    return _written(source, name, write or format.write, chosen, output)


def _written(
    source: ExportSource, name: str, write: Write, options: Options, output: Path
) -> ExportRecord:
    """Write an export beside its place and let it take the place once it is whole."""
    unfinished = output.absolute().with_name(f".{output.absolute().name}{_UNFINISHED}")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        write(source, unfinished, options)
        record = _record(source, name, options)
        (unfinished / RECORD_FILE).write_text(_json(record), "utf-8")
        if output.exists():
            shutil.rmtree(output)
        unfinished.rename(output)
    except OSError as error:
        raise StorageError(
            f"{output}: cannot be written ({reason_of(error)}). Free space or choose another "
            "--output, then export again; nothing was left behind"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return record


def _record(source: ExportSource, name: str, options: Options) -> ExportRecord:
    info = source.dataset.info
    return ExportRecord(
        synth_version=__version__,
        format=name,
        options=dict(options),
        dataset=_identity(source.dataset.directory),
        recipe_hash=info.recipe_hash,
        views_per_scene=info.views_per_scene,
        shares=dict(source.shares),
        filter=source.filter,
        counts=source.counts,
        categories=source.categories,
    )


def _identity(directory: Path) -> str:
    """Return a hash of all that the dataset is: the journal holds that of every file."""
    digest = hashlib.sha256((directory / INFO_FILE).read_bytes())
    journal = directory / JOURNAL_FILE
    for line in read_lines(journal, read_index(journal)):
        digest.update(line)
    return digest.hexdigest()


def _json(record: ExportRecord) -> str:
    plain = record.model_dump(mode="json")
    return json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _seed(dataset: Dataset) -> int:
    seed = dataset.info.recipe.get("seed", 0)
    return seed if isinstance(seed, int) else 0


def _with_defaults(format: ExportFormat, given: Options) -> dict[str, OptionValue]:
    for name, value in given.items():
        declared = format.options.get(name)
        if declared is None:
            known = ", ".join(format.options) or "none"
            raise UsageError(f"--option {name}: the format has no such option. It has {known}")
        if type(value) is not type(declared.default):
            wanted = type(declared.default).__name__
            raise UsageError(f"--option {name}={value}: must be of type {wanted}")
        if declared.choices and value not in declared.choices:
            choices = ", ".join(map(str, declared.choices))
            raise UsageError(f"--option {name}={value}: use one of {choices}")
    return {name: given.get(name, option.default) for name, option in format.options.items()}


def check_output(dataset: Path, output: Path, *, overwrite: bool) -> None:
    """Make sure that an export may be written to a folder.

    Args:
        dataset, output: absolute.
        overwrite: whether an export that is there already may be replaced.

    Raises:
        OutputError: it may not; nothing was touched.
    """
    place = output.resolve()
    if place == dataset or dataset in place.parents:
        raise OutputError(
            f"{output}: lies inside the dataset, where nothing else may be. Choose another --output"
        )
    if place in dataset.parents:
        raise OutputError(f"{output}: holds the dataset itself. Choose another --output")
    for folder in place.parents:
        if (folder / INFO_FILE).exists() and (folder / JOURNAL_FILE).exists():
            raise OutputError(
                f"{output}: lies inside the dataset {folder}. Choose another --output"
            )
    if not output.exists() or _is_empty(output):
        return
    if not is_export(output):
        raise OutputError(f"{output}: holds other files. Choose an empty or new --output")
    if not overwrite:
        raise OutputError(f"{output}: holds an export already. Add --overwrite to replace it")


def _is_empty(folder: Path) -> bool:
    with suppress(OSError):
        return folder.is_dir() and not any(folder.iterdir())
    return False
