"""A stream, seen from the program that reads it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .address import StreamAddress
from .claims import close_connection, process_connection
from .errors import StreamError
from .frames import StreamBatch, StreamFrame, same
from .json_arrays import decoded, plain
from .keys import client_keys
from .reading import Reading, counts_of


class Stream:
    """A running stream: its frames, its statistics, and its recipe's knobs.

    May be given to other processes; each makes its own connections.
    """

    def __init__(self, address: StreamAddress) -> None:
        self.address = address
        self._start()

    def _start(self) -> None:
        self._iterations = itertools.count(1)

    def __getstate__(self) -> StreamAddress:
        return self.address

    def __setstate__(self, address: StreamAddress) -> None:
        self.address = address
        self._start()

    @property
    def recipe(self) -> Mapping[str, Any]:
        """Name, seed and views of a scene of the recipe, as ``name``, ``seed`` and ``views``."""
        with process_connection(self.address) as connection:
            return connection.welcome.recipe

    def batches(self, batch_size: int, frames: int | None = None) -> Iterator[StreamBatch]:
        """Yield batches of numpy arrays.

        Args:
            frames: how many frames in all; None for as many as there are.

        Raises:
            StreamError: the stream is gone.
        """
        return self._reading(batch_size, frames).batches()

    def frames(self, frames: int | None = None) -> Iterator[StreamFrame]:
        """Yield frames one by one, as numpy arrays.

        Raises:
            StreamError: the stream is gone.
        """
        for frame in self._reading(1, frames).batches(StreamFrame):
            assert isinstance(frame, StreamFrame)
            yield frame

    def update(self, changes: Mapping[str, Any]) -> int:
        """Change the recipe, or parameters of the script, while it runs; return the new version.

        Every instance makes its next scenes with it; frames say which version made them.

        Args:
            changes: new values by dotted path in the recipe, such as
                ``{"objects.cup.weight": 2.0, "lights.energy": {"uniform": [50, 400]}}``; or by name
                of the parameters that the script has declared.

        Raises:
            StreamError: recipe or script do not allow it; nothing has changed. Or the stream is
                gone.
        """
        return int(self._ask("update", changes=dict(changes))["version"])

    def statistics(self) -> Mapping[str, Any]:
        """Return how the stream goes: rate, queue, instances, counts of classes and more.

        Raises:
            StreamError: the stream is gone.
        """
        values: Mapping[str, Any] = self._ask("statistics")["values"]
        return values

    def command(self, body: Any, instance: int = 0) -> Any:
        """Send a value to the script of an instance and return its reply.

        It is answered between frames, by what the script has registered with
        ``@script.on_command``. Both values may hold numpy arrays.

        Args:
            body: numbers, texts, None, arrays, and lists and dicts of these; 1 MiB at most.
            instance: from 0; one that is still starting is waited for.

        Raises:
            StreamError: the script has raised, with its file and line; the instance has ended
                before it answered; the stream has no script, or is gone.
            TypeError: the value cannot be sent.
        """
        return self._ask("command", instance=instance, body=plain(body, "body"))["body"]

    def close(self) -> None:
        """Forget the stream; it goes on for others."""

    def _check(self) -> None:
        """Raise `StreamError` if it is known that the stream has ended."""

    def _reading(self, batch_size: int, frames: int | None) -> Reading:
        self._check()
        if batch_size < 1:
            raise ValueError(f"batch_size {batch_size}: must be at least 1")
        trainer = f"{os.getpid()}:{id(self)}-{next(self._iterations)}"
        return Reading(self.address, trainer, "", counts_of(frames, batch_size, 0, 1), same)

    def _ask(self, kind: str, **values: Any) -> Mapping[str, Any]:
        self._check()
        with process_connection(self.address) as connection:
            answer: Mapping[str, Any] = connection.ask_for(kind, **values)
            if answer["kind"] == "reply":
                return {**answer, "body": decoded(connection.part())}
        if answer["kind"] == "failed":
            raise StreamError(answer["message"])
        return answer


def connect(address: str, keys: str | Path | None = None, token: str = "") -> Stream:
    """Return a stream that runs already.

    Args:
        address: as ``synth stream`` tells it, such as ``tcp://127.0.0.1:5555``.
        keys: folder of keys, for streams on other machines.
        token: that the stream was started with.

    Raises:
        StreamError: nobody answers, the versions differ, or the keys cannot be read.
    """
    found = client_keys(Path(keys)) if keys is not None else None
    stream = Stream(StreamAddress(address, token, found))
    close_connection(stream.address)  # one to a stream that was there before knows of its end
    _ = stream.recipe  # says hello, so that a wrong address is found out now
    return stream
