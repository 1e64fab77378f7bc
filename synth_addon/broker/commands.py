"""Commands of readers to the scripts of instances, and their replies."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import Any

from ..core.errors import UsageError
from ..farm.crew import Crew
from ..farm.pool_worker import PoolWorker
from ..farm.protocol import Message
from ..stream.errors import ScriptError, StreamError
from ..stream.wire import Header, packed
from .answers import Answers


@dataclass
class Command:
    """A command that is not answered yet.

    Attributes:
        identity: of its sender, and `request` the sender's number for it.
        worker: the instance that it is for.
        is_told: whether the instance has it; one that is still starting gets it when it is ready.
    """

    identity: bytes
    request: int
    body: Any
    worker: PoolWorker
    is_told: bool = False


class Commands:
    """Passes each command on to one instance; all are answered, also those of instances that die.

    Args:
        crew: the instances.
        answers: sends to readers.
    """

    def __init__(self, crew: Crew, answers: Answers) -> None:
        self._crew, self._answers = crew, answers
        self._open: dict[int, Command] = {}
        self._numbers = itertools.count(1)

    def ask(self, identity: bytes, header: Header) -> None:
        """Take a command.

        Raises:
            UsageError: there is no such instance.
        """
        workers = {worker.number: worker for worker in self._crew.workers}
        worker = workers.get(header["instance"])
        if worker is None:
            raise UsageError(f"instance {header['instance']}: there are 0 to {len(workers) - 1}")
        command = Command(identity, header["request"], header["body"], worker)
        self._open[next(self._numbers)] = command

    def take_reply(self, worker: PoolWorker, message: Message) -> None:
        """Send an instance's reply to whoever waits for it."""
        command = self._open.get(message["number"])
        if command is None or command.worker is not worker:
            return
        del self._open[message["number"]]
        if "error" in message:
            self._fail(command, ScriptError(message["error"]))
            return
        body = json.dumps(message["body"], separators=(",", ":")).encode()
        self._answers.say(command.identity, packed("reply", request=command.request), [body])

    def watch(self) -> None:
        """Tell instances that have become ready, and fail the commands of those that are gone."""
        for number, command in list(self._open.items()):
            worker = command.worker
            if not self._crew.has(worker):
                del self._open[number]
                text = f"instance {worker.number} has ended before it answered. {_REMEDY}"
                self._fail(command, StreamError(text))
            elif worker.state == "ready" and not command.is_told:
                command.is_told = True
                worker.tell({"command": {"number": number, "body": command.body}})

    def say_wait(self) -> None:
        """Tell those who wait that the stream lives."""
        for command in self._open.values():
            self._answers.say(command.identity, packed("wait", request=command.request))

    def _fail(self, command: Command, error: ScriptError | StreamError) -> None:
        kind = type(error).__name__
        failed = packed("failed", request=command.request, kind_of_error=kind, message=str(error))
        self._answers.say(command.identity, failed)


_REMEDY = "Another takes its place and knows nothing of what was: begin anew, as with a reset"
