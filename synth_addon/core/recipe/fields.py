"""How a parameter is declared: once, with default, limits, unit, label and help text.

The JSON Schema, the documentation and the user interface are generated from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
)
from pydantic.config import JsonDict
from pydantic_core import CoreSchema, core_schema

from ..distributions import (
    Choice,
    Constant,
    Distribution,
    LogUniform,
    Normal,
    Uniform,
    parse_distribution,
    plain,
)
from ..errors import Fault
from ..rotations import Rotation, parse_rotation

_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 1}
_PAIR = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


def _one_key(key: str, body: dict[str, Any]) -> dict[str, Any]:
    properties = {key: body}
    return {
        "type": "object",
        "properties": properties,
        "required": [key],
        "additionalProperties": False,
    }


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_NUMBER = {"type": "number"}
_DISTRIBUTION_SCHEMA = {
    "anyOf": [
        _NUMBER,
        _one_key("uniform", _PAIR),
        _one_key("log_uniform", _PAIR),
        _one_key("normal", _object(mean=_NUMBER, std=_NUMBER, min=_NUMBER, max=_NUMBER)),
        _one_key("choice", {"anyOf": [_NUMBERS, _object(values=_NUMBERS, weights=_NUMBERS)]}),
    ]
}
_ROTATION_SCHEMA = {
    "anyOf": [
        {"enum": ["uniform", "upright"]},
        _one_key("upright", _PAIR),
        _one_key("tilt", {"type": "number", "minimum": 0, "maximum": 180}),
        _one_key("fixed", {**_PAIR, "minItems": 3, "maxItems": 3}),
    ]
}


@dataclass(frozen=True, eq=False)
class _Parsed:
    """Tells pydantic how a value is read from JSON and written again.

    pydantic's own `PlainValidator` would first look into every class of the union, for every
    field, which takes a quarter of the command line's start-up.
    """

    parse: Callable[[Any], Any]
    json_schema: JsonDict

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: value.to_json()
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonDict:
        return dict(self.json_schema)


Number = Annotated[Distribution, _Parsed(parse_distribution, _DISTRIBUTION_SCHEMA)]
Orientation = Annotated[Rotation, _Parsed(parse_rotation, _ROTATION_SCHEMA)]


class Section(BaseModel):
    """Base of the recipe's parts: frozen, strict about types, no unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        defer_build=True,
    )

    @field_validator("*")
    @classmethod
    def _within_declared_limits(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, Constant | Uniform | LogUniform | Normal | Choice):
            extra = cls.model_fields[info.field_name or ""].json_schema_extra
            if isinstance(extra, dict) and "low" in extra:
                _check_support(value, extra)
        return value


def _check_support(distribution: Distribution, declared: dict[str, Any]) -> None:
    least, greatest = distribution.support()
    low, high, unit = declared["low"], declared["high"], declared["unit"]
    if least < low or greatest > high:
        limits = f"{plain(low)} to {plain(high)}{' ' + unit if unit else ''}"
        raise Fault(
            f"values reach from {plain(least)} to {plain(greatest)}", f"Stay within {limits}"
        )
    if declared["whole"] and not _is_whole(distribution):
        raise Fault("limits and values must be whole numbers", "Round them")


def _is_whole(distribution: Distribution) -> bool:
    if isinstance(distribution, Choice):
        return all(value.is_integer() for value in distribution.values)
    return all(float(limit).is_integer() for limit in distribution.support())


def number(
    default: Any,
    *,
    low: float,
    high: float,
    label: str,
    help: str,
    unit: str = "",
    whole: bool = False,
) -> Any:
    """Declare a `Number`: a distribution all of whose values lie within `low` and `high`.

    Args:
        default: the distribution in its JSON form.
        unit: as shown to the user; also the suffix of the field's name.
        whole: whether draws are whole numbers.
    """
    extra: JsonDict = {"unit": unit, "low": low, "high": high, "whole": whole}
    return Field(default=default, title=label, description=help, json_schema_extra=extra)


def parameter(
    default: Any = ..., *, label: str, help: str, unit: str = "", names: str = "", **limits: Any
) -> Any:
    """Declare a plain value; `limits` are pydantic's (ge, le, min_length, …).

    Args:
        names: what a text is the name of: "object" or "collection" of the open .blend file, or
            "folder".
    """
    given = {"unit": unit, "names": names}
    extra: JsonDict = {key: value for key, value in given.items() if value}
    return Field(default, title=label, description=help, json_schema_extra=extra or None, **limits)


def orientation(default: Any, *, label: str, help: str) -> Any:
    """Declare an `Orientation`."""
    return Field(default=default, title=label, description=help)
