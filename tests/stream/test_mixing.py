"""Frames from several sources: ratios, order by seed, and what happens when one ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count, islice, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.stream.mixing import Endless, Mix

RATIO = {"stream": 6.0, "recorded": 3.0, "photos": 1.0}


def endless_names(**other: Any) -> Mix[str]:
    return Mix({name: repeat(name) for name in RATIO}, RATIO, **other)


def test_items_come_by_ratio() -> None:
    found = Counter(islice(endless_names(), 10_000))
    for name, part in RATIO.items():
        assert found[name] == pytest.approx(1000 * part, rel=0.1)


def test_the_seed_decides_the_order_and_names_do_not_hang_on_theirs() -> None:
    first = list(islice(endless_names(seed=3), 200))
    turned = Mix(
        {name: repeat(name) for name in reversed(RATIO)},
        dict(reversed(RATIO.items())),
        seed=3,
    )
    assert first == list(islice(turned, 200))
    assert first != list(islice(endless_names(seed=4), 200))


SOURCES = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 20), min_size=1)


@given(SOURCES, st.integers(0, 100))
def test_all_items_come_in_the_order_of_their_source(sizes: dict[str, int], seed: int) -> None:
    sources = {name: [(name, n) for n in range(size)] for name, size in sizes.items()}
    mix = Mix(sources, dict.fromkeys(sizes, 1.0), seed=seed, stop="all")
    found = list(mix)
    assert found == list(mix)
    for name, items in sources.items():
        assert [item for item in found if item[0] == name] == items
    assert len(found) == sum(sizes.values())


@given(SOURCES, st.integers(0, 100))
def test_with_first_the_end_of_one_is_the_end(sizes: dict[str, int], seed: int) -> None:
    sources = {name: [(name, n) for n in range(size)] for name, size in sizes.items()}
    found = Counter(name for name, _ in Mix(sources, dict.fromkeys(sizes, 1.0), seed=seed))
    assert any(found[name] == size for name, size in sizes.items())
    assert sum(found.values()) <= sum(sizes.values())


def test_a_source_of_ratio_0_is_not_touched() -> None:
    def broken() -> Iterator[int]:
        raise AssertionError
        yield 0

    mix = Mix({"a": iter([1, 2]), "b": broken()}, {"a": 1, "b": 0})
    assert list(mix) == [1, 2]


def test_an_endless_source_goes_on() -> None:
    mix = Mix({"stream": count(), "photos": Endless([-1, -2])}, {"stream": 1, "photos": 1})
    photos = [item for item in islice(mix, 100) if item < 0]
    assert photos[:5] == [-1, -2, -1, -2, -1]


@pytest.mark.parametrize("source", [[], iter([1])])
def test_what_cannot_be_repeated_is_refused(source: Any) -> None:
    with pytest.raises(ValueError, match="gives it once"):
        list(islice(Endless(source), 3))


@pytest.mark.parametrize(
    ("ratio", "message"),
    [
        ({"a": 1.0}, "ratios are of"),
        ({"a": 1.0, "b": -1.0}, "not negative"),
        ({"a": 0.0, "b": 0.0}, "not all 0"),
        ({"a": float("inf"), "b": 1.0}, "finite"),
        ({"a": float("nan"), "b": 1.0}, "finite"),
    ],
)
def test_ratios_that_say_nothing_are_refused(ratio: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Mix({"a": [1], "b": [2]}, ratio)


def test_another_end_is_refused() -> None:
    with pytest.raises(ValueError, match="stop is"):
        Mix({"a": [1]}, {"a": 1.0}, stop="never")  # type: ignore[arg-type]
