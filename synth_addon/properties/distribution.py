"""One distribution as properties: how it is drawn, and the numbers of every way to draw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from ..core.recipe.declarations import Declaration
from ..translations.translating import CONTEXT

KINDS = (
    ("constant", "Constant", "Always the same value"),
    ("uniform", "Uniform", "Any value between two limits, all equally likely"),
    ("log_uniform", "Log Uniform", "Between two limits, each order of magnitude equally likely"),
    ("normal", "Normal", "Around a mean, cut off at two limits"),
    ("choice", "Choice", "One of some values"),
)
FIELDS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "constant": ("constant",),
    "uniform": ("low", "high"),
    "log_uniform": ("low", "high"),
    "normal": ("mean", "std", "low", "high"),
    "choice": ("listed",),
}
_LABELS = {
    "constant": "Value",
    "low": "Min",
    "high": "Max",
    "mean": "Mean",
    "std": "Deviation",
}


def distribution_annotations(declaration: Declaration) -> dict[str, Any]:
    """Return the properties of a distribution with the limits and defaults that are declared."""
    defaults = field_values(declaration.default if declaration.default is not None else 1)
    kind = bpy.props.EnumProperty(
        items=KINDS,
        name=declaration.label,
        translation_context=CONTEXT,
        description=declaration.help,
        default=defaults["kind"],
    )
    listed = bpy.props.StringProperty(
        name="Values",
        translation_context=CONTEXT,
        description="Values such as 40, 50, 60, or with weights: 40: 2, 60: 1",
        default=defaults["listed"],
    )
    numbers = {name: _number(name, declaration, defaults[name]) for name in _LABELS}
    return {"kind": kind, "listed": listed, **numbers}


def _number(name: str, declaration: Declaration, default: float) -> Any:
    make = bpy.props.IntProperty if declaration.whole else bpy.props.FloatProperty
    low, high = declaration.low, declaration.high
    assert low is not None and high is not None
    if name == "std":
        low, high = 0.0, high - low
    number = round if declaration.whole else float
    more = {} if declaration.whole else {"precision": 3, "step": 10}
    return make(
        name=_LABELS[name],
        description=declaration.help,
        default=number(min(max(default, low), high)),
        min=number(low),
        max=number(high),
        **more,
    )


def field_values(stated: Any) -> dict[str, Any]:
    """Return the properties that show a distribution in JSON form.

    Those of other kinds follow along, so that changing the kind starts from a sensible range.
    """
    if isinstance(stated, int | float):
        return _values("constant", stated, stated)
    kind, body = next(iter(stated.items()))
    if kind == "choice":
        numbers, weights = (
            (body, None) if isinstance(body, list) else (body["values"], body["weights"])
        )
        return _values(kind, min(numbers), max(numbers), listed=_listed(numbers, weights))
    if kind == "normal":
        return _values(kind, body["min"], body["max"], mean=body["mean"], std=body["std"])
    return _values(kind, *body)


def _values(
    kind: str,
    low: float,
    high: float,
    *,
    mean: float | None = None,
    std: float | None = None,
    listed: str = "",
) -> dict[str, Any]:
    middle = (low + high) / 2 if mean is None else mean
    return {
        "kind": kind,
        "constant": middle,
        "low": low,
        "high": high,
        "mean": middle,
        "std": (high - low) / 4 if std is None else std,
        "listed": listed or ", ".join(f"{value:g}" for value in dict.fromkeys((low, high))),
    }


def _listed(values: list[float], weights: list[float] | None) -> str:
    if weights is None:
        return ", ".join(f"{value:.9g}" for value in values)
    pairs = zip(values, weights, strict=True)
    return ", ".join(f"{value:.9g}: {weight:.9g}" for value, weight in pairs)
