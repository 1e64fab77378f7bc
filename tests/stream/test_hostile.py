"""Peers that follow no protocol: a stream goes on for its readers, and a reader never hangs."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from synth_addon import __version__
from synth_addon.stream.wire import FROM_READERS, PROTOCOL, packed

from .conftest import Scripted, checked, is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at memory in /proc")
Begin = Callable[..., Scripted]
TOKEN = "the token of this stream"
CASES = 12_000
FRAMES = 3000
GROWTH_BYTES = 96 << 20
HELLO = {
    "protocol": PROTOCOL,
    "synth": __version__,
    "token": TOKEN,
    "trainer": f"{os.getpid()}:hostile",
    "epoch": "",
    "process": os.getpid(),
    "host": "hostile",
}
GOOD: dict[str, dict[str, Any]] = {
    "hello": HELLO,
    "more": {"requests": [[1, 1]], "transport": "tcp"},
    "claim": {"request": 1, "trainer": f"{os.getpid()}:hostile", "fillings": [[0, 1]]},
    "bye": {"passed": 0, "missed": []},
    "update": {"request": 1, "changes": {"description": "x"}},
    "statistics": {"request": 1},
    "command": {"request": 1, "instance": 0, "body": None},
}
STRANGE: list[Any] = [
    *(None, True, False, -1, 0, 1.5, 1e308, float("inf"), float("nan")),
    *(2**31, 2**62 - 1, 2**62, 2**63, 2**64, 10**300, -(10**300)),
    *("", "x", "²:x", "9" * 5000 + ":x", "\0", "\ud800", "x" * 513, "x" * 100_000, "../../etc"),
    *([], [[]], [[0, 1]], [[0, 1, 2]], [[2**62, 1]], [[4095, 1]], [[-1, 1]], [None] * 2000),
    *({}, {"": 1}, {"a.b.c.d": 1}, {"objects": None}, {"version": 9}, {"\ud800": "\ud800"}),
    *({"camera.width_px": 10**9}, {"lights.energy": {"uniform": [float("nan"), 1]}}),
    *({"objects.cup.shape": "\0" * 300}, {"assets.models": "x" * 5000}, {"room.file": "\0"}),
]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


class Fuzzer:
    """Says what nobody should, through real sockets; each call of `case` says one thing."""

    def __init__(self, address: str) -> None:
        self._address, self._random = address, random.Random(7)
        self._context = zmq.Context()
        self._socket = self._new_socket()
        self._cases = [
            self.strange_value,
            self.strange_value,
            self.strange_value,
            self.missing_value,
            self.unknown_kind,
            self.random_bytes,
            self.truncated,
            self.parts,
            self.before_hello,
            self.wrong_hello,
            self.deep,
        ]

    def case(self) -> None:
        if self._random.random() < 0.02:
            self.close_socket()
            self._socket = self._new_socket()
        self._random.choice(self._cases)()
        self.drain()

    def say(self, *parts: bytes) -> None:
        with contextlib.suppress(zmq.Again):
            self._socket.send_multipart(parts)

    def drain(self) -> None:
        with contextlib.suppress(zmq.Again):
            while True:
                self._socket.recv_multipart(zmq.NOBLOCK)

    def close_socket(self) -> None:
        self.say(packed("bye", passed=0, missed=[]))
        self._socket.close(200)

    def close(self) -> None:
        self.close_socket()
        self._context.term()

    def _new_socket(self) -> zmq.Socket[bytes]:
        made = self._context.socket(zmq.DEALER)
        made.setsockopt(zmq.SNDTIMEO, 2000)
        made.connect(self._address)
        if self._random.random() < 0.7:
            made.send(packed("hello", **HELLO))
        return made

    def _message(self) -> tuple[str, dict[str, Any]]:
        kind = self._random.choice([kind for kind in FROM_READERS if kind != "more"])
        return kind, dict(GOOD[kind])

    def strange_value(self) -> None:
        kind, values = self._message()
        values[self._random.choice(list(values))] = self._random.choice(STRANGE)
        self.say(packed(kind, **values))

    def missing_value(self) -> None:
        kind, values = self._message()
        values.pop(self._random.choice(list(values)))
        self.say(packed(kind, **values))

    def unknown_kind(self) -> None:
        self.say(packed("x", **HELLO), b"")
        self.say(json.dumps({"kind": self._random.choice(STRANGE)}).encode())
        self.say(packed(self._random.choice(["welcome", "frames", "ping", "__class__"])))

    def random_bytes(self) -> None:
        self.say(self._random.randbytes(self._random.choice([0, 1, 17, 1000, 60_000])))

    def truncated(self) -> None:
        message = packed(*self._message()[:1], **self._message()[1])
        self.say(message[: self._random.randrange(len(message))])

    def parts(self) -> None:
        count = self._random.choice([2, 3, 300])
        self.say(*(packed("bye", passed=0, missed=[]) for _ in range(count)))

    def before_hello(self) -> None:
        stranger = self._context.socket(zmq.DEALER)
        stranger.connect(self._address)
        kind = self._random.choice(list(GOOD))
        stranger.send(packed(kind, **{**GOOD[kind], "token": "not it"}))
        stranger.close(200)

    def wrong_hello(self) -> None:
        wrong = [{"protocol": 99}, {"synth": "0.0.0"}, {"token": ""}, {"token": TOKEN[:-1]}]
        self.say(packed("hello", **{**HELLO, **self._random.choice(wrong)}))

    def deep(self) -> None:
        depth = self._random.choice([60, 400, 900])
        kind, name = self._random.choice([("update", "changes"), ("command", "body")])
        self.say(packed(kind, **{**GOOD[kind], name: {"description": nested(depth)}}))


def resident(process: int) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


@contextlib.contextmanager
def read_meanwhile(stream: Scripted) -> Iterator[list[int]]:
    """Read all frames in a thread, and check at the end that each came once and whole."""
    seen: list[int] = []
    reader = stream.connect()

    def read() -> None:
        for batch in reader.batches(4):
            seen.extend(checked(batch))
            time.sleep(0.01)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        thread.join(180)
    assert not thread.is_alive()
    assert sorted(seen) == list(range(FRAMES))


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


@pytest.mark.slow
def test_a_stream_survives_ten_thousand_bad_messages(scripted: Begin) -> None:
    stream = scripted("--frames", FRAMES, SYNTH_STREAM_TOKEN=TOKEN)
    stream.wait_ready()
    fuzzers = [Fuzzer(stream.address) for _ in range(4)]
    with read_meanwhile(stream) as seen:
        for number in range(CASES // 4):
            for fuzzer in fuzzers:
                fuzzer.case()
            if number == CASES // 16:
                before = resident(stream.process.pid)
        assert seen
        statistics = stream.connect().statistics()
    for fuzzer in fuzzers:
        fuzzer.close()
    assert is_running(stream.process.pid), stream.errors
    assert not stream.errors
    assert statistics["ignored_messages"] > CASES // 4
    assert resident(stream.process.pid) - before < GROWTH_BYTES
    assert stream.has_warned("follows no protocol")
    assert len(stream.warnings()) < 1000
    wait_until(lambda: stream.connect().statistics()["readers"] <= 2)


def test_bytes_of_other_protocols_and_many_connections_do_no_harm(scripted: Begin) -> None:
    stream = scripted("--frames", FRAMES, "--pause", 0.001)
    stream.wait_ready()
    before = resident(stream.process.pid)
    port = port_of(stream.address)
    dice = random.Random(3)
    with read_meanwhile(stream), contextlib.ExitStack() as held:
        for number in range(400):
            peer = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            if number % 4 == 1:
                peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            elif number % 4 == 2:
                peer.sendall(dice.randbytes(300))
            elif number % 4 == 3:
                peer.sendall(b"\xff" + b"\0" * 8 + b"\x7f\x03" + dice.randbytes(53))
    assert is_running(stream.process.pid)
    assert not stream.errors
    assert resident(stream.process.pid) - before < GROWTH_BYTES


def test_messages_that_are_too_large_do_no_harm(scripted: Begin) -> None:
    stream = scripted("--frames", FRAMES, "--pause", 0.001)
    stream.wait_ready()
    before = resident(stream.process.pid)
    context = zmq.Context()
    with read_meanwhile(stream):
        for size, count in (((1 << 20) + 1, 1), (64 << 20, 1), (1 << 20, 40), (0, 100_000)):
            peer = context.socket(zmq.DEALER)
            peer.connect(stream.address)
            peer.send_multipart([b"x" * size] * count)
            time.sleep(0.5)
            peer.close(0)
    context.term()
    assert is_running(stream.process.pid)
    assert not stream.errors
    wait_until(lambda: resident(stream.process.pid) - before < GROWTH_BYTES)


class Recorder:
    """Passes what a reader says on to a stream and back, and keeps what was said."""

    def __init__(self, address: str) -> None:
        self.said: list[bytes] = []
        self._context = zmq.Context()
        self._near = self._context.socket(zmq.ROUTER)
        self.port = self._near.bind_to_random_port("tcp://127.0.0.1")
        self._address, self._far = address, dict[bytes, zmq.Socket[bytes]]()
        self._ends = False
        self._thread = threading.Thread(target=self._pass)
        self._thread.start()

    def _pass(self) -> None:
        while not self._ends:
            if self._near.poll(2):
                identity, *parts = self._near.recv_multipart()
                self.said += parts
                if identity not in self._far:
                    self._far[identity] = self._context.socket(zmq.DEALER)
                    self._far[identity].connect(self._address)
                self._far[identity].send_multipart(parts)
            for identity, far in self._far.items():
                with contextlib.suppress(zmq.Again):
                    self._near.send_multipart([identity, *far.recv_multipart(zmq.NOBLOCK)])

    def close(self) -> None:
        self._ends = True
        self._thread.join()
        for opened in (self._near, *self._far.values()):
            opened.close(200)
        self._context.term()


@pytest.mark.parametrize("is_far", [False, True], ids=["near", "far"])
def test_replayed_messages_take_no_frame_from_anybody(scripted: Begin, is_far: bool) -> None:
    stream = scripted("--frames", 1200, "--pause", 0.002)
    recorder = Recorder(stream.address)
    through = Scripted.connect_at(f"tcp://127.0.0.1:{recorder.port}", is_far=is_far)
    context = zmq.Context()
    seen: list[int] = []
    thread = threading.Thread(
        target=lambda: seen.extend(f for batch in through.batches(4) for f in checked(batch))
    )
    thread.start()
    wait_until(lambda: len(seen) > 50)
    for _ in range(20):
        said = list(recorder.said)
        peer = context.socket(zmq.DEALER)
        peer.connect(stream.address)
        hellos = [message for message in said if b'"hello"' in message]
        claims = [message for message in said if b'"claim"' in message]
        assert bool(claims) == is_far
        # the same claims and farewells, before and after the same hello, from another
        for message in (*claims[-20:], packed("bye", passed=0, missed=[]), *hellos, *claims[-20:]):
            peer.send(message)
        for message in said[-20:]:
            if b'"more"' in message:
                peer.send(message)
        peer.send(packed("bye", passed=0, missed=[]))
        time.sleep(0.05)
        peer.close(500)
    context.term()
    thread.join(120)
    recorder.close()
    assert sorted(seen) == list(range(1200))
    assert not stream.errors


def test_claims_of_frames_that_others_have_are_refused(scripted: Begin) -> None:
    stream = scripted("--frames", 200, "--queue", 8, "--lent", 8)
    held = stream.connect().batches(4)
    batch = next(held)
    context = zmq.Context()
    peer = context.socket(zmq.DEALER)
    peer.connect(stream.address)
    peer.send(packed("hello", **{**HELLO, "token": ""}))
    fillings = [[slot, filling] for slot in range(64) for filling in range(1, 9)]
    fillings.append([2**61, 2**61])
    assert json.loads(peer.recv())["kind"] == "welcome"
    for number, filling in enumerate(fillings):
        values = {"trainer": f"{os.getpid()}:hostile", "fillings": [filling]}
        peer.send(packed("claim", request=number, **values))
        assert peer.poll(20_000)
        assert json.loads(peer.recv())["is_yours"] is False
    peer.send(packed("bye", passed=0, missed=[]))
    peer.close(500)
    context.term()
    rest = [frame for other in stream.connect().batches(4, 180) for frame in checked(other)]
    assert len(rest) == 180
    assert not {*checked(batch)} & {*rest}


def test_a_reader_that_asks_without_end_and_reads_nothing(scripted: Begin) -> None:
    """What it is sent must not pile up, and it gets no more than it may hold."""
    stream = scripted("--frames", 400, "--size", "160x120")
    stream.wait_ready()
    before = resident(stream.process.pid)
    context = zmq.Context()
    peer = context.socket(zmq.DEALER)
    peer.setsockopt(zmq.RCVHWM, 1)
    peer.setsockopt(zmq.RCVBUF, 4096)
    peer.connect(stream.address)
    peer.send(packed("hello", **{**HELLO, "token": ""}))
    for number in range(4000):
        peer.send(packed("more", requests=[[1 + number % 2, 4]], transport="tcp"))
    for number in range(4000):
        peer.send(packed("more", requests=[[number, 1024]], transport="tcp"))
    wait_until(lambda: stream.connect().statistics()["frames_delivered"] > 0)
    time.sleep(2)
    assert resident(stream.process.pid) - before < GROWTH_BYTES
    peer.close(0)
    context.term()
    assert len(list(stream.connect().frames())) > 0
    assert not stream.errors
