"""Shards of an export by processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial

from ..core.errors import StorageError
from ..core.export.sharding import Shard, WrittenShard
from .shard_export import Crew, Hire, ShardTask, write_shard

_AHEAD = 2
"""Tickets for each process: results are taken in order."""


def process_hire(workers: int) -> Hire:
    """Return what has exports written by so many processes."""
    return partial(_crew, workers)


@contextmanager
def _crew(workers: int, task: ShardTask) -> Iterator[Crew]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _obey_coordinator)

    def submit(shard: Shard) -> Future[WrittenShard]:
        return pool.submit(write_shard, task, shard)

    try:
        yield Crew(submit, partial(_result, workers), lambda: _AHEAD * workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _result(workers: int, ticket: Future[WrittenShard]) -> WrittenShard:
    try:
        return ticket.result()
    except BrokenProcessPool as error:
        raise StorageError(
            f"--workers {workers}: a process that wrote a shard was ended from outside, perhaps "
            "for lack of memory. Export again with fewer; nothing was left behind"
        ) from error


def _obey_coordinator() -> None:
    """Leave Ctrl-C to the coordinator, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_coordinator, daemon=True).start()


def _end_with_coordinator() -> None:
    coordinator = multiprocessing.parent_process()
    assert coordinator is not None
    coordinator.join()
    os._exit(1)
