"""The code of a mask's window is that of the whole mask."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from synth_addon.core.annotation import encode_mask
from synth_addon.core.run_lengths import window_counts


@given(st.integers(1, 12), st.integers(1, 12), st.data(), st.floats(0, 1), st.integers(0, 2**32))
def test_a_window_says_all(
    height: int, width: int, data: st.DataObject, share: float, seed: int
) -> None:
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    rows, columns = data.draw(st.integers(1, height - top)), data.draw(st.integers(1, width - left))
    window = np.random.default_rng(seed).random((rows, columns)) < share
    mask = np.zeros((height, width), bool)
    mask[top : top + rows, left : left + columns] = window
    assert window_counts(window, (top, left), height, width) == encode_mask(mask).counts


@given(st.integers(1, 6), st.integers(1, 6))
@example(1, 1)
def test_full_and_empty_masks(height: int, width: int) -> None:
    for value in (False, True):
        mask = np.full((height, width), value)
        assert window_counts(mask, (0, 0), height, width) == encode_mask(mask).counts
