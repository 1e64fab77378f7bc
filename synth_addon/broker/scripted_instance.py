"""An instance of a stream that runs a user's script: frames in turn with commands."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from ..farm.protocol import Message
from ..stream.errors import ScriptError
from ..stream.json_arrays import restored
from ..stream.script_frame import Frame
from ..stream.script_hooks import Hooks
from .frame_publisher import FramePublisher, Say


class ScriptedInstance:
    """Does what is ordered, all of it in the thread that calls `run`: Blender allows no other.

    Args:
        seed: of the frames' random streams.
        say: writes an event to the coordinator.
    """

    def __init__(self, hooks: Hooks, publisher: FramePublisher, seed: int, say: Say) -> None:
        self._hooks, self._publisher, self._seed, self._say = hooks, publisher, seed, say
        self._version = 0
        self._scenes: deque[int] = deque()
        self._turns: deque[Message] = deque()
        self._changed = threading.Condition()

    def take(self, order: Message) -> None:
        """Take an order, in whichever thread."""
        self._publisher.take(order)
        with self._changed:
            if order.keys() & _TURNS.keys():
                self._turns.append(order)
            self._changed.notify()

    def take_scene(self, scene: int) -> None:
        """Take the number of a frame to be made, in whichever thread."""
        with self._changed:
            self._scenes.append(scene)
            self._changed.notify()

    def run(self, is_stopped: Callable[[], bool]) -> None:
        """Work until there is to be no more.

        Raises:
            ScriptError: the script has raised where it makes frames.
            RenderError: a frame cannot be rendered.
        """
        while True:
            with self._changed:
                self._changed.wait_for(lambda: is_stopped() or self._turns or self._may_render)
                if is_stopped():
                    return
                order = self._turns.popleft() if self._turns else None
                scene = None if order else self._scenes.popleft()
            if order is not None:
                for name in order.keys() & _TURNS.keys():
                    _TURNS[name](self, order[name])
            elif scene is not None:
                self._make(scene)

    @property
    def _may_render(self) -> bool:
        return bool(self._scenes) and self._publisher.has_room

    def _make(self, number: int) -> None:
        hooks, frame = self._hooks, Frame(number, self._seed, self._hooks.stage)
        self._publisher.make_room()
        self._say("begin", scene=number)
        hooks.call(hooks.pre_frame, "pre_frame", frame)
        frame.image = hooks.stage.render()
        self._check_size(frame.image.shape)
        hooks.call(hooks.post_frame, "post_frame", frame)
        text = json.dumps(frame.published, separators=(",", ":"))
        numbers = (number, number, 0, self._version, self._seed)
        self._publisher.fill([frame.image], text.encode(), numbers)
        self._publisher.flush()
        self._say("scene", scene=number, entry="", bytes=0)

    def _check_size(self, shape: tuple[int, ...]) -> None:
        wanted = self._publisher.layout.arrays[0].shape
        if shape != wanted:
            raise ScriptError(
                f"{self._hooks.path.name}: a picture of {shape[1]} x {shape[0]} pixels; those "
                f"before had {wanted[1]} x {wanted[0]}. Set the size when the script starts, once, "
                "and leave Crop to Render Region off"
            )

    def _answer(self, command: Message) -> None:
        number = command["number"]
        try:
            reply = self._hooks.answer(restored(command["body"]))
        except ScriptError as error:
            self._say("reply", number=number, error=str(error))
        else:
            self._say("reply", number=number, body=reply)

    def _update(self, update: Message) -> None:
        self._hooks.set(update["parameters"])
        self._version = update["version"]


_TURNS: dict[str, Callable[[ScriptedInstance, Any], None]] = {
    "command": ScriptedInstance._answer,
    "update": ScriptedInstance._update,
}
"""What is done between frames, by the key of its order."""
