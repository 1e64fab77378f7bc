"""One ``synth generate`` in a process of its own, watched through the JSON lines that it writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO, Literal

State = Literal["starting", "running", "stopping", "done", "cancelled", "failed"]
INTERRUPTED = 130
_KEPT_LINES = 20
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
        self._errors: list[str] = []
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            start_new_session=sys.platform != "win32",
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._errors_reader = threading.Thread(
            target=self._read_errors, args=(self._process.stderr,), daemon=True
        )
        self._errors_reader.start()
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), daemon=True
        )
        self._reader.start()

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
        if self._process.poll() is None:
            self._change(state="stopping")
            self._process.send_signal(_STOP)

    def kill(self) -> None:
        """End the process at once; the dataset stays as it can be resumed."""
        self._process.kill()
        self.wait()

    def wait(self) -> Progress:
        """Wait until the process has ended and return how."""
        self._process.wait()
        self._reader.join()
        return self.progress

    def _change(self, **values: object) -> None:
        with self._lock:
            self._progress = replace(self._progress, **values)  # type: ignore[arg-type]

    def _read(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                event = _event(line)
                if event is not None:
                    self._take(event)
        code = self._process.wait()
        self._errors_reader.join()
        self._end(code)

    def _read_errors(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self._errors = [*self._errors[1 - _KEPT_LINES :], line.rstrip()]

    def _take(self, event: Mapping[str, object]) -> None:
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

    def _follow(self, event: Mapping[str, object]) -> None:
        last = self.progress
        before = last.before if event["scene"] == last.scene else last.frame
        self._change(frame=event["frame"], scene=event["scene"], before=before)

    def _end(self, code: int) -> None:
        if code == 0:
            self._change(state="done", message="")
        elif code == INTERRUPTED or self.progress.state == "stopping":
            self._change(state="cancelled")
        else:
            last = self._errors[-1] if self._errors else ""
            self._has_died = not self._explained
            ended = f"the process ended with status {code}. {last}".strip()
            message = self.progress.message if self._explained else ended
            self._change(state="failed", message=message)


def _event(line: str) -> Mapping[str, object] | None:
    """Return the event that a line holds; other programs print to the same place."""
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None
