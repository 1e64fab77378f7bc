"""Shards of an export as tasks of a Ray cluster.

Ray gives a task whose machine or process is lost to another one. A shard appears whole or not at
all and has the same bytes each time, so it does not matter how often it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ..core.errors import StorageError, SynthError, UsageError
from ..core.export.sharding import Shard, WrittenShard
from .ray_cluster import RayCluster, ray_cluster
from .shard_export import Crew, Hire, ShardTask, write_shard

_TRIES_AGAIN = 5
_AHEAD = 4
"""Tickets for each core: results are taken in order, and one that is tried again is late."""
_END_S = 10.0
_AMOUNTS = {"num_cpus": 1, "num_gpus": 0}


@contextmanager
def ray_hire(address: str | None, workers: int) -> Iterator[Hire]:
    """Yield what has exports written by a cluster.

    Args:
        address: see `ray_cluster`.
        workers: most shards at a time; 0 for as many as the cluster has cores, also while it grows.

    Raises:
        UsageError: Ray is not installed, or the cluster cannot be reached.
    """
    with ray_cluster(address) as cluster:
        yield partial(_crew, cluster, workers)


@contextmanager
def _crew(cluster: RayCluster, workers: int, task: ShardTask) -> Iterator[Crew]:
    ray = cluster.ray
    shared = ray.put(task)
    remote = ray.remote(write_shard).options(max_retries=_TRIES_AGAIN, **_AMOUNTS)
    out: set[Any] = set()

    def submit(shard: Shard) -> Any:
        ticket = remote.remote(shared, shard)
        out.add(ticket)
        return ticket

    def result(ticket: Any) -> WrittenShard:
        written = _result(ray, ticket)
        out.remove(ticket)
        return written

    try:
        yield Crew(submit, result, lambda: workers or _AHEAD * cluster.room(_AMOUNTS))
    finally:
        # cancelling tasks that are about to end makes Ray 2.60 abort this process
        if out:
            ray.wait(list(out), num_returns=len(out), timeout=_END_S)


def _result(ray: Any, ticket: Any) -> WrittenShard:
    try:
        written: WrittenShard = ray.get(ticket)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, SynthError | OSError):
            raise error.cause from None
        raise UsageError(
            f"--backend ray: a machine could not write a shard ({_last_line(error)}). "
            "Install the same versions of Synth and its packages on all machines"
        ) from error
    except ray.exceptions.RayError as error:
        raise StorageError(
            f"--backend ray: a shard was lost with its machine {_TRIES_AGAIN + 1} times "
            f"({_last_line(error)}). Mend the cluster, then export again; nothing was left behind"
        ) from error
    return written


def _last_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1]
