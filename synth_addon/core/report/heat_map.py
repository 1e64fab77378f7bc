"""Counts of pairs of values on a grid of fixed size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .histograms import Bins


class HeatMap:
    """Counts of pairs (across, down) in cells.

    Attributes:
        counts: (rows, columns).
    """

    def __init__(self, across: Bins, down: Bins) -> None:
        self.across, self.down = across, down
        self.counts: NDArray[np.int64] = np.zeros((down.count, across.count), np.int64)

    def add(self, across: float, down: float) -> None:
        """Count one pair."""
        self.counts[self.down.index(down), self.across.index(across)] += 1

    @property
    def total(self) -> int:
        """How many pairs were counted."""
        return int(self.counts.sum())

    def share_of_fullest(self, share_of_cells: float) -> float:
        """Return the share of all pairs that the fullest cells hold; 0 where there are none."""
        ordered = np.sort(self.counts, axis=None)[::-1]
        return int(ordered[: max(1, round(share_of_cells * ordered.size))].sum()) / max(
            1, self.total
        )
