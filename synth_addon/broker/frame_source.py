"""What the frames of a stream are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..farm.protocol import Message


class FrameSource(Protocol):
    """A recipe, or a script, with its changes while the stream runs.

    Attributes:
        name, seed: of the recipe or script.
        views: frames of each scene.
        version: how many changes there were.
        makes_frames: whether instances make frames by themselves.
        takes_commands: whether they answer commands.
    """

    @property
    def name(self) -> str: ...

    @property
    def seed(self) -> int: ...

    @property
    def views(self) -> int: ...

    @property
    def version(self) -> int: ...

    @property
    def makes_frames(self) -> bool: ...

    @property
    def takes_commands(self) -> bool: ...

    def meet(self, hello: Message) -> None:
        """Learn what an instance says of it."""

    def order(self) -> Mapping[str, Any]:
        """Return what instances are told of the newest version."""

    def update(self, changes: Mapping[str, Any]) -> int:
        """Apply changes and return the new version.

        Raises:
            SynthError: they cannot be made; nothing has changed.
        """
