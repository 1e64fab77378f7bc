"""How one of several named kinds is drawn.

In JSON it is the name of the only kind, or the kinds with their weights::

    "sky"
    {"sky": 2, "hdri": 1}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .distributions import parse_weights, weighted_index
from .errors import Fault


@dataclass(frozen=True)
class KindChoice:
    """One of `names`, with probabilities in proportion to `weights`, all above 0."""

    names: tuple[str, ...]
    weights: tuple[float, ...]

    def draw(self, rng: np.random.Generator) -> str:
        """Draw one of the names; takes nothing from `rng` where there is only one."""
        if len(self.names) == 1:
            return self.names[0]
        return self.names[weighted_index(self.weights, rng)]

    def without(self, name: str) -> KindChoice:
        """Return the choice among the other kinds, or this one where there are no others."""
        left = [pair for pair in zip(self.names, self.weights, strict=True) if pair[0] != name]
        return KindChoice(*zip(*left, strict=True)) if left else self

    def to_json(self) -> Any:
        """Return the JSON form."""
        if len(self.names) == 1:
            return self.names[0]
        return dict(zip(self.names, self.weights, strict=True))


def parse_kinds(value: Any, known: Sequence[str]) -> KindChoice:
    """Return the choice that a JSON value states, its kinds in the order of `known`.

    Raises:
        Fault: the value names no kind or an unknown one, or the weights cannot be used.
    """
    if isinstance(value, KindChoice):
        return value
    weighted = f'{{"{known[0]}": 2, "{known[-1]}": 1}}'
    remedy = f"Use one of {', '.join(known)}, or weights such as {weighted}"
    given = {value: 1.0} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or not given:
        raise Fault("not a kind", remedy)
    for name in given:
        if name not in known:
            raise Fault(f"unknown kind {name!r}", remedy)
    names = [name for name in known if name in given]
    parse_weights([given[name] for name in names], len(names), remedy)
    drawn = tuple(name for name in names if given[name] > 0)
    return KindChoice(drawn, parse_weights([given[name] for name in drawn], len(drawn), remedy))


def kinds_schema(known: Sequence[str]) -> dict[str, Any]:
    """Return the JSON Schema of a choice among `known`."""
    weight = {"type": "number", "minimum": 0}
    weights = {
        "type": "object",
        "properties": dict.fromkeys(known, weight),
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [{"enum": list(known)}, weights]}
