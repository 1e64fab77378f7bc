"""The script of a stream and its parameters while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..farm.protocol import Message
from ..stream.script_parameters import check_parameters


class ScriptSource:
    """A `FrameSource` whose frames a script makes; what it registers, the first instance tells."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed, self.views = name, seed, 1
        self.version = 0
        self.makes_frames = self.takes_commands = False
        self._parameters: dict[str, Any] | None = None

    def meet(self, hello: Message) -> None:
        """Learn what the script has registered."""
        script = hello["script"]
        self.makes_frames, self.takes_commands = script["makes_frames"], script["takes_commands"]
        if self._parameters is None:
            self._parameters = dict(script["parameters"])

    def order(self) -> Mapping[str, Any]:
        """Return what instances are told of the newest values."""
        return {"update": {"version": self.version, "parameters": self._parameters}}

    def update(self, changes: Mapping[str, Any]) -> int:
        """Set parameters and return the new version.

        Raises:
            UsageError: the script has no such parameter, or a value is of another kind.
        """
        parameters = self._parameters or {}
        check_parameters(changes, parameters)
        self._parameters = {**parameters, **changes}
        self.version += 1
        return self.version
