"""Values that a script declares and that others may set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import UsageError

_KINDS: Mapping[type, str] = {
    bool: "a truth value",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def check_parameters(changes: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    """Let new values pass if the script has declared such.

    Args:
        declared: all parameters with their values; one that is null takes any value.

    Raises:
        UsageError: it has not, or a value is of another kind.
    """
    for name, value in changes.items():
        if name not in declared:
            known = ", ".join(declared) or "none: declare them with script.parameters(NAME=VALUE)"
            raise UsageError(f"{name}: the script has no such parameter. There are {known}")
        kind, wanted = kind_of(name, value), kind_of(name, declared[name])
        if kind != wanted and declared[name] is not None:
            raise UsageError(f"{name}: {value!r} is {kind}. Give {wanted}, as the script does")


def kind_of(name: str, value: Any) -> str:
    """Return what kind of JSON the value of a parameter is.

    Raises:
        UsageError: it is none.
    """
    kind = _KINDS.get(type(value))
    if kind is None:
        raise UsageError(
            f"{name}: {value!r} cannot be a parameter. Give a number, a truth value, text, a list "
            "or a dict"
        )
    return kind
