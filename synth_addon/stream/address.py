"""Where a stream is, and what it takes to be let in."""

from __future__ import annotations

from dataclasses import dataclass

from .keys import ClientKeys


@dataclass(frozen=True)
class StreamAddress:
    """Enough to read a stream from any process.

    Attributes:
        url: such as ``tcp://127.0.0.1:5555``.
        token: that the stream asks for; empty for none.
        keys: for streams that other machines can reach.
    """

    url: str
    token: str = ""
    keys: ClientKeys | None = None

    @property
    def is_local(self) -> bool:
        """Whether it names this machine, whose memory can be shared."""
        return self.url.startswith(("tcp://127.", "tcp://localhost:", "ipc://"))
