"""Choices among named kinds: read, written and drawn."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from synth_addon.core.errors import Fault
from synth_addon.core.kind_choice import KindChoice, kinds_schema, parse_kinds

KNOWN = ("color", "hdri", "sky")
WEIGHTS = st.dictionaries(st.sampled_from(KNOWN), st.floats(0, 1e6), min_size=1).filter(
    lambda weights: any(weights.values())
)


@given(st.sampled_from(KNOWN) | WEIGHTS)
def test_what_is_written_is_read_again(value: str | dict[str, float]) -> None:
    choice = parse_kinds(value, KNOWN)
    written = json.loads(json.dumps(choice.to_json()))
    assert parse_kinds(written, KNOWN) == choice
    assert Draft202012Validator(kinds_schema(KNOWN)).is_valid(written)


@given(WEIGHTS, st.integers(0, 2**32))
def test_the_order_of_keys_means_nothing(weights: dict[str, float], seed: int) -> None:
    turned = dict(reversed(list(weights.items())))
    one, other = parse_kinds(weights, KNOWN), parse_kinds(turned, KNOWN)
    assert one == other
    kind = one.draw(np.random.default_rng(seed))
    assert weights[kind] > 0


def test_a_single_kind_takes_nothing_from_the_generator() -> None:
    used, fresh = np.random.default_rng(1), np.random.default_rng(1)
    assert parse_kinds({"sky": 3, "hdri": 0}, KNOWN).draw(used) == "sky"
    assert used.random() == fresh.random()


def test_a_kind_can_be_left_out_unless_it_is_the_only_one() -> None:
    both = parse_kinds({"sky": 3, "hdri": 1}, KNOWN)
    assert both.without("hdri") == KindChoice(("sky",), (3.0,))
    assert both.without("color") == both
    assert both.without("hdri").without("sky").names == ("sky",)


@pytest.mark.parametrize(
    "value", ["", "fog", {}, {"fog": 1}, {"sky": 0}, {"sky": -1}, {"sky": "1"}, ["sky"], None, 1]
)
def test_anything_else_is_refused_with_a_remedy(value: object) -> None:
    with pytest.raises(Fault) as caught:
        parse_kinds(value, KNOWN)
    assert caught.value.remedy
