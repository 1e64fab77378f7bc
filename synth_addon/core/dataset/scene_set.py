"""Sets of scene indices, one bit each: ten million take 1.3 MB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_PAGE_BITS = 1 << 16
"""Scenes in one page; pages without any are not kept, so far ones cost nothing."""


class SceneSet:
    """A set of scene indices; iterating gives them ascending."""

    def __init__(self, scenes: Iterable[int] = ()) -> None:
        self._pages: dict[int, bytearray] = {}
        self._count = 0
        for scene in scenes:
            self.add(scene)

    def add(self, scene: int) -> bool:
        """Add a scene; return whether it is new."""
        number, bit = divmod(scene, _PAGE_BITS)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = bytearray(_PAGE_BITS >> 3)
        mask = 1 << (bit & 7)
        if page[bit >> 3] & mask:
            return False
        page[bit >> 3] |= mask
        self._count += 1
        return True

    def discard(self, scene: int) -> None:
        """Take a scene out, if it is there."""
        if scene in self:
            number, bit = divmod(scene, _PAGE_BITS)
            self._pages[number][bit >> 3] &= ~(1 << (bit & 7))
            self._count -= 1

    def __contains__(self, scene: object) -> bool:
        if not isinstance(scene, int):
            return False
        number, bit = divmod(scene, _PAGE_BITS)
        page = self._pages.get(number)
        return page is not None and bool(page[bit >> 3] >> (bit & 7) & 1)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        for number in sorted(self._pages):
            first = number * _PAGE_BITS
            for place, bits in enumerate(self._pages[number]):
                if bits:
                    yield from (first + 8 * place + bit for bit in range(8) if bits >> bit & 1)
