"""Scenes that are computed while earlier ones are rendered."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Executor, Future
from typing import Any

from .errors import SynthError
from .settling import Request, Settled, Steps
from .timing import PartTimes


class Preparation:
    """One scene on its way: a thread computes, the renderer's does what only that may do.

    Args:
        scene: its index.
        steps: settle it.
        thread: takes each step; one after the other, also of several scenes.
    """

    def __init__(self, scene: int, steps: Steps, thread: Executor, times: PartTimes) -> None:
        self.scene = scene
        self._steps, self._thread, self._times = steps, thread, times
        self._next: Future[Request | Settled] = thread.submit(_advance, steps, None)

    @property
    def needs_help(self) -> bool:
        """Whether the renderer's thread is waited for."""
        return self._request() is not None

    def help(self) -> None:
        """Do what the renderer's thread is waited for, if anything; errors wait for `finish`."""
        if (request := self._request()) is not None:
            try:
                self._answer(request)
            except SynthError as error:
                self._next = Future()
                self._next.set_exception(error)

    def finish(self) -> Settled:
        """Do and await all that is left.

        Raises:
            SynthError: of `settling.steps_to_settle`, or of the renderer.
        """
        while True:
            with self._times.part("wait"):
                found = self._next.result()
            if not isinstance(found, Request):
                return found
            self._answer(found)

    def _request(self) -> Request | None:
        if not self._next.done() or self._next.exception() is not None:
            return None
        found = self._next.result()
        return found if isinstance(found, Request) else None

    def _answer(self, request: Request) -> None:
        with self._times.part(request.part):
            answer = request.do()
        self._next = self._thread.submit(_advance, self._steps, answer)


def _advance(steps: Generator[Request, Any, Settled], answer: object) -> Request | Settled:
    """Return what the steps ask for next, or their outcome."""
    try:
        return steps.send(answer)
    except StopIteration as end:
        settled: Settled = end.value
        return settled
