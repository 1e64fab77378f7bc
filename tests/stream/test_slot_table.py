"""Slots go round: none is lost or in two states, and each frame goes to one reader, in order."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from synth_addon.broker.slot_table import Content, SlotTable
from synth_addon.stream.frame_row import FrameRow

SLOTS, QUEUE = 7, 3


class Words:
    """What a ring shares with readers."""

    def __init__(self) -> None:
        self.granted, self.held, self.claimed, self.released = np.zeros((4, SLOTS), np.uint64)


class Sending:
    """Bytes on their way."""

    done = False


class Table(RuleBasedStateMachine):
    """Every step is one that instances, readers or the broker can take."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Words()
        self.table = SlotTable(self.words, SLOTS, QUEUE)
        self.filling: list[tuple[int, int]] = []
        self.ready: list[int] = []
        self.given: dict[int, tuple[int, Content]] = {}
        self.claimed: set[int] = set()
        self.released: set[int] = set()
        self.revoked: dict[int, Content] = {}
        self.used: Counter[int] = Counter()
        self.frames = self.dropped = 0

    @rule()
    def take_free(self) -> None:
        filling = self.table.take_free()
        if filling is None:
            assert len(self.ready) + len(self.filling) >= QUEUE or self._taken() == SLOTS
        else:
            assert filling[1] > 0
            self.filling.append(filling)

    def _taken(self) -> int:
        return len(self.ready) + len(self.filling) + self.table.granted

    @precondition(lambda self: self.filling)
    @rule(data=st.data())
    def fill(self, data: Any) -> None:
        slot, number = self.filling.pop(data.draw(st.integers(0, len(self.filling) - 1)))
        frame, self.frames = self.frames, self.frames + 1
        self.table.fill(FrameRow(slot, number, 1, frame, frame, 0, 0, 0, 0))
        self.ready.append(frame)

    @precondition(lambda self: self.filling)
    @rule(data=st.data())
    def empty(self, data: Any) -> None:
        slot, _ = self.filling.pop(data.draw(st.integers(0, len(self.filling) - 1)))
        self.table.empty(slot)

    @rule(reader=st.integers(1, 3), count=st.integers(1, 4))
    def grant(self, reader: int, count: int) -> None:
        self._forget_freed()
        contents = self.table.grant(reader, count)
        frames = [content.row.frame for content in contents]
        assert frames == self.ready[:count]
        del self.ready[:count]
        for content in contents:
            assert content.reader == reader == self.table.reader_of(content.filling)
            assert self.words.granted[content.row.slot] == content.row.filling
            self.given[content.row.frame] = reader, content

    @precondition(lambda self: self._unclaimed())
    @rule(data=st.data())
    def claim(self, data: Any) -> None:
        frame = data.draw(st.sampled_from(self._unclaimed()))
        content = self.given[frame][1]
        slot, filling = content.filling
        self.words.claimed[slot] = filling
        if self.words.granted[slot] == filling:
            self._use(frame)

    def _use(self, frame: int) -> None:
        self.claimed.add(frame)
        self.used[frame] += 1

    def _unclaimed(self) -> list[int]:
        return [frame for frame in self.given if frame not in self.claimed | self.revoked.keys()]

    @precondition(lambda self: self._unclaimed())
    @rule(data=st.data())
    def hold(self, data: Any) -> None:
        content = self.given[data.draw(st.sampled_from(self._unclaimed()))][1]
        slot, filling = content.filling
        self.words.held[slot] = filling
        assert self.table.is_in_hand(content)
        assert not self.table.is_claimed(content)

    @precondition(lambda self: self._unclaimed())
    @rule(data=st.data())
    def give_back_unused(self, data: Any) -> None:
        frame = data.draw(st.sampled_from(self._unclaimed()))
        slot, filling = self.given[frame][1].filling
        self.words.released[slot] = filling
        self._forget_freed()
        del self.given[frame]
        self.ready = sorted([*self.ready, frame])
        assert self.table.reader_of((slot, filling)) == 0

    @precondition(lambda self: self.claimed - self.released)
    @rule(data=st.data())
    def release(self, data: Any) -> None:
        frame = data.draw(st.sampled_from(sorted(self.claimed - self.released)))
        slot, filling = self.given[frame][1].filling
        self.words.released[slot] = filling
        self.released.add(frame)

    @precondition(lambda self: self._unclaimed())
    @rule(data=st.data())
    def claim_from_afar(self, data: Any) -> None:
        frame = data.draw(st.sampled_from(self._unclaimed()))
        stale = (self.given[frame][1].row.slot, self.given[frame][1].row.filling + 5)
        self.table.has_claimed([stale, (10**9, 1), self.given[frame][1].filling])
        assert self.table.reader_of(stale) == 0
        self._use(frame)
        self.released.add(frame)

    @rule(data=st.data())
    def send(self, data: Any) -> None:
        waiting = [frame for frame in self.given if frame not in self.released]
        if waiting:
            frame = data.draw(st.sampled_from(waiting))
            content = self.given[frame][1]
            content.sendings = (*content.sendings, Sending())

    @rule()
    def sent(self) -> None:
        for _, content in self.given.values():
            for sending in content.sendings:
                sending.done = True  # type: ignore[misc]

    @rule()
    def take_released(self) -> None:
        self.table.take_released()
        self._forget_freed()

    def _forget_freed(self) -> None:
        """Forget frames whose slots the table may have freed: released and sent ones."""
        self.table.take_released()
        for frame in list(self.released):
            _, content = self.given[frame]
            if all(sending.done for sending in content.sendings):
                assert self.table.reader_of(content.filling) == 0
                del self.given[frame]
                self.released.remove(frame)
                self.claimed.remove(frame)
            else:
                assert self.table.reader_of(content.filling) != 0

    @precondition(lambda self: not self.revoked and self._unclaimed())
    @rule(reader=st.integers(1, 3))
    def revoke(self, reader: int) -> None:
        contents = [c for c in self.table.granted_to(reader) if not self.table.is_in_hand(c)]
        self.table.revoke(contents)
        self.revoked = {content.row.frame: content for content in contents}

    @precondition(lambda self: self.revoked)
    @rule(data=st.data())
    def settle(self, data: Any) -> None:
        """Words that were under way when frames were revoked win; the others go back."""
        late = data.draw(st.sets(st.sampled_from(sorted(self.revoked))))
        words = data.draw(st.sampled_from([self.words.claimed, self.words.held]))
        for frame in late:
            slot, filling = self.revoked[frame].filling
            words[slot] = filling
        kept = [c for c in self.revoked.values() if self.table.is_in_hand(c)]
        assert {content.row.frame for content in kept} == late
        self.table.restore(kept)
        back = [c for c in self.revoked.values() if c.row.frame not in late]
        self.table.take_back(back)
        for frame in late if words is self.words.claimed else ():
            self._use(frame)
        for content in back:
            del self.given[content.row.frame]
        self.ready = sorted(self.ready + [content.row.frame for content in back])
        self.revoked = {}

    @rule(reader=st.integers(1, 3))
    def reader_dies(self, reader: int) -> None:
        if self.revoked:
            return
        mine = self.table.granted_to(reader)
        unused = [content for content in mine if not self.table.is_claimed(content)]
        self.table.take_back(unused)
        self.table.release([content for content in mine if content not in unused])
        for content in mine:
            frame = content.row.frame
            if content in unused:
                del self.given[frame]
            elif self.table.reader_of(content.filling) == 0:
                del self.given[frame]
                self.claimed.discard(frame)
                self.released.discard(frame)
        self.ready = sorted(self.ready + [content.row.frame for content in unused])

    @invariant()
    def slots_are_conserved(self) -> None:
        table = self.table
        filled = [content.row.slot for content in table._ready]
        states = [*table._free._free, *table._filling, *filled, *table._contents]
        assert sorted(states) == list(range(SLOTS))

    @invariant()
    def counts_are_right(self) -> None:
        assert self.table.ready == len(self.ready)
        assert self.table._filling == {slot for slot, _ in self.filling}
        assert [content.row.frame for content in self.table._ready] == self.ready
        grants = self.table.grants()
        assert sum(map(len, grants.values())) == self.table.granted
        assert all(grants[reader] == self.table.granted_to(reader) for reader in grants)

    @invariant()
    def no_frame_is_used_twice(self) -> None:
        assert all(count == 1 for count in self.used.values())

    @invariant()
    def what_is_not_used_is_somewhere(self) -> None:
        somewhere = {*self.ready, *self.given, *self.used}
        assert somewhere == set(range(self.frames))


TestTable = Table.TestCase
TestTable.settings = settings(
    deadline=None,
    max_examples=60,
    stateful_step_count=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def row(slot: int, filling: int, frame: int) -> FrameRow:
    return FrameRow(slot, filling, 1, frame, frame, 0, 0, 0, 0)


def filled(table: SlotTable, frame: int) -> None:
    filling = table.take_free()
    assert filling is not None
    table.fill(row(*filling, frame))


def test_frames_that_readers_hold_leave_the_queue_its_slots() -> None:
    words = Words()
    table = SlotTable(words, SLOTS, QUEUE)
    lent = []
    for frame in range(SLOTS):
        filled(table, frame)
        lent += [content.row.is_lent for content in table.grant(1, 1)]
    assert lent == [1] * (SLOTS - QUEUE) + [0] * QUEUE
    assert table.is_starved


def test_a_slot_that_was_released_and_filled_again_is_not_restored() -> None:
    words = Words()
    table = SlotTable(words, 1, 1)
    filled(table, 0)
    (content,) = table.grant(1, 1)
    table.revoke([content])
    words.claimed[0] = words.released[0] = content.row.filling
    table.take_released()
    filled(table, 1)
    (newer,) = table.grant(2, 1)
    table.restore([content])
    assert words.granted[0] == newer.row.filling
