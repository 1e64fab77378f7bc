"""One ``synth generate`` in a process of its own, watched through the JSON lines that it writes."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .json_process import JsonProcess
from .protocol import Message

State = Literal["starting", "running", "stopping", "done", "cancelled", "failed"]
INTERRUPTED = 130
_STOP = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)
"""What a console's Ctrl-C sends; Windows sends that to no process group of its own."""


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        done, total: frames of this run.
        seconds: since the first frame was begun, up to the last that is finished.
        size: bytes of the frames' files, known when all are made.
        frame: number of the frame that was rendered last, and `scene` its scene; -1 before.
        before: number of the last frame of the scene before, whose files are complete; -1 without.
        message: the error that ended it, or the last warning.
    """

    state: State = "starting"
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    size: int = 0
    frame: int = -1
    scene: int = -1
    before: int = -1
    message: str = ""


class WorkerProcess:
    """A job under way.

    Args:
        command: program and arguments; it must be told to write JSON lines.
        environment: variables on top of this process' own.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._progress = Progress()
        self._began = 0.0
        self._explained = self._has_died = False
        self._process = JsonProcess(command, environment, self._take, self._end)

    @property
    def progress(self) -> Progress:
        """How far the job is now."""
        with self._lock:
            return self._progress

    @property
    def has_died(self) -> bool:
        """Whether it ended without a word of why: killed, or crashed."""
        return self._has_died

    @property
    def is_active(self) -> bool:
        """Whether the process still has something to do."""
        return self.progress.state in ("starting", "running", "stopping")

    def interrupt(self) -> None:
        """Ask the job to stop after the current frame; finished scenes stay."""
        if self._process.code is None:
            self._change(state="stopping")
            self._process.signal(_STOP)

    def kill(self) -> None:
        """End the process at once; the dataset stays as it can be resumed."""
        self._process.kill()
        self.wait()

    def wait(self) -> Progress:
        """Wait until the process has ended and return how."""
        self._process.wait()
        return self.progress

    def _change(self, **values: object) -> None:
        with self._lock:
            self._progress = replace(self._progress, **values)  # type: ignore[arg-type]

    def _take(self, event: Message) -> None:
        state = "stopping" if self.progress.state == "stopping" else "running"
        match event["event"]:
            case "start":
                self._began = time.monotonic()
                self._change(state=state, total=event["frames"])
            case "frame":
                seconds = time.monotonic() - self._began
                self._change(done=event["done"], total=event["total"], seconds=seconds)
                self._follow(event)
            case "done":
                self._change(size=event["bytes"])
            case "convex_parts":
                message = f"Splitting {event['mesh']} into convex parts"
                self._change(message=f"{message}, {event['number']} of {event['total']}")
            case "warning":
                self._change(message=str(event["message"]))
            case "error":
                self._explained = True
                self._change(message=str(event["message"]))

    def _follow(self, event: Message) -> None:
        last = self.progress
        before = last.before if event["scene"] == last.scene else last.frame
        self._change(frame=event["frame"], scene=event["scene"], before=before)

    def _end(self, process: JsonProcess) -> None:
        code = process.code
        if code == 0:
            self._change(state="done", message="")
        elif code == INTERRUPTED or self.progress.state == "stopping":
            self._change(state="cancelled")
        else:
            self._has_died = not self._explained
            message = self.progress.message
            if self._has_died:
                message = process.reason_of_end()
            self._change(state="failed", message=message)
