"""How a number is stated in Blender's properties, as one value that can be compared and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .float32 import shortest_decimal

Limits = tuple[float, float]
"""Least and greatest value."""


@dataclass(frozen=True)
class Range:
    """The fields of one distribution; `kind` tells which of them count.

    Attributes:
        kind: "constant", "uniform", "log_uniform", "normal" or "choice".
        listed: values of a choice as typed, such as ``40, 50`` or ``40: 2, 50: 1``.
    """

    kind: str
    constant: float
    low: float
    high: float
    mean: float = 0.0
    std: float = 1.0
    listed: str = ""

    def limits(self) -> Limits:
        """Return the least and the greatest value, also where the fields are not valid yet."""
        if self.kind == "constant":
            return self.constant, self.constant
        if self.kind == "choice":
            values = [value for value, weight in self._choices() if weight > 0]
            return (min(values), max(values)) if values else (self.low, self.high)
        return min(self.low, self.high), max(self.low, self.high)

    def to_json(self) -> Any:
        """Return the distribution's JSON form, which need not be valid."""
        low, high = shortest_decimal(self.low), shortest_decimal(self.high)
        match self.kind:
            case "constant":
                return shortest_decimal(self.constant)
            case "normal":
                mean, std = shortest_decimal(self.mean), shortest_decimal(self.std)
                return {"normal": {"mean": mean, "std": std, "min": low, "max": high}}
            case "choice":
                pairs = self._choices()
                values, weights = [value for value, _ in pairs], [weight for _, weight in pairs]
                return {"choice": {"values": values, "weights": weights}}
            case kind:
                return {kind: [low, high]}

    def _choices(self) -> list[tuple[float, float]]:
        """Return (value, weight) of what can be read in `listed`; nothing if some cannot."""
        parts = [part.partition(":") for part in self.listed.split(",") if part.strip()]
        try:
            return [
                (float(value), float(weight) if colon else 1.0) for value, colon, weight in parts
            ]
        except ValueError:
            return []
