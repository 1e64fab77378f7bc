"""One polygon of several outlines, for formats that know no more than one per object."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ....transforms import Array

_BLOCK = 256
"""Corners whose distances are computed at once."""


def joined(rings: Sequence[Array]) -> Array:
    """Join closed rings (N, 2) to one by bridges that are walked there and back.

    A bridge has no area, so the polygon covers what the rings cover together.
    The nearest ring is joined first, between the nearest corners: so all bridges together are as
    short as can be between corners. Ultralytics' ``merge_multi_segment`` bridges so too, but in the
    order in which parts are listed.
    """
    points = np.concatenate(rings)
    ring_of = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    ends = np.cumsum([len(ring) for ring in rings])
    largest = int(np.argmax(np.diff(ends, prepend=0)))
    walk = np.flatnonzero(ring_of == largest).tolist()
    waiting = np.flatnonzero(ring_of != largest)
    distances = np.full(len(waiting), np.inf)
    nearest = np.zeros(len(waiting), np.int64)
    added = np.array(walk)
    while len(waiting):
        _approach(points, added, waiting, distances, nearest)
        best = int(np.argmin(distances))
        entry, bridge = int(waiting[best]), int(nearest[best])
        ring = int(ring_of[entry])
        start = int(ends[ring]) - len(rings[ring])
        added = np.roll(np.arange(start, ends[ring]), start - entry)
        at = walk.index(bridge) + 1
        walk[at:at] = [*added.tolist(), entry, bridge]
        still = ring_of[waiting] != ring
        waiting, distances, nearest = waiting[still], distances[still], nearest[still]
    return _without_repeats(points[walk])


def _approach(
    points: Array,
    added: NDArray[np.int64],
    waiting: NDArray[np.int64],
    distances: NDArray[np.float64],
    nearest: NDArray[np.int64],
) -> None:
    """Bring up to date how far each waiting corner is from the joined ones, and from which."""
    for start in range(0, len(added), _BLOCK):
        block = added[start : start + _BLOCK]
        squared = ((points[waiting][:, None] - points[block]) ** 2).sum(axis=2)
        closest = squared.argmin(axis=1)
        found = squared[np.arange(len(waiting)), closest]
        closer = found < distances
        distances[closer] = found[closer]
        nearest[closer] = block[closest[closer]]


def _without_repeats(ring: Array) -> Array:
    """Leave out corners that equal the one before, as where parts touch at a corner."""
    kept: Array = ring[(ring != np.roll(ring, 1, axis=0)).any(axis=1)]
    return kept
