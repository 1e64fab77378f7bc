"""What a stream and its readers say to each other over ZeroMQ.

A message is a header, one JSON object, and raw bytes in further parts. Nothing is ever unpickled.
Readers (DEALER) say, by ``kind``:

* ``hello``: who they are; the answer is ``welcome``, or ``refused`` with the reason.
* ``more``: for each of ``requests``, so many frames are wanted under a number; asked again, the
  same are sent again. The answer is ``frames``, ``end`` once there will be none, or ``lost`` where
  they went to others while the reader could not be reached; ``wait`` says meanwhile that the stream
  lives. One message may answer several requests.
* ``claim``: fillings of slots that a trainer is to use; the answer ``claimed`` says whether they
  are its own yet. Readers of shared memory write a word there instead.
* ``bye``: frames of requests after the number ``passed``, and of those in ``missed``, go to others.
* ``update``, ``statistics``, ``command``: feedback; the answer has the same ``request``. The body
  of the ``reply`` to a command is a further part, a JSON text that may be long.

The stream (ROUTER) also says ``ping`` to those that it has not heard of; they need not answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from .errors import WireError

PROTOCOL = 1
CONTROL = "control"
"""What those name as their dataset who read no frames."""
MOST_HEADER_BYTES = 1 << 20
MOST_FRAMES = 1024
"""That one request may ask for."""
MOST_REQUESTS = 16
"""Of a reader, that wait."""
_MOST_NUMBER = 1 << 62
_MOST_NAME = 512
_MOST_DEPTH = 64

Header = Mapping[str, Any]
Check = Callable[[Any], bool]


def packed(kind: str, **values: Any) -> bytes:
    """Return a header."""
    return json.dumps({"kind": kind, **values}, separators=(",", ":")).encode()


def unpacked(part: bytes, kinds: Mapping[str, Mapping[str, Check]]) -> Header:
    """Read a header and check it.

    Args:
        kinds: the messages that this side takes, each with a check for every value that it has.

    Raises:
        WireError: it is too long, no JSON object, of another kind, or lacks a good value.
    """
    if len(part) > MOST_HEADER_BYTES:
        raise WireError(f"a header of {len(part)} bytes; the most are {MOST_HEADER_BYTES}")
    try:
        header: Any = json.loads(part)
    except (ValueError, RecursionError) as error:
        raise WireError(f"a header that is no JSON: {error}") from error
    kind = header.get("kind") if isinstance(header, dict) else None
    checks = kinds.get(kind) if isinstance(kind, str) else None
    if checks is None:
        raise WireError(f"a message of kind {str(kind)[:40]!r}; expected {', '.join(kinds)}")
    for name, is_good in checks.items():
        if name not in header or not is_good(header[name]):
            raise WireError(f"{kind}: {name} is {str(header.get(name))[:80]!r}")
    checked: Header = header
    return checked


def is_number(value: Any) -> bool:
    """Tell whether it is a whole number from 0 that fits 64 bits; JSON's true is none."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_NUMBER


def is_numbers(value: Any) -> bool:
    """Tell whether it is a list of such numbers, of a length that is reasonable."""
    return isinstance(value, list) and len(value) <= MOST_FRAMES and all(map(is_number, value))


def is_text(value: Any) -> bool:
    """Tell whether it is text."""
    return isinstance(value, str)


def is_name(value: Any) -> bool:
    """Tell whether it is text of a length that may be kept."""
    return isinstance(value, str) and len(value) <= _MOST_NAME


def is_object(value: Any) -> bool:
    """Tell whether it is a JSON object."""
    return isinstance(value, dict)


def is_anything(value: Any) -> bool:
    """Accept any JSON."""
    return True


def is_shallow(value: Any) -> bool:
    """Tell whether it is nested no deeper than what may be copied and written again."""
    level = [value]
    for _ in range(_MOST_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return True
    return False


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def is_shallow_object(value: Any) -> bool:
    """Tell whether it is a JSON object that is not nested too deep."""
    return is_object(value) and is_shallow(value)


def is_yes_or_no(value: Any) -> bool:
    """Tell whether it is true or false."""
    return isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Tell whether so many frames can be asked for."""
    return is_number(value) and 0 < value <= MOST_FRAMES


def is_requests(value: Any) -> bool:
    """Tell whether it is a list of numbers of requests, each with how many frames it is for."""
    return _is_pairs(value) and all(
        is_number(number) and is_count(count) for number, count in value
    )


def is_answers(value: Any) -> bool:
    """Tell whether it is a list of numbers of requests, each with rows of frames."""
    return _is_pairs(value) and all(is_number(number) and _is_rows(rows) for number, rows in value)


def _is_pairs(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= MOST_REQUESTS
        and all(type(pair) is list and len(pair) == 2 for pair in value)
    )


def is_transport(value: Any) -> bool:
    """Tell whether it is a way for arrays to travel."""
    return value in ("shared", "tcp")


def rows_of(length: int) -> Check:
    """Return the check for a list of rows, one at least, of so many whole numbers each."""

    def is_rows(value: Any) -> bool:
        return (
            isinstance(value, list)
            and 0 < len(value) <= MOST_FRAMES
            and set(map(type, value)) == {list}
            and set(map(len, value)) == {length}
            and set(map(type, chain(*value))) == {int}
            and min(chain(*value)) >= 0
            and max(chain(*value)) < _MOST_NUMBER
        )

    return is_rows


_is_rows = rows_of(9)

FROM_READERS: Mapping[str, Mapping[str, Check]] = {
    "hello": {
        "protocol": is_number,
        "synth": is_name,
        "token": is_name,
        "trainer": is_name,
        "epoch": is_name,
        "process": is_number,
        "host": is_name,
    },
    "more": {"requests": is_requests, "transport": is_transport},
    "claim": {"request": is_number, "trainer": is_name, "fillings": rows_of(2)},
    "bye": {"passed": is_number, "missed": is_numbers},
    "update": {"request": is_number, "changes": is_shallow_object},
    "statistics": {"request": is_number},
    "command": {"request": is_number, "instance": is_number, "body": is_shallow},
}
"""What the stream takes. A filling is (slot, filling)."""

FROM_STREAM: Mapping[str, Mapping[str, Check]] = {
    "welcome": {"layout": is_object, "ring": is_object, "recipe": is_object, "batch": is_count},
    "refused": {"message": is_text},
    "frames": {"answers": is_answers},
    "wait": {"request": is_number},
    "end": {"request": is_number},
    "lost": {"request": is_number},
    "claimed": {"request": is_number, "is_yours": is_yes_or_no},
    "updated": {"request": is_number, "version": is_number},
    "statistics": {"request": is_number, "values": is_object},
    "reply": {"request": is_number},
    "failed": {"request": is_number, "kind_of_error": is_text, "message": is_text},
    "ping": {},
}
"""What readers take. A row of ``frames`` is `FrameRow`; further parts hold what it says."""
