"""Reads what is declared of every parameter off the recipe's classes."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from dataclasses import fields
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ..kind_choice import KindChoice
from ..rotations import Rotation
from .declarations import ROOT_SECTION, Declaration, SectionDeclaration
from .fields import Number, Section
from .recipe import Recipe

_PLAIN = {bool: "bool", int: "int", float: "float", str: "text"}


def declare_recipe() -> dict[str, SectionDeclaration]:
    """Return the declarations of the recipe and of every section that can stand in it."""
    found: dict[str, SectionDeclaration] = {}
    waiting: list[type[Section]] = [Recipe]
    while waiting:
        model = waiting.pop()
        if model.__name__ in found:
            continue
        found[model.__name__] = SectionDeclaration(
            _first_paragraph(model),
            tuple(_declare(name, field) for name, field in model.model_fields.items()),
        )
        waiting += [inner for f in model.model_fields.values() for inner in _sections(f.annotation)]
    rest = sorted(found.keys() - {ROOT_SECTION})
    return {name: found[name] for name in (ROOT_SECTION, *rest)}


def declarations_json() -> str:
    """Return the declarations as the text of a file; what is at its default is left out."""
    plain = {
        name: {"help": section.help, "fields": [_stored(field) for field in section.fields]}
        for name, section in declare_recipe().items()
    }
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def _stored(declaration: Declaration) -> dict[str, Any]:
    values = {
        field.name: (getattr(declaration, field.name), field) for field in fields(Declaration)
    }
    return {name: value for name, (value, field) in values.items() if value != field.default}


def _first_paragraph(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def _sections(annotation: Any) -> Iterator[type[Section]]:
    """Yield the sections that a type speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _sections(part)


def _declare(name: str, field: FieldInfo) -> Declaration:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    inner, optional = _without_none(field.annotation)
    return Declaration(
        name=name,
        label=field.title or name,
        help=field.description or "",
        default=_default(field),
        required=field.default is PydanticUndefined,
        optional=optional,
        unit=str(extra.get("unit", "")),
        names=str(extra.get("names", "")),
        **_held(field, extra, inner),
    )


def _held(field: FieldInfo, extra: dict[str, Any], inner: Any) -> dict[str, Any]:
    """Return kind, limits and whatever else depends on the type."""
    if "low" in extra:
        limits = {key: extra[key] for key in ("low", "high", "whole")}
        return {"kind": "number", **limits}
    if inner is Rotation:
        return {"kind": "rotation"}
    if inner is KindChoice:
        schema = next(m.json_schema for m in field.metadata if isinstance(m, WithJsonSchema))
        assert schema is not None
        return {"kind": "weights", "choices": tuple(schema["anyOf"][0]["enum"])}
    return _held_by_type(inner) | _limits(field)


def _held_by_type(annotation: Any) -> dict[str, Any]:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        if len(args) == 1:
            return {"kind": "constant"}
        return {"kind": "enum", "choices": args}
    if annotation in _PLAIN:
        return {"kind": _PLAIN[annotation]}
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return {"kind": "section", "section": annotation.__name__}
    if origin is dict:
        return _held_by_name(*args)
    if origin is tuple:
        return _held_in_row(args)
    raise TypeError(f"{annotation} is not a kind of parameter")


def _held_by_name(key: Any, value: Any) -> dict[str, Any]:
    if value == Number:
        return {"kind": "numbers"}
    section = next(_sections(value), None)
    if section is not None:
        return {"kind": "sections", "section": section.__name__}
    return {"kind": "weights", "choices": tuple(_names(key))}


def _held_in_row(parts: tuple[Any, ...]) -> dict[str, Any]:
    section = next(_sections(parts[0]), None)
    if section is not None:
        return {"kind": "section_list", "section": section.__name__}
    if parts[-1] is Ellipsis:
        return {"kind": "texts"}
    deeper = _held_by_type(_plain_type(parts[0])).get("shape", ())
    return {"kind": "vector", "shape": (len(parts), *deeper)}


def _names(key: Any) -> Iterator[str]:
    """Yield the names that a choice of literals, perhaps of several, allows."""
    for part in get_args(key):
        if isinstance(part, str):
            yield part
        else:
            yield from _names(part)


def _plain_type(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """Return a type without None, and whether None was in it."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False
    parts = [part for part in get_args(annotation) if part is not type(None)]
    optional = len(parts) < len(get_args(annotation))
    return _plain_type(parts[0]) if len(parts) == 1 else annotation, optional


def _limits(field: FieldInfo) -> dict[str, float]:
    found: dict[str, float] = {}
    for limit in field.metadata:
        for bound, side in (("ge", "low"), ("gt", "low"), ("le", "high"), ("lt", "high")):
            value = getattr(limit, bound, None)
            if value is not None:
                found[side] = value
    return found


def _default(field: FieldInfo) -> Any:
    value = field.default
    if value is PydanticUndefined:
        return None
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True)
    return list(value) if isinstance(value, tuple) else value
