"""A worker's way into the ring: frames go into slots as soon as they are annotated."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.annotation import FrameAnnotation
from ..core.recipe.recipe import Recipe
from ..core.rendered_frame import RenderedFrame
from ..core.scene_spec import canonical_json
from ..farm.protocol import Message
from ..stream.frame_layout import FrameLayout, frame_layout
from ..stream.ring import Ring, address_from_json, open_ring

Say = Callable[..., None]
_MOST_ROWS = 16
_DELAY_S = 0.001
"""How long frames may wait to be told of together, as many as `_MOST_ROWS`."""

CHANNELS: Mapping[str, tuple[str, str, tuple[int, ...]]] = {
    "image": ("rgb", "uint8", (3,)),
    "depth": ("depth", "float32", ()),
    "normals": ("normals", "float32", (3,)),
    "instances": ("instance_ids", "uint16", ()),
    "coverage": ("coverage", "float32", ()),
    "albedo": ("albedo", "uint8", (3,)),
}
"""What a stream may carry: its attribute of `RenderedFrame`, type, and shape of a pixel."""


class Stopped(Exception):
    """The coordinator wants no more frames."""


def layout_of(recipe: Recipe, channels: tuple[str, ...]) -> FrameLayout:
    """Return the layout of a recipe's frames."""
    size = (recipe.camera.height_px, recipe.camera.width_px)
    arrays = {name: (CHANNELS[name][1], (*size, *CHANNELS[name][2])) for name in channels}
    return frame_layout(arrays)


class FramePublisher:
    """Fills the slots that the coordinator allots.

    Args:
        say: writes an event to the coordinator.
    """

    def __init__(self, layout: FrameLayout, say: Say) -> None:
        self.layout = layout
        self._say = say
        self._ring: Ring | None = None
        self._slots: deque[tuple[int, int]] = deque()
        self._reserved: deque[tuple[int, int]] = deque()
        self._changed = threading.Condition()
        self._is_stopped = False
        self._rows: list[tuple[int, ...]] = []
        self._telling = threading.Lock()
        self._has_rows = threading.Event()
        threading.Thread(target=self._flush_soon, daemon=True).start()

    def take(self, order: Message) -> None:
        """Take an order, in whichever thread."""
        with self._changed:
            if "ring" in order:
                self._ring = open_ring(self.layout, address_from_json(order["ring"]))
            self._slots.extend((slot, filling) for slot, filling in order.get("slots", ()))
            self._is_stopped |= "stop" in order
            self._changed.notify_all()

    @property
    def has_room(self) -> bool:
        """Whether `make_room` would not wait."""
        return bool(self._slots)

    def make_room(self) -> None:
        """Wait for a slot for one more frame.

        Raises:
            Stopped: none will come.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._slots or self._is_stopped)
            if self._is_stopped:
                raise Stopped
            self._reserved.append(self._slots.popleft())

    def publish(self, frame: RenderedFrame, annotation: FrameAnnotation, version: int) -> None:
        """Put a frame into the slot that waits for it longest."""
        arrays = [getattr(frame, CHANNELS[field.name][0]) for field in self.layout.arrays]
        counts = Counter(item.category for item in annotation.objects if item.visible_pixels)
        del counts[None]
        self.fill(
            arrays,
            canonical_json(annotation).encode(),
            (annotation.frame, annotation.scene, annotation.view, version, annotation.seed),
            classes=dict(counts),
        )

    def fill(
        self,
        arrays: list[NDArray[Any]],
        text: bytes,
        numbers: tuple[int, int, int, int, int],
        **values: Any,
    ) -> None:
        """Put arrays and text into a slot that `make_room` has waited for.

        Args:
            numbers: frame, scene, view, version and seed.
            values: what the coordinator is to be told besides; then it is told at once.
        """
        assert self._ring is not None
        slot, filling = self._reserved.popleft()
        for number, array in enumerate(arrays):
            np.copyto(self._ring.array(slot, number), array, casting="no")
        if not self._ring.set_text(slot, text):
            self.flush()
            values["text"] = text.decode()
        with self._telling:
            self._rows.append((slot, filling, 1, *numbers, len(text)))
            if values or len(self._rows) >= _MOST_ROWS:
                self._tell(**values)
            elif len(self._rows) == 1:
                self._has_rows.set()

    def flush(self) -> None:
        """Tell of all frames at once."""
        with self._telling:
            self._tell()

    def _tell(self, **values: Any) -> None:
        rows, self._rows = self._rows, []
        if rows:
            self._say("filled", rows=rows, **values)

    def _flush_soon(self) -> None:
        while True:
            self._has_rows.wait()
            self._has_rows.clear()
            time.sleep(_DELAY_S)
            self.flush()
