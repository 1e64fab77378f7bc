"""``synth export --workers`` and ``--backend``: the same exports by many processes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .pool_run import parse_workers, running_blender, wants_pool

if TYPE_CHECKING:
    from ..core.export.format import ExportFormat, Write
    from ..core.export.sharding import ShardedFormat
    from ..farm.shard_export import Hire


@contextmanager
def crew_writes(
    options: argparse.Namespace, formats: Mapping[str, ExportFormat]
) -> Iterator[Mapping[str, Write]]:
    """Yield what writes each format by many processes; nothing where these are not asked for.

    Raises:
        UsageError: a format cannot be written so, an argument cannot be used, or there is no such
            cluster.
    """
    if not wants_pool(options):
        yield {}
        return
    from ..farm.shard_export import by_crew

    sharded = {name: _sharded(name, format) for name, format in formats.items()}
    with _hire(options) as hire:
        yield {name: by_crew(format, hire) for name, format in sharded.items()}


def _sharded(name: str, format: ExportFormat) -> ShardedFormat:
    from ..core.errors import UsageError
    from ..core.export.registry import SHIPPED
    from ..core.export.sharding import ShardedFormat

    if isinstance(format, ShardedFormat):
        return format
    able = ", ".join(name for name, known in SHIPPED.items() if isinstance(known, ShardedFormat))
    raise UsageError(
        f"--format {name}: is written by one process alone. Leave out --backend and --workers; "
        f"they are for {able}"
    )


@contextmanager
def _hire(options: argparse.Namespace) -> Iterator[Hire]:
    from ..core.errors import UsageError
    from ..farm.sizing import usable_cores

    workers = parse_workers(options.workers) or 0
    if options.backend == "ray":
        from ..farm.ray_export import ray_hire

        with ray_hire(options.address, workers) as hire:
            yield hire
        return
    if running_blender() is not None:
        raise UsageError(
            f"--workers {options.workers or 'auto'}: a Blender exports by one process alone. "
            "Leave it out, or run `synth` with a Python"
        )
    from ..farm.process_export import process_hire

    yield process_hire(workers or usable_cores())
