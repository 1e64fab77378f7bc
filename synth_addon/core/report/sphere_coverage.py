"""Counts of directions on a sphere, in cells of equal area."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

RINGS, SECTORS = 12, 24


class SphereCoverage:
    """Counts of directions in `RINGS` rings of equal height z, each cut into `SECTORS`.

    A ring of a sphere has an area in proportion to its height (Archimedes), so all cells are as
    large as each other.

    Attributes:
        counts: (RINGS, SECTORS), from z = -1 up, and from the x axis towards y.
    """

    def __init__(self) -> None:
        self.counts: NDArray[np.int64] = np.zeros((RINGS, SECTORS), np.int64)

    def add(self, direction: ArrayLike) -> None:
        """Count one direction (3,) of any length but 0."""
        x, y, z = (float(value) for value in np.asarray(direction, float))
        length = math.sqrt(x * x + y * y + z * z)
        if not length:
            return
        ring = min(RINGS - 1, max(0, int((z / length + 1) / 2 * RINGS)))
        turn = math.atan2(y, x) / (2 * math.pi) % 1.0
        self.counts[ring, min(SECTORS - 1, int(turn * SECTORS))] += 1

    @property
    def total(self) -> int:
        """How many directions were counted."""
        return int(self.counts.sum())

    @property
    def covered(self) -> float:
        """The share of the sphere whose cells hold a direction."""
        return float(np.count_nonzero(self.counts)) / self.counts.size
