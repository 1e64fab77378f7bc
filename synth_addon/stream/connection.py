"""One socket to a stream."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import zmq

from .. import __version__
from .address import StreamAddress
from .errors import StreamError, WireError
from .frame_layout import FrameLayout, layout_from_json
from .frame_row import FrameRow
from .ring import Ring, RingAddress, address_from_json, open_ring
from .wire import FROM_STREAM, MOST_HEADER_BYTES, PROTOCOL, Header, packed, unpacked

_HEARTBEAT_MS = 1000
_PATIENCE_MS = 5000
_BUFFER_BYTES = 4 << 20
_ASK_AGAIN_S = 3.0
_SILENCE_S = 15.0
_MOST_PART_BYTES = 1 << 31


@dataclass(frozen=True)
class Welcome:
    """What a stream says of itself.

    Attributes:
        recipe: its name, seed and views of a scene.
        slots: the most frames that it can hold at once.
    """

    layout: FrameLayout
    ring: RingAddress
    recipe: dict[str, Any]
    slots: int


class Connection:
    """Talks to a stream; for one thread at a time, in the process that made it.

    Args:
        trainer: process and dataset that the frames are for.
        epoch: iteration of that dataset.
        patience_s: how long the stream may say nothing.
    """

    def __init__(
        self,
        address: StreamAddress,
        trainer: str,
        epoch: str,
        patience_s: float = _SILENCE_S,
    ) -> None:
        self.address = address
        self._patience_s = patience_s
        self._hello = packed(
            "hello",
            protocol=PROTOCOL,
            synth=__version__,
            token=address.token,
            trainer=trainer,
            epoch=epoch,
            process=os.getpid(),
            host=platform.node(),
        )
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        for option, value in (
            (zmq.LINGER, 500),
            (zmq.HEARTBEAT_IVL, _HEARTBEAT_MS),
            (zmq.HEARTBEAT_TIMEOUT, _PATIENCE_MS),
            (zmq.RECONNECT_IVL, 100),
            (zmq.RECONNECT_IVL_MAX, 1000),
            (zmq.MAXMSGSIZE, _MOST_PART_BYTES),
            (zmq.RCVBUF, _BUFFER_BYTES),
        ):
            self._socket.setsockopt(option, value)
        self._socket.setsockopt(zmq.IDENTITY, b"r" + os.urandom(15))
        if address.keys is not None:
            address.keys.use(self._socket)
        try:
            self._socket.connect(address.url)
        except zmq.ZMQError as error:
            self.close()
            raise StreamError(
                f"{address.url}: is no address of a stream: {error}. Give tcp://HOST:PORT"
            ) from error
        try:
            self.welcome = self._meet()
        except BaseException:
            self.close()
            raise
        self.ring = self._open_ring()

    def ask(self, request: int, count: int) -> None:
        """Ask for frames under a number."""
        transport = "shared" if self.ring is not None else "tcp"
        self._send(packed("more", request=request, count=count, transport=transport))

    def frames(self, request: int, count: int) -> list[FrameRow] | None:
        """Wait for the frames that were asked for; None if there will be none.

        Their texts and arrays are to be read next, with `part` and `part_into`.

        Raises:
            StreamError: the stream is gone.
        """
        while True:
            header = self._await(request, ("frames", "end"), lambda: self.ask(request, count))
            if header["kind"] == "end":
                return None
            return [FrameRow(*row) for row in header["frames"]]

    def part(self) -> bytes:
        """Return the next part of the message under way.

        Raises:
            WireError: there is none.
        """
        self._expect_part()
        part: bytes = self._socket.recv(zmq.NOBLOCK)
        return part

    def part_of(self, size: int) -> memoryview:
        """Return the next part of the message under way, as ZeroMQ has received it.

        Raises:
            WireError: there is none, or it has another size.
        """
        self._expect_part()
        buffer: memoryview = self._socket.recv(zmq.NOBLOCK, copy=False).buffer
        if buffer.nbytes != size:
            raise WireError(f"an array of {buffer.nbytes} bytes instead of {size}")
        return buffer

    def part_into(self, buffer: memoryview) -> None:
        """Read the next part of the message under way into a buffer of its size.

        Raises:
            WireError: there is none, or it has another size.
        """
        self._expect_part()
        size = self._socket.recv_into(buffer, flags=zmq.NOBLOCK)
        if size != buffer.nbytes:
            raise WireError(f"an array of {size} bytes instead of {buffer.nbytes}")

    def claim(self, fillings: Iterable[Sequence[int]]) -> None:
        """Say that frames are used whose slots this machine does not share."""
        self._send(packed("claim", fillings=[list(filling) for filling in fillings]))

    def ask_for(self, kind: str, request: int, **values: Any) -> Header:
        """Ask something and return the answer; the body of a reply is to be read with `part`.

        Raises:
            StreamError: the stream is gone, or refuses; or the message is too long for it.
        """
        message = packed(kind, request=request, **values)
        if len(message) > MOST_HEADER_BYTES:
            raise StreamError(
                f"a {kind} of {len(message)} bytes; the most are {MOST_HEADER_BYTES}. Send less"
            )
        self._send(message)
        return self._await(request, ("updated", "statistics", "reply", "failed"))

    def bye(self, passed: int = 0) -> None:
        """Say goodbye and close.

        Args:
            passed: number of the last request whose frames somebody has got; others get the rest.
        """
        self._send(packed("bye", passed=passed))
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
        self._context.term()

    def _meet(self) -> Welcome:
        self._send(self._hello)
        header = self._await(0, ("welcome",), lambda: self._send(self._hello))
        try:
            return Welcome(
                layout_from_json(header["layout"]),
                address_from_json(header["ring"]),
                dict(header["recipe"]),
                header["batch"],
            )
        except ValueError as error:
            raise StreamError(f"{self.address.url}: is no stream of Synth: {error}") from error

    def _open_ring(self) -> Ring | None:
        """Return the ring if this machine is the stream's and lets this process see it."""
        if not self.address.is_local:
            return None
        try:
            return open_ring(self.welcome.layout, self.welcome.ring)
        except (OSError, ValueError):
            return None

    def _await(self, request: int, kinds: tuple[str, ...], again: Any = lambda: None) -> Header:
        """Return the answer to a request, waiting as long as the stream shows that it lives."""
        heard = asked = time.monotonic()
        while True:
            if not self._socket.poll(200):
                now = time.monotonic()
                if now - heard > self._patience_s:
                    raise StreamError(
                        f"{self.address.url}: nobody has answered for {self._patience_s:.0f} s. "
                        "Is `synth stream` running there, and is it the address that it has told?"
                    )
                if now - max(heard, asked) > _ASK_AGAIN_S:
                    again()
                    asked = now
                continue
            header = self._read_header()
            if header is None:
                continue
            heard = time.monotonic()
            if header["kind"] == "refused" and "say hello" in header["message"]:
                self._return()  # the stream is another than before
                again()
            elif header["kind"] == "refused":
                raise StreamError(f"{self.address.url}: {header['message']}")
            elif header["kind"] in kinds and header.get("request", request) == request:
                return header
            else:
                self._skip_parts()

    def _return(self) -> None:
        self._send(self._hello)
        self.welcome = self._meet()
        self.ring = self._open_ring()

    def _read_header(self) -> Header | None:
        try:
            return unpacked(self._socket.recv(zmq.NOBLOCK), FROM_STREAM)
        except WireError:
            self._skip_parts()
            return None

    def _expect_part(self) -> None:
        if not self._socket.getsockopt(zmq.RCVMORE):
            raise WireError("a message with too few parts")

    def _skip_parts(self) -> None:
        while self._socket.getsockopt(zmq.RCVMORE):
            self._socket.recv(zmq.NOBLOCK)

    def _send(self, message: bytes) -> None:
        try:
            self._socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            return  # as many wait as may; the answer is missed and asked for again
