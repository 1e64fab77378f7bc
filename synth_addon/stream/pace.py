"""How many requests a reader keeps under way."""

from __future__ import annotations

import time

_ROUND_S = 0.012
"""What a request and its answer may take at most where frames come by the thousand."""
_LEAST, _MOST = 2, 12
_WEIGHT = 0.1


class Pace:
    """Follows how fast batches are used.

    Two requests are enough for one to be answered while the batch before is used. Where batches are
    used faster than an answer comes, more are under way, so that several are answered by one
    message; more than that would only let frames grow old.

    Attributes:
        most: how many there may be.
    """

    def __init__(self) -> None:
        self.most = _MOST
        self._interval_s = _ROUND_S
        self._before = time.monotonic()

    @property
    def under_way(self) -> int:
        """How many there should be now."""
        wanted = 1 + round(_ROUND_S / max(self._interval_s, _ROUND_S / _MOST))
        return max(_LEAST, min(wanted, self.most, _MOST))

    def tick(self) -> None:
        """Note that a batch is used."""
        now = time.monotonic()
        self._interval_s += _WEIGHT * (now - self._before - self._interval_s)
        self._before = now
