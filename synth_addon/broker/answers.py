"""What the broker sends to readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..stream.frame_row import runs_of
from ..stream.ring import Ring
from ..stream.wire import packed
from .door import Door
from .reader import Reader, Request
from .slot_table import Content


class Answers:
    """Sends through a door. What a reader cannot be sent now it will ask for again.

    Frames in shared memory are told of together when `flush` is called, those through TCP at once.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._grouped: dict[bytes, list[tuple[int, Sequence[Content]]]] = {}

    def say(self, identity: bytes, header: bytes, parts: Sequence[bytes] = ()) -> bool:
        """Send a header and parts; return whether the peer can be reached."""
        try:
            self._door.send(identity, header, parts)
        except ConnectionError:
            return False
        return True

    def reach(self, identity: bytes) -> bool:
        """Tell whether a peer can be reached."""
        return self.say(identity, packed("ping"))

    def give(
        self, ring: Ring, reader: Reader, request: Request, contents: Sequence[Content]
    ) -> None:
        """Answer a request with frames."""
        if request.transport == "shared":
            self._grouped.setdefault(reader.identity, []).append((request.number, contents))
            return
        header = packed("frames", answers=[(request.number, [content.row for content in contents])])
        try:
            sending = self._door.send(reader.identity, header, _parts(ring, contents))
        except ConnectionError:
            return
        if sending is None:
            return
        for content in contents:
            content.sendings = (*(s for s in content.sendings if not s.done), sending)

    def flush(self) -> None:
        """Tell each reader of its frames in shared memory, in one message."""
        for identity, answers in self._grouped.items():
            rows = [(number, [content.row for content in given]) for number, given in answers]
            contents = [content for _, given in answers for content in given]
            texts = [content.text for content in contents if content.text is not None]
            self.say(identity, packed("frames", answers=rows), texts)
        self._grouped.clear()


def _parts(ring: Ring, contents: Sequence[Content]) -> list[Any]:
    """Return all texts in one part, then of each array the frames of each run of slots."""
    rows = [content.row for content in contents]
    texts = [
        content.text or ring.text(content.row.slot, content.row.text_bytes) for content in contents
    ]
    arrays = [
        ring.arrays(slice(rows[first].slot, rows[end - 1].slot + 1), number)
        for number in range(len(ring.layout.arrays))
        for first, end in runs_of(rows)
    ]
    return [b"".join(texts), *arrays]
