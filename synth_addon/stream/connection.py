"""One socket to a stream."""

from __future__ import annotations

import itertools
import os
import platform
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
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
_BUFFER_BYTES = 512 << 10
_ASK_AGAIN_S = 3.0
_SILENCE_S = 15.0
_POLL_MS = 200
_LONGEST_POLL_S = 1.0
_MOST_PART_BYTES = 1 << 31
_ON_FRAMES = ("frames", "lost", "end", "claimed")


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
            (zmq.RCVTIMEO, _POLL_MS),
        ):
            self._socket.setsockopt(option, value)
        self._socket.setsockopt(zmq.IDENTITY, b"r" + os.urandom(15))
        self._numbers = itertools.count(1)
        self._claims: dict[int, bytes] = {}
        self._verdicts: dict[int, bool] = {}
        try:
            self._connect()
            self.welcome = self._meet()
        except BaseException:
            self.close()
            raise
        self.ring = self._open_ring()

    def _connect(self) -> None:
        try:
            if self.address.keys is not None:
                self.address.keys.use(self._socket)
            self._socket.connect(self.address.url)
        except zmq.ZMQError as error:
            raise StreamError(
                f"{self.address.url}: is no address of a stream: {error}. Give tcp://HOST:PORT"
            ) from error

    def number(self) -> int:
        """Return the number of a new request."""
        return next(self._numbers)

    def ask(self, requests: Mapping[int, int]) -> None:
        """Ask for frames.

        Args:
            requests: how many frames are wanted, by the numbers of the requests.
        """
        transport = "shared" if self.ring is not None else "tcp"
        self._send(packed("more", requests=list(requests.items()), transport=transport))

    def frames(self, asked: Mapping[int, int]) -> Iterator[tuple[int, list[FrameRow] | None]]:
        """Wait for an answer to requests or claims, and yield what frames it brings.

        Texts and arrays of each are to be read before the next, with `part` and `part_into`.

        Args:
            asked: how many frames were asked for, by the numbers of the requests.

        Yields:
            the number of a request, and its frames: none if they went to others, None if there
            will be no more.

        Raises:
            StreamError: the stream is gone.
            WireError: they are not what was asked for.
        """

        def again() -> None:
            if asked:
                self.ask(asked)
            for message in self._claims.values():
                self._send(message)

        header = self._await({*asked, *self._claims}, _ON_FRAMES, again)
        if header["kind"] == "claimed":
            del self._claims[header["request"]]
            self._verdicts[header["request"]] = bool(header["is_yours"])
            return
        if header["kind"] != "frames":
            yield header["request"], None if header["kind"] == "end" else []
            return
        left = dict(asked)
        for number, values in header["answers"]:
            rows, count = [FrameRow(*row) for row in values], left.pop(number, 0)
            if len(rows) > count:
                raise WireError(f"{len(rows)} frames; {count} were asked for")
            if max(row.slot for row in rows) >= self.welcome.ring.slots:
                raise WireError(f"a slot that is none of {self.welcome.ring.slots}")
            yield number, rows

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

    def claim(self, trainer: str, fillings: Iterable[Sequence[int]]) -> bool:
        """Say that a trainer is to use frames whose slots it does not share.

        Returns:
            whether they are its own yet; if not, others have them.

        Raises:
            StreamError: the stream is gone.
        """
        request = self.number()
        message = _claim(request, trainer, fillings)
        self._send(message)
        header = self._await((request,), ("claimed",), lambda: self._send(message))
        return bool(header["is_yours"])

    def ask_claim(self, trainer: str, fillings: Iterable[Sequence[int]]) -> int:
        """Say the same without waiting, and return the number of the claim.

        It is said again until it is answered: `frames` sees to it.
        """
        request = self.number()
        self._claims[request] = _claim(request, trainer, fillings)
        self._send(self._claims[request])
        return request

    def verdict(self, claim: int) -> bool | None:
        """Return what was answered to a claim; None as long as nothing was. It is told once."""
        return self._verdicts.pop(claim, None)

    def ask_for(self, kind: str, **values: Any) -> Header:
        """Ask something once and return the answer; the body of a reply is to be read with `part`.

        Raises:
            StreamError: the stream is gone, or refuses; or the message is too long for it.
        """
        request = self.number()
        message = packed(kind, request=request, **values)
        if len(message) > MOST_HEADER_BYTES:
            raise StreamError(
                f"a {kind} of {len(message)} bytes; the most are {MOST_HEADER_BYTES}. Send less"
            )
        self._send(message)
        kinds = ("updated", "statistics", "reply", "failed")
        return self._await((request,), kinds, lambda: self._send(message), is_asked_once=True)

    def bye(self, passed: int, missed: Sequence[int]) -> None:
        """Say goodbye and close.

        Args:
            passed: number of the last request whose frames somebody has got; others get the rest.
            missed: numbers of earlier ones whose frames have not come.
        """
        self._send(packed("bye", passed=passed, missed=list(missed)))
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
        self._context.term()

    def _meet(self) -> Welcome:
        self._send(self._hello)
        header = self._await((0,), ("welcome",), lambda: self._send(self._hello))
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

    def _await(
        self,
        requests: Container[int],
        kinds: tuple[str, ...],
        again: Callable[[], None],
        *,
        is_asked_once: bool = False,
    ) -> Header:
        """Return the answer to one of some requests, as long as the stream shows that it lives.

        Args:
            again: asks anew.
            is_asked_once: whether that is done only if the stream has not taken it.
        """
        silence = waited = 0.0
        while True:
            before = time.monotonic()
            header = self._read_header()
            # a process that was stopped meanwhile has not listened for so long
            took = min(time.monotonic() - before, _LONGEST_POLL_S)
            silence, waited = silence + took, waited + took
            if silence > self._patience_s:
                raise StreamError(self._silence())
            if waited > _ASK_AGAIN_S and not is_asked_once:
                again()
                waited = 0.0
            if header is None:
                continue
            is_answer = _is_answer(header, requests)
            if header["kind"] in kinds and is_answer:
                return header
            self._skip_parts()
            if header["kind"] == "refused":
                self._take_refusal(header["message"], kinds, again)
            elif header["kind"] == "wait" and is_answer:
                silence = waited = 0.0
            elif header["kind"] == "ping" and "welcome" not in kinds and not is_asked_once:
                silence = 0.0

    def _silence(self) -> str:
        return (
            f"{self.address.url}: nobody has answered for {self._patience_s:.0f} s. "
            "Is `synth stream` running there, is it the address that it has told, and are these "
            "the keys that it wants?"
        )

    def _take_refusal(
        self, message: str, kinds: tuple[str, ...], again: Callable[[], None]
    ) -> None:
        """Say hello to a stream that does not know this reader.

        Raises:
            StreamError: it refuses this reader for another reason.
        """
        if "say hello" not in message:
            raise StreamError(f"{self.address.url}: {message}")
        if "welcome" in kinds:
            return  # it is about what was said before the hello
        self.welcome = self._meet()
        self.ring = self._open_ring()
        again()

    def _read_header(self) -> Header | None:
        """Wait for a message and read its header; None if none comes soon, or a bad one."""
        try:
            return unpacked(self._socket.recv(), FROM_STREAM)
        except zmq.Again:
            return None
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


def _is_answer(header: Header, requests: Container[int]) -> bool:
    """Tell whether a message answers one of some requests, or is no answer at all."""
    numbers = [number for number, _ in header.get("answers", ())]
    numbers += [header["request"]] if "request" in header else []
    return not numbers or any(number in requests for number in numbers)


def _claim(request: int, trainer: str, fillings: Iterable[Sequence[int]]) -> bytes:
    rows = [list(filling) for filling in fillings]
    return packed("claim", request=request, trainer=trainer, fillings=rows)
