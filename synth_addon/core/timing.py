"""Where a job's time goes, by part."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class PartTime:
    """Seconds spent in one part: on the clock, and on the CPU by the thread that did it."""

    wall: float = 0.0
    cpu: float = 0.0
    calls: int = 0


class PartTimes:
    """Adds up seconds by part, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.parts: dict[str, PartTime] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time of the `with` block towards `name`."""
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
            with self._lock:
                total = self.parts.setdefault(name, PartTime())
                total.wall += wall
                total.cpu += cpu
                total.calls += 1
