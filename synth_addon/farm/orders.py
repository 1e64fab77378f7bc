"""A worker's ear: the scenes that the coordinator orders, one after the other."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import IO

from .protocol import Message, parsed_object

ORPHANED = 143
"""Exit status of a worker whose coordinator is gone."""
_PAUSE_S = 0.2


class Orders:
    """Reads orders in a thread of its own.

    A worker whose coordinator is gone ends at once: whatever it would finish, nobody would enter in
    the journal.

    Attributes:
        scene: takes the number of an ordered scene, in that thread; at first it waits in `scenes`.
        other: takes orders that name no scene, in that thread; ``stop`` among them.
        is_stopped: whether there are to be no more.
    """

    def __init__(self, lines: IO[str]) -> None:
        self._queue: SimpleQueue[int | None] = SimpleQueue()
        self.scene: Callable[[int], None] = self._queue.put
        self.other: Callable[[Message], None] = lambda order: None
        self.is_stopped = False
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()

    def scenes(self, has_failed: Callable[[], bool]) -> Iterator[int]:
        """Yield ordered scenes as they come, until there are to be no more.

        Args:
            has_failed: tells whether work on earlier ones has failed, which also ends it.
        """
        while not self.is_stopped and not has_failed():
            try:
                scene = self._queue.get(timeout=_PAUSE_S)
            except Empty:
                continue
            if scene is None:
                return
            yield scene

    def known(self) -> int | None:
        """Take the next scene if it has been ordered already."""
        try:
            return self._queue.get_nowait()
        except Empty:
            return None

    def _read(self, lines: IO[str]) -> None:
        try:
            for line in lines:
                order = parsed_object(line)
                if order is not None:
                    self._take(order)
        finally:
            if not self.is_stopped:
                self._end()

    def _take(self, order: Message) -> None:
        if "scene" in order:
            self.scene(int(order["scene"]))
            return
        if "stop" in order:
            self.is_stopped = True
            self._queue.put(None)
        self.other(order)

    @staticmethod
    def _end() -> None:
        """End the process: a worker that hears no more orders would wait for ever."""
        if (error := sys.exception()) is not None:
            traceback.print_exception(error)
        os._exit(ORPHANED)
