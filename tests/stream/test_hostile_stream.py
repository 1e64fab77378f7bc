"""A stream that follows no protocol: a reader says so in bounded time, and never hangs or dies."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq

from synth_addon.stream import Stream, StreamError, connection
from synth_addon.stream.address import StreamAddress
from synth_addon.stream.frame_layout import frame_layout
from synth_addon.stream.ring import Ring, create_ring
from synth_addon.stream.wire import packed

from .conftest import Far

LAYOUT = frame_layout({"image": ("uint8", (4, 5, 3)), "depth": ("float32", (4, 5))}, 64)
SLOTS = 6
PATIENCE_S = 2.0
LIMIT_S = 60.0
Answer = Callable[[dict[str, Any]], Sequence[bytes] | None]


class Impostor:
    """Answers readers as a test wants it."""

    def __init__(self, answer: Answer, flood: bytes | None) -> None:
        self._answer, self._flood = answer, flood
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self.address = f"tcp://127.0.0.1:{port}"
        self._ends = False
        self._known: set[bytes] = set()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._ends:
            for identity in self._known if self._flood is not None else ():
                with contextlib.suppress(zmq.Again):
                    self._socket.send_multipart([identity, self._flood or b""], zmq.NOBLOCK)
            if not self._socket.poll(20):
                continue
            identity, message = self._socket.recv_multipart()
            self._known.add(identity)
            parts = self._answer(json.loads(message))
            if parts is not None:
                self._socket.send_multipart([identity, *parts])

    def close(self) -> None:
        self._ends = True
        self._thread.join()
        self._socket.close()
        self._context.term()


@pytest.fixture
def impostor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Return the function that starts an impostor and returns its address."""
    monkeypatch.setattr(connection.Connection.__init__, "__defaults__", (PATIENCE_S,))
    monkeypatch.setattr(connection, "_ASK_AGAIN_S", 0.3)
    begun: list[Impostor] = []

    def begin(answer: Answer, flood: bytes | None = None) -> str:
        begun.append(Impostor(answer, flood))
        return begun[-1].address

    yield begin
    for one in begun:
        one.close()


@pytest.fixture
def ring() -> Ring:
    ring = create_ring(LAYOUT, SLOTS)
    ring.granted[:] = 1
    return ring


def welcome(**changes: Any) -> bytes:
    values = {
        "layout": LAYOUT.to_json(),
        "ring": {"path": "/nowhere", "token": "00" * 16, "slots": SLOTS},
        "recipe": {"name": "x", "seed": 0, "views": 1},
        "batch": SLOTS,
    }
    return packed("welcome", **{**values, **changes})


def row(slot: int = 0, text_bytes: int = 2, filling: int = 1, frame: int = 0) -> list[int]:
    return [slot, filling, 1, frame, frame, 0, 0, 0, text_bytes]


def frames(*rows: Any, request: int = 1) -> bytes:
    return packed("frames", answers=[[request, rows]])


def serving(hello: bytes, more: Callable[[int], Sequence[bytes] | None]) -> Answer:
    """Return what welcomes readers, and answers each request for frames by its number."""

    def answer(message: dict[str, Any]) -> Sequence[bytes] | None:
        if message["kind"] == "hello":
            return [hello]
        if message["kind"] == "claim":
            return [packed("claimed", request=message["request"], is_yours=True)]
        return more(message["requests"][0][0]) if message["kind"] == "more" else None

    return answer


def outcome(read: Callable[[], object]) -> Exception | object:
    """Return what came of reading; fail if it does not end."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(read())
        except (StreamError, ArithmeticError, LookupError, OSError, ValueError) as error:
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LIMIT_S)
    assert not thread.is_alive(), "hangs"
    return found[0]


def first_batch(address: str, *, is_far: bool = True) -> object:
    stream = Stream(Far(address) if is_far else StreamAddress(address))

    def read() -> object:
        batches = stream.batches(2)
        try:
            batch = next(batches)
            return {name: batch[name] for name in batch}
        finally:
            batches.close()

    return outcome(read)


GOOD_PARTS = [b"{}", b"x" * 60, b"y" * 80]


def test_what_is_good_is_read(impostor: Callable[..., str]) -> None:
    address = impostor(
        serving(welcome(), lambda request: [frames(row(), request=request), *GOOD_PARTS])
    )
    batch = first_batch(address)
    assert isinstance(batch, dict)
    assert (batch["image"] == ord("x")).all()
    assert batch["annotation"] == [{}]


@pytest.mark.parametrize(
    "hello",
    [
        welcome(layout={}),
        welcome(layout={"arrays": [], "text_bytes": 0}),
        welcome(layout={"arrays": [["image", "object", [1]]], "text_bytes": 0}),
        welcome(layout={"arrays": [["image", "uint8", [1 << 40]]], "text_bytes": 0}),
        welcome(layout={"arrays": [["image", "uint8", [float("inf")]]], "text_bytes": 0}),
        welcome(layout={"arrays": [["image", "uint8", [2]]], "text_bytes": float("inf")}),
        welcome(layout={"arrays": [["../x", "uint8", [2]]], "text_bytes": 0}),
        welcome(ring={}),
        welcome(ring={"path": "", "token": "", "slots": 10**9}),
        welcome(ring={"path": "", "token": "", "slots": float("inf")}),
    ],
    ids=range(10),
)
def test_welcomes_that_are_none_are_refused(impostor: Callable[..., str], hello: bytes) -> None:
    error = first_batch(impostor(lambda message: [hello]))
    assert isinstance(error, StreamError), error
    assert "is no stream of Synth" in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [b""],
        [b"no JSON"],
        [b"[" * 100_000],
        [packed("welcome")],
        [packed("wait")],
        [packed("refused", message=5)],
        [packed("frames", answers=[])],
        [packed("x" * 1000)],
        [b"x" * (2 << 20)],
        [welcome(batch=0)],
        [packed("refused", message="say hello first")],
    ],
    ids=range(12),
)
@pytest.mark.parametrize("is_flood", [False, True], ids=["answer", "flood"])
def test_one_that_never_welcomes_is_given_up(
    impostor: Callable[..., str], answer: list[bytes] | None, is_flood: bool
) -> None:
    flood = answer[0] if answer is not None and is_flood and len(answer[0]) < 1000 else None
    error = first_batch(impostor(lambda message: answer, flood))
    assert isinstance(error, StreamError), error
    assert "nobody has answered for 2 s" in str(error)


def test_a_refusal_is_told(impostor: Callable[..., str]) -> None:
    error = first_batch(impostor(lambda message: [packed("refused", message="not today")]))
    assert isinstance(error, StreamError)
    assert "not today" in str(error)


def test_one_that_forgets_the_reader_again_and_again_is_given_up(
    impostor: Callable[..., str],
) -> None:
    refusal = [packed("refused", message="say hello first")]
    greetings = itertools.count()

    def answer(message: dict[str, Any]) -> Sequence[bytes]:
        return [welcome()] if message["kind"] == "hello" and next(greetings) < 1 else refusal

    error = first_batch(impostor(answer))
    assert isinstance(error, StreamError), error


@pytest.mark.parametrize(
    "parts",
    [
        [frames()],
        [frames(row(), row(), row()), *GOOD_PARTS * 3],
        [frames(row(slot=SLOTS)), *GOOD_PARTS],
        [frames(row(slot=2**61)), *GOOD_PARTS],
        [frames(row())],
        [frames(row()), b"{}"],
        [frames(row()), b"{}", b"x" * 60],
        [frames(row()), b"{}", b"x" * 59, b"y" * 80],
        [frames(row()), b"{}", b"x" * 61, b"y" * 80],
        [frames(row()), b"{}", b"", b""],
        [frames(row()), b"{}", b"x" * (5 << 20), b"y" * 80],
        [frames(row()), b"no JSON", *GOOD_PARTS[1:]],
        [frames(row()), b"[" * 100_000, *GOOD_PARTS[1:]],
        [frames(row()), b"\xff\xfe", *GOOD_PARTS[1:]],
        [packed("frames", answers=[[1, [row()]], [1, [row()]]]), *GOOD_PARTS * 2],
        [packed("frames", answers=[[1, [row()]], [99, [row()]]]), *GOOD_PARTS * 2],
    ],
    ids=range(16),
)
def test_frames_that_are_none_are_refused(impostor: Callable[..., str], parts: list[bytes]) -> None:
    error = first_batch(impostor(serving(welcome(), lambda request: parts)))
    assert isinstance(error, StreamError), error


@pytest.mark.parametrize(
    "header",
    [
        packed("frames", answers=[[1, [[0]]]]),
        packed("frames", answers=[[1, [[0] * 8 + [-1]]]]),
        packed("frames", answers=[[1, [[0] * 8 + [2**70]]]]),
        packed("frames", answers=[[1, [["0"] * 9]]]),
        packed("frames", answers=[[1, [row()] * 5000]]),
        packed("frames", answers=[[99, [row()]]]),
        packed("end", request=99),
    ],
    ids=range(7),
)
def test_frames_against_the_protocol_are_not_taken(
    impostor: Callable[..., str], header: bytes
) -> None:
    others = iter([[header, *GOOD_PARTS]])

    def more(request: int) -> Sequence[bytes] | None:
        return next(others, [frames(row(), request=request), *GOOD_PARTS])

    batch = first_batch(impostor(serving(welcome(), more)))
    assert isinstance(batch, dict), batch
    assert (batch["depth"].view(np.uint8) == ord("y")).all()


@pytest.mark.parametrize(
    "rows",
    [
        [row(slot=SLOTS)],
        [row(slot=0), row(slot=2**40)],
        [row(slot=1), row(slot=1)],
        [row(slot=2, filling=5)],
        [row(text_bytes=65)],
        [row(text_bytes=2**61)],
        [],
    ],
    ids=range(7),
)
def test_rows_that_point_outside_of_the_ring_do_no_harm(
    impostor: Callable[..., str], ring: Ring, rows: list[list[int]]
) -> None:
    for slot in range(SLOTS):
        ring.set_text(slot, b"{}")
    hello = welcome(ring=ring.address.to_json())
    found = first_batch(impostor(serving(hello, lambda n: [frames(*rows)])), is_far=False)
    if rows and rows[0] == row(slot=1):
        assert isinstance(found, dict), "the same slot twice is strange and harmless"
    else:
        assert isinstance(found, StreamError), found


def _path(kind: str, folder: Path) -> str:
    match kind:
        case "fifo":
            os.mkfifo(folder / "fifo")
            return str(folder / "fifo")
        case "folder":
            return str(folder)
        case "device":
            return "/dev/zero"
        case "own memory":
            return "/proc/self/mem"
        case "other process":
            return f"/proc/{os.getppid()}/exe"
        case "zero":
            return "\0"
        case _:
            return "x" * 5000


@pytest.mark.skipif(os.name == "nt", reason="makes files that are none")
@pytest.mark.parametrize(
    "kind", ["fifo", "folder", "device", "own memory", "other process", "zero", "long"]
)
def test_rings_that_are_none_are_left_alone(
    impostor: Callable[..., str], tmp_path: Path, kind: str
) -> None:
    """Frames come by the socket then, as from another machine."""
    ring = {"path": _path(kind, tmp_path), "token": "00" * 16, "slots": SLOTS}
    asked: list[dict[str, Any]] = []
    answer = serving(
        welcome(ring=ring), lambda request: [frames(row(), request=request), *GOOD_PARTS]
    )

    def noted(message: dict[str, Any]) -> Sequence[bytes] | None:
        asked.append(message)
        return answer(message)

    batch = first_batch(impostor(noted), is_far=False)
    assert isinstance(batch, dict), batch
    assert {message["transport"] for message in asked if message["kind"] == "more"} == {"tcp"}


def refusing(verdicts: Iterable[bool]) -> Answer:
    """Return what answers claims so, and requests by frames of their numbers."""
    left = iter(verdicts)

    def answer(message: dict[str, Any]) -> Sequence[bytes] | None:
        if message["kind"] == "hello":
            return [welcome()]
        if message["kind"] == "claim":
            return [packed("claimed", request=message["request"], is_yours=next(left))]
        if message["kind"] == "more":
            number = message["requests"][0][0]
            return [frames(row(frame=number), request=number), *GOOD_PARTS]
        return None

    return answer


def test_frames_whose_claim_is_refused_are_asked_for_anew(impostor: Callable[..., str]) -> None:
    batch = first_batch(impostor(refusing([False, False, True])))
    assert isinstance(batch, dict), batch
    assert batch["frame"] not in ([1], [3])


@pytest.mark.parametrize("kind", ["update", "statistics", "command"])
@pytest.mark.parametrize("flood", [None, packed("ping"), b"junk"], ids=["silent", "pings", "junk"])
def test_feedback_that_is_not_answered_is_given_up(
    impostor: Callable[..., str], kind: str, flood: bytes | None
) -> None:
    stream = Stream(Far(impostor(serving(welcome(), lambda request: None), flood)))
    ask = {
        "update": lambda: stream.update({}),
        "statistics": stream.statistics,
        "command": lambda: stream.command(None),
    }
    error = outcome(ask[kind])
    assert isinstance(error, StreamError), error
    assert "nobody has answered" in str(error)
