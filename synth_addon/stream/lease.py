"""The right to use slots of a ring until the arrays on them are gone.

A lease writes words for each slot: that it has the frame in hand, that it uses it, and later that
it needs the slot no more. Plain stores into shared memory can be made by whichever thread happens
to drop the last array, at any time; sockets could not be used there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import StreamError
from .ring import Ring

_DOUBT_S = 2.0
_PAUSE_S = 0.01


Filling = tuple[int, int]
"""A slot, and the how-manieth filling of it."""


class Lease:
    """Slots that a reader was given.

    Args:
        fillings: slot and filling of each frame.
        is_passed_on: whether another process is to use them. Looking at them here is no use then,
            unless that process never hears of them because something else was made of them.
    """

    def __init__(
        self, ring: Ring, fillings: Sequence[Filling], *, is_passed_on: bool = False
    ) -> None:
        self.ring = ring
        self.fillings = tuple(fillings)
        self._slots = _places([slot for slot, _ in self.fillings])
        self._numbers = np.array([filling for _, filling in self.fillings], np.uint64)
        self._is_passed_on, self._process = is_passed_on, os.getpid()
        self._is_seen = self._is_held = self._is_claimed = self._is_over = False

    def hold(self) -> None:
        """Keep the frames from others as long as this lease lives, whether they are used or not."""
        self._is_held = self._is_held or self._note(self.ring.held)

    def claim(self) -> None:
        """Say that the frames are used; from then on nobody else gets them.

        Raises:
            StreamError: others have them, because an iteration that began later was read first, or
                the worker that got them was killed.
        """
        self._is_seen = True
        if not self._is_claimed and not self._is_passed_on and not self._claim():
            raise StreamError(
                "these frames went to others: a later iteration of the dataset was read first, or "
                "their worker was killed. Read iterations of one dataset one after the other"
            )

    def _claim(self) -> bool:
        if self._is_held:
            self.ring.claimed[self._slots] = self._numbers
            self._is_claimed = True
        else:
            self._is_claimed = self._note(self.ring.claimed)
        return self._is_claimed

    def _note(self, words: NDArray[np.uint64]) -> bool:
        """Write a word for each slot, and return whether the frames are this reader's yet."""
        numbers, granted = self._numbers, self.ring.granted[self._slots]
        if ((granted == numbers) | (granted == 0)).all():  # else they are others' words now
            words[self._slots] = numbers
            end = time.monotonic() + _DOUBT_S
            while not (self.ring.granted[self._slots] == numbers).all():
                if time.monotonic() > end:
                    break
                time.sleep(_PAUSE_S)
            else:
                return True
            self._leave_rest(words)
        self._is_over = True
        return False

    def _leave_rest(self, words: NDArray[np.uint64]) -> None:
        """Let others have the frames that are this reader's yet, as some of the batch are not."""
        is_mine = self.ring.granted[self._slots] == self._numbers
        slots = np.array([slot for slot, _ in self.fillings])[is_mine]
        words[slots] = 0
        self.ring.released[slots] = self._numbers[is_mine]

    def joined(self, others: Sequence[Lease]) -> Lease:
        """Return one lease in the place of several of one ring."""
        fillings = [filling for lease in (self, *others) for filling in lease.fillings]
        for lease in (self, *others):
            lease.hand_over()
        return type(self)(self.ring, fillings, is_passed_on=self._is_passed_on)

    def hand_over(self) -> None:
        """Leave the slots to whoever was told of them."""
        self._is_over = True

    def release(self) -> None:
        """Give the slots back; frames that were not used go to others."""
        if self._is_over or os.getpid() != self._process:
            return  # the arrays of a fork are not those that count
        if self._is_seen and not self._is_claimed and not self._claim():
            return
        self._is_over = True
        is_sure = self._is_held or self._is_claimed
        if not is_sure and (self.ring.granted[self._slots] != self._numbers).any():
            return  # they are others' words now
        self.ring.released[self._slots] = self._numbers

    def __del__(self) -> None:
        self.release()

    def array(self, number: int) -> NDArray[Any]:
        """Return one array of all frames, (N, *shape), by its place in the layout.

        It is the shared memory itself where the slots are evenly spaced, and keeps the lease until
        it and all views of it are gone; else it is a copy.
        """
        if isinstance(self._slots, slice):
            return np.asarray(_Lent(self, self.ring.arrays(self._slots, number)))
        return np.stack([self.ring.array(slot, number) for slot, _ in self.fillings])


class RelayedLease(Lease):
    """Slots that are only a way from one process to another.

    They are free once nothing looks at them, whether the frames were used or not.
    """

    def release(self) -> None:
        """Give the slots back."""
        if not self._is_over and os.getpid() == self._process:
            self._is_over = True
            self.ring.released[self._slots] = self._numbers


class _Lent:
    """What numpy makes the base of an array, and of all its views: the lease lives as long.

    An array that is the base of another can be skipped by numpy, any other object cannot.
    """

    def __init__(self, lease: Lease, array: NDArray[Any]) -> None:
        self._lease = lease
        self.__array_interface__ = array.__array_interface__


def _places(slots: Sequence[int]) -> slice | NDArray[np.int64]:
    """Return what picks slots of an array; a slice, which is a view, if they are evenly spaced."""
    step = slots[1] - slots[0] if len(slots) > 1 else 1
    end = slots[0] + step * len(slots)
    if step > 0 and list(range(slots[0], end, step)) == slots:
        return slice(slots[0], end, step)
    return np.array(slots, np.int64)
