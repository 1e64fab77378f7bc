"""Turns the validation library's errors into problems with path, value and remedy."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import Fault, Problem

_LONGEST_VALUE = 80

_REMEDIES: Mapping[str, str] = {
    "json_invalid": "Write whole characters and only a few parts within parts",
    "missing": "Add it",
    "literal_error": "Use {expected}",
    "int_type": "Give a whole number",
    "int_from_float": "Give a whole number",
    "float_type": "Give a number",
    "finite_number": "Give an ordinary number",
    "bool_type": "Give true or false",
    "string_type": "Give a text in quotes",
    "dict_type": "Give an object in braces",
    "model_type": "Give an object in braces",
    "tuple_type": "Give a list in brackets",
    "too_short": "Give at least {min_length}",
    "too_long": "Give at most {max_length}",
    "string_too_short": "Give at least {min_length} characters",
    "string_too_long": "Give at most {max_length} characters",
    "greater_than": "Give a value above {gt}",
    "greater_than_equal": "Give a value of at least {ge}",
    "less_than": "Give a value below {lt}",
    "less_than_equal": "Give a value of at most {le}",
}


class Contradictions(ValueError):
    """Values that are fine one by one but do not go together, a problem for each.

    Paths are relative to the model that raises it.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Return every fault in a failed validation of `model`."""
    found = [_problems(details, model) for details in error.errors(include_url=False)]
    return [problem for problems in found for problem in problems]


def shown(value: Any) -> str:
    """Return `value` as JSON, shortened for display."""
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except RecursionError:
        return "…"
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def dotted(location: Sequence[str | int]) -> str:
    """Return a location as a dotted path; that of a key is the place it stands at."""
    parts = [str(part) for part in location]
    return ".".join(parts[: parts.index("[key]")] if "[key]" in parts else parts)


def _problems(details: Mapping[str, Any], model: type[BaseModel]) -> list[Problem]:
    error = details.get("ctx", {}).get("error")
    if not isinstance(error, Contradictions):
        return [_problem(details, model)]
    return [
        replace(problem, path=dotted([*details["loc"], *filter(None, [problem.path])]))
        for problem in error.problems
    ]


def _problem(details: Mapping[str, Any], model: type[BaseModel]) -> Problem:
    location = details["loc"]
    context = details.get("ctx", {})
    kind = details["type"]
    # the whole recipe, shortened, would tell nobody anything
    value = "" if kind == "missing" or not location else shown(details["input"])
    fault = context.get("error")
    if isinstance(fault, Fault):
        return Problem(dotted(location), value, fault.message, fault.remedy)
    if kind == "extra_forbidden":
        return Problem(dotted(location), value, "unknown key", _known_keys(location, model))
    remedy = _REMEDIES.get(kind, "See `synth schema` for what is allowed").format(**context)
    message = str(details["msg"]).replace("Input should", "should").replace("Field r", "r")
    return Problem(dotted(location), value, message, remedy)


def _known_keys(location: Sequence[str | int], model: type[BaseModel]) -> str:
    parent = _model_at(location[:-1], model)
    known = list(parent.model_fields) if parent else []
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Remove it, or use one of {', '.join(known)}" if known else "Remove it"


def _model_at(location: Sequence[str | int], model: type[BaseModel]) -> type[BaseModel] | None:
    annotation: Any = model
    for part in location:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            field = annotation.model_fields.get(str(part))
            annotation = _without_none(field.annotation) if field else None
        elif get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
        elif get_origin(annotation) is tuple:
            annotation = get_args(annotation)[0]
        else:
            return None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        models = [a for a in get_args(annotation) if a is not type(None)]
        return models[0] if len(models) == 1 else annotation
    return annotation
