"""Processes that die, hang, are stopped or cut off: no frame comes twice, and nothing is left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed for this Blender")

from synth_addon.broker.door import Door
from synth_addon.stream import Stream, StreamDataset, StreamError

from .conftest import (
    Far,
    Scripted,
    are_gone,
    checked,
    descendants,
    frames_of,
    is_running,
    wait_until,
)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="stops processes, and looks into /proc"),
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
]
Begin = Callable[..., Scripted]
Stop = Callable[[int], None]
ROOT = Path(__file__).parents[2]
TRAINER = Path(__file__).with_name("trainer.py")


class Trainer:
    """A training program in a process of its own.

    Attributes:
        frames: those that it has looked at, and `said` what else it has told.
    """

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(TRAINER), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        self.frames: list[int] = []
        self.said: list[str] = []
        self.errors = ""
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._errors)]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip().isdigit():
                self.frames.append(int(line))
            else:
                self.said.append(line.strip())

    @property
    def is_asleep(self) -> bool:
        return "sleeping" in self.said

    def _errors(self) -> None:
        assert self.process.stderr is not None
        self.errors = self.process.stderr.read()

    def wait(self, seconds: float = 120.0) -> int:
        code = self.process.wait(seconds)
        for thread in self._threads:
            thread.join(seconds)
        return code

    def kill(self) -> None:
        self.process.kill()
        self.wait()

    def close(self) -> None:
        below = descendants(self.process.pid)
        self.kill()
        for child in below:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def trainer() -> Iterator[Callable[..., Trainer]]:
    """Return the function that starts a training program with the arguments of `trainer.py`."""
    begun: list[Trainer] = []

    def begin(*words: object) -> Trainer:
        begun.append(Trainer(*words))
        return begun[-1]

    yield begin
    for program in begun:
        program.close()


@pytest.mark.parametrize("is_far", [False, True], ids=["near", "far"])
def test_scenes_of_a_killed_instance_are_made_again(scripted: Begin, is_far: bool) -> None:
    stream = scripted("--frames", 400, "--views", 4, "--instances", 2, "--pause", 0.003)
    seen: list[int] = []
    for number, batch in enumerate(stream.connect(is_far=is_far).batches(4)):
        seen += checked(batch)
        if number in (10, 40):
            os.kill(stream.instances(2)[0], signal.SIGKILL)
    assert sorted(seen) == list(range(400))
    assert stream.connect().statistics()["replaced"] == 2
    assert len(stream.instances(2)) == 2
    assert stream.has_warned("worker 0 is replaced: the process ended with status -9")


def test_an_instance_that_hangs_is_replaced(scripted: Begin) -> None:
    stream = scripted("--frames", 60, "--silence", 3, SCRIPTED_HANG_ON="20")
    assert sorted(frames_of(stream.connect().batches(4))) == list(range(60))
    assert stream.has_warned("worker 0 is replaced: it said nothing for 3 s")


def test_orders_to_an_instance_that_hangs_keep_nobody_waiting(
    scripted: Begin, stopped: Stop
) -> None:
    stream = scripted("--frames", 1_000_000, "--silence", 8)
    reader = stream.connect()
    next(reader.frames())
    stopped(stream.instances(1)[0])
    for number in range(60):  # of which each instance is told with a whole recipe
        assert reader.update({"description": f"{number} " + "x" * 4000}) == number + 1
    wait_until(lambda: stream.has_warned("it said nothing for 8 s"))
    assert len(list(reader.frames(40))) == 40


def test_an_instance_that_waits_for_readers_is_not_too_slow(scripted: Begin) -> None:
    stream = scripted("--frames", 100, "--views", 50, "--queue", 4, "--lent", 2, "--slow", 1.5)
    frames = stream.connect().batches(2)
    seen = checked(next(frames))
    time.sleep(6)
    seen += frames_of(frames)
    assert sorted(seen) == list(range(100))
    assert not stream.warnings()


@pytest.mark.parametrize("place", ["near", "far"])
def test_frames_of_a_killed_worker_come_in_the_next_epoch(
    scripted: Begin, trainer: Callable[..., Trainer], place: str
) -> None:
    stream = scripted("--frames", 240)
    program = trainer(stream.address, 3, place, 8, "lose")
    assert program.wait() == 0, program.errors
    assert sorted(program.frames) == list(range(240))
    assert any("is killed by signal: Killed" in text for text in program.said)
    wait_until(lambda: stream.has_warned("is gone"))


@pytest.mark.parametrize(
    ("workers", "place"),
    [(0, "near"), (2, "near"), (0, "far"), pytest.param(2, "far", marks=pytest.mark.slow)],
)
def test_frames_of_a_killed_trainer_go_to_another_reader(
    scripted: Begin, trainer: Callable[..., Trainer], workers: int, place: str
) -> None:
    stream = scripted("--frames", 200)
    killed = trainer(stream.address, workers, place, 5, "sleep")
    wait_until(lambda: killed.is_asleep)
    killed.kill()
    if workers and place == "far":  # they are taken to be alive for a while yet
        wait_until(lambda: stream.connect().statistics()["held"] == 0, 120)
    rest = frames_of(stream.connect().batches(4))
    assert len(killed.frames) == 20
    assert sorted(killed.frames + rest) == list(range(200))


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("manner", ["exit", "crash", "close", "kill"])
def test_a_launched_stream_ends_with_its_program(
    trainer: Callable[..., Trainer], manner: str, workers: int
) -> None:
    program = trainer("-", workers, "near", 5, "sleep" if manner == "kill" else manner)
    wait_until(lambda: len(program.frames) > 4)
    below = descendants(program.process.pid)
    if manner == "kill":
        wait_until(lambda: program.is_asleep)
        below = descendants(program.process.pid)
        assert len(below) >= 3 + workers
        program.kill()
    else:
        assert program.wait() == (manner == "crash")
        assert ("this program fails" in program.errors) == (manner == "crash")
        assert "Exception ignored" not in program.errors
    wait_until(lambda: are_gone(below), 30)


def test_nothing_outlives_a_killed_broker(scripted: Begin) -> None:
    data = pytest.importorskip("torch.utils.data")
    stream = scripted("--instances", 3)
    near, far = stream.connect().batches(4), stream.connect(is_far=True).batches(4)
    loaded = iter(
        data.DataLoader(
            StreamDataset(stream.connect(), batch_size=4), batch_size=None, num_workers=2
        )
    )
    kept = [next(near), next(far), next(loaded)]
    instances = stream.instances(3)
    stream.process.kill()
    wait_until(lambda: are_gone(instances), 10)
    began = time.monotonic()
    threads = [threading.Thread(target=_read_to_the_end, args=(far,)) for _ in range(1)]
    for thread in threads:
        thread.start()
    with pytest.raises(StreamError, match="nobody has answered for 15 s"):
        _read_to_the_end(near, is_raised=True)
    with pytest.raises(StreamError, match="nobody has answered for 15 s"):
        _read_to_the_end(loaded, is_raised=True)
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert time.monotonic() - began < 90
    assert all(checked(batch) for batch in kept)


def _read_to_the_end(batches: Iterator[object], *, is_raised: bool = False) -> None:
    try:
        for _ in batches:
            pass
    except StreamError:
        if is_raised:
            raise


def test_a_stream_at_the_address_of_one_that_has_ended_is_another(scripted: Begin) -> None:
    first = scripted("--frames", 8)
    assert first.connect().statistics()["version"] == 0
    first.close()
    second = scripted("--frames", 12, "--address", first.address)
    stream = second.connect()
    assert stream.statistics()["version"] == 0
    assert sorted(frames_of(stream.batches(4))) == list(range(12))


def test_readers_go_on_with_a_stream_that_was_begun_again(scripted: Begin) -> None:
    first = scripted("--frames", 1_000_000)
    near, far = first.connect().batches(4), first.connect(is_far=True).batches(4)
    control = first.connect()
    for _ in range(5):
        checked(next(near)), checked(next(far))
    kept = next(near)
    first.process.kill()
    first.process.wait()
    second = scripted("--frames", 120, "--address", first.address)
    assert second.address == first.address
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda batches=batches: seen.extend(frames_of(batches)))
        for batches in (near, far)
    ]
    for thread in threads:
        thread.start()
    assert control.statistics()["frames_delivered"] <= 120
    for thread in threads:
        thread.join(60)
    assert len(checked(kept)) == 4
    assert sorted(frame for frame in seen) == list(range(120))


@pytest.mark.slow
def test_readers_that_are_stopped_go_on_where_they_were(
    scripted: Begin, trainer: Callable[..., Trainer], stopped: Stop
) -> None:
    stream = scripted("--frames", 1200, "--pause", 0.01)
    programs = [trainer(stream.address, 0, place, 3, "end") for place in ("near", "far", "far")]
    wait_until(lambda: all(len(program.frames) > 12 for program in programs))
    for program in programs[:2]:
        stopped(program.process.pid)
    wait_until(lambda: stream.has_warned("is gone"))
    time.sleep(3)
    for program in programs[:2]:
        os.kill(program.process.pid, signal.SIGCONT)
    assert [program.wait() for program in programs] == [0, 0, 0]
    seen = [frame for program in programs for frame in program.frames]
    assert sorted(seen) == list(range(1200))
    assert all(program.frames for program in programs)


class Proxy:
    """Passes bytes between a reader and a stream, until it is cut."""

    def __init__(self, address: str) -> None:
        self._target = ("127.0.0.1", int(address.rpartition(":")[2]))
        self._open: list[socket.socket] = []
        self._passing: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._begin()

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._accept, args=(self._listener,))
        self._thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    self._passing.append(threading.Thread(target=self._pass, args=ends))
                    self._passing[-1].start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._passing:
            thread.join()
        for end in self._open:
            end.close()
        self._open.clear()
        self._passing.clear()

    def restore(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._begin()


@pytest.mark.parametrize(
    "seconds", [0.5, pytest.param(12.0, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_a_reader_that_was_cut_off_goes_on(scripted: Begin, seconds: float) -> None:
    stream = scripted("--frames", 600, "--pause", 0.004)
    proxy = Proxy(stream.address)
    reader = Stream(Far(f"tcp://127.0.0.1:{proxy.port}"))
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.extend(_slowly(reader)))
    thread.start()
    for _ in range(2):
        time.sleep(2)
        proxy.cut()
        time.sleep(seconds)
        proxy.restore()
    thread.join(120)
    assert sorted(seen) == list(range(600))
    assert reader.statistics()["frames_made"] == 600
    proxy.cut()


def _slowly(reader: Stream) -> Iterator[int]:
    for batch in reader.batches(4):
        yield from checked(batch)
        time.sleep(0.03)


def test_a_port_that_is_taken_is_named_with_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        remedy = r"Give another, or tcp://127\.0\.0\.1:\* to let the system choose"
        with pytest.raises(StreamError, match=f"--address {address}: cannot be opened.*{remedy}"):
            Door(address)
        command = [sys.executable, "-m", "synth_addon.cli", "stream", "cube", "--address", address]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == StreamError.exit_code
    assert f"--address {address}: cannot be opened" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_nobody_at_the_address_is_told_in_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        stream = Stream(Far(f"tcp://127.0.0.1:{mute.getsockname()[1]}"))
        with pytest.raises(StreamError, match=r"nobody has answered .* Is `synth stream` running"):
            _ = stream.recipe


def test_a_scripted_stream_that_is_told_to_end_does(scripted: Begin) -> None:
    stream = scripted("--instances", 2)
    frames = stream.connect().frames()
    next(frames)
    below = stream.instances(2)
    stream.close()
    wait_until(lambda: are_gone(below), 30)
    assert not is_running(stream.process.pid)
    with pytest.raises(StreamError, match="the stream has ended"):
        for _ in range(1000):
            next(frames)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system's own way on Linux")
def test_an_instance_that_hangs_ends_with_its_broker() -> None:
    child = (
        "import os, signal; from synth_addon.farm.parent import end_with_parent; "
        "end_with_parent(); print(os.getpid(), flush=True); os.kill(os.getpid(), signal.SIGSTOP)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    hanging = int(process.stdout.readline())
    assert is_running(hanging)
    process.kill()
    process.wait()
    process.stdout.close()
    wait_until(lambda: not is_running(hanging), 10)
