"""Frames that this process has a copy of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .claims import Claimed, Claims, no_claim
from .frame_layout import FrameLayout, layout_from_json
from .frame_row import FrameRow
from .frames import Content, tensor


class CopiedFrames:
    """Content of a batch in this process' own memory.

    Args:
        arrays: each (N, *shape), in the order of the layout.
        claimed: tells the stream that the frames are used.
    """

    def __init__(
        self,
        layout: FrameLayout,
        arrays: Sequence[NDArray[Any]],
        texts: Sequence[bytes],
        claimed: Claimed = no_claim,
    ) -> None:
        self.layout = layout
        self._arrays, self._texts, self._claimed = tuple(arrays), tuple(texts), claimed

    def claim(self) -> None:
        """Count the frames as used."""
        self._hand_over()()

    def array(self, number: int) -> NDArray[Any]:
        """Return one array of all frames, (N, *shape)."""
        return self._arrays[number]

    def texts(self) -> Sequence[bytes]:
        """Return the annotations, one for each frame."""
        return self._texts

    def passed_on(self) -> tuple[Callable[..., CopiedFrames], tuple[Any, ...]]:
        """Return what makes the same in another process, which then counts them as used."""
        arrays = [tensor(array) for array in self._arrays]  # torch moves these through memory
        return received, (self.layout.to_json(), arrays, self._texts, self._hand_over())

    def receipt(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """Return what another process calls to count the frames as used there."""
        return Claims((self._hand_over(),)), ()

    def _hand_over(self) -> Claimed:
        claimed, self._claimed = self._claimed, no_claim
        return claimed


def received(
    rows: Sequence[FrameRow],
    layout: Any,
    arrays: Sequence[Any],
    texts: Sequence[bytes],
    claimed: Claimed,
) -> CopiedFrames:
    """Return frames that another process has passed on."""
    return CopiedFrames(
        layout_from_json(layout), [array.numpy() for array in arrays], texts, claimed
    )


def copy_of(contents: Sequence[Content]) -> CopiedFrames:
    """Return the frames of several contents as one, which counts them as used as these would."""
    layout = contents[0].layout
    arrays = [
        np.concatenate([content.array(number) for content in contents])
        for number in range(len(layout.arrays))
    ]
    texts = [text for content in contents for text in content.texts()]
    receipts = [content.receipt() for content in contents]
    claims = Claims(tuple(partial(claim, *arguments) for claim, arguments in receipts))
    return CopiedFrames(layout, arrays, texts, claims)
