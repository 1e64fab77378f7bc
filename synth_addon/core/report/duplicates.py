"""Pictures that are equal, and pictures that look equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..dataset.journal_index import read_entries, read_index
from ..dataset.layout import JOURNAL_FILE, image_path
from ..dataset.reading import Dataset

NEAR_BITS = 4
"""Hashes that differ in at most so many of 64 bits are of pictures that look equal."""
_BANDS = tuple((start, min(13, 64 - start)) for start in range(0, 64, 13))


def difference_hash(picture: Image.Image) -> int:
    """Return the 64-bit dHash of a picture (N. Krawetz, "Kind of Like That", 2013).

    The picture becomes 9 x 8 grey pixels; each bit says whether a pixel is darker than the one
    right of it.
    """
    small = picture.convert("L").resize((9, 8), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    return int.from_bytes(np.packbits(grey[:, :-1] < grey[:, 1:]).tobytes(), "big")


def near_groups(hashes: Sequence[int]) -> list[list[int]]:
    """Return groups of two and more places whose hashes are linked by at most `NEAR_BITS` bits.

    Five bands hold all bits, so hashes that differ in four agree in one whole band: only hashes
    that share a band are compared.
    """
    places: dict[int, list[int]] = {}
    for place, value in enumerate(hashes):
        places.setdefault(value, []).append(place)
    linked = {value: value for value in places}
    for one, other in _near_pairs(list(places)):
        first, second = _root(linked, one), _root(linked, other)
        linked[max(first, second)] = min(first, second)
    groups: dict[int, list[int]] = {}
    for value, found in places.items():
        groups.setdefault(_root(linked, value), []).extend(found)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def _near_pairs(values: Sequence[int]) -> Iterator[tuple[int, int]]:
    for start, width in _BANDS:
        alike: dict[int, list[int]] = {}
        for value in values:
            alike.setdefault(value >> start & ((1 << width) - 1), []).append(value)
        for bucket in alike.values():
            for one, other in combinations(bucket, 2):
                if (one ^ other).bit_count() <= NEAR_BITS:
                    yield one, other


def _root(linked: dict[int, int], value: int) -> int:
    while linked[value] != value:
        linked[value] = linked[linked[value]]
        value = linked[value]
    return value


def equal_groups(dataset: Dataset) -> list[list[int]]:
    """Return groups of frames whose image files are equal byte by byte, as the journal says.

    Eight bytes of each SHA-256 are kept, which is all that grows with the dataset.

    Raises:
        DatasetError: the journal cannot be read.
    """
    numbers = np.array(dataset.frame_numbers(), np.int64)
    digests = np.fromiter(_digests(dataset), np.uint64, numbers.size)
    order = np.argsort(digests, kind="stable")
    ordered: NDArray[np.uint64] = digests[order]
    starts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    groups = np.split(numbers[order], starts)
    return sorted(group.tolist() for group in groups if group.size > 1)


def _digests(dataset: Dataset) -> Iterator[int]:
    path = dataset.directory / JOURNAL_FILE
    for entry in read_entries(path, read_index(path)):
        for frame in entry.frame_range:
            yield int(entry.files[image_path(frame)][:16], 16)
