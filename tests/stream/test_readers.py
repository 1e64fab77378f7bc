"""Who is gone, who comes back, and what becomes of the frames that they were given."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest

from synth_addon.broker import reader as reader_module
from synth_addon.broker import readers as readers_module
from synth_addon.broker.reader import Reader, Request, is_running, reader_of
from synth_addon.broker.readers import MOST_READERS, Readers
from synth_addon.broker.slot_table import SlotTable
from synth_addon.stream.frame_row import FrameRow

HERE = os.getpid()


class Words:
    def __init__(self) -> None:
        self.granted, self.held, self.claimed, self.released = np.zeros((4, 20), np.uint64)


class Clock:
    def __init__(self) -> None:
        self.now = time.monotonic()

    def monotonic(self) -> float:
        return self.now


class Stream:
    """Readers and their slots, with a clock and processes that the tests move."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.words, self.clock = Words(), Clock()
        self.table = SlotTable(self.words, 20, 10)
        self.dead: set[int] = set()
        self.cut_off: set[bytes] = set()
        self.notices: list[str] = []
        monkeypatch.setattr(readers_module, "time", self.clock)
        monkeypatch.setattr(readers_module, "is_running", lambda pid: pid not in self.dead)
        self.readers = Readers(
            self.table, lambda identity: identity not in self.cut_off, self.notices.append
        )

    def hello(self, identity: bytes, trainer: str, process: int, epoch: str = "") -> Reader:
        hello: dict[str, Any] = {"trainer": trainer, "epoch": epoch, "process": process}
        return self.readers.welcome(identity, {**hello, "host": "there"})

    def give(self, reader: Reader, *frames: int, request: int = 1) -> None:
        for frame in frames:
            filling = self.table.take_free()
            assert filling is not None
            self.table.fill(FrameRow(*filling, 1, frame, frame, 0, 0, 0, 0))
        for content in self.table.grant(reader.number, len(frames)):
            content.request = request
        reader.answered = request

    def fillings(self, reader: Reader) -> list[tuple[int, int]]:
        return [content.filling for content in self.table.granted_to(reader.number)]

    def claim(self, reader: Reader) -> None:
        for slot, filling in self.fillings(reader):
            self.words.claimed[slot] = filling

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.5)):
            self.clock.now += 0.5
            self.table.take_released()
            self.readers.watch()

    @property
    def ready(self) -> list[int]:
        return [content.row.frame for content in self.table._ready]


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    return Stream(monkeypatch)


def near(stream: Stream, identity: bytes, trainer: int, process: int, epoch: str = "") -> Reader:
    reader = stream.hello(identity, f"{trainer}:x", process, epoch)
    reader.is_local = True
    return reader


def test_what_a_reader_has_not_passed_goes_to_others_when_it_leaves(stream: Stream) -> None:
    reader = near(stream, b"a", 5, 5)
    stream.give(reader, 0, 1, request=1)
    stream.give(reader, 2, 3, request=2)
    stream.readers.leave(reader, 1)
    assert stream.ready == [2, 3]
    assert stream.readers.count == 0
    assert stream.readers.find(b"a") is None


def test_frames_of_a_dead_trainer_go_to_others(stream: Stream) -> None:
    reader = near(stream, b"a", 5, 5)
    stream.give(reader, 0, 1)
    stream.pass_time(100)
    assert stream.ready == []
    stream.dead.add(5)
    assert stream.readers.may_get_more(near(stream, b"b", 6, 6))
    stream.pass_time(1)
    assert stream.ready == [0, 1]
    assert stream.notices == ["reader 1 (process 5) is gone"]


def test_frames_that_a_dead_trainer_used_are_not_given_again(stream: Stream) -> None:
    reader = near(stream, b"a", 5, 5)
    stream.give(reader, 0, 1)
    stream.claim(reader)
    stream.dead.add(5)
    stream.pass_time(2)
    assert stream.ready == []
    assert stream.table.granted == 0


def test_a_worker_whose_trainer_is_dead_gets_no_more(stream: Stream) -> None:
    worker = near(stream, b"a", 5, 6)
    worker.ask(Request(1, 4, "shared"))
    stream.give(worker, 0, 1)
    stream.dead.add(5)
    stream.pass_time(1)
    assert stream.ready == [0, 1]
    assert not list(stream.readers.waiting)


def test_frames_of_a_worker_wait_for_the_next_epoch_or_its_end(stream: Stream) -> None:
    workers = [near(stream, b"a", 5, 6, "1"), near(stream, b"d", 8, 10, "1")]
    for frame, worker in enumerate(workers):
        stream.give(worker, frame)
        stream.readers.leave(worker, 1)
    stream.pass_time(50)
    assert stream.ready == []
    assert not stream.readers.may_get_more(near(stream, b"b", 9, 9))
    newer = near(stream, b"c", 5, 7, "2")
    assert stream.readers.may_get_more(newer)
    stream.pass_time(2)
    assert stream.ready == [0]
    stream.dead.add(10)
    assert stream.readers.may_get_more(near(stream, b"e", 9, 9))
    stream.pass_time(2)
    assert stream.ready == [0, 1]


def test_frames_that_a_trainer_has_in_hand_stay_with_it(stream: Stream) -> None:
    worker = near(stream, b"a", 5, 6, "1")
    stream.give(worker, 0, 1)
    slot, filling = stream.fillings(worker)[0]
    stream.words.held[slot] = filling
    stream.dead.add(6)
    near(stream, b"c", 5, 7, "2")
    stream.pass_time(5)
    assert stream.ready == [1]
    assert stream.words.granted[slot] == filling
    stream.words.released[slot] = filling
    stream.pass_time(1)
    assert stream.ready == [0, 1]


def test_frames_given_back_while_they_are_revoked_are_taken_back_once(stream: Stream) -> None:
    worker = near(stream, b"a", 5, 6, "1")
    stream.give(worker, 0)
    slot, filling = stream.fillings(worker)[0]
    stream.dead.add(6)
    stream.pass_time(0.5)
    stream.pass_time(0.5)
    assert stream.words.granted[slot] == 0
    stream.words.released[slot] = filling
    stream.table.take_released()
    assert stream.ready == [0]
    other = near(stream, b"b", 9, 9)
    stream.table.grant(other.number, 1)
    stream.pass_time(2)
    assert stream.ready == []
    assert stream.fillings(other) == [(slot, filling + 1)]


def test_a_claim_at_the_last_moment_wins_over_the_next_epoch(stream: Stream) -> None:
    worker = near(stream, b"a", 5, 6, "1")
    stream.give(worker, 0)
    stream.dead.add(6)
    near(stream, b"c", 5, 7, "2")
    stream.pass_time(1)
    assert stream.words.granted.sum() == 0
    stream.claim(worker)
    stream.pass_time(1)
    assert stream.ready == []
    assert stream.words.granted.sum() == 1


def test_a_far_reader_may_be_away_for_a_while(stream: Stream) -> None:
    reader = stream.hello(b"a", "5:x", 5)
    stream.give(reader, 0)
    stream.cut_off.add(b"a")
    stream.pass_time(4)
    assert not reader.is_over
    assert stream.readers.may_get_more(stream.hello(b"b", "6:x", 6))
    stream.cut_off.clear()
    stream.pass_time(100)
    assert not reader.is_over
    assert stream.ready == []


def test_a_far_reader_that_is_away_for_long_loses_its_frames_and_may_come_back(
    stream: Stream,
) -> None:
    reader = stream.hello(b"a", "5:x", 5)
    stream.give(reader, 0, 1)
    held = stream.fillings(reader)
    stream.cut_off.add(b"a")
    stream.pass_time(10)
    assert stream.ready == [0, 1]
    assert not stream.readers.claim("there:5:x", held)
    stream.cut_off.clear()
    assert stream.readers.find(b"a") is None
    assert stream.hello(b"a", "5:x", 5) is reader
    assert stream.readers.find(b"a") is reader
    assert not reader.ask(Request(1, 2, "tcp")), "it was answered; its frames are lost"
    assert reader.ask(Request(2, 2, "tcp"))


def test_frames_of_a_far_worker_stay_while_its_trainer_is_there(stream: Stream) -> None:
    worker = stream.hello(b"a", "5:x", 6, "1")
    stream.hello(b"t", "5:control", 5)
    stream.give(worker, 0)
    stream.cut_off.add(b"a")
    stream.pass_time(100)
    assert worker.is_over
    assert stream.ready == []
    assert stream.readers.claim("there:5:x", stream.fillings(worker))


def test_frames_of_a_far_worker_go_to_others_with_its_trainer(stream: Stream) -> None:
    worker = stream.hello(b"a", "5:x", 6, "1")
    stream.give(worker, 0)
    stream.cut_off.add(b"a")
    stream.pass_time(20)
    assert stream.ready == []
    assert stream.readers.may_get_more(stream.hello(b"b", "7:x", 7))
    stream.pass_time(30)
    assert stream.ready == [0]


def test_claims_count_for_the_trainer_that_has_the_frames_alone(stream: Stream) -> None:
    reader = stream.hello(b"a", "5:x", 5)
    stream.give(reader, 0, 1)
    one, other = stream.fillings(reader)
    assert not stream.readers.claim("there:6:x", [one])
    assert not stream.readers.claim("elsewhere:5:x", [one])
    assert not stream.readers.claim("there:5:x", [one, (other[0], other[1] + 1)])
    assert not stream.readers.claim("there:5:x", [(2**61, 1)])
    assert stream.words.claimed.sum() == stream.words.released.sum() == 0
    assert stream.readers.claim("there:5:x", [one, other])
    stream.pass_time(1)
    assert stream.table.granted == 0


def test_a_reader_that_left_and_says_hello_again_is_another(stream: Stream) -> None:
    first = near(stream, b"a", 5, 5)
    stream.give(first, 0)
    stream.claim(first)
    stream.readers.leave(first, 1)
    second = near(stream, b"a", 5, 5)
    assert second.number != first.number
    stream.words.released[:] = stream.words.claimed
    stream.pass_time(1)
    assert stream.table.granted == 0, "what the first held is not forgotten"
    assert stream.readers.find(b"a") is second


def test_nothing_is_kept_of_readers_that_are_gone(stream: Stream) -> None:
    for number in range(50):
        near(stream, b"n%d" % number, 100 + number, 100 + number, str(number))
        stream.hello(b"f%d" % number, f"{number}:x", number)
        stream.dead.add(100 + number)
        stream.cut_off.add(b"f%d" % number)
    stream.pass_time(120)
    kept = stream.readers
    assert not kept._by_identity | kept._by_number | kept._newest | kept._seen


def test_there_is_a_most_of_readers_and_of_requests(stream: Stream) -> None:
    for number in range(MOST_READERS):
        assert stream.readers.has_room_for(b"%d" % number)
        reader = stream.hello(b"%d" % number, "5:x", 5)
    assert not stream.readers.has_room_for(b"one more")
    assert stream.readers.has_room_for(b"7")
    for number in range(1000):
        reader.ask(Request(number, 1, "tcp"))
    assert len(reader.requests) <= 16


@pytest.mark.parametrize(
    ("trainer", "process"),
    [("12:x", 12), ("", 7), ("x", 7), ("²:x", 7), ("9" * 5000 + ":x", 7), ("-3:x", 7)],
    ids=lambda value: str(value)[:10],
)
def test_the_trainers_process_is_read_with_care(trainer: str, process: int) -> None:
    hello = {"trainer": trainer, "epoch": "", "process": 7, "host": ""}
    assert reader_of(1, b"a", hello).trainer_process == process


@pytest.mark.skipif(sys.platform != "linux", reason="zombies are told apart in /proc")
def test_processes_that_run_are_told_from_those_that_do_not() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert is_running(child.pid)
        assert is_running(HERE)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not is_running(child.pid), "a zombie"
    assert not is_running(child.pid)
    assert reader_module.is_running(2**62), "none can be looked up"


def test_those_who_read_no_frames_are_not_counted(stream: Stream) -> None:
    reader = stream.hello(b"a", "5:x", 5)
    stream.hello(b"b", "5:control", 5)
    assert stream.readers.count == 1
    stream.readers.leave(reader, 0)
    assert stream.readers.count == 0
    assert stream.readers.find(b"b") is not None
