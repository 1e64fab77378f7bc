"""What a script has registered, in the instance that runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .errors import ScriptError
from .json_arrays import plain
from .script_faults import ScriptFaults
from .script_frame import Frame, Stage
from .script_parameters import check_parameters, kind_of

FrameHook = Callable[[Frame], object]
CommandHook = Callable[[Any], Any]


class Hooks:
    """Callbacks and parameters of one script.

    Args:
        path: the script's file.
        given: values that its parameters get instead of their own.

    Attributes:
        parameters: their present values, as the script sees them.
    """

    def __init__(self, path: Path, stage: Stage, given: Mapping[str, Any]) -> None:
        self.path, self.stage = path, stage
        self.pre_frame: list[FrameHook] = []
        self.post_frame: list[FrameHook] = []
        self.command: CommandHook | None = None
        self.parameters = SimpleNamespace()
        self._given = dict(given)

    @property
    def makes_frames(self) -> bool:
        """Whether it makes frames by itself, not on command alone."""
        return bool(self.pre_frame or self.post_frame)

    def to_json(self) -> dict[str, Any]:
        """Return what the stream is told of it."""
        return {
            "makes_frames": self.makes_frames,
            "takes_commands": self.command is not None,
            "parameters": dict(vars(self.parameters)),
        }

    def declare(self, values: Mapping[str, Any]) -> None:
        """Add parameters.

        Raises:
            UsageError: a value is no JSON, or one was given that is of another kind.
        """
        for name, value in values.items():
            kind_of(name, value)
        vars(self.parameters).update(values)
        given = {name: value for name, value in self._given.items() if name in values}
        check_parameters(given, values)
        vars(self.parameters).update(given)

    def set(self, values: Mapping[str, Any]) -> None:
        """Give parameters new values."""
        vars(self.parameters).update(values)

    def check(self) -> None:
        """Let a script pass that has been run and can be used.

        Raises:
            ScriptError: it registers nothing.
            UsageError: a value was given for a parameter that it has not declared.
        """
        check_parameters(self._given, vars(self.parameters))
        if not self.makes_frames and self.command is None:
            raise ScriptError(
                f"{self.path.name}: registers nothing. Register a function with @script.pre_frame, "
                "@script.post_frame or @script.on_command"
            )

    def call(self, hooks: list[FrameHook], kind: str, frame: Frame) -> None:
        """Call what is registered for a frame.

        Raises:
            ScriptError: one has raised.
        """
        for hook in hooks:
            with ScriptFaults(self.path, f"{kind} {_name(hook)} of frame {frame.number}"):
                hook(frame)

    def answer(self, body: Any) -> Any:
        """Return the reply to a command, as JSON can hold it.

        Raises:
            ScriptError: there is none; the script can go on.
        """
        if self.command is None:
            raise ScriptError(f"{self.path.name}: takes no commands. Register @script.on_command")
        with ScriptFaults(self.path, f"on_command {_name(self.command)}"):
            return plain(self.command(body), "reply")


CURRENT: ContextVar[Hooks] = ContextVar("hooks of the script that runs here")


def _name(hook: Callable[..., object]) -> str:
    return getattr(hook, "__name__", type(hook).__name__)
