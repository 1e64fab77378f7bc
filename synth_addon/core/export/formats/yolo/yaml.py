"""data.yaml without a YAML library: JSON values, which are YAML too, under plain keys.

``KEY: VALUE``, or ``KEY:`` with ``  KEY: VALUE`` below it. Numbers as keys are numbers again when
they are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

DATA_FILE = "data.yaml"
_LINE = re.compile(r"(?P<indent>  )?(?P<key>[A-Za-z0-9_]+):(?: (?P<value>.+))?")
_NOT_IN_YAML = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON lets stand between quotes, and YAML forbids or takes for the end of a line."""


def yaml_text(content: Mapping[str, Any]) -> str:
    """Write texts, numbers, lists of these, and mappings to these."""
    lines = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            lines.append(f"{key}:")
            lines += [f"  {inner}: {_json(entry)}" for inner, entry in value.items()]
        else:
            lines.append(f"{key}: {_json(value)}")
    return "".join(f"{line}\n" for line in lines)


def read_yaml(text: str) -> dict[str, Any]:
    """Read what `yaml_text` writes.

    Raises:
        ValueError: a line is not of that form or cut off, or a key is there twice.
    """
    content: dict[Any, Any] = {}
    inner: dict[Any, Any] | None = None
    *lines, cut_off = text.split("\n")
    if cut_off:
        raise ValueError("its last line is cut off")
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None or (match["indent"] and (inner is None or match["value"] is None)):
            raise ValueError(f"line {number} does not read KEY: VALUE")
        place = inner if match["indent"] and inner is not None else content
        key = int(match["key"]) if match["key"].isdigit() else match["key"]
        if key in place:
            raise ValueError(f"line {number}: {key} is there twice")
        if match["value"] is None:
            place[key] = inner = {}
            continue
        place[key] = json.loads(match["value"])
        inner = place if match["indent"] else None
    return content


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
