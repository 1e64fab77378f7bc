"""The socket that readers of a stream connect to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import zmq

from ..stream.errors import StreamError, WireError
from ..stream.keys import ServerKeys
from ..stream.wire import FROM_READERS, MOST_HEADER_BYTES, Header, unpacked

_HEARTBEAT_MS = 1000
_PATIENCE_MS = 5000
_LINGER_MS = 300
_BUFFER_BYTES = 512 << 10
_MOST_AT_ONCE = 256
LOOPBACK = ("tcp://127.0.0.1:", "tcp://localhost:", "ipc://")


class Said(NamedTuple):
    """What a peer has said; `header` is None if it does not follow the protocol."""

    identity: bytes
    header: Header | None
    fault: str = ""


class Door:
    """A ROUTER, bound.

    Args:
        address: ``tcp://HOST:PORT``; port ``*`` lets the system choose.
        keys: without them it opens on loopback alone.

    Raises:
        StreamError: it cannot be bound.
    """

    def __init__(self, address: str, keys: ServerKeys | None = None) -> None:
        if keys is None and not address.startswith(LOOPBACK):
            raise StreamError(
                f"--address {address}: reachable from other machines, so it needs keys. "
                "Make them with `synth keys DIR` and add --keys DIR, or use tcp://127.0.0.1:*"
            )
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._authenticator = keys.guard(self._context, self._socket) if keys else None
        for option, value in (
            (zmq.ROUTER_MANDATORY, 1),
            (zmq.ROUTER_HANDOVER, 1),
            (zmq.MAXMSGSIZE, MOST_HEADER_BYTES),
            (zmq.HEARTBEAT_IVL, _HEARTBEAT_MS),
            (zmq.HEARTBEAT_TIMEOUT, _PATIENCE_MS),
            (zmq.SNDBUF, _BUFFER_BYTES),
        ):
            self._socket.setsockopt(option, value)
        # or smaller arrays would be copied, and pile up for a peer that takes none
        self._socket.copy_threshold = 0
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        try:
            self._socket.bind(address)
        except zmq.ZMQError as error:
            self.close()
            raise StreamError(
                f"--address {address}: cannot be opened: {error}. Give another, or "
                "tcp://127.0.0.1:* to let the system choose the port"
            ) from error

    @property
    def address(self) -> str:
        """Where it is, the port included."""
        return self._socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def watch(self, inbox: Any) -> None:
        """Let `poll` end when an inbox has something, too."""
        self._poller.register(inbox, zmq.POLLIN)

    def poll(self, seconds: float) -> None:
        """Wait until somebody has said something, at most so long."""
        self._poller.poll(max(1, round(seconds * 1000)))

    def messages(self) -> Iterator[Said]:
        """Yield what peers have said; some, so that instances have their turn."""
        for _ in range(_MOST_AT_ONCE):
            if not int(self._socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:
                return
            identity, *parts = self._socket.recv_multipart(zmq.NOBLOCK)
            if len(parts) != 1:
                yield Said(identity, None, f"{len(parts)} parts instead of one")
                continue
            try:
                yield Said(identity, unpacked(parts[0], FROM_READERS))
            except WireError as error:
                yield Said(identity, None, str(error))

    def send(
        self, identity: bytes, header: bytes, parts: Sequence[Any] = ()
    ) -> zmq.MessageTracker | None:
        """Send to a peer; arrays are read by the socket itself, without a copy.

        Returns:
            what knows whether the arrays are still needed; None without arrays.

        Raises:
            ConnectionError: the peer cannot be reached, or takes nothing.
        """
        try:
            self._socket.send(identity, zmq.SNDMORE | zmq.NOBLOCK)
            if not parts:
                self._socket.send(header, zmq.NOBLOCK)
                return None
            self._socket.send(header, zmq.SNDMORE | zmq.NOBLOCK)
            return self._send_parts(parts)
        except zmq.ZMQError as error:
            raise ConnectionError(str(error)) from error

    def _send_parts(self, parts: Sequence[Any]) -> zmq.MessageTracker:
        trackers = []
        for place, part in enumerate(parts, start=1):
            more = zmq.SNDMORE if place < len(parts) else 0
            is_text = isinstance(part, bytes)
            tracker = self._socket.send(part, more | zmq.NOBLOCK, copy=is_text, track=not is_text)
            trackers += [tracker] if tracker is not None else []
        return zmq.MessageTracker(*trackers)

    def close(self) -> None:
        """Close the socket; what is on its way has a moment to arrive."""
        self._socket.close(_LINGER_MS)
        if self._authenticator is not None:
            self._authenticator.stop()
        self._context.term()
