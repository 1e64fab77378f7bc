"""Headers: what one side writes the other reads, and all else is refused without harm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_addon.stream.errors import WireError
from synth_addon.stream.wire import (
    FROM_READERS,
    FROM_STREAM,
    MOST_FRAMES,
    MOST_HEADER_BYTES,
    MOST_REQUESTS,
    packed,
    unpacked,
)

GOOD: dict[str, dict[str, Any]] = {
    "hello": {
        "protocol": 1,
        "synth": "1.0",
        "token": "",
        "trainer": "1:x",
        "epoch": "",
        "process": 1,
        "host": "here",
    },
    "more": {"requests": [[1, 8], [2, 3]], "transport": "shared"},
    "claim": {"request": 1, "trainer": "1:x", "fillings": [[0, 1], [5, 2]]},
    "bye": {"passed": 0, "missed": []},
    "update": {"request": 1, "changes": {"lights.energy": {"uniform": [1, 2]}}},
    "statistics": {"request": 1},
    "command": {"request": 1, "instance": 0, "body": [1, None]},
}
quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
numbers = st.integers() | st.floats() | st.sampled_from([2**62, 2**63, 2**64, -1, 10**400])
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def test_every_kind_that_readers_say_is_known_here() -> None:
    assert GOOD.keys() == FROM_READERS.keys()


@pytest.mark.parametrize("kind", GOOD)
def test_good_messages_pass(kind: str) -> None:
    assert unpacked(packed(kind, **GOOD[kind]), FROM_READERS) == {"kind": kind, **GOOD[kind]}


@pytest.mark.parametrize("kind", GOOD)
def test_no_value_may_be_missing(kind: str) -> None:
    for name in GOOD[kind]:
        values = {key: value for key, value in GOOD[kind].items() if key != name}
        with pytest.raises(WireError, match=name):
            unpacked(packed(kind, **values), FROM_READERS)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("hello", "protocol", True),
        ("hello", "protocol", 1.0),
        ("hello", "process", -1),
        ("hello", "process", 1 << 62),
        ("hello", "trainer", 5),
        ("hello", "trainer", "x" * 513),
        ("more", "requests", [[1, 0]]),
        ("more", "requests", [[1, MOST_FRAMES + 1]]),
        ("more", "requests", [[-1, 1]]),
        ("more", "requests", [[1, 1], [2]]),
        ("more", "requests", [[1, 1]] * (MOST_REQUESTS + 1)),
        ("more", "requests", []),
        ("more", "requests", {"1": 1}),
        ("more", "transport", "pigeon"),
        ("claim", "fillings", "ab"),
        ("claim", "fillings", {"0": 1}),
        ("claim", "fillings", []),
        ("claim", "fillings", [[0]]),
        ("claim", "fillings", [[0, 1], "ab"]),
        ("claim", "fillings", [[0, 1, 2]]),
        ("claim", "fillings", [[0, -1]]),
        ("claim", "fillings", [[0, True]]),
        ("claim", "fillings", [[0, 1 << 62]]),
        ("claim", "fillings", [[0, 1]] * (MOST_FRAMES + 1)),
        ("update", "changes", []),
    ],
)
def test_values_out_of_bounds_are_refused(kind: str, name: str, value: Any) -> None:
    with pytest.raises(WireError, match=name):
        unpacked(packed(kind, **{**GOOD[kind], name: value}), FROM_READERS)


@pytest.mark.parametrize(("kind", "name"), [("update", "changes"), ("command", "body")])
def test_values_nested_too_deep_are_refused(kind: str, name: str) -> None:
    for depth, is_good in ((50, True), (70, False), (900, False)):
        text = packed(kind, **{**GOOD[kind], name: "HERE"}).decode()
        nested = '{"a":' + "[" * depth + "]" * depth + "}"
        part = text.replace('"HERE"', nested).encode()
        if is_good:
            assert unpacked(part, FROM_READERS)["kind"] == kind
        else:
            with pytest.raises(WireError):
                unpacked(part, FROM_READERS)


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"null",
        b"[]",
        b'"hello"',
        b"{}",
        b'{"kind": 5}',
        b'{"kind": ["hello"]}',
        b'{"kind": "welcome"}',
        b"{" * 100_000,
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b'{"kind": "bye", "passed": ' + b"9" * 5000 + b"}",
        b'{"kind": "bye", "passed": 1e999}',
        b'{"kind": "bye", "passed": NaN}',
        b" " * (MOST_HEADER_BYTES + 1),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=lambda part: part[:20],
)
def test_what_is_no_message_is_refused(part: bytes) -> None:
    with pytest.raises(WireError):
        unpacked(part, FROM_READERS)


@quick
@given(st.binary(max_size=200))
def test_bytes_are_refused_and_do_no_harm(part: bytes) -> None:
    with pytest.raises(WireError):
        unpacked(part, FROM_READERS)


@quick
@given(
    st.sampled_from(sorted(FROM_READERS) + sorted(FROM_STREAM)),
    st.dictionaries(st.sampled_from(sorted({n for k in GOOD.values() for n in k})), json_values),
)
def test_values_that_pass_are_what_the_checks_say(kind: str, values: dict[str, Any]) -> None:
    try:
        header = unpacked(json.dumps({"kind": kind, **values}).encode(), FROM_READERS)
    except WireError:
        return
    checks = FROM_READERS[header["kind"]]
    assert all(is_good(header[name]) for name, is_good in checks.items())
