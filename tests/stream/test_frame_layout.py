"""Arrays in a slot: they never overlap, and no statement of a layout does harm."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_addon.stream.frame_layout import (
    MOST_SLOT_BYTES,
    FrameLayout,
    frame_layout,
    layout_from_json,
)

quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
DTYPES = ("uint8", "uint16", "int32", "int64", "float32", "float64")
names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
shapes = st.lists(st.integers(1, 40), max_size=3).map(tuple)
arrays = st.dictionaries(names, st.tuples(st.sampled_from(DTYPES), shapes), min_size=1, max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@quick
@given(arrays, st.integers(0, 100_000))
def test_a_layout_has_what_was_asked_for(
    arrays: dict[str, tuple[str, tuple[int, ...]]], text_bytes: int
) -> None:
    layout = frame_layout(arrays, text_bytes)
    for field, (name, (dtype, shape)) in zip(layout.arrays, arrays.items(), strict=True):
        assert (field.name, field.dtype, field.shape) == (name, dtype, shape)
        assert field.size == np.empty(shape, dtype).nbytes
    assert layout.slot_bytes == sum(field.size for field in layout.arrays) + text_bytes


@quick
@given(arrays, st.integers(0, 100_000))
def test_a_layout_comes_back_from_json(
    arrays: dict[str, tuple[str, tuple[int, ...]]], text_bytes: int
) -> None:
    layout = frame_layout(arrays, text_bytes)
    assert layout_from_json(json.loads(json.dumps(layout.to_json()))) == layout


@quick
@given(json_values)
def test_what_is_no_layout_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        layout_from_json(data)


@quick
@given(st.lists(st.tuples(json_values, json_values, json_values), max_size=3), json_values)
def test_a_layout_of_strange_values_is_refused_or_usable(rows: Any, text_bytes: Any) -> None:
    try:
        layout = layout_from_json({"arrays": rows, "text_bytes": text_bytes})
    except ValueError:
        return
    assert isinstance(layout, FrameLayout)
    assert 0 < layout.slot_bytes <= MOST_SLOT_BYTES


@pytest.mark.parametrize(
    ("arrays", "text_bytes"),
    [
        ({}, 0),
        ({f"a{number}": ("uint8", (1,)) for number in range(33)}, 0),
        ({"Image": ("uint8", (1,))}, 0),
        ({"": ("uint8", (1,))}, 0),
        ({"image": ("object", (1,))}, 0),
        ({"image": ("uint8", (0, 4))}, 0),
        ({"image": ("uint8", (-1,))}, 0),
        ({"image": ("uint8", (1,) * 9)}, 0),
        ({"image": ("uint8", (1 << 31,))}, 0),
        ({"image": ("float64", (1 << 15, 1 << 15))}, 0),
        ({"image": ("uint8", (1 << 30,)), "other": ("uint8", (1 << 30,))}, 1),
        ({"image": ("uint8", (1,))}, -1),
        ({"image": ("uint8", (1,))}, 1 << 31),
    ],
    ids=str,
)
def test_layouts_out_of_bounds_are_refused(arrays: Any, text_bytes: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        frame_layout(arrays, text_bytes)
