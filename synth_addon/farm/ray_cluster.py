"""Connects to a Ray cluster."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..core.errors import UsageError
from .sizing import usable_cores

_CONNECT_S = 5.0


@dataclass(frozen=True)
class RayCluster:
    """A cluster that this process is connected to.

    Attributes:
        ray: the package.
        place: its address, as Ray takes it.
    """

    ray: Any
    place: str

    def room(self, amounts: Mapping[str, int]) -> int:
        """Return how many workers that take `num_cpus` and `num_gpus` fit into all of it."""
        resources = self.ray.cluster_resources()
        room = resources.get("CPU", 0) // amounts["num_cpus"]
        if amounts["num_gpus"]:
            room = min(room, resources.get("GPU", 0) // amounts["num_gpus"])
        return max(1, int(room))


@contextmanager
def ray_cluster(address: str | None) -> Iterator[RayCluster]:
    """Connect to a cluster, until the block ends.

    Args:
        address: as Ray takes it; None for the one that RAY_ADDRESS names, or else for one of this
            machine alone, which ends with this.

    Raises:
        UsageError: Ray is not installed, or the cluster cannot be reached.
    """
    ray = _ray()
    place = address or os.environ.get("RAY_ADDRESS") or "local"
    _connect(ray, place)
    try:
        yield RayCluster(ray, place)
    finally:
        ray.shutdown()


def _ray() -> Any:
    # or else Ray reports over the network that it is used
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise UsageError(
            "--backend ray: the package ray is not installed. "
            "Install it with: pip install 'synth-addon[ray]'"
        ) from error
    return ray


def _connect(ray: Any, place: str) -> None:
    _refuse_unreachable(place)
    quiet = {"log_to_driver": False, "configure_logging": False, "logging_level": "ERROR"}
    own = {"num_cpus": usable_cores(), "include_dashboard": False} if place == "local" else {}
    try:
        ray.init(address=place, **quiet, **own)
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(
            f"--address {place}: there is no cluster that answers ({reason}). Start one with "
            "`ray start --head`, or leave out --address to use this machine alone"
        ) from error


def _refuse_unreachable(place: str) -> None:
    """Find out within seconds what Ray itself tries for minutes."""
    host, colon, port = place.removeprefix("ray://").rpartition(":")
    if place in ("auto", "local") or "/" in host:
        return
    if not colon or not port.isdigit():
        raise UsageError(f"--address {place}: write HOST:PORT, ray://HOST:PORT or auto")
    try:
        socket.create_connection((host, int(port)), _CONNECT_S).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise UsageError(
            f"--address {place}: cannot be reached ({error}). Is the cluster up, and the port open?"
        ) from error
